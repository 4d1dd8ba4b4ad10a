"""Every method against an independent truth: formulas, Captum called directly, naive loops."""

import copy
from collections.abc import Callable
from itertools import permutations
from typing import Any

import numpy as np
import pytest
import torch
from captum.attr import GradientShap, LayerGradientXActivation, LayerIntegratedGradients
from torch.nn.functional import cosine_similarity

from core.attribution import METHODS
from core.attribution.forward import Batch
from core.attribution.running import attribute
from core.attribution.subject import Subject
from core.attribution.work import Work
from core.errors import InputError, ModelError
from core.explanations import Attribution, Target
from core.labels import INDEX
from core.models import EmotionModel

TEXT = "so  happy today 😂 , je suis content triste"
JOY = INDEX["Joy"]
NAMES = ("bert cls", "xlmr cls", "bert mean", "xlmr mean")


@pytest.fixture(scope="module")
def models(explained: Any, folders: Any) -> dict[str, EmotionModel]:
    made: dict[str, EmotionModel] = explained.four(folders)
    return made


@pytest.fixture(params=NAMES)
def model(models: dict[str, EmotionModel], request: pytest.FixtureRequest) -> EmotionModel:
    return models[request.param]


@pytest.fixture
def subject(model: EmotionModel) -> Subject:
    return Subject.of(model, TEXT, Target("Joy"))


@pytest.fixture(scope="module")
def linear(explained: Any) -> EmotionModel:
    made: EmotionModel = explained.linear()
    return made


def one(subject: Subject, method: str, seed: int = 0, **options: float) -> Attribution:
    [found] = attribute([subject], method, options, seed)
    assert found.method == method and len(found.scores) == len(subject.text.split(" "))
    return found


# --- a model with a formula for everything ---


@pytest.fixture
def terms(linear: EmotionModel, explained: Any) -> dict[str, Any]:
    """e_i · d / T of each sub-token and of the mask, and words' sums."""
    ids, places = explained.words_of(linear, TEXT)
    d = explained.direction(linear, JOY)
    table = linear.module.backbone.table.weight.detach().double().numpy()  # type: ignore[union-attr]
    each = table[ids] @ d / len(ids)
    masked = table[linear.tokenizer.mask_token_id] @ d / len(ids)
    count = len(TEXT.split(" "))
    return {
        "own": explained.to_words(each, places, count),
        "moved": explained.to_words(each - masked, places, count),
        "special": sum(term for term, word in zip(each, places, strict=True) if word is None),
        "counts": explained.to_words([1.0] * len(ids), places, count),
        "length": np.linalg.norm(d) / len(ids),
        "ids": ids,
        "each": table[ids] @ d,
        "places": places,
    }


@pytest.mark.parametrize("method", ["contribution", "input_x_gradient"])
def test_linear_terms(linear: EmotionModel, terms: dict[str, Any], method: str) -> None:
    found = one(Subject.of(linear, TEXT, Target("Joy")), method)
    np.testing.assert_allclose(found.scores, terms["own"], atol=1e-6)
    assert found.residual == pytest.approx(terms["special"], abs=1e-6)


@pytest.mark.parametrize("method", ["integrated_gradients", "gradient_shap", "kernel_shap"])
def test_linear_differences(linear: EmotionModel, terms: dict[str, Any], method: str) -> None:
    found = one(Subject.of(linear, TEXT, Target("Joy")), method)
    np.testing.assert_allclose(found.scores, terms["moved"], atol=1e-5)
    assert found.delta is not None and found.delta < 1e-4


def test_linear_occlusion(linear: EmotionModel, terms: dict[str, Any]) -> None:
    subject = Subject.of(linear, TEXT, Target("Joy"))
    np.testing.assert_allclose(one(subject, "occlusion").scores, terms["moved"], atol=1e-5)


def test_linear_saliency(linear: EmotionModel, terms: dict[str, Any]) -> None:
    found = one(Subject.of(linear, TEXT, Target("Joy")), "saliency")
    np.testing.assert_allclose(found.scores, np.array(terms["counts"]) * terms["length"], atol=1e-6)


def test_linear_ablation(linear: EmotionModel, terms: dict[str, Any]) -> None:
    """Without a word the mean is that of the others."""
    found = one(Subject.of(linear, TEXT, Target("Joy")), "feature_ablation")
    each, places = terms["each"], np.array([-1 if w is None else w for w in terms["places"]])
    lost = [each.mean() - each[places != word].mean() for word in range(len(found.scores))]
    np.testing.assert_allclose(found.scores, lost, atol=1e-5)


def test_linear_lime(linear: EmotionModel, terms: dict[str, Any]) -> None:
    """The linear model is the truth, but for the ridge's pull towards 0."""
    found = one(Subject.of(linear, TEXT, Target("Joy")), "lime", samples=5000)
    np.testing.assert_allclose(found.scores, terms["moved"], rtol=0.02, atol=1e-3)


def test_against_one_other_class(linear: EmotionModel, explained: Any) -> None:
    subject = Subject.of(linear, TEXT, Target("Joy", against="Fear"))
    ids, _ = explained.words_of(linear, TEXT)
    found = one(subject, "contribution")
    bias = linear.module.classifier.bias.detach()  # type: ignore[union-attr]
    total = sum(found.scores) + (found.residual or 0.0)
    total += float(bias[JOY] - bias[INDEX["Fear"]])
    assert total == pytest.approx(explained.value(linear, ids, JOY, INDEX["Fear"]), abs=1e-5)


# --- Captum, called directly ---


def layered(model: EmotionModel, explained: Any) -> tuple[Any, Callable[..., Any]]:
    """A copy's embedding layer, and f of ids (N, T): what Captum's layer methods hook."""
    module: Any = copy.deepcopy(model.module)

    def f(ids: torch.Tensor) -> Any:
        return explained.margin(module(input_ids=ids, attention_mask=torch.ones_like(ids)).logits, 1)

    assert JOY == 1
    return module.get_input_embeddings(), f


def test_integrated_gradients_are_captums(subject: Subject, explained: Any) -> None:
    """Layer by name, one text, one step at a time."""
    model = subject.model
    layer, f = layered(model, explained)
    ids, places = explained.words_of(model, TEXT)
    masked = explained.without(model, TEXT, range(99), "masked")
    expected = LayerIntegratedGradients(f, layer).attribute(
        torch.tensor([ids]), torch.tensor([masked]), n_steps=20, internal_batch_size=1
    )
    sums = explained.to_words(expected[0].sum(dim=-1).tolist(), places, len(TEXT.split(" ")))
    found = one(subject, "integrated_gradients", steps=20, most_steps=20)
    np.testing.assert_allclose(found.scores, sums, rtol=1e-3, atol=1e-4)
    assert found.passes == 22 and found.residual == 0.0


def test_input_x_gradient_and_saliency_are_captums(subject: Subject, explained: Any) -> None:
    layer, f = layered(subject.model, explained)
    ids, places = explained.words_of(subject.model, TEXT)
    products = LayerGradientXActivation(f, layer).attribute(torch.tensor([ids]))[0]
    count = len(TEXT.split(" "))
    found = one(subject, "input_x_gradient")
    sums = explained.to_words(products.sum(dim=-1).tolist(), places, count)
    np.testing.assert_allclose(found.scores, sums, rtol=1e-3, atol=1e-4)
    assert sum(found.scores) + (found.residual or 0) == pytest.approx(
        float(products.sum()), rel=1e-3, abs=1e-4
    )
    gradients = LayerGradientXActivation(f, layer, multiply_by_inputs=False)
    lengths = gradients.attribute(torch.tensor([ids]))[0].norm(dim=-1)
    expected = explained.to_words(lengths.tolist(), places, count)
    np.testing.assert_allclose(one(subject, "saliency").scores, expected, rtol=1e-3, atol=1e-4)


def test_gradient_shap_is_captums_at_the_same_points(
    subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    points = Work(seed=7).generator(subject).random(16)
    batch = Batch.of([subject], baseline=True)
    monkeypatch.setattr(np.random, "uniform", lambda low, high, size: points[:size])
    expected = GradientShap(batch.value).attribute(
        batch.embeds.clone().requires_grad_(),
        batch.baseline,
        n_samples=16,
        additional_forward_args=batch.extra,
    )
    monkeypatch.undo()
    sums, rest = subject.by_word(expected[0].sum(dim=-1))
    found = one(subject, "gradient_shap", seed=7, samples=16)
    np.testing.assert_allclose(found.scores, sums, rtol=1e-3, atol=1e-4)
    assert found.residual == pytest.approx(rest, abs=1e-5)


# --- naive loops over plain passes ---


@pytest.mark.parametrize("method, how", [("occlusion", "masked"), ("feature_ablation", "deleted")])
@pytest.mark.parametrize("target", [Target("Joy"), Target("Fear", against="Love")])
def test_taking_one_word_at_a_time(
    model: EmotionModel, explained: Any, method: str, how: str, target: Target
) -> None:
    label, against = INDEX[target.label], target.against and INDEX[target.against]
    ids, _ = explained.words_of(model, TEXT)
    whole = explained.value(model, ids, label, against)
    lost = [
        whole
        - explained.value(model, explained.without(model, TEXT, {word}, how), label, against)
        for word in range(len(TEXT.split(" ")))
    ]
    found = one(Subject.of(model, TEXT, target), method)
    np.testing.assert_allclose(found.scores, lost, rtol=1e-3, atol=1e-4)
    assert found.residual is None and found.delta is None


def test_a_window_is_the_mean_over_the_windows_that_hold_a_word(
    subject: Subject, explained: Any
) -> None:
    model, read = subject.model, np.flatnonzero(subject.read).tolist()
    whole = explained.value(model, subject.ids, JOY)
    windows = [set(read[start : start + 3]) for start in range(len(read) - 2)]
    lost = [
        whole - explained.value(model, explained.without(model, TEXT, window, "masked"), JOY)
        for window in windows
    ]
    found = one(subject, "occlusion", window=3)
    for word in read:
        own = [loss for loss, window in zip(lost, windows, strict=True) if word in window]
        assert found.scores[word] == pytest.approx(sum(own) / len(own), rel=1e-3, abs=1e-4)


def test_kernel_shap_is_the_mean_over_all_orders_of_words(
    model: EmotionModel, explained: Any
) -> None:
    text = "so happy today 😂 triste"
    subject = Subject.of(model, text, Target("Joy"))
    known: dict[frozenset[int], float] = {}

    def f(present: frozenset[int]) -> float:
        if present not in known:
            hidden = set(range(5)) - present
            known[present] = explained.value(
                model, explained.without(model, text, hidden, "masked"), JOY
            )
        return known[present]

    total, orders = np.zeros(5), list(permutations(range(5)))
    for order in orders:
        for place, word in enumerate(order):
            total[word] += f(frozenset(order[: place + 1])) - f(frozenset(order[:place]))
    found = one(subject, "kernel_shap", samples=32)
    np.testing.assert_allclose(found.scores, total / len(orders), rtol=1e-3, atol=1e-4)
    assert found.passes == 32 and found.delta is not None and found.delta < 1e-3


def test_cosine_and_contribution_by_hand(subject: Subject, explained: Any) -> None:
    model: EmotionModel = subject.model
    ids, places = explained.words_of(model, TEXT)
    with torch.no_grad():
        module: Any = model.module
        encoder = module.backbone if model.pooling == "mean" else module.base_model
        states = encoder(torch.tensor([ids]), torch.ones(1, len(ids))).last_hidden_state[0]
    cosines = [float(cosine_similarity(state, states[0], dim=0)) for state in states]
    pooled = [
        max((c for c, place in zip(cosines, places, strict=True) if place == word), default=None)
        for word in range(len(TEXT.split(" ")))
    ]
    lowest = min(value for value in pooled if value is not None)
    expected = [lowest if value is None else value for value in pooled]
    np.testing.assert_allclose(one(subject, "cosine").scores, expected, atol=1e-5)
    if model.pooling == "cls":
        with pytest.raises(ModelError, match="first token only"):
            one(subject, "contribution")
        return
    d = torch.from_numpy(explained.direction(model, JOY)).float()
    found = one(subject, "contribution")
    sums = explained.to_words((states @ d / len(ids)).tolist(), places, len(expected))
    np.testing.assert_allclose(found.scores, sums, atol=1e-5)
    bias = float(explained.margin(module.classifier.bias.detach(), JOY))
    total = sum(found.scores) + (found.residual or 0.0) + bias
    assert total == pytest.approx(explained.value(model, ids, JOY), abs=1e-4)


def test_cosine_is_that_of_the_model_s_own_triggers(model: EmotionModel) -> None:
    assert model.trigger_score == "cosine"
    [expected] = model.trigger_scores([TEXT])
    found = one(Subject.of(model, TEXT, Target("Joy")), "cosine")
    np.testing.assert_allclose(found.scores, [word.score for word in expected.words], atol=1e-6)


# --- attention, a second time in plain loops ---


def maps(subject: Subject, explained: Any) -> tuple[list[Any], list[Any]]:
    """Attention maps and gradients of f at them, per layer (heads, T, T), of a plain copy."""
    plain, module = explained.eager(subject.model), subject.model.module
    ids = torch.tensor([subject.ids])
    output = plain(input_ids=ids, attention_mask=torch.ones_like(ids), output_attentions=True)
    for attention in output.attentions:
        attention.retain_grad()
    if subject.model.pooling == "mean":
        logits = module.classifier(output.last_hidden_state[0].mean(dim=0))  # type: ignore[operator]
    else:
        logits = output.logits[0]
    explained.margin(logits, JOY).backward()
    module.zero_grad(set_to_none=True)  # the head is the model's own
    told = [attention.detach()[0].numpy() for attention in output.attentions]
    return told, [attention.grad[0].numpy() for attention in output.attentions]


def read_off(subject: Subject, explained: Any, relevance: Any) -> tuple[list[float], float]:
    rows = relevance[0] if subject.model.pooling == "cls" else relevance.mean(axis=0)
    _, places = explained.words_of(subject.model, TEXT)
    special = [score for score, word in zip(rows, places, strict=True) if word is None]
    return explained.to_words(rows, places, len(TEXT.split(" "))), sum(special)


def test_gradient_attention_in_loops(subject: Subject, explained: Any) -> None:
    """Chefer et al. 2021, Eq. 5 and 6, one head and one position at a time."""
    length = len(subject.ids)
    relevance = np.eye(length)
    for attention, gradient in zip(*maps(subject, explained), strict=True):
        mean = np.zeros((length, length))
        for head in range(len(attention)):
            for i in range(length):
                for j in range(length):
                    mean[i, j] += max(attention[head, i, j] * gradient[head, i, j], 0)
        relevance = relevance + mean / len(attention) @ relevance
    words, rest = read_off(subject, explained, relevance - np.eye(length))
    found = one(subject, "gradient_attention")
    np.testing.assert_allclose(found.scores, words, rtol=1e-3, atol=1e-5)
    assert found.residual == pytest.approx(rest, rel=1e-3, abs=1e-5)
    assert max(found.scores) > 1e-3


def test_rollout_in_loops(subject: Subject, explained: Any) -> None:
    length = len(subject.ids)
    relevance = np.eye(length)
    for attention in maps(subject, explained)[0]:
        mean = sum(attention[head] for head in range(len(attention))) / len(attention)
        relevance = (0.5 * mean + 0.5 * np.eye(length)) @ relevance
    words, rest = read_off(subject, explained, relevance)
    found = one(subject, "attention_rollout")
    np.testing.assert_allclose(found.scores, words, rtol=1e-3, atol=1e-5)
    assert sum(found.scores) + (found.residual or 0) == pytest.approx(1.0, abs=1e-5)
    assert found.residual == pytest.approx(rest, rel=1e-3, abs=1e-5)


# --- what the table promises ---


def test_the_table_says_what_depends_on_the_class(model: EmotionModel) -> None:
    joy, fear = (Subject.of(model, TEXT, Target(label)) for label in ("Joy", "Fear"))
    for name, method in METHODS.items():
        if name == "contribution" and model.pooling == "cls":
            continue
        same = np.allclose(one(joy, name).scores, one(fear, name).scores, rtol=1e-4, atol=1e-6)
        assert same != method.by_class, name


def test_the_table_says_what_is_signed_seeded_and_complete(subject: Subject) -> None:
    for name, method in METHODS.items():
        if name == "contribution" and subject.model.pooling == "cls":
            continue
        found = one(subject, name)
        if not method.signed and name != "cosine":
            assert min(found.scores) >= 0, name
        again, other = one(subject, name, seed=0), one(subject, name, seed=1)
        assert again.scores == found.scores, name
        enumerated = name == "kernel_shap" and 2 ** subject.read.sum() <= 300
        assert (other.scores != found.scores) == (method.seeded and not enumerated), name
        assert (found.delta is not None) == method.completeness, name
        assert found.seconds >= 0 and (found.passes > 0) == (name != "random")


def test_steps_are_doubled_until_the_tolerance_is_met(subject: Subject) -> None:
    begun = {"steps": 2, "tolerance": 0.0005}
    found = one(subject, "integrated_gradients", **begun)
    assert found.delta is not None and found.delta <= 0.0005 and not found.note
    steps = [2 * 2**power for power in range(9)]
    assert found.passes in [2 + sum(steps[:count]) for count in range(1, 9)]
    cut = one(subject, "integrated_gradients", **begun, most_steps=3)
    assert cut.passes == 2 + 2 + 3 and cut.delta is not None and cut.delta > 0.0005
    assert cut.note == (
        f"After 3 steps the sum is still off by {cut.delta:.2%}; 0.05% was asked for."
    )


@pytest.mark.parametrize(
    "method, options, said",
    [
        ("magic", {}, "There is no method 'magic'. Use one of cosine, "),
        ("occlusion", {"windows": 2}, "Occlusion has no option 'windows'. It has window."),
        ("cosine", {"window": 2}, "Cosine triggers has no option 'window'. It has none."),
        ("occlusion", {"window": 0}, "Occlusion: window must be from 1 to 10."),
        ("occlusion", {"window": 1.5}, "Occlusion: window must be a whole number."),
        ("lime", {"samples": True}, "LIME: samples must be a whole number."),
        ("integrated_gradients", {"tolerance": "x"}, "tolerance must be a number."),
        ("integrated_gradients", {"tolerance": float("nan")}, "must be from 0.0001 to 0.5."),
    ],
)
def test_what_cannot_be_done_is_said(
    linear: EmotionModel, method: str, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(InputError) as problem:
        attribute([Subject.of(linear, TEXT, Target("Joy"))], method, options)
    assert said in str(problem.value)


def test_no_texts_and_texts_of_two_models(linear: EmotionModel, explained: Any) -> None:
    assert attribute([], "occlusion") == []
    two = [Subject.of(model, TEXT, Target("Joy")) for model in (linear, explained.linear(31))]
    with pytest.raises(ValueError, match="one model"):
        attribute(two, "occlusion")


def test_models_without_what_a_method_needs(
    linear: EmotionModel, explained: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject = Subject.of(linear, TEXT, Target("Joy"))
    for method in ("gradient_attention", "attention_rollout"):
        with pytest.raises(ModelError, match="does not tell its attention"):
            one(subject, method)
    bare = explained.linear()
    monkeypatch.setattr(type(bare.tokenizer), "mask_token_id", None)
    for name, method in METHODS.items():
        if method.baseline:
            with pytest.raises(ModelError, match="has no mask token"):
                one(Subject.of(bare, TEXT, Target("Joy")), name)
    assert any(one(Subject.of(bare, TEXT, Target("Joy")), "feature_ablation").scores)


def test_without_captum_a_sentence(linear: EmotionModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "captum.attr", None)
    subject = Subject.of(linear, TEXT, Target("Joy"))
    for method in ("saliency", "integrated_gradients", "occlusion", "lime"):
        with pytest.raises(ModelError, match="Captum.*is not installed.*pip install"):
            one(subject, method)
    assert any(one(subject, "cosine").scores) and any(one(subject, "gradient_shap").scores)

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

from core.attribution.forward import Batch
from core.attribution.running import attribute
from core.attribution.subject import Subject
from core.attribution.work import Work
from core.errors import ModelError
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


def one(subject: Subject, method: str, seed: int = 0, **options: float) -> Attribution:
    [found] = attribute([subject], method, options, seed)
    assert found.method == method and len(found.scores) == len(subject.text.split(" "))
    return found


# --- Captum, called directly ---


def layered(model: EmotionModel, explained: Any) -> tuple[Any, Callable[..., Any]]:
    """A copy's embedding layer, and f of ids (N, T): what Captum's layer methods hook."""
    module: Any = copy.deepcopy(model.module)

    def f(ids: torch.Tensor) -> Any:
        return explained.margin(
            module(input_ids=ids, attention_mask=torch.ones_like(ids)).logits, 1
        )

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
        float(products.detach().sum()), rel=1e-3, abs=1e-4
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
        whole - explained.value(model, explained.without(model, TEXT, {word}, how), label, against)
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

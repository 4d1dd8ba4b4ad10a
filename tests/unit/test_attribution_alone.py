"""Methods change nothing and depend on nothing else: not on the batch, other threads or the size.

The model is left as it was, also when a method raises or is stopped midway.
"""

import copy
import gc
import random
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from core.attribution import METHODS
from core.attribution import attention as attention_methods
from core.attribution.forward import StoppedError
from core.attribution.running import attribute, warm
from core.attribution.subject import Subject
from core.explanations import Attribution, Target
from core.models import EmotionModel
from core.modules import module_identity

NAMES = ("bert cls", "xlmr cls", "bert mean", "xlmr mean")
TEXTS = (
    "so  happy today 😂 , je suis content triste",
    "sad",
    "hoy feliz miedo so angry user",
    "joy today so happy , joy today so sad , fear",
)
FAMILY = "👨\u200d👩\u200d👧"
EDGES = (
    "",
    " ",
    "   ",
    "happy",
    "\u200d",
    "😂😂 ❤ 👍",
    f"{FAMILY} {FAMILY}",
    "so <mask> happy </s> <pad> <s> today",
    "[MASK] sad [SEP] [PAD] [CLS] so",
    "<mask> <mask>",
    "a" * 10_000,
    "so happy " * 1_200,
    "\ud83d half",
)


@pytest.fixture(scope="module")
def models(explained: Any, folders: Any) -> dict[str, EmotionModel]:
    made: dict[str, EmotionModel] = explained.four(folders)
    warm()  # the import of a library, once, may draw random numbers
    return made


@pytest.fixture(params=NAMES)
def model(models: dict[str, EmotionModel], request: pytest.FixtureRequest) -> EmotionModel:
    return models[request.param]


def methods(model: EmotionModel) -> list[str]:
    """All that this model has."""
    return [name for name in METHODS if name != "contribution" or model.pooling == "mean"]


def subjects(model: EmotionModel, texts: tuple[str, ...] = TEXTS) -> list[Subject]:
    return [Subject.of(model, text, Target("Joy")) for text in texts]


def same(found: Attribution, other: Attribution, tolerance: float = 1e-4) -> bool:
    """Whether scores are equal up to what sums in another order differ by."""
    rest = abs((found.residual or 0.0) - (other.residual or 0.0))
    close = np.allclose(found.scores, other.scores, rtol=tolerance, atol=tolerance)
    return bool(close) and rest <= tolerance and found.passes == other.passes


def encoder(model: EmotionModel) -> Any:
    """The module without its head."""
    module: Any = model.module
    return module.backbone if model.pooling == "mean" else module.base_model


def state(model: EmotionModel) -> dict[str, Any]:
    """Everything that must be as it was: the module, and everybody's random numbers."""
    module = model.module
    hooks = {
        (name, key): list(value)
        for name, part in module.named_modules()
        for key, value in vars(part).items()
        if "hook" in key and hasattr(value, "__iter__")
    }
    return {
        "identity": module_identity(module),
        "training": [part.training for part in module.modules()],
        "wanted": [one.requires_grad for one in module.parameters()],
        "gradients": [one.grad for one in module.parameters()],
        "attention": encoder(model).config._attn_implementation,
        "hooks": hooks,
        "names": [sorted(vars(part)) for part in module.modules()],
        "torch": torch.get_rng_state().tolist(),
        "numpy": [str(one) for one in np.random.get_state()],
        "python": random.getstate(),
        "grad mode": (torch.is_grad_enabled(), torch.is_inference_mode_enabled()),
    }


@contextmanager
def broken(model: EmotionModel, good: int) -> Iterator[list[int]]:
    """The model's layers fail after so many calls, in this model's class and its twins."""
    layer = type(encoder(model).encoder.layer[0])
    calls, forward = [0], layer.forward

    def failing(self: Any, *args: Any, **more: Any) -> Any:
        calls[0] += 1
        if calls[0] > good:
            raise RuntimeError("midway")
        return forward(self, *args, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(layer, "forward", failing)
        yield calls


@pytest.fixture
def passes(model: EmotionModel) -> Iterator[list[tuple[int, int]]]:
    """(rows, length) of every pass, in this model's class and its twins."""
    kind, seen = type(encoder(model).embeddings), []
    forward = kind.forward

    def noting(self: Any, *args: Any, **given: Any) -> Any:
        shown = given["inputs_embeds"] if given.get("input_ids") is None else given["input_ids"]
        seen.append((shown.shape[0], shown.shape[1]))
        return forward(self, *args, **given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kind, "forward", noting)
        yield seen


def test_nothing_is_changed(model: EmotionModel) -> None:
    before = state(model)
    for name in methods(model):
        attribute(subjects(model), name)
        assert state(model) == before, name


def test_nothing_is_changed_when_a_method_raises_midway(model: EmotionModel) -> None:
    texts, before = subjects(model), state(model)
    for name in methods(model):
        expected = attribute(texts, name)
        if name == "random":
            continue
        with broken(model, good=1) as calls, pytest.raises(RuntimeError, match="midway"):
            attribute(texts, name)
        assert calls[0] == 2 and state(model) == before, name
        again = attribute(texts, name)
        assert all(same(*pair, 0) for pair in zip(again, expected, strict=True)), name


def test_nothing_is_changed_when_gradients_are_off(model: EmotionModel) -> None:
    """A caller in inference mode gets the same scores, and stays in it."""
    texts = subjects(model)
    for name in methods(model):
        expected = attribute(texts, name)
        with torch.inference_mode():
            found = attribute(texts, name)
            assert torch.is_inference_mode_enabled() and not torch.is_grad_enabled()
        assert all(same(*pair, 0) for pair in zip(found, expected, strict=True)), name


def test_stop_is_asked_before_every_pass(
    model: EmotionModel, passes: list[tuple[int, int]]
) -> None:
    texts = subjects(model)
    for name in methods(model):
        if name == "random":
            continue
        asked: list[int] = []

        def stop(asked: list[int] = asked) -> bool:
            asked.append(len(passes))
            return False

        passes.clear()
        attribute(texts, name, budget=64, stop=stop)
        assert sorted(set(asked)) == list(range(len(passes))), name
        before = state(model)
        with pytest.raises(StoppedError):
            attribute(texts, name, budget=64, stop=lambda: len(passes) >= 1)
        passes.clear()
        with pytest.raises(StoppedError):
            attribute(texts, name, budget=64, stop=lambda: len(passes) >= 1)
        assert len(passes) == 1 and state(model) == before, name


def test_a_pass_stays_within_the_budget(model: EmotionModel, passes: list[tuple[int, int]]) -> None:
    for name in methods(model):
        whole, small = attribute(subjects(model, TEXTS[:2]), name), []
        for budget in (1, 120):
            passes.clear()
            small = attribute(subjects(model, TEXTS[:2]), name, budget=budget)
            assert all(rows == 1 or rows * length <= budget for rows, length in passes), name
            assert all(same(*pair) for pair in zip(whole, small, strict=True)), (name, budget)


def test_passes_are_those_of_the_model(model: EmotionModel, passes: list[tuple[int, int]]) -> None:
    for name in methods(model):
        for subject in subjects(model):
            passes.clear()
            [found] = attribute([subject], name)
            assert found.passes == sum(rows for rows, _ in passes), name


def test_no_text_depends_on_those_beside_it(model: EmotionModel) -> None:
    texts = subjects(model)
    for name in methods(model):
        together = attribute(texts, name)
        turned = attribute(texts[::-1], name)[::-1]
        twice = attribute([texts[0], *texts], name)
        for row, subject in enumerate(texts):
            [alone] = attribute([subject], name)
            assert same(together[row], alone), (name, row)
            assert same(turned[row], alone) and same(twice[row + 1], alone), (name, row)


def test_threads_at_once_give_what_they_give_one_after_another(model: EmotionModel) -> None:
    texts = subjects(model)
    names = methods(model)
    expected = {name: attribute(texts, name, seed=3) for name in names}
    predicted = model.predict(list(TEXTS))
    attention_methods._twins.pop(model.module, None)  # made again, by two at once
    begin, wrong = threading.Barrier(5), []
    done = threading.Event()

    def explain(order: list[str]) -> None:
        begin.wait()
        for name in order:
            found = attribute(texts, name, seed=3)
            if not all(same(*pair, 1e-6) for pair in zip(found, expected[name], strict=True)):
                wrong.append(name)

    def predict() -> None:
        begin.wait()
        while not done.is_set():
            for one, other in zip(model.predict(list(TEXTS)), predicted, strict=True):
                if not np.allclose(one.probabilities, other.probabilities, atol=1e-6):
                    wrong.append("prediction")
            np.random.random(), torch.rand(1), random.random()  # whatever else draws

    orders = [names, names[::-1], names[5:] + names[:5], names]
    threads = [threading.Thread(target=explain, args=(order,)) for order in orders]
    watcher = threading.Thread(target=predict)
    for thread in [*threads, watcher]:
        thread.start()
    for thread in threads:
        thread.join()
    done.set()
    watcher.join()
    assert not wrong


def test_a_seed_is_the_same_whatever_others_draw(model: EmotionModel) -> None:
    texts = subjects(model)
    for name in (name for name in methods(model) if METHODS[name].seeded):
        first = attribute(texts, name, seed=11)
        np.random.seed(1), torch.manual_seed(2), random.seed(3)
        second = attribute(texts, name, seed=11)
        assert all(same(*pair, 0) for pair in zip(first, second, strict=True)), name
        assert attribute(texts, name, seed=12)[3].scores != first[3].scores, name


def test_two_texts_get_random_numbers_of_their_own(model: EmotionModel) -> None:
    one, other = attribute(subjects(model, ("so happy today", "so sad today")), "random")
    assert one.scores != other.scores and all(0 < score < 1 for score in one.scores)


@pytest.mark.parametrize("text", EDGES, ids=range(len(EDGES)))
def test_every_text_gets_a_score_per_word(model: EmotionModel, text: str) -> None:
    [subject] = subjects(model, (text,))
    for name in methods(model):
        [found] = attribute([subject], name, {"samples": 20} if _samples(name) else {})
        scores = np.array(found.scores)
        assert scores.shape == (len(text.split(" ")),) and np.isfinite(scores).all(), name
        unread = scores[~subject.read]
        lowest = scores[subject.read].min() if subject.read.any() else 0.0
        assert (unread == (lowest if name == "cosine" else 0.0)).all(), name
        whole = name in ("occlusion", "feature_ablation", "lime", "kernel_shap", "cosine", "random")
        assert (found.residual is None) == whole, name
        if name in ("integrated_gradients", "kernel_shap"):
            assert found.delta is None or found.delta <= 0.01, name
    assert len(subject.ids) <= model.max_length


def _samples(name: str) -> bool:
    return any(option.name == "samples" for option in METHODS[name].options)


def test_a_text_of_masks_alone_has_nothing_to_explain(models: dict[str, EmotionModel]) -> None:
    """Where every word is the mask token, the text is its own baseline."""
    [subject] = subjects(models["bert cls"], ("[MASK] [MASK] [MASK]",))
    assert subject.ids == subject.baseline
    for name in ("integrated_gradients", "gradient_shap", "occlusion", "kernel_shap"):
        [found] = attribute([subject], name)
        assert not any(found.scores) and found.delta is None and not found.note, name


def test_other_weights_give_another_map(models: dict[str, EmotionModel]) -> None:
    """The sanity check of Adebayo et al. 2018: a map that does not change shows no model."""
    for model in models.values():
        other = copy.copy(model)
        other.module = copy.deepcopy(model.module)
        with torch.random.fork_rng():
            torch.manual_seed(5)
            for part in other.module.modules():
                if isinstance(part, (nn.Linear, nn.Embedding)):
                    nn.init.normal_(part.weight, std=0.4)
        for name in methods(model):
            pair = [attribute(subjects(one)[:1], name)[0].scores for one in (model, other)]
            changed = not np.allclose(*pair, rtol=0.05, atol=1e-3)
            assert changed == (name != "random"), name


def test_a_twin_shares_the_weights_and_goes_with_its_model(explained: Any, folders: Any) -> None:
    model = explained.four(folders)["bert mean"]
    [found] = attribute(subjects(model)[:1], "gradient_attention")
    twin = weakref.ref(attention_methods._twins[model.module])
    held = twin()
    assert held is not None and held is not model.module
    assert all(a is b for a, b in zip(held.parameters(), model.module.parameters(), strict=True))
    with torch.no_grad():
        model.module.classifier.weight.mul_(2)  # another head: seen by the twin at once
    [other] = attribute(subjects(model)[:1], "gradient_attention")
    assert not same(found, other)
    assert attention_methods._twins[model.module] is held
    del held, model
    gc.collect()
    assert twin() is None

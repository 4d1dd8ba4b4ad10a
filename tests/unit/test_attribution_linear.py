"""Every method on a model with a formula for everything: embeddings, their mean, a linear head."""

from typing import Any

import numpy as np
import pytest

from core.attribution.running import attribute
from core.attribution.subject import Subject
from core.explanations import Attribution, Target
from core.labels import INDEX
from core.models import EmotionModel

TEXT = "so  happy today 😂 , je suis content triste"
JOY = INDEX["Joy"]


@pytest.fixture(scope="module")
def linear(explained: Any) -> EmotionModel:
    made: EmotionModel = explained.linear()
    return made


def one(subject: Subject, method: str, seed: int = 0, **options: float) -> Attribution:
    [found] = attribute([subject], method, options, seed)
    assert found.method == method and len(found.scores) == len(subject.text.split(" "))
    return found


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

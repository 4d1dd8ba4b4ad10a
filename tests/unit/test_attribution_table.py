"""What the table promises of each method holds, and what cannot be done is said in a sentence."""

import sys
from typing import Any

import numpy as np
import pytest

from core.attribution import METHODS
from core.attribution.running import attribute
from core.attribution.subject import Subject
from core.errors import InputError, ModelError
from core.explanations import Attribution, Target
from core.models import EmotionModel

TEXT = "so  happy today 😂 , je suis content triste"
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
        ("magic", {}, "The method 'magic' is not known. Use one of cosine, "),
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


def test_models_without_what_a_method_needs(linear: EmotionModel, explained: Any) -> None:
    subject = Subject.of(linear, TEXT, Target("Joy"))
    for method in ("gradient_attention", "attention_rollout"):
        with pytest.raises(ModelError, match="does not tell its attention"):
            one(subject, method)
    bare = explained.linear()
    bare.tokenizer.mask_token = None
    for name, method in METHODS.items():
        if method.baseline:
            with pytest.raises(ModelError, match="has no mask token"):
                one(Subject.of(bare, TEXT, Target("Joy")), name)
    assert any(one(Subject.of(bare, TEXT, Target("Joy")), "feature_ablation").scores)


def test_without_captum_a_sentence(linear: EmotionModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "captum.attr", None)
    subject = Subject.of(linear, TEXT, Target("Joy"))
    for method in ("saliency", "integrated_gradients", "occlusion", "lime"):
        with pytest.raises(ModelError, match="Captum.*is not installed.*pip install"):
            one(subject, method)
    assert any(one(subject, "cosine").scores) and any(one(subject, "gradient_shap").scores)

"""The int8 engine against plain transformers and torch: same answers, or not used at all."""

import math
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import core.fast
from core.fast import DOUBT, FAST, FastModel, accelerated
from core.fast_encoder import TOKENS, Int8Encoder, batches, specification
from core.labels import LABELS
from core.loading import load_emotion_model
from core.models import EmotionModel
from core.modules import module_identity
from core.probes import PROBES

try:
    import ctranslate2
except ImportError:
    ctranslate2 = None

installed = pytest.mark.skipif(ctranslate2 is None, reason="the extra fast is not installed")
DEMO = Path(__file__).parents[2] / "assets" / "models" / "demo"


@pytest.fixture(params=["teacher", "student", "xlmr"])
def model(request: pytest.FixtureRequest, folders: Any) -> EmotionModel:
    """BERT with its pooler, XLM-R with mean pooling, XLM-R with a head of its own."""
    return load_emotion_model(getattr(folders, request.param))


@pytest.fixture
def fast(model: EmotionModel) -> FastModel:
    """The same in int8, whether or not it agrees."""
    return core.fast._fast(model)


def encoder_of(model: EmotionModel) -> Any:
    return core.fast._parts(model.module)[0]


# --- the conversion ---


@installed
def test_in_float32_hidden_states_are_those_of_transformers(
    tiny: Any, model: EmotionModel, tmp_path: Path
) -> None:
    backbone = encoder_of(model)
    specification(backbone, backbone.config, "float32").save(str(tmp_path))
    converted = ctranslate2.Encoder(str(tmp_path), compute_type="float32")
    for encoding in model.encode(tiny.TEXTS):
        with torch.no_grad():
            ids = torch.tensor([encoding["input_ids"]])
            expected = backbone(input_ids=ids).last_hidden_state
        found = np.asarray(converted.forward_batch([encoding["input_ids"]]).last_hidden_state)
        assert found == pytest.approx(expected.numpy(), abs=1e-4)


@installed
def test_converting_changes_no_weight(model: EmotionModel) -> None:
    """CTranslate2 quantises in place what it is given."""
    before = module_identity(model.module)
    core.fast._fast(model)
    assert module_identity(model.module) == before


@installed
def test_int8_is_near_and_padding_says_nothing(tiny: Any, model: EmotionModel) -> None:
    backbone = encoder_of(model)
    ids = [encoding["input_ids"] for encoding in model.encode(tiny.TEXTS)]
    encoder = Int8Encoder(backbone, threads=2)
    together, lengths = encoder._hidden(ids)
    for row, own in enumerate(ids):
        alone, _ = encoder._hidden([own])
        assert lengths[row] == [len(own)]
        assert together[row, : len(own)] == pytest.approx(alone[0], abs=1e-4)
        assert not together[row, len(own) :].any()
        with torch.no_grad():
            expected = backbone(input_ids=torch.tensor([own])).last_hidden_state[0].numpy()
        apart = np.abs(together[row, : len(own)] - expected).mean()
        assert 0 < apart < 0.1 * np.abs(expected).mean()


@given(st.lists(st.integers(1, 2 * TOKENS), max_size=80))
def test_batches_hold_every_row_once_within_the_budget(lengths: list[int]) -> None:
    made = list(batches(lengths))
    assert sorted(row for rows in made for row in rows) == list(range(len(lengths)))
    for rows in made:
        longest = max(lengths[row] for row in rows)
        assert len(rows) == 1 or len(rows) * longest <= TOKENS
    ordered = [lengths[row] for rows in made for row in rows]
    assert ordered == sorted(lengths)


# --- the answers ---


@installed
def test_it_answers_as_torch_does(tiny: Any, model: EmotionModel) -> None:
    texts = [*tiny.TEXTS, *PROBES]
    found, word = accelerated(model)
    assert word == FAST and isinstance(found, FastModel)
    expected, mine = model.predict(texts), found.predict(texts)
    same = sum(a.label == b.label for a, b in zip(expected, mine, strict=True))
    assert same >= 0.99 * len(texts)
    assert [one.truncated for one in mine] == [one.truncated for one in expected]
    assert any(one.truncated for one in mine)
    table = np.array([one.probabilities for one in mine])
    reference = np.array([one.probabilities for one in expected])
    assert 0 < np.abs(table - reference).mean() < 0.01
    assert found.encode(texts) == model.encode(texts)
    assert found.analyse(texts[:4]) == model.analyse(texts[:4])
    assert found.key != model.key and found.identity == model.identity


@installed
def test_rows_in_doubt_are_read_by_torch(
    tiny: Any, model: EmotionModel, fast: FastModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [*tiny.TEXTS, *PROBES]
    monkeypatch.setattr(core.fast, "DOUBT", 0.0)
    alone, expected = fast.probabilities(texts), model.probabilities(texts)
    ordered = np.sort(alone, axis=1)
    doubtful = ordered[:, -1] - ordered[:, -2] < DOUBT
    assert doubtful.any() and not doubtful.all()
    monkeypatch.setattr(core.fast, "DOUBT", DOUBT)
    found = fast.probabilities(texts)
    assert found[doubtful] == pytest.approx(expected[doubtful], abs=1e-6)
    assert np.abs(alone - expected)[doubtful].max() > 1e-5
    assert (found[~doubtful] == alone[~doubtful]).all()


@installed
def test_foreign_classes_are_mapped(tiny: Any) -> None:
    """A model with other names in another order, and one class that is none of the six."""
    names = ("neutral", "surprise", "joy", "anger")
    model = EmotionModel(
        tiny.xlmr(names), tiny.unigram(), "foreign", max_length=64, class_names=names
    )
    found = core.fast._fast(model).probabilities(tiny.TEXTS)
    assert found == pytest.approx(model.probabilities(tiny.TEXTS), abs=0.05)
    assert not found[:, [LABELS.index(name) for name in ("Love", "Fear", "Sadness")]].any()
    assert found.sum(axis=1) == pytest.approx(np.ones(len(tiny.TEXTS)), abs=1e-5)


@installed
def test_nothing_and_one_text(fast: FastModel) -> None:
    assert fast.predict([]) == []
    assert math.fsum(fast.predict([""])[0].probabilities) == pytest.approx(1)


@installed
def test_many_threads_get_the_same_answers(tiny: Any, fast: FastModel) -> None:
    texts = list(tiny.TEXTS) * 20
    expected = fast.probabilities(texts)
    with ThreadPoolExecutor(6) as pool:
        for found in pool.map(lambda _: fast.probabilities(texts), range(18)):
            assert (found == expected).all()


@installed
@pytest.mark.parametrize("role", ["student", "student_before", "teacher"])
def test_the_embedded_models_agree(role: str) -> None:
    """They are packed; texts that are no probes: tweets of the examples."""
    model = load_emotion_model(DEMO / role)
    found, word = accelerated(model)
    assert word == FAST
    lines = (DEMO.parents[1] / "examples" / "batch_emotions.tsv").read_text(encoding="utf-8")
    texts = [line.split("\t")[1] for line in lines.splitlines()[1:]]
    pairs = zip(model.predict(texts), found.predict(texts), strict=True)
    distances = []
    for expected, mine in pairs:
        assert mine.label == expected.label
        distances.append(mine.distance(expected))
    assert 0 < np.mean(distances) < 0.03


@installed
def test_torch_keeps_its_threads(tiny: Any, model: EmotionModel) -> None:
    """Opening an encoder of CTranslate2 leaves the thread that does it with one of torch's."""
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        accelerated(model)[0].predict([*tiny.TEXTS, *PROBES])
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)


# --- where it is not used ---


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As if the extra were not installed."""
    monkeypatch.setitem(sys.modules, "ctranslate2", None)
    yield


def test_without_the_extra_it_is_torch(model: EmotionModel, without: None) -> None:
    found, word = accelerated(model)
    assert found is model and word == "torch (CTranslate2 is not installed)"


@installed
def test_one_that_answers_otherwise_is_not_used(
    model: EmotionModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = Int8Encoder._hidden
    monkeypatch.setattr(Int8Encoder, "_hidden", lambda self, ids: hidden(self, ids[::-1]))
    found, word = accelerated(model)
    assert found is model
    assert word.startswith("torch (int8 gives the same label to ") and "of 152 probe" in word


@installed
def test_one_whose_probabilities_drift_is_not_used(
    model: EmotionModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Labels stay, confidence does not."""
    six = FastModel.six
    monkeypatch.setattr(FastModel, "six", lambda self, logits: six(self, 1.4 * logits))
    found, word = accelerated(model)
    assert found is model and word.startswith("torch (int8 moves probabilities by 0.")


@installed
def test_one_that_says_nothing_at_all_is_not_used(
    model: EmotionModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    six = FastModel.six
    monkeypatch.setattr(FastModel, "six", lambda self, logits: math.nan * six(self, logits))
    found, word = accelerated(model)
    assert found is model and word.startswith("torch (int8 ")


def test_a_model_elsewhere_stays_there(model: EmotionModel) -> None:
    moved = replace(model, module=model.module.to("meta"))
    assert accelerated(moved) == (moved, "torch (the model is on meta)")


def test_other_architectures_stay_with_torch(tiny: Any) -> None:
    from transformers import DistilBertConfig, DistilBertForSequenceClassification

    size = len(tiny.word_piece())
    config = DistilBertConfig(vocab_size=size, dim=16, n_layers=1, n_heads=2, hidden_dim=32)
    module = DistilBertForSequenceClassification(config)
    model = EmotionModel(module, tiny.word_piece(), "distil", class_names=LABELS)
    found, word = accelerated(model)
    assert found is model
    assert word == "torch (there is no int8 form of DistilBertForSequenceClassification)"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"hidden_act": "tanh"}, "activation tanh"),
        ({"position_embedding_type": "relative_key"}, "positions are relative_key"),
        ({"is_decoder": True}, "the model is a decoder"),
    ],
)
def test_encoders_that_are_built_otherwise_stay_with_torch(
    model: EmotionModel, change: dict[str, Any], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = encoder_of(model).config
    for name, value in change.items():
        monkeypatch.setattr(config, name, value, raising=False)
    found, word = accelerated(model)
    assert found is model and reason in word


@installed
def test_a_module_without_the_usual_parts_stays_with_torch(tiny: Any) -> None:
    module = tiny.xlmr()
    module.roberta.encoder.layer[0].intermediate.dense = torch.nn.Identity()  # as adapters do
    model = EmotionModel(module, tiny.unigram(), "odd")
    found, word = accelerated(model)
    assert found is model and word.startswith("torch (CTranslate2 cannot read the model: ")


def test_probes_are_what_they_are_said_to_be() -> None:
    assert len(PROBES) == len(set(PROBES)) == 152
    assert {"", "   "} < set(PROBES)
    assert max(map(len, PROBES)) > 180 and not any("\t" in text for text in PROBES)

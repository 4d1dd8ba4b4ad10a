"""EmotionModel against plain transformers, one text at a time, and pooling by hand."""

import math
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import AutoModel, AutoModelForSequenceClassification, AutoTokenizer

from core.errors import ModelError
from core.labels import LABELS
from core.loading import load_emotion_model
from core.models import EmotionModel
from core.modules import module_identity
from core.words import encodable

pytestmark = pytest.mark.filterwarnings("ignore:Recommended. pip install sacremoses")
SETTINGS = settings(max_examples=40, deadline=None)
TEXT = st.lists(
    st.sampled_from(["so", "happy", "love", " ", "  ", "😂", "très", "\u200d", "\n", "xyz"])
    | st.characters(exclude_categories=["Cs"])
).map("".join)


@pytest.fixture(scope="module")
def cls(folders: Any) -> EmotionModel:
    return load_emotion_model(folders.teacher, "teacher")


@pytest.fixture(scope="module")
def mean(folders: Any) -> EmotionModel:
    return load_emotion_model(folders.student, "student")


@pytest.fixture(params=["cls", "mean"])
def model(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


def softmax(logits: list[float]) -> list[float]:
    powers = [math.exp(value - max(logits)) for value in logits]
    return [power / sum(powers) for power in powers]


def states(backbone: Any, tokenizer: Any, text: str, max_length: int) -> tuple[Any, Any]:
    """Last hidden states (T, H) of one text on its own, and its encoding."""
    encoded = tokenizer(
        encodable(text), truncation=True, max_length=max_length, return_tensors="pt"
    )
    with torch.no_grad():
        return backbone(**encoded).last_hidden_state[0], encoded


def test_cls_equals_plain_transformers_text_by_text(
    tiny: Any, folders: Any, cls: EmotionModel
) -> None:
    plain = AutoModelForSequenceClassification.from_pretrained(folders.teacher)
    tokenizer = AutoTokenizer.from_pretrained(folders.teacher)
    table = cls.probabilities(tiny.TEXTS, batch_size=4)
    for row, text in zip(table, tiny.TEXTS, strict=True):
        encoded = tokenizer(encodable(text), truncation=True, max_length=64, return_tensors="pt")
        with torch.no_grad():
            expected = plain(**encoded).logits.softmax(dim=-1)[0]
        assert row == pytest.approx(expected.numpy(), abs=1e-5)


def test_mean_equals_pooling_by_hand(tiny: Any, folders: Any, mean: EmotionModel) -> None:
    from safetensors.numpy import load_file

    backbone = AutoModel.from_pretrained(folders.student)
    tokenizer = AutoTokenizer.from_pretrained(folders.student)
    head = load_file(folders.student / "head.safetensors")
    table = mean.probabilities(tiny.TEXTS, batch_size=4)
    for row, text in zip(table, tiny.TEXTS, strict=True):
        hidden, _ = states(backbone, tokenizer, "user: " + text, 48)
        pooled = [sum(float(state[i]) for state in hidden) / len(hidden) for i in range(16)]
        logits = [
            float(bias) + sum(float(w) * x for w, x in zip(weights, pooled, strict=True))
            for weights, bias in zip(head["weight"], head["bias"], strict=True)
        ]
        assert row == pytest.approx(softmax(logits), abs=1e-5)


@given(st.lists(TEXT, min_size=1, max_size=6), st.integers(1, 4), st.randoms())
@SETTINGS
def test_row_order_padding_and_batches_do_not_matter(
    cls: EmotionModel, mean: EmotionModel, texts: list[str], batch_size: int, rng: random.Random
) -> None:
    order = list(range(len(texts)))
    rng.shuffle(order)
    for model in (cls, mean):
        table = model.probabilities(texts)
        again = model.probabilities([texts[row] for row in order], batch_size)
        assert again == pytest.approx(table[order], abs=1e-5)
        assert table.sum(axis=1) == pytest.approx(np.ones(len(texts)), abs=1e-5)


def naive_words(model: EmotionModel, backbone: Any, text: str) -> list[float | None]:
    """Largest cosine with the first state among each word's sub-tokens; None where it has none."""
    hidden, encoded = states(backbone, model.tokenizer, model.prefix + text, model.max_length)
    offsets = model.tokenizer(
        model.prefix + encodable(text),
        truncation=True,
        max_length=model.max_length,
        return_offsets_mapping=True,
    )["offset_mapping"]
    best: dict[int, float] = {}
    first = [float(x) for x in hidden[0]]
    for (start, end), token in list(zip(offsets, hidden, strict=True))[1:-1]:
        own = [i for i in range(start, len(model.prefix) + len(text))]
        own = [i - len(model.prefix) for i in own if i >= len(model.prefix)]
        if end <= len(model.prefix):
            continue
        at = next((i for i in own if text[i] != " "), None)
        if at is None:
            continue
        vector = [float(x) for x in token]
        dot = sum(a * b for a, b in zip(first, vector, strict=True))
        cosine = dot / (math.hypot(*first) * math.hypot(*vector))
        word = text[:at].count(" ")
        best[word] = max(best.get(word, -2.0), cosine)
    return [best.get(word) for word in range(text.count(" ") + 1)]


@pytest.mark.parametrize("name", ["teacher", "student"])
def test_trigger_scores_equal_a_naive_cosine(tiny: Any, folders: Any, name: str) -> None:
    folder = getattr(folders, name)
    model, backbone = load_emotion_model(folder), AutoModel.from_pretrained(folder)
    for found, text in zip(model.trigger_scores(tiny.TEXTS, 4), tiny.TEXTS, strict=True):
        expected = naive_words(model, backbone, text)
        assert [word.word for word in found.words] == text.split(" ")
        known = [score for score in expected if score is not None]
        for word, score in zip(found.words, expected, strict=True):
            lowest = min(known, default=0.0)
            assert word.score == pytest.approx(lowest if score is None else score, abs=1e-5)
            assert word.scored == (score is not None)
            assert word.trigger == (word.scored and word.score >= (model.threshold or 0.0))


def test_contributions_equal_what_leaving_the_mean_says(folders: Any, mean: EmotionModel) -> None:
    """By hand: h · (w_label − mean w) of each sub-token, standardised over the text."""
    from safetensors.numpy import load_file

    model = replace(mean, trigger_score="contribution", prefix="")
    weight = load_file(folders.student / "head.safetensors")["weight"].astype(np.float64)
    for text in ("so happy today", "love  this table 😂", "sad"):
        ((prediction, scores),) = model.analyse([text])
        hidden, _ = states(AutoModel.from_pretrained(folders.student), model.tokenizer, text, 48)
        direction = weight[LABELS.index(prediction.label)] - weight.mean(axis=0)
        terms = hidden.numpy().astype(np.float64) @ direction
        terms = (terms - terms.mean()) / terms.std()
        best: dict[int, float] = {}
        for word, term in zip(model.aligned(text).word_ids, terms, strict=True):
            if word is not None:
                best[word] = max(best.get(word, -9.0), float(term))
        found = {row: word.score for row, word in enumerate(scores.words) if word.scored}
        assert found == pytest.approx(best, abs=1e-3)


def test_a_cls_model_has_no_contributions(cls: EmotionModel) -> None:
    with pytest.raises(ModelError, match="no contribution of their own"):
        replace(cls, trigger_score="contribution").trigger_scores(["so"])


def test_a_prefix_shapes_the_answer_and_is_never_scored(mean: EmotionModel) -> None:
    bare = replace(mean, prefix="")
    (prediction, scores), (other, _) = mean.analyse(["so"])[0], bare.analyse(["so"])[0]
    assert prediction.probabilities != pytest.approx(other.probabilities, abs=1e-3)
    assert [word.word for word in scores.words] == ["so"]
    (empty,) = mean.trigger_scores([""])
    assert [(word.word, word.scored, word.trigger) for word in empty.words] == [("", False, False)]


@given(st.lists(TEXT, min_size=1, max_size=5))
@SETTINGS
def test_predicting_and_analysing_agree(
    cls: EmotionModel, mean: EmotionModel, texts: list[str]
) -> None:
    for model in (cls, mean):
        for prediction, (again, scores) in zip(
            model.predict(texts), model.analyse(texts, 2), strict=True
        ):
            assert again.probabilities == pytest.approx(prediction.probabilities, abs=1e-5)
            assert again.truncated == prediction.truncated
            assert sum(prediction.probabilities) == pytest.approx(1.0, abs=1e-12)
            assert " ".join(word.word for word in scores.words) == scores.text


@pytest.mark.parametrize("more", [-1, 0, 1, 400])
def test_truncation_is_flagged_exactly(model: EmotionModel, more: int) -> None:
    room = model.max_length - len(model.tokenizer(model.prefix + "so")["input_ids"]) + 1
    text = " ".join(["so"] * (room + more))
    assert len(model.tokenizer(model.prefix + text)["input_ids"]) == model.max_length + more
    (prediction,) = model.predict([text])
    ((again, scores),) = model.analyse([text])
    assert prediction.truncated == again.truncated == (more > 0)
    cut = [word for word in scores.words if not word.scored]
    assert len(cut) == max(0, more)
    assert not any(word.trigger for word in cut)
    assert all(word.score == min(w.score for w in scores.words) for word in cut)


def test_without_a_threshold_nothing_is_a_trigger(cls: EmotionModel) -> None:
    untuned = replace(cls, threshold=None)
    (scores,) = untuned.trigger_scores(["so happy today"])
    assert not any(word.trigger for word in scores.words)
    (all_of_them,) = replace(cls, threshold=-1.0).trigger_scores(["so happy today"])
    assert all(word.trigger for word in all_of_them.words)


def test_foreign_classes_go_where_their_names_say(tiny: Any) -> None:
    names = ("sadness", "surprise", "JOY", "Anger")
    model = EmotionModel(tiny.bert(names), tiny.word_piece(), "foreign", class_names=names)
    logits = torch.tensor([[0.5, 9.0, -1.0, 2.0]])
    sadness, joy, anger = softmax([0.5, -1.0, 2.0])
    expected = dict.fromkeys(LABELS, 0.0) | {"Sadness": sadness, "Joy": joy, "Anger": anger}
    assert model.six(logits)[0].tolist() == pytest.approx(list(expected.values()))
    assert model.unmapped == ("surprise",)


@pytest.mark.parametrize(
    "text", ["", " " * 10_000, "a" * 10_000, "so " * 3_333, "😂" * 10_000, "\ud800", "\x00[SEP]<s>"]
)
def test_hostile_texts_are_answered(model: EmotionModel, text: str) -> None:
    ((prediction, scores),) = model.analyse([text])
    assert sum(prediction.probabilities) == pytest.approx(1.0)
    assert all(math.isfinite(value) for value in prediction.probabilities)
    assert scores.text == text and len(scores.words) == len(text.split(" "))
    assert all(-1.0 <= word.score <= 1.0 for word in scores.words)


def test_no_texts_no_answers(model: EmotionModel) -> None:
    assert model.predict([]) == model.analyse([]) == []
    assert model.probabilities([]).shape == (0, 6)


def test_padding_on_the_left_changes_nothing(cls: EmotionModel) -> None:
    turned = load_emotion_model(cls.name)
    turned.tokenizer.padding_side = "left"
    texts = ["so", "so happy today so happy", "love"]
    with torch.no_grad():  # without positions, where a text stands in its row is all the same
        turned.module.bert.embeddings.position_embeddings.weight.zero_()
        cls = load_emotion_model(cls.name)
        cls.module.bert.embeddings.position_embeddings.weight.zero_()
    for left, right in zip(turned.trigger_scores(texts), cls.trigger_scores(texts), strict=True):
        assert [w.score for w in left.words] == pytest.approx(
            [w.score for w in right.words], abs=1e-5
        )


def test_a_slow_tokenizer_is_read_word_by_word(tiny: Any, folders: Any) -> None:
    tokenizer = AutoTokenizer.from_pretrained(folders.marian)
    assert not tokenizer.is_fast
    with tiny.seeded(9):
        config = tiny.bert_config(vocab_size=len(tokenizer), **tiny.labelled(LABELS))
        module = type(tiny.bert())(config).eval()
    model = EmotionModel(module, tokenizer, "slow", max_length=32)
    texts = ["so happy", "je suis", "love 😂", "so " * 50]
    for prediction, (again, scores) in zip(model.predict(texts), model.analyse(texts), strict=True):
        assert again.truncated == prediction.truncated
        if not again.truncated:
            assert again.probabilities == pytest.approx(prediction.probabilities, abs=1e-5)
        assert len(scores.words) == len(scores.text.split(" "))


def test_eight_threads_get_what_one_gets(tiny: Any, mean: EmotionModel) -> None:
    alone = [mean.analyse([text])[0] for text in tiny.TEXTS]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda text: mean.analyse([text])[0], [*tiny.TEXTS] * 8))
    assert together == alone * 8


def test_the_key_holds_whatever_shapes_an_answer(cls: EmotionModel) -> None:
    changes: list[dict[str, Any]] = [
        {"identity": "x"},
        {"prefix": "x"},
        {"max_length": 7},
        {"pooling": "mean"},
        {"threshold": 0.9},
        {"trigger_reduce": "mean"},
        {"trigger_score": "contribution"},
        {"class_names": LABELS[::-1]},
        {"name": "another folder, so maybe another tokenizer"},
    ]
    keys = {cls.key, *(replace(cls, **change).key for change in changes)}
    assert len(keys) == len(changes) + 1


def test_identity_sees_every_weight_and_setting(tiny: Any) -> None:
    module = tiny.bert()
    same = module_identity(module, "cls", "", 64)
    assert same == module_identity(tiny.bert(), "cls", "", 64)
    assert same != module_identity(module, "cls", "query: ", 64)
    with torch.no_grad():
        module.classifier.bias[2] += 1e-6
    assert same != module_identity(module, "cls", "", 64)


def test_contributions_equal_a_naive_sum_and_need_a_mean_pooled_model(
    cls: EmotionModel, mean: EmotionModel
) -> None:
    text = "so happy today"
    model = replace(mean, trigger_score="contribution", prefix="")
    encoding = model.tokenizer(text, return_tensors="pt")
    with torch.no_grad():
        output = model.module(**encoding, output_hidden_states=True)
    weight = model.module.classifier.weight.detach()
    label = int(output.logits[0].argmax())
    terms = output.hidden_states[-1][0] @ (weight[label] - weight.mean(dim=0))
    naive = ((terms - terms.mean()) / terms.std(correction=0)).tolist()
    by_word: dict[int, float] = {}
    for score, word in zip(naive, encoding.word_ids(0), strict=True):
        if word is not None:
            by_word[word] = max(score, by_word.get(word, -math.inf))
    scored = model.trigger_scores([text])[0].words
    assert [word.score for word in scored] == pytest.approx(list(by_word.values()), abs=1e-4)
    with pytest.raises(ModelError, match="no contribution"):
        replace(cls, trigger_score="contribution").trigger_scores([text])

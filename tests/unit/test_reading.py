"""What the model really read, against the tokenizer's own ids, pieces and unknown mark."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from tokenizers.processors import TemplateProcessing
from transformers import PreTrainedTokenizerFast

from core.loading import load_emotion_model
from core.models import EmotionModel
from core.reading import reading
from core.records import PieceKind, Reading
from core.words import align, encodable

TEXTS = st.lists(
    st.sampled_from(
        ["so", "happy", "Love", " ", "😂", "🧿", "漢字", "été", "</s>", "[SEP]", "\u200d"]
    )
    | st.characters()
).map("".join)


@pytest.fixture(scope="module")
def teacher(folders: Any) -> EmotionModel:
    """Lower-cases, marks what goes on with "##", reads 64."""
    return load_emotion_model(folders.teacher, "teacher")


@pytest.fixture(scope="module")
def student(folders: Any) -> EmotionModel:
    """Marks where words begin with "▁", puts "user: " before a text, reads 48."""
    return load_emotion_model(folders.student, "student")


def read(model: EmotionModel, text: str) -> Reading:
    """What the model's own scores carry with them."""
    [scores] = model.trigger_scores([text])
    assert scores.reading is not None
    return scores.reading


@given(TEXTS)
@settings(max_examples=80, deadline=None)
def test_the_pieces_are_those_that_the_model_was_given(
    teacher: EmotionModel, student: EmotionModel, text: str
) -> None:
    for model in (teacher, student):
        found = reading(model.aligned(text), model.tokenizer, model.max_length)
        [encoding] = model.encode([text])
        ids, unknown = encoding["input_ids"], model.tokenizer.unk_token_id
        assert list(found.pieces) == model.tokenizer.convert_ids_to_tokens(ids)
        assert len(found.kinds) == len(found.pieces) <= found.limit == model.max_length
        rows = {row for row, piece in enumerate(ids) if piece == unknown}
        assert {r for r, k in enumerate(found.kinds) if k is PieceKind.UNKNOWN} == rows
        assert set(found.written) == rows
        assert all(part in text for part in found.written.values())
        assert found.kinds[0] == found.kinds[-1] == PieceKind.SPECIAL
        assert found.kinds.count(PieceKind.SPECIAL) == 2, "marks that were typed are text"
        whole = model.tokenizer(model.prefix + encodable(text))["input_ids"]
        assert found.beyond == max(0, len(whole) - model.max_length)
        assert (found.end is None) == (found.beyond == 0)


def test_by_hand(teacher: EmotionModel, student: EmotionModel) -> None:
    found = read(teacher, "So HAPPY 漢")
    assert found.pieces == ("[CLS]", "so", "happy", "[UNK]", "[SEP]")
    assert found.written == {3: "漢"} and found.mark == ""
    assert read(teacher, "xy").pieces[1:-1] == ("x", "##y") and read(teacher, "xy").mark == "##"
    found = read(student, "Love 漢")
    names = [
        piece for piece, kind in zip(found.pieces, found.kinds, strict=True) if kind == "prefix"
    ]
    assert names == ["▁user", ":"] and found.mark == "▁"
    assert [p for p, k in zip(found.pieces, found.kinds, strict=True) if k == "known"] == [
        *["▁love", "▁"]
    ]
    assert list(found.written.values()) == ["漢"]


@pytest.mark.parametrize("text", ["so happy " * 100, "x" * 500, "so " * 10 + "y" * 300])
def test_a_cut_text_says_how_much_was_read(student: EmotionModel, text: str) -> None:
    """What was read, read alone, gives the same pieces; one character more does not fit."""
    found = read(student, text)
    assert found.end is not None and 0 < found.end < len(text)
    assert len(found.pieces) == student.max_length
    alone = read(student, text[: found.end])
    assert alone.pieces == found.pieces and alone.beyond == 0
    assert read(student, text[: found.end + 2]).beyond > 0


def test_bytes_show_as_characters() -> None:
    """RoBERTa's pieces are bytes written as letters: "Ã©" is é."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=300,
        special_tokens=["<s>", "</s>", "<unk>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(["le été été été"] * 9, trainer)
    tokenizer.post_processor = TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 1)]
    )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", unk_token="<unk>"
    )
    found = reading(align("le été ☃", fast), fast, 128)
    assert found.pieces[0] == "<s>" and found.pieces[-1] == "</s>" and found.mark == "Ġ"
    assert "Ġété" in found.pieces
    assert "\ufffd" in "".join(found.pieces), "a third of a snowman has no character of its own"
    assert found.written == {}


def test_a_slow_tokenizer_is_read_word_by_word(folders: Any, tiny: Any) -> None:
    from transformers import MarianTokenizer

    with pytest.warns(UserWarning, match="sacremoses"):
        slow = MarianTokenizer.from_pretrained(folders.marian)
    found = reading(align("so 漢 happy", slow, max_length=10), slow, 10)
    assert found.pieces[-1] == "</s>" and found.kinds[-1] is PieceKind.SPECIAL
    assert "▁so" in found.pieces and "▁happy" in found.pieces and found.mark == "▁"
    assert "漢" in found.written.values()

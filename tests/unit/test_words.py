"""Words, sub-tokens and characters stay tied together, whatever is typed, for any tokenizer.

The truth: the tokenizer's own ids, Hugging Face's own ``word_ids``, and counting spaces.
"""

import json
import warnings
from pathlib import Path
from typing import Any

import pytest
import sentencepiece
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from tokenizers.processors import ByteLevel, Sequence, TemplateProcessing
from transformers import MarianTokenizer, PreTrainedTokenizerFast

from core.words import Alignment, Words, align, encodable, split_words

FAMILY = "👩\u200d👩\u200d👧"
PIECES = [
    *["a", "so", "happy", "Happy", "today", "été", "люблю", " ", " ", "  ", "#", "@user", "http"],
    *["😂", "❤️", FAMILY, "👍🏽", "🇫🇷", "\u200d", "\u200f", "\u202e", "\u202c", "\u0301", "e\u0301"],
    *[
        "ﬁ",
        "㍿",
        "İ",
        "ẞ",
        "Ａ",
        "½",
        "\u00a0",
        "\ufeff",
        "\u200b",
        "\t",
        "\n",
        "\x00",
        "</s>",
        ".",
    ],
]
TEXTS = st.lists(st.sampled_from(PIECES) | st.characters(exclude_categories=["Cs"])).map("".join)
CORPUS = [
    "so happy today love this sad angry fear # tag",
    "le monde est beau été",
    "я люблю 😂",
] * 9
SETTINGS = settings(max_examples=150, deadline=None)


def wrap(tokenizer: Tokenizer) -> PreTrainedTokenizerFast:
    """A transformers tokenizer with <s> … </s> around."""
    ends = [(mark, tokenizer.token_to_id(mark)) for mark in ("<s>", "</s>")]
    frame = TemplateProcessing(single="<s> $A </s>", special_tokens=ends)
    before = tokenizer.post_processor
    tokenizer.post_processor = Sequence([before, frame]) if before else frame
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<s>",
        eos_token="</s>",
        unk_token="<unk>",
        pad_token="<pad>",
        model_max_length=128,
    )


def word_piece() -> PreTrainedTokenizerFast:
    """Lower-casing, accent-stripping, control-dropping, as BERT's."""
    names = ["<s>", "</s>", "<unk>", "<pad>", "so", "hap", "##py", "today", "a", "##a", "user", "@"]
    tokenizer = Tokenizer(models.WordPiece({n: i for i, n in enumerate(names)}, unk_token="<unk>"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return wrap(tokenizer)


def unigram() -> PreTrainedTokenizerFast:
    """XLM-R's shape: NFKC (which changes lengths), collapsed spaces, "▁"."""
    tokenizer = Tokenizer(models.Unigram())
    collapse = normalizers.Replace(Regex(" {2,}"), " ")
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), collapse])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    special = ["<s>", "</s>", "<unk>", "<pad>"]
    trainer = trainers.UnigramTrainer(
        vocab_size=90, special_tokens=special, unk_token="<unk>", show_progress=False
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    return wrap(tokenizer)


def byte_level(trim: bool = True) -> PreTrainedTokenizerFast:
    """RoBERTa's shape: bytes, an emoji in several pieces; spaces trimmed from offsets or not."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=320,
        special_tokens=["<s>", "</s>", "<unk>", "<pad>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    tokenizer.post_processor = ByteLevel(trim_offsets=trim)
    return wrap(tokenizer)


def phrases() -> PreTrainedTokenizerFast:
    """Pieces that reach over words and over the end of a prefix: "so happy", ":so"."""
    pieces = ["<s>", "</s>", "<unk>", "<pad>", "so happy", ":so", "query", *"abhopqrsuty: "]
    tokenizer = Tokenizer(models.Unigram([(p, -float(i)) for i, p in enumerate(pieces)], unk_id=2))
    return wrap(tokenizer)


FAST: dict[str, PreTrainedTokenizerFast] = {
    "wordpiece": word_piece(),
    "unigram": unigram(),
    "bytes": byte_level(),
    "bytes with spaces": byte_level(trim=False),
    "phrases": phrases(),
}


@pytest.fixture(scope="module")
def marian(tmp_path_factory: pytest.TempPathFactory) -> MarianTokenizer:
    """A slow tokenizer, made from a SentencePiece model trained here."""
    folder: Path = tmp_path_factory.mktemp("marian")
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(CORPUS * 5),
        model_prefix=str(folder / "source"),
        vocab_size=90,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    model = sentencepiece.SentencePieceProcessor(model_file=str(folder / "source.model"))
    pieces = [model.id_to_piece(i) for i in range(model.get_piece_size())]
    names = ["</s>", "<unk>", *(p for p in pieces if p not in ("<s>", "</s>", "<unk>")), "<pad>"]
    vocabulary = folder / "vocab.json"
    vocabulary.write_text(json.dumps({name: i for i, name in enumerate(names)}))
    spm = str(folder / "source.model")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return MarianTokenizer(source_spm=spm, target_spm=spm, vocab=str(vocabulary))


def check_laws(aligned: Alignment, text: str) -> None:
    """What holds for every alignment of every text."""
    assert aligned.words.words == tuple(text.split(" "))
    assert len(aligned.input_ids) == len(aligned.word_ids) == len(aligned.char_spans)
    found = [word for word in aligned.word_ids if word is not None]
    assert found == sorted(found)
    for word, span in zip(aligned.word_ids, aligned.char_spans, strict=True):
        assert (word is None) == (span is None)
        if word is not None and span is not None:
            low, high = aligned.words.spans[word]
            assert low <= span[0] <= span[1] <= high
            assert aligned.words.words[word] != ""


@given(TEXTS)
@SETTINGS
def test_words_are_the_pieces_between_single_spaces(text: str) -> None:
    words = Words.of(text)
    assert words.words == tuple(split_words(text)) == tuple(text.split(" "))
    assert [text[start:end] for start, end in words.spans] == text.split(" ")
    assert " ".join(words.words) == text


@given(TEXTS)
@SETTINGS
def test_a_position_belongs_to_the_word_counted_by_spaces(text: str) -> None:
    words = Words.of(text)
    for position, char in enumerate(text):
        if char != " ":
            assert words.at(position) == text[:position].count(" ")


@pytest.mark.parametrize("name", FAST)
@pytest.mark.parametrize("prefix", ["", "query: "])
@given(text=TEXTS, max_length=st.integers(4, 40))
@settings(max_examples=120, deadline=None)
def test_fast_tokenizers_keep_their_ids_and_the_laws(
    name: str, prefix: str, text: str, max_length: int
) -> None:
    tokenizer = FAST[name]
    aligned = align(text, tokenizer, prefix=prefix, max_length=max_length)
    plain = tokenizer(prefix + text, truncation=True, max_length=max_length)["input_ids"]
    assert list(aligned.input_ids) == plain
    whole = align(text, tokenizer, prefix=prefix, max_length=10_000)
    assert aligned.beyond == max(0, len(tokenizer(prefix + text)["input_ids"]) - max_length)
    assert aligned.truncated == (aligned.beyond > 0) and (whole.beyond, whole.end) == (0, None)
    assert aligned.prefixed == min(whole.prefixed, max_length - 2)
    assert whole.prefixed == 0 or prefix
    if aligned.truncated:
        assert aligned.end is not None and 0 <= aligned.end <= len(text)
        kept = aligned.word_ids[: max_length - 1]
        assert kept == whole.word_ids[: max_length - 1], "the same pieces, only fewer"
        later = whole.char_spans[max_length - 1 : -1]
        assert all(span is None or span[1] >= aligned.end for span in later)
    check_laws(aligned, text)


def naive_words(text: str, offsets: list[tuple[int, int]]) -> list[int | None]:
    """Second implementation: the word of a sub-token's first character that is no space."""
    words: list[int | None] = []
    for start, end in offsets:
        own = [i for i in range(start, end) if text[i] != " "]
        later = [i for i in range(start, len(text)) if text[i] != " "]
        first = next(iter(own or later), None)
        words.append(None if first is None else text[:first].count(" "))
    return words


@pytest.mark.parametrize("name", FAST)
@given(text=TEXTS)
@SETTINGS
def test_each_sub_token_goes_to_the_word_of_its_characters(name: str, text: str) -> None:
    tokenizer = FAST[name]
    aligned = align(text, tokenizer, max_length=10_000)
    offsets = tokenizer(text, return_offsets_mapping=True)["offset_mapping"]
    assert list(aligned.word_ids[1:-1]) == naive_words(text, offsets[1:-1])
    assert aligned.word_ids[0] is None and aligned.word_ids[-1] is None


@pytest.mark.parametrize("name", ["bytes", "bytes with spaces"])
@given(text=TEXTS)
@SETTINGS
def test_a_tokenizer_that_drops_nothing_covers_every_character(name: str, text: str) -> None:
    aligned = align(text, FAST[name], max_length=10_000)
    covered = {i for span in aligned.char_spans if span for i in range(*span)}
    assert {i for i, char in enumerate(text) if char != " "} <= covered
    assert {w for w in aligned.word_ids if w is not None} == {
        i for i, word in enumerate(text.split(" ")) if word
    }


@given(st.lists(st.sampled_from(["so", "happy", "today", "a"]), min_size=1))
@SETTINGS
def test_equals_hugging_face_word_ids_where_both_mean_the_same(words: list[str]) -> None:
    text = " ".join(words)
    for name in ("wordpiece", "unigram"):
        encoded = FAST[name](text)
        assert list(align(text, FAST[name], max_length=10_000).word_ids) == encoded.word_ids()


@given(TEXTS)
@SETTINGS
def test_a_prefix_gets_no_word_and_moves_none(text: str) -> None:
    tokenizer = FAST["bytes"]
    plain = align(text, tokenizer, max_length=10_000)
    prefixed = align(text, tokenizer, prefix="query: ", max_length=10_000)
    assert {w for w in plain.word_ids if w is not None} == {
        w for w in prefixed.word_ids if w is not None
    }
    head = tokenizer("query:", add_special_tokens=False)["input_ids"]
    assert prefixed.word_ids[: len(head) + 1] == (None,) * (len(head) + 1)


@pytest.mark.parametrize("name", FAST)
@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "   ",
        "\u200d",
        "a \u200d b",
        f"{FAMILY} so",
        "\u202eso\u202c happy",
        "e\u0301" * 50,
    ],
)
def test_odd_texts(name: str, text: str) -> None:
    check_laws(align(text, FAST[name]), text)


@pytest.mark.parametrize("name", FAST)
@pytest.mark.parametrize(
    "text", ["so happy " * 1111 + "a", "a" * 10_000, " " * 10_000, "😂" * 10_000]
)
def test_ten_thousand_characters(name: str, text: str) -> None:
    aligned = align(text, FAST[name], max_length=128)
    check_laws(aligned, text)
    assert len(aligned.input_ids) <= 128


def test_a_normaliser_that_changes_lengths_still_gives_own_characters() -> None:
    text = "HAPPY ﬁn ㍿ so"
    for name in ("wordpiece", "unigram"):
        aligned = align(text, FAST[name])
        for word, span in zip(aligned.word_ids, aligned.char_spans, strict=True):
            if word is not None and span is not None:
                assert text[slice(*span)] in aligned.words.words[word]
    so = [w for w in align(text, FAST["unigram"]).word_ids if w is not None]
    assert so[-1] == 3


def test_a_lone_mark_belongs_to_the_word_that_follows() -> None:
    tokenizer = FAST["unigram"]
    aligned = align("so  \u200d", tokenizer)
    tokens = tokenizer.convert_ids_to_tokens(list(aligned.input_ids))
    mark = tokens.index("▁")
    assert aligned.word_ids[mark] == 2


def test_a_space_after_the_last_word_belongs_to_none() -> None:
    tokenizer = FAST["bytes with spaces"]
    aligned = align("so ", tokenizer)
    assert aligned.word_ids == (None, 0, None, None)


def test_a_sub_token_over_two_words_belongs_to_the_first() -> None:
    aligned = align("so happy", FAST["phrases"])
    assert aligned.word_ids == (None, 0, None)
    assert aligned.char_spans == (None, (0, 2), None)


def test_a_sub_token_over_the_end_of_the_prefix_belongs_to_the_text() -> None:
    aligned = align("so", FAST["phrases"], prefix="query:")
    assert aligned.word_ids == (None, None, 0, None)
    assert aligned.char_spans == (None, None, (0, 2), None)


def test_lone_surrogates_are_read_as_replacement_characters() -> None:
    assert encodable("a\ud800b") == "a\ufffdb"
    for tokenizer in FAST.values():
        check_laws(align("so \ud83d happy", tokenizer), "so \ud83d happy")


def ids_of(tokenizer: Any, text: str) -> list[int]:
    """What a plain call gives, warnings about length aside."""
    return list(tokenizer(text, truncation=True, max_length=10_000)["input_ids"])


SLOW_TEXTS = st.lists(st.sampled_from([*"aso 😂 été", FAMILY, "\u200d", "happy", "Ａ", "ﬁ"])).map(
    "".join
)


@given(SLOW_TEXTS)
@SETTINGS
def test_slow_tokenizers_word_by_word_equal_the_plain_call(
    marian: MarianTokenizer, text: str
) -> None:
    assert not marian.is_fast
    aligned = align(text, marian, max_length=10_000)
    assert list(aligned.input_ids) == ids_of(marian, text)


@given(TEXTS, st.integers(4, 40))
@SETTINGS
def test_slow_tokenizers_keep_the_laws(marian: MarianTokenizer, text: str, max_length: int) -> None:
    aligned = align(text, marian, prefix="so ", max_length=max_length)
    check_laws(aligned, text)
    whole = align(text, marian, prefix="so ", max_length=10_000)
    assert aligned.beyond == max(0, len(whole.input_ids) - max_length)
    prefixed = len(marian.tokenize("so "))
    assert (whole.beyond, whole.prefixed) == (0, prefixed)
    assert aligned.prefixed == min(prefixed, max_length - 1)
    assert len(aligned.input_ids) == min(len(whole.input_ids), max_length)
    assert aligned.input_ids[:-1] == whole.input_ids[: len(aligned.input_ids) - 1]
    covered = {i for span in whole.char_spans if span for i in range(*span)}
    words_read = {w for w in whole.word_ids if w is not None}
    own = {i for w in words_read for i in range(*whole.words.spans[w])}
    assert covered == own


def test_slow_spans_are_exact_where_lengths_add_up(marian: MarianTokenizer) -> None:
    text = "so été 😂 tag"
    aligned = align(text, marian)
    pieces = marian.convert_ids_to_tokens(list(aligned.input_ids))
    for piece, span in zip(pieces, aligned.char_spans, strict=True):
        if span is not None and "<unk>" not in piece:
            assert text[slice(*span)] == piece.removeprefix("▁")


def test_slow_ten_thousand_characters(marian: MarianTokenizer) -> None:
    for text in ("so happy " * 1111 + "a", "a" * 10_000, "\u200d" * 10_000):
        aligned = align(text, marian)
        check_laws(aligned, text)
        assert len(aligned.input_ids) <= 128

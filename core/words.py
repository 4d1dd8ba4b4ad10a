"""Word ↔ sub-token ↔ character span, for any Hugging Face tokenizer.

The only file that knows the marks of tokenizers ("▁", "##", "Ġ"). A word is one piece of
``text.split(" ")`` on the single space, as the EXALT files count them; it may be empty. Knows
nothing of models, scores or labels.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tokenizers.decoders import ByteLevel

Span = tuple[int, int]
"""Characters ``[start, end)`` of the user's own text."""

_MARKS = ("▁", "##", "</w>")  # SentencePiece, WordPiece, old BPE
_SPACE = "Ġ"  # byte-level BPE's space; its pieces are bytes, written as letters
_BYTES = ByteLevel()
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Words:
    """A text cut at single spaces."""

    text: str
    words: tuple[str, ...]  # W, parallel to text.split(" ")
    spans: tuple[Span, ...]  # W, text[start:end] is the word

    @classmethod
    def of(cls, text: str) -> "Words":
        """Cut a text.

        >>> Words.of("so  happy").spans
        ((0, 2), (3, 3), (4, 9))
        """
        words = tuple(split_words(text))
        spans, start = [], 0
        for word in words:
            spans.append((start, start + len(word)))
            start += len(word) + 1
        return cls(text, words, tuple(spans))

    def at(self, position: int) -> int:
        """Index of the word that holds a character, or that the space there comes after."""
        return bisect_right(self.spans, position, key=lambda span: span[0]) - 1

    def next_from(self, position: int) -> int | None:
        """Index of the first word with characters that starts at a position or later."""
        first = bisect_right(self.spans, position - 1, key=lambda span: span[0])
        return next((i for i in range(first, len(self.spans)) if self.words[i]), None)


@dataclass(frozen=True, slots=True)
class Alignment:
    """One text as a model reads it, T sub-tokens, tied to its words.

    A sub-token that holds no character of its own (a lone "▁" before an emoji) belongs to the
    word that follows it, so that its score is not lost; its span is that word's first character
    where the tokenizer says so, else empty at the word's start. With no word after it, it
    belongs to none. A sub-token over several words belongs to the first.
    """

    words: Words
    input_ids: tuple[int, ...]  # T, special tokens and prefix included; feed these to the model
    word_ids: tuple[int | None, ...]  # T, index into words; None: special or prefix token
    char_spans: tuple[Span | None, ...]  # T, into words.text; None where word_ids is None
    beyond: int  # sub-tokens of the text that lie beyond max_length and were not read
    prefixed: int = 0  # sub-tokens of the prefix, after the tokenizer's own first marks

    @property
    def truncated(self) -> bool:
        """Whether some of the text was not read."""
        return self.beyond > 0

    @property
    def end(self) -> int | None:
        """Characters of the text that were read; None: all of it."""
        if not self.truncated:
            return None
        return max((span[1] for span in self.char_spans if span is not None), default=0)


def split_words(text: str) -> list[str]:
    """The EXALT words of a text: ``text.split(" ")``, empty ones included."""
    return text.split(" ")


def piece_mark(pieces: Sequence[str], tokenizer: Any) -> str:
    """How these pieces of a vocabulary show where words are: "▁", "Ġ", "##", or "" for none."""
    marks = (_SPACE,) if _byte_level(tokenizer) else _MARKS[:2]
    return next((mark for mark in marks for piece in pieces if piece.startswith(mark)), "")


def spelled(piece: str, tokenizer: Any) -> str:
    """A piece of a vocabulary as a reader can read it: bytes as the characters they make.

    Half a character, which byte-level pieces can be, shows as U+FFFD.
    """
    if not _byte_level(tokenizer) or piece in tokenizer.all_special_tokens:
        return piece
    return str(_BYTES.decode([piece])).replace(" ", _SPACE)


def _byte_level(tokenizer: Any) -> bool:
    """Whether pieces are bytes in disguise, as RoBERTa's."""
    return getattr(tokenizer, "is_fast", False) and isinstance(
        tokenizer.backend_tokenizer.decoder, ByteLevel
    )


def encodable(text: str) -> str:
    """The text with lone surrogates, which no tokenizer accepts, as U+FFFD; same length."""
    return _SURROGATE.sub("\ufffd", text)


def align(text: str, tokenizer: Any, *, prefix: str = "", max_length: int = 128) -> Alignment:
    """Tie each sub-token of ``prefix + text`` to a word and to characters of ``text``.

    Args:
        text: the user's own text; never stripped.
        tokenizer: any Hugging Face tokenizer. Fast ones tell offsets; with slow ones each word
            is encoded on its own.
        prefix: an instruction put before the text ("query: " for E5); its tokens get None.
        max_length: T at most, special tokens included.

    Returns:
        An Alignment whose ``input_ids`` equal, for a fast tokenizer,
        ``tokenizer(prefix + text, truncation=True, max_length=max_length)["input_ids"]``.
    """
    words = Words.of(text)
    if getattr(tokenizer, "is_fast", False):
        return _align_fast(words, tokenizer, prefix, max_length)
    return _align_slow(words, tokenizer, prefix, max_length)


def _align_fast(words: Words, tokenizer: Any, prefix: str, max_length: int) -> Alignment:
    """By the offsets that a fast tokenizer reports for ``prefix + text``."""
    encoded = tokenizer(
        encodable(prefix + words.text),
        truncation=True,
        max_length=max_length,
        return_offsets_mapping=True,
        return_special_tokens_mask=True,
    )
    rows = zip(encoded["offset_mapping"], encoded["special_tokens_mask"], strict=True)
    own = [
        None if special else (start - len(prefix), end - len(prefix))
        for (start, end), special in rows
    ]
    placed = [(None, None) if span is None else _place(words, *span) for span in own]
    rest = encoded.encodings[0].overflowing
    return Alignment(
        words,
        tuple(encoded["input_ids"]),
        tuple(word for word, _ in placed),
        tuple(span for _, span in placed),
        beyond=sum(part.special_tokens_mask.count(0) for part in rest),
        prefixed=sum(span is not None and _in_prefix(*span) for span in own),
    )


def _in_prefix(start: int, end: int) -> bool:
    """Whether a sub-token ends before the text begins."""
    return start < 0 and end <= 0


def _place(words: Words, start: int, end: int) -> tuple[int | None, Span | None]:
    """Word and own characters of a sub-token at [start, end); negative: in the prefix."""
    if _in_prefix(start, end):
        return None, None
    start, end = max(start, 0), min(end, len(words.text))
    while start < end and words.text[start] == " ":
        start += 1
    if start < end:
        word = words.at(start)
        return word, (start, min(end, words.spans[word][1]))
    following = words.next_from(start)
    if following is None:
        return None, None
    return following, (words.spans[following][0],) * 2


def _align_slow(words: Words, tokenizer: Any, prefix: str, max_length: int) -> Alignment:
    """By encoding word after word, and keeping what ``max_length`` has room for."""
    before, after = _frame(tokenizer)
    room = max_length - len(before) - len(after)
    ids: list[int] = tokenizer.convert_tokens_to_ids(tokenizer.tokenize(encodable(prefix)))
    prefixed = len(ids)
    places: list[tuple[int | None, Span | None]] = [(None, None)] * prefixed
    for index, word in enumerate(words.words):
        pieces = tokenizer.tokenize(encodable(word)) if word else []
        ids += tokenizer.convert_tokens_to_ids(pieces)
        offset = words.spans[index][0]
        spans = _piece_spans(word, pieces)
        places += [(index, (offset + start, offset + end)) for start, end in spans]
    edges = [(None, None)] * len(before), [(None, None)] * len(after)
    kept = [*edges[0], *places[:room], *edges[1]]
    return Alignment(
        words,
        (*before, *ids[:room], *after),
        tuple(word for word, _ in kept),
        tuple(span for _, span in kept),
        beyond=max(len(ids) - room, 0),
        prefixed=min(prefixed, room),
    )


def _frame(tokenizer: Any) -> tuple[list[int], list[int]]:
    """The special tokens that a slow tokenizer puts before and after a sequence."""
    marker = -1
    framed = list(tokenizer.build_inputs_with_special_tokens([marker]))
    position = framed.index(marker)
    return framed[:position], framed[position + 1 :]


def _piece_spans(word: str, pieces: Sequence[str]) -> list[Span]:
    """Characters of ``word`` behind each of its pieces, whose text may be normalised.

    Pieces and characters are walked side by side, both folded (NFKD, lower case). Where the
    lengths do not add up, as after an unknown piece, each piece gets the whole word: no
    character is attributed to the wrong piece.
    """
    ends = [0]  # folded length up to and including each character
    for char in word:
        ends.append(ends[-1] + len(_fold(char)))
    lengths = [len(_fold(_bare(piece))) for piece in pieces]
    if sum(lengths) != ends[-1]:
        return [(0, len(word))] * len(pieces)
    spans, position = [], 0
    for length in lengths:
        start = bisect_right(ends, position) - 1 if length else bisect_right(ends, position - 1)
        position += length
        end = next(i for i in range(len(ends)) if ends[i] >= position)
        spans.append((min(start, end), end))
    return spans


def _bare(piece: str) -> str:
    """A piece without its tokenizer's mark."""
    for mark in _MARKS:
        piece = piece.removeprefix(mark).removesuffix(mark)
    return piece


def _fold(text: str) -> str:
    """Compatibility decomposition and lower case: its length adds up over characters."""
    return unicodedata.normalize("NFKD", text).lower()

"""How word links between a tweet and its English come about.

Knows words, the parts that were translated apart, and what is linked by identity: emoji,
mentions, addresses, numbers, names, marks. Attention over sub-tokens comes from
core.cross_attention; what links are used for is core.links.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.explanations import Links
from core.segments import segments
from core.words import Alignment, Words

if TYPE_CHECKING:
    from core.cross_attention import Forced

Floats = NDArray[np.float64]
LARGEST = 250_000  # English words times the tweet's; what has more is no tweet
CLEAR = 0.35  # share of an English word's row from which a second source word is linked too
_MARKED = ("@", "#", "http")  # what is copied as it is


@dataclass(frozen=True)
class Stretch:
    """Some characters, each with its place in the whole text; white space may differ from it."""

    text: str
    places: Sequence[int]  # parallel to the characters

    @classmethod
    def at(cls, start: int, text: str) -> "Stretch":
        """Characters as they stand from a place on."""
        return cls(text, range(start, start + len(text)))


@dataclass(frozen=True)
class Piece:
    """A stretch of the tweet and the stretch of the English that belongs to it."""

    source: Stretch
    english: Stretch
    translated: bool  # False: kept aside, the same on both sides


def machine_pieces(
    text: str, english: str, parts: Sequence[Sequence[tuple[str, str]]]
) -> list[Piece] | None:
    """How a translator cut a tweet.

    Args:
        parts: for each segment that was translated, its chunks and the English of each.

    Returns:
        The pieces, in order; None where their English does not join to ``english``.
    """
    pieces: list[Piece] = []
    wanted = iter(parts)
    at = to = 0
    for translate, part in segments(text):
        if translate:
            chunks = next(wanted)
            pieces += _chunked(Stretch.at(at, part), to, chunks)
            made = " ".join(output for _, output in chunks)
        else:
            pieces.append(Piece(Stretch.at(at, part), Stretch.at(to, part), False))
            made = part
        if not english.startswith(made, to):
            return None
        at, to = at + len(part), to + len(made)
    return pieces if to == len(english) else None


def _chunked(segment: Stretch, to: int, chunks: Sequence[tuple[str, str]]) -> list[Piece]:
    """A segment's chunks hold its characters in order; only white space was made anew."""
    places = iter(
        place
        for place, char in zip(segment.places, segment.text, strict=True)
        if not char.isspace()
    )
    pieces, last = [], segment.places[0]
    for chunk, output in chunks:
        own = []
        for char in chunk:
            last = last if char.isspace() else next(places)
            own.append(last)
        pieces.append(Piece(Stretch(chunk, own), Stretch.at(to, output), True))
        to += len(output) + 1
    return pieces


def own_pieces(text: str, english: str) -> list[Piece]:
    """How an English text of the user's own answers a tweet: part by part, else as a whole."""
    ours, theirs = segments(text), segments(english)
    if [wanted for wanted, _ in ours] != [wanted for wanted, _ in theirs]:
        return [Piece(Stretch.at(0, text), Stretch.at(0, english), True)]
    pieces, at, to = [], 0, 0
    for (wanted, part), (_, other) in zip(ours, theirs, strict=True):
        if wanted or part == other:
            pieces.append(Piece(Stretch.at(at, part), Stretch.at(to, other), wanted))
        at, to = at + len(part), to + len(other)
    return pieces


def identical(text: str, english: str) -> Links | None:
    """Links of a tweet that came back as it was: word by word; None if the words differ."""
    source, target = Words.of(text), Words.of(english)
    ours, theirs = ([i for i, word in enumerate(side.words) if word] for side in (source, target))
    if len(ours) != len(theirs):
        return None
    pairs = list(zip(ours, theirs, strict=True))
    matrix = np.zeros((len(target.words), len(source.words)))
    for own, other in pairs:
        matrix[other, own] = 1.0
    return _links(source, target, matrix, pairs)


def linked(text: str, english: str, pieces: Sequence[Piece], forced: Sequence["Forced"]) -> Links:
    """Links by attention, and by identity where a word was copied.

    Args:
        pieces: as from ``machine_pieces`` or ``own_pieces``.
        forced: attention of the translated ones among them, in order.
    """
    source, target = Words.of(text), Words.of(english)
    matrix = np.zeros((len(target.words), len(source.words)))
    told = iter(forced)
    same: list[tuple[int, int]] = []
    for piece in pieces:
        if piece.translated:
            _add(matrix, piece, next(told), source, target)
            same += _copied(piece, source, target)
        else:
            for own, other in _kept(piece, source, target):
                matrix[other, own] += 1.0
    for _, other in same:
        matrix[other] = 0.0
    for own, other in same:
        matrix[other, own] += 1.0
    sums = matrix.sum(axis=1, keepdims=True)
    matrix = np.divide(matrix, sums, out=np.zeros_like(matrix), where=sums > 0)
    return _links(source, target, matrix, _hard(matrix))


def _links(source: Words, target: Words, matrix: Floats, pairs: Iterable[tuple[int, int]]) -> Links:
    rows = tuple(tuple(row) for row in matrix.tolist())
    return Links(source.text, target.text, rows, tuple(sorted(set(pairs))))


def _add(matrix: Floats, piece: Piece, forced: "Forced", source: Words, target: Words) -> None:
    """Add one piece's attention, summed over the sub-tokens of a word on either side.

    Rows are normalised at the end, so that the sum over an English word's sub-tokens is their
    mean, in which one that looks at the end mark or at punctuation counts for what it gives to
    words.
    """
    columns = to_words(forced.source)  # (S, V'), words of the piece
    rows = to_words(forced.english)[: len(forced.weights)]  # (E − 1, W')
    own = _owners(forced.source.words, piece.source, source)
    other = _owners(forced.english.words, piece.english, target)
    np.add.at(matrix, np.ix_(other, own), rows.T @ forced.weights @ columns)


def _owners(local: Words, stretch: Stretch, words: Words) -> list[int]:
    """The word of the whole text that holds each word of a stretch; any for an empty one."""
    return [words.at(stretch.places[start]) if end > start else 0 for start, end in local.spans]


def to_words(alignment: Alignment) -> Floats:
    """(T, W) 1 where a sub-token belongs to a word.

    The end mark, marks of punctuation and emoji belong to none: they draw attention that means
    nothing.
    """
    words = alignment.words
    owners = np.zeros((len(alignment.input_ids), len(words.words)))
    for row, (own, span) in enumerate(zip(alignment.word_ids, alignment.char_spans, strict=True)):
        if own is not None and span is not None:
            # A bare "▁" has no characters of its own: it goes with its word.
            owners[row, own] = spoken(words.text[slice(*span)] or words.words[own])
    return owners


def spoken(text: str) -> bool:
    """Whether there is a letter or a digit."""
    return any(char.isalnum() for char in text)


def _kept(piece: Piece, source: Words, target: Words) -> set[tuple[int, int]]:
    """Words of a part that was kept aside."""
    places = zip(piece.source.text, piece.source.places, piece.english.places, strict=True)
    return {(source.at(at), target.at(to)) for char, at, to in places if not char.isspace()}


def _copied(piece: Piece, source: Words, target: Words) -> list[tuple[int, int]]:
    """Words of a translated piece that stand on both sides: as often, or once in the tweet."""
    ours, theirs = _forms(piece.source, source), _forms(piece.english, target)
    found: list[tuple[int, int]] = []
    for form, own in ours.items():
        other = theirs.get(form, [])
        if len(own) == len(other):
            found += zip(own, other, strict=True)
        elif len(own) == 1 and spoken(form):
            found += ((own[0], one) for one in other)
    return found


def _forms(stretch: Stretch, words: Words) -> dict[str, list[int]]:
    """What may be copied in a stretch, with the words that hold it."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    local = Words.of(stretch.text)
    for word, (start, _) in zip(local.words, local.spans, strict=True):
        form = form_of(word)
        if form:
            found[form].append(words.at(stretch.places[start]))
    return found


def form_of(word: str) -> str:
    """How a word that may be copied is told again; empty for one that may not.

    Names are words of three letters or more with a capital first.
    """
    if not spoken(word) or word.startswith(_MARKED):
        return word
    bare = word.strip("".join(char for char in set(word) if not char.isalnum()))
    name = len(bare) > 2 and bare[0].isupper()
    return bare.casefold() if name or any(char.isdigit() for char in bare) else ""


def _hard(matrix: Floats) -> list[tuple[int, int]]:
    """(source, English): each English word's first source word, and others with a clear share."""
    best = matrix.argmax(axis=1)
    return [
        (int(own), other)
        for other, row in enumerate(matrix)
        for own in np.flatnonzero((row >= CLEAR) | (np.arange(len(row)) == best[other]))
        if row[own] > 0
    ]

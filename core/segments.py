"""Which parts of a tweet are sentences to translate, and how long ones are cut.

Emoji, line breaks, and mentions and links at either end of a stretch of words
are kept aside, so that they stand in the translation where they stood. Knows
characters only: no language, no model.
"""

from collections.abc import Callable, Iterator
from itertools import groupby

import regex

from core.emoji import SEQUENCE

Part = tuple[bool, str]
"""(translate?, text)"""

_EMOJI = regex.compile(rf"({SEQUENCE}(?:\s*{SEQUENCE})*)")
_LINE_BREAK = regex.compile(r"([\n\r\v\f\x85\u2028\u2029]+)")
_TOKEN = regex.compile(r"\S+")
_MENTION = regex.compile(r"@\w+|https?(?:://\S+)?")
_CLOSING = r"(?:[\"»”)]|\s[»”)])*"  # French puts a space before its closing mark
# A sentence ends at a space after its mark, unless more marks follow; a full stop or dots before
# a lower-case letter are an abbreviation or a pause.
_SENTENCE = regex.compile(
    r"(?<!\s)(?=\s++[^.!?…»”)])"
    rf"(?:(?<=[!?]{_CLOSING})|(?=\s++\P{{Ll}})(?<=[.…]{_CLOSING}))(\s++)"
)
_LETTER = regex.compile(r"\p{L}")
_EDGE = regex.compile(r"[\s\p{C}]+")  # spaces, and what is not seen: marks, joiners, controls


def segments(text: str) -> list[Part]:
    """Cut a tweet into parts, to translate or to keep, whose texts join to the tweet exactly.

    >>> segments("@user Je suis ravi 😂 http")
    [(False, '@user '), (True, 'Je suis ravi'), (False, ' 😂 http')]
    """
    parts = (part for line in _LINE_BREAK.split(text) for part in _line(line))
    merged: list[Part] = []
    for translate, group in groupby((part for part in parts if part[1]), key=lambda part: part[0]):
        if translate:
            merged += group
        else:
            merged.append((False, "".join(kept for _, kept in group)))
    return merged


def _line(line: str) -> Iterator[Part]:
    """Parts of one line: between its emoji, words without the mentions around them."""
    for stretch in _EMOJI.split(line):
        if not _LETTER.search(stretch):
            yield False, stretch
            continue
        start, end = _words(stretch)
        yield False, stretch[:start]
        for piece in _SENTENCE.split(stretch[start:end]):
            yield from _outer(piece)
        yield False, stretch[end:]


def _words(stretch: str) -> tuple[int, int]:
    """Where the words of a stretch begin and end: mentions and links around them left out."""
    tokens = [(found.group(), found.span()) for found in _TOKEN.finditer(stretch)]
    own = [span for token, span in tokens if not _MENTION.fullmatch(token)]
    return (own[0][0], own[-1][1]) if own else (len(stretch), len(stretch))


def _outer(piece: str) -> Iterator[Part]:
    """A sentence without what is invisible around it; one without letters is kept as it is."""
    if not _LETTER.search(piece):
        yield False, piece
        return
    before = _EDGE.match(piece)
    start = before.end() if before else 0
    end = len(piece)
    while _EDGE.match(piece[end - 1]):
        end -= 1
    yield False, piece[:start]
    yield True, piece[start:end]
    yield False, piece[end:]


def chunks(text: str, count: Callable[[str], int], longest: int) -> list[str]:
    """Cut a text at spaces into parts of at most ``longest`` sub-tokens; nothing is dropped.

    A single word that is longer is cut within.

    Args:
        text: a sentence.
        count: how many sub-tokens a text has.
        longest: sub-tokens of one part.
    """
    if count(text) <= longest:
        return [text]
    done: list[str] = []
    current = ""
    for word in text.split():
        for part in _halved(word, count, longest):
            joined = f"{current} {part}" if current else part
            if current and count(joined) > longest:
                done.append(current)
                joined = part
            current = joined
    return [*done, current]


def _halved(word: str, count: Callable[[str], int], longest: int) -> list[str]:
    if len(word) <= 1 or count(word) <= longest:
        return [word]
    middle = len(word) // 2
    return [*_halved(word[:middle], count, longest), *_halved(word[middle:], count, longest)]

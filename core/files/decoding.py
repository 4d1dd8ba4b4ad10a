"""A file's bytes as UTF-8, whatever they are written in, and what they could be written in.

Knows encodings; no rows and no columns. UTF-8 and files that begin with a mark are certain. All
else is offered with a sample, so that a person can recognise the right one; nothing is assumed.
"""

import codecs
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from core.errors import DataError
from core.tables import Stream

ENCODINGS: Mapping[str, str] = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
    "utf-32": "UTF-32",
    "cp1251": "Windows-1251",
    "cp1252": "Windows-1252",
    "latin-1": "Latin-1",
}
"""Encodings that can be read: Python's name → what people call them."""

_MARKS = {codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF32_BE: "utf-32"} | {
    codecs.BOM_UTF16_LE: "utf-16",  # after UTF-32, whose mark begins alike
    codecs.BOM_UTF16_BE: "utf-16",
}
_BYTES = ("cp1252", "cp1251", "latin-1")  # one byte a character
_HEAD, _CHUNK = 65_536, 1 << 20
_BEFORE, _AFTER, _SHOWN = 80, 320, 160  # bytes around what is shown, and characters of it
_BROKEN = "tandem-broken"
_FFFD = "\ufffd".encode()

# What does not belong to an encoding leaves as a byte that is not UTF-8, so that its row is named.
codecs.register_error(_BROKEN, lambda error: ("\udcff", error.end))  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Guess:
    """An encoding that a file could be in."""

    name: str  # for Layout.encoding
    title: str  # what people call it
    sample: str  # some of the file read so, where UTF-8 failed; on one line


class Transcoded:
    """A binary stream in another encoding, handed out as UTF-8 line by line; line numbers hold.

    Args:
        stream: at its beginning.
        encoding: a key of ENCODINGS.
    """

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self._text = io.TextIOWrapper(stream, encoding=encoding, errors=_BROKEN, newline="\n")
        self._ahead = b""

    def readline(self, limit: int, /) -> bytes:
        """At most ``limit`` bytes, up to a line feed; none at the end."""
        if not self._ahead:
            self._ahead = self._text.readline(limit).encode("utf-8", "surrogateescape")
        line, self._ahead = self._ahead[:limit], self._ahead[limit:]
        return line


def encoding_of(name: str) -> str:
    """The key of ENCODINGS that a name stands for: windows-1251 is cp1251.

    Raises:
        DataError: for an encoding that is not known.
    """
    try:
        found = codecs.lookup(name).name.removesuffix("-sig")
    except (LookupError, ValueError):
        found = ""
    for known in ENCODINGS:
        if codecs.lookup(known).name == found:
            return known
    hint = f"Use one of {', '.join(ENCODINGS)}."
    raise DataError(f"The encoding {name[:40]!r} is not known.", hint)


def as_utf8(stream: BinaryIO, encoding: str) -> Stream:
    """The stream's bytes as UTF-8. Raises DataError for an unknown encoding."""
    known = encoding_of(encoding)
    return stream if known == "utf-8" else Transcoded(stream, known)


def found(path: Path) -> tuple[str | None, tuple[Guess, ...]]:
    """What a file is written in, as far as its bytes tell; reads all of it, memory stays flat.

    Returns:
        Its encoding, None where it has to be asked for; and the encodings to offer, likelier ones
        first. A few broken bytes among many sound ones leave a file UTF-8.
    """
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
        marked = next((name for mark, name in _MARKS.items() if head.startswith(mark)), None)
        if marked:
            return marked, (_guess(marked, head),)
        wide = _wide(head)
        if wide:
            return None, tuple(_guess(name, head) for name in wide)
        stream.seek(0)
        around = _where_it_fails(stream)
    return ("utf-8", ()) if around is None else (None, _by_bytes(around))


def _wide(head: bytes) -> tuple[str, ...]:
    """UTF-16 without a mark: every other byte of most Western characters is NUL."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    if 20 * (even + odd) < len(head) or min(even, odd) * 10 > max(even, odd):
        return ()
    return ("utf-16-be", "utf-16-le") if even > odd else ("utf-16-le", "utf-16-be")


def _where_it_fails(stream: BinaryIO) -> bytes | None:
    """The bytes around the first one that is not UTF-8; None in a file that is UTF-8."""
    around: bytes | None = None
    sound = broken = 0  # continuation bytes, and sequences that are none
    for part in _whole_characters(stream):
        try:
            text = part.decode()
        except UnicodeDecodeError as error:
            around = around or part[max(error.start - _BEFORE, 0) : error.start + _HEAD]
            text = part.decode("utf-8", "replace")
            broken += text.count("\ufffd") - part.count(_FFFD)
        sound += len(part) - len(text)
    return around if 10 * broken > sound else None


def _whole_characters(stream: BinaryIO) -> Iterator[bytes]:
    """The stream in parts that end where a character may end, the last one excepted."""
    rest = b""
    while chunk := stream.read(_CHUNK):
        part = rest + chunk
        end = max(len(part) - 3, 0)
        while end < len(part) and part[end] & 0xC0 != 0xC0:  # to the last start of a character
            end += 1
        rest = part[end:]
        yield part[:end]
    yield rest


def _by_bytes(around: bytes) -> tuple[Guess, ...]:
    """Encodings of one byte a character that the bytes allow; those that read alike only once.

    Words all of high bytes are Cyrillic; among Western letters they stand alone.
    """
    runs = [len(run) for run in re.findall(rb"[\x80-\xff]+", around)]
    cyrillic = 2 * sum(length for length in runs if length > 2) > sum(runs)
    order = sorted(_BYTES, key=lambda name: (name == "cp1251") != cyrillic)
    guesses: list[Guess] = []
    for name in order:
        guess = _guess(name, around[: _BEFORE + _AFTER])
        if "\ufffd" not in guess.sample and guess.sample not in [one.sample for one in guesses]:
            guesses.append(guess)
    return tuple(guesses)


def _guess(name: str, head: bytes) -> Guess:
    """The beginning of some bytes, read so."""
    text = head[: _BEFORE + _AFTER].decode(name, "replace").removeprefix("\ufeff")
    shown = "".join(char if char.isprintable() else " " for char in text)
    return Guess(name, ENCODINGS[name], " ".join(shown.split())[:_SHOWN])

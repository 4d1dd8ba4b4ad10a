"""Bytes to lines, and lines to records of cells, as pandas' default quoting has them.

Knows delimiters, quotation marks and how they break; knows no column's meaning. Reads a line at a
time, so that a file may be of any size; what lies behind a broken quotation mark is read again from
the line after it, so that one bad cell does not swallow the rows that follow.
"""

import csv
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from core.errors import DataError

LONGEST = 1_000_000  # bytes of one line; the rest of a longer one is not read
UNCLOSED = "a quotation mark opens a cell and is not closed"
HOW_TO_QUOTE = 'Write a cell that begins with " as """…", doubling every quotation mark inside.'
SAVE_AS = "Save the table as UTF-8 text, with a first row that names the columns."
SEPARATORS = {"\t": "tabs", ",": "commas", ";": "semicolons", "|": "vertical bars"}
"""Delimiters of tables, in words."""

_BOM = b"\xef\xbb\xbf"
_END = "\x00end of file\x00"  # a last line that an open quote would swallow
_PIECES = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")  # lines where a lone \r ends one too
_BREAK_AND_TAB = re.compile(r"[\r\n][^\t]*\t")
_NOT_UTF8 = re.compile("[\udc80-\udcff]")  # bytes that surrogateescape let through


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file."""

    number: int  # from 1
    text: str  # its end included; bytes that are not UTF-8 as surrogates U+DC80 to U+DCFF
    problem: str = ""  # why it cannot be used, as the rest of a sentence


class Stream(Protocol):
    """What hands out bytes line by line; every binary file does."""

    def readline(self, limit: int, /) -> bytes:
        """At most so many bytes, up to a line feed; none at the end."""


class Lines:
    """The lines of a binary stream, one at a time; a few can be given back.

    Args:
        stream: at its beginning, UTF-8; a byte order mark is left out.
        returns: a carriage return alone ends a line too, as in tables.
        encoding: what the stream was in before it was made UTF-8, for sentences.
    """

    def __init__(self, stream: Stream, returns: bool = False, encoding: str = "UTF-8") -> None:
        self.returns = returns
        self.encoding = encoding
        self.position = 0  # bytes read so far
        self._stream = stream
        self._ahead = b""  # read already, but not yet a line
        self._number = 0
        self._waiting: deque[Line] = deque()

    def __iter__(self) -> Iterator[Line]:
        return self

    def __next__(self) -> Line:
        if not self._waiting:
            self._waiting.extend(self._read())
        if not self._waiting:
            raise StopIteration
        return self._waiting.popleft()

    def peek(self) -> bytes:
        """The bytes of the next line, which stays where it is; none at the end."""
        self._ahead = self._ahead or self._stream.readline(LONGEST)
        return self._ahead

    def give_back(self, lines: Sequence[Line]) -> None:
        """Lines to be read once more, in this order, before all others."""
        self._waiting.extendleft(reversed(lines))

    def _read(self) -> Iterator[Line]:
        raw, self._ahead = self.peek(), b""
        whole = len(raw) < LONGEST or raw.endswith(b"\n")
        self.position += len(raw) + (0 if whole else self._skip())
        text = (raw if self._number else raw.removeprefix(_BOM)).decode("utf-8", "surrogateescape")
        pieces = _PIECES.findall(text) if self.returns and "\r" in text else [text]
        for piece in pieces if text else ():
            self._number += 1
            yield Line(self._number, piece, _problem(piece, whole, self.encoding))

    def _skip(self) -> int:
        """Read on to the end of a line and forget it; returns how many bytes that were."""
        skipped = 0
        while raw := self._stream.readline(LONGEST):
            skipped += len(raw)
            if raw.endswith(b"\n"):
                break
        return skipped


def _problem(text: str, whole: bool, encoding: str) -> str:
    if not whole:
        return f"it is longer than {LONGEST:,} bytes"
    if "\x00" in text:
        return "it holds a NUL character"
    return f"it is not {encoding}" if _NOT_UTF8.search(text) else ""


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of one row, or why there are none."""

    line: int  # where it starts, the first line being 1
    cells: tuple[str, ...]  # exactly as written; none on an empty line
    problem: str = ""  # the rest of a sentence


def records(lines: Lines, delimiter: str) -> Iterator[Record]:
    """The records of a table, the header and empty lines among them.

    A record whose quotation mark is not closed is one line long, whatever it would swallow.
    In a file that is sound the cells are those of ``pandas.read_csv(sep=delimiter, dtype=str,
    keep_default_na=False)``.
    """
    feed = _Feed(lines)
    reader = csv.reader(feed, delimiter=delimiter)
    while True:
        feed.taken.clear()
        feed.ended = False
        try:
            cells, problem = next(reader), ""
        except csv.Error:  # a cell beyond csv's size limit
            cells, problem = [], f"a cell is longer than {csv.field_size_limit():,} characters"
            problem = problem if len(feed.taken) == 1 else UNCLOSED
        if feed.ended and cells == [_END]:
            return
        if feed.ended or not problem and _torn(cells, feed.taken, delimiter):
            problem = UNCLOSED
        if problem == UNCLOSED:
            lines.give_back(feed.taken[1:])
            feed.taken[1:] = []
        problem = problem or next((line.problem for line in feed.taken if line.problem), "")
        yield Record(feed.taken[0].number, () if problem else tuple(cells), problem)


class _Feed:
    """Lines as csv.reader takes them; keeps those of one record, then adds a mark of its own."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.taken: list[Line] = []
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self.lines, None)
        if line is None:
            self.ended = True
            return _END
        self.taken.append(line)
        return line.text


def _torn(cells: Sequence[str], taken: Sequence[Line], delimiter: str) -> bool:
    """Whether a quoted cell ran on into the rows after it.

    In tab-separated files it ate a line break *and* a tab. Commas and line breaks are common within
    a cell; there a mark that closes one in the middle of its text gives it away.
    """
    if len(taken) == 1:
        return False
    if delimiter == "\t":
        return any(_BREAK_AND_TAB.search(cell) for cell in cells)
    try:
        list(csv.reader([line.text for line in taken], delimiter=delimiter, strict=True))
    except csv.Error:
        return True
    return False


def check_header(
    name: str | Path,
    header: Sequence[str],
    required: Sequence[str],
    delimiter: str = "\t",
    problem: str = "",
) -> None:
    """Refuse a header with a double column, or without a required one.

    Args:
        problem: of the header's own record.

    Raises:
        DataError: naming the file and the columns.
    """
    if problem:
        raise DataError(f"The first row of {name} cannot be read: {problem}.", SAVE_AS)
    if not header:
        raise DataError(f"{name} is empty.", "The first row names the columns: ID, Texts, Labels.")
    double = sorted({column for column in header if list(header).count(column) > 1})
    if double:
        names = ", ".join(map(quote, double))
        raise DataError(f"{name} has more than one column {names}.", "Rename or remove one.")
    missing = [column for column in required if column not in header]
    if missing:
        found = ", ".join(map(quote, header[:8]))
        how = SEPARATORS.get(delimiter, quote(delimiter))
        hint = f"Found: {found}. Columns are separated by {how} and named in the first row."
        raise DataError(f"{name} lacks the column {', '.join(missing)}.", hint)


def quote(cell: str) -> str:
    """A cell as shown in an error: short, printable, and on one line."""
    short = cell if len(cell) <= 40 else cell[:39] + "…"
    shown = "".join(char if char.isprintable() else " " for char in short)
    return "“" + " ".join(shown.split()) + "”"

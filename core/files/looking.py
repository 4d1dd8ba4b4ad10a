"""What a file looks like: form, encoding, delimiter, columns, and a layout to begin with.

Looks at the file's beginning only, its encoding excepted; whether all rows can be used is
``core.files.checking``'s. Nothing that a person should decide is decided here.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any

from core.errors import DataError
from core.files.cells import as_text
from core.files.decoding import Guess, as_utf8, encoding_of, found
from core.files.layout import Form, Layout
from core.files.parquet import ParquetRows
from core.files.proposing import known_name, propose
from core.files.refusing import PARQUET, beginning, refuse_binary, unreadable
from core.files.rows import no_rows
from core.streaming import FORMS
from core.tables import LONGEST, SAVE_AS, Lines, Record, check_header, records

SEEN = 200  # rows that are looked at
SAMPLES = 5  # cells that a Column shows
_BEGINNING = 1 << 18  # bytes that are looked at
_SEPARATORS = "\t,;|"
_MARK = b"\xef\xbb\xbf"
_LONGEST_CELL = 200  # characters of a sample


@dataclass(frozen=True, slots=True)
class Column:
    """One column, or key of objects."""

    name: str  # "" in plain text
    samples: tuple[str, ...]  # cells of the first rows, parallel in all columns, long ones cut


@dataclass(frozen=True, slots=True)
class Look:
    """What the beginning of a file shows."""

    name: str
    size: int  # bytes
    form: Form
    encoding: str | None  # None: it is not UTF-8, and a person has to choose
    encodings: tuple[Guess, ...]  # to choose from, likelier ones first; () in UTF-8
    delimiter: str  # of tables; "" where there is none
    columns: tuple[Column, ...]  # () as long as no encoding is chosen
    rows: int  # seen at the beginning, at most SEEN
    proposal: Layout | None  # None: choose an encoding, or the column of the texts


def look(
    path: Path,
    name: str = "",
    most: int | None = None,
    *,
    encoding: str | None = None,
    form: Form | None = None,
    delimiter: str | None = None,
) -> Look:
    """Look at a file.

    Args:
        path: the file.
        name: what people call it, whose ending tells the form; "": the path's last part.
        most: bytes that it may have.
        encoding: as a person chose it; None: UTF-8 or what a mark says, else Look.encodings.
        form: as a person chose it; None: by ending and beginning.
        delimiter: of a table, as a person chose it; None: by its first rows.

    Raises:
        DataError: one sentence for a file that is none, is empty, too large, a PDF, picture or
            archive whatever its name says, or has no columns or rows.
    """
    name = name or path.name
    head = beginning(path, name, most)
    try:
        size = path.stat().st_size
        if head.startswith(PARQUET) and form in (None, "parquet"):
            return _look_at_parquet(path, name, size)
        if form == "parquet" or (form is None and Path(name).suffix.lower() == ".parquet"):
            raise DataError(f"{name} is not Parquet.", "Write it anew, or choose another form.")
        chosen, offered = found(path)
        chosen = chosen if encoding is None else encoding_of(encoding)
        if chosen is None:
            if not offered[0].name.startswith("utf-16"):
                refuse_binary(name, head)
            guessed = form or FORMS.get(Path(name).suffix.lower(), "csv")
            return Look(name, size, guessed, None, offered, "", (), 0, None)
        start = _start(path, chosen)
    except OSError as error:
        raise unreadable(name, error) from error
    refuse_binary(name, start)
    return _look_at_text(name, size, start, (chosen, offered), form, delimiter)


def _start(path: Path, encoding: str) -> bytes:
    """The first lines of a file, as UTF-8."""
    with path.open("rb") as file:
        stream, start = as_utf8(file, encoding), b""
        while len(start) < _BEGINNING and (line := stream.readline(LONGEST)):
            start += line
    return start


def _look_at_text(
    name: str,
    size: int,
    start: bytes,
    encoding: tuple[str, tuple[Guess, ...]],
    form: Form | None,
    delimiter: str | None,
) -> Look:
    """The look at a file whose beginning is known as UTF-8."""
    form, delimiter = _form(name, start, form, delimiter)
    if form == "jsonl":
        columns, count = _columns((), _objects(name, start))
    elif form == "txt":
        texts = (line.text.rstrip("\r\n") for line in Lines(BytesIO(start)))
        columns, count = _columns((), ({"": text} for text in texts if text.strip()))
    else:
        columns, count = _columns(*_table(name, start, delimiter))
    if not count:
        raise no_rows(name, Layout(form))
    if not columns:
        raise DataError(f"{name} begins with no JSON object.", "Write one object per line.")
    proposal = propose(form, encoding[0], delimiter or "\t", columns)
    return Look(name, size, form, *encoding, delimiter, _shown(columns), count, proposal)


def _look_at_parquet(path: Path, name: str, size: int) -> Look:
    table = ParquetRows(path, name)
    try:
        if not table.names:
            raise DataError(f"{name} has no columns.", "One column has to hold the texts.")
        columns, count = _columns(table.names, table.cells(table.names, SEEN))
        texts = [column for column in table.names if table.texts(column)]
    finally:
        table.close()
    if not count:
        raise no_rows(name, Layout("parquet"))
    proposal = propose("parquet", "utf-8", "\t", columns)
    if proposal is not None and proposal.text not in texts:
        proposal = None
    return Look(name, size, "parquet", "utf-8", (), "", _shown(columns), count, proposal)


def _form(name: str, start: bytes, form: Form | None, delimiter: str | None) -> tuple[Form, str]:
    """Form and delimiter: as chosen, as the name's ending says, or as the first rows look."""
    asked = form or FORMS.get(Path(name).suffix.lower())
    if asked == "jsonl" or (asked is None and start.removeprefix(_MARK).lstrip().startswith(b"{")):
        return "jsonl", ""
    best, texts = _separator(start)
    plain = {None: not best, "txt": not texts}.get(asked, False)  # a table may be called .txt
    if delimiter is None and (form == "txt" or plain):
        return "txt", ""
    separator = delimiter or best or ("\t" if asked == "tsv" else ",")
    return ("tsv" if separator == "\t" else "csv"), separator


def _separator(start: bytes) -> tuple[str, bool]:
    """The delimiter of a table's beginning, and whether a column is named as texts are.

    The one whose header says so, else whose rows most often have as many cells as the header;
    "" where no delimiter makes more than one column.
    """
    best, standing = "", (False, 0.0, 1)
    for separator in _SEPARATORS:
        found = [row.cells for row in islice(_records(start, separator), SEEN // 4) if row.cells]
        header = found[0] if found else ()
        if len(header) < 2:
            continue
        bare = all(cell == cell.strip() for cell in header)  # unlike the commas of a sentence
        texts = bare and any(map(known_name, header))
        alike = sum(len(cells) == len(header) for cells in found) / len(found)
        if (texts, alike, len(header)) > standing:
            best, standing = separator, (texts, alike, len(header))
    return best, standing[0]


def _records(start: bytes, delimiter: str) -> Iterator[Record]:
    return records(Lines(BytesIO(start), returns=True), delimiter)


def _table(
    name: str, start: bytes, delimiter: str
) -> tuple[tuple[str, ...], Iterator[dict[str, str] | None]]:
    """A table's header, and its rows; None for those that are ragged."""
    filled = (row for row in _records(start, delimiter) if row.cells or row.problem)
    first = next(filled, None)
    if first is None:
        raise DataError(f"{name} is empty.", SAVE_AS)
    header = first.cells
    check_header(name, header, (), delimiter, first.problem)
    if not any(header):
        hint = "Name them there: ID, Texts, Labels."
        raise DataError(f"The first row of {name} names no columns.", hint)
    return header, (
        dict(zip(header, row.cells, strict=True)) if len(row.cells) == len(header) else None
        for row in filled
    )


def _objects(name: str, start: bytes) -> Iterator[dict[str, Any] | None]:
    """The objects of lines; None for what is none."""
    if start.removeprefix(_MARK).lstrip().startswith(b"["):
        hint = "Write one object per line (JSONL), without brackets and commas between them."
        raise DataError(f"{name} is one JSON list, not an object per line.", hint)
    for line in Lines(BytesIO(start)):
        if line.text.strip():
            yield _object(line.text)


def _object(line: str) -> dict[str, Any] | None:
    try:
        content = json.loads(line)
    except (ValueError, RecursionError):  # checking names it
        return None
    return content if isinstance(content, dict) else None


def _columns(
    names: Iterable[str], rows: Iterable[dict[str, Any] | None]
) -> tuple[dict[str, list[str]], int]:
    """Cells as text by column, of rows that have any, and how many rows were seen."""
    seen = list(islice(rows, SEEN))
    good = [row for row in seen if row is not None]
    every = dict.fromkeys([*names, *(name for row in good for name in row)])
    return {name: [as_text(row.get(name)) for row in good] for name in every}, len(seen)


def _shown(columns: dict[str, list[str]]) -> tuple[Column, ...]:
    """The columns that have names, with their first cells."""
    plain = list(columns) == [""]
    return tuple(
        Column(name, tuple(cell[:_LONGEST_CELL] for cell in cells[:SAMPLES]))
        for name, cells in columns.items()
        if name or plain
    )

"""Texts one after another from a file or pipe of any size; memory stays flat.

Knows four forms: TSV and CSV with a header, JSONL, and plain text with one tweet per line. A row
that cannot be used is reported with its line, and the others go on. A text leaves exactly as it
stood there, never stripped. Knows nothing of models or outputs.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from core.errors import DataError
from core.files.layout import Trouble
from core.tables import SAVE_AS, Line, Lines, Record, Stream, check_header, quote, records
from core.words import encodable

Form = Literal["tsv", "csv", "jsonl", "txt"]
FORMS: Mapping[str, Form] = {
    ".tsv": "tsv",
    ".tab": "tsv",
    ".csv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".txt": "txt",
}
"""A file name's ending → how the file is read."""

DELIMITERS: Mapping[Form, str] = {"tsv": "\t", "csv": ","}
DEEPEST = 64  # of a JSON object; deeper ones cannot always be written again
COLUMN, KEY = "Texts", "text"  # where a table, and a JSON object, holds its text
_WIDE = (b"\xff\xfe", b"\xfe\xff")  # what UTF-16 and UTF-32 files start with


@dataclass(frozen=True, slots=True)
class Row:
    """One text of the input."""

    line: int  # where it starts, the first line being 1
    text: str  # as it stood there; halves of surrogate pairs, which JSON can hold, as U+FFFD
    extra: Mapping[str, Any] = field(default_factory=dict)  # the other columns or keys


class Source:
    """The rows of one input, in order.

    Args:
        stream: binary, UTF-8, at its beginning.
        name: for sentences.
        form: how it is read; None: by the name's ending, else by the first line.
        column: the column or key of the text; "": Texts in tables, text in JSON objects.
        also: further columns that a table must have.
        delimiter: of a table; "": the form's own.
        encoding: what the stream was in before it was made UTF-8, for sentences.

    Attributes:
        form: how it is read.
        blank: empty lines left out so far; in plain text also those of blanks alone.

    Raises:
        DataError: when it cannot be read as a whole: UTF-16, or no such column.
    """

    def __init__(
        self,
        stream: Stream,
        name: str,
        form: Form | None = None,
        column: str = "",
        *,
        also: Sequence[str] = (),
        delimiter: str = "",
        encoding: str = "UTF-8",
    ) -> None:
        self.name = name
        self.blank = 0
        self._lines = Lines(stream, encoding=encoding)
        self._column, self._also, self._delimiter = column, also, delimiter
        if encoding == "UTF-8":
            self._refuse_wide()
        self.form: Form = form or FORMS.get(Path(name).suffix.lower()) or self._guess()
        self._lines.returns = self.form in DELIMITERS

    @property
    def position(self) -> int:
        """Bytes read so far."""
        return self._lines.position

    def __iter__(self) -> Iterator[Row | Trouble]:
        if self.form in DELIMITERS:
            return self._table(self._delimiter or DELIMITERS[self.form])
        return self._objects() if self.form == "jsonl" else self._plain()

    def _refuse_wide(self) -> None:
        if self._lines.peek().startswith(_WIDE):
            raise DataError(f"{self.name} is UTF-16, not UTF-8.", "Save it as UTF-8.")

    def _guess(self) -> Form:
        """By the first line: a JSON object, a header with the column, else plain text."""
        first = self._lines.peek().decode("utf-8-sig", "replace").strip()
        if first.startswith("{"):
            return "jsonl"
        for form, delimiter in DELIMITERS.items():
            if (self._column or COLUMN) in (cell.strip('"') for cell in first.split(delimiter)):
                return form
        return "txt"

    def _table(self, delimiter: str) -> Iterator[Row | Trouble]:
        column = self._column or COLUMN
        header: tuple[str, ...] | None = None
        for record in records(self._lines, delimiter):
            if not (record.cells or record.problem):
                self.blank += 1
            elif header is None:
                header = record.cells
                required = [column, *self._also]
                check_header(self.name, header, required, delimiter, record.problem)
            else:
                yield _row(record, header, column)
        if header is None:
            raise DataError(f"{self.name} is empty.", SAVE_AS)

    def _objects(self) -> Iterator[Row | Trouble]:
        for line in self._filled():
            key = self._column or KEY
            try:
                yield _object(line, key)
            except _NoText as error:
                yield Trouble(line.number, key, str(error))
            except ValueError as error:
                yield Trouble(line.number, "", str(error))

    def _plain(self) -> Iterator[Row | Trouble]:
        for line in self._filled():
            if line.problem:
                yield Trouble(line.number, "", line.problem)
            else:
                end = "\r\n" if line.text.endswith("\r\n") else "\n"
                yield Row(line.number, line.text.removesuffix(end))

    def _filled(self) -> Iterator[Line]:
        """Lines that hold more than blanks."""
        for line in self._lines:
            if line.text.strip(" \t\r\n"):
                yield line
            else:
                self.blank += 1


def _row(record: Record, header: tuple[str, ...], column: str) -> Row | Trouble:
    if record.problem:
        return Trouble(record.line, "", record.problem)
    if len(record.cells) != len(header):
        cells = "cell" if len(record.cells) == 1 else "cells"
        return Trouble(record.line, "", f"{len(record.cells)} {cells} instead of {len(header)}")
    extra = dict(zip(header, record.cells, strict=True))
    return Row(record.line, extra.pop(column), extra)


class _NoText(ValueError):
    """An object that has no text where it should stand."""


def _object(line: Line, key: str) -> Row:
    """Raises ValueError, with the rest of a sentence, where a line holds no text."""
    if line.problem:
        raise ValueError(line.problem)
    try:
        content = _JSON.decode(line.text)
    except (ValueError, RecursionError):
        raise ValueError("it is not JSON") from None
    if not isinstance(content, dict):
        raise ValueError("it is not a JSON object")
    if line.text.count("[") + line.text.count("{") > DEEPEST and not _within(content, DEEPEST):
        raise ValueError("it is nested too deeply")
    if key in content and content[key] is None:
        raise _NoText(f"its {key} is null")
    if key not in content:
        found = ", ".join(map(quote, list(content)[:8])) or "nothing"
        raise _NoText(f"it has no {key} (found: {found})")
    text = content.pop(key)
    if not isinstance(text, str):
        raise _NoText(f"its {key} is not text")
    if "\x00" in text:
        raise ValueError("it holds a NUL character")
    return Row(line.number, encodable(text), content)


def _within(value: Any, depth: int) -> bool:
    """Whether a JSON value is nested at most so deeply."""
    if not isinstance(value, dict | list):
        return True
    entries = value.values() if isinstance(value, dict) else value
    return depth > 0 and all(_within(entry, depth - 1) for entry in entries)


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


_JSON = json.JSONDecoder(parse_constant=_no_number)

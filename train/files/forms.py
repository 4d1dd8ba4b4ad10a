"""How records stand in a file: JSONL, CSV or TSV, one after another.

Knows that a record begins with the text that it is about, and that tables are flat; opens no file.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from core.exports import LINE_ENDS, quoted
from core.words import encodable

Form = Literal["jsonl", "csv", "tsv"]
Record = Mapping[str, Any]
FORMS: Mapping[str, Form] = {".csv": "csv", ".tsv": "tsv", ".tab": "tsv"}  # all others: JSONL
_DELIMITERS = {"csv": ",", "tsv": "\t"}


def form_of(place: str) -> Form:
    """The form that a file name's ending asks for."""
    return FORMS.get(Path(place).suffix.lower(), "jsonl")


def encode(record: Record, form: Form) -> bytes:
    """One record as it stands in the file, line end included."""
    if form == "jsonl":
        return f"{_json(record)}\n".encode()
    return _line(flat(record).values(), form)


def start_of(text: str, form: Form) -> bytes:
    """How the record of a text begins."""
    if form == "jsonl":
        return _json({"text": text})[:-1].encode()
    return (_cell(text, form) + _DELIMITERS[form]).encode()


def header(record: Record, form: Form) -> bytes:
    """The line of names before records like this one; none in JSONL."""
    return b"" if form == "jsonl" else _line(flat(record), form)


def flat(record: Record) -> dict[str, str]:
    """A record as cells by column: ``{"a": {"b": 1}}`` has the column a.b; lists are JSON.

    >>> flat({"text": "x", "input": {"ID": "7"}, "sure": True, "gone": None})
    {'text': 'x', 'input.ID': '7', 'sure': 'true', 'gone': ''}
    """
    cells: dict[str, str] = {}
    for name, value in record.items():
        if isinstance(value, Mapping):
            cells.update({f"{name}.{key}": cell for key, cell in flat(value).items()})
        else:
            cells[name] = value if isinstance(value, str) else "" if value is None else _json(value)
    return cells


def _json(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False).translate(LINE_ENDS)
    try:
        text.encode()
    except UnicodeEncodeError:  # halves of surrogate pairs, which the input's JSON may hold
        return encodable(text)
    return text


def _line(cells: Iterable[str], form: Form) -> bytes:
    line = _DELIMITERS[form].join(_cell(cell, form) for cell in cells)
    return f"{line}\n".encode()


def _cell(text: str, form: Form) -> str:
    """A cell, in quotation marks where pandas' default quoting needs them."""
    return quoted(encodable(text), _DELIMITERS[form])

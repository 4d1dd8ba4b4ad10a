"""Rows of originals that name their columns: TSV, CSV, JSONL or Parquet, by the file's ending.

Knows these forms; knows no column's meaning. Bad rows are named and left out; so is a file that
lacks a column.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from core.errors import DataError, brief
from core.tables import Lines, check_header, quote, records
from train.prepare.originals import PACKED, Originals

Row = tuple[int, dict[str, Any]]  # line from 1, cells by column


def rows(
    originals: Originals, path: Path, columns: Sequence[str], quoted: bool = True
) -> Iterator[Row]:
    """The rows of a file; cells are text, in JSONL and Parquet lists and numbers too.

    Args:
        columns: those that must be there; others are handed on too.
        quoted: whether quotation marks in a TSV mean what they do in pandas.
    """
    plain = path.with_suffix("") if path.suffix in PACKED else path
    if plain.suffix == ".parquet":
        return _parquet(originals, path, columns)
    if plain.suffix in (".jsonl", ".json"):
        return _jsonl(originals, path, columns)
    if plain.suffix == ".csv" or quoted:
        return _table(originals, path, columns, "," if plain.suffix == ".csv" else "\t")
    return _unquoted(originals, path, columns)


def _table(
    originals: Originals, path: Path, columns: Sequence[str], delimiter: str
) -> Iterator[Row]:
    header: tuple[str, ...] | None = None
    with originals.opened(path) as stream:
        for record in records(Lines(stream, returns=True), delimiter):
            if not record.cells and not record.problem:
                continue
            if header is None:
                header = record.cells
                check_header(path, header, columns, delimiter, record.problem)
            elif record.problem or len(record.cells) != len(header):
                ragged = _ragged(len(record.cells), len(header))
                originals.complain(path, record.line, record.problem or ragged)
            else:
                yield record.line, dict(zip(header, record.cells, strict=True))
        if header is None:
            check_header(path, (), columns)


def _unquoted(originals: Originals, path: Path, columns: Sequence[str]) -> Iterator[Row]:
    lines = originals.lines(path)
    header = tuple(next(lines, (1, ""))[1].split("\t"))
    try:
        check_header(path, header if any(header) else (), columns)
    except DataError as error:
        originals.give_up(path, str(error))
        return
    for number, text in lines:
        cells = text.split("\t")
        if len(cells) == len(header):
            yield number, dict(zip(header, cells, strict=True))
        elif text.strip():
            originals.complain(path, number, _ragged(len(cells), len(header)))


def _ragged(found: int, wanted: int) -> str:
    return f"it has {found} cells instead of {wanted}"


def _jsonl(originals: Originals, path: Path, columns: Sequence[str]) -> Iterator[Row]:
    for number, text in originals.lines(path):
        if not text.strip():
            continue
        try:
            row = json.loads(text)
        except ValueError:
            row = None
        if not isinstance(row, dict):
            originals.complain(path, number, f"{quote(text)} is no JSON object")
        elif lack := [column for column in columns if column not in row]:
            originals.complain(path, number, f"it lacks {', '.join(lack)}")
        else:
            yield number, row


def _parquet(originals: Originals, path: Path, columns: Sequence[str]) -> Iterator[Row]:
    """Numbers of rows stand for lines; lists come as lists, missing cells as None."""
    import pandas as pd

    try:
        originals.digest(path)
        frame = pd.read_parquet(path)
        check_header(path, tuple(map(str, frame.columns)), columns)
    except ImportError:
        hint = "Install pyarrow, or save the same rows as CSV or JSONL under the same name"
        originals.give_up(path, f"{path} is Parquet, which needs pyarrow. {hint}.")
    except (DataError, OSError, ValueError) as error:
        originals.give_up(path, f"{path} cannot be read: {brief(error)}")
    else:
        for number, row in enumerate(frame.to_dict("records"), 1):
            yield number, {str(column): _plain(cell) for column, cell in row.items()}


def _plain(cell: Any) -> Any:
    """numpy's arrays and numbers as Python's; not-a-number as None."""
    value = cell.tolist() if hasattr(cell, "tolist") else cell
    return None if isinstance(value, float) and value != value else value

"""The table of a folder of results as a file for others: CSV, CSV for spreadsheets, JSONL, Parquet.

Columns are named as in the table (``core.evaluation.columns``), texts stand there character by
character, what is not computed is empty or null, and lists are JSON. Row group by row group, so
that a million rows take no more memory than a thousand. Knows no model and no figure.
"""

import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from core.errors import DataError, InputError
from core.evaluation.aside import aside, troubles
from core.evaluation.plan import PREDICTIONS
from core.exports import LINE_ENDS, MARK, defused, quoted

KINDS = ("csv", "spreadsheet", "jsonl", "parquet")
AT_ONCE = 4096  # rows

Rows = Iterator[pa.RecordBatch]


def export(folder: Path, kind: str, target: Path) -> Path:
    """Write the table of a folder of results in another form, whole or not at all.

    Args:
        kind: "csv" reads back equal by pandas and the like; "spreadsheet" is CSV for Excel and
            LibreOffice, where cells that would begin like a formula have an apostrophe before
            them; "jsonl" is one object a row; "parquet" is the table itself.

    Returns:
        The target.

    Raises:
        InputError: no such kind.
        DataError: the folder holds no table of results.
        TandemError: the target cannot be written.
    """
    if kind not in KINDS:
        raise InputError(f"{kind[:40]!r} is no form of export.", f"Forms are {', '.join(KINDS)}.")
    source = folder / PREDICTIONS
    try:
        table = pq.ParquetFile(source)
    except (OSError, pa.ArrowException) as error:
        hint = "Start the evaluation again."
        raise DataError(f"{folder} holds no table of results.", hint) from error
    with table, troubles(target), aside(target) as place:
        if kind == "parquet":
            shutil.copyfile(source, place)
        else:
            with place.open("wb") as file:
                _WRITERS[kind](table.schema_arrow, table.iter_batches(AT_ONCE), file)
    return target


def _csv(schema: pa.Schema, batches: Rows, file: BinaryIO) -> None:
    """As pandas writes it: cells are quoted where they have to be."""
    file.write(_line(map(quoted, schema.names)))
    for batch in batches:
        cells = [map(quoted, _cells(column, str)) for column in batch.columns]
        file.writelines(map(_line, zip(*cells, strict=True)))


def _spreadsheet(schema: pa.Schema, batches: Rows, file: BinaryIO) -> None:
    """Every cell quoted, texts defused; numbers begin no formula, also below 0."""
    file.write(MARK.encode() + _line(map(_enclosed, schema.names)))
    for batch in batches:
        cells = [map(_enclosed, _cells(column, defused)) for column in batch.columns]
        file.writelines(map(_line, zip(*cells, strict=True)))


def _jsonl(schema: pa.Schema, batches: Rows, file: BinaryIO) -> None:
    keys = [json.dumps(name) for name in schema.names]
    for batch in batches:
        values = [_cells(column, _json, "null") for column in batch.columns]
        for row in zip(*values, strict=True):
            pairs = ", ".join(f"{key}: {value}" for key, value in zip(keys, row, strict=True))
            file.write(f"{{{pairs}}}\n".encode())


_WRITERS: dict[str, Callable[[pa.Schema, Rows, BinaryIO], None]] = {
    "csv": _csv,
    "spreadsheet": _spreadsheet,
    "jsonl": _jsonl,
}


def _cells(column: pa.Array, text: Callable[[str], str], missing: str = "") -> list[str]:
    """A column's values as text: numbers by the fewest digits that tell them apart.

    Args:
        text: how a string is written.
        missing: how null is.
    """
    if pa.types.is_string(column.type):
        return [missing if value is None else text(value) for value in column.to_pylist()]
    if pa.types.is_list(column.type):
        offsets = column.offsets.to_pylist()
        entries = _cells(column.values, text, "null")
        spans = zip(offsets, offsets[1:], column.is_valid().to_pylist(), strict=False)
        return [f"[{', '.join(entries[a:b])}]" if told else missing for a, b, told in spans]
    return [missing if value is None else value for value in pc.cast(column, "string").to_pylist()]


def _json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).translate(LINE_ENDS)


def _enclosed(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def _line(cells: Iterable[str]) -> bytes:
    return (",".join(cells) + "\n").encode()

"""Exports read back by other libraries: texts to the byte, numbers to the last digit."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import DataError, InputError, TandemError
from core.evaluation import exports
from core.evaluation.exports import KINDS, export
from core.evaluation.plan import PREDICTIONS
from core.exports import FORMULA, MARK

# Lone surrogates never come this far: reading replaces them.
TEXT = st.text(
    st.characters(exclude_categories=["Cs"])
    | st.sampled_from(list("\r\n\t\0\x85\u2028\"',;=+-@\ufeff\u200d"))
)
SINGLE = st.floats(width=32, allow_nan=False, allow_infinity=False)
ROW = st.tuples(
    TEXT,
    st.none() | TEXT,
    SINGLE,
    st.none() | st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.none() | st.lists(st.integers(0, 1), max_size=3),
    st.none() | st.lists(st.none() | SINGLE, max_size=3),
)
SCHEMA = pa.schema(
    [
        ("row", pa.int64()),
        ("text", pa.string()),
        ("translation", pa.string()),
        ("student_joy", pa.float32()),
        ("likelihood", pa.float64()),
        ("student_truncated", pa.bool_()),
        ("gold_triggers", pa.list_(pa.int8())),
        ("student_word_scores", pa.list_(pa.float32())),
    ]
)
NAMES = SCHEMA.names[1:]


def saved(folder: Path, rows: list[Any]) -> Path:
    found = [dict(zip(NAMES, row, strict=True)) for row in rows]
    table = pa.Table.from_pylist([{"row": n, **row} for n, row in enumerate(found)], SCHEMA)
    pq.write_table(table, folder / PREDICTIONS, row_group_size=2)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("results")


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "AT_ONCE", 3)


def empty(value: Any) -> str:
    return "" if value is None else str(value)


def single(value: str) -> float | None:
    return None if value == "" else float(np.float32(value))


@given(st.lists(ROW, max_size=8))
def test_csv_reads_back_equal(folder: Path, rows: list[Any]) -> None:
    place = export(saved(folder, rows), "csv", folder / "out.csv")
    read = list(csv.reader(io.StringIO(place.read_bytes().decode(), newline="")))
    assert read[0] == SCHEMA.names
    for number, (cells, row) in enumerate(zip(read[1:], rows, strict=True)):
        assert cells[:3] == [str(number), row[0], empty(row[1])]
        assert single(cells[3]) == row[2]
        assert (float(cells[4]) if cells[4] else None) == row[3]
        assert cells[5] == str(row[4]).lower()
        assert (json.loads(cells[6]) if cells[6] else None) == row[5]
        scores = json.loads(cells[7]) if cells[7] else None
        assert (None if scores is None else [_as_single(v) for v in scores]) == row[6]


def _as_single(value: float | None) -> float | None:
    return None if value is None else float(np.float32(value))


HOSTILE = (
    "two\nlines",
    "\r\nstart",
    'say "hi", twice',
    "NA",
    "null",
    "",
    " spaces ",
    "=1+1",
    "tab\there",
    "\u2028 \x85",
    "nul\0nul",
    "мир 😂",
)


def test_pandas_reads_the_csv_to_the_character(folder: Path) -> None:
    rows = [(text, text, 0.1, -1.5, True, [0, 1], None) for text in HOSTILE]
    place = export(saved(folder, rows), "csv", folder / "out.csv")
    read = pd.read_csv(place, dtype=str, keep_default_na=False)
    assert read["text"].tolist() == list(HOSTILE) == read["translation"].tolist()
    assert read["student_joy"].tolist() == ["0.1"] * len(HOSTILE)
    assert set(read["gold_triggers"]) == {"[0, 1]"} and set(read["student_word_scores"]) == {""}


@given(st.lists(ROW, max_size=8))
def test_jsonl_reads_back_equal(folder: Path, rows: list[Any]) -> None:
    place = export(saved(folder, rows), "jsonl", folder / "out.jsonl")
    lines = place.read_bytes().decode().splitlines()  # at every line end that Unicode knows
    for number, (line, row) in enumerate(zip(lines, rows, strict=True)):
        read = json.loads(line)
        assert list(read) == SCHEMA.names and read.pop("row") == number
        read["student_joy"] = _as_single(read["student_joy"])
        if read["student_word_scores"] is not None:
            read["student_word_scores"] = [_as_single(v) for v in read["student_word_scores"]]
        assert tuple(read.values()) == row


@given(st.lists(ROW, max_size=8))
def test_a_spreadsheet_runs_no_cell(folder: Path, rows: list[Any]) -> None:
    place = export(saved(folder, rows), "spreadsheet", folder / "out.csv")
    text = place.read_bytes().decode()
    assert text.startswith(MARK)
    read = list(csv.reader(io.StringIO(text.removeprefix(MARK), newline="")))
    for cells, row in zip(read[1:], rows, strict=True):
        for cell, own in zip(cells[1:3], row[:2], strict=True):
            assert not cell.startswith(FORMULA)
            assert cell == (f"'{own}" if own and own.startswith(FORMULA) else empty(own))
        assert single(cells[3]) == row[2]  # a number stays one, below 0 too
    assert text.count('"') % 2 == 0


def test_parquet_is_the_table(folder: Path) -> None:
    rows = [("a", None, 0.5, None, False, [1], [0.25, None])]
    place = export(saved(folder, rows), "parquet", folder / "out.parquet")
    assert pq.read_table(place).equals(pq.read_table(folder / PREDICTIONS))


def test_what_goes_wrong_is_a_sentence(folder: Path, tmp_path: Path) -> None:
    saved(folder, [("a", None, 0.5, None, False, None, None)])
    with pytest.raises(InputError, match="'xlsx' is no form"):
        export(folder, "xlsx", tmp_path / "out")
    with pytest.raises(DataError, match="no table of results"):
        export(tmp_path, "csv", tmp_path / "out")
    (tmp_path / "file").write_text("x")
    for kind in KINDS:
        with pytest.raises(TandemError, match="cannot be written"):
            export(folder, kind, tmp_path / "file" / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_failed_export_leaves_the_old_file(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved(folder, [("a", None, 0.5, None, False, None, None)])
    target = tmp_path / "out.csv"
    target.write_text("old")
    monkeypatch.setattr(exports, "quoted", lambda cell: (_ for _ in ()).throw(OSError(28, "full")))
    with pytest.raises(TandemError, match="full"):
        export(folder, "csv", target)
    assert target.read_text() == "old" and len(list(tmp_path.iterdir())) == 1

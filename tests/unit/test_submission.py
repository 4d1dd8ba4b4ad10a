"""core.files.submission: the ZIP of the shared task reads back byte for byte, or is refused."""

import ast
import json
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas
import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InputError, TandemError
from core.evaluation.columns import of_words
from core.evaluation.plan import METRICS, PLAN, PREDICTIONS, Plan
from core.files.layout import LEFT_OUT, Layout
from core.files.submission import submission
from core.labels import LABELS

TEXTS = (" so  happy ", "NA", 'say "no"\tnow', "two\nlines", "a\r\nb", '"', "😂 http", "a\nb\tc")
TYPES = {
    "list<float32>": pyarrow.list_(pyarrow.float32()),
    "list<int8>": pyarrow.list_(pyarrow.int8()),
}

WITH_IDS = Layout("tsv", id="ID")


def results(
    folder: Path,
    texts: Sequence[str] = TEXTS,
    words: bool = False,
    layout: Layout = WITH_IDS,
    file: dict[str, Any] | None = None,
    **columns: Any,
) -> Path:
    """A folder as an evaluation leaves it; columns and figures of the file can be others."""
    folder.mkdir(exist_ok=True)
    random = np.random.default_rng(len(texts))
    lengths = [len(text.split(" ")) for text in texts]
    values: dict[str, Any] = {
        "row": range(1, len(texts) + 1),
        "id": [f"{n}0" for n in range(len(texts))],
        "text": list(texts),
        "student": random.choice(LABELS, len(texts)).tolist(),
    }
    if words:
        names = of_words(["student"])
        scores = [random.uniform(-1, 1, n).astype(np.float32) for n in lengths]
        triggers = [(one > 0.5).astype(np.int8) for one in scores]
        for (name, kind), cells in zip(names.items(), (scores, triggers), strict=True):
            values[name] = pyarrow.array([list(cell) for cell in cells], TYPES[kind])
    values |= columns
    table = pyarrow.table({name: cells for name, cells in values.items() if cells is not None})
    pyarrow.parquet.write_table(table, folder / PREDICTIONS, row_group_size=3)
    plan = Plan("/gone/dev.tsv", layout, "dev.tsv")
    (folder / PLAN).write_text(json.dumps({"format": 1, "plan": plan.to_dict()}))
    about = {"rows": len(texts), "left_out": 0, "stopped": False, **(file or {})}
    metrics = {"file": about, "run": {"stopped": about["stopped"]}}
    (folder / METRICS).write_text(json.dumps(metrics))
    return folder


def read(target: Path) -> dict[str, pandas.DataFrame]:
    """Each file of the ZIP, as pandas reads it."""
    with zipfile.ZipFile(target) as archive:
        assert archive.testzip() is None
        return {
            name: pandas.read_csv(archive.open(name), sep="\t", dtype=str, keep_default_na=False)
            for name in archive.namelist()
        }


def stored(folder: Path) -> dict[str, list[Any]]:
    return pyarrow.parquet.read_table(folder / PREDICTIONS).to_pydict()


def test_all_three_files(tmp_path: Path) -> None:
    one, other = results(tmp_path / "e"), results(tmp_path / "t", words=True)
    target = submission(tmp_path / "new" / "s.zip", emotions=one, triggers=other)
    files = read(target)
    assert list(files) == ["Emotions.tsv", "BinaryTriggers.tsv", "NumericalTriggers.tsv"]
    for frame in files.values():
        assert list(frame.columns) == ["ID", "Texts", "Labels"]
        assert frame.Texts.tolist() == list(TEXTS)
        assert frame.ID.tolist() == stored(one)["id"]
    assert files["Emotions.tsv"].Labels.tolist() == stored(one)["student"]
    binary = files["BinaryTriggers.tsv"].Labels.map(ast.literal_eval).tolist()
    assert binary == stored(other)["student_triggers"]
    numerical = files["NumericalTriggers.tsv"].Labels.map(ast.literal_eval).tolist()
    scores = stored(other)["student_word_scores"]
    for found, own, text in zip(numerical, scores, TEXTS, strict=True):
        assert len(found) == len(text.split(" ")) and min(found) >= 0
        expected = np.maximum(0, own).astype(np.float32)
        np.testing.assert_array_equal(np.array(found, np.float32), expected)
    assert [path.name for path in target.parent.iterdir()] == ["s.zip"]


def test_one_kind_alone_and_the_same_bytes_again(tmp_path: Path) -> None:
    folder = results(tmp_path / "t", words=True)
    assert list(read(submission(tmp_path / "e.zip", emotions=folder))) == ["Emotions.tsv"]
    first = submission(tmp_path / "a.zip", triggers=folder).read_bytes()
    assert len(read(tmp_path / "a.zip")) == 2
    assert submission(tmp_path / "b.zip", triggers=folder).read_bytes() == first


@settings(max_examples=25)  # each writes to the disk
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00")), min_size=1))
def test_any_text_reads_back(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    folder = results(tmp_path_factory.getbasetemp() / "submitted", texts, words=True)
    target = submission(folder / "s.zip", emotions=folder, triggers=folder)
    assert all(frame.Texts.tolist() == texts for frame in read(target).values())


LAYOUT = Layout("tsv", id="ID", gold="y", kind="emotions")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"file": {"left_out": 3}}, "3 rows of dev.tsv could not be used"),
        ({"file": {"left_out": 1}}, "1 row of dev.tsv could not be used"),
        ({"file": {"stopped": True}}, "stopped before its end"),
        ({"file": {"rows": 99}}, "stopped before its end"),
        ({"layout": Layout("tsv")}, "read without IDs"),
        ({"layout": replace(LAYOUT, labels={"meh": LEFT_OUT})}, "left out by their labels"),
        ({"student": None}, "did not ask the student"),
        ({"student_word_scores": None}, "did not score words"),
        ({"words": False}, "did not score words"),
        ({"student": ["Joy"] * 7 + [None]}, "gives row 8 no label"),
        ({"id": ["1"] * 8}, "row 2: the ID “1” came before"),
        ({"id": ["1", "", *"345678"]}, "row 2: there is no ID"),
        ({"row": [1, 2, 4, 5, 6, 7, 8, 9]}, "Row 3 of dev.tsv is missing"),
        ({"student_triggers": pyarrow.nulls(8, TYPES["list<int8>"])}, "has no threshold"),
        ({"student_triggers": [[0]] * 8}, "Row 1 of the answers is broken: 1 trigger labels"),
        ({"student_triggers": [[2, 0, 0, 0], *[[0]] * 7]}, "Row 1 of the answers is broken"),
        ({"student_word_scores": [[0.5]] * 8}, "broken: 1 word scores for 5"),
        ({"student_word_scores": [[np.nan] * 5] * 8}, "each of which has to be a number"),
    ],
)
def test_what_is_no_submission_is_refused(
    tmp_path: Path, changes: dict[str, Any], words: str
) -> None:
    """And leaves nothing behind."""
    folder = results(tmp_path / "r", **{"words": True, **changes})
    with pytest.raises(InputError, match=words) as caught:
        submission(tmp_path / "s.zip", emotions=folder, triggers=folder)
    assert caught.value.hint
    assert [path.name for path in tmp_path.iterdir()] == ["r"]


def test_an_older_submission_stays_where_a_new_one_fails(tmp_path: Path) -> None:
    folder = results(tmp_path / "r")
    before = submission(tmp_path / "s.zip", emotions=folder).read_bytes()
    results(folder, id=["1"] * len(TEXTS))
    with pytest.raises(InputError):
        submission(tmp_path / "s.zip", emotions=folder)
    assert (tmp_path / "s.zip").read_bytes() == before


def test_without_results(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="needs results"):
        submission(tmp_path / "s.zip")
    with pytest.raises(InputError, match="holds no finished evaluation"):
        submission(tmp_path / "s.zip", emotions=tmp_path)
    folder = results(tmp_path / "r")
    (folder / PREDICTIONS).write_bytes(b"PAR1 torn")
    with pytest.raises(InputError, match="holds no finished evaluation"):
        submission(tmp_path / "s.zip", emotions=folder)


def test_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(TandemError, match="cannot be written"):
        submission(tmp_path / "file" / "s.zip", emotions=results(tmp_path / "r"))

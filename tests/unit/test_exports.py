"""Files of comparisons: what goes in comes out again, and nothing in them acts as a formula."""

import csv
import io
import json
import math

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.answers import to_json
from core.exports import columns, defused, to_csv, to_jsonl
from core.labels import LABELS
from core.records import (
    Comparison,
    Language,
    Prediction,
    TokenScores,
    Translation,
    TranslationStatus,
    Weight,
    WordScore,
)

TEACHER = (0.5, 0.1, 0.1, 0.1, 0.1, 0.1)
STUDENT = (0.1, 0.3, 0.2, 0.2, 0.1, 0.1)
SIGNS = "=+-@\t\r"  # OWASP's list
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.sampled_from(
    [
        "=1+1",
        '"; =cmd|"/c calc"!A1',
        "a\r\nb",
        "\r",
        "\n",
        "\t@x",
        "NA",
        "null",
        "007",
        "👩\u200d👩\u200d👧",
        "\u202eabc",
        "a\u2028b\x85c",
        "\x00",
        "a\x00b",
        "'",
        ' " , ',
        "",
    ]
)


def comparison(text="x", translation="y", **fields):
    """A plain comparison, some fields replaced."""
    plain = {
        "language": Language("fr", 0.9),
        "translation": Translation(translation, TranslationStatus.TRANSLATED),
        "teacher": Prediction(TEACHER),
        "student": Prediction(STUDENT),
        "student_before": Prediction((0.0, 0.0, 0.0, 0.0, 0.0, 1.0)),
        "weight": Weight(0.125, (0.125, 0, 0, 0, 0, 0), 0.75, 0.5),
        "triggers": {
            "student": TokenScores(
                text, tuple(WordScore(word, 0.9, bool(word)) for word in text.split(" "))
            )
        },
    }
    return Comparison(text=text, **(plain | fields))


def read(text):
    """A CSV's rows as the csv module reads them."""
    return list(csv.DictReader(io.StringIO(text, newline="")))


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=4))
def test_the_csv_module_reads_every_text_back(pairs):
    rows = read(to_csv([comparison(*pair) for pair in pairs]))
    assert [(row["text"], row["translation"]) for row in rows] == pairs


# pandas' parser ends a cell at NUL; the csv module, above, does not.
@given(st.lists(st.tuples(TEXTS, TEXTS).filter(lambda pair: "\0" not in "".join(pair)), max_size=4))
@example([("\r", "NA"), ("", "\r\n"), ("a\rb", '"')])
def test_pandas_reads_every_text_back(pairs):
    made = to_csv([comparison(*pair) for pair in pairs])
    frame = pd.read_csv(io.BytesIO(made.encode()), dtype=str, keep_default_na=False)
    assert list(zip(frame["text"], frame["translation"], strict=True)) == pairs


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=4))
@example([("=1+1", "@SUM(A1)"), ("\tx", "\rx"), ("-1", "+1")])
def test_no_cell_of_a_spreadsheet_begins_like_a_formula(pairs):
    made = to_csv([comparison(*pair) for pair in pairs], spreadsheet=True)
    assert made.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(made[1:], newline="")))
    cells = [cell for row in rows for cell in row]
    assert not [cell for cell in cells if cell[:1] and cell[0] in SIGNS]
    for row, (text, translation) in zip(read(made[1:]), pairs, strict=True):
        for cell, whole in ((row["text"], text), (row["translation"], translation)):
            assert cell == (
                f"'{whole}" if whole[:1] and whole[0] in f"{SIGNS}\n\0＝＋－＠" else whole
            )


def test_every_cell_of_a_spreadsheet_is_quoted():
    """Elsewhere than in quotes a semicolon could begin a new cell, a formula's."""
    line = to_csv([comparison("a;=1+1")], spreadsheet=True).split("\r\n")[1]
    assert line.startswith('"a;=1+1","fr",') and ',"",' in line


@pytest.mark.parametrize("text", ["1=1", "a@b", "'=1", " =1", "", "–1"])
def test_other_cells_stay_as_they_are(text):
    assert defused(text) == text


def test_the_columns_hold_the_figures():
    (row,) = read(to_csv([comparison("so very happy")]))
    assert list(row) == columns() and len(set(columns())) == len(columns())
    assert (row["language"], row["language_probability"]) == ("fr", "0.9")
    assert row["translation_status"] == "translated"
    assert (row["teacher"], row["student"], row["student_before"]) == ("Love", "Joy", "Neutral")
    assert row["agree"] == "false"
    assert float(row["distance"]) == pytest.approx((0.4 + 0.2 + 0.1 + 0.1) / 2)
    for model, shares in (("teacher", TEACHER), ("student", STUDENT)):
        for label, share in zip(LABELS, shares, strict=True):
            assert float(row[f"{model}_{label.lower()}"]) == share
    assert (row["disagreement"], row["weight"], row["percentile"]) == ("0.125", "0.75", "0.5")
    assert (row["student_triggers"], row["teacher_triggers"]) == ("so very happy", "")


def test_what_is_not_known_is_empty():
    bare = comparison(
        language=Language("unknown", None),
        student_before=None,
        weight=Weight(None, None, math.nan, reason="Why, not?"),
    )
    (row,) = read(to_csv([bare]))
    empty = ("language_probability", "student_before", "student_before_joy", "disagreement")
    assert {row[name] for name in (*empty, "weight", "percentile")} == {""}
    assert row["weight_reason"] == "Why, not?"


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=4))
def test_jsonl_holds_the_endpoints_records_one_per_line(pairs):
    found = [comparison(*pair) for pair in pairs]
    made = to_jsonl(found)
    assert made.count("\n") == len(made.splitlines()) == len(found)
    assert [json.loads(line) for line in made.splitlines()] == [to_json(one) for one in found]


def test_no_comparisons_make_a_file_without_rows():
    assert to_jsonl([]) == "" and read(to_csv([])) == []

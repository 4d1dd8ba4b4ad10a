"""What the Batch tab's page sends: values that are taken, others refused; and the shell command."""

import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.embedded import sources
from core.errors import InputError
from core.evaluation.plan import Filter, Plan
from core.files.layout import Layout
from core.files.looking import look
from dashboard.batch import asking
from dashboard.batch.command import command
from dashboard.wording import batch as words
from train.config import BatchConfig
from train.config.batch import batch_config
from train.options import parse

SYSTEMS = ("student", "student_before", "teacher", "ensemble_mean")
PLAN = Plan("a.tsv", Layout("tsv", gold="Labels", kind="emotions"))


@pytest.fixture
def seen(tmp_path: Path) -> Any:
    path = tmp_path / "a.csv"
    path.write_text("feeling;words;tongue\njoy;hi there;en\nfear;help;en\n")
    return look(path)


def test_columns_become_a_layout(seen: Any) -> None:
    sent = {"text": "words", "gold": "feeling", "language": "column:tongue", "kind": "emotions"}
    found, language = asking.layout(sent, seen)
    assert found == Layout(
        "csv", "words", None, "feeling", "tongue", None, "emotions", "utf-8", ";"
    )
    assert language == "auto"
    found, language = asking.layout({"text": "words", "language": "all:nl"}, seen)
    assert (found.gold, found.kind, found.language, language) == (None, "none", None, "nl")


@pytest.mark.parametrize(
    "sent",
    [
        {}, {"text": ""}, {"text": "nope"}, {"text": 3}, {"text": "words", "gold": "nope"},
        {"text": "words", "language": "column:nope"}, {"text": "words", "language": "all:xx"},
        {"text": "words", "gold": "feeling", "kind": "none"}, {"text": "w" * 1001}, [], None, "x",
    ],
)  # fmt: skip
def test_other_columns_are_refused(seen: Any, sent: Any) -> None:
    with pytest.raises(InputError):
        asking.layout(sent, seen)


def test_every_label_has_to_be_told() -> None:
    told = {"joy": "Joy", "huh": None, "extra": "Love"}
    assert asking.mapping(told, ["joy", "huh"]) == {"joy": "Joy", "huh": ""}
    for wrong in ({"joy": "Joy"}, {"joy": "happy", "huh": None}, {"joy": 3, "huh": None}, [], None):
        with pytest.raises(InputError):
            asking.mapping(wrong, ["joy", "huh"])


def test_a_plan_keeps_the_order_of_what_is_offered() -> None:
    sent = {
        "systems": ["teacher", "student"], "members": ["student"], "methods": ["lime", "cosine"],
        "limit": 5, "seed": 3, "words": True,
    }  # fmt: skip
    found = asking.plan(sent, PLAN, SYSTEMS)
    assert found == replace(
        PLAN, systems=("student", "teacher"), members=(), words=True,
        methods=("cosine", "lime"), limit=5, seed=3,
    )  # fmt: skip
    asked = {"systems": ["ensemble_mean"], "members": ["student_before", "student"]}
    assert asking.plan(asked, PLAN, SYSTEMS).members == ("student", "student_before")


@pytest.mark.parametrize(
    "sent",
    [
        {"systems": []}, {}, {"systems": "student"}, {"systems": ["x"]}, {"systems": [3]},
        {"systems": ["student"], "members": ["x"]}, {"systems": ["student"], "limit": True},
        {"systems": ["student"], "limit": 0}, {"systems": ["student"], "limit": 1.5},
        {"systems": ["student"], "seed": 2**31}, {"systems": ["student"], "words": None},
        {"systems": ["student"], "methods": "lime"}, None,
    ],
)  # fmt: skip
def test_other_plans_are_refused(sent: Any) -> None:
    with pytest.raises(InputError):
        asking.plan(sent, PLAN, SYSTEMS)


def test_filters() -> None:
    sent = {"language": "nl", "gold": "Joy", "system": "teacher", "predicted": "Fear",
            "right": "false", "flip": "lost", "agree": "true", "status": "copied",
            "text": "a'b", "order": "disagreeing", "start": 50}  # fmt: skip
    systems = dict.fromkeys(SYSTEMS)
    assert asking.browsed(sent, systems) == (
        Filter("nl", "Joy", "teacher", "Fear", False, "lost", True, "copied", "a'b"),
        "disagreeing",
        50,
    )
    assert asking.browsed({}, systems) == (Filter(), "row", 0)
    assert asking.browsed({}, {"teacher": 1})[0].system == "teacher"
    for wrong in (
        {"gold": "happy"}, {"right": "maybe"}, {"right": True}, {"flip": "x"}, {"order": "x"},
        {"system": "x"}, {"start": -1}, {"start": True}, {"start": "0"}, {"text": "x" * 201},
        {"predicted": 3}, [],
    ):  # fmt: skip
        with pytest.raises(InputError):
            asking.browsed(wrong, systems)


@pytest.mark.parametrize(
    "layout",
    [
        Layout("tsv", gold="Labels", kind="emotions", id="ID"),
        Layout("csv", "my words", None, "gold $x", "lang", None, "triggers", "cp1251", ";",
               {"it's": "Joy", "huh": ""}),
        Layout("jsonl", "text"),
        Layout("txt", ""),
    ],
)  # fmt: skip
def test_the_command_means_the_same_plan(layout: Layout) -> None:
    models = sources(None, None, None, None)
    plan = Plan(
        "/runs/batch/0/upload/x", layout, "dev's file.csv", ("student", "ensemble_mean"),
        ("student", "student_before"), "fr", words=True, methods=("cosine",), limit=9, seed=4,
    )  # fmt: skip
    line = shlex.split(command(plan, models))
    assert line[:4] == ["python", "-m", "train", "batch"] and "\t" not in " ".join(line)
    read = parse(BatchConfig, overrides=line[4:], complete=False)
    expected = batch_config(replace(plan, path=plan.name), models, "runs/dev's file")
    assert replace(read, delimiter="") == replace(expected, delimiter="")
    assert command(plan, None) == ""


def test_progress_is_told_as_a_person_says_it() -> None:
    assert words.progress("predicting", 0, 40, 0.0, None) == "Predicting"
    said = words.progress("predicting", 1280, 12800, 51.4, 225.0)
    assert said == "Predicting: 1,280 of 12,800 rows · 51 a second · 4\u00a0min left"
    said = words.progress("explaining", 3, None, 0.25, 0.2)
    assert said == "Explaining: 3 tweets · 0.2 a second · less than a second left"
    assert words.duration(7200) == "2.0\u00a0h" and words.duration(89) == "89\u00a0s"

"""What an evaluation is asked to do, how far it is, and what its folder holds.

Values and names of files; runs nothing.

A folder of results::

    plan.json            what was asked, and of which models: what a later start must find equal
    parts/000000.parquet rows answered so far, chunk by chunk, while it is under way
    predictions.parquet  all rows, once it ended or was stopped (columns: core.evaluation.columns)
    metrics.json         every figure (shape: core.evaluation.schema)
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from core.files.layout import Layout
from core.request import AUTO

PLAN, PARTS = "plan.json", "parts"
PREDICTIONS, METRICS = "predictions.parquet", "metrics.json"

STUDENT, BEFORE, TEACHER = "student", "student_before", "teacher"
MEAN, VOTE = "ensemble_mean", "ensemble_vote"
"""Names of systems, which are names of columns too; further students are student_2, student_3 …"""

Ensemble = Literal["ensemble_mean", "ensemble_vote"]


@dataclass(frozen=True, slots=True)
class Plan:
    """One file, the systems that answer it, and what is measured."""

    path: str  # of the file
    layout: Layout
    name: str = ""  # the file's name as people know it; "": the path's last part
    systems: tuple[str, ...] = ()  # in the order of the report; (): all that are loaded
    members: tuple[str, ...] = ()  # of ensembles; (): all students that are loaded
    language: str = AUTO  # of all texts, where the layout names no column
    words: bool = False  # also score words: trigger files of a submission need it
    methods: tuple[str, ...] = ()  # of explanation, for trigger files; (): the cheap ones
    limit: int | None = None  # trigger files: explain at most so many tweets, a seeded sample
    seed: int = 0
    draws: int = 1000  # of bootstrap intervals

    @property
    def title(self) -> str:
        """What the file is called."""
        return self.name or Path(self.path).name

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {**asdict(self), "layout": self.layout.to_dict()}

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> "Plan":
        """The plan that ``to_dict`` gave."""
        lists = {name: tuple(raw[name]) for name in ("systems", "members", "methods")}
        return cls(**{**raw, **lists, "layout": Layout.from_dict(raw["layout"])})


@dataclass(frozen=True, slots=True)
class SystemInfo:
    """Something that gives a label to each row."""

    name: str  # a name of this file's, unique: the column
    kind: Literal["student", "teacher", "ensemble"]
    reads: Literal["original", "translation", "predictions"]
    model: str = ""  # what the model is called; "" of ensembles
    identity: str = ""  # of weights and settings
    members: tuple[str, ...] = ()  # of ensembles


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an evaluation is."""

    stage: Literal["reading", "predicting", "explaining", "measuring", "done"]
    done: int = 0  # rows answered (tweets explained), those of an earlier start included
    total: int | None = None  # None: not known
    seconds: float = 0.0  # since this start
    seconds_left: float | None = None
    new: int = 0  # rows that this start answered


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rows a reader wants to see; None: no matter. All that are given must hold."""

    language: str | None = None
    gold: str | None = None
    system: str = STUDENT  # whose answers ``predicted``, ``right`` and ``order`` are about
    predicted: str | None = None
    right: bool | None = None  # needs gold
    flip: Literal["gained", "lost", "any", "none"] | None = None  # student_before → student
    agree: bool | None = None  # student and teacher
    status: str | None = None  # of the translation
    text: str = ""  # stands in text, translation or ID, case folded


Order = Literal["row", "confident_errors", "least_confident", "down_weighted", "disagreeing"]


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the rows that a filter leaves."""

    rows: Sequence[Mapping[str, Any]] = field(default_factory=tuple)  # column → value
    total: int = 0  # rows that the filter leaves
    start: int = 0

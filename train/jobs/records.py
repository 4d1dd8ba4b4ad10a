"""What a run is to those who look at it from outside: where it stands, and what it has told.

Knows shapes only. ``Job`` is derived from a run's folder, ``Told`` from its events; neither is
ever kept in memory as the truth.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

State = Literal["queued", "running", "finished", "failed", "cancelled", "interrupted"]
"""interrupted: it ended without a word (killed, machine restarted) or by a signal from outside;
cancelled: somebody asked for its end here."""

ENDED: tuple[State, ...] = ("finished", "failed", "cancelled", "interrupted")
RESUMABLE: tuple[State, ...] = ("failed", "cancelled", "interrupted")

Points = tuple[tuple[float, float | None], ...]
"""(step, value) of a curve, oldest first; None where a value was not computable."""


@dataclass(frozen=True, slots=True)
class Job:
    """One run."""

    id: str  # of a queued one its folder's name; of one started in a terminal "terminal-" + digits
    folder: Path  # where config.yaml, events.jsonl and log.txt lie
    recipe: str
    state: State
    name: str = ""  # what people call it
    owner: str = ""  # login of who started it; "" without logins
    made: float = 0.0  # seconds since 1970: submitted, or begun
    place: int | None = None  # 1: next in the queue; None unless queued
    stopping: bool = False  # its end was asked for, and it is not there yet
    terminal: bool = False  # started by hand; it can be watched, and stopped, but not removed
    command: str = ""  # the line that does the same
    output: str = ""  # the folder that its recipe writes
    code: int | None = None  # exit code, where one is known; minus a signal's number
    sentence: str = ""  # why it failed or was interrupted
    hint: str = ""  # what to do about it


@dataclass(frozen=True, slots=True)
class Part:
    """A stage: of a pipeline one of its recipes, of any other recipe a part of its work."""

    name: str
    recipe: str = ""  # of a pipeline's stage
    state: str = "waiting"  # "waiting" | "running", or how it ended: train.stages.pipeline.Outcome
    seconds: float | None = None  # so far, where it runs
    figures: Mapping[str, Any] = field(default_factory=dict)
    sentence: str = ""  # why it failed or was left out
    needs: tuple[str, ...] = ()
    parts: tuple["Part", ...] = ()  # what a pipeline's stage did, one after another


@dataclass(frozen=True, slots=True)
class Weights:
    """How the translation weights w̄ of a distillation are distributed."""

    edges: tuple[float, ...]  # K + 1 borders in [0, 1]
    counts: tuple[int, ...]  # K
    tweets: int
    counting: float  # share of tweets with w̄ > 0, in [0, 1]
    mean: float | None  # of w̄; None without tweets


@dataclass(frozen=True, slots=True)
class Told:
    """What a run has told so far."""

    recipe: str = ""
    stage: str = ""  # the one at work, or the last one
    part: str = ""  # of a pipeline's stage
    done: int | None = None
    total: int | None = None
    rate: float | None = None  # of what the stage counts, a second, lately
    unit: str = ""  # what the stage counts: "steps", "tweets" …; "" where nobody says
    samples: float | None = None  # training rows a second, lately; None outside training
    figures: Mapping[str, float | None] = field(default_factory=dict)  # beside the progress
    seconds: float = 0.0  # of work, earlier parts included
    left: float | None = None  # seconds until the stage's end
    curves: Mapping[str, Mapping[str, Points]] = field(default_factory=dict)
    """Stage (a recipe's own name where it is no pipeline) → metric → points, thinned out. Names
    are the events': loss, eval_macro_f1, eval_loss, eval_unseen_kl, kl …"""
    parts: tuple[Part, ...] = ()
    weights: Mapping[str, Weights] = field(default_factory=dict)  # by stage
    device: str = ""  # "cpu", "cuda (NVIDIA …)"
    memory: int | None = None  # bytes that its processes take now
    peak: int | None = None  # the most that they took
    saved: tuple[str, ...] = ()  # folders and files that are complete
    outcome: Mapping[str, Any] = field(default_factory=dict)  # the final figures
    step: int | None = None  # of the newest checkpoint, where it ended early
    started: float | None = None  # seconds since 1970: its first part
    ended: float | None = None

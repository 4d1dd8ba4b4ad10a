"""What the events of a run tell, taken one after another.

Of several runs in one file the newest counts, with all its parts, and of steps that were lost and
done again only the later: as ``train.events.latest_run`` and ``without_lost`` say. Knows events;
opens no file.
"""

import copy
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from train.events import Event, Kind
from train.jobs.curves import Curve
from train.jobs.records import Part, Weights

LATELY = 60.0  # seconds over which a rate is taken
SAMPLES = "samples_per_second"  # a figure beside the progress of a training


@dataclass(slots=True)
class Stage:
    """A part of the work, as far as it has come."""

    name: str
    recipe: str = ""
    output: str = ""
    needs: tuple[str, ...] = ()
    state: str = "waiting"
    began: float | None = None  # of a running one
    earlier: float = 0.0  # seconds that it ran before
    seconds: float | None = None  # as the run itself said
    figures: Mapping[str, Any] = field(default_factory=dict)
    sentence: str = ""
    parts: dict[str, "Stage"] = field(default_factory=dict)

    def part(self, now: float) -> Part:
        """As others see it; ``now`` is the time of the newest event."""
        begun = self.state != "waiting"
        spent = self.earlier + (now - self.began if self.began is not None else 0.0)
        seconds = self.seconds if self.seconds is not None else (spent if begun else None)
        parts = tuple(part.part(now) for part in self.parts.values())
        about = (self.name, self.recipe, self.state, seconds, self.figures, self.sentence)
        return Part(*about, self.needs, parts)

    def begin(self, time: float) -> None:
        self.state, self.began, self.seconds = "running", time, None

    def end(self, time: float, state: str, sentence: str = "") -> None:
        """Only of a running one; its parts end with it."""
        if self.began is None:
            return
        self.earlier += time - self.began
        self.began, self.state, self.sentence = None, state, sentence
        for part in self.parts.values():
            part.end(time, state)


@dataclass(slots=True)
class Progress:
    """How far the stage at work is."""

    done: int | None = None
    total: int | None = None
    figures: Mapping[str, float | None] = field(default_factory=dict)
    marks: deque[tuple[float, int]] = field(default_factory=deque)  # (time, done), lately

    def take(self, time: float, data: Mapping[str, Any]) -> None:
        done, total = data.get("done"), data.get("total")
        self.done = done if isinstance(done, int) else None
        self.total = total if isinstance(total, int) else None
        figures = data.get("figures")
        given = figures.items() if isinstance(figures, Mapping) else ()
        self.figures = {str(name): number(value) for name, value in given}
        if self.done is not None:
            self.marks.append((time, self.done))
        while self.marks and time - self.marks[0][0] > LATELY:
            self.marks.popleft()

    @property
    def rate(self) -> float | None:
        """Of what is counted, a second, over the last minute of events."""
        if len(self.marks) < 2:
            return None
        (before, first), (after, last) = self.marks[0], self.marks[-1]
        return (last - first) / (after - before) if after > before and last > first else None

    @property
    def left(self) -> float | None:
        """Seconds until the stage's end."""
        if self.rate is None or self.done is None or self.total is None:
            return None
        return max(0, self.total - self.done) / self.rate


@dataclass(slots=True)
class Run:
    """What one run has told, all its parts together."""

    recipe: str = ""
    stage: str = ""
    part: str = ""
    where: str = ""  # the folder that relative paths begin in; "" where it did not say
    planned: bool = False  # a pipeline
    stages: dict[str, Stage] = field(default_factory=dict)
    progress: Progress = field(default_factory=Progress)
    curves: dict[str, Curve] = field(default_factory=dict)
    weights: Weights | None = None
    device: str = ""
    saved: list[str] = field(default_factory=list)
    outcome: Mapping[str, Any] = field(default_factory=dict)
    step: int | None = None
    started: float | None = None
    began: float = 0.0  # the newest part
    last: float = 0.0  # the newest event
    earlier: float = 0.0  # seconds of the parts before the newest
    ended: float | None = None

    @property
    def seconds(self) -> float:
        """Of work; what lies between two parts does not count."""
        return self.earlier + self.last - self.began


class Telling:
    """Takes events, and has the newest run ready at any time.

    Attributes:
        run: what the newest run has told.
    """

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin again, with another file."""
        self.run = Run()
        self._before: Run | None = None  # the run before a STARTED that may only go on with it

    def take(self, events: Iterable[Event]) -> None:
        """Take what was appended."""
        for event in events:
            if event.kind is Kind.STARTED:
                self._before, self.run = self.run, Run()
            elif event.kind is Kind.RESUMED and self._before is not None and self._before.recipe:
                self.run = _gone_on(self._before, self.run, event.data)
            if event.kind is not Kind.STARTED:
                self._before = None
            self.run.last = event.time
            _TAKE.get(event.kind, _nothing)(self.run, event.time, event.data)


def _gone_on(before: Run, new: Run, data: Mapping[str, Any]) -> Run:
    """The run of before, with what its new part has told: that it started."""
    run = copy.copy(before)
    run.earlier, run.began, run.ended = before.seconds, new.began, None
    run.where, run.step, run.progress = new.where, None, Progress()
    step = number(data.get("step"))
    for curve in run.curves.values():  # without a checkpoint step 0 is measured again too
        curve.cut(-1 if step is None else step)
    for stage in run.stages.values():
        stage.end(before.last, "interrupted")
    return run


def _started(run: Run, time: float, data: Mapping[str, Any]) -> None:
    run.recipe, run.where = str(data.get("recipe", "")), str(data.get("cwd", ""))
    run.started = run.began = time


def _planned(run: Run, time: float, data: Mapping[str, Any]) -> None:
    run.planned = True
    run.stages = {
        str(row["name"]): Stage(
            str(row["name"]), str(row["recipe"]), str(row["output"]), tuple(row["needs"])
        )
        for row in data["stages"]
    }


def _stage(run: Run, time: float, data: Mapping[str, Any]) -> None:
    run.stage, run.part = str(data["name"]), str(data.get("part", ""))
    run.progress = Progress()
    if not run.part:
        _next(run.stages, run.stage, time, run.planned)
    elif run.stage in run.stages:
        _next(run.stages[run.stage].parts, run.part, time, False)


def _next(stages: dict[str, Stage], name: str, time: float, planned: bool) -> None:
    """Another stage is at work; of a pipeline each says itself how it ended."""
    for stage in stages.values():
        if not planned:
            stage.end(time, "ran")
    stages.setdefault(name, Stage(name)).begin(time)


def _stage_ended(run: Run, time: float, data: Mapping[str, Any]) -> None:
    stage = run.stages.setdefault(str(data["stage"]), Stage(str(data["stage"])))
    state = str(data["state"])
    stage.end(time, state)
    stage.state, stage.seconds = state, number(data.get("seconds"))
    stage.figures, stage.sentence = data.get("figures") or {}, str(data.get("sentence", ""))


def _progress(run: Run, time: float, data: Mapping[str, Any]) -> None:
    run.progress.take(time, data)


def _metric(run: Run, time: float, data: Mapping[str, Any]) -> None:
    """Metrics of a step are a curve; others are told by the outcome."""
    labels = dict(data.get("labels") or {})
    step = number(labels.pop("step", None))
    if step is not None:
        of = ", ".join(str(value) for value in labels.values())
        name = f"{data['name']} ({of})" if of else str(data["name"])
        run.curves.setdefault(name, Curve()).add(step, number(data.get("value")))


def _weights(run: Run, time: float, data: Mapping[str, Any]) -> None:
    run.weights = Weights(
        edges=tuple(map(float, data["edges"])),
        counts=tuple(map(int, data["counts"])),
        tweets=int(data["tweets"]),
        counting=float(data["counting"]),
        mean=number(data.get("mean")),
    )


def _device(run: Run, time: float, data: Mapping[str, Any]) -> None:
    run.device = str(data.get("device", ""))


def _saved(run: Run, time: float, data: Mapping[str, Any]) -> None:
    path = str(data.get("path", ""))
    run.saved = [*(one for one in run.saved if one != path), path]


def _finished(run: Run, time: float, data: Mapping[str, Any]) -> None:
    run.outcome = data.get("figures") or {}
    _over(run, time, "ran", "")


def _failed(run: Run, time: float, data: Mapping[str, Any]) -> None:
    _over(run, time, "failed", str(data.get("sentence", "")))


def _interrupted(run: Run, time: float, data: Mapping[str, Any]) -> None:
    step = data.get("step")
    run.step = step if isinstance(step, int) else None
    _over(run, time, "interrupted", "")


def _over(run: Run, time: float, state: str, sentence: str) -> None:
    run.ended = time
    for stage in run.stages.values():
        stage.end(time, state, sentence)


def _nothing(run: Run, time: float, data: Mapping[str, Any]) -> None:
    """Of other events only the time counts."""


_TAKE = {
    Kind.STARTED: _started,
    Kind.PLANNED: _planned,
    Kind.STAGE: _stage,
    Kind.ENDED: _stage_ended,
    Kind.PROGRESS: _progress,
    Kind.METRIC: _metric,
    Kind.WEIGHTS: _weights,
    Kind.DEVICE: _device,
    Kind.SAVED: _saved,
    Kind.FINISHED: _finished,
    Kind.FAILED: _failed,
    Kind.INTERRUPTED: _interrupted,
    Kind.CANCELLED: _interrupted,
}


def number(value: Any) -> float | None:
    """A finite number; None for all else, and so for what an event writes as "nan"."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None

"""Following a run while it goes: each look costs the bytes that are new, and nothing else.

A pipeline is followed into its stages, each of which keeps events of its own; its curves lie there.
Knows where files lie; what events mean is ``telling``'s.
"""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

from train.jobs import files
from train.jobs.files import EVENTS, LOG, RESULT
from train.jobs.reading import Stream, last_lines
from train.jobs.records import Job, Part, Points, Told, Weights
from train.jobs.telling import SAMPLES, Progress, Run, Stage, Telling, number
from train.past import run_folder

FRESH = 15.0  # seconds for which a measurement of memory holds; one is made every two
_OLD = ("up to date", "adopted", "ran")  # outcomes of stages whose events may be of an earlier day


class _Read:
    """One file of events, and what it tells."""

    def __init__(self, path: Path) -> None:
        self.stream = Stream(path)
        self.telling = Telling()

    def look(self) -> Run:
        events, again = self.stream.new()
        if again:
            self.telling.forget()
        self.telling.take(events)
        return self.telling.run


class Follower:
    """What a run has told, from its folder; any number of threads may look.

    Args:
        job_folder: where its events.jsonl lies, or will.
    """

    def __init__(self, job_folder: Path) -> None:
        self.folder = Path(job_folder)
        self._own = _Read(self.folder / EVENTS)
        self._stages: dict[Path, _Read] = {}
        self._lock = threading.Lock()

    def look(self) -> Told:
        """What there is to know now; an empty ``Told`` where nothing has begun yet."""
        with self._lock:
            run = self._own.look()
            stages = dict(self._of_stages(run)) if run.planned else {run.recipe: run}
            return self._told(run, stages)

    def _of_stages(self, run: Run) -> Iterator[tuple[str, Run]]:
        """What the stages of a pipeline have told themselves, as far as it is of this run."""
        for stage in run.stages.values():
            path = self._place(stage, run)
            if stage.state in ("waiting", "left out") or path is None:
                continue
            own = self._stages.setdefault(path, _Read(path)).look()
            began = stage.began if stage.began is not None else own.began
            if own.recipe and (stage.state in _OLD or own.began >= began - 1):
                yield stage.name, own

    def _place(self, stage: Stage, run: Run) -> Path | None:
        """Where a stage's events lie: as the pipeline said, or beside it where it was moved."""
        said, name = Path(run.where or ".") / stage.output, Path(stage.output).name
        own = self.folder.name.removesuffix(".run")
        queued = own == self.folder.name
        moved = (self.folder / RESULT if queued else self.folder.with_name(own)) / name
        found = (run_folder(place) / EVENTS for place in (said, moved))
        return next((path for path in found if path.is_file()), None)

    def _told(self, run: Run, stages: dict[str, Run]) -> Told:
        progress, usage = run.progress, files.read(self.folder / files.USAGE)
        measured = number(usage.get("time"))
        fresh = measured is not None and abs(time.time() - measured) < FRESH
        memory, peak = number(usage.get("memory")), number(usage.get("peak"))
        figures = {name: v for name, v in progress.figures.items() if name != SAMPLES}
        return Told(
            recipe=run.recipe,
            stage=run.stage,
            part=run.part,
            done=progress.done,
            total=progress.total,
            rate=progress.rate,
            unit=_unit(progress),
            samples=progress.figures.get(SAMPLES),
            figures=figures,
            seconds=run.seconds,
            left=progress.left if run.ended is None else None,
            curves={name: curves for name, one in stages.items() if (curves := _curves(one))},
            parts=tuple(_part(stage, run, stages) for stage in run.stages.values()),
            weights=_weights(stages),
            device=_device(run, stages),
            memory=int(memory) if memory is not None and fresh else None,
            peak=int(peak) if peak else None,
            saved=tuple(run.saved),
            outcome=run.outcome,
            step=run.step,
            started=run.started,
            ended=run.ended,
        )


def followed(job: Job) -> Follower:
    """A follower of a run; keep it, since it remembers what it has read."""
    return Follower(job.folder)


def log_tail(folder: Path, lines: int = 200) -> str:
    """The last lines that a run printed; "" where it printed nothing. Only the end is read.

    Control characters are gone; of a progress bar its last state stays.
    """
    return "\n".join(last_lines(Path(folder) / LOG, lines))


def _curves(run: Run) -> dict[str, Points]:
    return {name: curve.points for name, curve in run.curves.items()}


def _weights(stages: dict[str, Run]) -> dict[str, Weights]:
    return {name: run.weights for name, run in stages.items() if run.weights is not None}


def _device(run: Run, stages: dict[str, Run]) -> str:
    """Of the stage at work, else what was told last."""
    told = [one.device for one in (run, *stages.values()) if one.device]
    own = stages.get(run.stage)
    return own.device if own is not None and own.device else (told[-1] if told else "")


def _part(stage: Stage, run: Run, stages: dict[str, Run]) -> Part:
    """A stage; of a pipeline with its parts, which it told itself."""
    part = stage.part(run.last)
    own = stages.get(stage.name) if run.planned else None
    if own is None:
        return part
    parts = tuple(one.part(own.last) for one in own.stages.values())
    about = (part.name, part.recipe, part.state, part.seconds, part.figures, part.sentence)
    return Part(*about, part.needs, parts or part.parts)


def _unit(progress: Progress) -> str:
    """Trainings count steps, and are known by their loss."""
    return "steps" if "loss" in progress.figures else ""

"""Runs that somebody began in a terminal: found by their events, and who is at work by these too.

Only the top ones count: the stages of a pipeline are told by the pipeline. Knows folders and
events; changes nothing.
"""

import hashlib
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from train.events import Event, Kind
from train.jobs.files import EVENTS, JOB, Stop
from train.jobs.identity import Identity, alive
from train.jobs.reading import Stream
from train.jobs.records import Job
from train.jobs.standing import TOLD, told
from train.past import command

DEPTH = 4  # folders below that of all runs
MOST = 5_000  # folders that are looked into
PREFIX = "terminal-"
STAGE = "stage.json"  # in the run's folder of a pipeline's stage
_CLOSED = ("checkpoints", "results", "stages", "scratch-", "checkpoint-", ".")


def folders(runs: Path, queue: Path) -> Iterator[Path]:
    """``NAME.run`` folders with events below ``runs``, the queue's own and stages left out."""
    left, seen = [(runs, 0)], 0
    while left and seen < MOST:
        folder, depth = left.pop()
        seen += 1
        for path in _inside(folder):
            if path.name.endswith(".run"):
                if (path / EVENTS).is_file() and not (path / STAGE).exists():
                    yield path
            elif depth < DEPTH and path != queue and not (path / JOB).exists():
                left.append((path, depth + 1))


def _inside(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return []
    return [folder / name for name in sorted(names) if not name.startswith(_CLOSED)]


def name_of(folder: Path, runs: Path) -> str:
    """The id of a run in a terminal: always the same for the same place."""
    place = folder.relative_to(runs).as_posix().encode(errors="surrogateescape")
    return f"{PREFIX}{int(hashlib.sha256(place).hexdigest()[:12], 16):015d}"


@dataclass(slots=True)
class _Known:
    """What was read of a run so far."""

    stream: Stream
    began: Event | None = None  # of the newest run, all its parts: the first
    earlier: Event | None = None  # what began before the newest STARTED
    process: Identity | None = None  # of its newest part
    last: Event | None = None


class Terminals:
    """Runs in terminals below a folder; each look reads only what is new."""

    def __init__(self, runs: Path, queue: Path) -> None:
        self.runs, self.queue = runs, queue
        self._known: dict[Path, _Known] = {}
        self._lock = threading.Lock()

    def jobs(self) -> list[Job]:
        """All of them, in no order."""
        with self._lock:
            found = list(folders(self.runs, self.queue))
            self._known = {f: self._known.get(f) or _Known(Stream(f / EVENTS)) for f in found}
            return [job for folder in found if (job := self._job(folder)) is not None]

    def process(self, folder: Path) -> Identity | None:
        """Who is, or was, at work there."""
        known = self._known.get(folder)
        return known.process if known is not None else None

    def _job(self, folder: Path) -> Job | None:
        known = self._known[folder]
        _read(known)
        if known.began is None or known.last is None:
            return None
        output = folder.with_name(folder.name.removesuffix(".run"))
        stop = Stop.of(folder, 0)
        stopped = stop is not None and stop.process == known.process and stop.process is not None
        works = known.last.kind not in TOLD and alive(known.process)
        job = Job(
            id=name_of(folder, self.runs),
            folder=folder,
            recipe=str(known.began.data.get("recipe", "")),
            state="running",
            name=output.relative_to(self.runs).as_posix(),
            made=known.began.time,
            terminal=True,
            stopping=works and stopped,
            command=str(known.began.data.get("command", "")),
            output=str(output),
        )
        return job if works else _ended(job, known.last, stopped)


def _read(known: _Known) -> None:
    events, again = known.stream.new()
    if again:
        known.began = known.earlier = known.process = known.last = None
    for event in events:
        if event.kind is Kind.STARTED:
            known.process = Identity.from_plain(event.data)
            known.earlier, known.began = known.began, event
        elif event.kind is Kind.RESUMED and known.earlier is not None:
            known.began = known.earlier
        known.last = event


def _ended(job: Job, last: Event, stopped: bool) -> Job:
    """A run whose process is gone, or that said how it ended."""
    go_on = f"Go on with: {command(job.recipe, job.output)}"
    if last.kind in TOLD:
        state, sentence, hint = told(last, stopped)
        return replace(job, state=state, sentence=sentence, hint=hint)
    if stopped:
        return replace(job, state="cancelled", sentence="Cancelled.", hint=go_on)
    sentence = "The machine or the process ended before the run did."
    return replace(job, state="interrupted", sentence=sentence, hint=go_on)

"""The queue of runs, as everybody who wants something of it sees it.

All of it lies on the disk, below ``<runs>/train``: any number of servers, keepers and threads may
ask at once, and none remembers anything. Knows recipes by their options; loads no torch.
"""

import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.errors import InputError
from train.jobs import files, processes, schedule
from train.jobs.files import Asked, Ended, Started, Stop
from train.jobs.identity import alive
from train.jobs.lines import line
from train.jobs.records import ENDED, RESUMABLE, Job
from train.jobs.standing import Standing, stand
from train.jobs.submitting import checked, free_name, make
from train.jobs.terminal import PREFIX, Terminals

FOLDER = "train"  # below all runs: those of the queue


class Queue:
    """Runs that wait, work and have ended.

    Args:
        runs: the folder of all runs; made where it is not there.
        grace: seconds between a request to end and force; None leaves what was set before (30).
        program: what keepers start instead of ``python -m train``; for tests.

    Attributes:
        root: where the queue's runs lie, a folder each.
    """

    def __init__(
        self, runs: Path, *, grace: float | None = None, program: Sequence[str] = ()
    ) -> None:
        self.typed = Path(runs)
        self.runs = self.typed.absolute()
        self.root = self.runs / FOLDER
        self._program = tuple(program)
        self._terminals = Terminals(self.runs, self.root)
        self._over: dict[Path, tuple[Asked, Standing]] = {}  # read once: it will not change
        if grace is not None:
            self._set(grace=grace)

    # --- what there is ---

    def jobs(self) -> tuple[Job, ...]:
        """Runs of the queue and those begun in a terminal, newest first."""
        return tuple(sorted([*self._own(), *self._terminals.jobs()], key=_newest))

    def find(self, id: str) -> Job:
        """The run with that id.

        Raises:
            InputError: there is none.
        """
        several = self._terminals.jobs() if id.startswith(PREFIX) else self._own()
        for job in several:
            if job.id == id:
                return job
        raise InputError(f"There is no run {id!r}.", "It may have been removed meanwhile.")

    def command(self, recipe: str, values: Mapping[str, Any]) -> str:
        """The line that starts the same by hand; its output is a folder that is still free.

        Raises:
            ConfigError: naming all that is wrong with the values.
        """
        taken = [path.name for path in self.runs.iterdir()] if self.runs.is_dir() else []
        output = str(self.typed / free_name(recipe, taken))
        return line(recipe, checked(recipe, values, output))

    # --- what one can do ---

    def submit(
        self, recipe: str, values: Mapping[str, Any], *, name: str = "", owner: str = ""
    ) -> Job:
        """Put a run at the queue's end; it starts when its turn comes, here or anywhere.

        Args:
            values: options as YAML holds them; output is not among them.

        Raises:
            ConfigError: naming all that is wrong with the values; nothing is left behind then.
            TandemError: the queue cannot be written.
        """
        config = checked(recipe, values, str(self.root / ".new" / files.RESULT))
        with files.locked(self.root / schedule.LOCK):
            number = self._number()
            folder = self.root / f"{number:04d}-{recipe}"
            asked = Asked(
                recipe,
                number,
                name=name,
                owner=owner,
                made=time.time(),
                command=line(recipe, replace(config, output=str(self.typed / folder.name))),
                where=str(Path.cwd()),
                program=self._program,
            )
            make(folder, asked, replace(config, output=str(folder / files.RESULT)))
        self.advance()
        return self.find(folder.name)

    def stop(self, id: str) -> None:
        """Ask for a run's end: it keeps a checkpoint first; after the grace time it is killed.

        One that waits is cancelled at once, one that has ended stays as it is.

        Raises:
            InputError: there is no such run.
            TandemError: the request cannot be written.
        """
        job = self.find(id)
        if job.terminal:
            self._stop_elsewhere(job)
            return
        with files.locked(self.root / schedule.LOCK):
            asked = _asked(job)
            state = stand(job.folder, asked).state
            if state in ("queued", "running") and Stop.of(job.folder, asked.attempt) is None:
                started = Started.of(job.folder, asked.attempt)
                grace = started.grace if started is not None else files.GRACE
                Stop(asked.attempt, time.monotonic(), grace=grace).write(job.folder)
        self.advance()

    def resume(self, id: str) -> Job:
        """Put an ended run at the queue's end again; it goes on from what it kept.

        Raises:
            InputError: there is no such run, it has not ended, it is finished, or it is one of a
                terminal.
            TandemError: the queue cannot be written.
        """
        job = self.find(id)
        if job.terminal:
            raise InputError("A run that was begun in a terminal goes on in one.", job.hint)
        with files.locked(self.root / schedule.LOCK):
            asked = _asked(job)
            state = stand(job.folder, asked).state
            if state not in RESUMABLE:
                raise InputError(f"The run is {state}; there is nothing to go on with.")
            started = Started.of(job.folder, asked.attempt)
            if started is not None and Ended.of(job.folder, asked.attempt) is None:
                schedule.settle(job.folder, started)
            again = replace(asked, number=self._number(), attempt=asked.attempt + 1)
            again.write(job.folder)
        self.advance()
        return self.find(id)

    def remove(self, id: str) -> None:
        """Take an ended run of the queue away, with all that it wrote.

        Raises:
            InputError: there is no such run, it has not ended, or it is one of a terminal.
        """
        job = self.find(id)
        if job.terminal:
            raise InputError("A run that was begun in a terminal is not the queue's to remove.")
        with files.locked(self.root / schedule.LOCK):
            if stand(job.folder, _asked(job)).state not in ENDED:
                raise InputError("The run has not ended.", "Stop it first.")
            processes.kill_job(job.folder, None)
            aside = job.folder.with_name(f".{job.folder.name}.removed")
            job.folder.replace(aside)
        shutil.rmtree(aside, ignore_errors=True)

    def advance(self) -> None:
        """Start what has its turn, and end by force what should have ended long ago."""
        schedule.advance(self.root)

    @property
    def slots(self) -> int:
        """How many runs may be at work at once; kept on the disk, for all servers."""
        return schedule.slots(self.root)

    @slots.setter
    def slots(self, number: int) -> None:
        if type(number) is not int or number < 1:
            raise InputError("There must be one slot at least.")
        self._set(slots=number)
        self.advance()

    # --- how ---

    def _own(self) -> list[Job]:
        found = [(f, a, self._stand(f, a)) for f, a in schedule.runs(self.root)]
        waiting = sorted(asked.number for _, asked, standing in found if standing.state == "queued")
        return [_job(folder, a, s, waiting) for folder, a, s in found]

    def _stand(self, folder: Path, asked: Asked) -> Standing:
        known = self._over.get(folder)
        if known is not None and known[0] == asked:
            return known[1]
        standing = stand(folder, asked)
        if standing.over:
            self._over[folder] = asked, standing
        return standing

    def _stop_elsewhere(self, job: Job) -> None:
        process = self._terminals.process(job.folder)
        if job.state != "running" or job.stopping or not alive(process):
            return
        grace = schedule.grace(self.root)
        request = Stop(0, time.monotonic(), process, grace, told=True)
        (self.root / schedule.STOPS).mkdir(parents=True, exist_ok=True)
        request.write(self.root / schedule.STOPS, f"{job.id}.json")
        request.write(job.folder)
        if process is not None:
            processes.end(processes.of_pid(process))

    def _number(self) -> int:
        """The next turn; the queue's lock is held."""
        given = [asked.number for _, asked in schedule.runs(self.root)]
        last = files.read(self.root / schedule.QUEUE).get("last", 0)
        number = max([last if type(last) is int else 0, *given]) + 1
        self._write(last=number)
        return number

    def _set(self, **values: float) -> None:
        with files.locked(self.root / schedule.LOCK):
            self._write(**values)

    def _write(self, **values: float) -> None:
        before = files.read(self.root / schedule.QUEUE)
        files.write(self.root / schedule.QUEUE, {**before, **values})


def _asked(job: Job) -> Asked:
    asked = Asked.of(job.folder)
    if asked is None:
        raise InputError(f"There is no run {job.id!r}.", "It may have been removed meanwhile.")
    return asked


def _newest(job: Job) -> tuple[float, str]:
    return -job.made, job.id


def _job(folder: Path, asked: Asked, standing: Standing, waiting: Sequence[int]) -> Job:
    queued = standing.state == "queued"
    return Job(
        id=folder.name,
        folder=folder,
        recipe=asked.recipe,
        state=standing.state,
        name=asked.name,
        owner=asked.owner,
        made=asked.made,
        place=waiting.index(asked.number) + 1 if queued else None,
        stopping=standing.stopping,
        command=asked.command,
        output=str(folder / files.RESULT),
        code=standing.code,
        sentence=standing.sentence,
        hint=standing.hint,
    )

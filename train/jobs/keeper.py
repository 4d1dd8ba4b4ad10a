"""One run's process, led from its start to its end: ``python -P -m train.jobs.keeper FOLDER N``.

A light process in a session of its own, started by ``train.jobs.schedule`` and by nobody else. It
starts the recipe, writes down who it is, the memory that it takes and how it ended, hears requests
to end, and gives the turn to the next run. Where it is killed itself the run goes on, and whoever
looks at the queue next does what it cannot do any more. Loads no torch.
"""

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.errors import TandemError
from train.jobs import files, processes
from train.jobs.files import Asked, Ended, Started, Stop
from train.jobs.identity import Identity, identify
from train.jobs.schedule import advance, environment

LOOK = 0.2  # seconds between two looks
MEASURE = 2.0  # seconds between two measurements of memory
NAMED = 20.0  # seconds in which whoever started this must have written that down


def main(folder: Path, attempt: int) -> int:
    """Lead one attempt of a run; 1 where it is not this process's to lead."""
    for number in (signal.SIGINT, signal.SIGTERM):  # what is ignored here would stay so there
        signal.signal(number, signal.SIG_DFL)
    asked, started = Asked.of(folder), _named(folder, attempt)
    if asked is None or started is None:
        return 1
    try:
        child = _begin(folder, asked, started)
    except OSError as error:
        why = f"It could not be started: {error.filename}: {error.strerror}."
        _try(Ended(attempt, None, trouble=why).write, folder)
    else:
        ended = _Watch(folder, started, child).end()
        _try(ended.write, folder)
    _try(advance, folder.parent)
    return 0


def _named(folder: Path, attempt: int) -> Started | None:
    """What is written down of this attempt, once it names this process as its keeper."""
    own, until = identify(os.getpid()), time.monotonic() + NAMED
    while time.monotonic() < until:
        started = Started.of(folder, attempt)
        if started is not None and started.keeper is not None:
            return started if started.keeper == own else None
        time.sleep(0.02)
    return None


def _begin(folder: Path, asked: Asked, started: Started) -> "subprocess.Popen[bytes]":
    """Start the recipe and write down who it is."""
    with (folder / files.LOG).open("ab") as printed:
        child = subprocess.Popen(
            [*(asked.program or (sys.executable, "-P", "-m", "train")), *words(folder, asked)],
            cwd=asked.where or None,
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
            env=environment(folder),
            start_new_session=True,
        )
    _try(replace(started, training=identify(child.pid)).write, folder)
    return child


def words(folder: Path, asked: Asked) -> list[str]:
    """What stands behind ``python -m train``: from the beginning, or on from where it was.

    A first attempt begins; a later one goes on with whatever an earlier one left, and never
    replaces that: where it cannot go on, the recipe says why.
    """
    output = f"output={folder / files.RESULT}"
    if asked.attempt > 1 and _left_something(folder):
        return [asked.recipe, "--resume", output]
    return [asked.recipe, "--config", str(folder / files.CONFIG), output]


def _left_something(folder: Path) -> bool:
    """Whether an earlier attempt came as far as its first event, or to a checkpoint."""
    from train.kept import CHECKPOINTS, newest  # numpy, which most keepers do without
    from train.past import look

    try:
        return look(folder) is not None or newest(folder / CHECKPOINTS) is not None
    except TandemError:
        return True  # its events cannot be read; --resume says so


class _Watch:
    """What a keeper does while the recipe works."""

    def __init__(self, folder: Path, started: Started, child: "subprocess.Popen[bytes]") -> None:
        self.folder, self.started, self.child = folder, started, child
        self.training: Identity | None = identify(child.pid)
        self.measured, self.peak = float("-inf"), 0
        self.asked = self.forced = False

    def end(self) -> Ended:
        """Wait for the end, and leave nothing running."""
        # Unreaped, the number stays its own, and its session can be told from any other.
        while os.waitid(os.P_PID, self.child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            self._measure()
            self._hear()
            time.sleep(LOOK)
        processes.kill_job(self.folder, self.training)
        code = self.child.wait()
        self.peak = max(self.peak, _largest())
        self._write_usage(None)
        return Ended(self.started.attempt, code, self.forced)

    def _hear(self) -> None:
        stop = Stop.of(self.folder, self.started.attempt)
        if stop is None:
            return
        if stop.late:
            self.forced = True
            processes.kill_job(self.folder, self.training)
        elif not stop.told and not self.asked and self.training is not None:
            self.asked = True  # also where the disk is too full to write that down
            _try(replace(stop, told=True).write, self.folder)
            processes.end(processes.of_pid(self.training))

    def _measure(self) -> None:
        if time.monotonic() - self.measured < MEASURE:
            return
        self.measured = time.monotonic()
        taken = processes.memory(processes.of_job(self.folder, self.training))
        self.peak = max(self.peak, taken)
        self._write_usage(taken)

    def _write_usage(self, taken: int | None) -> None:
        usage: Mapping[str, Any] = {"memory": taken, "peak": self.peak, "time": time.time()}
        _try(lambda folder: files.write(folder / files.USAGE, usage), self.folder)


def _largest() -> int:
    """The most bytes that any one ended child held at once; seen even where no look fell on it."""
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return most if sys.platform == "darwin" else 1024 * most


def _try(do: Callable[[Path], None], folder: Path) -> None:
    """Do what a full disk may prevent; a keeper goes on without it, and says so in its log."""
    try:
        do(folder)
    except (TandemError, OSError) as error:
        with suppress(OSError):  # its log lies on the same disk
            os.write(2, f"{error}\n".encode(errors="backslashreplace"))


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]), int(sys.argv[2])))

"""Whose turn it is: runs are started, asked to end, ended by force, and cleared up after.

Every server and every keeper may do all of this at any time; the lock lets one at a time, and what
is written in the runs' folders says what is left to do. Knows processes and files; no recipe.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import train
from core.errors import TandemError
from train.jobs import files, processes
from train.jobs.files import Asked, Ended, Started, Stop
from train.jobs.identity import Identity, alive, identify
from train.jobs.reading import whole_bytes
from train.jobs.standing import training_of

LOCK, QUEUE, STOPS = "queue.lock", "queue.json", "stops"
ROOT = Path(train.__file__).parents[1]
SPARE = 10.0  # seconds beyond the grace time in which a keeper that lives may do it itself
_children: list["subprocess.Popen[bytes]"] = []  # keepers of this process, only to reap them


def runs(root: Path) -> Iterator[tuple[Path, Asked]]:
    """Folders of all runs of a queue, and what they are; in no order."""
    try:
        folders = [Path(entry.path) for entry in os.scandir(root) if not entry.name.startswith(".")]
    except FileNotFoundError:
        return
    for folder in folders:
        asked = Asked.of(folder)
        if asked is not None:
            yield folder, asked


def advance(root: Path) -> None:
    """Do what is due: end what has to end, and start what has its turn.

    Raises:
        TandemError: the queue's files cannot be written, or its lock cannot be had.
    """
    _children[:] = [child for child in _children if child.poll() is None]
    if not root.is_dir():
        return
    with files.locked(root / LOCK):
        waiting, busy = [], 0
        for folder, asked in runs(root):
            if Ended.of(folder, asked.attempt) is not None:
                continue
            started = Started.of(folder, asked.attempt)
            if started is not None:
                busy += not settle(folder, started)
            elif Stop.of(folder, asked.attempt) is None:
                waiting.append((asked.number, folder, asked))
        for _, folder, asked in sorted(waiting)[: max(0, slots(root) - busy)]:
            start(folder, asked, grace(root))
        for request in sorted((root / STOPS).glob("*.json")):
            _enforce_elsewhere(request)


def settle(folder: Path, started: Started) -> bool:
    """See to an attempt that was started; whether it is over. The queue's lock is held."""
    stop, training = Stop.of(folder, started.attempt), training_of(folder, started)
    if alive(started.keeper):
        if stop is not None and replace(stop, grace=stop.grace + SPARE).late:
            _force(folder, started, training)
        return False
    if alive(training) and stop is None:
        return False
    if alive(training) and stop is not None and not stop.late:
        ask(folder, stop, training)
        return False
    _force(folder, started, training)
    return True


def ask(folder: Path, stop: Stop, process: Identity | None) -> None:
    """Send a process the signal that asks for its end, once."""
    if process is None or stop.told:
        return
    replace(stop, told=True).write(folder)  # first: a second signal would cost the checkpoint
    if alive(process):
        processes.end(processes.of_pid(process))


def _force(folder: Path, started: Started, training: Identity | None) -> None:
    """Kill what is left of an attempt, its keeper too, and write down that it is over."""
    worked = alive(training)
    if started.keeper is not None:
        processes.end(processes.of_pid(started.keeper), processes.KILL)
    processes.kill_job(folder, training)
    Ended(started.attempt, None, forced=worked).write(folder)


def start(folder: Path, asked: Asked, grace: float) -> None:
    """Start a run's keeper; the queue's lock is held.

    A keeper does nothing before it is written down here: where this process dies in between, it
    ends by itself, and the run is still queued.
    """
    words = [sys.executable, "-P", "-m", "train.jobs.keeper", str(folder), str(asked.attempt)]
    try:
        with (folder / files.KEEPER_LOG).open("ab") as printed:
            child = subprocess.Popen(
                words,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=subprocess.STDOUT,
                env=environment(),
                start_new_session=True,
            )
    except OSError as error:
        Ended(asked.attempt, None, trouble=f"It could not be started: {error.strerror}.").write(
            folder
        )
        return
    _children.append(child)
    sizes = whole_bytes(folder / files.EVENTS), files.size(folder / files.LOG)
    started = Started(asked.attempt, identify(child.pid), None, *sizes, grace)
    try:
        started.write(folder)
    except TandemError:
        child.kill()
        raise


def environment(folder: Path | None = None) -> dict[str, str]:
    """Variables for a child: it finds this code, and has the mark of its run or none."""
    rest = {name: value for name, value in os.environ.items() if name != processes.MARK}
    others = [p for p in rest.get("PYTHONPATH", "").split(os.pathsep) if p and p != str(ROOT)]
    path = os.pathsep.join([str(ROOT), *others])
    mark = {processes.MARK: str(folder)} if folder is not None else {}
    return {**rest, "PYTHONPATH": path, **mark}


def slots(root: Path) -> int:
    """How many runs may be at work at once."""
    found = files.read(root / QUEUE).get("slots", 1)
    return found if type(found) is int and found >= 1 else 1


def grace(root: Path) -> float:
    """Seconds between a request to end and force."""
    found = files.read(root / QUEUE).get("grace", files.GRACE)
    return float(found) if isinstance(found, int | float) and found >= 0 else files.GRACE


def _enforce_elsewhere(request: Path) -> None:
    """A run in a terminal that was asked to end: by force once its time is over."""
    stop = Stop.of(request.parent, 0, request.name)
    if stop is None or not alive(stop.process):
        request.unlink(missing_ok=True)
    elif stop.late and stop.process is not None:
        processes.end(processes.of_tree(stop.process), processes.KILL)

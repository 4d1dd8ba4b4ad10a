"""One command in a process of its own, followed by its events until it ends.

Knows processes, signals and a run's events; nothing of what the command does. What it prints goes
to a file: a pipe that nobody reads any more would hold it up.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import train
from train.events import Event, Kind, Tail, latest_run, read
from train.past import EVENTS
from train.run import Run

LOOK = 0.2  # seconds between two looks at it
GRACE = 20.0  # seconds that it may take to end once it was told twice
LAST_WORDS = 5  # lines
ROOT = Path(train.__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended."""

    code: int  # its exit code, or minus the number of the signal that ended it
    sentence: str = ""  # where it failed: its own
    hint: str = ""


def work(
    words: Sequence[str], folder: Path, log: Path, name: str, run: Run, late: Callable[[], bool]
) -> Ended:
    """Start ``python -m train WORDS``, pass on what it tells, and wait for its end.

    Ctrl-C and SIGTERM are passed on once: it ends its step, keeps a checkpoint and exits. It is a
    process group of its own, so that a terminal's Ctrl-C does not reach it twice.

    Args:
        folder: where its run keeps events.
        log: the file that gets what it prints.
        name: of the stage, for the run's events.
        late: whether it is to be stopped because time is out.

    Raises:
        KeyboardInterrupt: somebody wanted to stop, or time is out; it has ended by then.
    """
    tail = Tail(folder / EVENTS)
    with log.open("ab") as printed, run.stop.later():
        start = printed.tell()
        child = _start(words, printed)
        try:
            told = False
            while not _ended(child):
                _pass_on(tail.new(), name, run)
                if not told and (run.stop.asked or late()):
                    # Not SIGINT: what a shell runs in the background is born deaf to it.
                    child.send_signal(signal.SIGTERM)
                    told = True
        finally:
            _end(child)
        _pass_on(tail.new(), name, run)
    if told or child.returncode == 130:
        raise KeyboardInterrupt
    if child.returncode == 0:
        return Ended(0)
    return Ended(child.returncode, *_why(child.returncode, folder, child.pid, _last(log, start)))


def _start(words: Sequence[str], printed: Any) -> "subprocess.Popen[bytes]":
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "train", *words],
        stdin=subprocess.DEVNULL,
        stdout=printed,
        stderr=subprocess.STDOUT,
        env={**os.environ, "PYTHONPATH": path},
        process_group=0,
    )


def _ended(child: "subprocess.Popen[bytes]") -> bool:
    """Wait a moment for the end."""
    try:
        child.wait(LOOK)
    except subprocess.TimeoutExpired:
        return False
    return True


def _end(child: "subprocess.Popen[bytes]") -> None:
    """Leave nothing running when the parent itself is torn away: once more, then by force."""
    if child.poll() is None:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(GRACE)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _pass_on(events: Sequence[Event], name: str, run: Run) -> None:
    """What a child told, as the run's own; its metrics stay in its own file."""
    for event in events:
        data: Mapping[str, Any] = event.data
        if event.kind is Kind.STAGE:
            run.stage(name, data["name"])
        elif event.kind is Kind.PROGRESS:
            run.progress(data["done"], data["total"], **data["figures"])
        elif event.kind is Kind.LOG:
            run.log(data["sentence"])
        elif event.kind is Kind.DEVICE:
            run.tell(event.kind, **data)
        elif event.kind is Kind.WEIGHTS:
            run.tell(event.kind, **{**data, "stage": name})
        elif event.kind is Kind.SAVED:
            run.saved(data["path"])
        elif event.kind is Kind.INTERRUPTED:
            run.log(f"{name}: {data['sentence']}")


def _why(code: int, folder: Path, pid: int, printed: str) -> tuple[str, str]:
    """Why a child failed: its own sentence and hint, else what it printed last."""
    events = latest_run(read(folder / EVENTS)) if (folder / EVENTS).is_file() else []
    began = [e for e in events if e.kind is Kind.STARTED and e.data.get("pid") == pid]
    if began and events[-1].kind is Kind.FAILED:
        return str(events[-1].data["sentence"]), str(events[-1].data["hint"])
    if code < 0:
        hint = "Was there enough memory?" if code == -signal.SIGKILL else ""
        return f"It was ended by {signal.Signals(-code).name}.", hint
    return printed or f"It ended with exit code {code}.", ""


def _last(log: Path, start: int) -> str:
    """The last lines that were printed since the file had ``start`` bytes, as one."""
    with log.open("rb") as file:
        file.seek(start)
        lines = file.read().decode(errors="replace").split("\n")
    return " ".join([line.strip() for line in lines if line.strip()][-LAST_WORDS:])

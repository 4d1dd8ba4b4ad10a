"""What the queue writes into a run's folder, and how: small JSON files, written aside and renamed.

``job.json`` is what was asked for, ``process.json`` what was started, ``stop.json`` that its end
is asked for, ``exit.json`` how it ended, ``usage.json`` the memory it takes. Each says of which
attempt it speaks, so that what an earlier attempt left is never taken for the present. Knows files
and one lock; no process and no recipe.
"""

import contextlib
import errno
import fcntl
import json
import os
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.errors import TandemError
from train.jobs.identity import Identity, identify

EVENTS, CONFIG = "events.jsonl", "config.yaml"  # what every run writes
JOB, RESULT = "job.json", "result"  # of a run of the queue: what was asked for, and its output
PROCESS, STOP, EXIT, USAGE = "process.json", "stop.json", "exit.json", "usage.json"
LOG, KEEPER_LOG, COMMAND = "log.txt", "keeper.log", "command.txt"
GRACE = 30.0  # seconds between a request to end and force
_PATIENCE = 20.0  # seconds that one waits for the queue's lock; it is held for milliseconds
_NO_LOCKS = (errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOLCK, errno.EINVAL)


@dataclass(frozen=True, slots=True)
class Asked:
    """``job.json``: what was submitted, and its turn."""

    recipe: str
    number: int  # its turn; the lowest is next
    attempt: int = 1  # 2: resumed once
    name: str = ""
    owner: str = ""
    made: float = 0.0  # seconds since 1970
    command: str = ""
    where: str = ""  # the folder that relative paths begin in
    program: tuple[str, ...] = ()  # what to start instead of ``python -m train``; for tests

    @classmethod
    def of(cls, folder: Path) -> "Asked | None":
        """What a folder's run is; None where it is no run of the queue."""
        raw = read(folder / JOB)
        try:
            return cls(**{**raw, "program": tuple(raw["program"])}) if raw else None
        except (TypeError, KeyError):
            return None

    def write(self, folder: Path) -> None:
        write(folder / JOB, asdict(self))


@dataclass(frozen=True, slots=True)
class Started:
    """``process.json``: who is at work for an attempt."""

    attempt: int
    keeper: Identity | None = None
    training: Identity | None = None  # the recipe's process; None until its keeper started it
    events: int = 0  # bytes of events.jsonl that are of earlier attempts
    log: int = 0  # and of log.txt
    grace: float = GRACE

    @classmethod
    def of(cls, folder: Path, attempt: int) -> "Started | None":
        """Who was started for an attempt; None where nobody was."""
        raw = read(folder / PROCESS)
        if raw.get("attempt") != attempt:
            return None
        keeper, training = (Identity.from_plain(raw.get(n)) for n in ("keeper", "training"))
        sizes = int(raw.get("events", 0)), int(raw.get("log", 0))
        return cls(attempt, keeper, training, *sizes, float(raw.get("grace", GRACE)))

    def write(self, folder: Path) -> None:
        write(folder / PROCESS, asdict(self))


@dataclass(frozen=True, slots=True)
class Stop:
    """``stop.json``: somebody asked for the end."""

    attempt: int  # 0: of a run in a terminal
    asked: float  # on the clock that counts from the machine's start; another boot's means nothing
    process: Identity | None = None  # of a run in a terminal: whom it means
    grace: float = GRACE
    told: bool = False  # its process got the signal; a second one would cost the checkpoint

    @classmethod
    def of(cls, folder: Path, attempt: int, name: str = STOP) -> "Stop | None":
        """The request for an attempt's end; None where there is none."""
        raw = read(folder / name)
        if not raw or raw.get("attempt") != attempt:
            return None
        process, told = Identity.from_plain(raw.get("process")), bool(raw.get("told"))
        return cls(attempt, float(raw["asked"]), process, float(raw.get("grace", GRACE)), told)

    def write(self, folder: Path, name: str = STOP) -> None:
        write(folder / name, asdict(self))

    @property
    def late(self) -> bool:
        """Whether it is time for force."""
        return time.monotonic() - self.asked > self.grace


@dataclass(frozen=True, slots=True)
class Ended:
    """``exit.json``: an attempt is over, and nothing of it runs any more."""

    attempt: int
    code: int | None  # minus a signal's number; None where nobody was there to see it
    forced: bool = False  # it was killed, for it did not end when asked
    trouble: str = ""  # why it could not be started

    @classmethod
    def of(cls, folder: Path, attempt: int) -> "Ended | None":
        """How an attempt ended; None where that is not written down."""
        raw = read(folder / EXIT)
        if raw.get("attempt") != attempt:
            return None
        forced, trouble = bool(raw.get("forced")), str(raw.get("trouble", ""))
        return cls(attempt, raw.get("code"), forced, trouble)

    def write(self, folder: Path) -> None:
        write(folder / EXIT, asdict(self))


def end_asked(folder: Path) -> bool:
    """Whether this process's end was asked for through the queue.

    Args:
        folder: of its run, one of the queue or of a terminal.
    """
    asked = Asked.of(folder)
    if asked is not None:
        return Stop.of(folder, asked.attempt) is not None
    stop = Stop.of(folder, 0)
    return stop is not None and stop.process == identify(os.getpid())


def read(path: Path) -> Mapping[str, Any]:
    """A file's JSON object; empty where there is none, or none that is whole."""
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def write(path: Path, content: Mapping[str, Any]) -> None:
    """Write a JSON object whole or not at all.

    Raises:
        TandemError: it cannot be written.
    """
    write_text(path, json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write a text whole or not at all; raises TandemError where that cannot be."""
    aside = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        with told(path):
            aside.write_text(text, encoding="utf-8", errors="backslashreplace")
            aside.replace(path)
    finally:
        with contextlib.suppress(OSError):  # what was wrong with the disk is told already
            aside.unlink(missing_ok=True)


@contextlib.contextmanager
def told(path: Path) -> Iterator[None]:
    """Within, what the disk refuses becomes a TandemError: ``path`` cannot be written."""
    try:
        yield
    except OSError as error:
        hint = "Make room on the disk." if error.errno == errno.ENOSPC else ""
        raise TandemError(f"{path} cannot be written: {error.strerror}.", hint) from error


def size(path: Path) -> int:
    """Bytes of a file; 0 where there is none."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Alone with the queue, whatever other threads and processes there are.

    Raises:
        TandemError: it cannot be had: no locks on this file system, or somebody hangs with it.
    """
    with told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("ab")
    with file:
        _wait_for(file.fileno(), path)
        yield


def _wait_for(file: int, path: Path) -> None:
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise TandemError(f"Another process holds {path} and does not let go.") from None
            time.sleep(0.01)
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
            sentence = f"The file system of {path.parent} has no locks, and a queue needs them."
            raise TandemError(sentence, "Choose another folder for runs.") from error

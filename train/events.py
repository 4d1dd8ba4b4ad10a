"""What happened in a run, as typed events in an append-only file.

One JSON object per line, flushed as it is written, so that a reader sees a
run while it goes and after it died. Knows nothing of what the run computes;
loads no torch.
"""

import errno
import json
import math
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from core.errors import DataError


class Kind(StrEnum):
    """What an event tells; the keys of its ``data`` stand behind each."""

    # recipe, command, pid, python; start (train.jobs.identity), where relative paths begin (cwd)
    STARTED = "started"
    RESUMED = "resumed"  # step (null: no checkpoint), seconds; follows the STARTED of a later part
    STAGE = "stage"  # name; in a pipeline also part, of the stage's own work
    PLANNED = "planned"  # stages, in order: name, recipe, needs, output; of a pipeline
    ENDED = "ended"  # stage, state, seconds, figures, sentence; of a pipeline's stage
    PROGRESS = "progress"  # stage, done, total (null: unknown), figures
    METRIC = "metric"  # stage, name, value (null: not computable), labels
    LOG = "log"  # stage, sentence
    SAVED = "saved"  # stage, path
    FINISHED = "finished"  # seconds, figures
    FAILED = "failed"  # seconds, error, sentence, hint, expected
    INTERRUPTED = "interrupted"  # seconds, step (null: no checkpoint), sentence, hint
    CANCELLED = "cancelled"  # the same, where the end was asked for through the queue
    DEVICE = "device"  # device: "cpu", "cuda (NVIDIA …)"; once it is known
    # stage, edges (K + 1), counts (K), tweets, counting, mean: how w̄ is distributed; of distil
    WEIGHTS = "weights"


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the file."""

    kind: Kind
    time: float  # seconds since 1970, UTC
    data: Mapping[str, Any] = field(default_factory=dict)  # what JSON can hold

    def to_json(self) -> str:
        """The line, without its end."""
        content = {"time": round(self.time, 3), "kind": self.kind.value, "data": self.data}
        return json.dumps(content, allow_nan=False)

    @classmethod
    def from_json(cls, line: bytes | str) -> "Event":
        """The event on a line.

        Raises:
            ValueError: when the line is no event.
        """
        content = json.loads(line)
        if not isinstance(content, dict) or set(content) != {"time", "kind", "data"}:
            raise ValueError("not an event")
        if not isinstance(content["data"], dict) or not isinstance(content["time"], int | float):
            raise ValueError("not an event")
        return cls(Kind(content["kind"]), float(content["time"]), content["data"])


class EventLog:
    """Appends events to a file; a context manager.

    A half-written last line that an earlier, killed run left is taken away
    first, so that the file stays readable as a whole.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        _mend(path)
        self._file = path.open("ab", buffering=0)

    def append(self, kind: Kind, **data: Any) -> Event:
        """Write one event at once; tuples, paths and numpy numbers become JSON.

        Raises:
            DataError: when the disk is full, or the like; the file stays whole then.
        """
        event = Event(kind, time.time(), plain(data))
        line = event.to_json().encode() + b"\n"
        before = os.fstat(self._file.fileno()).st_size
        try:
            if self._file.write(line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as error:
            self._file.truncate(before)
            raise DataError(
                f"{self.path} cannot be written: {error.strerror}.", "Make room on the disk."
            ) from error
        return event

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def read(path: Path) -> list[Event]:
    """The events of a file, oldest first; a torn last line is left out.

    Raises:
        DataError: when the file cannot be read, or a finished line of it is
            no event; the sentence names the line.
    """
    try:
        *whole, last = path.read_bytes().split(b"\n")
    except OSError as error:
        raise DataError(f"The events in {path} cannot be read: {error.strerror}.") from error
    events = [_event(line, number, path) for number, line in enumerate(whole, start=1)]
    complete = _parsed(last)
    return [*events, complete] if complete is not None else events


class Tail:
    """What is appended to a file of events from now on, while others write it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        content = path.read_bytes() if path.exists() else b""
        self._position = content.rfind(b"\n") + 1  # what is torn behind it will be mended

    def new(self) -> list[Event]:
        """Events that were finished since the last call; what is no event is passed over."""
        if not self.path.exists():
            return []
        with self.path.open("rb") as file:
            file.seek(self._position)
            content = file.read()
        whole, end, _ = content.rpartition(b"\n")
        self._position += len(whole) + len(end)
        events = map(_parsed, whole.split(b"\n"))
        return [event for event in events if event is not None]


def latest_run(events: list[Event]) -> list[Event]:
    """The events of the newest run, all its parts, where a file holds several runs in a row."""
    starts = [
        index
        for index, event in enumerate(events)
        if event.kind is Kind.STARTED and not _goes_on(events[index + 1 : index + 2])
    ]
    return events[starts[-1] :] if starts else events


def without_lost(events: list[Event]) -> list[Event]:
    """Events without the metrics of steps that were lost, and done again after a resume."""
    kept: list[Event] = []
    for event in events:
        if event.kind is Kind.RESUMED:
            # Without a checkpoint it begins again, step 0's validation included.
            step = -1 if event.data["step"] is None else event.data["step"]
            kept = [one for one in kept if _step(one) <= step]
        kept.append(event)
    return kept


def _goes_on(following: list[Event]) -> bool:
    """Whether a STARTED, by what stands behind it, only begins a later part of a run."""
    return bool(following) and following[0].kind is Kind.RESUMED


def _step(event: Event) -> float:
    """The optimiser step that a metric is of; -1 for whatever is not of one."""
    return event.data["labels"].get("step", -1) if event.kind is Kind.METRIC else -1


def _event(line: bytes, number: int, path: Path) -> Event:
    event = _parsed(line)
    if event is None:
        raise DataError(f"Line {number} of {path} is not an event.", "Was the file edited?")
    return event


def _parsed(line: bytes) -> Event | None:
    """The event on a line, or None where there is none (torn, empty, garbage)."""
    try:
        return Event.from_json(line)
    except (ValueError, RecursionError):
        return None


def _mend(path: Path) -> None:
    """End a file on a finished line: complete its last one, or cut a torn one off."""
    content = path.read_bytes() if path.exists() else b""
    last = content.rsplit(b"\n", 1)[-1]
    if not last:
        return
    with path.open("r+b") as file:
        if _parsed(last) is None:
            file.truncate(len(content) - len(last))
        else:
            file.seek(0, 2)
            file.write(b"\n")


def plain(value: Any) -> Any:
    """A value as JSON holds it; what JSON has no number for becomes "nan", "inf" or "-inf".

    Raises:
        TypeError: for what is neither plain, nor a path, nor of numpy or torch.
    """
    if isinstance(value, Mapping):
        return {str(name): plain(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(entry) for entry in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(float(value))
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, Path):
        return str(value)
    if hasattr(value, "tolist"):  # numpy and torch, numbers and arrays alike
        return plain(value.tolist())
    raise TypeError(f"An event cannot hold a {type(value).__name__}.")

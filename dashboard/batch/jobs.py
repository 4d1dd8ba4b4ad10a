"""Work on uploaded files, in threads of the server: it goes on when the page that began it closes.

Knows jobs by the token of their file and the session that began them; nothing of engines or
files. A page asks how far a job is; nothing is sent to it.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from core.errors import InputError, TandemError
from dashboard.wording import batch as words

log = logging.getLogger("tandem")

Kind = Literal["check", "run"]
WAITING = 16  # jobs of all pages that may be under way or wait
REMEMBERED = 200  # jobs, finished ones included


@dataclass(eq=False, slots=True)
class Job:
    """One piece of work on one file."""

    kind: Kind
    session: str  # of the browser that began it
    cancel: threading.Event = field(default_factory=threading.Event)
    told: Any = None  # the newest that the work said about itself
    told_at: float = 0.0  # when, by time.monotonic
    result: Any = None  # what it gave, once finished
    problem: Exception | None = None  # what ended it
    finished: threading.Event = field(default_factory=threading.Event)

    @property
    def active(self) -> bool:
        """Whether it is still at work."""
        return not self.finished.is_set()


class Jobs:
    """At most one job per file and one run per session."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: dict[tuple[str, Kind], Job] = {}

    def begin(self, token: str, job: Job, work: Callable[[Job], Any]) -> Job:
        """Start work in a thread; it takes the place of an earlier one of its kind.

        Raises:
            InputError: this file is being worked on, or this session's run is under way, or too
                many are.
        """
        with self._lock:
            active = {key: one for key, one in self._jobs.items() if one.active}
            if any(_clash(job, one, key[0] == token) for key, one in active.items()):
                raise InputError(*words.BUSY)
            if len(active) >= WAITING:
                raise InputError(*words.FULL)
            self._jobs.pop((token, job.kind), None)
            self._jobs[token, job.kind] = job
            idle = [key for key, one in self._jobs.items() if one is not job and not one.active]
            for old in idle[: max(len(self._jobs) - REMEMBERED, 0)]:
                del self._jobs[old]
        threading.Thread(
            target=_run, args=(job, work), name=f"tandem-{job.kind}", daemon=True
        ).start()
        return job

    def find(self, token: str, kind: Kind) -> Job | None:
        """The newest job of a file; None where this process had none, or had too many since."""
        with self._lock:
            return self._jobs.get((token, kind))

    def running(self, session: str) -> str | None:
        """The token of the file that this session's run is at work on; None where none is."""
        with self._lock:
            found = (
                token
                for (token, kind), job in self._jobs.items()
                if kind == "run" and job.active and job.session == session
            )
            return next(found, None)

    def stop(self, token: str) -> None:
        """Let a file's work end after what it is at; nothing if none runs."""
        kinds: tuple[Kind, ...] = ("check", "run")
        for kind in kinds:
            job = self.find(token, kind)
            if job is not None:
                job.cancel.set()


def _clash(new: Job, other: Job, same_file: bool) -> bool:
    """Whether work under way stands in the way of a new one."""
    both_runs = new.kind == other.kind == "run"
    return same_file or (both_runs and new.session == other.session)


def _run(job: Job, work: Callable[[Job], Any]) -> None:
    """The thread's body; whatever happens ends up in the job."""
    try:
        job.result = work(job)
    except Exception as problem:
        if not isinstance(problem, TandemError):
            log.exception("Work on a file failed.")
        job.problem = problem
    finally:
        job.finished.set()

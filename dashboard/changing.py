"""Models that are replaced or unloaded while the page is in use, one change after another.

Knows what was asked, what is being done, and what went wrong last; who opens models is the engine,
what may stand where is ``core.roles``. Nothing of widgets or HTML.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core import roles
from core.embedded import sources as embedded
from core.errors import InputError, TandemError
from core.records import EngineSources
from dashboard import wording
from dashboard.contract import EngineLike
from dashboard.models.called import called
from dashboard.wording import models as words

log = logging.getLogger("tandem")

WAITING = 8  # changes that may be asked for before the first is done


@dataclass(frozen=True, slots=True)
class Change:
    """One model to be loaded, or unloaded."""

    role: str  # as core.roles.LOADABLE names it; of unloading "student before", "student 2" …
    source: str
    load: bool = True

    def applied(self, sources: EngineSources) -> EngineSources:
        """The sources after it; InputError where it came to be impossible."""
        apply = roles.loaded if self.load else roles.unloaded
        return apply(sources, self.role, self.source)

    @property
    def used(self) -> tuple[str, ...]:
        """Sources that have to stay on the disk for it."""
        return (self.source,)

    def __str__(self) -> str:
        pattern = words.LOADING if self.load else words.UNLOADING
        return pattern.format(name=called(self.source), role=words.as_role(self.role))


@dataclass(frozen=True, slots=True)
class Back:
    """All models as they come with Tandem."""

    @property
    def used(self) -> tuple[str, ...]:
        """Embedded ones stay anyway."""
        return ()

    def applied(self, sources: EngineSources) -> EngineSources:
        """The embedded ones, whatever was loaded; ConfigError where one is missing."""
        return embedded(None, None, None, None)

    def __str__(self) -> str:
        return words.GOING_BACK


class Changes:
    """Changes in the order in which they were asked for, done by one thread.

    Args:
        engine: gives the engine whose models are changed, once it was tried to load them.
        done: called after each change that succeeded; a sentence where something of it did not.
    """

    def __init__(self, engine: Callable[[], EngineLike], done: Callable[[], str]) -> None:
        self._engine, self._done = engine, done
        self._lock = threading.Lock()
        self._waiting: deque[Change | Back] = deque()
        self._at_work: Change | Back | None = None
        self._trouble = ""

    def load(self, role: str, source: str, sources: EngineSources) -> None:
        """Ask for a model in a role; returns at once.

        Raises:
            TandemError: it cannot stand there, or too many changes wait.
        """
        source = source if source in roles.by_role(sources).values() else _whole(source)
        roles.check(source, role)
        self._ask(Change(role, source), sources)

    def unload(self, role: str, sources: EngineSources) -> None:
        """Ask for a role to be emptied; returns at once.

        Raises:
            InputError: nothing is loaded there, or Tandem cannot do without.
        """
        self._ask(Change(role, roles.source_in(sources, role), load=False), sources)

    def back(self, sources: EngineSources) -> None:
        """Ask for the embedded models; returns at once.

        Raises:
            TandemError: too many changes wait, or an embedded model is missing.
        """
        self._ask(Back(), sources)

    def tell(self, trouble: str) -> None:
        """Say what went wrong before any change was asked for."""
        with self._lock:
            self._trouble = trouble

    @property
    def pending(self) -> tuple[Change | Back, ...]:
        """What is being done, then what waits."""
        with self._lock:
            now = () if self._at_work is None else (self._at_work,)
            return (*now, *self._waiting)

    @property
    def trouble(self) -> str:
        """Why the last change failed, in a sentence; "" where it did not, or another began."""
        return self._trouble

    def _ask(self, change: Change | Back, sources: EngineSources) -> None:
        with self._lock:
            if self._at_work == change or change in self._waiting:
                return
            if len(self._waiting) >= WAITING:
                raise InputError(*words.TOO_MANY_CHANGES)
            if self._at_work is None and not self._waiting:
                change.applied(sources)  # what is refused is refused to whom asked
            self._waiting.append(change)
            if self._at_work is not None:
                return
            self._at_work = self._waiting.popleft()
            self._trouble = ""
        threading.Thread(target=self._work, name="tandem-change", daemon=True).start()

    def _work(self) -> None:
        while (change := self._at_work) is not None:
            trouble = self._change(change)
            with self._lock:
                self._trouble = trouble
                self._at_work = self._waiting.popleft() if self._waiting else None

    def _change(self, change: Change | Back) -> str:
        """Do one; "" or the sentence that a person is told."""
        try:
            engine = self._engine()
            engine.replace(change.applied(engine.sources))
            return self._done()
        except TandemError as problem:
            log.warning("%s failed: %s", change, problem)
            return words.FAILED.format(change=change, problem=wording.error(problem))
        except Exception:
            log.exception("%s failed.", change)
            return words.FAILED.format(change=change, problem=wording.DEFECT)


def _whole(source: str) -> str:
    """A folder's whole path, so that one folder has one name; an id as it is."""
    path = Path(source).expanduser()
    return str(path.absolute()) if path.is_dir() else source

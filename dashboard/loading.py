"""The engine of the page: loaded in the background, its models replaced while it answers.

Knows states and what loading met; puts no question to the engine. Knows nothing of widgets or HTML.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from core.errors import InputError, TandemError
from core.hub import Download
from core.records import EngineSources
from dashboard import wording
from dashboard.changing import Back, Change, Changes
from dashboard.contract import EngineLike, Status
from dashboard.models.called import named
from dashboard.remembered import Remembered
from dashboard.wording import models

log = logging.getLogger("tandem")


class Loading:
    """One engine, loaded in the background.

    Args:
        make_engine: builds the engine; called once, in the loading thread.
        memory: where a choice of models is kept for the next start; None: nowhere.
        left_out: sentences about models of the last choice that were not taken.
    """

    def __init__(
        self,
        make_engine: Callable[[], EngineLike],
        memory: Remembered | None = None,
        left_out: Sequence[str] = (),
    ) -> None:
        self._make, self._memory = make_engine, memory
        self._lock = threading.Lock()
        self._loaded: Future[EngineLike] | None = None
        self._download = ""
        self._engine: EngineLike | None = None  # from when it is made, its models there or not
        self._changes = Changes(self._tried, self._stands)
        self._changes.tell(" ".join(left_out))

    def start(self) -> None:
        """Begin loading in a thread; further calls do nothing."""
        with self._lock:
            if self._loaded is not None:
                return
            self._loaded = Future()
        threading.Thread(target=self._load, name="tandem-load", daemon=True).start()

    def _load(self) -> None:
        """Build the engine and wait for its models; whatever happens ends up in the future."""
        assert self._loaded is not None
        try:
            self._engine = engine = self._make()
            engine.start()
            self._first(engine)
        except TandemError as problem:
            log.error("The models did not load: %s", problem)
            self._loaded.set_exception(problem)
        except BaseException as problem:
            log.exception("The models did not load.")
            self._loaded.set_exception(problem)
        else:
            self._loaded.set_result(engine)

    def _first(self, engine: EngineLike) -> None:
        """Wait for the first models; where those of the last choice fail, the usual ones come."""
        try:
            engine.wait()
        except TandemError as problem:
            if self._memory is None or self._memory.usual == engine.sources:
                raise
            log.warning("The models that were chosen before did not load: %s", problem)
            self._changes.tell(models.FELL_BACK.format(problem=wording.error(problem)))
            engine.replace(self._memory.usual)

    def status(self) -> Status:
        """How far loading is; never waits."""
        loaded = self._loaded
        if loaded is None:
            return Status("idle")
        if not loaded.done():
            return Status("loading", download=self._download)
        problem, pending = loaded.exception(), self._changes.pending
        changing, trouble = tuple(map(str, pending)), self._changes.trouble
        download = self._download if pending else ""
        if problem is not None:
            said = sentence(problem)
            return Status("failed", None, said, download, changing, trouble)
        info = named(loaded.result().describe())
        return Status("ready", info, "", download, changing, trouble)

    def sources(self) -> EngineSources | None:
        """Where the loaded models came from; None until they are loaded."""
        loaded = self._loaded
        there = loaded is not None and loaded.done() and loaded.exception() is None
        return loaded.result().sources if there and loaded is not None else None

    def replace(self, role: str, source: str) -> None:
        """Load a model in a role. Returns at once: the old one answers until the new one stands.

        What comes of it is told by ``status``: ``changing`` meanwhile, ``trouble`` where it failed
        and the old models stay.

        Args:
            role: "teacher", "student", "student before", "translator" or "further".
            source: folder or hub id.

        Raises:
            TandemError: it cannot stand there, or the first models are still loading.
        """
        self._changes.load(role, source, self._tried().sources)

    def unload(self, role: str) -> None:
        """Empty the role "student before", "student 2" …; as ``replace``.

        Raises:
            InputError: nothing is loaded there, or Tandem cannot do without.
        """
        self._changes.unload(role, self._tried().sources)

    def back(self) -> None:
        """Load the embedded models in all roles, and nothing else; as ``replace``."""
        self._changes.back(self._tried().sources)

    def pending(self) -> tuple[Change | Back, ...]:
        """Changes that are being made, or wait."""
        return self._changes.pending

    def _tried(self) -> EngineLike:
        """The engine, once it has tried to load its models: they may have failed."""
        if self._loaded is None or not self._loaded.done():
            raise InputError(*models.STILL_LOADING)
        return self._engine or self._loaded.result()

    def _stands(self) -> str:
        """Models were replaced: also where the first ones had failed.

        Returns:
            "", or a sentence where the choice could not be kept.
        """
        if self._loaded is not None and self._loaded.exception() is not None:
            assert self._engine is not None
            again: Future[EngineLike] = Future()
            again.set_result(self._engine)
            self._loaded = again
        return "" if self._memory is None else self._memory.keep(self._tried().sources)

    def downloading(self, seen: Download) -> None:
        """How far a download is; for the header, until it is complete."""
        self._download = str(seen) if seen.done < seen.total else ""

    def engine(self) -> EngineLike:
        """The loaded engine; waits for it.

        Raises:
            TandemError: what loading met.
        """
        self.start()
        assert self._loaded is not None
        return self._loaded.result()


def sentence(problem: BaseException) -> str:
    """What a person is told: the sentence of a TandemError, else that it was our fault."""
    return wording.error(problem) if isinstance(problem, TandemError) else wording.DEFECT

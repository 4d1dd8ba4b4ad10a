"""Models that load in a thread of their own, while others ask how far they are, and are replaced.

Knows states and what loading met; answers no question about a text.
"""

import logging
import threading
from typing import Literal

from core.attribution.running import warm
from core.comparing import Comparer
from core.errors import ModelError, TandemError
from core.hub import Progress
from core.languages import LanguageIdentifier
from core.memory import give_back
from core.records import EngineSources
from core.roster import open_models

log = logging.getLogger("tandem")

State = Literal["idle", "loading", "ready", "failed"]


class Opening:
    """Loads models, and others in their place.

    Args:
        sources: which models.
        device: "cpu" or "cuda".
        progress: called in the loading thread while files of a hub id are downloaded.
    """

    def __init__(
        self, sources: EngineSources, device: str = "cpu", progress: Progress | None = None
    ) -> None:
        self.sources = sources
        self.device = device
        self.progress = progress
        self.identifier = LanguageIdentifier()
        self._loaded: Comparer | None = None
        self._error: TandemError | None = None
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._replacing = threading.Lock()

    @property
    def state(self) -> State:
        """ "idle", "loading", "ready" or "failed"."""
        if self._loaded is not None:
            return "ready"
        if self._error is not None:
            return "failed"
        return "idle" if self._thread is None else "loading"

    @property
    def error(self) -> TandemError | None:
        """What loading met, once it failed."""
        return self._error

    def start(self) -> None:
        """Begin to load in a background thread; further calls do nothing."""
        with self._starting:
            if self._thread is None:
                thread = threading.Thread(target=self._load, name="loading", daemon=True)
                thread.start()
                self._thread = thread

    def wait(self) -> None:
        """Block until the models are there.

        Raises:
            TandemError: what loading met.
        """
        self._ready()

    def replace(self, sources: EngineSources) -> None:
        """Load other models in the caller's thread; until they stand, the old ones answer.

        Models whose source and files are the same are taken over, not loaded again. A call under
        way keeps the models that it began with. Two calls are done one after another.

        Raises:
            TandemError: what loading met; the old models then stay as they were.
        """
        with self._replacing:
            self.start()
            assert self._thread is not None
            self._thread.join()
            before = self._loaded
            standing = before.roster if before is not None else None
            try:
                roster = open_models(sources, self.device, self.progress, standing)
                self.identifier.load()
            except Exception as error:
                raise _told(error)  # noqa: B904 - the same one, or its cause is set
            self._loaded = Comparer(roster, self.identifier, before)
            self.sources, self._error = sources, None
        del before, standing, roster
        give_back()

    def _ready(self) -> Comparer:
        self.start()
        assert self._thread is not None
        self._thread.join()
        if self._error is not None:
            # Anew each time: one exception raised again and again keeps every caller's frames.
            raise self._error.with_traceback(None)
        assert self._loaded is not None
        return self._loaded

    def _load(self) -> None:
        try:
            loaded = open_models(self.sources, self.device, self.progress)
            self.identifier.load()
            self._loaded = Comparer(loaded, self.identifier)
            # Nobody who compares shall wait for what explanations import.
            threading.Thread(target=warm, name="warming", daemon=True).start()
        except Exception as error:
            self._error = _told(error)


def _told(error: Exception) -> TandemError:
    """What loading met, as a sentence; a defect's traceback goes to the log."""
    if isinstance(error, TandemError):
        return error
    log.error("loading failed", exc_info=error)
    told = ModelError(
        f"The models could not be loaded: {type(error).__name__}.", "The log says more."
    )
    told.__cause__ = error
    return told

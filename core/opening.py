"""Models that load once, in a thread of their own, while others ask how far they are.

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
from core.records import EngineSources
from core.roster import open_models

log = logging.getLogger("tandem")

State = Literal["idle", "loading", "ready", "failed"]


class Opening:
    """Loads models once.

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
        except TandemError as error:
            self._error = error
        except Exception as error:
            log.exception("loading failed")
            self._error = ModelError(
                f"The models could not be loaded: {type(error).__name__}.", "The log says more."
            )
            self._error.__cause__ = error

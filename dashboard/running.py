"""Which comparison runs for which page, so that Stop or a newer comparison can end it.

Knows pages by their session and threads by an event; knows neither engine nor widgets.
"""

import threading
from dataclasses import dataclass, field


@dataclass(eq=False, slots=True)
class Run:
    """One comparison under way."""

    cancel: threading.Event = field(default_factory=threading.Event)
    replaced: bool = False  # a newer one of the same page: this one has nothing more to show


class Runs:
    """At most one comparison per page."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs: dict[str, Run] = {}

    def begin(self, session: str) -> Run:
        """A new comparison of that page; an earlier one is ended and shows nothing more."""
        run = Run()
        with self._lock:
            earlier = self._runs.get(session)
            self._runs[session] = run
        if earlier is not None:
            earlier.replaced = True
            earlier.cancel.set()
        return run

    def stop(self, session: str) -> None:
        """Let that page's comparison end after what it is at; nothing if none runs."""
        with self._lock:
            run = self._runs.get(session)
        if run is not None:
            run.cancel.set()

    def end(self, session: str, run: Run) -> None:
        """Forget a comparison that is over, and whatever of it still computes."""
        run.cancel.set()
        with self._lock:
            if self._runs.get(session) is run:
                del self._runs[session]

"""Which work runs for which page, so that Stop or newer work can end it.

Knows pages by their session and threads by an event; knows neither engine nor widgets.
"""

import threading
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

Step = TypeVar("Step")


@dataclass(eq=False, slots=True)
class Run:
    """One comparison or explanation under way."""

    cancel: threading.Event = field(default_factory=threading.Event)
    replaced: bool = False  # a newer one of the same page: this one has nothing more to show


class Runs:
    """At most one piece of work per page."""

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

    def steps(
        self,
        session: str,
        work: Callable[[Run], Iterator[Step]],
        failed: Callable[[Exception], Step],
        nothing: Step,
    ) -> Generator[Step]:
        """The steps of a page's work, until a newer one of that page replaces it.

        Args:
            work: called with the run, whose ``cancel`` it heeds.
            failed: what to show instead where the work raises.
            nothing: a step that changes nothing: Gradio sends the last one once more.
        """
        run = self.begin(session)
        try:
            for step in work(run):
                if run.replaced:
                    break
                yield step
        except Exception as problem:
            if not run.replaced:
                yield failed(problem)
        finally:
            self.end(session, run)
        if run.replaced:
            yield nothing

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

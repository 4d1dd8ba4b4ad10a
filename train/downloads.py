"""Models that come from the hub while a run waits for them, in the run's own words.

Knows when to speak; how files are fetched is ``core.hub``.
"""

from typing import Protocol

from core.hub import Download, Progress

EVERY = 10.0  # seconds between two lines


class Speaker(Protocol):
    """The part of a run that is used here."""

    def elapsed(self) -> float: ...
    def log(self, sentence: str) -> None: ...


def told(run: Speaker) -> Progress:
    """A callback for ``core.hub``: a line as a download begins and ends, and some between."""
    model, spoke = "", 0.0

    def tell(seen: Download) -> None:
        nonlocal model, spoke
        if seen.model == model and seen.done < seen.total and run.elapsed() - spoke < EVERY:
            return
        model, spoke = seen.model, run.elapsed()
        run.log(f"{seen} ({seen.file})")

    return tell

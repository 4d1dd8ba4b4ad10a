"""How far an evaluation is, for whoever watches: stages, rows, time left.

Knows a clock and a listener.
"""

import time
from collections.abc import Callable
from dataclasses import replace

from core.evaluation.plan import Progress

Told = Callable[[Progress], None]


class Telling:
    """Tells a listener of every change.

    Args:
        told: the listener; None: nobody.
        total: rows that there will be, where they were counted.
    """

    def __init__(self, told: Told | None, total: int | None = None) -> None:
        self._told = told
        self._begun = time.monotonic()
        self._working: float | None = None  # since when rows are answered
        self.now = Progress("reading", total=total)

    @property
    def seconds(self) -> float:
        """Since this start."""
        return time.monotonic() - self._begun

    def say(self, progress: Progress) -> None:
        """How far it is now; the seconds are filled in here."""
        self.now = replace(progress, seconds=self.seconds)
        if self._told is not None:
            self._told(self.now)

    def begin(self) -> None:
        """The next row will be the first that this start answers."""
        if self._working is None:
            self._working = time.monotonic()

    def predicted(self, done: int, fresh: int) -> None:
        """Another chunk is there.

        Args:
            done: rows answered so far.
            fresh: rows of this chunk that this start answered.
        """
        new, left = self.now.new + fresh, None
        if self.now.total is not None and self._working is not None and new:
            rate = new / max(time.monotonic() - self._working, 1e-9)
            left = max(self.now.total - done, 0) / rate
        total = self.now.total
        self.say(Progress("predicting", done, total, new=new, seconds_left=left))

    def measuring(self, rows: int) -> None:
        """All rows that will be answered are."""
        self.say(Progress("measuring", rows, rows, new=self.now.new))

    def end(self, rows: int) -> None:
        """Everything is written."""
        self.say(Progress("done", rows, rows, new=self.now.new, seconds_left=0.0))

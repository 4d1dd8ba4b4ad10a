"""How a run looks while it goes: a bar on a terminal, a line now and then elsewhere.

Knows the stream; what there is to tell is the run's.
"""

import threading
from collections.abc import Mapping
from typing import Any, TextIO

from tqdm import tqdm

LINE_EVERY = 30.0  # seconds between progress lines where there is no terminal
Figures = Mapping[str, float | None]


def plain_lock() -> None:
    """Give tqdm its lock at once.

    The one that it makes at its first line is for processes too, and takes a moment: Ctrl-C in
    that moment ended in an AttributeError.
    """
    tqdm.set_lock(threading.RLock())


class Screen:
    """Lines and progress on a stream."""

    def __init__(self, stream: TextIO) -> None:
        plain_lock()
        self._out = stream
        self._bar: tqdm[Any] | None = None
        self._stage = ""
        self._told = 0.0  # the run's time at the last line

    def stage(self, name: str, now: float) -> None:
        """Progress starts again at nothing."""
        self.end_bar()
        self._stage, self._told = name, now

    def line(self, text: str) -> None:
        """A line, above a bar where there is one."""
        tqdm.write(text, file=self._out)
        self._out.flush()

    def progress(self, now: float, done: int, total: int | None, figures: Figures) -> None:
        """How far the stage is at ``now``, in seconds of the run."""
        if self._out.isatty():
            self._draw(done, total, figures)
        elif now - self._told >= LINE_EVERY:
            self._told = now
            self.line(_progress_line(now, done, total, figures))

    def end_bar(self) -> None:
        """Take the bar away, where there is one."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def _draw(self, done: int, total: int | None, figures: Figures) -> None:
        if self._bar is None:  # what a part before this one did says nothing of the time left
            self._bar = tqdm(
                total=total, initial=done, desc=self._stage, file=self._out, leave=False
            )
        self._bar.total = total
        self._bar.set_postfix(_short(figures), refresh=False)
        self._bar.update(done - self._bar.n)


def _progress_line(now: float, done: int, total: int | None, figures: Figures) -> str:
    """``  120 of 800 (15 %), loss 0.42, 3 min``."""
    of = f" of {total} ({done / total:.0%})" if total else ""
    shown = [f"{name} {value}" for name, value in _short(figures).items()]
    return "  " + ", ".join([f"{done}{of}", *shown, f"{now / 60:.1f} min"])


def _short(figures: Figures) -> dict[str, str]:
    """Figures as a person reads them; "–" where not computable."""
    return {name: "–" if value is None else f"{value:.4g}" for name, value in figures.items()}

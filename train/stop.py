"""Ctrl-C: at once, or at the next place where nothing is lost.

Knows signals; what is saved before stopping is the loop's business.
"""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, Self

SIGNALS = (signal.SIGINT, signal.SIGTERM)
ECHO = 0.5  # seconds: terminal and wrappers may send one Ctrl-C twice
PROMISE = b"\nStopping after this step, with a checkpoint. Ctrl-C again stops at once.\n"


class Stop:
    """Hears SIGINT and SIGTERM while it is entered; a context manager.

    The first one raises KeyboardInterrupt, or, within ``later``, only sets
    ``asked``; a second one always raises. A signal that the process was
    started to ignore, as a shell does for what it runs in the background,
    stays ignored.

    Attributes:
        asked: whether to stop at the next safe place.
    """

    def __init__(self) -> None:
        self.asked = False
        self._later = False
        self._heard_at = float("-inf")
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in SIGNALS:
                if signal.getsignal(number) not in (signal.SIG_IGN, None):
                    self._before[number] = signal.signal(number, self._heard)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before.clear()

    @contextmanager
    def later(self) -> Iterator[None]:
        """Within, a first signal waits: whoever works there looks at ``asked``.

        Raises:
            KeyboardInterrupt: at the end, where a signal is still waiting.
        """
        self._later = True
        try:
            yield
        finally:
            self._later = False
        if self.asked:
            raise KeyboardInterrupt

    def _heard(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if now - self._heard_at < ECHO:
            return
        self._heard_at = now
        if self.asked or not self._later:
            raise KeyboardInterrupt
        self.asked = True
        os.write(2, PROMISE)  # print is not safe here: it may have been interrupted itself

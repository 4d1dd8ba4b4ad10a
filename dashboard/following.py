"""Work in a thread of its own, seen as steps from outside.

Knows threads and steps; nothing of engines, tweets or widgets.
"""

import queue
import threading
from collections.abc import Callable, Iterator
from typing import TypeVar

Step = TypeVar("Step")
Told = Callable[[Step], None]

PULSE = 0.5  # seconds after which work that has nothing new says so


def followed(
    work: Callable[[Told[Step]], Step], first: Step, cancel: threading.Event
) -> Iterator[Step]:
    """The steps that work tells, then the one that it returns.

    A step comes at least every PULSE seconds, be it the same again: whoever listens can then be
    seen to have left. Closing the iterator sets ``cancel``, which the work has to heed. What the
    work raises is raised here.

    Args:
        work: called with a function that takes steps; runs in a thread.
        first: what stands before anything was told.
        cancel: set when nobody listens any more.
    """
    told: queue.Queue[tuple[Step | BaseException, bool]] = queue.Queue()

    def run() -> None:
        try:
            told.put((work(lambda step: told.put((step, False))), True))
        except BaseException as problem:
            told.put((problem, True))

    threading.Thread(target=run, name="tandem-work", daemon=True).start()
    step, last = first, False
    try:
        while not last:
            try:
                found, last = told.get(timeout=PULSE)
            except queue.Empty:
                yield step
                continue
            if isinstance(found, BaseException):
                raise found
            step = found
            yield step
    finally:
        cancel.set()

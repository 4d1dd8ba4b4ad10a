"""A hub id's files fetched by a process of its own, which can be ended at any moment.

The library downloads in pieces of 10 MB, or by threads of its own (Xet), and neither can be called
off from outside: a process can. Knows how it is begun, followed and ended; what is fetched is
``core.hub``. Imports the hub's library in the child alone.
"""

import contextlib
import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from core.errors import ModelError

LOOK = 0.2  # seconds between two looks at whether somebody said stop
GRACE = 5.0  # seconds for the library to clean up after itself
STALE = 600.0  # seconds after which an unfinished file that nobody writes is nobody's
Told = Callable[[str, int, int], None]
"""Called with (file, bytes done, bytes in all)."""


class Stopped(Exception):
    """Somebody said stop; files that are complete are kept, the one under way begins anew."""


def fetch(model: str, told: Told, stop: Callable[[], bool]) -> Path:
    """A model's files in the hub's cache; see core.hub.fetch.

    Args:
        model: hub id.
        told: called now and then.
        stop: asked several times a second; once it says yes, the download ends.

    Raises:
        Stopped: ``stop`` said yes.
        ModelError: what the hub refuses, or what broke the download off.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process: Any = context.Process(
        target=_child, args=(model, _settings(), theirs), name="tandem-fetch", daemon=True
    )
    before = _unfinished(model)
    process.start()
    theirs.close()
    try:
        found = _followed(model, ours, told, stop)
    finally:
        _end(process)
        ours.close()
        _sweep(model, before)
    return found


def _followed(model: str, ours: Connection, told: Told, stop: Callable[[], bool]) -> Path:
    while not stop():
        if not ours.poll(LOOK):
            continue
        try:
            kind, *rest = ours.recv()
        except EOFError:
            raise ModelError(
                f"The download of {model} was ended from outside.",
                "Start it again: files that arrived are kept.",
            ) from None
        if kind == "done":
            return Path(rest[0])
        if kind == "problem":
            raise ModelError(*rest)
        told(*rest)
    raise Stopped


def _settings() -> dict[str, str]:
    """What the hub's library goes by in this process, for the child's environment."""
    from huggingface_hub import constants

    return {
        "HF_ENDPOINT": constants.ENDPOINT,
        "HF_HUB_CACHE": str(constants.HF_HUB_CACHE),
        "HF_HUB_OFFLINE": "1" if constants.HF_HUB_OFFLINE else "0",
        "TRANSFORMERS_OFFLINE": "0",
    }


def _child(model: str, settings: dict[str, str], out: Connection) -> None:
    """The child's work. SIGINT ends it as Ctrl+C would, so that the library can clean up."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.update(settings)
    from core import hub  # after the environment: the library reads it while it is imported

    last = 0.0

    def told(seen: hub.Download) -> None:
        nonlocal last
        if seen.done >= seen.total or time.monotonic() - last > LOOK:
            last = time.monotonic()
            out.send(("told", seen.file, seen.done, seen.total))  # fails once the parent is gone

    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError):
        try:
            out.send(("done", str(hub.fetch(model, told))))
        except ModelError as problem:
            out.send(("problem", problem.sentence, problem.hint))


def _end(process: Any) -> None:
    """End the child: asked first, then killed."""
    if process.is_alive():
        process.join(LOOK)
    if process.is_alive():
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGINT)
        process.join(GRACE)
    if process.is_alive():
        process.kill()
        process.join(GRACE)


def _unfinished(model: str) -> set[Path]:
    place = Path(_settings()["HF_HUB_CACHE"], f"models--{model.replace('/', '--')}", "blobs")
    return set(place.glob("*.incomplete"))


def _sweep(model: str, before: set[Path]) -> None:
    """Remove unfinished files: those of this download, and old ones that killed ones left.

    The library begins such a file anew under another name, and never takes them up.
    """
    for path in _unfinished(model):
        with contextlib.suppress(OSError):
            if path not in before or time.time() - path.stat().st_mtime > STALE:
                path.unlink()

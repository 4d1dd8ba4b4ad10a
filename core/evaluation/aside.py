"""Files that are whole or not there: written aside, handed to the disk, renamed.

Knows paths and what the system may refuse; nothing of what files hold.
"""

import contextlib
import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.errors import TandemError


@contextlib.contextmanager
def aside(target: Path) -> Iterator[Path]:
    """A place to write to, in the target's folder; it becomes the target if nothing is raised.

    Raises:
        OSError: the system refuses; the target is what it was.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    place = target.with_name(f".{target.name}.{os.getpid()}-{threading.get_ident()}")
    try:
        yield place
        _to_disk(place)
        place.replace(target)
        _to_disk(target.parent)
    finally:
        place.unlink(missing_ok=True)


def clear(folder: Path, *names: str) -> None:
    """Take away what killed processes left beside files of these names; ask only when alone."""
    for name in names:
        for path in folder.glob(f".{name}.*"):
            path.unlink(missing_ok=True)


def write_json(target: Path, content: Any) -> None:
    """JSON without NaN. Raises OSError as ``aside`` does."""
    with aside(target) as place:
        text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
        place.write_text(text + "\n", encoding="utf-8")


@contextlib.contextmanager
def troubles(place: Path, hint: str = "Make room, or choose another place.") -> Iterator[None]:
    """Errors of the system as a sentence about ``place``."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise TandemError(f"{place} cannot be written: {reason}.", hint) from error


def _to_disk(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)

"""A model's folder taken off the disk: only where it may be, moved aside first, then removed.

Knows paths as they are once links are followed; asks nobody whether that is meant.
"""

import logging
import os
import re
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from core.embedded import DEMO
from core.errors import InputError
from core.found import Found
from dashboard.models.places import Places
from dashboard.wording import models as words

log = logging.getLogger("tandem")

ASIDE = re.compile(r"\..+\.\d+\.deleted")


def reason(
    found: Found, places: Places, loaded: Iterable[str], ended: Callable[[str], bool]
) -> str:
    """Why a model may not be deleted, in a sentence; "" where it may.

    Args:
        loaded: sources that are loaded, or are about to be.
        ended: whether the run of an id has come to its end.
    """
    folder = found.folder
    if found.hub:
        return words.KEEP_HUB
    real = folder.resolve()
    if real.is_relative_to(DEMO.resolve()):
        return words.KEEP_EMBEDDED
    if folder.is_symlink() or real.name != folder.name:
        return words.KEEP_LINK
    if any(_touch(real, Path(source).resolve()) for source in loaded if Path(source).is_dir()):
        return words.KEEP_LOADED
    models = places.models.resolve()
    if real != models and real.is_relative_to(models):
        return ""
    run = places.run_of(real)
    if run is None:
        return words.KEEP_OUTSIDE.format(folder=places.models)
    return "" if ended(run) else words.KEEP_RUNNING


def _touch(one: Path, other: Path) -> bool:
    return one.is_relative_to(other) or other.is_relative_to(one)


def remove(folder: Path) -> None:
    """Move a folder aside, so that nobody finds half of it, then remove it.

    Raises:
        InputError: it is gone already, or the disk refuses.
    """
    real = folder.resolve()
    aside = real.with_name(f".{real.name}.{os.getpid()}.deleted")
    try:
        shutil.rmtree(aside, ignore_errors=True)
        real.rename(aside)
    except OSError as problem:
        said = words.NOT_DELETED.format(name=folder.name, reason=problem.strerror or problem)
        raise InputError(said) from problem
    _clear(aside)


def sweep(root: Path) -> None:
    """Remove what a killed server had moved aside and not removed yet, directly below a folder."""
    if root.is_dir():
        for path in root.iterdir():
            if ASIDE.fullmatch(path.name):
                _clear(path)


def _clear(aside: Path) -> None:
    try:
        shutil.rmtree(aside)
    except OSError as problem:
        log.warning("%s was moved aside and cannot be removed: %s", aside, problem)

"""Whether what an option names on disk is of the right sort: the rest of a sentence where not.

Knows the kinds of path that an option can name; knows no option, and loads no torch.
"""

import glob
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Literal

PathKind = Literal["file", "new", "folder", "any", "model", "output", "source", "target"]

STANDARD = "-"  # standard input or output
LANGUAGE = "{language}"  # stands in an id or a path for each language's code
_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?", re.ASCII)


def is_hub_id(place: str) -> bool:
    """Whether a model is to be fetched by id: shaped like one, and no path on this disk.

    ``runs/techer`` beside a folder ``runs`` is a mistyped path, not an id. An
    id may hold ``{language}``, as Helsinki-NLP/opus-mt-{language}-en does.
    """
    if Path(place).exists() or not _HUB_ID.fullmatch(place.replace(LANGUAGE, "xx")):
        return False
    return "/" not in place or not Path(place.split("/")[0]).exists()


def _file(place: str) -> str:
    return "" if Path(place).is_file() else f"names no file: {place!r}."


def _folder(place: str) -> str:
    return "" if Path(place).is_dir() else f"names no folder: {place!r}."


def _any(place: str) -> str:
    return "" if place and Path(place).exists() else f"names neither file nor folder: {place!r}."


def _model(place: str) -> str:
    folders = glob.glob(glob.escape(place).replace(LANGUAGE, "*"))
    if any(map(os.path.isdir, folders)) or is_hub_id(place):
        return ""
    return f"names neither a model folder nor a hub id: {place!r}."


def _output(place: str) -> str:
    """An output is fine where a folder can be made, or is there and can be replaced."""
    nearest, current = _nearest(place), Path.cwd()
    if nearest.resolve() in (current, *current.parents) and Path(place).exists():
        return f"would replace the folder that the command runs in: {place!r}."
    if not nearest.is_dir():
        return f"cannot be a folder, because {str(nearest)!r} is a file."
    return "" if os.access(nearest, os.W_OK) else f"cannot be written: {place!r}."


def _new(place: str) -> str:
    """A file that is read where it is there, and made where it is not."""
    nearest = _nearest(place)
    if nearest == Path(place).absolute():
        return "" if nearest.is_file() else f"names a folder, not a file: {place!r}."
    fine = nearest.is_dir() and os.access(nearest, os.W_OK)
    return "" if fine else f"cannot be made: {place!r}."


def _source(place: str) -> str:
    """A file, a pipe or a device to read from."""
    if place == STANDARD or Path(place).is_file():
        return "" if place == STANDARD or os.access(place, os.R_OK) else _unreadable(place)
    if Path(place).is_dir():
        return f"names a folder, not a file: {place!r}."
    return "" if Path(place).exists() else f"names no file: {place!r}."


def _unreadable(place: str) -> str:
    return f"names a file that may not be read: {place!r}."


def _target(place: str) -> str:
    """A file that can be written, a pipe or a device; the folders above it are made."""
    if place == STANDARD:
        return ""
    nearest = _nearest(place)
    if nearest == Path(place).absolute():
        writable = os.access(nearest, os.W_OK)
        if nearest.is_dir():
            return f"names a folder, not a file: {place!r}."
        return "" if writable else f"names a file that may not be written: {place!r}."
    if not nearest.is_dir():
        return f"cannot be a file, because {str(nearest)!r} is one."
    return "" if os.access(nearest, os.W_OK) else f"cannot be written: {place!r}."


def _nearest(place: str) -> Path:
    """The path itself where it exists, else the closest folder above that does."""
    here = Path(place).absolute()
    return next(folder for folder in (here, *here.parents) if folder.exists())


CHECKS: dict[PathKind, Callable[[str], str]] = {
    "file": _file,
    "new": _new,
    "folder": _folder,
    "any": _any,
    "model": _model,
    "output": _output,
    "source": _source,
    "target": _target,
}
"""By kind: a path → what is wrong with it, as the rest of a sentence; \"\" where nothing is."""

"""An uploaded file on its way to one that recipes read: as it is, or made into their form.

Knows folders of uploads and layouts; what a file holds is dashboard/training/checking.py's to say.
A person is asked for columns and for labels outside the six; nothing is guessed.
"""

import logging
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import TandemError
from core.files.layout import Layout
from dashboard.batch.results import LAYOUT, Kept
from dashboard.training import checking
from dashboard.training.checking import Checked, Purpose
from dashboard.training.services import Training

if TYPE_CHECKING:
    from core.files.checking import Check
    from core.files.looking import Look

log = logging.getLogger("tandem")


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an upload: a file to use, or a question."""

    kept: Kept
    file: Path | None = None  # what a recipe gets; None as long as something is asked
    checked: Checked | None = None  # of that file
    made: "Check | None" = None  # what was left out while it was made
    look: "Look | None" = None  # to ask for columns
    unknown: "Check | None" = None  # to ask for labels


def take(kept: Kept, of: Purpose, encoding: str = "") -> Taken:
    """An upload for a purpose: as it is where a recipe can read it, else in their form.

    Raises:
        TandemError: it can never be used for that.
    """
    found = checking.checked(kept.file, of, kept.name)
    if found.fine and not encoding:
        return Taken(kept, kept.file, found)
    if of not in checking.ROWS:
        return Taken(kept, kept.file, found)
    look = checking.proposed(kept.file, of, kept.name, encoding)
    layout = checking.fitting(look, of)
    if layout is None:
        return Taken(kept, look=look)
    return read(kept, of, layout)


def read(kept: Kept, of: Purpose, layout: Layout) -> Taken:
    """An upload read as a person said, or as its columns' names do.

    Raises:
        TandemError: it cannot be read so, or no row of it can be used.
    """
    from core.files.checking import check  # pyarrow: not while the page opens

    layout = replace(layout, kind="none" if of == "texts" else layout.kind)
    kept.write(LAYOUT, layout.to_dict())
    found = check(kept.file, layout, name=kept.name)
    if found.unknown:
        return Taken(kept, unknown=found)
    target = checking.made_of(kept)
    made = checking.make(kept.file, layout, target, kept.name)
    return Taken(kept, target, checking.checked(target, of, kept.name), made)


def labelled(kept: Kept, of: Purpose, labels: dict[str, str]) -> Taken:
    """The same upload, with labels outside the six as a person said.

    Raises:
        TandemError: as ``read``.
    """
    layout = layout_of(kept)
    return read(kept, of, replace(layout, labels={**layout.labels, **labels}))


def layout_of(kept: Kept) -> Layout:
    """How an upload was read last; the usual columns where it never was."""
    found = kept.read(LAYOUT)
    try:
        return Layout.from_dict(found) if found is not None else checking.EXALT
    except TypeError as problem:
        log.warning("The layout of %s cannot be read: %r", kept.token, problem)
        return checking.EXALT


def mended(training: Training, path: Path, of: Purpose, owner: str) -> Taken:
    """A copy of a file without the rows that a recipe would refuse.

    Raises:
        TandemError: no row of it can be used, or it is larger than an upload may be.
    """
    if path.stat().st_size > training.limits.bytes:
        raise training.too_large(path.name)
    kept = training.uploads.new(owner, path.name)
    try:
        kept.file.write_bytes(path.read_bytes())
        return read(kept, of, checking.usual(of))
    except (TandemError, OSError):
        training.uploads.remove(kept)
        raise

"""Which files and folders a form may name: only those that lie in folders opened for it.

Knows folders, owners of uploads and the kinds of path that an option can name; opens no file.
What is handed on is the resolved path, so that a link that is bent later leads nowhere else.
"""

import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.embedded import DEMO
from core.errors import InputError
from dashboard.batch.results import TOKEN, Store
from dashboard.wording import training as words
from train.paths import LANGUAGE, is_hub_id
from train.values import Option

EXAMPLES = DEMO.parents[1] / "examples"  # files that come with Tandem
LONGEST = 1024  # characters of a path
LONGEST_ID = 96  # characters that the hub allows in an id
_FOREIGN = ("~", "//", "\\\\")  # a home folder, a share: what a shell or system makes of them
_KINDS: dict[str, tuple[bool, bool]] = {  # kind → may be a file, may be a folder
    "file": (True, False),
    "new": (True, False),
    "source": (True, False),
    "folder": (False, True),
    "model": (False, True),
    "any": (True, True),
}


class Outside(InputError):
    """A path in a folder that is not open; the hint is for a person at the page."""


@dataclass(frozen=True, slots=True)
class Places:
    """The folders that may be read from a form, and those that a recipe may change.

    All folders are resolved; they need not be there yet.
    """

    runs: Path
    models: Path
    uploads: Store
    given: tuple[Path, ...] = ()  # app.py --data
    private: tuple[Path, ...] = ()  # within the above, but of other tabs

    @classmethod
    def of(cls, runs: Path, models: Path, uploads: Store, given: Sequence[Path] = ()) -> "Places":
        """The places of one server."""
        opened = tuple(folder.resolve() for folder in given)
        runs = runs.resolve()
        return cls(runs, models.resolve(), uploads, opened, (runs / "batch", runs / "presets"))

    @property
    def roots(self) -> tuple[Path, ...]:
        """Every folder that may be read."""
        return (self.runs, self.models, *self._ours, self.uploads.folder, *self.given)

    @property
    def _ours(self) -> tuple[Path, Path]:
        return DEMO.resolve(), EXAMPLES.resolve()

    def allowed(self, row: Option, value: Any, owner: str) -> Any:
        """An option's value with its paths resolved; what names no path, or no text, as it is.

        Raises:
            InputError: a path that may not be used, as the rest of a sentence about the option;
                ``Outside`` where its folder is not open.
        """
        if row.path is None:
            return value
        if isinstance(value, list | tuple):
            return [self._one(row, entry, owner) for entry in value]
        return self._one(row, value, owner)

    def allowed_entry(self, row: Option, value: str, owner: str) -> str:
        """One text of an option that names something on disk, resolved.

        Raises:
            InputError: it may not be used; a whole sentence.
        """
        try:
            found = self._one(row, value, owner)
        except InputError as problem:
            said = f"{words.THIS} {problem.sentence}"
            raise InputError(said, problem.hint) from problem
        return str(found)

    def _one(self, row: Option, value: Any, owner: str) -> Any:
        if not isinstance(value, str) or not value or value in row.words:
            return value
        if row.path not in _KINDS:
            raise InputError(words.CHOSEN_HERE)
        if row.path == "model" and _is_id(value):
            return value
        found = self.resolved(value, owner)
        if row.changed and not self.writable(found):
            raise InputError(words.NOT_CHANGED.format(place=_short(value)))
        _sort(found, value, *_KINDS[row.path])
        return str(found)

    def resolved(self, value: str, owner: str) -> Path:
        """Where a path leads, links followed; whether anything is there is not said.

        Raises:
            InputError: it is no path of this disk, or leads out of the opened folders.
        """
        outside = Outside(words.OUTSIDE.format(place=_short(value)), words.OUTSIDE_PAGE)
        if len(value) > LONGEST or not value.isprintable() or value.startswith(_FOREIGN):
            raise outside
        if "://" in value:
            raise outside
        if "{" in value or "}" in value:  # a pipeline would fill in names of its own
            raise InputError(words.BRACES.format(place=_short(value)))
        try:
            found = Path(value).resolve()
        except (OSError, RuntimeError, ValueError) as problem:  # a loop of links, too long a name
            raise outside from problem
        if not any(found.is_relative_to(root) for root in self.roots):
            raise outside
        if any(found.is_relative_to(folder) for folder in self.private):
            raise outside
        if not self._own(found, owner):
            raise outside
        return found

    def writable(self, found: Path) -> bool:
        """Whether a recipe may change what lies there: results of runs and own models only."""
        return any(
            found.is_relative_to(root) and found != root
            for root in (self.runs / "train", self.models)
        )

    def made_here(self, found: Path) -> bool:
        """Whether a run wrote what lies there, rather than a person."""
        if found.is_relative_to(self.uploads.folder):
            return False
        return found.is_relative_to(self.runs)

    def _own(self, found: Path, owner: str) -> bool:
        """Whether a path within the uploads is of an upload of this owner's."""
        if not found.is_relative_to(self.uploads.folder):
            return True
        inside = found.relative_to(self.uploads.folder).parts
        if not inside or not TOKEN.fullmatch(inside[0]):
            return False
        try:
            self.uploads.find(inside[0], owner)
        except InputError:
            return False
        return True


def _is_id(value: str) -> bool:
    """Whether a text is a hub id; ``runs`` beside a folder of that name is a path."""
    if len(value) > LONGEST_ID or not value.isprintable():
        return False
    return ".." not in value and is_hub_id(value)


def _sort(found: Path, value: str, file: bool, folder: bool) -> None:
    """Raises InputError unless a plain file, or a folder, lies there: never a device or a pipe."""
    try:
        mode = found.stat().st_mode
    except OSError as problem:
        said = words.NOT_THERE if LANGUAGE not in value else words.NO_PATTERN
        raise InputError(said.format(place=_short(value))) from problem
    if not ((file and stat.S_ISREG(mode)) or (folder and stat.S_ISDIR(mode))):
        said = words.NO_FILE if file else words.NO_FOLDER
        raise InputError(said.format(place=_short(value)))


def _short(value: str) -> str:
    """A path as it is shown in a sentence."""
    shown = value if len(value) <= 80 else f"{value[:79]}…"
    return repr(shown)

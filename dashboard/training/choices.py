"""Models and files that a form offers by name: embedded, found, uploaded, made by earlier runs.

Knows folders; opens no model. Looks at a bounded number of files, and only into opened folders.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.embedded import DEMO, FOLDERS
from core.streaming import FORMS
from dashboard.batch.results import Kept
from dashboard.training.services import Training
from dashboard.wording import training as words

MOST = 300  # files that are offered of one folder
DEPTH = 4  # folders below it that are looked into
DATA = (*FORMS, ".parquet")
SPLITS = (".json",)
_HELD = ("config.json", "manifest.json")  # a folder with one of them is a model's


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose."""

    value: str  # a path
    name: str
    group: str  # its heading
    about: str = ""  # role, size …


def models(training: Training) -> list[Choice]:
    """Every model on this machine that may be named."""
    embedded = [
        Choice(str(DEMO / folder), words.EMBEDDED_NAMES[folder], words.EMBEDDED)
        for folder in FOLDERS.values()
        if (DEMO / folder).is_dir()
    ]
    return [*embedded, *_made(training), *_found(training)]


def _made(training: Training) -> Iterator[Choice]:
    """Models that runs here made, the newest run first."""
    for job in training.queue.jobs():
        for folder in _folders_of_models(Path(job.output)) if job.output else ():
            name = job.name or job.id
            inner = folder.relative_to(job.output).as_posix()
            shown = name if inner == "." else f"{name}: {inner}"
            yield Choice(str(folder.resolve()), shown, words.FROM_RUNS, job.recipe)


def _found(training: Training) -> Iterator[Choice]:
    """Models in the folder of models and in the folders that were opened."""
    for root in (training.models, *training.places.given):
        for folder in _folders_of_models(root):
            name = folder.relative_to(root).as_posix()
            yield Choice(str(folder), root.name if name == "." else name, words.FOUND_MODELS)


def _folders_of_models(root: Path) -> Iterator[Path]:
    """Folders that look like a model's; what is within one is not looked at."""
    for count, (folder, names, files) in enumerate(_walk(root)):
        if count >= MOST:
            return
        if any(one in files for one in _HELD) and any(
            f.endswith((".safetensors", ".gz", ".bin")) for f in files
        ):
            names.clear()
            yield Path(folder)


def files(training: Training, endings: tuple[str, ...], owner: str) -> list[Choice]:
    """Data files that may be named: the owner's uploads, and those in the opened folders."""
    uploaded = [
        Choice(str(usable(kept)), kept.name, words.UPLOADED_FILES, _size(usable(kept)))
        for kept in sorted(training.uploads.owned(owner), key=lambda one: one.made, reverse=True)
        if usable(kept).suffix.lower() in endings
    ]
    roots = [training.places.runs / "train"] if endings == SPLITS else []
    return [*uploaded, *_in_folders((*roots, *training.places.given), endings)]


def _in_folders(roots: tuple[Path, ...], endings: tuple[str, ...]) -> Iterator[Choice]:
    for root in roots:
        found = 0
        for folder, _, names in _walk(root):
            for name in sorted(names):
                path = Path(folder, name)
                if path.suffix.lower() not in endings or not _is_file(path):
                    continue
                if endings == SPLITS and "split" not in name:
                    continue
                found += 1
                if found > MOST:
                    return
                inner = path.relative_to(root).as_posix()
                yield Choice(str(path), inner, words.FOUND_FILES, _size(path))


def usable(kept: Kept) -> Path:
    """The file of an upload that recipes read: what was made of it, if it had to be."""
    from dashboard.training.checking import made_of

    made = made_of(kept)
    return made if made.is_file() else kept.file


def _walk(root: Path) -> Iterator[tuple[str, list[str], list[str]]]:
    """os.walk in order, to a depth, without hidden folders and without following links."""
    for folder, names, files in os.walk(root):
        deep = len(Path(folder).relative_to(root).parts)
        names[:] = sorted(n for n in names if not n.startswith(".")) if deep < DEPTH else []
        yield folder, names, files


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _size(path: Path) -> str:
    try:
        return words.size(path.stat().st_size)
    except OSError:  # it went away meanwhile
        return ""

"""Models and files that a form offers by name: embedded, found, uploaded, made by earlier runs.

Knows folders; opens no model. Looks at a bounded number of files, and only into opened folders.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from core import catalogue
from core.catalogue import Found
from core.embedded import DEMO
from core.streaming import FORMS
from dashboard.batch.results import Kept
from dashboard.training.services import Training
from dashboard.wording import training as words
from dashboard.wording.numbers import size as parameters
from train.jobs.records import Job

MOST = 300  # files that are offered of one folder
DEPTH = 4  # folders below it that are looked into
DATA = (*FORMS, ".parquet")
SPLITS = (".json",)


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose."""

    value: str  # a path
    name: str
    group: str  # its heading
    about: str = ""  # role, size …
    hidden: bool = False  # its path would tell a person nothing


def models(training: Training) -> list[Choice]:
    """Every model on this machine that may be named."""
    embedded = [
        Choice(str(DEMO / folder), name, words.EMBEDDED, hidden=True)
        for folder, name in words.EMBEDDED_NAMES.items()
        if (DEMO / folder).is_dir()
    ]
    return [*embedded, *_found(training)]


def _found(training: Training) -> list[Choice]:
    """Whole models that runs here made, the newest run first; then those of other folders."""
    roots = (training.queue.root, training.models, *training.places.given)
    seen = [one for one in catalogue.found(roots) if one.usable and _reachable(training, one)]
    jobs = training.queue.jobs()
    made = [_made(job, one) for job in jobs for one in seen if _by(job, one)]
    rest = [one for one in seen if not any(_by(job, one) for job in jobs)]
    return [*made, *(_model(one, _inner(one, roots), words.FOUND_MODELS) for one in rest)]


def _reachable(training: Training, found: Found) -> bool:
    """Whether a form may name it: a link may lead anywhere."""
    place = found.folder.resolve()
    return found.hub or any(place.is_relative_to(root) for root in training.places.roots)


def _by(job: Job, found: Found) -> bool:
    """Whether a run made a model."""
    return not job.terminal and found.folder.is_relative_to(job.folder)


def _made(job: Job, found: Found) -> Choice:
    inner = found.folder.relative_to(job.folder).as_posix().removeprefix("result").strip("/")
    name = job.name or job.id
    return _model(found, f"{name}: {inner}" if inner else name, words.FROM_RUNS)


def _inner(found: Found, roots: Sequence[Path]) -> str:
    """Its path below the folder in which it was found."""
    inner = [found.folder.relative_to(r) for r in roots if found.folder.is_relative_to(r)]
    return inner[0].as_posix() if inner and inner[0].parts else found.folder.name


def _model(found: Found, name: str, group: str) -> Choice:
    place = found.source if found.hub else str(found.folder.resolve())
    weights = parameters(found.parameters or 0)
    return Choice(place, name, group, ", ".join(filter(None, (found.role, weights))))


def files(training: Training, endings: tuple[str, ...], owner: str) -> list[Choice]:
    """Data files that may be named: the owner's uploads, and those in the opened folders."""
    uploaded = [
        _upload(kept)
        for kept in sorted(training.uploads.owned(owner), key=lambda one: one.made, reverse=True)
        if usable(kept).suffix.lower() in endings
    ]
    roots = [training.places.runs / "train"] if endings == SPLITS else []
    return [*uploaded, *_in_folders((*roots, *training.places.given), endings)]


def _upload(kept: Kept) -> Choice:
    file = usable(kept)
    return Choice(str(file), kept.name, words.UPLOADED_FILES, _size(file), hidden=True)


def named(training: Training, place: str, owner: str) -> tuple[str, bool]:
    """What people call a place that may be used, and whether its path tells them nothing."""
    path = Path(place)
    if path.parent == DEMO and path.name in words.EMBEDDED_NAMES:
        return words.EMBEDDED_NAMES[path.name], True
    if path.is_relative_to(training.uploads.folder):
        token = path.relative_to(training.uploads.folder).parts[0]
        return training.upload(token, owner).name, True
    return "", False


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

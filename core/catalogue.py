"""Every model on this disk, told without opening one: folders looked through, each judged once.

Knows where checkpoints may lie below a root and when a folder was last seen to be the same; what a
folder holds is judged by ``core.looking``. Imports no torch.
"""

import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from core.checkpoints import MANIFEST
from core.found import CLASSIFIERS, Found, Kind, Parent
from core.looking import PART, judged
from core.repository import CONFIG

__all__ = ["CLASSIFIERS", "Found", "Kind", "Parent", "found", "look", "stamp"]

DEEPEST = 5  # folders below a root
MOST = 20_000  # folders looked through below one root
HUB = "models--"  # how the hub's cache names a model's folder
PASSED = ("checkpoints", "cache", "node_modules", "__pycache__")
"""Folders of a run that hold no finished model: its own restart points, its caches."""

Stamp = tuple[tuple[str, int, int], ...]
_seen: dict[tuple[str, str], tuple[Stamp, Found]] = {}
_lock = threading.Lock()


def look(folder: Path) -> Found:
    """What one folder holds, read anew only where a file of it changed.

    A problem is told in the record (``problem``, ``hint``), never raised.
    """
    return _looked(folder, str(folder), str(folder))


def found(roots: Sequence[Path]) -> tuple[Found, ...]:
    """Every model below the roots: whole ones in the order of the roots, then the refused ones.

    A folder is looked into where it has a manifest or a config.json; nothing is looked for inside
    such a folder, in hidden ones, or in the restart points of runs. A root that is the hub's cache
    is read by its layout. Parents are named where a folder has their identity.

    Args:
        roots: folders, which need not be there; one inside another is looked through once.
    """
    seen: set[Path] = set()
    every: list[Found] = []
    for root in roots:
        for one in _below(root):
            place = one.folder.resolve()
            if place not in seen:
                seen.add(place)
                every.append(one)
    named = [replace(one, parents=_parents(one, every)) for one in every]
    return tuple(sorted(named, key=lambda one: bool(one.problem)))


def _parents(child: Found, every: Sequence[Found]) -> tuple[Parent, ...]:
    """A model's parents, named where one of the others has their identity."""
    known: dict[str, Found] = {}
    for one in every:
        if one.identity and one.usable:
            known.setdefault(one.identity, one)
    return tuple(
        replace(parent, name=match.name, folder=match.folder) if match is not None else parent
        for parent in child.parents
        for match in (known.get(parent.identity),)
    )


def _below(root: Path) -> Iterator[Found]:
    try:
        cached = sorted(path for path in root.glob(f"{HUB}*") if path.is_dir())
    except OSError:
        return
    if cached:
        yield from filter(None, map(_of_the_hub, cached))
        return
    for folder in _candidates(root):
        yield look(folder)


def _candidates(root: Path) -> Iterator[Path]:
    """Folders that hold a model or were to hold one, in the order of their names."""
    waiting, looked = [(root, 0)], 0
    while waiting and looked < MOST:
        folder, depth = waiting.pop()
        looked += 1
        names, below = _entries(folder)
        if {MANIFEST, CONFIG} & names or PART.fullmatch(folder.name):
            yield folder
        elif depth < DEEPEST:
            waiting += [(one, depth + 1) for one in below]


def _entries(folder: Path) -> tuple[set[str], list[Path]]:
    """The names of a folder's files, and the folders in it, the last first.

    A link to a folder counts where it is a model itself: nobody follows it further down.
    """
    names: set[str] = set()
    below: list[Path] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if not entry.is_dir():
                    names.add(entry.name)
                elif _to_enter(entry):
                    below.append(Path(entry.path))
    except OSError:
        return set(), []
    return names, sorted(below, reverse=True)


def _to_enter(entry: os.DirEntry[str]) -> bool:
    half = PART.fullmatch(entry.name)
    if half is not None:
        return not _alive(int(half["process"]))  # else it is being written now
    if entry.name.startswith(".") or entry.name in PASSED or entry.name.startswith("checkpoint-"):
        return False
    return not entry.is_symlink() or any(
        Path(entry.path, name).is_file() for name in (MANIFEST, CONFIG)
    )


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it is somebody else's, or no number of a process
        return True
    return True


def _of_the_hub(place: Path) -> Found | None:
    """The newest snapshot of a model in the hub's cache; None where it never had one."""
    name = place.name.removeprefix(HUB).replace("--", "/")
    try:
        commit = (place / "refs" / "main").read_text(encoding="utf-8").strip()
        folder = place / "snapshots" / commit
        if not commit or not folder.is_dir():
            raise FileNotFoundError
    except OSError:
        snapshots = sorted(place.glob("snapshots/*"), key=lambda path: path.stat().st_mtime)
        if not snapshots:
            return None
        folder = snapshots[-1]
    one = replace(_looked(folder, name, name), hub=True)
    ended = (place / "refs" / "main").is_file() and "half-written" not in one.problem
    if ended:
        return one
    said = f"{name} is half-written: its download did not end."
    return replace(one, problem=said, hint="Download it again: files that arrived are kept.")


def _looked(folder: Path, name: str, source: str) -> Found:
    key, now = (str(folder), name), stamp(folder)
    with _lock:
        kept = _seen.get(key)
    if kept is not None and kept[0] == now:
        return kept[1]
    made = judged(folder, name, source)
    with _lock:
        if len(_seen) > MOST:
            _seen.clear()
        _seen[key] = (now, made)
    return made


def stamp(folder: Path) -> Stamp:
    """What changes when a folder's content does: names, sizes and times of its files."""
    try:
        with os.scandir(folder) as entries:
            files = [(entry.name, entry.stat()) for entry in entries if entry.is_file()]
    except OSError:
        return ()
    return tuple(sorted((name, about.st_size, about.st_mtime_ns) for name, about in files))

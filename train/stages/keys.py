"""What a stage was asked for, as content: a key that changes when its work would, and only then.

Knows files and checkpoint folders by what is in them, never by time or place. Options that shape no
result (where to compute, for how long at most) are left out, and so are options that have their
default: a new option of a recipe makes no finished stage stale. What does not count at all is the
code itself: after a change of a recipe, remove the folders of its stages.
"""

import glob
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from core.manifest import MANIFEST, file_sha256, read_manifest
from train.options import RecipeConfig, describe
from train.paths import LANGUAGE
from train.values import Option

LEFT_OUT = ("output", "cache", "device", "threads", "max_minutes", "checkpoint_minutes")
GONE = "not there"
# What a manifest says that shapes answers and stands in no file beside it.
ANSWERS = (
    "labels",
    "pooling",
    "prefix",
    "max_length",
    "threshold",
    "trigger_reduce",
    "trigger_score",
    "weight_reference",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """All that shapes what a stage makes."""

    recipe: str
    options: Mapping[str, Any]  # those that are not their default; what paths name as content
    needs: Mapping[str, str]  # needed stage → content of its output

    @property
    def key(self) -> str:
        """SHA-256 (64 hex digits)."""
        return _digest(self.plain())

    def plain(self) -> dict[str, Any]:
        """What JSON holds."""
        needs = {"needs": dict(self.needs)}
        return {"recipe": self.recipe, "options": dict(self.options), **needs}

    @classmethod
    def from_plain(cls, raw: Mapping[str, Any]) -> "Asked":
        """What ``plain`` gave."""
        return cls(raw["recipe"], raw["options"], raw["needs"])


def asked(recipe: str, config: RecipeConfig, needs: Mapping[str, str]) -> Asked:
    """What a config asks for, with what lies on the disk now.

    Args:
        needs: needed stage → where its output lies.

    Raises:
        CheckpointError: a checkpoint's manifest cannot be read.
        OSError: a file cannot be read.
    """
    rows = [row for row in describe(type(config)) if row.name not in LEFT_OUT]
    given = {row.name: (row, getattr(config, row.name)) for row in rows}
    found = {n: _value(row, v) for n, (row, v) in given.items() if v != row.default}
    return Asked(recipe, found, {name: content(place) for name, place in needs.items()})


def differences(now: Asked, before: Asked) -> list[str]:
    """What is asked for now and was not before, in words: "epochs was 3, is 4"."""
    found = [] if now.recipe == before.recipe else [f"recipe was {before.recipe}, is {now.recipe}"]
    for name in sorted({*now.options, *before.options}):
        new, old = now.options.get(name), before.options.get(name)
        if new != old:
            contents = any(_is_content(value) for value in (new, old))
            plain = f"{name} was {_shown(old)}, is {_shown(new)}"
            found.append(f"what {name} names has changed" if contents else plain)
    for name in sorted({*now.needs, *before.needs}):
        if now.needs.get(name) != before.needs.get(name):
            found.append(f"{name} has changed")
    return found


def content(place: str) -> str:
    """What a path holds: of a file its name and SHA-256, of a folder one SHA-256 over its files.

    A checkpoint counts by the files that its manifest lists, read now; the manifest itself only
    where it is packed: into that of a plain one later stages write, as ``triggers`` does, and
    what was made of its weights stays true. A hub id counts by its name.
    """
    path = Path(place)
    if path.is_file():
        return f"file {path.name} {_sha256_of(path)}"
    if path.is_dir():
        return f"folder {_digest(_listing(path))}"
    folders = sorted(glob.glob(glob.escape(place).replace(LANGUAGE, "*")))
    if LANGUAGE in place and folders:
        return f"folders {_digest([content(folder) for folder in folders])}"
    return f"{GONE}: {place}"


def notes(place: str) -> str:
    """What a checkpoint's manifest says that shapes answers, as SHA-256; "" where there is none."""
    folder = Path(place)
    return _digest(_answers(folder)) if (folder / MANIFEST).is_file() else ""


def changed_by(config: RecipeConfig) -> dict[str, str]:
    """Notes of the checkpoints that a recipe writes into, by path."""
    rows = [row for row in describe(type(config)) if row.changed]
    return {place: notes(place) for row in rows if (place := getattr(config, row.name))}


def _value(row: Option, value: Any) -> Any:
    """An option's value as JSON holds it, paths as content."""
    if isinstance(value, tuple):
        return [_value(row, entry) for entry in value]
    if row.path is not None and isinstance(value, str) and value not in row.words:
        return {"content": content(value)}
    return value


def _listing(folder: Path) -> dict[str, Any]:
    """Files of a folder, by name, with their hashes."""
    if not (folder / MANIFEST).is_file():
        files = [path for path in folder.rglob("*") if path.is_file()]
        plain = {str(path.relative_to(folder)): path for path in files}
        return {n: _sha256_of(p) for n, p in plain.items() if not p.name.startswith(".")}
    manifest = read_manifest(folder)
    listed = {name: folder / name for name in manifest.files}
    found = {n: _sha256_of(p) if p.is_file() else GONE for n, p in listed.items()}
    return {**found, MANIFEST: _answers(folder)} if manifest.packed else found


def _answers(folder: Path) -> dict[str, Any]:
    manifest = read_manifest(folder)
    later = {"thresholds": manifest.thresholds} if manifest.thresholds else {}
    return {name: getattr(manifest, name) for name in ANSWERS} | later


def _sha256_of(path: Path) -> str:
    about = path.stat()
    return _remembered(os.fspath(path.absolute()), about.st_size, about.st_mtime_ns, about.st_ino)


@lru_cache(maxsize=100_000)
def _remembered(path: str, size: int, time: int, inode: int) -> str:
    """A file's hash, computed once for as long as it is the same file."""
    return file_sha256(Path(path))


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _is_content(value: Any) -> bool:
    entries = value if isinstance(value, list) else [value]
    return any(isinstance(entry, Mapping) and "content" in entry for entry in entries)


def _shown(value: Any) -> str:
    return "the default" if value is None else json.dumps(value, ensure_ascii=False)

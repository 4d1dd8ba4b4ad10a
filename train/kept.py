"""What a run keeps on disk so that it can go on: sealed checkpoints, and results computed once.

A checkpoint is what the Trainer wrote plus a seal, which is written last and
holds the size of every file: a folder without a seal, or with other sizes, is
torn and does not count. Knows files; loads no torch.
"""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import TandemError

CHECKPOINTS, RESULTS, SCRATCH = "checkpoints", "results", "scratch-"
SEAL = "complete.json"
_FOLDER = re.compile(r"checkpoint-(\d+)")
# What only going on needs; the best model is kept without it once it is not the last one.
_TO_GO_ON = ("optimizer.pt", "scheduler.pt", "scaler.pt", "rng_state.pth")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A whole checkpoint."""

    folder: Path
    step: int  # optimiser steps done
    notes: Mapping[str, Any]  # what the loop wrote down beside the Trainer's files


def place(work: Path, step: int) -> Path:
    """The folder of a step's checkpoint, named as the Trainer names it."""
    return work / f"checkpoint-{step}"


def seal(folder: Path, step: int, notes: Mapping[str, Any]) -> Checkpoint:
    """Declare a checkpoint whole.

    Raises:
        OSError: when the seal cannot be written; the folder stays torn then.
    """
    content = {"step": step, "notes": notes, "files": _sizes(folder)}
    write_whole(folder / SEAL, json.dumps(content, indent=1))
    return Checkpoint(folder, step, notes)


def newest(work: Path) -> Checkpoint | None:
    """The whole checkpoint with the most steps; None where there is none."""
    found = [checkpoint for folder in _folders(work) if (checkpoint := _read(folder)) is not None]
    return max(found, key=lambda checkpoint: checkpoint.step, default=None)


def prune(work: Path, last: Checkpoint, best: int | None) -> None:
    """Leave the last checkpoint and the weights of the best step; drop all else, torn ones too."""
    for folder in _folders(work):
        if folder == last.folder:
            continue
        (folder / SEAL).unlink(missing_ok=True)  # first: half of a folder must not look whole
        if best is not None and folder == place(work, best):
            for name in _TO_GO_ON:
                (folder / name).unlink(missing_ok=True)
        else:
            shutil.rmtree(folder, ignore_errors=True)


def clear_torn(work: Path) -> None:
    """Drop what a training that failed was writing: nobody can go on from it, and it takes room.

    Folders of later steps than the newest whole checkpoint's; earlier ones may hold the best
    weights, which have no seal any more.
    """
    whole = newest(work)
    for folder in _folders(work):
        found = _FOLDER.fullmatch(folder.name)
        if found and (whole is None or int(found[1]) > whole.step):
            shutil.rmtree(folder, ignore_errors=True)


def _folders(work: Path) -> list[Path]:
    return [path for path in sorted(work.glob("checkpoint-*")) if _FOLDER.fullmatch(path.name)]


def _read(folder: Path) -> Checkpoint | None:
    """A folder's checkpoint, or None where it has no seal or is not what was sealed."""
    try:
        content = json.loads((folder / SEAL).read_text(encoding="utf-8"))
        whole = content["files"] == _sizes(folder)
        return Checkpoint(folder, content["step"], content["notes"]) if whole else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _sizes(folder: Path) -> dict[str, int]:
    """Bytes of each file but the seal."""
    files = sorted(path for path in folder.iterdir() if not path.name.startswith((SEAL, ".")))
    return {path.name: path.stat().st_size for path in files}


# --- results that are computed once ---


def once(folder: Path, key: tuple[object, ...], compute: Callable[[], NDArray[Any]]) -> Any:
    """An array, read where an earlier part of the run has computed it already.

    Args:
        folder: the run's.
        key: all that shapes the array, as content: texts, identities of models.
    """

    def make(path: Path) -> None:
        with path.open("wb") as stream:
            np.save(stream, compute(), allow_pickle=False)

    return np.load(once_file(folder, key, ".npy", make), allow_pickle=False)


def once_file(
    folder: Path, key: tuple[object, ...], ending: str, make: Callable[[Path], None]
) -> Path:
    """A file, made by ``make`` unless an earlier part of the run has made it already.

    Raises:
        TandemError: when it cannot be written.
    """
    name = hashlib.sha256(repr(key).encode(errors="backslashreplace")).hexdigest()[:32]
    path = folder / RESULTS / f"{name}{ending}"
    if path.is_file():
        return path
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(exist_ok=True)
        make(aside)
        aside.replace(path)
    except OSError as error:
        raise TandemError(
            f"{path} cannot be written: {error.strerror}.", "Make room on the disk."
        ) from error
    finally:
        aside.unlink(missing_ok=True)
    return path


def clear(folder: Path, *, results: bool) -> None:
    """Drop a run's checkpoints and scratch folders, and its results where asked."""
    shutil.rmtree(folder / CHECKPOINTS, ignore_errors=True)
    clear_scratch(folder)
    if results:
        shutil.rmtree(folder / RESULTS, ignore_errors=True)


def clear_scratch(folder: Path) -> None:
    """Drop the scratch folders that a killed process left."""
    for path in folder.glob(f"{SCRATCH}*"):
        shutil.rmtree(path, ignore_errors=True)


def write_whole(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        aside.write_text(text, encoding="utf-8")
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)

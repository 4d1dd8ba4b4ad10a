"""Checkpoint folders: written aside and renamed, so that none is ever half there.

A checkpoint is a plain transformers folder plus ``tandem.json``
(``core.manifest``). Knows files; nothing here knows what the tensors mean or
how they were trained.
"""

import contextlib
import glob
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import CheckpointError
from core.manifest import (
    FORMAT_VERSION,
    MANIFEST,
    ROLES,
    Manifest,
    file_sha256,
    read_manifest,
    update_manifest,
    verify,
    write_manifest,
)

__all__ = [
    "FORMAT_VERSION",
    "MANIFEST",
    "ROLES",
    "TEXTS",
    "Manifest",
    "check_output",
    "clear_leftovers",
    "file_sha256",
    "load_texts",
    "read_manifest",
    "save_texts",
    "update_manifest",
    "verify",
    "write_checkpoint",
]

TEXTS = "texts.npz"
_WEIGHTS = (".safetensors", ".npz")  # of a broken checkpoint, not worth keeping


def write_checkpoint(folder: Path, manifest: Manifest, write: Callable[[Path], None]) -> Manifest:
    """Write a checkpoint aside, then rename it into place.

    Args:
        folder: where it shall stand. An older checkpoint there is replaced; files in it that
            were not its own stay.
        manifest: without ``files`` and ``created``, which are filled in here.
        write: puts model and tokenizer files into the folder that it is given.

    Raises:
        CheckpointError: when ``folder`` exists and is something else, or cannot be written.
    """
    folder = folder.resolve()
    check_output(folder)
    aside = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir()
        write(aside)
        manifest = _sealed(manifest, aside)
        write_manifest(manifest, aside / MANIFEST)
        _readable(aside)
        _swap(aside, folder)
    except OSError as error:
        reason = error.strerror or str(error)
        raise CheckpointError(
            f"{folder} cannot be written: {reason}.", "Make room, or choose another output."
        ) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return manifest


def check_output(folder: Path) -> None:
    """Refuse a place where a checkpoint may not be written; worth asking before a training.

    Raises:
        CheckpointError: when something else than a checkpoint or an empty folder is there.
    """
    if not folder.exists() or (folder / MANIFEST).is_file():
        return
    if not folder.is_dir() or any(folder.iterdir()):
        raise CheckpointError(
            f"{folder} exists and is not a checkpoint; it is left alone.", "Choose another output."
        )


def clear_leftovers(folder: Path) -> None:
    """Take away what killed processes left beside a checkpoint's place; ask only when alone there.

    A process killed between the two renames that replace a checkpoint leaves the old one aside:
    it is put back.
    """
    folder = folder.resolve()
    for old in sorted(folder.parent.glob(f".{glob.escape(folder.name)}.*.old")):
        if folder.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.rename(folder)
    for part in folder.parent.glob(f".{glob.escape(folder.name)}.*.part"):
        shutil.rmtree(part, ignore_errors=True)


def save_texts(folder: Path, labelled: set[str], unlabelled: set[str]) -> None:
    """Remember by hash which normalised texts a model was trained on.

    Args:
        labelled: ``core.data.text_hash`` of texts whose labels were used.
        unlabelled: those of texts that were used without labels.
    """
    np.savez(folder / TEXTS, labelled=_numbers(labelled), unlabelled=_numbers(unlabelled))


def _numbers(hashes: set[str]) -> NDArray[np.uint64]:
    return np.array(sorted(int(value, 16) for value in hashes), dtype=np.uint64)


def load_texts(folder: Path) -> tuple[set[str], set[str]]:
    """The hashes that ``save_texts`` wrote; two empty sets where there are none."""
    path = folder / TEXTS
    if not path.is_file():
        return set(), set()
    with np.load(path, allow_pickle=False) as arrays:
        labelled, unlabelled = (
            {f"{int(value):016x}" for value in arrays[name]} for name in ("labelled", "unlabelled")
        )
    return labelled, unlabelled


def _sealed(manifest: Manifest, aside: Path) -> Manifest:
    names = sorted(path.name for path in aside.iterdir() if path.is_file())
    return replace(
        manifest,
        files={name: file_sha256(aside / name) for name in names},
        created=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    )


def _readable(aside: Path) -> None:
    """Give all files the rights of a new one; safetensors writes for the owner alone."""
    rights = (aside / MANIFEST).stat().st_mode
    for path in aside.iterdir():
        if path.is_file():
            path.chmod(rights)


def _swap(aside: Path, folder: Path) -> None:
    """Rename ``aside`` to ``folder``; what stood there is put back if that fails.

    A process killed between the two renames leaves the old one under the name ``old``, which
    ``clear_leftovers`` puts back.
    """
    old = folder.with_name(f".{folder.name}.{os.getpid()}.old")
    if folder.exists():
        folder.rename(old)
    try:
        aside.rename(folder)
    except BaseException:  # Ctrl-C as well
        with contextlib.suppress(FileNotFoundError):
            old.rename(folder)
        raise
    if old.exists():
        for path in _not_its_own(old):
            if not (folder / path.name).exists():
                path.rename(folder / path.name)
        shutil.rmtree(old, ignore_errors=True)


def _not_its_own(folder: Path) -> list[Path]:
    """What somebody else put into a checkpoint's folder; of a broken one all but weights."""
    present = [path for path in folder.iterdir() if not path.name.startswith(f".{MANIFEST}.")]
    try:
        own = {*read_manifest(folder).files, MANIFEST}
    except CheckpointError:
        return [path for path in present if path.suffix not in _WEIGHTS and path.name != MANIFEST]
    return [path for path in present if path.name not in own]

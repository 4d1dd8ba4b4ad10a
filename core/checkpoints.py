"""Checkpoint folders: the manifest, written aside and renamed, read with a reason.

A checkpoint is a plain transformers folder plus ``tandem.json``. Knows files
and hashes; nothing here knows what the tensors mean or how they were trained.
"""

import contextlib
import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import CheckpointError
from core.labels import LABELS

MANIFEST = "tandem.json"
TEXTS = "texts.npz"
FORMAT_VERSION = 1
ROLES = ("base", "teacher", "student", "translator")


@dataclass(frozen=True)
class Manifest:
    """What a checkpoint says of itself; every recipe writes one."""

    role: str  # one of ROLES
    base: str  # what the weights started from: a name or hub id
    format_version: int = FORMAT_VERSION
    labels: tuple[str, ...] = LABELS
    languages: tuple[str, ...] = ()
    pooling: str = "cls"  # what the head reads: "cls" | "mean"
    prefix: str = ""  # instruction put before every text
    max_length: int = 128  # sub-tokens, special ones included
    threshold: float | None = None  # triggers: cosine ≥ threshold
    trigger_reduce: str = "max"  # word score from its sub-tokens
    weight_reference: dict[str, Any] | None = None  # core.weighting.WeightReference
    split: str | None = None  # hash of the split file
    parents: dict[str, str] = field(default_factory=dict)  # role → identity
    data: tuple[dict[str, Any], ...] = ()  # name, sha256, rows, use
    metrics: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)  # the recipe's own choices
    licence: str = ""
    command: str = ""
    created: str = ""  # UTC, ISO 8601
    identity: str = ""  # sha256 over the full-precision tensors; survives packing
    packed: bool = False
    files: dict[str, str] = field(default_factory=dict)  # name → sha256

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> "Manifest":
        """Build from JSON; unknown keys of a later minor format are ignored."""
        known = {f.name for f in fields(cls)}
        values = {key: value for key, value in raw.items() if key in known}
        for key in ("labels", "languages", "data"):
            if key in values:
                values[key] = tuple(values[key])
        return cls(**values)


def file_sha256(path: Path) -> str:
    """Hex SHA-256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_checkpoint(folder: Path, manifest: Manifest, write: Callable[[Path], None]) -> Manifest:
    """Write a checkpoint aside, then rename it into place.

    Args:
        folder: where it shall stand; an older checkpoint there is replaced.
        manifest: without ``files`` and ``created``, which are filled in here.
        write: puts model and tokenizer files into the folder that it is given.

    Raises:
        CheckpointError: when ``folder`` exists and is something else.
    """
    folder = folder.resolve()
    _refuse_foreign(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    try:
        write(aside)
        manifest = _sealed(manifest, aside)
        text = json.dumps(asdict(manifest), indent=1, ensure_ascii=False)
        (aside / MANIFEST).write_text(text, encoding="utf-8")
        _swap(aside, folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return manifest


def update_manifest(folder: Path, **changes: Any) -> Manifest:
    """Replace fields of a checkpoint's manifest, atomically; weights stay untouched."""
    manifest = replace(read_manifest(folder), **changes)
    aside = folder / f".{MANIFEST}.{os.getpid()}"
    text = json.dumps(asdict(manifest), indent=1, ensure_ascii=False)
    aside.write_text(text, encoding="utf-8")
    aside.replace(folder / MANIFEST)
    return manifest


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a checkpoint folder.

    Raises:
        CheckpointError: no folder, no manifest, torn JSON, or a newer format.
    """
    path = folder / MANIFEST
    if not folder.is_dir():
        raise CheckpointError(f"There is no folder {folder}.", "Check the path.")
    if not path.is_file():
        raise CheckpointError(
            f"{folder} has no {MANIFEST}, so it is not a checkpoint of ours.",
            "A plain transformers folder opens where a teacher or student is asked for.",
        )
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        manifest = Manifest.from_dict(raw)
    except (ValueError, TypeError, AttributeError) as error:
        raise CheckpointError(
            f"The manifest {path} cannot be read: {error}.", "Write the checkpoint again."
        ) from error
    if manifest.format_version > FORMAT_VERSION:
        raise CheckpointError(
            f"{folder} has format {manifest.format_version}; this Tandem reads {FORMAT_VERSION}.",
            "Update Tandem.",
        )
    return manifest


def verify(folder: Path, manifest: Manifest) -> None:
    """Compare every file with the hash that the manifest recorded.

    Raises:
        CheckpointError: naming the first file that is missing or different.
    """
    for name, digest in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise CheckpointError(
                f"{folder} is incomplete: {name} is missing.", "Copy or write it again, whole."
            )
        if file_sha256(path) != digest:
            raise CheckpointError(
                f"{folder} is damaged: {name} is not the file that was saved.",
                "Copy or write it again, whole.",
            )


def save_texts(folder: Path, labelled: set[str], unlabelled: set[str]) -> None:
    """Remember by hash which normalised texts a model was trained on.

    Args:
        labelled: ``core.data.text_hash`` of texts whose labels were used.
        unlabelled: those of texts that were used without labels.
    """
    arrays = {
        name: np.array(sorted(int(value, 16) for value in hashes), dtype=np.uint64)
        for name, hashes in (("labelled", labelled), ("unlabelled", unlabelled))
    }
    np.savez(folder / TEXTS, allow_pickle=False, **arrays)


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


def _refuse_foreign(folder: Path) -> None:
    if not folder.exists() or (folder / MANIFEST).is_file():
        return
    if not folder.is_dir() or any(folder.iterdir()):
        raise CheckpointError(
            f"{folder} exists and is not a checkpoint; it is left alone.", "Choose another output."
        )


def _swap(aside: Path, folder: Path) -> None:
    """Rename ``aside`` to ``folder``; what stood there is put back if that fails."""
    old = folder.with_name(f".{folder.name}.{os.getpid()}.old")
    if folder.exists():
        folder.rename(old)
    try:
        aside.rename(folder)
    except OSError:
        with contextlib.suppress(FileNotFoundError):
            old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)

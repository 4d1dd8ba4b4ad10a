"""What a checkpoint says of itself: ``tandem.json``, read with a reason where it cannot be.

Knows fields, versions and file hashes; how a folder is written is
``core.checkpoints``, what the tensors mean is nobody's business here.
"""

import hashlib
import json
import math
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from core.errors import CheckpointError
from core.labels import LABELS

MANIFEST = "tandem.json"
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
    threshold: float | None = None  # of the model's own trigger score: a trigger reaches it
    thresholds: dict[str, float] = field(default_factory=dict)  # of each method, its own included
    trigger_reduce: str = "max"  # word score from its sub-tokens
    trigger_score: str = "cosine"  # of a sub-token: core.triggers.Score
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


def update_manifest(folder: Path, **changes: Any) -> Manifest:
    """Replace fields of a checkpoint's manifest, atomically; weights stay untouched."""
    manifest = replace(read_manifest(folder), **changes)
    aside = folder / f".{MANIFEST}.{os.getpid()}"
    write_manifest(manifest, aside)
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
        version = int(raw["format_version"])
        manifest = Manifest.from_dict(raw) if version <= FORMAT_VERSION else None
    except (OSError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise CheckpointError(
            f"The manifest {path} cannot be read: {error}.", "Write the checkpoint again."
        ) from error
    if manifest is None:
        raise CheckpointError(
            f"{folder} has format {version}; this Tandem reads {FORMAT_VERSION}.", "Update Tandem."
        )
    problem = _problem(manifest)
    if problem:
        raise CheckpointError(f"The manifest {path} {problem}.", "Write the checkpoint again.")
    return manifest


def _problem(manifest: Any) -> str:
    """What cannot be right about a manifest just read, of any types; "" where nothing is seen."""
    if manifest.role not in ROLES:
        return f"names the role {manifest.role!r}; roles are {', '.join(ROLES)}"
    if type(manifest.max_length) is not int or manifest.max_length < 1:
        return f"has max_length {manifest.max_length!r}"
    if not isinstance(manifest.threshold, int | float | None):
        return f"has threshold {manifest.threshold!r}"
    if not _are_numbers(manifest.thresholds):
        return f"has thresholds {manifest.thresholds!r}"
    if not all(isinstance(label, str) for label in (*manifest.labels, manifest.prefix)):
        return "has labels or a prefix that are not text"
    if not isinstance(manifest.files, dict):
        return "lists no files"
    odd = [name for name in manifest.files if name != Path(name).name or name in (".", "..")]
    return f"lists a file outside its folder ({odd[0]})" if odd else ""


def _are_numbers(values: Any) -> bool:
    return isinstance(values, dict) and all(
        isinstance(one, int | float) and math.isfinite(one) for one in values.values()
    )


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


def write_manifest(manifest: Manifest, path: Path) -> None:
    """Write a manifest as JSON, in place."""
    text = json.dumps(asdict(manifest), indent=1, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")

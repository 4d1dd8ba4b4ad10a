"""One folder of a model judged from outside: what it says of itself, or why it is refused.

Opens no model and imports no torch: it reads manifests, configs, headers of weights. What it lets
pass may still be refused by ``core.loading``, which reads the weights themselves.
"""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.architectures import classifies, encodes
from core.errors import CheckpointError, ModelError, TandemError
from core.found import Found, Kind, Parent
from core.labels import map_labels
from core.manifest import MANIFEST, Manifest, read_manifest
from core.repository import CONFIG
from core.tongues import is_english, read_by
from core.weight_files import (
    AGAIN,
    CONVERT,
    LEGACY,
    PICKLES,
    packed_parameters_of,
    parameters_of,
    refuse_code,
)

PART = re.compile(r"\.(?P<name>.+)\.(?P<process>\d+)\.part")
PACKED, WEIGHTS = "packed.safetensors.gz", "model.safetensors"
ENCODER = ("Model", "ForMaskedLM", "ForPreTraining")  # how a class without a head of ours is called


def judged(folder: Path, name: str, source: str) -> Found:
    """What a folder holds; a problem is told in the record, never raised.

    Args:
        folder: as it was found.
        name: under which it is shown.
        source: what a loader would be given.
    """
    found = Found(folder, name, source, bytes=_bytes(folder))
    half = PART.fullmatch(folder.name)
    try:
        if half is not None:
            raise CheckpointError(
                f"{half['name']} is half-written: what wrote it was ended before it was whole.",
                "Write it again; this leftover can go.",
            )
        ours = (folder / MANIFEST).is_file()
        found = _ours(found, folder) if ours else _foreign(found, folder)
    except TandemError as problem:
        found = replace(_named(found), problem=problem.sentence, hint=problem.hint)
    except OSError as problem:
        reason = problem.strerror or str(problem)
        found = replace(found, problem=f"{name} cannot be read: {reason}.", hint=AGAIN)
    return found


def _named(found: Found) -> Found:
    """A refused folder with what its manifest says all the same, where it can be read."""
    try:
        return _said(found, read_manifest(found.folder))
    except CheckpointError:
        return found


def _bytes(folder: Path) -> int:
    try:
        return sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
    except OSError:
        return 0


# --- checkpoints of ours


def _ours(found: Found, folder: Path) -> Found:
    manifest = read_manifest(folder)
    _whole(folder, manifest)
    _config(folder, found.name)
    if manifest.role in ("teacher", "student"):
        map_labels(manifest.labels)
    return replace(_said(found, manifest), parameters=_parameters(folder))


def _said(found: Found, manifest: Manifest) -> Found:
    """The record with all that a manifest says; parents have no names yet."""
    role: Any = manifest.role
    return replace(
        found,
        role=role,
        base=manifest.base,
        languages=manifest.languages,
        labels=manifest.labels,
        pooling=manifest.pooling if manifest.role in ("teacher", "student") else "",
        parents=tuple(Parent(role, str(one)) for role, one in manifest.parents.items()),
        data=tuple(one for one in manifest.data if isinstance(one, dict)),
        metrics=manifest.metrics,
        threshold=manifest.threshold,
        thresholds=manifest.thresholds,
        weight_reference=manifest.weight_reference,
        licence=manifest.licence,
        created=manifest.created,
        command=manifest.command,
        identity=manifest.identity,
        ours=True,
        packed=manifest.packed,
    )


def _whole(folder: Path, manifest: Manifest) -> None:
    """The cheap part of ``core.checkpoints.verify``: files there, none of them cut off."""
    for name in manifest.files:
        path = folder / name
        if not path.is_file():
            _refuse_pickled_instead(folder, name)
            raise CheckpointError(f"{folder} is half-written: {name} is missing.", AGAIN)
        if not path.stat().st_size:
            raise CheckpointError(f"{folder} is half-written: {name} is empty.", AGAIN)
    if not {PACKED, WEIGHTS} & set(manifest.files):
        raise CheckpointError(f"{folder} is half-written: its manifest names no weights.", AGAIN)


def _refuse_pickled_instead(folder: Path, missing: str) -> None:
    """Say so where the weights of a checkpoint of ours are there as a pickle only."""
    other = sorted(path.name for path in folder.iterdir() if path.suffix in PICKLES)
    if other and missing in (WEIGHTS, PACKED):
        raise CheckpointError(
            f"{folder} has its weights as {other[0]}, which is not read: a checkpoint of Tandem is "
            f"opened from {missing} only, since a pickle can run code when opened.",
            CONVERT,
        )


def _parameters(folder: Path) -> int:
    """Entries of all weights of a folder, a head beside them included."""
    packed = folder / PACKED
    plain = [path for path in sorted(folder.glob("*.safetensors")) if path.is_file()]
    return sum(map(parameters_of, plain)) + (
        packed_parameters_of(packed) if packed.is_file() else 0
    )


# --- anybody else's


def _foreign(found: Found, folder: Path) -> Found:
    config = _config(folder, found.name)
    index = folder / f"{WEIGHTS}.index.json"
    safe = index.is_file() or (folder / WEIGHTS).is_file()
    if not safe:  # before its classes: that it is never opened matters more
        _refuse_pickles(folder, found.name)
    role, labels = _role(config, found.name)
    found = replace(
        found,
        role=role,
        base=str(config.get("_name_or_path") or config.get("model_type") or ""),
        labels=labels,
        languages=_languages(folder, found.name) if role == "translator" else (),
    )
    if not safe:
        return replace(found, legacy=True)
    _refuse_missing(folder, index)
    return replace(found, parameters=_parameters(folder))


def _config(folder: Path, name: str) -> dict[str, Any]:
    path = folder / CONFIG
    if not path.is_file():
        raise ModelError(f"{name} holds no model: it has no {CONFIG}.", "Name a model's folder.")
    config = _json(path)
    if config.get("auto_map"):
        raise ModelError(
            f"{name} needs code that comes with it (auto_map in its {CONFIG}); "
            "code of others is not run here.",
            "Choose a model of a family that transformers knows by itself.",
        )
    return config


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ModelError(f"{path} is broken: it is not JSON.", AGAIN) from error
    if not isinstance(found, dict):
        raise ModelError(f"{path} is broken: it is no table of settings.", AGAIN)
    return found


def _role(config: dict[str, Any], name: str) -> tuple[Kind, tuple[str, ...]]:
    """What a config makes, and the names of its classes.

    Raises:
        ModelError: nothing that can be used here, or classes that are none of the six.
    """
    family, classes = str(config.get("model_type") or ""), config.get("architectures") or []
    kind = str(classes[0]) if isinstance(classes, list) and classes else ""
    if family == "marian":
        return "translator", ()
    if kind.endswith("ForSequenceClassification") and classifies(family):
        labels = _labels(config)
        map_labels(labels)
        return "classifier", labels
    if kind.endswith(ENCODER) and encodes(family):
        return "base", ()
    what = kind or "unnamed"
    raise ModelError(
        f"{name} is of an unknown architecture ({what}, model_type {family or 'missing'}): neither "
        "an encoder nor a classifier of texts nor a Marian translator.",
        "Choose an encoder such as XLM-R, or a classifier made of one.",
    )


def _labels(config: dict[str, Any]) -> tuple[str, ...]:
    named = config.get("id2label")
    if not isinstance(named, dict):
        return ("LABEL_0", "LABEL_1")  # as transformers calls them where nobody does
    return tuple(str(label) for label in named.values())


def _languages(folder: Path, name: str) -> tuple[str, ...]:
    path = folder / "tokenizer_config.json"
    said = _json(path) if path.is_file() else {}
    if not is_english(said.get("target_lang")):
        raise ModelError(
            f"{name} translates into {said['target_lang']}, not into English.",
            "Choose one such as Helsinki-NLP/opus-mt-fr-en.",
        )
    read = read_by(said.get("source_lang"))
    if not read:
        raise ModelError(
            f"{name} translates from {said['source_lang']}, which is no language of ours.",
            "Choose one such as Helsinki-NLP/opus-mt-fr-en.",
        )
    return read


def _refuse_missing(folder: Path, index: Path) -> None:
    """Refuse weights in several files of which one is missing."""
    parts = _json(index).get("weight_map") if index.is_file() else {}
    names = set(parts.values()) if isinstance(parts, dict) else {"its list of files"}
    absent = sorted(str(name) for name in names if not (folder / str(name)).is_file())
    if absent:
        raise CheckpointError(f"{folder} is half-written: {absent[0]} is missing.", AGAIN)


def _refuse_pickles(folder: Path, name: str) -> None:
    """Let only a ``pytorch_model.bin`` of nothing but tensors pass, whole or in parts."""
    index = folder / "pytorch_model.bin.index.json"
    if index.is_file():
        _refuse_missing(folder, index)
    older = sorted(folder.glob(LEGACY))
    for path in older:
        refuse_code(path)
    if older:
        return
    other = sorted(path.name for path in folder.iterdir() if path.suffix in PICKLES)
    if other:
        raise ModelError(
            f"{name} is refused: its weights are pickled ({other[0]}), "
            "which can run code when opened.",
            CONVERT,
        )
    raise CheckpointError(f"{folder} is half-written: it has no weights.", AGAIN)

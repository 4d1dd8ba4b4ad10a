"""Which files of a repository a model is opened from, and whether they are all there.

Knows names of files as transformers and Tandem write them; no network, no tensor.
"""

import json
from collections.abc import Iterable
from fnmatch import filter as matching
from pathlib import Path

from core.errors import ModelError
from core.manifest import MANIFEST

CONFIG = "config.json"
SMALL = ("*.json", "*.txt", "*.model", "*.spm", "*.jinja")  # configuration and tokenizers
WEIGHTS = (  # the first that a repository has; transformers looks in the same order
    "model.safetensors",
    "model-*-of-*.safetensors",
    "pytorch_model.bin",
    "pytorch_model-*-of-*.bin",
)


def needed(model: str, names: Iterable[str]) -> list[str]:
    """Of a repository's files, those that a model is opened from; a checkpoint of ours whole.

    Raises:
        ModelError: when there are no weights that torch reads, or no configuration.
    """
    top = sorted(name for name in names if "/" not in name)
    if CONFIG not in top:
        raise ModelError(
            f"{model} has no {CONFIG}: it is not a transformers model.", "Check the id."
        )
    if MANIFEST in top:
        return [name for name in top if not name.startswith(".")]
    weights = next(filter(None, (matching(top, pattern) for pattern in WEIGHTS)), [])
    if not weights:
        raise ModelError(
            f"{model} holds no weights that torch reads: no model.safetensors, "
            "no pytorch_model.bin.",
            "Choose another model.",
        )
    return sorted({name for pattern in SMALL for name in matching(top, pattern)}) + weights


def whole(folder: Path) -> bool:
    """Whether weights are among the files of a snapshot, every part of them."""
    there = {path.name for path in folder.iterdir() if path.is_file()}  # no link into nothing
    if MANIFEST in there:
        return set(_named(folder / MANIFEST, "files")) <= there
    for single in ("model.safetensors", "pytorch_model.bin"):
        if single in there:
            return True
        index = folder / f"{single}.index.json"
        if index.name in there:
            return set(_named(index, "weight_map").values()) <= there
    return False


def _named(file: Path, key: str) -> dict[str, str]:
    """A table of a JSON file; of a file that is something else, one of what is never there."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))[key]
    except (ValueError, KeyError, TypeError):
        return {"": ""}
    return found if isinstance(found, dict) else {"": ""}

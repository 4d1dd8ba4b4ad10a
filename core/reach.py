"""How long a text a model in a folder can read, by what lies beside its weights.

Knows tandem.json and config.json; opens no weights and loads no torch (core.loading.capacity says
the same of a model that is open).
"""

import json
from pathlib import Path

from core.errors import CheckpointError
from core.manifest import MANIFEST, read_manifest
from core.repository import CONFIG

OFFSET = ("roberta", "xlm-roberta", "camembert", "xlm-roberta-xl")  # first position: pad + 1


def reach(folder: Path) -> int | None:
    """Sub-tokens, special ones included; None where the folder does not say.

    A checkpoint of ours keeps the length that it was trained with.
    """
    if (folder / MANIFEST).is_file():
        try:
            found = read_manifest(folder)
        except CheckpointError:  # whoever opens it says why
            return None
        if found.role in ("teacher", "student"):
            return found.max_length
    try:
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return _positions(config) if isinstance(config, dict) else None


def _positions(config: dict[str, object]) -> int | None:
    positions, pad = config.get("max_position_embeddings"), config.get("pad_token_id", 1)
    if type(positions) is not int or positions < 1:
        return None
    if config.get("model_type") not in OFFSET:
        return positions
    return positions - (pad + 1) if type(pad) is int else None

"""Two systems on the same rows: difference with interval, randomisation, McNemar.

Knows labels; no checkpoint and no file on disk.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.evaluation.scores import difference
from core.significance import Part, holm, mcnemar, randomisation
from train.config import EvaluateConfig
from train.figures.scoring import MEAN, File, Labels, System


def pairs_of(systems: Sequence[System]) -> list[tuple[System, System]]:
    """Whom to compare: the first with each other, and each model with what it started from.

    What a model started from is told by ``about``: its "parent" is another's "identity".
    Guesses are compared with nobody.
    """
    answering = [system for system in systems if system.kind != "guess"]
    if not answering:
        return []
    chosen = [(answering[0], other) for other in answering[1:]]
    models = [system for system in answering if system.kind == "model"]
    chosen += [
        (child, parent)
        for child in models
        for parent in models
        if child is not answering[0] and child is not parent and started_from(child, parent)
    ]
    return chosen


def started_from(a: System, b: System) -> bool:
    """Whether one model's training began with the other."""
    if a.kind != "model" or b.kind != "model":
        return False
    return bool(b.about["identity"]) and a.about["parent"] == b.about["identity"]


def compare(
    a: System, b: System, files: Sequence[File], predicted: Labels, settings: EvaluateConfig
) -> list[dict[str, Any]]:
    """A row for each file, and one for the mean of the native ones where there are several."""
    cells = {
        file.name: file.cells(predicted[a.name, file.name], predicted[b.name, file.name])
        for file in files
    }
    found = [
        {
            **_difference(a, b, name, [strata], settings),
            "randomisation_p": randomisation(np.sum(strata, axis=0), seed=settings.seed),
            "mcnemar_p": mcnemar(np.sum(strata, axis=0)),
        }
        for name, strata in cells.items()
    ]
    adjusted = holm({row["file"]: row["randomisation_p"] for row in found})
    found = [{**row, "holm_p": adjusted[row["file"]]} for row in found]
    native = [cells[file.name] for file in files if file.averaged]
    if len(native) > 1:
        none = dict.fromkeys(("randomisation_p", "mcnemar_p", "holm_p"))
        found.append({**_difference(a, b, MEAN, native, settings), **none})
    return found


def _difference(
    a: System, b: System, name: str, parts: Sequence[Part], settings: EvaluateConfig
) -> dict[str, Any]:
    """Macro-F1 of ``a`` minus that of ``b``, the mean over the files, with its interval."""
    change, (low, high) = difference(parts, settings.bootstrap, settings.seed)
    return {
        "a": a.name,
        "b": b.name,
        "group": f"{a.group} / {b.group}" if a.group and b.group else "",
        "started": started_from(a, b),
        "file": name,
        "difference": change,
        "low": low,
        "high": high,
    }

"""Two systems on the same rows: difference with interval, randomisation, McNemar.

Knows labels; no checkpoint and no file on disk.
"""

import statistics
from collections.abc import Sequence
from typing import Any

from core.metrics import classification
from core.significance import bootstrap_difference, holm, mcnemar, randomisation_test
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
    raw: dict[str, float] = {}
    found: list[dict[str, Any]] = []
    for file in files:
        first, second = predicted[a.name, file.name], predicted[b.name, file.name]
        raw[file.name] = randomisation_test(file.gold, first, second, seed=settings.seed)
        found.append(
            {
                **_difference(a, b, file.name, [file], predicted, settings),
                "randomisation_p": raw[file.name],
                "mcnemar_p": mcnemar(file.gold, first, second),
            }
        )
    adjusted = holm(raw)
    found = [{**row, "holm_p": adjusted[row["file"]]} for row in found]
    native = [file for file in files if file.averaged]
    if len(native) > 1:
        none = dict.fromkeys(("randomisation_p", "mcnemar_p", "holm_p"))
        found.append({**_difference(a, b, MEAN, native, predicted, settings), **none})
    return found


def _difference(
    a: System,
    b: System,
    name: str,
    files: Sequence[File],
    predicted: Labels,
    settings: EvaluateConfig,
) -> dict[str, Any]:
    """Macro-F1 of ``a`` minus that of ``b``, the mean over the files, with its interval."""
    parts = [(f.gold, predicted[a.name, f.name], predicted[b.name, f.name]) for f in files]
    gold, first, second = (
        [label for part in parts for label in part[column]] for column in range(3)
    )
    low, high = bootstrap_difference(
        gold,
        first,
        second,
        [file.name for file in files for _ in file.rows],
        n=settings.bootstrap,
        seed=settings.seed,
        average_groups=True,
    )
    differences = [
        classification(truth, own).macro_f1 - classification(truth, other).macro_f1
        for truth, own, other in parts
    ]
    return {
        "a": a.name,
        "b": b.name,
        "group": f"{a.group} / {b.group}" if a.group and b.group else "",
        "started": started_from(a, b),
        "file": name,
        "difference": statistics.fmean(differences),
        "low": low,
        "high": high,
    }

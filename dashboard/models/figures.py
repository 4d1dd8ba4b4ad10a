"""Figures of a model's manifest, in words and numbers: the main one, and all of them flat.

Knows the shapes that the recipes write into ``metrics``; computes nothing of a model.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from core.found import Found
from dashboard.wording.numbers import decimal, number

MOST = 60  # figures of one model that are shown
VALIDATION = "validation"  # held out of the data that the model was trained with
PASSED = ("history", "methods", "thresholds")  # long tables that belong to curves and leaderboards


def main(found: Found) -> tuple[str, float, str] | None:
    """What a model is judged by first: the figure's name, its value, and of which rows it is.

    None where its manifest does not say; "" where it does not say of which rows.
    """
    metrics = found.metrics
    if found.role == "translator":
        scores = [_number(value) for name, value in metrics.items() if name.startswith("chrf_")]
        real = [value for value in scores if value is not None]
        return ("chrF", sum(real) / len(real), "") if real else None
    for name, value, rows in (
        ("macro-F1", _refined(metrics), VALIDATION),
        ("macro-F1", _inside(metrics, "validation", "macro_f1"), VALIDATION),
        ("macro-F1", _number(metrics.get("macro_f1")), ""),
        ("retrieval", _number(metrics.get("retrieval")), ""),
    ):
        if value is not None:
            return name, value, rows
    return None


def _refined(metrics: Mapping[str, Any]) -> float | None:
    """Of a distillation: of the weights that it kept."""
    kept = "after" if metrics.get("selected", "refined") == "refined" else "before"
    return _number(metrics.get(f"{kept}_macro_f1"))


def _inside(metrics: Mapping[str, Any], *path: str) -> float | None:
    value: Any = metrics
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return _number(value)


def _number(value: Any) -> float | None:
    real = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if real and math.isfinite(value) else None


def flat(found: Found) -> list[tuple[str, str]]:
    """Every figure by its path in words, long tables left out; at most MOST."""
    return list(_flat(found.metrics, ""))[:MOST]


def _flat(values: Mapping[str, Any], before: str) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        words = f"{before} {str(name).replace('_', ' ')}".strip()
        if isinstance(value, Mapping) and name not in PASSED:
            yield from _flat(value, words)
        elif isinstance(value, str):
            yield words, value
        elif isinstance(value, int) and not isinstance(value, bool):
            yield words, number(value)
        elif isinstance(value, float):
            yield words, number(int(value)) if value.is_integer() else decimal(value)


def plain(value: Any) -> Any:
    """A manifest's value as JSON has it: no NaN, no infinity."""
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value

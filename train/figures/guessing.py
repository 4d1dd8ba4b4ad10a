"""What answers at random reach: many draws of labels by given frequencies, scored at once.

A guess reads no text, so of n gold rows of a class the labels drawn are one multinomial count:
the same distribution as drawing row by row. Knows label names; no file. Shapes: S draws, K
classes.
"""

import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.cells import encode
from core.labels import LABELS
from core.metrics import macro_f1_of, scored_classes

Counts = NDArray[np.int64]
DRAWS = 1000


def draw(gold: Sequence[str], prior: Sequence[float], seed: int, name: str) -> Counts:
    """(S, K, K) confusions, rows gold, of labels drawn by ``prior`` (K,).

    Args:
        name: of the rows, so that two files with one seed get draws of their own.
    """
    random = np.random.default_rng([seed, zlib.crc32(name.encode())])
    support = np.bincount(encode(gold), minlength=len(LABELS))
    rows = [random.multinomial(count, prior, size=DRAWS) for count in support.tolist()]
    return np.stack(rows, axis=1).astype(np.int64)


def figures(drawn: Counts, gold: Sequence[str]) -> dict[str, Any]:
    """Mean of every figure over the draws, and the middle 95 % of macro-F1."""
    scored = scored_classes(gold)
    places = [LABELS.index(label) for label in scored]
    hits = np.diagonal(drawn, axis1=1, axis2=2)[:, places]  # (S, classes scored)
    support = drawn.sum(axis=2)[:, places]
    predicted = drawn.sum(axis=1)[:, places]
    precision = hits / np.maximum(predicted, 1)
    recall = hits / np.maximum(support, 1)
    f1 = 2 * hits / np.maximum(predicted + support, 1)
    low, high = interval(macro_f1_of(drawn))
    per_class = {
        label: {
            "precision": float(precision[:, k].mean()),
            "recall": float(recall[:, k].mean()),
            "f1": float(f1[:, k].mean()),
            "support": int(support[0, k]),
            "predicted": float(predicted[:, k].mean()),
        }
        for k, label in enumerate(scored)
    }
    return {
        "macro_f1": float(f1.mean()),
        "low": low,
        "high": high,
        "macro_precision": float(precision.mean()),
        "macro_recall": float(recall.mean()),
        "accuracy": float(np.trace(drawn, axis1=1, axis2=2).mean() / len(gold)),
        "classes": list(scored),
        "per_class": per_class,
        "confusion": drawn.mean(axis=0).tolist(),
        "predicted": dict(zip(LABELS, drawn.sum(axis=1).mean(axis=0).tolist(), strict=True)),
    }


def interval(scores: NDArray[np.float64]) -> tuple[float, float]:
    """The middle 95 % of S figures."""
    low, high = np.quantile(scores, [0.025, 0.975])
    return float(low), float(high)

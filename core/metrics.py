"""Classification figures as the shared task computes them: macro P/R/F1 by scikit-learn.

Knows gold and predicted label names; knows nothing of models, files or languages. A class that
the gold does not hold is not scored, while predictions of it count as errors; pass all six as
``classes`` for scikit-learn's macro over six. Intervals and tests between systems stand in
``core.significance``, trigger figures in ``core.trigger_metrics``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import precision_recall_fscore_support

from core.labels import LABELS

Classes = Literal["present"] | Sequence[str]
"""Which classes a macro figure is over: those in the gold, or the ones named."""


@dataclass(frozen=True, slots=True)
class ClassScores:
    """One class; its precision and F1 are 0 where it was never predicted (``predicted`` 0)."""

    precision: float
    recall: float
    f1: float
    support: int  # gold rows
    predicted: int  # predicted rows


@dataclass(frozen=True, slots=True)
class ClassificationReport:
    """One system on one set of rows; figures in [0, 1]."""

    macro_f1: float  # unweighted mean over ``classes``
    macro_precision: float
    macro_recall: float
    accuracy: float
    n: int
    classes: tuple[str, ...]  # the ones that are scored, in the order of labels
    per_class: Mapping[str, ClassScores]  # one entry per scored class
    confusion: tuple[tuple[int, ...], ...]  # K × K, rows gold, columns predicted, all labels


@dataclass(frozen=True, slots=True)
class PooledReport:
    """The mean of several reports' figures, each counting once, however many rows it has."""

    macro_f1: float
    macro_precision: float
    macro_recall: float
    accuracy: float
    n: int  # rows of all parts together
    parts: tuple[str, ...]


def classification(
    gold: Sequence[str],
    predicted: Sequence[str],
    labels: Sequence[str] = LABELS,
    classes: Classes = "present",
) -> ClassificationReport:
    """Macro precision, recall and F1, accuracy, per-class figures and confusion.

    Args:
        gold: n label names.
        predicted: n label names.
        labels: K names that both may hold.
        classes: "present" scores the classes that the gold holds; a tuple of names scores those
            (a class with neither gold nor predicted rows then counts 0, as in scikit-learn).

    Raises:
        ValueError: no rows, lengths differ, or a name outside ``labels``.
    """
    confusion = confusion_matrix(gold, predicted, labels)
    scored = scored_classes(gold, labels, classes)
    precision, recall, f1, support = precision_recall_fscore_support(
        gold, predicted, labels=list(scored), average=None, zero_division=0
    )
    counts = [int(confusion[:, list(labels).index(name)].sum()) for name in scored]
    per_class = {
        name: ClassScores(float(p), float(r), float(f), int(s), c)
        for name, p, r, f, s, c in zip(scored, precision, recall, f1, support, counts, strict=True)
    }
    return ClassificationReport(
        macro_f1=float(np.mean(f1)),
        macro_precision=float(np.mean(precision)),
        macro_recall=float(np.mean(recall)),
        accuracy=float(np.trace(confusion) / len(gold)),
        n=len(gold),
        classes=scored,
        per_class=per_class,
        confusion=tuple(tuple(int(cell) for cell in row) for row in confusion),
    )


def pooled(reports: Mapping[str, ClassificationReport]) -> PooledReport:
    """The mean of the languages' figures, for files whose class sets differ.

    Where all files hold all classes, pool the rows instead: ``classification`` over all of them.
    Hand in native files only; machine-translated ones are never averaged with them.

    Raises:
        ValueError: no report.
    """
    if not reports:
        raise ValueError("no reports to pool")
    parts = list(reports.values())
    return PooledReport(
        macro_f1=float(np.mean([part.macro_f1 for part in parts])),
        macro_precision=float(np.mean([part.macro_precision for part in parts])),
        macro_recall=float(np.mean([part.macro_recall for part in parts])),
        accuracy=float(np.mean([part.accuracy for part in parts])),
        n=sum(part.n for part in parts),
        parts=tuple(reports),
    )


def scored_classes(
    gold: Sequence[str], labels: Sequence[str] = LABELS, classes: Classes = "present"
) -> tuple[str, ...]:
    """The classes that a macro figure is over, in the order of ``labels``.

    Raises:
        ValueError: ``classes`` names none, or one outside ``labels``.
    """
    wanted = set(gold) if classes == "present" else set(classes)
    if not wanted or not wanted <= set(labels):
        raise ValueError(f"classes {sorted(wanted)} are not among {', '.join(labels)}")
    return tuple(label for label in labels if label in wanted)


def confusion_matrix(
    gold: Sequence[str], predicted: Sequence[str], labels: Sequence[str] = LABELS
) -> NDArray[np.int64]:
    """(K, K) counts, rows gold, columns predicted.

    Raises:
        ValueError: as ``classification``.
    """
    rows, columns = encode(gold, labels), encode(predicted, labels)
    if len(rows) != len(columns) or not len(rows):
        raise ValueError(f"{len(rows)} gold and {len(columns)} predicted labels")
    size = len(labels)
    counts = np.bincount(rows * size + columns, minlength=size * size)
    return counts.reshape(size, size)


def encode(names: Sequence[str], labels: Sequence[str] = LABELS) -> NDArray[np.int64]:
    """(n,) index of each name in ``labels``. Raises ValueError for a name outside them."""
    index = {label: number for number, label in enumerate(labels)}
    unknown = sorted({str(name) for name in names} - set(labels))
    if unknown:
        raise ValueError(f"{', '.join(unknown[:5])}: not among {', '.join(labels)}")
    return np.array([index[name] for name in names], dtype=np.int64)

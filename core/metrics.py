"""Classification figures as the shared task computes them: macro P/R/F1, as in scikit-learn.

Knows gold and predicted labels, or their confusion; knows nothing of models, files or languages.
A class that the gold does not hold is not scored, while predictions of it count as errors; pass
all six as ``classes`` for scikit-learn's macro over six. Everything is computed from the
confusion, so a million rows cost what counting them costs (``core.cells``). Intervals and tests
between systems stand in ``core.significance``, trigger figures in ``core.trigger_metrics``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.cells import Counts, counts, encode
from core.labels import LABELS

Classes = Literal["present"] | Sequence[str]
"""Which classes a macro figure is over: those in the gold, or the ones named."""

Floats = NDArray[np.float64]


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
    """One system on one set of rows; figures in [0, 1].

    Macro, micro and weighted figures are scikit-learn's with ``labels=classes``.
    """

    macro_f1: float  # unweighted mean over ``classes``
    macro_precision: float
    macro_recall: float
    micro_f1: float  # of the hits in all ``classes`` together
    micro_precision: float
    micro_recall: float
    weighted_f1: float  # mean over ``classes`` by support
    weighted_precision: float
    weighted_recall: float
    macro_f1_all: float  # over all classes in gold or predictions: scikit-learn's default
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
    """Precision, recall and F1 in every average, accuracy, per-class figures and confusion.

    Args:
        gold: n label names.
        predicted: n label names.
        labels: K names that both may hold.
        classes: "present" scores the classes that the gold holds; a tuple of names scores those
            (a class with neither gold nor predicted rows then counts 0, as in scikit-learn).

    Raises:
        ValueError: no rows, lengths differ, or a name outside ``labels``.
    """
    return report_of(confusion_matrix(gold, predicted, labels), labels, classes)


def report_of(
    confusion: Counts, labels: Sequence[str] = LABELS, classes: Classes = "present"
) -> ClassificationReport:
    """``classification`` of rows that are counted already.

    Args:
        confusion: (K, K), rows gold, columns predicted, in the order of ``labels``.

    Raises:
        ValueError: it holds no row, or ``classes`` names one outside ``labels``.
    """
    n, support, predicted = int(confusion.sum()), confusion.sum(axis=1), confusion.sum(axis=0)
    if not n:
        raise ValueError("no rows to score")
    held = [label for label, rows in zip(labels, support, strict=True) if rows]
    scored = scored_classes(held, labels, classes)
    places = [list(labels).index(name) for name in scored]
    hits = np.diagonal(confusion)
    three = _three(hits, support, predicted)  # (3, K): precision, recall, F1
    own = three[:, places]
    macro = own.mean(axis=1)
    weighted = own @ support[places] / max(support[places].sum(), 1)
    micro = _three(*(c[places].sum(keepdims=True) for c in (hits, support, predicted)))
    return ClassificationReport(
        macro_f1=float(macro[2]),
        macro_precision=float(macro[0]),
        macro_recall=float(macro[1]),
        micro_f1=float(micro[2, 0]),
        micro_precision=float(micro[0, 0]),
        micro_recall=float(micro[1, 0]),
        weighted_f1=float(weighted[2]),
        weighted_precision=float(weighted[0]),
        weighted_recall=float(weighted[1]),
        macro_f1_all=float(three[2, support + predicted > 0].mean()),
        accuracy=float(hits.sum() / n),
        n=n,
        classes=scored,
        per_class={
            name: ClassScores(float(p), float(r), float(f), int(support[k]), int(predicted[k]))
            for name, k, (p, r, f) in zip(scored, places, own.T, strict=True)
        },
        confusion=tuple(tuple(row) for row in confusion.tolist()),
    )


def _three(hits: Counts, support: Counts, predicted: Counts) -> Floats:
    """(3, …) precision, recall and F1; 0 where a denominator is 0, as scikit-learn is told to."""
    pairs = ((hits, predicted), (hits, support), (2 * hits, support + predicted))
    return np.stack([np.asarray(top / np.maximum(below, 1), np.float64) for top, below in pairs])


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


def macro_f1_of(confusion: Counts, scored: NDArray[np.bool_] | None = None) -> Floats:
    """Macro-F1 of many confusion matrices at once: ``F1_k = 2·hits / (gold + predicted)``.

    Args:
        confusion: (S, K, K), rows gold, columns predicted.
        scored: (K,) which classes; one with neither gold nor predicted rows counts 0. None: in each
            matrix those that its gold holds.

    Returns:
        (S,) in [0, 1].
    """
    hits = np.diagonal(confusion, axis1=1, axis2=2)  # (S, K)
    support = confusion.sum(axis=2)  # (S, K)
    both = support + confusion.sum(axis=1)
    f1 = 2 * hits / np.maximum(both, 1)
    used = support > 0 if scored is None else np.broadcast_to(scored, f1.shape)
    return np.asarray((f1 * used).sum(axis=1) / used.sum(axis=1), dtype=np.float64)


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
) -> Counts:
    """(K, K) counts, rows gold, columns predicted.

    Raises:
        ValueError: as ``classification``.
    """
    rows, columns = encode(gold, labels), encode(predicted, labels)
    if len(rows) != len(columns) or not len(rows):
        raise ValueError(f"{len(rows)} gold and {len(columns)} predicted labels")
    return counts((rows, columns), size=len(labels))[0]

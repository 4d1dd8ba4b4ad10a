"""What the translation weight w̄ tells, beside rivals: against the teacher's errors.

Only rows with a translation of their own count, and of a signal only those that it is computable
for. Knows arrays; no model and no file. Shapes: N rows, R of them translated, K classes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.correlation import rank_correlation
from core.evaluation.rows import Mask, Rows
from core.evaluation.schema import Signal, WeightLab
from core.evaluation.table import Places
from core.records import TranslationStatus
from core.selective import auroc, auroc_interval, coverage_curve

Floats = NDArray[np.float64]

BINS, TENTHS = 20, 10
OWN = frozenset(status.value for status in TranslationStatus if status.own)


@dataclass(frozen=True)
class Translated:
    """All N rows; arrays hold NaN where a value is not there."""

    rows: Rows
    status: Places  # (N,) places in ``statuses``
    statuses: tuple[str, ...]
    weight: Floats  # (N,) w̄
    student_confidence: Floats  # (N,) before refinement where that student answered
    teacher_confidence: Floats
    likelihood: Floats
    length_ratio: Floats  # of the translation to the original
    copied: Floats  # share
    teacher: Places  # (N,) codes of its labels, NONE without one

    @property
    def own(self) -> Mask:
        """(N,) rows with a translation of their own."""
        kinds = np.array([*(name in OWN for name in self.statuses), False])
        return np.asarray(kinds[self.status])

    @property
    def judged(self) -> Mask:
        """(N,) rows where the teacher is right or wrong."""
        return np.asarray((self.teacher >= 0) & (self.rows.gold >= 0))

    @property
    def signals(self) -> dict[str, Floats]:
        """Name → (N,), larger meaning better."""
        with np.errstate(divide="ignore", invalid="ignore"):
            lengths = -np.abs(np.log(self.length_ratio))
        return {
            "weight": self.weight,
            "student_confidence": self.student_confidence,
            "teacher_confidence": self.teacher_confidence,
            "likelihood": self.likelihood,
            "length_ratio": lengths,
            "few_copied": 1 - self.copied,
        }


def weight_lab(table: Translated, draws: int = 1000, seed: int = 0) -> WeightLab | None:
    """Histograms of w̄ and every signal's figures; None where no row is translated.

    Args:
        draws: of the intervals.
        seed: of the draws.
    """
    own = table.own
    if not own.any():
        return None
    weighed = own & np.isfinite(table.weight)
    tenth = _place(table.weight[weighed], TENTHS)
    counts = np.bincount(table.status[table.status >= 0], minlength=len(table.statuses))
    return {
        "n": int(weighed.sum()),
        "statuses": dict(zip(table.statuses, counts.tolist(), strict=True)),
        "weights": {
            code: histogram(table.weight[weighed & mask]) for code, mask in table.rows.each()
        },
        "outside": int((own & ~weighed).sum()),
        "grid": _grid(tenth, table.student_confidence[weighed]),
        "copied": _means(tenth, table.copied[weighed]),
        "teacher_error": _errors(table, weighed, tenth),
        "signals": [
            _signal(name, values, table, draws, seed) for name, values in table.signals.items()
        ],
    }


def histogram(values: NDArray[np.floating], bins: int = BINS) -> list[int]:
    """Rows per equal bin [low, high) of [0, 1], the last one closed; NaN is in none."""
    known = values[np.isfinite(values)]
    return np.bincount(_place(known, bins), minlength=bins).tolist()


def _signal(name: str, values: Floats, table: Translated, draws: int, seed: int) -> Signal:
    known = table.own & np.isfinite(values)
    judged = known & table.judged
    right = (table.teacher == table.rows.gold)[judged]
    ends = auroc_interval(values[judged], right, table.rows.language[judged], draws, seed)
    coverage, accuracy = coverage_curve(values[judged], right)
    return {
        "name": name,
        "n": int(known.sum()),
        "auroc": auroc(values[judged], right),
        "auroc_interval": None if ends is None else list(ends),
        "spearman_weight": rank_correlation(values[known], table.weight[known]),
        "coverage": coverage.tolist(),
        "accuracy": accuracy.tolist(),
    }


def _grid(tenth: NDArray[np.int64], confidence: Floats) -> list[list[int]]:
    """Tenths of w̄ × tenths of confidence, rows that have both."""
    known = np.isfinite(confidence)
    cells = tenth[known] * TENTHS + _place(confidence[known], TENTHS)
    return np.bincount(cells, minlength=TENTHS**2).reshape(TENTHS, TENTHS).tolist()


def _errors(table: Translated, weighed: Mask, tenth: NDArray[np.int64]) -> list[float | None]:
    """Share of the teacher's errors per tenth of w̄; [] where none is known to be right or wrong."""
    judged = table.judged[weighed]
    if not judged.any():
        return []
    wrong = np.where(judged, (table.teacher != table.rows.gold)[weighed], np.nan)
    return _means(tenth, wrong)


def _means(tenth: NDArray[np.int64], values: Floats) -> list[float | None]:
    """Mean per tenth of w̄ over the rows that have a value; None without any."""
    known = np.isfinite(values)
    counts = np.bincount(tenth[known], minlength=TENTHS)
    sums = np.bincount(tenth[known], values[known], minlength=TENTHS)
    return [float(s / n) if n else None for s, n in zip(sums, counts.tolist(), strict=True)]


def _place(values: NDArray[np.floating], bins: int) -> NDArray[np.int64]:
    """Equal bins of [0, 1]; a hair's breadth outside, as float32 sums are, counts inside."""
    return np.clip((values * bins).astype(np.int64), 0, bins - 1)

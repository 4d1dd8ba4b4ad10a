"""Whether a number tells right answers from wrong ones: AUROC, accuracy by coverage.

Larger numbers mean better. Knows arrays only. Shapes: N rows, S draws, G groups, C cells, P points.
"""

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from core.cells import Codes
from core.significance import Interval, quantiles, redrawn

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

_CELLS = 400  # that distinct values are gathered into, for draws
POINTS = 20


def auroc(signal: Floats, right: Mask) -> float | None:
    """Chance that a right row has the larger number than a wrong one, ties counting half.

    Args:
        signal: (N,) finite.
        right: (N,).

    Returns:
        None where all rows are right, or none is.
    """
    if not len(right) or right.all() or not right.any():
        return None
    return float(roc_auc_score(right, signal))


def auroc_interval(
    signal: Floats, right: Mask, groups: Codes | None = None, n: int = 1000, seed: int = 0
) -> Interval | None:
    """95 % percentile interval of ``auroc``, rows redrawn within groups; None where that is None.

    Rows are counted in at most 400 cells of neighbouring values, where those of one cell are tied
    in a draw; the draws are moved by what that takes from the figure itself.

    Args:
        groups: (N,) codes; None: all rows together.
        n: draws; those without a right or a wrong row are left out.
        seed: of the draws.
    """
    exact = auroc(signal, right)
    if exact is None:
        return None
    cells = _cells(signal)
    place = np.zeros(len(signal), np.int64) if groups is None else groups
    size = int(cells.max()) + 1
    random = np.random.default_rng(seed)
    drawn = np.zeros((n, 2, size), dtype=np.int64)
    for group in np.unique(place):
        own = place == group
        counts = np.bincount(right[own] * size + cells[own], minlength=2 * size)
        drawn += redrawn(counts.reshape(2, size), n, random)
    all_rows = np.bincount(right * size + cells, minlength=2 * size).reshape(1, 2, size)
    tied = _areas(all_rows)[0]
    low, high = quantiles(_areas(drawn) + (exact - tied))
    return max(low, 0.0), min(high, 1.0)


def coverage_curve(signal: Floats, right: Mask, points: int = POINTS) -> tuple[Floats, Floats]:
    """Accuracy on the rows that are trusted most, by the share of rows that is kept.

    Of tied rows each is kept as likely as the others, so that their order is no matter.

    Args:
        signal: (N,) finite.
        right: (N,).
        points: P.

    Returns:
        (P,) shares of rows kept, 1/P … 1; (P,) accuracy on them. Two empty ones without a row.
    """
    if not len(signal):
        return np.empty(0), np.empty(0)
    values, place = np.unique(-signal, return_inverse=True)
    rows = np.cumsum(np.bincount(place, minlength=len(values)))
    hits = np.cumsum(np.bincount(place, right, minlength=len(values)))
    shares = np.arange(1, points + 1) / points
    kept = shares * len(signal)
    return shares, np.interp(kept, [0, *rows], [0, *hits]) / kept


def _cells(signal: Floats) -> NDArray[np.int64]:
    """(N,) ascending cells of about as many rows each; equal values share one."""
    values, place, counts = np.unique(signal, return_inverse=True, return_counts=True)
    if len(values) <= _CELLS:
        return np.asarray(place, dtype=np.int64)
    before = np.cumsum(counts) - counts
    wide = before * _CELLS // len(signal)
    return np.asarray(np.unique(wide, return_inverse=True)[1][place], dtype=np.int64)


def _areas(drawn: NDArray[np.int64]) -> Floats:
    """(S,) AUROC of counts (S, 2, C): wrong rows and right ones per ascending cell."""
    wrong, right = drawn[:, 0].astype(np.float64), drawn[:, 1].astype(np.float64)
    below = np.cumsum(wrong, axis=1) - wrong / 2
    pairs = wrong.sum(axis=1) * right.sum(axis=1)
    held = pairs > 0
    return np.asarray((right * below).sum(axis=1)[held] / pairs[held])

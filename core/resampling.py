"""How far figures of counted rows would vary: draws of *confusion cells* instead of rows.

Drawing rows with replacement is a multinomial over the cells they are counted in: the same
distribution, and ten thousand draws cost what ten cost. Knows counts in the order of
``core.labels.LABELS``; no names, no rows. Shapes: S draws, K classes.

Strata are groups (languages) within which rows are drawn; a part is what one figure is of, made
of one stratum or several, and the figure of several parts is their mean.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from core.cells import Counts, K
from core.metrics import macro_f1_of

Floats = NDArray[np.float64]
Interval = tuple[float, float]
Part = Sequence[Counts]
"""The strata of one part; those without a row are passed over."""

DRAWS = 10_000  # of a randomisation test


def intervals(
    parts: Sequence[Part],
    n: int = 1000,
    seed: int = 0,
    classes: Sequence[str] | None = None,
    level: float = 0.95,
) -> dict[str, Interval]:
    """Percentile intervals of "macro_f1" and "accuracy", both of the same draws.

    Args:
        parts: confusions (K, K) of each stratum of each part.
        n: draws.
        seed: of the draws.
        classes: those scored; None: in each draw the ones that its gold holds.
        level: coverage, in (0, 1).

    Raises:
        ValueError: no part holds a row.
    """
    drawn = _drawn(parts, n, seed)  # (S, K, K) each
    macro = np.mean([macro_f1_of(part, classes) for part in drawn], axis=0)
    right = np.mean([_accuracy_of(part) for part in drawn], axis=0)
    return {"macro_f1": quantiles(macro, level), "accuracy": quantiles(right, level)}


def difference_interval(
    parts: Sequence[Part],
    n: int = 1000,
    seed: int = 0,
    classes: Sequence[str] | None = None,
    level: float = 0.95,
) -> Interval:
    """Percentile interval of macro-F1 of a minus that of b, both on the same redrawn rows.

    Args:
        parts: joint counts (K, K, K) of gold, a and b, of each stratum of each part.
        n, seed, classes, level: as of ``intervals``.

    Raises:
        ValueError: no part holds a row.
    """
    drawn = _drawn(parts, n, seed)  # (S, gold, a, b) each
    changes = [
        macro_f1_of(part.sum(axis=3), classes) - macro_f1_of(part.sum(axis=2), classes)
        for part in drawn
    ]
    return quantiles(np.mean(changes, axis=0), level)


def randomisation(
    cells: Counts, n: int = DRAWS, seed: int = 0, classes: Sequence[str] | None = None
) -> float:
    """Two-sided p of the difference in macro-F1 by paired approximate randomisation.

    In each draw every row swaps its two predictions with probability one half (Yeh, 2000);
    ``p = (1 + #{|d*| ≥ |d|}) / (n + 1)``.

    Args:
        cells: (K, K, K) counts of gold, a and b.
        n, seed, classes: as of ``intervals``.
    """
    first, second = cells.sum(axis=2), cells.sum(axis=1)  # (K, K) each
    observed = macro_f1_of(first[None], classes)[0] - macro_f1_of(second[None], classes)[0]
    moved = _swapped(cells, n, np.random.default_rng(seed))  # (S, K, K)
    drawn = macro_f1_of(first + moved, classes) - macro_f1_of(second - moved, classes)
    extreme = int((np.abs(drawn) >= abs(observed) - 1e-12).sum())
    return (1 + extreme) / (n + 1)


def mcnemar_of(cells: Counts) -> float:
    """Two-sided exact p of the difference in accuracy: a binomial over the rows that differ.

    1 where the two are right on the same rows.

    Args:
        cells: (K, K, K) counts of gold, a and b.
    """
    both = np.einsum("kkk->k", cells).sum()
    only_a = int(np.einsum("kkb->kb", cells).sum() - both)
    only_b = int(np.einsum("kak->ka", cells).sum() - both)
    if only_a + only_b == 0:
        return 1.0
    return float(binomtest(only_a, only_a + only_b, 0.5).pvalue)


def quantiles(figures: Floats, level: float = 0.95) -> Interval:
    """The middle ``level`` of S figures."""
    low, high = np.quantile(figures, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def redrawn(cells: Counts, n: int, random: np.random.Generator) -> Counts:
    """(S, …) counts of as many rows, drawn with replacement; at least one row."""
    total = int(cells.sum())
    drawn = random.multinomial(total, (cells / total).ravel(), size=n)
    return np.asarray(drawn, dtype=np.int64).reshape(n, *cells.shape)


def _drawn(parts: Sequence[Part], n: int, seed: int) -> list[Counts]:
    """The redrawn rows of each part that has any, strata summed."""
    random = np.random.default_rng(seed)
    held = [[cells for cells in part if cells.any()] for part in parts]
    found = [np.sum([redrawn(c, n, random) for c in part], axis=0) for part in held if part]
    if not found:
        raise ValueError("no rows to draw from")
    return found


def _accuracy_of(confusion: Counts) -> Floats:
    """(S,) of confusions (S, K, K)."""
    hits = np.trace(confusion, axis1=1, axis2=2)
    return np.asarray(hits / confusion.sum(axis=(1, 2)), dtype=np.float64)


def _swapped(cells: Counts, n: int, random: np.random.Generator) -> Counts:
    """(S, K, K) what random swaps add to the confusion of a and take from that of b."""
    moved = np.zeros((n, K, K), dtype=np.int64)
    for gold, a, b in np.argwhere(cells).tolist():
        if a != b:
            swaps = random.binomial(cells[gold, a, b], 0.5, size=n)
            moved[:, gold, b] += swaps
            moved[:, gold, a] -= swaps
    return moved

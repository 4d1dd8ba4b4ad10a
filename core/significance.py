"""How sure a macro-F1 is, and whether two systems differ on the same rows.

Bootstrap intervals resample rows within groups (languages); paired approximate randomisation
tests macro-F1, McNemar accuracy. All of them draw *counts of confusion cells* instead of rows,
which is the same distribution and makes ten thousand draws of a million rows cheap. Knows counts
in the order of ``core.labels.LABELS`` (``core.cells`` makes them); no rows and no names. Shapes: S
draws, K classes.

Strata are groups within which rows are drawn; a part is what one figure is of, made of one
stratum or several, and the figure of several parts is their mean.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from core.cells import Counts, K
from core.metrics import macro_f1_of

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Interval = tuple[float, float]
Part = Sequence[Counts]
"""The strata of one part; those without a row are passed over."""

DRAWS = 10_000  # of a randomisation test


def intervals(
    parts: Sequence[Part],
    n: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> dict[str, Interval]:
    """Percentile intervals of "macro_f1" and "accuracy", both of the same draws.

    Macro-F1 is over the classes that a part's gold holds, in every draw: one that a draw happens to
    lack counts 0 there. To leave it out would lift the upper end where a class has few rows.

    Args:
        parts: confusions (K, K) of each stratum of each part.
        n: draws.
        seed: of the draws.
        level: coverage, in (0, 1).

    Raises:
        ValueError: no part holds a row.
    """
    drawn = _drawn(parts, n, seed)  # (S, K, K) each, and its classes
    macro = np.mean([macro_f1_of(part, scored) for part, scored in drawn], axis=0)
    right = np.mean([_accuracy_of(part) for part, _ in drawn], axis=0)
    return {"macro_f1": quantiles(macro, level), "accuracy": quantiles(right, level)}


def difference_interval(
    parts: Sequence[Part],
    n: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> Interval:
    """Percentile interval of macro-F1 of a minus that of b, both on the same redrawn rows.

    Args:
        parts: joint counts (K, K, K) of gold, a and b, of each stratum of each part.
        n, seed, level: as of ``intervals``.

    Raises:
        ValueError: no part holds a row.
    """
    changes = [
        macro_f1_of(part.sum(axis=3), scored) - macro_f1_of(part.sum(axis=2), scored)
        for part, scored in _drawn(parts, n, seed)  # (S, gold, a, b) each
    ]
    return quantiles(np.mean(changes, axis=0), level)


def randomisation(cells: Counts, n: int = DRAWS, seed: int = 0) -> float:
    """Two-sided p of the difference in macro-F1 by paired approximate randomisation.

    In each draw every row swaps its two predictions with probability one half (Yeh, 2000);
    ``p = (1 + #{|d*| ≥ |d|}) / (n + 1)``.

    Args:
        cells: (K, K, K) counts of gold, a and b.
        n, seed: as of ``intervals``.
    """
    first, second = cells.sum(axis=2), cells.sum(axis=1)  # (K, K) each
    observed = macro_f1_of(first[None])[0] - macro_f1_of(second[None])[0]
    moved = _swapped(cells, n, np.random.default_rng(seed))  # (S, K, K)
    drawn = macro_f1_of(first + moved) - macro_f1_of(second - moved)
    extreme = int((np.abs(drawn) >= abs(observed) - 1e-12).sum())
    return (1 + extreme) / (n + 1)


def mcnemar(cells: Counts) -> float:
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


def holm(p_values: Mapping[str, float]) -> dict[str, float]:
    """Holm's step-down correction over several tests (one per language), in the order given.

    The i-th smallest of m is multiplied by ``m − i + 1``, kept ascending and at most 1.
    """
    adjusted: dict[str, float] = {}
    highest = 0.0
    for rank, name in enumerate(sorted(p_values, key=lambda name: p_values[name])):
        highest = max(highest, min((len(p_values) - rank) * p_values[name], 1.0))
        adjusted[name] = highest
    return {name: adjusted[name] for name in p_values}


def quantiles(figures: Floats, level: float = 0.95) -> Interval:
    """The middle ``level`` of S figures."""
    low, high = np.quantile(figures, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def redrawn(cells: Counts, n: int, random: np.random.Generator) -> Counts:
    """(S, …) counts of as many rows, drawn with replacement; at least one row."""
    total = int(cells.sum())
    drawn = random.multinomial(total, (cells / total).ravel(), size=n)
    return np.asarray(drawn, dtype=np.int64).reshape(n, *cells.shape)


def _drawn(parts: Sequence[Part], n: int, seed: int) -> list[tuple[Counts, Bools]]:
    """The redrawn rows of each part that has any, strata summed; and (K,) what its gold holds."""
    random = np.random.default_rng(seed)
    held = [[cells for cells in part if cells.any()] for part in parts]
    found = [
        (np.sum([redrawn(c, n, random) for c in part], axis=0), _held(part))
        for part in held
        if part
    ]
    if not found:
        raise ValueError("no rows to draw from")
    return found


def _held(part: Part) -> Bools:
    """(K,) the classes that the gold of any stratum holds; gold is the first axis."""
    cells = np.sum(part, axis=0)
    return np.asarray(cells.reshape(K, -1).sum(axis=1) > 0)


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

"""Whether one number ranks rows as another does: Spearman, its interval, and a paired comparison.

Knows arrays only. Shapes: S draws, N rows, M signals. A row's ranks are taken anew in every draw,
ties sharing their mean rank, so that a draw's figure is what scipy gives for its rows.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import rankdata, spearmanr

Floats = NDArray[np.float64]
_CHUNK = 250  # draws at a time: bounds the memory


@dataclass(frozen=True, slots=True)
class Correlation:
    """Spearman's ρ of one signal with a truth."""

    rho: float | None  # in [−1, 1]; None where either is constant, or there are fewer than 3 rows
    low: float | None  # percentile interval of the bootstrap over rows
    high: float | None
    p: float | None  # two-sided, of ρ = 0, scipy's
    n: int  # rows where both are known


@dataclass(frozen=True, slots=True)
class Difference:
    """ρ of one signal minus ρ of another on the same rows; fields as of ``Correlation``."""

    difference: float | None
    low: float | None
    high: float | None
    p: float | None  # two-sided: how often a draw crosses zero, see ``compare``
    n: int


def spearman(
    signal: ArrayLike, truth: ArrayLike, n: int = 2000, seed: int = 0, level: float = 0.95
) -> Correlation:
    """Spearman's ρ with a percentile interval; rows where either is NaN are left out.

    Args:
        signal: (N,).
        truth: (N,).
        n: draws of rows with replacement.
        seed: of the draws.
        level: coverage, in (0, 1).

    Raises:
        ValueError: the two are not parallel.
    """
    known = _known(signal, truth)
    rows = known.shape[1]
    if rows < 3 or not _varies(known):
        return Correlation(None, None, None, None, rows)
    found = spearmanr(known[0], known[1])
    drawn = _draws(known, n, seed)[:, 0]
    low, high = _interval(drawn, level)
    return Correlation(float(found.statistic), low, high, float(found.pvalue), rows)


def rank_correlation(signal: ArrayLike, truth: ArrayLike) -> float | None:
    """ρ of ``spearman`` alone, without draws: for a million rows."""
    known = _known(signal, truth)
    if known.shape[1] < 3 or not _varies(known):
        return None
    return float(spearmanr(known[0], known[1]).statistic)


def compare(
    a: ArrayLike,
    b: ArrayLike,
    truth: ArrayLike,
    n: int = 2000,
    seed: int = 0,
    level: float = 0.95,
) -> Difference:
    """ρ(a, truth) − ρ(b, truth) by a paired bootstrap: both on the rows of the same draw.

    ``p = min(1, 2 (1 + min(#{d* ≤ 0}, #{d* ≥ 0})) / (n + 1))``: the level at which the percentile
    interval of the difference begins to hold 0.

    Args:
        a, b: (N,) signals; rows where either is NaN, or the truth, are left out.
        truth: (N,).
        n, seed, level: as of ``spearman``.

    Raises:
        ValueError: the three are not parallel.
    """
    known = _known(a, b, truth)
    rows = known.shape[1]
    if rows < 3 or not _varies(known):
        return Difference(None, None, None, None, rows)
    rho = _rho(_ranks(known)[:, None])[0]
    drawn = _draws(known, n, seed)
    change = drawn[:, 0] - drawn[:, 1]
    change = change[np.isfinite(change)]
    low, high = _interval(change, level)
    crossing = min(int((change <= 0).sum()), int((change >= 0).sum()))
    p = min(1.0, 2 * (1 + crossing) / (len(change) + 1))
    return Difference(float(rho[0] - rho[1]), low, high, p, rows)


def _known(*arrays: ArrayLike) -> Floats:
    """(M, N') the rows that are finite in all."""
    values = [np.asarray(array, dtype=np.float64) for array in arrays]
    if any(value.shape != values[0].shape or value.ndim != 1 for value in values):
        raise ValueError(f"arrays of shapes {', '.join(str(value.shape) for value in values)}")
    table = np.stack(values)
    kept: Floats = table[:, np.isfinite(table).all(axis=0)]
    return kept


def _varies(known: Floats) -> bool:
    return bool((np.ptp(known, axis=1) > 0).all())


def _draws(known: Floats, n: int, seed: int) -> Floats:
    """(S, M − 1) ρ of each signal with the last array in each draw; NaN where one is constant."""
    random = np.random.default_rng(seed)
    rows = known.shape[1]
    parts = []
    for start in range(0, n, _CHUNK):
        chosen = random.integers(0, rows, size=(min(_CHUNK, n - start), rows))
        parts.append(_rho(_ranks(known[:, chosen])))
    return np.concatenate(parts)


def _ranks(drawn: Floats) -> Floats:
    """Ranks along the last axis, ties at their mean."""
    return np.asarray(rankdata(drawn, axis=-1), dtype=np.float64)


def _rho(ranks: Floats) -> Floats:
    """Pearson of ranks (M, S, N) with those of the last array: (S, M − 1)."""
    centred = ranks - ranks.mean(axis=-1, keepdims=True)
    length = np.sqrt((centred**2).sum(axis=-1))  # (M, S)
    product = (centred[:-1] * centred[-1]).sum(axis=-1)  # (M − 1, S)
    both = length[:-1] * length[-1]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(both > 0, product / both, np.nan).T, dtype=np.float64)


def _interval(drawn: Floats, level: float) -> tuple[float, float]:
    low, high = np.nanquantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)

"""How far a system's probabilities can be believed: ECE, log loss, Brier score, temperature.

Expected calibration error as Guo, Pleiss, Sun & Weinberger (ICML 2017) compute it, over bins of
equal width. Knows probabilities and codes; no names, no files. Shapes: N rows, K classes, B bins,
G groups, S draws.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from core.cells import Codes
from core.significance import Interval, quantiles, redrawn

Floats = NDArray[np.floating]

BINS = 15
_FINE = 10  # cells of a bin in which resampled rows are counted
_COLDEST, _WARMEST = 0.02, 50.0  # bounds of a temperature


@dataclass(frozen=True, slots=True)
class Reliability:
    """The curve behind an ECE, and how sure it is."""

    ece: float  # Σ_b n_b / n · |accuracy_b − confidence_b|, in [0, 1]
    interval: Interval
    counts: NDArray[np.int64]  # (B,) rows per bin, which is (low, high]; the first holds 0 too
    confidence: NDArray[np.float64]  # (B,) mean; NaN in an empty bin
    accuracy: NDArray[np.float64]  # (B,)


def reliability(
    confidence: Floats,
    right: NDArray[np.bool_],
    groups: Codes | None = None,
    n: int = 1000,
    seed: int = 0,
    bins: int = BINS,
) -> Reliability:
    """Confidence against accuracy in equal bins of [0, 1].

    Args:
        confidence: (N,) the largest probability of each row, N ≥ 1.
        right: (N,) whether the row's label is its gold.
        groups: (N,) within which rows are redrawn; None: all together.
        n: draws of the interval.
        seed: of the draws.
        bins: B.

    Raises:
        ValueError: no row, or columns that are not parallel.
    """
    values = np.asarray(confidence, dtype=np.float64)
    if values.ndim != 1 or values.shape != right.shape or not len(values):
        raise ValueError(f"confidences of shape {values.shape} for {right.shape} answers")
    place = _bin(values, bins)
    counts = np.bincount(place, minlength=bins)
    held = np.where(counts > 0, counts, np.nan)
    mean = np.bincount(place, values, bins) / held
    accuracy = np.bincount(place, right, bins) / held
    ece = float(np.nansum(counts * np.abs(accuracy - mean)) / len(values))
    interval = _interval(ece, values, right, groups, n, seed, bins)
    return Reliability(ece, interval, counts, mean, accuracy)


def expected_error(confidence: Floats, right: NDArray[np.bool_], bins: int = BINS) -> float:
    """ECE alone. Args and raises: as ``reliability``."""
    return reliability(confidence, right, n=0, bins=bins).ece


def log_loss(shares: Floats, gold: Codes) -> float:
    """Mean −ln p of the gold class, in nats; p is at least the dtype's epsilon, as scikit-learn's.

    Args:
        shares: (N, K), rows sum to 1.
        gold: (N,) codes.
    """
    own = shares[np.arange(len(shares)), gold]
    least = np.finfo(own.dtype).eps
    return float(-np.log(np.clip(own, least, 1 - least).astype(np.float64)).mean())


def brier(shares: Floats, gold: Codes) -> float:
    """Mean over rows of ``Σ_k (p_k − y_k)²``, in [0, 2]; args as of ``log_loss``."""
    own = shares[np.arange(len(shares)), gold].astype(np.float64)
    squares = np.einsum("nk,nk->n", shares, shares, dtype=np.float64)
    return float((squares - 2 * own + 1).mean())


def temperature(shares: Floats, gold: Codes) -> float | None:
    """The T > 0 that minimises the log loss of ``softmax(ln p / T)``.

    Log loss is convex in 1/T, so that the minimum found is the only one.

    Args: as ``log_loss``.

    Returns:
        None where there is none between 0.02 and 50, as of answers that are all right.
    """
    logs = _logs(shares)  # (N, K), at most 0
    own = logs[np.arange(len(logs)), gold].mean(dtype=np.float64)
    raised = np.empty_like(logs)

    def loss(log_t: float) -> float:
        """ln Σ_k p_k^β − β ln p_gold with β = 1/T, mean over rows."""
        beta = np.exp(-log_t)
        np.exp(np.multiply(logs, logs.dtype.type(beta), out=raised), out=raised)
        totals = np.log(raised.sum(axis=1))
        return float(totals.mean(dtype=np.float64) - beta * own)

    bounds = (float(np.log(_COLDEST)), float(np.log(_WARMEST)))
    found = minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-4})
    if min(map(loss, bounds)) <= found.fun + 1e-9:  # it still falls at an end, or is flat
        return None
    return float(np.exp(found.x))


def tempered(shares: Floats, warmth: float) -> Floats:
    """(N, K) ``softmax(ln p / T)``: probabilities at a temperature."""
    raised = np.exp(_logs(shares) / warmth)
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def _logs(shares: Floats) -> Floats:
    """(N, K) ln p less its row's largest: 0 for that one, so that nothing overflows.

    A p of 0 counts as the smallest that the dtype has.
    """
    table = np.asarray(shares)
    logs = np.log(np.maximum(table, np.finfo(table.dtype).tiny))
    logs -= logs.max(axis=1, keepdims=True)
    return np.asarray(logs)


def _bin(confidence: Floats, bins: int) -> NDArray[np.int64]:
    """(N,) which of the bins (low, high] a number of [0, 1] lies in."""
    return np.clip(np.ceil(confidence * bins).astype(np.int64) - 1, 0, bins - 1)


def _interval(
    ece: float,
    confidence: NDArray[np.float64],
    right: NDArray[np.bool_],
    groups: Codes | None,
    n: int,
    seed: int,
    bins: int,
) -> Interval:
    """95 % by resampling rows within groups.

    The ECE of a redrawn sample is larger than that of the sample by about as much as that is
    larger than the truth, so the interval is the reflected one (Davison & Hinkley 1997, 5.2.1):
    ``[2·ece − high, 2·ece − low]``, kept in [0, 1] and wide enough to hold the figure itself.
    Rows are counted in cells a tenth of a bin wide, where each has its cell's mean confidence.
    """
    if not n:
        return ece, ece
    random = np.random.default_rng(seed)
    parts = _by_group(confidence, right, groups)
    drawn = sum(_gaps(own, hits, n, bins, random) for own, hits in parts)  # (S, B)
    low, high = quantiles(np.abs(drawn).sum(axis=1) / len(confidence))
    return float(np.clip(2 * ece - high, 0, ece)), float(np.clip(2 * ece - low, ece, 1))


def _by_group(
    confidence: NDArray[np.float64], right: NDArray[np.bool_], groups: Codes | None
) -> Sequence[tuple[NDArray[np.float64], NDArray[np.bool_]]]:
    if groups is None:
        return [(confidence, right)]
    return [(confidence[groups == g], right[groups == g]) for g in np.unique(groups)]


def _gaps(
    confidence: NDArray[np.float64],
    right: NDArray[np.bool_],
    n: int,
    bins: int,
    random: np.random.Generator,
) -> NDArray[np.float64]:
    """(S, B) Σ (right − confidence) over the rows of each bin, in each draw."""
    wide = _bin(confidence, bins)
    fine = wide * _FINE + _bin(confidence * bins - wide, _FINE)
    cells, places = np.unique(fine * 2 + right, return_inverse=True)
    counts = np.bincount(places)
    mean = np.bincount(places, confidence) / counts
    gaps = redrawn(counts, n, random) * (cells % 2 - mean)  # (S, cells)
    found = np.zeros((n, bins))
    for cell, place in enumerate((cells // 2 // _FINE).tolist()):
        found[:, place] += gaps[:, cell]
    return found

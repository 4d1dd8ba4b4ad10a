"""Trigger figures as the shared task computes them: per tweet first, then the mean over tweets.

Knows 0/1 gold vectors and word scores, parallel to ``text.split(" ")``. Knows no model or file.
"Not computable" is None, never 0: a tweet without gold triggers has no figure at all.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import pearsonr
from sklearn.metrics import average_precision_score

from core.triggers import is_trigger, numerical_labels


@dataclass(frozen=True, slots=True)
class TriggerReport:
    """Means over the tweets that have gold triggers; None where there is no such tweet."""

    f1: float | None
    precision: float | None
    recall: float | None
    map_scores: float | None  # words ranked by score
    map_binary: float | None  # words ranked by 0/1, as the official scorer appears to
    pearson: float | None  # of max(0, score), as submitted
    threshold: float
    n: int  # all tweets
    computable: int  # tweets with gold triggers


def token_f1(gold: ArrayLike, predicted: ArrayLike) -> tuple[float, float, float] | None:
    """Precision, recall and F1 of one tweet's words.

    Args:
        gold: (W,) 0/1.
        predicted: (W,) 0/1.

    Returns:
        (p, r, f1) in [0, 1]; all 0 where none was predicted; None without gold triggers.

    Raises:
        ValueError: the vectors are not parallel.
    """
    truth, guess = (vector > 0 for vector in _parallel(gold, predicted))
    if not truth.any():
        return None
    hits, count = int((truth & guess).sum()), int(guess.sum())
    precision, recall = hits / max(count, 1), hits / int(truth.sum())
    return precision, recall, 2 * hits / (count + int(truth.sum()))


def average_precision(gold: ArrayLike, scores: ArrayLike) -> float | None:
    """Average precision of one tweet's ranking (scikit-learn's); None without gold triggers."""
    truth, ranking = _parallel(gold, scores)
    if not (truth > 0).any():
        return None
    return float(average_precision_score(truth > 0, ranking))


def pearson(gold: ArrayLike, scores: ArrayLike) -> float | None:
    """Pearson's r of one tweet's scores with its 0/1 gold, in [−1, 1].

    0 where either vector is constant (all words triggers, or all scores equal); None without
    gold triggers.
    """
    truth, values = _parallel(gold, scores)
    if not (truth > 0).any():
        return None
    if np.ptp(truth) == 0 or np.ptp(values) == 0:
        return 0.0
    r = float(pearsonr(truth, values - values.mean()).statistic)
    return r if math.isfinite(r) else 0.0


def trigger_report(
    golds: Sequence[ArrayLike],
    scores: Sequence[ArrayLike],
    threshold: float,
    scored: Sequence[ArrayLike] | None = None,
) -> TriggerReport:
    """All trigger figures of one system.

    Args:
        golds: one (W,) 0/1 vector per tweet.
        scores: one (W,) vector per tweet, as ``core.triggers.word_scores`` returns.
        threshold: a scored word is a trigger where its score ≥ this.
        scored: one (W,) mask per tweet; None: every word was scored.

    Raises:
        ValueError: the lists or their vectors are not parallel.
    """
    masks = [np.ones(np.shape(own), dtype=bool) for own in scores] if scored is None else scored
    tweets = list(zip(golds, scores, masks, strict=True))
    binary = [is_trigger(own, mask, threshold) for _, own, mask in tweets]
    found = [token_f1(gold, own) for gold, own in zip(golds, binary, strict=True)]
    kept = [figures for figures in found if figures is not None]
    return TriggerReport(
        precision=_mean(figures[0] for figures in kept),
        recall=_mean(figures[1] for figures in kept),
        f1=_mean(figures[2] for figures in kept),
        map_scores=_mean(average_precision(gold, own) for gold, own, _ in tweets),
        map_binary=_mean(average_precision(g, own) for g, own in zip(golds, binary, strict=True)),
        pearson=_mean(pearson(gold, numerical_labels(own)) for gold, own, _ in tweets),
        threshold=threshold,
        n=len(tweets),
        computable=len(kept),
    )


def _mean(figures: Iterable[float | None]) -> float | None:
    """Mean of the computable ones, None if there is none."""
    known = [figure for figure in figures if figure is not None]
    return sum(known) / len(known) if known else None


def _parallel(gold: ArrayLike, other: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Both as vectors of one length, or ValueError."""
    first, second = np.asarray(gold, dtype=np.float64), np.asarray(other, dtype=np.float64)
    if first.shape != second.shape or first.ndim != 1:
        raise ValueError(f"{first.shape} gold and {second.shape} predicted words")
    return first, second

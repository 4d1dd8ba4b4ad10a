"""Trigger figures as the shared task computes them: per tweet first, then the mean over tweets.

Knows 0/1 gold vectors and word scores, parallel to ``text.split(" ")``. Knows no model or file;
how a threshold is chosen is ``core.trigger_sweep``. "Not computable" is None, never 0: a tweet
without gold triggers has no figure at all.
"""

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.triggers import is_trigger, numerical_labels

Floats = NDArray[np.float64]

FIGURES = ("precision", "recall", "f1", "map_binary", "map_scores", "pearson")
AT_ONCE = 2**22  # numbers that a bootstrap draws at once


@dataclass(frozen=True, slots=True)
class TriggerReport:
    """Means over the tweets that have gold triggers; None where there is no such tweet."""

    f1: float | None
    precision: float | None
    recall: float | None
    map_scores: float | None  # words ranked by score
    map_binary: float | None  # words ranked by 0/1, as the official scorer appears to
    pearson: float | None  # of max(0, score), as submitted
    threshold: float | None
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
    """Average precision of one tweet's ranking, as scikit-learn has it; None without gold triggers.

    Σ over distinct scores, best first: the recall gained there × the precision there. Written out,
    since checks of scikit-learn's take twenty times as long as a tweet's words.
    """
    truth, ranking = _parallel(gold, scores)
    positive = truth > 0
    if not positive.any():
        return None
    order = np.argsort(-ranking, kind="stable")
    ordered = ranking[order]
    ends = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True))  # of words that tie
    hits = np.cumsum(positive[order])[ends]
    gained = np.diff(hits, prepend=0)
    return float((gained * hits / (ends + 1)).sum() / positive.sum())


def pearson(gold: ArrayLike, scores: ArrayLike) -> float | None:
    """Pearson's r of one tweet's scores with its 0/1 gold, in [−1, 1].

    0 where either vector is constant (all words triggers, or all scores equal); None without
    gold triggers.
    """
    truth, values = _parallel(gold, scores)
    if not (truth > 0).any():
        return None
    first, second = _centred(truth), _centred(values)
    lengths = math.sqrt(float(first @ first) * float(second @ second))
    return min(max(float(first @ second) / lengths, -1.0), 1.0) if lengths > 0 else 0.0


def _centred(values: Floats) -> Floats:
    """Values minus their mean, the largest about 1; all 0 where they are equal."""
    if np.ptp(values) == 0:
        return np.zeros_like(values)
    centred = values - values.mean()
    centred /= np.abs(centred).max()  # the squares of tiny numbers would be 0
    return np.asarray(centred - centred.mean(), dtype=np.float64)


class Tally:
    """Figures of one system, tweet after tweet: six numbers of each are kept, no scores.

    Args:
        threshold: a scored word is a trigger where its score ≥ this; None: the system has none,
            and no figure that needs one.
    """

    def __init__(self, threshold: float | None) -> None:
        self.threshold = threshold
        self._tweets = 0
        self._figures = array("d")  # of each tweet with gold, in the order of FIGURES

    def add(self, gold: ArrayLike, scores: ArrayLike, scored: ArrayLike) -> None:
        """Count a tweet.

        Args:
            gold: (W,) 0/1.
            scores: (W,), as ``core.triggers.word_scores`` returns.
            scored: (W,) true where a word was read.

        Raises:
            ValueError: the vectors are not parallel.
        """
        ranking, r = average_precision(gold, scores), pearson(gold, numerical_labels(scores))
        self._tweets += 1
        if ranking is None or r is None:
            return
        self._figures.extend((*self._at_threshold(gold, scores, scored), ranking, r))

    def _at_threshold(
        self, gold: ArrayLike, scores: ArrayLike, scored: ArrayLike
    ) -> tuple[float, float, float, float]:
        """Precision, recall, F1 and average precision of the 0/1 answer."""
        if self.threshold is None:
            return (math.nan,) * 4
        binary = is_trigger(scores, scored, self.threshold)
        found, ranking = token_f1(gold, binary), average_precision(gold, binary)
        assert found is not None and ranking is not None  # there is gold
        return (*found, ranking)

    def values(self, figure: str) -> Floats:
        """One figure of FIGURES for each tweet that has it: (n,)."""
        table = np.array(self._figures).reshape(-1, len(FIGURES))
        column = table[:, FIGURES.index(figure)]
        return column[~np.isnan(column)]

    def report(self) -> TriggerReport:
        """Means over the tweets so far."""
        means = {name: _mean(self.values(name)) for name in FIGURES}
        computable = len(self._figures) // len(FIGURES)
        return TriggerReport(
            **means, threshold=self.threshold, n=self._tweets, computable=computable
        )

    def interval(self, figure: str, draws: int, seed: int) -> tuple[float, float] | None:
        """95 % percentile bootstrap interval of a figure's mean, tweets being drawn.

        Args:
            figure: one of FIGURES.
            draws: resamples of the tweets.
            seed: of the draws.

        Returns:
            (low, high); None without tweets, threshold or draws.
        """
        own = self.values(figure)
        if not len(own) or draws < 1:
            return None
        random, most = np.random.default_rng(seed), max(1, AT_ONCE // len(own))
        sizes = [(min(most, draws - start), len(own)) for start in range(0, draws, most)]
        means = [own[random.integers(len(own), size=size)].mean(axis=1) for size in sizes]
        low, high = np.quantile(np.concatenate(means), [0.025, 0.975])
        return float(low), float(high)


def trigger_report(
    golds: Sequence[ArrayLike],
    scores: Sequence[ArrayLike],
    threshold: float | None,
    scored: Sequence[ArrayLike] | None = None,
) -> TriggerReport:
    """All trigger figures of one system.

    Args:
        golds: one (W,) 0/1 vector per tweet.
        scores: one (W,) vector per tweet, as ``core.triggers.word_scores`` returns.
        threshold: a scored word is a trigger where its score ≥ this; None: there is none.
        scored: one (W,) mask per tweet; None: every word was scored.

    Raises:
        ValueError: the lists or their vectors are not parallel.
    """
    return tally(golds, scores, threshold, scored).report()


def tally(
    golds: Sequence[ArrayLike],
    scores: Sequence[ArrayLike],
    threshold: float | None,
    scored: Sequence[ArrayLike] | None = None,
) -> Tally:
    """All tweets counted; arguments and errors are those of ``trigger_report``."""
    masks = [np.ones(np.shape(own), dtype=bool) for own in scores] if scored is None else scored
    found = Tally(threshold)
    for tweet in zip(golds, scores, masks, strict=True):
        found.add(*tweet)
    return found


def _mean(values: Floats) -> float | None:
    return float(values.mean()) if len(values) else None


def _parallel(gold: ArrayLike, other: ArrayLike) -> tuple[Floats, Floats]:
    """Both as vectors of one length, or ValueError."""
    first, second = np.asarray(gold, dtype=np.float64), np.asarray(other, dtype=np.float64)
    if first.shape != second.shape or first.ndim != 1:
        raise ValueError(f"{first.shape} gold and {second.shape} predicted words")
    return first, second

"""Thresholds of word scores: mean token F1 at each of many, and the best one.

Knows word scores and 0/1 gold vectors, parallel to ``text.split(" ")``. Knows no model or file.
The best threshold of labelled validation tweets is what a checkpoint keeps; that of the very
tweets that are scored is an oracle, which ranks nothing. Shapes: W words, G thresholds.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Tweet = tuple[Floats, Mask, Mask]
"""(W,) scores, gold, scored."""

POINTS = 200  # thresholds of a sweep at most
HELD = 65_536  # scores that thresholds of a sweep are drawn from


@dataclass(frozen=True, slots=True)
class Sweep:
    """Mean per-tweet token F1 at each of G thresholds, ascending."""

    threshold: tuple[float, ...]
    f1: tuple[float, ...]

    @property
    def best(self) -> tuple[float, float] | None:
        """The oracle: (threshold, F1), the highest threshold of equally good ones."""
        pairs = list(zip(self.f1, self.threshold, strict=True))
        return max(pairs)[::-1] if pairs else None

    def to_dict(self) -> dict[str, list[float]]:
        """Plain lists, for JSON."""
        return {"threshold": list(self.threshold), "f1": list(self.f1)}


class Curve:
    """Mean F1 at fixed thresholds, one tweet after another: no tweet is kept.

    Args:
        thresholds: (G,) ascending.
    """

    def __init__(self, thresholds: Floats) -> None:
        self.thresholds = thresholds
        self._total = np.zeros(len(thresholds))
        self._tweets = 0

    def add(self, scores: Floats, gold: Mask, scored: Mask) -> None:
        """Count a tweet; one without gold triggers has no F1 and does not count."""
        if not gold.any():
            return
        predicted = _reaching(self.thresholds, scores[scored])
        hits = _reaching(self.thresholds, scores[scored & gold])
        self._total += 2 * hits / (predicted + gold.sum())
        self._tweets += 1

    @property
    def f1(self) -> Floats:
        """(G,) means over the tweets so far; 0 where none predicts a gold word."""
        return np.asarray(self._total / max(self._tweets, 1), dtype=np.float64)

    def sweep(self) -> Sweep:
        """Thresholds and means; empty without a tweet."""
        if not self._tweets:
            return Sweep((), ())
        return Sweep(tuple(self.thresholds.tolist()), tuple(self.f1.tolist()))


class Sample:
    """Every n-th of any number of scores, n being doubled whenever more than ``HELD`` are held."""

    def __init__(self) -> None:
        self._step, self._seen = 1, 0
        self._parts: list[Floats] = []

    def add(self, scores: Floats) -> None:
        """Take the next scores."""
        self._parts.append(scores[-self._seen % self._step :: self._step])
        self._seen += len(scores)
        while self._seen > HELD * self._step:
            self._parts = [self.values[::2]]
            self._step *= 2

    @property
    def values(self) -> Floats:
        """Those that are held."""
        return np.concatenate([np.empty(0), *self._parts])

    def thresholds(self, points: int = POINTS) -> Floats:
        """(G,) ascending: all distinct scores where they are so few, else that many quantiles."""
        values = self.values
        distinct = np.unique(values)
        if len(distinct) <= points:
            return distinct
        return np.unique(np.quantile(values, np.linspace(0, 1, points), method="nearest"))


def sweep(
    scores: Sequence[ArrayLike],
    gold: Sequence[ArrayLike],
    scored: Sequence[ArrayLike] | None = None,
    points: int = POINTS,
) -> Sweep:
    """Mean per-tweet token F1 over thresholds; tweets without gold triggers do not count.

    Args:
        scores: one (W,) array per tweet.
        gold: one (W,) array of 0/1 per tweet.
        scored: one (W,) mask per tweet, as ``core.triggers.word_scores`` returns; None: all
            words scored.
        points: G at most: every distinct score where there are no more, else quantiles.

    Returns:
        Empty where no tweet has a gold trigger, or no word of such a tweet was scored.

    Raises:
        ValueError: the lists or their arrays are not parallel.
    """
    tweets, sample = _with_gold(scores, gold, scored), Sample()
    for own, _, mask in tweets:
        sample.add(own[mask])
    thresholds = sample.thresholds(points)
    return _curve(thresholds, tweets).sweep() if len(thresholds) else Sweep((), ())


def best_threshold(
    scores: Sequence[ArrayLike],
    gold: Sequence[ArrayLike],
    scored: Sequence[ArrayLike] | None = None,
) -> tuple[float, float]:
    """The threshold with the highest mean per-tweet token F1, searched exactly.

    Candidates are all midpoints between neighbouring scores of scored words, and one below all;
    of equally good ones the highest is taken. Tweets without gold triggers have no F1 and do
    not count; a tweet with none predicted scores 0.

    Args:
        scores, gold, scored: as for ``sweep``.

    Returns:
        (threshold, mean F1 at it).

    Raises:
        ValueError: the lists or their arrays are not parallel, or no tweet has a gold trigger.
    """
    tweets = _with_gold(scores, gold, scored)
    if not any(mask.any() for _, _, mask in tweets):
        raise ValueError("no scored word in a tweet with gold triggers to choose a threshold on")
    values = np.unique(np.concatenate([own[mask] for own, _, mask in tweets]))
    f1 = _curve(values, tweets).f1
    best = len(values) - 1 - int(np.argmax(f1[::-1]))  # the highest of equals
    below = values[best - 1] if best else values[0] - 1.0
    middle = float((below + values[best]) / 2)
    return (middle if below < middle <= values[best] else float(values[best])), float(f1[best])


def _curve(thresholds: Floats, tweets: Sequence[Tweet]) -> Curve:
    found = Curve(thresholds)
    for scores, gold, scored in tweets:
        found.add(scores, gold, scored)
    return found


def _with_gold(
    scores: Sequence[ArrayLike], gold: Sequence[ArrayLike], scored: Sequence[ArrayLike] | None
) -> list[Tweet]:
    """Tweets that have gold triggers, or ValueError where anything is not parallel."""
    masks = [np.ones(np.shape(own), dtype=bool) for own in scores] if scored is None else scored
    tweets = [_checked(*tweet) for tweet in zip(scores, gold, masks, strict=True)]
    return [tweet for tweet in tweets if tweet[1].any()]


def _checked(scores: ArrayLike, gold: ArrayLike, mask: ArrayLike) -> Tweet:
    own, truth = np.asarray(scores, dtype=np.float64), np.asarray(gold).astype(bool)
    read = np.asarray(mask, dtype=bool)
    if not own.shape == truth.shape == read.shape or own.ndim != 1:
        raise ValueError(f"scores {own.shape}, gold {truth.shape}, scored {read.shape}")
    return own, truth, read


def _reaching(values: Floats, scores: Floats) -> NDArray[np.int64]:
    """How many scores are ≥ each value."""
    below = np.searchsorted(np.sort(scores), values, side="left")
    return np.asarray(len(scores) - below, dtype=np.int64)

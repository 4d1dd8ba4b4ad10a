"""Trigger figures of one model on labelled tweets; of words at random and of all words beside them.

Brings records and ``core.trigger_metrics`` together, and lays figures out as tables; knows no file
and no threshold search.
"""

import random
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from core.records import Example, TokenScores
from core.trigger_metrics import TriggerReport, tally, trigger_report
from train.report import markdown_table, shown

Floats = NDArray[np.float64]


def score_arrays(
    rows: list[Example], scores: list[TokenScores]
) -> tuple[list[np.ndarray], list[np.ndarray], list[np.ndarray]]:
    """(scores, gold, scored) of each tweet, arrays of W words."""
    return (
        [np.array([word.score for word in tweet.words]) for tweet in scores],
        [np.array(row.triggers) for row in rows],
        [np.array([word.scored for word in tweet.words]) for tweet in scores],
    )


def report_on(rows: list[Example], scores: list[TokenScores], threshold: float) -> TriggerReport:
    """All trigger figures at a threshold."""
    own, gold, scored = score_arrays(rows, scores)
    return trigger_report(gold, own, threshold, scored)


def random_words(
    rows: list[Example], scores: list[TokenScores], threshold: float, seed: int
) -> TriggerReport:
    """The same scores, shuffled within each tweet: what words at random would reach."""
    own, gold, scored = score_arrays(rows, scores)
    return trigger_report(gold, shuffled(own, seed), threshold, scored)


def shuffled(scores: Sequence[Floats], seed: int) -> list[Floats]:
    """Each tweet's scores in another order."""
    rng = random.Random(seed)
    return [np.array(rng.sample(list(values), len(values))) for values in scores]


def every_word(scores: Sequence[Floats]) -> list[Floats]:
    """A score of 1 for each word: all that are read are triggers, and none is before another."""
    return [np.ones_like(values) for values in scores]


def with_intervals(
    gold: Sequence[Floats],
    own: Sequence[Floats],
    scored: Sequence[Floats],
    threshold: float,
    draws: int,
    seed: int,
) -> dict[str, float | int | None]:
    """``figures_of`` a report, token F1 and MAP with 95 % bootstrap intervals over tweets.

    Args:
        gold, own, scored: as ``score_arrays`` gives them.
        draws: resamples of the tweets that have gold triggers.
    """
    counted = tally(gold, own, threshold, scored)
    figures = figures_of(counted.report())
    for name, figure in (("f1", "f1"), ("map", "map_scores")):
        low, high = counted.interval(figure, draws, seed) or (None, None)
        figures.update({f"{name}_low": low, f"{name}_high": high})
    return figures


def figures_of(report: TriggerReport) -> dict[str, float | int | None]:
    """The figures of a report by name."""
    return {
        "threshold": report.threshold,
        "f1": report.f1,
        "precision": report.precision,
        "recall": report.recall,
        "map_scores": report.map_scores,
        "map_binary": report.map_binary,
        "pearson": report.pearson,
        "tweets": report.n,
    }


def methods_table(by_method: Mapping[str, Mapping[str, float | int | None]]) -> str:
    """Markdown: the figures of each method at its threshold, the best F1 first."""
    head = ("method", "threshold", "token F1", "P", "R", "MAP", "MAP of 0/1", "Pearson")
    names = ("threshold", "f1", "precision", "recall", "map_scores", "map_binary", "pearson")
    best = sorted(by_method.items(), key=lambda pair: -(pair[1]["f1"] or 0))
    lines = [(method, *(shown(found[name]) for name in names)) for method, found in best]
    return markdown_table(head, lines)

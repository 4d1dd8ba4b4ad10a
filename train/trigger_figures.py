"""Trigger figures of one model on labelled tweets, and of words at random beside them.

Brings records and ``core.trigger_metrics`` together; knows no file and no threshold search.
"""

import random

import numpy as np

from core.records import Example, TokenScores
from core.trigger_metrics import TriggerReport, trigger_report


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
    rng = random.Random(seed)
    own, gold, scored = score_arrays(rows, scores)
    shuffled = [np.array(rng.sample(list(values), len(values))) for values in own]
    return trigger_report(gold, shuffled, threshold, scored)


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

"""One system against gold, and two systems against each other: figures from counted rows.

The same for the tab, the endpoint and the recipe ``evaluate``. Knows counts in the order of
``core.labels.LABELS`` and names of languages; no rows and no file. Shapes: K classes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import numpy as np

from core.cells import Counts
from core.evaluation.schema import MeanScores, Scores, Test
from core.labels import LABELS
from core.metrics import pooled, report_of
from core.significance import (
    Interval,
    Part,
    difference_interval,
    holm,
    intervals,
    mcnemar,
    randomisation,
)


def strata(by_language: Mapping[str, Counts]) -> list[Counts]:
    """In alphabetical order, in which draws go through languages wherever they come from."""
    return [by_language[code] for code in sorted(by_language)]


def scores(languages: Part, draws: int, seed: int) -> Scores:
    """Every figure of one system on one set of rows.

    Args:
        languages: (K, K) confusions, within which rows are redrawn; see ``strata``.
        draws: of the intervals.
        seed: of the draws.

    Raises:
        ValueError: no row.
    """
    report = report_of(_summed(languages))
    drawn = intervals([languages], draws, seed)
    return {
        "n": report.n,
        "macro_f1": report.macro_f1,
        "macro_precision": report.macro_precision,
        "macro_recall": report.macro_recall,
        "micro_f1": report.micro_f1,
        "micro_precision": report.micro_precision,
        "micro_recall": report.micro_recall,
        "weighted_f1": report.weighted_f1,
        "weighted_precision": report.weighted_precision,
        "weighted_recall": report.weighted_recall,
        "accuracy": report.accuracy,
        "macro_f1_all": report.macro_f1_all,
        "classes": list(report.classes),
        "absent": [label for label in LABELS if label not in report.classes],
        "per_class": {name: asdict(own) for name, own in report.per_class.items()},  # type: ignore[misc]
        "confusion": [list(row) for row in report.confusion],
        "intervals": {name: list(ends) for name, ends in drawn.items()},
    }


def mean_scores(parts: Mapping[str, Part], draws: int, seed: int) -> MeanScores | None:
    """The mean over parts, each counting once; None of fewer than two.

    Args:
        parts: name (a language, a file) → confusions (K, K) of its strata.
        draws, seed: of the interval.
    """
    if len(parts) < 2:
        return None
    mean = pooled({name: report_of(_summed(own)) for name, own in parts.items()})
    return {
        "macro_f1": mean.macro_f1,
        "macro_precision": mean.macro_precision,
        "macro_recall": mean.macro_recall,
        "accuracy": mean.accuracy,
        "languages": list(parts),
        "interval": list(intervals(list(parts.values()), draws, seed)["macro_f1"]),
    }


def difference(parts: Sequence[Part], draws: int, seed: int) -> tuple[float, Interval]:
    """Macro-F1 of a minus that of b, the mean over parts, with its interval by paired bootstrap.

    Args:
        parts: joint counts (K, K, K) of gold, a and b, of the strata of each part.

    Raises:
        ValueError: no row.
    """
    cubes = [_summed(own) for own in parts]
    changes = [
        report_of(cube.sum(axis=2)).macro_f1 - report_of(cube.sum(axis=1)).macro_f1
        for cube in cubes
    ]
    return sum(changes) / len(changes), difference_interval(parts, draws, seed)


def tests(a: str, b: str, by_language: Mapping[str, Counts], draws: int, seed: int) -> list[Test]:
    """Two systems on the same rows: all of them first, then each language, with Holm over these.

    Args:
        by_language: code → (K, K, K) joint counts of gold, a and b; none without a row.
    """
    if not by_language:
        return []
    sets = {"": strata(by_language), **{code: [own] for code, own in by_language.items()}}
    found = [_test(a, b, code, own, draws, seed) for code, own in sets.items()]
    adjusted = holm({test["language"]: test["randomisation_p"] for test in found[1:]})
    for test in found[1:]:
        test["holm_p"] = adjusted[test["language"]]
    return found


def _test(a: str, b: str, language: str, part: Part, draws: int, seed: int) -> Test:
    cube = _summed(part)
    change, ends = difference([part], draws, seed)
    return {
        "a": a,
        "b": b,
        "language": language,
        "n": int(cube.sum()),
        "difference": change,
        "interval": list(ends),
        "randomisation_p": randomisation(cube, seed=seed),
        "holm_p": None,
        "mcnemar_p": mcnemar(cube),
    }


def _summed(part: Part) -> Counts:
    """One table of counts out of those of its strata."""
    return np.sum(list(part), axis=0, dtype=np.int64)

"""How sure a macro-F1 is, and whether two systems differ on the same rows: by label names.

Bootstrap intervals resample rows within groups (languages); paired approximate randomisation
tests macro-F1, McNemar accuracy. The draws are ``core.resampling``'s, which takes counts; this
is the door for rows. Knows label names only.
"""

from collections.abc import Mapping, Sequence

from core.cells import Counts, confusions, encode, grouped, joint
from core.labels import LABELS
from core.metrics import Classes, scored_classes
from core.resampling import (
    Interval,
    Part,
    difference_interval,
    intervals,
    mcnemar_of,
    randomisation,
)


def bootstrap_intervals(
    gold: Sequence[str],
    predicted: Sequence[str],
    groups: Sequence[str] | None = None,
    n: int = 1000,
    seed: int = 0,
    *,
    classes: Classes = "present",
    average_groups: bool = False,
    level: float = 0.95,
) -> dict[str, Interval]:
    """Percentile intervals of "macro_f1" and "accuracy", rows resampled within each group.

    Args:
        gold: label names.
        predicted: label names, parallel.
        groups: a language per row; None resamples all rows together.
        n: draws.
        seed: of the draws.
        classes: as in ``core.metrics.classification``; "present" means present in the draw.
        average_groups: False scores all rows of a draw together, True takes the mean of the
            groups' figures, as ``core.metrics.pooled`` does.
        level: coverage, in (0, 1).

    Returns:
        (low, high) in [0, 1] each.

    Raises:
        ValueError: no rows, lengths differ, or an unknown label.
    """
    place, names = grouped(groups, len(gold))
    cells = confusions(encode(gold), encode(predicted), place, len(names))
    return intervals(_parts(cells, average_groups), n, seed, _fixed(gold, classes), level)


def bootstrap_macro_f1(
    gold: Sequence[str],
    predicted: Sequence[str],
    groups: Sequence[str] | None = None,
    n: int = 1000,
    seed: int = 0,
    *,
    classes: Classes = "present",
    average_groups: bool = False,
    level: float = 0.95,
) -> Interval:
    """``bootstrap_intervals`` of macro-F1 alone."""
    found = bootstrap_intervals(
        gold,
        predicted,
        groups,
        n,
        seed,
        classes=classes,
        average_groups=average_groups,
        level=level,
    )
    return found["macro_f1"]


def bootstrap_difference(
    gold: Sequence[str],
    a: Sequence[str],
    b: Sequence[str],
    groups: Sequence[str] | None = None,
    n: int = 1000,
    seed: int = 0,
    *,
    classes: Classes = "present",
    average_groups: bool = False,
    level: float = 0.95,
) -> Interval:
    """Percentile interval of macro-F1 of ``a`` minus that of ``b``, both on the same redrawn rows.

    Args:
        gold: label names.
        a: one system's labels, parallel.
        b: the other's, parallel.
        groups, n, seed, classes, average_groups, level: as in ``bootstrap_intervals``.

    Returns:
        (low, high) in [−1, 1].

    Raises:
        ValueError: no rows, lengths differ, or an unknown label.
    """
    place, names = grouped(groups, len(gold))
    cells = _joint(gold, a, b, place, len(names))
    return difference_interval(_parts(cells, average_groups), n, seed, _fixed(gold, classes), level)


def randomisation_test(
    gold: Sequence[str],
    a: Sequence[str],
    b: Sequence[str],
    n: int = 10_000,
    seed: int = 0,
    *,
    classes: Classes = "present",
) -> float:
    """Two-sided p of the difference in macro-F1: ``core.resampling.randomisation``.

    Args:
        gold: label names.
        a: one system's labels, parallel.
        b: the other's, parallel.
        n: draws.
        seed: of the draws.
        classes: as in ``core.metrics.classification``.

    Raises:
        ValueError: no rows, lengths differ, or an unknown label.
    """
    return randomisation(_joint(gold, a, b)[0], n, seed, scored_classes(gold, LABELS, classes))


def mcnemar(gold: Sequence[str], a: Sequence[str], b: Sequence[str]) -> float:
    """Two-sided exact p of the difference in accuracy; 1 where both are right on the same rows.

    Raises:
        ValueError: lengths differ, or an unknown label.
    """
    return mcnemar_of(_joint(gold, a, b)[0])


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


def _joint(
    gold: Sequence[str],
    a: Sequence[str],
    b: Sequence[str],
    place: Counts | None = None,
    of: int = 1,
) -> Counts:
    if not len(gold) == len(a) == len(b):
        raise ValueError(f"{len(gold)} gold, {len(a)} and {len(b)} labels")
    return joint(encode(gold), encode(a), encode(b), place, of)


def _parts(cells: Counts, average_groups: bool) -> list[Part]:
    """Each group on its own, or all of them as the strata of one figure."""
    return [[own] for own in cells] if average_groups else [list(cells)]


def _fixed(gold: Sequence[str], classes: Classes) -> Sequence[str] | None:
    return None if classes == "present" else scored_classes(gold, LABELS, classes)

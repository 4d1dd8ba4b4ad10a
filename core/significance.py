"""How sure a macro-F1 is, and whether two systems differ on the same rows.

Knows label names only. Bootstrap intervals resample rows within groups (languages); paired
approximate randomisation tests macro-F1, McNemar accuracy. Both draw *counts of confusion cells*
instead of rows, which is the same distribution and makes ten thousand draws cheap.
Shapes: S draws, K classes.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from core.labels import LABELS
from core.metrics import Classes, confusion_matrix, encode, scored_classes

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


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
) -> tuple[float, float]:
    """Percentile interval of macro-F1, rows resampled within each group.

    Args:
        gold: label names.
        predicted: label names, parallel.
        groups: a language per row; None resamples all rows together.
        n: draws.
        seed: of the draws.
        classes: as in ``core.metrics.classification``; "present" means present in the draw.
        average_groups: False scores all rows of a draw together, True takes the mean of the
            groups' macro-F1, as ``core.metrics.pooled`` does.
        level: coverage, in (0, 1).

    Returns:
        (low, high) in [0, 1].

    Raises:
        ValueError: no rows, lengths differ, or an unknown label.
    """
    names = [""] * len(gold) if groups is None else list(groups)
    if len(names) != len(gold):
        raise ValueError(f"{len(names)} groups for {len(gold)} rows")
    random = np.random.default_rng(seed)
    draws = [_redraw(cells, n, random) for cells in _cells_by_group(gold, predicted, names)]
    fixed = None if classes == "present" else scored_classes(gold, LABELS, classes)
    if average_groups:
        figures = np.mean([macro_f1_of(draw, fixed) for draw in draws], axis=0)
    else:
        figures = macro_f1_of(np.sum(draws, axis=0), fixed)
    low, high = np.quantile(figures, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


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
) -> tuple[float, float]:
    """Percentile interval of macro-F1 of ``a`` minus that of ``b``, both on the same redrawn rows.

    Args:
        gold: label names.
        a: one system's labels, parallel.
        b: the other's, parallel.
        groups, n, seed, classes, average_groups, level: as in ``bootstrap_macro_f1``.

    Returns:
        (low, high) in [−1, 1].

    Raises:
        ValueError: no rows, lengths differ, or an unknown label.
    """
    names = np.array([""] * len(gold) if groups is None else list(groups))
    if not len(names) == len(gold) == len(a) == len(b) or not len(gold):
        raise ValueError(f"{len(gold)} gold, {len(a)} and {len(b)} labels, {len(names)} groups")
    random = np.random.default_rng(seed)
    cells = _joint_cells(gold, a, b)  # (n,)
    draws = [
        _redraw(np.bincount(cells[names == name], minlength=len(LABELS) ** 3), n, random)
        for name in dict.fromkeys(names.tolist())
    ]
    parts = draws if average_groups else [np.sum(draws, axis=0)]
    fixed = None if classes == "present" else scored_classes(gold, LABELS, classes)
    figures = np.mean([_difference_of(part, fixed) for part in parts], axis=0)  # (S,)
    low, high = np.quantile(figures, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def randomisation_test(
    gold: Sequence[str],
    a: Sequence[str],
    b: Sequence[str],
    n: int = 10_000,
    seed: int = 0,
    *,
    classes: Classes = "present",
) -> float:
    """Two-sided p of the difference in macro-F1 by paired approximate randomisation.

    In each draw every row swaps its two predictions with probability one half (Yeh, 2000);
    ``p = (1 + #{|d*| ≥ |d|}) / (n + 1)``.

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
    scored = scored_classes(gold, LABELS, classes)
    first, second = confusion_matrix(gold, a), confusion_matrix(gold, b)
    observed = macro_f1_of(first[None], scored)[0] - macro_f1_of(second[None], scored)[0]
    moved = _swapped(gold, a, b, n, np.random.default_rng(seed))  # (S, K, K)
    drawn = macro_f1_of(first + moved, scored) - macro_f1_of(second - moved, scored)
    extreme = int((np.abs(drawn) >= abs(observed) - 1e-12).sum())
    return (1 + extreme) / (n + 1)


def mcnemar(gold: Sequence[str], a: Sequence[str], b: Sequence[str]) -> float:
    """Two-sided exact p of the difference in accuracy: a binomial over the rows that differ.

    1 where the two are right on the same rows.

    Raises:
        ValueError: lengths differ.
    """
    pairs = [(x == truth, y == truth) for truth, x, y in zip(gold, a, b, strict=True)]
    only_a = sum(x and not y for x, y in pairs)
    only_b = sum(y and not x for x, y in pairs)
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


def macro_f1_of(confusion: Counts, classes: Sequence[str] | None = None) -> Floats:
    """Macro-F1 of many confusion matrices at once: ``F1_k = 2·hits / (gold + predicted)``.

    Args:
        confusion: (S, K, K), rows gold, columns predicted, in the order of LABELS.
        classes: those scored; a class with neither gold nor predicted rows counts 0. None
            scores in each matrix the classes that its gold holds.

    Returns:
        (S,) in [0, 1].
    """
    hits = np.diagonal(confusion, axis1=1, axis2=2)  # (S, K)
    support = confusion.sum(axis=2)  # (S, K)
    both = support + confusion.sum(axis=1)
    f1 = 2 * hits / np.maximum(both, 1)
    if classes is None:
        used = support > 0
    else:
        used = np.broadcast_to([label in classes for label in LABELS], f1.shape)
    return np.asarray((f1 * used).sum(axis=1) / used.sum(axis=1), dtype=np.float64)


def _cells_by_group(
    gold: Sequence[str], predicted: Sequence[str], names: Sequence[str]
) -> list[Counts]:
    """One (K, K) confusion per group."""
    confusion_matrix(gold, predicted)  # checks rows, lengths and labels
    rows: dict[str, list[int]] = {}
    for index, name in enumerate(names):
        rows.setdefault(name, []).append(index)
    return [
        confusion_matrix([gold[i] for i in own], [predicted[i] for i in own])
        for own in rows.values()
    ]


def _joint_cells(gold: Sequence[str], a: Sequence[str], b: Sequence[str]) -> Counts:
    """(n,) gold label, first and second prediction of each row as one number."""
    size = len(LABELS)
    return np.asarray((encode(gold) * size + encode(a)) * size + encode(b), dtype=np.int64)


def _difference_of(joint: Counts, fixed: Sequence[str] | None) -> Floats:
    """(S,) macro-F1 differences of draws of joint cells (S, K³)."""
    size = len(LABELS)
    cube = joint.reshape(len(joint), size, size, size)  # (S, gold, a, b)
    return macro_f1_of(cube.sum(axis=3), fixed) - macro_f1_of(cube.sum(axis=2), fixed)


def _redraw(cells: Counts, n: int, random: np.random.Generator) -> Counts:
    """(S, K, K) confusions of rows drawn with replacement: a multinomial over the cells."""
    total = int(cells.sum())
    drawn = random.multinomial(total, (cells / total).ravel(), size=n)
    return np.asarray(drawn, dtype=np.int64).reshape(n, *cells.shape)


def _swapped(
    gold: Sequence[str],
    a: Sequence[str],
    b: Sequence[str],
    n: int,
    random: np.random.Generator,
) -> Counts:
    """(S, K, K) what random swaps add to the confusion of ``a`` and take from that of ``b``."""
    size = len(LABELS)
    truth, first, second = encode(gold), encode(a), encode(b)
    codes = (truth * size + first) * size + second
    kinds, rows = np.unique(codes[first != second], return_counts=True)
    moved = np.zeros((n, size, size), dtype=np.int64)
    for kind, count in zip(kinds.tolist(), rows.tolist(), strict=True):
        swaps = random.binomial(count, 0.5, size=n)
        row, old, new = kind // size**2, kind // size % size, kind % size
        moved[:, row, new] += swaps
        moved[:, row, old] -= swaps
    return moved

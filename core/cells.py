"""Rows as counts: how many have this gold class and that prediction, by group.

A million rows become a few dozen numbers, of which every figure of ``core.metrics`` and every
draw of ``core.resampling`` is made. Knows codes, which are places in ``core.labels.LABELS``; no
names, no files. Shapes: N rows, G groups, K classes.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.labels import LABELS

Codes = NDArray[np.integer]
Counts = NDArray[np.int64]
K = len(LABELS)


def encode(names: Sequence[str], labels: Sequence[str] = LABELS) -> NDArray[np.int64]:
    """(N,) index of each name in ``labels``. Raises ValueError for a name outside them."""
    index = {label: number for number, label in enumerate(labels)}
    unknown = sorted({str(name) for name in names} - set(labels))
    if unknown:
        raise ValueError(f"{', '.join(unknown[:5])}: not among {', '.join(labels)}")
    return np.array([index[name] for name in names], dtype=np.int64)


def grouped(names: Sequence[str] | None, rows: int) -> tuple[NDArray[np.int64], list[str]]:
    """(N,) place of each row's group, and the groups in alphabetical order; None: all in one.

    The order does not depend on that of the rows, so neither do seeded draws over groups.

    Raises:
        ValueError: not one name a row.
    """
    if names is None:
        return np.zeros(rows, dtype=np.int64), [""]
    if len(names) != rows:
        raise ValueError(f"{len(names)} groups for {rows} rows")
    order = sorted(set(names))
    return encode(names, order), order


def confusions(
    gold: Codes, predicted: Codes, groups: Codes | None = None, of: int = 1, size: int = K
) -> Counts:
    """(G, K, K) counts, rows gold, columns predicted.

    Args:
        gold: (N,) codes in [0, K).
        predicted: (N,) codes in [0, K).
        groups: (N,) codes in [0, G); None: one group.
        of: G.
        size: K.

    Raises:
        ValueError: lengths differ, or a code is out of bounds.
    """
    return counts((gold, predicted), groups, of, size)


def joint(gold: Codes, a: Codes, b: Codes, groups: Codes | None = None, of: int = 1) -> Counts:
    """(G, K, K, K) counts of gold class, first and second prediction.

    Args and raises: as ``confusions``.
    """
    return counts((gold, a, b), groups, of)


def counts(
    columns: Sequence[Codes], groups: Codes | None = None, of: int = 1, size: int = K
) -> Counts:
    """(G, K, …) how many rows of each group have these codes in the columns.

    Args and raises: as ``confusions``.
    """
    rows = len(columns[0])
    place = np.zeros(rows, np.int64) if groups is None else groups
    if any(len(column) != rows for column in (*columns, place)):
        raise ValueError(f"columns of {', '.join(str(len(column)) for column in columns)} rows")
    for column, bound in ((place, of), *((column, size) for column in columns)):
        if rows and not 0 <= int(column.min()) <= int(column.max()) < bound:
            raise ValueError(f"a code outside 0 … {bound - 1}")
    for column in columns:
        place = place.astype(np.int64) * size + column
    shape = (of, *[size] * len(columns))
    return np.bincount(place, minlength=int(np.prod(shape))).reshape(shape).astype(np.int64)

"""Rows as counts: how many have this gold class and that prediction, by group.

A million rows become a few dozen numbers, of which every figure of ``core.metrics`` and every
draw of ``core.significance`` is made. Shapes: N rows, G groups, K classes.
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


def counts(
    columns: Sequence[Codes], groups: Codes | None = None, of: int = 1, size: int = K
) -> Counts:
    """How many rows of each group have these codes in the columns.

    Args:
        columns: (N,) codes in [0, size) each; gold first, then one prediction or two.
        groups: (N,) codes in [0, of); None: one group.
        of: G.
        size: K.

    Returns:
        (G, K, K), of three columns (G, K, K, K).

    Raises:
        ValueError: lengths differ, or a code is out of bounds.
    """
    rows = len(columns[0])
    place = np.zeros(rows, np.int64) if groups is None else groups
    if any(len(column) != rows for column in (*columns, place)):
        lengths = [len(column) for column in (*columns, place)]
        raise ValueError(f"columns and groups of {', '.join(map(str, lengths))} rows")
    for column, bound in ((place, of), *((column, size) for column in columns)):
        if rows and not 0 <= int(column.min()) <= int(column.max()) < bound:
            raise ValueError(f"a code outside 0 … {bound - 1}")
    for column in columns:
        place = place.astype(np.int64) * size + column
    shape = (of, *[size] * len(columns))
    return np.bincount(place, minlength=int(np.prod(shape))).reshape(shape).astype(np.int64)


def counts_of_names(
    columns: Sequence[Sequence[str]], groups: Sequence[str] | None = None
) -> Counts:
    """``counts`` of columns of label names; groups by name, in alphabetical order.

    That order does not depend on the rows', so neither do seeded draws that go through groups.

    Raises:
        ValueError: lengths differ, or a name is none of LABELS.
    """
    codes = [encode(column) for column in columns]
    if groups is None:
        return counts(codes)
    order = sorted(set(groups))
    return counts(codes, encode(groups, order), len(order))

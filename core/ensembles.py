"""Probability tables of several models in, one out: their mean, or their vote.

Pure functions; knows no model. Shapes: M members, N rows, K classes in the order of LABELS.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.int64]


def mean(tables: Floats) -> tuple[Floats, Places]:
    """Every member counts alike.

    Args:
        tables: (M, N, K), rows summing to 1.

    Returns:
        (N, K) mean probabilities, and (N,) the class with the largest, the earlier one on a tie.

    Raises:
        ValueError: when there is no member.
    """
    averaged = _members(tables).mean(axis=0)
    return averaged, averaged.argmax(axis=1)


def vote(tables: Floats) -> tuple[Floats, Places]:
    """Every member gives its most probable class one vote.

    Args:
        tables: (M, N, K), rows summing to 1.

    Returns:
        (N, K) shares of votes, multiples of 1/M; and (N,) the class with the most votes. Of
        classes with equally many votes the one with the larger mean probability wins, then the
        earlier one.

    Raises:
        ValueError: when there is no member.
    """
    members, _, classes = _members(tables).shape
    chosen = tables.argmax(axis=2)  # (M, N)
    votes = (chosen[:, :, None] == np.arange(classes)).sum(axis=0)  # (N, K)
    tied = votes == votes.max(axis=1, keepdims=True)
    winners = np.where(tied, tables.mean(axis=0), -1.0).argmax(axis=1)
    return votes / members, winners


def _members(tables: Floats) -> Floats:
    if tables.ndim != 3 or not len(tables):
        raise ValueError(f"an ensemble needs tables (M, N, K) of members, not {tables.shape}")
    return tables

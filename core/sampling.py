"""So many rows of a file, spread evenly over it.

Knows sequences and nothing of what is in them. Files are often sorted, by label or by language: the
first rows alone would be of one sort.
"""

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def spread(rows: Sequence[T], limit: int | None) -> list[T]:
    """``limit`` rows at even distances, the first among them, in their order; always the same.

    Args:
        limit: at least 1; None, or as many as there are: all.

    >>> spread("abcdefgh", 3)
    ['a', 'c', 'f']
    """
    if limit is None or limit >= len(rows):
        return list(rows)
    return [rows[position * len(rows) // limit] for position in range(limit)]

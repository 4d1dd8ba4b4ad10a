"""Translations that people scored: a TSV of originals, given translations and human scores.

Knows the file; no model, and nothing of what the scores are compared with.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data import read_table
from core.errors import DataError

Floats = NDArray[np.float64]
FEWEST = 3  # rows that a rank correlation needs


@dataclass(frozen=True)
class Scored:
    """N translations that people scored."""

    lines: list[int]  # where each stands in the file, the header being line 1
    originals: list[str]
    translations: list[str]
    human: dict[str, Floats]  # column → (N,), NaN where it holds no number
    left_out: list[dict[str, Any]]  # line and why


def read_scored(path: str, names: Sequence[str]) -> Scored:
    """The file's rows; those without a text on either side or without any score are named.

    Args:
        path: a TSV with the columns original and translation.
        names: columns that hold human scores.

    Raises:
        DataError: missing columns, or fewer than three rows left.
    """
    table = read_table(path, ("original", "translation", *names))
    sides = list(zip(table.column("original"), table.column("translation"), strict=True))
    cells = np.array([[_number(cell) for cell in table.column(name)] for name in names])
    left_out = []
    for row, pair in enumerate(sides):
        blank = not all(text.strip() for text in pair)
        why = "no original or no translation" if blank else "no score that is a number"
        if blank or np.isnan(cells[:, row]).all():
            left_out.append({"line": table.lines[row], "why": why})
    gone = {entry["line"] for entry in left_out}
    kept = [row for row, line in enumerate(table.lines) if line not in gone]
    if len(kept) < FEWEST:
        raise DataError(f"{path} has {len(kept)} scored translations.", f"{FEWEST} are needed.")
    return Scored(
        lines=[table.lines[row] for row in kept],
        originals=[sides[row][0] for row in kept],
        translations=[sides[row][1] for row in kept],
        human={name: cells[index, kept] for index, name in enumerate(names)},
        left_out=left_out,
    )


def _number(cell: str) -> float:
    """NaN where a cell holds no finite number."""
    try:
        value = float(cell)
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan

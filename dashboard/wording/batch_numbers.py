"""How an evaluation's numbers are written: scores, intervals, p, shares, bins, times.

Knows numbers; knows no systems, no HTML.
"""

import math
from collections.abc import Sequence

from dashboard.wording.numbers import number, percent

NONE = "–"


def score(value: float | None) -> str:
    """A share in [0, 1] as papers print it: 0.5553 → "55.5"."""
    if value is None or not math.isfinite(value):
        return NONE
    return f"{value * 100:.1f}"


def figure(value: float | None, places: int = 2) -> str:
    """A bare number, a minus sign as wide as a figure."""
    if value is None or not math.isfinite(value):
        return NONE
    return f"{value:.{places}f}".replace("-", "\u2212")


def interval(ends: Sequence[float | None] | None) -> str:
    """Two ends of an interval of shares, in brackets; empty without one."""
    return f"[{between(ends)}]" if _known(ends) else ""


def between(ends: Sequence[float | None] | None) -> str:
    """The same inside a sentence: "53.6 to 57.3"."""
    if ends is None or not _known(ends):
        return NONE
    return f"{_signed(ends[0])} to {_signed(ends[1])}"


def bare(ends: Sequence[float | None] | None, places: int = 2) -> str:
    """Two ends of an interval of bare numbers, in brackets; empty without one."""
    if ends is None or not _known(ends):
        return ""
    return f"[{figure(ends[0], places)} to {figure(ends[1], places)}]"


def _known(ends: Sequence[float | None] | None) -> bool:
    return bool(ends) and all(end is not None and math.isfinite(end) for end in ends or ())


def _signed(value: float | None) -> str:
    return score(value).replace("-", "\u2212")


def p(value: float | None) -> str:
    """A p as a reader wants it: "0.012", "<0.001"."""
    if value is None or not math.isfinite(value):
        return NONE
    return "<0.001" if value < 0.001 else f"{value:.3f}"


def p_is(value: float | None) -> str:
    """The same inside a sentence: "p = 0.012", "p < 0.001"."""
    shown = p(value)
    return f"p\u00a0<\u00a0{shown[1:]}" if shown.startswith("<") else f"p\u00a0=\u00a0{shown}"


def rows(count: int) -> str:
    """How many rows."""
    return "1 row" if count == 1 else f"{number(count)} rows"


def gold_rows(count: int) -> str:
    """How many rows of a gold class."""
    return "1 gold row" if count == 1 else f"{number(count)} gold rows"


def share(part: int, whole: int) -> str:
    """A share of rows; "–" of nothing."""
    return percent(part / whole) if whole else NONE


def listed(names: Sequence[str]) -> str:
    """Names as a list in a sentence."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def tenth(place: int) -> str:
    """A tenth of [0, 1]: 3 → "30–40 %"."""
    return f"{place * 10}–{place * 10 + 10}\u00a0%"


def twentieth(place: int) -> str:
    """A twentieth of [0, 1]: 3 → "15–20 %"."""
    return f"{place * 5}–{place * 5 + 5}\u00a0%"


def seconds(value: float) -> str:
    """A time, short."""
    if value >= 90:
        return f"{value / 60:.0f}\u00a0min"
    return "<0.1\u00a0s" if value < 0.1 else f"{value:.1f}\u00a0s"

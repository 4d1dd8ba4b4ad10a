"""How numbers are written: shares, points, decimals, counts, sizes."""

import math


def number(value: int) -> str:
    """A whole number with thin groups: 20000 → "20,000"."""
    return f"{value:,}"


def percent(share: float | None) -> str:
    """A share in [0, 1] as a reader wants it: never 0 or 100 unless it is exactly that."""
    if share is None or not math.isfinite(share):
        return "–"
    if 0 < share < 0.005:
        return "<1\u00a0%"
    if 0.995 < share < 1:
        return ">99\u00a0%"
    return f"{share * 100:.0f}\u00a0%"


def decimal(value: float | None) -> str:
    """A bare number with three decimals, "–" where it could not be computed."""
    return "–" if value is None or not math.isfinite(value) else f"{value:.3f}"


def points(step: float) -> str:
    """A signed change of a share in points: −0.123 → "−12.3"; no sign where it rounds to 0."""
    if not math.isfinite(step):
        return "–"
    shown = f"{abs(step) * 100:.1f}"
    if shown == "0.0":
        return shown
    sign = "+" if step > 0 else "\u2212"
    return sign + shown


def size(parameters: int) -> str:
    """A model's size: 22 713 216 → "22.7 M"."""
    if parameters <= 0:
        return ""
    return f"{parameters / 1e6:.1f} M" if parameters < 1e9 else f"{parameters / 1e9:.1f} B"

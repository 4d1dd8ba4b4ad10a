"""Curves as they grow: all points are kept, few are handed out.

Knows (step, value) pairs; nothing of events.
"""

from collections.abc import Sequence

from train.jobs.records import Points

MOST = 500  # points of a curve that are handed out
Point = tuple[float, float | None]


class Curve:
    """The points of one metric, by growing step."""

    def __init__(self) -> None:
        self._points: list[Point] = []
        self._shown: Points | None = ()

    def add(self, step: float, value: float | None) -> None:
        self._points.append((step, value))
        self._shown = None

    def cut(self, step: float) -> None:
        """Forget what is behind a step: it was lost, and is done again."""
        self._points = [point for point in self._points if point[0] <= step]
        self._shown = None

    @property
    def points(self) -> Points:
        """At most ``MOST`` of them; the first, the last, the lowest and the highest among them."""
        if self._shown is None:
            self._shown = thinned(self._points)
        return self._shown


def thinned(points: Sequence[Point], most: int = MOST) -> Points:
    """At most ``most`` (4 at least) of the points: the ends, and of each stretch between them the
    lowest and the highest, so that no peak is lost."""
    if len(points) <= most:
        return tuple(points)
    inner = len(points) - 2
    stretches = (most - 2) // 2
    kept = {0, len(points) - 1}
    for number in range(stretches):
        low, high = 1 + number * inner // stretches, 1 + (number + 1) * inner // stretches
        kept.update(_extremes(points, low, high))
    return tuple(points[index] for index in sorted(kept))


def _extremes(points: Sequence[Point], low: int, high: int) -> tuple[int, ...]:
    """Where the lowest and the highest value of a stretch stand; its beginning if it has none."""
    valued = [(value, row) for row in range(low, high) if (value := points[row][1]) is not None]
    return (min(valued)[1], max(valued)[1]) if valued else (low,)

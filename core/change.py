"""What refinement did to one tweet: which classes moved, and whether towards the teacher.

Pure functions on Predictions. Knows no model, no loop and no sentence; shape letter: K classes.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from core.labels import LABELS
from core.records import Prediction

Direction = Literal["towards", "away", "level"]
"""Where the student moved as seen from the teacher; "level": no nearer and no further."""

LEVEL = 0.01  # a smaller step of the distance may not show at two decimals


@dataclass(frozen=True, slots=True)
class Change:
    """The student before and after refinement, and how far each stands from the teacher.

    Distances compare the student on the original with the teacher on the translation.
    """

    by_class: tuple[float, ...]  # K in the order of LABELS, after − before; sum 0
    label_before: str
    label_after: str
    distance_before: float  # total variation to the teacher, in [0, 1]
    distance_after: float
    divergence_before: float  # KL(teacher‖student) of Eq. 1, in nats, ≥ 0; may be infinite
    divergence_after: float

    @property
    def flipped(self) -> bool:
        """Whether the label is another one than before."""
        return self.label_before != self.label_after

    @property
    def moved(self) -> float:
        """Total variation between before and after, in [0, 1]: the share that changed class."""
        return sum(abs(step) for step in self.by_class) / 2

    @property
    def direction(self) -> Direction:
        """Towards the teacher or away from it, by total variation."""
        step = self.distance_after - self.distance_before
        if abs(step) < LEVEL:
            return "level"
        return "towards" if step < 0 else "away"

    @property
    def loser(self) -> str:
        """The label that lost most; the earlier one in LABELS on a tie."""
        return LABELS[min(range(len(LABELS)), key=lambda k: self.by_class[k])]

    @property
    def winner(self) -> str:
        """The label that gained most; the earlier one in LABELS on a tie."""
        return LABELS[max(range(len(LABELS)), key=lambda k: self.by_class[k])]

    @property
    def largest_first(self) -> tuple[int, ...]:
        """Indices into LABELS, the class that moved most first."""
        return tuple(sorted(range(len(LABELS)), key=lambda k: -abs(self.by_class[k])))


def change(before: Prediction, after: Prediction, teacher: Prediction) -> Change:
    """Compare the student before and after refinement, both with the teacher.

    Args:
        before: adapted student on the original.
        after: refined student on the original.
        teacher: on the translation.
    """
    start, end, goal = before.probabilities, after.probabilities, teacher.probabilities
    return Change(
        by_class=tuple(b - a for a, b in zip(start, end, strict=True)),
        label_before=before.label,
        label_after=after.label,
        distance_before=before.distance(teacher),
        distance_after=after.distance(teacher),
        divergence_before=divergence(goal, start),
        divergence_after=divergence(goal, end),
    )


def divergence(p: Sequence[float], q: Sequence[float]) -> float:
    """``KL(p‖q) = Σ_j p_j · log(p_j / q_j)`` in nats, the inner sum of Eq. 1; not symmetric.

    ``0 · log 0 = 0``; infinite where q has no share of a class that p has; never below 0, which
    rounding alone would give.

    Raises:
        ValueError: the lengths differ.
    """
    total = 0.0
    for a, b in zip(p, q, strict=True):
        if a > 0:
            total += a * math.log(a / b) if b > 0 else math.inf
    return max(total, 0.0)

"""What refinement did to a tweet, in words."""

import math

from core.change import Change
from dashboard.wording.numbers import percent

CHANGE_TITLE = "What refinement did"
OTHER_TITLE = "Beside the student before"
OTHER = "compared with the model loaded as before, which it was not refined from"
CHANGE_DETAILS = "Change by class"
CHANGE_BARS = "How refinement moved each class, largest change first"
CHANGE_COLUMNS = ("Class", "Before → now", "Change", "Points")
DISTANCE_NEAR, DISTANCE_FAR = "teacher", "far apart"

HARDLY = 0.02  # a smaller share that changed class is called hardly moved


def change_label(change: Change) -> str:
    """Whether the label flipped."""
    if change.flipped:
        return f"{change.label_before} → {change.label_after}"
    return f"{change.label_after} kept"


def change_title(refined: bool) -> str:
    """The heading; refinement is named only where it lies between the two students."""
    return CHANGE_TITLE if refined else OTHER_TITLE


def change_sentence(change: Change, refined: bool = True) -> str:
    """Where refinement moved the student, seen from the teacher, and between which classes.

    Args:
        refined: whether the one before is the one that the student was made from.
    """
    start, end = _two(change.distance_before), _two(change.distance_after)
    if not refined:
        return _other_sentence(change, start, end)
    if change.moved < HARDLY:
        distance = "stays" if start == end else f"went from {start} to"
        return f"Refinement hardly moved the student: its distance to the teacher {distance} {end}."
    mostly = f"mostly {change.loser}\u00a0→\u00a0{change.winner}"
    if change.direction == "level":
        return (
            "Refinement moved the student neither towards the teacher nor away from it: "
            f"distance {end}; {mostly}."
        )
    way = "towards the teacher" if change.direction == "towards" else "away from the teacher"
    distance = f"distance {start}\u00a0→\u00a0{end}"
    return f"Refinement moved the student {way}: {distance}; {mostly}."


def _other_sentence(change: Change, start: str, end: str) -> str:
    """The same of two students of which neither came from the other."""
    if change.moved < HARDLY or change.direction == "level":
        way = "as far from the teacher" if start == end else "about as far from the teacher"
    else:
        way = "nearer to" if change.direction == "towards" else "further from"
        way = f"{way} the teacher"
    return f"The student is {way}, {OTHER}: distance {start} there, {end} here."


def distances(change: Change) -> str:
    """Both distances, or the one where they read alike."""
    start, end = _two(change.distance_before), _two(change.distance_after)
    return end if start == end else f"{start} → {end}"


def distance_meter(change: Change) -> str:
    """The two distances, as a screen reader says them."""
    start, end = _two(change.distance_before), _two(change.distance_after)
    return f"Distance to the teacher: {start} before refinement, {end} now"


def distance_figures(change: Change) -> tuple[str, str]:
    """Both distances by name and formula, each with what it was and is."""
    start, end = _two(change.distance_before), _two(change.distance_after)
    return (
        f"Distance: total variation, ½ Σ |teacher − student|, from 0 (the same) to 1 "
        f"(nothing shared): {start} → {end}.",
        f"KL(teacher‖student), which refinement lowers (Eq. 1): "
        f"{_nats(change.divergence_before)} → {_nats(change.divergence_after)} nats.",
    )


def step(was: float, now: float) -> str:
    """One class before and now."""
    return f"{percent(was)} → {percent(now)}"


def _two(value: float) -> str:
    """A distance with two decimals."""
    return f"{value:.2f}"


def _nats(value: float) -> str:
    """A divergence; it has no end where the student rules out what the teacher holds possible."""
    return "∞" if math.isinf(value) else f"{value:.2f}"

"""What refinement did, against the formulas by hand, scipy's, and Eq. 1 as training computes it."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cityblock
from scipy.special import rel_entr

from core.change import change, divergence
from core.distillation import kl_per_row
from core.labels import LABELS
from core.records import Prediction

SHARES = st.lists(st.floats(1e-6, 1), min_size=6, max_size=6).map(
    lambda raw: Prediction(tuple(value / sum(raw) for value in raw))
)
WITH_ZEROS = st.lists(st.sampled_from([0.0, 0.0, 1.0, 2.0]), min_size=6, max_size=6).filter(any)
SOME_ZERO = WITH_ZEROS.map(lambda raw: Prediction(tuple(value / sum(raw) for value in raw)))
ANY = SHARES | SOME_ZERO


def test_by_hand() -> None:
    """Love .1, Joy .2, Anger .3, Fear .1, Sadness .2, Neutral .1 → Anger gives .2 to Sadness."""
    before = Prediction((0.1, 0.2, 0.3, 0.1, 0.2, 0.1))
    after = Prediction((0.1, 0.2, 0.1, 0.1, 0.4, 0.1))
    teacher = Prediction((0.0, 0.0, 0.0, 0.0, 1.0, 0.0))
    found = change(before, after, teacher)
    assert found.by_class == pytest.approx((0, 0, -0.2, 0, 0.2, 0))
    assert (found.label_before, found.label_after, found.flipped) == ("Anger", "Sadness", True)
    assert (found.loser, found.winner) == ("Anger", "Sadness")
    assert found.moved == pytest.approx(0.2)
    assert (found.distance_before, found.distance_after) == pytest.approx((0.8, 0.6))
    assert found.divergence_before == pytest.approx(math.log(5))
    assert found.divergence_after == pytest.approx(math.log(2.5))
    assert found.direction == "towards"
    assert change(after, before, teacher).direction == "away"
    assert {LABELS[k] for k in found.largest_first[:2]} == {"Anger", "Sadness"}


def test_a_step_around_the_teacher_is_level() -> None:
    """Half a point on either side of the teacher: another label's share, the same distance."""
    teacher = Prediction((0.5, 0.5, 0, 0, 0, 0))
    before, after = Prediction((0.7, 0.3, 0, 0, 0, 0)), Prediction((0.3, 0.7, 0, 0, 0, 0))
    found = change(before, after, teacher)
    assert (found.direction, found.flipped) == ("level", True)
    assert found.moved == pytest.approx(0.4)


@given(ANY, ANY, ANY)
def test_laws(before: Prediction, after: Prediction, teacher: Prediction) -> None:
    found, back = change(before, after, teacher), change(after, before, teacher)
    assert sum(found.by_class) == pytest.approx(0, abs=1e-12)
    assert back.by_class == pytest.approx([-step for step in found.by_class])
    assert (back.distance_before, back.distance_after) == (
        found.distance_after,
        found.distance_before,
    )
    assert 0 <= found.distance_before <= 1 + 1e-12 and found.divergence_before >= 0
    assert found.moved == pytest.approx(before.distance(after))
    triangle = found.distance_before + found.moved
    assert found.distance_after <= triangle + 1e-12
    steps = [abs(found.by_class[k]) for k in found.largest_first]
    assert steps == sorted(steps, reverse=True) and sorted(found.largest_first) == list(range(6))
    assert found.by_class[LABELS.index(found.winner)] == max(found.by_class)
    assert found.by_class[LABELS.index(found.loser)] == min(found.by_class)
    opposite = {"towards": "away", "away": "towards", "level": "level"}
    assert back.direction == opposite[found.direction]


@given(ANY)
def test_identity_changes_nothing(same: Prediction) -> None:
    found = change(same, same, same)
    assert set(found.by_class) == {0.0} and found.moved == 0 and not found.flipped
    assert found.distance_before == found.distance_after == 0
    assert found.divergence_before == found.divergence_after == 0
    assert found.direction == "level"


@given(ANY, ANY)
def test_distances_equal_scipys(one: Prediction, other: Prediction) -> None:
    p, q = one.probabilities, other.probabilities
    assert one.distance(other) == other.distance(one)
    assert one.distance(other) == pytest.approx(cityblock(p, q) / 2)
    assert divergence(p, q) == pytest.approx(float(rel_entr(p, q).sum()), abs=1e-12)
    # Pinsker: one bounds the other.
    assert one.distance(other) <= math.sqrt(divergence(p, q) / 2) + 1e-9


@given(SHARES, SHARES)
def test_the_divergence_is_that_of_equation_1(teacher: Prediction, student: Prediction) -> None:
    p, q = torch.tensor([teacher.probabilities]), torch.tensor([student.probabilities])
    expected = kl_per_row(q.log(), p).item()
    found = divergence(teacher.probabilities, student.probabilities)
    assert found == pytest.approx(expected, abs=1e-5)


def test_a_class_that_the_student_rules_out_is_infinitely_far() -> None:
    sure, other = (1.0, 0, 0, 0, 0, 0), (0, 1.0, 0, 0, 0, 0)
    assert divergence(sure, other) == math.inf
    assert Prediction(sure).distance(Prediction(other)) == 1
    with pytest.raises(ValueError):
        divergence(sure, (1.0,))

"""One tweet's weight against Eq. 2 and 3 written out, and a reason wherever there is none."""

from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import weighing
from core.errors import CheckpointError
from core.records import Prediction, TranslationStatus
from core.translation import Decoding
from core.weighing import Weigher
from core.weighting import make_reference

STATUS = TranslationStatus
DECODING = asdict(Decoding())
SET = [0.1, 0.2, 0.3, 0.5]


def reference(reading: str = "squared_difference") -> dict[str, Any]:
    made = make_reference(
        SET,
        ["fr"] * 4,
        [STATUS.TRANSLATED] * 4,
        reading=reading,  # type: ignore[arg-type]
        student_hash="student",
        translator_hash="translator",
        decoding=DECODING,
    )
    return made.to_dict()


def weigher(**changes: Any) -> Weigher:
    given_ = {
        "reference": reference(),
        "student_hash": "student",
        "translator_hash": "translator",
        "decoding": DECODING,
    }
    return Weigher(**{**given_, **changes})


def shifted(step: float) -> Prediction:
    """Two classes moved by a step: Eq. 2 gives 2 · step²."""
    return Prediction((0.3 + step, 0.3 - step, 0.1, 0.1, 0.1, 0.1))


@given(st.floats(0.23, 0.29))
def test_equals_the_formula(step: float) -> None:
    weight = weigher().weigh(shifted(0), shifted(step), STATUS.TRANSLATED)
    w = 2 * step**2
    assert weight.disagreement == pytest.approx(w)
    assert weight.by_class == pytest.approx((step**2, step**2, 0, 0, 0, 0))
    assert weight.weight == pytest.approx(1 - (w - 0.1) / 0.4)
    assert weight.on_original == shifted(0).probabilities
    assert weight.on_translation == shifted(step).probabilities
    assert (weight.reason, weight.outside) == ("", False)


@given(st.lists(st.floats(0, 2), min_size=2, max_size=60), st.integers(1, 40))
def test_the_distribution_is_that_of_the_reference(values: list[float], bins: int) -> None:
    """Its shares sum to 1, and its cumulative sum is what ``weigh`` says of each edge."""
    made = make_reference(
        values, ["fr"] * len(values), [STATUS.TRANSLATED] * len(values),
        reading="squared_difference", student_hash="", translator_hash="", decoding={},
    )  # fmt: skip
    shares = weighing.shares_by_weight(made, bins)
    span = made.maximum - made.minimum
    if span == 0:
        assert shares == ()
        return
    assert len(shares) == bins and min(shares) >= 0
    assert sum(shares) == pytest.approx(1)
    for edge in range(1, bins):
        w = made.maximum - span * edge / bins
        near = (made.weigh(w * (1 + 1e-9)).percentile, made.weigh(w * (1 - 1e-9)).percentile)
        below = sum(shares[:edge])
        assert min(near) - 1e-6 <= below <= max(near) + 1e-6


def test_the_distribution_by_hand() -> None:
    """w of .1 .2 .3 .5 is w̄ of 1 .75 .5 0: a third of the way down to 0 holds one in three."""
    whole = weigher().weigh(shifted(0), shifted(0.25), STATUS.TRANSLATED)
    assert len(whole.reference) == weighing.BINS and sum(whole.reference) == pytest.approx(1)
    half = weighing.BINS // 2
    assert sum(whole.reference[:half]) == pytest.approx(1 / 3, abs=0.01)  # 101 quantiles
    assert weigher().weigh(shifted(0), shifted(0.3), STATUS.EDITED).reference == whole.reference
    assert weigher().weigh(shifted(0), shifted(0), STATUS.ENGLISH).reference == ()
    other = weigher(student_hash="another").weigh(shifted(0), shifted(0.25), STATUS.TRANSLATED)
    assert other.reference == ()


def test_the_printed_reading_is_signed() -> None:
    p, q = shifted(0.2), shifted(0)
    weight = weigher(reference=reference("as_printed")).weigh(q, p, STATUS.TRANSLATED)
    assert weight.disagreement == pytest.approx(0.5**2 + 0.1**2 - 2 * 0.3**2)


@pytest.mark.parametrize("step", [0.0, 0.1, 0.3])
def test_outside_the_reference_nothing_is_clipped(step: float) -> None:
    weight = weigher().weigh(shifted(0), shifted(step), STATUS.EDITED)
    inside = 0.1 <= 2 * step**2 <= 0.5
    assert weight.outside == (not inside)
    assert (weight.weight is None) == (not inside)
    assert weight.reason == ("" if inside else weighing.OUTSIDE)
    assert weight.percentile in (0.0, 1.0) or inside


@pytest.mark.parametrize("status", weighing.STATUS_REASONS)
def test_what_is_not_translated_has_its_own_reason(status: TranslationStatus) -> None:
    same = shifted(0)
    for made in (weigher(), weigher(reference=None)):
        weight = made.weigh(same, same, status)
        assert weight.disagreement == 0.0
        assert weight.weight == (1.0 if status is STATUS.ENGLISH else None)
        assert weight.reason == weighing.STATUS_REASONS[status] and weight.reason.endswith(".")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"reference": None}, weighing.NO_REFERENCE),
        ({"student_hash": "another"}, "adapted student"),
        ({"translator_hash": "another"}, "translator is not the one"),
        ({"decoding": {**DECODING, "beams": 4}}, "decodes otherwise"),
    ],
)
def test_what_does_not_match_leaves_w_alone(changes: dict[str, Any], reason: str) -> None:
    weight = weigher(**changes).weigh(shifted(0), shifted(0.25), STATUS.TRANSLATED)
    assert weight.disagreement == pytest.approx(0.125)
    assert weight.weight is None and weight.percentile is None and reason in weight.reason


def test_without_the_adapted_student_there_is_no_w() -> None:
    for made in (weigher(student_hash=None), weigher(reference=None, student_hash=None)):
        weight = made.weigh(None, None, STATUS.TRANSLATED)
        assert weight.disagreement is None and weight.weight is None
        assert weight.reason == weighing.NO_BASELINE


def test_every_status_is_weighed_or_has_a_reason() -> None:
    for status in STATUS:
        weight = weigher().weigh(shifted(0), shifted(0.25), status)
        assert (weight.weight is not None and not weight.reason) or weight.reason


@pytest.mark.parametrize("wrong", [{"minimum": 1}, {**reference(), "quantiles": [2, 1]}])
def test_a_broken_reference_is_refused_in_a_sentence(wrong: dict[str, Any]) -> None:
    with pytest.raises(CheckpointError, match="weight reference cannot be read"):
        weigher(reference=wrong)

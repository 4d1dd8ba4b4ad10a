"""Eq. 2 and 3 against the formula by hand and plain loops, and the weight reference."""

import json
import math
from typing import Any

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import percentileofscore

from core.records import TranslationStatus as Status
from core.weighting import (
    READINGS,
    WeightReference,
    count_statuses,
    disagreement,
    disagreement_by_class,
    is_translated,
    make_reference,
    normalise_weights,
    usable_rows,
)

SETTINGS = settings(deadline=None, max_examples=100)
COUNTS = st.integers(1, 12)
W = arrays(float, COUNTS, elements=st.floats(0, 2))


def draw(seed: int, rows: int = 6) -> tuple[Any, Any]:
    """Two tables of probabilities."""
    random = numpy.random.default_rng(seed)
    return random.dirichlet(numpy.ones(6), rows), random.dirichlet(numpy.ones(6), rows)


SEEDS = st.integers(0, 10_000)


def test_the_papers_example_of_what_the_print_gets_wrong() -> None:
    translation, original = [[0.9, 0.1]], [[0.1, 0.9]]
    assert disagreement(translation, original) == pytest.approx([2 * 0.8**2])
    assert disagreement(translation, original, "as_printed") == pytest.approx([0.0])


@given(SEEDS)
@SETTINGS
def test_both_readings_equal_plain_loops(seed: int) -> None:
    translation, original = draw(seed)
    squared = [
        sum((q - p) ** 2 for q, p in zip(a, b, strict=True))
        for a, b in zip(translation, original, strict=True)
    ]
    printed = [
        sum(q * q - p * p for q, p in zip(a, b, strict=True))
        for a, b in zip(translation, original, strict=True)
    ]
    assert disagreement(translation, original) == pytest.approx(squared)
    assert disagreement(translation, original, "as_printed") == pytest.approx(printed)


@given(SEEDS)
@SETTINGS
def test_laws_of_equation_2(seed: int) -> None:
    translation, original = draw(seed)
    forth, back = disagreement(translation, original), disagreement(original, translation)
    assert (forth >= 0).all() and (forth <= 2).all()
    assert forth == pytest.approx(back)
    printed = disagreement(translation, original, "as_printed")
    assert printed == pytest.approx(-disagreement(original, translation, "as_printed"))
    assert (numpy.abs(printed) < 1).all()
    for reading in READINGS:
        terms = disagreement_by_class(translation, original, reading)
        assert terms.shape == (6, 6)
        assert terms.sum(axis=1) == pytest.approx(disagreement(translation, original, reading))
        assert (disagreement(original, original, reading) == 0).all()


@given(SEEDS, st.permutations(range(6)))
@SETTINGS
def test_row_order_does_not_matter(seed: int, order: list[int]) -> None:
    translation, original = draw(seed)
    plain = disagreement(translation, original)
    assert disagreement(translation[order], original[order]) == pytest.approx(plain[order])
    weights = normalise_weights(plain)
    assert normalise_weights(plain[order]) == pytest.approx(weights[order])


@given(W)
@SETTINGS
def test_equation_3_by_hand(w: Any) -> None:
    weights = normalise_weights(w)
    low, high = min(w), max(w)
    for value, weight in zip(w, weights, strict=True):
        expected = 1.0 if high == low else 1 - (value - low) / (high - low)
        assert weight == pytest.approx(expected)
    assert ((weights >= 0) & (weights <= 1)).all()
    assert weights[numpy.argmin(w)] == 1


@given(SEEDS, st.floats(0.01, 100))
@SETTINGS
def test_sum_or_mean_in_equation_2_is_the_same(seed: int, scale: float) -> None:
    w = disagreement(*draw(seed))
    assert normalise_weights(w * scale) == pytest.approx(normalise_weights(w), abs=1e-9)


@given(SEEDS)
@SETTINGS
def test_identical_predictions_get_full_weight(seed: int) -> None:
    translation, original = draw(seed)
    original[2] = translation[2]
    assert normalise_weights(disagreement(translation, original))[2] == 1
    assert (normalise_weights(disagreement(original, original)) == 1).all()


STATUSES = [Status.TRANSLATED, Status.ENGLISH, Status.COPIED, Status.TRANSLATED]
STATUSES += [Status.PASSED_THROUGH, Status.UNKNOWN, Status.TRANSLATED]
DISAGREE = [0.2, 0.0, 0.0, 0.6, 0.0, 0.0, 0.4]


def test_untranslated_rows_are_not_trusted_by_default() -> None:
    weights = normalise_weights(DISAGREE, STATUSES)
    nan = math.nan
    assert weights == pytest.approx([1.0, 1.0, nan, 0.0, nan, nan, 0.5], nan_ok=True)
    kept = usable_rows(STATUSES)
    assert kept.tolist() == [True, True, False, True, False, False, True]
    assert (numpy.isnan(weights) == ~kept).all()


def test_paper_strict_restores_the_plain_rule() -> None:
    weights = normalise_weights(DISAGREE, STATUSES, paper_strict=True)
    expected = [1 - value / 0.6 for value in DISAGREE]
    assert weights == pytest.approx(expected)
    assert weights == pytest.approx(normalise_weights(DISAGREE))
    assert usable_rows(STATUSES, paper_strict=True).all()


def test_a_text_corrected_by_hand_counts_as_translated() -> None:
    assert is_translated([Status.EDITED, Status.ENGLISH, Status.COPIED]).tolist() == [1, 0, 0]


def test_english_rows_alone_have_weight_one_and_no_rows_none() -> None:
    assert normalise_weights([0.0, 0.0], [Status.ENGLISH] * 2).tolist() == [1, 1]
    assert normalise_weights([], []).shape == (0,)


def test_every_status_is_counted() -> None:
    counts = count_statuses(STATUSES)
    assert sum(counts.values()) == len(STATUSES) and len(counts) == len(Status)
    assert counts["translated"] == 3 and counts["edited"] == 0


@pytest.mark.parametrize("w", [[0.1, math.nan], [math.inf], [[0.1]]])
def test_disagreements_must_be_finite_vectors(w: list[Any]) -> None:
    with pytest.raises(ValueError, match="finite"):
        normalise_weights(w)


def test_wrong_shapes_and_readings() -> None:
    with pytest.raises(ValueError, match="shapes"):
        disagreement([[0.5, 0.5]], [[1.0]])
    with pytest.raises(ValueError, match="no reading"):
        disagreement([[1.0]], [[1.0]], "printed")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="2 disagreements for 1 statuses"):
        normalise_weights([0.1, 0.2], [Status.TRANSLATED])


def reference(w: Any, statuses: list[Status] | None = None) -> WeightReference:
    """A reference of Dutch and Russian rows by turns."""
    return make_reference(
        w,
        [("nl", "ru")[i % 2] for i in range(len(w))],
        statuses or [Status.TRANSLATED] * len(w),
        reading="squared_difference",
        student_hash="s",
        translator_hash="t",
        decoding={"num_beams": 4},
    )


@given(W)
@SETTINGS
def test_the_set_weighed_one_by_one_gets_the_same_weights(w: Any) -> None:
    made = reference(w)
    weighed = [made.weigh(value) for value in w]
    assert [one.weight for one in weighed] == pytest.approx(normalise_weights(w).tolist())
    assert not any(one.outside for one in weighed)
    assert all(0 <= one.percentile <= 1 for one in weighed)


@given(W, st.floats(-1, 3))
@SETTINGS
def test_outside_the_reference_there_is_no_weight(w: Any, value: float) -> None:
    one = reference(w).weigh(value)
    outside = bool(value < min(w) or value > max(w))
    assert one.outside == outside == (one.weight is None)
    if outside:
        assert one.percentile == (1.0 if value < min(w) else 0.0)


def test_percentile_is_the_share_with_a_larger_w() -> None:
    w = numpy.random.default_rng(0).beta(0.5, 3, 5000)
    made = reference(w)
    for value in (*numpy.linspace(0, w.max(), 40), *w[:40]):
        share = 1 - percentileofscore(w, value, kind="weak") / 100
        assert made.weigh(float(value)).percentile == pytest.approx(share, abs=0.011)


def test_percentile_falls_as_w_grows_and_ties_do_not_count_as_larger() -> None:
    made = reference(numpy.array([0.0] * 50 + [1.0] * 50))
    assert made.weigh(0.0).percentile == pytest.approx(0.5, abs=0.011)
    assert made.weigh(1.0).percentile == 0
    shares = [made.weigh(value).percentile for value in numpy.linspace(0, 1, 30)]
    assert shares == sorted(shares, reverse=True)


def test_only_translated_rows_make_the_reference() -> None:
    made = reference(numpy.array(DISAGREE), STATUSES)
    assert (made.minimum, made.maximum, made.n) == (0.2, 0.6, 3)
    assert made.languages == {"nl": 2, "ru": 1}
    assert len(made.quantiles) == 101
    with pytest.raises(ValueError, match="no translated row"):
        reference(numpy.zeros(2), [Status.ENGLISH] * 2)
    with pytest.raises(ValueError, match="parallel"):
        reference(numpy.zeros(3), [Status.ENGLISH] * 2)


@given(W)
@SETTINGS
def test_the_manifest_keeps_it_exactly(w: Any) -> None:
    made = reference(w)
    assert WeightReference.from_dict(json.loads(json.dumps(made.to_dict()))) == made


@pytest.mark.parametrize(
    "change",
    [
        {"quantiles": [0.0]},
        {"reading": "x"},
        {"extra": 1},
        {"quantiles": None},
        {"quantiles": [1.0, 0.0] * 50 + [0]},
    ],
)
def test_a_broken_manifest_is_refused(change: dict[str, object]) -> None:
    content = {**reference(numpy.array([0.1, 0.2])).to_dict(), **change}
    with pytest.raises(ValueError, match="not a weight reference"):
        WeightReference.from_dict(content)


def test_a_reference_of_other_models_says_so() -> None:
    made = reference(numpy.array([0.1, 0.2]))
    assert made.mismatch("s", "t", {"num_beams": 4}) == ""
    assert "student" in made.mismatch("other", "t", {"num_beams": 4})
    assert "translator is" in made.mismatch("s", "other", {"num_beams": 4})
    assert "decodes" in made.mismatch("s", "t", {"num_beams": 1})


def test_w_must_be_finite() -> None:
    with pytest.raises(ValueError, match="finite"):
        reference(numpy.array([0.1, 0.2])).weigh(math.nan)

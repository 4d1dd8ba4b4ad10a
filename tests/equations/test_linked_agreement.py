"""Scores carried over links, and their agreement: against loops and scipy."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from core.explanations import Links
from core.links import PERMUTATIONS, carry, linked_agreement

NAN = math.nan


def links(matrix: list[list[float]]) -> Links:
    """Links of words without names."""
    source, english = (" ".join("x" * count) for count in (len(matrix[0]), len(matrix)))
    rows = tuple(tuple(row) for row in matrix)
    return Links(source, english, rows, ())


CROSSED = links([[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0.5, 0.5], [0, 0, 0, 0]])


@st.composite
def cases(draw: st.DrawFn) -> tuple[Links, list[float], list[float]]:
    """Random links, some words without any, and scores on both sides, some not known."""
    own, other = draw(st.integers(1, 7)), draw(st.integers(1, 7))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    matrix = rng.random((other, own)) * (rng.random((other, own)) < 0.6)
    sums = matrix.sum(axis=1, keepdims=True)
    matrix = np.divide(matrix, sums, out=np.zeros_like(matrix), where=sums > 0)
    scores = []
    for count in (other, own):
        values = rng.integers(-3, 4, count).astype(float)
        scores.append(np.where(rng.random(count) < 0.15, NAN, values).tolist())
    return links(matrix.tolist()), scores[0], scores[1]


def test_scores_move_to_the_words_behind_them() -> None:
    assert carry(CROSSED, [1, 2, 4, 100]) == (2, 1, 2, 2)
    assert carry(CROSSED, [1, NAN, 4, 100]) == (0, 1, 2, 2)


@given(cases())
def test_the_total_stays_where_a_row_is_known(case: tuple[Links, list[float], list[float]]) -> None:
    found, teacher, _ = case
    carried = carry(found, teacher)
    for own, value in enumerate(carried):
        column = [row[own] for row in found.matrix]
        parts = [s * share for s, share in zip(teacher, column, strict=True) if not math.isnan(s)]
        assert value == pytest.approx(sum(parts))
    known = [
        s
        for s, row in zip(teacher, found.matrix, strict=True)
        if not math.isnan(s) and sum(row) > 0
    ]
    assert sum(carried) == pytest.approx(sum(known))


def reference(found: Links, teacher: list[float], student: list[float]) -> float | None:
    """Spearman over words that both score, in loops."""
    pairs = []
    for own, score in enumerate(student):
        shares = [
            (s, row[own])
            for s, row in zip(teacher, found.matrix, strict=True)
            if not math.isnan(s) and row[own] > 0
        ]
        if shares and not math.isnan(score):
            pairs.append((round(sum(s * share for s, share in shares), 12), score))
    if len(pairs) < 3 or len({a for a, _ in pairs}) < 2 or len({b for _, b in pairs}) < 2:
        return None
    return float(spearmanr(*zip(*pairs, strict=True)).statistic)


@given(cases())
def test_agreement_is_scipys_over_words_that_both_score(
    case: tuple[Links, list[float], list[float]],
) -> None:
    found, teacher, student = case
    agreed, wanted = linked_agreement(found, teacher, student), reference(*case)
    assert agreed.carried == carry(found, teacher)
    told = [
        s
        for s, row in zip(teacher, found.matrix, strict=True)
        if not math.isnan(s) and sum(row) > 0
    ]
    if len(set(told)) < 2:  # the teacher says the same of all: only the links would be ranked
        wanted = None
    if wanted is None:
        assert (agreed.spearman, agreed.permuted, agreed.permuted_mean) == (None, None, None)
    else:
        assert agreed.spearman == pytest.approx(wanted)


def test_chance_is_the_same_scores_on_one_anothers_places() -> None:
    """All orders of four scores: their mean and middle 95 %, which the draws come near to."""
    from itertools import permutations

    found = links(np.eye(4).tolist())
    student = [1.0, 2.0, 3.0, 4.0]
    every = [spearmanr(order, student).statistic for order in permutations([5, 1, 2, 9])]
    agreed = linked_agreement(found, [1, 2, 5, 9], student)
    assert agreed.spearman == pytest.approx(1) and agreed.permuted is not None
    assert agreed.permuted_mean == pytest.approx(np.mean(every), abs=3 / math.sqrt(PERMUTATIONS))
    low, high = np.quantile(every, [0.025, 0.975])
    assert agreed.permuted == (pytest.approx(low, abs=0.21), pytest.approx(high, abs=0.21))


def test_words_with_more_links_are_seen_in_the_value_under_permutation() -> None:
    """A word behind three English words gets more from any scores: chance is not 0 then."""
    found = links([[1, 0, 0], [1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 1, 0], [0, 0, 1]])
    agreed = linked_agreement(found, [4.0, 5.0, 4.5, 6.0, 4.2, 5.5], [3.0, 2.0, 1.0])
    assert agreed.spearman == 1 and agreed.permuted_mean == pytest.approx(1)


def test_seeds_repeat_and_differ() -> None:
    teacher, student = [0.3, 0.1, 0.9, 0.2, 0.5], [0.1, 0.4, 0.8, 0.3, 0.2]
    found = links((np.eye(5) * 0.8 + 0.04).tolist())
    first = linked_agreement(found, teacher, student, seed=1)
    assert first == linked_agreement(found, teacher, student, seed=1)
    assert first.permuted_mean != linked_agreement(found, teacher, student, seed=2).permuted_mean
    assert first.spearman == linked_agreement(found, teacher, student, seed=2).spearman


@pytest.mark.parametrize(
    ("teacher", "student"),
    [
        ([1, 2, 3, 4], [1, 1, 1, 1]),
        ([2, 2, 2, 4], [1, 2, 3, 4]),  # the fourth word's links are not known
        ([1, 2, 3, 4], [1, NAN, NAN, 4]),
        ([NAN, NAN, 3, 4], [1, 2, 3, 4]),
    ],
)
def test_what_cannot_be_computed_is_none(teacher: list[float], student: list[float]) -> None:
    agreed = linked_agreement(CROSSED, teacher, student)
    assert (agreed.spearman, agreed.permuted, agreed.permuted_mean) == (None, None, None)


def test_scores_must_fit_their_words() -> None:
    for teacher, student in (([1, 2], [1] * 4), ([1] * 4, [1, 2])):
        with pytest.raises(ValueError, match="words"):
            linked_agreement(CROSSED, teacher, student)
    with pytest.raises(ValueError, match="words"):
        carry(CROSSED, [1.0])

"""Calibration against scikit-learn, naive loops over rows, and laws that must hold."""

import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn import metrics as sklearn_metrics

from core.calibration import (
    brier,
    expected_error,
    log_loss,
    reliability,
    temperature,
    tempered,
)

SETTINGS = settings(deadline=None, max_examples=60)
ROWS = st.lists(
    st.tuples(st.floats(1 / 6, 1), st.booleans()),
    min_size=1,
    max_size=40,
)
Table = NDArray[np.float64]


def answers(n: int, seed: int = 0, sharpness: float = 1.0) -> tuple[Table, NDArray[np.int64]]:
    """Probabilities (n, 6), and gold drawn from them: calibrated where sharpness is 1."""
    source = np.random.default_rng(seed)
    logits = source.normal(0, 1.5, (n, 6))
    true = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    gold = (true.cumsum(axis=1) < source.random((n, 1))).sum(axis=1).clip(max=5)
    raised = np.exp(logits * sharpness)
    return raised / raised.sum(axis=1, keepdims=True), gold


def naive_error(confidence: list[float], right: list[bool], bins: int) -> float:
    total = 0.0
    for place in range(bins):
        low, high = place / bins, (place + 1) / bins
        first = place == 0
        own = [
            (c, r)
            for c, r in zip(confidence, right, strict=True)
            if low < c <= high or (first and c == 0)
        ]
        if own:
            gap = sum(r for _, r in own) / len(own) - sum(c for c, _ in own) / len(own)
            total += len(own) / len(confidence) * abs(gap)
    return total


@given(ROWS)
@SETTINGS
def test_the_error_by_hand(rows: list[tuple[float, bool]]) -> None:
    confidence, right = [c for c, _ in rows], [r for _, r in rows]
    found = reliability(np.array(confidence), np.array(right), n=50, bins=16)
    assert found.ece == pytest.approx(naive_error(confidence, right, 16))  # 1/16 is exact
    assert 0 <= found.interval[0] <= found.ece <= found.interval[1] <= 1
    assert found.counts.sum() == len(rows)
    assert expected_error(np.array(confidence), np.array(right), bins=16) == found.ece


@given(ROWS, st.randoms(use_true_random=False))
@SETTINGS
def test_the_order_of_rows_does_not_matter(
    rows: list[tuple[float, bool]], source: random.Random
) -> None:
    mixed = source.sample(rows, len(rows))
    first, second = (
        reliability(np.array([c for c, _ in own]), np.array([r for _, r in own]), n=50)
        for own in (rows, mixed)
    )
    assert first.ece == pytest.approx(second.ece)
    assert first.interval == pytest.approx(second.interval)


def test_certain_and_right_is_no_error_and_certain_and_wrong_is_all() -> None:
    sure = np.ones(9)
    assert reliability(sure, np.ones(9, dtype=bool)).ece == 0
    assert reliability(sure, np.ones(9, dtype=bool)).interval == (0, 0)
    assert reliability(sure, np.zeros(9, dtype=bool)).ece == 1
    bins = reliability(np.array([0.0, 0.4, 1.0]), np.array([True, False, True]), bins=5)
    assert bins.counts.tolist() == [1, 1, 0, 0, 1]
    assert bins.accuracy[[0, 1, 4]].tolist() == [1, 0, 1] and math.isnan(bins.accuracy[2])


def test_the_interval_is_that_of_rows_drawn_one_by_one() -> None:
    shares, gold = answers(600, 3, sharpness=2)
    confidence, right = shares.max(axis=1), shares.argmax(axis=1) == gold
    groups = np.arange(600) % 3
    found = reliability(confidence, right, groups, n=3000)
    source, draws = np.random.default_rng(1), []
    for _ in range(600):
        rows = np.concatenate(
            [source.choice(np.flatnonzero(groups == g), (groups == g).sum()) for g in range(3)]
        )
        draws.append(expected_error(confidence[rows], right[rows]))
    low, high = np.quantile(draws, [0.025, 0.975])
    expected = 2 * found.ece - high, 2 * found.ece - low
    assert found.interval == pytest.approx(expected, abs=0.006)
    assert found.interval[1] - found.interval[0] > 0.03


def test_the_interval_of_calibrated_answers_holds_zero_and_of_others_does_not() -> None:
    held = 0
    for seed in range(40):
        shares, gold = answers(300, seed)
        found = reliability(shares.max(axis=1), shares.argmax(axis=1) == gold, n=300, seed=seed)
        held += found.interval[0] < 0.02
    assert held >= 36
    shares, gold = answers(300, 0, sharpness=4)
    off = reliability(shares.max(axis=1), shares.argmax(axis=1) == gold)
    assert off.interval[0] > 0.15 and off.ece > 0.2


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_log_loss_and_brier_are_scikit_learns(kind: type) -> None:
    shares, gold = answers(300, 1)
    shares[:3] = np.eye(6)[[0, 1, 2]]
    gold[:3] = [0, 1, 5]  # a class that was given no chance at all
    table = shares.astype(kind)
    assert log_loss(table, gold) == pytest.approx(
        sklearn_metrics.log_loss(gold, table, labels=range(6)), rel=1e-5
    )
    expected = sklearn_metrics.brier_score_loss(gold, shares, labels=range(6), scale_by_half=False)
    assert brier(table, gold) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("sharpness", [0.5, 1, 3])
def test_the_temperature_undoes_a_sharpening(sharpness: float) -> None:
    """Logits times s are undone by T = s; calibrated answers need 1."""
    shares, gold = answers(20_000, 2, sharpness)
    found = temperature(shares, gold)
    assert found == pytest.approx(sharpness, rel=0.04)
    assert temperature(shares.astype(np.float32), gold) == pytest.approx(found, rel=1e-3)
    grid = [log_loss(tempered(shares, found * step), gold) for step in (0.97, 1, 1.03)]
    assert grid[1] == min(grid)
    best = tempered(shares, found)
    assert best.sum(axis=1) == pytest.approx(np.ones(len(gold)))
    assert expected_error(best.max(axis=1), best.argmax(axis=1) == gold) < 0.02


def test_answers_that_are_all_right_have_no_temperature() -> None:
    shares, _ = answers(50)
    assert temperature(shares, shares.argmax(axis=1)) is None
    wrong = (shares.argmax(axis=1) + 1) % 6
    assert temperature(shares, wrong) is None or log_loss(shares, wrong) > math.log(6)


def test_a_class_without_any_chance_does_not_break_the_temperature() -> None:
    shares, gold = answers(400, 5)
    shares[np.flatnonzero(gold == 0)[:2]] = np.eye(6)[1]
    found = temperature(shares.astype(np.float32), gold)
    assert found is not None and 1.2 < found < 10  # warmer than the others alone ask for


def test_no_rows_are_refused() -> None:
    with pytest.raises(ValueError, match="shape"):
        reliability(np.empty(0), np.empty(0, dtype=bool))
    with pytest.raises(ValueError, match="shape"):
        reliability(np.ones(2), np.ones(3, dtype=bool))

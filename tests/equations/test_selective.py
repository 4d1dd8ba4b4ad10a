"""AUROC and accuracy by coverage against pairs counted one by one and naive draws."""

import itertools
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from core.selective import auroc, auroc_interval, coverage_curve

SETTINGS = settings(deadline=None, max_examples=60)
ROWS = st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=25)


def columns(rows: list[tuple[int, bool]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([float(v) for v, _ in rows]), np.array([r for _, r in rows])


@given(ROWS)
@SETTINGS
def test_auroc_counts_pairs(rows: list[tuple[int, bool]]) -> None:
    good, bad = ([v for v, r in rows if r is wanted] for wanted in (True, False))
    pairs = [(a > b) + (a == b) / 2 for a, b in itertools.product(good, bad)]
    found = auroc(*columns(rows))
    assert found == (pytest.approx(sum(pairs) / len(pairs)) if pairs else None)


@given(ROWS, st.randoms(use_true_random=False))
@SETTINGS
def test_the_curve_is_the_mean_over_orders_of_tied_rows(
    rows: list[tuple[int, bool]], source: random.Random
) -> None:
    shares, accuracy = coverage_curve(*columns(rows), points=len(rows))
    assert accuracy[-1] == pytest.approx(sum(r for _, r in rows) / len(rows))
    assert shares == pytest.approx([(k + 1) / len(rows) for k in range(len(rows))])
    for kept in range(1, len(rows) + 1):
        edge = sorted((v for v, _ in rows), reverse=True)[kept - 1]
        above = [r for v, r in rows if v > edge]
        tied = [r for v, r in rows if v == edge]
        expected = sum(above) + (kept - len(above)) * sum(tied) / len(tied)
        assert accuracy[kept - 1] == pytest.approx(expected / kept)
    mixed = source.sample(rows, len(rows))
    assert coverage_curve(*columns(mixed), points=len(rows))[1] == pytest.approx(accuracy)


@pytest.mark.parametrize("ties", [False, True])
def test_the_interval_is_that_of_rows_drawn_one_by_one(ties: bool) -> None:
    source = np.random.default_rng(4)
    right = source.random(900) < 0.6
    signal = source.normal(0, 1, 900) + 0.7 * right
    signal = np.round(signal) if ties else signal
    groups = np.arange(900) % 2
    found = auroc_interval(signal, right, groups, n=3000)
    draws = []
    for _ in range(500):
        rows = np.concatenate(
            [source.choice(np.flatnonzero(groups == g), (groups == g).sum()) for g in (0, 1)]
        )
        draws.append(roc_auc_score(right[rows], signal[rows]))
    assert found == pytest.approx(tuple(np.quantile(draws, [0.025, 0.975])), abs=0.008)
    assert found is not None and found[0] < roc_auc_score(right, signal) < found[1]


def test_what_cannot_be_told() -> None:
    signal = np.arange(4.0)
    assert auroc(signal, np.ones(4, dtype=bool)) is None
    assert auroc_interval(signal, np.zeros(4, dtype=bool)) is None
    assert auroc(np.empty(0), np.empty(0, dtype=bool)) is None
    assert [len(part) for part in coverage_curve(np.empty(0), np.empty(0, dtype=bool))] == [0, 0]


def test_a_perfect_signal() -> None:
    right = np.array([False, True] * 30)
    signal = right + np.linspace(0, 0.5, 60)
    assert auroc(signal, right) == 1
    assert auroc_interval(signal, right) == (1, 1)
    assert coverage_curve(signal, right)[1][:10].tolist() == [1] * 10

"""Prior correction against scipy's root finder, a naive second implementation, and its laws."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import root
from scipy.special import softmax

from core.prior import fit_factors, mean_prediction, rescaled


def table(seed: int, rows: int = 60, spread: float = 1.5) -> np.ndarray:
    return softmax(np.random.default_rng(seed).normal(0, spread, (rows, 6)), axis=1)


def naive_mean(probabilities, factors, weights):  # type: ignore[no-untyped-def]
    total = [0.0] * len(factors)
    for row, weight in zip(probabilities, weights, strict=True):
        scaled = [p * f for p, f in zip(row, factors, strict=True)]
        for k, value in enumerate(scaled):
            total[k] += weight * value / sum(scaled)
    return [value / sum(weights) for value in total]


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.booleans())
@settings(max_examples=60, deadline=None)
def test_the_mean_becomes_the_target(seed: int, other: int, weighted: bool) -> None:
    rows = table(seed)
    target = np.random.default_rng(other).dirichlet(np.full(6, 3.0))
    weights = np.random.default_rng(other).random(len(rows)) if weighted else None
    factors = fit_factors(rows, target, weights)
    assert mean_prediction(rescaled(rows, factors), weights) == pytest.approx(target, abs=1e-8)
    counted = weights if weights is not None else np.ones(len(rows))
    assert naive_mean(rows, factors, counted) == pytest.approx(target, abs=1e-8)
    assert math.prod(factors) == pytest.approx(1)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_equal_means_give_factors_of_one(seed: int) -> None:
    rows = table(seed)
    assert fit_factors(rows, rows.mean(axis=0)) == pytest.approx(np.ones(6), abs=1e-6)
    np.testing.assert_allclose(rescaled(rows, np.full(6, 7.0)), rows, atol=1e-12)


def test_factors_are_those_of_a_root_finder_on_the_bias() -> None:
    """The control's meaning: Eq. 1 with only the head's bias free, solved by scipy."""
    rows, teacher = table(1, 200), table(2, 200)
    weights = np.random.default_rng(3).random(200)
    wanted = np.average(teacher, axis=0, weights=weights)

    def gradient(bias: np.ndarray) -> np.ndarray:
        q = softmax(np.log(rows) + np.append(bias, 0.0), axis=1)
        return (np.average(q, axis=0, weights=weights) - wanted)[:5]

    bias = np.append(root(gradient, np.zeros(5), tol=1e-12).x, 0.0)
    expected = np.exp(bias - bias.mean())
    found = fit_factors(rows, mean_prediction(teacher, weights), weights)
    assert found == pytest.approx(expected, rel=1e-5)


def test_two_rows_by_hand() -> None:
    """(.5, .5) twice: the factor ratio is the target's odds."""
    factors = fit_factors([[0.5, 0.5], [0.5, 0.5]], [0.8, 0.2])
    assert factors[0] / factors[1] == pytest.approx(4)
    assert fit_factors([[0.5, 0.5]], [1.0, 0.0])[1] == 0


def test_rows_of_float32_are_near_enough_to_1() -> None:
    rows = table(5).astype(np.float32)
    teacher = table(6).astype(np.float32).mean(axis=0).astype(np.float64) * (1 + 3e-7)
    found = rescaled(rows, fit_factors(rows, teacher)).mean(axis=0)
    assert found == pytest.approx(teacher, abs=1e-6)


def test_impossible_targets_are_refused() -> None:
    with pytest.raises(ValueError, match="never predicted"):
        fit_factors([[1.0, 0.0]], [0.5, 0.5])
    with pytest.raises(ValueError, match="too certain"):
        fit_factors([[1.0, 0.0], [0.0, 1.0]], [0.9, 0.1])
    with pytest.raises(ValueError, match="target"):
        fit_factors([[0.5, 0.5]], [0.9, 0.9])
    with pytest.raises(ValueError, match="weights"):
        mean_prediction([[0.5, 0.5]], [-1.0])

"""Spearman with intervals against scipy, and what the paired comparison must and must not see."""

import numpy as np
import pytest
from scipy.stats import bootstrap, spearmanr

from core.correlation import compare, spearman


def correlated(rng: np.random.Generator, rows: int, noise: float) -> tuple[np.ndarray, np.ndarray]:
    """A truth in steps, ties and all, and a noisy view of it."""
    truth = rng.integers(0, 12, rows).astype(float)
    return truth + rng.normal(0, noise, rows), truth


@pytest.mark.parametrize("noise", [0.1, 3.0, 30.0])
def test_rho_and_p_are_scipys(noise: float) -> None:
    signal, truth = correlated(np.random.default_rng(1), 200, noise)
    found, expected = spearman(signal, truth), spearmanr(signal, truth)
    assert (found.rho, found.p) == (
        pytest.approx(expected.statistic),
        pytest.approx(expected.pvalue),
    )
    assert found.n == 200


def test_the_interval_is_scipys_bootstrap() -> None:
    """Another implementation with other draws: bounds agree within Monte-Carlo error."""
    signal, truth = correlated(np.random.default_rng(2), 150, 4.0)
    found = spearman(signal, truth, n=4000)
    other = bootstrap(
        (signal, truth),
        lambda a, b: spearmanr(a, b).statistic,
        paired=True,
        vectorized=False,
        method="percentile",
        n_resamples=2000,
        rng=np.random.default_rng(3),
    ).confidence_interval
    assert (found.low, found.high) == (
        pytest.approx(other.low, abs=0.02),
        pytest.approx(other.high, abs=0.02),
    )


def test_each_draw_is_ranked_anew() -> None:
    """By hand: the same draws, each handed to scipy."""
    signal, truth = correlated(np.random.default_rng(4), 40, 2.0)
    chosen = np.random.default_rng(9).integers(0, 40, size=(120, 40))
    drawn = [spearmanr(signal[rows], truth[rows]).statistic for rows in chosen]
    found = spearman(signal, truth, n=120, seed=9)
    assert (found.low, found.high) == tuple(
        pytest.approx(np.quantile(drawn, q)) for q in (0.025, 0.975)
    )


def test_unknown_rows_are_left_out_of_both() -> None:
    signal, truth = correlated(np.random.default_rng(5), 60, 2.0)
    holes_a, holes_b, gold = signal.copy(), -signal, truth.copy()
    holes_a[:5], holes_b[3:9], gold[20] = np.nan, np.nan, np.nan
    kept = [row for row in range(9, 60) if row != 20]
    assert spearman(holes_a, gold).n == 54
    found = compare(holes_a, holes_b, gold)
    expected = spearmanr(signal[kept], truth[kept]).statistic
    assert (found.n, found.difference) == (50, pytest.approx(2 * expected))


def test_a_better_signal_is_seen_and_equal_ones_are_not() -> None:
    rng = np.random.default_rng(6)
    good, truth = correlated(rng, 300, 1.0)
    bad = truth + rng.normal(0, 20, 300)
    better, worse = compare(good, bad, truth), compare(bad, good, truth)
    assert better.difference is not None and better.difference > 0.3
    assert better.low is not None and better.low > 0
    assert better.p is not None and better.p < 0.01
    assert worse.difference == pytest.approx(-better.difference)
    assert (worse.low, worse.high) == (pytest.approx(-better.high), pytest.approx(-better.low))
    same = compare(good, 3 * good + 1, truth)
    assert (same.difference, same.low, same.high, same.p) == (0.0, 0.0, 0.0, 1.0)


def test_no_difference_is_called_one_more_often_than_it_should() -> None:
    """Two views of equal noise, 200 times: about one in twenty is below 0.05."""
    rng = np.random.default_rng(7)
    false = 0
    for _ in range(200):
        truth = rng.normal(size=60)
        a, b = (truth + rng.normal(0, 1, 60) for _ in range(2))
        p = compare(a, b, truth, n=200).p
        false += p is not None and p < 0.05
    assert 1 <= false <= 24  # binomial(200, 0.05) is outside once in ten thousand times


def test_what_cannot_be_computed_is_none() -> None:
    flat, truth = np.ones(10), np.arange(10.0)
    for found in (spearman(flat, truth), spearman(truth, flat), spearman([1.0, 2.0], [1.0, 2.0])):
        assert (found.rho, found.low, found.high, found.p) == (None, None, None, None)
    assert compare(truth, flat, truth).difference is None


def test_arrays_that_are_not_parallel_are_refused() -> None:
    with pytest.raises(ValueError, match="shapes"):
        spearman([1.0, 2.0, 3.0], [1.0, 2.0])

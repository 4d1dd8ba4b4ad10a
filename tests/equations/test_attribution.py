"""Shapley values by permutations, LIME's regression by its normal equations, the kernel by sums."""

from itertools import permutations, product
from math import comb

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.utils.data import DataLoader, TensorDataset

from core.attribution.coalitions import (
    Coalitions,
    Fitted,
    RidgeModel,
    ShapleyModel,
    ribeiro,
    shapley,
)


def game(count: int, seed: int) -> dict[tuple[int, ...], float]:
    """A random value for each set of words, as a row of 0 and 1."""
    drawn = np.random.default_rng(seed).normal(size=2**count)
    return dict(zip(product((0, 1), repeat=count), drawn.tolist(), strict=True))


def by_permutations(values: dict[tuple[int, ...], float], count: int) -> np.ndarray:
    """What each word adds when it joins, the mean over all orders of joining."""
    total, orders = np.zeros(count), list(permutations(range(count)))
    for order in orders:
        row = [0] * count
        for word in order:
            before = values[tuple(row)]
            row[word] = 1
            total[word] += values[tuple(row)] - before
    return total / len(orders)


def fit(model: Fitted, coalitions: Coalitions, values: dict[tuple[int, ...], float]) -> np.ndarray:
    rows = torch.from_numpy(coalitions.rows)
    answers = torch.tensor([values[tuple(row)] for row in coalitions.rows.astype(int).tolist()])
    weights = torch.tensor([coalitions.weight(None, row[None]) for row in rows])
    model.fit(DataLoader(TensorDataset(rows, answers, weights), batch_size=len(rows)))
    return model.representation()[0].numpy()


@given(st.integers(1, 6), st.integers(0, 10_000))
def test_with_all_subsets_kernel_shap_is_the_shapley_value(count: int, seed: int) -> None:
    values = game(count, seed)
    drawn = shapley(count, 2**count, np.random.default_rng(0))
    assert len(drawn.rows) == 2**count == len(np.unique(drawn.rows, axis=0))
    found = fit(ShapleyModel(), drawn, values)
    np.testing.assert_allclose(found, by_permutations(values, count), atol=1e-5)


@given(st.integers(2, 40), st.integers(2, 400), st.integers(0, 10_000))
def test_kernel_shap_sums_to_the_difference_however_few_the_samples(
    count: int, samples: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    drawn = shapley(count, samples, rng)
    assert 2 <= len(drawn.rows) <= max(samples, 2)
    assert drawn.rows[0].all() and not drawn.rows[1].any()
    answers = rng.normal(size=len(drawn.rows))
    weights = np.array([drawn.weight(None, torch.from_numpy(row)) for row in drawn.rows])
    found = ShapleyModel().solve(drawn.rows, answers, weights)
    assert found.sum() == pytest.approx(answers[0] - answers[1], abs=1e-6)


@given(st.integers(7, 25), st.integers(60, 400), st.integers(0, 1000))
def test_rows_weigh_what_the_shapley_kernel_gives_their_sizes(
    count: int, samples: int, seed: int
) -> None:
    """Sizes tried in full weigh exactly their share, sizes drawn share what is left."""
    drawn = shapley(count, samples, np.random.default_rng(seed))
    sizes = drawn.rows[2:].sum(axis=1).astype(int)
    share = {size: (count - 1) / (size * (count - size)) for size in range(1, count)}
    for size in (1, count - 1):
        rows = drawn.rows[2:][sizes == size]
        if not len(np.unique(rows, axis=0)) == len(rows) == comb(count, size):
            continue  # drawn, not tried in full
        assert drawn.weights[size] * comb(count, size) == pytest.approx(share[size])
    total = sum(drawn.weights[size] for size in sizes)
    assert total == pytest.approx(sum(share.values()))


@given(st.integers(10, 20), st.integers(0, 200))
def test_an_additive_game_is_found_whatever_is_drawn(count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    worth, drawn = rng.normal(size=count), shapley(count, 200, rng)
    weights = np.array([drawn.weight(None, torch.from_numpy(row)) for row in drawn.rows])
    found = ShapleyModel().solve(drawn.rows, drawn.rows @ worth + 3.0, weights)
    np.testing.assert_allclose(found, worth, atol=1e-8)


def test_sampled_shapley_values_come_near_the_exact_ones() -> None:
    """10 words, 300 of 1024 subsets, a game with strong interactions."""
    rng = np.random.default_rng(3)
    one, two = rng.normal(size=10), rng.normal(size=(10, 10))
    rows = np.array(list(product((0, 1), repeat=10)), dtype=float)
    answers = rows @ one + np.einsum("si,ij,sj->s", rows, two, rows)
    values = dict(zip(map(tuple, rows.astype(int).tolist()), answers.tolist(), strict=True))
    # A pair's interaction is shared equally; the diagonal is the word's own.
    exact = one + np.diag(two) + ((two + two.T).sum(axis=1) - 2 * np.diag(two)) / 2
    found = fit(ShapleyModel(), shapley(10, 300, rng), values)
    assert np.corrcoef(found, exact)[0, 1] > 0.99


@given(st.integers(1, 8), st.integers(0, 1000))
def test_lime_is_a_weighted_ridge_regression(count: int, seed: int) -> None:
    values, drawn = game(count, seed), ribeiro(count, 60, np.random.default_rng(seed))
    rows = drawn.rows
    answers = np.array([values[tuple(row)] for row in rows.astype(int).tolist()])
    cosine = rows.sum(axis=1) / (np.sqrt(count) * np.maximum(np.sqrt(rows.sum(axis=1)), 1e-12))
    # Ribeiro's code: distances times 100, kernel width 25, a square root around the kernel.
    weights = np.sqrt(np.exp(-((100 * (1 - cosine)) ** 2) / 25**2))
    wide = np.hstack([rows, np.ones((len(rows), 1))])  # the last column is the intercept
    penalty = np.diag([1.0] * count + [0.0])
    expected = np.linalg.solve(
        wide.T @ (wide * weights[:, None]) + penalty, wide.T @ (weights * answers)
    )
    np.testing.assert_allclose(fit(RidgeModel(), drawn, values), expected[:-1], atol=1e-5)


@given(st.integers(1, 50), st.integers(20, 200), st.integers(0, 1000))
def test_lime_starts_with_the_text_and_always_hides_some_words(
    count: int, samples: int, seed: int
) -> None:
    rows = ribeiro(count, samples, np.random.default_rng(seed)).rows
    assert rows.shape == (samples, count) and rows[0].all()
    assert not rows[1:].all(axis=1).any() and set(np.unique(rows)) <= {0.0, 1.0}


def test_lime_hides_each_number_of_words_as_often() -> None:
    rows = ribeiro(5, 10_001, np.random.default_rng(1)).rows[1:]
    counts = np.bincount((5 - rows.sum(axis=1)).astype(int), minlength=6)
    assert counts[0] == 0 and (abs(counts[1:] / 10_000 - 0.2) < 0.02).all()

"""The controls of refinement do what they say: weights by each option, on frozen tweets by hand."""

from typing import Any

import numpy as np
import pytest

from core.records import Translation, TranslationStatus
from core.weighting import normalise_weights
from train.config import DistilConfig
from train.training.frozen import Frozen, weigh

STATUSES = [TranslationStatus.TRANSLATED] * 8 + [
    TranslationStatus.ENGLISH,
    TranslationStatus.ENGLISH,
    TranslationStatus.COPIED,
    TranslationStatus.UNKNOWN,
]
N = len(STATUSES)


def table(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).dirichlet(np.ones(6), N)


def frozen() -> Frozen:
    zeros = np.zeros(N)
    held = np.zeros(N, dtype=bool)
    held[[2, 8]] = True
    used = np.array([s not in STATUSES[-2:] for s in STATUSES])
    translations = [Translation("", status) for status in STATUSES]
    tables = table(1), table(2)
    return Frozen([""] * N, ["fr"] * N, translations, *tables, zeros, zeros, used, held, {})


def weights(**changes: Any) -> tuple[np.ndarray, np.ndarray]:
    config = DistilConfig(output="x", **changes)
    original, english = table(3), table(4)
    english[8:10] = original[8:10]
    return weigh(config, frozen(), original, english)


def test_quality_is_equation_3_by_hand() -> None:
    w, found = weights()
    expected = ((table(4) - table(3)) ** 2).sum(axis=1)[:8]
    assert w[:8] == pytest.approx(expected)
    assert found[:8] == pytest.approx(1 - (expected - expected.min()) / np.ptp(expected))
    assert found[8:10].tolist() == [1, 1] and np.isnan(found[10:]).all()


def test_as_printed_goes_below_zero_and_its_weights_do_not() -> None:
    w, found = weights(reading="as_printed")
    expected = (table(4) ** 2 - table(3) ** 2).sum(axis=1)[:8]
    assert w[:8] == pytest.approx(expected) and expected.min() < 0 < expected.max()
    assert found[:8] == pytest.approx(1 - (expected - expected.min()) / np.ptp(expected))
    assert found[:8].min() == 0 and found[:8].max() == 1
    plain = normalise_weights(w, [TranslationStatus.TRANSLATED] * N, paper_strict=True)
    strict = weights(reading="as_printed", paper_strict=True)[1]
    assert strict == pytest.approx(plain) and not np.isnan(strict).any()


def test_ones_are_ones_where_a_tweet_is_used() -> None:
    w, found = weights(weights="ones")
    assert found[:10].tolist() == [1.0] * 10 and np.isnan(found[10:]).all()
    assert w == pytest.approx(weights()[0])


def test_permuted_weights_are_the_trained_ones_in_other_places() -> None:
    """Held-out tweets keep theirs, so that those trained on have the very same weights."""
    _, plain = weights()
    _, found = weights(weights="permuted")
    trained = [0, 1, 3, 4, 5, 6, 7, 9]
    assert sorted(found[trained]) == pytest.approx(sorted(plain[trained]))
    assert found[trained].tolist() != plain[trained].tolist()
    assert found[[2, 8]] == pytest.approx(plain[[2, 8]]) and np.isnan(found[10:]).all()
    assert found[:10].tolist() == weights(weights="permuted")[1][:10].tolist()
    assert found[:10].tolist() != weights(weights="permuted", seed=14)[1][:10].tolist()

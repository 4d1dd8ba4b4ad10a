"""Mean and vote against versions that count by hand."""

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import ensembles

K = 6
# Quarters: ties between classes and between means are frequent, and sums are exact.
ROW = st.lists(st.integers(0, 4), min_size=K, max_size=K).filter(any)


@st.composite
def tables(draw: Any) -> np.ndarray:
    members, rows = draw(st.integers(1, 5)), draw(st.integers(0, 4))
    drawn = [[draw(ROW) for _ in range(rows)] for _ in range(members)]
    found = np.array(drawn, dtype=np.float64).reshape(members, rows, K)
    return found / found.sum(axis=2, keepdims=True)


def first_largest(values: list[float]) -> int:
    return values.index(max(values))


@given(tables())
def test_the_mean_is_the_mean(given_tables: np.ndarray) -> None:
    shares, winners = ensembles.mean(given_tables)
    for row in range(given_tables.shape[1]):
        expected = [
            sum(side[row][k] for side in given_tables) / len(given_tables) for k in range(K)
        ]
        assert shares[row].tolist() == pytest.approx(expected)
        assert shares[row].sum() == pytest.approx(1)
        assert winners[row] == first_largest(shares[row].tolist())


@given(tables())
def test_votes_are_counted_and_ties_go_to_the_mean(given_tables: np.ndarray) -> None:
    shares, winners = ensembles.vote(given_tables)
    members = len(given_tables)
    for row in range(given_tables.shape[1]):
        votes = Counter(first_largest(side[row].tolist()) for side in given_tables)
        assert shares[row].tolist() == [votes[k] / members for k in range(K)]
        most = [k for k in range(K) if votes[k] == max(votes.values())]
        means = [float(given_tables[:, row, k].mean()) for k in most]
        assert winners[row] == most[first_largest(means)]


def test_a_tie_by_hand() -> None:
    """Anger and Joy have one vote each; Joy is the likelier on average, Fear nobody's first."""
    joy, anger = [0, 0.5, 0.1, 0.4, 0, 0], [0, 0.15, 0.45, 0.4, 0, 0]
    shares, winners = ensembles.vote(np.array([[anger], [joy]]))
    assert shares.tolist() == [[0, 0.5, 0.5, 0, 0, 0]]
    assert winners.tolist() == [1]
    assert ensembles.mean(np.array([[anger], [joy]]))[1].tolist() == [3]


@pytest.mark.parametrize("combined", [ensembles.mean, ensembles.vote])
def test_nobody_is_no_ensemble(combined: Any) -> None:
    with pytest.raises(ValueError, match="members"):
        combined(np.empty((0, 3, K)))

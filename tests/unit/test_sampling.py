"""So many rows of a file: evenly spread, in order, always the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.sampling import spread


@given(st.integers(0, 400), st.integers(1, 500))
def test_rows_lie_at_even_distances(count: int, limit: int) -> None:
    found = spread(range(count), limit)
    assert len(found) == min(count, limit)
    assert found == sorted(set(found)) and set(found) <= set(range(count))
    gaps = {after - before for before, after in zip(found, found[1:], strict=False)}
    assert not gaps or max(gaps) - min(gaps) <= 1
    if found and limit < count:
        assert found[0] == 0 and count - found[-1] <= -(-count // limit)


def test_without_a_limit_all_rows_stay() -> None:
    assert spread("abc", None) == ["a", "b", "c"]


@pytest.mark.parametrize("limit", [10, 40, 99])
def test_a_file_sorted_by_language_gives_some_of_each(limit: int) -> None:
    rows = ["en"] * 100 + ["fr"] * 100 + ["ru"] * 100
    found = spread(rows, limit)
    for code in ("en", "fr", "ru"):
        assert abs(found.count(code) - limit / 3) <= 1

"""The cache against a plain list that is searched from the front."""

import threading
from concurrent.futures import ThreadPoolExecutor

from hypothesis import given
from hypothesis import strategies as st

from core.cache import BoundedCache


def upper(keys: list[str]) -> list[str]:
    return [key.upper() for key in keys]


@given(st.lists(st.text("abcdefg", max_size=3)), st.integers(1, 5), st.integers(1, 9))
def test_it_holds_what_a_naive_list_would(keys: list[str], size: int, budget: int) -> None:
    cache: BoundedCache[str, str] = BoundedCache(size, budget, len)
    naive: list[str] = []  # the longest unused first
    for key in keys:
        assert cache.get(key) == (key.upper() if key in naive else None)
        cache.put(key, key.upper())
        naive = [*(other for other in naive if other != key), key]
        while len(naive) > size or sum(map(len, naive)) > budget:
            naive.pop(0)
        assert len(cache) == len(naive)
        assert cache.spent == sum(map(len, naive))
    for key in set(keys):
        assert (cache.get(key) is not None) == (key in naive)


@given(st.lists(st.lists(st.text("abc", max_size=2))), st.integers(0, 4))
def test_filling_gives_every_key_its_own_value(batches: list[list[str]], size: int) -> None:
    cache: BoundedCache[str, str] = BoundedCache(size)
    for keys in batches:
        asked: list[str] = []

        def compute(missing: list[str], asked: list[str] = asked) -> list[str]:
            asked += missing
            return upper(missing)

        known = {key for key in set(keys) if cache.get(key) is not None}
        assert cache.fill(keys, compute) == upper(keys)
        assert sorted(asked) == sorted(set(keys) - known), "each missing key once"
        assert len(cache) <= size


def test_reading_keeps_an_entry_alive() -> None:
    cache: BoundedCache[str, str] = BoundedCache(2)
    cache.fill(["a", "b"], upper)
    cache.get("a")
    cache.put("c", "C")
    assert (cache.get("a"), cache.get("b"), cache.get("c")) == ("A", None, "C")


def test_an_entry_beyond_the_budget_is_not_kept() -> None:
    cache: BoundedCache[str, str] = BoundedCache(10, 5, len)
    assert cache.fill(["much too long", "ok"], upper) == ["MUCH TOO LONG", "OK"]
    assert cache.get("much too long") is None and cache.get("ok") == "OK"


def test_many_threads_see_whole_values() -> None:
    cache: BoundedCache[int, tuple[int, int]] = BoundedCache(50)
    start = threading.Barrier(8)

    def work(seed: int) -> bool:
        start.wait()
        keys = [(seed * 31 + step * 7) % 90 for step in range(400)]
        return all(
            cache.fill([key], lambda missing: [(m, -m) for m in missing]) == [(key, -key)]
            for key in keys
        )

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(8)))
    assert len(cache) == cache.spent <= 50

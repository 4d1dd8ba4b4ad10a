"""A bounded, thread-safe, least-recently-used map for frozen results.

Keys must hold everything that shapes the value: the text and the model's
identity, decoding, prefix, maximum length, language. Knows no model.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class BoundedCache(Generic[K, V]):
    """At most ``size`` entries of a bounded cost together; the one longest unused goes first.

    Args:
        size: entries at most.
        budget: what all entries may cost together; None: anything.
        cost: of one entry, by its key; 1 by default.

    >>> cache = BoundedCache(2)
    >>> cache.fill(["a", "b"], lambda keys: [key.upper() for key in keys])
    ['A', 'B']
    """

    def __init__(
        self, size: int, budget: int | None = None, cost: Callable[[K], int] = lambda key: 1
    ) -> None:
        self._size = size
        self._budget = size if budget is None else budget
        self._cost = cost
        self._spent = 0
        self._entries: OrderedDict[K, V] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def spent(self) -> int:
        """What all entries cost together."""
        return self._spent

    def get(self, key: K) -> V | None:
        """The value, made the most recently used, or None."""
        with self._lock:
            if key in self._entries:
                self._entries.move_to_end(key)
            return self._entries.get(key)

    def put(self, key: K, value: V) -> None:
        """Store a value; may drop the oldest."""
        with self._lock:
            if key not in self._entries:
                self._spent += self._cost(key)
            self._entries[key] = value
            self._entries.move_to_end(key)
            while len(self._entries) > self._size or self._spent > self._budget:
                oldest, _ = self._entries.popitem(last=False)
                self._spent -= self._cost(oldest)

    def clear(self) -> None:
        """Drop every entry."""
        with self._lock:
            self._entries.clear()
            self._spent = 0

    def fill(self, keys: Sequence[K], compute: Callable[[list[K]], Sequence[V]]) -> list[V]:
        """Values for all keys, in order; ``compute`` gets the missing ones once each."""
        found = {key: value for key in set(keys) if (value := self.get(key)) is not None}
        missing = [key for key in dict.fromkeys(keys) if key not in found]
        if missing:
            for key, value in zip(missing, compute(missing), strict=True):
                found[key] = value
                self.put(key, value)
        return [found[key] for key in keys]

"""Texts that came before, and how often: of any number of rows, in bounded memory.

Knows strings only.
"""

from array import array
from collections import Counter

REMEMBERED = 5_000_000
"""Strings that ``Seen`` tells apart; later ones are no longer looked for."""

DISTINCT = 1000
"""Different strings that a ``Tally`` counts one by one."""

_BITS = (1 << 64) - 1


class Seen:
    """Which strings came before, as 64-bit hashes in one flat table: at most 64 MB.

    Two strings out of five million share a hash once in a million files.

    Args:
        most: strings that are remembered.

    Attributes:
        count: strings remembered so far.
    """

    def __init__(self, most: int = REMEMBERED) -> None:
        self.count, self._most = 0, most
        self._slots = array("Q", bytes(8 << 10))  # 0: free

    @property
    def full(self) -> bool:
        """Whether further strings are not remembered."""
        return self.count >= self._most

    def add(self, string: str) -> bool:
        """Remember a string; True where it came before."""
        value = hash(string) & _BITS or 1
        place = _place(self._slots, value)
        if self._slots[place] == value:
            return True
        if not self.full:
            self._slots[place] = value
            self.count += 1
            if 3 * self.count > 2 * len(self._slots):
                self._grow()
        return False

    def _grow(self) -> None:
        larger = array("Q", bytes(16 * len(self._slots)))
        for value in self._slots:
            if value:
                larger[_place(larger, value)] = value
        self._slots = larger


def _place(slots: "array[int]", value: int) -> int:
    """Where a value stands in a table, or could; open addressing, one step at a time."""
    last = len(slots) - 1  # the length is a power of two
    place = value & last
    while slots[place] and slots[place] != value:
        place = (place + 1) & last
    return place


class Tally:
    """How often each string came, for the first so many different ones; the others together."""

    def __init__(self, most: int = DISTINCT) -> None:
        self.counts: Counter[str] = Counter()
        self.others = 0
        self._most = most

    def add(self, string: str) -> None:
        """Count a string."""
        if string in self.counts or len(self.counts) < self._most:
            self.counts[string] += 1
        else:
            self.others += 1

"""Rows in chunks that the rows alone decide on: a run that goes on cuts where it cut before.

Knows examples and troubles; reads no file and runs no model.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from core.files.layout import Trouble
from core.records import Example

ROWS, CHARACTERS = 256, 60_000  # of one chunk, at most; one text may be longer


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows that are answered together, and lost together when a process is killed."""

    number: int  # 0, 1, 2 …
    first: int  # number of its first row, which counts from 1 over all usable rows
    rows: tuple[Example, ...]
    left_out: int  # unusable rows of the file before the chunk's end

    @property
    def end(self) -> int:
        """Rows of the file that are answered once this chunk is."""
        return self.first + len(self.rows) - 1


def chunks(found: Iterable[Example | Trouble]) -> Iterator[Chunk]:
    """Usable rows, in order, in lists of at most ROWS rows and CHARACTERS characters.

    What was left out behind the last row counts to the last chunk. No chunk is empty, but a file
    without any usable row gives one empty chunk, which says how many were left out.
    """
    rows: list[Example] = []
    number, first, characters, left_out = 0, 1, 0, 0
    for one in found:
        if isinstance(one, Trouble):
            left_out += not one.used
            continue
        characters += len(one.text)
        if rows and (len(rows) == ROWS or characters > CHARACTERS):
            yield Chunk(number, first, tuple(rows), left_out)
            number, first, characters = number + 1, first + len(rows), len(one.text)
            rows = []
        rows.append(one)
    yield Chunk(number, first, tuple(rows), left_out)

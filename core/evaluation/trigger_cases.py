"""Which tweets of a trigger file are explained: those with gold, all of them or a seeded sample.

Knows examples in the order of their file; no model and no score.
"""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from core.errors import DataError
from core.evaluation.plan import PREDICTIONS
from core.evaluation.trigger_scores import CHUNK
from core.records import Example
from core.words import split_words


@dataclass(frozen=True)
class Marked:
    """The rows of a folder of results that have gold triggers, as often as somebody asks."""

    folder: Path

    def __iter__(self) -> Iterator[Example]:
        """In order, with the language that was told or found; a batch at a time."""
        import pyarrow.parquet as pq

        names = ["line", "id", "text", "source", "language", "gold_triggers"]
        with pq.ParquetFile(self.folder / PREDICTIONS) as file:
            for batch in file.iter_batches(1024, columns=names):
                for row in batch.to_pylist():
                    if row["gold_triggers"] is not None:
                        yield _example(row)


def _example(row: dict[str, Any]) -> Example:
    return Example(
        row["id"],
        row["text"],
        triggers=tuple(row["gold_triggers"]),
        source=row["source"],
        row=row["line"],
        language=row["language"],
    )


class Cases:
    """Tweets that have gold triggers, in chunks that the file and the sample alone decide on.

    Others have no figure, so nothing is computed for them.

    Args:
        found: rows of a file; where they can be run through twice, they are counted first.
        limit: at most so many, drawn over the whole file; None: all, and none is held.
        seed: of the draw.
    """

    def __init__(self, found: Iterable[Example], limit: int | None, seed: int) -> None:
        self.of = 0  # tweets with gold met so far
        self._left = self._with_gold(found)
        self.total: int | None = None
        if limit is not None:
            chosen = _sample(self._left, limit, seed)
            self._left, self.total = iter(chosen), len(chosen)
        elif not isinstance(found, Iterator):
            self.total = sum(has_gold(one) for one in found)

    def chunks(self) -> Iterator[tuple[Example, ...]]:
        """The tweets, CHUNK at a time.

        Raises:
            DataError: gold of another length than the text, or two rows of one number.
        """
        rows: set[int] = set()
        while chunk := tuple(islice(self._left, CHUNK)):
            for one in chunk:
                _refuse(one, rows)
                rows.add(one.row)
            yield chunk

    def count_rest(self) -> None:
        """Run through what is left, so that ``of`` is that of the whole file."""
        for _ in self._left:
            pass

    def _with_gold(self, found: Iterable[Example]) -> Iterator[Example]:
        for one in found:
            if has_gold(one):
                self.of += 1
                yield one


def has_gold(tweet: Example) -> bool:
    """Whether any word of a tweet is marked."""
    return any(tweet.triggers or ())


def _sample(found: Iterable[Example], limit: int, seed: int) -> list[Example]:
    """``limit`` of any number of tweets, each as likely, in their order (Vitter's algorithm R)."""
    rng, kept = random.Random(seed), dict[int, tuple[int, Example]]()
    for number, one in enumerate(found):
        place = number if number < limit else rng.randrange(number + 1)
        if place < limit:
            kept[place] = number, one
    return [one for _, one in sorted(kept.values(), key=lambda pair: pair[0])]


def _refuse(one: Example, rows: set[int]) -> None:
    words, labels = len(split_words(one.text)), len(one.triggers or ())
    if labels != words:
        raise DataError(f"Row {one.row} has {labels} trigger labels for {words} words.")
    if one.row in rows:
        raise DataError(f"Row {one.row} comes twice.", "Number the rows of the file.")

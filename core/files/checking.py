"""A whole file checked before any model sees it: what can be used, what cannot, and why.

Knows what a person should be told of a file; reads it once, in constant memory, and asks nothing
of a model. What rows become is ``core.files.cells``'s; this counts what comes out of it.
"""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from core.evaluation.plan import Progress
from core.files.cells import Cells, as_text, language_code
from core.files.layout import Layout, Trouble
from core.files.rows import no_rows
from core.files.seen import Seen, Tally
from core.files.sources import Rows, opened
from core.files.suggesting import suggestion
from core.labels import LABELS
from core.records import Example
from core.streaming import Row
from core.tables import quote

LISTED = 200
"""Troubles that a Check holds; the others are counted."""

_EVERY = 1000  # rows between two looks at the clock


@dataclass(frozen=True, slots=True)
class UnknownLabel:
    """A label cell that is none of the six, and not mapped to one."""

    cell: str  # as written
    count: int  # rows
    suggestion: str | None  # one of LABELS, to be confirmed; None: nothing comes to mind


@dataclass(frozen=True, slots=True)
class Check:
    """What reading a whole file with one layout gives."""

    usable: int  # rows
    bad: int  # rows that cannot be used; each is a Trouble
    left_out: int  # rows whose label the layout leaves out
    blank: int  # empty lines
    labels: Mapping[str, int]  # gold as mapped → usable rows, in the order of LABELS
    unknown: tuple[UnknownLabel, ...]  # the most frequent first
    unknown_others: int  # rows with yet other such cells, beyond core.files.seen.DISTINCT
    languages: Mapping[str, int]  # cells of the language column as written → usable rows
    languages_others: int  # rows with yet other such cells
    unknown_languages: tuple[str, ...]  # of them, the ones that are used as "unknown"
    double_ids: int  # usable rows whose ID came before
    ids_compared: int | None  # different IDs looked for; None: all of them
    missing: int  # rows without a text
    lengths: tuple[int, int] | None  # trigger files: the fewest and the most words of a usable row
    trigger_words: int  # words labelled 1
    words: int  # of usable rows with trigger labels
    wrong_lists: int  # rows whose trigger list is malformed or of another length
    troubles: tuple[Trouble, ...]  # the first LISTED
    troubled: int  # all of them, those of rows that are used included
    complete: bool  # False: stopped before the end
    seconds: float

    @property
    def rows(self) -> int:
        """Rows read, whatever became of them."""
        return self.usable + self.bad + self.left_out


def check(
    path: Path,
    layout: Layout,
    told: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
    name: str = "",
) -> Check:
    """Read the whole file and say what is in it.

    Args:
        path: the file.
        layout: how it is read; labels that it does not map are listed, not guessed.
        told: hears every 1,000 rows how many were read.
        stop: asked as often; where True, what was read so far is the answer.
        name: of the file, for sentences; "": the path's last part.

    Raises:
        DataError: where the file as a whole cannot be read.
    """
    started = time.monotonic()
    counting, complete, number = _Counting(layout), True, 0
    with opened(path, layout, name) as rows:
        for number, row in enumerate(rows, start=1):
            counting.add(row)
            if number % _EVERY == 0:
                if stop is not None and stop():
                    complete = False
                    break
                if told is not None:
                    told(_progress(number, rows, time.monotonic() - started))
        blank = rows.blank
    if not number:
        raise no_rows(name or path.name, layout)
    return counting.result(blank, complete, time.monotonic() - started)


def _progress(done: int, rows: Rows, seconds: float) -> Progress:
    """How far a file is read, by the bytes that are left."""
    share = rows.share
    left = seconds * (1 - share) / share if share else None
    return Progress("reading", done, seconds=seconds, seconds_left=left, new=done)


class _Counting:
    """What came out of the rows so far."""

    def __init__(self, layout: Layout) -> None:
        self._layout, self._cells = layout, Cells(layout)
        self._usable = self._bad = self._left_out = self._missing = 0
        self._double = self._wrong_lists = self._troubled = 0
        self._labels: Counter[str] = Counter()
        self._unknown, self._languages = Tally(), Tally()
        self._strange: dict[str, None] = {}  # languages, in order
        self._ids, self._overflow = Seen(), False
        self._shortest = self._longest = self._words = self._triggers = 0
        self._troubles: list[Trouble] = []

    def add(self, row: Row | Trouble) -> None:
        """Count one row."""
        found = row if isinstance(row, Trouble) else self._cells.example(row)
        if isinstance(found, Example) and isinstance(row, Row):
            self._use(row, found)
        elif isinstance(found, Trouble):
            self._lose(row, found)
        else:
            self._left_out += 1

    def result(self, blank: int, complete: bool, seconds: float) -> Check:
        """All of it."""
        unknown = [
            UnknownLabel(cell, count, suggestion(cell))
            for cell, count in self._unknown.counts.most_common()
        ]
        return Check(
            usable=self._usable,
            bad=self._bad,
            left_out=self._left_out,
            blank=blank,
            labels={label: self._labels[label] for label in LABELS if self._labels[label]},
            unknown=tuple(unknown),
            unknown_others=self._unknown.others,
            languages=dict(self._languages.counts.most_common()),
            languages_others=self._languages.others,
            unknown_languages=tuple(self._strange),
            double_ids=self._double,
            ids_compared=self._ids.count if self._overflow else None,
            missing=self._missing,
            lengths=(self._shortest, self._longest) if self._words else None,
            trigger_words=self._triggers,
            words=self._words,
            wrong_lists=self._wrong_lists,
            troubles=tuple(self._troubles),
            troubled=self._troubled,
            complete=complete,
            seconds=seconds,
        )

    def _use(self, row: Row, example: Example) -> None:
        self._usable += 1
        if example.label is not None:
            self._labels[example.label] += 1
        if example.triggers is not None:
            self._measure(example.triggers)
        if self._layout.id is not None:
            self._compare(example)
        if self._layout.language is not None:
            self._listen(row, self._layout.language)

    def _measure(self, triggers: tuple[int, ...]) -> None:
        words = len(triggers)
        self._shortest = min(self._shortest or words, words)
        self._longest = max(self._longest, words)
        self._words += words
        self._triggers += sum(triggers)

    def _compare(self, example: Example) -> None:
        if not example.id:
            self._name(Trouble(example.row, self._layout.id or "", "it has no ID", used=True))
            return
        if self._ids.add(example.id):
            self._double += 1
            problem = f"the ID {quote(example.id)} came before"
            self._name(Trouble(example.row, self._layout.id or "", problem, used=True))
        self._overflow = self._overflow or self._ids.full

    def _listen(self, row: Row, column: str) -> None:
        cell = as_text(row.extra.get(column))
        self._languages.add(cell)
        if language_code(cell) is None:
            if cell in self._languages.counts:
                self._strange.setdefault(cell)
            problem = f"the language {quote(cell)} is not known"
            self._name(Trouble(row.line, column, problem, used=True))

    def _lose(self, row: Row | Trouble, trouble: Trouble) -> None:
        self._bad += 1
        if self._layout.kind != "none" and trouble.column == self._layout.gold:
            if self._layout.kind == "triggers":
                self._wrong_lists += 1
            elif isinstance(row, Row):
                self._unknown.add(self._cells.gold(row))
        elif trouble.column == self._layout.text and trouble.column:
            self._missing += 1
        self._name(trouble)

    def _name(self, trouble: Trouble) -> None:
        self._troubled += 1
        if len(self._troubles) < LISTED:
            self._troubles.append(trouble)

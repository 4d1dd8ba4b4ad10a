"""The texts that a command answers: one input opened, its rows in chunks, the bad ones named.

Knows standard input, files and pipes, and how rows become chunks; the forms of a file are
``core.streaming``'s. Knows no output and no model.
"""

import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, cast

from core.errors import DataError
from core.streaming import FORMS, Form, Row, Source, Trouble
from train.config import StreamConfig
from train.paths import STANDARD

ROWS, CHARACTERS = 256, 100_000  # of one chunk, at most; one text may be longer
NAMED = 100  # bad rows that are named; the others are counted
KINDS = {"tsv": "TSV", "csv": "CSV", "jsonl": "JSONL", "txt": "text, one tweet per line"}


class Intake:
    """A context manager: inside, the input is open and its beginning was read.

    Args:
        config: what to read, and how.
        log: is given sentences on what a person should know.

    Attributes:
        bad: rows that could not be used so far.

    Raises:
        DataError: when the input cannot be read.
    """

    def __init__(self, config: StreamConfig, log: Callable[[str], None]) -> None:
        self.config, self.bad = config, 0
        self._log = log
        self.name = "standard input" if config.input == STANDARD else config.input

    def __enter__(self) -> Self:
        with ExitStack() as closing, self._readable():
            stream, self._size = _opened(self.config.input, closing)
            self._source = self._open(stream)
            chunks = _chunks(self._good(), min(ROWS, self.config.at_once))
            self._start = next(chunks, None)
            self._rest = chunks
            self._closing = closing.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.close()

    @property
    def form(self) -> Form:
        """How the input is read."""
        return self._source.form

    @property
    def blank(self) -> int:
        """Blank lines left out so far."""
        return self._source.blank

    @property
    def share(self) -> float | None:
        """How much of the input was read, in [0, 1]; None where its size is not known."""
        return self._source.position / self._size if self._size else None

    def chunks(self) -> Iterable[list[Row]]:
        """All rows that can be used, in order, in lists that the rows alone decide on; once."""
        return chain([self._start] if self._start else [], self._rest)

    def losses(self) -> str:
        """What was left out, in words; "" where nothing was."""
        bad = f"{self.bad:,} bad {plural('row', self.bad)} left out" if self.bad else ""
        blank = f"{self.blank:,} blank {plural('line', self.blank)} skipped" if self.blank else ""
        return ", ".join(filter(None, (bad, blank)))

    def nothing(self) -> DataError:
        """The error for an input without a single text."""
        hint = "Name its form with --format, or the column that holds the texts with --column."
        lost = self.losses() or "it has no rows"
        return DataError(f"{self.name} holds no text that can be used: {lost}.", hint)

    def _open(self, stream: BinaryIO) -> Source:
        form = None if self.config.format == "auto" else cast(Form, self.config.format)
        source = Source(stream, self.name, form, self.config.column)
        if form is None and Path(self.name).suffix.lower() not in FORMS:
            self._log(f"Reading {self.name} as {KINDS[source.form]}.")
        return source

    def _good(self) -> Iterator[Row]:
        """The rows that can be used; the others are named."""
        with self._readable():
            for row in self._source:
                if isinstance(row, Row):
                    yield row
                else:
                    self._complain(row)

    def _complain(self, row: Trouble) -> None:
        self.bad += 1
        if self.bad <= NAMED:
            self._log(f"{self.name}, line {row.line}: {row.problem}.")
        if self.bad == NAMED:
            self._log("Further rows that cannot be used are only counted.")

    @contextmanager
    def _readable(self) -> Iterator[None]:
        """Errors of the system while reading as a sentence."""
        try:
            yield
        except OSError as error:
            reason = error.strerror or str(error)
            raise DataError(f"{self.name} cannot be read: {reason}.", "Check the file.") from error


def _opened(place: str, closing: ExitStack) -> tuple[BinaryIO, int]:
    """The input as bytes, and its size where it has one, else 0."""
    if place == STANDARD:
        if sys.stdin is None:
            raise DataError("There is no standard input.", "Name a file: --input FILE.")
        return sys.stdin.buffer, 0
    file = closing.enter_context(Path(place).open("rb"))  # noqa: SIM115 (it is one)
    about = os.fstat(file.fileno())
    return file, about.st_size if stat.S_ISREG(about.st_mode) else 0


def _chunks(rows: Iterator[Row], most: int) -> Iterator[list[Row]]:
    """Rows in lists of at most so many rows and CHARACTERS characters, or one longer row."""
    chunk: list[Row] = []
    characters = 0
    for row in rows:
        characters += len(row.text)
        if chunk and (len(chunk) == most or characters > CHARACTERS):
            yield chunk
            chunk, characters = [], len(row.text)
        chunk.append(row)
    if chunk:
        yield chunk


def plural(noun: str, count: int) -> str:
    """A noun for so many."""
    return noun if count == 1 else f"{noun}s"

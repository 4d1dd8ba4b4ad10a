"""The folder of originals: what lies in it, what is missing, and the lines that files hold.

Knows places, compression, checksums, and what is wrong so far; knows no label and no column. A bad
row is named by file and line, counted, and left out; a file that cannot be read is named and left
out; the others go on. Rows with named columns are ``rows``'.
"""

import bz2
import gzip
import hashlib
import json
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, cast

from core.data import read_table
from core.errors import DataError, brief
from core.tables import Lines
from train.prepare.source import Source

NAMED = 10  # bad rows of a file that are named; the others are counted
PACKED: dict[str, Callable[[Path], Any]] = {".gz": gzip.open, ".bz2": bz2.open}
COLUMNS = ("name", "sha256", "bytes")  # of a file of checksums


@dataclass(frozen=True, slots=True)
class Digest:
    """A file's bytes as they lie there, packed or not."""

    sha256: str  # 64 hex digits
    bytes: int


class Originals:
    """What lies in ``root/NAME/`` for each of some sources.

    Args:
        root: the folder.
        sources: those to read; all others are as if they were not there.
        log: is given a sentence on each bad row and on each file that cannot be read.

    Attributes:
        read: every file opened so far, by its path from the root.
        bad: bad rows so far, by the same path.
        broken: what is wrong with files that could not be read to their end, by the same path.
    """

    def __init__(
        self, root: Path, sources: Sequence[Source], log: Callable[[str], None] = lambda _: None
    ) -> None:
        self.root = root
        self.sources = {source.name: source for source in sources}
        self.read: dict[str, Digest] = {}
        self.bad: Counter[str] = Counter()
        self.broken: dict[str, str] = {}
        self._log = log

    # --- what is there ---

    def files(self, source: str, pattern: str) -> list[Path]:
        """The files of a source that match, packed ones included, in order of their names."""
        if source not in self.sources:
            return []
        folder = self.root / source
        found = (path for ending in ("", *PACKED) for path in folder.glob(pattern + ending))
        return sorted({p for p in found if p.is_file() and not p.name.startswith(".")})

    def everything(self) -> list[Path]:
        """Every file that the sources may read, packed ones included."""
        return [
            path
            for source in self.sources.values()
            for file in source.files
            for path in self.files(source.name, file)
        ]

    def lacking(self) -> dict[str, tuple[str, ...]]:
        """By source: the files that are expected and not there; optional sources are left out."""
        absent = {
            source.name: tuple(file for file in source.files if not self.files(source.name, file))
            for source in self.sources.values()
            if not source.optional
        }
        return {name: files for name, files in absent.items() if files}

    def hold_to(self, file: Path) -> None:
        """Refuse originals that differ from those of an earlier preparation.

        Args:
            file: of checksums, as ``checksums`` gives them.

        Raises:
            DataError: naming the files whose bytes differ, or that were not there then.
        """
        table = read_table(file, COLUMNS)
        known = dict(zip(table.column("name"), table.column("sha256"), strict=True))
        wrong = []
        for path in self.everything():
            name = self.name(path)
            if name not in known:
                wrong.append(f"{name} is not in it")
            elif known[name] != _digest(path).sha256:
                wrong.append(f"{name} differs")
        if wrong:
            shown = "; ".join(wrong[:NAMED]) + ("; …" if len(wrong) > NAMED else "")
            hint = "Take the originals that it was made from, or leave checksums out."
            raise DataError(f"The originals are not those of {file}: {shown}.", hint)

    def checksums(self) -> list[tuple[str, str, str]]:
        """(name, sha256, bytes) of what was read, for a file that ``hold_to`` reads."""
        return [(name, read.sha256, str(read.bytes)) for name, read in sorted(self.read.items())]

    # --- what is wrong ---

    def name(self, path: Path) -> str:
        """A file's path from the root, with slashes."""
        return path.relative_to(self.root).as_posix()

    def complain(self, path: Path, line: int, problem: str) -> None:
        """Count a row that cannot be used, and name it; ``problem`` is the rest of a sentence."""
        name = self.name(path)
        self.bad[name] += 1
        if self.bad[name] <= NAMED:
            self._log(f"{name}, line {line}: {problem}.")
        if self.bad[name] == NAMED:
            self._log(f"{name}: further bad rows are only counted.")

    def give_up(self, path: Path, sentence: str) -> None:
        """Name a file that cannot be read, or not to its end; told once."""
        name = self.name(path)
        if name not in self.broken:
            self.broken[name] = sentence
            self._log(sentence)

    # --- what files hold ---

    @contextmanager
    def opened(self, path: Path) -> Iterator[BinaryIO]:
        """The file as bytes, unpacked; what goes wrong with it inside is given up, not raised."""
        stream = self._stream(path)
        with stream:
            try:
                yield stream
            except DataError as error:
                self.give_up(path, str(error))
            except (OSError, EOFError, zlib.error) as error:
                self.give_up(path, f"{path} cannot be read to its end: {brief(error)}.")

    def _stream(self, path: Path) -> BinaryIO:
        """The unpacked bytes; an empty stream where there are none to be had."""
        try:
            self.digest(path)
            opener = PACKED.get(path.suffix, lambda place: place.open("rb"))
            return cast(BinaryIO, opener(path))
        except (DataError, OSError) as error:
            self.give_up(path, str(error) or f"{path} cannot be read.")
            return BytesIO()

    def digest(self, path: Path) -> None:
        """Remember a file as read. Raises DataError when it cannot be."""
        if self.name(path) not in self.read:
            self.read[self.name(path)] = _digest(path)

    def content(self, path: Path) -> bytes:
        """All bytes of a file, unpacked; none where it cannot be read."""
        content = b""
        with self.opened(path) as stream:
            content = stream.read()
        return content

    def lines(self, path: Path) -> Iterator[tuple[int, str]]:
        """(line from 1, text without its end), no quotation mark meaning anything."""
        with self.opened(path) as stream:
            for line in Lines(stream):
                if line.problem:
                    self.complain(path, line.number, line.problem)
                else:
                    yield line.number, line.text.rstrip("\r\n")

    def cells(self, path: Path, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
        """Rows of a tab-separated file without header or quotation, blank lines left out.

        Args:
            columns: names for the cells; further ones are ignored, fewer are a bad row.
        """
        for number, text in self.lines(path):
            parts = text.split("\t")
            if len(parts) < len(columns) and text.strip():
                self.complain(path, number, f"it has {len(parts)} cells instead of {len(columns)}")
            elif text.strip():
                yield number, dict(zip(columns, parts, strict=False))

    def json(self, path: Path) -> Any:
        """A whole JSON file; None where it is none."""
        content = self.content(path)
        try:
            return json.loads(content) if content else None
        except ValueError as error:
            self.give_up(path, f"{path} is no JSON: {brief(error)}.")
            return None


def _digest(path: Path) -> Digest:
    try:
        with path.open("rb") as file:
            return Digest(hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size)
    except OSError as error:
        reason = error.strerror or str(error)
        raise DataError(f"{path} cannot be read: {reason}.", "Check the file.") from error

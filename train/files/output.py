"""The file that a command writes record by record: made aside, renamed once it is complete.

Knows the half-done file ``.NAME.part`` beside the output, and how to go on with one; standard
output, pipes and devices are written to directly. How a record stands in a file is
``train.files.forms``.
"""

import contextlib
import fcntl
import json
import os
import stat
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from core.errors import ConfigError, TandemError
from train.files.forms import Form, Record, encode, header, start_of
from train.paths import STANDARD


def half_done(place: str) -> Path | None:
    """The half-done file of an output, where one lies there that holds anything."""
    part = _part(place)
    return part if part is not None and part.is_file() and part.stat().st_size else None


def earlier_words(place: str) -> list[str]:
    """The options, as typed, of the run that left a half-done file, even one that holds nothing.

    None where none lies there.
    """
    part, about = _part(place), _about(place)
    left = part is not None and part.is_file() and about.is_file()
    return list(_read(about)["words"]) if left else []


class Closed(Exception):
    """Whoever read the output wants no more of it."""


class Output:
    """Where records go; a context manager.

    Args:
        place: a file, "-" for standard output, a pipe or a device.
        form: how records are written.
        stamp: what shapes the records, by name: a half-done file that other models or options
            shaped is not gone on with.
        words: the options as typed, kept beside a half-done file.
        resume: go on with the half-done file, where there is one.

    Attributes:
        part: the half-done file; None where the output is written to directly.
        resumed: whether a half-done file is gone on with.

    Raises:
        TandemError: when it cannot be written, or not be gone on with.
    """

    def __init__(
        self,
        place: str,
        form: Form,
        stamp: Mapping[str, str],
        words: Sequence[str] = (),
        resume: bool = False,
    ) -> None:
        self.place, self.form = place, form
        self._target = Path(place).resolve()
        self.part = _part(place)
        if self.part is None and resume:
            raise ConfigError(f"--resume needs a file as output, not {place!r}.")
        self._about = _about(place)
        self.resumed = False
        self._header: bytes | None = None
        self._kept: Iterator[bytes] = iter(())
        with self._troubles():
            self._file = self._direct() if self.part is None else _alone(self.part, place)
            if self.part is not None:
                self._kept = self._begin(self.part, {"words": [*words], "stamp": {**stamp}}, resume)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the half-done file behind, unless ``finish`` or ``discard`` came before."""
        if self.place != STANDARD:
            with contextlib.suppress(OSError):  # a full disk: the write before has said so
                self._file.close()

    def known(self, texts: Sequence[str]) -> int:
        """How many of the next texts the half-done file answers already.

        Raises:
            ConfigError: when its next record answers another text.
        """
        for count, text in enumerate(texts):
            record = next(self._kept, None)
            if record is None:
                return count
            if not record.startswith(start_of(text, self.form)):
                raise self._other("answers other texts than the input holds")
        return len(texts)

    def write(self, records: Sequence[Record]) -> None:
        """Append records, and hand them to the system at once.

        Raises:
            Closed: when nobody reads on.
            TandemError: when the disk is full, or the like.
        """
        if not records:
            return
        lines = [encode(record, self.form) for record in records]
        names = header(records[0], self.form)
        if self._header is None:
            lines.insert(0, names)
        elif self._header != names:
            raise self._other("has other columns")
        with self._troubles():
            self._file.write(b"".join(lines))
            self._file.flush()
        self._header = names

    def finish(self) -> None:
        """Put the complete file in its place.

        Raises:
            TandemError: when it cannot be put there, or answers more texts than the input holds.
        """
        if self.part is None:
            return
        if next(self._kept, None) is not None:
            raise self._other("answers other texts than the input holds")
        with self._troubles():
            os.fsync(self._file.fileno())
            if self._target.exists():
                self.part.chmod(stat.S_IMODE(self._target.stat().st_mode))
            self.part.replace(self._target)
            self._about.unlink(missing_ok=True)

    def discard(self) -> None:
        """Take the half-done file away: there is nothing to go on with."""
        if self.part is not None:
            self.part.unlink(missing_ok=True)
            self._about.unlink(missing_ok=True)

    def _direct(self) -> BinaryIO:
        return sys.stdout.buffer if self.place == STANDARD else self._target.open("wb")

    def _begin(self, part: Path, about: dict[str, Any], resume: bool) -> Iterator[bytes]:
        """The records to go on from; a file that is not gone on with is emptied."""
        if not (resume and self._about.is_file() and part.stat().st_size):
            self._file.truncate(0)
            self._about.write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
            return iter(())
        before, now = _read(self._about)["stamp"], about["stamp"]
        names = sorted({*before, *now})
        other = [name for name in names if before.get(name) != now.get(name)]
        if other:
            raise self._other(f"was begun with another {', '.join(other)}")
        self.resumed = True
        return self._whole(part)

    def _whole(self, part: Path) -> Iterator[bytes]:
        """The complete records of the half-done file; what is torn behind them is cut off.

        A record ends at a line end outside quotation marks, all of which come in pairs.
        """
        end, record = 0, b""
        with part.open("rb") as lines:
            for line in lines:
                record += line
                if line.endswith(b"\n") and (self.form == "jsonl" or not record.count(b'"') % 2):
                    end += len(record)
                    if self._header is None and self.form != "jsonl":
                        self._header = record
                    else:
                        yield record
                    record = b""
        self._file.truncate(end)

    def _other(self, why: str) -> ConfigError:
        hint = "Give the same options and input again, or start over with --fresh."
        return ConfigError(f"{self.part} {why}.", hint)

    @contextlib.contextmanager
    def _troubles(self) -> Iterator[None]:
        """Errors of the system as sentences."""
        try:
            yield
        except BrokenPipeError as error:
            if self.place == STANDARD:  # else Python complains once more when it ends
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise Closed from error
        except OSError as error:
            hint = "Make room, or choose another output."
            if self.part is not None and self.part.is_file():
                hint = f"What is done is kept in {self.part}: make room, then add --resume."
            raise TandemError(f"{self.place} cannot be written: {error.strerror}.", hint) from error


def _part(place: str) -> Path | None:
    """Where an output is made; None for what is written to directly."""
    target = Path(place).resolve()
    direct = place == STANDARD or (target.exists() and not target.is_file())
    return None if direct else target.with_name(f".{target.name}.part")


def _about(place: str) -> Path:
    """Where the options of a half-done file are kept."""
    target = Path(place).resolve()
    return target.with_name(f".{target.name}.part.options")


def _read(about: Path) -> dict[str, Any]:
    """Raises ConfigError where the options of a half-done file cannot be read."""
    try:
        found = json.loads(about.read_text(encoding="utf-8"))
        return {"words": found["words"], "stamp": found["stamp"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"{about} cannot be read.", "Start over with --fresh.") from error


def _alone(part: Path, place: str) -> BinaryIO:
    """The half-done file, to be appended to by this process alone."""
    part.parent.mkdir(parents=True, exist_ok=True)
    file = part.open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise TandemError(
            f"Another process is writing {place}.", "Wait for it, or choose another output."
        ) from None
    return file

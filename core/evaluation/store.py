"""A folder of results while it is written: stamp, parts, and how they become one table.

Each part is written aside, handed to the disk and renamed, so that a process may be killed at any
moment: what has its name is whole. Knows Arrow tables and files; no model and no figure.
"""

import errno
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from core.errors import ConfigError, TandemError
from core.evaluation.aside import aside, clear, troubles, write_json
from core.evaluation.chunks import Chunk
from core.evaluation.plan import METRICS, PARTS, PLAN, PREDICTIONS

EXPLAINED = "explained.jsonl"
"""What the trigger board keeps, so that a later start need not explain it again."""

FORMAT = 1
GROUP = 65_536  # rows of a row group
KEY = b"tandem"  # in the footer of each table
ELSEWHERE = ("path", "name")  # of a plan: where the file lies is no matter, its bytes are
KEPT = "What is done is kept: make room, then start again with the same folder."
_NO_LOCKS = (errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOLCK, errno.EINVAL)


class Store:
    """A context manager: inside, no other process writes the folder.

    Args:
        folder: made where it is not there.
        stamp: plain values that shape the results; its ``plan`` is what Plan.to_dict gives.

    Attributes:
        rows: rows of ``predictions.parquet``, once it was merged, or where it was complete before.
        left_out: rows of the file that could not be used, as far as ``rows`` go.
        complete: whether ``predictions.parquet`` holds the whole file.

    Raises:
        ConfigError: the folder holds results of another stamp.
        TandemError: another process writes it, or it cannot be written.
    """

    def __init__(self, folder: Path, stamp: Mapping[str, Any]) -> None:
        self.folder = folder
        self.rows = self.left_out = 0
        self.complete = False
        self._stamp: dict[str, Any] = json.loads(json.dumps({"format": FORMAT, **stamp}))
        self._lock = -1

    def __enter__(self) -> Self:
        with troubles(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            self._lock = _locked(self.folder)
            try:
                self._begin()
            except BaseException:
                os.close(self._lock)
                raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._lock)

    def _begin(self) -> None:
        """Clear what a killed process left, hold the stamp against an earlier one."""
        clear(self.folder, PLAN, PREDICTIONS, METRICS)
        clear(self.folder / PARTS, "*")
        if not (self.folder / PLAN).exists():
            if (self.folder / PREDICTIONS).exists() or (self.folder / PARTS).exists():
                raise _other(self.folder, "results that nobody knows the plan of")
            write_json(self.folder / PLAN, self._stamp)
        self._refuse_other()
        about = _about(self.folder / PREDICTIONS) or {}
        self.complete = bool(about.get("complete")) and about.get("stamp") == self.digest
        if self.complete:
            self.rows, self.left_out = about["rows"], about["left_out"]
            shutil.rmtree(self.folder / PARTS, ignore_errors=True)

    def _refuse_other(self) -> None:
        """Raises ConfigError where the folder was begun with another stamp."""
        try:
            raw = json.loads((self.folder / PLAN).read_text(encoding="utf-8"))
            before, now = _flat(raw), _flat(self._stamp)
            asked = (
                _flat({"plan": raw["plan"]}).keys() | _flat({"plan": self._stamp["plan"]}).keys()
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise _other(self.folder, f"a {PLAN} that cannot be read") from error
        other = sorted(name for name in {*before, *now} if before.get(name) != now.get(name))
        # Another plan has other models and engines as well, which would only blur the sentence.
        names = [name for name in other if name in asked] or other
        if names:
            raise _other(self.folder, f"results of another {', '.join(names)}")

    @property
    def digest(self) -> str:
        """Of the stamp: what every table says it belongs to."""
        return hashlib.sha256(json.dumps(_flat(self._stamp), sort_keys=True).encode()).hexdigest()

    def has(self, chunk: Chunk) -> bool:
        """Whether a whole part answers this chunk; a torn or foreign one does not."""
        return _about(self._part(chunk.number)) == self._of(chunk)

    def write(self, chunk: Chunk, table: pa.Table) -> None:
        """Keep the answers of a chunk.

        Raises:
            TandemError: they cannot be written; what was written before stays.
        """
        told = table.replace_schema_metadata(_footer(self._of(chunk)))
        with troubles(self.folder, KEPT), aside(self._part(chunk.number)) as place:
            pq.write_table(told, place, compression="zstd", row_group_size=GROUP)

    def merge(self, last: Chunk, *, complete: bool) -> None:
        """One table of all parts up to a chunk's, in place of an older one, part by part.

        Args:
            complete: these are all, so that the parts can go.

        Raises:
            TandemError: it cannot be written, or a part is damaged: that one is taken away.
        """
        about = {"complete": complete, "left_out": last.left_out, "rows": last.end}
        footer = _footer({"stamp": self.digest, **about})
        with troubles(self.folder, KEPT), aside(self.folder / PREDICTIONS) as place:
            schema = self._read(0).schema.with_metadata(footer)
            with pq.ParquetWriter(place, schema, compression="zstd") as writer:
                for group in self._groups(last.number + 1):
                    writer.write_table(group.replace_schema_metadata(footer), row_group_size=GROUP)
        self.rows, self.left_out, self.complete = last.end, last.left_out, complete
        if complete:
            shutil.rmtree(self.folder / PARTS, ignore_errors=True)

    def _groups(self, parts: int) -> Iterator[pa.Table]:
        """The rows of the first so many parts in tables of GROUP rows, the last one shorter."""
        kept = self._read(0).slice(0, 0)
        for number in range(parts):
            kept = pa.concat_tables([kept, self._read(number)])
            while kept.num_rows >= GROUP:
                yield kept.slice(0, GROUP)
                kept = kept.slice(GROUP)
        if kept.num_rows:
            yield kept

    def _read(self, number: int) -> pa.Table:
        path = self._part(number)
        try:
            with pq.ParquetFile(path) as file:
                return file.read().replace_schema_metadata(None)
        except (pa.ArrowException, OSError) as error:
            if isinstance(error, OSError) and error.errno not in (None, errno.ENOENT):
                raise
            path.unlink(missing_ok=True)
            raise TandemError(
                f"{path} is damaged, and was taken away.",
                "Start again with the same folder: only its rows are answered anew.",
            ) from error

    def _part(self, number: int) -> Path:
        return self.folder / PARTS / f"{number:06d}.parquet"

    def _of(self, chunk: Chunk) -> dict[str, Any]:
        """What the footer of a chunk's part says."""
        about = {"first": chunk.first, "rows": len(chunk.rows), "left_out": chunk.left_out}
        return {"stamp": self.digest, "number": chunk.number, **about}


def _footer(about: Mapping[str, Any]) -> dict[bytes, bytes]:
    return {KEY: json.dumps(about).encode()}


def _about(path: Path) -> dict[str, Any] | None:
    """What a table's footer says of it; None where it is not there, torn, or not of ours."""
    if not path.is_file():
        return None
    try:
        told = json.loads((pq.read_metadata(path).metadata or {})[KEY])
    except (pa.ArrowException, OSError, ValueError, KeyError):
        return None
    return told if isinstance(told, dict) else None


def _flat(stamp: Mapping[str, Any]) -> dict[str, Any]:
    """A stamp by names that a person can be told, without what does not matter."""
    plan = {name: value for name, value in stamp["plan"].items() if name not in ELSEWHERE}
    return {**{name: value for name, value in stamp.items() if name != "plan"}, **plan}


def _other(folder: Path, what: str) -> ConfigError:
    hint = "Choose another folder, or take this one away to begin anew."
    return ConfigError(f"{folder} holds {what}.", hint)


def _locked(folder: Path) -> int:
    """The folder, open and held by this caller alone where the file system knows locks."""
    number = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(number)
        raise TandemError(
            f"Another evaluation is writing {folder}.", "Wait for it, or choose another folder."
        ) from None
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            os.close(number)
            raise
    return number


def clear_results(folder: Path) -> None:
    """Take away what evaluations wrote into a folder, and nothing else.

    Raises:
        TandemError: another process writes it.
    """
    if not folder.is_dir():
        return
    lock = _locked(folder)
    try:
        shutil.rmtree(folder / PARTS, ignore_errors=True)
        for name in (METRICS, PREDICTIONS, EXPLAINED, PLAN):
            (folder / name).unlink(missing_ok=True)
    finally:
        os.close(lock)

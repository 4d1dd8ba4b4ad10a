"""The folder that a preparation writes: all of it aside, then renamed at once.

Knows tables (tab separated, pandas' default quoting), the manifest and the checksums; knows no
content. The same rows make the same bytes.
"""

import csv
import json
import os
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from core.data import file_hash, read_table
from core.errors import DataError

MANIFEST, CHECKSUMS = "prepared.json", "originals.sha256"


class Folder:
    """A context manager: inside, files are written aside; left without an error, they are there.

    Args:
        place: where they shall stand; an older preparation there is replaced as a whole, so that
            no file of it is trained on beside dev files of the new one.

    Attributes:
        files: by name: rows and content hash of what was written.

    Raises:
        DataError: when something else is there, or it cannot be written.
    """

    def __init__(self, place: str | Path) -> None:
        self.place = Path(place).resolve()
        self.files: dict[str, dict[str, Any]] = {}
        self._aside = self.place.with_name(f".{self.place.name}.{os.getpid()}.part")

    def __enter__(self) -> Self:
        ours = (self.place / MANIFEST).is_file() or not self.place.exists()
        if not ours and (not self.place.is_dir() or any(self.place.iterdir())):
            hint = "Choose another output."
            raise DataError(f"{self.place} is no preparation; it is left alone.", hint)
        try:
            shutil.rmtree(self._aside, ignore_errors=True)
            self._aside.mkdir(parents=True)
        except OSError as error:
            raise self._trouble(error) from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                self._swap()
        except OSError as trouble:
            raise self._trouble(trouble) from trouble
        finally:
            shutil.rmtree(self._aside, ignore_errors=True)

    def write(self, name: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
        """A table, and how many rows it has; without rows no file is made."""
        path = self._aside / name
        count = 0
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, delimiter="\t", lineterminator="\n")
                writer.writerow(columns)
                for row in rows:
                    writer.writerow(row)
                    count += 1
        except OSError as error:
            raise self._trouble(error) from error
        if not count:
            path.unlink()
            return 0
        return self._made(name, count)

    def copy(self, name: str, content: bytes) -> int:
        """A table as it is, byte for byte, once it has been read as one; its rows."""
        path = self._aside / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        except OSError as error:
            raise self._trouble(error) from error
        return self._made(name, len(read_table(path).rows))

    def seal(
        self, manifest: dict[str, Any], checksums: Sequence[Sequence[str]], columns: Sequence[str]
    ) -> None:
        """The manifest, with the files written so far, and the checksums of what was read."""
        lines = ["\t".join(row) for row in (columns, *checksums)]
        content = json.dumps({**manifest, "files": self.files}, indent=1, ensure_ascii=False)
        try:
            (self._aside / CHECKSUMS).write_text("\n".join(lines) + "\n", encoding="utf-8")
            (self._aside / MANIFEST).write_text(content + "\n", encoding="utf-8")
        except OSError as error:
            raise self._trouble(error) from error

    def _made(self, name: str, rows: int) -> int:
        self.files[name] = {"rows": rows, "sha256": file_hash(self._aside / name)}
        return rows

    def _swap(self) -> None:
        """Two renames; what a process killed between them leaves, the next run puts back."""
        old = self.place.with_name(f".{self.place.name}.{os.getpid()}.old")
        if self.place.exists():
            self.place.rename(old)
        self._aside.rename(self.place)
        shutil.rmtree(old, ignore_errors=True)

    def _trouble(self, error: OSError) -> DataError:
        reason = error.strerror or str(error)
        return DataError(f"{self.place} cannot be written: {reason}.", "Choose another output.")

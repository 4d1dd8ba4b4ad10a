"""One data file, open: its rows one after another whatever form and encoding it has.

Knows layouts, and which reader belongs to which form; nothing of labels or languages.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from core.errors import DataError
from core.files.decoding import ENCODINGS, as_utf8, encoding_of
from core.files.layout import LEFT_OUT, Layout, Trouble
from core.files.parquet import ParquetRows
from core.files.refusing import beginning, unreadable
from core.labels import LABELS
from core.streaming import Row, Source
from core.tables import quote


class Rows(Protocol):
    """What hands out rows in order."""

    @property
    def blank(self) -> int:
        """Empty lines left out so far."""

    @property
    def share(self) -> float:
        """How much of the file was read, in [0, 1]."""

    def __iter__(self) -> Iterator[Row | Trouble]: ...


@dataclass
class _Lined:
    """Rows of a form that has lines."""

    source: Source
    stream: BinaryIO
    size: int  # bytes

    @property
    def blank(self) -> int:
        return self.source.blank

    @property
    def share(self) -> float:
        return self.stream.tell() / self.size

    def __iter__(self) -> Iterator[Row | Trouble]:
        return iter(self.source)


@contextmanager
def opened(path: Path, layout: Layout, name: str = "") -> Iterator[Rows]:
    """The rows of a file, to be iterated once; the texts exactly as they stand there.

    Args:
        path: the file.
        layout: how it is read; Row.extra holds its further columns at least.
        name: of the file, for sentences; "": the path's last part.

    Raises:
        DataError: here or while iterating, where the file as a whole cannot be read, or the
            layout does not fit it or itself.
    """
    name = name or path.name
    check_layout(layout)
    beginning(path, name)
    also = [c for c in (layout.id, layout.gold, layout.language, layout.source) if c is not None]
    if layout.form == "parquet":
        rows = ParquetRows(path, name, layout.text, also)
        try:
            yield rows
        finally:
            rows.close()
        return
    try:
        with path.open("rb") as stream:
            encoding = encoding_of(layout.encoding)
            source = Source(
                as_utf8(stream, encoding),
                name,
                layout.form,
                layout.text,
                also=also,
                delimiter=layout.delimiter,
                encoding=ENCODINGS[encoding],
            )
            yield _Lined(source, stream, path.stat().st_size)
    except OSError as error:
        raise unreadable(name, error) from error


def check_layout(layout: Layout) -> None:
    """Refuse a layout that contradicts itself.

    Raises:
        DataError: one column in two roles, gold without a column, labels mapped to no label.
    """
    roles = {
        "text": layout.text or None,
        "ID": layout.id,
        "gold": layout.gold if layout.kind != "none" else None,
        "language": layout.language,
        "source": layout.source,
    }
    chosen = [column for column in roles.values() if column is not None]
    double = next((column for column in chosen if chosen.count(column) > 1), None)
    if double is not None:
        both = " and ".join(role for role, column in roles.items() if column == double)
        raise DataError(f"The column {quote(double)} is chosen for {both}.", "Choose another one.")
    if layout.form == "txt" and chosen:
        raise DataError("Plain text has no columns to choose.", "Leave all columns out.")
    if layout.form != "txt" and not layout.text:
        raise DataError("No column is chosen for the texts.", "Choose one.")
    if layout.kind != "none" and layout.gold is None:
        raise DataError("No column is chosen for the labels.", "Choose one, or say there are none.")
    for cell, label in layout.labels.items():
        if label not in (*LABELS, LEFT_OUT) or (cell in LABELS and label != cell):
            hint = f"A mapping leads from other words to {', '.join(LABELS)}, or leaves rows out."
            raise DataError(f"The label {quote(cell)} is mapped to {quote(label)}.", hint)

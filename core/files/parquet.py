"""Rows of a Parquet file, batch by batch; memory does not grow with the file.

Knows Arrow's types as far as they are texts, numbers or lists; no labels and no meaning of
columns. pyarrow is imported when a file is opened: machines that only train have none.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from core.errors import DataError, brief
from core.files.layout import Trouble
from core.streaming import Row
from core.tables import quote

BATCH = 2048  # rows
_BUFFER = 1 << 20  # bytes read ahead of one column
_BROKEN = object()


class ParquetRows:
    """The rows of a Parquet file as ``core.streaming`` has them; their numbers are their lines.

    Args:
        path: the file.
        name: of the file, for sentences.
        text: the column of the texts; None to look at the file only.
        also: further columns that are wanted.

    Attributes:
        blank: 0; a table has no empty lines.
        share: how much was read, in [0, 1].

    Raises:
        DataError: when it cannot be read, or lacks a column, or the texts are no texts.
    """

    blank = 0

    def __init__(
        self, path: Path, name: str, text: str | None = None, also: Sequence[str] = ()
    ) -> None:
        self._name, self._text = name, text or ""
        self._columns = list(dict.fromkeys([*filter(None, [text]), *also]))
        self.share = 0.0
        with _Sentence(name):
            import pyarrow.parquet as parquet

            self._file = parquet.ParquetFile(path, pre_buffer=False, buffer_size=_BUFFER)
        self.count: int = self._file.metadata.num_rows
        self.names: tuple[str, ...] = tuple(self._file.schema_arrow.names)
        self._check()

    def __iter__(self) -> Iterator[Row | Trouble]:
        for number, cells in enumerate(self.cells(self._columns), start=1):
            self.share = number / self.count
            yield self._row(number, cells)

    def cells(self, columns: Sequence[str], batch: int = BATCH) -> Iterator[dict[str, Any]]:
        """Column → value of each row; texts that are not UTF-8 as an object of no type."""
        with _Sentence(self._name):
            for part in self._file.iter_batches(batch, columns=list(columns), use_threads=False):
                values = [_values(part.column(name)) for name in columns]
                for row in zip(*values, strict=True):
                    yield dict(zip(columns, row, strict=True))

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _row(self, number: int, cells: dict[str, Any]) -> Row | Trouble:
        text = cells.pop(self._text)
        broken = next((name for name, cell in cells.items() if cell is _BROKEN), None)
        if text is _BROKEN or broken:
            return Trouble(number, broken or "", "it is not UTF-8")
        if text is None:
            return Trouble(number, self._text, f"its {self._text} is null")
        if "\x00" in text:
            return Trouble(number, "", "it holds a NUL character")
        return Row(number, text, cells)

    def _check(self) -> None:
        double = sorted({name for name in self.names if self.names.count(name) > 1})
        if double:
            names = ", ".join(map(quote, double))
            raise DataError(f"{self._name} has more than one column {names}.", "Rename one.")
        missing = [name for name in self._columns if name not in self.names]
        if missing:
            shown = ", ".join(map(quote, self.names[:8])) or "no columns"
            raise DataError(
                f"{self._name} lacks the column {', '.join(missing)}.", f"Found: {shown}."
            )
        if self._text and not self.texts(self._text):
            kind = self._file.schema_arrow.field(self._text).type
            sentence = f"The column {quote(self._text)} of {self._name} holds {kind}, not texts."
            raise DataError(sentence, "Choose the column that holds the texts.")

    def texts(self, column: str) -> bool:
        """Whether a column holds strings."""
        import pyarrow.types as types

        kind = self._file.schema_arrow.field(column).type
        kind = kind.value_type if types.is_dictionary(kind) else kind
        return bool(
            types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind)
        )


class _Sentence:
    """A context: what Arrow and the system complain about, as a sentence."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        from pyarrow import ArrowException

        if isinstance(error, ArrowException | OSError):
            hint = "Write the file anew; it may have been cut off on its way."
            raise DataError(
                f"{self._name} cannot be read as Parquet: {brief(error)}", hint
            ) from error


def _values(column: Any) -> list[Any]:
    """A column of a batch as Python values."""
    try:
        return list(column.to_pylist())
    except UnicodeDecodeError:
        return [_value(cell) for cell in column]


def _value(cell: Any) -> Any:
    try:
        return cell.as_py()
    except UnicodeDecodeError:
        return _BROKEN

"""``predictions.parquet`` column by column, as arrays: what figures are computed from.

Knows names and types of columns (``core.evaluation.columns``); computes nothing. A column is read
when it is asked for and not kept, so that a million rows take little memory. Shapes: N rows, K
classes.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from core.errors import DataError
from core.evaluation.columns import shares
from core.labels import INDEX, LABELS

Places = NDArray[np.int32]
NONE = -1
"""The code of a cell that is null."""


class Table:
    """The columns of one table; a context manager, which lets the file go.

    Args:
        path: of the Parquet file.

    Raises:
        DataError: it is not there, or no Parquet.
    """

    def __init__(self, path: Path) -> None:
        import pyarrow.parquet as parquet
        from pyarrow import ArrowInvalid

        self.path = path
        try:
            self._file = parquet.ParquetFile(path)
            self.columns = frozenset(self._file.schema_arrow.names)
        except (OSError, ArrowInvalid) as error:
            hint = "Start the evaluation again."
            raise DataError(f"{path} cannot be read as a table of results.", hint) from error

    def __len__(self) -> int:
        return int(self._file.metadata.num_rows)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def labels(self, name: str) -> Places:
        """(N,) codes in LABELS of a column of label names; NONE where null or there is no column.

        Raises:
            DataError: a cell that is none of the six.
        """
        found, names = self.words(name)
        unknown = [word for word in names if word not in INDEX]
        if unknown:
            raise DataError(f"{self.path}, {name}: {unknown[0][:40]!r} is none of the six labels.")
        places = np.array([*(INDEX[word] for word in names), NONE], dtype=np.int32)
        return np.asarray(places[found])

    def words(self, name: str) -> tuple[Places, list[str]]:
        """(N,) places in a list of the column's distinct values; NONE where null."""
        if name not in self.columns:
            return np.full(len(self), NONE, dtype=np.int32), []
        parts: list[Places] = [np.empty(0, dtype=np.int32)]
        places: dict[str, int] = {}
        for column in self._chunks(name):
            coded = column.dictionary_encode()
            values = coded.dictionary.to_pylist()
            new = [places.setdefault(value, len(places)) for value in values]
            local = np.array([*new, NONE], dtype=np.int32)
            indices = coded.indices.fill_null(len(values))
            parts.append(local[indices.to_numpy(zero_copy_only=False)])
        return np.concatenate(parts), list(places)

    def numbers(self, name: str) -> NDArray[np.float64]:
        """(N,) of a column of numbers or of yes and no; NaN where null or there is no column."""
        if name not in self.columns:
            return np.full(len(self), np.nan)
        parts = [np.empty(0), *(_floats(column) for column in self._chunks(name))]
        return np.concatenate(parts)

    def shares(self, system: str) -> NDArray[np.float32]:
        """(N, K) probabilities of a system; NaN where null."""
        table = np.empty((len(self), len(LABELS)), dtype=np.float32)
        for place, name in enumerate(shares(system)):
            table[:, place] = self.numbers(name)
        return table

    def hashes(self) -> list[str]:
        """(N,) identities of the texts."""
        return [text for column in self._chunks("text_hash") for text in column.to_pylist()]

    def _chunks(self, name: str) -> Iterator[Any]:
        """The column as arrays of Arrow's, one per batch of rows."""
        for batch in self._file.iter_batches(batch_size=65_536, columns=[name]):
            yield batch.column(0)


def _floats(column: Any) -> NDArray[np.float64]:
    found = column.cast("float64") if str(column.type) != "bool" else column.cast("int8")
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=np.float64)


def counted(codes: NDArray[np.integer], names: Sequence[str] = LABELS) -> dict[str, int]:
    """How many rows hold each of the names, in their order, zeros included; NONE is not counted."""
    counts = np.bincount(codes[codes >= 0], minlength=len(names))
    return dict(zip(names, counts.tolist(), strict=True))

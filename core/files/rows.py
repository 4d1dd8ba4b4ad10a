"""Rows of a data file as Examples, one after another; memory does not grow with the file.

Ties a file (``core.files.sources``) to what its cells mean (``core.files.cells``); counts nothing.
"""

from collections.abc import Iterator
from pathlib import Path

from core.errors import DataError
from core.files.cells import Cells
from core.files.layout import Layout, Trouble
from core.files.sources import opened
from core.records import Example


def read_rows(path: Path, layout: Layout, name: str = "") -> Iterator[Example | Trouble]:
    """The rows in order: those that can be used, and for each other one why not.

    Rows whose label is mapped to LEFT_OUT are passed over. What a row is used in spite of, such as
    a double ID, is ``core.files.checking``'s to tell.

    Args:
        path: the file.
        layout: how it is read.
        name: of the file, for sentences; "": the path's last part.

    Raises:
        DataError: while iterating, where the file as a whole cannot be read.
    """
    cells, empty = Cells(layout), True
    with opened(path, layout, name) as rows:
        for row in rows:
            empty = False
            found = row if isinstance(row, Trouble) else cells.example(row)
            if found is not None:
                yield found
    if empty:
        raise no_rows(name or path.name, layout)


def no_rows(name: str, layout: Layout) -> DataError:
    """The error for a file without a single row."""
    if layout.form in ("tsv", "csv"):
        return DataError(f"{name} has a header but no rows.", "Add one row per text below it.")
    return DataError(f"{name} holds no rows.", "Write one text per line.")

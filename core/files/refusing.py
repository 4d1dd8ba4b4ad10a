"""Files that cannot be read at all, told by a sentence before anyone tries.

Knows sizes, permissions and how foreign formats begin; no rows and no columns.
"""

import stat
import zipfile
from collections.abc import Mapping
from pathlib import Path

from core.errors import DataError

PARQUET = b"PAR1"
"""How a Parquet file begins and ends."""

_HEAD = 4096
_SAVE_AS = "Save the table as CSV, TSV, JSONL or Parquet."
_FOREIGN: Mapping[bytes, str] = {
    b"%PDF-": "a PDF",
    b"\x89PNG\r\n": "a picture (PNG)",
    b"\xff\xd8\xff": "a picture (JPEG)",
    b"GIF87a": "a picture (GIF)",
    b"GIF89a": "a picture (GIF)",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an old Office file (XLS or DOC)",
    b"{\\rtf": "a text document (RTF)",
    b"\x1f\x8b": "compressed (gzip)",
    b"BZh": "compressed (bzip2)",
    b"\xfd7zXZ\x00": "compressed (xz)",
    b"\x28\xb5\x2f\xfd": "compressed (zstd)",
    b"7z\xbc\xaf\x27\x1c": "an archive (7z)",
    b"Rar!\x1a\x07": "an archive (RAR)",
    b"SQLite format 3\x00": "a database (SQLite)",
    b"ARROW1\x00": "a Feather file",
    b"\x93NUMPY": "a NumPy array",
    b"\x7fELF": "a program",
}
_OFFICE = {
    "xl/workbook.xml": "an Excel workbook (XLSX)",
    "word/document.xml": "a Word document (DOCX)",
    "ppt/presentation.xml": "a presentation (PPTX)",
    "content.xml": "an OpenDocument file (ODS or ODT)",
}
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\x0b\x0c\r\x1b"))


def beginning(path: Path, name: str, most: int | None = None) -> bytes:
    """The first bytes of a file that can be read.

    Args:
        path: the file.
        name: of the file, for sentences.
        most: bytes that it may have.

    Raises:
        DataError: one sentence for what is no file, cannot be opened, is empty, too large, or of
            a format that holds no table.
    """
    try:
        about = path.stat()
        if stat.S_ISDIR(about.st_mode):
            raise DataError(f"{name} is a folder.", "Name a file in it.")
        if not stat.S_ISREG(about.st_mode):
            raise DataError(f"{name} is not a plain file.", "Copy it into a file first.")
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise unreadable(name, error) from error
    if not head.removeprefix(b"\xef\xbb\xbf"):
        raise DataError(f"{name} is empty.", _SAVE_AS)
    if most is not None and about.st_size > most:
        sizes = f"{_size(about.st_size)}; at most {_size(most)} are read"
        raise DataError(f"{name} has {sizes}.", "Split it, or evaluate it from the command line.")
    _refuse_foreign(path, name, head)
    return head


def unreadable(name: str, error: OSError) -> DataError:
    """The error for a file that the system does not hand out."""
    if isinstance(error, FileNotFoundError):
        return DataError(f"{name} does not exist.", "Check the path.")
    if isinstance(error, PermissionError):
        return DataError(f"{name} may not be read by you.", "Check the file's permissions.")
    return DataError(f"{name} cannot be read: {error.strerror or error}.", "Check the file.")


def _refuse_foreign(path: Path, name: str, head: bytes) -> None:
    """Raise where the bytes are those of another format, whatever the name says."""
    kind = next((kind for start, kind in _FOREIGN.items() if head.startswith(start)), "")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        kind = _packed(path)
    if head[:15].lower().startswith(b"<!doctype html"):
        kind = "a web page (HTML)"
    if kind:
        raise DataError(f"{name} is {kind}, not a table.", _SAVE_AS)


def refuse_binary(name: str, text: bytes) -> None:
    """Raise DataError where many bytes that ought to be text are control characters.

    NUL bytes here and there are no such thing: their rows are named.
    """
    if 20 * (len(text) - len(text.translate(None, _CONTROLS))) > len(text):
        raise DataError(f"{name} holds no text.", _SAVE_AS)


def _packed(path: Path) -> str:
    """What a ZIP archive holds: Office files are archives too."""
    try:
        with zipfile.ZipFile(path) as archive:
            inside = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError):
        inside = set()
    return next((kind for part, kind in _OFFICE.items() if part in inside), "an archive (ZIP)")


def _size(count: int) -> str:
    """Bytes in words: 12.5 MB."""
    if count < 1_000_000:
        return f"{count:,} bytes"
    return f"{count / 1e6:,.1f} MB".replace(".0 MB", " MB")

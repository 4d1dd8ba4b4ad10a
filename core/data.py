"""EXALT-style tables (tab separated, pandas default quoting) to Examples, and hashes of texts.

Knows the columns ``ID, Texts, Labels, Source`` and how a cell may be broken. Knows nothing of
splits, tokenizers or models; a text leaves exactly as it stood in the file, never stripped.
Rows are read by the csv module, whose result equals ``pandas.read_csv(sep="\\t", dtype=str,
keep_default_na=False)`` on sound files, but which can name the line of an unclosed quote.
How lines become cells is ``core.tables``; files too large for memory are ``core.streaming``'s.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from core.errors import DataError
from core.labels import INDEX, LABELS
from core.records import Example
from core.tables import HOW_TO_QUOTE, UNCLOSED, Lines, check_header, quote, records

_SHOWN = 10  # bad rows spelled out in an error; the others are counted
_DIGIT = re.compile("[01]")
_TRIGGER_LIST = re.compile(r"\[\s*(?:[01](?:\s*,\s*[01])*)?\s*\]")


class RowError(ValueError):
    """One row cannot be used; collected by the readers into a single DataError."""


@dataclass(frozen=True, slots=True)
class Table:
    """A file's header and cells, all of them strings exactly as written."""

    path: Path
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]  # each parallel to columns
    lines: tuple[int, ...]  # parallel to rows: where a row starts, the header being line 1

    def column(self, name: str) -> list[str]:
        """The cells of one column, in file order."""
        index = self.columns.index(name)
        return [row[index] for row in self.rows]


def read_table(path: str | Path, required: Sequence[str] = ()) -> Table:
    """Read a tab-separated UTF-8 file with a header row; BOM and CRLF are fine.

    Args:
        path: the file.
        required: columns that must be there; others may be there too.

    Raises:
        DataError: no such file, not UTF-8, no rows, missing or double columns, rows with the
            wrong number of cells, an unclosed quote. Names the file and the first rows.
    """
    table, problems = _scan(Path(path), required)
    _refuse(table.path, problems)
    return table


def read_emotions(path: str | Path, labelled: bool | None = None) -> list[Example]:
    """Read an emotion file: ``ID, Texts`` and, where labelled, ``Labels`` of the six strings.

    Args:
        path: the file.
        labelled: True demands a Labels column, False ignores one, None takes it if it is there.

    Raises:
        DataError: as ``read_table``; or a label that is none of ``core.labels.LABELS``.
    """

    def parse(text: str, cell: str) -> dict[str, object]:
        if cell not in INDEX:
            raise RowError(f"the label {quote(cell)} is none of the six")
        return {"label": cell}

    hint = f"A label is one of {', '.join(LABELS)}, spelled exactly so."
    return _examples(path, labelled, parse, hint)


def read_triggers(path: str | Path, labelled: bool | None = None) -> list[Example]:
    """Read a trigger file, whose ``Labels`` are lists as text: one 0/1 per ``text.split(" ")``.

    Args:
        path: the file.
        labelled: True demands a Labels column, False ignores one, None takes it if it is there.

    Raises:
        DataError: as ``read_table``; or a list that is malformed or not as long as its words.
    """

    def parse(text: str, cell: str) -> dict[str, object]:
        return {"triggers": trigger_labels(text, cell)}

    hint = 'Write one 0 or 1 per piece of text.split(" "), such as [0, 1, 0]; empty words count.'
    return _examples(path, labelled, parse, hint)


def trigger_labels(text: str, cell: str) -> tuple[int, ...]:
    """A cell such as ``[0, 1, 0]``: one 0/1 per ``text.split(" ")``.

    Raises:
        RowError: with the rest of a sentence, when it is malformed or of another length.
    """
    if not _TRIGGER_LIST.fullmatch(cell.strip()):
        raise RowError(f"{quote(cell)} is not a list of 0 and 1")
    triggers = tuple(int(digit) for digit in _DIGIT.findall(cell))
    words = text.count(" ") + 1
    if len(triggers) != words:
        raise RowError(f"{len(triggers)} trigger labels for {words} words")
    return triggers


def read_unlabelled(path: str | Path) -> list[Example]:
    """Read ``ID, Texts`` of any such file; a Labels column is ignored. Raises as read_table."""
    return read_emotions(path, labelled=False)


def read_texts(path: str | Path) -> list[str]:
    """The ``Texts`` column alone, in file order. Raises as read_table."""
    return read_table(path, required=("Texts",)).column("Texts")


def normalise(text: str) -> str:
    """Fold what does not make a text another one: case, punctuation, width, white space.

    Unicode NFKC and case folding; every punctuation mark becomes a space; spaces collapse.
    Emoji and other symbols stay, since they carry emotion. Idempotent.

    >>> normalise("  Ｓo HAPPY!!  # Blessed 😁 ")
    'so happy blessed 😁'
    """
    folded = unicodedata.normalize("NFD", text).casefold()
    folded = unicodedata.normalize("NFKC", folded).casefold()
    folded = unicodedata.normalize("NFKC", folded)
    spaced = (" " if unicodedata.category(char).startswith("P") else char for char in folded)
    return " ".join("".join(spaced).split())


def text_hash(text: str) -> str:
    """The first 16 hex digits of SHA-256 of the normalised text: one identity per text."""
    content = normalise(text).encode("utf-8", "surrogatepass")
    return hashlib.sha256(content).hexdigest()[:16]


def file_hash(path: str | Path) -> str:
    """SHA-256 of a file's bytes, 64 hex digits. Raises DataError when it cannot be read."""
    try:
        with Path(path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise _unreadable(Path(path), error) from error


def _examples(
    path: str | Path,
    labelled: bool | None,
    parse: Callable[[str, str], dict[str, object]],
    hint: str,
) -> list[Example]:
    """Rows to Examples; ``parse`` reads (text, label cell) or raises RowError."""
    required = ("ID", "Texts", "Labels") if labelled else ("ID", "Texts")
    table, problems = _scan(Path(path), required)
    with_labels = labelled is not False and "Labels" in table.columns
    examples: list[Example] = []
    for line, row in zip(table.lines, table.rows, strict=True):
        cells = dict(zip(table.columns, row, strict=True))
        try:
            gold = parse(cells["Texts"], cells["Labels"]) if with_labels else {}
        except RowError as error:
            problems.append((line, str(error)))
            continue
        examples.append(_example(cells, line, gold))
    _refuse(table.path, sorted(problems), hint)
    return examples


def _scan(path: Path, required: Sequence[str]) -> tuple[Table, list[tuple[int, str]]]:
    """The rows that have as many cells as the header, and (line, problem) of the others."""
    found = records(Lines(BytesIO(_read(path)), returns=True), "\t")
    filled = (record for record in found if record.cells or record.problem)
    header: tuple[str, ...] | None = None
    rows, lines = [], []
    problems: list[tuple[int, str]] = []
    for record in filled:
        if record.problem == UNCLOSED:
            raise DataError(f"{path}, row {record.line}: {UNCLOSED}.", HOW_TO_QUOTE)
        if header is None:
            header = record.cells
            check_header(path, header, required, problem=record.problem)
        elif record.problem or len(record.cells) != len(header):
            ragged = f"{len(record.cells)} cells instead of {len(header)}"
            problems.append((record.line, record.problem or ragged))
        else:
            rows.append(record.cells)
            lines.append(record.line)
    if header is None:
        check_header(path, (), required)
    if not rows and not problems:
        raise DataError(f"{path} has a header but no rows.", "Add one row per text below it.")
    return Table(path, header or (), tuple(rows), tuple(lines)), problems


def _example(cells: dict[str, str], line: int, gold: dict[str, object]) -> Example:
    """One record; ``gold`` holds label or triggers."""
    return Example(
        id=cells["ID"],
        text=cells["Texts"],
        source=cells.get("Source", ""),
        row=line,
        **gold,  # type: ignore[arg-type]
    )


def _read(path: Path) -> bytes:
    """The file's bytes; names the line of the first one that is not UTF-8."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        hint = "Save the file as UTF-8."
        raise DataError(f"{path} is not UTF-8: row {line} holds other bytes.", hint) from error
    return raw


def _unreadable(path: Path, error: OSError) -> DataError:
    """The error for a file that the system does not hand out."""
    reason = "does not exist" if isinstance(error, FileNotFoundError) else "cannot be read"
    return DataError(f"{path} {reason}.", "Check the path and the file's permissions.")


def _refuse(path: Path, problems: Sequence[tuple[int, str]], hint: str = "") -> None:
    """Raise one DataError for all bad rows together, if there are any."""
    if not problems:
        return
    shown = "; ".join(f"row {line}: {problem}" for line, problem in problems[:_SHOWN])
    more = f"; and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
    rows = "row" if len(problems) == 1 else "rows"
    sentence = f"{path} has {len(problems)} {rows} that cannot be used: {shown}{more}."
    raise DataError(sentence, hint or "Separate the cells of a row by single tabs.")

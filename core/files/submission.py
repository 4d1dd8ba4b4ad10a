"""An EXALT submission from folders of results: a ZIP of Emotions.tsv and the two trigger files.

Knows the shared task's files: the participants' rows in their order plus ``Labels``. Reads the
student's answers from ``predictions.parquet``; asks no model. What was written is read again and
compared row by row before it takes the target's name. pyarrow is imported when it is needed.
"""

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path
from typing import IO, Any

from core.data import trigger_labels
from core.errors import InputError, brief
from core.evaluation.aside import aside, troubles
from core.evaluation.plan import METRICS, PLAN, PREDICTIONS, STUDENT, Plan
from core.evaluation.schema import Metrics
from core.files.layout import LEFT_OUT
from core.files.seen import Seen
from core.labels import INDEX
from core.tables import quote

COLUMNS = ("ID", "Texts", "Labels")
EMOTIONS, BINARY, NUMERICAL = "Emotions.tsv", "BinaryTriggers.tsv", "NumericalTriggers.tsv"
SCORES, TRIGGERS = f"{STUDENT}_word_scores", f"{STUDENT}_triggers"
_DATE = (1980, 1, 1, 0, 0, 0)  # the same answers make the same bytes
_BATCH = 512
_ANEW = "Evaluate the participants' file anew, to its end."


def submission(target: Path, emotions: Path | None = None, triggers: Path | None = None) -> Path:
    """Write the ZIP, checked, and return where it lies.

    Args:
        target: the ZIP, made aside and put there once it is complete.
        emotions: folder of results of the emotion participants' file; None leaves it out.
        triggers: folder of results, with word scores, of the trigger participants' file; None
            leaves both trigger files out.

    Raises:
        InputError: where rows are missing, doubled or without an ID, answers of the student or
            scores of its words are lacking.
        TandemError: where the file cannot be written.
    """
    files: list[_File] = []
    if emotions is not None:
        files.append(_File(EMOTIONS, _Results(emotions, (STUDENT,)), _label))
    if triggers is not None:
        results = _Results(triggers, (STUDENT, SCORES, TRIGGERS))
        files += [_File(BINARY, results, _binary), _File(NUMERICAL, results, _numerical)]
    if not files:
        raise InputError("A submission needs results.", "Name emotions, triggers or both.")
    with troubles(target), aside(target) as place:
        _pack(place, files)
        with zipfile.ZipFile(place) as archive:
            for one in files:
                with archive.open(one.name) as stream:
                    one.compare(stream)
    return target


def _pack(place: Path, files: Sequence["_File"]) -> None:
    """Write the ZIP."""
    with zipfile.ZipFile(place, "w") as archive:
        for one in files:
            info = zipfile.ZipInfo(one.name, _DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(info, "w", force_zip64=True) as stream:
                one.write(stream)


class _Results:
    """One folder of results, whose rows are all that its file holds.

    Args:
        folder: of an evaluation.
        columns: of the student that are needed.

    Raises:
        InputError: where it is no such folder, or does not hold what a submission needs.
    """

    def __init__(self, folder: Path, columns: Sequence[str]) -> None:
        import pyarrow as arrow
        import pyarrow.parquet as parquet

        self._path, self._columns = folder / PREDICTIONS, ("row", "id", "text", *columns)
        try:
            plan = Plan.from_dict(json.loads((folder / PLAN).read_text(encoding="utf-8"))["plan"])
            metrics: Metrics = json.loads((folder / METRICS).read_text(encoding="utf-8"))
            with parquet.ParquetFile(self._path) as file:
                self.count: int = file.metadata.num_rows
                names = file.schema_arrow.names
        except (OSError, ValueError, KeyError, TypeError, arrow.ArrowException) as error:
            said = f"{folder} holds no finished evaluation: {brief(error)}."
            raise InputError(said, _ANEW) from error
        self.title = plan.title
        self._refuse_part(plan, metrics)
        self._refuse_without(names)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """The rows in the file's order, column → value."""
        import pyarrow.parquet as parquet

        with parquet.ParquetFile(self._path, pre_buffer=False) as file:
            for batch in file.iter_batches(_BATCH, columns=list(self._columns)):
                yield from batch.to_pylist()

    def _refuse_part(self, plan: Plan, metrics: Metrics) -> None:
        """Raise where the results are not about every row of the file, each with its ID."""
        lost = metrics["file"]["left_out"]
        if metrics["run"]["stopped"] or metrics["file"]["rows"] != self.count:
            raise InputError(f"The evaluation of {self.title} stopped before its end.", _ANEW)
        if lost:
            rows = "row" if lost == 1 else "rows"
            said = f"{lost:,} {rows} of {self.title} could not be used, and a submission needs all."
            raise InputError(said, "Mend them in the file, then evaluate it anew.")
        if LEFT_OUT in plan.layout.labels.values():
            said = (
                f"Rows of {self.title} were left out by their labels, and a submission needs all."
            )
            raise InputError(said, _ANEW)
        if plan.layout.id is None:
            said = f"{self.title} was read without IDs, and a submission names each row by its own."
            raise InputError(said, "Choose the column of the IDs, then evaluate it anew.")

    def _refuse_without(self, names: Sequence[str]) -> None:
        """Raise where the student, or scores of its words, are not there."""
        if STUDENT not in names:
            said = f"The evaluation of {self.title} did not ask the student."
            raise InputError(said, "Choose the student among the systems, then evaluate it anew.")
        if any(name not in names for name in self._columns):
            said = f"The evaluation of {self.title} did not score words."
            raise InputError(said, "Choose that words are scored too, then evaluate it anew.")


@dataclass(frozen=True)
class _File:
    """One file of the ZIP."""

    name: str
    results: _Results
    labelled: Callable[[dict[str, Any]], str]  # the cell Labels of a row

    def write(self, stream: IO[bytes]) -> None:
        """All rows as the participants' file has them, with labels; each ID once."""
        title, ids = self.results.title, Seen(self.results.count)
        stream.write(_line(COLUMNS))
        for number, row in enumerate(self.results, start=1):
            if row["row"] != number:
                raise InputError(f"Row {number:,} of {title} is missing among the answers.", _ANEW)
            if not row["id"] or ids.add(row["id"]):
                what = f"the ID {quote(row['id'])} came before" if row["id"] else "there is no ID"
                said = f"{title}, row {number:,}: {what}, and a submission has each once."
                raise InputError(said, "Mend the file, then evaluate it anew.")
            stream.write(_line((row["id"], row["text"], self.labelled(row))))

    def compare(self, stream: IO[bytes]) -> None:
        """Read it as anyone will; raises InputError where it is not the answers."""
        text = io.TextIOWrapper(stream, "utf-8", newline="")
        read = csv.reader(text, delimiter="\t", strict=True)
        expected = ([row["id"], row["text"], self.labelled(row)] for row in self.results)
        rows = zip_longest(read, chain([list(COLUMNS)], expected))
        try:
            wrong = next((number for number, (one, own) in enumerate(rows) if one != own), None)
        except csv.Error as error:
            raise InputError(f"{self.name} of the submission cannot be read: {error}.") from error
        if wrong is not None:
            raise InputError(f"{self.name} of the submission does not read back in row {wrong:,}.")


def _label(row: dict[str, Any]) -> str:
    """The emotion of a row."""
    if row[STUDENT] not in INDEX:
        raise InputError(f"The student gives row {row['row']:,} no label.", _ANEW)
    return str(row[STUDENT])


def _binary(row: dict[str, Any]) -> str:
    """``[0, 1, 0]``: which words are triggers."""
    if row[TRIGGERS] is None:
        said = "The student has no threshold, above which a word is a trigger."
        raise InputError(said, "Give it one: python -m train triggers --help.")
    cell = str([int(value) for value in row[TRIGGERS]])
    try:
        trigger_labels(row["text"], cell)
    except ValueError as error:
        raise InputError(f"Row {row['row']:,} of the answers is broken: {error}.", _ANEW) from None
    return cell


def _numerical(row: dict[str, Any]) -> str:
    """``[0.0, 0.25, 0.0]``: ``max(0, score)`` of each word, in as many digits as float32 has."""
    import numpy as np

    scores = np.asarray(row[SCORES] if row[SCORES] is not None else [], dtype=np.float32)
    words = row["text"].count(" ") + 1
    if len(scores) != words or not np.isfinite(scores).all():
        said = f"{len(scores)} word scores for {words} words, each of which has to be a number"
        raise InputError(f"Row {row['row']:,} of the answers is broken: {said}.", _ANEW)
    return "[" + ", ".join(str(score) if score > 0 else "0.0" for score in scores) + "]"


def _line(cells: Sequence[str]) -> bytes:
    """A row of a table, in quotation marks where pandas' default quoting needs them."""
    quoted = (
        '"' + cell.replace('"', '""') + '"' if set(cell) & set('"\t\r\n') else cell
        for cell in cells
    )
    return ("\t".join(quoted) + "\n").encode()

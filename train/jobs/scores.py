"""What a finished run measured: systems on files, and whether the new student is better.

Reads the ``metrics.json`` that the recipe evaluate writes (its docstring says the shapes). Knows
those tables and which of a full run's files were given to measure on; computes no score, and no
interval: the mean over files aside, every figure here stands in the file.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from core.errors import DataError

FOLDER = "scores"  # of a full run, in its output
METRICS = "metrics.json"
REPORT = "report.md"
NEW, BEFORE, EMBEDDED = "student", "student_before", "embedded"
"""What a full run calls the systems that it measures."""
READ = ("model", "on translations", "prior corrected")  # kinds that are no guess
Verdict = Literal["better", "worse", "no clear difference", "the same"]


@dataclass(frozen=True, slots=True)
class Measured:
    """A file that systems were measured on."""

    name: str
    language: str  # ISO 639-1, of most rows; "" where unknown
    rows: int
    given: bool  # to measure on; False: the validation rows of the training data
    machine_translated: bool = False


@dataclass(frozen=True, slots=True)
class Score:
    """Macro-F1 of a system on a file, in [0, 1], with its 95 % interval."""

    system: str
    kind: str
    file: str
    macro_f1: float
    low: float
    high: float
    seen: int = 0  # rows whose texts the system was trained or chosen on


@dataclass(frozen=True, slots=True)
class Difference:
    """Macro-F1 of a system minus that of another on the same rows, with its 95 % interval."""

    system: str
    other: str
    file: str
    value: float
    low: float
    high: float

    @property
    def verdict(self) -> Verdict:
        """What the interval allows to say."""
        if self.value == self.low == self.high == 0:
            return "the same"
        if self.low > 0:
            return "better"
        return "worse" if self.high < 0 else "no clear difference"


@dataclass(frozen=True, slots=True)
class Scores:
    """All that was measured, in the order of the file."""

    files: tuple[Measured, ...]
    scores: tuple[Score, ...]
    differences: tuple[Difference, ...]
    folder: Path  # where report.md lies too

    @property
    def given(self) -> tuple[Measured, ...]:
        """The files that were given to measure on."""
        return tuple(file for file in self.files if file.given)

    @property
    def systems(self) -> tuple[str, ...]:
        """Names of systems that read texts, and of guesses behind them."""
        kinds = {score.system: score.kind for score in self.scores}
        return tuple(sorted(kinds, key=lambda name: kinds[name] not in READ))

    @property
    def old(self) -> str:
        """Whom the new student is compared with; "" where it stands alone."""
        return next((name for name in (EMBEDDED, BEFORE) if name in self.systems), "")

    @property
    def teacher(self) -> str:
        """The teacher on translations; "" where none was measured."""
        return next((score.system for score in self.scores if score.kind == READ[1]), "")

    def score(self, system: str, file: str) -> Score | None:
        """Of a system on a file."""
        found = (one for one in self.scores if (one.system, one.file) == (system, file))
        return next(found, None)

    def against(self, other: str, file: str) -> Difference | None:
        """The new student minus another system."""
        key = (NEW, other, file)
        return next((d for d in self.differences if (d.system, d.other, d.file) == key), None)

    def mean(self, system: str) -> float | None:
        """Of a system over the given files, each as much as the others; None without any."""
        found = [self.score(system, file.name) for file in self.given]
        known = [one.macro_f1 for one in found if one is not None]
        return sum(known) / len(known) if known and len(known) == len(found) else None


def place(output: Path, recipe: str) -> Path | None:
    """The folder where a run's scores lie; None where it measures nothing."""
    if recipe == "full":
        return output / FOLDER
    return output if recipe == "evaluate" else None


def read(folder: Path, trained_on: Sequence[str] = ()) -> Scores | None:
    """The scores in a folder; None where none were written, or of other things than emotions.

    Args:
        trained_on: paths, as evaluate was given them, of files that hold training data: of these
            only validation rows were measured.

    Raises:
        DataError: the file is not what evaluate writes.
    """
    path = folder / METRICS
    if not path.is_file():
        return None
    try:
        found = _scores(json.loads(path.read_text(encoding="utf-8")), trained_on, folder)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{path} is not what evaluate writes.", "Measure again.") from error
    return found if found.files else None


def _scores(tables: Mapping[str, Any], trained_on: Sequence[str], folder: Path) -> Scores:
    files = tuple(
        Measured(
            name=row["name"],
            language=row["language"] or "",
            rows=row["rows"],
            given=row["path"] not in trained_on,
            machine_translated=bool(row["machine_translated"]),
        )
        for row in tables["files"]
    )
    names = {file.name for file in files}
    scores = tuple(
        Score(
            system=row["system"],
            kind=row["kind"],
            file=row["file"],
            macro_f1=row["macro_f1"],
            low=row["low"],
            high=row["high"],
            seen=row.get("texts_seen") or 0,
        )
        for row in tables["scores"]
        if row["file"] in names and row["macro_f1"] is not None
    )
    differences = tuple(
        Difference(*(row[name] for name in ("a", "b", "file", "difference", "low", "high")))
        for row in tables["tests"]
        if row["file"] in names
    )
    return Scores(files, scores, differences, folder)

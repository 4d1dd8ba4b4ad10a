"""From ``predictions.parquet`` to ``metrics.json``: every figure of an evaluation.

Knows the table's columns and who computes which figure; runs no model. Systems are read one by
one, so that a million rows take well under a gigabyte.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import DataError
from core.evaluation.aside import troubles, write_json
from core.evaluation.plan import (
    BEFORE,
    METRICS,
    PREDICTIONS,
    STUDENT,
    TEACHER,
    Plan,
    SystemInfo,
)
from core.evaluation.provenance import Seen, together
from core.evaluation.refinement import refinement
from core.evaluation.rows import Answers, read_rows
from core.evaluation.schema import (
    FileMetrics,
    Metrics,
    Refinement,
    RunMetrics,
    SystemMetrics,
    Test,
    TriggerBoard,
    WeightLab,
)
from core.evaluation.scores import tests
from core.evaluation.system_figures import Output, language_cells, system_metrics
from core.evaluation.table import NONE, Table, counted
from core.evaluation.weight_lab import Translated, weight_lab
from core.labels import LABELS
from core.languages import LANGUAGES

FORMAT = 1


def measure(
    folder: Path,
    plan: Plan,
    systems: Sequence[SystemInfo],
    seen: Mapping[str, Seen | None],
    run: RunMetrics,
    left_out: int,
    sha256: str,
    triggers: TriggerBoard | None = None,
) -> Metrics:
    """Compute all figures of a folder's predictions; write them into it.

    Args:
        folder: holds ``predictions.parquet``; gets ``metrics.json``.
        plan: what was asked.
        systems: those that answered, in the order of the report.
        seen: system → hashes of the texts that its training used with labels, and without; None:
            not recorded. An ensemble that is not named saw what its members saw.
        run: how the predictions came to be.
        left_out: rows of the file that could not be used.
        sha256: of the file.
        triggers: the leaderboard, where the file has gold triggers.

    Raises:
        DataError: the table is not there, is none of ours, or lacks a system.
        TandemError: the figures cannot be written.
    """
    with Table(folder / PREDICTIONS) as table:
        figures = Figures(table, plan)
        metrics: Metrics = {
            "format": FORMAT,
            "file": figures.file(left_out, sha256),
            "run": run,
            "systems": figures.systems(systems, seen),
            "tests": figures.tests(),
            "refinement": figures.refinement(),
            "weights": figures.weights(),
            "triggers": triggers,
        }
    with troubles(folder / METRICS):
        write_json(folder / METRICS, metrics)
    return metrics


class Figures:
    """The figures of one table; what several of them need is read once."""

    def __init__(self, table: Table, plan: Plan) -> None:
        self.table, self.plan = table, plan
        self.rows = read_rows(table)
        self.answers: dict[str, Answers] = {}
        self.confidence: dict[str, NDArray[np.float32]] = {}

    def file(self, left_out: int, sha256: str) -> FileMetrics:
        """The file as it was read."""
        rows = self.rows
        labelled = bool((rows.gold >= 0).any())
        gold = {code: counted(rows.gold[mask]) for code, mask in rows.each()} if labelled else {}
        known = gold.get("", {})
        return {
            "name": self.plan.title,
            "sha256": sha256,
            "rows": len(rows),
            "left_out": left_out,
            "kind": self.plan.layout.kind,
            "languages": counted(rows.language, rows.languages),
            "gold": gold,
            "absent_classes": [label for label in LABELS if labelled and not known[label]],
            "absent_languages": [code for code in LANGUAGES if code not in rows.languages],
            "machine_translated": list(rows.machine_translated),
            "layout": self.plan.layout.to_dict(),
        }

    def systems(
        self, infos: Sequence[SystemInfo], seen: Mapping[str, Seen | None]
    ) -> dict[str, SystemMetrics]:
        """Every system by name, in order; their probabilities are let go one by one."""
        hashes = self.table.hashes()
        found = {}
        for info in infos:
            if info.name not in self.table.columns:
                raise DataError(f"{self.table.path} has no answers of {info.name}.")
            output = self._output(info.name)
            self.answers[info.name] = output.answers
            self.confidence[info.name] = output.confidence
            known = _seen(info, seen)
            found[info.name] = system_metrics(
                info, output, self.rows, hashes, known, self.plan.draws, self.plan.seed
            )
        return found

    def tests(self) -> list[Test]:
        """The student, or the first system where there is none, against each other system."""
        names = list(self.answers)
        if len(names) < 2:
            return []
        first = STUDENT if STUDENT in names else names[0]
        a = self.answers[first]
        found: list[Test] = []
        for name in names:
            if name != first:
                b = self.answers[name]
                both = a.scored(self.rows) & b.scored(self.rows)
                cells = language_cells(self.rows, both, self.rows.gold, a.label, b.label)
                found += tests(first, name, cells, self.plan.draws, self.plan.seed)
        return found

    def refinement(self) -> Refinement | None:
        """From the student before to the student, where both answered."""
        if not {BEFORE, STUDENT} <= self.answers.keys():
            return None
        return refinement(
            self.rows,
            self.answers[BEFORE],
            self.answers[STUDENT],
            self.table.shares,
            self._labels(TEACHER),
            self.table.numbers("weight"),
            self.plan.seed,
        )

    def weights(self) -> WeightLab | None:
        """Of the rows that were translated."""
        status, statuses = self.table.words("translation_status")
        lab = Translated(
            self.rows,
            status,
            tuple(statuses),
            weight=self.table.numbers("weight"),
            student_confidence=self._confidence(BEFORE if BEFORE in self.answers else STUDENT),
            teacher_confidence=self._confidence(TEACHER),
            likelihood=self.table.numbers("likelihood"),
            length_ratio=self.table.numbers("length_ratio"),
            copied=self.table.numbers("copied"),
            teacher=self._labels(TEACHER),
        )
        return weight_lab(lab, self.plan.draws, self.plan.seed)

    def _output(self, name: str) -> Output:
        truncated = int(np.nansum(self.table.numbers(f"{name}_truncated")))
        answers = Answers(name, self.table.labels(name))
        return Output(answers, self.table.shares(name), truncated)

    def _labels(self, name: str) -> NDArray[np.int32]:
        if name in self.answers:
            return self.answers[name].label
        return np.full(len(self.rows), NONE, dtype=np.int32)

    def _confidence(self, name: str) -> NDArray[np.float64]:
        if name in self.confidence:
            return self.confidence[name].astype(np.float64)
        return np.full(len(self.rows), np.nan)


def _seen(info: SystemInfo, seen: Mapping[str, Seen | None]) -> Seen | None:
    if info.name in seen or not info.members:
        return seen.get(info.name)
    return together(seen.get(member) for member in info.members)

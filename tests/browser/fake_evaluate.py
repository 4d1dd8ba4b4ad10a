"""How an engine without models evaluates a file: real rows, real columns, real figures.

The answers are those of fake_engine.one; the table is written as core.evaluation.columns says and
measured by core.evaluation.figures, so that pages and files show what they would show. A stopped
run leaves its rows in a file and goes on behind them.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from core.data import text_hash
from core.ensembles import mean, vote
from core.errors import ConfigError, TandemError
from core.evaluation import columns
from core.evaluation.figures import measure
from core.evaluation.plan import (
    BEFORE,
    MEAN,
    PLAN,
    PREDICTIONS,
    STUDENT,
    TEACHER,
    VOTE,
    Plan,
    Progress,
    SystemInfo,
)
from core.files.layout import Trouble
from core.files.rows import read_rows
from core.labels import LABELS

SYSTEMS = (
    SystemInfo(STUDENT, "student", "original", "demo student", "fake student"),
    SystemInfo(BEFORE, "student", "original", "demo student, before", "fake student before"),
    SystemInfo(TEACHER, "teacher", "translation", "/models/demo teacher", "fake teacher"),
    SystemInfo(MEAN, "ensemble", "predictions", members=(STUDENT, BEFORE)),
    SystemInfo(VOTE, "ensemble", "predictions", members=(STUDENT, BEFORE)),
)
ROWS = "rows.jsonl"
PACE = 10.0  # seconds that a row is told to take: time is left on any machine


def evaluate(
    one: Callable[..., Any],
    plan: Plan,
    folder: Path,
    told: Any,
    ends: Callable[[int], bool],
    total: int | None,
    command: str,
) -> Any:
    """See the module.

    Args:
        one: fake_engine.one.
        ends: whether to stop, by the rows answered in this call; asked before each.
    """
    _same(plan, folder)
    answered, troubles, whole = _kept(folder), 0, True
    fresh = 0
    with (folder / ROWS).open("a", encoding="utf-8") as file:
        for number, example in enumerate(read_rows(Path(plan.path), plan.layout), start=1):
            if isinstance(example, Trouble):
                troubles += 1
                continue
            if number <= len(answered) + troubles:
                continue
            if ends(fresh):
                whole = False
                break
            row = _row(one, plan, example, len(answered) + 1)
            answered.append(row)
            fresh += 1
            file.write(json.dumps(row) + "\n")
            file.flush()
            if told:
                left = (total - len(answered)) * PACE if total else None
                told(Progress("predicting", len(answered), total, fresh * PACE, left, fresh))
    if not answered:
        raise TandemError("Stopped before the first rows were answered.", "Start it again.")
    return _measured(plan, folder, answered, troubles, not whole, command)


def _same(plan: Plan, folder: Path) -> None:
    """As the real one: a folder belongs to one plan."""
    folder.mkdir(parents=True, exist_ok=True)
    now = json.dumps({"plan": plan.to_dict()})
    if (folder / PLAN).exists() and (folder / PLAN).read_text() != now:
        raise ConfigError("The folder holds another evaluation.", "Start over.")
    (folder / PLAN).write_text(now)


def _kept(folder: Path) -> list[dict[str, Any]]:
    if not (folder / ROWS).exists():
        return []
    return [json.loads(line) for line in (folder / ROWS).read_text().splitlines()]


def _row(one: Callable[..., Any], plan: Plan, example: Any, number: int) -> dict[str, Any]:
    """One row of the table, by the columns' names."""
    found = one(example.text, example.language or plan.language, None)
    translation, weight = found.translation, found.weight
    row: dict[str, Any] = {
        "row": number, "line": example.row, "id": example.id, "text": example.text,
        "text_hash": text_hash(example.text), "source": example.source,
        "language": found.language.code, "language_probability": found.language.probability,
        "gold": example.label,
        "gold_triggers": list(example.triggers) if example.triggers is not None else None,
        "translation": translation.text, "translation_status": str(translation.status),
        "translation_cut": False, "likelihood": -0.5, "copied": 0.1, "length_ratio": 1.0,
        "disagreement": weight.disagreement, "weight": weight.weight,
        "weight_reason": weight.reason,
        "distance": found.distance,
    }  # fmt: skip
    answers = {STUDENT: found.student, BEFORE: found.student_before, TEACHER: found.teacher}
    shares = {name: list(one.probabilities) for name, one in answers.items()}
    for name in plan.systems:
        _answer(row, name, shares, plan)
    return row


def _answer(row: dict[str, Any], name: str, shares: dict[str, list[float]], plan: Plan) -> None:
    if name in (MEAN, VOTE):
        import numpy as np

        members = np.array([[shares[one]] for one in plan.members or (STUDENT, BEFORE)])
        table, places = (mean if name == MEAN else vote)(members)
        probabilities, label = table[0].tolist(), LABELS[int(places[0])]
    else:
        probabilities = shares[name]
        label = LABELS[probabilities.index(max(probabilities))]
    row[name] = label
    row.update(zip(columns.shares(name), probabilities, strict=True))
    row[f"{name}_truncated"] = False


def _measured(
    plan: Plan,
    folder: Path,
    rows: list[dict[str, Any]],
    left_out: int,
    stopped: bool,
    command: str,
) -> Any:
    types = columns.ABOUT | columns.TRANSLATED | columns.WEIGHED | columns.COMPARED
    types = types | columns.of_systems(plan.systems)
    table = {
        name: pa.array([row.get(name) for row in rows], type=_arrow(kind))
        for name, kind in types.items()
    }
    pq.write_table(pa.table(table), folder / PREDICTIONS)
    systems = [one for one in SYSTEMS if one.name in plan.systems]
    run: Any = {
        "made": "2026-11-23T00:00:00Z", "command": command, "device": "cpu", "engine": "torch",
        "models": [], "seconds": 1.0, "stopped": stopped, "seed": plan.seed, "draws": 100,
        "version": "0",
    }  # fmt: skip
    quick = replace(plan, draws=100)
    digest = hashlib.sha256(Path(plan.path).read_bytes()).hexdigest()
    return measure(folder, quick, systems, dict.fromkeys(plan.systems), run, left_out, digest)


def _arrow(kind: str) -> Any:
    return pa.list_(pa.int8()) if kind == "list<int8>" else pa.type_for_alias(kind)

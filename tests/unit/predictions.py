"""A ``predictions.parquet`` as an evaluation leaves it: seeded, of any size, made of arrays.

Five languages of which Dutch is machine-translated and Russian lacks two classes; rows without
gold, without a language and without a weight; a student before and after, a second student, a
teacher on translations and both ensembles.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from core.data import text_hash
from core.evaluation import columns
from core.evaluation.figures import measure
from core.evaluation.plan import PREDICTIONS, Plan, SystemInfo
from core.evaluation.schema import Metrics, RunMetrics
from core.files.layout import Layout
from core.labels import LABELS

CODES = ("en", "fr", "nl", "ru", "es")
STUDENTS = ("student", "student_before", "student_2")
SYSTEMS = (*STUDENTS, "teacher", "ensemble_mean", "ensemble_vote")
RUN: RunMetrics = {
    "made": "2026-01-01T00:00:00Z",
    "command": "python -m train batch",
    "device": "cpu",
    "engine": "torch",
    "models": [],
    "seconds": 1.0,
    "stopped": False,
    "seed": 0,
    "draws": 200,
    "version": "0",
}
_MEMBERS = {"ensemble_mean": STUDENTS, "ensemble_vote": STUDENTS}

Columns = dict[str, Any]


def infos(names: Sequence[str] = SYSTEMS) -> tuple[SystemInfo, ...]:
    """What an engine says of these systems."""
    return tuple(_info(name) for name in names)


def plan(draws: int = 200, **more: Any) -> Plan:
    """One that asked for such a table."""
    layout = Layout("tsv", gold="Labels", kind="emotions")
    return Plan("dev.tsv", layout, draws=draws, seed=3, **more)


def write(folder: Path, found: Mapping[str, Any]) -> Path:
    """Put a table into a folder of results."""
    arrays = {name: pa.array(found[name], type=pa.type_for_alias(kind(name))) for name in found}
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(arrays), folder / PREDICTIONS, compression="zstd")
    return folder


def kind(name: str) -> str:
    """The Arrow type of a column."""
    known = {
        **columns.ABOUT,
        "gold_triggers": "string",  # null here, whatever it is a list of
        **columns.TRANSLATED,
        **columns.WEIGHED,
        **columns.COMPARED,
        **columns.of_systems(SYSTEMS),
    }
    return known[name]


def table(rows: int = 400, seed: int = 0, systems: Sequence[str] = SYSTEMS) -> Columns:
    """Name → column, as ``core.evaluation.columns`` names them."""
    random = np.random.default_rng(seed)
    language = random.choice(len(CODES), rows, p=(0.3, 0.2, 0.15, 0.15, 0.2))
    codes = np.array(CODES, dtype=object)[language]
    gold = random.choice(len(LABELS), rows, p=(0.1, 0.25, 0.25, 0.05, 0.15, 0.2))
    gold[(language == 3) & (gold < 2)] = 2  # Russian holds neither Love nor Joy
    found = _about(rows, codes, gold, random)
    own = (language != 0) & (random.random(rows) < 0.9)
    weight = np.where(own, random.beta(5, 2, rows), np.where(language == 0, 1.0, np.nan))
    found |= _translation(own, language, weight, random)
    found |= _answers(gold, weight, systems, random)
    codes[random.random(rows) < 0.02] = None
    return found


def measured(
    folder: Path, found: Mapping[str, Any], systems: Sequence[str] = SYSTEMS, **seen: Any
) -> Metrics:
    """The figures of a folder that holds these columns; seen: as of ``measure``, by system."""
    return measure(write(folder, found), plan(), infos(systems), seen, RUN, 2, "ab")


def sample(folder: Path, rows: int = 1200) -> tuple[Metrics, pd.DataFrame]:
    """Figures, and the table that they are of as pandas reads it."""
    metrics = measured(folder, table(rows))
    frame = pd.read_parquet(folder / PREDICTIONS)
    frame["language"] = frame["language"].fillna("unknown")
    return metrics, frame


def without_gold(found: Columns) -> Columns:
    """The same rows, unlabelled."""
    return {**found, "gold": [None] * len(found["row"])}


def _about(
    rows: int, codes: NDArray[Any], gold: NDArray[np.int64], random: np.random.Generator
) -> Columns:
    names = np.array(LABELS, dtype=object)[gold]
    names[random.random(rows) < 0.05] = None
    texts = [f"text {number}" for number in range(rows)]
    return {
        "row": np.arange(1, rows + 1),
        "line": np.arange(2, rows + 2),
        "id": [str(number) for number in range(rows)],
        "text": texts,
        "text_hash": [text_hash(t) for t in texts] if rows < 10_000 else _hashes(rows),
        "source": np.where(codes == "nl", "goemotions_mt", "human"),
        "language": codes,
        "language_probability": np.full(rows, np.nan),
        "gold": names,
        "gold_triggers": [None] * rows,
    }


def _hashes(rows: int) -> list[str]:
    return [f"{number * 2654435761 % 2**64:016x}" for number in range(rows)]


def _translation(
    own: NDArray[np.bool_],
    language: NDArray[np.int64],
    weight: NDArray[np.float64],
    random: np.random.Generator,
) -> Columns:
    rows = len(own)
    copied = np.where(own, np.round(random.beta(1, 6, rows), 1), 1.0)
    return {
        "translation": [f"translation {number}" for number in range(rows)],
        "translation_status": np.where(
            own, "translated", np.where(language == 0, "english", "copied")
        ),
        "translation_cut": np.zeros(rows, dtype=bool),
        "likelihood": np.where(own, -random.gamma(2, 0.5, rows), np.nan),
        "copied": np.where(random.random(rows) < 0.03, np.nan, copied),
        "length_ratio": np.where(own, random.lognormal(0, 0.2, rows), 1.0),
        "disagreement": np.where(np.isnan(weight), 0.0, 1 - weight),
        "weight": np.where(own & (random.random(rows) < 0.05), np.nan, weight),
        "weight_reason": np.full(rows, "", dtype=object),
    }


def _answers(
    gold: NDArray[np.int64],
    weight: NDArray[np.float64],
    systems: Sequence[str],
    random: np.random.Generator,
) -> Columns:
    """A teacher that errs more where the weight is low; students that lean on it or do not."""
    rows = len(gold)
    sure = np.nan_to_num(weight, nan=0.3)
    strength = {"student": 1.9, "student_before": 1.4, "student_2": 1.6}
    shares = {
        name: _softmax(gold, strength.get(name, 2.5) * (sure if name == "teacher" else 1), random)
        for name in (*STUDENTS, "teacher")
    }
    members = [shares[name] for name in STUDENTS]
    shares["ensemble_mean"] = np.mean(members, axis=0)
    votes = [np.eye(len(LABELS))[own.argmax(axis=1)] for own in members]
    shares["ensemble_vote"] = np.mean(votes, axis=0)
    found: Columns = {"distance": np.abs(shares["student"] - shares["teacher"]).sum(axis=1) / 2}
    for name in systems:
        found[name] = np.array(LABELS, dtype=object)[shares[name].argmax(axis=1)]
        for place, column in enumerate(columns.shares(name)):
            found[column] = shares[name][:, place].astype(np.float32)
        found[f"{name}_truncated"] = np.arange(rows) % 50 == 7
    return found


def _softmax(
    gold: NDArray[np.int64], strength: Any, random: np.random.Generator
) -> NDArray[np.float64]:
    rows = len(gold)
    logits = random.normal(0, 1.2, (rows, len(LABELS)))
    logits[np.arange(rows), gold] += strength
    raised = np.exp(logits)
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def _info(name: str) -> SystemInfo:
    if name in _MEMBERS:
        return SystemInfo(name, "ensemble", "predictions", members=_MEMBERS[name])
    if name == "teacher":
        return SystemInfo(name, "teacher", "translation", "roberta", "t")
    return SystemInfo(name, "student", "original", "xlm-r", name)

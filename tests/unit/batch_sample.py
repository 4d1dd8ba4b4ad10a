"""An evaluation that was never run: seeded rows in a table, measured by core.evaluation.figures.

Teacher, students and weight hang together as they would: each system sees the truth through noise
of its own, the student after refinement lies between the one before and the teacher, and where a
translation is bad its weight is small.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.data import text_hash
from core.evaluation import columns
from core.evaluation.figures import measure
from core.evaluation.plan import PREDICTIONS, Page, Plan, SystemInfo
from core.files.layout import Layout
from core.labels import LABELS

LANGUAGES = ("en", "fr", "nl", "ru", "es")
SYSTEMS = (
    SystemInfo("student", "student", "original", "models/xlm-r-refined", "a1b2c3d4"),
    SystemInfo("student_before", "student", "original", "models/xlm-r-adapted", "b2c3d4e5"),
    SystemInfo("student_2", "student", "original", "models/e5-refined", "c3d4e5f6"),
    SystemInfo("teacher", "teacher", "translation", "hub/roberta-emotion", "d4e5f6a7"),
    SystemInfo("ensemble_mean", "ensemble", "predictions", members=("student", "student_2")),
    SystemInfo("ensemble_vote", "ensemble", "predictions", members=("student", "student_2")),
)
HOSTILE = (
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(2)>",
    "${alert(3)} {{value}} `x`",
    "abc \u202efed\u202c ghi",
    "'\" onmouseover='alert(4)'",
    "<!-- --> ]]> &lt;b&gt; \x00",
)
TEXTS = ("so very happy today", "il pleut encore", "ik ben bang", "я очень злюсь", "qué pena")
PRIOR = (0.05, 0.2, 0.22, 0.06, 0.15, 0.32)
NOISE = {"student": 1.5, "student_before": 1.75, "student_2": 1.6, "teacher": 1.4}
MODELS = tuple(NOISE)


@dataclass(frozen=True)
class Kind:
    """Which file and which systems."""

    rows: int = 600
    languages: tuple[str, ...] = LANGUAGES
    gold: bool = True
    systems: tuple[str, ...] = tuple(info.name for info in SYSTEMS)
    lacking: tuple[tuple[str, str], ...] = (("nl", "Love"),)  # language and class without a row
    triggers: bool = False
    draws: int = 40
    seed: int = 7


def metrics(folder: Path, kind: Kind = Kind()):  # noqa: B008
    """The figures of a sample, its table written into ``folder``."""
    table(folder / PREDICTIONS, kind)
    layout = Layout("tsv", gold="Labels" if kind.gold else None, kind=gold_kind(kind))
    plan = Plan("dev.tsv", layout, "dev <b>&amp;.tsv", seed=kind.seed, draws=kind.draws)
    systems = [info for info in SYSTEMS if info.name in kind.systems]
    return measure(
        folder, plan, systems, seen(kind), run(kind), 3, "0f" * 32,
        board(kind) if kind.triggers else None,
    )  # fmt: skip


def gold_kind(kind):
    """What the file's gold column holds."""
    return "triggers" if kind.triggers else "emotions" if kind.gold else "none"


def seen(kind):
    """Training texts: the second student's knew some rows, the student's refinement others."""
    hashes = [text_hash(f"{text_of(place)} {place}") for place in range(kind.rows)]
    nothing = (set(), set())
    return {
        "student": (set(), set(hashes[:40])),
        "student_before": nothing,
        "student_2": (set(hashes[:9]), set()),
        "teacher": None,
    }


def run(kind):
    """How it was not made."""
    return {
        "made": "2026-11-22T10:00:00+00:00",
        "command": 'python -m train batch --file "dev <b>.tsv"',
        "device": "cpu",
        "engine": "torch",
        "models": [
            {"role": info.name, "name": info.model, "identity": info.identity}
            for info in SYSTEMS
            if info.model and info.name in kind.systems
        ],
        "seconds": 12.5,
        "stopped": False,
        "seed": kind.seed,
        "draws": kind.draws,
        "version": "0.6",
    }


def text_of(place):
    """A row's text: the first few would like to be more than text."""
    return HOSTILE[place] if place < len(HOSTILE) else TEXTS[place % len(TEXTS)]


def table(path: Path, kind: Kind) -> None:
    """Write the table of answers."""
    import pyarrow as arrow
    from pyarrow import parquet

    values = {**_about(kind), **_answers(kind)}
    types = columns.ABOUT | columns.TRANSLATED | columns.WEIGHED | columns.COMPARED
    types |= columns.of_systems(kind.systems)
    arrays = {
        name: arrow.array(values[name], type=_type(said))
        for name, said in types.items()
        if name in values
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    parquet.write_table(arrow.table(arrays), path)


def _type(name):
    import pyarrow as arrow

    if name.startswith("list<"):
        return arrow.list_(arrow.type_for_alias(name[5:-1]))
    return arrow.type_for_alias(name)


def _draws(kind):
    """Language places, true labels, and how bad each translation is."""
    rng = np.random.default_rng(kind.seed)
    language = rng.integers(len(kind.languages), size=kind.rows)
    truth = rng.choice(len(LABELS), p=PRIOR, size=kind.rows)
    for code, label in kind.lacking:
        if code in kind.languages:
            lacks = (language == kind.languages.index(code)) & (truth == LABELS.index(label))
            truth[lacks] = LABELS.index("Neutral")
    return rng, language, truth, rng.beta(1.5, 4, size=kind.rows)


def _about(kind):
    """What is known of each row before any model."""
    _, language, truth, _ = _draws(kind)
    texts = [f"{text_of(place)} {place}" for place in range(kind.rows)]
    return {
        "row": list(range(1, kind.rows + 1)),
        "line": list(range(2, kind.rows + 2)),
        "id": [f"T{place}" for place in range(kind.rows)],
        "text": texts,
        "text_hash": [text_hash(text) for text in texts],
        "source": ["nl_mt" if kind.languages[one] == "nl" else "" for one in language],
        "language": [kind.languages[one] for one in language],
        "language_probability": [0.99] * kind.rows,
        "gold": [LABELS[one] if kind.gold else None for one in truth],
        "gold_triggers": [None] * kind.rows,
    }


def _answers(kind):
    """Probabilities of every system, and translation and weight."""
    rng, language, truth, bad = _draws(kind)
    scores = {
        name: 2.2 * np.eye(len(LABELS))[truth] + noise * rng.normal(size=(kind.rows, 6))
        for name, noise in NOISE.items()
    }
    scores["teacher"] += 3.5 * bad[:, None] * rng.normal(size=(kind.rows, 6))
    scores["student"] = 0.8 * scores["student_before"] + 0.2 * scores["teacher"]
    shares = {name: _softmax(one) for name, one in scores.items()}
    shares["ensemble_mean"] = (shares["student"] + shares["student_2"]) / 2
    shares["ensemble_vote"] = (
        sum(np.eye(6)[shares[name].argmax(1)] for name in ("student", "student_2")) / 2
    )
    found = {}
    for name in kind.systems:
        found[name] = [LABELS[one] for one in shares[name].argmax(1)]
        found |= dict(zip(columns.shares(name), shares[name].T.astype(np.float32), strict=True))
        found[f"{name}_truncated"] = [False] * (kind.rows - 1) + [name == "student"]
    if "teacher" in kind.systems:
        found |= _translated(kind, language, bad, rng)
        found["distance"] = abs(shares["student"] - shares["teacher"]).sum(1) / 2
    return found


def _translated(kind, language, bad, rng):
    """English rows are their own translation and count in full; some are given back unchanged."""
    english = np.array([kind.languages[one] == "en" for one in language])
    copied = ~english & (rng.random(kind.rows) < 0.04)
    weight = np.clip(1 - bad * 1.3 + 0.1 * rng.normal(size=kind.rows), 0, 1)
    outside = ~english & (rng.random(kind.rows) < 0.02)
    status = np.where(english, "english", np.where(copied, "copied", "translated"))
    lost = copied | outside
    return {
        "translation": [f"english of {text_of(place)}" for place in range(kind.rows)],
        "translation_status": status.tolist(),
        "translation_cut": [False] * kind.rows,
        "likelihood": (-0.4 - bad + 0.3 * rng.normal(size=kind.rows)).tolist(),
        "copied": np.clip(bad * 0.6 + 0.1 * rng.normal(size=kind.rows), 0, 1).tolist(),
        "length_ratio": np.exp(0.4 * bad * rng.normal(size=kind.rows)).tolist(),
        "disagreement": (bad**2).tolist(),
        "weight": [
            1.0 if plain else None if gone else float(one)
            for plain, gone, one in zip(english, lost, weight, strict=True)
        ],
        "weight_reason": ["outside the reference" if one else "" for one in outside],
    }


def _softmax(scores):
    exact = np.exp(scores - scores.max(1, keepdims=True))
    return exact / exact.sum(1, keepdims=True)


def board(kind: Kind):
    """A leaderboard whose figures rise and fall as real ones do."""
    found = [("student", "cosine", 0.41), ("teacher", "integrated_gradients", 0.36)]
    found += [("student", "occlusion", 0.33), ("student", "lime", None)]
    found += [("student", "random", 0.22), ("", "all_words", 0.28)]
    return {"tweets": 120, "of": kind.rows, "entries": [_entry(*one) for one in found]}


def _entry(system, method, f1):
    known = f1 is not None
    thresholds = [round(place / 50, 2) for place in range(51)]
    curve = [max(0.0, (f1 or 0) + 0.08 - 2 * (one - 0.45) ** 2) for one in thresholds]
    real = known and method not in ("random", "all_words")
    return {
        "system": system,
        "method": method,
        "threshold": 0.38 if real else None,
        "tweets": 120,
        "f1": f1,
        "f1_interval": [f1 - 0.03, f1 + 0.03] if known else None,
        "precision": f1 - 0.05 if known else None,
        "recall": f1 + 0.2 if known else None,
        "map_scores": f1 - 0.08 if known else None,
        "map_interval": [f1 - 0.11, f1 - 0.05] if known else None,
        "map_binary": f1 - 0.1 if known else None,
        "pearson": f1 / 2 if known else None,
        "seconds": 3.2,
        "sweep": {"threshold": thresholds, "f1": curve} if real else {"threshold": [], "f1": []},
        "reason": "" if known else "The model's threshold is missing & <b>so on</b>.",
    }


LISTED = (
    "row", "id", "text", "translation", "language", "gold", "student", "student_before", "teacher",
    "weight", "distance", "student_joy",
)  # fmt: skip


def lists(folder: Path, count: int = 20):
    """Some rows of the table for each list of a report, hostile ones first."""
    from pyarrow import parquet

    file = parquet.ParquetFile(folder / PREDICTIONS)
    names = [name for name in LISTED if name in file.schema_arrow.names]
    rows = tuple(file.read(columns=names).slice(0, count).to_pylist())
    orders = ("down_weighted", "disagreeing", "confident_errors")
    return {order: Page(rows, 300) for order in orders}

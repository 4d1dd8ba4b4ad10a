"""Files that lack something, laws that all figures keep, and what cannot be measured."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.errors import DataError
from core.evaluation.figures import measure
from core.evaluation.plan import METRICS, PREDICTIONS
from core.labels import LABELS

CODES = ("en", "fr", "nl", "ru", "es")


def test_a_single_native_language_has_no_mean(tmp_path: Path, predictions: Any) -> None:
    found = predictions.table(200)
    found["language"] = np.where(np.arange(200) % 2, "en", "fr").astype(object)
    found["source"] = np.full(200, "human", dtype=object)
    metrics = predictions.measured(tmp_path, found)
    assert metrics["systems"]["student"]["mean_of_languages"] is None
    assert metrics["file"]["absent_languages"] == ["nl", "ru", "es"]
    assert list(metrics["systems"]["student"]["per_language"]) == ["en", "fr"]


def test_an_unlabelled_file_leaves_what_needs_no_gold(tmp_path: Path, predictions: Any) -> None:
    metrics = predictions.measured(tmp_path, predictions.without_gold(predictions.table(300)))
    assert metrics["file"]["gold"] == {} and metrics["file"]["absent_classes"] == []
    assert metrics["tests"] == [] and metrics["refinement"] is None
    lab = metrics["weights"]
    assert lab is not None and lab["teacher_error"] == []
    assert all(s["auroc"] is None and s["accuracy"] == [] for s in lab["signals"])
    assert lab["signals"][1]["spearman_weight"] is not None
    for system in metrics["systems"].values():
        assert not {"macro_f1", "calibration", "per_language"} & system.keys()
        assert sum(system["predicted"][""].values()) == 300
        assert sum(system["confidence"][""]) == 300


def test_students_alone_and_no_rows_at_all(tmp_path: Path, predictions: Any) -> None:
    plain = predictions.table(150, systems=("student",))
    kept = [name for name in plain if not name.startswith(("translation", "weight"))]
    metrics = predictions.measured(
        tmp_path / "a", {name: plain[name] for name in kept}, ("student",)
    )
    assert metrics["weights"] is metrics["refinement"] is None and metrics["tests"] == []
    assert metrics["systems"]["student"]["n"] > 100
    empty = predictions.measured(tmp_path / "b", {name: [] for name in predictions.table(1)})
    assert empty["file"]["rows"] == 0 and "macro_f1" not in empty["systems"]["student"]
    assert empty["file"]["absent_languages"] == list(CODES)


def test_the_order_of_rows_changes_nothing(tmp_path: Path, predictions: Any) -> None:
    few = ("student", "student_before", "teacher")
    found = predictions.table(300, systems=few)
    order = np.random.default_rng(1).permutation(300)
    mixed = {name: np.asarray(values, dtype=object)[order] for name, values in found.items()}
    first, second = (
        predictions.measured(tmp_path / n, t, few) for n, t in (("a", found), ("b", mixed))
    )
    assert_close(first, second)


def assert_close(a: Any, b: Any) -> None:
    if isinstance(a, dict):
        assert a.keys() == b.keys()
        for key in a:
            assert_close(a[key], b[key])
    elif isinstance(a, list):
        assert len(a) == len(b)
        for one, other in zip(a, b, strict=True):
            assert_close(one, other)
    elif isinstance(a, float):
        assert math.isclose(a, b, rel_tol=1e-3, abs_tol=1e-5), (a, b)
    else:
        assert a == b


def test_perfect_answers(tmp_path: Path, predictions: Any) -> None:
    found = predictions.table(300, systems=("student",))
    known = np.asarray([label or "Joy" for label in found["gold"]], dtype=object)
    found |= {"gold": known, "student": known.copy()}
    for label in LABELS:
        found[f"student_{label.lower()}"] = (known == label).astype(np.float32)
    student = predictions.measured(tmp_path, found, ("student",))["systems"]["student"]
    assert student["macro_f1"] == student["micro_f1"] == student["accuracy"] == 1
    assert student["intervals"] == {"macro_f1": [1, 1], "accuracy": [1, 1]}
    own = student["calibration"][""]
    assert own["ece"] == own["brier"] == 0 and own["temperature"] is None


def test_provenance_by_what_each_training_saw(tmp_path: Path, predictions: Any) -> None:
    found = predictions.without_gold(predictions.table(120))
    hashes = found["text_hash"]
    seen = {
        "student": (set(hashes[:3]), set(hashes[:10])),
        "student_before": (set(), set()),
        "student_2": (set(), set(hashes[5:9])),
    }
    metrics = predictions.measured(tmp_path, found, **seen)
    tags = {name: system["provenance"] for name, system in metrics["systems"].items()}
    assert tags["student"] == {"tag": "seen", "seen": 3, "transductive": 10}
    assert tags["student_before"]["tag"] == "inductive"
    assert tags["student_2"] == {"tag": "transductive", "seen": 0, "transductive": 4}
    assert tags["teacher"]["tag"] == "unknown"
    assert tags["ensemble_mean"] == tags["student"]  # its members together
    assert json.loads((tmp_path / METRICS).read_text(encoding="utf-8")) == metrics
    del seen["student_2"]
    again = predictions.measured(tmp_path, found, **seen)
    assert again["systems"]["ensemble_vote"]["provenance"]["tag"] == "unknown"


def test_what_cannot_be_measured_is_one_sentence(tmp_path: Path, predictions: Any) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        measure(tmp_path, predictions.plan(), predictions.infos(), {}, predictions.RUN, 0, "")
    (tmp_path / PREDICTIONS).write_bytes(b"PAR1 no PAR1")
    with pytest.raises(DataError, match="cannot be read"):
        measure(tmp_path, predictions.plan(), predictions.infos(), {}, predictions.RUN, 0, "")
    found = predictions.table(20, systems=("student",))
    with pytest.raises(DataError, match="no answers of student_before"):
        predictions.measured(tmp_path, found)
    found["gold"] = ["Surprise"] * 20
    with pytest.raises(DataError, match="'Surprise' is none"):
        predictions.measured(tmp_path, found, ("student",))
    assert not (tmp_path / METRICS).exists()

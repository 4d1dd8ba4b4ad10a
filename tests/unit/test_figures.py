"""From predictions.parquet to metrics.json: every figure again with pandas, scikit-learn, loops."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest
from sklearn import metrics as sklearn_metrics

from core.calibration import expected_error
from core.evaluation.schema import Metrics, Scores
from core.labels import LABELS
from core.records import Example
from core.significance import holm
from train.config import EvaluateConfig
from train.figures.comparing import compare
from train.figures.scoring import File, System, score

SYSTEMS = ("student", "student_before", "student_2", "teacher", "ensemble_mean", "ensemble_vote")
CODES = ("en", "fr", "nl", "ru", "es")
Sample = tuple[Metrics, pd.DataFrame]


@pytest.fixture(scope="module")
def sample(predictions: Any, tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """Figures, and the table that they are of as pandas reads it."""
    return predictions.sample(tmp_path_factory.mktemp("figures"))


def rows_of(frame: pd.DataFrame, language: str = "") -> pd.DataFrame:
    known = frame[frame["gold"].notna()]
    return known if not language else known[known["language"] == language]


def check_scores(found: Scores, own: pd.DataFrame, system: str) -> None:
    gold, guess = own["gold"].tolist(), own[system].tolist()
    present = [label for label in LABELS if label in set(gold)]
    for average in ("macro", "micro", "weighted"):
        expected = sklearn_metrics.precision_recall_fscore_support(
            gold, guess, labels=present, average=average, zero_division=0
        )[:3]
        names = [f"{average}_{name}" for name in ("precision", "recall", "f1")]
        assert [found[name] for name in names] == pytest.approx(expected)  # type: ignore[literal-required]
    assert found["accuracy"] == pytest.approx(sklearn_metrics.accuracy_score(gold, guess))
    assert found["macro_f1_all"] == pytest.approx(
        sklearn_metrics.f1_score(gold, guess, average="macro", zero_division=0)
    )
    assert found["n"] == len(own) and found["classes"] == present
    assert found["absent"] == [label for label in LABELS if label not in present]
    expected = sklearn_metrics.confusion_matrix(gold, guess, labels=LABELS)
    assert found["confusion"] == expected.tolist()
    for name in ("macro_f1", "accuracy"):
        low, high = found["intervals"][name]
        assert low < found[name] < high  # type: ignore[literal-required]


def test_scores_are_scikit_learns(sample: Sample) -> None:
    metrics, frame = sample
    assert list(metrics["systems"]) == list(SYSTEMS)
    for name, system in metrics["systems"].items():
        check_scores(system, rows_of(frame), name)  # type: ignore[arg-type]
        assert list(system["per_language"]) == [*CODES, "unknown"]
        for code, found in system["per_language"].items():
            check_scores(found, rows_of(frame, code), name)


def test_the_recipe_evaluate_gives_the_same_numbers(sample: Sample) -> None:
    """Of the same rows and labels, intervals and p values included."""
    metrics, frame = sample
    own = rows_of(frame)
    rows = tuple(Example(str(n), "", label=label) for n, label in enumerate(own["gold"]))
    file = File("dev", rows, tuple(own["language"]))
    settings = EvaluateConfig(bootstrap=200, seed=3)
    a, b = (System(name, "model", about={"identity": "", "parent": ""}) for name in SYSTEMS[:2])
    predicted = {(s.name, "dev"): own[s.name].tolist() for s in (a, b)}
    for system in (a, b):
        row = score(system, file, predicted[system.name, "dev"], settings)
        found = metrics["systems"][system.name]
        assert [row["low"], row["high"]] == found["intervals"]["macro_f1"]
        for name in row.keys() & found.keys() - {"predicted", "provenance", "kind"}:
            assert row[name] == found[name], name  # type: ignore[literal-required]
    (row,) = compare(a, b, [file], predicted, settings)
    test = next(t for t in metrics["tests"] if t["b"] == b.name)
    assert [row["low"], row["high"]] == test["interval"]
    for name in ("difference", "randomisation_p", "mcnemar_p"):
        assert row[name] == test[name]  # type: ignore[literal-required]


def test_the_mean_of_languages_leaves_out_what_is_not_native(
    sample: Sample,
) -> None:
    metrics, frame = sample
    assert metrics["file"]["machine_translated"] == ["nl"]
    found = metrics["systems"]["student"]["mean_of_languages"]
    assert found is not None and found["languages"] == ["fr", "ru", "es"]
    each = []
    for code in found["languages"]:
        own = rows_of(frame, code)
        each.append(
            sklearn_metrics.f1_score(
                own["gold"],
                own["student"],
                labels=own["gold"].unique(),
                average="macro",
                zero_division=0,
            )
        )
    assert found["macro_f1"] == pytest.approx(np.mean(each))
    assert found["interval"][0] < found["macro_f1"] < found["interval"][1]


def test_the_file_is_described(sample: Sample) -> None:
    metrics, frame = sample
    file = metrics["file"]
    assert file["languages"] == frame["language"].value_counts().to_dict()
    assert file["gold"][""] == rows_of(frame)["gold"].value_counts().to_dict()
    russian = rows_of(frame, "ru")["gold"].value_counts()
    assert file["gold"]["ru"] == {label: int(russian.get(label, 0)) for label in LABELS}
    assert file["gold"]["ru"]["Love"] == file["gold"]["ru"]["Joy"] == 0
    assert (file["rows"], file["left_out"], file["sha256"]) == (1200, 2, "ab")
    assert file["absent_classes"] == file["absent_languages"] == []


def test_what_a_system_predicts_and_how_sure_it_is(
    sample: Sample,
) -> None:
    metrics, frame = sample
    system = metrics["systems"]["teacher"]
    for code in ("", "fr"):
        own = frame if not code else frame[frame["language"] == code]
        counts = own["teacher"].value_counts()
        assert system["predicted"][code] == {label: int(counts.get(label, 0)) for label in LABELS}
        sure = own[[f"teacher_{label.lower()}" for label in LABELS]].max(axis=1)
        expected, _ = np.histogram(sure, bins=np.linspace(0, 1, 21))
        assert system["confidence"][code] == expected.tolist()
    assert system["truncated"] == int(frame["teacher_truncated"].sum())


def test_calibration_is_of_the_shares_as_written(sample: Sample) -> None:
    metrics, frame = sample
    for name in ("student", "ensemble_vote"):
        for code, found in metrics["systems"][name]["calibration"].items():
            own = rows_of(frame, code)
            shares = own[[f"{name}_{label.lower()}" for label in LABELS]].to_numpy()
            gold = own["gold"].map(LABELS.index).to_numpy()
            right = (own["gold"] == own[name]).to_numpy()
            assert found["ece"] == pytest.approx(expected_error(shares.max(axis=1), right))
            squares = ((shares - np.eye(6)[gold]) ** 2).sum(axis=1)
            assert found["brier"] == pytest.approx(squares.mean(), rel=1e-5)
            assert sum(one["n"] for one in found["bins"]) == len(own)
            if name == "ensemble_vote":
                assert found["log_loss"] is found["temperature"] is None
                assert found["ece_at_temperature"] is None
            else:
                expected = sklearn_metrics.log_loss(gold, shares, labels=range(6))
                assert found["log_loss"] == pytest.approx(expected, rel=1e-5)
                assert found["temperature"] is not None and found["temperature"] > 0
    empty = [one for one in found["bins"] if not one["n"]]
    assert empty and all(one["accuracy"] is one["confidence"] is None for one in empty)


def test_the_student_is_tested_against_each_other(sample: Sample) -> None:
    metrics, frame = sample
    others = [name for name in SYSTEMS if name != "student"]
    languages = ["", *CODES, "unknown"]
    assert [(t["b"], t["language"]) for t in metrics["tests"]] == [
        (other, code) for other in others for code in languages
    ]
    for test in metrics["tests"]:
        own = rows_of(frame, test["language"])
        a, b = ((own[test[side]] == own["gold"]) for side in ("a", "b"))  # type: ignore[literal-required]
        split = int((a & ~b).sum()), int((~a & b).sum())
        assert test["mcnemar_p"] == pytest.approx(
            binomtest(split[0], sum(split), 0.5).pvalue if sum(split) else 1
        )
        present = sorted(own["gold"].unique())
        f1 = [
            sklearn_metrics.f1_score(
                own["gold"], own[name], labels=present, average="macro", zero_division=0
            )
            for name in (test["a"], test["b"])
        ]
        assert test["difference"] == pytest.approx(f1[0] - f1[1])
        assert test["interval"][0] <= test["difference"] <= test["interval"][1]
        assert 0 < test["randomisation_p"] <= 1 and test["n"] == len(own)
    for other in others:
        own_tests = [t for t in metrics["tests"] if t["b"] == other]
        assert own_tests[0]["holm_p"] is None
        raw = {t["language"]: t["randomisation_p"] for t in own_tests[1:]}
        assert {t["language"]: t["holm_p"] for t in own_tests[1:]} == holm(raw)
    before = next(t for t in metrics["tests"] if t["b"] == "student_before")
    assert before["randomisation_p"] < 0.01 and before["difference"] > 0

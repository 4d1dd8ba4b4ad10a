"""From predictions.parquet to metrics.json: every figure again with pandas, scikit-learn, loops."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from predictions import CODES, RUN, SYSTEMS, infos, plan, table, without_gold, write
from scipy.stats import binomtest, spearmanr
from sklearn import metrics as sklearn_metrics

from core.calibration import expected_error
from core.errors import DataError
from core.evaluation.figures import measure
from core.evaluation.plan import METRICS, PREDICTIONS
from core.evaluation.schema import Metrics, Scores
from core.labels import LABELS
from core.prior import fit_factors, rescaled
from core.significance import holm


def measured(folder: Path, found: dict[str, Any], systems: tuple[str, ...] = SYSTEMS) -> Metrics:
    return measure(write(folder, found), plan(), infos(systems), {}, RUN, 2, "ab")


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[Metrics, pd.DataFrame]:
    """Figures, and the table that they are of as pandas reads it."""
    folder = tmp_path_factory.mktemp("figures")
    metrics = measured(folder, table(1200))
    assert json.loads((folder / METRICS).read_text(encoding="utf-8")) == metrics
    frame = pd.read_parquet(folder / PREDICTIONS)
    frame["language"] = frame["language"].fillna("unknown")
    return metrics, frame


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


def test_scores_are_scikit_learns(sample: tuple[Metrics, pd.DataFrame]) -> None:
    metrics, frame = sample
    assert list(metrics["systems"]) == list(SYSTEMS)
    for name, system in metrics["systems"].items():
        check_scores(system, rows_of(frame), name)  # type: ignore[arg-type]
        assert list(system["per_language"]) == [*CODES, "unknown"]
        for code, found in system["per_language"].items():
            check_scores(found, rows_of(frame, code), name)


def test_the_mean_of_languages_leaves_out_what_is_not_native(
    sample: tuple[Metrics, pd.DataFrame],
) -> None:
    metrics, frame = sample
    assert metrics["file"]["machine_translated"] == ["nl", "unknown"]  # a nameless row of it
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


def test_a_single_native_language_has_no_mean(tmp_path: Path) -> None:
    found = table(200)
    found["language"] = np.where(np.arange(200) % 2, "en", "fr").astype(object)
    found["source"] = np.full(200, "human", dtype=object)
    metrics = measured(tmp_path, found)
    assert metrics["systems"]["student"]["mean_of_languages"] is None
    assert metrics["file"]["absent_languages"] == ["nl", "ru", "es"]
    assert list(metrics["systems"]["student"]["per_language"]) == ["en", "fr"]


def test_the_file_is_described(sample: tuple[Metrics, pd.DataFrame]) -> None:
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
    sample: tuple[Metrics, pd.DataFrame],
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


def test_calibration_is_of_the_shares_as_written(sample: tuple[Metrics, pd.DataFrame]) -> None:
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


def test_the_student_is_tested_against_each_other(sample: tuple[Metrics, pd.DataFrame]) -> None:
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


def test_flips_are_counted_by_hand(sample: tuple[Metrics, pd.DataFrame]) -> None:
    metrics, frame = sample
    found = metrics["refinement"]
    assert found is not None
    own = rows_of(frame)
    before, after = own["student_before"] == own["gold"], own["student"] == own["gold"]
    flipped = own["student_before"] != own["student"]
    assert found["n"] == len(own) and found["flipped"] == int(flipped.sum())
    assert found["gained"] == int((~before & after).sum()) > 0
    assert found["lost"] == int((before & ~after).sum()) > 0
    assert sum(cell["n"] for cell in found["cells"]) == len(own)
    for cell in found["cells"]:
        here = (own["language"] == cell["language"]) & (own["gold"] == cell["gold"])
        for kind, mask in (("gained", ~before & after), ("lost", before & ~after)):
            flips = own[here & mask]
            split = cell[kind]  # type: ignore[literal-required]
            agrees = int((flips["teacher"] == flips["student"]).sum())
            assert split["n"] == len(flips)
            assert (split["teacher_agrees"], split["teacher_differs"]) == (
                agrees,
                len(flips) - agrees,
            )
            weight = flips["weight"]
            assert split["weight"] == {
                "low": int((weight < 1 / 3).sum()),
                "middle": int(((weight >= 1 / 3) & (weight < 2 / 3)).sum()),
                "high": int((weight >= 2 / 3).sum()),
                "none": int(weight.isna().sum()),
            }


def test_the_prior_alone_is_a_rescaling_fitted_without_gold(
    sample: tuple[Metrics, pd.DataFrame],
) -> None:
    metrics, frame = sample
    found = metrics["refinement"]
    assert found is not None and found["prior"] is not None and not found["prior_reason"]
    before, after = (
        frame[[f"{name}_{label.lower()}" for label in LABELS]].to_numpy(dtype=np.float64)
        for name in ("student_before", "student")
    )
    factors = fit_factors(before, after.mean(axis=0))
    assert list(found["prior"]["factors"].values()) == pytest.approx(factors.tolist(), rel=1e-4)
    frame = frame.assign(prior=[LABELS[k] for k in rescaled(before, factors).argmax(axis=1)])
    own = rows_of(frame)
    expected = sklearn_metrics.f1_score(own["gold"], own["prior"], average="macro")
    assert found["prior"]["macro_f1"] == pytest.approx(expected)
    right = own["student_before"] == own["gold"]
    gained = int((~right & (own["prior"] == own["gold"])).sum())
    assert found["prior"]["gained"] == gained == sum(c["prior_gained"] for c in found["cells"])
    assert found["prior"]["lost"] == sum(c["prior_lost"] for c in found["cells"])  # type: ignore[misc]


def test_a_prior_that_cannot_be_fitted_has_a_reason(tmp_path: Path) -> None:
    found = table(200)
    for label in LABELS:
        found[f"student_before_{label.lower()}"] = np.float32(label == "Joy") * np.ones(200)
    found["student_before"] = np.full(200, "Joy", dtype=object)
    refined = measured(tmp_path, found)["refinement"]
    assert refined is not None and refined["prior"] is None
    assert "never predicted" in refined["prior_reason"]
    assert {cell["prior_gained"] for cell in refined["cells"]} == {None}


def test_the_weight_lab_again_with_pandas(sample: tuple[Metrics, pd.DataFrame]) -> None:
    metrics, frame = sample
    lab = metrics["weights"]
    assert lab is not None
    own = frame[frame["translation_status"] == "translated"]
    weighed = own[own["weight"].notna()]
    assert lab["n"] == len(weighed) and lab["outside"] == len(own) - len(weighed) > 0
    assert lab["statuses"] == frame["translation_status"].value_counts().to_dict()
    bins = np.linspace(0, 1, 21)
    assert (
        lab["weights"]["ru"]
        == np.histogram(weighed[weighed["language"] == "ru"]["weight"], bins)[0].tolist()
    )
    before = [f"student_before_{label.lower()}" for label in LABELS]
    sure = weighed[before].max(axis=1)
    grid, _, _ = np.histogram2d(weighed["weight"], sure, bins=[np.linspace(0, 1, 11)] * 2)
    assert lab["grid"] == grid.astype(int).tolist()
    tenth = (weighed["weight"] * 10).astype(int).clip(upper=9)
    copied = weighed.groupby(tenth)["copied"].mean()
    wrong = (weighed["teacher"] != weighed["gold"])[weighed["gold"].notna()]
    errors = wrong.groupby(tenth).mean()
    for place in range(10):
        assert lab["copied"][place] == (
            pytest.approx(copied[place]) if place in copied.index else None
        )
        assert lab["teacher_error"][place] == (
            pytest.approx(errors[place]) if place in errors.index else None
        )


def test_signals_against_the_teachers_errors(sample: tuple[Metrics, pd.DataFrame]) -> None:
    metrics, frame = sample
    assert metrics["weights"] is not None
    own = frame[frame["translation_status"] == "translated"]
    signals = {
        "weight": own["weight"],
        "student_confidence": own[[f"student_before_{k.lower()}" for k in LABELS]].max(axis=1),
        "teacher_confidence": own[[f"teacher_{k.lower()}" for k in LABELS]].max(axis=1),
        "likelihood": own["likelihood"],
        "length_ratio": -np.log(own["length_ratio"]).abs(),
        "few_copied": 1 - own["copied"],
    }
    assert [signal["name"] for signal in metrics["weights"]["signals"]] == list(signals)
    for found in metrics["weights"]["signals"]:
        values = signals[found["name"]].astype(float)
        assert found["n"] == int(values.notna().sum())
        judged = values.notna() & own["gold"].notna()
        right = (own["teacher"] == own["gold"])[judged]
        assert found["auroc"] == pytest.approx(sklearn_metrics.roc_auc_score(right, values[judged]))
        assert found["auroc_interval"] is not None and found["auroc"] is not None
        low, high = found["auroc_interval"]
        assert low < found["auroc"] < high
        both = values.notna() & own["weight"].notna()
        rho = spearmanr(values[both], own["weight"][both]).statistic
        assert found["spearman_weight"] == pytest.approx(rho)
        assert len(found["coverage"]) == 20
        assert found["accuracy"][-1] == pytest.approx(right.mean())
    weight = metrics["weights"]["signals"][0]
    assert weight["auroc"] > 0.55 and weight["accuracy"][4] > weight["accuracy"][-1]  # type: ignore[operator]


def test_an_unlabelled_file_leaves_what_needs_no_gold(tmp_path: Path) -> None:
    metrics = measured(tmp_path, without_gold(table(300)))
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


def test_a_signal_that_was_not_computed_is_named_and_empty(tmp_path: Path) -> None:
    found = {k: v for k, v in table(200).items() if k not in ("likelihood", "weight")}
    lab = measured(tmp_path, found)["weights"]
    assert lab is not None and lab["n"] == 0
    by_name = {signal["name"]: signal for signal in lab["signals"]}
    for name in ("likelihood", "weight"):
        assert by_name[name]["n"] == 0 and by_name[name]["auroc"] is None
        assert by_name[name]["accuracy"] == []
    assert by_name["teacher_confidence"]["auroc"] is not None
    assert by_name["teacher_confidence"]["spearman_weight"] is None


def test_students_alone_and_no_rows_at_all(tmp_path: Path) -> None:
    plain = table(150, systems=("student",))
    kept = [name for name in plain if not name.startswith(("translation", "weight"))]
    metrics = measured(tmp_path / "a", {name: plain[name] for name in kept}, ("student",))
    assert metrics["weights"] is metrics["refinement"] is None and metrics["tests"] == []
    assert metrics["systems"]["student"]["n"] > 100
    empty = measured(tmp_path / "b", {name: [] for name in table(1)})
    assert empty["file"]["rows"] == 0 and "macro_f1" not in empty["systems"]["student"]
    assert empty["file"]["absent_languages"] == list(CODES)


def test_the_order_of_rows_changes_nothing(tmp_path: Path) -> None:
    found = table(300)
    order = np.random.default_rng(1).permutation(300)
    mixed = {name: np.asarray(values, dtype=object)[order] for name, values in found.items()}
    first, second = (measured(tmp_path / n, t) for n, t in (("a", found), ("b", mixed)))
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


def test_perfect_answers(tmp_path: Path) -> None:
    found = table(300, systems=("student",))
    known = np.asarray([label or "Joy" for label in found["gold"]], dtype=object)
    found |= {"gold": known, "student": known.copy()}
    for label in LABELS:
        found[f"student_{label.lower()}"] = (known == label).astype(np.float32)
    student = measured(tmp_path, found, ("student",))["systems"]["student"]
    assert student["macro_f1"] == student["micro_f1"] == student["accuracy"] == 1
    assert student["intervals"] == {"macro_f1": [1, 1], "accuracy": [1, 1]}
    own = student["calibration"][""]
    assert own["ece"] == own["brier"] == 0 and own["temperature"] is None


def test_provenance_by_what_each_training_saw(tmp_path: Path) -> None:
    found = table(120)
    hashes = found["text_hash"]
    seen = {
        "student": (set(hashes[:3]), set(hashes[:10])),
        "student_before": (set(), set()),
        "student_2": (set(), set(hashes[5:9])),
    }
    metrics = measure(write(tmp_path, found), plan(), infos(), seen, RUN, 0, "")
    tags = {name: system["provenance"] for name, system in metrics["systems"].items()}
    assert tags["student"] == {"tag": "seen", "seen": 3, "transductive": 10}
    assert tags["student_before"]["tag"] == "inductive"
    assert tags["student_2"] == {"tag": "transductive", "seen": 0, "transductive": 4}
    assert tags["teacher"]["tag"] == "unknown"
    assert tags["ensemble_mean"] == tags["student"]  # its members together
    del seen["student_2"]
    again = measure(write(tmp_path, found), plan(), infos(), seen, RUN, 0, "")
    assert again["systems"]["ensemble_vote"]["provenance"]["tag"] == "unknown"


def test_what_cannot_be_measured_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        measure(tmp_path, plan(), infos(), {}, RUN, 0, "")
    (tmp_path / PREDICTIONS).write_bytes(b"PAR1 no PAR1")
    with pytest.raises(DataError, match="cannot be read"):
        measure(tmp_path, plan(), infos(), {}, RUN, 0, "")
    found = table(20, systems=("student",))
    with pytest.raises(DataError, match="no answers of teacher"):
        measured(tmp_path, found)
    found["gold"] = ["Surprise"] * 20
    with pytest.raises(DataError, match="'Surprise' is none"):
        measured(tmp_path, found, ("student",))
    assert not (tmp_path / METRICS).exists()

"""Did refinement help and what does the weight tell: again with pandas, scikit-learn, loops."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr
from sklearn import metrics as sklearn_metrics

from core.evaluation.schema import Metrics
from core.labels import LABELS
from core.prior import fit_factors, rescaled

Sample = tuple[Metrics, pd.DataFrame]


@pytest.fixture(scope="module")
def sample(predictions: Any, tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """Figures, and the table that they are of as pandas reads it."""
    return predictions.sample(tmp_path_factory.mktemp("figures"))


def rows_of(frame: pd.DataFrame, language: str = "") -> pd.DataFrame:
    known = frame[frame["gold"].notna()]
    return known if not language else known[known["language"] == language]


def test_flips_are_counted_by_hand(sample: Sample) -> None:
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
    sample: Sample,
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


def test_a_prior_that_cannot_be_fitted_has_a_reason(tmp_path: Path, predictions: Any) -> None:
    found = predictions.table(200)
    for label in LABELS:
        found[f"student_before_{label.lower()}"] = np.float32(label == "Joy") * np.ones(200)
    found["student_before"] = np.full(200, "Joy", dtype=object)
    refined = predictions.measured(tmp_path, found)["refinement"]
    assert refined is not None and refined["prior"] is None
    assert "never predicted" in refined["prior_reason"]
    assert {cell["prior_gained"] for cell in refined["cells"]} == {None}


def test_the_weight_lab_again_with_pandas(sample: Sample) -> None:
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


def test_signals_against_the_teachers_errors(sample: Sample) -> None:
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


def test_a_signal_that_was_not_computed_is_named_and_empty(
    tmp_path: Path, predictions: Any
) -> None:
    found = {k: v for k, v in predictions.table(200).items() if k not in ("likelihood", "weight")}
    lab = predictions.measured(tmp_path, found)["weights"]
    assert lab is not None and lab["n"] == 0
    by_name = {signal["name"]: signal for signal in lab["signals"]}
    for name in ("likelihood", "weight"):
        assert by_name[name]["n"] == 0 and by_name[name]["auroc"] is None
        assert by_name[name]["accuracy"] == []
    assert by_name["teacher_confidence"]["auroc"] is not None
    assert by_name["teacher_confidence"]["spearman_weight"] is None

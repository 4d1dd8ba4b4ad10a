"""Thresholds of explanation methods: chosen on validation tweets, kept with the weights alone."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.attribution.running import attribute
from core.attribution.subject import Subject
from core.checkpoints import Manifest, read_manifest, verify
from core.data import read_triggers
from core.errors import ConfigError
from core.explanations import Target
from core.loading import load_emotion_model, pack_checkpoint, unpack_checkpoint
from core.splits import Split

METHODS = ("contribution", "saliency", "occlusion", "random")


@pytest.fixture(scope="module")
def chosen(pipeline: Any) -> Any:
    """A teacher that pools the mean, with thresholds of its own contribution and of METHODS."""
    shutil.copytree(pipeline.path("teacher"), pipeline.path("measured"))
    return pipeline.train(
        "triggers",
        "by_method",
        model=pipeline.path("measured"),
        data=pipeline.path("triggers.tsv"),
        split=pipeline.path("split.json"),
        score="contribution",
        methods=",".join(METHODS),
    )


def manifest_of(pipeline: Any, name: str) -> Manifest:
    return read_manifest(Path(pipeline.path(name)))


def test_each_threshold_is_the_best_on_validation_tweets(pipeline: Any, chosen: Any) -> None:
    """One tweet, one method and one candidate at a time, in plain words."""
    model = load_emotion_model(pipeline.path("measured"))
    rows = read_triggers(pipeline.path("triggers.tsv"), labelled=True)
    _, held = Split.load(pipeline.path("split.json")).partition(rows)
    scores = {method: [] for method in ("own", *METHODS)}  # type: dict[str, list[Any]]
    for row in held:
        [prediction], [own] = model.predict([row.text]), model.trigger_scores([row.text])
        subject = Subject.of(model, row.text, Target(prediction.label))
        scores["own"].append([word.score for word in own.words])
        for method in METHODS:
            scores[method].append(attribute([subject], method, seed=13)[0].scores)
    thresholds = manifest_of(pipeline, "measured").thresholds
    assert set(thresholds) == set(scores)
    for method, found in scores.items():

        def mean_f1(cut: float, found: Any = found) -> float:
            pairs = [
                (np.array(r.triggers), np.array(s) >= cut) for r, s in zip(held, found, strict=True)
            ]
            return float(np.mean([2 * (g * p).sum() / (g.sum() + p.sum()) for g, p in pairs]))

        values = np.unique(np.concatenate([np.array(one) for one in found]))
        best = max(mean_f1(float(value) - 1e-6) for value in values[::3])
        figures = chosen.figures["methods"][method]
        assert mean_f1(thresholds[method]) == pytest.approx(figures["f1"]) and figures["f1"] >= best
        assert figures["threshold"] == thresholds[method] and figures["tweets"] == len(held)


def test_the_model_s_own_is_its_threshold_and_weights_stay(pipeline: Any, chosen: Any) -> None:
    before, after = (manifest_of(pipeline, name) for name in ("teacher", "measured"))
    assert after.thresholds["own"] == after.threshold == chosen.figures["threshold"]
    assert after.thresholds["own"] != after.thresholds["contribution"]  # another score
    assert (after.identity, after.files) == (before.identity, before.files)
    verify(Path(pipeline.path("measured")), after)
    table = Path(pipeline.path("by_method")) / "triggers.md"
    assert all(f"| {method} " in table.read_text() for method in after.thresholds)
    told = json.loads((table.with_suffix(".json")).read_text())
    assert after.metrics["triggers"] == told and set(told["methods"]) == set(after.thresholds)


def test_without_methods_only_the_own_one_is_chosen(pipeline: Any) -> None:
    student = manifest_of(pipeline, "student")
    assert student.thresholds == {"cosine": student.threshold}
    assert "methods" not in student.metrics["triggers"]


def test_packing_keeps_thresholds(pipeline: Any, chosen: Any, tmp_path: Path) -> None:
    plain = Path(pipeline.path("measured"))
    pack_checkpoint(plain, tmp_path / "packed")
    unpack_checkpoint(tmp_path / "packed", tmp_path / "unpacked")
    manifests = [read_manifest(folder) for folder in (plain, *sorted(tmp_path.iterdir()))]
    assert len(manifests) == 3 and manifests[0].thresholds
    assert len({str((one.thresholds, one.threshold, one.identity)) for one in manifests}) == 1


def test_children_of_other_weights_inherit_none(pipeline: Any, chosen: Any, again: Any) -> None:
    parent = manifest_of(pipeline, "measured")
    model = pipeline.path("measured")
    again("teacher", "child", model=model, max_steps=2, select="last")
    child = manifest_of(pipeline, "child")
    assert child.parents == {"teacher": parent.identity} and child.identity != parent.identity
    assert (child.thresholds, child.threshold) == ({}, None)
    adapted = pipeline.path("adapted")
    shutil.copytree(pipeline.path("before"), adapted)
    pipeline.train(
        "triggers",
        "adapted_triggers",
        model=adapted,
        data=pipeline.path("triggers.tsv"),
        split=pipeline.path("split.json"),
    )
    assert manifest_of(pipeline, "adapted").thresholds
    pipeline.distil("refined", student=adapted, teacher=model, max_steps=2, select="last")
    refined = manifest_of(pipeline, "refined")
    assert refined.parents["student"] == manifest_of(pipeline, "adapted").identity
    assert (refined.thresholds, refined.threshold) == ({}, None)


def test_a_method_that_the_model_lacks_is_told_before_the_work(pipeline: Any) -> None:
    before = (Path(pipeline.path("student")) / "tandem.json").read_bytes()
    with pytest.raises(ConfigError, match="lacks contribution"):
        pipeline.train(
            "triggers",
            "lacking",
            model=pipeline.path("student"),
            data=pipeline.path("triggers.tsv"),
            split=pipeline.path("split.json"),
            methods="saliency,contribution",
        )
    assert (Path(pipeline.path("student")) / "tandem.json").read_bytes() == before

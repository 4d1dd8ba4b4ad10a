"""Refinement's figures and controls in the small world, each against an independent truth."""

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import entropy
from sklearn.metrics import f1_score

from core.checkpoints import load_texts, read_manifest
from core.data import read_emotions
from core.errors import ConfigError, SplitError
from core.labels import LABELS
from core.loading import load_emotion_model
from core.modules import module_identity
from train.training.frozen import held_out

SEED = 13
SHARE = 0.2  # held out by the pipeline's refinement


@pytest.fixture(scope="module")
def tweets(pipeline: Any) -> list[dict[str, str]]:
    """The table that the pipeline's refinement left, with a column that says what is held out."""
    path = Path(pipeline.path("student.run")) / "weights.tsv"
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t"))
    away = held_out([row["tweet"] for row in rows], SHARE, SEED)
    return [{**row, "away": str(out)} for row, out in zip(rows, away, strict=True)]


@pytest.fixture(scope="module")
def readings(pipeline: Any, tweets: list[dict[str, str]]) -> dict[str, np.ndarray]:
    """Probabilities on the tweets of student before and after, of the teacher on translations."""
    models = {n: load_emotion_model(pipeline.path(n)) for n in ("teacher", "before", "student")}
    texts = {n: "translation" if n == "teacher" else "tweet" for n in models}
    return {
        name: np.array([p.probabilities for p in model.predict([t[texts[name]] for t in tweets])])
        for name, model in models.items()
    }


@pytest.mark.slow
def test_each_language_is_counted(
    pipeline: Any, tweets: list[dict[str, str]], readings: dict[str, np.ndarray]
) -> None:
    found = read_manifest(Path(pipeline.path("student"))).metrics["languages"]
    assert set(found) == {*(row["language"] for row in tweets), "all"}
    total = sum(float(row["weight"]) for row in tweets if row["weight"] and row["away"] == "False")
    for name, part in found.items():
        own = [n for n, row in enumerate(tweets) if name in ("all", row["language"])]
        used = [n for n in own if tweets[n]["weight"] and tweets[n]["away"] == "False"]
        away = [n for n in own if tweets[n]["weight"] and tweets[n]["away"] == "True"]
        out = Counter(tweets[n]["status"] for n in own if not tweets[n]["weight"])
        assert (part["tweets"], part["used"], part["held_out"]) == (len(own), len(used), len(away))
        assert part["left_out"] == out
        share = sum(float(tweets[n]["weight"]) for n in used) / total
        assert part["weight_share"] == pytest.approx(share, abs=1e-5)
        for side, table in (("teacher", "teacher"), ("before", "before"), ("after", "student")):
            counts = Counter(LABELS[readings[table][n].argmax()] for n in used)
            assert {k: v for k, v in part["labels"][side].items() if v} == counts
        for side, table in (("kl_before", "before"), ("kl_after", "student")):
            if away:
                kl = [entropy(readings["teacher"][n], readings[table][n]) for n in away]
                assert part[side] == pytest.approx(np.mean(kl), rel=1e-3)
            else:
                assert part[side] is None
    assert found["all"]["weight_share"] == pytest.approx(1) and found["all"]["left_out"]


def test_the_corrected_prior_is_the_teachers(
    pipeline: Any, tweets: list[dict[str, str]], readings: dict[str, np.ndarray]
) -> None:
    prior = read_manifest(Path(pipeline.path("student"))).metrics["prior"]
    used = [n for n, row in enumerate(tweets) if row["weight"] and row["away"] == "False"]
    weights = [float(tweets[n]["weight"]) for n in used]
    teacher = np.average(readings["teacher"][used], axis=0, weights=weights)
    assert [prior["teacher"][label] for label in LABELS] == pytest.approx(teacher, abs=1e-5)
    scaled = readings["before"][used] * [prior["factors"][label] for label in LABELS]
    scaled /= scaled.sum(axis=1, keepdims=True)
    assert np.average(scaled, axis=0, weights=weights) == pytest.approx(teacher, abs=1e-4)
    assert prior["tweets"] == len(used)


def test_a_refined_student_has_seen_what_its_teacher_saw(pipeline: Any) -> None:
    teacher, before, refined = (
        load_texts(Path(pipeline.path(name))) for name in ("teacher", "before", "student")
    )
    assert teacher[0] - before[0]  # the teacher's extra rows
    assert refined[0] == teacher[0] | before[0]


def test_english_goes_on_from_the_head(pipeline: Any, again: Any) -> None:
    """With a learning rate of 0 nothing moves; step 0 then is the parent's figures, and wins."""
    start = pipeline.path("teacher")  # mean pooling, whose head is a file of its own
    parent = read_manifest(Path(start))
    again("teacher", "still", model=start, pooling="cls", learning_rate=0.0, epochs=1)
    still = read_manifest(Path(pipeline.path("still")))
    assert still.metrics["before"] == pytest.approx(parent.metrics["validation"])
    assert still.metrics["validation"] == still.metrics["before"]
    assert still.metrics["selected"] == "step 0"
    assert (still.pooling, still.parents) == ("mean", {"teacher": parent.identity})
    assert still.identity == parent.identity
    again("teacher", "further", model=start, max_steps=3, select="last")
    further = read_manifest(Path(pipeline.path("further")))
    assert further.metrics["before"] == pytest.approx(parent.metrics["validation"])
    assert further.metrics["steps"] == 3 and further.metrics["selected"] == "trained"
    assert further.identity != parent.identity


def test_going_on_keeps_the_rules_of_the_split(pipeline: Any, again: Any) -> None:
    with pytest.raises(SplitError, match="another split"):
        again("before", "far/off", model=pipeline.path("before"), seed=99, max_steps=1)
    assert not Path(pipeline.path("far/split.json")).exists()
    with pytest.raises(ConfigError, match="pooling 'cls', and pooling=mean"):
        again("before", "odd", model=pipeline.path("before"), pooling="mean", max_steps=1)
    again("before", "far/off", model=pipeline.path("before"), seed=99, max_steps=1, insist="true")
    kept, _ = load_texts(Path(pipeline.path("far/off")))
    assert kept >= load_texts(Path(pipeline.path("before")))[0]


def test_the_seed_changes_a_training_and_nothing_else_does(pipeline: Any, again: Any) -> None:
    split = pipeline.path("split.json")
    for name, seed in (("s14", 14), ("s14_again", 14), ("s15", 15)):
        again("before", name, seed=seed, split=split, max_steps=4)
    one, same, other = (
        read_manifest(Path(pipeline.path(name))) for name in ("s14", "s14_again", "s15")
    )
    assert one.identity == same.identity != other.identity
    assert one.split == other.split and (one.settings["seed"], other.settings["seed"]) == (14, 15)


@pytest.fixture(scope="module")
def two_seeds(pipeline: Any) -> Any:
    """The pipeline's student refined again under two seeds, with a few steps."""
    for seed in (21, 22):
        pipeline.distil(f"seeds/{seed}/student", seed=seed, max_steps=6, select="last")
    return pipeline


def test_seeds_of_a_refinement_differ(two_seeds: Any) -> None:
    paths = [two_seeds.path(f"seeds/{seed}/student") for seed in (21, 22)]
    first, second = (load_emotion_model(path) for path in paths)
    assert module_identity(first.module) != module_identity(second.module)
    assert first.manifest is not None and second.manifest is not None
    assert first.manifest.parents == second.manifest.parents


def test_evaluate_takes_seeds_together_and_corrects_the_prior(two_seeds: Any) -> None:
    paths = [two_seeds.path(f"seeds/{seed}/student") for seed in (21, 22)]
    extra = two_seeds.path("extra.tsv")
    run = two_seeds.train(
        "evaluate",
        "over_seeds",
        models=",".join([*paths, two_seeds.path("before")]),
        names="refined,refined,before",
        data=extra,
        teacher=two_seeds.path("teacher"),
        translator=two_seeds.path("translator"),
        parallel=two_seeds.path("dev_fr-en.tsv"),
        timed=5,
        triggers=two_seeds.path("triggers.tsv"),
        bootstrap=100,
    )
    found = json.loads((Path(two_seeds.path("over_seeds")) / "metrics.json").read_text())
    scores = {row["system"]: row for row in found["scores"]}
    names = ["refined, seed 21", "refined, seed 22"]
    (seeds,) = found["seeds"]
    assert (seeds["group"], seeds["system"]) == ("refined", names)
    assert seeds["mean"] == pytest.approx(np.mean([scores[name]["macro_f1"] for name in names]))
    assert seeds["sd"] == pytest.approx(np.std([scores[n]["macro_f1"] for n in names], ddof=1))
    (gain,) = found["gains"]
    assert gain["mean"] == pytest.approx(seeds["mean"] - scores["before"]["macro_f1"])
    assert scores["before, prior corrected"]["macro_f1"] == pytest.approx(
        _corrected_f1(two_seeds, paths[0], extra)
    )
    translator = read_manifest(Path(two_seeds.path("translator")))
    (row,) = found["translation"]
    assert row["chrf"] == translator.metrics["chrf_fr"] == run.figures["chrF dev_fr-en"]
    assert row["bleu"] == translator.metrics["bleu_fr"]
    assert found["speed"]["sentences"] == 5 and translator.metrics["speed"]["cpu_ms"] > 0
    assert [file["statuses"] is not None for file in found["files"]] == [True]
    text = (Path(two_seeds.path("over_seeds")) / "report.md").read_text()
    assert f"{seeds['mean']:.3f}" in text and f"{row['chrf']:.3f}" in text


def _corrected_f1(world: Any, refined: str, path: str) -> float:
    """Of the student before, its answers times the factors; by hand."""
    factors = read_manifest(Path(refined)).metrics["prior"]["factors"]
    rows = read_emotions(path)
    answers = []
    for prediction in load_emotion_model(world.path("before")).predict([row.text for row in rows]):
        scaled = {label: p * factors[label] for label, p in prediction.as_dict().items()}
        answers.append(max(scaled, key=lambda label: scaled[label]))
    gold = [row.gold for row in rows]
    return float(f1_score(gold, answers, labels=list(LABELS), average="macro", zero_division=0))

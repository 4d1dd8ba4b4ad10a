"""The whole pipeline in a small world: all of it once, nothing twice, what a change reaches.

Stages run in this process, each by its own command as a child would; children themselves are in
test_demo.py. What the recipes compute by themselves is the truth.
"""

import io
import json
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from sklearn.metrics import log_loss

from core.checkpoints import load_texts, read_manifest
from core.data import read_emotions, text_hash
from core.labels import LABELS
from core.loading import load_emotion_model
from core.splits import Split
from train import __main__ as cli
from train.events import Event, Kind, latest_run, read
from train.stages import child
from train.training.rows import held_out

STAGES = {
    "split",
    "teacher",
    "student_before",
    "student",
    "teacher_thresholds",
    "student_before_thresholds",
    "student_thresholds",
    "evaluate",
}


def work(words: Any, folder: Path, log: Path, name: str, run: Any, late: Any) -> child.Ended:
    """A stage without a process of its own; what it told is passed on as from one."""
    tail = child.Tail(folder / child.EVENTS)
    said = io.StringIO()
    with redirect_stderr(said), redirect_stdout(io.StringIO()):
        code = cli.main(list(words))
    child._pass_on(tail.new(), name, run)
    if code == cli.INTERRUPTED:
        raise KeyboardInterrupt
    return child.Ended(
        code, *(child._why(code, folder, os.getpid(), said.getvalue()) if code else ())
    )


@pytest.fixture(scope="module")
def in_process() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(child, "work", work)
        yield


@pytest.fixture(scope="module")
def files(world: Any) -> Any:
    """A translator of few steps; a labelled French file."""
    world.train(
        "translator",
        "few_steps",
        languages="fr",
        vocabulary=500,
        width=32,
        encoder_layers=1,
        decoder_layers=1,
        heads=2,
        max_steps=4,
        batch_size=16,
        parallel=world.path("train_fr-en.tsv"),
    )
    rows = read_emotions(world.path("emotions.tsv"))
    french = [(f"f{row.id}", f"je suis {row.text[::-1]}", row.gold) for row in rows[:30]]
    world.write("dev_fr.tsv", ("ID", "Texts", "Labels"), french)
    return world


def line(world: Any, output: str, **changes: Any) -> list[str]:
    """The pipeline as it is typed."""
    options = {
        "data": world.path("emotions.tsv"),
        "triggers": world.path("triggers.tsv"),
        "unlabelled": world.path("unlabelled.tsv"),
        "dev": world.path("dev_fr.tsv"),
        "teacher_model": world.path("encoder"),
        "student_model": world.path("encoder"),
        "translator": world.path("few_steps"),
        "pooling": "mean",
        "batch_size": 16,
        "teacher_epochs": 2,
        "student_epochs": 2,
        "distil_epochs": 1,
        "teacher_learning_rate": 0.005,
        "student_learning_rate": 0.005,
        "distil_learning_rate": 0.001,
        "threads": 1,
        "device": "cpu",
        "output": world.path(output),
        **changes,
    }
    return ["full", *(f"{name}={value}" for name, value in options.items() if value is not None)]


def told(world: Any, output: str) -> list[Event]:
    return latest_run(read(Path(world.path(f"{output}.run")) / "events.jsonl"))


def states(world: Any, output: str) -> dict[str, str]:
    """What came of each stage in the newest start."""
    ended = [event.data for event in told(world, output) if event.kind is Kind.ENDED]
    return {data["stage"]: data["state"] for data in ended}


@pytest.fixture(scope="module")
def cooked(files: Any, in_process: None) -> Any:
    assert cli.main(line(files, "full")) == 0
    assert states(files, "full") == dict.fromkeys(STAGES, "ran")
    return files


def test_the_models_are_of_one_split_and_of_each_other(cooked: Any) -> None:
    split = Split.load(cooked.path("full/split/split.json"))
    teacher, before, student = (
        read_manifest(Path(cooked.path(f"full/{name}")))
        for name in ("teacher", "student_before", "student")
    )
    assert {teacher.split, before.split, student.split} == {split.hash}
    assert student.parents["teacher"] == teacher.identity
    assert student.parents["student"] == before.identity
    assert student.weight_reference is not None
    for name, manifest in (("teacher", teacher), ("student_before", before), ("student", student)):
        found = json.loads(Path(cooked.path(f"full/{name}_thresholds/triggers.json")).read_text())
        assert manifest.threshold == found["threshold"]


def test_figures_are_of_every_model_on_every_file(cooked: Any) -> None:
    scores = json.loads(Path(cooked.path("full/scores/metrics.json")).read_text())
    found = {(row["system"], row["file"]): row["rows"] for row in scores["scores"]}
    split = Split.load(cooked.path("full/split/split.json"))
    rows = read_emotions(cooked.path("emotions.tsv"))
    held = sum(split.is_validation(row.text) for row in rows)
    for system in ("student", "student_before", "teacher on translations"):
        assert found[system, "dev_fr"] == 30
        assert found[system, "emotions"] == held
    assert {row["system"] for row in scores["triggers"]} == {"student", "student_before"}


def test_parts_device_and_weights_are_told(cooked: Any) -> None:
    events = told(cooked, "full")
    parts = [e.data["part"] for e in events if e.kind is Kind.STAGE and e.data["name"] == "student"
             and "part" in e.data]  # fmt: skip
    assert [p for p in parts if p in ("translate", "weigh", "refine")] == [
        "translate",
        "weigh",
        "refine",
    ]
    assert {e.data["device"] for e in events if e.kind is Kind.DEVICE} == {"cpu (1 thread)"}
    (weights,) = [e.data for e in events if e.kind is Kind.WEIGHTS]
    table = Path(cooked.path("full/student.run/weights.tsv")).read_text().splitlines()[1:]
    values = [float(row.rpartition("\t")[2]) for row in table if row.rpartition("\t")[2]]
    assert weights["stage"] == "student" and weights["tweets"] == len(values) == 41
    assert len(weights["counts"]) == 20 and sum(weights["counts"]) == len(values)
    assert weights["edges"][0] == 0 and weights["edges"][-1] == 1
    assert weights["counts"][-1] == sum(value >= 0.95 for value in values)
    assert weights["counting"] == sum(value > 0 for value in values) / len(values)
    assert weights["mean"] == pytest.approx(sum(values) / len(values), abs=1e-6)


def test_a_distillation_tells_losses_and_kl(cooked: Any) -> None:
    events = read(Path(cooked.path("full/student.run")) / "events.jsonl")
    metrics = {e.data["name"] for e in events if e.kind is Kind.METRIC}
    assert {"loss", "kl", "eval_loss", "eval_macro_f1", "eval_unseen_kl"} <= metrics
    steps = [e.data["figures"] for e in events if e.kind is Kind.PROGRESS
             and "samples_per_second" in e.data["figures"]]  # fmt: skip
    assert steps and all(s["samples_per_second"] > 0 and s["kl"] >= 0 for s in steps)


def test_the_validation_loss_is_that_of_the_training(files: Any) -> None:
    """Weighted by class, as scikit-learn weighs it, on the last step's own probabilities."""
    how = {"pooling": "mean", "max_steps": 3, "eval_steps": 3, "batch_size": 16}
    uneven = [
        (row.id, row.text, row.gold)
        for n, row in enumerate(read_emotions(files.path("emotions.tsv")))
        if row.gold != "Joy" or n % 4
    ]
    files.write("uneven.tsv", ("ID", "Texts", "Labels"), uneven)
    files.train(
        "teacher",
        "weighted",
        model=files.path("encoder"),
        data=files.path("uneven.tsv"),
        split=files.path("uneven_split.json"),
        class_weights="sqrt",
        select="last",
        **how,
    )
    split = Split.load(files.path("uneven_split.json"))
    train, held = split.partition(read_emotions(files.path("uneven.tsv")))
    counts = Counter(row.gold for row in train)
    model = load_emotion_model(files.path("weighted"))
    expected = log_loss(
        [LABELS.index(row.gold) for row in held],
        model.probabilities([row.text for row in held]),
        labels=range(len(LABELS)),
        sample_weight=[counts[row.gold] ** -0.5 for row in held],
    )
    (row,) = read_manifest(Path(files.path("weighted"))).metrics["history"]
    assert row["loss"] == pytest.approx(expected, rel=1e-5)
    assert row["loss"] != pytest.approx(-row["log_likelihood"], rel=1e-5)


def test_a_second_start_runs_nothing(cooked: Any) -> None:
    before = {
        path: path.stat().st_mtime_ns for path in Path(cooked.path("full")).rglob("*.safetensors")
    }
    assert len(before) > 3
    assert cli.main(line(cooked, "full")) == 0
    assert states(cooked, "full") == dict.fromkeys(STAGES, "up to date")
    assert all(path.stat().st_mtime_ns == time for path, time in before.items())


def test_a_changed_file_reaches_what_depends_on_it(cooked: Any) -> None:
    file = Path(cooked.path("unlabelled.tsv"))
    whole = file.read_text()
    file.write_text(whole + "n1\tje suis tres triste\n")
    try:
        assert cli.main(line(cooked, "full")) == 0
        ran = {name for name, state in states(cooked, "full").items() if state == "ran"}
        assert ran == {"student", "student_thresholds", "evaluate"}
    finally:
        file.write_text(whole)


def test_going_on_from_models_that_know_the_rows_is_told(cooked: Any) -> None:
    """Bases of another split: what validation figures mean then, and whose threshold holds."""
    bases = {
        "teacher_model": cooked.path("full/teacher"),
        "student_model": cooked.path("full/student"),
        "teacher_learning_rate": 0.0,  # nothing moves, so its threshold is still its own
    }
    command = line(cooked, "again", triggers=None, dev=None, seed=3, select="last", **bases)
    assert cli.main(command) == 0
    assert set(states(cooked, "again")) == {n for n in STAGES if not n.endswith("thresholds")}
    base, teacher = (
        read_manifest(Path(cooked.path(f"{output}/teacher"))) for output in ("full", "again")
    )
    assert teacher.split != base.split and teacher.identity == base.identity
    assert (teacher.threshold, teacher.trigger_score) == (base.threshold, base.trigger_score)
    student = read_manifest(Path(cooked.path("again/student")))
    before = read_manifest(Path(cooked.path("full/student")))
    assert student.identity != before.identity
    assert (student.threshold, student.thresholds) == (before.threshold, before.thresholds)
    split = Split.load(cooked.path("again/split/split.json"))
    known, _ = load_texts(Path(cooked.path("full/student")))
    rows = read_emotions(cooked.path("emotions.tsv"))
    held = [row for row in rows if split.is_validation(row.text)]
    seen = sum(text_hash(row.text) in known for row in held)
    said = [e.data["sentence"] for e in told(cooked, "again") if e.kind is Kind.LOG]
    assert seen == len(held) > 10
    assert any(s.startswith(f"{seen} of {seen} validation rows are texts that ") for s in said)
    assert any(s.startswith("The old weights stand, and with them the trigger") for s in said)
    assert any(s.startswith("The weights are new; the trigger threshold") for s in said)


def test_some_rows_of_each_file_alone(cooked: Any) -> None:
    assert cli.main(line(cooked, "few", limit_rows=40)) == 0
    split = Split.load(cooked.path("few/split/split.json"))
    first = {
        text_hash(row.text)
        for name in ("emotions.tsv", "triggers.tsv")
        for row in evenly(read_emotions(cooked.path(name), labelled=False), 40)
    }
    assert split.known == first
    data = read_manifest(Path(cooked.path("few/teacher"))).data
    labelled = evenly(read_emotions(cooked.path("emotions.tsv")), 40)
    held = [row for row in labelled if split.is_validation(row.text)]
    assert held and data[0]["rows"] == 40 - len(held)
    student = read_manifest(Path(cooked.path("few/student")))
    assert student.data[0]["rows"] == 40


def evenly(rows: list[Any], count: int) -> list[Any]:
    """Of each of ``count`` equal parts the first row that lies in it."""
    return [rows[n * len(rows) // count] for n in range(count)]


def test_tweets_sorted_by_language_can_be_tried(files: Any, in_process: None) -> None:
    """The first hundred are English, as in many a file: others are read too."""
    english = [(f"e{n}", f"this is a good day number {n}") for n in range(100)]
    french = [(f"f{n}", f"je suis tres content aujourd'hui {n}") for n in range(100)]
    files.write("sorted.tsv", ("ID", "Texts"), english + french)
    given = {"unlabelled": files.path("sorted.tsv"), "limit_rows": 40, "triggers": None}
    assert cli.main(line(files, "sorted", **given)) == 0
    student = read_manifest(Path(files.path("sorted/student")))
    assert student.weight_reference is not None
    assert student.weight_reference["languages"].get("fr", 0) > 10


def test_english_tweets_alone_are_refused_before_anything_is_trained(
    files: Any, in_process: None, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [(str(n), f"this is a good day number {n}") for n in range(40)]
    files.write("english.tsv", ("ID", "Texts"), [*rows, ("x", "12 345 !!")])
    assert cli.main(line(files, "english", unlabelled=files.path("english.tsv"))) == 1
    said = capsys.readouterr().err
    assert "there is nothing to translate" in said and "Traceback" not in said
    assert not any(event.kind is Kind.PLANNED for event in told(files, "english"))


def test_files_that_cannot_be_used_are_named_before_anything_is_trained(
    files: Any, in_process: None, capsys: pytest.CaptureFixture[str]
) -> None:
    files.write("no_texts.tsv", ("ID", "Tweet"), [("1", "je suis content")])
    files.write("odd.tsv", ("ID", "Texts", "Labels"), [("1", "je suis content", "happy")])
    bad = {"unlabelled": files.path("no_texts.tsv"), "dev": files.path("odd.tsv")}
    assert cli.main(line(files, "refused", **bad)) == 1
    said = capsys.readouterr().err
    assert "2 files cannot be used." in said and "Traceback" not in said
    assert all(word in said for word in ("no_texts.tsv", "Texts", "odd.tsv", "happy"))
    assert not Path(files.path("refused")).exists()
    assert not any(event.kind is Kind.PLANNED for event in told(files, "refused"))


def test_tweets_that_are_all_held_out_are_too_few(
    files: Any, in_process: None, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = [f"je suis tres content {number}" for number in range(60)]
    held = [text for text in texts if held_out([text], 0.1, 13).all()]
    assert held
    files.write("held.tsv", ("ID", "Texts"), [(str(n), text) for n, text in enumerate(held)])
    assert cli.main(line(files, "held", unlabelled=files.path("held.tsv"), triggers=None)) == 1
    said = capsys.readouterr().err
    assert "student failed: All usable tweets are held out." in said
    assert "Left out, since they need it: evaluate." in said
    assert states(files, "held")["teacher"] == "ran"

"""A small pipeline with real children: stopped, gone on with, skipped, partly done again, failing.

The same trainings started one by one, and never stopped, are the truth.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.checkpoints import read_manifest
from core.splits import Split
from train.__main__ import main
from train.events import Kind, latest_run, read
from train.past import look, run_folder

ROOT = Path(__file__).parents[2]
STEPS = 150
TEACHER = {"pooling": "mean", "max_steps": STEPS, "batch_size": 8, "eval_steps": 50}


def stages(world: Any) -> dict[str, Any]:
    """A training and its threshold; and two splits, the second behind the first."""
    files = {"data": world.path("emotions.tsv"), "triggers": world.path("triggers.tsv")}
    trained = {"model": "{model}", "split": "{split}/split.json", "learning_rate": 0.005}
    return {
        "thresholds": {
            "recipe": "triggers",
            "model": "{teacher}",
            "data": files["triggers"],
            "split": "{split}/split.json",
        },
        "teacher": {"recipe": "teacher", **files, **trained, **TEACHER},
        "split": {"recipe": "split", **files},
        "other": {"recipe": "split", "data": "{data}/other.tsv", "seed": 5},
        "after": {"recipe": "split", "needs": "other", **files},
    }


@pytest.fixture(scope="module")
def line(world: Any) -> list[str]:
    """The pipeline, as it is typed."""
    world.write(
        "other.tsv", ("ID", "Texts", "Labels"), [(str(n), f"w{n}", "Joy") for n in range(9)]
    )
    settings = {"threads": 1, "device": "cpu", "stages": stages(world)}
    Path(world.path("p.yaml")).write_text(yaml.safe_dump(settings))
    places = (
        f"data={world.root}",
        f"model={world.path('encoder')}",
        f"output={world.path('demo')}",
    )
    return ["demo", "--config", world.path("p.yaml"), *places]


def start(*words: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "train", *words],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd="/",
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # A shell that runs the tests in the background has its children ignore the signal.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def wait_for_a_step(folder: Path) -> None:
    """Until a training in a run's folder has told of its first step."""
    events = folder / "events.jsonl"
    for _ in range(6000):
        if events.exists() and '"loss"' in events.read_text():
            return
        time.sleep(0.02)
    raise AssertionError(f"{folder} never came to a step")


def ended(world: Any) -> dict[str, str]:
    """What came of each stage in the newest start."""
    events = read(Path(world.path("demo.run")) / "events.jsonl")
    first = max(n for n, event in enumerate(events) if event.kind is Kind.PLANNED)
    return {e.data["stage"]: e.data["state"] for e in events[first:] if e.kind is Kind.ENDED}


@pytest.fixture(scope="module")
def cooked(world: Any, line: list[str]) -> Any:
    """The pipeline stopped in the middle of its training, by a signal to it alone, and finished."""
    teacher = run_folder(world.path("demo/teacher"))
    parent = start(*line)
    wait_for_a_step(teacher)
    parent.send_signal(signal.SIGINT)
    _, said = parent.communicate(timeout=120)
    assert parent.returncode == 130, said.decode()
    assert f"Go on with: python -m train demo --resume output={world.path('demo')}" in said.decode()
    left = look(teacher)
    assert left is not None and left.step is not None and 0 < left.step < STEPS
    assert read(teacher / "events.jsonl")[-1].kind is Kind.INTERRUPTED
    parent = start("demo", "--resume", f"output={world.path('demo')}")
    _, said = parent.communicate(timeout=300)
    assert parent.returncode == 0, said.decode()
    assert f"teacher --resume output={world.path('demo/teacher')}" in said.decode()
    return world


@pytest.mark.slow
def test_a_stopped_pipeline_ends_where_single_commands_end(cooked: Any) -> None:
    files = {"data": cooked.path("emotions.tsv"), "triggers": cooked.path("triggers.tsv")}
    split = {"split": cooked.path("by_hand/split/split.json")}
    cooked.train("split", "by_hand/split", **files)
    cooked.train(
        "teacher",
        "by_hand/teacher",
        model=cooked.path("encoder"),
        learning_rate=0.005,
        **files,
        **split,
        **TEACHER,
    )
    cooked.train(
        "triggers",
        "by_hand/t",
        model=cooked.path("by_hand/teacher"),
        data=files["triggers"],
        **split,
    )
    ours, typed = (
        read_manifest(Path(cooked.path(name))) for name in ("demo/teacher", "by_hand/teacher")
    )
    assert ours.threshold is not None
    assert (ours.identity, ours.threshold, ours.metrics, ours.split) == (
        typed.identity,
        typed.threshold,
        typed.metrics,
        typed.split,
    )
    (finished,) = read(run_folder(cooked.path("by_hand/teacher")) / "events.jsonl")[-1:]
    stage = json.loads((run_folder(cooked.path("demo/teacher")) / "stage.json").read_text())
    assert stage["figures"] == finished.data["figures"]


def test_the_parents_events_hold_the_childrens_progress(cooked: Any) -> None:
    events = latest_run(read(Path(cooked.path("demo.run")) / "events.jsonl"))
    told = [e.data for e in events if e.kind is Kind.PROGRESS and e.data["stage"] == "teacher"]
    assert told[0]["total"] == STEPS and told[-1]["done"] == STEPS
    parts = [e.data.get("part") for e in events if e.kind is Kind.STAGE]
    assert "training" in parts and "drawing" in parts and "scores" in parts
    done = {e.data["stage"]: e.data for e in events if e.kind is Kind.ENDED}
    assert set(done) == set(stages(cooked))
    assert done["teacher"]["figures"]["macro_f1"] > 0.2  # chance is 1/6


def test_only_what_depends_on_a_change_is_done_again(cooked: Any, line: list[str]) -> None:
    """By content: the second split is drawn behind the first, and other words give another one."""
    trained = (run_folder(cooked.path("demo/teacher")) / "events.jsonl").read_bytes()
    assert main(line) == 0
    assert set(ended(cooked).values()) == {"up to date"}
    file = Path(cooked.path("other.tsv"))
    file.write_text(file.read_text() + "99\tW3 !\tJoy\n")  # a text that is there already
    before = Split.load(cooked.path("demo/other/split.json"))
    assert main(line) == 0
    assert {name for name, state in ended(cooked).items() if state == "ran"} == {"other"}
    assert Split.load(cooked.path("demo/other/split.json")) == before
    file.write_text(file.read_text() + "100\tnew words\tJoy\n")
    assert main(line) == 0
    assert {name for name, state in ended(cooked).items() if state == "ran"} == {"other", "after"}
    assert (run_folder(cooked.path("demo/teacher")) / "events.jsonl").read_bytes() == trained


def test_a_failing_stage_keeps_what_was_done(
    cooked: Any, line: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    file = Path(cooked.path("other.tsv"))
    whole = file.read_text()
    file.write_text("ID\tTexts\n1\tno labels\n")
    assert main(line) == 1
    states = ended(cooked)
    assert (states["other"], states["after"], states["teacher"]) == (
        "failed",
        "left out",
        "up to date",
    )
    said = capfd.readouterr().err
    assert "other failed: " in said and str(file) in said and "Labels" in said
    assert "Traceback" not in said
    assert read_manifest(Path(cooked.path("demo/teacher"))).threshold is not None
    file.write_text(whole)
    assert main(line) == 0
    assert ended(cooked)["other"] == "ran"

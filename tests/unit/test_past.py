"""--resume and --fresh as typed: what is gone on with, what is refused, and why."""

import json
import os
import signal
import sys
import types
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from core.errors import ModelError, TandemError
from train import config, kept
from train.__main__ import main
from train.events import EventLog, Kind, latest_run, read, without_lost
from train.lock import Lock
from train.options import RecipeConfig, option
from train.past import account, look, reached
from train.recipes import RECIPES, Recipe
from train.run import Run


@dataclass(frozen=True, kw_only=True)
class BrewConfig(RecipeConfig):
    """What a recipe takes that only counts its starts."""

    degrees: float = option(90.0, "How hot the water is.", low=0, high=100)
    ends: str = option("well", "How it ends.", choices=("well", "stopped", "badly", "early"))
    where: str | None = option(None, "A file to read.", path="file")


def brew(settings: BrewConfig, run: Run) -> dict[str, object]:
    """Keeps a checkpoint of step 7, and ends as it is told to, the first time."""
    first = not run.resumed
    if first and settings.ends != "early":
        folder = kept.place(run.checkpoints, 7)
        folder.mkdir(parents=True)
        (folder / "weights").write_text("w")
        kept.seal(folder, 7, {})
    if first and settings.ends in ("stopped", "early"):
        raise KeyboardInterrupt
    if first and settings.ends == "badly":
        raise ModelError("The tea is cold.")
    return {"degrees": settings.degrees, "elapsed": run.elapsed()}


@pytest.fixture(autouse=True)
def with_brew(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "brew_module", types.SimpleNamespace(run=brew))
    monkeypatch.setattr(config, "BrewConfig", BrewConfig, raising=False)
    for name in ("brew", "stew"):
        monkeypatch.setitem(RECIPES, name, Recipe(name, "BrewConfig", "brew_module", "Brews."))
    monkeypatch.chdir(tmp_path)


Typed = Callable[[str], tuple[int, str]]


@pytest.fixture
def typed(capsys: pytest.CaptureFixture[str]) -> Typed:
    """Exit code and everything said, of a line as typed behind ``python -m train``."""

    def run(line: str) -> tuple[int, str]:
        code = main(line.split())
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


EVENTS = Path("out.run/events.jsonl")


def test_an_interrupted_run_goes_on_with_its_own_options(typed: Typed) -> None:
    code, said = typed("brew output=out degrees=80 ends=stopped")
    assert code == 130
    assert said.endswith(
        "Interrupted; the checkpoint of step 7 is kept.\n"
        "Go on with: python -m train brew --resume output=out\n"
    )
    code, said = typed("brew --resume output=out")
    assert code == 0
    assert "brew · going on from step 7" in said and "degrees: 80.0000" in said
    kinds = [event.kind for event in read(EVENTS)]
    assert kinds == [Kind.STARTED, Kind.INTERRUPTED, Kind.STARTED, Kind.RESUMED, Kind.FINISHED]
    assert latest_run(read(EVENTS)) == read(EVENTS)
    assert not Path("out.run/checkpoints").exists()


def test_a_finished_run_says_so(typed: Typed) -> None:
    typed("brew output=out")
    assert typed("brew --resume output=out") == (0, "The brew run in out.run is finished.\n")


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("brew --resume output=elsewhere", "There is no run to go on with in elsewhere.run."),
        ("brew --resume", "--resume needs the output"),
        ("brew --resume --fresh output=out", "--resume goes on and --fresh begins anew."),
        ("stew --resume output=out", "The run in out.run is one of brew, not of stew."),
        ("brew --resume output=out degrees=70", "degrees is 70.0 here, and 80.0 in the run."),
        ("brew --resume output=out degree=70", "'degree' is not an option."),
    ],
)
def test_what_cannot_be_gone_on_with(line: str, complaint: str, typed: Typed) -> None:
    typed("brew output=out degrees=80 ends=stopped")
    before = EVENTS.read_bytes()
    code, said = typed(line)
    assert code == 2 and complaint in said
    assert EVENTS.read_bytes() == before


def test_all_differences_are_listed_and_options_that_agree_are_welcome(typed: Typed) -> None:
    typed("brew output=out degrees=80 ends=stopped")
    _, said = typed("brew --resume output=out degrees=70 seed=4 threads=1")
    assert [line.split()[1] for line in said.splitlines() if line.startswith("- ")] == [
        "degrees",
        "seed",
        "threads",
    ]
    assert typed("brew --resume output=out degrees=80 ends=stopped")[0] == 0


def test_inputs_that_are_gone_are_named(typed: Typed) -> None:
    Path("leaves").write_text("green")
    typed("brew output=out ends=stopped where=leaves")
    Path("leaves").unlink()
    code, said = typed("brew --resume output=out")
    assert code == 2 and "where names no file: 'leaves'" in said


@pytest.mark.parametrize("ends", ["stopped", "badly"])
def test_a_run_is_not_lost_by_a_forgotten_flag(ends: str, typed: Typed) -> None:
    typed(f"brew output=out ends={ends}")
    code, said = typed("brew output=out degrees=60")
    assert code == 2
    assert "out.run holds a run of brew that stopped at step 7." in said
    assert "python -m train brew --resume output=out" in said and "--fresh" in said
    assert "degrees: 90.0" in Path("out.run/config.yaml").read_text()
    assert typed("brew --fresh output=out degrees=60")[0] == 0
    assert typed("brew output=out degrees=50")[0] == 0  # finished: nothing is in the way


def test_without_a_checkpoint_it_begins_again(typed: Typed) -> None:
    typed("brew output=out ends=early")
    assert "going on from the beginning" in typed("brew --resume output=out")[1]
    typed("brew output=out ends=early")
    assert typed("brew output=out")[0] == 0


def test_a_dry_run_of_a_resume_shows_the_options_of_the_run(typed: Typed) -> None:
    typed("brew output=out degrees=80 ends=stopped")
    code, said = typed("brew --resume --print-config output=out")
    assert code == 0 and "degrees: 80.0" in said
    assert read(EVENTS)[-1].kind is Kind.INTERRUPTED


def test_the_time_of_all_parts_counts_and_what_lies_between_does_not(typed: Typed) -> None:
    """A part that was killed ends with its last event."""
    typed("brew output=out ends=stopped")
    started, interrupted = (json.loads(line) for line in EVENTS.read_text().splitlines())
    told = [
        {**started, "time": 0},
        {"time": 100, "kind": "stage", "data": {"name": "brewing"}},
        {**started, "time": 5000},
        {"time": 5000, "kind": "resumed", "data": {"step": 7, "seconds": 100}},
        {**interrupted, "time": 5040},
    ]
    EVENTS.write_text("".join(json.dumps(line) + "\n" for line in told))
    past = look(EVENTS.parent)
    assert past is not None and past.seconds == 140
    typed("brew --resume output=out")
    assert 140 <= read(EVENTS)[-1].data["figures"]["elapsed"] < 160


def test_metrics_of_lost_steps_are_left_out(tmp_path: Path) -> None:
    def line(kind: str, **data: Any) -> str:
        return json.dumps({"time": 0, "kind": kind, "data": data})

    def metric(step: int, value: float) -> str:
        return line("metric", stage="s", name="loss", value=value, labels={"step": step})

    lines = [
        line("started", recipe="r"),
        metric(20, 0.5),
        metric(40, 0.4),
        line("metric", stage="s", name="share", value=0.1, labels={}),
        line("started", recipe="r"),
        line("resumed", step=30, seconds=1),
        metric(40, 0.41),
    ]
    (tmp_path / "e").write_text("\n".join(lines) + "\n")
    left = without_lost(read(tmp_path / "e"))
    values = [event.data["value"] for event in left if event.kind is Kind.METRIC]
    assert values == [0.5, 0.1, 0.41]


# --- one process at a time ---


def test_a_second_process_refuses_and_the_lock_dies_with_its_process(tmp_path: Path) -> None:
    ready, answer = os.pipe()
    number = os.fork()
    if number == 0:
        held = Lock(tmp_path / "lock")
        os.write(answer, b"x" if held.held else b"")
        signal.pause()
    try:
        assert os.read(ready, 1) == b"x"
        with pytest.raises(TandemError, match=rf"Another process \(number {number}\) is at work"):
            Lock(tmp_path / "lock")
    finally:
        os.kill(number, signal.SIGKILL)
        os.waitpid(number, 0)
    Lock(tmp_path / "lock").release()


def test_two_runs_on_one_output(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    with Run("brew", BrewConfig(output="out")) as run:
        code, said = typed("brew output=out")
        assert code == 1 and f"(number {os.getpid()}) is at work in out.run" in said
        run.stage("still alive")
    assert typed("brew output=out")[0] == 0


def pipeline(folder: Path, outputs: Path, stage: str) -> None:
    """The run of a pipeline of which two stages began; the second one ended early."""
    (folder / "job.json").parent.mkdir(parents=True, exist_ok=True)
    rows = [
        {"name": name, "recipe": "brew", "output": str(outputs / name), "needs": []}
        for name in ("first", stage)
    ]
    with EventLog(folder / "events.jsonl") as log:
        log.append(Kind.STARTED, recipe="brews", cwd=str(folder))
        log.append(Kind.PLANNED, stages=rows)
        for row in rows:
            log.append(Kind.STAGE, name=row["name"])


@pytest.mark.parametrize("moved", [False, True])
def test_a_pipeline_stands_where_its_stage_does(typed: Typed, tmp_path: Path, moved: bool) -> None:
    folder = tmp_path / "0001-brews"
    place = folder / "result"
    place.mkdir(parents=True)
    pipeline(folder, Path("/gone") / "result" if moved else place, "second")
    assert reached(folder) == ("second", None)
    typed(f"brew output={place / 'second'} ends=stopped")
    assert reached(folder) == ("second", 7)
    step, sentence, hint = account(folder, "brews", str(place), "Cancelled")
    assert (step, sentence) == (7, "Cancelled in second; its checkpoint of step 7 is kept.")
    assert hint.startswith("Go on with: python -m train brews --resume output=")


def test_a_plain_run_stands_at_its_own_checkpoint(typed: Typed) -> None:
    typed("brew output=out ends=stopped")
    assert reached(Path("out.run")) == ("", 7)
    assert reached(Path("nowhere.run")) == ("", None)

"""train.run: what a run leaves behind, however it ends, and how it keeps time."""

import io
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.errors import ModelError, TandemError
from train import run as run_module
from train.events import Event, Kind, read
from train.options import RecipeConfig
from train.run import Run, run_folder


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


class Clock:
    """A clock that goes only when told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(run_module.time, "monotonic", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def config_in(folder: Path, **options: Any) -> RecipeConfig:
    return RecipeConfig(output=str(folder / "out"), **options)


def events_of(run: Run, kind: Kind | None = None) -> list[Event]:
    events = read(run.folder / "events.jsonl")
    return [event for event in events if kind in (None, event.kind)]


def test_a_run_leaves_its_events_and_its_config(tmp_path: Path) -> None:
    stream = io.StringIO()
    with Run("bake", config_in(tmp_path, seed=4), stream) as run:
        run.stage("mixing")
        run.metric("f1", None, language="fr")
        run.log("All is well.")
        run.saved(tmp_path / "out")
        run.figures = {"f1": 0.5}
    assert [event.kind.value for event in events_of(run)] == [
        "started",
        "stage",
        "metric",
        "log",
        "saved",
        "finished",
    ]
    started, _, metric, log, saved, finished = (event.data for event in events_of(run))
    assert started["command"] == run.command
    assert run.command == f"python -m train bake output={tmp_path / 'out'} seed=4"
    assert metric == {"stage": "mixing", "name": "f1", "value": None, "labels": {"language": "fr"}}
    assert (log["sentence"], saved["path"]) == ("All is well.", str(tmp_path / "out"))
    assert finished["figures"] == {"f1": 0.5}
    assert yaml.safe_load((run.folder / "config.yaml").read_text())["seed"] == 4
    assert "bake · mixing" in stream.getvalue()
    assert "All is well." in stream.getvalue()


def test_the_run_folder_lies_beside_the_output_and_does_not_make_it(tmp_path: Path) -> None:
    with Run("bake", config_in(tmp_path), io.StringIO()) as run:
        pass
    assert run.folder == run_folder(tmp_path / "out") == tmp_path / "out.run"
    assert not (tmp_path / "out").exists()


def test_an_unexpected_error_leaves_a_traceback_until_the_next_run(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), Run("bake", config_in(tmp_path), io.StringIO()) as run:
        _ = 1 / 0
    assert "ZeroDivisionError" in run.error_log.read_text()
    failed = events_of(run)[-1]
    assert failed.kind is Kind.FAILED
    assert failed.data["error"] == "ZeroDivisionError"
    assert not failed.data["expected"]
    with Run("bake", config_in(tmp_path), io.StringIO()):
        pass
    assert not run.error_log.exists()
    assert [e.kind.value for e in events_of(run)] == ["started", "failed", "started", "finished"]


def test_an_error_that_a_user_can_cause_is_a_sentence(tmp_path: Path) -> None:
    error = ModelError("No model.", "Get one.")
    with pytest.raises(ModelError), Run("bake", config_in(tmp_path), io.StringIO()) as run:
        raise error
    data = events_of(run)[-1].data
    assert (data["sentence"], data["hint"], data["expected"]) == ("No model.", "Get one.", True)
    assert not run.error_log.exists()


def test_an_interrupted_run_says_how_to_go_on(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), Run("bake", config_in(tmp_path), io.StringIO()) as run:
        raise KeyboardInterrupt
    last = events_of(run)[-1]
    assert last.kind is Kind.INTERRUPTED
    assert (last.data["step"], last.data["sentence"]) == (None, "Interrupted.")
    assert f"python -m train bake --resume output={tmp_path / 'out'}" in last.data["hint"]
    assert not run.error_log.exists()


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "out.run").write_text("in the way")
    with pytest.raises(TandemError, match="cannot be written"), Run("bake", config_in(tmp_path)):
        pass


def test_time_left(tmp_path: Path, clock: Clock) -> None:
    with Run("bake", config_in(tmp_path, max_minutes=2.0), io.StringIO()) as run:
        clock.now += 90
        assert run.time_left() == pytest.approx(30)
        assert not run.out_of_time()
        clock.now += 31
        assert run.time_left() == 0
        assert run.out_of_time()


def test_without_a_limit_time_never_runs_out(tmp_path: Path, clock: Clock) -> None:
    with Run("bake", config_in(tmp_path), io.StringIO()) as run:
        clock.now += 1e6
        assert run.time_left() is None
        assert not run.out_of_time()


def test_progress_is_written_twice_a_second_at_most_and_always_at_its_end(
    tmp_path: Path, clock: Clock
) -> None:
    with Run("bake", config_in(tmp_path), io.StringIO()) as run:
        run.stage("mixing")
        for done in range(1, 101):
            clock.now += 0.1
            run.progress(done, 100, loss=1 / done)
    told = [event.data for event in events_of(run, Kind.PROGRESS)]
    assert 15 <= len(told) <= 22
    assert told[0]["done"] == 1
    assert told[-1] == {"stage": "mixing", "done": 100, "total": 100, "figures": {"loss": 0.01}}


def test_without_a_terminal_a_line_comes_every_half_minute(tmp_path: Path, clock: Clock) -> None:
    stream = io.StringIO()
    with Run("bake", config_in(tmp_path), stream) as run:
        run.stage("mixing")
        for done in range(1, 101):
            clock.now += 1
            run.progress(done, 200, loss=0.5, f1=None)
    lines = stream.getvalue().splitlines()
    assert lines == [
        "bake · mixing",
        "  30 of 200 (15%), loss 0.5, f1 –, 0.5 min",
        "  60 of 200 (30%), loss 0.5, f1 –, 1.0 min",
        "  90 of 200 (45%), loss 0.5, f1 –, 1.5 min",
    ]


@pytest.mark.parametrize("total", [None, 0, 3])
def test_a_terminal_gets_a_bar(tmp_path: Path, total: int | None) -> None:
    stream = Terminal()
    with Run("bake", config_in(tmp_path), stream) as run:
        run.stage("mixing")
        run.progress(1, total, loss=0.25)
        run.log("Half way.")
        run.stage("baking")
        run.progress(3, total)
    text = stream.getvalue()
    assert "mixing:" in text
    assert "loss=0.25" in text
    assert "\nbake · baking" in text or "bake · baking\n" in text
    assert "Half way.\n" in text

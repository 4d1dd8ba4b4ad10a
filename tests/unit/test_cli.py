"""python -m train: exit codes tell the truth, help is complete, dry runs do nothing."""

import os
import signal
import subprocess
import sys
import time
import types
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.errors import DataError
from train import __main__ as cli
from train import config, options
from train.events import Kind, read
from train.options import RecipeConfig, option
from train.recipes import RECIPES, Recipe
from train.run import Run

ROOT = Path(__file__).parents[2]
MODES = ("fine", "expected", "odd", "figures", "interrupted")


@dataclass(frozen=True, kw_only=True)
class BakeConfig(RecipeConfig):
    """What a recipe that does nothing takes."""

    data: str = option("", "Which file to read.", path="file")
    folder: str | None = option(None, "Which folder.", path="folder")
    model: str = option("roberta-large", "Which model.", path="model")
    degrees: float = option(180.0, "How hot the oven is.", unit="°C", low=0, high=300)
    mode: str = option("fine", "How it ends.", choices=MODES)


def bake(settings: BakeConfig, run: Run) -> dict[str, object]:
    """A recipe that ends as it is told to."""
    run.stage("baking")
    if settings.mode == "expected":
        raise DataError("The oven is cold.", "Heat it.")
    if settings.mode == "odd":
        raise ValueError("two\nlines")
    if settings.mode == "interrupted":
        raise KeyboardInterrupt
    Path(settings.output).mkdir()
    if settings.mode == "figures":
        return {"thing": object()}
    return {"degrees": settings.degrees, "n": 3}


@pytest.fixture(autouse=True)
def with_bake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A recipe called bake, and the current folder in an empty place."""
    module = types.ModuleType("bake_module")
    module.run = bake  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "bake_module", module)
    monkeypatch.setattr(config, "BakeConfig", BakeConfig, raising=False)
    recipe = Recipe("bake", "BakeConfig", "bake_module", "Bakes a cake.")
    monkeypatch.setitem(RECIPES, "bake", recipe)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data.tsv").write_text("x" * 1500)


GOOD = ("bake", "data=data.tsv", "output=out")


def test_a_run_prints_its_figures_and_exits_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([*GOOD, "degrees=200"]) == 0
    assert capsys.readouterr().out == "degrees: 200.0000\nn: 3\n"
    events = read(Path("out.run/events.jsonl"))
    assert [e.kind for e in events] == [Kind.STARTED, Kind.STAGE, Kind.FINISHED]


def test_an_expected_failure_is_a_sentence_and_exits_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([*GOOD, "mode=expected"]) == 1
    said = capsys.readouterr().err
    assert said.endswith("The oven is cold.\nHeat it.\n")
    assert "Traceback" not in said
    assert not Path("out.run/error.log").exists()


def test_a_defect_exits_1_and_names_its_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([*GOOD, "mode=odd"]) == 1
    said = capsys.readouterr().err
    assert "ValueError: two\n" in said
    assert "Traceback" not in said
    log = Path(said.splitlines()[-1].removeprefix("The traceback is in "))
    assert "Traceback" in log.read_text()


def test_figures_that_cannot_be_told_are_a_defect(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([*GOOD, "mode=figures"]) == 1
    assert "The traceback is in" in capsys.readouterr().err
    assert read(Path("out.run/events.jsonl"))[-1].kind is Kind.FAILED


def test_an_interrupted_run_exits_130(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([*GOOD, "mode=interrupted"]) == 130
    assert "Interrupted." in capsys.readouterr().err
    assert read(Path("out.run/events.jsonl"))[-1].data["sentence"] == "Interrupted."


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("bake", "data must be given"),
        ("bake output=out data=data.tsv degrees=999 eggs=1", "2 things are wrong"),
        ("bake output=out data=nowhere", "data names no file"),
        ("bake --config slow", "no config file 'slow'"),
        ("bakke", "Did you mean bake?"),
        ("--data data.tsv bake", "The recipe comes first, before --data"),
        ("bake --config", "--config needs a value"),
        ("bake --resume --fresh output=out", "Choose one of them"),
        ("", "Recipes"),
    ],
)
def test_wrong_options_exit_2_before_any_work(
    line: str, complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(line.split()) == 2
    assert complaint in capsys.readouterr().err
    assert sorted(os.listdir()) == ["data.tsv"]


def test_flags_are_options_too(capsys: pytest.CaptureFixture[str]) -> None:
    line = ["bake", "--data", "data.tsv", "--output=out", "--degrees", "200", "seed=3"]
    assert cli.main([*line, "--print-config"]) == 0
    shown = yaml.safe_load(capsys.readouterr().out)
    assert (shown["degrees"], shown["data"], shown["seed"]) == (200, "data.tsv", 3)


def test_unknown_flags_exit_2_with_all_other_problems(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["bake", "--degreess", "3", "--data", "nowhere", "--output"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("4 things are wrong")
    for part in ("Did you mean --degrees?", "names no file", "--output needs a value", "be given"):
        assert part in said
    assert sorted(os.listdir()) == ["data.tsv"]


def test_options_and_flags_come_in_any_order(capsys: pytest.CaptureFixture[str]) -> None:
    Path("c.yaml").write_text("degrees: 20\nmodel: a/b\n")
    assert cli.main(["bake", "degrees=30", "--config", "c.yaml", "--print-config", "seed=1"]) == 0
    shown = yaml.safe_load(capsys.readouterr().out)
    assert cli.main(["--print-config", "bake", "--seed", "1", "--config=c.yaml", "degrees=30"]) == 0
    assert yaml.safe_load(capsys.readouterr().out) == shown
    assert (shown["degrees"], shown["model"], shown["seed"]) == (30, "a/b", 1)


def test_print_config_can_be_used_as_a_config(capsys: pytest.CaptureFixture[str]) -> None:
    cli.main([*GOOD, "degrees=21", "--print-config"])
    Path("c.yaml").write_text(capsys.readouterr().out)
    parsed = options.parse(BakeConfig, Path("c.yaml"))
    assert parsed == BakeConfig(output="out", data="data.tsv", degrees=21)


def test_a_preset_is_found_by_its_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(options, "PRESETS", tmp_path)
    (tmp_path / "bake_quick.yaml").write_text("degrees: 7\n")
    assert cli.main([*GOOD, "--config", "quick", "--print-config"]) == 0
    assert yaml.safe_load(capsys.readouterr().out)["degrees"] == 7


def test_a_dry_run_says_what_would_be_done_and_does_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("deep/er").mkdir(parents=True)
    Path("deep/er/f").write_text("x" * 250)
    assert cli.main([*GOOD, "folder=deep", "--dry-run"]) == 0
    said = capsys.readouterr().out
    for part in (
        "Would run bake",
        "degrees: 180.0",
        "output: out (will be made)",
        "data: data.tsv (1.5 kB)",
        "folder: deep (1 files, 250 B)",
        "model: roberta-large (hub id",
    ):
        assert part in said
    assert sorted(os.listdir()) == ["data.tsv", "deep"]


def test_help_of_a_recipe_lists_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["bake", "--help"]) == 0
    said = capsys.readouterr().out
    assert "  --degrees: number [°C], default 180.0, from 0 to 300\n      How hot" in said
    assert "  --data: text, must be given" in said
    assert "  --max-minutes: number or null [min], default null, from 0 to 144,000" in said
    assert "  --threads: whole number or null, default null, from 1 to 1024" in said


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_help_is_there_for_every_recipe(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([name, "--help"]) == 0
    said = capsys.readouterr().out
    rows = options.describe(RECIPES[name].config_class)
    assert all(f"\n  --{row.name.replace('_', '-')}: " in said for row in rows)


def run_module(*words: str) -> subprocess.CompletedProcess[str]:
    """The command as a person types it, in a process of its own."""
    line = [sys.executable, "-P", "-m", "train", *words]
    return subprocess.run(line, cwd=ROOT, env=child_environment(), capture_output=True, text=True)


def child_environment() -> dict[str, Any]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def test_the_exit_code_reaches_the_shell(tmp_path: Path) -> None:
    assert "teacher" in run_module("--help").stdout
    wrong = run_module("teacher", f"output={tmp_path}/o", "lr=1")
    assert wrong.returncode == 2
    assert "'lr' is not an option" in wrong.stderr


def test_ctrl_c_reaches_the_shell_as_130(tmp_path: Path) -> None:
    """A real signal to a real process, sent once the run says that it works."""
    code = """
import sys, time, types
from train import config
from train.__main__ import main
from train.options import RecipeConfig
from train.recipes import RECIPES, Recipe
def work(settings, run):
    run.stage("sleeping")
    time.sleep(60)
config.NapConfig = RecipeConfig
sys.modules["nap"] = types.SimpleNamespace(run=work)
RECIPES["nap"] = Recipe("nap", "NapConfig", "nap", "Naps.")
sys.exit(main(sys.argv[1:]))
"""
    line = [sys.executable, "-c", code, "nap", f"output={tmp_path}/nap"]
    child = subprocess.Popen(
        line,
        cwd=ROOT,
        env=child_environment(),
        stderr=subprocess.DEVNULL,
        # A shell that runs the tests in the background has its children ignore the signal.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    events = tmp_path / "nap.run" / "events.jsonl"
    for _ in range(300):
        if events.exists() and '"sleeping"' in events.read_text():
            break
        time.sleep(0.1)
    child.send_signal(signal.SIGINT)
    assert child.wait(timeout=30) == 130
    assert read(events)[-1].kind is Kind.INTERRUPTED

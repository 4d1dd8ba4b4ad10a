"""Imports run one way: app → dashboard → train → core, and the doors open without torch."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from train.recipes import RECIPES

ROOT = Path(__file__).parents[2]
ROOMS = ("core", "train", "dashboard")
SOURCES = sorted(
    [ROOT / "app.py", *(file for room in ROOMS for file in (ROOT / room).rglob("*.py"))]
)
ENTRANCES = ("app.py", "train/__main__.py")
HEAVY = ("torch", "transformers", "pandas", "sklearn", "gradio", "plotly", "captum")
LIGHT = (
    "values",
    "options",
    "config",
    "events",
    "jobs.queue",
    "jobs.following",
    "jobs.keeper",
    "run",
    "recipes",
    "help",
    "forecast.plan",
    "__main__",
)
TABLE = ("train.recipes", "train.recipes.RECIPES", "train.recipes.Recipe")
# What the dashboard may know of train; what the recipes compute with is not among it.
SHOWN = tuple(
    f"train.{name}"
    for name in ("config", "options", "values", "events", "jobs", "past", "paths", "recipes")
)


def place(file: Path) -> str:
    """A file's path from the root, as core/words.py."""
    return file.relative_to(ROOT).as_posix()


def imports(source: str) -> Iterator[str]:
    """Dotted names imported anywhere, functions included; a.b for ``from a import b``."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = "." * node.level + (node.module or "")
            yield from (f"{start}.{alias.name}" for alias in node.names)


def within(name: str, *packages: str) -> bool:
    """Whether a name lies in one of the packages; train.runs does not lie in train.run."""
    return any(f"{name}.".startswith(f"{package}.") for package in packages)


def complaints(where: str, name: str) -> list[str]:
    """Why a file may not import a name; empty where it may."""
    room = where.split("/")[0]
    in_recipe = where.startswith("train/recipes/") and not where.endswith("__init__.py")
    rules = {
        "imports are absolute": name.startswith("."),
        "gradio lives under dashboard/": within(name, "gradio") and room != "dashboard",
        "plotly lives under dashboard/views/": within(name, "plotly")
        and not where.startswith("dashboard/views/"),
        "arguments are read at the entrances": within(name, "argparse") and where not in ENTRANCES,
        "nothing imports the door or the tests": within(name, "app", "tests"),
        "core knows no other room": room == "core" and within(name, "train", "dashboard"),
        "train does not know the dashboard": room == "train" and within(name, "dashboard"),
        "the dashboard does not compute a training": room == "dashboard"
        and within(name, "train")
        and not within(name, *SHOWN),
        "a recipe is reached through the table": within(name, "train.recipes")
        and (in_recipe or name not in TABLE),
    }
    return [reason for reason, broken in rules.items() if broken]


def prints(source: str) -> list[int]:
    """Lines that print, or end the process."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [
        c.lineno for c in calls if ast.unparse(c.func) in ("print", "sys.exit", "exit", "input")
    ]


@pytest.mark.parametrize("file", SOURCES, ids=place)
def test_no_import_runs_back(file: Path) -> None:
    where, source = place(file), file.read_text(encoding="utf-8")
    wrong = [f"{n}: {reason}" for n in imports(source) for reason in complaints(where, n)]
    assert not wrong, f"{where} imports " + "; ".join(wrong)


@pytest.mark.parametrize("file", SOURCES, ids=place)
def test_only_the_entrances_print(file: Path) -> None:
    if place(file) not in ENTRANCES:
        assert prints(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("where", "line"),
    [
        ("core/engine.py", "from train import config"),
        ("core/engine.py", "def f():\n    import dashboard.services"),
        ("core/words.py", "from . import labels"),
        ("core/words.py", "import gradio as gr"),
        ("train/run.py", "from dashboard.build import build"),
        ("train/training/loop.py", "from argparse import ArgumentParser"),
        ("train/training/loop.py", "from train.recipes.teacher import run"),
        ("train/recipes/student.py", "from train.recipes import teacher"),
        ("train/recipes/student.py", "import train.recipes.teacher"),
        ("dashboard/tabs/compare.py", "import plotly.graph_objects"),
        ("dashboard/services.py", "from train.recipes.distil import run"),
        ("dashboard/services.py", "from train.training import loop"),
        ("core/words.py", "import app"),
    ],
)
def test_an_edge_that_runs_back_is_seen(where: str, line: str) -> None:
    """The walker itself: each of these lines breaks exactly one rule."""
    assert len([reason for name in imports(line) for reason in complaints(where, name)]) == 1


@pytest.mark.parametrize(
    ("where", "line"),
    [
        (
            "dashboard/services.py",
            "from train.recipes import RECIPES\nfrom core.engine import Engine",
        ),
        ("dashboard/views/plots.py", "import plotly.graph_objects as go"),
        ("dashboard/build.py", "import gradio as gr"),
        ("train/recipes/distil.py", "from train.run import Run\nfrom core import weighting"),
        ("app.py", "import argparse\nfrom dashboard import build"),
    ],
)
def test_an_edge_that_runs_forward_passes(where: str, line: str) -> None:
    assert not [reason for name in imports(line) for reason in complaints(where, name)]


def test_options_events_and_table_load_nothing_heavy() -> None:
    names = ", ".join(f"train.{name}" for name in LIGHT)
    code = f"import sys, {names}; print(*(m for m in {HEAVY} if m in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_of_the_table_has_its_module(name: str) -> None:
    """Read, not imported: importing one would load torch."""
    file = ROOT / (RECIPES[name].module.replace(".", "/") + ".py")
    body = ast.parse(file.read_text(encoding="utf-8")).body
    (run,) = [node for node in body if isinstance(node, ast.FunctionDef) and node.name == "run"]
    assert [argument.arg for argument in run.args.args] == ["config", "run"]

"""What ``--dry-run`` says: what a run would read, download, need and write; nothing is started.

Knows options and files, and puts together what ``shapes``, ``memory`` and ``steps`` beside it and
``train.stages.pipeline`` find out; loads no torch and prints nothing.
"""

import textwrap
from pathlib import Path

from train import options
from train.config import PipelineConfig
from train.forecast.memory import memory, millions
from train.forecast.shapes import Shape, shapes_of, size
from train.forecast.steps import steps
from train.options import RecipeConfig
from train.paths import STANDARD
from train.recipes import Recipe
from train.stages.pipeline import outlook
from train.values import Option

MODELS = ("model", "models", "start")  # options that name a model besides those of kind "model"


def plan(recipe: Recipe, config: RecipeConfig) -> str:
    """What a run would do: summary, options, files, memory, steps.

    Raises:
        TandemError: when an input cannot be read as what it is given as.
    """
    rows = [row for row in options.describe(type(config)) if row.path is not None]
    models = {row.name: _models(row, config) for row in rows if _names_models(row)}
    files = [line for row in rows for line in _places(row, config, models.get(row.name))]
    parts = {
        "Options": options.dump(config, nested=False).rstrip(),
        "Files": "\n".join(files) or "none",
        "Memory": memory(config, models),
        "Steps": "\n".join(steps(config)),
    }
    if isinstance(config, PipelineConfig):
        parts["Stages"], parts["Their commands"] = outlook(config)
    told = [f"{title}:\n{textwrap.indent(text, '  ')}\n" for title, text in parts.items() if text]
    return f"Would run {recipe.name}: {recipe.summary}\n\n" + "\n".join(told)


def _names_models(row: Option) -> bool:
    return row.path == "model" or (row.path == "folder" and row.name in MODELS)


def _models(row: Option, config: RecipeConfig) -> list[Shape]:
    return [shape for place in _values(row, config) for shape in shapes_of(place)]


def _values(row: Option, config: RecipeConfig) -> list[str]:
    value = getattr(config, row.name)
    several = value if isinstance(value, tuple) else (value,)
    return [place for place in several if place and place not in row.words]


def _places(row: Option, config: RecipeConfig, models: list[Shape] | None) -> list[str]:
    """A line for each file, folder and model of an option."""
    if models is not None:
        return [f"{row.name}: {model.name} ({_about(model)})" for model in models]
    return [f"{row.name}: {place} ({_state(row, place)})" for place in _values(row, config)]


def _about(model: Shape) -> str:
    counted = f"; {millions(model.parameters)} parameters" if model.parameters else ""
    return f"{model.place}{counted}"


def _state(row: Option, place: str) -> str:
    """What lies at a path: its size, or nothing yet."""
    path = Path(place)
    if place == STANDARD and row.path in ("source", "target"):
        return "standard input" if row.path == "source" else "standard output"
    if not path.exists():
        return "will be made"
    if row.path in ("output", "target"):
        return "there already, will be replaced"
    if path.is_file():
        return size(path.stat().st_size)
    files = [file for file in path.rglob("*") if file.is_file()]
    return f"{len(files)} files, {size(sum(file.stat().st_size for file in files))}"

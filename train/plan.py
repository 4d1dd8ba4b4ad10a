"""What ``--dry-run`` says: what a run would read, need and write; nothing is started.

Knows options and files; loads no torch and prints nothing.
"""

import textwrap
from pathlib import Path

from train import options
from train.options import RecipeConfig
from train.recipes import Recipe
from train.values import Option, is_hub_id


def plan(recipe: Recipe, config: RecipeConfig) -> str:
    """What a run would do: summary, options, inputs with sizes, outputs."""
    rows = [row for row in options.describe(type(config)) if row.path is not None]
    found = [f"  {row.name}: {place}" for row in rows for place in _places(row, config)]
    listed = "\n".join(found) or "  none"
    settings = textwrap.indent(options.dump(config), "  ")
    return f"Would run {recipe.name}: {recipe.summary}\n\nOptions:\n{settings}\nFiles:\n{listed}\n"


def _places(row: Option, config: RecipeConfig) -> list[str]:
    value = getattr(config, row.name)
    several = value if isinstance(value, tuple) else (value,)
    return [f"{place} ({_state(row, place)})" for place in several if place]


def _state(row: Option, place: str) -> str:
    """What lies at a path: its size, a hub id, or nothing yet."""
    if row.path == "model" and is_hub_id(place):
        return "hub id, fetched when the run starts"
    path = Path(place)
    if not path.exists():
        return "will be made"
    if row.path == "output":
        return "there already, will be replaced"
    if path.is_file():
        return _size(path.stat().st_size)
    files = [file for file in path.rglob("*") if file.is_file()]
    return f"{len(files)} files, {_size(sum(file.stat().st_size for file in files))}"


def _size(count: float) -> str:
    """Bytes in the unit that keeps the number below 1000."""
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} GB"

"""What may be put into the queue, and the folder that a submission makes.

Knows recipes by their options; gives no turns and starts nothing.
"""

import itertools
import shutil
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from core.errors import ConfigError
from train import options
from train.jobs import files
from train.jobs.files import Asked
from train.options import RecipeConfig
from train.recipes import RECIPES, Recipe


def checked(recipe: str, values: Mapping[str, Any], output: str) -> RecipeConfig:
    """The config of a run that writes ``output``.

    Args:
        values: options as YAML holds them; output is not among them.

    Raises:
        ConfigError: there is no such recipe, or naming all that is wrong with the values.
    """
    if "output" in values:
        raise ConfigError("output is chosen here, and cannot be given.")
    return options.from_values(_recipe(recipe).config_class, {**values, "output": output})


def _recipe(name: str) -> Recipe:
    recipe = RECIPES.get(name)
    if recipe is None:
        raise ConfigError(f"There is no recipe {name!r}.", f"Recipes: {', '.join(RECIPES)}.")
    if recipe.writes != "folder":
        hint = f"In a terminal: python -m train {name} --help"
        raise ConfigError(f"{name} writes a file, and is no run of its own.", hint)
    return recipe


def free_name(recipe: str, taken: Collection[str]) -> str:
    """An output's name that nothing has yet: teacher, teacher_2, …; its ``.run`` is free too."""
    names = (recipe if number == 1 else f"{recipe}_{number}" for number in itertools.count(1))
    return next(name for name in names if not {name, f"{name}.run"} & set(taken))


def make(folder: Path, asked: Asked, config: RecipeConfig) -> None:
    """A run's folder, made aside and then put in place.

    Raises:
        TandemError: it cannot be written; nothing is left then.
    """
    aside = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(aside, ignore_errors=True)  # of a submission that was killed here
    try:
        with files.told(folder):
            aside.mkdir()
            files.write_text(aside / files.CONFIG, options.dump(config))
            files.write_text(aside / files.COMMAND, asked.command + "\n")
            asked.write(aside)
            aside.rename(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)

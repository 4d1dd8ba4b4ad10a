"""The line that a person types to start the same run by hand.

Knows option declarations and presets; starts nothing.
"""

import shlex

from train import options
from train.options import RecipeConfig
from train.values import NESTED


def line(recipe: str, config: RecipeConfig) -> str:
    """``python -m train RECIPE …`` with everything that is not a default.

    Tables of tables (the stages of a pipeline) are taken from the preset that has the same ones;
    where none has, they are typed too, as YAML in one word.
    """
    start = ["python", "-m", "train", recipe]
    rows = options.describe(type(config))
    if all(getattr(config, row.name) == row.default for row in rows if row.kind == NESTED):
        return shlex.join([*start, *options.typed(config)])
    preset = _preset(recipe, config)
    given = options.given(type(config), options.find_file(recipe, preset), ()) if preset else {}
    usual = {row.name: given.get(row.name, row.default) for row in rows}
    other = [r.name for r in rows if getattr(config, r.name) != usual[r.name]]
    words = [f"{name}={options.as_typed(getattr(config, name))}" for name in other]
    return shlex.join([*start, *(["--config", preset] if preset else []), *words])


def _preset(recipe: str, config: RecipeConfig) -> str:
    """The first preset with the config's tables of tables; "" where there is none."""
    tables = [row.name for row in options.describe(type(config)) if row.kind == NESTED]
    for name in options.presets(recipe):
        given = options.given(type(config), options.find_file(recipe, name), ())
        if all(given.get(table) == getattr(config, table) for table in tables):
            return name
    return ""

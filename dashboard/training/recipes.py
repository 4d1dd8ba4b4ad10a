"""What can be trained from a page, and what may be set there: a part of the table of recipes.

Knows names of recipes and options; nothing of widgets, files or queues. An option of which a
recipe makes a command, a folder or a pipeline of its own is no business of a page.
"""

from collections.abc import Mapping
from typing import Any

from core.errors import InputError
from dashboard.wording import training as words
from train.config import PipelineConfig
from train.options import describe
from train.recipes import RECIPES, Recipe
from train.values import NESTED, Option

CHOSEN_HERE = ("output", "target")  # kinds of path that the server chooses
CLOSED = frozenset({"output", "adopt", "embed", "only", "stages", "cache"})
"""Options that a page may not set: folders that are written, and pipelines within pipelines."""

OF_PIPELINES = frozenset({"insist"})
"""Further ones of recipes that lead others."""

LIMIT = "limit_rows"
CONFIG_OF_A_RUN = "baseline"  # names a config.yaml, whose paths are read in turn


def offered() -> dict[str, Recipe]:
    """Recipe name → recipe, in the order of the cards."""
    return {name: RECIPES[name] for name in words.TITLES if name in RECIPES}


def recipe(name: object) -> Recipe:
    """One of them.

    Raises:
        InputError: there is none of that name.
    """
    found = offered()
    if not isinstance(name, str) or name not in found:
        raise InputError(
            words.NO_RECIPE.format(name=repr(name)[:60]),
            words.RECIPES_ARE.format(names=", ".join(found)),
        )
    return found[name]


def settable(one: Recipe) -> dict[str, Option]:
    """The options that a page may set, by name, in their own order."""
    leads = issubclass(one.config_class, PipelineConfig)
    rows = [row for row in describe(one.config_class) if not closed(row)]
    return {row.name: row for row in rows if not (leads and row.name in OF_PIPELINES)}


def closed(row: Option) -> bool:
    """Whether an option is none of a page's business."""
    return row.name in CLOSED or row.kind == NESTED or row.path in CHOSEN_HERE


def defaults(one: Recipe) -> Mapping[str, Any]:
    """What each option is where nobody says anything."""
    return {row.name: row.default for row in describe(one.config_class)}

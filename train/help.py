"""What ``--help`` says: recipes, and every option of one, drawn from its declaration.

Knows the table of recipes and option declarations; prints nothing.
"""

import shutil
import textwrap

from train import options
from train.arguments import spelled
from train.recipes import RECIPES, Recipe
from train.values import Option

SPELLING = """Options, as --name VALUE, --name=VALUE or name=VALUE; one that is true or false
means true where it stands alone as --name:"""


def overview() -> str:
    """What stands there when no recipe is named."""
    width = max(map(len, RECIPES))
    rows = "\n".join(f"  {r.name:<{width}}  {r.summary}" for r in RECIPES.values())
    return f"""usage: python -m train RECIPE [--config FILE|PRESET] [--name VALUE ...]

Recipes, in the order in which a pipeline uses them:
{rows}

  --help          with a recipe: every option of it
  --print-config  print all options as YAML, and stop
  --dry-run       check options and inputs, say what would be done, and stop
  --resume        with --output: go on with what was interrupted there
  --fresh         begin anew where an interrupted run lies, and lose it"""


def of_recipe(recipe: Recipe) -> str:
    """Summary, presets and every option of a recipe."""
    named = ", ".join(options.presets(recipe.name))
    head = f"usage: python -m train {recipe.name} [--config FILE|PRESET] [--name VALUE ...]"
    presets = f"\nPresets for --config: {named}." if named else ""
    rows = "\n".join(map(_option_help, options.describe(recipe.config_class)))
    return f"{head}\n\n{recipe.summary}{presets}\n\n{SPELLING}\n{rows}"


def _option_help(row: Option) -> str:
    """``  --name: type [unit], default 1, 0 to 5`` and the sentence under it."""
    default = "must be given" if row.required else f"default {_shown(row.default)}"
    unit = f" [{row.unit}]" if row.unit else ""
    facts = ", ".join(filter(None, (f"{row.type_name}{unit}", default, row.bounds)))
    width = max(40, min(100, shutil.get_terminal_size().columns))
    sentence = textwrap.fill(row.help, width, initial_indent=" " * 6, subsequent_indent=" " * 6)
    return f"  {spelled(row.name)}: {facts}\n{sentence}"


def _shown(value: object) -> str:
    """A default in words, nearly as it is typed after ``name=``."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        value = ",".join(map(str, value))
    return str(value) or "empty"

"""``python -m train RECIPE --config FILE name=value …``: the door to the recipes.

Knows arguments, printing and exit codes; knows nothing of what a recipe does.
Exit codes: 0 done, 1 failed, 2 wrong options, 130 interrupted.
"""

import argparse
import difflib
import shutil
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path

from core.errors import ConfigError, TandemError
from train import options
from train.options import RecipeConfig
from train.recipes import RECIPES, Recipe
from train.run import execute, run_folder
from train.values import Option, is_hub_id

DONE, FAILED, WRONG_OPTIONS, INTERRUPTED = 0, 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says and return its exit code."""
    args = _parser().parse_intermixed_args(arguments)
    try:
        return _serve(args)
    except ConfigError as error:
        return _say(error, WRONG_OPTIONS)
    except TandemError as error:
        return _say(error, FAILED)
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m train",
        usage="%(prog)s RECIPE [--config FILE|PRESET] [name=value ...]",
        add_help=False,
        allow_abbrev=False,
    )
    parser.add_argument("words", nargs="*")
    parser.add_argument("--config", metavar="FILE|PRESET")
    parser.add_argument("--help", "-h", action="store_true")
    parser.add_argument("--print-config", action="store_true")
    parser.add_argument("--dry-run", action="store_true")
    return parser


def _serve(args: argparse.Namespace) -> int:
    if not args.words:
        print(_overview(), file=sys.stdout if args.help else sys.stderr)
        return DONE if args.help else WRONG_OPTIONS
    recipe = _recipe(args.words[0])
    if args.help:
        print(_recipe_help(recipe))
        return DONE
    file = options.find_file(recipe.name, args.config) if args.config is not None else None
    complete = not args.print_config or args.dry_run
    config = options.parse(recipe.config_class, file, args.words[1:], complete=complete)
    if args.dry_run or args.print_config:
        print(_plan(recipe, config) if args.dry_run else options.dump(config), end="")
        return DONE
    return _work(recipe, config)


def _recipe(name: str) -> Recipe:
    """Raises ConfigError, with the closest name, where there is no such recipe."""
    if name in RECIPES:
        return RECIPES[name]
    close = difflib.get_close_matches(name, RECIPES, 1)
    hint = f"Did you mean {close[0]}?" if close else f"Recipes: {', '.join(RECIPES)}."
    raise ConfigError(f"There is no recipe {name!r}.", hint)


def _work(recipe: Recipe, config: RecipeConfig) -> int:
    """Run it; an unexpected error becomes a sentence and a path to its traceback."""
    error_log = run_folder(config.output) / "error.log"
    try:
        run = execute(recipe, config)
    except TandemError:
        raise
    except Exception as error:
        print(f"The {recipe.name} recipe failed: {_first_line(error)}", file=sys.stderr)
        if error_log.is_file():
            print(f"The traceback is in {error_log}", file=sys.stderr)
        return FAILED
    for name, value in run.figures.items():
        print(f"{name}: {f'{value:.4f}' if isinstance(value, float) else value}")
    return DONE


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {(str(error).splitlines() or ['no message'])[0]}"


def _say(error: TandemError, code: int) -> int:
    print(error.sentence, file=sys.stderr)
    if error.hint:
        print(error.hint, file=sys.stderr)
    return code


# --- help -------------------------------------------------------------------


def _overview() -> str:
    width = max(map(len, RECIPES))
    rows = "\n".join(f"  {r.name:<{width}}  {r.summary}" for r in RECIPES.values())
    return f"""usage: python -m train RECIPE [--config FILE|PRESET] [name=value ...]

Recipes, in the order in which a pipeline uses them:
{rows}

  --help          with a recipe: every option of it
  --print-config  print all options as YAML, and stop
  --dry-run       check options and inputs, say what would be done, and stop"""


def _recipe_help(recipe: Recipe) -> str:
    named = ", ".join(options.presets(recipe.name))
    head = f"usage: python -m train {recipe.name} [--config FILE|PRESET] [name=value ...]"
    presets = f"\nPresets for --config: {named}." if named else ""
    rows = "\n".join(map(_option_help, options.describe(recipe.config_class)))
    return f"{head}\n\n{recipe.summary}{presets}\n\nOptions:\n{rows}"


def _option_help(row: Option) -> str:
    """``  name: type [unit], default 1, 0 to 5`` and the sentence under it."""
    default = "must be given" if row.required else f"default {_shown(row.default)}"
    unit = f" [{row.unit}]" if row.unit else ""
    facts = ", ".join(filter(None, (f"{row.type_name}{unit}", default, row.bounds)))
    width = max(40, min(100, shutil.get_terminal_size().columns))
    sentence = textwrap.fill(row.help, width, initial_indent=" " * 6, subsequent_indent=" " * 6)
    return f"  {row.name}: {facts}\n{sentence}"


def _shown(value: object) -> str:
    """A default in words, nearly as it is typed after ``name=``."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        value = ",".join(map(str, value))
    return str(value) or "empty"


# --- dry run ----------------------------------------------------------------


def _plan(recipe: Recipe, config: RecipeConfig) -> str:
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


if __name__ == "__main__":
    sys.exit(main())

"""``python -m train RECIPE --config FILE name=value …``: the door to the recipes.

Knows arguments, printing and exit codes; knows nothing of what a recipe does.
Exit codes: 0 done, 1 failed, 2 wrong options, 130 interrupted.
"""

import argparse
import difflib
import sys
from collections.abc import Sequence

from core.errors import ConfigError, TandemError
from train import help, options, plan
from train.options import RecipeConfig
from train.recipes import RECIPES, Recipe
from train.run import execute, run_folder

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
        print(help.overview(), file=sys.stdout if args.help else sys.stderr)
        return DONE if args.help else WRONG_OPTIONS
    recipe = _recipe(args.words[0])
    if args.help:
        print(help.of_recipe(recipe))
        return DONE
    file = options.find_file(recipe.name, args.config) if args.config is not None else None
    complete = not args.print_config or args.dry_run
    config = options.parse(recipe.config_class, file, args.words[1:], complete=complete)
    if args.dry_run or args.print_config:
        print(plan.plan(recipe, config) if args.dry_run else options.dump(config), end="")
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


if __name__ == "__main__":
    sys.exit(main())

"""``python -m train RECIPE --config FILE --name value …``: the door to the recipes.

Knows arguments, printing and exit codes; knows nothing of what a recipe does.
Exit codes: 0 done, 1 failed, 2 wrong options, 130 interrupted.
"""

import difflib
import sys
from collections.abc import Sequence
from pathlib import Path

from core.errors import ConfigError, TandemError
from train import help, options, past
from train.arguments import Line, split
from train.failing import why
from train.files.stream import stream, with_earlier
from train.forecast import plan
from train.options import RecipeConfig
from train.recipes import RECIPES, Recipe
from train.run import execute

DONE, FAILED, WRONG_OPTIONS, INTERRUPTED = 0, 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says and return its exit code."""
    try:
        return _serve(split(sys.argv[1:] if arguments is None else arguments))
    except ConfigError as error:
        return _say(error, WRONG_OPTIONS)
    except TandemError as error:
        return _say(error, FAILED)
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return INTERRUPTED


def _serve(line: Line) -> int:
    asked = line.switches
    if not line.words:
        print(help.overview(), file=sys.stdout if "--help" in asked else sys.stderr)
        return DONE if "--help" in asked else WRONG_OPTIONS
    recipe = _recipe(line.words[0])
    if "--help" in asked:
        print(help.of_recipe(recipe))
        return DONE
    file = options.find_file(recipe.name, line.config) if line.config is not None else None
    if asked >= {"--resume", "--fresh"}:
        raise ConfigError("--resume goes on and --fresh begins anew.", "Choose one of them.")
    if "--resume" in asked and recipe.writes == "folder":
        return _resume(recipe, file, line)
    words = with_earlier(recipe, line.words[1:]) if "--resume" in asked else line.words[1:]
    complete = "--print-config" not in asked or "--dry-run" in asked
    config = options.parse(recipe.config_class, file, words, complete=complete)
    if asked & {"--dry-run", "--print-config"}:
        return _show(recipe, config, asked)
    if recipe.writes == "file":
        stream(recipe, config, resume="--resume" in asked, fresh="--fresh" in asked)
        return DONE
    return _work(recipe, config, fresh="--fresh" in asked)


def _resume(recipe: Recipe, file: Path | None, line: Line) -> int:
    """Go on with an interrupted run, with the options that it was started with."""
    config, left = past.to_resume(recipe.name, recipe.config_class, file, line.words[1:])
    if left.finished:
        print(f"The {recipe.name} run in {past.run_folder(config.output)} is finished.")
        return DONE
    if line.switches & {"--dry-run", "--print-config"}:
        return _show(recipe, config, line.switches)
    return _work(recipe, config, resume=True)


def _show(recipe: Recipe, config: RecipeConfig, asked: frozenset[str]) -> int:
    """Say what would be done, or with which options; do nothing."""
    dry = "--dry-run" in asked
    print(plan.plan(recipe, config) if dry else options.dump(config), end="")
    return DONE


def _recipe(name: str) -> Recipe:
    """Raises ConfigError, with the closest name, where there is no such recipe."""
    if name in RECIPES:
        return RECIPES[name]
    if name.startswith("-"):
        hint = f"For example: python -m train teacher {name} …"
        raise ConfigError(f"The recipe comes first, before {name}.", hint)
    close = difflib.get_close_matches(name, RECIPES, 1)
    hint = f"Did you mean {close[0]}?" if close else f"Recipes: {', '.join(RECIPES)}."
    raise ConfigError(f"There is no recipe {name!r}.", hint)


def _work(
    recipe: Recipe, config: RecipeConfig, *, resume: bool = False, fresh: bool = False
) -> int:
    """Run it; an unexpected error becomes a sentence and a path to its traceback."""
    error_log = past.run_folder(config.output) / "error.log"
    try:
        run = execute(recipe, config, resume=resume, fresh=fresh)
    except TandemError:
        raise
    except KeyboardInterrupt:
        return _interrupted(recipe, config)
    except Exception as error:
        print("\n".join(filter(None, why(recipe.name, error))), file=sys.stderr)
        if error_log.is_file():
            print(f"The traceback is in {error_log}", file=sys.stderr)
        return FAILED
    for name, value in run.figures.items():
        print(f"{name}: {f'{value:.4f}' if isinstance(value, float) else value}")
    return DONE


def _interrupted(recipe: Recipe, config: RecipeConfig) -> int:
    """Say what was kept, and how to go on."""
    folder = past.run_folder(config.output)
    _, sentence, hint = past.account(folder, recipe.name, config.output)
    print(f"\n{sentence}\n{hint}", file=sys.stderr)
    return INTERRUPTED


def _say(error: TandemError, code: int) -> int:
    print(error.sentence, file=sys.stderr)
    if error.hint:
        print(error.hint, file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())

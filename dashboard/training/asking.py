"""From what a page or a program sends to values that a queue may take, and all that is wrong.

Knows recipes, presets and places; starts nothing. A value of a preset that comes with a recipe is
ours; anything else is looked at as if an enemy had written it.
"""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from core.errors import InputError
from dashboard.training import checking, recipes
from dashboard.training.places import Outside, Places
from dashboard.training.presets import Presets
from dashboard.wording import training as words
from train.options import RecipeConfig, built
from train.recipes import Recipe
from train.values import Option, from_text, missing


@dataclass(frozen=True, slots=True)
class Asked:
    """A recipe with values as YAML holds them, without output, and what is wrong with them."""

    recipe: Recipe
    preset: str  # as asked for; "" for none
    base: Mapping[str, Any]  # of the preset that comes with the recipe
    own: Mapping[str, Any]  # what the user's preset and the form say
    problems: tuple[tuple[str, str], ...] = ()  # option or "", and a sentence without its name
    config: RecipeConfig | None = field(default=None, compare=False)  # None where one is wrong

    @property
    def values(self) -> dict[str, Any]:
        """What the queue gets."""
        return {**self.base, **self.own}

    @property
    def sentences(self) -> tuple[str, ...]:
        """The problems as sentences that name the option as a shell does."""
        return tuple(f"{name} {said}".strip() for name, said in self.problems)


def asked(
    name: object,
    preset: object,
    raw: Mapping[str, Any],
    owner: str,
    known: tuple[Places, Presets],
    *,
    typed: bool = False,
) -> Asked:
    """What is to be run.

    Args:
        raw: option → value, as JSON holds it.
        known: places and presets.
        typed: texts are read as a shell's ``name=text`` is.

    Raises:
        InputError: no such recipe or preset.
    """
    places, presets = known
    one = recipes.recipe(name)
    if not isinstance(preset, str):
        raise InputError(*words.UNREADABLE)
    base, kept = presets.read(one.name, preset, owner)
    shipped = presets.shipped(one.name, base)
    rows = recipes.settable(one)
    problems: list[tuple[str, str]] = []
    values: dict[str, Any] = {}
    for option, value in {**kept, **raw}.items():
        try:
            row = _row(rows, one, option)
            read = _from_text(row, value) if typed and option in raw else value
            values[option] = _placed(row, read, owner, places, {**_ours(row), **shipped})
        except InputError as problem:
            problems.append((option, _said(problem, typed)))
    rest = {**shipped, **values}
    config, wrong = built(one.config_class, {**rest, "output": _SOMEWHERE})
    problems += _without_doubles(_split(wrong, rows), problems)
    problems += _unreadable(one, values, rows, problems)
    if not problems:
        problems += _absent(config, rows)
    return Asked(one, preset, shipped, values, tuple(problems), None if problems else config)


def _said(problem: InputError, typed: bool) -> str:
    """A problem, with what a person at the form, or a program, can do about a closed place."""
    if not isinstance(problem, Outside):
        return problem.sentence
    return f"{problem.sentence} {words.OUTSIDE_PAGE if typed else words.OUTSIDE_PROGRAM}"


_SOMEWHERE = "runs/train/new/result"  # stands in for the folder that the queue chooses


def _row(rows: Mapping[str, Option], one: Recipe, option: str) -> Option:
    """The option of that name; InputError where a page may not set it."""
    if option in rows:
        return rows[option]
    if option in recipes.defaults(one):
        raise InputError(words.NOT_FROM_HERE)
    close = difflib.get_close_matches(option, list(rows), 1)
    raise InputError(words.NO_OPTION + (words.DID_YOU_MEAN.format(name=close[0]) if close else ""))


def _from_text(row: Option, value: Any) -> Any:
    """What a form's field holds, as YAML would."""
    if not isinstance(value, str):
        return value
    try:
        return from_text(row, value)
    except (yaml.YAMLError, ValueError, RecursionError) as problem:
        raise InputError(f"cannot be read: {value!r}.") from problem


def _ours(row: Option) -> dict[str, Any]:
    return {row.name: row.default}


def _placed(row: Option, value: Any, owner: str, places: Places, ours: Mapping[str, Any]) -> Any:
    """A value whose paths may be used."""
    own = ours.get(row.name)
    if value == own or (isinstance(value, list) and tuple(value) == own):
        return value
    found = places.allowed(row, value, owner)
    told = row.name == recipes.CONFIG_OF_A_RUN and isinstance(found, str) and found != ""
    if told and not places.made_here(Path(found)):
        raise InputError(words.ONLY_FROM_RUNS)
    return found


def _split(sentences: Sequence[str], rows: Mapping[str, Option]) -> list[tuple[str, str]]:
    """Sentences that begin with an option's name, by that name."""
    found = []
    for said in sentences:
        name, _, rest = said.partition(" ")
        found.append((name, rest) if name in rows else ("", said))
    return found


def _without_doubles(
    new: Sequence[tuple[str, str]], known: Sequence[tuple[str, str]]
) -> list[tuple[str, str]]:
    """Problems of options of which nothing is said yet."""
    named = {name for name, _ in known}
    return [(name, said) for name, said in new if not name or name not in named]


def _unreadable(
    one: Recipe,
    values: Mapping[str, Any],
    rows: Mapping[str, Option],
    known: Sequence[tuple[str, str]],
) -> list[tuple[str, str]]:
    """Data files that a run would refuse once it reads them: better said before it waits."""
    wrong, found = {name for name, _ in known}, []
    for name, value in values.items():
        row = rows.get(name)
        if row is None or row.path not in ("file", "new") or name in wrong or not value:
            continue
        for place in value if isinstance(value, list | tuple) else (value,):
            seen = checking.checked(Path(place), checking.purpose(one.name, name))
            if not seen.fine:
                found.append((name, words.NO_USE.format(problem=seen.reason)))
    return found


def _absent(config: RecipeConfig, rows: Mapping[str, Option]) -> list[tuple[str, str]]:
    """What is not there although everything could be read."""
    gone = [
        (row.name, said)
        for row in rows.values()
        for said in missing(row, getattr(config, row.name))
    ]
    return gone or _split(config.absent(), rows)

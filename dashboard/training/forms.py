"""A recipe's config as fields of a form: widget, value, preset's and paper's value.

Knows train.options' rows; draws nothing and checks nothing. An option is declared once, in
train/config: a field that is added there shows here by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_origin

import yaml

from core.embedded import DEMO
from dashboard.training import recipes
from dashboard.training.asking import Asked
from dashboard.training.presets import Presets
from dashboard.wording import training as words
from train import options
from train.recipes import Recipe
from train.values import Option

Widget = Literal["switch", "choice", "ticks", "number", "text", "models", "files"]
Part = Literal["models", "data", "first", "more"]

MODEL_PATHS = ("model", "folder")
STARTS: Mapping[tuple[str, str], Any] = {
    ("teacher", "model"): "teacher",
    ("student", "model"): "student_before",
    ("distil", "teacher"): "teacher",
    ("distil", "student"): "student_before",
    ("distil", "translator"): "translator",
    ("evaluate", "models"): ["student", "student_before"],
}
"""Where a recipe would ask for a model, the embedded one that a form begins with."""

INSIST = ("teacher", "student")  # as the full pipeline does


@dataclass(frozen=True, slots=True)
class Field:
    """One option in the form."""

    option: Option
    part: Part
    widget: Widget
    label: str
    value: Any  # what stands in the field
    preset: Any  # what the preset says, or else the default
    paper: Any  # what the paper's preset says; UNTOLD where it says nothing

    @property
    def several(self) -> bool:
        """Whether it holds a list."""
        return get_origin(self.option.kind) is tuple

    @property
    def required(self) -> bool:
        """Whether a user has to give a value."""
        return self.option.required


UNTOLD = object()
"""Stands where a preset says nothing: None is a value."""


def fields(asked: Asked, presets: Presets, sent: Mapping[str, Any]) -> tuple[Field, ...]:
    """The form of a recipe, in the order in which it is drawn.

    Args:
        asked: recipe and preset, with what a user's own preset says.
        sent: what stands in the form already, as texts; wins over the presets.
    """
    one = asked.recipe
    rows = recipes.settable(one)
    paper = presets.shipped(one.name, _paper(one, asked.preset))
    before = {**_defaults(rows), **starts(one, asked), **asked.base}
    now = {**before, **{name: asked.own[name] for name in asked.own if name in rows}}
    made = [
        Field(
            row,
            _part(row),
            _widget(row),
            words.name_of(row.name),
            sent.get(row.name, now[row.name]),
            before[row.name],
            paper.get(row.name, UNTOLD),
        )
        for row in rows.values()
    ]
    return tuple(sorted(made, key=_order))


def starts(one: Recipe, asked: Asked) -> dict[str, Any]:
    """The embedded models that a form begins with, by option; not where the preset names some."""
    if asked.preset.startswith("paper"):
        return {}
    named = {option: kept for (recipe, option), kept in STARTS.items() if recipe == one.name}
    found = {option: _embedded(kept) for option, kept in named.items() if option not in asked.base}
    if one.name in INSIST and found:  # it was trained on another split than any file's here
        found["insist"] = True
    return found


def _embedded(names: Any) -> Any:
    if isinstance(names, list):
        return [str(DEMO / name) for name in names]
    return str(DEMO / names)


def as_text(row: Option, value: Any) -> str:
    """A value as it stands in a field, which ``from_text`` reads back; "" for null."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, tuple | list) and not any("," in str(entry) for entry in value):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{value:g}" if float(f"{value:g}") == value else str(value)
    plain = list(value) if isinstance(value, tuple) else value
    text = yaml.safe_dump(plain, default_flow_style=True, allow_unicode=True, width=2**31)
    return str(text).removesuffix("...\n").strip()


def _defaults(rows: Mapping[str, Option]) -> dict[str, Any]:
    return {name: row.default for name, row in rows.items()}


def _paper(one: Recipe, preset: str) -> str:
    """The preset that holds the paper's values: the chosen one, if it is one of them."""
    known = options.presets(one.name)
    if preset.startswith("paper") and preset in known:
        return preset
    return "paper" if "paper" in known else ""


def _part(row: Option) -> Part:
    if row.path in MODEL_PATHS:
        return "models"
    if row.path is not None:
        return "data"
    return "first" if row.name in words.FIRST else "more"


def _widget(row: Option) -> Widget:
    if row.path is not None:
        return "models" if row.path in MODEL_PATHS else "files"
    if row.kind is bool:
        return "switch"
    if row.choices is not None:
        return "ticks" if get_origin(row.kind) is tuple else "choice"
    return "number" if row.kind in (int, float) else "text"


def _order(field: Field) -> tuple[int, int]:
    """Required ones first; settings as wording lists them, others as they are declared."""
    if field.part == "first":
        return (0, words.FIRST.index(field.option.name))
    return (0 if field.required else 1, 0)

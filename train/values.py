"""One value of one option: its type and its bounds.

Knows the supported types and how text and YAML become them; what a path must
point to is ``train.paths``'. Knows no recipe, no whole config, and loads no torch.
"""

import os
import reprlib
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, Union, get_args, get_origin

import yaml

from train.paths import CHECKS, PathKind

_NOTHING = ("null", "none", "~", "")
NESTED: Any = dict[str, dict[str, Any]]  # a kind that stands in files; nobody types it


@dataclass(frozen=True, slots=True)
class Option:
    """One declared option of one recipe, as help, form and parser see it."""

    help: str  # a sentence
    unit: str = ""  # "minutes", "sub-tokens"; "" for plain numbers and text
    low: float | None = None  # inclusive; for tuples and tables: of each entry
    high: float | None = None  # inclusive
    choices: tuple[Any, ...] | None = None  # for tables: the names allowed as keys
    path: PathKind | None = None  # what the text must point to
    required: bool = False  # has no usable default
    name: str = ""
    kind: Any = str  # one of the supported types, without None
    optional: bool = False  # null is allowed
    default: Any = None
    words: tuple[str, ...] = ()  # for paths: texts with a meaning of their own, such as none
    changed: bool = False  # for paths: the recipe writes into what is there

    @property
    def type_name(self) -> str:
        """The type in words a user reads: "number or null"."""
        return KINDS[self.kind].plain + (" or null" if self.optional else "")

    @property
    def bounds(self) -> str:
        """Bounds or choices in words; "" where anything of the type goes."""
        if self.choices is not None:
            return "one of " + ", ".join(map(str, self.choices))
        if self.low is not None and self.high is not None:
            return f"from {_figure(self.low)} to {_figure(self.high)}"
        if self.low is not None:
            return f"at least {_figure(self.low)}"
        return f"at most {_figure(self.high)}" if self.high is not None else ""

    @property
    def bounds_and_unit(self) -> str:
        """The same with the unit, which is one row where the number is one."""
        unit = self.unit
        if (self.high if self.high is not None else self.low) == 1:
            unit = unit.removesuffix("s")
        return f"{self.bounds} {unit}".strip()


def _figure(value: float) -> str:
    """A number as people write it: 0.05, 8192, 100,000,000."""
    if abs(value) >= 1e12:  # a slip, maybe too large for a float
        return reprlib.repr(value)
    return f"{value:,.0f}" if value == int(value) and abs(value) >= 1e5 else f"{value:g}"


def without_none(annotation: Any) -> tuple[Any, bool]:
    """``float | None`` → (float, True); anything else → (itself, False)."""
    if get_origin(annotation) not in (Union, types.UnionType):
        return annotation, False
    rest = [arm for arm in get_args(annotation) if arm is not type(None)]
    return (rest[0] if len(rest) == 1 else annotation), True


def _text(raw: Any) -> str:
    if not isinstance(raw, str):
        raise ValueError
    return raw


def _whole(raw: Any) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int):
        raise ValueError
    return raw


def _number(raw: Any) -> float:
    """A finite number; YAML 1.1 reads ``5e-6`` as text, which is one too."""
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        raise ValueError
    value = float(raw)
    if not isfinite(value):
        raise ValueError
    return value


def _yes_no(raw: Any) -> bool:
    if not isinstance(raw, bool):
        raise ValueError
    return raw


def _several(read: Callable[[Any], Any]) -> Callable[[Any], tuple[Any, ...]]:
    def read_all(raw: Any) -> tuple[Any, ...]:
        if not isinstance(raw, list | tuple):
            raise ValueError
        return tuple(read(entry) for entry in raw)

    return read_all


def _table(raw: Any) -> dict[str, float]:
    if not isinstance(raw, Mapping):
        raise ValueError
    return {_text(name): _number(value) for name, value in raw.items()}


def _words(raw: Any) -> dict[str, str]:
    """Texts by name; a whole number is a name too, as a label of a data set may be."""
    if not isinstance(raw, Mapping):
        raise ValueError
    return {_text(str(k) if type(k) is int else k): _text(text) for k, text in raw.items()}


def _nested(raw: Any) -> dict[str, dict[str, Any]]:
    """Tables by name, of what JSON holds too."""
    if not isinstance(raw, Mapping):
        raise ValueError
    return {_text(name): _plain_table(table) for name, table in raw.items()}


def _plain_table(raw: Any) -> dict[str, Any]:
    if not isinstance(raw, Mapping):
        raise ValueError
    return {_text(name): _plain(value) for name, value in raw.items()}


def _plain(raw: Any) -> Any:
    if isinstance(raw, Mapping):
        return _plain_table(raw)
    if isinstance(raw, list | tuple):
        return [_plain(entry) for entry in raw]
    if raw is None or isinstance(raw, str | int | float):
        return raw
    raise ValueError


@dataclass(frozen=True, slots=True)
class _Kind:
    """How one supported type is named and read."""

    plain: str  # for a table of options
    expected: str  # "must be …"
    read: Callable[[Any], Any]  # raises ValueError on anything else


KINDS: dict[Any, _Kind] = {
    str: _Kind("text", "text (in YAML, put it in quotes)", _text),
    int: _Kind("whole number", "a whole number", _whole),
    float: _Kind("number", "a number", _number),
    bool: _Kind("true/false", "true or false", _yes_no),
    tuple[str, ...]: _Kind("list of text", "a list of text, as a,b", _several(_text)),
    tuple[int, ...]: _Kind("list of whole numbers", "whole numbers, as 1,2", _several(_whole)),
    dict[str, float]: _Kind("table of numbers", "a table, as {name: 0.5}", _table),
    dict[str, str]: _Kind("table of text", "a table, as {joy: Joy}", _words),
    NESTED: _Kind("table of tables", "tables by name, as {name: {option: value}}", _nested),
}


def from_text(row: Option, text: str) -> Any:
    """The value of ``key=text`` before it is checked.

    Text stays as typed, lists are split at commas (or read as YAML when they
    open with a bracket), all else is YAML.

    Raises:
        ValueError, yaml.YAMLError, RecursionError: when it is no YAML.
    """
    nothing = row.optional and text.strip().lower() in _NOTHING
    if nothing and text not in (*(row.choices or ()), *row.words):
        return None
    if row.kind is str:
        return text
    if get_origin(row.kind) is tuple and not text.lstrip().startswith("["):
        pieces = [piece.strip() for piece in text.split(",")] if text.strip() else []
        return pieces if row.kind == tuple[str, ...] else list(map(yaml.safe_load, pieces))
    return yaml.safe_load(text)


def read(row: Option, raw: Any) -> Any:
    """The checked value of one option.

    Raises:
        ValueError: with the rest of a sentence that starts with the option's name.
    """
    if raw is None and row.optional:
        return None
    try:
        value = KINDS[row.kind].read(raw)
    except (ValueError, OverflowError):
        shown = reprlib.repr(raw)
        raise ValueError(f"must be {KINDS[row.kind].expected}, not {shown}.") from None
    value = _at_home(value) if row.path is not None else value
    for entry in value if isinstance(value, tuple) else (value,):
        _check_choice(row, entry)
    for entry in _numbers_in(value):
        if (row.low is not None and entry < row.low) or (row.high is not None and entry > row.high):
            raise ValueError(f"must be {row.bounds_and_unit}, not {_figure(entry)}.")
    return value


def _at_home(value: str | tuple[str, ...]) -> str | tuple[str, ...]:
    """A leading ~ spelled out, which shells leave alone behind ``name=``."""
    if isinstance(value, tuple):
        return tuple(map(os.path.expanduser, value))
    return os.path.expanduser(value)


def _check_choice(row: Option, entry: Any) -> None:
    """Raises ValueError where a value, or a table's key, is not among the choices."""
    for name in entry if isinstance(entry, dict) else (entry,):
        if row.choices is not None and name not in row.choices:
            raise ValueError(f"must be {row.bounds}, not {reprlib.repr(name)}.")


def _numbers_in(value: Any) -> list[float]:
    """What the bounds apply to: the number, or each entry of a list or table."""
    entries = value.values() if isinstance(value, dict) else value
    several = entries if isinstance(value, tuple | dict) else (value,)
    return [e for e in several if isinstance(e, int | float) and not isinstance(e, bool)]


def ungiven(row: Option, value: Any) -> bool:
    """Whether a user must give a value, and has not."""
    return row.required and value in ("", None, (), {})


def missing(row: Option, value: Any) -> list[str]:
    """What keeps a run from starting: the rest of sentences that start with the name.

    Args:
        row: the option; value: its checked value.

    Returns:
        Nothing where the value is there and each path in it points to
        something of the right sort.
    """
    if ungiven(row, value):
        return ["must be given."]
    if row.path is None:
        return []
    check = CHECKS[row.path]
    return [trouble for place in paths_in(row, value) if (trouble := check(place))]


def paths_in(row: Option, value: Any) -> list[str]:
    """What the value of an option names on disk, or on the hub; nothing for other options."""
    if row.path is None or value in ("", None):
        return []
    places = value if isinstance(value, tuple) else (value,)
    return [place for place in places if place not in row.words]

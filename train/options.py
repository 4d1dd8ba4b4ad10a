"""An option is declared once: type, default, unit, bounds and a sentence.

Command line, YAML files and help are all drawn from that one declaration.
Knows how to read and check values; knows no recipe, and loads no torch.

>>> from dataclasses import dataclass
>>> @dataclass(frozen=True)
... class Bake(RecipeConfig):
...     degrees: float = option(180.0, "How hot the oven is.", unit="°C", low=0, high=300)
>>> parse(Bake, overrides=["output=/tmp/cake", "degrees=2e2"]).degrees
200.0
"""

import difflib
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import yaml

from core.errors import ConfigError
from train import arguments
from train.paths import PathKind
from train.values import (
    KINDS,
    NESTED,
    Option,
    from_text,
    missing,
    read,
    ungiven,
    without_none,
)

MOST_MINUTES = 100 * 24 * 60  # a hundred days
PRESETS = Path(__file__).parent / "configs"
Config = TypeVar("Config", bound="RecipeConfig")


def option(
    default: Any,
    help: str,
    *,
    unit: str = "",
    low: float | None = None,
    high: float | None = None,
    choices: Sequence[Any] | None = None,
    path: PathKind | None = None,
    required: bool | None = None,
    words: Sequence[str] = (),
    changed: bool = False,
) -> Any:
    """Declare a field of a recipe's config.

    Args:
        default: a value of the field's type (str, int, float, bool, tuples of
            str or int, dict[str, float], tables by name, or a Literal of texts,
            which are its choices); None only where the type allows it.
        help: one sentence that says what the option does.
        low, high: inclusive bounds, of each entry where the field holds several.
        path: the text names something on disk. "file", "folder" and "any" must
            exist when a run starts; "new" is a file that is read where it
            exists and made where not; "model" is a folder or a hub id; "output"
            is a folder that the run writes; "source" and "target" are a file
            or pipe to read and a file to write, "-" being the standard ones.
        words: texts that name no path although ``path`` is given, such as "none".
        changed: the recipe writes into the folder that ``path`` names.
        required: the user must give a value. Unless said otherwise, so it is
            for a path whose default is ""; a list needs required=True.

    Returns:
        A dataclasses field (typed Any, as dataclasses.field is).
    """
    needed = (path is not None and default == "") if required is None else required
    chosen = tuple(choices) if choices is not None else None
    declared = Option(
        help, unit, low, high, chosen, path, needed, words=tuple(words), changed=changed
    )
    meta = {"option": declared}
    if isinstance(default, dict):
        return field(default_factory=lambda: dict(default), metadata=meta)
    return field(default=default, metadata=meta)


@dataclass(frozen=True, kw_only=True)
class RecipeConfig:
    """What every recipe takes."""

    output: str = option("", "The folder that the recipe writes.", path="output")
    seed: int = option(13, "Seed of every random choice.", low=0, high=2**32 - 1)
    device: str = option("auto", "Where to compute.", choices=("auto", "cpu", "cuda"))
    threads: int | None = option(
        None, "CPU threads that torch uses; null leaves the choice to torch.", low=1, high=1024
    )
    max_minutes: float | None = option(
        None,
        "Stop after this long, the time before a --resume included, and keep the best so far; "
        "null: no limit.",
        unit="min",
        low=0,
        high=MOST_MINUTES,
    )

    def problems(self) -> list[str]:
        """Sentences on values that do not go together; asked once each alone is fine."""
        return []

    def absent(self) -> list[str]:
        """Sentences on what has to be there for a start besides what paths name; asked last."""
        return []


def describe(config_class: type[RecipeConfig]) -> list[Option]:
    """A recipe's options: output, then the class's own, then those of each parent."""
    hints = get_type_hints(config_class)
    lines = [vars(cls).get("__annotations__", {}) for cls in config_class.__mro__]
    age = {
        f.name: next(i for i, line in enumerate(lines) if f.name in line)
        for f in fields(config_class)
    }
    ordered = sorted(fields(config_class), key=lambda f: (f.name != "output", age[f.name]))
    return [_row(f, hints[f.name]) for f in ordered]


def _row(declared: Field[Any], annotation: Any) -> Option:
    """Metadata, type and default of one field brought together."""
    meta: Option | None = declared.metadata.get("option")
    kind, optional = without_none(annotation)
    choices = get_args(kind) if get_origin(kind) is Literal else None
    kind = str if choices is not None else kind
    if meta is None or kind not in KINDS:
        raise TypeError(f"{declared.name}: {annotation} is not declared with option().")
    given = declared.default
    if given is MISSING and declared.default_factory is not MISSING:
        given = declared.default_factory()
    return replace(
        meta,
        choices=choices or meta.choices,
        name=declared.name,
        kind=kind,
        optional=optional,
        default=given,
    )


def find_file(recipe: str, text: str) -> Path:
    """The YAML file that ``--config`` means: a preset of the recipe, else a path.

    Raises:
        ConfigError: when it is neither; the hint lists the presets.
    """
    preset = PRESETS / f"{recipe}_{text}.yaml"
    if preset.is_file():
        return preset
    if Path(text).is_file():
        return Path(text)
    names = ", ".join(presets(recipe)) or "none"
    raise ConfigError(f"There is no config file {text!r}.", f"Presets of {recipe}: {names}.")


def presets(recipe: str) -> list[str]:
    """Names that ``--config`` takes for a recipe besides files, in alphabetical order."""
    return sorted(p.stem.removeprefix(f"{recipe}_") for p in PRESETS.glob(f"{recipe}_*.yaml"))


def parse(
    config_class: type[Config],
    file: Path | None = None,
    overrides: Sequence[str] = (),
    *,
    complete: bool = True,
) -> Config:
    """Read a recipe's config, and report everything that is wrong with it at once.

    Args:
        file: YAML, a mapping of option names to values.
        overrides: words as typed, ``--name value``, ``--name=value`` or
            ``name=value``; they win over the file, and later ones over earlier
            ones. Text is taken as typed, lists are split at commas, all else
            is read as YAML. Null is written null or none.
        complete: also ask for required options and for inputs to be on disk.

    Raises:
        ConfigError: naming every unknown key, bad value and missing input.
    """
    rows = {row.name: row for row in describe(config_class)}
    merged, values, problems = _given(rows, file, overrides)
    return _whole(config_class, merged, values, problems, complete)


def from_values(
    config_class: type[Config], raw: Mapping[str, Any], *, complete: bool = True
) -> Config:
    """A config from values as YAML holds them, checked as ``parse`` checks a file.

    Args:
        raw: by option name; numbers are numbers, lists are lists, null is None.
        complete: also ask for required options and for inputs to be on disk.

    Raises:
        ConfigError: naming every unknown key, bad value and missing input.
    """
    named = {str(name): value for name, value in raw.items()}
    values, problems = _checked({row.name: row for row in describe(config_class)}, named)
    return _whole(config_class, named, values, problems, complete)


def _whole(
    config_class: type[Config],
    named: Mapping[str, Any],
    values: Mapping[str, Any],
    problems: list[str],
    complete: bool,
) -> Config:
    """The config of checked values; raises ConfigError for all that is wrong, found here too."""
    config = config_class(**values)
    if complete:
        rows = [r for r in describe(config_class) if r.name not in named or r.name in values]
        problems += [f"{r.name} {p}" for r in rows for p in missing(r, getattr(config, r.name))]
    problems = problems or config.problems() or (config.absent() if complete else [])
    if problems:
        raise _as_error(problems)
    return config


def built(config_class: type[Config], raw: Mapping[str, Any]) -> tuple[Config, list[str]]:
    """A config from values as YAML holds them, and sentences on all that is wrong with them.

    What has to be on disk is not looked at; where something is wrong, the config has defaults.
    """
    rows = {row.name: row for row in describe(config_class)}
    values, problems = _checked(rows, raw)
    config = config_class(**values)
    rest = [row for row in rows.values() if row.name not in raw or row.name in values]
    problems += [f"{r.name} must be given." for r in rest if ungiven(r, getattr(config, r.name))]
    return config, problems or config.problems()


def given(
    config_class: type[RecipeConfig], file: Path | None, overrides: Sequence[str]
) -> dict[str, Any]:
    """Only those options that a file and the command line name, by name.

    Raises:
        ConfigError: naming every unknown key and bad value.
    """
    rows = {row.name: row for row in describe(config_class)}
    _, values, problems = _given(rows, file, overrides)
    if problems:
        raise _as_error(problems)
    return values


def _given(
    rows: Mapping[str, Option], file: Path | None, overrides: Sequence[str]
) -> tuple[dict[str, Any], dict[str, Any], list[str]]:
    """What is named, as it stands there and as it was checked, and sentences on what is wrong."""
    raw, problems = _from_file(file) if file is not None else ({}, [])
    typed, wrong = _from_overrides(rows, overrides)
    merged = {**raw, **typed}
    values, bad = _checked(rows, merged)
    return merged, values, problems + wrong + bad


def _from_file(file: Path) -> tuple[dict[str, Any], list[str]]:
    """The mapping in a YAML file, and the keys that it gives twice as problems."""
    try:
        text = file.read_text(encoding="utf-8")
        node, content = yaml.compose(text, Loader=yaml.SafeLoader), yaml.safe_load(text)
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}.") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise ConfigError(f"{file} is not valid YAML: {reason}.") from error
    if content is None:
        return {}, []
    if not isinstance(content, dict) or not isinstance(node, yaml.MappingNode):
        raise ConfigError(f"{file} must hold options, one 'name: value' per line.")
    names = [str(key.value) for key, _ in node.value]
    twice = sorted({name for name in names if names.count(name) > 1})
    return {str(k): v for k, v in content.items()}, [
        f"{name} is given twice in {file}." for name in twice
    ]


def _from_overrides(
    rows: Mapping[str, Option], overrides: Sequence[str]
) -> tuple[dict[str, Any], list[str]]:
    """What the command line says, and sentences on what it cannot mean."""
    values: dict[str, Any] = {}
    found, problems = arguments.pairs(rows, overrides)
    for name, text in found:
        if name not in rows:
            values[name] = text  # reported as unknown together with the file's
            continue
        try:
            values[name] = from_text(rows[name], text)
        except (yaml.YAMLError, ValueError, RecursionError):
            problems.append(f"{name} cannot be read: {text!r}.")
    return values, problems


def _checked(
    rows: Mapping[str, Option], raw: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """Checked values by name, and sentences on unknown names and bad values."""
    values, problems = {}, []
    for name, value in raw.items():
        if name not in rows:
            problems.append(_unknown(name, list(rows)))
            continue
        try:
            values[name] = read(rows[name], value)
        except ValueError as error:
            problems.append(f"{name} {error}")
    return values, problems


def _unknown(name: str, names: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, names, 1)
    return f"{name!r} is not an option." + (f" Did you mean {close[0]}?" if close else "")


def _as_error(problems: Sequence[str]) -> ConfigError:
    """One error for all problems: a lone one is the sentence, several are its hint."""
    if len(problems) == 1:
        return ConfigError(problems[0])
    listed = "\n".join(f"- {problem}" for problem in problems)
    return ConfigError(f"{len(problems)} things are wrong with the options:", listed)


def dump(config: RecipeConfig, *, nested: bool = True) -> str:
    """The config as YAML that ``parse`` reads back to an equal config.

    Args:
        nested: with the tables of tables; without them it is for eyes only.
    """
    rows = [row for row in describe(type(config)) if nested or row.kind != NESTED]
    values = {row.name: _plain(getattr(config, row.name)) for row in rows}
    return _yaml(values, sort_keys=False)


def command(recipe: str, config: RecipeConfig, saved: Path | None = None) -> str:
    """The line a person types to run this again: every option that is not its default.

    Args:
        saved: a file with all options, which the line names where nobody could type them.
    """
    start = ["python", "-m", "train", recipe]
    if saved is not None and any(row.kind == NESTED for row in describe(type(config))):
        return shlex.join([*start, "--config", str(saved)])
    return shlex.join([*start, *typed(config)])


def typed(config: RecipeConfig) -> list[str]:
    """Every option that is not its default, as ``name=value``; tables of tables are left out."""
    rows = [row for row in describe(type(config)) if row.kind != NESTED]
    pairs = [(row, getattr(config, row.name)) for row in rows]
    return [f"{row.name}={as_typed(value)}" for row, value in pairs if value != row.default]


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def as_typed(value: Any) -> str:
    """A value as it is typed after ``name=``."""
    if isinstance(value, str):
        return value
    flow = _yaml(_plain(value), default_flow_style=True, width=2**31)
    return flow.removesuffix("...\n").strip()


def _yaml(value: Any, **style: Any) -> str:
    """YAML, letters of any script as they are; escaped where YAML reads one as a line break."""
    text = str(yaml.safe_dump(value, allow_unicode=True, **style))
    if any(mark in text for mark in "\x85\u2028\u2029\ufeff"):
        text = str(yaml.safe_dump(value, allow_unicode=False, **style))
    return text

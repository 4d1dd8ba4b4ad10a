"""How a command's options and a file's beginning become a layout, and what to type where not.

Knows options of ``train.config.BatchConfig`` and what ``core.files.looking`` sees; loads no torch.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import yaml

from core.embedded import NONE
from core.errors import ConfigError, DataError
from core.files.checking import UnknownLabel
from core.files.layout import LEFT_OUT, Form, Gold, Layout
from core.files.looking import Look
from core.files.proposing import kind_of
from core.labels import LABELS
from train.config import BatchConfig

_COLUMNS = {"id": "id", "language": "language_column", "source": "source"}
"""Field of a layout → option."""


def form_of(config: BatchConfig) -> Form | None:
    """The form that the options name; None where it has to be seen."""
    return None if config.format == "auto" else cast(Form, config.format)


def layout_of(config: BatchConfig, seen: Look) -> Layout:
    """The layout that the options name, what they leave open as the file's beginning proposes.

    Raises:
        ConfigError: a column is named that the file lacks.
        DataError: its encoding, or the column of the texts, has to be named.
    """
    if seen.encoding is None:
        offered = ", ".join(f"encoding={one.name}" for one in seen.encodings)
        raise DataError(f"{seen.name} is not UTF-8.", f"Say what it is written in: {offered}.")
    names = [column.name for column in seen.columns]
    _refuse_missing(config, names, seen.name)
    start = seen.proposal or _plain(config, seen)
    gold, kind = _gold(config, start, seen)
    return replace(
        start,
        text=config.text or start.text,
        id=_column(config.id, start.id),
        gold=gold,
        language=_column(config.language_column, start.language),
        source=_column(config.source, start.source),
        kind=kind,
        labels=dict(config.labels),
    )


def _refuse_missing(config: BatchConfig, names: Sequence[str], file: str) -> None:
    """Raises ConfigError for the first option that names a column which is not there."""
    for option in ("text", "gold", *_COLUMNS.values()):
        name = getattr(config, option)
        if name and name != NONE and name not in names:
            raise ConfigError(
                f"{option} names the column {name!r}, which {file} lacks.",
                f"It has {', '.join(filter(None, names)) or 'no named columns'}.",
            )


def _plain(config: BatchConfig, seen: Look) -> Layout:
    """What is known of a file without a column that is named as texts are."""
    if not config.text:
        names = ", ".join(column.name for column in seen.columns)
        raise DataError(
            f"No column of {seen.name} is named as texts are.", f"Name it: text=COLUMN, of {names}."
        )
    delimiter = seen.delimiter or "\t"
    return Layout(seen.form, config.text, encoding=seen.encoding or "utf-8", delimiter=delimiter)


def _column(told: str, proposed: str | None) -> str | None:
    if told == NONE:
        return None
    return told or proposed


def _gold(config: BatchConfig, start: Layout, seen: Look) -> tuple[str | None, Gold]:
    """The column of gold and what it holds."""
    column = _column(config.gold, start.gold)
    if column is None:
        return None, "none"
    if config.gold_kind != "auto":
        return column, cast(Gold, config.gold_kind)
    if column == start.gold:
        return column, start.kind
    cells = next(one.samples for one in seen.columns if one.name == column)
    kind = kind_of(cells)
    return (column, kind) if kind != "none" else (column, "emotions")


def described(layout: Layout) -> str:
    """A layout as the options that name all of it."""
    told = {
        "format": layout.form,
        "encoding": layout.encoding,
        **({"delimiter": repr(layout.delimiter)} if layout.form in ("tsv", "csv") else {}),
        **({"text": layout.text} if layout.text else {}),
        "gold": layout.gold or NONE,
        **({"gold_kind": layout.kind} if layout.gold else {}),
        **{option: getattr(layout, field) or NONE for field, option in _COLUMNS.items()},
    }
    return ", ".join(f"{option}={value}" for option, value in told.items())


def unknown_labels(name: str, found: Sequence[UnknownLabel], known: dict[str, str]) -> DataError:
    """The error for labels that nobody mapped, with the option to type.

    Args:
        name: of the file.
        found: the labels, the most frequent first.
        known: what the options map already.
    """
    shown = ", ".join(f"{one.cell!r} ({one.count:,} rows)" for one in found[:6])
    more = f" and {len(found) - 6} more" if len(found) > 6 else ""
    sentence = f"{name} has labels that are none of {', '.join(LABELS)}: {shown}{more}."
    mapping = {**known, **{one.cell: one.suggestion or LEFT_OUT for one in found}}
    typed = yaml.safe_dump(mapping, default_flow_style=True, allow_unicode=True, width=2**31)
    hint = f"Say what each means, '' to leave its rows out; suggested: labels=\"{typed.strip()}\""
    return DataError(sentence, hint)

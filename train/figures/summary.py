"""The sections of the one table that a pipeline ends with, as JSON keeps them.

Knows roles of systems and the order of rows; every figure comes out of a file
that another stage wrote. Reads no file itself; Markdown is
``train.figures.summary_text``'s.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from train.config import ReportConfig
from train.figures.tables import STRONGEST, Column, Evaluations

Row = dict[str, Any]
ROLES = {
    "teacher": "teacher",
    "before": "student before refinement",
    "student": "student, refined",
    "transductive": "student, refined on these texts too (transductive)",
}
"""Option → what the table calls the systems that it names."""
CONTROLS = {
    "student": "refined",
    "transductive": "refined on these texts too (transductive)",
    "ones": "w̄ = 1",
    "permuted": "w̄ permuted",
    "as_printed": "Eq. 2 as printed",
    "steps": "as many steps on English",
    "prior": "prior correction alone",
}
RIVALS = ("guess", "TF-IDF", "TF-IDF on translations", "on translations")  # kinds, in order


def named(config: ReportConfig, role: str) -> tuple[str, ...]:
    """The names that an option gives."""
    names: tuple[str, ...] = getattr(config, role)
    return names


def sections(
    config: ReportConfig, found: Evaluations, translators: Sequence[Row], quality: Sequence[Row]
) -> dict[str, Any]:
    """Every section, as JSON keeps it.

    Args:
        translators: rows of the translator section.
        quality: contents of quality's metrics.json.
    """
    english = [c for c in found.columns if c.language == "en" or _of_english(c)]
    others = sorted((c for c in found.columns if c not in english), key=_place)
    return {
        "translator": list(translators),
        "english": scores(config, found, english),
        "languages": scores(config, found, others),
        "gains": gains(config, found, others),
        "quality": [_quality(content) for content in quality],
        "triggers": [dict(row) for row in found.triggers],
    }


def scores(config: ReportConfig, found: Evaluations, columns: Sequence[Column]) -> Row:
    """Macro-F1: rivals first, then the roles, then whatever else is in the evaluations."""
    claimed = {role: found.members(named(config, role)) for role in (*ROLES, *CONTROLS)}
    of_roles = {system for systems in claimed.values() for system in systems}
    free = [system for system in found.systems if system not in of_roles]
    order = sorted(free, key=lambda system: _rank(found.systems[system].get("kind", "")))
    listed = [(system, (system,)) for system in order]
    split = sum(found.systems[s].get("kind") in RIVALS for s in order)
    roles = [(label, claimed[role]) for role, label in ROLES.items() if claimed[role]]
    rows = [
        _score_row(label, systems, found, columns)
        for label, systems in [*listed[:split], *roles, *listed[split:]]
    ]
    return {"columns": [_about(c) for c in columns], "rows": [row for row in rows if _any(row)]}


def _score_row(
    label: str, systems: Sequence[str], found: Evaluations, columns: Sequence[Column]
) -> Row:
    cells = [found.figure(systems, column) for column in columns]
    marks = {cell.provenance for cell in cells if cell is not None}
    return {
        "label": label,
        "systems": list(systems),
        "provenance": next((mark for mark in STRONGEST if mark in marks), ""),
        "cells": [asdict(cell) if cell is not None else None for cell in cells],
    }


def gains(config: ReportConfig, found: Evaluations, columns: Sequence[Column]) -> Row:
    """Refinement and its controls against the student before, the mean of the languages first."""
    parents = found.members(named(config, "before"))
    order = sorted(columns, key=lambda column: not column.parts)
    rows = []
    for role, label in CONTROLS.items():
        systems = found.members(named(config, role))
        cells = [found.gain(systems, parents, column) for column in order]
        row = {
            "label": label,
            "systems": list(systems),
            "cells": [asdict(cell) if cell is not None else None for cell in cells],
        }
        rows += [row] if systems else []
    return {"columns": [_about(c) for c in order], "rows": rows}


def misplaced(config: ReportConfig, found: Evaluations) -> list[str]:
    """Sentences on marks that are not what a role promises: headline figures are inductive."""
    notes = []
    for role, mark in (("student", "inductive"), ("transductive", "transductive")):
        for system in found.members(named(config, role)):
            own = [(c, row.get("provenance")) for c, row in found.score_rows(system)]
            odd = [c.file for c, is_ in own if is_ and is_ != mark and c.language != "en"]
            if odd:
                notes.append(f"{system}, named as {role}, is not {mark} on {', '.join(odd)}.")
    return notes


def _quality(content: Mapping[str, Any]) -> Row:
    keys = ("data", "language", "rows", "systems", "signals", "tests")
    return {key: content.get(key) for key in keys}


def _of_english(column: Column) -> bool:
    """EXALT's own training file bears no language where an older evaluation wrote the figures."""
    return not column.language and not column.parts


def _place(column: Column) -> tuple[bool, bool, str]:
    """Native files by language, their mean, machine-translated ones."""
    return not column.native, bool(column.parts), column.language


def _rank(kind: str) -> int:
    return RIVALS.index(kind) if kind in RIVALS else len(RIVALS)


def _about(column: Column) -> Row:
    return {**asdict(column), "title": column.title}


def _any(row: Row) -> bool:
    return any(cell is not None for cell in row["cells"])

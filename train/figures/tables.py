"""What evaluations measured, read from their metrics.json and put side by side.

Knows the form that ``train.recipes.evaluate`` documents, and takes older files that lack a part
of it: a figure that is not there is None, never 0. Computes nothing but means over seeds.
"""

import json
import re
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.errors import DataError
from train.figures.scoring import MEAN

METRICS = "metrics.json"
STRONGEST = ("seen", "transductive", "inductive")  # marks, the one that names the others first
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Column:
    """What macro-F1 is of: the rows of a file, or the mean of several files."""

    file: str
    rows: int
    language: str = ""  # "" where it is not known, and of a mean
    native: bool = True
    parts: tuple[str, ...] = ()  # of a mean: its files
    about: tuple[str, ...] = ()  # of a mean: their languages

    @property
    def title(self) -> str:
        """For the head of a table, with the number of rows."""
        name = f"mean of {', '.join(self.about)}" if self.parts else self.file
        made = "" if self.native else ", machine-translated"
        known = f"{self.language}{made}" if self.language and not self.parts else name
        return f"{known if self.language != 'en' else self.file} ({self.rows:,})"


@dataclass(frozen=True)
class Figure:
    """Macro-F1 of one system, or the mean over the systems of several seeds."""

    value: float  # in [0, 1]
    sd: float | None  # n − 1, over seeds; None for one
    low: float | None  # 95 % bootstrap interval of the first seed
    high: float | None
    rows: int
    seeds: int
    provenance: str  # "" where the file does not say


@dataclass(frozen=True)
class Gain:
    """Macro-F1 minus that of a parent, or the mean of that over seeds."""

    value: float  # in [−1, 1]
    sd: float | None
    low: float | None  # 95 % interval of the first pair, paired bootstrap
    high: float | None
    p: tuple[float | None, ...]  # of each pair; Holm over files where that is there
    pairs: tuple[tuple[str, str], ...]


@dataclass
class Evaluations:
    """All that several evaluations hold."""

    systems: dict[str, Row] = field(default_factory=dict)  # by name, in the order of the files
    called: dict[str, dict[str, None]] = field(default_factory=dict)  # name or group → systems
    columns: list[Column] = field(default_factory=list)
    triggers: list[Row] = field(default_factory=list)
    translation: list[Row] = field(default_factory=list)
    speed: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # what a reader should know of the files
    scores: dict[tuple[str, Column], Row] = field(default_factory=dict)
    tests: dict[tuple[str, str, str], Row] = field(default_factory=dict)

    def members(self, names: Sequence[str]) -> tuple[str, ...]:
        """Systems that bear these names or belong to groups of these names, in their order."""
        found: dict[str, None] = {}
        for name in names:
            found.update(self.called.get(name, {}))
        return tuple(found)

    def missing(self, names: Sequence[str]) -> list[str]:
        """Names that no system and no group bears."""
        return [name for name in names if name not in self.called]

    def figure(self, systems: Sequence[str], column: Column) -> Figure | None:
        """Of the systems that were scored on it, as seeds of one thing."""
        rows = [self.scores[s, column] for s in systems if (s, column) in self.scores]
        values = [row["macro_f1"] for row in rows if row["macro_f1"] is not None]
        if not values:
            return None
        marks = {row.get("provenance", "") for row in rows}
        return Figure(
            value=statistics.fmean(values),
            sd=statistics.stdev(values) if len(values) > 1 else None,
            low=rows[0].get("low"),
            high=rows[0].get("high"),
            rows=column.rows,
            seeds=len(values),
            provenance=next((mark for mark in STRONGEST if mark in marks), ""),
        )

    def gain(self, systems: Sequence[str], parents: Sequence[str], column: Column) -> Gain | None:
        """Each system against its own parent, on the same rows."""
        pairs = [
            (child, parent)
            for child, parent in self._pairs(systems, parents)
            if {(child, column), (parent, column)} <= self.scores.keys()
        ]
        if not pairs:
            return None
        values = [
            self.scores[a, column]["macro_f1"] - self.scores[b, column]["macro_f1"]
            for a, b in pairs
        ]
        tests = [self._test(a, b, column) for a, b in pairs]
        return Gain(
            value=statistics.fmean(values),
            sd=statistics.stdev(values) if len(values) > 1 else None,
            low=tests[0].get("low"),
            high=tests[0].get("high"),
            p=tuple(test.get("holm_p", test.get("randomisation_p")) for test in tests),
            pairs=tuple(pairs),
        )

    def _pairs(self, systems: Sequence[str], parents: Sequence[str]) -> Iterator[tuple[str, str]]:
        """By identity where it is known, else by position, else the only parent there is."""
        for place, system in enumerate(systems):
            about = self.systems[system]
            known = {about.get("parent"), about.get("identity")} - {None, ""}
            kin = [p for p in parents if self.systems[p].get("identity") in known]
            if kin:
                yield system, kin[0]
            elif len(parents) == len(systems) or len(parents) == 1:
                yield system, parents[min(place, len(parents) - 1)]

    def _test(self, a: str, b: str, column: Column) -> Row:
        """The paired test of two systems, turned round where it stands the other way."""
        found = self.tests.get((a, b, column.file))
        if found is not None:
            return found
        other = self.tests.get((b, a, column.file), {})
        turned = {"low": other.get("high"), "high": other.get("low")}
        ends = {name: None if end is None else -end for name, end in turned.items()}
        return {**other, **ends}

    def score_rows(self, system: str) -> list[tuple[Column, Row]]:
        """Every row of a system, in the order of the columns."""
        return [(c, self.scores[system, c]) for c in self.columns if (system, c) in self.scores]


def read_evaluations(paths: Sequence[str]) -> Evaluations:
    """The evaluations of several files; where two disagree, the first one counts, with a note.

    Args:
        paths: outputs of evaluate, or their metrics.json.

    Raises:
        DataError: no file, or not one that evaluate wrote.
    """
    found = Evaluations()
    for path in paths:
        content = read_metrics(path)
        if not isinstance(content.get("scores"), list):
            raise DataError(f"{path} is no evaluation: it has no scores.", "Name one by evaluate.")
        _take(found, content, path)
    return found


def read_metrics(path: str) -> dict[str, Any]:
    """The content of a metrics.json, or of the one in a folder.

    Raises:
        DataError: it is not there, or is no table of JSON.
    """
    file = metrics_file(path)
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{file} cannot be read: {error}.", "Run its recipe again.") from error
    if not isinstance(content, dict):
        raise DataError(f"{file} is no table of figures.", "Name one that a recipe wrote.")
    return content


def metrics_file(path: str) -> Path:
    """The file itself, of a folder the one in it."""
    return Path(path) / METRICS if Path(path).is_dir() else Path(path)


def _take(found: Evaluations, content: Mapping[str, Any], path: str) -> None:
    """Add one evaluation."""
    names = _names(found, content, path)
    files = {row["name"]: row for row in content.get("files", [])}
    for row in content["scores"]:
        column = _column(row, files)
        key = names[row["system"]], column
        if column not in found.columns:
            found.columns.append(column)
        before = found.scores.setdefault(key, row)
        if before["macro_f1"] != row["macro_f1"]:
            found.notes.append(
                f"{key[0]} on {column.file} is {row['macro_f1']:.4f} in {path}; the earlier "
                f"{before['macro_f1']:.4f} stands here."
            )
    for row in content.get("tests", []):
        key3 = names.get(row["a"], row["a"]), names.get(row["b"], row["b"]), row["file"]
        found.tests.setdefault(key3, row)
    known = {(row["system"], row.get("guess")) for row in found.triggers}
    triggers = [
        {**row, "system": names.get(row["system"], row["system"])}
        for row in content.get("triggers", [])
    ]
    found.triggers += [r for r in triggers if (r["system"], r.get("guess")) not in known]
    found.translation += content.get("translation", [])
    found.speed += [content["speed"]] if content.get("speed") else []


def _names(found: Evaluations, content: Mapping[str, Any], path: str) -> dict[str, str]:
    """What each system of a file is called here: one name for one model, and for no other."""
    listed = {row["name"]: row for row in content.get("systems", [])}
    for row in content["scores"]:
        listed.setdefault(row["system"], {key: row[key] for key in ("kind", "group") if key in row})
    names = {}
    for name, about in listed.items():
        here = _known_as(found, about) or name
        if here == name and _another(found.systems.get(name, {}), about):
            here = f"{name} [{metrics_file(path).parent.name}]"
            found.notes.append(f"{name} is another model in {path}, shown as {here}.")
        found.systems.setdefault(here, about)
        words = {here, about.get("group"), *([name] if name not in found.called else [])}
        for word in words - {None, ""}:
            found.called.setdefault(str(word), {})[here] = None
        names[name] = here
    return names


def _known_as(found: Evaluations, about: Row) -> str | None:
    """The name that a model has already, by its weights and form."""
    if about.get("kind") != "model" or not about.get("identity"):
        return None
    same = (name for name, row in found.systems.items() if row.get("kind") == "model")
    return next((n for n in same if _form(found.systems[n]) == _form(about)), None)


def _another(known: Row, about: Row) -> bool:
    """Whether two systems of one name are two models; packed and plain answer a little apart."""
    told = known.get("identity") and about.get("identity")
    return bool(told) and _form(known) != _form(about)


def _form(about: Row) -> tuple[Any, Any]:
    return about.get("identity"), about.get("packed")


def _column(row: Row, files: Mapping[str, Row]) -> Column:
    name, rows = row["file"], row["rows"]
    if name == MEAN:
        parts = tuple(row.get("parts", ()))
        codes = tuple(_language(part, files) or part for part in parts)
        return Column(name, rows, parts=parts, about=codes)
    native = not row.get("machine_translated", False)
    return Column(name, rows, _language(name, files), native)


def _language(name: str, files: Mapping[str, Row]) -> str:
    """As the evaluation found it, else as a name such as dev_es says."""
    if name in files:
        return str(files[name].get("language", ""))
    code = re.search(r"(?:^|_)(en|fr|nl|ru|es)$", name)
    return code.group(1) if code else ""

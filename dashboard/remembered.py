"""Which models were chosen last, kept on disk: a server that starts again answers with them.

Knows ``loaded.json`` in the folder of runs, and whether what it names is still there and the same;
opens no model. Roles that the command line names are the command line's.
"""

import hashlib
import json
import logging
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core import catalogue, roles
from core.embedded import sources as embedded
from core.errors import TandemError
from core.records import EngineSources
from dashboard.models.called import apart, called
from dashboard.wording import models as words

log = logging.getLogger("tandem")

FILE, FORMAT = "loaded.json", 1
ROLES = {"teacher": roles.TEACHER, "student": roles.STUDENT, "translator": roles.TRANSLATOR}


@dataclass(frozen=True, slots=True)
class Recalled:
    """What to begin with."""

    sources: EngineSources
    left_out: tuple[str, ...] = ()  # a sentence for each model that could not be taken
    told: str = ""  # for the terminal; "" where nothing but the usual is loaded


class Remembered:
    """The choice of models of one folder of runs.

    Args:
        runs: the folder.
        usual: what the command line asks for, embedded models where it names none.
        named: the roles that it names: "teacher", "student", "baseline" … A student that is named
            takes its student before refinement from there too, for that belongs to it.
    """

    def __init__(self, runs: Path, usual: EngineSources, named: Collection[str] = ()) -> None:
        self.path = runs / FILE
        self.usual, self.named = usual, frozenset(named)

    def recall(self) -> Recalled:
        """The models of the last choice, the usual ones for those that are gone or changed."""
        kept = self._read()
        if kept is None:
            return Recalled(self.usual)
        if not isinstance(kept, dict) or kept.get("format") != FORMAT:
            return Recalled(self.usual, (words.UNREADABLE_CHOICE.format(path=self.path),))
        left_out: list[str] = []
        sources = self._taken(kept, left_out)
        told = words.RECALLED.format(models=self._changed(sources), path=self.path)
        return Recalled(sources, tuple(left_out), told if sources != self.usual else "")

    def keep(self, sources: EngineSources) -> str:
        """Write a choice down; the embedded models are none.

        Returns:
            "", or a sentence where the disk refuses.
        """
        try:
            if sources == embedded(None, None, None, None):
                self.path.unlink(missing_ok=True)
                return ""
            self.path.parent.mkdir(parents=True, exist_ok=True)
            aside = self.path.with_name(f".{FILE}.{os.getpid()}")
            aside.write_text(json.dumps(_plain(sources), indent=1) + "\n", encoding="utf-8")
            aside.replace(self.path)
        except (OSError, TandemError) as problem:
            log.warning("%s was not written: %s", self.path, problem)
            reason = getattr(problem, "strerror", None) or str(problem)
            return words.NOT_KEPT.format(path=self.path, reason=reason)
        return ""

    def _read(self) -> Any:
        """What the file holds; None where there is none, "" where it cannot be read."""
        try:
            return json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as problem:
            log.warning("%s cannot be read: %s", self.path, problem)
            return ""

    def _taken(self, kept: Mapping[str, Any], left_out: list[str]) -> EngineSources:
        """Each role's model where it is still the one that was chosen."""
        found = self.usual
        for field, role in ROLES.items():
            source = self._source(kept.get(field), role, left_out)
            if source is not None and field not in self.named:
                change: dict[str, Any] = {field: source}
                found = replace(found, **change)
        if "student" not in self.named and found.student == _source_of(kept.get("student")):
            found = self._before(found, kept, left_out)
        if "students" not in self.named:
            rows = kept.get("students")
            further = rows if isinstance(rows, list) else []
            taken = [self._source(one, roles.FURTHER, left_out) for one in further]
            found = replace(found, students=tuple(dict.fromkeys(filter(None, taken))))
        return found

    def _before(
        self, found: EngineSources, kept: Mapping[str, Any], left_out: list[str]
    ) -> EngineSources:
        """The student before refinement: it belongs to the student, and goes with it."""
        if "baseline" in self.named:
            return found
        if kept.get("baseline") is None:
            return replace(found, baseline=None)
        source = self._source(kept["baseline"], roles.BEFORE, left_out)
        if source is None and found.student != self.usual.student:
            return replace(found, baseline=None)
        return replace(found, baseline=source) if source is not None else found

    def _source(self, kept: Any, role: str, left_out: list[str]) -> str | None:
        """One model as it was chosen; None where it cannot be taken, with the reason told."""
        source = _source_of(kept)
        named = {roles.BEFORE: "baseline", roles.FURTHER: "students"}.get(role, role)
        if named in self.named or not source:
            return None
        if source in roles.by_role(self.usual).values():
            return source  # it is loaded in any case
        try:
            roles.check(source, role)
            now = _stamp(source)
            if now != kept.get("stamp"):
                said = words.CHANGED if now else words.NOT_HERE
                raise TandemError(said.format(name=called(source)))
        except TandemError as problem:
            said = words.LEFT_OUT.format(role=words.as_role(role), why=problem.sentence)
            left_out.append(said)
            return None
        return source

    def _changed(self, sources: EngineSources) -> str:
        """The roles that differ from the usual, with the models in them."""
        usual, now = roles.by_role(self.usual), roles.by_role(sources)
        names = apart(now.values())
        new = [f"{role} {names[one]}" for role, one in now.items() if usual.get(role) != one]
        gone = [words.NONE_IN.format(role=role) for role in usual if role not in now]
        return ", ".join([*new, *gone])


def _source_of(kept: Any) -> str:
    source = kept.get("source") if isinstance(kept, dict) else None
    return source if isinstance(source, str) else ""


def _plain(sources: EngineSources) -> dict[str, Any]:
    def one(source: str | None) -> dict[str, str] | None:
        return None if source is None else {"source": source, "stamp": _stamp(source)}

    return {
        "format": FORMAT,
        "teacher": one(sources.teacher),
        "student": one(sources.student),
        "baseline": one(sources.baseline),
        "translator": one(sources.translator),
        "students": [one(source) for source in sources.students],
    }


def _stamp(source: str) -> str:
    """What changes when other weights lie there; "" of what is not on this disk.

    Of a checkpoint of ours its identity, of any other the names, sizes and times of its files.
    """
    folder = roles.folder_of(source)
    if folder is None:
        return ""
    found = catalogue.look(folder)
    lines = found.identity or repr(catalogue.stamp(folder))
    return hashlib.sha256(lines.encode("utf-8", "replace")).hexdigest()[:24]

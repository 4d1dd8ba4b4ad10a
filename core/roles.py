"""Which model may stand in which role, and the sources of a comparison with one of them changed.

Knows roles, kinds of models and the reasons that a person is told; opens no model.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

from core.catalogue import look
from core.errors import InputError, ModelError
from core.found import CLASSIFIERS, Found
from core.hub import cached, is_id
from core.records import EngineSources

FURTHER = "further"
TEACHER, STUDENT, BEFORE, TRANSLATOR = "teacher", "student", "student before", "translator"
LOADABLE = (TEACHER, STUDENT, BEFORE, TRANSLATOR, FURTHER)
_FIELDS = {TEACHER: "teacher", STUDENT: "student", BEFORE: "baseline", TRANSLATOR: "translator"}
_KINDS = {"base": "an encoder without a head", "classifier": "a classifier"}


def check(source: str, role: str) -> None:
    """Refuse what cannot stand in a role, as far as it shows without opening it.

    Args:
        source: a folder, a hub id, or a translator's {language} pattern.

    Raises:
        InputError: no such role, or no folder and no id.
        CheckpointError, ModelError: what the folder holds cannot be opened, or is something else.
    """
    if role not in LOADABLE:
        raise InputError(
            f"There is no role {str(role)[:40]!r}.", f"Roles are {', '.join(LOADABLE)}."
        )
    folder = folder_of(source)
    if folder is not None:
        fits(look(folder), role)
    elif not is_id(source.replace("{language}", "fr")):
        raise InputError(f"There is no folder {source[:300]}.", "Check the path, or give a hub id.")


def folder_of(source: str) -> Path | None:
    """Where a source lies on this disk; None of an id that the hub's cache lacks."""
    if Path(source).is_dir():
        return Path(source)
    return cached(source) if is_id(source) else None


def fits(found: Found, role: str) -> None:
    """Refuse a model that cannot stand in a role.

    Raises:
        ModelError: it is broken, or of another kind.
    """
    if found.problem:
        raise ModelError(found.problem, found.hint)
    kind = _KINDS.get(found.role, f"a {found.role}")
    if role == TRANSLATOR and found.role != "translator":
        raise ModelError(
            f"{found.name} is {kind}, not a translator.", "Choose a Marian model into English."
        )
    if role != TRANSLATOR and found.role == "base":
        raise ModelError(
            f"{found.name} is {kind}: it knows no emotions yet.",
            "Train a teacher or a student from it first.",
        )
    if role != TRANSLATOR and found.role not in CLASSIFIERS:
        raise ModelError(
            f"{found.name} is {kind}: it gives no emotions.", "Choose a teacher or a student."
        )


def loaded(sources: EngineSources, role: str, source: str) -> EngineSources:
    """The sources with a model loaded in a role; "further" adds one behind the others.

    Raises:
        InputError: it is a further student already.
    """
    if role != FURTHER:
        change: dict[str, Any] = {_FIELDS[role]: source}
        return replace(sources, **change)
    if source in sources.students:
        number = sources.students.index(source) + 2
        raise InputError(f"{source} is loaded as student {number} already.")
    return replace(sources, students=(*sources.students, source))


def source_in(sources: EngineSources, role: str) -> str:
    """What is loaded in a role that can be emptied: "student before", "student 2" …

    Raises:
        InputError: nothing is, or Tandem cannot do without.
    """
    if role in (TEACHER, STUDENT, TRANSLATOR):
        raise InputError(
            f"The {role} cannot be unloaded: every answer needs one.",
            "Load another in its place.",
        )
    further = {f"student {row}": one for row, one in enumerate(sources.students, start=2)}
    found = sources.baseline if role == BEFORE else further.get(role)
    if found is None:
        raise InputError(f"No model is loaded as {str(role)[:40]!r}.")
    return found


def unloaded(sources: EngineSources, role: str, source: str) -> EngineSources:
    """The sources without a model; as they are where it is not among them any more."""
    if role == BEFORE:
        return replace(sources, baseline=None) if sources.baseline == source else sources
    rest = tuple(one for one in sources.students if one != source)
    return replace(sources, students=rest)


def by_role(sources: EngineSources) -> dict[str, str]:
    """Role → source of everything that is loaded, in the order of a header."""
    found = {TEACHER: sources.teacher, STUDENT: sources.student}
    if sources.baseline is not None:
        found[BEFORE] = sources.baseline
    found |= {f"student {row}": one for row, one in enumerate(sources.students, start=2)}
    return found | ({TRANSLATOR: sources.translator} if sources.translator is not None else {})

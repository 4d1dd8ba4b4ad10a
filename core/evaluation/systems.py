"""Which systems a roster offers, which of them a plan asks for, and what each of them needs.

Knows names and which model stands behind each; runs none.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.checkpoints import MANIFEST, TEXTS, load_texts
from core.errors import ConfigError
from core.evaluation.plan import BEFORE, MEAN, STUDENT, TEACHER, VOTE, Plan, SystemInfo
from core.evaluation.provenance import Seen, together
from core.hub import locate
from core.models import EmotionModel
from core.roster import Roster

ENSEMBLES = (MEAN, VOTE)


@dataclass(frozen=True)
class Chosen:
    """What one plan asks of one roster."""

    systems: tuple[SystemInfo, ...]  # in the order of the report
    models: Mapping[str, EmotionModel]  # that have to answer, members of ensembles included
    translated: bool  # whether texts are translated
    weighed: bool  # whether translations are weighed

    @property
    def names(self) -> tuple[str, ...]:
        """Of the systems, in order."""
        return tuple(info.name for info in self.systems)

    @property
    def asked(self) -> dict[str, EmotionModel]:
        """The systems that are models themselves, in order."""
        return {name: self.models[name] for name in self.names if name in self.models}


def loaded(roster: Roster) -> dict[str, EmotionModel]:
    """Every classifier of a roster by its system's name, in the order of a report."""
    found = {STUDENT: roster.student}
    if roster.baseline is not None:
        found[BEFORE] = roster.baseline
    return {**found, **roster.students, TEACHER: roster.teacher}


def offered(roster: Roster) -> tuple[SystemInfo, ...]:
    """Everything that a plan may ask for; ensembles where two students or more are loaded."""
    models = loaded(roster)
    infos = [_of_model(name, model) for name, model in models.items()]
    members = usual_members(models)
    if len(members) > 1:
        infos += [_of_ensemble(name, members) for name in ENSEMBLES]
    return tuple(infos)


def usual_members(names: Iterable[str]) -> tuple[str, ...]:
    """Whom an ensemble asks when nobody says: all students, the one before refinement only where
    a single other one is loaded."""
    students = tuple(name for name in names if name != TEACHER)
    refined = tuple(name for name in students if name != BEFORE)
    return refined if len(refined) > 1 else students


def choose(roster: Roster, plan: Plan) -> Chosen:
    """The systems of a plan, with the models that have to answer for them.

    Raises:
        ConfigError: the plan names a system or a member that is not loaded, twice the same one, or
            an ensemble of fewer than two.
    """
    models = loaded(roster)
    names = plan.systems or tuple(models)
    _refuse_unknown(names, (*models, *ENSEMBLES), "systems")
    members = _members(plan, models) if set(names) & set(ENSEMBLES) else ()
    systems = tuple(
        _of_ensemble(name, members) if name in ENSEMBLES else _of_model(name, models[name])
        for name in names
    )
    needed = {name: model for name, model in models.items() if name in (*names, *members)}
    weighed = BEFORE in names and bool(roster.translator.units)
    return Chosen(systems, needed, weighed or TEACHER in needed, weighed)


def _members(plan: Plan, models: Mapping[str, Any]) -> tuple[str, ...]:
    students = tuple(name for name in models if name != TEACHER)
    members = plan.members or usual_members(models)
    _refuse_unknown(members, students, "members")
    if len(members) < 2:
        raise ConfigError(
            f"An ensemble needs two students or more; it has {', '.join(members)}.",
            "Load further students, or leave the ensemble out.",
        )
    return members


def _refuse_unknown(names: Sequence[str], known: Sequence[str], option: str) -> None:
    other = [name for name in names if name not in known]
    if other:
        raise ConfigError(
            f"{option} names {str(other[0])[:40]!r}, which is not there.",
            f"There are {', '.join(known)}.",
        )
    if len(set(names)) < len(names):
        raise ConfigError(f"{option} names one twice: {', '.join(names)}.")


def _of_model(name: str, model: EmotionModel) -> SystemInfo:
    if name == TEACHER:
        return SystemInfo(name, "teacher", "translation", model.name, model.identity)
    return SystemInfo(name, "student", "original", model.name, model.identity)


def _of_ensemble(name: str, members: tuple[str, ...]) -> SystemInfo:
    return SystemInfo(name, "ensemble", "predictions", members=members)


def seen(chosen: Chosen) -> dict[str, Seen | None]:
    """Hashes of the texts that each system's training used; None where that is not recorded."""
    by_model = {name: _texts(model) for name, model in chosen.models.items()}
    return {
        info.name: together(by_model[name] for name in info.members)
        if info.members
        else by_model[info.name]
        for info in chosen.systems
    }


def _texts(model: EmotionModel) -> Seen | None:
    if model.manifest is None:
        return None
    folder = locate(model.name).folder
    if not (folder / MANIFEST).is_file() or not (folder / TEXTS).is_file():
        return None
    return load_texts(folder)

"""The stages of a pipeline: which recipes, with which options, in which order; all that is wrong.

Knows option declarations and where each stage writes. Runs nothing, opens no data file, loads no
torch; whether a stage is up to date is ``train.stages.standing``'s.
"""

import difflib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from core.errors import ConfigError
from train.config import PipelineConfig
from train.options import RecipeConfig, built, describe
from train.past import run_folder
from train.paths import CHECKS
from train.recipes import RECIPES, Recipe
from train.values import paths_in

Plan = Mapping[str, Mapping[str, Any]]
HANDED = ("seed", "device", "threads")  # the pipeline's, where a stage does not say its own
KEPT = ("language",)  # {language} stands in hub ids, and stays
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Stage:
    """One recipe of a pipeline, with its options as it will be started with them."""

    name: str
    recipe: Recipe
    config: RecipeConfig
    needs: tuple[str, ...]  # stages whose output it reads, or that it asks for by name

    @property
    def folder(self) -> Path:
        """Where its run keeps events and options."""
        return run_folder(self.config.output)


def stages_of(config: PipelineConfig) -> list[Stage]:
    """The stages asked for and all that they need, in an order in which they can run.

    It is the order of the file wherever that one works. The config has no problems.
    """
    stages, _ = read(config)
    wanted = closure(config.only or list(stages), {s.name: s.needs for s in stages.values()})
    order = in_order({name: stages[name].needs for name in stages if name in wanted})
    return [stages[name] for name in order]


def problems_of(config: PipelineConfig) -> list[str]:
    """Sentences on everything that is wrong, whatever lies on the disk."""
    try:
        stages, problems = read(config)
    except ConfigError as error:  # what the plan is made from is missing
        return [str(error)]
    names = list(config.plan())
    asked = [*config.only, *(entry.partition(":")[0] for entry in config.adopt)]
    problems += [
        f"{name!r} is no stage.{_meant(name, names)}" for name in asked if name not in names
    ]
    try:
        in_order({stage.name: stage.needs for stage in stages.values()})
    except CycleError as error:
        problems.append(f"These stages need each other: {' → '.join(reversed(error.args[1]))}.")
    return problems


def absent_of(config: PipelineConfig) -> list[str]:
    """Sentences on what stages read and no stage makes, and that is not on the disk."""
    found: dict[str, list[str]] = {}
    stages = stages_of(config)
    outputs = {stage.name: stage.config.output for stage in read(config)[0].values()}
    for stage in stages:
        for sentence in stage.config.absent():
            found.setdefault(sentence, []).append(stage.name)
        for name, kind, place in _paths(stage):
            if kind != "output" and makers(place, outputs, stage.name):
                continue
            # A file that whoever comes first makes would be a need that nobody declares.
            trouble = CHECKS["file" if kind == "new" else kind](place)
            if trouble:
                found.setdefault(f"{name} {trouble}", []).append(stage.name)
    return [f"{', '.join(names)}: {trouble}" for trouble, names in found.items()]


def read(config: PipelineConfig) -> tuple[dict[str, Stage], list[str]]:
    """Stages by name, as far as they can be read, and sentences on what is wrong with them."""
    places, plan = config.places(), config.plan()
    outputs, problems = _outputs(config, plan, places)
    stages = {}
    for name in plan:
        stage, wrong = _stage(name, plan, {**places, **outputs}, config)
        problems += [f"{name}: {sentence}" for sentence in wrong]
        if stage is not None:
            paths = [place for _, kind, place in _paths(stage) if kind != "output"]
            read_too = {maker for place in paths for maker in makers(place, outputs, name)}
            needs = read_too | set(stage.needs)
            stages[name] = replace(stage, needs=tuple(n for n in plan if n in needs))
    return stages, problems


def _outputs(
    config: PipelineConfig, plan: Plan, places: Mapping[str, str]
) -> tuple[dict[str, str], list[str]]:
    """Where each stage writes, and sentences on names and places that cannot be."""
    outputs: dict[str, str] = {}
    problems = []
    for name, raw in plan.items():
        if not _NAME.fullmatch(name) or name in places or name in KEPT:
            problems.append(f"{name}: a stage cannot be called that.")
        asked = raw.get("output", default := str(Path(config.output) / name))
        if not isinstance(asked, str) or not asked:
            problems.append(f"{name}: output must be text, not {asked!r}.")
            asked = default
        outputs[name], wrong = _filled(asked, places)
        problems += [f"{name}: output {sentence}" for sentence in wrong]
        twin = next((n for n in outputs if n != name and outputs[n] == outputs[name]), None)
        if twin is not None:
            problems.append(f"{name}: writes where {twin} does, {outputs[name]}.")
    return outputs, problems


def _stage(
    name: str, plan: Plan, known: Mapping[str, str], config: PipelineConfig
) -> tuple[Stage | None, list[str]]:
    """A stage, its needs as far as they are named, and what is wrong with it."""
    raw = plan[name]
    recipe, problems = _recipe(raw.get("recipe"))
    needs, wrong = _needs(raw.get("needs", []), plan)
    own = {key: value for key, value in raw.items() if key not in ("recipe", "needs", "output")}
    filled, unknown = _filled(own, known)
    problems += [*wrong, *unknown]
    if recipe is None:
        return None, problems
    handed = {key: getattr(config, key) for key in HANDED}
    values = {**handed, **filled, "output": known[name]}
    made, bad = built(recipe.config_class, values)
    used = {n for n in _PLACE.findall(str(own)) if n in plan}
    return Stage(name, recipe, made, (*needs, *used)), [*problems, *bad]


def _recipe(name: Any) -> tuple[Recipe | None, list[str]]:
    """The recipe of that name, where it can be a stage."""
    if name is None:
        return None, ["recipe must be given."]
    recipe = RECIPES.get(str(name))
    if recipe is None:
        return None, [f"there is no recipe {name!r}.{_meant(str(name), list(RECIPES))}"]
    if recipe.writes == "file" or issubclass(recipe.config_class, PipelineConfig):
        return None, [f"{name} cannot be a stage."]
    return recipe, []


def _needs(raw: Any, names: Collection[str]) -> tuple[tuple[str, ...], list[str]]:
    several = [raw] if isinstance(raw, str) else raw
    if not isinstance(several, list):
        return (), ["needs must be a list of stages."]
    strange = [name for name in several if name not in names]
    wrong = [
        f"needs {name!r}, which is no stage.{_meant(str(name), list(names))}" for name in strange
    ]
    return tuple(name for name in several if name not in strange), wrong


def _filled(value: Any, known: Mapping[str, str]) -> tuple[Any, list[str]]:
    """A value with places for their names, and sentences on names that stand for nothing."""
    if isinstance(value, str):
        strange = [n for n in _PLACE.findall(value) if n not in known and n not in KEPT]
        text = _PLACE.sub(lambda found: known.get(found[1], found[0]), value)
        return text, [f"{{{n}}} stands for nothing.{_meant(n, list(known))}" for n in strange]
    if isinstance(value, list):
        parts = [_filled(entry, known) for entry in value]
        return [part for part, _ in parts], [s for _, wrong in parts for s in wrong]
    if isinstance(value, Mapping):
        table = {key: _filled(entry, known) for key, entry in value.items()}
        return {k: part for k, (part, _) in table.items()}, [
            s for _, wrong in table.values() for s in wrong
        ]
    return value, []


def _paths(stage: Stage) -> Iterable[tuple[str, Any, str]]:
    """(option, kind, path) of everything that a stage's options name on disk."""
    for row in describe(stage.recipe.config_class):
        for place in paths_in(row, getattr(stage.config, row.name)):
            yield row.name, row.path, place


def makers(place: str, outputs: Mapping[str, str], but: str) -> list[str]:
    """Stages that write a path: it is, or lies in, their output or what their run keeps beside."""
    path = Path(place).absolute()
    above = {path, *path.parents}
    return [
        name
        for name, output in outputs.items()
        if name != but and above & {Path(output).absolute(), run_folder(output).absolute()}
    ]


def closure(names: Iterable[str], needs: Mapping[str, Sequence[str]]) -> set[str]:
    """The names and everything that they need, and so on."""
    found: set[str] = set()
    left = list(names)
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += needs[name]
    return found


def in_order(needs: Mapping[str, Collection[str]]) -> list[str]:
    """Names behind all that they need; of those that could come next, always the first one given.

    Raises:
        CycleError: some need each other.
    """
    given = {name: place for place, name in enumerate(needs)}
    sorter = TopologicalSorter({n: [m for m in of if m in given] for n, of in needs.items()})
    sorter.prepare()
    order: list[str] = []
    ready: list[str] = []
    while sorter.is_active():
        ready = sorted([*ready, *sorter.get_ready()], key=given.__getitem__)
        order.append(ready.pop(0))
        sorter.done(order[-1])
    return order


def _meant(name: str, names: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, names, 1)
    return f" Did you mean {close[0]}?" if close else ""

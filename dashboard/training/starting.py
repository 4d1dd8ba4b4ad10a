"""What is looked at last, before a run is put into the queue: models on the hub, lengths, steps.

Knows what is asked for as dashboard/training/asking.py read it, the hub's answers and files that
were checked; opens no model and starts nothing.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from core import hub as core_hub
from core.embedded import embedded
from core.reach import reach
from dashboard.training import checking, recipes
from dashboard.training.asking import Asked
from dashboard.training.hub import FIRST, Hub
from dashboard.wording import training as words
from train.config import DistilConfig, FullConfig, TeacherConfig, TrainingConfig
from train.paths import LANGUAGE, is_hub_id

LENGTH = "max_length"
READERS = {  # recipe → options whose models read up to max_length, and what stands in for none
    "full": {"teacher_model": "teacher", "student_model": "student"},
    "teacher": {"model": ""},
    "student": {"model": ""},
}


def ready(asked: Asked, hub: Hub) -> Asked:
    """What is asked for, with what keeps it from starting although each value is fine.

    Models that are neither here nor on the hub; more length than a model that is here can read.
    """
    wrong = {name for name, _ in asked.problems}
    found = [(n, said) for n, said in (*_absent(asked, hub), *_beyond(asked)) if n not in wrong]
    if not found:
        return asked
    return replace(asked, problems=(*asked.problems, *found), config=None)


def notes(asked: Asked, hub: Hub) -> list[str]:
    """Downloads, files that nothing can be learnt from, and how many steps of training."""
    loads = [answer.sentence for answer in hub.about(m for _, m in _on_hub(asked)).values()]
    useless = [
        words.only_english(found.name, found.sampled, found.rows)
        for found in _files(asked, "unlabelled")
        if found.untranslatable
    ]
    return [*useless, *filter(None, loads), *filter(None, [_steps(asked)])]


# --- models


def _absent(asked: Asked, hub: Hub) -> Iterator[tuple[str, str]]:
    """Options whose hub ids a run could not have."""
    named = list(_on_hub(asked))
    answers = hub.about(model for _, model in named)
    for name, model in named:
        if not answers[model].there:
            yield name, words.NOT_ON_HUB.format(problem=answers[model].sentence)


def _on_hub(asked: Asked) -> Iterator[tuple[str, str]]:
    """Option and hub id, for each that a run would ask for."""
    for row in recipes.settable(asked.recipe).values():
        if row.path != "model":
            continue
        value = asked.values.get(row.name, row.default)
        for model in value if isinstance(value, list | tuple) else (value,):
            if isinstance(model, str) and model not in ("", *row.words) and is_hub_id(model):
                yield row.name, model


def _beyond(asked: Asked) -> Iterator[tuple[str, str]]:
    """A length that somebody chose, and that a model which is here cannot read."""
    row = recipes.settable(asked.recipe).get(LENGTH)
    wanted = asked.own.get(LENGTH)
    if row is None or type(wanted) is not int or wanted == asked.base.get(LENGTH, row.default):
        return
    for option, instead in READERS.get(asked.recipe.name, {}).items():
        model = asked.values.get(option) or (embedded(instead) if instead else None)
        most = _reach(model) if isinstance(model, str) else None
        if most is not None and wanted > most:
            name = words.EMBEDDED_NAMES.get(instead, "") if not asked.values.get(option) else model
            yield LENGTH, words.TOO_LONG.format(model=name, most=f"{most:,}")
            return


def _reach(model: str) -> int | None:
    folder = Path(model)
    if folder.is_dir():
        return reach(folder)
    kept = core_hub.cached(model.replace(LANGUAGE, FIRST)) if is_hub_id(model) else None
    return reach(kept) if kept is not None else None


# --- steps


def _files(asked: Asked, option: str) -> list[checking.Checked]:
    """What the data files of an option hold."""
    value = asked.values.get(option) or ()
    places: Sequence[Any] = [value] if isinstance(value, str) else list(value)
    of = checking.purpose(asked.recipe.name, option)
    return [checking.checked(Path(place), of) for place in places]


def _rows(asked: Asked, option: str) -> int | None:
    """Rows that a run would read of an option's files; None where nobody counted."""
    limit = asked.values.get(recipes.LIMIT)
    counts = [found.rows for found in _files(asked, option)]
    if not counts or not all(counts):
        return None
    return sum(count if limit is None else min(count, limit) for count in counts)


def _steps(asked: Asked) -> str:
    """About how many steps; "" where that does not follow from the options and the files alone."""
    found = _counted(asked)
    if not found:
        return ""
    said = words.steps(sum(found))
    return words.STEPS_ABOUT.format(steps=said, stages=words.STEPS_OF[len(found)])


def _counted(asked: Asked) -> list[int]:
    """Steps of each training; none where a count is not known."""
    config = asked.config
    labelled = _rows(asked, "data")
    if isinstance(config, TeacherConfig) and labelled and not (config.extra or config.split):
        return [_of(config, labelled * (1 - config.validation_fraction))]
    tweets = _rows(asked, "unlabelled")
    if isinstance(config, DistilConfig) and tweets and not config.parallel:
        return [_of(config, tweets * (1 - config.held_out))]
    if isinstance(config, FullConfig) and labelled and tweets:
        kept = labelled * (1 - config.validation_fraction)
        distilled = tweets * (1 - DistilConfig.held_out)
        paces = (
            (kept, config.teacher_epochs),
            (kept, config.student_epochs),
            (distilled, config.distil_epochs),
        )
        return [_passes(rows, epochs, config.batch_size) for rows, epochs in paces]
    return []


def _of(config: TrainingConfig, rows: float) -> int:
    return config.max_steps or _passes(rows, config.epochs, config.batch_size)


def _passes(rows: float, epochs: float, batch: int) -> int:
    """Optimiser steps, as the trainer counts them."""
    return math.ceil(math.ceil(round(rows) / batch) * epochs)

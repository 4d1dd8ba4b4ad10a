"""The endpoints ``/train_start``, ``/train_status``, ``/train_stop`` and ``/runs``.

Knows names and types of their arguments, since a program may send anything: a form is not a shell.
Only options of the recipe are taken, paths only where they are open, and the server alone chooses
the folder that a run writes.
"""

import json
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import gradio as gr
from gradio.events import api

from core.errors import InputError
from dashboard.inputs import check_text, kind
from dashboard.tabs import questions
from dashboard.training.services import LONGEST_NAME, Training
from dashboard.training.watching import Watch
from dashboard.wording import training as words
from train.jobs.records import ENDED, Job, Told
from train.jobs.scores import Scores

AT_ONCE = 2
LONGEST = 100_000  # characters of the overrides as JSON
PRESET, NAME = "preset", words.RUN_NAME
Overrides = dict[str, Any]
RunId = str


def endpoint(training: Training) -> None:
    """Register the four, for gradio_client and plain HTTP."""
    made = {
        "train_start": _start(training),
        "train_status": _status(training),
        "train_stop": _stop(training),
        "runs": _runs(training),
    }
    for name, function in made.items():
        api(function, api_name=name, concurrency_limit=AT_ONCE)


def _start(training: Training) -> Callable[..., RunId]:
    def train_start(
        recipe: str, overrides: Overrides | None = None, request: gr.Request | None = None
    ) -> RunId:
        """Queue a run; it goes on without this server once it has started.

        recipe: "full", "teacher", "student", "distil", "triggers", "evaluate" …
        overrides: options of the recipe as a JSON object, paths only of files that were uploaded
        here or lie in opened folders, and of those in assets/examples and assets/models.
        "preset" among them: "quick", "paper" or one of your own; "limit_rows": to try a recipe on
        so many rows of each file; "name": the run's. The folder of results is the server's, see
        /runs. Returns the run's id.
        """
        with _sentences():
            raw = dict(_object(overrides))
            preset = raw.pop(PRESET, "")
            check_text(preset, PRESET)
            owner = (request.username if request else None) or ""
            name = raw.pop(NAME, "")
            asked = training.ready(training.asked(check_text(recipe, "recipe"), preset, raw, owner))
            asked = replace(asked, problems=(*asked.problems, *_wrong(name)))
            return training.start(asked, owner, " ".join(str(name).split())).id

    return train_start


def _wrong(name: Any) -> list[tuple[str, str]]:
    """What is wrong with a run's name."""
    if not isinstance(name, str):
        return [(NAME, words.NAME_NO_TEXT.format(given=kind(name)))]
    if len(name) <= LONGEST_NAME:
        return []
    said = words.NAME_TOO_LONG.format(count=f"{len(name):,}", limit=LONGEST_NAME)
    return [(NAME, said)]


def _status(training: Training) -> Callable[..., dict[str, Any]]:
    def train_status(run: RunId) -> dict[str, Any]:
        """How a run stands.

        run: the id that /train_start or /runs gave. Returns state ("queued", "running",
        "finished", "failed", "cancelled" or "interrupted"), progress (share of the stage at work,
        from 0 to 1, null while nobody knows), stage, metrics (the newest figures, at the end the
        final ones; of a full run the macro-F1 of each system on each file as "system · file", and
        "differences" of the new student with intervals and verdicts) and error (why it
        ended early; null otherwise).
        """
        with _sentences():
            job = training.queue.find(check_text(run, "run"))
            return status(job, training.told(job), Watch(training).scores(job))

    return train_status


def _stop(training: Training) -> Callable[..., dict[str, Any]]:
    def train_stop(run: RunId) -> dict[str, Any]:
        """End a run: it finishes its step, keeps a checkpoint and can be resumed.

        run: the id that /train_start or /runs gave. Returns what /train_status says then.
        """
        with _sentences():
            name = check_text(run, "run")
            training.queue.stop(name)
            job = training.queue.find(name)
            return status(job, training.told(job))

    return train_stop


def _runs(training: Training) -> Callable[[], list[dict[str, Any]]]:
    def runs() -> list[dict[str, Any]]:
        """All runs, the newest first, those begun in a terminal among them.

        Each has id, name, recipe, state, made (seconds since 1970), command, output (the folder
        of its results on the server), and error.
        """
        with _sentences():
            return [_listed(job) for job in training.queue.jobs()]

    return runs


def status(job: Job, told: Told, scores: Scores | None = None) -> dict[str, Any]:
    """What ``/train_status`` answers.

    Args:
        scores: what a finished run measured; they stand in the place of counts of stages.
    """
    final = told.outcome if scores is None else _measured(scores)
    return {
        "state": job.state,
        "progress": 1.0 if job.state == "finished" else _share(told),
        "stage": told.stage,
        "metrics": _plain(final or {**_newest(told), **told.figures}),
        "error": _error(job),
    }


def _measured(scores: Scores) -> dict[str, Any]:
    """Macro-F1 by system and file, and the new student against the one before."""
    found: dict[str, Any] = {f"{one.system} · {one.file}": one.macro_f1 for one in scores.scores}
    differences = [
        {
            "file": file.name,
            "against": scores.old,
            "difference": one.value,
            "low": one.low,
            "high": one.high,
            "verdict": one.verdict,
        }
        for file in scores.given
        if (one := scores.against(scores.old, file.name)) is not None
    ]
    return {**found, "differences": differences} if differences else found


def _share(told: Told) -> float | None:
    if told.done is None or not told.total:
        return None
    return min(1.0, told.done / told.total)


def _newest(told: Told) -> dict[str, float]:
    """The newest value of each curve of the stage at work."""
    found = {}
    for name, points in told.curves.get(told.stage, told.curves.get(told.recipe, {})).items():
        known = [value for _, value in points if value is not None]
        if known:
            found[name] = known[-1]
    return found


def _error(job: Job) -> str | None:
    if job.state not in ENDED or job.state == "finished":
        return None
    return f"{job.sentence} {job.hint}".strip() or None


def _listed(job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "name": job.name,
        "recipe": job.recipe,
        "state": job.state,
        "made": job.made,
        "command": job.command,
        "output": job.output,
        "error": _error(job),
    }


def _plain(value: Any) -> Any:
    """What JSON holds: no NaN, no tuples."""
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _object(overrides: Any) -> Mapping[str, Any]:
    """The overrides, of a size that a person could mean.

    Raises:
        InputError: they are no object, or too many.
    """
    found = {} if overrides is None else overrides
    if not isinstance(found, dict):
        raise InputError(
            words.BAD_TYPE.format(name="overrides", expected=words.AN_OBJECT, given=kind(overrides))
        )
    if len(json.dumps(found)) > LONGEST:
        raise InputError(words.TOO_MUCH.format(limit=f"{LONGEST:,} characters"))
    return found


@contextmanager
def _sentences() -> Iterator[None]:
    """Whatever goes wrong within becomes a gr.Error of one sentence and a hint."""
    try:
        yield
    except Exception as problem:
        raise gr.Error(questions.told(problem), print_exception=False) from None

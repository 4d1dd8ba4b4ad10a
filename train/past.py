"""What an earlier start of a run left: whether it ended, how far it came, with which options.

Knows a run's folder as it is read; writes nothing and loads no torch.
"""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import ConfigError
from train import options
from train.events import Event, Kind, latest_run, read
from train.jobs.files import CONFIG, EVENTS, JOB, RESULT
from train.kept import CHECKPOINTS, newest
from train.options import Config, RecipeConfig


@dataclass(frozen=True, slots=True)
class Past:
    """The newest run in a folder."""

    recipe: str
    finished: bool
    step: int | None  # of its newest whole checkpoint; None without one
    seconds: float  # that all its parts worked together


def run_folder(output: str | Path) -> Path:
    """Where a run that writes ``output`` keeps its events.

    ``<output>.run``; of a run of the queue (``train.jobs``) the folder around its ``result``.
    """
    place = Path(output)
    if place.name == RESULT and (place.parent / JOB).is_file():
        return place.parent
    return place.with_name(place.name + ".run")


def look(folder: Path) -> Past | None:
    """What lies in a run's folder; None where nothing was ever started.

    Raises:
        DataError: when its events cannot be read.
    """
    if not (folder / EVENTS).is_file():
        return None
    events = latest_run(read(folder / EVENTS))
    if not events or events[0].kind is not Kind.STARTED:
        return None
    checkpoint = newest(folder / CHECKPOINTS)
    return Past(
        recipe=str(events[0].data["recipe"]),
        finished=events[-1].kind is Kind.FINISHED,
        step=checkpoint.step if checkpoint is not None else None,
        seconds=_seconds(events),
    )


def _seconds(events: Sequence[Event]) -> float:
    """From the first to the last event of each part; what lies between parts does not count."""
    starts = [row for row, event in enumerate(events) if event.kind is Kind.STARTED]
    ends = [*(row - 1 for row in starts[1:]), len(events) - 1]
    return sum(
        events[end].time - events[start].time for start, end in zip(starts, ends, strict=True)
    )


def to_resume(
    recipe: str, config_class: type[Config], file: Path | None, words: Sequence[str]
) -> tuple[Config, Past]:
    """The options that an interrupted run was started with, and how far it came.

    Args:
        file, words: options as typed again, of which output is needed; the others have to agree.

    Raises:
        ConfigError: there is nothing to go on with; the run is another recipe's; or options
            differ, all of which are named.
    """
    typed = options.given(config_class, file, words)
    if not typed.get("output"):
        raise ConfigError("--resume needs the output of the run to go on with.", "Add output=DIR.")
    folder = run_folder(typed["output"])
    past = look(folder)
    if past is None or not (folder / CONFIG).is_file():
        raise ConfigError(f"There is no run to go on with in {folder}.", "Leave --resume out.")
    if past.recipe != recipe:
        hint = f"Go on with: {command(past.recipe, typed['output'])}"
        raise ConfigError(f"The run in {folder} is one of {past.recipe}, not of {recipe}.", hint)
    place = f"output={typed['output']}"
    saved = options.parse(config_class, folder / CONFIG, [place], complete=not past.finished)
    _refuse_differences(saved, typed, folder)
    return saved, past


def _refuse_differences(saved: RecipeConfig, typed: dict[str, Any], folder: Path) -> None:
    found = [
        f"- {name} is {value!r} here, and {getattr(saved, name)!r} in the run."
        for name, value in typed.items()
        if name != "output" and value != getattr(saved, name)
    ]
    if found:
        raise ConfigError(
            f"The run in {folder} was started with other options:",
            "\n".join([*found, "--resume takes them from the run: leave them out."]),
        )


def command(recipe: str, output: str) -> str:
    """The line that goes on with a run."""
    return shlex.join(["python", "-m", "train", recipe, "--resume", f"output={output}"])


def refuse_to_lose(folder: Path, output: str) -> None:
    """Raises ConfigError where a run starts anew over the checkpoints of an unfinished one."""
    checkpoint = newest(folder / CHECKPOINTS)
    past = look(folder) if checkpoint is not None else None
    if checkpoint is None or past is None or past.finished:
        return
    raise ConfigError(
        f"{folder} holds a run of {past.recipe} that stopped at step {checkpoint.step}.",
        f"Go on with it: {command(past.recipe, output)}\nOr add --fresh to lose it and begin anew.",
    )


def account(
    folder: Path, recipe: str, output: str, ended: str = "Interrupted"
) -> tuple[int | None, str, str]:
    """Of a run that just ended early: step of its checkpoint, a sentence, how to go on.

    Args:
        ended: the sentence's first word.
    """
    stage, step = reached(folder)
    at, of = (f" in {stage}", "its checkpoint") if stage else ("", "the checkpoint")
    sentence = f"{ended}{at}." if step is None else f"{ended}{at}; {of} of step {step} is kept."
    return step, sentence, f"Go on with: {command(recipe, output)}"


def reached(folder: Path) -> tuple[str, int | None]:
    """Where a run that did not finish stands: what going on would begin with.

    Returns:
        Of a pipeline the stage that was at work, else ""; the step of its newest whole checkpoint,
        None without one.
    """
    stage, place = _at_work(folder)
    checkpoint = newest(place / CHECKPOINTS)
    return stage, checkpoint.step if checkpoint is not None else None


def _at_work(folder: Path) -> tuple[str, Path]:
    """The stage of a pipeline that began last, and its run's folder; else "" and the run's own."""
    events = latest_run(read(folder / EVENTS)) if (folder / EVENTS).is_file() else []
    began = [event for event in events if event.kind is Kind.STAGE]
    planned = [event for event in events if event.kind is Kind.PLANNED]
    if not planned or not began:
        return "", folder
    name = str(began[-1].data["name"])
    outputs = {row["name"]: row["output"] for row in planned[-1].data["stages"]}
    where = Path(str(events[0].data.get("cwd", ""))) / str(outputs.get(name, ""))
    inside = folder / RESULT / where.name  # of a run that was moved
    return name, next((p for p in map(run_folder, (where, inside)) if p.is_dir()), folder)

"""A pipeline: stages one after another, each only where its inputs or options have changed.

Knows how stages follow each other, and what is told of them. What a stage is stands in ``stage``,
when one is up to date in ``standing``, and how its process is led in ``child``; no recipe is known
here, and no torch.
"""

import shlex
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from core.errors import TandemError
from train import options
from train.config import PipelineConfig
from train.events import Kind
from train.kept import write_whole
from train.run import Run
from train.stages import child
from train.stages.keys import Asked
from train.stages.stage import Stage, stages_of
from train.stages.standing import (
    Record,
    Standing,
    adopt,
    begin,
    finish,
    in_the_way,
    judge,
    record_of,
    wanted,
)

STAGES = "stages"  # in the pipeline's run folder: options and printed words of each stage
Outcome = Literal["ran", "up to date", "adopted", "failed", "left out", "interrupted"]
SHOWN = 6  # figures of a stage in a line


@dataclass(frozen=True)
class Done:
    """What came of a stage."""

    outcome: Outcome
    seconds: float | None = None
    figures: Mapping[str, Any] = field(default_factory=dict)
    sentence: str = ""


def run_pipeline(config: PipelineConfig, run: Run) -> dict[str, object]:
    """Bring stages up to date, in order; a stage that fails stops those that need it, no others.

    Returns:
        Counts of stages by what came of them, and the minutes that they took, those of stages
        that were up to date included.

    Raises:
        ConfigError: before anything starts: it would replace runs that no pipeline started.
        TandemError: at the end: a stage failed; the sentence says which and why.
        KeyboardInterrupt: as asked; the stage at work has kept a checkpoint.
    """
    stages = stages_of(config)
    rows = [
        {"name": s.name, "recipe": s.recipe.name, "needs": s.needs, "output": s.config.output}
        for s in stages
    ]
    run.tell(Kind.PLANNED, stages=rows)
    work = _Work(config, run, stages)
    for stage in stages:
        work.refuse_to_lose(stage)
    for number, stage in enumerate(stages, start=1):
        work.bring(stage, f"{number} of {len(stages)}")
    return work.end()


class _Work:
    """The stages of one start, and what came of those that had their turn."""

    def __init__(self, config: PipelineConfig, run: Run, stages: Sequence[Stage]) -> None:
        self.config, self.run = config, run
        self.outputs = {stage.name: stage.config.output for stage in stages}
        self.done: dict[str, Done] = {}
        self.adopted = dict(_adopted(entry, self.outputs) for entry in config.adopt)
        self.folder = run.folder / STAGES
        self.began = time.monotonic()

    def refuse_to_lose(self, stage: Stage) -> None:
        """Raises ConfigError where a run lies in a stage's place that no pipeline started."""
        if self.run.fresh or stage.name in self.adopted or record_of(stage) is not None:
            return
        standing = judge(stage, Asked("", {}, {}))
        if standing.state == "in the way":
            raise in_the_way(stage, standing.why)

    def bring(self, stage: Stage, number: str) -> None:
        """Bring one stage up to date, and tell what came of it."""
        if self.late():
            self.run.log("Out of time: start it again to go on.")
            raise KeyboardInterrupt
        self.run.stage(stage.name)
        failed = [n for n in stage.needs if self.done[n].outcome in ("failed", "left out")]
        try:
            if failed:
                done = Done("left out", sentence=f"It needs {' and '.join(failed)}.")
            else:
                done = self._up_to_date(stage)
        except TandemError as error:
            done = Done("failed", sentence=str(error))
        except KeyboardInterrupt:
            self._tell(stage, Done("interrupted"))
            raise
        self.done[stage.name] = done
        self._tell(stage, done)
        self.run.log(f"{stage.name} ({number}) {_told(done)}")

    def _tell(self, stage: Stage, done: Done) -> None:
        """What came of a stage, for programs."""
        about = {"seconds": done.seconds, "figures": done.figures, "sentence": done.sentence}
        self.run.tell(Kind.ENDED, stage=stage.name, state=done.outcome, **about)

    def _up_to_date(self, stage: Stage) -> Done:
        want = _readable(stage, self.outputs)
        standing = judge(stage, want)
        if standing.state == "up to date":
            record = record_of(stage)
            assert record is not None
            return _done("up to date", record)
        if stage.name in self.adopted:
            source = self.adopted[stage.name]
            return _done("adopted", adopt(stage, want, source, self.config.insist))
        if standing.state == "finished":
            return _done("ran", finish(stage, want))
        if standing.state == "in the way" and not self.run.fresh:
            raise in_the_way(stage, standing.why)
        self._run(stage, want, standing)
        return _done("ran", finish(stage, want))

    def _run(self, stage: Stage, want: Asked, standing: Standing) -> None:
        """Start the stage's recipe, or go on with it, and wait for its end."""
        self.folder.mkdir(exist_ok=True)
        log = self.folder / f"{stage.name}.log"
        words = self._words(stage, standing)
        line = shlex.join(["python", "-m", "train", *words])
        if "--resume" not in words:
            write_whole(self.folder / f"{stage.name}.yaml", options.dump(stage.config))
            log.unlink(missing_ok=True)
            begin(stage, want, line)
        self.run.log(f"{standing.why[:1].upper()}{standing.why[1:]}: {line}")
        ended = child.work(words, stage.folder, log, stage.name, self.run, self.late)
        if ended.code != 0:
            raise TandemError(ended.sentence, ended.hint)

    def _words(self, stage: Stage, standing: Standing) -> list[str]:
        """What stands behind ``python -m train``; a person may type it just so."""
        if standing.state == "half done" and not self.run.fresh:
            return [stage.recipe.name, "--resume", f"output={stage.config.output}"]
        file = str(self.folder / f"{stage.name}.yaml")
        return [stage.recipe.name, "--config", file, *(["--fresh"] if self.run.fresh else [])]

    def late(self) -> bool:
        """Whether max_minutes are over; of this start, or a pipeline could never go on."""
        limit = self.config.max_minutes
        return limit is not None and time.monotonic() - self.began >= 60 * limit

    def end(self) -> dict[str, object]:
        """What came of all stages; raises TandemError where some failed."""
        failed = [name for name, done in self.done.items() if done.outcome == "failed"]
        if failed:
            first = f"{failed[0]} failed: {self.done[failed[0]].sentence}"
            left = [name for name, done in self.done.items() if done.outcome == "left out"]
            others = [
                f"Failed too: {', '.join(failed[1:])}." if failed[1:] else "",
                f"Left out, since they need it: {', '.join(left)}." if left else "",
                f"What was done is kept. What each printed is in {self.folder}.",
            ]
            raise TandemError(first, " ".join(filter(None, others)))
        counts = {
            outcome: sum(done.outcome == outcome for done in self.done.values())
            for outcome in ("ran", "adopted", "up to date")
        }
        minutes = sum(done.seconds or 0.0 for done in self.done.values()) / 60
        return {"stages": len(self.done), **counts, "minutes": minutes}


def outlook(config: PipelineConfig) -> tuple[str, str]:
    """For a dry run: what a start would do with each stage, and the lines that do it by hand."""
    stages = stages_of(config)
    outputs = {stage.name: stage.config.output for stage in stages}
    adopted = dict(_adopted(entry, outputs) for entry in config.adopt)
    width = max(len(stage.name) for stage in stages)
    fates: dict[str, str] = {}
    for stage in stages:
        waits = [name for name in stage.needs if fates[name] != "up to date"]
        fates[stage.name] = _fate(stage, outputs, adopted, waits)
    lines = [f"{name:<{width}}  {fate}" for name, fate in fates.items()]
    commands = [
        options.command(stage.recipe.name, stage.config)
        for stage in stages
        if fates[stage.name] != "up to date"
    ]
    return "\n".join(lines), "\n".join(commands)


def _fate(
    stage: Stage, outputs: Mapping[str, str], adopted: Mapping[str, str], waits: Sequence[str]
) -> str:
    """What a start would do with a stage, in words."""
    if stage.name in adopted:
        return f"would be adopted from {adopted[stage.name]}, if that is what is asked for"
    if waits:
        known = record_of(stage) is not None
        if known:
            return f"would run if {' or '.join(waits)} comes out otherwise than before"
        return f"would run, after {' and '.join(waits)}"
    standing = judge(stage, _readable(stage, outputs))
    if standing.state == "half done":
        return f"would go on: {standing.why}"
    if standing.state == "in the way":
        return f"would be refused without --fresh: {standing.why}"
    return standing.state if standing.state != "to do" else f"would run: {standing.why}"


def _readable(stage: Stage, outputs: Mapping[str, str]) -> Asked:
    """What a stage asks for; raises TandemError where an input cannot be read."""
    try:
        return wanted(stage, outputs)
    except OSError as error:
        raise TandemError(f"{error.filename} cannot be read: {error.strerror}.") from error


def _adopted(entry: str, outputs: Mapping[str, str]) -> tuple[str, str]:
    """``NAME`` or ``NAME:FOLDER`` as (name, folder)."""
    name, _, folder = entry.partition(":")
    return name, folder or outputs.get(name, "")


def _done(outcome: Outcome, record: Record) -> Done:
    kept = record.adopted["differences"] if record.adopted else []
    note = f"Adopted although {'; '.join(kept)}." if kept else ""
    return Done(outcome, record.seconds, record.figures, note)


def _told(done: Done) -> str:
    """``ran: 14 min, macro_f1 0.5313``."""
    figures = [
        f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}"
        for name, value in done.figures.items()
        if isinstance(value, int | float | str)
    ]
    took = [f"{done.seconds / 60:.1f} min"] if done.seconds is not None else []
    words = ", ".join([*took, *figures[:SHOWN]])
    said = ". ".join(filter(None, (words, done.sentence)))
    state = "is up to date" if done.outcome == "up to date" else done.outcome
    return f"{state}: {said}" if said else f"{state}."

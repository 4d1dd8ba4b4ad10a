"""What of runs is drawn for a page, in parts: the list, the run that it shows, those it compares.

Knows which part is made by which view, and in which order they stand; decides nothing about runs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import InputError
from dashboard.training.log import piece
from dashboard.training.watching import LOG, Watch
from dashboard.views import markup
from dashboard.views.training import compared, curves, live, made, runs, stages, weights
from dashboard.views.training.runs import Seen
from dashboard.wording import training_live as words
from train.jobs.records import ENDED, Job

LISTED = 12  # runs that are listed unless all are asked for
MOST = 500  # runs that are listed at all
SLOTS = 4  # that can be chosen


@dataclass(frozen=True, slots=True)
class Looked:
    """What a page shows, and what it has."""

    shown: str = ""  # id of a run
    chosen: tuple[str, ...] = ()  # ids of runs to compare
    log: int | None = None  # bytes of the shown run's log that it has
    all: bool = False  # whether older runs are listed too


@dataclass(frozen=True, slots=True)
class Drawn:
    """Parts of the page, in order, as finished HTML by name."""

    parts: Mapping[str, str]
    log: Mapping[str, Any] | None = None
    active: bool = False  # whether something changes by itself
    gone: bool = False  # the run that the page shows is no longer there


@dataclass
class Drawer:
    """Draws what pages show."""

    watch: Watch

    def draw(self, looked: Looked) -> Drawn:
        """Everything that a page shows."""
        queue = self.watch.training.queue
        jobs = queue.jobs()
        parts = {
            "list/head": runs.slots(queue.slots, SLOTS),
            "list/table": self._list(jobs, looked),
        }
        shown, log = self._found(looked.shown, jobs), None
        if shown is not None:
            parts |= {f"run/{name}": html for name, html in self.run(shown).items()}
            log = self._log(shown, looked.log)
        chosen = [job for key in looked.chosen if (job := self._found(key, jobs)) is not None]
        if len(chosen) > 1:
            seen = [self.watch.seen(job) for job in chosen]
            drawn = compared.compared(seen, [self.watch.config(job) for job in chosen])
            parts |= {f"compared/{name}": html for name, html in drawn.items()}
        active = self.loading or any(job.state not in ENDED for job in jobs)
        return Drawn(parts, log, active, gone=bool(looked.shown) and shown is None)

    @property
    def loading(self) -> bool:
        """Whether models are on their way into Compare."""
        status = self.watch.training.services.status()
        return bool(status.changing) or not status.final

    def _found(self, key: str, jobs: tuple[Job, ...]) -> Job | None:
        """The run of an id; None where it is gone."""
        if not key:
            return None
        for job in jobs:
            if job.id == key:
                return job
        try:
            return self.watch.find(key)
        except InputError:
            return None

    def _list(self, jobs: tuple[Job, ...], looked: Looked) -> str:
        listed = jobs[: MOST if looked.all else LISTED]
        return runs.table([self.watch.seen(job) for job in listed], looked.shown, len(jobs))

    def run(self, job: Job) -> dict[str, str]:
        """One run, part by part."""
        seen = self.watch.seen(job)
        told = seen.told
        cards = curves.sections(told.curves, weights.weights(told.weights))
        parts = {
            "head": live.head(job),
            "state": live.state(seen),
            "facts": live.facts(seen),
            "result": self._result(seen),
            "stages": stages.stages(told.parts),
            **{f"curves/{stage}": html for stage, html in cards.items()},
            "log": live.log(job, self.watch.files(job)),
            "command": live.command(job),
        }
        return {name: html for name, html in parts.items() if html}

    def _result(self, seen: Seen) -> str:
        loading = self._changing()
        first = self.watch.first(seen.job) if seen.job.state == "finished" else ""
        return made.result(seen.told.outcome, self.watch.made(seen), first, loading)

    def _changing(self) -> str:
        """What is told of models on their way into Compare, and of one that did not arrive."""
        status = self.watch.training.services.status()
        said = [*status.changing, words.MODELS_LOADING] if self.loading else []
        lines = [f'<p class="td-l-note">{markup.text(one)}</p>' for one in said]
        if status.trouble:
            lines.append(f'<p class="td-problem">{markup.text(status.trouble)}</p>')
        return f'<div role="status">{"".join(lines)}</div>' if lines else ""

    def _log(self, job: Job, known: int | None) -> dict[str, Any]:
        """What is new in a run's log."""
        found = piece(job.folder / LOG, known, job.state in ENDED)
        html = "".join(f"<div>{markup.text(line)}</div>" for line in found.lines)
        return {"html": html, "end": found.end, "cut": found.cut}

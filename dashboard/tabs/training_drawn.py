"""What of runs is drawn for a page, in parts: the list, the run that it shows, those it compares.

Knows which part is made by which view, and in which order they stand; decides nothing about runs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import InputError
from dashboard.training.log import piece
from dashboard.training.watching import LOG, REPORT, Watch, file_of
from dashboard.views import markup
from dashboard.views.training import (
    answered,
    compared,
    curves,
    live,
    made,
    runs,
    signs,
    stages,
    weights,
)
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
    state: str = ""  # of the run that the page shows; "stopping" where its end was asked for
    work: str = ""  # id of the newest run at work, else of the next one; "" for none
    loading: bool = False  # models are on their way into Compare


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
        loading = self.loading
        return Drawn(
            parts,
            log,
            active=loading or any(job.state not in ENDED for job in jobs),
            gone=bool(looked.shown) and shown is None,
            state=signs.state_of(shown) if shown is not None else "",
            work=_at_work(jobs),
            loading=loading,
        )

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
            "answer": _answer(seen),
            "facts": live.facts(seen),
            "result": self._result(seen),
            "stages": stages.stages(told.parts),
            **{f"curves/{stage}": html for stage, html in cards.items()},
            "log": live.log(job, self.watch.files(job)),
            "command": live.command(job),
        }
        return {name: html for name, html in parts.items() if html}

    def _result(self, seen: Seen) -> str:
        loading, models = self._changing(), self.watch.made(seen)
        if seen.scores is not None:
            there = file_of(seen.job, REPORT) is not None
            report = live.download(seen.job.id, REPORT) if there else ""
            measured = answered.everything(seen.scores, report)
            return made.result({}, models, "", loading, measured)
        first = self.watch.first(seen.job) if seen.job.state == "finished" else ""
        return made.result(seen.told.outcome, models, first, loading)

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


def _answer(seen: Seen) -> str:
    """Whether what a finished run made is better than what there was."""
    if seen.scores is not None:
        return answered.answer(seen.scores)
    return answered.of_training(seen.told.outcome) if seen.job.state == "finished" else ""


def _at_work(jobs: tuple[Job, ...]) -> str:
    """The newest run that works, else the one whose turn is next."""
    working = [job.id for job in jobs if job.state == "running"]
    waiting = sorted((job.place or 0, job.id) for job in jobs if job.state == "queued")
    return working[0] if working else waiting[0][1] if waiting else ""

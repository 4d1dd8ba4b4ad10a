"""Runs as a page looks at them: what was told, when they last gave a sign of life, what they left.

Knows the queue, runs' folders and the catalogue of models; nothing of widgets or HTML. Keeps of an
ended run what it told, for it tells nothing more; of one at work nothing.
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from core.errors import DataError, InputError, TandemError
from dashboard.views.training.made import Made
from dashboard.views.training.runs import Seen
from dashboard.wording import training_live as words
from train.jobs import scores
from train.jobs.records import ENDED, RESUMABLE, Job, Told
from train.past import CONFIG, EVENTS, RESULT, reached

if TYPE_CHECKING:
    from core.found import Found
    from dashboard.training.services import Training

log = logging.getLogger("tandem")

LOG = "log.txt"
FILES = (LOG, EVENTS, CONFIG)  # what may be downloaded
REPORT = scores.REPORT  # of what it measured; it lies where its scores do
REMEMBERED = 400  # ended runs
READABLE = ("report.html", "report.md", "summary.md")
"""Files for people, the most telling first."""


class Watch:
    """Runs, seen with as little reading as can be."""

    def __init__(self, training: "Training") -> None:
        self.training = training
        self._ended: OrderedDict[str, tuple[object, Seen]] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, key: object) -> Job:
        """The run of an id; InputError where there is none."""
        if not isinstance(key, str) or not key or len(key) > 200:
            raise InputError(*words.UNREADABLE)
        return self.training.queue.find(key)

    def seen(self, job: Job) -> Seen:
        """A run as it stands now."""
        if job.state == "queued":
            return Seen(job, Told(recipe=job.recipe))
        heard = self.heard(job)
        stamp = (job, heard)
        with self._lock:
            kept = self._ended.get(job.id)
        if kept is not None and kept[0] == stamp:
            return kept[1]
        found = Seen(job, _with_step(job, self.training.told(job)), heard, self.scores(job))
        if job.state in ENDED:
            self._keep(stamp, found)
        return found

    def _keep(self, stamp: object, seen: Seen) -> None:
        with self._lock:
            self._ended.pop(seen.job.id, None)
            self._ended[seen.job.id] = (stamp, seen)
            while len(self._ended) > REMEMBERED:
                self._ended.popitem(last=False)

    def heard(self, job: Job) -> float | None:
        """When a run last wrote an event or a line, seconds since 1970; None before it did."""
        times = [time for name in (EVENTS, LOG) if (time := _written(job.folder / name))]
        return max(times, default=None)

    def config(self, job: Job) -> Mapping[str, Any]:
        """A run's options as YAML holds them; empty where they cannot be read."""
        try:
            found = yaml.safe_load((job.folder / CONFIG).read_text(encoding="utf-8"))
        except (OSError, ValueError, yaml.YAMLError) as problem:
            log.warning("The options of run %s cannot be read: %s", job.id, problem)
            return {}
        return found if isinstance(found, dict) else {}

    def files(self, job: Job) -> list[str]:
        """Names of a run's files that can be downloaded now."""
        return [name for name in FILES if (job.folder / name).is_file()]

    # --- what it left

    def scores(self, job: Job) -> scores.Scores | None:
        """What a finished run measured; None where it measured nothing, or nothing readable."""
        folder = scores_place(job)
        if job.state != "finished" or folder is None:
            return None
        config = self.config(job)
        trained = [str(config.get("data", ""))] if job.recipe == "full" else []
        try:
            return scores.read(folder, trained)
        except DataError as problem:
            log.warning("The scores of run %s cannot be read: %s", job.id, problem)
            return None

    def made(self, seen: Seen) -> list[Made]:
        """The models that a run made and that are there now, by name."""
        from core.catalogue import found

        output = place(seen.job)
        if seen.job.state == "queued" or output is None or not output.is_dir():
            return []
        loaded = self._loaded()
        return [_made(seen.job, output, one, loaded) for one in found((output,))]

    def _loaded(self) -> list[tuple[str, str]]:
        """Role and identity of each model that answers in Compare; nothing while none does."""
        info = self.training.services.status().info
        return [(model.role, model.identity) for model in info.models] if info is not None else []

    def model(self, job: Job, key: object) -> Made:
        """The model of a run that a page named; InputError where there is none."""
        for one in self.made(self.seen(job)):
            if one.key == key:
                return one
        raise InputError(*words.NO_MODEL)

    def first(self, job: Job) -> str:
        """The file for people that a run left; "" for none."""
        output = place(job)
        if output is None or not output.is_dir():
            return ""
        within = sorted(one for one in output.iterdir() if one.is_dir() and one.name[0] != ".")
        for name in READABLE:
            for folder in (output, *within):
                if (folder / name).is_file():
                    return str(folder / name)
        return ""


def _with_step(job: Job, told: Told) -> Told:
    """What a run told, with the step that going on would begin at: a killed one did not say it."""
    if job.state not in RESUMABLE or not told.started:
        return told
    try:
        return replace(told, step=reached(job.folder)[1])
    except TandemError as problem:
        log.warning("The checkpoint of run %s cannot be told: %s", job.id, problem)
        return told


def file_of(job: Job, name: str) -> Path | None:
    """Where a file of a run lies that may be downloaded; None for any other name, or none yet.

    No name from outside becomes a path: the report lies in a place that the recipe decides.
    """
    if name in FILES:
        path = job.folder / name
    else:
        folder = scores_place(job)
        if name != REPORT or folder is None:
            return None
        path = folder / REPORT
    return path if path.is_file() and not path.is_symlink() else None


def scores_place(job: Job) -> Path | None:
    """The folder of what a run measured; None where it measures nothing."""
    output = place(job)
    return None if output is None else scores.place(output, job.recipe)


def place(job: Job) -> Path | None:
    """The folder that a run writes; None where that is not known.

    Of a run of the queue it lies in its own folder, of one in a terminal beside it.
    """
    if Path(job.output).is_absolute():
        return Path(job.output)
    if not job.terminal:
        return job.folder / RESULT
    name = job.folder.name
    return job.folder.with_name(name.removesuffix(".run")) if name.endswith(".run") else None


def _written(path: Path) -> float | None:
    try:
        return path.stat().st_mtime
    except OSError:
        return None


def _made(job: Job, output: Path, one: "Found", loaded: Sequence[tuple[str, str]]) -> Made:
    """A model of the catalogue, as one of a run."""
    own = one.folder == output
    return Made(
        key="." if own else str(one.folder.relative_to(output)),
        name=(job.name or job.recipe) if own else one.folder.name.replace("_", " "),
        folder=str(one.folder),
        role=one.role,
        problem=" ".join(filter(None, (one.problem, one.hint))) if one.problem else "",
        loaded=tuple(role for role, identity in loaded if identity and identity == one.identity),
    )

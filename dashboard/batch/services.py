"""What the Batch tab and its endpoint may call: look, check, start, stop, how far, pages, files.

Knows the engine's interface, folders of results and their threads; nothing of widgets or HTML.
Imports core.evaluation and core.files where they are needed: the page stands before pyarrow does.
"""

import json
import logging
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from core.errors import DataError, InputError
from core.evaluation.plan import METRICS, Filter, Order, Page, Plan, Progress, SystemInfo
from core.evaluation.schema import Metrics
from core.files.layout import Layout
from core.records import EngineSources
from dashboard.batch.jobs import Job, Jobs
from dashboard.batch.results import LAYOUT, RUN, Kept, Store
from dashboard.batch.runs import RUNNING, Runner, now, tell
from dashboard.services import EXAMPLES, Services, sentence
from dashboard.wording import batch as words

if TYPE_CHECKING:
    from core.files.checking import Check
    from core.files.looking import Look

log = logging.getLogger("tandem")

RUNS = Path("runs")
FOLDER = "batch"  # within the folder of runs
Name = Literal[
    "uploaded", "checking", "checked", "running", "stopped", "interrupted", "failed", "done"
]
ENDED = ("stopped", "interrupted", "failed", "done")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may have."""

    bytes: int = 50_000_000
    rows: int = 1_000_000


@dataclass(frozen=True, slots=True)
class Stage:
    """Where one file stands."""

    name: Name
    progress: Progress | None = None
    waiting: str = "waiting"  # for what, while there is no progress: "loading" or "waiting"
    stopping: bool = False
    problem: str = ""  # a sentence

    @property
    def active(self) -> bool:
        """Whether it changes by itself."""
        return self.name in ("checking", "running")


class Batch:
    """Uploaded files, their checks and their runs.

    Args:
        services: whose engine answers.
        runs: the folder that holds the folder of results; made with the first upload.
        sources: of the models that answer, for the shell command of a run; None: without it.
    """

    def __init__(
        self,
        services: Services,
        runs: Path = RUNS,
        limits: Limits | None = None,
        sources: EngineSources | None = None,
    ) -> None:
        self.services = services
        self.store = Store(runs.resolve() / FOLDER)
        self.limits = limits or Limits()
        self.jobs = Jobs()
        self.runs = Runner(services, self.jobs, sources)

    # --- files

    def example(self, which: str, owner: str) -> Kept:
        """A copy of an example as if it had been uploaded; InputError for a name that is none."""
        if which not in words.EXAMPLE_FILES:
            raise InputError(*words.UNREADABLE)
        source = EXAMPLES.with_name(words.EXAMPLE_FILES[which][1])
        return self.copied(source, source.name, owner)

    def copied(self, source: Path, name: str, owner: str) -> Kept:
        """A folder for a copy of a file that lies here.

        Raises:
            InputError: it is too large.
        """
        if source.stat().st_size > self.limits.bytes:
            raise self.too_large(name)
        kept = self.store.new(owner, name)
        shutil.copyfile(source, kept.file)
        return kept

    def too_large(self, name: str) -> InputError:
        """The error for a file beyond the limit."""
        said = words.TOO_LARGE.format(name=name, limit=words.size(self.limits.bytes))
        return InputError(said, words.TOO_MANY_HINT.format(command=words.COMMAND))

    def look(self, kept: Kept, encoding: str = "") -> "Look":
        """What the file's beginning shows; DataError where it cannot be read at all."""
        from core.files.looking import look

        return look(kept.file, kept.name, self.limits.bytes, encoding=encoding or None)

    def chosen(self, kept: Kept) -> tuple[Layout, str] | None:
        """The layout that was chosen last, and the language of texts without a column of it."""
        found = kept.read(LAYOUT)
        if found is None:
            return None
        try:
            return Layout.from_dict(found["layout"]), str(found["language"])
        except (KeyError, TypeError) as problem:
            log.warning("The layout of %s cannot be read: %r", kept.token, problem)
            return None

    # --- the check

    def check(self, kept: Kept, layout: Layout, language: str, session: str) -> None:
        """Begin to read the whole file; InputError where it is being worked on."""

        def work(job: Job) -> "Check":
            with kept.held() as free:
                if not free:
                    raise InputError(*words.BUSY)
                return self.checked_now(kept, layout, tell(job), job.cancel.is_set)

        record = {"layout": layout.to_dict(), "language": language}
        self.jobs.begin(kept.token, Job("check", session), work)
        kept.write(LAYOUT, record)

    def checked_now(
        self,
        kept: Kept,
        layout: Layout,
        told: Callable[[Progress], None] | None = None,
        stop: Callable[[], bool] | None = None,
    ) -> "Check":
        """Read the whole file; DataError where it cannot be read, or has too many rows."""
        from core.files.checking import check

        found = check(kept.file, layout, told, stop, name=kept.name)
        if found.usable > self.limits.rows:
            limit = words.number(self.limits.rows)
            hint = words.TOO_MANY_HINT.format(command=words.COMMAND)
            raise DataError(words.TOO_MANY_ROWS.format(limit=limit), hint)
        return found

    def checked(self, kept: Kept) -> "Check | None":
        """What the newest check of the file found; None where there is none."""
        job = self.jobs.find(kept.token, "check")
        done = job is not None and not job.active and job.problem is None
        return cast("Check", job.result) if job is not None and done else None

    # --- the run

    def systems(self) -> tuple[SystemInfo, ...]:
        """What can be asked; nothing while the models are loading.

        Raises:
            TandemError: what loading met.
        """
        return self.services.engine().systems() if self.services.status().final else ()

    def begun(self, kept: Kept) -> Plan:
        """A plan of the file as it was checked, with nothing chosen yet.

        Raises:
            InputError: it was not checked.
        """
        chosen = self.chosen(kept)
        if chosen is None:
            raise InputError(*words.NOT_CHECKED)
        layout, language = chosen
        return Plan(str(kept.file), layout, kept.name, language=language)

    def stop(self, kept: Kept) -> None:
        """Let the file's work end after what it is at; nothing if none runs."""
        self.jobs.stop(kept.token)

    # --- where it stands

    def stage(self, kept: Kept) -> Stage:
        """Where the file stands."""
        for kind, name in (("run", "running"), ("check", "checking")):
            job = self.jobs.find(kept.token, cast(Any, kind))
            if job is not None and job.active:
                waiting = "waiting" if self.services.status().final else "loading"
                return Stage(cast(Name, name), now(job), waiting, job.cancel.is_set())
        run, job = kept.read(RUN), self.jobs.find(kept.token, "run")
        if job is not None and job.problem is not None:  # it could not even be noted
            return Stage("failed", problem=sentence(job.problem))
        return self.before(kept) if run is None else _ended(kept, run)

    def before(self, kept: Kept) -> Stage:
        """Where the file stands, its runs aside."""
        job = self.jobs.find(kept.token, "check")
        if job is not None and job.problem is not None:
            return Stage("uploaded", problem=sentence(job.problem))
        check = self.checked(kept)
        return Stage("checked" if check is not None and check.complete else "uploaded")

    # --- results

    def metrics(self, kept: Kept) -> Metrics | None:
        """Every figure of the last run; None where there is none."""
        try:
            found = json.loads((kept.results / METRICS).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as problem:
            log.warning("The metrics of %s cannot be read: %s", kept.token, problem)
            return None
        return cast(Metrics, found)

    def page(self, kept: Kept, asked: Filter, order: Order, start: int, count: int) -> Page:
        """Some rows of the results."""
        from core.evaluation.query import Results

        with Results(kept.results) as results:
            return results.page(asked, order, start, count)

    def remove(self, kept: Kept) -> None:
        """Take the file and its results away.

        Raises:
            InputError: it is being worked on.
        """
        if not self.store.remove(kept):
            raise InputError(*words.BUSY)


def _ended(kept: Kept, run: dict[str, Any]) -> Stage:
    """A run that no thread of ours is at, by what its folder says."""
    state, problem = run.get("state"), str(run.get("problem", ""))
    if state == RUNNING:  # another server may be at work in the same folder
        return Stage("running" if kept.busy else "interrupted")
    return Stage(cast(Name, state) if state in ENDED else "failed", problem=problem)

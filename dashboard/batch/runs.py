"""Runs on uploaded files: begun, stopped, gone on with, and what their folders say of them.

Knows the engine's ``evaluate``, threads and folders; nothing of widgets or HTML.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

from core.errors import InputError, TandemError
from core.evaluation.plan import Plan, Progress
from core.evaluation.schema import Metrics
from core.records import EngineSources
from dashboard.batch.command import command
from dashboard.batch.jobs import Job, Jobs
from dashboard.batch.results import FILES, RESULTS, RUN, Kept
from dashboard.services import AT_ONCE, Services, sentence
from dashboard.wording import batch as words

log = logging.getLogger("tandem")

Ending = Literal["stopped", "failed", "done"]
RUNNING = "running"


class Runner:
    """Starts runs, at most AT_ONCE side by side.

    Args:
        services: whose engine answers.
        jobs: where its threads are kept.
        sources: of the models that answered first, for the shell command of a run; None: without
            it.
    """

    def __init__(self, services: Services, jobs: Jobs, sources: EngineSources | None) -> None:
        self.services = services
        self.jobs = jobs
        self.sources = sources
        self._turns = threading.Semaphore(AT_ONCE)

    def start(self, kept: Kept, plan: Plan, session: str, total: int | None) -> None:
        """Begin a run; what an earlier one left is taken away.

        Args:
            session: the browser that asks, which may have one run at a time.
            total: rows that there are, where they were counted.

        Raises:
            InputError: as Jobs.begin says.
        """
        self._begin(kept, plan, session, total, (RESULTS, FILES))

    def go_on(self, kept: Kept, session: str) -> None:
        """Begin again where the last run ended; InputError where there was none."""
        plan, earlier = self.asked(kept), kept.read(RUN) or {}
        if plan is None:
            raise InputError(*words.NOT_RUN)
        total = earlier.get("total")
        self._begin(kept, plan, session, total if isinstance(total, int) else None, (FILES,))

    def asked(self, kept: Kept) -> Plan | None:
        """What the last run was asked; None where there was none."""
        found = kept.read(RUN)
        try:
            return None if found is None else Plan.from_dict(found["plan"])
        except (KeyError, TypeError) as problem:
            log.warning("The run of %s cannot be read: %r", kept.token, problem)
            return None

    def evaluate(self, kept: Kept, plan: Plan) -> Metrics:
        """A run that its asker waits for; see core.engine.Engine.evaluate."""
        with self.services.turn(threading.Event(), self._turns):
            engine = self.services.engine()
            return engine.evaluate(plan, kept.results, command=command(plan, self._sources()))

    def _sources(self) -> EngineSources | None:
        """Of the models that answer now; None where no command is wanted."""
        return None if self.sources is None else self.services.sources() or self.sources

    def _begin(
        self, kept: Kept, plan: Plan, session: str, total: int | None, stale: tuple[str, ...]
    ) -> None:
        def work(job: Job) -> None:
            with kept.held() as free:
                if not free:
                    raise InputError(*words.BUSY)
                kept.forget(*stale)
                self._noted(kept, plan, total, lambda: self._run(kept, plan, job, total))

        self.jobs.begin(kept.token, Job("run", session), work)

    def _noted(self, kept: Kept, plan: Plan, total: int | None, run: Callable[[], Ending]) -> None:
        """A run whose beginning and end stand in the folder, so that a killed one is told."""
        record: dict[str, Any] = {
            "plan": plan.to_dict(),
            "total": total,
            "state": RUNNING,
            "problem": "",
        }
        kept.write(RUN, record)
        try:
            record["state"] = run()
        except Exception as problem:
            if not isinstance(problem, TandemError):
                log.exception("The run of %s failed.", kept.token)
            record |= {"state": "failed", "problem": sentence(problem)}
        kept.write(RUN, record)

    def _run(self, kept: Kept, plan: Plan, job: Job, total: int | None) -> Ending:
        """Wait for models and a turn, then evaluate; how it ended."""
        with self.services.turn(job.cancel, self._turns) as granted:
            if not granted:
                return "stopped"
            engine = self.services.engine()
            try:
                found = engine.evaluate(
                    plan,
                    kept.results,
                    tell(job),
                    job.cancel.is_set,
                    total=total,
                    command=command(plan, self._sources()),
                )
            except TandemError:
                if job.cancel.is_set():  # before the first rows: there is nothing to measure
                    return "stopped"
                raise
        return "stopped" if found["run"]["stopped"] else "done"


def now(job: Job) -> Progress | None:
    """What a job said last, the time that is left counted down since; None before it said any.

    Work that takes longer than was foreseen has no time left that anyone knows.
    """
    said: Progress | None = job.told
    if said is None or said.seconds_left is None:
        return said
    passed = time.monotonic() - job.told_at
    left = said.seconds_left - passed
    overdue = left < 0 < said.seconds_left
    return replace(said, seconds_left=None if overdue else max(left, 0.0))


def tell(job: Job) -> Callable[[Progress], None]:
    """A listener that keeps what a job said last."""

    def told(progress: Progress) -> None:
        job.told, job.told_at = progress, time.monotonic()

    return told

"""One run of a recipe: its folder, its clock, and what it tells while it goes.

A recipe writes its checkpoint to ``<output>`` (aside, then renamed), so what
the run itself writes lies beside it in ``<output>.run/``, or around it where
the queue (``train.jobs``) started it: ``events.jsonl``
(appended to by every run), ``config.yaml`` (of the newest run), ``error.log``
with a traceback after an unexpected error, and, until the run is finished,
what it needs to go on (``train.kept``).

Knows no model and loads no torch: seeds, threads and devices are the recipe's.
"""

import os
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

from numpy.typing import NDArray

from core.checkpoints import clear_leftovers
from core.errors import TandemError
from train import kept, options
from train.events import EventLog, Kind, plain
from train.failing import why
from train.jobs.files import end_asked
from train.jobs.identity import identify
from train.lock import Lock
from train.options import RecipeConfig
from train.past import CONFIG, EVENTS, Past, account, look, refuse_to_lose, run_folder
from train.recipes import Recipe
from train.screen import Screen
from train.stop import Stop

EVENT_EVERY = 0.5  # seconds between progress events


class Run:
    """A context manager around a recipe's work.

    Leaving it without an error writes ``finished`` with ``figures``; leaving
    it with one writes ``interrupted`` (``cancelled`` where the end was asked
    for through the queue) or ``failed``, and error.log where the
    error is not one that a user can cause. Errors always pass through.

    Args:
        resume: go on with what an earlier start of the same run left.
        fresh: begin anew although an unfinished run has checkpoints here.

    Attributes:
        folder: ``<output>.run``; of a run of the queue its folder.
        command: the line that runs this again.
        started_at: seconds since 1970, UTC, of entering.
        figures: the recipe's final figures; set before leaving.
        stop: whether somebody pressed Ctrl-C.

    Raises:
        TandemError: when another process is at work here, or a run would be lost.
    """

    def __init__(
        self,
        recipe: str,
        config: RecipeConfig,
        stream: TextIO | None = None,
        *,
        resume: bool = False,
        fresh: bool = False,
    ) -> None:
        self.recipe = recipe
        self.config = config
        self.resumed = resume
        self.fresh = fresh
        self.folder = run_folder(config.output)
        self.command = options.command(recipe, config, self.folder / CONFIG)
        self.started_at = 0.0
        self.figures: Mapping[str, object] = {}
        self.stop = Stop()
        self._screen = Screen(sys.stderr if stream is None else stream)
        self._stage = ""
        self._told = -EVENT_EVERY  # the run's time at the last progress event

    def __enter__(self) -> Self:
        self.started_at, self._clock = time.time(), time.monotonic()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._lock = Lock(self.folder / "lock")
            try:
                self._begin()
            except BaseException:
                self._lock.release()
                raise
        except OSError as error:
            raise TandemError(f"{self.folder} cannot be written: {error.strerror}.") from error
        self.stop.__enter__()
        return self

    def _begin(self) -> None:
        """Look at what lies here, clear what nobody needs, write the first events."""
        past = look(self.folder) if self.resumed else None
        if not self.resumed and not self.fresh:
            refuse_to_lose(self.folder, self.config.output)
        if not self.resumed:
            kept.clear(self.folder, results=self.fresh)
            kept.write_whole(self.folder / CONFIG, options.dump(self.config))
        kept.clear_scratch(self.folder)
        clear_leftovers(Path(self.config.output))
        self._events = EventLog(self.folder / EVENTS)
        self.error_log.unlink(missing_ok=True)
        about = {"recipe": self.recipe, "command": self.command, "python": sys.version.split()[0]}
        self._events.append(Kind.STARTED, **about, **_who())
        if past is not None:
            self._go_on(past)
        if not self._lock.held:
            self._screen.line("  This file system has no locks: start one process at a time.")

    def _go_on(self, past: Past) -> None:
        """The clock counts what earlier parts took."""
        self._clock -= past.seconds
        self._events.append(Kind.RESUMED, step=past.step, seconds=round(past.seconds, 1))
        where = "the beginning" if past.step is None else f"step {past.step}"
        self._screen.line(f"{self.recipe} · going on from {where}")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._screen.end_bar()
        try:
            with self._events:
                seconds = round(self.elapsed(), 1)
                if error is None:
                    self._events.append(Kind.FINISHED, seconds=seconds, figures=self.figures)
                    kept.clear(self.folder, results=True)
                else:
                    self._tell_end(error, seconds)
        finally:
            self.stop.__exit__(kind, error, trace)
            self._lock.release()

    @property
    def error_log(self) -> Path:
        """Where the traceback of an unexpected error goes."""
        return self.folder / "error.log"

    # --- the clock ---

    def elapsed(self) -> float:
        """Seconds since the run was entered, and those of its earlier parts."""
        return time.monotonic() - self._clock

    def time_left(self) -> float | None:
        """Seconds until ``max_minutes`` are over, never below 0; None without a limit."""
        limit = self.config.max_minutes
        return None if limit is None else max(0.0, 60 * limit - self.elapsed())

    def out_of_time(self) -> bool:
        """Whether to stop now and keep the best so far."""
        return self.time_left() == 0

    # --- what it keeps until it is finished ---

    @property
    def checkpoints(self) -> Path:
        """Where a training keeps what it needs to go on."""
        return self.folder / kept.CHECKPOINTS

    def once(self, key: tuple[object, ...], compute: Callable[[], NDArray[Any]]) -> NDArray[Any]:
        """An array that a later part of the run need not compute again; see ``train.kept``."""
        return kept.once(self.folder, key, compute)

    def once_file(self, key: tuple[object, ...], ending: str, make: Callable[[Path], None]) -> Path:
        """A file that a later part of the run need not make again; see ``train.kept``."""
        return kept.once_file(self.folder, key, ending, make)

    def scratch(self) -> tempfile.TemporaryDirectory[str]:
        """A folder for what nobody needs later; a context manager that gives its path."""
        return tempfile.TemporaryDirectory(prefix=kept.SCRATCH, dir=self.folder)

    # --- what it tells ---

    def stage(self, name: str, part: str = "") -> None:
        """A new part of the work begins; progress starts again at nothing.

        Args:
            part: of what a stage of a pipeline does, the part that begins.
        """
        self._screen.stage(part or name, self.elapsed())
        self._stage = name
        self._told = -EVENT_EVERY
        self._events.append(Kind.STAGE, name=name, **({"part": part} if part else {}))
        self._screen.line(" · ".join(filter(None, (self.recipe, name, part))))

    def progress(self, done: int, total: int | None = None, **figures: float | None) -> None:
        """How far the stage is; may be called as often as one likes.

        At most two events a second are written; the one that reaches the
        total always is.

        Args:
            done: steps, rows or whatever the stage counts, so far.
            total: how many there will be; None where that is unknown.
            figures: what to show beside it, such as loss=0.42.
        """
        now, last = self.elapsed(), total is not None and done >= total
        if last or now - self._told >= EVENT_EVERY:
            self._told = now
            about = {"stage": self._stage, "done": done, "total": total}
            self._events.append(Kind.PROGRESS, **about, figures=figures)
        self._screen.progress(now, done, total, figures)

    def metric(self, name: str, value: float | None, **labels: Any) -> None:
        """A figure worth keeping, None where not computable; ``labels`` say of what."""
        self._events.append(Kind.METRIC, stage=self._stage, name=name, value=value, labels=labels)

    def tell(self, kind: Kind, **data: Any) -> None:
        """An event for programs; a person is told the same in other ways."""
        self._events.append(kind, **data)

    def log(self, sentence: str) -> None:
        """A sentence for the person who watches, now or later."""
        self._events.append(Kind.LOG, stage=self._stage, sentence=sentence)
        self._screen.line(f"  {sentence}")

    def saved(self, path: str | Path) -> None:
        """A file or folder that the run leaves behind is complete."""
        self._events.append(Kind.SAVED, stage=self._stage, path=str(path))
        self._screen.line(f"  saved {path}")

    # --- how it ends ---

    def _tell_end(self, error: BaseException, seconds: float) -> None:
        """Write what ended the run; a full disk must not hide it."""
        try:
            if isinstance(error, KeyboardInterrupt):
                kind = Kind.CANCELLED if end_asked(self.folder) else Kind.INTERRUPTED
                place = (self.folder, self.recipe, self.config.output)
                step, sentence, hint = account(*place, kind.value.capitalize())
                about = {"seconds": seconds, "step": step, "sentence": sentence, "hint": hint}
                self._events.append(kind, **about)
            else:
                kept.clear_torn(self.checkpoints)  # on a full disk: room for the words below
                kept.clear_scratch(self.folder)
                self._events.append(Kind.FAILED, seconds=seconds, **self._account(error))
        except (OSError, TandemError) as trouble:
            self._screen.line(f"  How the run ended could not be written down: {trouble}")

    def _account(self, error: BaseException) -> dict[str, object]:
        """What ``failed`` says of an error; an unexpected one goes to error.log as well."""
        expected = isinstance(error, TandemError)
        if not expected:
            self._keep_trace(error)
        sentence, hint = why(self.recipe, error)
        about = {"error": type(error).__name__, "sentence": sentence, "hint": hint}
        return {**about, "expected": expected}

    def _keep_trace(self, error: BaseException) -> None:
        trace = "".join(traceback.format_exception(error))
        try:
            self.error_log.write_text(trace, encoding="utf-8", errors="backslashreplace")
        except OSError as trouble:
            self._screen.line(f"  {self.error_log} cannot be written: {trouble.strerror}.")


def _who() -> dict[str, object]:
    """This process, of all that ever were, and the folder that it works in."""
    process = identify(os.getpid())
    return {"pid": os.getpid(), "start": process.start if process else "", "cwd": os.getcwd()}


def execute(
    recipe: Recipe,
    config: RecipeConfig,
    stream: TextIO | None = None,
    *,
    resume: bool = False,
    fresh: bool = False,
) -> Run:
    """Run a recipe from start to end, or from where it stopped; return the run with its figures.

    Raises:
        whatever the recipe raises, after it was written to the run's folder.
    """
    with Run(recipe.name, config, stream, resume=resume, fresh=fresh) as run:
        run.figures = plain(recipe.load()(config, run))
    return run

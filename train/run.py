"""One run of a recipe: its folder, its clock, and what it tells while it goes.

A recipe writes its checkpoint to ``<output>`` (aside, then renamed), so what
the run itself writes lies beside it in ``<output>.run/``: ``events.jsonl``
(appended to by every run), ``config.yaml`` (of the newest run) and, after an
unexpected error, ``error.log`` with its traceback.

Knows no model and loads no torch: seeds, threads and devices are the recipe's.
"""

import os
import sys
import time
import traceback
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

from tqdm import tqdm

from core.errors import TandemError
from train import options
from train.events import EventLog, Kind, plain
from train.options import RecipeConfig
from train.recipes import Recipe

EVENT_EVERY = 0.5  # seconds between progress events
LINE_EVERY = 30.0  # seconds between progress lines where there is no terminal


def run_folder(output: str | Path) -> Path:
    """Where a run that writes ``output`` keeps its events: ``<output>.run``."""
    place = Path(output)
    return place.with_name(place.name + ".run")


class Run:
    """A context manager around a recipe's work.

    Leaving it without an error writes ``finished`` with ``figures``; leaving
    it with one writes ``failed``, and error.log where the error is not one
    that a user can cause. Errors always pass through.

    Attributes:
        folder: ``<output>.run``.
        command: the line that runs this again.
        started_at: seconds since 1970, UTC, of entering.
        figures: the recipe's final figures; set before leaving.
    """

    def __init__(self, recipe: str, config: RecipeConfig, stream: TextIO | None = None) -> None:
        self.recipe = recipe
        self.config = config
        self.folder = run_folder(config.output)
        self.command = options.command(recipe, config)
        self.started_at = 0.0
        self.figures: Mapping[str, object] = {}
        self._out = sys.stderr if stream is None else stream
        self._stage = ""
        self._bar: tqdm[Any] | None = None
        self._told = {"event": -LINE_EVERY, "line": 0.0}  # run times of the last progress

    def __enter__(self) -> Self:
        self.started_at, self._clock = time.time(), time.monotonic()
        try:
            self._events = EventLog(self.folder / "events.jsonl")
            self.error_log.unlink(missing_ok=True)
            (self.folder / "config.yaml").write_text(options.dump(self.config), encoding="utf-8")
        except OSError as error:
            raise TandemError(f"{self.folder} cannot be written: {error.strerror}.") from error
        about = {"pid": os.getpid(), "python": sys.version.split()[0]}
        self._events.append(Kind.STARTED, recipe=self.recipe, command=self.command, **about)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end_bar()
        with self._events:
            seconds = round(self.elapsed(), 1)
            if error is None:
                self._events.append(Kind.FINISHED, seconds=seconds, figures=self.figures)
            else:
                self._events.append(Kind.FAILED, seconds=seconds, **self._account(error))

    @property
    def error_log(self) -> Path:
        """Where the traceback of an unexpected error goes."""
        return self.folder / "error.log"

    # --- the clock ---

    def elapsed(self) -> float:
        """Seconds since the run was entered."""
        return time.monotonic() - self._clock

    def time_left(self) -> float | None:
        """Seconds until ``max_minutes`` are over, never below 0; None without a limit."""
        limit = self.config.max_minutes
        return None if limit is None else max(0.0, 60 * limit - self.elapsed())

    def out_of_time(self) -> bool:
        """Whether to stop now and keep the best so far."""
        return self.time_left() == 0

    # --- what it tells ---

    def stage(self, name: str) -> None:
        """A new part of the work begins; progress starts again at nothing."""
        self._end_bar()
        self._stage = name
        self._told = {"event": -LINE_EVERY, "line": self.elapsed()}
        self._events.append(Kind.STAGE, name=name)
        self._line(f"{self.recipe} · {name}")

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
        if last or now - self._told["event"] >= EVENT_EVERY:
            self._told["event"] = now
            about = {"stage": self._stage, "done": done, "total": total}
            self._events.append(Kind.PROGRESS, **about, figures=figures)
        if self._out.isatty():
            self._draw(done, total, figures)
        elif now - self._told["line"] >= LINE_EVERY:
            self._told["line"] = now
            self._line(self._progress_line(done, total, figures))

    def metric(self, name: str, value: float | None, **labels: Any) -> None:
        """A figure worth keeping, None where not computable; ``labels`` say of what."""
        self._events.append(Kind.METRIC, stage=self._stage, name=name, value=value, labels=labels)

    def log(self, sentence: str) -> None:
        """A sentence for the person who watches, now or later."""
        self._events.append(Kind.LOG, stage=self._stage, sentence=sentence)
        self._line(f"  {sentence}")

    def saved(self, path: str | Path) -> None:
        """A file or folder that the run leaves behind is complete."""
        self._events.append(Kind.SAVED, stage=self._stage, path=str(path))
        self._line(f"  saved {path}")

    # --- how it looks ---

    def _line(self, text: str) -> None:
        """A line on the stream, above a bar where there is one."""
        tqdm.write(text, file=self._out)
        self._out.flush()

    def _draw(self, done: int, total: int | None, figures: Mapping[str, float | None]) -> None:
        if self._bar is None:
            self._bar = tqdm(total=total, desc=self._stage, file=self._out, leave=False)
        self._bar.total = total
        self._bar.set_postfix(_short(figures), refresh=False)
        self._bar.update(done - self._bar.n)

    def _end_bar(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def _progress_line(
        self, done: int, total: int | None, figures: Mapping[str, float | None]
    ) -> str:
        """``  120 of 800 (15 %), loss 0.42, 3 min``."""
        of = f" of {total} ({done / total:.0%})" if total else ""
        shown = [f"{name} {value}" for name, value in _short(figures).items()]
        return "  " + ", ".join([f"{done}{of}", *shown, f"{self.elapsed() / 60:.1f} min"])

    def _account(self, error: BaseException) -> dict[str, object]:
        """What ``failed`` says of an error; an unexpected one goes to error.log as well."""
        expected = isinstance(error, TandemError | KeyboardInterrupt)
        if not expected:
            trace = "".join(traceback.format_exception(error))
            self.error_log.write_text(trace, encoding="utf-8", errors="backslashreplace")
        sentence = "Interrupted." if isinstance(error, KeyboardInterrupt) else str(error)
        hint = ""
        if isinstance(error, TandemError):
            sentence, hint = error.sentence, error.hint
        about = {"error": type(error).__name__, "sentence": sentence, "hint": hint}
        return {**about, "expected": expected}


def _short(figures: Mapping[str, float | None]) -> dict[str, str]:
    """Figures as a person reads them; "–" where not computable."""
    return {name: "–" if value is None else f"{value:.4g}" for name, value in figures.items()}


def execute(recipe: Recipe, config: RecipeConfig, stream: TextIO | None = None) -> Run:
    """Run a recipe from start to end, and return the run with its figures.

    Raises:
        whatever the recipe raises, after it was written to the run's folder.
    """
    with Run(recipe.name, config, stream) as run:
        run.figures = plain(recipe.load()(config, run))
    return run

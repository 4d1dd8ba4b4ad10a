"""Text after text from one file or pipe into another: chunks, progress, going on after a stop.

A command that answers a file leaves that file and nothing else: progress goes to standard error, a
half-done output lies beside its place (``train.files.output``) until it is complete. Each chunk is
answered on its own, so that a run that was killed and resumed writes the same bytes as one that was
not. Knows no model and loads no torch.
"""

import json
import shlex
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, Self, TextIO, cast

from tqdm import tqdm

from core.errors import ConfigError, TandemError, brief
from core.memory import give_back
from core.streaming import Row
from train import options
from train.arguments import pairs
from train.config import StreamConfig
from train.files.forms import Form, Record, form_of
from train.files.intake import Intake, plural
from train.files.output import Closed, Output, earlier_words, half_done
from train.options import RecipeConfig
from train.paths import STANDARD
from train.recipes import Recipe
from train.screen import plain_lock
from train.stop import Stop

Answer = Callable[[Sequence[str]], Sequence[Record]]

LINE_EVERY = 30.0  # seconds between progress lines where there is no terminal
EXEMPT = ("seed", "max_minutes", "device", "output_format")  # shaping nothing, or told resolved


class Stream:
    """A context manager around a command's work: the input is open, and its start was read.

    Args:
        recipe: the command's name.
        config: its options.
        resume: go on with a half-done output.
        fresh: begin anew although there is one.
        out: where progress is told; standard error unless said otherwise.

    Attributes:
        rows: texts answered so far, those of an earlier run included.

    Raises:
        DataError: when the input cannot be read.
        ConfigError: when a half-done output would be lost.
    """

    def __init__(
        self,
        recipe: str,
        config: StreamConfig,
        *,
        resume: bool = False,
        fresh: bool = False,
        out: TextIO | None = None,
    ) -> None:
        self.recipe, self.config, self.resume = recipe, config, resume
        self.command = shlex.join(
            ["python", "-m", "train", recipe, "--resume", f"output={config.output}"]
        )
        self.rows = self._earlier = 0
        self._out = sys.stderr if out is None else out
        plain_lock()
        self._bar: tqdm[Any] | None = None
        self._input, self._stop = Intake(config, self.log), Stop()
        self._begin(fresh)

    def _begin(self, fresh: bool) -> None:
        """Look at what an earlier run left."""
        part = half_done(self.config.output)
        if part is not None and not (self.resume or fresh):
            hint = f"Go on with it: {self.command}\nOr add --fresh to lose it and begin anew."
            raise ConfigError(f"{part} is the half-done output of an earlier run.", hint)

    def __enter__(self) -> Self:
        self._clock = self._told = self._working = time.monotonic()
        self._stop.__enter__()
        try:
            self._input.__enter__()
        except BaseException:
            self._stop.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end_bar()
        self._input.__exit__(kind, error, trace)
        self._stop.__exit__(kind, error, trace)
        part = half_done(self.config.output)
        if isinstance(error, KeyboardInterrupt) and part is not None:
            self.log(f"\nWhat is done is kept in {part}.\nGo on with: {self.command}")

    # --- the work ---

    def answer(self, answer: Answer, stamp: Mapping[str, str]) -> Mapping[str, object]:
        """Answer every row in order, and put the complete output in its place.

        Args:
            answer: texts → records, parallel; each record begins with its text. It is given the
                texts of one chunk, sorted by length, and must know nothing of other chunks.
            stamp: what shapes the records besides the options: device and models, by name.

        Returns:
            How many rows were answered, and how many were not.

        Raises:
            DataError: when no row can be used.
            TandemError: when the output cannot be written, or time is out.
        """
        marks = {**self._options(), "output format": self._form, **stamp}
        words = options.typed(self.config)
        with Output(self.config.output, self._form, marks, words, self.resume) as output:
            if self.resume and not output.resumed:
                self.log("There is no half-done output to go on with; this begins anew.")
            self._working = time.monotonic()
            with suppress(Closed):
                for chunk in self._input.chunks():
                    self._mind_the_time(output)
                    self._one(chunk, output, answer)
            if not self.rows:
                output.discard()
                raise self._input.nothing()
            output.finish()
        self._end_bar()
        self.log(self._summary())
        return {"rows": self.rows, "bad": self._input.bad, "blank": self._input.blank}

    def _one(self, chunk: Sequence[Row], output: Output, answer: Answer) -> None:
        """One chunk: all of it is computed where any of it is missing."""
        texts = [row.text for row in chunk]
        known = output.known(texts)
        if known < len(chunk):
            order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
            found = answer([texts[row] for row in order])
            records = dict(zip(order, found, strict=True))
            whole = [self._with_input(records[row], chunk[row]) for row in range(len(chunk))]
            output.write(whole[known:])
        self.rows += len(chunk)
        self._earlier += known
        give_back()
        self._progress()

    def _with_input(self, record: Record, row: Row) -> Record:
        """A record and the input's other columns, where it has any."""
        objects = self._input.form == "jsonl"
        if not (row.extra or objects):
            return record
        as_text = objects and self._form != "jsonl"  # keys may differ from row to row
        extra = json.dumps(row.extra, ensure_ascii=False) if as_text else row.extra
        return {**record, "input": extra}

    @property
    def _form(self) -> Form:
        """How the output is written."""
        asked = getattr(self.config, "output_format", "auto")
        return form_of(self.config.output) if asked == "auto" else cast(Form, asked)

    def _options(self) -> dict[str, str]:
        """Options that shape records; models are told by their identity, texts by themselves."""
        rows = [row for row in options.describe(type(self.config)) if row.path is None]
        values = {row.name: str(getattr(self.config, row.name)) for row in rows}
        return {name: value for name, value in values.items() if name not in EXEMPT}

    def _mind_the_time(self, output: Output) -> None:
        """Raises TandemError where ``max_minutes`` are over."""
        limit = self.config.max_minutes
        if limit is not None and self.elapsed() >= 60 * limit:
            hint = f"Go on with: {self.command}" if output.part is not None else ""
            raise TandemError(f"Stopped after {limit:g} min, {self.rows:,} rows answered.", hint)

    # --- what it tells ---

    def elapsed(self) -> float:
        """Seconds since the work began."""
        return time.monotonic() - self._clock

    def log(self, sentence: str) -> None:
        """A sentence for the person who watches."""
        tqdm.write(sentence, file=self._out)
        self._out.flush()

    def _progress(self) -> None:
        """A bar on a terminal; elsewhere a line now and then."""
        share = self._input.share
        read = "" if share is None else f"{share:.0%}"
        if self._out.isatty():
            if self._bar is None:
                self._bar = tqdm(desc=self.recipe, unit=" rows", file=self._out, leave=False)
            self._bar.set_postfix_str(read, refresh=False)
            self._bar.update(self.rows - self._bar.n)
        elif time.monotonic() - self._told >= LINE_EVERY:
            self._told = time.monotonic()
            self.log("  " + ", ".join(filter(None, (self._speed(), read))))

    def _end_bar(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def _speed(self) -> str:
        new, seconds = self.rows - self._earlier, time.monotonic() - self._working
        return f"{self.rows:,} {plural('row', self.rows)}, {new / max(seconds, 1e-9):.1f} rows/s"

    def _summary(self) -> str:
        where = "" if self.config.output == STANDARD else f"{self.config.output}: "
        earlier = f"{self._earlier:,} of them from before" if self._earlier else ""
        parts = filter(None, (self._speed(), earlier, self._input.losses()))
        return f"{where}{', '.join(parts)}."


def stream(
    recipe: Recipe,
    config: RecipeConfig,
    *,
    resume: bool = False,
    fresh: bool = False,
    out: TextIO | None = None,
) -> Mapping[str, object]:
    """Run a command that writes one file, and return its counts.

    Raises:
        TandemError: whatever it raises; after a defect of ours, with the traceback's place.
    """
    assert isinstance(config, StreamConfig)
    try:
        with Stream(recipe.name, config, resume=resume, fresh=fresh, out=out) as run:
            return recipe.load()(config, run)
    except (TandemError, KeyboardInterrupt):
        raise
    except Exception as error:
        kind = f"{type(error).__name__}: {brief(error)}"
        raise TandemError(
            f"The {recipe.name} command failed: {kind}", f"The traceback is in {_traceback(error)}"
        ) from error


def with_earlier(recipe: Recipe, words: Sequence[str]) -> list[str]:
    """Words of a line that resumes, after those that the half-done output was begun with.

    Raises:
        ConfigError: when they cannot be read.
    """
    rows = {row.name: row for row in options.describe(recipe.config_class)}
    output = dict(pairs(rows, words)[0]).get("output", "")
    return [*(earlier_words(output) if output else ()), *words]


def _traceback(error: Exception) -> str:
    """Write a defect's traceback where temporary files go; returns the place."""
    with tempfile.NamedTemporaryFile(
        "w", prefix="tandem-", suffix=".log", delete=False, encoding="utf-8", errors="replace"
    ) as file:
        file.write("".join(traceback.format_exception(error)))
    return file.name

"""Everything that a tab may call: load the models, say how far that is, compare tweets.

Knows the engine's interface; imports the engine (and torch with it) only in the loading
thread, so that the page stands before the models do. Knows nothing of widgets or HTML.
"""

import csv
import hashlib
import logging
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from core.errors import TandemError
from core.hub import Download, Progress
from core.records import Comparison, EngineInfo, EngineSources
from dashboard import wording
from dashboard.inputs import AUTO, whole_characters

log = logging.getLogger("tandem")

AT_ONCE = 2  # comparisons of pages that compute side by side; further ones wait for their turn
PULSE = 0.5  # seconds after which a comparison that has nothing new says so
EXAMPLES = Path(__file__).resolve().parents[1] / "assets" / "examples" / "tweets.tsv"


class EngineLike(Protocol):
    """The part of core.engine.Engine that the dashboard uses."""

    def start(self) -> None: ...
    def wait(self) -> None: ...
    def describe(self) -> EngineInfo: ...
    def compare(
        self,
        texts: Sequence[str],
        languages: str | Sequence[str] = AUTO,
        translations: Sequence[str | None] | None = None,
        progress: Callable[[int, int], None] | None = None,
        stop: Callable[[], bool] | None = None,
    ) -> list[Comparison]: ...


@dataclass(frozen=True, slots=True)
class Status:
    """How far loading is."""

    state: str  # "idle", "loading", "ready" or "failed"
    info: EngineInfo | None = None  # once ready
    problem: str = ""  # one sentence and a hint, once failed
    download: str = ""  # while files come from the hub: of which model, and how far

    @property
    def final(self) -> bool:
        """Whether it can still change."""
        return self.state in ("ready", "failed")

    def threshold(self, role: str) -> float | None:
        """The trigger threshold of the model in that role, where known."""
        models = self.info.models if self.info else ()
        return next((model.threshold for model in models if model.role == role), None)


@dataclass(frozen=True, slots=True)
class Step:
    """A comparison under way: ``done`` of ``total`` texts; ``result`` on the last step."""

    done: int
    total: int
    result: list[Comparison] | None = None

    @property
    def stopped(self) -> bool:
        """Whether the result lacks texts because the comparison was cancelled."""
        return self.result is not None and len(self.result) < self.total


def default_engine(sources: EngineSources, progress: Progress | None = None) -> EngineLike:
    """The real engine on these sources. Imports torch: call it in a thread."""
    from core.engine import Engine

    return Engine(sources, progress=progress)


class Services:
    """One engine, loaded in the background, and the questions that may be put to it.

    Args:
        make_engine: builds the engine; called once, in the loading thread.
    """

    def __init__(self, make_engine: Callable[[], EngineLike]) -> None:
        self._make = make_engine
        self._lock = threading.Lock()
        self._loaded: Future[EngineLike] | None = None
        self._download = ""
        self._turns = threading.Semaphore(AT_ONCE)

    def start(self) -> None:
        """Begin loading in a thread; further calls do nothing."""
        with self._lock:
            if self._loaded is not None:
                return
            self._loaded = Future()
        threading.Thread(target=self._load, name="tandem-load", daemon=True).start()

    def _load(self) -> None:
        """Build the engine and wait for its models; whatever happens ends up in the future."""
        assert self._loaded is not None
        try:
            engine = self._make()
            engine.start()
            engine.wait()
        except TandemError as problem:
            log.error("The models did not load: %s", problem)
            self._loaded.set_exception(problem)
        except BaseException as problem:
            log.exception("The models did not load.")
            self._loaded.set_exception(problem)
        else:
            self._loaded.set_result(engine)

    def status(self) -> Status:
        """How far loading is; never waits."""
        if self._loaded is None:
            return Status("idle")
        if not self._loaded.done():
            return Status("loading", download=self._download)
        problem = self._loaded.exception()
        if problem is not None:
            return Status("failed", problem=sentence(problem))
        return Status("ready", info=self._loaded.result().describe())

    def downloading(self, seen: Download) -> None:
        """How far a download is; for the header, until it is complete."""
        self._download = str(seen) if seen.done < seen.total else ""

    def engine(self) -> EngineLike:
        """The loaded engine; waits for it.

        Raises:
            TandemError: what loading met.
        """
        self.start()
        assert self._loaded is not None
        return self._loaded.result()

    def thresholds(self) -> dict[str, float | None]:
        """Trigger threshold by role."""
        status = self.status()
        return {role: status.threshold(role) for role in ("student", "teacher")}

    def models_key(self) -> str:
        """Twelve hex digits that stand for the loaded models; empty until they are loaded."""
        info = self.status().info
        return "" if info is None else models_key(info)

    def compare(
        self,
        texts: Sequence[str],
        languages: str | Sequence[str] = AUTO,
        translations: Sequence[str | None] | None = None,
        progress: Callable[[int, int], None] | None = None,
        stop: Callable[[], bool] | None = None,
    ) -> list[Comparison]:
        """Teacher and student on each text; see core.engine.Engine.compare."""
        if not texts:
            return []
        whole = [whole_characters(text) for text in texts]
        own = translations and [t if t is None else whole_characters(t) for t in translations]
        return self.engine().compare(whole, languages, own, progress, stop)

    def follow(
        self,
        texts: Sequence[str],
        languages: str = AUTO,
        translations: Sequence[str | None] | None = None,
        cancel: threading.Event | None = None,
    ) -> Iterator[Step]:
        """The same comparison as steps, the last of which holds the result.

        A step comes at least every PULSE seconds, be it the same again: whoever listens can
        then be seen to have left. Closing the iterator ends the work after its current chunk.

        Args:
            cancel: once set, the work ends after its current chunk, and the last step holds
                what was done until then.
        """
        cancel = cancel or threading.Event()
        steps: queue.Queue[Step | BaseException] = queue.Queue()
        job = (texts, languages, translations, cancel, steps)
        threading.Thread(target=self._work, args=job, name="tandem-compare", daemon=True).start()
        step = Step(0, len(texts))
        try:
            while step.result is None:
                step = _next(steps, step)
                yield step
        finally:
            cancel.set()

    def _work(
        self,
        texts: Sequence[str],
        languages: str,
        translations: Sequence[str | None] | None,
        cancel: threading.Event,
        steps: "queue.Queue[Step | BaseException]",
    ) -> None:
        """A comparison in a thread of its own; whatever happens ends up among the steps."""
        result: list[Comparison] = []

        def told(done: int, total: int) -> None:
            steps.put(Step(done, total))

        try:
            if self._take_turn(cancel):
                try:
                    result = self.compare(texts, languages, translations, told, cancel.is_set)
                finally:
                    self._turns.release()
            steps.put(Step(len(result), len(texts), result))
        except BaseException as problem:
            steps.put(problem)

    def _take_turn(self, cancel: threading.Event) -> bool:
        """Wait for the models, then for a turn; false if cancelled before."""
        self.start()
        assert self._loaded is not None
        while not cancel.is_set():
            if not self._loaded.done():
                wait([self._loaded], PULSE)
            elif self._turns.acquire(timeout=PULSE):
                return True
        return False


def _next(steps: "queue.Queue[Step | BaseException]", last: Step) -> Step:
    """The next step, or the last one again when there is none for a while."""
    try:
        step = steps.get(timeout=PULSE)
    except queue.Empty:
        return last
    if isinstance(step, BaseException):
        raise step
    return step


def models_key(info: EngineInfo) -> str:
    """Twelve hex digits of the identities of all models, in the order of their roles.

    Equal keys mean equal weights and settings: a link that carries one shows the same figures.
    """
    lines = [f"{model.role}\t{model.identity}\n" for model in info.models]
    return hashlib.sha256("".join(lines).encode("utf-8", "backslashreplace")).hexdigest()[:12]


def sentence(problem: BaseException) -> str:
    """What a person is told: the sentence of a TandemError, else that it was our fault."""
    return wording.error(problem) if isinstance(problem, TandemError) else wording.DEFECT


def examples(path: Path = EXAMPLES) -> dict[str, list[str]]:
    """Language code → example tweets, in the order of the file."""
    found: dict[str, list[str]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            found.setdefault(row["language"], []).append(row["text"])
    return found

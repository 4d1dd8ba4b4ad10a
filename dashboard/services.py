"""Everything that a tab may call: load the models, say how far that is, compare tweets.

Knows the engine's interface; imports the engine (and torch with it) only in the loading
thread, so that the page stands before the models do. Knows nothing of widgets or HTML.
"""

import csv
import logging
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from core.errors import TandemError
from core.records import Comparison, EngineInfo, EngineSources
from dashboard import wording
from dashboard.inputs import AUTO, whole_characters

log = logging.getLogger("tandem")

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
    ) -> list[Comparison]: ...


@dataclass(frozen=True, slots=True)
class Status:
    """How far loading is."""

    state: str  # "idle", "loading", "ready" or "failed"
    info: EngineInfo | None = None  # once ready
    problem: str = ""  # one sentence and a hint, once failed

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


def default_engine(sources: EngineSources) -> EngineLike:
    """The real engine on these sources. Imports torch: call it in a thread."""
    from core.engine import Engine

    return Engine(sources)


class Services:
    """One engine, loaded in the background, and the questions that may be put to it.

    Args:
        make_engine: builds the engine; called once, in the loading thread.
    """

    def __init__(self, make_engine: Callable[[], EngineLike]) -> None:
        self._make = make_engine
        self._lock = threading.Lock()
        self._loaded: Future[EngineLike] | None = None

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
            return Status("loading")
        problem = self._loaded.exception()
        if problem is not None:
            return Status("failed", problem=sentence(problem))
        return Status("ready", info=self._loaded.result().describe())

    def engine(self) -> EngineLike:
        """The loaded engine; waits for it.

        Raises:
            TandemError: what loading met.
        """
        self.start()
        assert self._loaded is not None
        return self._loaded.result()

    def compare(
        self,
        texts: Sequence[str],
        languages: str | Sequence[str] = AUTO,
        translations: Sequence[str | None] | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> list[Comparison]:
        """Teacher and student on each text; see core.engine.Engine.compare."""
        if not texts:
            return []
        return self.engine().compare(
            [whole_characters(text) for text in texts], languages, translations, progress
        )

    def follow(self, texts: Sequence[str], languages: str = AUTO) -> Iterator[Step]:
        """The same comparison as steps, the last of which holds the result."""
        steps: queue.Queue[Step | BaseException] = queue.Queue()

        def work() -> None:
            try:
                result = self.compare(
                    texts, languages, progress=lambda done, total: steps.put(Step(done, total))
                )
                steps.put(Step(len(texts), len(texts), result))
            except BaseException as problem:
                steps.put(problem)

        threading.Thread(target=work, name="tandem-compare", daemon=True).start()
        while True:
            step = steps.get()
            if isinstance(step, BaseException):
                raise step
            yield step
            if step.result is not None:
                return


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

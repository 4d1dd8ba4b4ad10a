"""Everything that a tab may call: load and replace models, say how far that is, compare, explain.

Knows the engine's interface; imports the engine (and torch with it) only in the loading
thread, so that the page stands before the models do. Knows nothing of widgets or HTML.
"""

import csv
import hashlib
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import wait
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from core.explanations import Explanation, Links, Question
from core.hub import Progress
from core.records import Comparison, EngineInfo, EngineSources, Prediction
from dashboard.contract import EngineLike, Growth, Step
from dashboard.following import PULSE, followed
from dashboard.inputs import AUTO, whole_characters
from dashboard.loading import Loading, sentence
from dashboard.remembered import Remembered

__all__ = ["EXAMPLES", "Services", "default_engine", "examples", "models_key", "sentence"]

AT_ONCE = 2  # questions of pages that compute side by side; further ones wait for their turn
EXAMPLES = Path(__file__).resolve().parents[1] / "assets" / "examples" / "tweets.tsv"


def default_engine(sources: EngineSources, progress: Progress | None = None) -> EngineLike:
    """The real engine on these sources. Imports torch: call it in a thread."""
    from core.engine import Engine

    return Engine(sources, progress=progress)


class Services(Loading):
    """One engine, loaded in the background, and the questions that may be put to it.

    Args:
        make_engine, memory, left_out: see Loading.
    """

    def __init__(
        self,
        make_engine: Callable[[], EngineLike],
        memory: Remembered | None = None,
        left_out: Sequence[str] = (),
    ) -> None:
        super().__init__(make_engine, memory, left_out)
        self._turns = threading.Semaphore(AT_ONCE)

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
        total = len(texts)

        def work(told: Callable[[Step], None]) -> Step:
            def said(done: int, of: int) -> None:
                told(Step(done, of))

            with self.turn(cancel) as granted:
                result = (
                    self.compare(texts, languages, translations, said, cancel.is_set)
                    if granted
                    else []
                )
            return Step(len(result), total, result)

        return followed(work, Step(0, total), cancel)

    def explain(
        self,
        question: Question,
        told: Callable[[Explanation, int, int], None] | None = None,
        stop: Callable[[], bool] | None = None,
    ) -> Explanation:
        """Which words made the label; see core.engine.Engine.explain."""
        own = question.translation
        whole = replace(
            question,
            text=whole_characters(question.text),
            translation=own and whole_characters(own),
        )
        engine, key = self.engine(), self.models_key()

        def signed(found: Explanation, done: int, total: int) -> None:
            if told is not None:
                told(replace(found, models=key), done, total)

        return replace(engine.explain(whole, signed, stop), models=key)

    def follow_explanation(
        self, question: Question, cancel: threading.Event | None = None
    ) -> Iterator[Growth]:
        """An explanation as it grows; steps come and end as those of ``follow`` do."""
        cancel = cancel or threading.Event()
        last = Growth(None, 0, 0)

        def work(told: Callable[[Growth], None]) -> Growth:
            def said(found: Explanation, done: int, total: int) -> None:
                nonlocal last
                last = Growth(found, done, total)
                told(last)

            with self.turn(cancel) as granted:
                found = self.explain(question, said, cancel.is_set) if granted else None
            return Growth(found, last.done, last.total, finished=True)

        return followed(work, last, cancel)

    def links(self, text: str, language: str, translation: str | None) -> Links | None:
        """Words that belong together; see core.engine.Engine.links."""
        own = translation and whole_characters(translation)
        return self.engine().links(whole_characters(text), language, own)

    def what_if(
        self,
        text: str,
        role: str,
        masked: Sequence[int],
        language: str = AUTO,
        translation: str | None = None,
    ) -> Prediction:
        """A model's answer with words masked; see core.engine.Engine.what_if."""
        own = translation and whole_characters(translation)
        return self.engine().what_if(whole_characters(text), role, masked, language, own)

    @contextmanager
    def turn(
        self, cancel: threading.Event, turns: threading.Semaphore | None = None
    ) -> Iterator[bool]:
        """Wait for the models, then for a turn; false if cancelled before.

        Args:
            turns: for work of another kind, so that hours of it keep nobody from comparing.
        """
        turns = turns or self._turns
        granted = self._take_turn(cancel, turns)
        try:
            yield granted
        finally:
            if granted:
                turns.release()

    def _take_turn(self, cancel: threading.Event, turns: threading.Semaphore) -> bool:
        self.start()
        assert self._loaded is not None
        while not cancel.is_set():
            if not self._loaded.done():
                wait([self._loaded], PULSE)
            elif turns.acquire(timeout=PULSE):
                return True
        return False


def models_key(info: EngineInfo) -> str:
    """Twelve hex digits of the identities of all models, in the order of their roles.

    Equal keys mean equal weights and settings: a link that carries one shows the same figures.
    """
    lines = [f"{model.role}\t{model.identity}\n" for model in info.models]
    return hashlib.sha256("".join(lines).encode("utf-8", "backslashreplace")).hexdigest()[:12]


def examples(path: Path = EXAMPLES) -> dict[str, list[str]]:
    """Language code → example tweets, in the order of the file."""
    found: dict[str, list[str]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            found.setdefault(row["language"], []).append(row["text"])
    return found

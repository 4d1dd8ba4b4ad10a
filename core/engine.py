"""The one door for dashboard and command line: holds loaded models and caches, compares tweets.

Knows which model reads which text. Loading runs in a thread of its own; every
method may be called from many threads. Knows no widget, no file format, no
training.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Literal

from core.cache import BoundedCache
from core.errors import ModelError, TandemError
from core.hub import Progress
from core.languages import LanguageIdentifier
from core.models import EmotionModel
from core.records import (
    Comparison,
    EngineInfo,
    EngineSources,
    Language,
    ModelInfo,
    Prediction,
    TokenScores,
    Translation,
    TranslationStatus,
    Weight,
)
from core.request import AUTO, Request
from core.roster import Roster, open_models
from core.translation import Translator

__all__ = ["AUTO", "Engine", "EngineInfo", "EngineSources", "ModelInfo"]

log = logging.getLogger("tandem")

State = Literal["idle", "loading", "ready", "failed"]
Key = tuple[object, ...]
"""Of a cache: the text, then everything that shapes the result."""

CACHED = 4096  # texts per kind of result
CHARACTERS = 1_000_000  # of all texts that one cache holds results for
CHUNK = 16  # tweets between two progress reports


class Engine:
    """Loads models once and answers.

    Args:
        sources: which models.
        device: "cpu" or "cuda".
        progress: called in the loading thread while files of a hub id are downloaded.
    """

    def __init__(
        self, sources: EngineSources, device: str = "cpu", progress: Progress | None = None
    ) -> None:
        self.sources = sources
        self.device = device
        self.progress = progress
        self.identifier = LanguageIdentifier()
        self._loaded: Roster | None = None
        self._error: TandemError | None = None
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._translations: BoundedCache[Key, Translation] = BoundedCache(
            CACHED, CHARACTERS, _characters
        )
        self._readings: BoundedCache[Key, tuple[Prediction, TokenScores]] = BoundedCache(
            CACHED, CHARACTERS, _characters
        )

    @property
    def state(self) -> State:
        """ "idle", "loading", "ready" or "failed"."""
        if self._loaded is not None:
            return "ready"
        if self._error is not None:
            return "failed"
        return "idle" if self._thread is None else "loading"

    @property
    def error(self) -> TandemError | None:
        """What loading met, once it failed."""
        return self._error

    def start(self) -> None:
        """Begin to load in a background thread; further calls do nothing."""
        with self._starting:
            if self._thread is None:
                thread = threading.Thread(target=self._load, name="loading", daemon=True)
                thread.start()
                self._thread = thread

    def wait(self) -> None:
        """Block until the models are there.

        Raises:
            TandemError: what loading met.
        """
        self._ready()

    def describe(self) -> EngineInfo:
        """The loaded models; waits for them."""
        return EngineInfo(self.device, self._ready().models())

    def compare(
        self,
        texts: Sequence[str],
        languages: str | Sequence[str] = AUTO,
        translations: Sequence[str | None] | None = None,
        progress: Callable[[int, int], None] | None = None,
        stop: Callable[[], bool] | None = None,
    ) -> list[Comparison]:
        """Teacher on the translation, student on the original, weight, triggers.

        Args:
            texts: N tweets, exactly as they are; blank ones are answered too.
            languages: "auto", a code for all, or N of them.
            translations: N; an English text written by the user, or None.
            progress: called with (done, N) now and then.
            stop: asked before each chunk; once it says yes, the rows so far are the answer.

        Returns:
            One row per text, in order; fewer only where ``stop`` said yes.

        Raises:
            InputError: an unknown language code, or lists of different lengths.
            TandemError: what loading met.
        """
        request = Request.of(texts, languages, translations)
        loaded = self._ready()
        results: list[Comparison] = []
        for part in request.parts(CHUNK):
            if stop is not None and stop():
                break
            results += self._compare(loaded, part)
            if progress is not None:
                progress(len(results), len(texts))
        return results

    def forget(self) -> None:
        """Empty the caches, so that the next answers depend on nothing asked before.

        Which texts are read together decides the last digits of a probability.
        """
        self._translations.clear()
        self._readings.clear()

    def _compare(self, loaded: Roster, asked: Request) -> list[Comparison]:
        texts = asked.texts
        languages = list(map(self._language, texts, asked.codes))
        translations = self._translate(loaded.translator, asked, languages)
        english = [translation.text for translation in translations]
        student = self._read(loaded.student, texts)
        teacher = self._read(loaded.teacher, english)
        before = self._predict(loaded.baseline, texts)
        weights = self._weigh(loaded, before, translations)
        return [
            Comparison(
                text=texts[row],
                language=languages[row],
                translation=translations[row],
                teacher=teacher[row][0],
                student=student[row][0],
                student_before=before[row],
                weight=weights[row],
                triggers={"student": student[row][1], "teacher": teacher[row][1]},
            )
            for row in range(len(texts))
        ]

    def _language(self, text: str, code: str) -> Language:
        return self.identifier.identify(text) if code == AUTO else Language(code, None)

    def _translate(
        self, translator: Translator, asked: Request, languages: Sequence[Language]
    ) -> list[Translation]:
        """The user's own English where there is one, else the machine's."""
        made = self._by_machine(translator, asked.texts, [found.code for found in languages])
        return [
            machine
            if own is None or own == machine.text
            else Translation(own, TranslationStatus.EDITED)
            for machine, own in zip(made, asked.edited, strict=True)
        ]

    def _by_machine(
        self, translator: Translator, texts: Sequence[str], codes: Sequence[str]
    ) -> list[Translation]:
        keys = [
            (text, code, *translator.key_of(code)) for text, code in zip(texts, codes, strict=True)
        ]

        def compute(missing: Sequence[Key]) -> list[Translation]:
            return translator.translate(
                [str(key[0]) for key in missing], [str(key[1]) for key in missing]
            )

        return self._translations.fill(keys, compute)

    def _read(
        self, model: EmotionModel, texts: Sequence[str]
    ) -> list[tuple[Prediction, TokenScores]]:
        """Prediction and trigger scores, from the cache where the same model read the text."""
        keys = [(text, *model.key) for text in texts]
        return self._readings.fill(
            keys, lambda missing: model.analyse([str(key[0]) for key in missing])
        )

    def _predict(self, model: EmotionModel | None, texts: Sequence[str]) -> list[Prediction | None]:
        if model is None:
            return [None] * len(texts)
        return [prediction for prediction, _ in self._read(model, texts)]

    def _weigh(
        self,
        loaded: Roster,
        on_original: Sequence[Prediction | None],
        translations: Sequence[Translation],
    ) -> list[Weight]:
        english = [translation.text for translation in translations]
        on_translation = self._predict(loaded.baseline, english)
        return [
            loaded.weigher.weigh(original, translated, translation.status)
            for original, translated, translation in zip(
                on_original, on_translation, translations, strict=True
            )
        ]

    def _ready(self) -> Roster:
        self.start()
        assert self._thread is not None
        self._thread.join()
        if self._error is not None:
            # Anew each time: one exception raised again and again keeps every caller's frames.
            raise self._error.with_traceback(None)
        assert self._loaded is not None
        return self._loaded

    def _load(self) -> None:
        try:
            loaded = open_models(self.sources, self.device, self.progress)
            self.identifier.load()
            self._loaded = loaded
        except TandemError as error:
            self._error = error
        except Exception as error:
            log.exception("loading failed")
            self._error = ModelError(
                f"The models could not be loaded: {type(error).__name__}.", "The log says more."
            )
            self._error.__cause__ = error


def _characters(key: Key) -> int:
    return len(str(key[0])) + 1

"""The one door for dashboard and command line: holds loaded models and caches, compares tweets.

Knows which model reads which text, and what a weight needs. Loading runs in a
thread of its own; every method may be called from many threads. Knows no
widget, no file format, no training.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from core.cache import BoundedCache
from core.errors import InputError, ModelError, TandemError
from core.languages import LANGUAGES, LanguageIdentifier
from core.loading import load_emotion_model, quiet
from core.models import EmotionModel
from core.records import (
    UNKNOWN,
    Comparison,
    Language,
    Prediction,
    TokenScores,
    Translation,
    TranslationStatus,
    Weight,
)
from core.translation import Translator
from core.translators import describe, load_translator
from core.weighing import Weigher

log = logging.getLogger("tandem")

AUTO = "auto"
CACHED = 4096  # texts per kind of result
CHUNK = 16  # tweets between two progress reports


@dataclass(frozen=True)
class EngineSources:
    """Where each model comes from: folder or hub id."""

    teacher: str
    student: str
    baseline: str | None = None  # the adapted student, before refinement
    translator: str | None = None


@dataclass(frozen=True)
class ModelInfo:
    """What a header says about one loaded model."""

    role: str  # "teacher" | "student" | "student before" | "translator"
    name: str  # as asked for
    base: str
    languages: tuple[str, ...]
    parameters: int
    threshold: float | None
    pooling: str
    licence: str
    source: str
    unmapped: tuple[str, ...] = ()  # classes of a foreign model that are left out


@dataclass(frozen=True)
class EngineInfo:
    """The loaded models and where they run."""

    device: str
    models: tuple[ModelInfo, ...]


@dataclass(frozen=True)
class _Loaded:
    teacher: EmotionModel
    student: EmotionModel
    baseline: EmotionModel | None
    translator: Translator | None
    weigher: Weigher


class Engine:
    """Loads models once and answers.

    Args:
        sources: which models.
        device: "cpu" or "cuda".
    """

    def __init__(self, sources: EngineSources, device: str = "cpu") -> None:
        self.sources = sources
        self.device = device
        self.identifier = LanguageIdentifier()
        self._loaded: _Loaded | None = None
        self._error: TandemError | None = None
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._translations: BoundedCache[tuple[object, ...], Translation] = BoundedCache(CACHED)
        self._readings: BoundedCache[tuple[object, ...], tuple[Prediction, TokenScores]] = (
            BoundedCache(CACHED)
        )

    @property
    def state(self) -> str:
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
                self._thread = threading.Thread(target=self._load, name="loading", daemon=True)
                self._thread.start()

    def wait(self) -> None:
        """Block until the models are there.

        Raises:
            TandemError: what loading met.
        """
        self.start()
        assert self._thread is not None
        self._thread.join()
        if self._error is not None:
            raise self._error

    def describe(self) -> EngineInfo:
        """The loaded models; waits for them."""
        loaded = self._ready()
        models = [_info("teacher", loaded.teacher), _info("student", loaded.student)]
        if loaded.baseline is not None:
            models.append(_info("student before", loaded.baseline))
        if loaded.translator is not None:
            models.append(_translator_info(loaded.translator))
        return EngineInfo(self.device, tuple(models))

    def compare(
        self,
        texts: Sequence[str],
        languages: str | Sequence[str] = AUTO,
        translations: Sequence[str | None] | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> list[Comparison]:
        """Teacher on the translation, student on the original, weight, triggers.

        Args:
            texts: N tweets, exactly as they are; blank ones are answered too.
            languages: "auto", a code for all, or N of them.
            translations: N; an English text written by the user, or None.
            progress: called with (done, N) now and then.

        Raises:
            InputError: an unknown language code, or lists of different lengths.
            TandemError: what loading met.
        """
        codes = _per_text(languages, len(texts))
        edited = list(translations) if translations is not None else [None] * len(texts)
        if len(edited) != len(texts):
            raise InputError(f"{len(texts)} texts came with {len(edited)} translations.")
        loaded = self._ready()
        results: list[Comparison] = []
        for start in range(0, len(texts), CHUNK):
            part = slice(start, start + CHUNK)
            results += self._compare(loaded, texts[part], codes[part], edited[part])
            if progress is not None:
                progress(len(results), len(texts))
        return results

    def _compare(
        self,
        loaded: _Loaded,
        texts: Sequence[str],
        codes: Sequence[str],
        edited: Sequence[str | None],
    ) -> list[Comparison]:
        languages = [self._language(text, code) for text, code in zip(texts, codes, strict=True)]
        translations = self._translate(loaded, texts, languages, edited)
        english = [translation.text for translation in translations]
        student = self._read(loaded.student, texts)
        teacher = self._read(loaded.teacher, english)
        before = self._predict(loaded.baseline, texts)
        weights = self._weigh(loaded, texts, english, translations)
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
        self,
        loaded: _Loaded,
        texts: Sequence[str],
        languages: Sequence[Language],
        edited: Sequence[str | None],
    ) -> list[Translation]:
        made = self._by_machine(loaded.translator, texts, [found.code for found in languages])
        return [
            machine
            if own is None or own == machine.text
            else Translation(own, TranslationStatus.EDITED)
            for machine, own in zip(made, edited, strict=True)
        ]

    def _by_machine(
        self, translator: Translator | None, texts: Sequence[str], codes: Sequence[str]
    ) -> list[Translation]:
        if translator is None:
            kinds = {"en": TranslationStatus.ENGLISH}
            return [
                Translation(text, kinds.get(code, TranslationStatus.UNKNOWN))
                for text, code in zip(texts, codes, strict=True)
            ]
        keys = [(text, code, *translator.key) for text, code in zip(texts, codes, strict=True)]

        def compute(missing: Sequence[tuple[object, ...]]) -> list[Translation]:
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

    def _predict(
        self, model: EmotionModel | None, texts: Sequence[str]
    ) -> list[Prediction | None]:
        if model is None:
            return [None] * len(texts)
        return [prediction for prediction, _ in self._read(model, texts)]

    def _weigh(
        self,
        loaded: _Loaded,
        texts: Sequence[str],
        english: Sequence[str],
        translations: Sequence[Translation],
    ) -> list[Weight]:
        on_original = self._predict(loaded.baseline, texts)
        on_translation = self._predict(loaded.baseline, english)
        return [
            loaded.weigher.weigh(original, translated, translation.status)
            for original, translated, translation in zip(
                on_original, on_translation, translations, strict=True
            )
        ]

    def _ready(self) -> _Loaded:
        self.wait()
        assert self._loaded is not None
        return self._loaded

    def _load(self) -> None:
        try:
            self._loaded = self._open()
        except TandemError as error:
            self._error = error
        except Exception as error:
            log.exception("loading failed")
            self._error = ModelError(
                f"The models could not be loaded: {type(error).__name__}.", "The log says more."
            )
            self._error.__cause__ = error

    def _open(self) -> _Loaded:
        quiet()
        sources, device = self.sources, self.device
        student = load_emotion_model(sources.student, "student", device)
        teacher = load_emotion_model(sources.teacher, "teacher", device)
        baseline = translator = None
        if sources.baseline is not None:
            baseline = load_emotion_model(sources.baseline, "student before", device)
        if sources.translator is not None:
            translator = load_translator(sources.translator, device)
        self.identifier.load()
        weigher = Weigher(
            student.manifest.weight_reference if student.manifest is not None else None,
            baseline.identity if baseline is not None else None,
            translator.identity if translator is not None else "",
            asdict(translator.decoding) if translator is not None else {},
        )
        return _Loaded(teacher, student, baseline, translator, weigher)


def _per_text(languages: str | Sequence[str], count: int) -> list[str]:
    codes = [languages] * count if isinstance(languages, str) else list(languages)
    if len(codes) != count:
        raise InputError(f"{count} texts came with {len(codes)} languages.")
    allowed = (AUTO, *LANGUAGES, UNKNOWN)
    for code in codes:
        if code not in allowed:
            raise InputError(
                f"The language {str(code)[:40]!r} is not known.", f"Use one of {', '.join(allowed)}."
            )
    return codes


def _info(role: str, model: EmotionModel) -> ModelInfo:
    manifest = model.manifest
    return ModelInfo(
        role=role,
        name=model.name,
        base=model.base,
        languages=manifest.languages if manifest is not None else (),
        parameters=model.parameters,
        threshold=model.threshold,
        pooling=model.pooling,
        licence=manifest.licence if manifest is not None else "",
        source=model.name,
        unmapped=model.unmapped,
    )


def _translator_info(translator: Translator) -> ModelInfo:
    name, manifest = describe(translator)
    return ModelInfo(
        role="translator",
        name=name,
        base=manifest.base if manifest is not None else name,
        languages=tuple(translator.units),
        parameters=translator.parameters,
        threshold=None,
        pooling="",
        licence=manifest.licence if manifest is not None else "",
        source=name,
    )

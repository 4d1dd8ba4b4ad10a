"""Open models and what they answered: teacher on the translation, student on the original.

Knows which model reads which text, and keeps results by everything that shapes them. Every
method may be called from many threads. Opens no model.
"""

from collections.abc import Sequence
from typing import Any

from core.cache import BoundedCache
from core.languages import LanguageIdentifier
from core.models import EmotionModel
from core.records import (
    Comparison,
    Language,
    Prediction,
    TokenScores,
    Translation,
    TranslationStatus,
    Weight,
)
from core.request import AUTO, Request
from core.roster import Roster

Key = tuple[object, ...]
"""Of a cache: the text, then everything that shapes the result."""

CACHED = 4096  # texts per kind of result
CHARACTERS = 1_000_000  # of all texts that one cache holds results for


class Comparer:
    """Answers of one roster, cached.

    Args:
        roster: the open models.
        identifier: finds languages.
        before: answers of other models, whose caches are shared: a key holds all that shapes an
            answer, the model's identity included.
    """

    def __init__(
        self, roster: Roster, identifier: LanguageIdentifier, before: "Comparer | None" = None
    ) -> None:
        self.roster = roster
        self.identifier = identifier
        self._translations: BoundedCache[Key, Translation] = (
            _cache() if before is None else before._translations
        )
        self._readings: BoundedCache[Key, tuple[Prediction, TokenScores]] = (
            _cache() if before is None else before._readings
        )

    def forget(self) -> None:
        """Empty the caches."""
        self._translations.clear()
        self._readings.clear()

    def compare(self, asked: Request) -> list[Comparison]:
        """One row per text of the request, in order."""
        roster = self.roster
        texts = asked.texts
        languages = self.languages(asked)
        translations = self.translations(asked, languages)
        english = [translation.text for translation in translations]
        student = self._read(roster.student, texts)
        teacher = self._read(roster.teacher, english)
        before = self._predict(roster.baseline, texts)
        weights = self._weigh(before, translations)
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
                refined=roster.refined,
            )
            for row in range(len(texts))
        ]

    def languages(self, asked: Request) -> list[Language]:
        """What each text is written in: as told, or as found."""
        return [
            self.identifier.identify(text) if code == AUTO else Language(code, None)
            for text, code in zip(asked.texts, asked.codes, strict=True)
        ]

    def translations(self, asked: Request, languages: Sequence[Language]) -> list[Translation]:
        """The user's own English where there is one, else the machine's."""
        made = self._by_machine(asked.texts, [found.code for found in languages])
        return [
            machine
            if own is None or own == machine.text
            else Translation(own, TranslationStatus.EDITED)
            for machine, own in zip(made, asked.edited, strict=True)
        ]

    def _by_machine(self, texts: Sequence[str], codes: Sequence[str]) -> list[Translation]:
        translator = self.roster.translator
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
        on_original: Sequence[Prediction | None],
        translations: Sequence[Translation],
    ) -> list[Weight]:
        english = [translation.text for translation in translations]
        on_translation = self._predict(self.roster.baseline, english)
        return [
            self.roster.weigher.weigh(original, translated, translation.status)
            for original, translated, translation in zip(
                on_original, on_translation, translations, strict=True
            )
        ]


def _cache() -> Any:
    return BoundedCache(CACHED, CHARACTERS, _characters)


def _characters(key: Key) -> int:
    return len(str(key[0])) + 1

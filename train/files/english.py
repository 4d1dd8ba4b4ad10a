"""Texts in any configured language to English, for commands that answer a file.

Knows that a language is either found or given; how a tweet is translated is ``core.translation``.
"""

from collections.abc import Sequence

from core.languages import LanguageIdentifier
from core.records import Language, Translation
from core.request import AUTO
from core.translation import Translator


class English:
    """A translator and what it needs to know of each text's language.

    Args:
        translator: as loaded.
        language: "auto", or the code of all texts.
    """

    def __init__(self, translator: Translator, language: str) -> None:
        self.translator = translator
        self.language = language
        self._identifier = LanguageIdentifier()

    def of(self, texts: Sequence[str]) -> list[tuple[Language, Translation]]:
        """Language and English of each text, in order."""
        if self.language == AUTO:
            languages = self._identifier.identify_many(texts)
        else:
            languages = [Language(self.language, None)] * len(texts)
        codes = [language.code for language in languages]
        return list(zip(languages, self.translator.translate(texts, codes), strict=True))

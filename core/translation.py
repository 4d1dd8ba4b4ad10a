"""Tweets to English with Marian: what passes, what is translated, and which words belong together.

How a tweet is cut up is ``core.segments``, how a segment is translated
``core.marian``. Blank, emoji-only and punctuation-only text passes through:
Marian would invent a sentence for it. Knows nothing of emotions or weights.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from core.explanations import Links
from core.linking import LARGEST, identical, linked, machine_pieces, own_pieces
from core.marian import Decoding, English, MarianUnit, joined
from core.records import UNKNOWN, Translation, TranslationStatus
from core.segments import segments

__all__ = ["Decoding", "English", "MarianUnit", "Translator", "given_status"]


class Translator:
    """Several languages to English: one unit for all, one for each, or none at all.

    Args:
        units: language → unit; the same unit may stand under several.
        decoding: how units search.
    """

    def __init__(self, units: Mapping[str, MarianUnit], decoding: Decoding | None = None) -> None:
        self.units = units
        self.decoding = decoding or Decoding()

    @property
    def identity(self) -> str:
        """One string for all units' weights, by language; opens those of a pattern."""
        names = [(code, self.units[code].identity) for code in sorted(self.units)]
        same = {identity for _, identity in names}
        return same.pop() if len(same) == 1 else repr(names)

    @property
    def key(self) -> tuple[object, ...]:
        """What shapes a translation besides text and language: for cache keys."""
        return (self.identity, *self._search)

    def key_of(self, code: str) -> tuple[object, ...]:
        """``key`` for one language: of a pattern it opens that language's model only."""
        return (self.units[code].identity if code in self.units else "", *self._search)

    @property
    def _search(self) -> list[tuple[str, object]]:
        return sorted(asdict(self.decoding).items())

    def translate(
        self, texts: Sequence[str], languages: Sequence[str], batch_size: int = 16
    ) -> list[Translation]:
        """Translate each text from its language.

        Args:
            texts: N tweets, as they are.
            languages: N codes; "en" passes as it is, one without a unit is UNKNOWN.

        Returns:
            N translations with their status; emoji stand where they stood.
        """
        results = {
            row: _untouched(text, code, code in self.units)
            for row, (text, code) in enumerate(zip(texts, languages, strict=True))
        }
        for unit, rows in self._by_unit(languages, results):
            english = self._texts([texts[row] for row in rows], unit, batch_size)
            for row, (output, cut) in zip(rows, english, strict=True):
                results[row] = Translation(output, _status(texts[row], output), cut)
        return [found for row in range(len(texts)) if (found := results[row]) is not None]

    def links(self, text: str, code: str, translation: Translation) -> Links | None:
        """Which words of a tweet stand behind which words of its displayed English.

        A tweet that came back unchanged is linked word by word.

        Args:
            text: the tweet.
            code: its language.
            translation: what is displayed, machine-made or the user's own.

        Returns:
            None where the English is the tweet itself, no unit reads its language, or the two
            are far longer than tweets.
        """
        english = translation.text
        if (text.count(" ") + 1) * (english.count(" ") + 1) > LARGEST:
            return None
        if translation.status is TranslationStatus.COPIED:
            return identical(text, english)
        wanted = [part for translate, part in segments(text) if translate]
        if not translation.status.own or not wanted or code not in self.units:
            return None
        unit, pieces = self.units[code], None
        if translation.status is TranslationStatus.TRANSLATED:
            made = unit.chunks(wanted, self.decoding)
            told = [[(part, output.text) for part, output in group] for group in made]
            pieces = machine_pieces(text, english, told)
        pieces = pieces or own_pieces(text, english)
        pairs = [(one.source.text, one.english.text) for one in pieces if one.translated]
        return linked(text, english, pieces, unit.force(pairs))

    def _by_unit(
        self, languages: Sequence[str], results: Mapping[int, Translation | None]
    ) -> list[tuple[MarianUnit, list[int]]]:
        """The rows that are still to do, together where one unit reads their languages."""
        groups: dict[int, tuple[MarianUnit, list[int]]] = {}
        for row, code in enumerate(languages):
            if results[row] is None:
                unit = self.units[code]
                groups.setdefault(id(unit), (unit, []))[1].append(row)
        return list(groups.values())

    def _texts(self, texts: Sequence[str], unit: MarianUnit, batch_size: int) -> list[English]:
        parts = [segments(text) for text in texts]
        wanted = [part for group in parts for translate, part in group if translate]
        english = iter(unit.translate(wanted, self.decoding, batch_size))
        return [
            joined([next(english) if wanted else English(part, False) for wanted, part in group])
            for group in parts
        ]


def _untouched(text: str, code: str, covered: bool) -> Translation | None:
    if code == "en":
        return Translation(text, TranslationStatus.ENGLISH)
    if not any(translate for translate, _ in segments(text)):
        return Translation(text, TranslationStatus.PASSED_THROUGH)
    if code == UNKNOWN or not covered:
        return Translation(text, TranslationStatus.UNKNOWN)
    return None


def given_status(text: str, code: str, english: str) -> TranslationStatus:
    """The status of a translation that came from elsewhere, as if a translator had made it."""
    untouched = _untouched(text, code, covered=True)
    return _status(text, english) if untouched is None else untouched.status


def _status(source: str, output: str) -> TranslationStatus:
    same = source.casefold().split() == output.casefold().split()
    return TranslationStatus.COPIED if same else TranslationStatus.TRANSLATED

"""The English of a chunk's texts, and what texts and translator alone tell of it.

Knows a translator and the columns that come of it; no emotion model, no weight.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.marian import MarianUnit
from core.records import Language, Translation, TranslationStatus
from core.signals import copied_share, length_ratio, likelihood
from core.translation import Translator

AT_ONCE = 64  # segments that are translated together
FORCED_AT_ONCE = 16  # pairs whose likelihood is asked together: V logits for each piece
_MACHINE = (TranslationStatus.TRANSLATED, TranslationStatus.COPIED)  # a translator wrote it


def translations(
    translator: Translator, texts: Sequence[str], languages: Sequence[Language]
) -> list[Translation]:
    """One per text, in order; equal texts of one language are translated once."""
    keys = [(text, found.code) for text, found in zip(texts, languages, strict=True)]
    distinct = list(dict.fromkeys(keys))
    made = translator.translate(
        [text for text, _ in distinct], [code for _, code in distinct], AT_ONCE
    )
    by_key = dict(zip(distinct, made, strict=True))
    return [by_key[key] for key in keys]


def described(
    translator: Translator,
    texts: Sequence[str],
    languages: Sequence[Language],
    english: Sequence[Translation],
    likelihoods: bool,
) -> dict[str, list[Any]]:
    """The columns ``core.evaluation.columns.TRANSLATED``.

    Args:
        likelihoods: also force each translation through the translator, which takes as long as
            translating a few words.
    """
    pairs = list(zip(texts, english, strict=True))
    machine = [one.status in _MACHINE for one in english]
    asked = _likelihoods(translator, texts, languages, english) if likelihoods else None
    return {
        "translation": [one.text for one in english],
        "translation_status": [one.status.value for one in english],
        "translation_cut": [one.cut for one in english],
        "likelihood": [None] * len(texts) if asked is None else asked,
        "copied": [
            copied_share(text, one.text) if made else None
            for (text, one), made in zip(pairs, machine, strict=True)
        ],
        "length_ratio": [
            length_ratio(text, one.text) if made else None
            for (text, one), made in zip(pairs, machine, strict=True)
        ],
    }


def _likelihoods(
    translator: Translator,
    texts: Sequence[str],
    languages: Sequence[Language],
    english: Sequence[Translation],
) -> list[float | None]:
    """Mean log-likelihood of a piece of each translation, nats; None where none was made."""
    values: NDArray[np.float64] = np.full(len(texts), np.nan)
    groups: dict[int, tuple[MarianUnit, list[int]]] = {}
    for row, (found, one) in enumerate(zip(languages, english, strict=True)):
        if one.status is TranslationStatus.TRANSLATED:
            unit = translator.units[found.code]
            groups.setdefault(id(unit), (unit, []))[1].append(row)
    for unit, rows in groups.values():
        originals, made = [texts[row] for row in rows], [english[row].text for row in rows]
        values[rows] = likelihood(unit, originals, made, FORCED_AT_ONCE).values
    return [None if np.isnan(value) else float(value) for value in values]

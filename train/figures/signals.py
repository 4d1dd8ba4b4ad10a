"""What might tell a good translation from a bad one: one number a row, larger meaning better.

The weight of Eq. 3, and simple rivals that cost less; those that translator and texts alone tell
are ``core.signals``'. Knows arrays and pairs of texts; no human score and no file. Shapes: N
pairs, K classes.
"""

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from core import signals
from core.records import TranslationStatus
from core.signals import Signal
from core.weighting import READINGS, Reading, disagreement, normalise_weights

Floats = NDArray[np.float64]

WEIGHTS: Mapping[Reading, str] = {
    "squared_difference": "weight w̄, squared difference",
    "as_printed": "weight w̄, as printed",
}
"""Reading of Eq. 2 → the signal's name."""

_STATUS = {
    TranslationStatus.COPIED: "the translation is a copy of the original",
    TranslationStatus.PASSED_THROUGH: "there is nothing to translate in the original",
}


def weights(
    on_original: Floats, on_translation: Floats, statuses: Sequence[TranslationStatus]
) -> list[Signal]:
    """Eq. 3 over the whole set, by each reading of Eq. 2; copied rows have none.

    Args:
        on_original: (N, K) the adapted student's probabilities on the originals.
        on_translation: (N, K) those on the given translations.
        statuses: N; rows that refinement would leave out are left out here.
    """
    remarks = {row: _STATUS[status] for row, status in enumerate(statuses) if status in _STATUS}
    return [
        Signal(
            WEIGHTS[reading],
            normalise_weights(disagreement(on_translation, on_original, reading), statuses),
            remarks,
        )
        for reading in READINGS
    ]


def confidence(on_original: Floats) -> Signal:
    """The student's largest probability on the original: does it matter what is said at all?"""
    return Signal("student's confidence", on_original.max(axis=1))


def length_ratio(
    name: str,
    originals: Sequence[str],
    translations: Sequence[str],
    measure: Callable[[str], int],
) -> Signal:
    """``−|ln(measure(translation) / measure(original))|``: 0 where both are equally long."""
    ratios = [
        signals.length_ratio(a, b, measure) for a, b in zip(originals, translations, strict=True)
    ]
    values = [math.nan if ratio is None else -abs(math.log(ratio)) for ratio in ratios]
    missing = {row: "one side is empty" for row, ratio in enumerate(ratios) if ratio is None}
    return Signal(f"length ratio, {name}", np.array(values, dtype=np.float64), missing)


def copied_words(originals: Sequence[str], translations: Sequence[str]) -> Signal:
    """Minus the share of the translation's words that stand in the original as well."""
    shares = [signals.copied_share(a, b) for a, b in zip(originals, translations, strict=True)]
    values = [math.nan if share is None else -share for share in shares]
    missing = {r: "the translation holds no word" for r, s in enumerate(shares) if s is None}
    return Signal("few copied words", np.array(values, dtype=np.float64), missing)


def cosine(originals: torch.Tensor, translations: torch.Tensor) -> Signal:
    """Cosine of the two sides' sentence vectors, both (N, H)."""
    values = nn.functional.cosine_similarity(originals.double(), translations.double(), dim=1)
    return Signal("cosine of the base's vectors", values.numpy())

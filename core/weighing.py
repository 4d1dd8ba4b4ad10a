"""One tweet's translation weight, with the reason where it has none.

Knows the weight reference and what must match for it to hold; the equations
are in ``core.weighting``. Runs no model.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.errors import CheckpointError
from core.records import Prediction, TranslationStatus, Weight
from core.weighting import WeightReference, disagreement_by_class

NO_BASELINE = "No student from before refinement is loaded, so the translation is not weighed."
NO_REFERENCE = "The student carries no weight reference, so w stands without a weight."
OUTSIDE = "w lies outside what the refinement run saw."
STATUS_REASONS: Mapping[TranslationStatus, str] = {
    TranslationStatus.ENGLISH: "English is not translated and counts in full.",
    TranslationStatus.COPIED: "The translator copied the tweet, so refinement would leave it out.",
    TranslationStatus.PASSED_THROUGH: (
        "There is nothing to translate, so refinement would leave it out."
    ),
    TranslationStatus.UNKNOWN: (
        "The language is not one that is translated, so refinement would leave it out."
    ),
}


BINS = 24  # bars of the reference's distribution over w̄


def shares_by_weight(reference: WeightReference, bins: int = BINS) -> tuple[float, ...]:
    """How the reference's rows spread over w̄: their shares in equal bins of [0, 1], in order.

    Read off the stored quantiles of w, linear between them, as ``WeightReference.weigh`` does.

    Returns:
        ``bins`` shares that sum to 1; empty where all rows of the reference have one w.
    """
    if reference.maximum == reference.minimum:
        return ()
    quantiles = np.asarray(reference.quantiles, dtype=np.float64)
    weights = 1.0 - (quantiles - reference.minimum) / (reference.maximum - reference.minimum)
    edges = np.linspace(0.0, 1.0, bins + 1)
    below = np.interp(edges, weights[::-1], np.linspace(0.0, 1.0, len(weights)))
    below[0], below[-1] = 0.0, 1.0  # also where many rows share the smallest or largest w
    return tuple(float(share) for share in np.diff(below))


class Weigher:
    """Weighs translations for one set of loaded models.

    Args:
        reference: the refined student's weight reference, as its manifest holds it.
        student_hash: identity of the loaded adapted student; None without one.
        translator_hash: identity of the loaded translator.
        decoding: its options.

    Raises:
        CheckpointError: when ``reference`` is not one.
    """

    def __init__(
        self,
        reference: Mapping[str, Any] | None,
        student_hash: str | None,
        translator_hash: str,
        decoding: Mapping[str, Any],
    ) -> None:
        try:
            self.reference = WeightReference.from_dict(reference) if reference else None
        except ValueError as error:
            raise CheckpointError(
                f"The student's weight reference cannot be read: {error}.", "Refine it again."
            ) from error
        self.shares = shares_by_weight(self.reference) if self.reference else ()
        self.mismatch = NO_REFERENCE
        if self.reference is not None and student_hash is not None:
            self.mismatch = self.reference.mismatch(student_hash, translator_hash, decoding)

    def weigh(
        self, original: Prediction | None, translated: Prediction | None, status: TranslationStatus
    ) -> Weight:
        """Eq. 2 of the adapted student's two readings; Eq. 3 against the reference.

        Args:
            original: adapted student on x; None where none is loaded.
            translated: adapted student on x'.
            status: how x' came to be.
        """
        if original is None or translated is None:
            return Weight(None, None, None, reason=NO_BASELINE)
        p, q = translated.probabilities, original.probabilities
        reading = self.reference.reading if self.reference is not None else "squared_difference"
        terms = disagreement_by_class(np.array([p]), np.array([q]), reading)[0]
        by_class, w = tuple(float(term) for term in terms), float(terms.sum())
        weight, percentile, reason, outside = self._against_reference(w, status)
        shares = () if percentile is None else self.shares
        return Weight(w, by_class, weight, percentile, reason, outside, q, p, shares)

    def _against_reference(
        self, w: float, status: TranslationStatus
    ) -> tuple[float | None, float | None, str, bool]:
        if status in STATUS_REASONS:
            english = status is TranslationStatus.ENGLISH
            return (1.0 if english else None), None, STATUS_REASONS[status], False
        if self.reference is None or self.mismatch:
            return None, None, self.mismatch, False
        weighed = self.reference.weigh(w)
        reason = OUTSIDE if weighed.outside else ""
        return weighed.weight, weighed.percentile, reason, weighed.outside

"""How far a translation is trusted: Eq. 2 and Eq. 3 of Wang et al. (WASSA 2024).

Pure functions on arrays, plus the weight reference that lets one new tweet be weighed against a
whole set. Knows no model, no translator and no file. Shapes: N tweets, K classes.

w compares the adapted student's reading of a translation with its reading of the original; w̄
turns it into a weight. A tweet that was not translated has w = 0, which the plain rule takes for
full trust; by default only translated rows are ranked, English rows get 1, and copied,
passed-through or unknown-language rows are left out. ``paper_strict`` restores the plain rule.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, cast, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.records import TranslationStatus

Reading = Literal["squared_difference", "as_printed"]
"""Of Eq. 2: ``Σ (p' − p)²``, or as the paper prints it, ``Σ (p'² − p²)``."""

READINGS: tuple[Reading, ...] = get_args(Reading)
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

_LEFT_OUT = (
    TranslationStatus.COPIED,
    TranslationStatus.PASSED_THROUGH,
    TranslationStatus.UNKNOWN,
)
_PERCENTS = np.linspace(0.0, 1.0, 101)


def disagreement_by_class(
    p_translation: ArrayLike, p_original: ArrayLike, reading: Reading = "squared_difference"
) -> Floats:
    """The terms of Eq. 2, one per class; their sum over classes is w.

    Args:
        p_translation: (N, K) p(y|x', θ_mul), the adapted student on the translation.
        p_original: (N, K) p(y|x, θ_mul), the same student on the original.
        reading: "squared_difference" (default: ``(p' − p)²``, symmetric, what the paper's text
            calls a mean squared error) or "as_printed" (``p'² − p²``, antisymmetric).

    Returns:
        (N, K) float64.

    Raises:
        ValueError: shapes differ or are not (N, K), or the reading is unknown.
    """
    translation = np.asarray(p_translation, dtype=np.float64)
    original = np.asarray(p_original, dtype=np.float64)
    if translation.shape != original.shape or translation.ndim != 2:
        raise ValueError(f"probabilities of shapes {translation.shape} and {original.shape}")
    if reading == "squared_difference":
        return (translation - original) ** 2
    if reading == "as_printed":
        return translation**2 - original**2
    raise ValueError(f"{reading!r} is no reading of Eq. 2: {', '.join(READINGS)}")


def disagreement(
    p_translation: ArrayLike, p_original: ArrayLike, reading: Reading = "squared_difference"
) -> Floats:
    """Eq. 2: ``w_i = Σ_j (p(y_j|x'_i, θ_mul) − p(y_j|x_i, θ_mul))²``; 0 for equal readings.

    Args and raises: as ``disagreement_by_class``.

    Returns:
        (N,) in [0, 2] for "squared_difference", in (−1, 1) for "as_printed".
    """
    return cast(Floats, disagreement_by_class(p_translation, p_original, reading).sum(axis=1))


def usable_rows(statuses: Sequence[TranslationStatus], paper_strict: bool = False) -> Mask:
    """(N,) True for rows kept in refinement.

    Copied, passed-through and unknown-language rows are left out, unless ``paper_strict``.
    """
    if paper_strict:
        return np.ones(len(statuses), dtype=bool)
    return np.array([status not in _LEFT_OUT for status in statuses], dtype=bool)


def normalise_weights(
    w: ArrayLike,
    statuses: Sequence[TranslationStatus] | None = None,
    paper_strict: bool = False,
) -> Floats:
    """Eq. 3: ``w̄_i = 1 − (w_i − min w) / (max w − min w)``; 1 for all where max = min.

    Min and max are taken over the translated rows (those edited by hand included). English rows
    get 1; copied, passed-through and unknown-language rows get NaN, meaning "left out of
    refinement". With ``paper_strict``, or without statuses, the plain rule holds for all rows.

    Args:
        w: (N,) Eq. 2, finite.
        statuses: N, how each English text came to be.
        paper_strict: restore the paper's plain rule.

    Returns:
        (N,) in [0, 1], or NaN for rows that are left out.

    Raises:
        ValueError: w is not one finite number per status.
    """
    values = np.asarray(w, dtype=np.float64)
    if values.ndim != 1 or not np.isfinite(values).all():
        raise ValueError("w must be one finite number per tweet")
    if statuses is not None and len(statuses) != len(values):
        raise ValueError(f"{len(values)} disagreements for {len(statuses)} statuses")
    if statuses is None or paper_strict:
        return _equation_3(values)
    ranked = is_translated(statuses)
    weights = np.where(usable_rows(statuses), 1.0, np.nan)
    weights[ranked] = _equation_3(values[ranked])
    return weights


def is_translated(statuses: Sequence[TranslationStatus]) -> Mask:
    """(N,) True for rows with a translation of their own, by whomever."""
    return np.array([status.own for status in statuses], dtype=bool)


def count_statuses(statuses: Sequence[TranslationStatus]) -> dict[str, int]:
    """How many rows came to be in each way, every status named, zeros included."""
    return {status.value: list(statuses).count(status) for status in TranslationStatus}


def _equation_3(values: Floats) -> Floats:
    """The plain rule over all given rows."""
    if len(values) == 0 or values.max() == values.min():
        return np.ones_like(values)
    return cast(Floats, 1.0 - (values - values.min()) / (values.max() - values.min()))


@dataclass(frozen=True, slots=True)
class Weighed:
    """One new tweet against a reference."""

    weight: float | None  # w̄ of Eq. 3 in [0, 1]; None outside the reference: never clipped
    percentile: float  # share of the reference with a larger w, in [0, 1]
    outside: bool  # w lies beyond the reference's min … max


@dataclass(frozen=True, slots=True)
class WeightReference:
    """What a refinement run's w looked like, so that one tweet can be weighed like the set.

    It holds only for the same adapted student, translator and decoding: compare the hashes with
    ``mismatch`` before weighing.
    """

    minimum: float
    maximum: float
    quantiles: tuple[float, ...]  # 101: 0 %, 1 % … 100 % of the reference's w, ascending
    n: int  # translated rows it was made of
    languages: Mapping[str, int]  # code → rows
    reading: Reading  # of Eq. 2
    student_hash: str  # the adapted, not yet refined student
    translator_hash: str
    decoding: Mapping[str, Any]  # the translator's generation options

    def weigh(self, w: float) -> Weighed:
        """Eq. 3 with the reference's min and max; "outside" instead of silent clipping.

        Args:
            w: Eq. 2 of the tweet, by the reference's reading and student.

        Raises:
            ValueError: w is not finite.
        """
        if not np.isfinite(w):
            raise ValueError("w must be finite")
        percentile = self._share_above(w)
        if not self.minimum <= w <= self.maximum:
            return Weighed(None, percentile, outside=True)
        if self.maximum == self.minimum:
            return Weighed(1.0, percentile, outside=False)
        weight = 1.0 - (w - self.minimum) / (self.maximum - self.minimum)
        return Weighed(min(max(weight, 0.0), 1.0), percentile, outside=False)

    def _share_above(self, w: float) -> float:
        """Share of the reference with a larger w, linear between the stored quantiles."""
        quantiles = np.asarray(self.quantiles)
        if w < quantiles[0]:
            return 1.0
        last = int(np.searchsorted(quantiles, w, side="right")) - 1  # last quantile ≤ w
        if last >= len(quantiles) - 1:
            return 0.0
        step = (w - quantiles[last]) / (quantiles[last + 1] - quantiles[last])
        return float(1.0 - (_PERCENTS[last] + step * (_PERCENTS[1] - _PERCENTS[0])))

    def mismatch(self, student_hash: str, translator_hash: str, decoding: Mapping[str, Any]) -> str:
        """Why this reference does not hold for these models, as a sentence; "" if it does."""
        if student_hash != self.student_hash:
            return "The adapted student is not the one that the weight reference was made with."
        if translator_hash != self.translator_hash:
            return "The translator is not the one that the weight reference was made with."
        if dict(decoding) != dict(self.decoding):
            return "The translator decodes otherwise than when the weight reference was made."
        return ""

    def to_dict(self) -> dict[str, Any]:
        """Plain values for a manifest."""
        content = asdict(self)
        content["quantiles"] = list(self.quantiles)
        return content

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "WeightReference":
        """Read what ``to_dict`` wrote. Raises ValueError where a field is missing or wrong."""
        try:
            reference = cls(**{**content, "quantiles": tuple(map(float, content["quantiles"]))})
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"not a weight reference: {error}") from error
        sound = len(reference.quantiles) == len(_PERCENTS) and reference.reading in READINGS
        if not sound or list(reference.quantiles) != sorted(reference.quantiles):
            raise ValueError("not a weight reference: quantiles or reading are wrong")
        return reference


def make_reference(
    w: ArrayLike,
    languages: Sequence[str],
    statuses: Sequence[TranslationStatus],
    *,
    reading: Reading,
    student_hash: str,
    translator_hash: str,
    decoding: Mapping[str, Any],
) -> WeightReference:
    """Keep of a refinement set what ``WeightReference.weigh`` needs, over its translated rows.

    Args:
        w: (N,) Eq. 2 of every row.
        languages: N codes.
        statuses: N; rows that are not translated are not part of the reference.
        reading: of Eq. 2, that w was computed with.
        student_hash: content hash of the adapted, not yet refined student.
        translator_hash: content hash of the translator.
        decoding: its generation options, values that JSON keeps.

    Raises:
        ValueError: lengths differ, or no row is translated.
    """
    values = np.asarray(w, dtype=np.float64)
    if not len(values) == len(languages) == len(statuses):
        raise ValueError("w, languages and statuses must be parallel")
    chosen = is_translated(statuses)
    if not chosen.any():
        raise ValueError("no translated row to make a weight reference of")
    kept = [code for code, use in zip(languages, chosen, strict=True) if use]
    quantiles = np.quantile(values[chosen], _PERCENTS)
    return WeightReference(
        minimum=float(quantiles[0]),
        maximum=float(quantiles[-1]),
        quantiles=tuple(np.maximum.accumulate(quantiles).tolist()),
        n=len(kept),
        languages={code: kept.count(code) for code in sorted(set(kept))},
        reading=reading,
        student_hash=student_hash,
        translator_hash=translator_hash,
        decoding=dict(decoding),
    )

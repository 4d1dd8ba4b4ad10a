"""The translation weight in words, for every way in which it can come or fail."""

from core.labels import LABELS
from core.records import Comparison, TranslationStatus, Weight
from dashboard.wording.languages import LANGUAGES
from dashboard.wording.numbers import decimal, percent

GAUGE_BARS = "The translations of refinement by their weight; each bar a share of them"
GAUGE_ENDS = ("0\u00a0%", "100\u00a0%")

_LEFT_OUT = {
    TranslationStatus.COPIED: (
        "The translator gave the tweet back unchanged, so agreement would prove nothing: "
        "it would have been left out of refinement."
    ),
    TranslationStatus.PASSED_THROUGH: (
        "There was nothing to translate: it would have been left out of refinement."
    ),
    TranslationStatus.UNKNOWN: (
        "The language was not recognised and nothing was translated: it would have been left "
        "out of refinement. Set the language by hand if you know it."
    ),
}


def weight_sentence(comparison: Comparison) -> str:
    """The translation weight in words, for every way in which it can come or fail."""
    weight, status = comparison.weight, comparison.translation.status
    name = LANGUAGES.get(comparison.language.code)
    if status is TranslationStatus.UNKNOWN and name is not None:
        return f"There is no translator for {name}, so the translation cannot be weighed."
    if status in _LEFT_OUT:
        return _LEFT_OUT[status]
    if status is TranslationStatus.ENGLISH and weight.weight is not None:
        return "Not translated: an English tweet counts in full."
    if weight.outside:
        return f"{_readings(weight)} {_FURTHER if weight.percentile == 0 else _CLOSER}".strip()
    if weight.weight is None:
        return f"{_readings(weight)} {weight.reason or _NO_WEIGHT}".strip()
    return f"{_readings(weight, weight.weight)} {weight.reason}".strip()


_NO_WEIGHT = "The weight could not be computed."
_CLOSER = (
    "The disagreement is smaller than any that refinement saw: "
    "it lies beyond the scale's 100\u00a0%, on the trusted side."
)
_FURTHER = (
    "The disagreement is larger than any that refinement saw: "
    "it lies beyond the scale's 0\u00a0%, on the distrusted side."
)


def _readings(weight: Weight, counted: float | None = None) -> str:
    """How the adapted student reads original and translation, and what that counts."""
    tail = "" if counted is None else f" would have counted {percent(counted)}"
    if weight.on_original is None or weight.on_translation is None:
        return tail and f"This tweet{tail}."
    first, second = _top(weight.on_original), _top(weight.on_translation)
    if first != second:
        said = f"reads the translation differently: mostly {LABELS[first]} → {LABELS[second]}"
        return f"The student {said}{tail and f'; this tweet{tail}'}."
    if counted is None:
        return f"The student reads mostly {LABELS[first]} in both."
    if counted < ALIKE:
        sure = f"{percent(weight.on_original[first])} → {percent(weight.on_translation[first])}"
        said = f"is not equally sure: {LABELS[first]} in both, but {sure} in the translation"
        return f"The student {said}; this tweet{tail}."
    return f"Both read alike; it{tail}."


ALIKE = 0.75  # weight from which two readings with one label are called alike


def _top(probabilities: tuple[float, ...]) -> int:
    """Index of the largest entry, the first on a tie."""
    return max(range(len(probabilities)), key=lambda k: probabilities[k])


def figures(comparison: Comparison) -> str:
    """w of Eq. 2, and its place among the translations of refinement; empty where x' = x."""
    weight, status = comparison.weight, comparison.translation.status
    if weight.disagreement is None or not status.own:
        return ""
    line = f"Disagreement w = {decimal(weight.disagreement)}"
    if weight.percentile is None or weight.outside:
        return line
    share = percent(1 - weight.percentile)
    return f"{line}, larger than that of {share} of the translations used in refinement"


def gauge_place(weight: Weight) -> str:
    """Where a weight stands among those of refinement; empty where it is not known."""
    if weight.percentile is None:
        return ""
    if weight.outside:
        return "below them all" if weight.percentile < 0.5 else "above them all"
    return f"above {percent(weight.percentile)} of the translations"

"""Answers as plain values: what endpoint and command line say, key by key.

Knows the shape of an answer, which begins with the text that it is about; computes nothing and
reads no file.
"""

import math
from typing import Any

from core.records import Comparison, Language, Prediction, TokenScores, Translation


def to_json(comparison: Comparison) -> dict[str, Any]:
    """A comparison as endpoint and command line answer it: plain values, never NaN or infinity."""
    weight, before = comparison.weight, comparison.student_before
    return {
        "text": comparison.text,
        "language": comparison.language.code,
        "language_probability": _finite(comparison.language.probability),
        "translation": comparison.translation.text,
        "translation_status": comparison.translation.status.value,
        "translation_cut": comparison.translation.cut,
        "teacher": _prediction(comparison.teacher),
        "student": _prediction(comparison.student),
        "student_before": None if before is None else _prediction(before),
        "agree": comparison.agree,
        "distance": _finite(comparison.distance),
        "disagreement": _finite(weight.disagreement),
        "weight": _finite(weight.weight),
        "percentile": _finite(weight.percentile),
        "weight_reason": weight.reason or None,
        "triggers": {role: _words(scores) for role, scores in comparison.triggers.items()},
    }


def translated(text: str, language: Language, translation: Translation) -> dict[str, Any]:
    """A text with its translation into English, and how that came to be."""
    return {
        "text": text,
        "language": language.code,
        "language_probability": _finite(language.probability),
        "translation": translation.text,
        "translation_status": translation.status.value,
        "translation_cut": translation.cut,
    }


def predicted(
    about: dict[str, Any], prediction: Prediction, scores: TokenScores | None
) -> dict[str, Any]:
    """One model's label and probabilities after ``about``, which begins with the text.

    Args:
        scores: of the words that the model read; None leaves them out.
    """
    record = {**about, **_prediction(prediction)}
    return record if scores is None else {**record, "triggers": _words(scores)}


def _prediction(prediction: Prediction) -> dict[str, Any]:
    """Label and probabilities of one model, and whether it left the end of the text unread."""
    probabilities = {label: _finite(value) for label, value in prediction.as_dict().items()}
    return {
        "label": prediction.label,
        "probabilities": probabilities,
        "truncated": prediction.truncated,
    }


def _words(scores: TokenScores) -> list[dict[str, Any]]:
    """One entry per word of ``text.split(" ")``."""
    return [
        {"word": word.word, "score": _finite(word.score), "trigger": bool(word.trigger)}
        for word in scores.words
    ]


def _finite(value: float | None) -> float | None:
    """A number that JSON can hold, or None."""
    return float(value) if value is not None and math.isfinite(value) else None

"""Answers as plain values: what endpoint and command line say, key by key.

Knows the shape of an answer, which begins with the text that it is about; computes nothing and
reads no file.
"""

import math
from dataclasses import asdict
from typing import Any

from core.attribution import METHODS
from core.explanations import Explanation, Faithfulness, LinkedAgreement, Links, Question, Side
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


def explained(explanation: Explanation) -> dict[str, Any]:
    """A whole explanation, both sides, links and what they share: what an export holds."""
    translation, links = explanation.translation, explanation.links
    return {
        "text": explanation.text,
        "language": explanation.language.code,
        "language_probability": _finite(explanation.language.probability),
        "translation": None if translation is None else translation.text,
        "translation_status": None if translation is None else translation.status.value,
        "models": explanation.models,
        "asked": _asked(explanation.question),
        "complete": explanation.complete,
        "gold": None if explanation.gold is None else list(explanation.gold),
        "sides": {role: explained_side(side) for role, side in explanation.sides.items()},
        "links": None if links is None else _links(links),
        "linked": {name: _linked(found) for name, found in explanation.linked.items()},
    }


def _asked(question: Question | None) -> dict[str, Any] | None:
    """What an explanation answers, so that it can be asked again."""
    if question is None:
        return None
    return {
        "models": list(question.roles),
        "methods": list(question.methods),
        "target": question.target,
        "against": question.against,
        "options": {name: dict(values) for name, values in question.options.items()},
        "seed": question.seed,
    }


def explained_side(side: Side) -> dict[str, Any]:
    """One model's explanations, as the endpoint ``/explain`` answers them."""
    spans = zip(side.words, side.spans, side.read, strict=True)
    return {
        "target": side.target.label,
        "against": side.target.against,
        "explained_text": side.text,
        **_prediction(side.prediction),
        "value": _finite(side.value),
        "baseline": _finite(side.baseline),
        "words": [
            {"word": word, "start": span[0], "end": span[1], "read": read}
            for word, span, read in spans
        ],
        "methods": {name: _method(side, name) for name in METHODS if name in side.attributions},
        "missing": dict(side.missing),
        "unjudged": side.unjudged or None,
    }


def _method(side: Side, name: str) -> dict[str, Any]:
    """Scores of one method and all that is known of them."""
    found, plausible = side.attributions[name], side.plausibility.get(name)
    faithful = side.faithfulness.get(name)
    return {
        "scores": [_finite(score) for score in found.scores],
        "residual": _finite(found.residual),
        "delta": _finite(found.delta),
        "seconds": found.seconds,
        "passes": found.passes,
        "note": found.note or None,
        "faithfulness": None if faithful is None else _faithfulness(faithful),
        "verdict": None if faithful is None else faithful.verdict.value,
        "stability": _finite(side.stability.get(name)),
        "plausibility": None if plausible is None else asdict(plausible),
    }


def _faithfulness(found: Faithfulness) -> dict[str, Any]:
    """Under masking first, which the two plain keys repeat; intervals are of random rankings."""
    return {
        "comprehensiveness": found.masked.comprehensiveness,
        "sufficiency": found.masked.sufficiency,
        **_plain(asdict(found)),
    }


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Pairs as lists, as JSON has them."""
    return {
        name: _plain(value)
        if isinstance(value, dict)
        else list(value)
        if isinstance(value, tuple)
        else value
        for name, value in values.items()
    }


def _links(links: Links) -> dict[str, Any]:
    """The hard alignment and the matrix behind it."""
    return {
        "pairs": [list(pair) for pair in links.pairs],
        "matrix": [[_finite(share) for share in row] for row in links.matrix],
    }


def _linked(found: LinkedAgreement) -> dict[str, Any]:
    """The teacher's scores on the source words, and how they agree with the student's."""
    return {
        "carried": [_finite(score) for score in found.carried],
        "spearman": _finite(found.spearman),
        "permuted": None if found.permuted is None else list(found.permuted),
        "permuted_mean": _finite(found.permuted_mean),
    }

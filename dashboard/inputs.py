"""What comes in from people and programs, and what goes out as JSON.

Knows types, limits and the shape of the endpoint's answer; asks no engine, draws nothing.
"""

import math
from collections.abc import Sequence
from typing import Any

from core.errors import InputError
from core.records import Comparison, Prediction, TokenScores
from core.request import AUTO
from dashboard import wording

TAB_LIMIT = 50  # tweets that the tab compares at once
ENDPOINT_LIMIT = 500  # texts that one call of the endpoint may hold
LENGTH_LIMIT = 20_000  # characters of one text


def whole_characters(text: str) -> str:
    """``text`` with halves of surrogate pairs, which no encoding can carry, as U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def split_lines(text: str) -> list[str]:
    """The tweets of a box, one per line; lines of blanks alone are skipped."""
    lines = text.replace("\r\n", "\n").split("\n")
    return [line for line in lines if line.strip(" \t\r")]


def check_lengths(texts: Sequence[str]) -> None:
    """Raises InputError naming the first text that is too long."""
    for position, text in enumerate(texts, start=1):
        if len(text) > LENGTH_LIMIT:
            raise InputError(
                f"Text {position} has {wording.number(len(text))} characters; "
                f"at most {wording.number(LENGTH_LIMIT)} can be compared.",
                "Shorten it, or split it over several lines.",
            )


def check_language(language: Any) -> str:
    """``language`` if it is "auto" or one of the five codes.

    Raises:
        InputError: otherwise.
    """
    if isinstance(language, str) and language in (AUTO, *wording.LANGUAGES):
        return language
    raise InputError(
        f"The language {str(language)[:40]!r} is not known.",
        f"Use one of {', '.join((AUTO, *wording.LANGUAGES))}.",
    )


def check_texts(texts: Any) -> list[str]:
    """What the endpoint was sent, as a list: a string is split on newlines, a list kept.

    Raises:
        InputError: for any other type, too many texts, or one that is too long.
    """
    if isinstance(texts, str):
        texts = split_lines(texts)
    if not isinstance(texts, list):
        raise InputError(
            f"texts must be a string or a list of strings, not {_kind(texts)}.",
            "Send the tweets separated by newlines, or as a list.",
        )
    for position, text in enumerate(texts, start=1):
        if not isinstance(text, str):
            raise InputError(f"Item {position} of texts is {_kind(text)}, not a string.")
    if len(texts) > ENDPOINT_LIMIT:
        raise InputError(
            f"One call may hold at most {ENDPOINT_LIMIT} texts; this one holds "
            f"{wording.number(len(texts))}.",
            "Split them over several calls.",
        )
    check_lengths(texts)
    return texts


def _kind(value: Any) -> str:
    """A JSON value's type in plain words."""
    names = {
        type(None): "nothing",
        bool: "a truth value",
        int: "a number",
        float: "a number",
        dict: "an object",
        list: "a list",
        str: "a string",
    }
    return names.get(type(value), type(value).__name__)


def to_json(comparison: Comparison) -> dict[str, Any]:
    """A comparison as the endpoint answers it: plain values, never NaN or infinity."""
    weight, before = comparison.weight, comparison.student_before
    return {
        "text": comparison.text,
        "language": comparison.language.code,
        "language_probability": _finite(comparison.language.probability),
        "translation": comparison.translation.text,
        "teacher": _prediction(comparison.teacher),
        "student": _prediction(comparison.student),
        "student_before": None if before is None else _prediction(before),
        "disagreement": _finite(weight.disagreement),
        "weight": _finite(weight.weight),
        "weight_reason": wording.weight_reason(comparison),
        "triggers": {role: _words(scores) for role, scores in comparison.triggers.items()},
    }


def _prediction(prediction: Prediction) -> dict[str, Any]:
    """Label and probabilities of one model."""
    probabilities = {label: _finite(value) for label, value in prediction.as_dict().items()}
    return {"label": prediction.label, "probabilities": probabilities}


def _words(scores: TokenScores) -> list[dict[str, Any]]:
    """One entry per word of ``text.split(" ")``."""
    return [
        {"word": word.word, "score": _finite(word.score), "trigger": bool(word.trigger)}
        for word in scores.words
    ]


def _finite(value: float | None) -> float | None:
    """A number that JSON can hold, or None."""
    return float(value) if value is not None and math.isfinite(value) else None

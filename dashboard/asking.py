"""A page's question about one tweet, as it is sent, to a Question.

Knows names and types of the fields, and that a browser may send anything; which methods, labels
and options there are is core.explaining's to check.
"""

import re
from dataclasses import dataclass
from typing import Any

from core.errors import InputError
from core.explanations import Question
from dashboard import inputs
from dashboard.inputs import AUTO
from dashboard.wording import explain as words
from dashboard.wording.explain_form import GOLD_HINT

_GOLD = re.compile(r"\[?\s*[01](?:[\s,]*[01])*\s*\]?")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and the models that its sender saw."""

    question: Question
    models: str | None = None  # the key in the address; None where none came


def read(fields: Any) -> Asked:
    """What the form, a card or an address asks for.

    Raises:
        InputError: no object, blank or too long texts, values of another type.
    """
    if not isinstance(fields, dict):
        raise InputError(*words.UNREADABLE)
    text = inputs.check_text(fields.get("text"), "text")
    if not text.strip():
        raise InputError(words.NOTHING)
    question = Question(
        text=text,
        roles=inputs.check_names(fields.get("roles"), "roles", ("student", "teacher")),
        methods=inputs.check_names(fields.get("methods"), "methods", ()),
        target=inputs.check_text_or_none(fields.get("target") or None, "target"),
        against=inputs.check_text_or_none(fields.get("against") or None, "against"),
        language=inputs.check_language(fields.get("language") or AUTO),
        translation=_translation(fields.get("translation")),
        options=inputs.check_options(fields.get("options")),
        seed=inputs.check_seed(fields.get("seed", 0)),
        gold=read_gold(fields.get("gold")),
    )
    return Asked(question, inputs.check_text_or_none(fields.get("models"), "models"))


def _translation(value: Any) -> str | None:
    """The user's own English; blank means the machine's."""
    found = inputs.check_text_or_none(value, "translation")
    return found if found is not None and found.strip() else None


def read_gold(value: Any) -> tuple[int, ...] | None:
    """Trigger labels from a list, or from text such as "[0, 1, 0]"; None where there are none.

    Raises:
        InputError: anything else.
    """
    if value is None or value == "":
        return None
    if isinstance(value, str) and _GOLD.fullmatch(value.strip()):
        return tuple(int(digit) for digit in re.findall("[01]", value))
    if isinstance(value, list) and all(type(one) is int and one in (0, 1) for one in value):
        return tuple(value)
    raise InputError(words.GOLD_UNREADABLE.format(given=repr(value)[:40]), GOLD_HINT)

"""The page's address: tweets and settings that a link carries.

Knows names and limits of the query's parameters; whatever stands in them is checked like any
other input. Compares nothing, draws nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import InputError
from dashboard import inputs
from dashboard.inputs import AUTO
from dashboard.wording import many

TWEET, LANGUAGE, TRANSLATION, MODELS = "tweet", "language", "translation", "models"


@dataclass(frozen=True, slots=True)
class Address:
    """What an address asks for."""

    texts: Sequence[str]  # the tweets, at least one
    language: str = AUTO
    translation: str | None = None  # of the only tweet
    models: str | None = None  # the key that the sender's page had, see services.models_key


def asks(pairs: Sequence[tuple[str, str]]) -> bool:
    """Whether a query's (name, value) pairs ask for a comparison."""
    return any(name == TWEET for name, _ in pairs)


def read(pairs: Sequence[tuple[str, str]]) -> Address:
    """The address behind a query's (name, value) pairs; of what stands twice, the last counts.

    Raises:
        InputError: blank or too long tweets, an unknown language, a translation of several.
    """
    last = dict(pairs)
    texts = inputs.split_lines("\n".join(value for name, value in pairs if name == TWEET))
    translation = last.get(TRANSLATION)
    if not texts:
        raise InputError(many.ADDRESS_EMPTY)
    if translation is not None and len(texts) > 1:
        raise InputError(many.ADDRESS_TRANSLATION, many.ADDRESS_TRANSLATION_HINT)
    inputs.check_lengths([*texts[: inputs.TAB_LIMIT], translation or ""])
    language = inputs.check_language(last.get(LANGUAGE, AUTO))
    return Address(texts, language, translation, last.get(MODELS))

"""The languages by name, and how one that was found is told."""

from core.records import Language
from dashboard.wording.numbers import percent

LANGUAGES = {
    "en": "English",
    "fr": "French",
    "nl": "Dutch",
    "ru": "Russian",
    "es": "Spanish",
}
"""Code → the language's name in the interface's language."""

AUTO = "Auto"
UNKNOWN_LANGUAGE = "Not recognised"


def language(found: Language) -> str:
    """The language found, with its probability: "French 99 %"."""
    name = LANGUAGES.get(found.code, UNKNOWN_LANGUAGE)
    return name if found.probability is None else f"{name} {percent(found.probability)}"

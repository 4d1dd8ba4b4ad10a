"""What Marian models call the languages of ours, and families of them.

Names only; opens no model.
"""

LANGUAGES = ("fr", "nl", "ru", "es")
_SOURCES = {
    "fr": ("fr", "fra", "fre", "fr_FR", "ROMANCE", "roa", "itc", "ine", "mul"),
    "nl": ("nl", "nld", "dut", "nl_NL", "gem", "gmw", "ine", "mul"),
    "ru": ("ru", "rus", "ru_RU", "sla", "zle", "ine", "mul"),
    "es": ("es", "spa", "es_ES", "ROMANCE", "roa", "itc", "ine", "mul"),
}
_ENGLISH = ("en", "eng", "en_US", "en_GB", "")


def read_by(name: str | None) -> tuple[str, ...]:
    """Which of our languages a source language's name stands for; all where nothing is said."""
    if not name:
        return LANGUAGES
    return tuple(code for code in LANGUAGES if name in _SOURCES[code])


def is_english(name: str | None) -> bool:
    """Whether a target language's name is English, or none is said."""
    return (name or "") in _ENGLISH

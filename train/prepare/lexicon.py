"""Unicode CLDR's annotations → lexicon/emoji.tsv: what characters are called in five languages.

Knows the JSON edition, whose ``annotations`` name single characters and whose
``annotationsDerived`` name sequences (skin tones, families, flags).
"""

from typing import Any

from train.prepare.held import clean
from train.prepare.originals import Originals
from train.prepare.text_sources import EMOJI

NAME = "lexicon/emoji.tsv"
COLUMNS = (
    "emoji",
    *(f"{code}_{part}" for code in EMOJI for part in ("name", "keywords")),
    "origin",
)
_FOLDERS = ("annotations", "annotationsDerived")


def table(originals: Originals) -> list[tuple[str, ...]]:
    """One row a character that English names, parallel to COLUMNS; "" where a language does not."""
    known = {code: annotations(originals, code) for code in EMOJI}
    empty = ("", "")
    return [
        (emoji, *(cell for code in EMOJI for cell in known[code].get(emoji, empty)), "cldr-json")
        for emoji in known["en"]
        if known["en"][emoji][0]
    ]


def annotations(originals: Originals, language: str) -> dict[str, tuple[str, str]]:
    """Character or sequence → (name, keywords joined by " | "), in the order of the files."""
    found: dict[str, tuple[str, str]] = {}
    for folder in _FOLDERS:
        for path in originals.files("cldr", f"{folder}/{language}.json"):
            content = originals.json(path)
            try:
                entries = content[folder]["annotations"] if content is not None else {}
                found.update({emoji: _entry(entry) for emoji, entry in entries.items()})
            except (AttributeError, KeyError, TypeError):
                originals.give_up(path, f"{path} has no {folder} › annotations › tts, default.")
    return found


def _entry(entry: dict[str, Any]) -> tuple[str, str]:
    names, keywords = entry.get("tts", []), entry.get("default", [])
    return clean(names[0]) if names else "", " | ".join(map(clean, keywords))

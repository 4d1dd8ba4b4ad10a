"""From cells to an Example: labels by the layout's mapping, trigger lists, language codes.

Knows what a cell may hold; opens no file, and guesses nothing: what is not exactly a label, and not
mapped to one, is named.
"""

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from core.data import RowError, trigger_labels
from core.files.layout import LEFT_OUT, Layout, Trouble
from core.labels import LABELS
from core.languages import LANGUAGES, NAMES
from core.records import UNKNOWN, Example
from core.streaming import Row
from core.tables import quote
from core.words import encodable

_NOT_TOLD = ("", "auto", "und")  # "und": undetermined, in BCP 47
_THREE_LETTERS = {  # ISO 639-2, both codes where there are two
    "eng": "en",
    "fra": "fr",
    "fre": "fr",
    "nld": "nl",
    "dut": "nl",
    "rus": "ru",
    "spa": "es",
}
_CODES = (
    {code: code for code in LANGUAGES}
    | {name.lower(): code for code, name in NAMES.items()}
    | _THREE_LETTERS
    | {UNKNOWN: UNKNOWN}
    | dict.fromkeys(_NOT_TOLD, "")
)


class Cells:
    """Rows of one layout as Examples.

    Args:
        layout: whose columns and mapping hold.
    """

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self._labels = {**layout.labels, **{label: label for label in LABELS}}
        self._number = 0  # of Examples so far

    def example(self, row: Row) -> Example | Trouble | None:
        """A row as an Example, what keeps it from being one, or None where it is to be left out.

        Without an ID column the Examples are numbered 1, 2, 3 …
        """
        layout, label, triggers = self.layout, None, None
        if not row.text:
            return Trouble(row.line, layout.text, "the text is empty")
        if layout.kind == "emotions":
            label = self._labels.get(self.gold(row))
            if label == LEFT_OUT:
                return None
            if label is None:
                return Trouble(row.line, layout.gold or "", _no_label(self.gold(row)))
        elif layout.kind == "triggers":
            try:
                triggers = _triggers(row.text, row.extra.get(layout.gold or ""))
            except RowError as error:
                return Trouble(row.line, layout.gold or "", str(error))
        self._number += 1
        return Example(
            str(self._number) if layout.id is None else as_text(row.extra.get(layout.id)),
            row.text,
            label,
            triggers,
            "" if layout.source is None else as_text(row.extra.get(layout.source)),
            row.line,
            self.language(row),
        )

    def gold(self, row: Row) -> str:
        """The gold cell as written."""
        return as_text(row.extra.get(self.layout.gold or ""))

    def language(self, row: Row) -> str:
        """A code of core.languages, "" where the row tells none, UNKNOWN for any other."""
        if self.layout.language is None:
            return ""
        code = language_code(as_text(row.extra.get(self.layout.language)))
        return UNKNOWN if code is None else code


def as_text(cell: Any) -> str:
    """A cell of any form as a table would write it: null is empty, numbers are digits.

    >>> as_text(None), as_text(2), as_text(True), as_text("x")
    ('', '2', 'true', 'x')
    """
    if isinstance(cell, str):
        return cell if cell.isascii() else encodable(cell)
    if cell is None:
        return ""
    return encodable(json.dumps(cell, ensure_ascii=False, default=str).strip('"'))


@lru_cache(maxsize=4096)
def language_code(cell: str) -> str | None:
    """The configured language that a cell means: a code, with a region or not, or a name.

    Returns:
        A code, "" for none told, UNKNOWN where the cell says so, None for any other language.

    >>> language_code("EN"), language_code("pt-BR"), language_code("en_GB")
    ('en', None, 'en')
    """
    folded = cell.strip().lower()
    return _CODES.get(folded, _CODES.get(folded.replace("_", "-").split("-")[0]))


def _no_label(cell: str) -> str:
    """Why a gold cell is no label, as the rest of a sentence."""
    return f"the label {quote(cell)} is none of the six" if cell else "it has no label"


def _triggers(text: str, cell: Any) -> tuple[int, ...]:
    """One 0/1 per word, from a list as text, or a list as JSON and Parquet have it.

    Raises:
        RowError: when it is malformed or of another length.
    """
    if isinstance(cell, Sequence) and not isinstance(cell, str):
        cell = "[" + ", ".join(as_text(entry) for entry in cell) + "]"
    return trigger_labels(text, as_text(cell))

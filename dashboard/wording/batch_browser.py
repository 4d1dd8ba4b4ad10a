"""Sentences of the error browser: its filters, its orders, its table.

Knows words and how numbers are written; knows no HTML, no colours, no events.
"""

from core.records import TranslationStatus
from dashboard.wording import batch_results
from dashboard.wording.numbers import number

TITLE = "Rows"
ABOUT = (
    "Every row with its answers. Narrow them down here, or press a cell of a confusion matrix or "
    "a count of flips above. A row opens in Explain with its gold, or in Compare."
)
FILTERS = "Show"
LANGUAGE, ANY_LANGUAGE = "Language", "any"
GOLD, PREDICTED, ANY_LABEL = "Gold", "Predicted", "any"
SYSTEM = "By"
RIGHT, ANY_RIGHT = "Right or wrong", "either"
RIGHTS = {"true": "right", "false": "wrong"}
FLIP, ANY_FLIP = "Refinement", "any"
FLIPS = {
    "gained": "gained: wrong before, right now",
    "lost": "lost: right before, wrong now",
    "any": "label changed",
    "none": "label kept",
}
AGREE, ANY_AGREE = "Student and teacher", "either"
AGREES = {"true": "agree", "false": "differ"}
STATUS, ANY_STATUS = "Translation", "any"
STATUSES = {
    TranslationStatus.TRANSLATED: "machine translation",
    TranslationStatus.ENGLISH: "English already",
    TranslationStatus.COPIED: "given back unchanged",
    TranslationStatus.PASSED_THROUGH: "nothing to translate",
    TranslationStatus.UNKNOWN: "untranslated",
}
TEXT, TEXT_HINT = "Search", "in text, translation or ID"
ORDER = "Order"
ORDERS = {
    "row": "as in the file",
    "confident_errors": "most confident errors first",
    "least_confident": "least confident first",
    "down_weighted": "most down-weighted first",
    "disagreeing": "teacher and student furthest apart first",
}
ACTIVE = "Filters in force"
REMOVE = "Remove filter: {name}"
REMOVE_ALL = "Remove all"
NO_ROW = "No row fits these filters."
CAPTION = "Rows of the file with gold and answers"
LINE, TWEET = "Line", "Tweet"
WEIGHT = "w̄"
WEIGHT_TITLE = "translation weight"
NONE = "–"
SAID_RIGHT, SAID_WRONG = "right", "wrong"
EXPLAIN, COMPARE = "Explain", "Compare"
EXPLAIN_ROW, COMPARE_ROW = "Explain line {line}", "Open line {line} in Compare"
ID = "ID {id}"
PREVIOUS, NEXT, FIRST, LAST = "Previous", "Next", "First", "Last"
PAGES = "Pages of rows"


def shown(start: int, count: int, total: int) -> str:
    """Which rows of how many are shown."""
    if not total:
        return NO_ROW
    return f"Rows {number(start + 1)} to {number(start + count)} of {number(total)}"


def chip(name: str, value: str) -> str:
    """A filter in force, as it is shown."""
    return f"{name}: {value}"


def label_of(system: str) -> str:
    """Whose answer a filter is about."""
    return f"{PREDICTED} by {batch_results.system(system)}"

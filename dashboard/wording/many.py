"""Sentences about many tweets: the table, its filters, stopping, files and links.

Knows words and how numbers are written; knows no HTML, no colours, no events.
"""

from core.records import Comparison, TranslationStatus
from dashboard import wording

STOP, STOPPING = "Stop", "Stopping…"
ADDRESS_EMPTY = "The address holds no tweet: write one after “tweet=”, or paste tweets below."
ADDRESS_TRANSLATION = "The address holds a translation and several tweets."
ADDRESS_TRANSLATION_HINT = "A translation can only go with a single tweet."
OTHER_MODELS = (
    "The address was made with other models than those loaded here: "
    "the figures may differ from those that the sender saw."
)

# columns of the table: name in the header, what a pointer and a screen reader are told besides
NUMBER, TWEET, LANGUAGE = "No.", "Tweet", "Language"
TEACHER, STUDENT, BEFORE = "Teacher", "Student", "Before"
APART, W, WEIGHT = "Apart", "w", "w̄"
ABOUT = {
    NUMBER: "order of the box",
    TWEET: "the original, as the student reads it",
    LANGUAGE: "found, or set by hand",
    TEACHER: "label of the teacher on the translation",
    STUDENT: "label of the student on the original",
    BEFORE: "label of the student before refinement",
    APART: "how far teacher and student disagree",
    W: "how differently the student before refinement reads tweet and translation",
    WEIGHT: "translation weight: what the tweet would have counted in refinement",
}
KEY_APART = (
    "teacher against student. Most apart are the tweets on which their labels differ (≠); among "
    "them and among the others, those whose probabilities lie furthest apart (total variation: "
    "0\u00a0% is the same six figures, 100\u00a0% nothing in common)."
)
KEY_W = (
    "the student before refinement against itself, on tweet and translation; w̄ is the weight "
    "made of it, or why there is none."
)
CAPTION = "Compared tweets, one per row. The column heads sort; a row's first button opens it."
OPEN = "Tweet {number}: show or hide the comparison"
OPENING = "Comparing…"
DIFFER, AGREE = "labels differ", "labels agree"
FLIPPED = "flipped by refinement"
NONE = "–"

FILTERS = "Show"
ANY_LANGUAGE, ANY_LABEL, ANY_VERDICT = "Any language", "Any label", "Agree or differ"
BY_LANGUAGE, BY_LABEL, BY_VERDICT = (
    "Filter by language",
    "Filter by label of teacher or student",
    "Filter by agreement",
)
ONLY_DIFFER, ONLY_AGREE = "Labels differ", "Labels agree"
ALL = "Show all"
SHOWN = "{shown} of {total} shown"
NO_ROW = "No tweet fits these filters."
NO_FILE = "Show some, or choose all."
FILE_LIMIT = "A file can hold at most {limit} tweets."
SORT_BY = "Sort by"

EXPORT = "Export"
WHICH = "Which tweets"
SHOWN_ROWS, ALL_ROWS = "Those shown, in this order", "All, in this order"
FILES = {
    "csv": ("CSV", "Every text exactly as it is, for programs: Python, R, pandas."),
    "spreadsheet": (
        "CSV for spreadsheets",
        "For Excel, LibreOffice and the like: a cell that begins with = + - @, a tab or a line "
        "break gets an apostrophe before it, so that no tweet can act as a formula.",
    ),
    "jsonl": ("JSONL", "One JSON record per line, the same as the answers of /compare."),
}
"""Kind of file → its name and what it is for."""

PREPARING = "Preparing the file…"
SAVED = "Saved {count} as {name}."
LINK = "Copy link to all"
LINK_COPIED = "Link copied: it opens this comparison on this server."
LINK_PLAIN = (
    "Link copied. It carries the tweets and the language for all; "
    "languages and translations that you changed in single cards are not part of it."
)
LINK_TOO_LONG = (
    "These tweets make a link of {length} characters; browsers and mail programs are sure to "
    "carry {limit} only. Export a file instead."
)
LINK_BY_HAND = "This browser does not let the page copy. The link stands in the field: copy it."
LINK_FIELD = "Link to this comparison"


def stopped(done: int, total: int) -> str:
    """That a comparison was ended before its end, and how to go on."""
    start = f"Stopped: {done} of {wording.number(total)} compared."
    if not done:
        return f"{start} Press Compare to start again."
    return f"{start} Press Compare to go on; what is done is not computed again."


def language(comparison: Comparison) -> str:
    """The language's name, without a figure."""
    return wording.LANGUAGES.get(comparison.language.code, wording.UNKNOWN_LANGUAGE)


_SHORT = {
    TranslationStatus.COPIED: "copied",
    TranslationStatus.PASSED_THROUGH: "no words",
    TranslationStatus.UNKNOWN: "untranslated",
}


def weight(comparison: Comparison) -> str:
    """w̄, or in one or two words why there is none."""
    found, status = comparison.weight, comparison.translation.status
    if status in _SHORT:
        return _SHORT[status]
    if found.outside:
        return wording.OUTSIDE
    return wording.percent(found.weight) if found.weight is not None else "not weighed"


def disagreement(comparison: Comparison) -> str:
    """w of Eq. 2 where the translation is one of its own."""
    if not has_own_translation(comparison):
        return NONE
    return wording.decimal(comparison.weight.disagreement)


def has_own_translation(comparison: Comparison) -> bool:
    """Whether x' is another text than x, so that w says something."""
    return comparison.translation.status.own


def verdict(comparison: Comparison) -> str:
    """Agree or differ, for a reader that does not see the sign."""
    return AGREE if comparison.agree else DIFFER

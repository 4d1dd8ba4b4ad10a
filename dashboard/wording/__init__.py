"""Every sentence that a user reads, so that another language can take their place.

Knows words and how numbers are written; knows no HTML, no colours, no events.
"""

from collections.abc import Sequence

from core.errors import TandemError
from core.records import Comparison, ModelInfo, Prediction, TranslationStatus
from dashboard.wording.languages import AUTO, LANGUAGES, UNKNOWN_LANGUAGE, language
from dashboard.wording.numbers import decimal, number, percent, points, size
from dashboard.wording.weight import (
    ALIKE,
    GAUGE_BARS,
    GAUGE_ENDS,
    figures,
    gauge_place,
    weight_sentence,
)

__all__ = [  # written down in files of their own, read here
    "ALIKE",
    "AUTO",
    "GAUGE_BARS",
    "GAUGE_ENDS",
    "LANGUAGES",
    "UNKNOWN_LANGUAGE",
    "decimal",
    "figures",
    "gauge_place",
    "language",
    "number",
    "percent",
    "points",
    "size",
    "weight_sentence",
]

NAME = "Tandem"
SUBTITLE = "What the English teacher and the multilingual student make of a tweet, side by side."
ROLES = {
    "teacher": "Teacher",
    "student": "Student",
    "student before": "Before refinement",
    "translator": "Translator",
}
STATES = {
    "idle": "Loading models…",
    "loading": "Loading models…",
    "ready": "Ready",
    "failed": "Models did not load",
}
WAITING = "The models are still loading. The answer follows by itself."
TAB = "Compare"
BOX_LABEL = "Tweets, one per line"
BOX_HINT = "Paste one tweet or many, one per line. Shift+Enter or Ctrl+Enter compares."
LANGUAGE_LABEL = "Language"
COMPARE = "Compare"
EXAMPLES = "Examples"
MIXED = "One of each"
EMPTY_TITLE = "Nothing compared yet"
EMPTY = (
    "Paste tweets above and press Compare, or start with one of the examples: "
    "each fills the box and answers at once."
)
NOTHING = "There is nothing to compare: write at least one tweet, one per line."
ORIGINAL, STUDENT = "Original", "student"
TRANSLATION, TEACHER = "Translation", "teacher"
EDIT, UPDATE, CANCEL = "Edit", "Update", "Cancel"
MACHINE = "Back to the machine translation"
EDIT_HINT = "Enter updates, Esc cancels."
BARS_STUDENT = "Probabilities of the student on the original"
BARS_TEACHER = "Probabilities of the teacher on the translation"
EDIT_LABEL = "English translation of tweet {number}"
LANGUAGE_OF = "Language of tweet {number}"
TWEET = "Tweet {number}"
WORD_SCORES = "Word scores"
TRIGGER = "trigger"
WEIGHT_TITLE = "Translation weight"
OUTSIDE = "outside"
BY_CLASS = "Disagreement by class"
LEGEND_TRIGGER = "trigger word (score reaches the threshold)"
LEGEND_BEFORE = "before refinement"
LEGEND_UNREAD = "not read: too long for the model"
LEGEND_HOVER = "Point at a word for its score, or unfold “Word scores”."
MUTED = "Neutral: highlights are muted, the threshold was tuned on emotional tweets only."
NO_TRIGGER = "No word reaches the threshold."
NO_THRESHOLD = "This model has no trigger threshold, so no word is marked."
ALL_UNKNOWN = "No part of this text is in the model's vocabulary: its answer rests on nothing."
NO_WORDS = "There are no words here."
TRUNCATED = "The text is too long for the model: it read only the first part."
TRANSLATION_CUT = (
    "The translator found no end and was stopped at its length limit: it may repeat itself, "
    "and the end of a sentence may be missing."
)
UPDATED = "Tweet {number} was compared again."
NO_CONNECTION = "No connection"
UNREACHABLE = "The server did not answer. Check that Tandem is still running, then try again."
STRANGER = ("Nobody is logged in.", "Reload the page and log in.")
DEFECT = (
    "This went wrong on our side, not through your input. "
    "The log of the server says more; the other tweets and settings still work."
)


def error(problem: TandemError) -> str:
    """One sentence and its hint."""
    return f"{problem.sentence} {problem.hint}".strip()


def verdict(comparison: Comparison) -> str:
    """Whether teacher and student agree, and on what."""
    if comparison.agree:
        return f"Student and teacher agree: {comparison.student.label}"
    return f"Student says {comparison.student.label}, teacher says {comparison.teacher.label}"


def refinement(comparison: Comparison) -> str:
    """What refinement did to the label; empty where no earlier student is loaded."""
    before = comparison.student_before
    if before is None:
        return ""
    if not comparison.refined:
        return _other(comparison, before)
    if comparison.flipped:
        return f"flipped by refinement: {before.label} → {comparison.student.label}"
    return "label kept by refinement"


def _other(comparison: Comparison, before: Prediction) -> str:
    """The same beside a student that this one was not refined from."""
    if comparison.flipped:
        return f"another label than the one before: {before.label} → {comparison.student.label}"
    return "same label as the one before"


def before(comparison: Comparison) -> str:
    """The student's answer before refinement; empty where none is loaded."""
    earlier = comparison.student_before
    return "" if earlier is None else f"before: {earlier.label} {percent(earlier.confidence)}"


_STATUS = {
    TranslationStatus.TRANSLATED: "Machine translation",
    TranslationStatus.ENGLISH: "English already: the teacher reads the tweet itself.",
    TranslationStatus.COPIED: "The translator gave the tweet back unchanged.",
    TranslationStatus.PASSED_THROUGH: "Nothing to translate: passed on as it is.",
    TranslationStatus.UNKNOWN: "Language not recognised: passed on untranslated.",
    TranslationStatus.EDITED: "Edited by you",
    TranslationStatus.GIVEN: "Came with the text",
}


def translation_status(comparison: Comparison) -> str:
    """How the English text came to be."""
    name = LANGUAGES.get(comparison.language.code)
    status = comparison.translation.status
    if status is TranslationStatus.UNKNOWN and name is not None:
        return f"No translator for {name}: passed on untranslated."
    return _STATUS[status]


def shown_of(shown: int, total: int) -> str:
    """That only the first tweets were compared."""
    return (
        f"Your box holds {number(total)} tweets; the first {shown} were compared. "
        f"The other {number(total - shown)} are still in the box: move them up to compare them."
    )


def progress(done: int, total: int) -> str:
    """How far a comparison is."""
    return "Comparing…" if total <= 1 or done == 0 else f"Comparing: {done} of {total} tweets"


def more_words(count: int) -> str:
    """That a table of words was cut."""
    return f"{number(count)} more words are not listed; each word above carries its score."


def trigger_title(score: float, trigger: bool) -> str:
    """What a word says when pointed at."""
    return f"{'trigger, ' if trigger else ''}score {word_score(score)}"


def word_score(value: float) -> str:
    """A word's score, with a minus sign as wide as a figure."""
    return f"{value:.2f}".replace("-", "\u2212")


def results(count: int) -> str:
    """The heading over the cards."""
    return "1 tweet" if count == 1 else f"{count} tweets"


def role(name: str) -> str:
    """A model's role."""
    return ROLES.get(name, name)


def short(name: str) -> str:
    """A folder's own name instead of the whole path; hub ids stay whole."""
    parts = [part for part in name.replace("\\", "/").split("/") if part]
    return name if len(parts) == 2 and not name.startswith((".", "/")) else "".join(parts[-1:])


def titled(model: ModelInfo) -> str:
    """What people call a loaded model."""
    return model.called or short(model.name)


def unmapped(name: str, classes: Sequence[str]) -> str:
    """Which classes of a foreign model are left out."""
    return f"{role(name)}: left out, being none of the six emotions: {', '.join(classes)}."


def was(share: float) -> str:
    """Where a probability stood before refinement, as a screen reader says it."""
    return f"before {percent(share)}"


def moved(label: str, was: float, now: float) -> str:
    """How refinement moved one probability."""
    return f"{label}: {percent(was)} before refinement, {percent(now)} now"


def threshold(value: float | None) -> str:
    """The model's threshold, where it is known."""
    return "" if value is None else f"threshold {value:.2f}"

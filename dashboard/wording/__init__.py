"""Every sentence that a user reads, so that another language can take their place.

Knows words and how numbers are written; knows no HTML, no colours, no events.
"""

import math
from collections.abc import Sequence

from core.errors import TandemError
from core.labels import LABELS
from core.records import Comparison, Language, TranslationStatus, Weight

NAME = "Tandem"
SUBTITLE = "What the English teacher and the multilingual student make of a tweet, side by side."
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
NO_WORDS = "There are no words here."
TRUNCATED = "The text is too long for the model: it read only the first part."
UPDATED = "Tweet {number} was compared again."
UNREACHABLE = "The server did not answer. Check that Tandem is still running, then try again."
DEFECT = (
    "This went wrong on our side, not through your input. "
    "The log of the server says more; the other tweets and settings still work."
)


def number(value: int) -> str:
    """A whole number with thin groups: 20000 → "20,000"."""
    return f"{value:,}"


def percent(share: float | None) -> str:
    """A share in [0, 1] as a reader wants it: never 0 or 100 unless it is exactly that."""
    if share is None or not math.isfinite(share):
        return "–"
    if 0 < share < 0.005:
        return "<1\u00a0%"
    if 0.995 < share < 1:
        return ">99\u00a0%"
    return f"{share * 100:.0f}\u00a0%"


def decimal(value: float | None) -> str:
    """A bare number with three decimals, "–" where it could not be computed."""
    return "–" if value is None or not math.isfinite(value) else f"{value:.3f}"


def language(found: Language) -> str:
    """The language found, with its probability: "French 99 %"."""
    name = LANGUAGES.get(found.code, UNKNOWN_LANGUAGE)
    return name if found.probability is None else f"{name} {percent(found.probability)}"


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
    if comparison.flipped:
        return f"flipped by refinement: {before.label} → {comparison.student.label}"
    return "label kept by refinement"


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
}

_LEFT_OUT = {
    TranslationStatus.COPIED: (
        "The translator gave the tweet back unchanged, so agreement would prove nothing: "
        "it would have been left out of refinement."
    ),
    TranslationStatus.PASSED_THROUGH: (
        "There was nothing to translate: it would have been left out of refinement."
    ),
    TranslationStatus.UNKNOWN: (
        "The language was not recognised and nothing was translated: it would have been left "
        "out of refinement. Set the language by hand if you know it."
    ),
}


_OF_ITS_OWN = (TranslationStatus.TRANSLATED, TranslationStatus.EDITED)


def translation_status(comparison: Comparison) -> str:
    """How the English text came to be."""
    name = LANGUAGES.get(comparison.language.code)
    status = comparison.translation.status
    if status is TranslationStatus.UNKNOWN and name is not None:
        return f"No translator for {name}: passed on untranslated."
    return _STATUS[status]


def weight_sentence(comparison: Comparison) -> str:
    """The translation weight in words, for every way in which it can come or fail."""
    weight, status = comparison.weight, comparison.translation.status
    name = LANGUAGES.get(comparison.language.code)
    if status is TranslationStatus.UNKNOWN and name is not None:
        return f"There is no translator for {name}, so the translation cannot be weighed."
    if status in _LEFT_OUT:
        return _LEFT_OUT[status]
    if status is TranslationStatus.ENGLISH and weight.weight is not None:
        return "Not translated: an English tweet counts in full."
    if weight.outside:
        return f"{_readings(weight)} {_OUTSIDE}".strip()
    if weight.weight is None:
        return f"{_readings(weight)} {weight.reason or _NO_WEIGHT}".strip()
    return f"{_readings(weight, weight.weight)} {weight.reason}".strip()


_NO_WEIGHT = "The weight could not be computed."
_OUTSIDE = (
    "The disagreement lies outside the range seen in refinement, so it has no weight on that scale."
)


def _readings(weight: Weight, counted: float | None = None) -> str:
    """How the adapted student reads original and translation, and what that counts."""
    tail = "" if counted is None else f" would have counted {percent(counted)}"
    if weight.on_original is None or weight.on_translation is None:
        return tail and f"This tweet{tail}."
    first, second = _top(weight.on_original), _top(weight.on_translation)
    if first != second:
        said = f"reads the translation differently: mostly {LABELS[first]} → {LABELS[second]}"
        return f"The student {said}{tail and f'; this tweet{tail}'}."
    if counted is None:
        return f"The student reads mostly {LABELS[first]} in both."
    if counted < ALIKE:
        sure = f"{percent(weight.on_original[first])} → {percent(weight.on_translation[first])}"
        said = f"is not equally sure: {LABELS[first]} in both, but {sure} in the translation"
        return f"The student {said}; this tweet{tail}."
    return f"Both read alike; it{tail}."


ALIKE = 0.75  # weight from which two readings with one label are called alike


def _top(probabilities: tuple[float, ...]) -> int:
    """Index of the largest entry, the first on a tie."""
    return max(range(len(probabilities)), key=lambda k: probabilities[k])


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
    return f"{'trigger, ' if trigger else ''}score {score:.2f}"


def figures(comparison: Comparison) -> str:
    """w of Eq. 2, and its place among the translations of refinement; empty where x' = x."""
    weight, status = comparison.weight, comparison.translation.status
    if weight.disagreement is None or status not in _OF_ITS_OWN:
        return ""
    line = f"Disagreement w = {decimal(weight.disagreement)}"
    if weight.percentile is None or weight.outside:
        return line
    share = percent(weight.percentile)
    return f"{line}, smaller than that of {share} of the translations used in refinement"


def results(count: int) -> str:
    """The heading over the cards."""
    return "1 tweet" if count == 1 else f"{count} tweets"


def size(parameters: int) -> str:
    """A model's size: 22 713 216 → "22.7 M"."""
    if parameters <= 0:
        return ""
    return f"{parameters / 1e6:.1f} M" if parameters < 1e9 else f"{parameters / 1e9:.1f} B"


def role(name: str) -> str:
    """A model's role."""
    return ROLES.get(name, name)


def short(name: str) -> str:
    """A folder's own name instead of the whole path; hub ids stay whole."""
    parts = [part for part in name.replace("\\", "/").split("/") if part]
    return name if len(parts) == 2 and not name.startswith((".", "/")) else "".join(parts[-1:])


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

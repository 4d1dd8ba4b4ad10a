"""Sentences on what a finished run measured: whether the new student is better, and on what.

Knows words and how differences are written; knows no HTML and no files.
"""

from collections.abc import Sequence

from dashboard.wording.languages import LANGUAGES
from dashboard.wording.numbers import number
from dashboard.wording.training_live import MINUS, listed

QUESTION = "Is the new student better than the one you have?"
QUESTION_START = "Is the new student better than the one it started from?"
SYSTEMS = {
    "student": "new student",
    "student_before": "student before distillation",
    "embedded": "embedded student",
}
ON_TRANSLATIONS = "teacher on translations"
CORRECTED = ", prior corrected"
VERDICTS = {
    "better": "better",
    "worse": "worse",
    "no clear difference": "no clear difference",
    "the same": "no difference at all",
}
SHORT = {
    "yes": "Yes",
    "partly": "In part",
    "mixed": "Better in one place, worse in another",
    "no": "No",
    "unclear": "No clear difference",
    "the same": "No: it answers the same",
    "unknown": "Nobody knows yet",
}
AGAINST = "Measured against the {other} on the same rows of {count}:"
ONE, MANY = "the file you gave", "the {count} files you gave"
SAID = "{file} {difference}: {verdict}"
HEADS = ("File", "Difference", "95\u00a0% interval", "Verdict")
MEAN = "Mean of these files"
ABOUT = (
    "Macro-F1, from 0 to 1. A difference counts only where its 95\u00a0% interval leaves out 0; "
    "the interval is of these rows drawn again and again."
)
NO_FILES = (
    "No files were given to measure on (dev). Only {rows} validation rows were scored, of which "
    "{seen} were seen in training: trained on, or used to choose what was kept. They cannot say "
    "whether it is better. Give labelled files that no model has seen as dev."
)
QUESTION_TRAINED = "Is the new model better than the one before?"
VALIDATION_ONLY = (
    "This run cannot say: only {rows} validation rows were scored{seen}, and they chose what was "
    "kept. Start the recipe evaluate with both models on labelled files that neither has seen."
)
SEEN_BEFORE = ", of which {seen} were seen in training by the model that it started from"
NOTHING_OLD = "No other student was measured beside it, so there is nothing to compare it with."
VALIDATION = "validation, {rows}"
TRANSLATED = "machine-translated"
ROWS = "{rows} rows"
UNCHANGED = "No step was better than the start: nothing was changed."
UNCHANGED_STAGE = "{stage}: no step was better than the start, so its weights were kept."

ALL = "Macro-F1 of every system on every file"
SYSTEM = "System"
SEEN_MARK = "*"
SEEN = "* rows that the system was trained or chosen on are among them: too good to be true."
REPORT = "Download the report"

# the list, and runs side by side
ON_DEV = "macro-F1 on dev files"
ON_VALIDATION = "macro-F1 on validation"
ON_VALIDATION_ROWS = "macro-F1 on validation ({rows} rows)"
OLD_HAS = "{other} {value}"
OF_STAGE = "{figure} · {stage}"
TO_OTHER = "difference to {other}"


def system(name: str) -> str:
    """A system as a person calls it."""
    plain = name.removesuffix(CORRECTED)
    return SYSTEMS.get(plain, plain) + (CORRECTED if plain != name else "")


def file(name: str, language: str, alone: bool) -> str:
    """A file by its language; by its own name too where others have the same language."""
    known = LANGUAGES.get(language)
    if known is None:
        return name
    return known if alone else f"{known}, {name}"


def difference(found: float) -> str:
    """With its sign, three digits behind the point."""
    shown = f"{found:+.3f}"
    return "0.000" if float(shown) == 0 else shown.replace("-", MINUS)


def interval(low: float, high: float) -> str:
    """From where to where."""
    return f"{difference(low)} to {difference(high)}"


def files(count: int) -> str:
    """How many files were given."""
    return ONE if count == 1 else MANY.format(count=number(count))


def short(verdicts: Sequence[str]) -> str:
    """The answer in a few words, from the verdicts on all files."""
    found = set(verdicts)
    if not found:
        return SHORT["unknown"]
    if found == {"better"}:
        return SHORT["yes"]
    if found == {"the same"}:
        return SHORT["the same"]
    if {"better", "worse"} <= found:
        return SHORT["mixed"]
    if "better" in found:
        return SHORT["partly"]
    return SHORT["no"] if "worse" in found else SHORT["unclear"]


def unchanged(stages: Sequence[str]) -> str:
    """Of a pipeline's stages that kept what they began with."""
    return UNCHANGED_STAGE.format(stage=listed([name.replace("_", " ") for name in stages]))

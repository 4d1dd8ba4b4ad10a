"""Sentences around an evaluation's figures: names, column heads, what a figure means, why none.

Knows words and how numbers are written; knows no HTML, no colours. The sentences that answer
whether a system is good are in dashboard/wording/batch_answers.py.
"""

from core.records import UNKNOWN
from dashboard.wording.batch_numbers import (
    NONE,
    bare,
    between,
    figure,
    gold_rows,
    interval,
    listed,
    p,
    p_is,
    rows,
    score,
    seconds,
    share,
    tenth,
    twentieth,
)
from dashboard.wording.languages import LANGUAGES, UNKNOWN_LANGUAGE
from dashboard.wording.numbers import number

__all__ = [  # written down in a file of their own, read here
    "NONE",
    "bare",
    "between",
    "figure",
    "gold_rows",
    "interval",
    "listed",
    "p",
    "p_is",
    "rows",
    "score",
    "seconds",
    "share",
    "tenth",
    "twentieth",
]

TITLE = "Results"
SECTIONS = {
    "answer": "In short",
    "headline": "How good is each system?",
    "classes": "By language and class",
    "confusion": "What is taken for what",
    "calibration": "How sure can one be?",
    "confidence": "Confidence by language",
    "refinement": "Did refinement help, and why?",
    "weights": "Weight lab",
    "lists": "Rows worth reading",
    "triggers": "Trigger words: leaderboard",
    "labels": "Labels by language",
    "missing": "What is not here, and why",
    "run": "How these figures came to be",
}
"""Key → heading, in the order of the page."""
PARTS = "Parts of the results"
ALL, ALL_LANGUAGES = "All rows", "All languages"
SYSTEM, LANGUAGE, CLASS, GOLD, ROWS = "System", "Language", "Class", "Gold", "Rows"
NUMBERS, MORE = "Numbers", "More figures"
SAVE_PICTURE = "Save picture"
UNIT = (
    "F1, precision, recall and accuracy in per cent, from 0 to 100; differences in points. "
    "Brackets hold 95\u00a0% intervals, from rows drawn anew within each language."
)
NO_GOLD = "The file has no labels, so nothing can be counted as right or wrong."
NO_EMOTIONS = "The file's gold is trigger words, not emotions."
NO_PLOTS = "The plots need the script of this page; every number also stands in the tables."
PLOTS_FAILED = "The plots could not be drawn: the server did not send their script."

_SYSTEMS = {
    "student": "Student",
    "student_before": "Student before refinement",
    "teacher": "Teacher on translations",
    "ensemble_mean": "Ensemble, mean",
    "ensemble_vote": "Ensemble, vote",
}

# provenance
PROVENANCE = "Provenance"
TAGS = {
    "inductive": "inductive",
    "transductive": "transductive",
    "seen": "seen",
    "unknown": "unknown",
}
TAG_SIGNS = {"inductive": "✓", "transductive": "~", "seen": "✗", "unknown": "?"}
ABOUT_TAGS = {
    "inductive": "no text of this file was in any of its training: the figures to report.",
    "transductive": "texts of this file, without their labels, were in its refinement.",
    "seen": "texts of this file were in its labelled training: its figures are too good.",
    "unknown": "the model does not record which texts it was trained on.",
}

# headline
HEADLINE = "Systems on this file"
MACRO_F1, MACRO_P, MACRO_R, ACCURACY = "Macro-F1", "Macro P", "Macro R", "Accuracy"
AGAINST = "{system} minus it"
BETTER, WORSE, NO_DIFFERENCE = "higher", "lower", "no difference shown"
SIGNS = {"better": "▲", "worse": "▼", "none": "○"}
SIGNIFICANT = 0.05
ABOUT_TEST = (
    "“{against}”: macro-F1 of {system} minus that of the row's system on the same rows, with a "
    "paired bootstrap interval; p is from approximate randomisation. "
    "▲ and ▼ mark p below 0.05, ○ anything else."
)
ABSENT = (
    "Not in the gold, so not scored: {classes}. Macro figures are the mean over the other "
    "classes; predictions of the absent ones count as errors."
)
FOLDED = "Micro and weighted averages, mean over languages"
FOLDED_COLUMNS = (
    "Micro F1", "Micro P", "Micro R", "Weighted F1", "Weighted P", "Weighted R",
    "Macro-F1 over all classes", "Mean of languages",
)  # fmt: skip
ABOUT_FOLDED = (
    "Micro figures equal accuracy where every row has one label. “Over all classes” is "
    "scikit-learn's default: the classes of gold or predictions. “Mean of languages” is the mean "
    "macro-F1 over {languages}, each counting once."
)
NO_MEAN = "“Mean of languages” needs native rows in languages other than English."
TESTS = "Significance by language"
TESTED = "{system} against"
TEST_COLUMNS = ("Language", "Rows", "Difference", "p", "p, Holm", "p, McNemar (accuracy)")
ABOUT_HOLM = "Holm's correction is over the languages of one pair; McNemar's test is of accuracy."
TRUNCATED = "Read only in part, being too long for the model: {said}."

# classes
CLASSES = "F1 by language and class, {system}"
SUPPORT = "{count} rows"
NOT_SCORED = "no {label} in this gold"
MACHINE_TRANSLATED = "machine-translated"
ABOUT_CLASSES = "F1, and below it its gold rows. “–” where a language's gold lacks a class."
LACKING = "Lacking: {said}."
LANGID = "Languages were found by langid, text by text: a few rows may stand under a wrong one."
PRECISION_RECALL = "Precision and recall"
PRECISION, RECALL, F1, SUPPORTED, PREDICTED_COUNT = (
    "Precision", "Recall", "F1", "Gold rows", "Predicted rows",
)  # fmt: skip

# confusion
CONFUSION = "Gold in rows, predicted in columns, {system}, {language}, {rows} rows"
ABOUT_CONFUSION = (
    "Each cell: rows, and their share of the gold class. The stronger the colour, the larger the "
    "share. Press a cell to read its rows below."
)
ABOUT_CONFUSION_FILE = (
    "Each cell: rows, and their share of the gold class. The stronger the colour, the larger the "
    "share."
)
CELL = "{gold} as {predicted}"
PREDICTED, SUM = "Predicted", "Sum"

# calibration
CALIBRATION = "Calibration: {system}, {language}"
ABOUT_CALIBRATION = (
    "A point below the diagonal: right less often than confident (overconfident). ECE is the mean "
    "distance between the two, weighted by rows. The temperature is fitted on this very file: an "
    "oracle of how much a single number could mend, no setting to report."
)
CALIBRATION_ROWS = (
    ("ECE", "expected calibration error, points"),
    ("Log loss", "nats"),
    ("Brier score", "0 is perfect, 2 the worst"),
    ("Temperature", "above 1: overconfident"),
    ("ECE at that temperature", "points"),
)
FIGURE, VALUE = "Figure", "Value"
BINS = ("Confidence", "Rows", "Mean confidence", "Accuracy")
CONFIDENCE, CONFIDENCE_AXIS = "Confidence", "Confidence (%)"
ACCURACY_AXIS, ROWS_AXIS, SHARE_AXIS = "Accuracy (%)", "Rows", "Rows (%)"
PERFECT, OBSERVED = "perfectly calibrated", "observed"

# confidence
HISTOGRAM = "{language} (n\u00a0=\u00a0{rows})"
ABOUT_CONFIDENCE = "How sure {system} is of its label: share of rows per 5 points of confidence."
HISTOGRAM_OF = "Confidence, {system}"

# labels
LABELS_TITLE = "Labels given by {system}"
LABELS_GOLD = "Gold labels"
ABOUT_LABELS = "Share of each label among a language's rows."
LABELS_COLUMNS = ("Language", "Rows")

# lists
LISTS = {
    "down_weighted": ("Most down-weighted", "smallest w̄: refinement would have trusted them least"),
    "disagreeing": ("Most disagreeing", "student and teacher furthest apart"),
    "confident_errors": ("Confident errors", "wrong and most sure of it"),
    "least_confident": ("Least sure", "smallest confidence, right or wrong"),
}
"""Order of rows → its name and what it shows."""
ABOUT_LISTS = "Each opens the error browser below in that order."

# run
RUN_ROWS = {
    "file": "File",
    "sha256": "SHA-256 of the file",
    "rows": "Rows",
    "gold": "Gold",
    "layout": "Read as",
    "models": "Models",
    "made": "Made",
    "seconds": "Time",
    "device": "Device and engine",
    "draws": "Bootstrap draws, seed",
    "provenance": PROVENANCE,
    "version": "Version of Tandem",
    "command": "The same from a shell",
}
GOLDS = {"none": "none", "emotions": "emotion labels", "triggers": "trigger words"}
LEFT_OUT = "{count} rows were left out, being unusable."
REPORT_TITLE = "Evaluation by Tandem"
REPORT_LISTS = {
    "down_weighted": "The most down-weighted rows",
    "disagreeing": "The rows on which student and teacher disagree most",
    "confident_errors": "The student's most confident errors",
}
REPORT_LIST_ABOUT = "{shown} of {total} rows."
ROW, WEIGHT, DISTANCE = "Row", "w̄", "apart"
EMPTY_LIST = "No row fits."
REPORT_ABOUT = "Opens offline. Where there is a choice, the print holds what is chosen."

# missing
MISSING = {
    "no_gold": NO_GOLD,
    "no_emotions": NO_EMOTIONS,
    "no_before": "No student before refinement took part, so there is nothing to compare with.",
    "no_weights": (
        "No row was both translated and weighed: that takes a translator and the student before "
        "refinement, on rows that are not English."
    ),
    "no_triggers": "The file's gold is emotions, not trigger words.",
    "no_triggers_unlabelled": "The file has no gold trigger words.",
}


def system(name: str) -> str:
    """What a system is called: "student_2" → "Student 2"."""
    if name in _SYSTEMS:
        return _SYSTEMS[name]
    role, _, place = name.rpartition("_")
    return f"{_SYSTEMS[role]} {place}" if role in _SYSTEMS and place.isdigit() else name


def tagged(name: str, tag: str) -> str:
    """A system and its provenance: "Student (inductive)"."""
    return f"{system(name)} ({TAGS[tag]})"


def the(name: str) -> str:
    """A system inside a sentence: "the student before refinement", "Student 2"."""
    title = system(name)
    return f"the {title[:1].lower()}{title[1:]}" if name in _SYSTEMS else title


def language(code: str) -> str:
    """A language's name; "" is all rows; a code that we do not know stands for itself."""
    if not code:
        return ALL
    strange = code == UNKNOWN or not code.replace("-", "").isalnum()
    return LANGUAGES.get(code, UNKNOWN_LANGUAGE if strange else code)


def provenance(tag: str, seen: int, transductive: int, rows_of: int) -> str:
    """What the tag of one system rests on."""
    if tag == "seen":
        return f"{number(seen)} of {rows(rows_of)} were in its labelled training"
    if tag == "transductive":
        return f"{number(transductive)} of {rows(rows_of)} were in its refinement, without labels"
    return ABOUT_TAGS[tag].partition(":")[0].rstrip(".")

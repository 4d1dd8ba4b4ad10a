"""Sentences about what refinement did, what the weight tells, and trigger words by method.

Knows words and how numbers are written; knows no HTML, no colours.
"""

from core.attribution import METHODS
from dashboard.wording.batch_results import figure, listed, rows, score, share, the
from dashboard.wording.numbers import number, percent

# flips
ABOUT_FLIPS = (
    "A row is gained where the label was wrong before refinement and is right after it, lost the "
    "other way round. ◆ marks what a mere shift of the label prior, without reading a single "
    "tweet, would have gained or lost."
)
FLIPS_BY_CLASS, FLIPS_BY_LANGUAGE = "Rows gained and lost, by gold class", "…, by language"
FLIPS_BY = "Rows gained and lost, by {by} (n\u00a0=\u00a0{n})"
BY_CLASS, BY_LANGUAGE = "gold class", "language"
FLIPS_TABLE = "Gained and lost by gold class and language"
GAINED, LOST, NET, PRIOR = "gained", "lost", "Net", "Prior shift"
LOST_TO_GAINED = "Rows: lost to the left, gained to the right"
TEACHER_AGREES, TEACHER_DIFFERS = "teacher agrees", "teacher differs"
AGREES, DIFFERS = "Teacher agrees with the new label", "Teacher differs"
WEIGHTS = {"high": "w̄ high", "middle": "w̄ middle", "low": "w̄ low", "none": "no w̄"}
SPLITS = "Flips by what the teacher says and by weight"
ABOUT_SPLITS = (
    "w̄ low is below ⅓, high from ⅔; no w̄: English, untranslated, or not weighed. "
    "“Teacher agrees” compares the teacher's label with the student's new one."
)
EVERY_CELL = "Every class and language, with splits"
PRIOR_TITLE = "What a mere shift of the label prior does"
PRIOR_FACTORS = "Factors that shift the prior, by label"
FLIP_SAID = "{kind} on {gold}, {language}"
CELL_COLUMNS = (
    "Language", "Gold", "Rows", "Gained", "Lost", "Net", "Prior gained", "Prior lost",
    "Gained: teacher agrees / differs", "Lost: teacher agrees / differs",
    "Gained: w̄ high / middle / low / none", "Lost: w̄ high / middle / low / none",
)  # fmt: skip
BY_LANGUAGE_TITLE = "Refinement by language"
BY_LANGUAGE_COLUMNS = ("Language", "Rows", "Before", "After", "Difference", "p", "p, Holm")

# weight lab
ABOUT_WEIGHTS = (
    "w̄ near 1: the student read tweet and translation alike before refinement, so the translation "
    "was trusted. If w̄ does its work, the teacher errs more where w̄ is small."
)
GRID = "w̄ against the student's confidence before refinement (n\u00a0=\u00a0{n})"
GRID_SAID = "How many rows lie in each tenth of w̄ and of confidence."
GRID_X, GRID_Y = "Confidence before refinement (%)", "w̄ (%)"
DECILES = "Teacher errors and copied words by tenth of w̄ (n\u00a0=\u00a0{n})"
DECILES_SAID = "If w̄ works, errors fall from left to right."
TEACHER_ERROR, COPIED = "teacher errs", "words copied by the translator"
TEACHER_ERROR_HEAD, COPIED_HEAD = "Teacher errs", "Words copied"
SHARE_PERCENT = "Share (%)"
COVERAGE = "Teacher's accuracy on the most trusted rows (n\u00a0=\u00a0{n})"
COVERAGE_SAID = "The higher a curve on its left, the better that signal tells good from bad."
COVERAGE_X, COVERAGE_Y = "Rows kept, the most trusted first (%)", "Teacher's accuracy (%)"
WEIGHT_HISTOGRAM = "w̄ by language"
WEIGHT_AXIS = "w̄ (%)"
AUROC_TITLE = "How well each signal tells the teacher's right rows from its wrong ones"
AUROC_COLUMNS = (
    "Signal", "AUROC", "95\u00a0% interval", "Against chance", "Spearman with w̄", "Rows",
)  # fmt: skip
ABOUT_AUROC = (
    "0.5 is a coin toss, 1 perfect. Signals are signed so that larger should mean better. "
    "Rivals of w̄ need no student: the translator's own likelihood, lengths, copied words."
)
ABOVE, BELOW, UNDECIDED = "▲ above chance", "▼ below chance", "○ no better than chance"
NO_AUROC = "Without gold nobody knows where the teacher errs, so there is no AUROC and no curve."
SIGNALS = {
    "weight": "w̄",
    "student_confidence": "Student's confidence before refinement",
    "teacher_confidence": "Teacher's confidence",
    "likelihood": "Translator's likelihood",
    "length_ratio": "Length ratio near 1",
    "few_copied": "Few copied words",
}
STATUS_TITLE = "How the English came to be"
STATUSES = {
    "translated": "translated by machine",
    "english": "English already",
    "copied": "given back unchanged",
    "passed_through": "nothing to translate",
    "unknown": "language not recognised",
    "edited": "edited by hand",
    "given": "came with the text",
}

# trigger words
ABOUT_BOARD = (
    "Token precision, recall and F1 are per tweet, at the threshold that the checkpoint brings "
    "from English validation, then averaged over tweets. MAP ranks words by score, MAP (0/1) by "
    "the decision alone, as the official scorer does; Pearson is of scores with the gold marks."
)
ABOUT_OWN = (
    "“{own}” and “{contribution}” are two readings of the same parts of the logit: the first takes "
    "them in standard deviations within the tweet, a word's largest sub-token counting; the second "
    "is a word's exact part of the logit, summed over its sub-tokens."
)
SEEN = "Its tweets were seen in training: not a figure to report."
BOARD = "Explanation methods against gold trigger words"
BOARD_COLUMNS = (
    "Method", "System", "Threshold", "Token F1", "Precision", "Recall", "MAP", "MAP (0/1)",
    "Pearson", "Time",
)  # fmt: skip
OWN, CONTRIBUTION = "own", "contribution"
OWN_TITLE = "The model's own trigger scores"
BASELINES = {"random": "Random words", "all_words": "All words"}
BASELINE = "baseline"
OWN_SCORE = "The model's own trigger score"  # core.evaluation.trigger_scores.OWN
EXPLAINED = "{tweets} of {of} tweets with gold trigger words were explained."
NO_THRESHOLD = "none"
SWEEP = "{method} (n\u00a0=\u00a0{n})"
SWEEPS = "Threshold sweep on this file: an oracle, which ranks nothing"
ABOUT_SWEEP = (
    "Token F1 at every threshold, chosen with this file's own gold: no method may be judged by "
    "its peak. The dashed line is the checkpoint's threshold, where the table above was measured."
)
THRESHOLD_AXIS, F1_AXIS = "Threshold (score)", "Token F1 (%)"
OWN_THRESHOLD = "checkpoint's threshold"
FAILED = "No figures: {reason}"


def placed(place: int, name: str) -> str:
    """A method's name behind its place; baselines and what has no figures take none."""
    return f"{place}. {method(name)}" if place else method(name)


def method(name: str) -> str:
    """A method's name for a reader, baselines too."""
    if name == OWN:
        return OWN_TITLE
    if name in BASELINES:
        return BASELINES[name]
    if name == "own":
        return OWN_SCORE
    return METHODS[name].title if name in METHODS else name


def signal(name: str) -> str:
    """A signal's name for a reader."""
    return SIGNALS.get(name, name)


def chance(ends: list[float] | None) -> str:
    """Whether an AUROC's interval lies beside 0.5."""
    if ends is None:
        return ""
    return ABOVE if ends[0] > 0.5 else BELOW if ends[1] < 0.5 else UNDECIDED


def flipped(gained: int, lost: int, of: int) -> str:
    """How many rows refinement flipped for better and for worse."""
    return (
        f"Refinement gained {rows(gained)} and lost {number(lost)} of {number(of)}: "
        f"a net of {signed(gained - lost)}."
    )


def teacher_said(kind: str, agrees: int, of: int) -> str:
    """Which part of the flips went to the teacher's label; empty where nobody asked it."""
    if not of:
        return ""
    verb = "is" if agrees == 1 else "are"
    return (
        f"Of {rows(of)} {kind}, {number(agrees)} ({share(agrees, of)}) {verb} now what the teacher "
        "says."
    )


def prior_said(macro_f1: float, gained: int, lost: int) -> str:
    """What a mere shift of the label prior reaches."""
    return (
        f"A mere shift of the label prior reaches a macro-F1 of {score(macro_f1)}, gaining "
        f"{rows(gained)} and losing {number(lost)}. Only what refinement does beyond that is more "
        "than such a shift."
    )


def signed(value: int) -> str:
    """A whole number with its sign."""
    return f"+{number(value)}" if value > 0 else f"{number(value)}".replace("-", "\u2212")


def outside(count: int) -> str:
    """Rows that were translated and have no weight."""
    return f"{rows(count)} translated but without w̄: outside the refinement's reference."


def best_method(name: str, of: str, f1: float, ends: str) -> str:
    """The leader of the board in a sentence."""
    interval = f" ({ends})" if ends else ""
    return f"Best is {method(name)} of {the(of)}, with token F1 {score(f1)}{interval}."


def baselines_said(found: list[tuple[str, float | None]]) -> str:
    """What needs no model, to set beside."""
    said = [f"{method(name).lower()} {score(value)}" for name, value in found]
    return f"Without a model: {listed(said)}." if said else ""


def copied_line(value: float | None) -> str:
    """A share of copied words or of errors."""
    return percent(value)


def auroc(value: float | None) -> str:
    """An AUROC with three decimals: differences are small."""
    return figure(value, 3)

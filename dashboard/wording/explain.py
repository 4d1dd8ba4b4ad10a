"""Sentences of the Explain tab: its form, its results, and why an explanation can be trusted.

Knows words and how numbers are written; knows no HTML, no colours, no events.
"""

import math
from collections.abc import Mapping

from core.attribution import METHODS
from core.explanations import Side, Target, Verdict
from core.records import Translation, TranslationStatus
from dashboard.wording.numbers import number, percent

TAB = "Explain"
ROLES = {"student": "Student", "teacher": "Teacher", "student before": "Student before refinement"}
OTHERS = "all others"
STOP, STOPPING = "Stop", "Stopping…"
EMPTY_TITLE = "Nothing explained yet"
EMPTY = (
    "Write a tweet and press Explain, start with an example, or press Explain on a card of the "
    "Compare tab."
)
NOTHING = "There is nothing to explain: write a tweet."
UNREADABLE = ("The page's question could not be read.", "Press Explain again.")
GOLD_UNREADABLE = "The trigger words {given} are not a list of 0 and 1."
FORGOTTEN = ("These results are no longer kept on the server.", "Press Explain again.")
WORKING = "Reading the text…"
LOADING = "The models are still loading. The answer follows by itself."
STOPPED = "Stopped: what was done until then is shown."
OTHER_MODELS = (
    "The address was made with other models than those loaded here: "
    "the figures may differ from those that the sender saw."
)

# results
ORIGINAL, TRANSLATION = "Original", "Translation"
SECTIONS = {
    "methods": "Words by method",
    "links": "Teacher against student",
    "agreement": "Do the methods agree?",
    "whatif": "What if?",
    "marks": "Mark triggers",
}
LEGEND_SECTIONS = "Parts of the explanation"
EXPLAINED = "Explained:"
LEGEND = "What the colours mean"
FOR, AGAINST_IT = "speaks for the class", "speaks against it"
LEGEND_GOLD, LEGEND_UNREAD = "marked as a trigger", "not read by the model"
SCALE = (
    "Each row has a scale of its own: signed methods from minus to plus its largest score, "
    "unsigned ones from its lowest to its highest. Scores of two methods cannot be compared."
)
UNREAD_TITLE = "not read by the model"
BY_NO_CLASS = "class-independent"
BY_NO_CLASS_TITLE = "The scores are the same whichever class is explained."
UNSIGNED = "unsigned"
UNSIGNED_TITLE = "Says how much a word matters, not whether it speaks for or against."
WAITING, NOT_DONE = "Waiting…", "Stopped before this method."
NO_SCORE = "Not available here: {reason}"
DETAILS = "Figures and scores"
FIGURES, SCORES = "Figures", "Word scores"
FIGURE_COLUMNS = ("Figure", "Value", "Random, 95 %", "Than random")
BETTER, NO_BETTER = "better", "no better"
THAN_RANDOM = "than random"
WORDS_LEFT = "{count} more words are not listed."
TRUNCATED = "The text is too long for the model: it read only the first part."

VERDICTS = {Verdict.HOLDS: "holds", Verdict.DOUBTFUL: "doubtful", Verdict.FAILS: "fails"}
VERDICT_SIGNS = {Verdict.HOLDS: "✓", Verdict.DOUBTFUL: "~", Verdict.FAILS: "✗"}
VERDICT_SENTENCES = {
    Verdict.HOLDS: "Beats words ranked at random in all four comparisons.",
    Verdict.DOUBTFUL: "Beats words ranked at random in some comparisons, not in all four.",
    Verdict.FAILS: "No better than words ranked at random in any of the four comparisons.",
}
FEW_WORDS = 40  # of which one decides: chance puts it first in more than 2.5 % of orders
NO_VERDICT = "–"
NO_VERDICT_NAME = "no verdict"
FLAT = "All words score the same, so there is no ranking to judge."
NOT_JUDGED = "Not judged yet."
COMPREHENSIVE, SUFFICIENT = "comprehensiveness", "sufficiency"
COMPARISONS = (
    ("Comprehensiveness, words masked", "higher is better: what masking the top words costs"),
    ("Sufficiency, words masked", "lower is better: what keeping only the top words costs"),
    ("Comprehensiveness, words deleted", "higher is better: what deleting the top words costs"),
    ("Sufficiency, words deleted", "lower is better: what keeping only the top words costs"),
)
DELETION = ("Deletion AUC", "lower is better: the class's mean share while top words are masked")
INSERTION = ("Insertion AUC", "higher is better: the same while top words appear")
STABILITY = ("Stability", "rank correlation between runs with other seeds")
RESIDUAL = ("Special tokens' share", "of all that was attributed; words carry the rest")
DELTA = ("Completeness delta", "what scores and residual miss of f(x) − f(baseline)")
PLAUSIBILITY = {
    "f1": ("Plausibility F1", "of the top words, against the marked triggers"),
    "precision": ("Plausibility precision", "of the top words"),
    "recall": ("Plausibility recall", "of the top words"),
    "auprc": ("Plausibility AUPRC", "area under the precision-recall curve"),
    "average_precision": ("Average precision", "of the ranking, against the marked triggers"),
}
TIME = ("Time", "")
PASSES = ("Passes through the model", "")
DELTA_NOTICEABLE, DELTA_LARGE = 0.01, 0.05  # of |f(x) − f(baseline)|
MILD, STRONG = "numerical warning", "strong numerical warning"

# links
LINKS_ABOUT = (
    "The teacher's scores, carried to the tweet's own words along the translator's word links, "
    "beside the student's. Point at a word to see its partners."
)
LINKED_STUDENT, LINKED_CARRIED, LINKED_TEACHER = "Student", "Teacher, carried", "Teacher"
NO_LINKS_ENGLISH = "The tweet is English already: teacher and student read the same words."
NO_LINKS = "No word links here: no translator for this language was loaded."
NO_LINKS_OWN = "No word links here: the tweet is English, its other English is yours."
LINKS_AWAITED = "The links follow once a method has scored both texts."
LINKS_NONE = "Not compared: the text is too long for it, or no method scored both texts."
OTHER_CLASSES = (
    "Student and teacher explain different classes here ({student} and {teacher}): choose one "
    "class above to compare like with like."
)
ONE_SIDE = "Explain student and teacher together to set one against the other."
MORE_ALIKE, NO_MORE_ALIKE = "more alike than chance", "no more alike than chance"
NOT_COMPUTABLE = "not computable"

# files and links
EXPORT, LINK = "Export", "Copy link"
FILES = {
    "json": ("JSON", "All scores and figures, the record of the endpoint /explain for each side."),
    "html": ("HTML", "One page that opens anywhere, without a server or a script."),
    "png": ("PNG", "A picture for slides and papers: words, colours, verdicts."),
}
"""Kind of file → its name and what it is for."""
PREPARING = "Preparing the file…"
SAVED = "Saved as {name}."
PICTURE_FAILED = "The browser could not draw the picture: the text is too long. Take the HTML."
LINK_COPIED = "Link copied: it opens this explanation on this server."
LINK_BY_HAND = "This browser does not let the page copy. The link stands in the field: copy it."
LINK_TOO_LONG = "This tweet is too long for an address. Export a file instead."
LINK_FIELD = "Link to this explanation"
FILE_TITLE = "Explanation by Tandem"
FILE_SEED = "{names}. Models {models}, seed {seed}{options}."
INCOMPLETE = "Not complete: it was saved before everything that was asked for was there."

# agreement
AGREEMENT_ABOUT = (
    "How alike two methods rank the words of this text: 1 the same order, 0 unrelated, "
    "−1 the reverse."
)
MEASURES = {"spearman": "Spearman", "kendall": "Kendall", "overlap": "Top {top} words shared"}
MEASURE = "Measure"
TOO_FEW = "Two methods are needed."
AGREEMENT_OF = "{measure} between methods, {role}"

# what if
WHATIF_ABOUT = (
    "Press a word to hide it from the model behind its mask token; press again to show it."
)
WHATIF_RESET = "Show all words"
WHATIF_BARS = "Probabilities of the {role} with the chosen words hidden"
WHATIF_NONE = "No word hidden."
WHATIF_WORDS = "Words of the {role}: press to hide"
WHATIF_WAS = "with all words {share}"


def title(method: str) -> str:
    """A method's name for a reader."""
    return METHODS[method].title if method in METHODS else method


def made(
    names: Mapping[str, str], models: str, seed: int, options: Mapping[str, Mapping[str, float]]
) -> str:
    """Which models an explanation is of, and what was chosen."""
    said = ", ".join(f"{ROLES.get(role, role)}: {name}" for role, name in names.items())
    chosen = "".join(
        f", {method} {name} {value:g}"
        for method, values in options.items()
        for name, value in values.items()
    )
    return FILE_SEED.format(names=said, models=models, seed=seed, options=chosen)


def explained(target: Target) -> str:
    """Which class is explained, against what."""
    return f"{target.label} against {target.against or OTHERS}"


def progress(method: str, role: str, done: int, total: int) -> str:
    """What is computed at the moment, and how far all of it is."""
    far = f" · {done} of {total} steps" if total else ""
    if not method:
        return f"Measuring…{far}"
    return f"{title(method)}, {ROLES.get(role, role).lower()}{far}"


def origin(translation: Translation | None) -> str:
    """How the English text came to be, in a word or two; empty where it is the tweet."""
    names = {
        TranslationStatus.TRANSLATED: "machine translation",
        TranslationStatus.ENGLISH: "English already",
        TranslationStatus.COPIED: "given back unchanged",
        TranslationStatus.PASSED_THROUGH: "nothing to translate",
        TranslationStatus.UNKNOWN: "untranslated",
        TranslationStatus.EDITED: "your translation",
        TranslationStatus.GIVEN: "came with the text",
    }
    return "" if translation is None else names[translation.status]


def score(value: float, signed: bool = True) -> str:
    """A word's score with three significant figures, a sign where it means something."""
    if not math.isfinite(value):
        return NO_VERDICT
    shown = f"{value:+.3g}" if signed else f"{value:.3g}"
    return shown.replace("-", "\u2212").replace("e+0", "e").replace("e\u22120", "e\u2212")


def figure(value: float | None, places: int = 2) -> str:
    """A figure with two decimals, a minus sign as wide as a figure."""
    if value is None or not math.isfinite(value):
        return NO_VERDICT
    shown = f"{value:.{places}f}"
    return (shown.removeprefix("-") if float(shown) == 0 else shown).replace("-", "\u2212")


def exact(value: float) -> str:
    """A figure that is set beside an interval: three decimals, so that which is larger shows."""
    return figure(value, 3)


def interval(low: float, high: float, places: int = 2) -> str:
    """Two ends of an interval."""
    return f"{figure(low, places)} to {figure(high, places)}"


def random(low: float, high: float) -> str:
    """What random words give, as exact as what is set beside it."""
    return interval(low, high, 3)


def seconds(value: float) -> str:
    """A time, short."""
    if value < 0.01:
        return "<0.01\u00a0s"
    return f"{value:.2f}\u00a0s" if value < 10 else f"{value:.0f}\u00a0s"


def word_title(value: float, signed: bool, gold: bool) -> str:
    """What a word says when pointed at."""
    return f"score {score(value, signed)}{', ' + LEGEND_GOLD if gold else ''}"


def delta_warning(delta: float) -> str:
    """That the scores do not add up; empty where they do."""
    if delta <= DELTA_NOTICEABLE:
        return ""
    kind = STRONG if delta > DELTA_LARGE else MILD
    return f"{kind}: scores miss {percent(delta)} of the difference they explain"


def no_verdict(side: Side, method: str) -> str:
    """Why there is none."""
    if side.unjudged:
        return side.unjudged
    attribution = side.attributions.get(method)
    read = zip(attribution.scores, side.read, strict=True) if attribution else ()
    return FLAT if len({one for one, seen in read if seen}) == 1 else NOT_JUDGED


def hidden(count: int, was: str, now: str) -> str:
    """What hiding words did to the label."""
    if not count:
        return WHATIF_NONE
    words = "1 word hidden" if count == 1 else f"{number(count)} words hidden"
    return f"{words}: {was} → {now}"


def unread_words(count: int) -> str:
    """How many words of a side were not read."""
    return "1 word was not read." if count == 1 else f"{number(count)} words were not read."


def held(holding: int, judged: int) -> str:
    """How many explanations hold; where some do, their first words follow."""
    if holding:
        verb = "holds" if holding == 1 else "hold"
        return f"{holding} of {judged} explanations {verb}. Named first:"
    return f"None of {judged} explanations holds: take their words as hints, not as reasons."


def few_words(count: int) -> str:
    """Why a bad verdict on a short text says little."""
    return (
        f"Of only {count} words chance, too, often puts the right one first: "
        "an explanation may be right and yet not be told from chance."
    )

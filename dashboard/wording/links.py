"""Word links on a card: whether teacher and student mark the same words, and how to see links."""

from core.explanations import Interval, LinkedAgreement

SIDES = {"source": "The tweet, word by word", "english": "The translation, word by word"}
LINKS_TITLE = "Words in common"
LINKS_DETAILS = "How it is measured"
LINKS_ENDS = ("opposite", "same order")
LINKS_HINT = (
    "Point at a word, tap it, or go from word to word with the arrow keys: "
    "the words that the translator looked at for it light up on the other side."
)
NO_AGREEMENT = (
    "How alike teacher and student rank the words cannot be told: fewer than three words are "
    "linked, or one of the two scores all of them alike."
)
NOT_COMPUTABLE = "–"
LINKED_WORDS = "{word}: {partners}"
NO_PARTNER = "{word}: no partner"
EXPLAIN = "Explain"
EXPLAIN_LABEL = "Explain: which words made the labels of tweet {number}"


def agreement_value(found: LinkedAgreement) -> str:
    """The rank correlation, or that there is none."""
    return NOT_COMPUTABLE if found.spearman is None else _two(found.spearman)


def agreement_sentence(found: LinkedAgreement) -> str:
    """Whether both rank the words alike, and whether that is more than chance."""
    if found.spearman is None:
        return NO_AGREEMENT
    rho = f"rank correlation {_two(found.spearman)}"
    if found.permuted is None:
        return f"Teacher and student rank the tweet's words with a {rho}."
    chance = f"the teacher's words shuffled give {_range(found.permuted)}"
    low, high = found.permuted
    how = "no more alike than by chance"
    if found.spearman > high:
        how = "alike"
    if found.spearman < low:
        how = "the other way round"
    return f"Teacher and student rank the tweet's words {how}: {rho}; {chance}."


def agreement_figures(found: LinkedAgreement) -> str:
    """What the figure is; empty where there is none."""
    if found.spearman is None or found.permuted_mean is None:
        return ""
    return (
        "Spearman's ρ over the tweet's words: the student's word scores, and the teacher's, "
        "carried over the links. "
        f"By chance: the middle 95\u00a0% of shuffles, their mean {_two(found.permuted_mean)}."
    )


def agreement_meter(found: LinkedAgreement) -> str:
    """The figure and its chance, as a screen reader says them."""
    said = f"Rank correlation of teacher and student: {agreement_value(found)}"
    return said if found.permuted is None else f"{said}, by chance {_range(found.permuted)}"


def chance(found: LinkedAgreement) -> str:
    """The name of the band on the scale."""
    return "" if found.permuted is None else f"by chance {_range(found.permuted)}"


def _range(interval: Interval) -> str:
    low, high = map(_two, interval)
    return f"{low} to {high}"


def _two(value: float) -> str:
    """Two decimals, with a minus sign as wide as a figure; never −0.00."""
    return f"{value:.2f}".replace("-0.00", "0.00").replace("-", "\u2212")

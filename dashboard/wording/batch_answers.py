"""The few sentences that answer first: how good, where, how sure, did refinement help.

Knows words and how numbers are written; which numbers go in is dashboard/views/batch/answer.py.
"""

from collections.abc import Sequence

from dashboard.wording.batch_results import (
    SIGNIFICANT,
    between,
    gold_rows,
    language,
    listed,
    p_is,
    rows,
    score,
    the,
)
from dashboard.wording.numbers import number, percent, points

HEADS = {
    "good": "How good",
    "where": "Where",
    "sure": "How sure",
    "helped": "Did refinement help",
    "triggers": "Trigger words",
    "labels": "What it says",
}
CHANCE = "no more than chance may"
NO_BEFORE = "Nobody can say: no student before refinement took part."
TAGS = {
    "inductive": "None of its texts was in any training.",
    "transductive": (
        "Texts of this file were in its refinement, without labels: a fresh file may score lower."
    ),
    "seen": "Texts of this file were in its labelled training: the figure is too good.",
    "unknown": "Whether its training saw these texts is not recorded.",
}
LEAST_ROWS, LEAST_SHARE = 30, 0.05  # of a language that may be called best or worst
FEW_GOLD = 10  # gold rows: a class with fewer moves a macro average by itself
STOPPED_BOARD = (
    "The evaluation was stopped before every method had explained every tweet: the trigger figures "
    "may be of fewer tweets."
)


def stopped(n: int) -> str:
    """Which rows the figures of a stopped run are of."""
    first = "the first usable row" if n == 1 else f"the first {number(n)} usable rows"
    return (
        f"The evaluation was stopped before the file's end: the figures are of {first} of the "
        "file, which need not be like the rest."
    )


def good(name: str, macro_f1: float, ends: Sequence[float] | None, n: int) -> str:
    """How good a system is, with its interval."""
    interval = f" (95\u00a0% interval {between(ends)})" if ends else ""
    start = the(name)
    return (
        f"{start[:1].upper()}{start[1:]} reaches a macro-F1 of {score(macro_f1)}{interval} "
        f"on {rows(n)}."
    )


def absent(classes: Sequence[str]) -> str:
    """Which classes no row holds; empty where all are there."""
    if not classes:
        return ""
    return f"{listed(classes)} {'is' if len(classes) == 1 else 'are'} in no row, so not scored."


Named = tuple[str, float]
"""Code or label, and its F1."""
Counted = tuple[str, float, int]
"""Code, its F1, and its rows."""


def languages(best: Counted, worst: Counted, apart: bool) -> str:
    """Best and worst language."""
    tail = "." if apart else "; their intervals overlap."
    first, last = (f"{language(code)} ({score(f1)} on {rows(n)})" for code, f1, n in (best, worst))
    return f"Best in {first}, worst in {last}{tail}"


def unlike(found: Sequence[tuple[str, Sequence[str]]]) -> str:
    """That means over other classes are compared; empty where they are not."""
    said = "; ".join(f"{language(code)} has no {listed(absent)}" for code, absent in found)
    whose = "its mean is" if len(found) == 1 else "their means are"
    return f"Mind that {said}: {whose} over fewer classes." if said else ""


def one_language(code: str) -> str:
    """That there is nothing to compare."""
    return f"All rows are {language(code)}."


def few_languages(codes: Sequence[str]) -> str:
    """Why no language is called best or worst: at most one is large enough."""
    start = f"Only {language(codes[0])} has" if codes else "No language has"
    return (
        f"{start} at least {LEAST_ROWS} rows and {percent(LEAST_SHARE)} of all, so no language is "
        "called best or worst."
    )


def classes(best: Counted, worst: Counted) -> str:
    """Best and worst class, with their gold rows."""
    first, last = (f"{label} (F1 {score(f1)}, {gold_rows(n)})" for label, f1, n in (best, worst))
    return f"Best on {first}, worst on {last}."


def few_gold(found: Sequence[tuple[str, int]]) -> str:
    """That a macro average hangs on few rows; empty where no class is that small."""
    if not found:
        return ""
    said = listed([f"{label} ({number(n)})" for label, n in found])
    verb = "has" if len(found) == 1 else "have"
    return (
        f"{said} {verb} fewer than {FEW_GOLD} gold rows: the macro average hangs on few rows there."
    )


def sure(confidence: float, accuracy: float, ends: Sequence[float] | None) -> str:
    """Confidence against accuracy; a verdict only beyond the accuracy's interval."""
    step = confidence - accuracy
    if ends is None or ends[0] <= confidence <= ends[1]:
        kind = "no clear over- or underconfidence"
    elif abs(step) < 0.02:
        kind = "well matched"
    else:
        kind = "overconfident" if step > 0 else "underconfident"
    interval = f" (95\u00a0% interval {between(ends)})" if ends else ""
    return (
        f"On average it is {percent(confidence)} sure and right in {percent(accuracy)} of rows"
        f"{interval}: {kind}."
    )


def ece(value: float, ends: Sequence[float] | None) -> str:
    """The calibration error in words."""
    interval = f" (ECE, {between(ends)})" if ends else " (ECE)"
    return f"Its confidence is off by {score(value)} points on average{interval}."


def helped(difference: float, ends: Sequence[float] | None, p: float) -> str:
    """What refinement did to macro-F1, and whether it is more than chance."""
    interval = f"{between(ends)}; " if ends else ""
    figures = f"({interval}{p_is(p)})"
    if p >= SIGNIFICANT:
        return (
            f"No effect shown: macro-F1 changed by {points(difference)} points {figures}, {CHANCE}."
        )
    verb = "Yes: it raised" if difference > 0 else "No: it lowered"
    return f"{verb} macro-F1 by {points(abs(difference)).lstrip('+')} points {figures}."


def helped_where(better: Sequence[Named], worse: Sequence[Named]) -> str:
    """In which languages the difference holds after Holm's correction."""
    if not better and not worse:
        return "In no language by itself is the difference more than chance (Holm)."
    parts = []
    if better:
        parts.append(f"better in {_steps(better)}")
    if worse:
        parts.append(f"worse in {_steps(worse)}")
    said = "; ".join(parts)
    return f"By language (Holm): {said}."


def _steps(found: Sequence[Named]) -> str:
    return listed([f"{language(code)} ({points(step)})" for code, step in found])


def flips(gained: int, lost: int, most: str, least: str) -> str:
    """Rows gained and lost, and on which class."""
    start = f"{rows(gained)} gained, {number(lost)} lost"
    best = f"most gained on {most}" if most else ""
    worst = f"most lost on {least}" if least else ""
    where = ", ".join(filter(None, (best, worst)))
    return f"{start}{f'; on balance {where}' if where else ''}."


def prior(macro_f1: float, after: float) -> str:
    """What a shift of the label prior would have reached."""
    if macro_f1 >= after:
        return (
            f"A mere shift of the label prior would have done as well: macro-F1 {score(macro_f1)}, "
            f"refinement {score(after)}."
        )
    return (
        f"A mere shift of the label prior would have reached a macro-F1 of {score(macro_f1)}, "
        f"refinement reached {score(after)}."
    )


def labels(name: str, found: Sequence[Named], n: int) -> str:
    """What a system says of an unlabelled file."""
    said = listed([f"{percent(share)} {label}" for label, share in found])
    start = the(name)
    return f"Of {rows(n)}, {start} calls {said}."


def confident(share: float) -> str:
    """How many rows it is at least half sure of."""
    return f"It is at least 50\u00a0% sure of its label on {percent(share)} of rows."

"""What refinement did to one tweet: a sentence, the way it took, and each class on request.

Knows a Change and how it is drawn; computes nothing, hears no event. Direction is shown by side
and sign, never by colour alone.
"""

from core.change import Change, change
from core.labels import LABELS
from core.records import Comparison
from dashboard import wording
from dashboard.views import plots
from dashboard.wording import change as words

SCALE = 0.1  # the least change that fills its half of the scale: small ones shall look small


def section(comparison: Comparison, number: int) -> str:
    """The section of a card; nothing where no student from before refinement is loaded."""
    before = comparison.student_before
    if before is None:
        return ""
    found = change(before, comparison.student, comparison.teacher)
    kind = "moved" if found.flipped else "kept"
    title = words.change_title(comparison.refined)
    said = words.change_sentence(found, comparison.refined)
    return (
        f'<section class="td-finding"><h4 class="td-panel-title">{title}</h4>'
        f'<p class="td-value td-{kind}">{words.change_label(found)}</p>{_meter(found)}'
        f'<div class="td-said-of"><p class="td-sentence">{said}</p>'
        f"{_details(found, comparison, number)}</div></section>"
    )


def _meter(found: Change) -> str:
    """The distance to the teacher on its scale: a tick for before, a dot for now."""
    start, end = found.distance_before, found.distance_after
    low, high = min(start, end), max(start, end)
    return (
        f'<div class="td-gauge" role="img" aria-label="{words.distance_meter(found)}">'
        f'<div class="td-gauge-track"><span class="td-gauge-way" '
        f'style="left:{plots.width(low)};width:{plots.width(high - low)}"></span>'
        f'<span class="td-tick" style="left:{plots.width(start)}"></span>'
        f'<span class="td-gauge-dot" style="left:{plots.width(end)}"></span></div>'
        f'<div class="td-gauge-ends"><span>{words.DISTANCE_NEAR}</span>'
        f'<span class="td-gauge-place">{words.distances(found)}</span>'
        f"<span>{words.DISTANCE_FAR}</span></div></div>"
    )


def _details(found: Change, comparison: Comparison, number: int) -> str:
    """Each class, and both distances by name, folded away."""
    figures = "".join(f'<p class="td-note">{line}</p>' for line in words.distance_figures(found))
    return (
        f'<details class="td-more" data-key="{number}-change"><summary>{words.CHANGE_DETAILS}'
        f"</summary>{_bars(found, comparison)}{figures}</details>"
    )


def _bars(found: Change, comparison: Comparison) -> str:
    """A diverging bar per class, scaled to the largest change, which comes first."""
    largest = max(SCALE, *(abs(step) for step in found.by_class))
    heads = "".join(f'<th scope="col">{name}</th>' for name in words.CHANGE_COLUMNS)
    rows = "".join(_bar(k, found.by_class[k], largest, comparison) for k in found.largest_first)
    return (
        f'<table class="td-bars td-diverging"><caption class="td-sr">{words.CHANGE_BARS}</caption>'
        f'<thead class="td-sr"><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'
    )


def _bar(k: int, step: float, largest: float, comparison: Comparison) -> str:
    """One class: to the right what it gained, to the left what it lost."""
    assert comparison.student_before is not None
    was, now = comparison.student_before.probabilities[k], comparison.student.probabilities[k]
    length = plots.width(abs(step) / largest / 2)
    side = "left" if step >= 0 else "right"
    return (
        f'<tr class="td-e-{LABELS[k].lower()}"><th scope="row">{LABELS[k]}</th>'
        f"<td>{words.step(was, now)}</td>"
        f'<td class="td-track" aria-hidden="true"><div><span class="td-fill td-from-{side}" '
        f'style="width:{length}"></span><span class="td-middle"></span></div></td>'
        f"<td>{wording.points(step)}</td></tr>"
    )

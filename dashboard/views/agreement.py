"""Whether teacher and student mark the same words: a figure, its chance, a sentence.

Knows Linked and how it is drawn; computes nothing, hears no event.
"""

from core.explanations import LinkedAgreement
from dashboard.linked import Linked
from dashboard.views import markup, plots
from dashboard.wording import links as words


def section(linked: Linked | None, number: int) -> str:
    """The section of a card; nothing without links or scores.

    Args:
        number: the card's place on the page.
    """
    if linked is None or linked.agreement is None:
        return ""
    found = linked.agreement
    return (
        f'<section class="td-finding"><h4 class="td-panel-title">{words.LINKS_TITLE}</h4>'
        f'<p class="td-value">{words.agreement_value(found)}</p>{_meter(found)}'
        f'<div class="td-said-of"><p class="td-sentence">{words.agreement_sentence(found)}</p>'
        f'<p class="td-note">{words.LINKS_HINT}</p>{_details(found, number)}</div></section>'
    )


def _details(found: LinkedAgreement, number: int) -> str:
    """What the figure is, folded away."""
    figures = words.agreement_figures(found)
    if not figures:
        return ""
    return (
        f'<details class="td-more" data-key="{number}-links"><summary>{words.LINKS_DETAILS}'
        f'</summary><p class="td-note">{figures}</p></details>'
    )


def _meter(found: LinkedAgreement) -> str:
    """The figure on a scale from −1 to 1, over the band that chance gives."""
    if found.spearman is None:
        return ""
    low, high = words.LINKS_ENDS
    dot = f'<span class="td-gauge-dot" style="left:{_place(found.spearman)}"></span>'
    return (
        f'<div class="td-gauge" role="img" aria-label="{words.agreement_meter(found)}">'
        f'<div class="td-gauge-track">{_band(found)}<span class="td-middle"></span>{dot}</div>'
        f'<div class="td-gauge-ends"><span>{low}</span>'
        f'<span class="td-gauge-place">{words.chance(found)}</span><span>{high}</span></div></div>'
    )


def _band(found: LinkedAgreement) -> str:
    """Where the figure would lie by chance."""
    if found.permuted is None:
        return ""
    low, high = found.permuted
    return (
        f'<span class="td-gauge-chance" style="left:{_place(low)};'
        f'width:{plots.width((high - low) / 2)}"></span>'
    )


def _place(value: float) -> str:
    """Of a correlation on its scale."""
    return plots.width((value + 1) / 2)


def panels(linked: Linked | None, inside: str) -> str:
    """Both panels in the element within which linked words light up each other."""
    if linked is None:
        return f'<div class="td-panels">{inside}</div>'
    pairs = [list(pair) for pair in linked.links.pairs]
    return (
        f'<div class="td-panels td-linked" data-links="{markup.data(pairs)}">{inside}'
        '<p class="td-sr" role="status" data-role="linked"></p></div>'
    )

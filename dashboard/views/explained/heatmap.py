"""How alike methods rank one text's words: a table of numbers, tinted as a heat map.

Knows sides; the numbers are core.agreement's, asked for where they are drawn and remembered, so
that a growing explanation computes each pair once.
"""

from collections.abc import Sequence
from functools import lru_cache

from core.attribution import METHODS
from core.explanations import Agreement, Side
from dashboard.shown import Shown
from dashboard.views import markup
from dashboard.wording import explain as words

BESIDE = 9  # methods up to which two tables stand side by side
TOP = 3  # words that count as top, of a text of few words fewer


def section(shown: Shown) -> str:
    """A heat map per side, and the choice of measure."""
    sides = shown.explanation.sides
    maps = "".join(_side(side) for side in sides.values())
    beside = len(sides) if len(shown.methods) <= BESIDE else 1
    return (
        f'<p class="td-note">{words.AGREEMENT_ABOUT}</p>{_choice()}'
        f'<div class="td-x-columns td-x-of-{beside}">{maps}</div>'
    )


def _choice() -> str:
    """The measure, as radio buttons; which table shows is a matter of style alone."""
    items = "".join(
        f'<label><input type="radio" name="td-x-measure" value="{name}"{_checked(name)}> '
        f"{title.format(top=TOP)}</label>"
        for name, title in words.MEASURES.items()
    )
    return (
        f'<fieldset class="td-x-measure"><legend class="td-sr">{words.MEASURE}</legend>'
        f"{items}</fieldset>"
    )


def _checked(name: str) -> str:
    return " checked" if name == "spearman" else ""


def _side(side: Side) -> str:
    """One side's tables, one per measure."""
    name = words.ROLES.get(side.role, side.role)
    methods = [method for method in METHODS if method in side.attributions]
    if len(methods) < 2:
        return (
            f'<div><h4 class="td-panel-title">{markup.text(name)}</h4>'
            f'<p class="td-note">{words.TOO_FEW}</p></div>'
        )
    tables = "".join(_table(side, methods, measure) for measure in words.MEASURES)
    return f'<div><h4 class="td-panel-title">{markup.text(name)}</h4>{tables}</div>'


def _table(side: Side, methods: Sequence[str], measure: str) -> str:
    """Each pair once: rows from the second method on, columns up to the last but one."""
    title = words.MEASURES[measure].format(top=TOP)
    caption = words.AGREEMENT_OF.format(measure=title, role=words.ROLES.get(side.role, side.role))
    heads = "".join(
        f'<th scope="col" title="{words.title(method)}"><span aria-hidden="true">{place}</span>'
        f'<span class="td-sr">{words.title(method)}</span></th>'
        for place, method in enumerate(methods[:-1], start=1)
    )
    rows = "".join(_row(side, methods, place, measure) for place in range(len(methods)))
    return (
        f'<div class="td-x-scroll td-heat-of-{measure}" tabindex="0" role="group" '
        f'aria-label="{caption}"><table class="td-heat"><caption class="td-sr">{caption}'
        f"</caption><thead><tr><td></td>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _row(side: Side, methods: Sequence[str], place: int, measure: str) -> str:
    """One method beside all before it."""
    one = methods[place]
    cells = "".join(_cell(_pair(side, one, other), measure) for other in methods[:place])
    empty = "<td></td>" * (len(methods) - 1 - place)
    return (
        f'<tr><th scope="row"><span class="td-soft" aria-hidden="true">{place + 1}</span> '
        f"{words.title(one)}</th>{cells}{empty}</tr>"
    )


def _cell(found: Agreement, measure: str) -> str:
    """A number on its tint."""
    value: float | None = getattr(found, measure)
    if value is None:
        return f'<td class="td-cell" title="{words.NOT_COMPUTABLE}">{words.NO_VERDICT}</td>'
    kind = "td-for" if value >= 0 else "td-against"
    return (
        f'<td class="td-cell {kind}" style="--s:{min(abs(value), 1):.2f}">'
        f"{words.figure(value)}</td>"
    )


def _pair(side: Side, one: str, other: str) -> Agreement:
    return _agreement(
        side.attributions[one].scores, side.attributions[other].scores, side.read, TOP
    )


@lru_cache(maxsize=4096)
def _agreement(
    one: tuple[float, ...], other: tuple[float, ...], read: tuple[bool, ...], top: int
) -> Agreement:
    from core.agreement import agreement  # scipy takes a moment: not before it is needed

    return agreement(one, other, read, top=top)

"""Words that can be pressed: to hide them from the model, or to mark them as triggers.

Knows a side's words and six probabilities; what a press does is dashboard/views/scripts/press.py.
A group of words is one stop of the Tab key; arrows go from word to word.
"""

from core.explanations import Side
from core.labels import LABELS
from core.records import Prediction
from dashboard import wording
from dashboard.shown import Shown
from dashboard.views import markup, plots
from dashboard.views.explained import coloured
from dashboard.wording import explain as words
from dashboard.wording import explain_marks as marks


def what_if(shown: Shown) -> str:
    """Each side's words as buttons, and its probabilities."""
    sides = shown.explanation.sides
    panels = "".join(_side(side) for side in sides.values())
    return (
        f'<p class="td-note">{words.WHATIF_ABOUT}</p>'
        f'<div class="td-x-columns td-x-of-{len(sides)}">{panels}</div>'
    )


def _side(side: Side) -> str:
    """One model: words, bars, and what hiding did."""
    role = words.ROLES.get(side.role, side.role)
    about = words.WHATIF_WORDS.format(role=role.lower())
    return (
        f'<div class="td-x-whatif" data-role="{side.role}">'
        f'<h4 class="td-panel-title">{role}</h4>{pressable(side, about, "hide")}'
        f'<div class="td-x-answer">{answer(side, side.prediction, 0)}</div>'
        '<p class="td-card-problem" role="alert" hidden></p>'
        f'<button type="button" class="td-button" data-x="reset" disabled>{words.WHATIF_RESET}'
        "</button></div>"
    )


def pressable(side: Side, about: str, act: str, pressed: tuple[int, ...] = ()) -> str:
    """The words that were read as toggle buttons, the others as text."""
    end, shown, first = coloured.last_read(side.read), [], True
    for place, text in enumerate(side.words[:end]):
        if text and side.read[place]:
            shown.append(_button(text, place, act, place in pressed, first))
            first = False
        elif text:
            shown.append(f'<span class="td-x-unread">{markup.text(text)}</span>')
    rest = coloured.rest(side.text, side.spans, end)
    return (
        f'<div class="td-x-press" role="group" aria-label="{about}" dir="auto" data-press="{act}">'
        f"{' '.join(shown)}{rest}</div>"
    )


def _button(text: str, place: int, act: str, on: bool, first: bool) -> str:
    return (
        f'<button type="button" class="td-x-word" data-x="{act}" data-w="{place}" '
        f'aria-pressed="{str(on).lower()}" tabindex="{0 if first else -1}">'
        f"{markup.text(text)}</button>"
    )


def answer(side: Side, now: Prediction, hidden: int) -> str:
    """What hiding did, and six bars with a tick where each stood with all words."""
    said = words.hidden(hidden, _label(side.prediction), _label(now))
    caption = words.WHATIF_BARS.format(role=words.ROLES.get(side.role, side.role).lower())
    rows = "".join(
        _bar(label, share, was, label == now.label)
        for label, share, was in zip(
            LABELS, now.probabilities, side.prediction.probabilities, strict=True
        )
    )
    return (
        f'<p class="td-x-said" role="status">{said}</p>'
        f'<table class="td-bars"><caption class="td-sr">{caption}</caption>'
        f"<tbody>{rows}</tbody></table>"
    )


def _label(prediction: Prediction) -> str:
    return f"{prediction.label} {wording.percent(prediction.confidence)}"


def _bar(label: str, share: float, was: float, top: bool) -> str:
    """One label's bar, a tick where it stood, and by how much it moved."""
    said = words.WHATIF_WAS.format(share=wording.percent(was))
    step = wording.points(share - was)
    moved = "" if step in ("0.0", wording.points(0.0)) else step
    return (
        f'<tr class="td-e-{label.lower()}{" td-top" if top else ""}" title="{label}: {said}">'
        f'<th scope="row">{label}</th><td class="td-track" aria-hidden="true"><div>'
        f'<span class="td-fill" style="width:{plots.width(share)}"></span>'
        f'<span class="td-tick" style="left:{plots.width(was)}"></span></div></td>'
        f'<td>{wording.percent(share)}<span class="td-sr">, {said}</span></td>'
        f'<td class="td-x-moved">{moved}</td></tr>'
    )


def marking(shown: Shown) -> str:
    """The tweet's words to be marked, and the list of tweets marked in this browser."""
    explanation = shown.explanation
    places = enumerate(explanation.gold or ())
    pressed = tuple(place for place, mark in places if mark)
    items: list[str] = []
    for place, text in enumerate(explanation.text.split(" ")):
        if text:
            items.append(_button(text, place, "mark", place in pressed, not items))
    return (
        f'<p class="td-note">{marks.ABOUT}</p>'
        f'<div class="td-x-press" role="group" aria-label="{marks.WORDS}" dir="auto" '
        f'data-press="mark">{" ".join(items[: marks.MOST])}</div>'
        '<p class="td-x-tools">'
        f'<button type="button" class="td-button td-primary" data-x="keep">{marks.KEEP}</button>'
        f'<button type="button" class="td-button" data-x="clear">{marks.CLEAR}</button>'
        '<span class="td-x-said" role="status" data-role="marked"></span></p>'
    )


def marked() -> str:
    """The list of marked tweets, filled by the browser that keeps it; hidden while it is empty."""
    return (
        '<section class="td-card td-x-section td-x-marked" hidden aria-labelledby="td-x-list">'
        f'<h3 id="td-x-list">{marks.LIST}</h3><p class="td-note">{marks.LIST_ABOUT}</p>'
        f'<p class="td-note td-x-warning" data-role="storage" hidden>{marks.NO_STORAGE}</p>'
        f'<p class="td-note" data-role="empty">{marks.LIST_EMPTY}</p>'
        '<ol data-role="list" tabindex="-1"></ol><p class="td-x-tools" data-role="tools" hidden>'
        f'<button type="button" class="td-button td-primary" data-x="save">{marks.SAVE}</button>'
        f'<button type="button" class="td-button" data-x="empty">{marks.REMOVE_ALL}</button></p>'
        '<p class="td-x-said" role="status" data-role="listed"></p></section>'
    )

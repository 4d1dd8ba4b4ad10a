"""What stands around the cards: header, empty state, progress, notices, legend.

Knows a handful of plain values; loads nothing and hears no event.
"""

from collections.abc import Mapping, Sequence

from core.records import Comparison, ModelInfo, TranslationStatus
from dashboard import wording
from dashboard.contract import Status
from dashboard.inputs import CARD_LIMIT
from dashboard.linked import Linked
from dashboard.views import card, markup, table, tools
from dashboard.wording import models as changes

EDITED = TranslationStatus.EDITED


def header(status: Status) -> str:
    """The product's name, what is loaded, on which device, and how far loading is."""
    problem = "".join(map(_trouble, filter(None, (status.problem, status.trouble))))
    moving = " td-state-changing" if status.changing else ""
    return (
        '<div class="td-header"><div class="td-brand">'
        f"<h1>{wording.NAME}</h1><p>{wording.SUBTITLE}</p></div>"
        f'<p class="td-state td-state-{status.state}{moving}" role="status">'
        f'<span class="td-dot" aria-hidden="true"></span>{_state(status)}</p>'
        f"{_models(status)}</div>{problem}"
    )


def _trouble(sentence: str) -> str:
    return f'<p class="td-problem" role="alert">{markup.text(sentence)}</p>'


def _state(status: Status) -> str:
    """Loading, downloading, ready on a device, or failed; once ready, what is being replaced."""
    if status.download:
        return markup.text(status.download)
    if status.changing:
        return markup.text(changes.waiting(status.changing))
    device = f" · {markup.text(status.info.device.upper())}" if status.info else ""
    return wording.STATES[status.state] + device


def _models(status: Status) -> str:
    """Role and name of each loaded model."""
    if status.info is None:
        return ""
    items = "".join(_model(model) for model in status.info.models)
    notes = "".join(
        f'<p class="td-note">{markup.text(wording.unmapped(model.role, model.unmapped))}</p>'
        for model in status.info.models
        if model.unmapped
    )
    return f'<dl class="td-models">{items}</dl>{notes}'


def _model(model: ModelInfo) -> str:
    """Role, short name and size; the whole name on pointing."""
    return (
        f"<div><dt>{markup.text(wording.role(model.role))}</dt>"
        f'<dd title="{markup.attribute(model.name)}">{markup.text(wording.titled(model))} '
        f"<span>{wording.size(model.parameters)}</span></dd></div>"
    )


def label(name: str) -> str:
    """A word beside a widget."""
    return f'<p class="td-label" aria-hidden="true">{name}</p>'


def empty() -> str:
    """What to do first."""
    return (
        f'<div class="td-empty"><p class="td-empty-title">{wording.EMPTY_TITLE}</p>'
        f"<p>{wording.EMPTY}</p></div>"
    )


def progress(done: int, total: int, sentence: str) -> str:
    """A line with a bar; the bar has no end while nothing is known."""
    value = f' value="{done}" max="{total}"' if done and total > 1 else ""
    return (
        f'<div class="td-progress" role="status"><progress{value} aria-label="{sentence}">'
        f"</progress><span>{sentence}</span></div>"
    )


def problem(sentence: str) -> str:
    """A sentence that says what went wrong."""
    return f'<p class="td-problem" role="alert">{markup.text(sentence)}</p>'


def notice(sentence: str) -> str:
    """A sentence that says what was left out."""
    return f'<p class="td-notice" role="status">{markup.text(sentence)}</p>'


def notices(sentences: Sequence[str]) -> str:
    """One notice each."""
    return "".join(map(notice, sentences))


def legend() -> str:
    """What the marks in the cards mean."""
    return (
        '<p class="td-legend"><span><mark class="td-trigger td-e-joy">abc</mark> '
        f"{wording.LEGEND_TRIGGER}</span>"
        f'<span><span class="td-tick-key" aria-hidden="true"></span> {wording.LEGEND_BEFORE}</span>'
        f'<span><span class="td-unread">abc</span> {wording.LEGEND_UNREAD}</span>'
        f'<span class="td-hint">{wording.LEGEND_HOVER}</span></p>'
    )


def results(
    comparisons: Sequence[Comparison],
    chosen: str,
    thresholds: Mapping[str, float | None],
    run: str,
    models: str = "",
    linked: Sequence[Linked | None] = (),
    answered: Sequence[ModelInfo] = (),
) -> str:
    """All of one comparison: a few tweets as cards, many as a table whose rows open into cards.

    Args:
        chosen: the language setting behind it: "auto" or a code.
        thresholds: trigger threshold by role, None where unknown.
        run: a word of its own for each comparison, so that the page draws it anew even
            where the same tweets come again after cards were changed.
        models: the key of the loaded models, for links.
        linked: word links of each, where they are drawn as cards; none needed.
        answered: the models that answered; the page says so, and where others were loaded since.
    """
    many_rows = len(comparisons) > CARD_LIMIT
    body = (
        table.table(comparisons)
        if many_rows
        else _cards(comparisons, chosen, thresholds, linked or [None] * len(comparisons))
    )
    title = wording.results(len(comparisons))
    return (
        f'<section class="td-results" data-run="{run}" data-models="{models}" '
        f'data-language="{chosen}" data-items="{markup.data(_items(comparisons))}" '
        'aria-labelledby="td-results-title">'
        f'<div class="td-results-head"><h2 id="td-results-title">{title}</h2>'
        f"{tools.tools(many_rows)}{tools.said()}{_answered(answered)}{legend()}</div>"
        f'<p class="td-sr" role="status" data-role="announce"></p>{body}</section>'
    )


def _answered(models: Sequence[ModelInfo]) -> str:
    """Who answered, and a line that is shown once others would."""
    if not models:
        return ""
    named = (f"{wording.role(one.role)} {wording.titled(one)}" for one in models)
    said = changes.ANSWERED.format(models=" · ".join(named))
    return (
        f'<p class="td-answered td-soft">{markup.text(said)}</p>'
        f'<p class="td-stale" role="status" data-role="stale" hidden>{changes.STALE}</p>'
    )


def _cards(
    comparisons: Sequence[Comparison],
    chosen: str,
    thresholds: Mapping[str, float | None],
    linked: Sequence[Linked | None],
) -> str:
    """One card after the other."""
    return "".join(
        card.card(comparison, number, chosen, thresholds, links)
        for number, (comparison, links) in enumerate(zip(comparisons, linked, strict=True), start=1)
    )


def _items(comparisons: Sequence[Comparison]) -> list[list[str | None]]:
    """What was asked, so that it can be asked again: each text, and the user's own English."""
    return [
        [one.text, one.translation.text if one.translation.status is EDITED else None]
        for one in comparisons
    ]

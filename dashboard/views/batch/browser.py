"""The error browser: filters, what is in force, and around one page of rows.

Knows metrics (for what there is to choose) and filters; asks nothing itself. The rows are drawn
by dashboard/views/batch/rows.py.
"""

from collections.abc import Mapping, Sequence

from core.evaluation.plan import BEFORE, STUDENT, TEACHER, Filter, Order, Page
from core.evaluation.schema import Metrics
from core.labels import LABELS
from dashboard.views import markup
from dashboard.views.batch import rows as drawn_rows
from dashboard.wording import batch_browser as words
from dashboard.wording import batch_results

COUNT = 25  # rows of a page
Options = Sequence[tuple[str, str]]


def browser(metrics: Metrics, asked: Filter, order: Order, page: Page) -> str:
    """The whole browser."""
    return (
        '<section class="td-f-card td-f-browser" id="td-f-browser" tabindex="-1" '
        f'aria-labelledby="td-f-rows"><h3 id="td-f-rows">{words.TITLE}</h3>'
        f'<p class="td-f-note">{words.ABOUT}</p>'
        f"{_filters(metrics, asked, order)}"
        f'<div data-part="rows">{rows(metrics, asked, page)}</div></section>'
    )


def rows(metrics: Metrics, asked: Filter, page: Page) -> str:
    """Filters in force, how many rows they leave, and one page of them."""
    said = words.shown(page.start, len(page.rows), page.total)
    table = (
        drawn_rows.table(metrics, page) if page.rows else f'<p class="td-empty">{words.NO_ROW}</p>'
    )
    return (
        f"{_active(asked)}"
        f'<div class="td-f-pages" role="group" aria-label="{words.PAGES}">'
        f'<p class="td-count" role="status" data-role="count">{said}</p>{_pages(page)}</div>{table}'
    )


def _filters(metrics: Metrics, asked: Filter, order: Order) -> str:
    """The lists, of what this file has."""
    gold, systems = bool(metrics["file"]["gold"]), list(metrics["systems"])
    codes = sorted(metrics["file"]["languages"])
    labels = [(label, label) for label in LABELS]
    lists = [
        _list(
            "language",
            words.LANGUAGE,
            words.ANY_LANGUAGE,
            [(c, batch_results.language(c)) for c in codes],
        ),
        _list("gold", words.GOLD, words.ANY_LABEL, labels) if gold else "",
        _list("system", words.SYSTEM, "", [(name, batch_results.system(name)) for name in systems]),
        _list("predicted", words.PREDICTED, words.ANY_LABEL, labels),
        _list("right", words.RIGHT, words.ANY_RIGHT, list(words.RIGHTS.items())) if gold else "",
        _list("flip", words.FLIP, words.ANY_FLIP, _flips(gold)) if BEFORE in systems else "",
        _list("agree", words.AGREE, words.ANY_AGREE, list(words.AGREES.items()))
        if {STUDENT, TEACHER} <= set(systems)
        else "",
        _list("status", words.STATUS, words.ANY_STATUS, _statuses(metrics)),
        _list("order", words.ORDER, "", _orders(systems, gold)),
    ]
    chosen = markup.data(values(asked, order))
    return (
        f'<form class="td-f-filters" role="search" aria-label="{words.FILTERS}" '
        f'data-role="filters" data-values="{chosen}">{"".join(lists)}{_search(asked.text)}</form>'
    )


def _flips(gold: bool) -> Options:
    return [(key, name) for key, name in words.FLIPS.items() if gold or key in ("any", "none")]


def _statuses(metrics: Metrics) -> Options:
    """Where the English came from; nothing to choose where nothing was translated."""
    if metrics["weights"] is None and TEACHER not in metrics["systems"]:
        return []
    return [(status.value, name) for status, name in words.STATUSES.items()]


def _orders(systems: Sequence[str], gold: bool) -> Options:
    possible = {
        "row": True,
        "confident_errors": gold,
        "least_confident": True,
        "down_weighted": BEFORE in systems,
        "disagreeing": {STUDENT, TEACHER} <= set(systems),
    }
    return [(key, words.ORDERS[key]) for key, fits in possible.items() if fits]


def _list(key: str, name: str, any_of: str, options: Options) -> str:
    """One filter; its first option leaves every row. Nothing where there is nothing to choose."""
    if not options:
        return ""
    first = f'<option value="">{any_of}</option>' if any_of else ""
    items = "".join(
        f'<option value="{markup.attribute(value)}">{markup.text(shown)}</option>'
        for value, shown in options
    )
    return (
        f'<label class="td-f-filter"><span>{name}</span><select class="td-select" '
        f'name="{key}">{first}{items}</select></label>'
    )


def _search(text: str) -> str:
    return (
        f'<label class="td-f-filter td-f-search"><span>{words.TEXT} <span class="td-soft">'
        f'{words.TEXT_HINT}</span></span><input type="search" name="text" autocomplete="off" '
        f'maxlength="200" value="{markup.attribute(text)}"></label>'
    )


def values(asked: Filter, order: Order) -> dict[str, str]:
    """A filter as the fields of the form hold it; "" is no matter."""
    return {
        "language": asked.language or "",
        "gold": asked.gold or "",
        "system": asked.system,
        "predicted": asked.predicted or "",
        "right": _said(asked.right),
        "flip": asked.flip or "",
        "agree": _said(asked.agree),
        "status": asked.status or "",
        "text": asked.text,
        "order": order,
    }


def _said(value: bool | None) -> str:
    return "" if value is None else str(value).lower()


def _active(asked: Filter) -> str:
    """What is in force, each with a button that takes it away."""
    found = _in_force(asked)
    if not found:
        return ""
    chips = "".join(
        f'<li><button type="button" class="td-f-chip" data-f="unfilter" data-key="{key}">'
        f'<span class="td-sr">{markup.text(words.REMOVE.format(name=""))}</span>'
        f"{markup.text(shown)}"
        ' <span aria-hidden="true">×</span></button></li>'
        for key, shown in found
    )
    every = (
        f'<li><button type="button" class="td-link-button" data-f="unfilter" data-key="">'
        f"{words.REMOVE_ALL}</button></li>"
    )
    return f'<ul class="td-f-chips" aria-label="{words.ACTIVE}">{chips}{every}</ul>'


def _in_force(asked: Filter) -> list[tuple[str, str]]:
    """Key and words of each filter that is set."""
    statuses: Mapping[str, str] = {status.value: name for status, name in words.STATUSES.items()}
    said = {
        "language": (words.LANGUAGE, asked.language and batch_results.language(asked.language)),
        "gold": (words.GOLD, asked.gold),
        "predicted": (words.label_of(asked.system), asked.predicted),
        "right": (batch_results.system(asked.system), words.RIGHTS.get(_said(asked.right))),
        "flip": (words.FLIP, words.FLIPS.get(asked.flip or "")),
        "agree": (words.AGREE, words.AGREES.get(_said(asked.agree))),
        "status": (words.STATUS, statuses.get(asked.status or "", asked.status)),
        "text": (words.TEXT, asked.text),
    }
    return [(key, words.chip(name, value)) for key, (name, value) in said.items() if value]


def _pages(page: Page) -> str:
    """First, previous, next, last."""
    last = max((page.total - 1) // COUNT * COUNT, 0)
    places = (
        (words.FIRST, 0, page.start > 0),
        (words.PREVIOUS, max(page.start - COUNT, 0), page.start > 0),
        (words.NEXT, page.start + COUNT, page.start + COUNT < page.total),
        (words.LAST, last, page.start < last),
    )
    return "".join(
        f'<button type="button" class="td-button" data-f="page" data-start="{start}" '
        f'data-name="{name}"{"" if possible else " disabled"}>{name}</button>'
        for name, start, possible in places
    )

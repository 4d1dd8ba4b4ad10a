"""The error browser: filters, what is in force, and one page of rows.

Knows metrics (for what there is to choose) and rows as core.evaluation.columns names them; asks
nothing itself. What a row hands to Explain and Compare stands on it in ``data-`` attributes.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from core.evaluation.plan import BEFORE, STUDENT, TEACHER, Filter, Order, Page
from core.evaluation.schema import Metrics
from core.labels import LABELS
from core.request import AUTO
from dashboard import wording
from dashboard.views import markup
from dashboard.wording import LANGUAGES, batch_results
from dashboard.wording import batch_browser as words

COUNT = 25  # rows of a page
LONGEST = 600  # characters of a text in its row; Explain shows them all
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
    table = _table(metrics, page) if page.rows else f'<p class="td-empty">{words.NO_ROW}</p>'
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


def _table(metrics: Metrics, page: Page) -> str:
    systems, gold = list(metrics["systems"]), bool(metrics["file"]["gold"])
    weighed = metrics["weights"] is not None
    heads = [words.LINE, words.TWEET, words.LANGUAGE, *([words.GOLD] if gold else [])]
    heads += [batch_results.system(name) for name in systems]
    head = "".join(f'<th scope="col">{markup.text(name)}</th>' for name in heads)
    weight = f'<th scope="col" title="{words.WEIGHT_TITLE}">{words.WEIGHT}</th>' if weighed else ""
    body = "".join(_row(row, systems, gold, weighed) for row in page.rows)
    return (
        f'<div class="td-f-scroll" role="region" tabindex="0" aria-label="{words.CAPTION}">'
        f'<table class="td-f-table td-f-rows"><caption class="td-sr">{words.CAPTION}</caption>'
        f"<thead><tr>{head}{weight}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _row(row: Mapping[str, Any], systems: Sequence[str], gold: bool, weighed: bool) -> str:
    cells = [_cell(words.LANGUAGE, markup.text(batch_results.language(row["language"])))]
    if gold:
        cells.append(_label(words.GOLD, row["gold"], None))
    cells += [
        _label(batch_results.system(name), row.get(name), _right(row, name)) for name in systems
    ]
    if weighed:
        cells.append(_cell(words.WEIGHT, wording.percent(row.get("weight"))))
    return (
        f'<tr data-row="{markup.data(handed(row))}"><th scope="row">{row["line"]}</th>'
        f'<td class="td-f-tweet">{_tweet(row)}</td>{"".join(cells)}</tr>'
    )


def _tweet(row: Mapping[str, Any]) -> str:
    """The text, its translation where that is another one, its ID, and where it opens."""
    english = row.get("translation")
    own = isinstance(english, str) and english != row["text"]
    translation = f'<div class="td-clip td-soft" lang="en" dir="auto">{_short(english)}</div>'
    line = row["line"]
    return (
        f'<div class="td-clip" dir="auto">{_short(row["text"])}</div>'
        f'{translation if own else ""}<div class="td-f-acts">'
        f'<span class="td-soft">{markup.text(words.ID.format(id=_short(row["id"], 40)))}</span>'
        f"{_act('explain', words.EXPLAIN, words.EXPLAIN_ROW.format(line=line))}"
        f"{_act('compare', words.COMPARE, words.COMPARE_ROW.format(line=line))}</div>"
    )


def _act(act: str, name: str, label: str) -> str:
    return (
        f'<button type="button" class="td-link-button" data-f="{act}" aria-label="{label}">'
        f"{name}</button>"
    )


def _short(text: Any, limit: int = LONGEST) -> str:
    shown = str(text)
    return markup.text(shown) if len(shown) <= limit else f"{markup.text(shown[:limit])}…"


def _cell(name: str, value: str, kind: str = "") -> str:
    """A cell; its column's name stands before it where rows are stacked."""
    return f'<td data-name="{markup.attribute(name)}"{kind}>{value}</td>'


def _label(name: str, label: str | None, right: bool | None) -> str:
    """A label with its colour, and whether it is right, by sign and by word."""
    if label is None:
        return _cell(name, words.NONE)
    said = ""
    if right is not None:
        sign, word = ("✓", words.SAID_RIGHT) if right else ("✗", words.SAID_WRONG)
        kind: Literal["agree", "differ"] = "agree" if right else "differ"
        said = (
            f' <span class="td-sign td-f-{kind}" aria-hidden="true">{sign}</span>'
            f'<span class="td-sr">, {word}</span>'
        )
    swatch = '<span class="td-swatch" aria-hidden="true"></span>'
    kind_of = f' class="td-e-{label.lower()}"' if label in LABELS else ""
    return _cell(name, f"{swatch}{markup.text(label)}{said}", kind_of)


def _right(row: Mapping[str, Any], system: str) -> bool | None:
    gold, said = row.get("gold"), row.get(system)
    return None if gold is None or said is None else gold == said


def handed(row: Mapping[str, Any]) -> dict[str, Any]:
    """What Explain and Compare are asked about a row.

    The translation is not handed over: theirs is made by the same translator, and one that comes
    with a question counts as the reader's own.
    """
    asked: dict[str, Any] = {
        "text": row["text"],
        "language": row["language"] if row["language"] in LANGUAGES else AUTO,
        "translation": None,
        "gold": row.get("gold_triggers"),
    }
    if row.get("gold") is not None and row.get(STUDENT) is not None:
        asked["target"] = row[STUDENT]
    return asked

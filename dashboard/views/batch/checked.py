"""What the check of a whole file found: rows, classes, languages, problems, labels to be told.

Knows core.files.checking's Check; checks nothing itself.
"""

from collections.abc import Iterable, Mapping, Sequence

from core.files.checking import Check, UnknownLabel
from core.files.layout import LEFT_OUT, Layout, Trouble
from core.labels import LABELS
from core.languages import LANGUAGES
from dashboard.views import markup
from dashboard.views.batch import parts
from dashboard.wording import batch as words
from dashboard.wording import batch_results

LONGEST = 80  # characters of a cell


def checked(check: Check, layout: Layout) -> str:
    """All of it, the mapping of labels last."""
    return (
        f'<section class="td-f-card"><h3>{words.CHECK_STEP}</h3>{_summary(check)}'
        f"{_mapped(layout)}{_counts(check, layout)}{_problems(check)}"
        f"{mapping(check.unknown) if check.unknown else ''}</section>"
    )


def ready(check: Check) -> bool:
    """Whether a run may start: some rows can be used, and no label waits to be told."""
    return bool(check.usable) and not check.unknown


def _summary(check: Check) -> str:
    """How many rows can be used."""
    if not check.usable and not check.unknown:
        return f'<p class="td-problem" role="alert">{words.NO_USABLE}</p>'
    waiting = sum(one.count for one in check.unknown) + check.unknown_others
    lost = check.bad + check.left_out - waiting
    parts_of = [words.USABLE.format(count=words.rows(check.usable))]
    parts_of += [words.WAIT.format(count=words.number(waiting))] if waiting else []
    parts_of += [words.LEFT_OUT.format(count=words.number(lost))] if lost else []
    parts_of += [words.BLANK.format(count=words.number(check.blank))] if check.blank else []
    return f'<p class="td-f-lead">{" · ".join(parts_of)}</p>'


def _mapped(layout: Layout) -> str:
    """The labels that were told before."""
    if not layout.labels:
        return ""
    pairs = ", ".join(
        f"{_short(cell)} → {words.LEAVE_OUT if label == LEFT_OUT else label}"
        for cell, label in layout.labels.items()
    )
    return f'<p class="td-f-note">{words.MAPPED.format(pairs=pairs)}</p>'


def _counts(check: Check, layout: Layout) -> str:
    """Rows by class and by language."""
    if layout.language is None:
        return _classes(check, layout)
    named = {_language(code): count for code, count in check.languages.items()}
    if check.languages_others:
        named[words.OTHERS] = check.languages_others
    return _classes(check, layout) + _tally(words.BY_LANGUAGE, named.items())


def _language(cell: str) -> str:
    """A cell of the language column; its name where it is one of the five codes."""
    return batch_results.language(cell) if cell in LANGUAGES else (_short(cell) or words.EMPTY_CELL)


def _classes(check: Check, layout: Layout) -> str:
    if layout.kind == "none":
        return f'<p class="td-f-note">{words.NO_GOLD}</p>'
    if layout.kind == "triggers":
        return f"<p>{_triggers(check)}</p>"
    absent = [label for label in LABELS if label not in check.labels]
    said = words.ABSENT.format(labels=", ".join(absent))
    note = f'<p class="td-f-note">{said}</p>' if absent and check.usable else ""
    rows = [(parts.swatch(label), count) for label, count in check.labels.items()]
    return _tally(words.BY_CLASS, rows) + note


def _triggers(check: Check) -> str:
    """How long the tweets are, and how many of their words are triggers."""
    low, high = check.lengths or (0, 0)
    return words.TRIGGER_GOLD.format(
        rows=words.rows(check.usable),
        low=low,
        high=words.number(high),
        triggers=words.number(check.trigger_words),
        words=words.number(check.words),
    )


def _tally(title: str, counts: Iterable[tuple[str, int]]) -> str:
    """Names and how many rows each has, in one line where there is room; nothing for none."""
    items = "".join(
        f"<div><dt>{name}</dt><dd>{words.number(count)}</dd></div>" for name, count in counts
    )
    if not items:
        return ""
    return f'<div class="td-f-tallies"><h4>{title}</h4><dl class="td-f-tally">{items}</dl></div>'


def _problems(check: Check) -> str:
    """Every problem by line and column, folded where rows can be used all the same."""
    if not check.troubled:
        return f'<p class="td-f-note">{words.NO_PROBLEMS}</p>'
    heads = "".join(f'<th scope="col">{name}</th>' for name in words.PROBLEM_COLUMNS)
    rows = "".join(map(_problem, check.troubles))
    more = check.troubled - len(check.troubles)
    rest = f"<p>{words.MORE_PROBLEMS.format(count=words.number(more))}</p>" if more else ""
    title = f"{words.PROBLEMS}: {words.number(check.troubled)}"
    shown = "" if check.usable else " open"
    return (
        f'<details class="td-more" data-key="problems"{shown}><summary>{title}</summary>'
        f'<div class="td-f-scroll" role="group" tabindex="0" aria-label="{words.PROBLEMS}">'
        f'<table class="td-f-table"><caption class="td-sr">{words.PROBLEMS}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>{rest}</details>"
    )


def _problem(trouble: Trouble) -> str:
    cells = (
        _short(trouble.column) or batch_results.NONE,
        markup.text(trouble.problem),
        words.USED if trouble.used else words.NOT_USED,
    )
    inside = "".join(f"<td>{cell}</td>" for cell in cells)
    return f'<tr><th scope="row">{words.number(trouble.line)}</th>{inside}</tr>'


def mapping(unknown: Sequence[UnknownLabel]) -> str:
    """A list for each label outside the six, what is suggested filled in."""
    heads = "".join(f'<th scope="col">{name}</th>' for name in words.MAPPING_COLUMNS)
    rows = "".join(_unknown(one, place) for place, one in enumerate(unknown))
    return (
        '<form class="td-f-form td-f-mapping" data-role="mapping" novalidate>'
        f'<h4>{words.MAPPING}</h4><p class="td-f-note">{words.MAPPING_ABOUT}</p>'
        f'<table class="td-f-table"><caption class="td-sr">{words.MAPPING}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
        f'<div class="td-f-go"><button type="submit" class="td-f-primary">{words.CONFIRM}</button>'
        "</div></form>"
    )


def _unknown(one: UnknownLabel, place: int) -> str:
    options: Mapping[str, str] = {
        "": words.CHOOSE,
        **{
            label: f"{label} ({words.SUGGESTED})" if label == one.suggestion else label
            for label in LABELS
        },
        "-": words.LEAVE_OUT,
    }
    now = one.suggestion or ""
    items = "".join(
        f'<option value="{value}"{" selected" if value == now else ""}>{shown}</option>'
        for value, shown in options.items()
    )
    name = _short(one.cell) or words.EMPTY_CELL
    return (
        f'<tr><th scope="row" id="td-f-label-{place}">{name}</th>'
        f"<td>{words.number(one.count)}</td>"
        f'<td><select class="td-select" data-cell="{markup.data(one.cell)}" '
        f'aria-labelledby="td-f-label-{place}">{items}</select></td></tr>'
    )


def _short(text: str) -> str:
    return markup.text(text) if len(text) <= LONGEST else f"{markup.text(text[:LONGEST])}…"

"""Many comparisons as a table: one row each, opened one by one into a card.

Knows Comparisons and how a row shows them; computes nothing, hears no event. What sorting and
filtering need stands on each row in ``data-`` attributes for dashboard/views/scripts/table.py.
"""

from collections.abc import Sequence

from core.labels import INDEX, LABELS
from core.records import Comparison
from dashboard import wording
from dashboard.views import markup
from dashboard.wording import many

LONGEST = 400  # characters of a tweet in its row; the opened card shows them all

COLUMNS = (
    ("number", many.NUMBER, "ascending"),
    ("tweet", many.TWEET, "ascending"),
    ("language", many.LANGUAGE, "ascending"),
    ("teacher", many.TEACHER, "ascending"),
    ("student", many.STUDENT, "ascending"),
    ("before", many.BEFORE, "ascending"),
    ("apart", many.APART, "descending"),
    ("w", many.W, "descending"),
    ("weight", many.WEIGHT, "ascending"),
)
"""Key, name, and the order that the first press on the column's head gives."""


def table(comparisons: Sequence[Comparison]) -> str:
    """Filters, what the figures mean, and all rows in the order given."""
    before = any(one.student_before is not None for one in comparisons)
    rows = "".join(row(one, number) for number, one in enumerate(comparisons, start=1))
    return (
        f"{_filters(len(comparisons))}"
        f'<div class="td-key">{_key(many.APART, many.KEY_APART)}{_key(many.W, many.KEY_W)}</div>'
        f'<table class="td-table"><caption class="td-sr">{many.CAPTION}</caption>'
        f'<thead><tr data-name="{many.SORT_BY}">{_heads(before)}</tr></thead>'
        f"<tbody>{rows}</tbody></table>"
        f'<p class="td-empty" data-role="none" hidden>{many.NO_ROW}</p>'
    )


def _key(name: str, meaning: str) -> str:
    """What a column's figures mean."""
    return f"<p><strong>{name}</strong>: {meaning}</p>"


def _heads(before: bool) -> str:
    """The column heads, each a button that sorts."""
    now = {"number": ' aria-sort="ascending"'}
    return "".join(
        f'<th scope="col" class="td-c-{key}"{now.get(key, "")}>'
        f'<button type="button" data-sort="{key}" data-first="{first}" '
        f'title="{many.ABOUT[name]}">{name}<span class="td-sr">, {many.ABOUT[name]}</span>'
        f'<span class="td-arrow" aria-hidden="true"></span></button></th>'
        for key, name, first in COLUMNS
        if before or key != "before"
    )


def row(one: Comparison, number: int) -> str:
    """One comparison as a row of the table.

    Args:
        number: its place in what was asked, from 1.
    """
    return (
        f'<tr class="td-row" data-number="{number}" data-language="{one.language.code}" '
        f'data-labels="{one.teacher.label} {one.student.label}" '
        f'data-agree="{str(one.agree).lower()}" data-keys="{markup.data(_keys(one))}">'
        f'<th scope="row" class="td-c-number">{_opener(number)}</th>'
        f'<td class="td-c-tweet"><div class="td-clip" dir="auto">{_short(one.text)}</div></td>'
        f"{_cell('language', many.LANGUAGE, many.language(one))}"
        f"{_label('teacher', many.TEACHER, one.teacher.label)}"
        f"{_label('student', many.STUDENT, one.student.label)}{_before(one)}{_apart(one)}"
        f"{_cell('w', many.W, many.disagreement(one))}"
        f"{_cell('weight', many.WEIGHT, many.weight(one))}</tr>"
    )


def _keys(one: Comparison) -> dict[str, str | float | None]:
    """What each column sorts by; None comes last in either order."""
    before = one.student_before
    return {
        "language": many.language(one),
        "teacher": INDEX[one.teacher.label],
        "student": INDEX[one.student.label],
        "before": None if before is None else INDEX[before.label],
        # Two labels weigh more than any distance, which is 1 at most.
        "apart": one.distance + (0 if one.agree else 2),
        "w": one.weight.disagreement if many.has_own_translation(one) else None,
        "weight": one.weight.weight,
    }


def _opener(number: int) -> str:
    """The button that opens a row."""
    return (
        f'<button type="button" class="td-opener" data-do="open" aria-expanded="false" '
        f'aria-label="{many.OPEN.format(number=number)}">'
        f'<span class="td-caret" aria-hidden="true"></span>{number}</button>'
    )


def _short(text: str) -> str:
    """A tweet, cut where it is so long that a row could not show it anyway."""
    return markup.text(text) if len(text) <= LONGEST else f"{markup.text(text[:LONGEST])}…"


def _cell(key: str, name: str, value: str, extra: str = "") -> str:
    """A plain cell; its column's name stands before it where rows are stacked."""
    return f'<td class="td-c-{key}{extra}" data-name="{name}">{value}</td>'


def _label(key: str, name: str, label: str, said: str = "") -> str:
    """A cell with a label: colour and name, and what only a screen reader is told."""
    shown = f'<span class="td-swatch" aria-hidden="true"></span>{label}{said}'
    return _cell(key, name, shown, f" td-e-{label.lower()}")


def _before(one: Comparison) -> str:
    """The label before refinement, marked where it was another; no cell without that student."""
    if one.student_before is None:
        return ""
    label = one.student_before.label
    if not one.flipped:
        return _cell("before", many.BEFORE, label, " td-same")
    return _label("before", many.BEFORE, label, f'<span class="td-sr">, {many.FLIPPED}</span>')


def _apart(one: Comparison) -> str:
    """Whether the labels differ, and how far the probabilities lie apart."""
    kind, sign = ("agree", "=") if one.agree else ("differ", "≠")
    return _cell(
        "apart",
        many.APART,
        f'<span class="td-sign" aria-hidden="true">{sign}</span>'
        f'<span class="td-sr">{many.verdict(one)}, </span>{wording.percent(one.distance)}',
        f" td-{kind}",
    )


def _filters(total: int) -> str:
    """Three lists, how many rows they leave, and the way back."""
    languages = [*wording.LANGUAGES.items(), ("unknown", wording.UNKNOWN_LANGUAGE)]
    verdicts = [("false", many.ONLY_DIFFER), ("true", many.ONLY_AGREE)]
    count = many.SHOWN.format(shown=total, total=total)
    return (
        f'<div class="td-filters" role="group" aria-label="{many.FILTERS}">'
        f"{_choice('language', many.BY_LANGUAGE, many.ANY_LANGUAGE, languages)}"
        f"{_choice('label', many.BY_LABEL, many.ANY_LABEL, [(name, name) for name in LABELS])}"
        f"{_choice('agree', many.BY_VERDICT, many.ANY_VERDICT, verdicts)}"
        f'<p class="td-count" role="status" data-role="count">{count}</p>'
        f'<button type="button" class="td-button" data-do="all" hidden>{many.ALL}</button></div>'
    )


def _choice(key: str, name: str, any_of: str, options: Sequence[tuple[str, str]]) -> str:
    """One filter; its first option leaves every row."""
    items = "".join(f'<option value="{value}">{shown}</option>' for value, shown in options)
    return (
        f'<select class="td-select" data-filter="{key}" aria-label="{name}" title="{name}">'
        f'<option value="">{any_of}</option>{items}</select>'
    )

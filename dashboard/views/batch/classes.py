"""F1 per language and class of a chosen system, and the confusion behind it.

Knows Scores; what a press on a cell does is the error browser's script.
"""

from core.evaluation.schema import Metrics, Scores, SystemMetrics
from core.labels import LABELS
from dashboard import wording
from dashboard.views import markup
from dashboard.views.batch import parts, reading
from dashboard.wording import batch_results as words

Found = Scores | SystemMetrics


def section(metrics: Metrics) -> str:
    """One table per system, chosen without a server."""
    names = reading.scored(metrics)
    if not names:
        return ""
    blocks = [_table(metrics, name) for name in names]
    chosen = parts.chosen("classes", [(words.SYSTEM, reading.systems(names, metrics))], blocks)
    return chosen + parts.note(
        words.ABOUT_CLASSES,
        _lacking(metrics),
        words.LANGID if reading.found_languages(metrics) else "",
    )


def _table(metrics: Metrics, name: str) -> str:
    """Languages as rows, classes as columns; precision and recall folded beneath."""
    system = metrics["systems"][name]
    found = {
        code: one
        for code, _ in reading.places(metrics)
        if (one := reading.scores(system, code)) is not None
    }
    heads = (words.LANGUAGE, *map(parts.swatch, LABELS), words.MACRO_F1, words.ROWS)
    caption = words.CLASSES.format(system=words.system(name))
    rows = [_row(metrics, code, one) for code, one in found.items()]
    return (
        parts.table(caption, heads, rows)
        + parts.fold(words.PRECISION_RECALL, _details(name, found), f"b-pr-{name}")
    )  # fmt: skip


def _row(metrics: Metrics, code: str, one: Found) -> str:
    """One language."""
    translated = reading.machine_translated(metrics, code)
    more = parts.soft(words.MACHINE_TRANSLATED) if translated else ""
    cells = [_cell(one, label) for label in LABELS]
    ends = words.interval(one["intervals"].get("macro_f1"))
    cells += [
        f"<strong>{words.score(one['macro_f1'])}</strong>{parts.soft(ends)}",
        wording.number(one["n"]),
    ]
    return parts.row(markup.text(words.language(code)) + more, cells)


def _cell(one: Found, label: str) -> str:
    """F1 and support, on a tint of its height."""
    found = one["per_class"].get(label)
    if found is None:
        absent = words.NOT_SCORED.format(label=label)
        return f'<span title="{absent}">{words.NONE}<span class="td-sr"> {absent}</span></span>'
    count = words.rows(found["support"])
    return (
        f'<span class="td-b-tint" style="--s:{found["f1"]:.2f}">{words.score(found["f1"])}'
        f"{parts.soft(count)}</span>"
    )


def _lacking(metrics: Metrics) -> str:
    """Which language lacks which class, in words."""
    gold = metrics["file"]["gold"]
    found = []
    for code in reading.languages(metrics):
        missing = [label for label in LABELS if not gold.get(code, {}).get(label)]
        if missing and code in gold:
            found.append(f"{words.language(code)} {words.listed(missing)}")
    return words.LACKING.format(said="; ".join(map(markup.text, found))) if found else ""


def _details(name: str, found: dict[str, Found]) -> str:
    """Precision, recall and counts of every class of every language."""
    heads = (
        words.LANGUAGE, words.CLASS, words.PRECISION, words.RECALL, words.F1, words.SUPPORTED,
        words.PREDICTED_COUNT,
    )  # fmt: skip
    rows = [
        parts.row(
            markup.text(words.language(code)),
            (
                label,
                *(words.score(one[key]) for key in ("precision", "recall", "f1")),
                wording.number(one["support"]),
                wording.number(one["predicted"]),
            ),
        )
        for code, scores in found.items()
        for label, one in scores["per_class"].items()
    ]
    return parts.table(f"{words.PRECISION_RECALL}, {words.system(name)}", heads, rows)


def confusion(metrics: Metrics, pressed: bool = True) -> str:
    """One matrix per system and language, chosen without a server.

    Args:
        pressed: whether a cell is a button; in a file of its own there is nothing to open.
    """
    names = reading.scored(metrics)
    if not names:
        return ""
    places = reading.places(metrics)
    blocks = [_matrix(metrics, name, code, pressed) for name in names for code, _ in places]
    selects = [(words.SYSTEM, reading.systems(names, metrics)), (words.LANGUAGE, places)]
    about = words.ABOUT_CONFUSION if pressed else words.ABOUT_CONFUSION_FILE
    return parts.chosen("confusion", selects, blocks) + parts.note(about)


def _matrix(metrics: Metrics, name: str, code: str, pressed: bool) -> str:
    """Gold in rows, predicted in columns."""
    one = reading.scores(metrics["systems"][name], code)
    if one is None:
        return parts.note(words.NO_GOLD)
    place = words.language(code)
    caption = words.CONFUSION.format(
        system=words.system(name), language=markup.text(place), rows=wording.number(one["n"])
    )
    heads = ("", *map(parts.swatch, LABELS), words.SUM)
    marks = (name, code) if pressed else None
    rows = [_gold(label, one["confusion"][i], marks) for i, label in enumerate(LABELS)]
    rows.append(_sums(one["confusion"]))
    drawn = parts.table(caption, heads, rows, shown=True)
    return f'<div class="td-b-confusion">{drawn}</div>'


def _gold(label: str, counts: list[int], marks: tuple[str, str] | None) -> str:
    """One gold class."""
    whole = sum(counts)
    cells = [
        _count(label, other, count, whole, marks)
        for other, count in zip(LABELS, counts, strict=True)
    ]
    return parts.row(parts.swatch(label), [*cells, wording.number(whole)])


def _count(gold: str, predicted: str, count: int, whole: int, marks: tuple[str, str] | None) -> str:
    """One cell: a button where it holds rows that can be opened."""
    right = " td-b-right" if gold == predicted else ""
    if not count:
        return f'<span class="td-b-cell td-b-zero{right}">0</span>'
    share = markup.text(wording.percent(count / whole))
    said = f"{wording.number(count)} <small>{share}</small>"
    tint = f'class="td-b-cell{right}" style="--s:{count / whole:.2f}"'
    if marks is None:
        return f"<span {tint}>{said}</span>"
    system, language = map(markup.attribute, marks)
    return (
        f'<button type="button" {tint} data-do="cell" data-system="{system}" '
        f'data-language="{language}" data-gold="{gold}" data-predicted="{predicted}" '
        f'title="{words.CELL.format(gold=gold, predicted=predicted)}">{said}</button>'
    )


def _sums(matrix: list[list[int]]) -> str:
    """How often each label was given."""
    columns = [sum(row[k] for row in matrix) for k in range(len(LABELS))]
    return parts.row(
        words.SUM, [*map(wording.number, columns), wording.number(sum(columns))], "td-b-sums"
    )

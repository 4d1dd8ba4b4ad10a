"""What the translation weight tells, beside its rivals; and the lists of rows worth reading.

Knows a metrics record; the figures are drawn by dashboard/views/batch/plots_refinement.py.
"""

from core.evaluation.plan import BEFORE, STUDENT, TEACHER, Order
from core.evaluation.schema import Metrics, Signal, WeightLab
from dashboard import wording
from dashboard.views import markup
from dashboard.views.batch import confidence, parts, plots, plots_refinement, reading
from dashboard.wording import batch_refinement as words
from dashboard.wording import batch_results as plain


def section(metrics: Metrics) -> str:
    """Heat map, deciles, AUROC, curves, and w̄ by language."""
    lab = metrics["weights"]
    if lab is None or not lab["n"]:
        return ""
    drawn = [plots.draw(plots_refinement.grid(lab)), plots.draw(plots_refinement.deciles(lab))]
    curves = plots_refinement.coverage(lab)
    return (
        parts.note(words.ABOUT_WEIGHTS)
        + plots.grid(drawn, 340)
        + _auroc(lab)
        + ("" if curves is None else f'<div class="td-b-single">{plots.draw(curves)}</div>')
        + f'<h4 class="td-b-sub">{words.WEIGHT_HISTOGRAM}</h4>'
        + confidence.by_language(metrics, lab["weights"], words.WEIGHT_HISTOGRAM, words.WEIGHT_AXIS)
        + _statuses(lab)
    )


def _auroc(lab: WeightLab) -> str:
    """Signals with intervals; without gold, their correlation with w̄ alone."""
    rows = [_signal(one) for one in lab["signals"]]
    table = parts.table(words.AUROC_TITLE, words.AUROC_COLUMNS, rows, shown=True)
    known = any(one["auroc"] is not None for one in lab["signals"])
    return table + parts.note(words.ABOUT_AUROC if known else words.NO_AUROC)


def _signal(one: Signal) -> str:
    cells = (
        f"<strong>{words.auroc(one['auroc'])}</strong>",
        plain.bare(one["auroc_interval"], 3) or plain.NONE,
        words.chance(one["auroc_interval"]) or plain.NONE,
        plain.figure(one["spearman_weight"]),
        wording.number(one["n"]),
    )
    return parts.row(words.signal(one["name"]), cells)


def _statuses(lab: WeightLab) -> str:
    """How many rows were translated, and why others were not."""
    whole = sum(lab["statuses"].values())
    rows = [
        parts.row(
            words.STATUSES.get(key, markup.text(key)),
            (wording.number(count), markup.text(plain.share(count, whole))),
        )
        for key, count in lab["statuses"].items()
        if count
    ]
    heads = (words.STATUS_TITLE, plain.ROWS, "")
    outside = parts.note(words.outside(lab["outside"])) if lab["outside"] else ""
    return parts.fold(
        words.STATUS_TITLE, parts.table(words.STATUS_TITLE, heads, rows) + outside, "b-statuses"
    )


def lists(metrics: Metrics) -> str:
    """Buttons that open the error browser in an order of its own."""
    system = reading.main(metrics)
    items = "".join(
        f'<li><button type="button" class="td-button" data-do="list" data-order="{order}" '
        f'data-system="{markup.attribute(system)}" aria-describedby="td-b-list-{order}">{title}'
        f'</button> <span class="td-soft" id="td-b-list-{order}">{about}</span></li>'
        for order, (title, about) in plain.LISTS.items()
        if order in orders(metrics)
    )
    return f'<ul class="td-b-lists">{items}</ul>{parts.note(plain.ABOUT_LISTS)}'


def orders(metrics: Metrics) -> list[Order]:
    """The orders that say something on this file."""
    systems = metrics["systems"]
    found: list[Order] = []
    if BEFORE in systems and metrics["weights"] is not None:
        found.append("down_weighted")
    if STUDENT in systems and TEACHER in systems:
        found.append("disagreeing")
    if reading.labelled(metrics):
        found.append("confident_errors")
    return [*found, "least_confident"]

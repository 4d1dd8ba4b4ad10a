"""All sections of an evaluation, in the order in which a reader asks.

Knows which view draws what; the ``data-do`` marks in it are what the error browser's script hears,
the ``data-figure`` and ``data-choose`` ones belong to dashboard/views/scripts/plots.py.
"""

from collections.abc import Iterable, Mapping

from core.evaluation.plan import BEFORE
from core.evaluation.schema import Metrics
from dashboard.views.batch import (
    answer,
    board,
    classes,
    confidence,
    distribution,
    flips,
    headline,
    lab,
    made,
    parts,
    reading,
)
from dashboard.wording import batch_results as words

TITLE = f'<h2 class="td-sr" id="td-b-title">{words.TITLE}</h2>'


def results(metrics: Metrics, names: Mapping[str, str]) -> str:
    """Finished HTML of all sections.

    Args:
        metrics: of a folder of results; unlabelled files and stopped runs too.
        names: system → what its model is called; a system that is missing keeps its own name.
    """
    drawn = sections(metrics, names)
    body = "".join(parts.section(key, one) for key, one in drawn.items())
    return (
        f'<section class="td-b-results" aria-labelledby="td-b-title">{TITLE}'
        f'{nav(drawn)}<p class="td-problem" data-plot="failed" role="status" hidden>'
        f"{words.PLOTS_FAILED}</p>"
        f"{body}</section>"
    )


def nav(keys: Iterable[str]) -> str:
    """Links to the sections."""
    links = "".join(
        f'<a href="#td-b-{key}" data-b="jump">{words.SECTIONS[key]}</a>' for key in keys
    )
    return f'<nav class="td-b-nav" aria-label="{words.PARTS}">{links}</nav>'


def sections(metrics: Metrics, names: Mapping[str, str], pressed: bool = True) -> Mapping[str, str]:
    """Key → finished HTML of every section that this file has, in order.

    Args:
        pressed: whether numbers open their rows; False in a file of its own.
    """
    drawn = {
        "answer": answer.section(metrics),
        "headline": headline.section(metrics, names),
        "classes": classes.section(metrics),
        "confusion": classes.confusion(metrics, pressed),
        "calibration": confidence.calibration(metrics),
        "confidence": confidence.histograms(metrics),
        "refinement": flips.section(metrics, pressed),
        "weights": lab.section(metrics),
        "lists": lab.lists(metrics) if pressed else "",
        "triggers": board.section(metrics),
        "labels": distribution.section(metrics),
        "missing": _missing(metrics),
        "run": made.section(metrics),
    }
    return {key: one for key, one in drawn.items() if one}


def _missing(metrics: Metrics) -> str:
    """Sections that this file has no figures for, each with its reason."""
    found: dict[str, str] = {}
    kind = metrics["file"]["kind"]
    without = words.MISSING["no_emotions" if kind == "triggers" else "no_gold"]
    if not reading.labelled(metrics):
        found |= dict.fromkeys(("headline", "classes", "confusion", "calibration"), without)
    if metrics["refinement"] is None:
        before = BEFORE in metrics["systems"]
        found["refinement"] = without if before else words.MISSING["no_before"]
    if metrics["weights"] is None or not metrics["weights"]["n"]:
        found["weights"] = words.MISSING["no_weights"]
    if metrics["triggers"] is None:
        unlabelled = "no_triggers_unlabelled" if kind == "none" else "no_triggers"
        found["triggers"] = words.MISSING[unlabelled]
    rows = "".join(
        f"<dt>{words.SECTIONS[key]}</dt><dd>{reason}</dd>" for key, reason in found.items()
    )
    return f'<dl class="td-b-answers">{rows}</dl>' if rows else ""

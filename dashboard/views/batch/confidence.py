"""How sure systems are: reliability with its figures, and confidence by language.

Knows a metrics record; the figures are drawn by dashboard/views/batch/plots_confidence.py.
"""

from collections.abc import Mapping, Sequence

from core.evaluation.schema import Calibration, Metrics
from dashboard import wording
from dashboard.views import markup
from dashboard.views.batch import parts, plots, plots_confidence, reading
from dashboard.wording import batch_results as words


def calibration(metrics: Metrics) -> str:
    """A reliability curve and its figures per system and language, chosen without a server."""
    names = [name for name, one in metrics["systems"].items() if one.get("calibration")]
    if not names:
        return ""
    places = reading.places(metrics)
    blocks = [_calibrated(metrics, name, code) for name in names for code, _ in places]
    selects = [(words.SYSTEM, reading.systems(names, metrics)), (words.LANGUAGE, places)]
    return parts.chosen("calibration", selects, blocks) + parts.note(words.ABOUT_CALIBRATION)


def _calibrated(metrics: Metrics, name: str, code: str) -> str:
    """One system in one language."""
    found = metrics["systems"][name]["calibration"].get(code)
    if found is None:
        return parts.note(words.NO_GOLD)
    n = sum(one["n"] for one in found["bins"])
    said = words.CALIBRATION.format(
        system=words.system(name), language=plots.safe(words.language(code))
    )
    title = f"{said} (n\u00a0=\u00a0{wording.number(n)})"
    plot = plots_confidence.reliability(found, title)
    return f'<div class="td-b-beside">{plots.draw(plot)}{_figures(found, said)}</div>'


def _figures(found: Calibration, said: str) -> str:
    """One figure a row, beside the curve."""
    values = (
        f"<strong>{words.score(found['ece'])}</strong>"
        f"{parts.soft(words.interval(found['ece_interval']))}",
        words.figure(found["log_loss"], 3),
        words.figure(found["brier"], 3),
        words.figure(found["temperature"]),
        words.score(found["ece_at_temperature"]),
    )
    rows = [
        parts.row(f"{name}{parts.soft(about)}", [value])
        for (name, about), value in zip(words.CALIBRATION_ROWS, values, strict=True)
    ]
    return parts.table(said, (words.FIGURE, words.VALUE), rows)


def histograms(metrics: Metrics) -> str:
    """Confidence of a chosen system, one small plot per language."""
    names = [
        name
        for name, one in metrics["systems"].items()
        if any(map(any, one["confidence"].values()))
    ]
    if not names:
        return ""
    blocks = [_of_system(metrics, name) for name in names]
    return parts.chosen("confidence", [(words.SYSTEM, reading.systems(names))], blocks)


def _of_system(metrics: Metrics, name: str) -> str:
    """All languages of one system, and the counts in a table."""
    said = words.HISTOGRAM_OF.format(system=words.the(name))
    about = words.ABOUT_CONFIDENCE.format(system=words.the(name))
    return parts.note(about) + by_language(
        metrics, metrics["systems"][name]["confidence"], said, words.CONFIDENCE_AXIS
    )


def by_language(
    metrics: Metrics, counts: Mapping[str, Sequence[int]], said: str, across: str
) -> str:
    """Histograms of one quantity side by side, and one table of all counts.

    Args:
        counts: language → equal bins of [0, 1].
        said: what is counted, for the table's caption.
        across: the title of the axis.
    """
    codes = [code for code, _ in reading.places(metrics) if any(counts.get(code, ()))]
    shown = {code: counts[code] for code in codes}
    drawn = []
    for code in codes:
        one = counts[code]
        place = plots.safe(words.language(code))
        title = words.HISTOGRAM.format(language=place, rows=wording.number(sum(one)))
        colour = plots.ACCENT if not code else plots.SOFT
        plot = plots_confidence.histogram(one, title, across, colour)
        drawn.append(plots.draw(plot, folded=False))
    table = _counts(shown, said, across)
    return plots.grid(drawn) + parts.fold(words.NUMBERS, table)


def _counts(shown: Mapping[str, Sequence[int]], said: str, across: str) -> str:
    """Bins as rows, languages as columns."""
    bins = max(map(len, shown.values()), default=0)
    heads = (across, *(markup.text(words.language(code)) for code in shown))
    rows = [
        parts.row(words.twentieth(place), [wording.number(one[place]) for one in shown.values()])
        for place in range(bins)
    ]
    return parts.table(said, heads, rows)

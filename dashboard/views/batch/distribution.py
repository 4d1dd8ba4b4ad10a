"""Which labels a system gives, by language: all that an unlabelled file can say.

Knows a metrics record; its plot is drawn here.
"""

from collections.abc import Mapping

import plotly.graph_objects as go

from core.evaluation.schema import Metrics
from core.labels import LABELS
from dashboard import wording
from dashboard.views import markup
from dashboard.views.batch import parts, plots, reading
from dashboard.wording import batch_results as words

Counts = Mapping[str, Mapping[str, int]]
"""Language → label → rows."""

ROW, FRAME = 40, 130  # pixels of a bar, and of all around the bars
NAMED, NUMBERED = 0.12, 0.04  # of a bar: smaller parts carry no name, or nothing


def section(metrics: Metrics) -> str:
    """A plot and a table per system, the gold beside them where there is one."""
    sources: dict[str, tuple[str, Counts]] = {
        name: (words.LABELS_TITLE.format(system=words.the(name)), one["predicted"])
        for name, one in metrics["systems"].items()
    }
    options = reading.systems(list(sources))
    if metrics["file"]["gold"]:
        sources["gold"] = (words.LABELS_GOLD, metrics["file"]["gold"])
        options.append(("gold", words.LABELS_GOLD))
    blocks = [_block(metrics, title, counts) for title, counts in sources.values()]
    chosen = parts.chosen("labels", [(words.SYSTEM, options)], blocks)
    return chosen + parts.note(words.ABOUT_LABELS)


def _block(metrics: Metrics, title: str, counts: Counts) -> str:
    """One source of labels."""
    shown = {
        title_of: counts[code]
        for code, title_of in reading.places(metrics)
        if sum(counts.get(code, {}).values())
    }
    plot = stacked(shown, title)
    heads = (words.LANGUAGE, words.ROWS, *map(parts.swatch, LABELS))
    rows = [_row(place, found) for place, found in shown.items()]
    drawn = f'<div class="td-b-single">{plots.draw(plot, folded=False)}</div>'
    return drawn + parts.table(title, heads, rows)


def _row(place: str, found: Mapping[str, int]) -> str:
    """One language."""
    whole = sum(found.values())
    cells = [
        markup.text(words.share(found.get(label, 0), whole))
        + parts.soft(wording.number(found.get(label, 0)))
        for label in LABELS
    ]
    return parts.row(markup.text(place), [wording.number(whole), *cells])


def _text(label: str, share: float) -> str:
    """What a part of a bar carries."""
    if share < NUMBERED:
        return ""
    return f"{label} {share * 100:.0f}" if share >= NAMED else f"{share * 100:.0f}"


def stacked(shown: Mapping[str, Mapping[str, int]], title: str) -> plots.Plot:
    """A bar of 100 % per language; each part carries its label's name where there is room."""
    names = [
        f"{plots.safe(place)} (n\u00a0=\u00a0{wording.number(sum(found.values()))})"
        for place, found in shown.items()
    ]
    figure = go.Figure(layout=plots.layout(title, words.SHARE_AXIS, ""))
    for label in LABELS:
        counts = [found.get(label, 0) for found in shown.values()]
        shares = [
            count / max(sum(found.values()), 1)
            for count, found in zip(counts, shown.values(), strict=True)
        ]
        figure.add_bar(
            y=names, x=plots.percent(shares), orientation="h", name=label, customdata=counts,
            marker={"color": plots.emotion(label), "line": {"color": "var(--td-card)", "width": 1}},
            text=[_text(label, share) for share in shares],
            textposition="inside", insidetextanchor="middle", textangle=0,
            hovertemplate="%{y}<br>" + label + ": %{customdata} rows, %{x:.1f} %<extra></extra>",
        )  # fmt: skip
    figure.update_layout(
        barmode="stack",
        showlegend=True,
        legend={"traceorder": "normal"},
        uniformtext={"mode": "hide", "minsize": 10},
        xaxis=plots.shares(words.SHARE_AXIS),
        yaxis={"autorange": "reversed", "type": "category"},
    )
    return plots.Plot(figure, title, words.ABOUT_LABELS, FRAME + ROW * len(names))

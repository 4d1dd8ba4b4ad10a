"""How the translation weights of a distillation are distributed, as a histogram.

Knows the record and plotly; how a weight is computed is core's.
"""

from collections.abc import Mapping

import plotly.graph_objects as go

from dashboard import wording
from dashboard.views.batch import plots
from dashboard.wording import training_live as words
from train.jobs.records import Weights

HEIGHT = 250


def weights(found: Mapping[str, Weights]) -> dict[str, str]:
    """A histogram for each stage that weighed: stage → its HTML."""
    return {stage: _plot(one) for stage, one in found.items() if one.counts}


def _plot(found: Weights) -> str:
    pairs = list(zip(found.edges[:-1], found.edges[1:], strict=True))
    across, up = words.WEIGHTS_AXES
    title = words.WEIGHTS_TITLE
    bars = go.Bar(
        x=[(low + high) / 2 for low, high in pairs],
        y=list(found.counts),
        width=[high - low for low, high in pairs],
        marker={"color": plots.ACCENT, "line": {"color": "var(--td-card)", "width": 1}},
        customdata=[f"{low:.2f} – {high:.2f}" for low, high in pairs],
        hovertemplate="%{customdata}: %{y} tweets<extra></extra>",
        showlegend=False,
    )
    layout = plots.layout(plots.safe(title), across, up)
    layout["xaxis"] |= {"range": [0, 1], "dtick": 0.2}
    said = sentence(found)
    rows = [
        [f"{low:.2f} – {high:.2f}", words.number(count)]
        for (low, high), count in zip(pairs, found.counts, strict=True)
    ]
    drawn = plots.Plot(go.Figure([bars], layout), title, said, HEIGHT, words.WEIGHTS_HEADS, rows)
    return f'<div>{plots.draw(drawn)}<p class="td-l-note">{said}</p></div>'


def sentence(found: Weights) -> str:
    """How many tweets count, and how much."""
    return words.WEIGHTS_SAID.format(
        share=wording.percent(found.counting),
        tweets=words.number(found.tweets),
        mean=wording.decimal(found.mean),
    )

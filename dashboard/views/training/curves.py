"""The curves of a run, and of several over each other, as plotly figures.

Knows metrics by their events' names and which belong into one plot; thins nothing out, smooths
nothing: a point that is drawn was measured.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from dashboard.views import markup
from dashboard.views.batch import parts, plots
from dashboard.wording import training_live as words
from train.jobs.records import Points

Curves = Mapping[str, Mapping[str, Points]]
HEIGHT = 270
WIDE = 420  # and one with the curves of several runs
LEAST = 400  # pixels that a plot needs beside others
FEW = 40  # points of a training curve up to which each is marked
LEAST_ROOM = 0.02  # of a share, above and below its values
DIGITS = 5  # significant, of a step or a value


@dataclass(frozen=True, slots=True)
class Line:
    """One curve in a plot."""

    name: str  # unescaped
    metric: str
    points: Points
    style: int  # place in plots.SERIES
    branch: int = 0  # which of a run's stages: another form of the same colour

    @property
    def known(self) -> list[tuple[float, float]]:
        """Points that have a value."""
        return [(step, value) for step, value in self.points if value is not None]


def sections(curves: Curves, weights: Mapping[str, str]) -> dict[str, str]:
    """The plots of one run: stage → its card, the newest stage first.

    Args:
        weights: the plot of the weights, finished HTML, of each stage that weighed.
    """
    stages = list(dict.fromkeys([*curves, *weights]))
    drawn = {
        stage: _section(
            stage if len(stages) > 1 else "",
            number,
            curves.get(stage, {}),
            weights.get(stage, ""),
        )
        for number, stage in enumerate(stages)
    }
    return {stage: html for stage, html in reversed(drawn.items()) if html}


def _section(stage: str, number: int, metrics: Mapping[str, Points], weights: str) -> str:
    """A stage's plots side by side; those that are rarely looked at unfold."""
    found = {
        group: plot(_title(group), [Line(words.metric_name(n), n, metrics[n], k) for k, n in names])
        for group, names in ((group, list(enumerate(names))) for group, names in grouped(metrics))
    }
    first = [html for group, html in found.items() if group in words.GROUPS]
    more = [html for group, html in found.items() if group not in words.GROUPS]
    if not first:
        first, more = more, []
    first += [weights] if weights else []
    if not first:
        return ""
    fold = parts.fold(words.MORE_CURVES, plots.grid(more, LEAST), "more") if more else ""
    key = f"td-l-curves-{number}"
    name = " · ".join(filter(None, (words.CURVES, markup.text(stage.replace("_", " ")))))
    return (
        f'<section class="td-l-card" aria-labelledby="{key}"><h3 id="{key}">{name}</h3>'
        f'<div class="td-b-results">{plots.grid(first, LEAST)}{fold}</div></section>'
    )


def grouped(metrics: Mapping[str, Points]) -> list[tuple[str, list[str]]]:
    """Which metrics go into which plot: the known groups first, others by themselves."""
    found = [
        (group, [name for name in names if _drawable(metrics.get(name, ()))])
        for group, (_, names) in words.GROUPS.items()
    ]
    known = {name for _, names in words.GROUPS.values() for name in names}
    others = [(name, [name]) for name in metrics if name not in known and _drawable(metrics[name])]
    return [(group, names) for group, names in [*found, *others] if names]


def _drawable(points: Points) -> bool:
    return any(value is not None for _, value in points)


def _title(group: str) -> str:
    """A plot's title, unescaped."""
    return words.GROUPS[group][0] if group in words.GROUPS else words.metric_name(group)


def overlaid(runs: Sequence[tuple[str, Curves]]) -> str:
    """Plots of several runs in a card: one for each metric that any of them has; or "".

    Args:
        runs: what each is called (unescaped), and its curves; their order is that of the styles.
    """
    metrics: dict[str, list[Line]] = {}
    for style, (name, curves) in enumerate(runs):
        for branch, (stage, found) in enumerate(curves.items()):
            called = f"{name} · {stage}" if len(curves) > 1 else name
            for metric, points in found.items():
                if _drawable(points):
                    line = Line(called.replace("_", " "), metric, points, style, branch)
                    metrics.setdefault(metric, []).append(line)
    known = [name for _, names in words.GROUPS.values() for name in names]
    order = [name for name in known if name in metrics]
    order += [name for name in metrics if name not in known]
    if not order:
        return ""
    drawn = plots.grid([plot(words.metric_name(name), metrics[name]) for name in order], WIDE)
    return (
        '<section class="td-l-card" aria-labelledby="td-l-overlaid"><h3 id="td-l-overlaid">'
        f'{words.CURVES}</h3><div class="td-b-results">{drawn}</div></section>'
    )


def plot(title: str, lines: Sequence[Line]) -> str:
    """One plot with its numbers in words."""
    across, up = words.STEPS, plots.safe(_unit(lines[0].metric))
    figure = go.Figure(
        [_trace(line, line.metric.startswith("eval_")) for line in lines],
        plots.layout(plots.safe(title), across, up, showlegend=len(lines) > 1),
    )
    figure.layout.xaxis.rangemode = "tozero"
    if (span := upright(lines)) is not None:
        figure.layout.yaxis.range = span
    said = "; ".join(_said(line) for line in lines)
    drawn = plots.Plot(figure, title, said, HEIGHT, words.POINT_HEADS, [_row(x) for x in lines])
    return plots.draw(drawn)


def upright(lines: Sequence[Line]) -> list[float] | None:
    """From where to where the values stand; None leaves it to the drawing.

    What is a share never leaves 0 to 1; where all values are equal, they stand in the middle of a
    stretch that is not wider than they deserve.
    """
    values = [value for line in lines for _, value in line.known]
    if not values:
        return None
    low, high = min(values), max(values)
    share = any(mark in line.metric for line in lines for mark in words.SHARES)
    if share and low >= 0 and high <= 1:
        room = max(0.08 * (high - low), LEAST_ROOM)
        return [_rounded(max(0.0, low - room)), _rounded(min(1.0, high + room))]
    if low < high:
        return None
    room = 0.1 * abs(low) or 1.0
    return [_rounded(low - room), _rounded(high + room)]


def _unit(metric: str) -> str:
    return words.UNITS.get(metric) or words.metric_name(metric)


def _trace(line: Line, measured: bool) -> go.Scatter:
    """A line; of a validation, and of few points, each is marked."""
    count = len(plots.SERIES)
    colour = plots.SERIES[line.style % count][0]
    _, dash, symbol = plots.SERIES[(line.style + line.branch) % count]
    marked = measured or len(line.points) <= FEW
    return go.Scatter(
        x=[_rounded(step) for step, _ in line.points],
        y=[None if value is None else _rounded(value) for _, value in line.points],
        name=plots.safe(line.name),
        cliponaxis=False,  # a mark at 1 is drawn whole
        mode="lines+markers" if marked else "lines",
        line={"color": colour, "width": 2, "dash": dash},
        marker={"color": colour, "size": 8 if measured else 5, "symbol": symbol},
        hovertemplate=f"step %{{x}}: %{{y:.4g}}<extra>{_hover(line.name)}</extra>",
    )


def _hover(name: str) -> str:
    """A name in a hover template, where plotly reads %{…} too."""
    return plots.safe(name).replace("%", "&#37;")


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


def _said(line: Line) -> str:
    step, last = line.known[-1]
    return words.CURVE_SAID.format(name=line.name, last=words.value(last), step=words.value(step))


def _row(line: Line) -> list[str]:
    """First, last, lowest and highest of a curve, for who cannot see it."""
    values = [value for _, value in line.known]
    figures = (values[0], values[-1], min(values), max(values))
    return [markup.text(line.name), *map(words.value, map(float, figures))]

"""Figures of flips and of the weight: diverging bars, heat map, deciles, accuracy by coverage.

Knows flips, and the weight lab's record.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

import plotly.graph_objects as go

from core.evaluation.schema import FlipCell, WeightLab
from dashboard import wording
from dashboard.views.batch import plots
from dashboard.wording import batch_refinement as words
from dashboard.wording import batch_results as plain

Flip = Literal["gained", "lost"]
FORMS: tuple[tuple[Flip, str, int], ...] = (("gained", plots.GAINED, 1), ("lost", plots.LOST, -1))
ROW, FRAME = 34, 150  # pixels of a bar, and of all around the bars
MARKED = 0.1  # of all rows, between two marks on a curve
LEAST_TEXT = 0.004  # of all rows: a smaller cell of the heat map carries no number


def flips(groups: Mapping[str, Sequence[FlipCell]], by: str, prior: bool) -> plots.Plot:
    """Rows lost to the left and gained to the right; what a shift of the prior does as diamonds.

    Args:
        groups: name of a bar → the cells that it sums, the first on top.
        by: what the bars are.
        prior: whether to mark the prior's share.
    """
    n = sum(cell["n"] for cells in groups.values() for cell in cells)
    title = words.FLIPS_BY.format(by=by, n=wording.number(n))
    height = FRAME + ROW * len(groups)
    figure = go.Figure(layout=plots.layout(title, words.LOST_TO_GAINED, ""))
    names = [plots.safe(name) for name in groups]
    largest = 1
    for kind, colour, sign in FORMS:
        sums = [_split(cells, kind) for cells in groups.values()]
        largest = max([largest, *(agrees + differs for agrees, differs in sums)])
        _bars(figure, names, sums, kind, colour, sign)
    if prior:
        largest = max(largest, _prior(figure, names, groups))
    ticks = _ticks(largest)
    figure.update_layout(
        barmode="relative",
        showlegend=True,
        xaxis={
            "tickvals": [*(-one for one in ticks[:0:-1]), *ticks],
            "ticktext": [wording.number(abs(one)) for one in (*ticks[:0:-1], *ticks)],
            "range": [-largest * 1.15, largest * 1.15],
            "zeroline": True,
        },
        yaxis={"autorange": "reversed", "type": "category"},
    )
    return plots.Plot(figure, title, words.LOST_TO_GAINED, height)


def _split(cells: Sequence[FlipCell], kind: Flip) -> tuple[int, int]:
    """Flips on which the teacher agrees with the new label, and all others."""
    found = [cell[kind] for cell in cells]
    agrees = sum(one["teacher_agrees"] for one in found)
    return agrees, sum(one["n"] for one in found) - agrees


def _bars(
    figure: go.Figure,
    names: Sequence[str],
    sums: Sequence[tuple[int, int]],
    kind: Flip,
    colour: str,
    sign: int,
) -> None:
    """Gained or lost, plain where the teacher agrees and hatched elsewhere."""
    said = {"gained": words.GAINED, "lost": words.LOST}[kind]
    asked = any(agrees for agrees, _ in sums)
    for place, tail, shape in (
        (0, words.TEACHER_AGREES, ""),
        (1, words.TEACHER_DIFFERS, "/"),
    ):
        if place == 0 and not asked:
            continue
        name = f"{said}, {tail}" if asked else said
        figure.add_bar(
            y=list(names),
            x=[sign * one[place] or None for one in sums],  # no outline of nothing
            orientation="h",
            name=name,
            customdata=[one[place] for one in sums],
            marker={
                "color": colour,
                "line": {"color": colour, "width": 1},
                "pattern": {"shape": shape, "fillmode": "replace", "fgcolor": colour, "size": 6},
            },
            hovertemplate="%{y}: %{customdata} " + name + "<extra></extra>",
        )


def _prior(
    figure: go.Figure, names: Sequence[str], groups: Mapping[str, Sequence[FlipCell]]
) -> int:
    """Diamonds where the prior's flips would end; the largest of them."""
    gained = [sum(cell["prior_gained"] or 0 for cell in cells) for cells in groups.values()]
    lost = [sum(cell["prior_lost"] or 0 for cell in cells) for cells in groups.values()]
    figure.add_scatter(
        x=[*gained, *(-one for one in lost)],
        y=[*names, *names],
        customdata=[*gained, *lost],
        mode="markers",
        name=words.PRIOR.lower(),
        marker={
            "symbol": "diamond",
            "size": 11,
            "color": plots.INK,
            "line": {"color": "var(--td-card)", "width": 1.5},
        },
        hovertemplate="%{y}: prior shift %{customdata}<extra></extra>",
    )
    return max([*gained, *lost, 1])


def _ticks(largest: int) -> list[int]:
    """0 and two or three round numbers up to ``largest``."""
    rough = max(largest / 2.5, 1)
    power = 10 ** (len(str(int(rough))) - 1)
    step = next(one * power for one in (1, 2, 5, 10) if one * power >= rough)
    return list(range(0, largest + 1, step))


def grid(lab: WeightLab) -> plots.Plot:
    """How many rows lie in each tenth of w̄ and of the student's confidence before."""
    counts = lab["grid"]
    n = sum(map(sum, counts))
    title = words.GRID.format(n=wording.number(n))
    middle = [place * 10 + 5 for place in range(10)]
    # Rows of one cell often outnumber all others: roots keep the small ones in sight.
    figure = go.Figure(layout=plots.layout(title, words.GRID_X, words.GRID_Y))
    figure.add_heatmap(
        z=[[plots.rounded(count**0.5) for count in row] for row in counts],
        x=middle,
        y=middle,
        customdata=counts,
        text=[[str(count) if count > n * LEAST_TEXT else "" for count in row] for row in counts],
        texttemplate="%{text}",
        textfont={"size": 10},
        showscale=False,
        xgap=1,
        ygap=1,
        hovertemplate="w̄ %{y} %, %{x} % sure: %{customdata} rows<extra></extra>",
    )
    rows = [(plain.tenth(place), *map(wording.number, row)) for place, row in enumerate(counts)]
    heads = ("w̄", *(plain.tenth(place) for place in range(10)))
    return plots.Plot(figure, title, words.GRID_SAID, 380, heads, rows)


def deciles(lab: WeightLab) -> plots.Plot:
    """The teacher's error and the copied share per tenth of w̄."""
    title = words.DECILES.format(n=wording.number(lab["n"]))
    across = [plain.tenth(place) for place in range(10)]
    figure = go.Figure(layout=plots.layout(title, words.GRID_Y, words.SHARE_PERCENT))
    lines = [(words.COPIED, lab["copied"])]
    if lab["teacher_error"]:
        lines.insert(0, (words.TEACHER_ERROR, lab["teacher_error"]))
    for (name, values), form in zip(lines, plots.SERIES, strict=False):
        _line(figure, [place * 10 + 5 for place in range(10)], plots.percent(values), name, form)
    figure.update_layout(
        showlegend=True, xaxis={"range": [0, 100], "dtick": 20}, yaxis={"rangemode": "tozero"}
    )
    errors = lab["teacher_error"] or [None] * 10
    rows = [
        (tenth, plain.score(error), plain.score(copied))
        for tenth, error, copied in zip(across, errors, lab["copied"], strict=True)
    ]
    heads = ("w̄", words.TEACHER_ERROR_HEAD, words.COPIED_HEAD)
    return plots.Plot(figure, title, words.DECILES_SAID, 340, heads, rows)


def _line(
    figure: go.Figure,
    across: Sequence[float | None],
    up: Sequence[float | None],
    name: str,
    form: tuple[str, str, str],
) -> None:
    """A curve told by colour, dash and symbol."""
    colour, dash, symbol = form
    figure.add_scatter(
        x=list(across),
        y=list(up),
        mode="lines+markers",
        name=name,
        line={"color": colour, "dash": dash, "width": 2},
        marker={"symbol": symbol, "size": 8, "color": colour},
        hovertemplate="%{x:.0f} %: %{y:.1f} %<extra>" + name + "</extra>",
    )


def coverage(lab: WeightLab) -> plots.Plot | None:
    """Accuracy on the most trusted rows, signal by signal; None without gold."""
    found = [one for one in lab["signals"] if one["accuracy"]]
    if not found:
        return None
    title = words.COVERAGE.format(n=wording.number(lab["n"]))
    figure = go.Figure(layout=plots.layout(title, words.COVERAGE_X, words.COVERAGE_Y))
    for one, form in zip(found, plots.SERIES, strict=False):
        across, up = plots.percent(one["coverage"]), plots.percent(one["accuracy"])
        _line(figure, across, up, words.signal(one["name"]), form)
        figure.data[-1].marker.maxdisplayed = int(1 / MARKED)
    figure.update_layout(showlegend=True, xaxis={"range": [0, 100], "dtick": 20})
    shown = [place / 10 for place in range(1, 11)]
    rows = [
        (words.signal(one["name"]), *(_at(one["coverage"], one["accuracy"], at) for at in shown))
        for one in found
    ]
    heads = ("", *(wording.percent(at) for at in shown))
    return plots.Plot(figure, title, words.COVERAGE_SAID, 420, heads, rows)


def _at(coverage: Sequence[float], accuracy: Sequence[float], at: float) -> str:
    """The accuracy where the coverage is nearest to ``at``."""
    place = min(range(len(coverage)), key=lambda one: abs(coverage[one] - at))
    return plain.score(accuracy[place])

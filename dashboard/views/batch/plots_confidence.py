"""Figures of confidence: reliability curves and histograms. Knows Calibration and counts."""

from collections.abc import Sequence

import plotly.graph_objects as go

from core.evaluation.schema import Calibration
from dashboard import wording
from dashboard.views import markup
from dashboard.views.batch import plots
from dashboard.wording import batch_results as words

RELIABILITY_SAID = "Accuracy against mean confidence per bin; ECE {ece} points."
HISTOGRAM_SAID = "Share of rows per bin of 5 points; {half} have at least 50\u00a0%."


def reliability(found: Calibration, title: str) -> plots.Plot:
    """Accuracy against confidence, the diagonal, and how many rows each bin holds below."""
    full = [one for one in found["bins"] if one["n"]]
    confidence = plots.percent(one["confidence"] for one in full)
    accuracy = plots.percent(one["accuracy"] for one in full)
    counts = [one["n"] for one in full]
    figure = go.Figure(layout=_two_panels(title))
    figure.add_scatter(
        x=[0, 100], y=[0, 100], mode="lines", name=words.PERFECT, hoverinfo="skip",
        line={"color": plots.SOFT, "dash": "dot", "width": 1.5},
    )  # fmt: skip
    figure.add_scatter(
        x=confidence, y=accuracy, mode="lines+markers", name=words.OBSERVED, customdata=counts,
        line={"color": plots.ACCENT, "width": 2}, marker={"size": 8, "color": plots.ACCENT},
        hovertemplate="%{x:.0f} % sure, %{y:.0f} % right<br>%{customdata} rows<extra></extra>",
    )  # fmt: skip
    figure.add_bar(
        x=[plots.rounded(50 * (one["low"] + one["high"])) for one in full],
        y=counts, yaxis="y2", name=words.ROWS, marker={"color": plots.SOFT}, showlegend=False,
        width=[plots.rounded(90 * (one["high"] - one["low"])) for one in full],
        hovertemplate="%{y} rows<extra></extra>",
    )  # fmt: skip
    rows = [_bin(one) for one in full]
    said = RELIABILITY_SAID.format(ece=words.score(found["ece"]))
    return plots.Plot(figure, title, said, 400, words.BINS, rows)


def _two_panels(title: str) -> dict[str, object]:
    """The curve above, rows per bin below, on one axis of confidence."""
    return plots.layout(
        title,
        words.CONFIDENCE_AXIS,
        "",
        xaxis=plots.shares(words.CONFIDENCE_AXIS) | {"anchor": "y2"},
        yaxis=plots.shares(words.ACCURACY_AXIS) | {"domain": [0.3, 1]},
        yaxis2={"title": {"text": words.ROWS_AXIS}, "domain": [0, 0.2], "nticks": 3},
        showlegend=True,
    )


def _bin(one: object) -> tuple[str, ...]:
    """A bin as a row of the table."""
    assert isinstance(one, dict)
    return (
        f"{one['low'] * 100:.0f}–{one['high'] * 100:.0f}\u00a0%",
        wording.number(one["n"]),
        words.score(one["confidence"]),
        words.score(one["accuracy"]),
    )


def histogram(
    counts: Sequence[int], title: str, across: str, colour: str = plots.ACCENT
) -> plots.Plot:
    """Shares of rows in equal bins of [0, 1]; the counts on pointing."""
    whole, width = sum(counts), 100 / len(counts)
    shares = [plots.rounded(100 * count / whole) if whole else 0.0 for count in counts]
    figure = go.Figure(layout=plots.layout(title, across, words.SHARE_AXIS))
    figure.add_bar(
        x=[plots.rounded(width * (place + 0.5)) for place in range(len(counts))],
        y=shares, width=width * 0.9, marker={"color": colour}, customdata=list(counts),
        hovertemplate="%{x:.0f} %: %{customdata} rows, %{y:.1f} %<extra></extra>",
    )  # fmt: skip
    figure.update_layout(
        xaxis={"range": [0, 100], "dtick": 25}, yaxis={"rangemode": "tozero", "nticks": 4}
    )
    half = words.share(sum(counts[len(counts) // 2 :]), whole)
    return plots.Plot(figure, title, HISTOGRAM_SAID.format(half=markup.text(half)), 230)

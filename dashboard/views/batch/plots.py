"""A plotly figure as a page part: its drawing place, its words for who cannot see it, its numbers.

Knows plotly's figures and the marks that dashboard/views/scripts/plots.py draws by. Colours are
named as CSS variables of dashboard/theme.py, as in ``var(--td-joy)``; the script puts in what they
are in light, dark or print. Nothing here decides what is worth drawing.
"""

import html
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import plotly.graph_objects as go

from dashboard.views import markup
from dashboard.views.batch import parts
from dashboard.wording import batch_results as words

INK, SOFT, LINE, ACCENT = (f"var(--td-{name})" for name in ("ink", "soft", "line", "accent"))
GAINED, LOST = "var(--td-against)", "var(--td-for)"  # blue and orange, as in the Explain tab
SERIES = (
    ("var(--td-accent)", "solid", "circle"),
    ("var(--td-anger)", "dash", "square"),
    ("var(--td-fear)", "dot", "diamond"),
    ("var(--td-joy)", "dashdot", "triangle-up"),
    ("var(--td-love)", "longdash", "x"),
    ("var(--td-neutral)", "longdashdot", "cross"),
)
"""Colour, dash and symbol of the first, second … line: each can be told by its form alone."""
DIGITS = 4  # significant, of a number that is only drawn


@dataclass(frozen=True, slots=True)
class Plot:
    """One figure, what it shows in a sentence, and the numbers in it."""

    figure: go.Figure
    title: str
    said: str
    height: int = 300  # pixels
    heads: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = field(default_factory=tuple)


def emotion(label: str) -> str:
    """An emotion's colour by name."""
    return f"var(--td-{label.lower()})"


def percent(values: Iterable[float | None]) -> list[float | None]:
    """Shares in [0, 1] as per cent; what is not finite is a gap."""
    return [
        None if value is None or not math.isfinite(value) else rounded(value * 100)
        for value in values
    ]


def rounded(value: float) -> float:
    """A number as exact as a drawing needs."""
    return float(f"{value:.{DIGITS}g}")


def safe(name: str) -> str:
    """Foreign text inside a figure, where plotly reads some tags and entities."""
    return html.escape(markup.INVISIBLE.sub("\ufffd", name), quote=False)


def layout(title: str, across: str, up: str, **more: Any) -> dict[str, Any]:
    """Title and axes; what all plots share besides is the script's."""
    plain = {
        "title": {"text": title},
        "xaxis": {"title": {"text": across}},
        "yaxis": {"title": {"text": up}},
        "template": go.layout.Template(),
    }
    return {**plain, **more}


def shares(title: str) -> dict[str, Any]:
    """An axis from 0 to 100 %."""
    return {"title": {"text": title}, "range": [0, 100], "dtick": 20}


def draw(plot: Plot, folded: bool = True) -> str:
    """The figure's place in the page.

    Args:
        folded: whether its numbers unfold beneath; False where a table beside it has them.
    """
    said = markup.attribute(f"{plot.title}. {plot.said}")
    rows = [parts.row(one[0], one[1:]) for one in plot.rows]
    numbers = ""
    if folded and rows:
        table = parts.table(markup.text(plot.title), plot.heads, rows)
        numbers = parts.fold(words.NUMBERS, table)
    return (
        f'<figure class="td-b-plot"><div class="td-plot" role="img" aria-label="{said}" '
        f"style=\"--h:{plot.height}px\" data-figure='{encoded(plot.figure)}'></div>"
        f'<div class="td-b-under">{numbers}<button type="button" class="td-button td-b-save" '
        f'data-plot="save" hidden>{words.SAVE_PICTURE}</button></div></figure>'
    )


def encoded(figure: go.Figure) -> str:
    """A figure as JSON that no quote, tag or entity in it can break out of an attribute with.

    ASCII, for an attribute in single quotes: ``&``, ``<``, ``>`` and ``'`` are written as JSON's
    own escapes, which keeps it a third of the size of HTML's.
    """
    raw = figure.to_plotly_json()
    raw["layout"].pop("template", None)
    packed = json.dumps(raw, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    for character in "&<>'":
        packed = packed.replace(character, f"\\u{ord(character):04x}")
    return packed


def grid(drawn: Sequence[str], least: int = 250) -> str:
    """Plots side by side, as many as fit.

    Args:
        least: pixels that one needs.
    """
    return f'<div class="td-b-grid" style="--least:{least}px">{"".join(drawn)}</div>'

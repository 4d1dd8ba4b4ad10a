"""Explanation methods against gold trigger words: the leaderboard and the oracle sweep.

Knows a trigger board; its plots are drawn here.
"""

from collections.abc import Iterator

import plotly.graph_objects as go

from core.evaluation.schema import Metrics, TriggerBoard, TriggerEntry
from dashboard import wording
from dashboard.views import markup
from dashboard.views.batch import headline, parts, plots, reading
from dashboard.wording import batch_refinement as words
from dashboard.wording import batch_results as plain


def section(metrics: Metrics) -> str:
    """The table, best first, then the sweeps."""
    board = metrics["triggers"]
    if board is None:
        return ""
    counts = words.EXPLAINED.format(
        tweets=wording.number(board["tweets"]), of=wording.number(board["of"])
    )
    rows = [_row(metrics, one, place) for one, place in _placed(board)]
    return (
        parts.note(counts)
        + parts.table(words.BOARD, words.BOARD_COLUMNS, rows)
        + parts.note(words.ABOUT_BOARD)
        + parts.note(_own(board))
        + headline.tags(metrics, [one["system"] for one in board["entries"]])
        + _sweeps(board)
    )


def _own(board: TriggerBoard) -> str:
    """What tells the model's own score from contributions; empty where they do not both stand."""
    found = {one["method"] for one in board["entries"]}
    if not {words.OWN, words.CONTRIBUTION} <= found:
        return ""
    own, other = (markup.text(words.method(one)) for one in (words.OWN, words.CONTRIBUTION))
    return words.ABOUT_OWN.format(own=own, contribution=other)


def _placed(board: TriggerBoard) -> Iterator[tuple[TriggerEntry, int]]:
    """Entries with their places; baselines and entries without figures have none."""
    place = 0
    for one in board["entries"]:
        if one["method"] in words.BASELINES or one["f1"] is None:
            yield one, 0
            continue
        place += 1
        yield one, place


def _row(metrics: Metrics, one: TriggerEntry, place: int) -> str:
    """One method of one model."""
    baseline = one["method"] in words.BASELINES
    title = markup.text(words.placed(place, one["method"]))
    mark = f' <span class="td-b-tag">{words.BASELINE}</span>' if baseline else ""
    reason = parts.soft(markup.text(words.FAILED.format(reason=one["reason"])))
    threshold = one["threshold"]
    cells = (
        _system(metrics, one["system"]),
        words.NO_THRESHOLD if threshold is None else plain.figure(threshold, 3),
        f"<strong>{plain.score(one['f1'])}</strong>"
        f"{parts.soft(plain.interval(one['f1_interval']))}",
        plain.score(one["precision"]),
        plain.score(one["recall"]),
        plain.score(one["map_scores"]) + parts.soft(plain.interval(one["map_interval"])),
        plain.score(one["map_binary"]),
        plain.figure(one["pearson"], 3),
        markup.text(plain.seconds(one["seconds"])),
    )
    head = f"{title}{mark}{reason if one['reason'] else ''}"
    return parts.row(head, cells, "td-b-baseline" if baseline else "")


def _system(metrics: Metrics, name: str) -> str:
    """The system that was explained, and whether its training saw these texts."""
    if not name:
        return plain.NONE
    found = metrics["systems"].get(name)
    tag = parts.soft(plain.TAGS[found["provenance"]["tag"]]) if found else ""
    return markup.text(plain.system(name)) + tag


def _sweeps(board: TriggerBoard) -> str:
    """One small plot per method, by system."""
    found: dict[str, list[str]] = {}
    for one in board["entries"]:
        if one["sweep"].get("threshold") and one["method"] not in words.BASELINES:
            found.setdefault(one["system"], []).append(plots.draw(sweep(one)))
    if not found:
        return ""
    blocks = [plots.grid(drawn, 280) for drawn in found.values()]
    chosen = parts.chosen("sweep", [(plain.SYSTEM, reading.systems(list(found)))], blocks)
    return f'<h4 class="td-b-sub">{words.SWEEPS}</h4>{parts.note(words.ABOUT_SWEEP)}{chosen}'


def sweep(one: TriggerEntry) -> plots.Plot:
    """Token F1 at every threshold of this file, and where the checkpoint's lies."""
    across = [plots.rounded(value) for value in one["sweep"]["threshold"]]
    up = plots.percent(one["sweep"]["f1"])
    title = words.SWEEP.format(
        method=plots.safe(words.method(one["method"])), n=wording.number(one["tweets"])
    )
    figure = go.Figure(layout=plots.layout(title, words.THRESHOLD_AXIS, words.F1_AXIS))
    figure.add_scatter(
        x=across, y=up, mode="lines", line={"color": plots.ACCENT, "width": 2}, showlegend=False,
        hovertemplate="%{x}: %{y:.1f}<extra></extra>",
    )  # fmt: skip
    if one["threshold"] is not None:
        figure.add_vline(
            x=plots.rounded(one["threshold"]),
            line={"color": plots.INK, "dash": "dash", "width": 1.5},
        )
    figure.update_layout(yaxis={"rangemode": "tozero", "nticks": 5}, xaxis={"nticks": 5})
    every = max(1, len(across) // 20)
    rows = [
        (plain.figure(x, 3), plain.figure(y, 1))
        for x, y in list(zip(across, up, strict=True))[::every]
    ]
    return plots.Plot(figure, title, words.SWEEPS, 260, (words.THRESHOLD_AXIS, words.F1_AXIS), rows)

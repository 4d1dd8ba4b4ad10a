"""Signals against human scores: rank correlations, who is better, and how that is written down.

Knows signals and scores as arrays; opens no model and no file.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from core.correlation import compare, spearman
from core.records import Prediction, TranslationStatus
from core.signals import Signal
from core.significance import holm
from train.config import QualityConfig
from train.figures.scored import Floats, Scored
from train.report import markdown_table, shown, shown_p

SHOWN = 10  # lines that a sentence names


@dataclass(frozen=True)
class Readings:
    """What the adapted student makes of both sides."""

    originals: list[Prediction]
    translations: list[Prediction]

    def table(self, side: str) -> Floats:
        """(N, K) probabilities."""
        return np.array([found.probabilities for found in getattr(self, side)], dtype=np.float64)


def correlations(
    signals: Sequence[Signal], human: Mapping[str, Floats], config: QualityConfig
) -> list[dict[str, Any]]:
    """Spearman of every signal with every human score."""
    return [
        {
            "signal": signal.name,
            "human": name,
            **asdict(spearman(signal.values, truth, config.bootstrap, config.seed)),
        }
        for signal in signals
        for name, truth in human.items()
    ]


def comparisons(
    signals: Sequence[Signal], human: Mapping[str, Floats], config: QualityConfig
) -> list[dict[str, Any]]:
    """The first signal against each other by paired bootstrap; Holm over the rivals."""
    first, rivals = signals[0], signals[1:]
    rows: list[dict[str, Any]] = []
    for name, truth in human.items():
        found = {
            rival.name: compare(first.values, rival.values, truth, config.bootstrap, config.seed)
            for rival in rivals
        }
        adjusted = holm({rival: d.p for rival, d in found.items() if d.p is not None})
        rows += [
            {
                "a": first.name,
                "b": rival,
                "human": name,
                **asdict(difference),
                "holm_p": adjusted.get(rival),
            }
            for rival, difference in found.items()
        ]
    return rows


def remarks(signals: Sequence[Signal], scored: Scored) -> list[dict[str, Any]]:
    """By signal and reason: the lines concerned, and whether they have a figure all the same."""
    found: dict[tuple[str, str, bool], list[int]] = {}
    for signal in signals:
        for row, why in signal.remarks.items():
            key = (signal.name, why, bool(np.isfinite(signal.values[row])))
            found.setdefault(key, []).append(scored.lines[row])
    return [
        {"signal": name, "why": why, "computed": computed, "rows": len(lines), "lines": lines}
        for (name, why, computed), lines in found.items()
    ]


def rows_table(
    scored: Scored,
    statuses: Sequence[TranslationStatus],
    readings: Readings,
    signals: Sequence[Signal],
) -> str:
    """A table that a person can open: one line a translation; empty where not computable."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter="\t", lineterminator="\n")
    names = [signal.name for signal in signals]
    head = ("line", "original", "translation", "status", "on original", "on translation")
    writer.writerow((*head, *scored.human, *names))
    columns: list[Floats] = [*scored.human.values(), *(s.values for s in signals)]
    for row, line in enumerate(scored.lines):
        texts = (scored.originals[row], scored.translations[row], statuses[row].value)
        labels = (readings.originals[row].label, readings.translations[row].label)
        numbers = (column[row] for column in columns)
        cells = ("" if np.isnan(value) else f"{value:.6f}" for value in numbers)
        writer.writerow((line, *texts, *labels, *cells))
    return stream.getvalue()


def report(figures: Mapping[str, Any]) -> str:
    """The tables as Markdown, and sentences on what they leave out."""
    head = ("signal", "human score", "Spearman", "95 % interval", "p", "rows")
    lines = [(r["signal"], r["human"], *_cells(r, "rho"), str(r["n"])) for r in figures["signals"]]
    against = ("compared", "human score", "difference", "95 % interval", "p (Holm)", "rows")
    tests = [
        (f"{t['a']} − {t['b']}", t["human"], *_cells(t, "difference", "holm_p"), str(t["n"]))
        for t in figures["tests"]
    ]
    parts = [markdown_table(head, lines), markdown_table(against, tests), *_sentences(figures)]
    return "\n".join(parts)


def _cells(row: Mapping[str, Any], name: str, p: str = "p") -> tuple[str, str, str]:
    interval = "–" if row["low"] is None else f"{shown(row['low'])} – {shown(row['high'])}"
    return shown(row[name]), interval, shown_p(row[p])


def _sentences(figures: Mapping[str, Any]) -> list[str]:
    student = figures["systems"]["student"]
    cut = _counted(student["texts_cut"], "text")
    said = [f"The student ({student['name']}) is {student['provenance']} here; {cut} cut.\n"]
    if figures["left_out"]:
        lines = [entry["line"] for entry in figures["left_out"]]
        said.append(f"Left out, without a text or a score: {_places(lines)}.\n")
    for row in figures["remarks"]:
        state = "computed all the same" if row["computed"] else "not computable"
        why = f"{row['why']}: {_places(row['lines'])}"
        said.append(f"{row['signal']}: {_counted(row['rows'], 'row')} {state}, {why}.\n")
    return said


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _places(lines: Sequence[int]) -> str:
    """``lines 3, 7``; of many the first ones, since all stand in metrics.json."""
    shortened = [*map(str, lines[:SHOWN]), *(["…"] if len(lines) > SHOWN else [])]
    return f"{'line' if len(lines) == 1 else 'lines'} {', '.join(shortened)}"

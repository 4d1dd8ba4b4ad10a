"""The sections of ``train.figures.summary`` as Markdown: how a figure or an interval is written.

Knows the form of the sections; computes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from train.figures.tables import Figure, Gain
from train.report import markdown_table, shown, shown_p

Row = dict[str, Any]
SEEN = "Seen: rows that were trained on, or that the checkpoint was chosen by."


def markdown(report: Mapping[str, Any]) -> str:
    """All sections that hold something, as tables under headings."""
    parts = [
        _section("Translator", translator_table(report["translator"])),
        _section("English, macro-F1", _scores(report["english"])),
        _section("Other languages, macro-F1", _scores(report["languages"])),
        _section("Points of macro-F1 over the student before refinement", _gains(report["gains"])),
        *(
            _section("Does the weight measure translation quality?", _signals(content))
            for content in report["quality"]
        ),
        _section("Trigger words", trigger_table(report["triggers"])),
        _section("Notes", "".join(f"- {note}\n" for note in report["notes"])),
    ]
    return "\n".join(part for part in parts if part)


def _section(title: str, body: str) -> str:
    return f"## {title}\n\n{body}" if body else ""


def translator_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """chrF and BLEU by language; "" without rows."""
    if not rows:
        return ""
    head = ("translator", "language", "chrF", "BLEU", "pairs", "ms a short sentence", "of CPU")
    lines = [
        (
            row["translator"],
            row["language"],
            _percent(row.get("chrf")),
            _percent(row.get("bleu")),
            "–" if row.get("pairs") is None else f"{row['pairs']:,}",
            shown(row.get("median_ms"), 0),
            shown(row.get("cpu_ms"), 0),
        )
        for row in rows
    ]
    return markdown_table(head, lines)


def _scores(table: Row) -> str:
    if not table["rows"]:
        return ""
    head = ("system", *(column["title"] for column in table["columns"]), "provenance")
    lines = [
        (_label(row), *(figure_text(cell) for cell in row["cells"]), row["provenance"] or "–")
        for row in table["rows"]
    ]
    said = (
        "\n[95 % bootstrap interval, in brackets]; of several seeds the mean ± standard deviation, "
        f"and the interval of the first. {SEEN}\n"
    )
    return markdown_table(head, lines) + said


def _gains(table: Row) -> str:
    if not table["rows"]:
        return ""
    head = ("", *(column["title"] for column in table["columns"]))
    lines = [(_label(row), *(_gain_text(cell) for cell in row["cells"])) for row in table["rows"]]
    said = (
        "\n[95 % interval of the difference, paired bootstrap, first seed]; p: paired approximate "
        "randomisation, Holm over files, one for each seed; a mean of files has none.\n"
    )
    return markdown_table(head, lines) + said


def _signals(content: Row) -> str:
    """Every signal with each human score, and how far the weight is ahead of it."""
    scores_ = list(dict.fromkeys(row["human"] for row in content["signals"]))
    names = dict.fromkeys(row["signal"] for row in content["signals"])
    found = {(row["signal"], row["human"]): row for row in content["signals"]}
    tests = {(row["b"], row["human"]): row for row in content["tests"]}
    lines = []
    for name in names:
        own = [found[name, score] for score in scores_]
        ahead = tests.get((name, scores_[0]))
        cells = (f"{shown(row['rho'])}{_interval(row)}" for row in own)
        lines.append((name, *cells, _ahead(ahead), str(own[0]["n"])))
    student = (content["systems"] or {}).get("student", {})
    said = f"\nSpearman; the student is {student.get('name', '–')}, {_mark(student)} here.\n"
    first = next(iter(names))
    head = ("signal", *(f"with {score}" for score in scores_), f"{first} ahead by", "rows")
    return markdown_table(head, lines) + said


def _ahead(test: Mapping[str, Any] | None) -> str:
    if test is None:
        return "–"
    return f"{shown(test['difference'])}{_interval(test)}, p {shown_p(test['holm_p'])}"


def _mark(about: Mapping[str, Any]) -> str:
    return str(about.get("provenance") or "of unknown provenance")


def trigger_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Token F1 and MAP of systems and of guesses; "" without rows."""
    if not rows:
        return ""
    head = ("system", "words", "token F1", "MAP", "MAP of 0/1", "tweets")
    lines = []
    for row in rows:
        f1 = f"{shown(row.get('f1'))}{_interval(row, 'f1_low', 'f1_high')}"
        ranked = f"{shown(row.get('map_scores'))}{_interval(row, 'map_low', 'map_high')}"
        guess = row.get("guess") or "–"
        binary, tweets = shown(row.get("map_binary")), str(row.get("tweets", "–"))
        lines.append((row["system"], guess, f1, ranked, binary, tweets))
    return markdown_table(head, lines)


def _label(row: Row) -> str:
    seeds = len(row["systems"])
    return row["label"] if seeds < 2 else f"{row['label']} ({seeds} seeds)"


def figure_text(cell: Mapping[str, Any] | Figure | None) -> str:
    """``0.512 ± 0.006 [.490, .533]``; "–" where there is none."""
    if cell is None:
        return "–"
    row = asdict(cell) if isinstance(cell, Figure) else cell
    spread = "" if row["sd"] is None else f" ± {row['sd']:.3f}"
    return f"{row['value']:.3f}{spread}{_interval(row)}"


def _gain_text(cell: Mapping[str, Any] | Gain | None) -> str:
    """``+4.9 ± 0.3 [+3.1, +6.7], p 0.0004``, in points."""
    if cell is None:
        return "–"
    row = asdict(cell) if isinstance(cell, Gain) else cell
    spread = "" if row["sd"] is None else f" ± {100 * row['sd']:.1f}"
    ends = [row["low"], row["high"]]
    known = None not in ends
    interval = f" [{', '.join(f'{100 * end:+.1f}' for end in ends)}]" if known else ""
    p = [shown_p(value) for value in row["p"] if value is not None]
    return f"{100 * row['value']:+.1f}{spread}{interval}{', p ' + ' / '.join(p) if p else ''}"


def _interval(row: Mapping[str, Any], low: str = "low", high: str = "high") -> str:
    ends = row.get(low), row.get(high)
    if ends[0] is None or ends[1] is None:
        return ""
    return f" [{_short(ends[0])}, {_short(ends[1])}]"


def _short(value: float) -> str:
    """Without the zero before the point: .512, −.031."""
    return f"{value:.3f}".replace("0.", ".", 1)


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f}"

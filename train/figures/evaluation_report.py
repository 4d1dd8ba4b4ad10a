"""An evaluation's tables as Markdown, for people.

Knows the rows that ``train.recipes.evaluate`` describes; computes nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from train.report import markdown_table, shown

Row = Mapping[str, Any]
SCORES = ("system", "file", "macro-F1", "95 % interval", "accuracy", "rows", "provenance")
SEEDS = ("over seeds", "file", "seeds", "mean", "sd")
TESTS = (
    "compared",
    "file",
    "difference",
    "95 % interval",
    "macro-F1 p (Holm)",
    "accuracy p (McNemar)",
)
TRIGGERS = ("triggers", "threshold", "token F1", "95 % interval", "MAP", "MAP of 0/1", "Pearson")
TRANSLATION = ("translator", "file", "pairs", "beams", "chrF", "BLEU")


def as_markdown(tables: Mapping[str, Any]) -> str:
    """All tables that hold a row, one below the other."""
    parts = [
        _table(SCORES, map(_score, tables["scores"])),
        _table(SEEDS, (_seeds(row, row["group"]) for row in tables["seeds"])),
        _table(TESTS, map(_test, tables["tests"])),
        _table(SEEDS, (_seeds(row, row["group"]) for row in tables["gains"])),
        _table(TRIGGERS, map(_trigger, tables["triggers"])),
        _table(TRANSLATION, map(_translation, tables["translation"])),
        _speed(tables["speed"]),
    ]
    return "\n".join(part for part in parts if part)


def _table(head: Sequence[str], rows: Any) -> str:
    lines = list(rows)
    return markdown_table(head, lines) if lines else ""


def _interval(row: Row, name: str = "") -> str:
    return f"{shown(row[f'{name}low'])} – {shown(row[f'{name}high'])}"


def _score(row: Row) -> tuple[str, ...]:
    counts = {"seen": row["texts_seen"], "transductive": row["texts_unlabelled"]}
    kind = row["provenance"]
    return (
        row["system"],
        row["file"],
        shown(row["macro_f1"]),
        _interval(row),
        shown(row["accuracy"]),
        str(row["rows"]),
        f"{kind} ({counts[kind]} texts)" if kind in counts else kind,
    )


def _seeds(row: Row, name: str) -> tuple[str, ...]:
    return name, row["file"], str(row["n"]), shown(row["mean"]), shown(row["sd"])


def _test(row: Row) -> tuple[str, ...]:
    return (
        f"{row['a']} / {row['b']}",
        row["file"],
        f"{row['difference']:+.3f}",
        _interval(row),
        shown(row["holm_p"], 4),
        shown(row["mcnemar_p"], 4),
    )


def _trigger(row: Row) -> tuple[str, ...]:
    return (
        f"{row['system']}, {row['guess']}" if row["guess"] else row["system"],
        shown(row["threshold"]),
        shown(row["f1"]),
        _interval(row, "f1_"),
        shown(row["map_scores"]),
        shown(row["map_binary"]),
        shown(row["pearson"]),
    )


def _translation(row: Row) -> tuple[str, ...]:
    figures = (str(row["pairs"]), str(row["beams"]), shown(row["chrf"]), shown(row["bleu"]))
    return (row["translator"], row["file"], *figures)


def _speed(row: Row | None) -> str:
    if row is None:
        return ""
    return (
        f"One sentence of at most {row['most_words']} words takes {row['median_ms']:.0f} ms "
        f"(median of {row['sentences']}, ninth decile {row['p90_ms']:.0f} ms) on the CPU, "
        f"{row['cpu_ms']:.0f} ms of computing; torch threads: {row['threads']}.\n"
    )

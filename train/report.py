"""Figures as files (JSON, Markdown tables), written aside and renamed; data files as entries.

Knows no metric and no model.
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.data import file_hash


def data_entry(path: str | Path, rows: int, use: str, **more: Any) -> dict[str, Any]:
    """What a manifest says of a data file: name, content hash, rows used, what for."""
    name = Path(path).name
    return {"name": name, "sha256": file_hash(path), "rows": rows, "use": use, **more}


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.write_bytes(content)
    aside.replace(path)


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    write_bytes(path, text.encode())


def write_json(path: Path, content: Any) -> None:
    """JSON; refuses NaN, which JSON does not have."""
    write_text(path, json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def markdown_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table with its columns aligned, so that it reads well in a terminal too."""
    lines = [list(head), *[list(row) for row in rows]]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    cells = [
        "| " + " | ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)) + " |"
        for line in lines
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([cells[0], rule, *cells[1:]]) + "\n"


def shown(value: float | None, digits: int = 3) -> str:
    """A figure for a table; "–" where not computable."""
    return "–" if value is None else f"{value:.{digits}f}"


def shown_p(value: float | None) -> str:
    """A p value for a table; "–" where not computable."""
    return "< 0.0001" if value is not None and value < 1e-4 else shown(value, 4)

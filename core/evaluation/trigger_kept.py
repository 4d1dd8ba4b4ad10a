"""Scores of tweets kept line by line, so that a leaderboard goes on where it stopped.

Knows one JSONL file; no model and no figure. Lines are added whole chunks at a time; a last line
that is torn, as a killed process leaves it, is cut off. A line holds ``model`` (identity),
``method``, ``settings`` (options, seed), ``row``, ``mark`` (of row, text and gold), ``gold``,
``scores``, ``read`` (lists of W) and ``seconds``.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import DataError
from core.evaluation.aside import troubles
from core.evaluation.trigger_scores import Scored
from core.records import Example
from core.trigger_sweep import Floats, Mask


@dataclass(frozen=True, slots=True)
class Line:
    """One tweet by one method."""

    asked: str  # model, method and settings, as ``asked_as`` gives them
    mark: str
    gold: Mask  # (W,)
    scores: Floats  # (W,)
    read: Mask  # (W,)
    seconds: float


def asked_as(model: str, method: str, settings: Mapping[str, Any]) -> str:
    """All that shapes scores beside the tweet, as one text."""
    about = {"model": model, "method": method, "settings": dict(settings)}
    return json.dumps(about, sort_keys=True)


def mark_of(tweet: Example) -> str:
    """16 hex digits of a tweet's row, text and gold: what it must equal to be the same one."""
    content = repr((tweet.row, tweet.text, tweet.triggers))
    return hashlib.sha256(content.encode("utf-8", "backslashreplace")).hexdigest()[:16]


class Kept:
    """The lines of one file.

    Args:
        path: made where it is not there; its folder must be.

    Raises:
        DataError: it holds something else.
        TandemError: it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with troubles(path):
            _mend(path)

    def __iter__(self) -> Iterator[Line]:
        """All lines, in the order in which they were added."""
        with self.path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                yield self._read(line, number)

    def add(self, asked: str, tweets: Sequence[Example], found: Sequence[Scored]) -> None:
        """Add a line for each of N tweets, in one go.

        Raises:
            TandemError: the file cannot be written.
        """
        lines = (_line(asked, *pair) for pair in zip(tweets, found, strict=True))
        with troubles(self.path), self.path.open("ab") as file:
            file.write("".join(lines).encode())

    def _read(self, line: bytes, number: int) -> Line:
        try:
            raw = json.loads(line)
            return Line(
                asked_as(raw["model"], raw["method"], raw["settings"]),
                str(raw["mark"]),
                *_vectors(raw),
                float(raw["seconds"]),
            )
        except (ValueError, TypeError, KeyError) as error:
            raise DataError(
                f"Line {number} of {self.path} holds no scores.",
                "Remove the file; its tweets are explained again.",
            ) from error


def done(lines: Iterable[Line], asked: Sequence[str]) -> dict[str, int]:
    """Which tweets have which scores already: mark → one bit for each of ``asked``."""
    bits = {name: 1 << place for place, name in enumerate(asked)}
    found: dict[str, int] = {}
    for line in lines:
        found[line.mark] = found.get(line.mark, 0) | bits.get(line.asked, 0)
    return found


def _line(asked: str, tweet: Example, found: Scored) -> str:
    about = {
        **json.loads(asked),
        "row": tweet.row,
        "mark": mark_of(tweet),
        "gold": list(tweet.triggers or ()),
        "scores": found.scores.tolist(),
        "read": [int(one) for one in found.read],
        "seconds": round(found.seconds, 6),
    }
    return json.dumps(about, ensure_ascii=False, separators=(",", ":")) + "\n"


def _vectors(raw: Mapping[str, Any]) -> tuple[Mask, Floats, Mask]:
    """Gold, scores and read, (W,) each; ValueError where they are not parallel."""
    gold, read = (np.array(raw[name], dtype=bool) for name in ("gold", "read"))
    scores = np.array(raw["scores"], dtype=np.float64)
    if not gold.shape == scores.shape == read.shape or scores.ndim != 1:
        raise ValueError("other lengths")
    return gold, scores, read


def _mend(path: Path) -> None:
    """Cut off what stands behind the last finished line."""
    with path.open("a+b") as file:
        end = file.seek(0, os.SEEK_END)
        while end > 0:
            start = max(end - 65_536, 0)
            file.seek(start)
            place = file.read(end - start).rfind(b"\n")
            if place >= 0:
                end = start + place + 1
                break
            end = start
        file.truncate(end)

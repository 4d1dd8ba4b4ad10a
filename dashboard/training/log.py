"""The end of a run's log, and on from where a page has read to; never all of it again.

Knows bytes and lines of a file that others are writing. A piece ends at a line's end, so that a
line that is half written is sent once, whole.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path

LINES = 300  # of a first look
CHUNK = 96_000  # bytes that one look reads at most
LONGEST = 2_000  # characters of a line
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[@-_]")


@dataclass(frozen=True, slots=True)
class Piece:
    """Some lines of a log."""

    lines: tuple[str, ...]  # as a terminal would show them, without its colours
    start: int  # bytes before the first of them
    end: int  # bytes up to the end of the last
    cut: bool  # whether lines between what the page has and these are left out


def piece(path: Path, start: int | None, ended: bool = False) -> Piece:
    """What is new behind ``start`` bytes, or the log's end where a page has nothing of it yet.

    Args:
        start: up to where a page has it; None, or beyond the file's end: nothing of it.
        ended: whether nobody writes any more, so that a last line without its end counts.
    """
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            known = start is not None and 0 <= start <= size
            begin = max(start or 0 if known else 0, size - CHUNK)
            content = os.pread(file.fileno(), size - begin, begin)
    except OSError:
        return Piece((), 0, 0, cut=False)
    cut = begin > (start or 0 if known else 0)
    if cut:  # its first line was not read from its beginning
        content = content[content.find(b"\n") + 1 :]
        begin = size - len(content)
    if not ended:
        content = content[: content.rfind(b"\n") + 1]
    end = begin + len(content)
    lines = content.decode("utf-8", "replace").removesuffix("\n").split("\n") if content else []
    fewer = not known and len(lines) > LINES
    shown = tuple(map(_shown, lines[-LINES:] if fewer else lines))
    return Piece(shown, begin, end, cut=cut or fewer or (start is not None and not known))


def _shown(line: str) -> str:
    """A line as a terminal shows it at last: of a bar that was drawn again, the last drawing."""
    drawn = [part for part in _ESCAPES.sub("", line).split("\r") if part.strip()]
    found = drawn[-1] if drawn else ""
    return found if len(found) <= LONGEST else found[:LONGEST] + "…"

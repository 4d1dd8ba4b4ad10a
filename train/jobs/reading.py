"""Events and log lines read from the end of a file, or on from where one stopped; never all again.

Knows bytes and lines of files that others are writing; what events mean is ``telling``'s.
"""

import os
import re
from pathlib import Path

from train.events import Event, Kind

_CHUNK = 64 * 1024  # bytes
_SEEN = 64  # bytes before one's place that are compared, to tell a file that was replaced
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[@-_]")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class Stream:
    """The events of a file from its beginning, each handed out once.

    Attributes:
        position: bytes that were read and understood; a torn last line waits.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.position = 0
        self._file = (0, 0)  # which one it was
        self._before = b""  # what stood just before the position

    def new(self) -> tuple[list[Event], bool]:
        """Events since the last call, and whether it is another file than then.

        Lines that are no events are passed over. Where the file was cut, replaced or taken away,
        what it holds now counts from its beginning.
        """
        try:
            with self.path.open("rb") as file:
                again = self._another(file.fileno())
                if again:
                    self.position, self._before = 0, b""
                left = max(0, os.fstat(file.fileno()).st_size - self.position)
                content = os.pread(file.fileno(), left, self.position)
        except OSError:
            gone = self.position > 0
            self.position, self._before = 0, b""
            return [], gone
        whole = content[: content.rfind(b"\n") + 1]
        self.position += len(whole)
        self._before = (self._before + whole)[-_SEEN:]
        events = map(parsed, whole.split(b"\n"))
        return [event for event in events if event is not None], again

    def _another(self, file: int) -> bool:
        about = os.fstat(file)
        same, self._file = self._file == (about.st_dev, about.st_ino), (about.st_dev, about.st_ino)
        if not self.position:
            return False
        if not same or about.st_size < self.position:
            return True
        start = self.position - len(self._before)
        return os.pread(file, len(self._before), start) != self._before


def parsed(line: bytes) -> Event | None:
    """The event on a line; None where there is none."""
    try:
        return Event.from_json(line)
    except (ValueError, RecursionError):
        return None


def last_event(path: Path, start: int = 0) -> Event | None:
    """The last whole event that begins at or behind ``start`` bytes; None where there is none."""
    try:
        with path.open("rb") as file:
            end, tail = os.fstat(file.fileno()).st_size, b""
            while end > start:
                begin = max(start, end - _CHUNK)
                tail = os.pread(file.fileno(), end - begin, begin) + tail
                end = begin
                lines = tail.split(b"\n")
                for line in reversed(lines if end == start else lines[1:]):
                    if event := parsed(line):
                        return event
    except OSError:
        return None
    return None


def began(path: Path, start: int = 0) -> Event | None:
    """The first event at or behind ``start`` bytes, where it is a STARTED; read from its chunk."""
    try:
        with path.open("rb") as file:
            line = os.pread(file.fileno(), _CHUNK, start).split(b"\n", 1)[0]
    except OSError:
        return None
    event = parsed(line)
    return event if event is not None and event.kind is Kind.STARTED else None


def whole_bytes(path: Path) -> int:
    """Bytes of a file up to the end of its last whole event: what comes next begins there."""
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            begin = max(0, size - _CHUNK)
            content = os.pread(file.fileno(), size - begin, begin)
    except OSError:
        return 0
    torn = content[content.rfind(b"\n") + 1 :]
    return size if not torn or parsed(torn) is not None else size - len(torn)


def last_lines(path: Path, lines: int, start: int = 0) -> list[str]:
    """The last lines of a log behind ``start`` bytes, as they would stand on a terminal.

    Control characters are gone, and of a line that was drawn again and again (a progress bar) the
    last drawing stays. Only the file's end is read; "" lines count too.
    """
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            begin = max(start, size - max(_CHUNK, 400 * lines), 0)
            content = os.pread(file.fileno(), max(0, size - begin), begin)
    except OSError:
        return []
    text = content.decode("utf-8", errors="replace")
    found = text.removesuffix("\n").split("\n") if text else []
    if begin > start and len(found) > 1:
        found = found[1:]  # its beginning was not read
    return [_shown(line) for line in found[-lines:]]


def _shown(line: str) -> str:
    drawn = [part for part in _ESCAPES.sub("", line).split("\r") if part.strip()]
    return _CONTROLS.sub("", drawn[-1]) if drawn else ""

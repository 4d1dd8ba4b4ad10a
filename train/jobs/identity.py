"""Which process is meant: its number and when it began, so that a recycled number fools nobody.

Knows the system's table of processes; nothing of runs. On Linux a beginning is the boot's id and
the clock ticks since boot, which neither a clock that is set nor a restart can repeat; elsewhere it
is the time that psutil gives. Processes of other machines are unknown here, and count as gone.
"""

import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

_PROC = Path("/proc")
_GONE = "ZX"  # states of a process that has ended and is only not yet reaped


@dataclass(frozen=True, slots=True)
class Identity:
    """One process, of all that ever were on this machine."""

    pid: int
    start: str  # when it began; to be compared, not to be read

    def plain(self) -> dict[str, Any]:
        """What JSON holds."""
        return asdict(self)

    @classmethod
    def from_plain(cls, raw: object) -> "Identity | None":
        """What ``plain`` gave; None for anything else."""
        if not isinstance(raw, Mapping):
            return None
        pid, start = raw.get("pid"), raw.get("start")
        if type(pid) is not int or pid < 1 or not isinstance(start, str) or not start:
            return None
        return cls(pid, start)


def identify(pid: int) -> Identity | None:
    """The process that has this number now, even one that ended and is not reaped; None: nobody."""
    found = _look(pid)
    return Identity(pid, found[0]) if found is not None else None


def alive(process: Identity | None) -> bool:
    """Whether a process is still at work; one that ended and is not reaped is not."""
    if process is None:
        return False
    found = _look(process.pid)
    return found is not None and found[0] == process.start and found[1] not in _GONE


def holds(process: Identity | None) -> bool:
    """Whether the number is still that process's: it is at work, or ended and not reaped."""
    return process is not None and identify(process.pid) == process


def _look(pid: int) -> tuple[str, str] | None:
    """(beginning, state's letter) of a process; None where there is none."""
    if not sys.platform.startswith("linux"):
        return _look_by_psutil(pid)
    try:
        text = (_PROC / str(pid) / "stat").read_bytes()
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return None
    fields = text.rpartition(b")")[2].split()  # a name may hold anything, brackets included
    return f"{boot}:{int(fields[19])}", fields[0].decode()


def _look_by_psutil(pid: int) -> tuple[str, str] | None:
    try:
        process = psutil.Process(pid)
        ended = process.status() == psutil.STATUS_ZOMBIE
        return f"{process.create_time():.2f}", "Z" if ended else "R"
    except psutil.Error:
        return None

"""All processes of a run: found, measured, killed.

A run's process leads a session of its own, and everything that it starts inherits the environment
variable TANDEM_JOB: whoever leaves the session keeps the mark, whoever clears the environment keeps
the session. Knows processes; nothing of queues.
"""

import os
import signal
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import psutil

from train.jobs.identity import Identity, holds

MARK = "TANDEM_JOB"  # its value: the run's folder
KILL = signal.SIGKILL
_KILLING = 5.0  # seconds in which everything must be gone
_PAUSE = 0.02


def of_job(folder: Path, leader: Identity | None) -> list[psutil.Process]:
    """Processes that belong to a run of the queue, this one apart.

    Args:
        leader: the run's process. Its session counts only as long as the number is its own, which
            it is until it is reaped; the mark always counts.
    """
    led = leader is not None and holds(leader)
    sessions = {leader.pid} if leader is not None and led else set()
    return [p for p in _others() if _session(p.pid) in sessions or _marked(p, folder)]


def of_pid(process: Identity) -> list[psutil.Process]:
    """That process, where it is still there."""
    if not holds(process):
        return []
    try:
        return [psutil.Process(process.pid)]
    except psutil.Error:
        return []


def of_tree(leader: Identity) -> list[psutil.Process]:
    """A process of a terminal with all that it started; its session is the terminal's."""
    found = of_pid(leader)
    try:
        return [*found, *(child for one in found for child in one.children(recursive=True))]
    except psutil.Error:
        return found


def memory(processes: Iterable[psutil.Process]) -> int:
    """Bytes that processes hold in memory; what several share counts for each."""
    return sum(_resident(process) for process in processes)


def end(processes: Iterable[psutil.Process], number: int = signal.SIGTERM) -> int:
    """Send a signal to processes that are still the same; how many got it."""
    return sum(_send(process, number) for process in processes)


def kill_job(folder: Path, leader: Identity | None) -> int:
    """Kill all of a run's processes, and those that they start meanwhile; how many there were."""
    killed, until = 0, time.monotonic() + _KILLING
    while left := [p for p in of_job(folder, leader) if _works(p)]:
        killed += end(left, KILL)
        if time.monotonic() > until:
            break
        time.sleep(_PAUSE)
    return killed


def _others() -> Iterator[psutil.Process]:
    """All processes but this one."""
    for pid in psutil.pids():
        if pid == os.getpid():
            continue
        try:
            yield psutil.Process(pid)
        except psutil.Error:
            continue  # it ended between the two looks


def _session(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except OSError:
        return None


def _marked(process: psutil.Process, folder: Path) -> bool:
    """Whether a process has the run's mark; another user's cannot be asked, and is not ours."""
    try:
        return process.environ().get(MARK) == str(folder)
    except (psutil.Error, OSError):
        return False


def _works(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def _send(process: psutil.Process, number: int) -> bool:
    """psutil makes sure that the number was not given to another process meanwhile."""
    try:
        process.send_signal(number)
    except psutil.Error:
        return False
    return True

"""Processes told apart, against psutil and the system itself."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from train.jobs import identity, processes
from train.jobs.identity import Identity, alive, holds, identify

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def child() -> "subprocess.Popen[bytes]":
    return subprocess.Popen(SLEEP)


def test_a_process_is_itself_until_it_ends(child: "subprocess.Popen[bytes]") -> None:
    known = identify(child.pid)
    assert known is not None and alive(known) and holds(known)
    assert Identity.from_plain(known.plain()) == known
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert psutil.Process(child.pid).status() == psutil.STATUS_ZOMBIE
    assert not alive(known) and holds(known)  # ended, and its number still its own
    child.wait()
    assert not alive(known) and not holds(known) and identify(child.pid) is None


def test_another_beginning_or_another_boot_is_another_process() -> None:
    own = identify(os.getpid())
    assert own is not None and alive(own)
    boot, _, ticks = own.start.partition(":")
    assert not alive(Identity(own.pid, f"{boot}:{int(ticks) + 1}"))
    assert not alive(Identity(own.pid, f"another:{ticks}"))
    assert not alive(None)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the clock of Linux")
def test_a_beginning_counts_from_the_boot_and_not_by_the_clock() -> None:
    """The ticks are those of the time since boot, which setting a clock leaves alone."""
    began = time.clock_gettime(time.CLOCK_BOOTTIME)
    process = subprocess.Popen(SLEEP)
    known = identify(process.pid)
    process.kill()
    process.wait()
    assert known is not None
    seconds = int(known.start.split(":")[1]) / os.sysconf("SC_CLK_TCK")
    assert began - 0.1 <= seconds <= time.clock_gettime(time.CLOCK_BOOTTIME)


def test_elsewhere_psutil_tells_it(
    child: "subprocess.Popen[bytes]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity.sys, "platform", "darwin")
    known = identify(child.pid)
    assert known is not None and known.start == f"{psutil.Process(child.pid).create_time():.2f}"
    assert alive(known) and not alive(Identity(child.pid, "1.00"))
    child.kill()
    child.wait()
    assert not alive(known) and identify(child.pid) is None


@pytest.mark.parametrize(
    "raw",
    [
        None,
        3,
        {},
        {"pid": 1},
        {"pid": "1", "start": "x"},
        {"pid": True, "start": "x"},
        {"pid": 0, "start": "x"},
        {"pid": 1, "start": ""},
    ],
)
def test_what_is_no_identity(raw: object) -> None:
    assert Identity.from_plain(raw) is None


def test_all_of_a_run_are_found_measured_and_killed(tmp_path: Path) -> None:
    """One in its session, one that left it with the mark, one that kept the session without it."""
    code = (
        "import subprocess, sys, time\n"
        f"sleep = {SLEEP!r}\n"
        "subprocess.Popen(sleep); subprocess.Popen(sleep, start_new_session=True)\n"
        "subprocess.Popen(sleep, env={}); print('ready', flush=True); time.sleep(60)"
    )
    environment = {**os.environ, processes.MARK: str(tmp_path)}
    leader = subprocess.Popen(
        [sys.executable, "-c", code],
        env=environment,
        start_new_session=True,
        stdout=subprocess.PIPE,
    )
    stranger = subprocess.Popen(SLEEP)
    assert leader.stdout is not None and leader.stdout.readline() == b"ready\n"
    found = processes.of_job(tmp_path, identify(leader.pid))
    expected = {leader.pid, *(p.pid for p in psutil.Process(leader.pid).children(recursive=True))}
    assert {process.pid for process in found} == expected and len(expected) == 4
    resident = sum(psutil.Process(pid).memory_info().rss for pid in expected)
    assert processes.memory(found) == pytest.approx(resident, rel=0.2)
    assert processes.kill_job(tmp_path, identify(leader.pid)) == 4
    leader.wait()
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()

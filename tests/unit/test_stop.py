"""Ctrl-C: at once, later, and the second one."""

import os
import signal
import time

import pytest

from train import stop
from train.stop import Stop


@pytest.mark.parametrize("number", stop.SIGNALS)
def test_a_signal_stops_at_once(number: int) -> None:
    before = signal.getsignal(number)
    with Stop(), pytest.raises(KeyboardInterrupt):
        signal.raise_signal(number)
        time.sleep(1)
    assert signal.getsignal(number) is before


def test_where_somebody_looks_it_waits(capfd: pytest.CaptureFixture[str]) -> None:
    done = []
    with Stop() as heard, pytest.raises(KeyboardInterrupt), heard.later():
        signal.raise_signal(signal.SIGINT)
        assert heard.asked
        done.append("the step")
    assert done == ["the step"]
    assert "with a checkpoint" in capfd.readouterr().err


def test_without_a_signal_nothing_happens() -> None:
    with Stop() as heard, heard.later():
        assert not heard.asked


def test_a_second_one_does_not_wait_but_an_echo_does_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 100.0
    monkeypatch.setattr(stop.time, "monotonic", lambda: now)
    done = []
    with Stop() as heard, pytest.raises(KeyboardInterrupt), heard.later():
        signal.raise_signal(signal.SIGINT)
        now += stop.ECHO / 2
        signal.raise_signal(signal.SIGTERM)
        done.append("survived the echo")
        now += stop.ECHO
        signal.raise_signal(signal.SIGINT)
        done.append("never reached")
    assert done == ["survived the echo"]


def test_an_ignored_signal_stays_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with Stop() as heard:
            os.kill(os.getpid(), signal.SIGINT)
            assert not heard.asked
    finally:
        signal.signal(signal.SIGINT, before)

"""Where a run of the queue stands, from its files and processes alone.

Nothing is remembered and nothing is changed: who asks twice, from two servers or after a restart of
the machine, gets the same answer.
"""

import signal
from dataclasses import dataclass
from pathlib import Path

from train.events import Event, Kind
from train.jobs.files import EVENTS, LOG, Asked, Ended, Started, Stop
from train.jobs.identity import Identity, alive
from train.jobs.reading import began, last_event, last_lines
from train.jobs.records import State

RESUME = "Resume goes on from where it was."
AGAIN = "Resume puts it into the queue again."
SMALLER = "A smaller batch_size or max_length needs less of it. Resume goes on from where it was."
_LAST_WORDS = 5  # lines
_LONG = 400  # characters
_CRASHES = (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGFPE)
TOLD: dict[Kind, State] = {
    Kind.FINISHED: "finished",
    Kind.FAILED: "failed",
    Kind.CANCELLED: "cancelled",
    Kind.INTERRUPTED: "interrupted",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """Of a run: its state, and what there is to say about it."""

    state: State
    sentence: str = ""
    hint: str = ""
    code: int | None = None
    stopping: bool = False
    over: bool = False  # written down; nothing of it runs any more


def stand(folder: Path, asked: Asked) -> Standing:
    """Where the present attempt of a run stands."""
    started = Started.of(folder, asked.attempt)
    if started is None:
        return _waiting(folder, asked)
    # Whoever is at work is asked before files are: a keeper writes exit.json and then ends.
    works = alive(started.keeper) or alive(training_of(folder, started))
    ended = Ended.of(folder, asked.attempt)
    stop = Stop.of(folder, asked.attempt)
    if works and ended is None:
        return Standing("running", stopping=stop is not None)
    return _after(folder, started, ended, stop)


def training_of(folder: Path, started: Started) -> Identity | None:
    """The recipe's process: as its keeper wrote it down, else as it said itself."""
    if started.training is not None:
        return started.training
    event = began(folder / EVENTS, started.events)
    return Identity.from_plain(event.data) if event is not None else None


def _waiting(folder: Path, asked: Asked) -> Standing:
    """Nobody was started for it yet."""
    ended = Ended.of(folder, asked.attempt)
    if ended is not None:
        return Standing("failed", ended.trouble, over=True)
    if Stop.of(folder, asked.attempt) is not None:
        if asked.attempt > 1:  # what it did before is kept
            return Standing("cancelled", "Cancelled before its turn came.", RESUME, over=True)
        return Standing("cancelled", "Cancelled before it began.", AGAIN, over=True)
    return Standing("queued")


def _after(folder: Path, started: Started, ended: Ended | None, stop: Stop | None) -> Standing:
    """Of an attempt that is over: by its last event, else by its exit code."""
    event = last_event(folder / EVENTS, started.events)
    code, over = (ended.code, True) if ended is not None else (None, False)
    if event is not None and event.kind in TOLD:
        state, sentence, hint = told(event, stop is not None)
        hint = RESUME if state in ("cancelled", "interrupted") else hint  # not the shell's line
    elif ended is not None and ended.forced:
        state, sentence = "cancelled", f"It was ended by force after {stop_grace(stop):g} seconds."
        hint = RESUME
    elif stop is not None:
        state, sentence, hint = "cancelled", "Cancelled.", RESUME
    elif ended is not None and ended.trouble:
        state, sentence, hint = "failed", ended.trouble, ""
    else:
        state, sentence, hint = _by_code(code, folder, started.log)
    return Standing(state, sentence, hint, code, over=over)


def stop_grace(stop: Stop | None) -> float:
    """Seconds that a run had to end by itself."""
    return stop.grace if stop is not None else 0.0


def told(event: Event, stopped: bool) -> tuple[State, str, str]:
    """State, sentence and hint of a run's last event; ``stopped``: its end was asked for here."""
    state = TOLD[event.kind]
    if state == "interrupted" and stopped:
        state = "cancelled"
    return state, str(event.data.get("sentence", "")), str(event.data.get("hint", ""))


def _by_code(code: int | None, folder: Path, log: int) -> tuple[State, str, str]:
    """State, sentence and hint of a process that ended without a word in its events."""
    if code is None:
        return "interrupted", "The machine or the process ended before the run did.", RESUME
    if code == -signal.SIGKILL:
        return "interrupted", "Its process was killed, perhaps for want of memory.", SMALLER
    if code < 0:
        name = signal.Signals(-code).name
        crashed = -code in _CRASHES
        return "failed" if crashed else "interrupted", f"Its process was ended by {name}.", RESUME
    if code == 0:
        return "failed", "It ended without a word on what came of it.", ""
    return "failed", _last_words(folder, log) or f"It ended with exit code {code}.", ""


def _last_words(folder: Path, log: int) -> str:
    """What a process said last: of a traceback the error, else its last lines as one."""
    lines = [line.strip() for line in last_lines(folder / LOG, 200, log) if line.strip()]
    trace = any(line.startswith("Traceback (most recent call last)") for line in lines)
    words = f"It could not start: {lines[-1]}" if trace else " ".join(lines[-_LAST_WORDS:])
    return words if len(words) <= _LONG else f"{words[: _LONG - 1]}…"

"""The words of a command line: ``--name value``, ``--name=value`` and ``name=value`` alike.

Knows the switches that every command takes, and which options are true or
false; what a value means is ``train.values``'. Prints nothing.
"""

import difflib
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.errors import ConfigError
from train.values import Option

SWITCHES = ("--help", "--print-config", "--dry-run", "--resume", "--fresh")
WITH_VALUE = "--config"


@dataclass(frozen=True, slots=True)
class Line:
    """A command line, its switches apart from the rest."""

    words: tuple[str, ...]  # the recipe's name, then its options, as typed
    config: str | None  # what --config names
    switches: frozenset[str]  # those of SWITCHES that were typed


def split(arguments: Sequence[str]) -> Line:
    """Take the switches, which may stand anywhere, out of a command line.

    Raises:
        ConfigError: where ``--config`` stands without a value.
    """
    left, words = deque(arguments), []
    config, switches = None, set()
    while left:
        word = "--help" if left[0] == "-h" else left[0]
        left.popleft()
        name, equals, text = word.partition("=")
        if word in SWITCHES:
            switches.add(word)
        elif name != WITH_VALUE:
            words.append(word)
        elif not equals and not left:
            raise ConfigError("--config needs a value: a file or a preset.")
        else:
            config = text if equals else left.popleft()
    return Line(tuple(words), config, frozenset(switches))


def pairs(
    rows: Mapping[str, Option], words: Sequence[str]
) -> tuple[list[tuple[str, str]], list[str]]:
    """The options of a line as (name, text), in order, and sentences on words that are none.

    Names keep to no option's spelling: ``--max-minutes`` and ``max_minutes=`` are one. An unknown
    ``name=`` is handed on, an unknown ``--name`` is reported, with the closest of ``rows``.
    """
    left = deque(words)
    found, problems = [], []
    while left:
        word = left.popleft()
        typed, equals, text = word.partition("=")
        name = typed.removeprefix("--").replace("-", "_")
        if typed.startswith("--") and name not in rows:
            problems.append(_unknown(typed, rows))
            _drop_value(left, equals)
        elif equals:
            found.append((name if name in rows else typed, text))
        elif not typed.startswith("--"):
            problems.append(f"{word!r} is not of the form --name value or name=value.")
        elif rows[name].kind is bool:
            found.append((name, _truth(left)))
        elif left and not _is_option(left[0], rows):
            found.append((name, left.popleft()))
        else:
            problems.append(f"{word} needs a value.")
    return found, problems


def spelled(name: str) -> str:
    """An option's name as it is typed: ``max_minutes`` is ``--max-minutes``."""
    return f"--{name.replace('_', '-')}"


def _truth(left: deque[str]) -> str:
    """What stands behind a true/false option, which alone means true."""
    return left.popleft() if left and left[0].lower() in ("true", "false") else "true"


def _is_option(word: str, rows: Mapping[str, Option]) -> bool:
    """Whether a word begins an option rather than being the value of the one before it."""
    name, equals, _ = word.partition("=")
    return word.startswith("--") or (bool(equals) and name.replace("-", "_") in rows)


def _drop_value(left: deque[str], equals: str) -> None:
    """An unknown option is one problem, not two: what looks like its value goes with it."""
    if not equals and left and not left[0].startswith("--") and "=" not in left[0]:
        left.popleft()


def _unknown(typed: str, rows: Mapping[str, Option]) -> str:
    names = [*map(spelled, rows), *SWITCHES, WITH_VALUE]
    close = difflib.get_close_matches(typed.replace("_", "-"), names, 1)
    return f"{typed} is not an option." + (f" Did you mean {close[0]}?" if close else "")

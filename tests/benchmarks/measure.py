"""Taking time and telling it: what all benchmarks share. Two ways of doing one thing are measured
in turns, so that a busy machine slows both; beside the seconds on the clock stand those of the
processor, which other programs don't lengthen.
"""

import os
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROLES = ("teacher", "student", "student_before", "translator")
TWEETS = {
    "fr": "@user Je suis tellement content de te revoir demain, ça fait trop longtemps 😂 http",
    "nl": "Ik ben zo boos dat de trein alweer te laat is, elke dag hetzelfde !",
    "ru": "Мне очень грустно сегодня, никто не пришёл на мой день рождения",
    "es": "Qué miedo me da salir de noche por esta calle tan oscura",
    "en": "I can't believe we won the final, best night of my life",
}
LINES: list[str] = []


@dataclass(frozen=True)
class Seconds:
    """Of one call: on the clock, and of the processor in all threads and children."""

    clock: float
    processor: float

    def __str__(self) -> str:
        return f"{self.clock:7.3f} s, processor {self.processor:7.3f} s"


def took(work: Callable[[], object]) -> Seconds:
    """Seconds of one call."""
    clock, before = time.perf_counter(), os.times()
    work()
    spent = zip(os.times()[:4], before[:4], strict=True)
    return Seconds(time.perf_counter() - clock, sum(after - start for after, start in spent))


def median(times: Sequence[Seconds]) -> Seconds:
    return Seconds(
        statistics.median(each.clock for each in times),
        statistics.median(each.processor for each in times),
    )


def side_by_side(repeats: int, *works: Callable[[], object]) -> list[Seconds]:
    """Median seconds of each, measured in turns after one turn of warming up."""
    rounds = [[took(work) for work in works] for _ in range(repeats + 1)][1:]
    return [median(column) for column in zip(*rounds, strict=True)]


def report(what: str, value: object) -> None:
    LINES.append(f"{what:<48} {value}")


def tweets(count: int) -> list[str]:
    """Different tweets of different lengths."""
    words = [word for tweet in TWEETS.values() for word in tweet.split(" ")]
    return [" ".join(words[i % 40 : i % 40 + 3 + i * 7 % 25]) + f" {i}" for i in range(count)]

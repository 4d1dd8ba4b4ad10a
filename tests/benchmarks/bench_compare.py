"""How long what a person waits for takes; figures side by side, nothing asserted about time.

Run by ``make bench``. Models are the embedded ones, or those of a folder that holds teacher,
student, student_before and translator: ``TANDEM_BENCH_MODELS=runs/smoke make bench``. Two ways of
doing one thing are measured in turns, so that a busy machine slows both. Beside the seconds on the
clock stand those of the processor, which other programs don't lengthen.
"""

import functools
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch

from core.checkpoints import read_manifest
from core.engine import Engine, EngineSources
from core.loading import load_emotion_model, pack_checkpoint, quiet, unpack_checkpoint
from core.models import EmotionModel

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


@pytest.fixture(scope="session")
def models() -> Path:
    """The folder of the four models."""
    found = Path(os.environ.get("TANDEM_BENCH_MODELS", ROOT / "assets" / "models" / "demo"))
    quiet()
    missing = [role for role in ROLES if not (found / role).is_dir()]
    if missing:
        pytest.skip(f"{found} has no {', '.join(missing)}; set TANDEM_BENCH_MODELS")
    return found.resolve()


@pytest.fixture(scope="session")
def student(models: Path) -> EmotionModel:
    return load_emotion_model(models / "student")


@pytest.fixture(scope="session", autouse=True)
def table() -> Any:
    """Prints all lines at the end."""
    yield
    threads = torch.get_num_threads()
    print(f"\n\nMedians, {threads} torch thread(s), load {os.getloadavg()[0]:.1f}:")
    print("\n".join(f"  {line}" for line in LINES))


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


def test_sorted_batches_against_padding_to_the_maximum(student: EmotionModel) -> None:
    texts = tweets(96)

    def padded() -> None:
        for start in range(0, len(texts), 32):
            batch = student.tokenizer.pad(
                student.encode(texts[start : start + 32]),
                padding="max_length",
                max_length=student.max_length,
                return_tensors="pt",
            )
            with torch.inference_mode():
                student.module(**batch)

    ours, naive = side_by_side(5, lambda: student.probabilities(texts), padded)
    report("96 tweets, sorted batches", ours)
    ratio = naive.processor / ours.processor
    report(f"96 tweets, padded to {student.max_length}", f"{naive}, {ratio:.1f} times as much")


def test_packed_against_plain(models: Path, tmp_path: Path) -> None:
    source = models / "student"
    packed, plain = tmp_path / "packed", tmp_path / "plain"
    if read_manifest(source).packed:
        packed = source
        unpack_checkpoint(source, plain)
    else:
        plain = source
        pack_checkpoint(source, packed)
    fast, slow = side_by_side(
        5, lambda: load_emotion_model(plain), lambda: load_emotion_model(packed)
    )
    sizes = [
        sum(file.stat().st_size for file in folder.iterdir()) / 1e6 for folder in (plain, packed)
    ]
    report(f"student, plain, {sizes[0]:.1f} MB: load", fast)
    report(f"student, packed, {sizes[1]:.1f} MB: load", slow)


def test_the_engine_from_cold_to_an_answer(models: Path) -> None:
    engine = Engine(EngineSources(*(str(models / role) for role in ROLES)))
    report("engine: all models and langid loaded", took(engine.wait))
    report("engine: first tweet compared", took(lambda: engine.compare([TWEETS["fr"]])))
    for code, tweet in TWEETS.items():
        new = [f"{tweet} {i}" for i in range(7)]
        times = [took(functools.partial(engine.compare, [text], code)) for text in new]
        report(f"engine: one new tweet, {code}", median(times))
    many = [f"{tweet} {i}" for i in range(10) for tweet in TWEETS.values()]
    report("engine: 50 new tweets", took(lambda: engine.compare(many)))
    report("engine: the same 50 again", took(lambda: engine.compare(many)))


def fresh(code: str) -> object:
    """A new Python for a line of code."""
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_imports() -> None:
    nothing, door, page, engine = side_by_side(
        2,
        lambda: fresh("pass"),
        lambda: fresh("import app"),
        lambda: fresh("import app, dashboard.build"),
        lambda: fresh("import core.engine"),
    )
    report("python: nothing", nothing)
    report("python: import app", door)
    report("python: import app and the page", page)
    report("python: import core.engine (in a thread)", engine)

"""Minutes of hostile input: every answer whole, memory flat. ``make soak``.

Minutes are taken from TANDEM_SOAK_MINUTES, 3 by default.
"""

import gc
import os
import random
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core import comparing
from core.engine import Engine, EngineSources
from core.records import Comparison

MINUTES = float(os.environ.get("TANDEM_SOAK_MINUTES", "3"))
CODES = ("auto", "en", "fr", "nl", "ru", "es", "unknown")
BITS = [
    *["je suis", "so happy", "люблю", "miedo", "@user", "http", "# tag", "...", "¿", "\n", "\r\n"],
    *[
        "😂",
        "👩\u200d👩\u200d👧",
        "🇫🇷",
        "\u200d",
        "\u202e",
        "\ud83d",
        "\x00",
        "\ufeff",
        "İ",
        "﷽",
        "\t",
    ],
    *["<script>alert(1)</script>", "${alert(1)}", "{{x}}", "</s>", "[SEP]", "<pad>", ">>fr<<", " "],
]


def hostile(rng: random.Random) -> str:
    """A text of anything, now and then a very long one."""
    if rng.random() < 0.03:
        return rng.choice([*BITS, "a", "я "]) * rng.randint(500, 4_000)
    anything = [chr(rng.randrange(0x110000)) for _ in range(rng.randint(0, 6))]
    parts = [*rng.choices(BITS, k=rng.randint(0, 12)), *anything]
    rng.shuffle(parts)
    return rng.choice(["", " ", "  "]).join(parts)


def check(row: Comparison, text: str) -> None:
    assert row.text == text
    for said in (row.teacher, row.student, row.student_before):
        assert said is not None and abs(sum(said.probabilities) - 1) < 1e-9
    assert len(row.triggers["student"].words) == len(text.split(" "))
    assert len(row.triggers["teacher"].words) == len(row.translation.text.split(" "))
    assert row.weight.weight is None or 0 <= row.weight.weight <= 1
    assert row.weight.weight is not None or row.weight.reason


def resident() -> float:
    """Megabytes of memory that this process holds."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def rounds(engine: Engine, rng: random.Random, seconds: float) -> Iterator[int]:
    """Compare until time is out; yields after each request."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        texts = [hostile(rng) for _ in range(rng.randint(0, 6))]
        edited = [hostile(rng) if rng.random() < 0.2 else None for _ in texts]
        found = engine.compare(texts, [rng.choice(CODES) for _ in texts], edited)
        for row, text in zip(found, texts, strict=True):
            check(row, text)
        yield len(texts)


@pytest.mark.soak
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads Linux' /proc")
def test_memory_stays_flat(folders: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "CACHED", 200)  # full within the first minute
    monkeypatch.setattr(comparing, "CHARACTERS", 50_000)
    paths = (folders.teacher, folders.student, folders.before, folders.translator)
    engine = Engine(EngineSources(*map(str, paths)))
    rng = random.Random(0)
    answered = sum(rounds(engine, rng, 60 * MINUTES / 3))
    tracemalloc.start()
    marks = []
    for _ in range(2):
        answered += sum(rounds(engine, rng, 60 * MINUTES / 3))
        gc.collect()
        marks.append((tracemalloc.get_traced_memory()[0] / 1e6, resident()))
    tracemalloc.stop()
    (traced, held), (traced_later, held_later) = marks
    print(
        f"{answered} texts; Python {traced:.1f} → {traced_later:.1f} MB, "
        f"resident {held:.0f} → {held_later:.0f} MB"
    )
    assert traced_later < 1.25 * traced + 2
    assert held_later < 1.15 * held

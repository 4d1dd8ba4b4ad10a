"""Memory stays flat over hundreds of explanations, stopped ones among them. ``make soak``."""

import gc
import itertools
import os
import random
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from core.attribution import METHODS
from core.engine import Engine, EngineSources
from core.explanations import Explanation, Question

EACH = 250  # explanations in each half, after as many to fill the caches
TWEET = "je suis très content triste 😂 ik ben bang boos я люблю @user http ... so happy today"
WORDS = TWEET.split()


def resident() -> float:
    """Megabytes of memory that this process holds."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def question(rng: random.Random) -> Question:
    """A new text, some methods, with and without verdicts."""
    text = " ".join([*rng.choices(WORDS, k=rng.randint(0, 14)), str(rng.random())])
    options = {"lime": {"samples": 40}, "kernel_shap": {"samples": 40}}
    return Question(
        text,
        methods=tuple(rng.sample(sorted(METHODS), 5)),
        options=options,
        faithful=rng.random() < 0.5,
        seed=rng.randrange(100),
    )


def explained(engine: Engine, rng: random.Random, count: int) -> None:
    """So many explanations; every tenth is stopped on its way."""
    for number in range(count):
        asked, stopped = question(rng), number % 10 == 0
        passes = iter([False] * rng.randrange(20) if stopped else itertools.repeat(False))
        found = engine.explain(asked, stop=lambda left=passes: next(left, True))
        check(found, asked, whole=not stopped)


def check(found: Explanation, asked: Question, whole: bool) -> None:
    assert found.text == asked.text
    for side in found.sides.values():
        known = {**side.attributions, **side.missing}
        assert not whole or set(known) == set(asked.methods)
        assert all(len(one.scores) == len(side.words) for one in side.attributions.values())


@pytest.mark.soak
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads Linux' /proc")
def test_memory_stays_flat_over_explanations(folders: Any) -> None:
    paths = (folders.teacher, folders.student, folders.before, folders.translator)
    engine, rng = Engine(EngineSources(*map(str, paths))), random.Random(0)
    explained(engine, rng, EACH)
    tracemalloc.start()
    marks = []
    for _ in range(2):
        explained(engine, rng, EACH)
        gc.collect()
        marks.append((tracemalloc.get_traced_memory()[0] / 1e6, resident()))
    tracemalloc.stop()
    (traced, held), (traced_later, held_later) = marks
    print(
        f"{3 * EACH} explanations; Python {traced:.1f} → {traced_later:.1f} MB, "
        f"resident {held:.0f} → {held_later:.0f} MB"
    )
    assert traced_later < 1.25 * traced + 2
    assert held_later < 1.15 * held

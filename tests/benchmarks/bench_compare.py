"""How long what a person waits for takes; figures side by side, nothing asserted about time.

Run by ``make bench``. Models are the embedded ones, or those of a folder that holds teacher,
student, student_before and translator: ``TANDEM_BENCH_MODELS=runs/smoke make bench``. How time is
taken is in measure.py.
"""

import functools
import subprocess
import sys
from pathlib import Path

import torch
from measure import ROLES, ROOT, TWEETS, median, report, side_by_side, took, tweets

from core.checkpoints import read_manifest
from core.engine import Engine, EngineSources
from core.loading import load_emotion_model, pack_checkpoint, unpack_checkpoint
from core.models import EmotionModel


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

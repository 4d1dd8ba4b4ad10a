"""Choosing attention without gold links: what is obvious, and what the choice comes to."""

import random
from pathlib import Path
from typing import Any

import pytest

from core.cross_attention import Heads
from core.translators import load_unit
from train.figures.heads import measured, obvious

pytestmark = pytest.mark.filterwarnings("ignore:Recommended. pip install sacremoses")
PAIRS = [
    ("le chat dort .", "the cat sleeps ."),
    ("le chien dort .", "the dog sleeps ."),
    ("le chat , Maria !", "the cat , Maria !"),
    ("le chien mange 12 os", "the dog eats 12 bones"),
    ("un chat et un chat", "a cat and a cat"),
    ("un chien dort", "a dog sleeps"),
]


def test_obvious_are_copies_and_words_that_keep_company() -> None:
    found = obvious(PAIRS)
    assert found[0] == [(0, 0), (1, 1), (2, 2)], "a mark is no word"
    assert (3, 3) in found[2], "a name"
    assert found[3] == [(0, 0), (1, 1), (3, 3)], "a number; once together is no company"
    assert found[4] == [], "a word that stands twice has no place of its own"


def test_the_head_that_a_dictionary_is_read_with_wins(tiny: Any, tmp_path: Path) -> None:
    folder = tiny.marian(tmp_path / "marian", steps=800)
    unit, _ = load_unit(folder)
    rng = random.Random(1)
    pairs = []
    for _ in range(60):
        words = rng.sample(sorted(tiny.DICTIONARY), k=rng.randint(2, 5))
        pairs.append((" ".join(words), " ".join(tiny.DICTIONARY[word] for word in words)))
    scores = measured(unit, [pairs[:30], pairs[30:]])
    assert [score.right for score in scores] == sorted((s.right for s in scores), reverse=True)
    assert {score.total for score in scores} == {
        sum(map(len, obvious(pairs[:30]) + obvious(pairs[30:])))
    }
    assert scores[0].total > 60 and scores[0].share > 0.85 and scores[0].heads.row == 0
    assert {score.heads for score in scores} == {
        Heads(0, heads, row) for heads in ((), (0,), (1,)) for row in (0, 1)
    }
    shares = {score.heads: score.share for score in scores}
    assert shares[Heads(0, (), 1)] < 0.5, "where a token is read, this model looks elsewhere"


def test_nothing_to_measure_by(folders: Any) -> None:
    unit, _ = load_unit(folders.marian)
    assert all(score.total == 0 and score.share == 0 for score in measured(unit, [[("a b", "c")]]))

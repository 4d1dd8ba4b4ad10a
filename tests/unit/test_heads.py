"""Choosing attention without gold links: what is obvious, and what the choice comes to."""

import random
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from core.cross_attention import Heads
from core.translators import load_unit
from train.figures.heads import FEWEST, measured, obvious
from train.recipes import translator
from train.training.parallel import read_pairs

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


def dictionary(tiny: Any, count: int) -> list[tuple[str, str]]:
    """Sentences of words of the dictionary, word for word."""
    rng = random.Random(1)
    pairs = []
    for _ in range(count):
        words = rng.sample(sorted(tiny.DICTIONARY), k=rng.randint(2, 5))
        pairs.append((" ".join(words), " ".join(tiny.DICTIONARY[word] for word in words)))
    return pairs


@pytest.fixture(scope="module")
def learnt(tiny: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A unit that knows its dictionary well."""
    folder = tiny.marian(tmp_path_factory.mktemp("learnt") / "marian", steps=800)
    return load_unit(folder)[0]


def test_the_head_that_a_dictionary_is_read_with_wins(tiny: Any, learnt: Any) -> None:
    pairs = dictionary(tiny, 60)
    scores = measured(learnt, [pairs[:30], pairs[30:]])
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


@pytest.mark.parametrize("count", [4, 120])
def test_a_training_writes_its_choice_into_the_manifest(
    tiny: Any, learnt: Any, tmp_path: Path, count: int
) -> None:
    """Where the dev files hold enough to choose by; else nothing."""
    path = tmp_path / "dev_fr-en.tsv"
    pairs = dictionary(tiny, count)
    path.write_text("src\ten\n" + "".join(f"{a}\t{b}\n" for a, b in pairs), encoding="utf-8")
    said: list[str] = []
    config: Any = SimpleNamespace(dev=(str(path),))
    found = translator._alignment(learnt, config, SimpleNamespace(log=said.append))  # type: ignore[arg-type]
    [best, second, *_] = measured(learnt, [read_pairs(str(path))])
    assert len(said) == 1
    if best.total < FEWEST:
        assert found == {} and count == 4
    else:
        assert count == 120 and f"{best}; then {second}" in said[0]
        assert Heads.of_settings(found["alignment"], learnt.module) == best.heads


def test_nothing_to_measure_by(folders: Any) -> None:
    unit, _ = load_unit(folders.marian)
    assert all(score.total == 0 and score.share == 0 for score in measured(unit, [[("a b", "c")]]))

"""chrF, BLEU and time of a translator that reads from a book, against sacrebleu's own functions."""

import time
from collections.abc import Sequence

import pytest
import sacrebleu
import torch

from core.translation import Decoding, English
from train.figures.translation_figures import quality, short_sentences, speed

BOOK = {
    "je suis très content": "I am so happy",
    "il fait froid aujourd'hui": "it is very cold today",
    "où est la gare ?": "where is the big station ?",
    "mot " * 20: "word " * 20,
}
PAIRS = [
    ("je suis très content", "I am very happy"),
    ("il fait froid aujourd'hui", "it is cold today"),
    ("où est la gare ?", "where is the station ?"),
    ("mot " * 20, "word " * 20),
]


class Reader:
    """A Marian unit's face, and a module that can be moved."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.module = torch.nn.Linear(1, 1)
        self.module.device = torch.device("cpu")
        self.seconds = seconds
        self.asked: list[list[str]] = []

    def translate(self, texts: Sequence[str], decoding: Decoding, size: int) -> list[English]:
        self.asked.append(list(texts))
        time.sleep(self.seconds)
        return [English(BOOK[text], False) for text in texts]


def test_figures_are_sacrebleus() -> None:
    found, english = quality(Reader(), PAIRS, Decoding())  # type: ignore[arg-type]
    targets = [[target for _, target in PAIRS]]
    assert english == [BOOK[source] for source, _ in PAIRS]
    assert 100 * found["chrf"] == pytest.approx(sacrebleu.corpus_chrf(english, targets).score)
    assert 100 * found["bleu"] == pytest.approx(sacrebleu.corpus_bleu(english, targets).score)
    assert 0 < found["bleu"] < found["chrf"] < 1


def test_short_sentences_have_at_most_ten_words() -> None:
    assert short_sentences(PAIRS, 10) == [source for source, _ in PAIRS[:3]]
    assert short_sentences(PAIRS, 2) == [source for source, _ in PAIRS[:2]]


def test_sentences_are_timed_one_by_one() -> None:
    """Asleep, a process computes little: the wall's clock and the computing time differ."""
    reader = Reader(0.2)
    found = speed([(reader, source) for source, _ in PAIRS[:2]], Decoding())  # type: ignore[misc]
    assert reader.asked == 2 * [[PAIRS[0][0]], [PAIRS[1][0]]]  # to warm up, and timed
    assert found["cpu_ms"] < 200 <= min(found["median_ms"], found["p90_ms"])
    assert found["sentences"] == 2 and found["threads"] == torch.get_num_threads()
    assert speed([], Decoding()) == {}

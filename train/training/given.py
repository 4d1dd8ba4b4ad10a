"""Sentences that came with their English, for a refinement to read beside tweets.

A translator that is weak on tweets gives the teacher little to teach; the pairs
that it learnt from hold whole English. Most of them are neutral, so they are
drawn evenly over the classes that the teacher reads in the English, as
class-balanced self-training draws its pseudo-labels (Zou et al. 2018,
https://arxiv.org/abs/1810.07911). Knows pairs and probabilities; reads no label.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.data import text_hash
from core.splits import Split
from train.config import DistilConfig
from train.training.parallel import Pair, language_of, read_pairs, sample

Read = Callable[[Sequence[str]], NDArray[np.float64]]  # N texts → (N, K) probabilities


@dataclass(frozen=True, slots=True)
class Given:
    """A sentence, its language and its English."""

    text: str
    language: str
    english: str


def balanced(config: DistilConfig, known: Iterable[str], split: Split, read: Read) -> list[Given]:
    """Pairs of all files, at most ``pairs_per_class`` of a file for each class.

    The same ones for the same split, whatever the seed of the training; each text once,
    none that is known or in the validation split.

    Args:
        known: texts that are refined on already.
        read: the teacher's probabilities.

    Raises:
        DataError: a file that holds no pairs, or does not name its language.
    """
    seen = {*map(text_hash, known), *split.validation}
    chosen: list[Given] = []
    for path in config.parallel:
        pairs = sample(read_pairs(path, config.licences), config.pairs_per_language, split.seed)
        fresh = [pair for pair in pairs if _first(pair, seen)]
        labels = read([english for _, english in fresh]).argmax(axis=1).tolist()
        code = language_of(path)
        chosen += [Given(text, code, en) for text, en in _even(fresh, labels, config)]
    return chosen


def _first(pair: Pair, seen: set[str]) -> bool:
    """Whether neither text of a pair was met before; its source is met from now on."""
    source, english = map(text_hash, pair)
    fresh = source not in seen and english not in seen
    seen.add(source)
    return fresh


def _even(pairs: Sequence[Pair], labels: Sequence[int], config: DistilConfig) -> list[Pair]:
    taken: Counter[int] = Counter()
    kept = []
    for pair, label in zip(pairs, labels, strict=True):
        taken[label] += 1
        if taken[label] <= config.pairs_per_class:
            kept.append(pair)
    return kept

"""Which attention of a translator tells its word links, measured on pairs without gold links.

Knows sentence pairs and what is obvious in them; how attention is read is core.cross_attention.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.cross_attention import Heads, attention, chosen, tokenized
from core.linking import form_of, spoken, to_words
from core.modules import eager_twin
from core.translation import MarianUnit
from core.words import Alignment, Words
from train.training.parallel import Pair

OFTEN = 3  # pairs that two words must share
ALIKE = 0.5  # Dice's coefficient that they must reach
FEWEST = 100  # obvious links from which a choice is made
_PASS = 64  # pairs at once
Link = tuple[int, int]
"""(source word, English word)"""


@dataclass(frozen=True)
class Score:
    """How often a reading of the attention finds an obvious link."""

    heads: Heads
    right: int
    total: int

    @property
    def share(self) -> float:
        """In [0, 1]."""
        return self.right / self.total if self.total else 0.0

    def __str__(self) -> str:
        heads = "+".join(map(str, self.heads.heads)) or "all"
        row = ("as output", "as input")[self.heads.row]
        return f"layer {self.heads.layer}, heads {heads}, token {row}: {self.share:.1%}"


def measured(unit: MarianUnit, groups: Sequence[Sequence[Pair]]) -> list[Score]:
    """Every head of every layer, and each layer's mean, reading either row; best first.

    Args:
        groups: sentence pairs, one group per language.
    """
    twin = eager_twin(unit.module)
    candidates = list(_candidates(unit))
    right, total = Counter[Heads](), 0
    for pairs in groups:
        known = obvious(pairs)
        for start in range(0, len(pairs), _PASS):
            read = tokenized(unit.tokenizer, pairs[start : start + _PASS], unit.room)
            for links, sides, layers in zip(
                known[start : start + _PASS], read, attention(twin, read), strict=True
            ):
                total += len(links)
                right.update(_right(links, sides, layers, candidates))
    scores = [Score(heads, right[heads], total) for heads in candidates]
    return sorted(scores, key=lambda score: -score.right)


def _right(
    links: Sequence[Link],
    sides: tuple[Alignment, Alignment],
    layers: NDArray[np.float64],
    candidates: Sequence[Heads],
) -> Iterator[Heads]:
    """Each candidate, as often as it finds one of the links."""
    ours, theirs = map(to_words, sides)
    for heads in candidates:
        rows = chosen(layers, heads)  # (E − 1, S)
        words = theirs[: len(rows)].T @ rows @ ours  # (W, V)
        for own, other in links:
            if words[other].argmax() == own:
                yield heads


def _candidates(unit: MarianUnit) -> Iterator[Heads]:
    config = unit.module.config
    for layer in range(config.decoder_layers):
        for row in (0, 1):
            yield Heads(layer, (), row)
            for head in range(config.decoder_attention_heads):
                yield Heads(layer, (head,), row)


def obvious(pairs: Sequence[Pair]) -> list[list[Link]]:
    """Links of each pair that no one would doubt: copied words, and words that keep company.

    Both words stand once in their sentence. Two words keep company if each is, by Dice's
    coefficient over all pairs, the best partner of the other.
    """
    company = _company(pairs)
    return [list(_obvious(pair, company)) for pair in pairs]


def _obvious(pair: Pair, company: set[tuple[str, str]]) -> Iterator[Link]:
    ours, theirs = map(_plain, pair)
    for own, word in enumerate(ours):
        if not word or ours.count(word) > 1:
            continue
        copied = bool(form_of(Words.of(pair[0]).words[own]))
        for other, english in enumerate(theirs):
            same = copied and word == english
            if theirs.count(english) == 1 and (same or (word, english) in company):
                yield own, other


def _company(pairs: Sequence[Pair]) -> set[tuple[str, str]]:
    """Words that are each other's best partner."""
    ours, theirs, both = Counter[str](), Counter[str](), Counter[tuple[str, str]]()
    for pair in pairs:
        source, english = ({word for word in _plain(text) if word} for text in pair)
        ours.update(source)
        theirs.update(english)
        both.update((a, b) for a in source for b in english)
    dice = {
        (a, b): 2 * count / (ours[a] + theirs[b])
        for (a, b), count in both.items()
        if count >= OFTEN
    }
    best: dict[tuple[int, str], float] = {}
    for (a, b), value in dice.items():
        for side in ((0, a), (1, b)):
            best[side] = max(value, best.get(side, 0.0))
    return {
        (a, b)
        for (a, b), value in dice.items()
        if value >= ALIKE and value == best[0, a] == best[1, b]
    }


def _plain(text: str) -> list[str]:
    """Words without the marks around them, in lower case; empty where nothing is left."""
    return [
        word.strip("".join({char for char in word if not spoken(char)})).casefold()
        for word in Words.of(text).words
    ]

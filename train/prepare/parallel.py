"""Sentence pairs of all originals → parallel/train_* and parallel/dev_*.

Knows which pairs are told apart, which may be held out for development, and what of the rest may be
trained on; how a corpus is read is ``pairs``'.
"""

import hashlib
from collections.abc import Iterable, Sequence

from core.data import normalise, text_hash
from train.prepare.held import HeldOut
from train.prepare.originals import Originals
from train.prepare.pairs import READERS, Pair
from train.prepare.source import THREE

COLUMNS, DEV_COLUMNS = ("src", "en", "origin", "licence"), ("src", "en")
DIRECT = ("tatoeba_test", "tatoeba_manythings", "tatoeba")  # dev pairs are of these
MOST = 10  # at most one in so many direct pairs becomes a dev pair


def train_name(language: str) -> str:
    """parallel/train_XX-en.tsv."""
    return f"parallel/train_{language}-en.tsv"


def dev_name(language: str) -> str:
    """parallel/dev_XX-en.tsv."""
    return f"parallel/dev_{language}-en.tsv"


def all_pairs(originals: Originals) -> dict[str, list[Pair]]:
    """By language: the pairs of all originals, each once, in the order of READERS."""
    return {
        language: distinct(pair for read in READERS for pair in read(originals, language))
        for language in THREE
    }


def distinct(pairs: Iterable[Pair]) -> list[Pair]:
    """Of pairs whose both sides are equal texts the first; none with an empty side."""
    kept: dict[tuple[str, str], Pair] = {}
    for pair in pairs:
        if normalise(pair.src) and normalise(pair.en):
            kept.setdefault((text_hash(pair.src), text_hash(pair.en)), pair)
    return list(kept.values())


def dev_pairs(pairs: Sequence[Pair], count: int, seed: int) -> list[tuple[str, str]]:
    """Held-out (src, en): direct Tatoeba pairs, drawn by their own hash, no side twice.

    A pair's place in the draw depends on the pair and the seed alone, so that a larger original
    changes few of them.
    """
    direct = [pair for pair in pairs if pair.origin in DIRECT]
    drawn = sorted(direct, key=lambda pair: _draw(pair, seed))
    chosen: list[tuple[str, str]] = []
    seen: set[str] = set()
    for pair in drawn:
        sides = {text_hash(pair.src), text_hash(pair.en)}
        if len(chosen) >= min(count, len(direct) // MOST):
            break
        if not sides & seen:
            chosen.append((pair.src, pair.en))
            seen |= sides
    return chosen


def train_pairs(pairs: Iterable[Pair], held: HeldOut, file: str) -> list[tuple[str, ...]]:
    """The pairs neither side of which is held out, parallel to COLUMNS."""
    kept: list[tuple[str, ...]] = []
    for pair in pairs:
        if held.holds(pair.src) or held.holds(pair.en, pair.origin):
            held.taken[file] += 1
        else:
            kept.append((pair.src, pair.en, pair.origin, pair.licence))
    return kept


def _draw(pair: Pair, seed: int) -> bytes:
    return hashlib.sha256(f"{seed}\t{pair.src}\t{pair.en}".encode()).digest()

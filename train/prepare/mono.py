"""Single sentences of one language → mono/XX.tsv.

Knows Common Voice's text files and Tatoeba's sentences; keeps those of 2 to 30 words, shuffled, at
most so many.
"""

import random
import re
from collections.abc import Iterator

from core.data import normalise, text_hash
from train.prepare.held import HeldOut, clean
from train.prepare.originals import Originals
from train.prepare.pairs import exported, tested_pairs
from train.prepare.source import THREE
from train.prepare.text_sources import PIVOT

COLUMNS = ("text", "origin")
SHORTEST, LONGEST = 2, 30  # words


def name(language: str) -> str:
    """mono/XX.tsv."""
    return f"mono/{language}.tsv"


def sentences(originals: Originals, language: str) -> Iterator[tuple[str, str]]:
    """(sentence, origin) of all originals, in order of their files."""
    for path in originals.files("common_voice", f"{language}/*.txt"):
        collection = voice_collection(path.name)
        yield from ((text, f"commonvoice:{collection}") for _, text in originals.lines(path))
    three = THREE[language]
    for other in ("eng", PIVOT):
        for text, _ in tested_pairs(originals, three, other):
            yield text, "tatoeba-testsets"
    for text in exported(originals, three, "sentences").values():
        yield text, "tatoeba"


def table(
    originals: Originals, language: str, held: HeldOut, most: int, seed: int
) -> list[tuple[str, ...]]:
    """The rows of a mono file, parallel to COLUMNS: shuffled by ``seed``, at most ``most``."""
    kept: dict[str, tuple[str, ...]] = {}
    for raw, origin in sentences(originals, language):
        text = clean(raw)
        if not SHORTEST <= len(text.split()) <= LONGEST or not normalise(text):
            continue
        if held.holds(text):
            held.taken[name(language)] += 1
        else:
            kept.setdefault(text_hash(text), (text, origin))
    rows = list(kept.values())
    return random.Random(seed).sample(rows, min(most, len(rows)))


def voice_collection(file: str) -> str:
    """What a Common Voice file belongs to: its name without ending and numbers, in lower case.

    >>> voice_collection("VFVV_001.txt"), voice_collection("sentence-collector.txt.bz2")
    ('vfvv', 'sentence-collector')
    """
    stem = file.split(".")[0].lower()
    return re.sub(r"[-_]?\d[\d_-]*[a-z]?$", "", stem) or stem

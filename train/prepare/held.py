"""The texts that no training file may hold, and the one exception.

Knows texts by ``core.data.text_hash``: case, punctuation and white space do not make another text.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable

from core.data import normalise, text_hash

EXCEPTED = ("goemotions_mt", "emotions/validation_en.tsv")
"""English sides of this origin may be texts of this file: unlabelled, they teach a translator."""


class HeldOut:
    """Which texts are held out, and by which files.

    Attributes:
        taken: rows that were left out for it so far, by the training file they were meant for.
    """

    def __init__(self) -> None:
        self._files: dict[str, set[str]] = defaultdict(set)  # hash → files
        self.taken: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._files)

    def add(self, texts: Iterable[str], file: str) -> None:
        """Hold these texts, for this file; a text without a letter, digit or symbol is nobody's."""
        for text in texts:
            if normalise(text):
                self._files[text_hash(text)].add(file)

    def holds(self, text: str, origin: str = "") -> bool:
        """Whether a text is held out, ``EXCEPTED`` aside.

        Args:
            origin: of an English side of a pair.
        """
        files = self._files.get(text_hash(text))
        return bool(files) and not (origin == EXCEPTED[0] and files == {EXCEPTED[1]})


def clean(text: str) -> str:
    """A text on one line: every run of white space is one space, none at the ends.

    >>> clean("  so\\u00a0 happy \\n")
    'so happy'
    """
    return " ".join(text.split())

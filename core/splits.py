"""The one train/validation split that every recipe keeps, as hashes of normalised texts.

Knows text hashes and a JSON file. Knows nothing of labels, languages or models. Texts that are
equal once case, punctuation and white space are folded always fall on the same side, whichever
file (emotion or trigger) they stand in.
"""

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from core.data import text_hash
from core.errors import SplitError
from core.records import Example

_FORMAT = 1


@dataclass(frozen=True)
class Split:
    """Which texts are held out.

    Attributes:
        seed: what the choice was drawn with.
        fraction: share of distinct texts that are held out, in (0, 1).
        validation: text hashes of the held-out side.
        known: text hashes of both sides.
    """

    seed: int
    fraction: float
    validation: frozenset[str]
    known: frozenset[str]

    @cached_property
    def hash(self) -> str:
        """SHA-256 (64 hex digits) of the canonical content; manifests record it."""
        content = json.dumps(self._content(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(content.encode()).hexdigest()

    def is_validation(self, text: str) -> bool:
        """Whether a text is held out; False for one that the split has never met."""
        return text_hash(text) in self.validation

    def is_known(self, text: str) -> bool:
        """Whether a text was among those that the split was made of."""
        return text_hash(text) in self.known

    def partition(
        self, examples: Iterable[Example], unknown: Literal["refuse", "train"] = "refuse"
    ) -> tuple[list[Example], list[Example]]:
        """Sort examples into (train, validation), keeping their order.

        Args:
            examples: rows of any files.
            unknown: what to do with a text the split was not made of: refuse, or train on it.

        Raises:
            SplitError: a text is unknown to the split and ``unknown`` is "refuse".
        """
        train: list[Example] = []
        validation: list[Example] = []
        strangers = 0
        for example in examples:
            digest = text_hash(example.text)
            strangers += digest not in self.known
            (validation if digest in self.validation else train).append(example)
        if strangers and unknown == "refuse":
            raise SplitError(
                f"{strangers} of {len(train) + len(validation)} texts are not part of this split.",
                "Make the split from all files of the run, or use the files that it was made of.",
            )
        return train, validation

    def save(self, path: str | Path) -> None:
        """Write the split as JSON, aside and then renamed: never half a file."""
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
        content = {"format": _FORMAT, "hash": self.hash, **self._content()}
        aside.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        aside.replace(path)

    @classmethod
    def load(cls, path: str | Path) -> "Split":
        """Read what ``save`` wrote.

        Raises:
            SplitError: no such file, not a split file, or its content does not match its hash.
        """
        try:
            content = json.loads(Path(path).read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise SplitError(f"There is no split file {path}.", "Check the path.") from error
        except (OSError, ValueError) as error:
            raise SplitError(f"{path} is not a readable split file.", _MAKE_ANEW) from error
        split = _parse(content, path)
        if split.hash != content["hash"]:
            raise SplitError(f"{path} was changed after it was written.", _MAKE_ANEW)
        return split

    def _content(self) -> dict[str, Any]:
        """What the hash covers, in a form that JSON keeps."""
        return {
            "seed": self.seed,
            "fraction": self.fraction,
            "validation": sorted(self.validation),
            "known": sorted(self.known),
        }


_MAKE_ANEW = "Take the split file of the run whose models you use, or make a new one."


def make_split(texts: Iterable[str], seed: int = 13, fraction: float = 0.1) -> Split:
    """Draw the split over distinct normalised texts; order and duplicates do not matter.

    The texts are ranked by SHA-256 of seed and text hash, and the first ``fraction`` of them
    held out (at least one, never all): the same on every machine and library version.

    Args:
        texts: all texts of all files of the run, emotion and trigger together.
        seed: another seed draws another split.
        fraction: share held out, in (0, 1); 0.1 is the paper's 90:10.

    Raises:
        SplitError: the fraction is out of bounds, or fewer than two distinct texts.
    """
    if not 0 < fraction < 1:
        raise SplitError(f"A split fraction of {fraction} is not between 0 and 1.", "Try 0.1.")
    known = frozenset(map(text_hash, texts))
    if len(known) < 2:
        raise SplitError(f"{len(known)} distinct texts cannot be split.", "Give at least two.")
    ranked = sorted(known, key=lambda digest: _rank(seed, digest))
    held_out = min(max(round(fraction * len(known)), 1), len(known) - 1)
    return Split(seed, float(fraction), frozenset(ranked[:held_out]), known)


def _rank(seed: int, digest: str) -> str:
    """A text's place in the draw, as good as random and the same everywhere."""
    return hashlib.sha256(f"{seed}:{digest}".encode()).hexdigest()


def _parse(content: Any, path: str | Path) -> Split:
    """JSON content to a Split; raises SplitError where a field is missing or wrong."""
    try:
        if content["format"] != _FORMAT or not isinstance(content["hash"], str):
            raise ValueError("another format")
        validation, known = frozenset(content["validation"]), frozenset(content["known"])
        if not validation <= known or not all(isinstance(item, str) for item in known):
            raise ValueError("held-out texts that are not known")
        return Split(int(content["seed"]), float(content["fraction"]), validation, known)
    except (KeyError, TypeError, ValueError) as error:
        raise SplitError(f"{path} is not a split file of this version.", _MAKE_ANEW) from error

"""What a method is given beside its texts, and what it hands back.

Knows options, seeds and limits; no model, and no method.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from core.attribution.forward import BUDGET, Stopped, StoppedError
from core.attribution.subject import Subject
from core.errors import ModelError

HELD = 4  # times the memory of a plain pass that one takes whose states wait for a gradient
TINY = 1e-3  # |f(x) − f(b)| below which no part of it means anything

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Work:
    """How one method is to be computed."""

    options: Mapping[str, float] = field(default_factory=dict)  # complete and checked
    seed: int = 0
    budget: int = BUDGET  # sub-tokens of one pass
    stop: Stopped | None = None

    @property
    def held(self) -> int:
        """Sub-tokens of one pass that is followed by its gradient."""
        return max(1, self.budget // HELD)

    def whole(self, option: str) -> int:
        """An option that is a whole number."""
        return int(self.options[option])

    def pause(self) -> None:
        """Between two passes: raises StoppedError where the user asked for no more."""
        if self.stop is not None and self.stop():
            raise StoppedError

    def generator(self, subject: Subject) -> np.random.Generator:
        """Random numbers of this seed and this text, whatever else is drawn or explained."""
        text = hashlib.sha256(subject.text.encode("utf-8", "surrogatepass")).digest()
        return np.random.default_rng([abs(self.seed), int.from_bytes(text[:8], "big")])


@dataclass(frozen=True)
class Scores:
    """What a method says of one text; see core.explanations.Attribution."""

    words: Floats  # (W,)
    residual: float | None = None
    passes: int = 1
    difference: float | None = None  # f(x) − f(b), which words and residual are meant to sum to
    note: str = ""

    @property
    def gap(self) -> float:
        """|Σ words + residual − difference|; 0 where there is nothing to sum to."""
        if self.difference is None:
            return 0.0
        return abs(float(self.words.sum()) + (self.residual or 0.0) - self.difference)

    @property
    def delta(self) -> float | None:
        """The gap as a part of |difference|; None where that is tiny, or not asked for."""
        if self.difference is None or abs(self.difference) < TINY:
            return None
        return self.gap / abs(self.difference)


def captum() -> ModuleType:
    """``captum.attr``, which takes seconds to import and is missing on some machines.

    Raises:
        ModelError: it is not installed.
    """
    try:
        import captum.attr
    except ImportError as error:
        raise ModelError(
            "Captum, which this method is computed with, is not installed.",
            "Run pip install 'captum>=0.9,<1', or choose cosine or an attention method.",
        ) from error
    return captum.attr

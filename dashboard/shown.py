"""An explanation as a page shows it, and the few that the server keeps for later questions.

Knows runs by a word that nobody can guess, so that a page may ask only about its own. Draws
nothing, computes nothing.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.attribution import METHODS
from core.errors import InputError
from core.explanations import Explanation, Question, Side
from dashboard.wording import explain as words

KEPT = 64  # explanations, the latest of all pages together


@dataclass(frozen=True, slots=True)
class Shown:
    """What one run shows at the moment."""

    run: str  # 32 hex digits
    question: Question
    explanation: Explanation
    finished: bool = False  # nothing more will come, stopped or not
    names: Mapping[str, str] = field(default_factory=dict)  # of the models, by role

    @property
    def methods(self) -> tuple[str, ...]:
        """What was asked, in the order of the table of methods."""
        return tuple(name for name in METHODS if name in self.question.methods)

    def gold(self, side: Side) -> tuple[int, ...] | None:
        """Marked triggers, one per word of the side's text; None where it read another text."""
        gold = self.explanation.gold
        same = side.text == self.explanation.text
        return gold if same and gold is not None and len(gold) == len(side.spans) else None


class Kept:
    """The latest explanations of all pages; the oldest goes first."""

    def __init__(self, limit: int = KEPT) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._runs: OrderedDict[str, Shown] = OrderedDict()

    def keep(self, shown: Shown) -> Shown:
        """Put a run's newest state in place of its last, and give it back."""
        with self._lock:
            self._runs.pop(shown.run, None)
            self._runs[shown.run] = shown
            while len(self._runs) > self._limit:
                self._runs.popitem(last=False)
        return shown

    def find(self, run: object) -> Shown:
        """A run's newest state.

        Raises:
            InputError: it was never there, or newer ones took its place.
        """
        with self._lock:
            found = self._runs.get(run) if isinstance(run, str) else None
        if found is None:
            raise InputError(*words.FORGOTTEN)
        return found

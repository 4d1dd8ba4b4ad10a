"""What kept scores say of each explanation method: its entry on a leaderboard, and its place.

Knows figures and the shape of an entry; how the scores came to be is ``trigger_board``'s.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.evaluation.plan import TEACHER
from core.evaluation.schema import TriggerEntry
from core.evaluation.trigger_kept import Line
from core.evaluation.trigger_scores import threshold_of
from core.models import EmotionModel
from core.records import Example
from core.trigger_metrics import Tally
from core.trigger_sweep import Curve, Floats, Sample

ALL_WORDS = "all_words"
ENGLISH = "en"
NOTHING = "No tweet with gold triggers was explained."
NO_ENGLISH = "No English tweet with gold triggers was explained."


@dataclass(eq=False)
class Entrant:
    """One method of one model."""

    system: str
    model: EmotionModel
    method: str
    scored_by: str  # the method whose lines it is made of: itself, but for ALL_WORDS
    asked: str  # what those lines are known by
    reason: str = ""  # why it has no scores

    @property
    def threshold(self) -> float | None:
        """The score that a trigger reaches; None: the checkpoint has none for this method."""
        return 1.0 if self.method == ALL_WORDS else threshold_of(self.model, self.method)

    @property
    def english_only(self) -> bool:
        """Whether its model reads other languages only translated."""
        return self.system == TEACHER

    def reads(self, tweet: Example) -> bool:
        """Whether its model reads this tweet as it is."""
        return tweet.language == ENGLISH or not self.english_only


def ranked(
    entrants: Sequence[Entrant],
    lines: Callable[[], Iterable[Line]],
    english: Mapping[str, bool],
    draws: int,
    seed: int,
) -> list[TriggerEntry]:
    """An entry for each entrant, the best first.

    Args:
        entrants: those without a reason have a line for each tweet that they read.
        lines: gives all lines anew; they are run through twice, for thresholds of sweeps first.
        english: mark of each tweet → whether it is English.
        draws: of bootstrap intervals.
        seed: of the draws.

    Returns:
        By F1 at the checkpoint's threshold; then those without one, by MAP; then those without
        any figure.
    """
    samples: defaultdict[str, Sample] = defaultdict(Sample)
    for line in lines():
        samples[line.asked].add(line.scores[line.read])
    found = [_Figures(one, samples[one.asked].thresholds()) for one in entrants]
    for line in lines():
        for figures in found:
            one = figures.entrant
            if one.reason:  # lines of the tweets before it failed would be of other tweets
                continue
            if one.asked == line.asked and (english[line.mark] or not one.english_only):
                figures.add(line)
    return sorted((figures.entry(draws, seed) for figures in found), key=_place)


def _place(entry: TriggerEntry) -> tuple[float, float]:
    f1, average = entry["f1"], entry["map_scores"]
    return (1.0 if f1 is None else -f1), (1.0 if average is None else -average)


class _Figures:
    """What all tweets say of one entrant.

    Args:
        thresholds: (G,) of the sweep.
    """

    def __init__(self, entrant: Entrant, thresholds: Floats) -> None:
        self.entrant, self.seconds = entrant, 0.0
        self.tally, self.curve = Tally(entrant.threshold), Curve(thresholds)

    def add(self, line: Line) -> None:
        """Count a tweet."""
        if self.entrant.method == ALL_WORDS:
            self.tally.add(line.gold, np.ones_like(line.scores), line.read)
            return
        self.tally.add(line.gold, line.scores, line.read)
        self.curve.add(line.scores, line.gold, line.read)
        self.seconds += line.seconds

    def entry(self, draws: int, seed: int) -> TriggerEntry:
        """The figures in the shape of a board."""
        one, report = self.entrant, self.tally.report()
        reason = one.reason or (NO_ENGLISH if one.english_only else NOTHING)
        return TriggerEntry(
            system=one.system,
            method=one.method,
            threshold=None if one.method == ALL_WORDS else one.threshold,
            tweets=report.computable,
            f1=report.f1,
            f1_interval=self._interval("f1", draws, seed),
            precision=report.precision,
            recall=report.recall,
            map_scores=report.map_scores,
            map_interval=self._interval("map_scores", draws, seed),
            map_binary=report.map_binary,
            pearson=report.pearson,
            seconds=self.seconds,
            sweep=self.curve.sweep().to_dict(),
            reason="" if report.computable else reason,
        )

    def _interval(self, figure: str, draws: int, seed: int) -> list[float] | None:
        found = self.tally.interval(figure, draws, seed)
        return None if found is None else list(found)

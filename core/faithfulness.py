"""Whether an explanation's top words are those that the model used, beside words drawn at random.

Comprehensiveness and sufficiency of DeYoung et al. 2020 (ERASER,
https://aclanthology.org/2020.acl-main.408/), averaged over shares of the words; deletion and
insertion curves of Petsiuk et al. 2018 (RISE, https://arxiv.org/abs/1806.07421). Everything on
token ids. Knows no method: scores come in, figures go out. How two explanations compare is
``core.agreement``. Shapes: W words, n of them read, R rankings.
"""

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from core.agreement import agreement, plausibility, stability
from core.attribution.forward import Stopped, logits
from core.attribution.subject import Ids, Subject
from core.explanations import Erasure, Faithfulness, Interval
from core.ranking import ranked

__all__ = ["FEWEST", "FRACTIONS", "Judge", "agreement", "plausibility", "stability", "steps"]

Floats = NDArray[np.float64]
Ranking = NDArray[np.intp]
"""(n,) places of the words that were read, the most important first."""
_Variant = tuple[bool, int]
"""Whether words are deleted rather than masked, and which, as bits."""

FRACTIONS = (0.05, 0.1, 0.2, 0.5)  # of the words read: ERASER's but 1 %, less than a tweet's word
FEWEST = 5  # words; of fewer, random rankings choose the same ones again and again
RANKINGS = 50
LEVEL = 0.95
BUDGET = 1024  # sub-tokens of one pass: variants differ in length, and small batches pad less
DIGITS = 6  # of a probability; what lies below depends on what is computed together


def steps(words: int) -> tuple[int, ...]:
    """How many of n words are taken away, or kept, in turn: ⌈q·n⌉ for each fraction, each once.

    >>> steps(20), steps(5)
    ((1, 2, 4, 10), (1, 3))
    """
    return tuple(dict.fromkeys(math.ceil(share * words) for share in FRACTIONS))


def _curve(words: int) -> tuple[int, ...]:
    """How many of n words are masked along a curve: none, the steps, n minus each step, all."""
    some = steps(words)
    return tuple(sorted({0, *some, *(words - step for step in some), words}))


class Judge:
    """Judges any number of explanations of one text against one set of random rankings.

    The random rankings are measured here, once; a variant of the text goes through the model once,
    whoever asks. Half of the random rankings are drawn, the others are those read from behind, as
    random as the first: masking the top k of one is keeping the top n − k of the other, so both
    share their passes.

    Args:
        subject: the text, the model and the class. The figures are differences of that class's
            probability, ``Subject.share``.
        seed: of the random rankings, and of the order of words that score the same.
        rankings: random ones; an odd number is rounded up.
        budget: sub-tokens of one pass at most.
        stop: asked before each pass.

    Attributes:
        problem: a sentence on why no verdict can be given for this text; "" where one can.
        random: the random rankings, R of them; none where there is a problem.

    Raises:
        StoppedError: ``stop`` said yes.
    """

    def __init__(
        self,
        subject: Subject,
        seed: int = 0,
        rankings: int = RANKINGS,
        budget: int = BUDGET,
        stop: Stopped | None = None,
    ) -> None:
        self.subject, self._seed, self._budget, self._stop = subject, seed, budget, stop
        self._words = np.flatnonzero(subject.read)
        self._shares: dict[_Variant, float] = {}
        self.problem = self._problem()
        self.random = () if self.problem else self._drawn((rankings + 1) // 2)
        self._intervals = [] if self.problem else self._measured()

    def judge(self, scores: Sequence[float]) -> Faithfulness | None:
        """Figures of one explanation, each beside its random interval.

        Args:
            scores: (W,), the higher the more important; only their order counts. Words that score
                the same stand in a random order, so that none gains by standing first.

        Returns:
            None where there is a ``problem``, all words that were read score the same, or a score
            is not finite.

        Raises:
            StoppedError: ``stop`` said yes.
            ValueError: not one score per word.
        """
        order = ranked(scores, self.subject.read, self._seed)
        own = np.asarray(scores, dtype=np.float64)[self._words]
        if self.problem or not np.isfinite(own).all() or np.ptp(own) == 0:
            return None
        intervals = self._intervals
        figures = [float(figure) for figure in self._figures([order])[0]]
        return Faithfulness(
            masked=Erasure(figures[0], figures[1], intervals[0], intervals[1]),
            deleted=Erasure(figures[2], figures[3], intervals[2], intervals[3]),
            deletion_auc=figures[4],
            insertion_auc=figures[5],
            random_deletion_auc=intervals[4],
            random_insertion_auc=intervals[5],
            rankings=len(self.random),
        )

    def _problem(self) -> str:
        name, words = self.subject.model.name, len(self._words)
        if words < FEWEST:
            some = f"{words} word{'' if words == 1 else 's'}"
            return f"The model reads {some} of this text; a verdict needs at least {FEWEST}."
        if self.subject.model.tokenizer.mask_token_id is None:
            return f"{name} has no mask token, so no verdict can be given."
        return ""

    def _drawn(self, pairs: int) -> tuple[Ranking, ...]:
        """Independent random rankings, each followed by its reverse."""
        # Two numbers, so that a method that draws from the same seed does not draw the same.
        generator = np.random.default_rng([self._seed, len(self._words)])
        drawn = [generator.permutation(self._words) for _ in range(pairs)]
        return tuple(one for ranking in drawn for one in (ranking, ranking[::-1]))

    def _measured(self) -> list[Interval]:
        """The middle 95 % of each figure over the random rankings."""
        tails = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
        lows, highs = np.quantile(self._figures(self.random), tails, axis=0)
        return [(float(low), float(high)) for low, high in zip(lows, highs, strict=True)]

    def _figures(self, rankings: Sequence[Ranking]) -> Floats:
        """(R, 6): comprehensiveness and sufficiency masked, both deleted, the two areas."""
        words = len(self._words)
        whole, some, curve = self._share([(False, 0)])[0], steps(words), _curve(words)
        without, only = self._tables(rankings, curve, deleted=False)
        gone, kept = self._tables(rankings, some, deleted=True)
        at, away = [curve.index(step) for step in some], np.asarray(curve) / words
        columns = (
            whole - without[:, at].mean(axis=1),
            whole - only[:, at].mean(axis=1),
            whole - gone.mean(axis=1),
            whole - kept.mean(axis=1),
            np.trapezoid(without, away, axis=1),
            np.trapezoid(only, away, axis=1),
        )
        return np.stack(columns, axis=1).round(DIGITS)

    def _tables(
        self, rankings: Sequence[Ranking], counts: Sequence[int], deleted: bool
    ) -> tuple[Floats, Floats]:
        """Probabilities (R, C) without the top words for each count, and with only those."""
        every = _bits(self._words)
        tops = [_bits(ranking[:count]) for ranking in rankings for count in counts]
        found = self._share([(deleted, bits) for top in tops for bits in (top, every ^ top)])
        pairs = found.reshape(len(rankings), len(counts), 2)
        return pairs[..., 0], pairs[..., 1]

    def _share(self, variants: Sequence[_Variant]) -> Floats:
        """The target's probability in each variant of the text."""
        new = [one for one in dict.fromkeys(variants) if one not in self._shares]
        rows = [self._row(*one) for one in new]
        if rows:
            model = self.subject.model
            found = self.subject.share(logits(model, rows, self._budget, self._stop))
            self._shares.update(zip(new, found.tolist(), strict=True))
        return np.array([self._shares[one] for one in variants])

    def _row(self, deleted: bool, bits: int) -> Ids:
        words = {word for word in range(self.subject.n_words) if bits >> word & 1}
        return self.subject.deleted(words) if deleted else self.subject.masked(words)


def _bits(words: Iterable[int]) -> int:
    """Places of words as one number, whose bits they are."""
    return sum(1 << int(word) for word in words)

"""How two explanations of one text compare, and how one compares with what people marked.

Knows word scores and 0/1 gold vectors; no model. "Not computable" is None, never 0. Shapes: W
words, n of them read by the model.
"""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import kendalltau, spearmanr
from sklearn.metrics import auc, precision_recall_curve

from core.explanations import Agreement, Plausibility
from core.ranking import ranked
from core.trigger_metrics import average_precision, token_f1

Floats = NDArray[np.float64]

TOP = 3
_FEWEST = 3  # words; two are always in the same order or in the opposite one


def plausibility(gold: ArrayLike, scores: ArrayLike, read: ArrayLike) -> Plausibility | None:
    """How far an explanation names the words that people marked.

    Args:
        gold: (W,) 0/1; a marked word that was not read counts as missed.
        scores: (W,), the higher the more important. A word that was not read ranks with the lowest
            that was, as ``core.triggers.word_scores`` has it.
        read: (W,) true where the word was read.

    Returns:
        Precision, recall and F1 of as many top words as are gold, and the areas of the whole
        ranking; None without gold, without a word that was read, or with a score that is no number.

    Raises:
        ValueError: the three are not parallel.
    """
    truth, known = np.asarray(gold), np.asarray(read, dtype=bool)
    order = ranked(scores, known)
    if truth.shape != known.shape:
        raise ValueError(f"{truth.shape} gold words for {known.shape}")
    values = np.asarray(scores, dtype=np.float64)
    if not (truth > 0).any() or not len(order) or not np.isfinite(values[known]).all():
        return None
    ranking = np.where(known, values, values[known].min())
    chosen = np.isin(np.arange(len(truth)), order[: int((truth > 0).sum())])
    found, average = token_f1(truth, chosen), average_precision(truth, ranking)
    assert found is not None and average is not None  # there is gold
    precisions, recalls, _ = precision_recall_curve(truth > 0, ranking)
    return Plausibility(
        precision=found[0],
        recall=found[1],
        f1=found[2],
        auprc=float(auc(recalls, precisions)),
        average_precision=average,
    )


def agreement(a: ArrayLike, b: ArrayLike, read: ArrayLike, top: int = TOP) -> Agreement:
    """How alike two methods rank the words that were read.

    Args:
        a, b: (W,) scores, the higher the more important.
        read: (W,) true where the word was read.
        top: how many words count as top.

    Returns:
        Spearman's ρ and Kendall's τ-b, scipy's, and the Jaccard overlap of the top words. None
        where either vector is constant or not finite, or there are fewer than 3 words; the overlap
        also where all words are top.

    Raises:
        ValueError: the three are not parallel.
    """
    known = np.asarray(read, dtype=bool)
    orders = [ranked(scores, known) for scores in (a, b)]
    first, second = (np.asarray(scores, dtype=np.float64)[known] for scores in (a, b))
    if not (_varies(first) and _varies(second)):
        return Agreement(None, None, None, top)
    tops = [set(order[:top].tolist()) for order in orders]
    overlap = len(tops[0] & tops[1]) / len(tops[0] | tops[1]) if 0 < top < len(first) else None
    rho, tau = spearmanr(first, second), kendalltau(first, second)
    return Agreement(float(rho.statistic), float(tau.statistic), overlap, top)


def stability(runs: Sequence[Sequence[float]], read: ArrayLike) -> float | None:
    """Mean Spearman's ρ over all pairs of runs of one method that differ in their seed.

    Args:
        runs: R vectors (W,).
        read: (W,) true where the word was read.

    Returns:
        In [−1, 1]; None without a pair whose ρ is computable.

    Raises:
        ValueError: the vectors are not parallel.
    """
    pairs = [agreement(one, other, read).spearman for one, other in combinations(runs, 2)]
    known = [rho for rho in pairs if rho is not None]
    return sum(known) / len(known) if known else None


def _varies(values: Floats) -> bool:
    enough = len(values) >= _FEWEST and bool(np.isfinite(values).all())
    return enough and bool(np.ptp(values) > 0)

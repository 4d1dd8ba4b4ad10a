"""Word scores of an English text, carried to the words of the tweet behind it.

Knows links and numbers; no model. A score that is no number (NaN) says that the word was not
read. Shapes: V words of the tweet, W of its English.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import rankdata

from core.explanations import LinkedAgreement, Links

Floats = NDArray[np.float64]
PERMUTATIONS = 200
FEWEST = 3  # words; two are always in the same order or in the opposite one


def carry(links: Links, scores: Sequence[float]) -> tuple[float, ...]:
    """Scores of the English words, each shared out over the words of the tweet behind it.

    The total stays, but for English words behind which no word is known, or that were not read.

    Args:
        scores: W.

    Returns:
        V; 0 for a word of the tweet that stands behind none.

    Raises:
        ValueError: the scores are not parallel to the English words.
    """
    matrix, values = _parallel(links, scores)
    carried: Floats = np.nan_to_num(values) @ matrix
    return tuple(carried.tolist())


def linked_agreement(
    links: Links, teacher: Sequence[float], student: Sequence[float], seed: int = 0
) -> LinkedAgreement:
    """How alike teacher and student rank the tweet's words, and how alike by chance.

    Args:
        links: of the tweet.
        teacher: W scores of the English words.
        student: V scores of the tweet's.
        seed: of the permutations.

    Returns:
        Spearman's ρ over words that the student read and that stand behind an English word which
        the teacher read; and, with the teacher's scores on one another's places, the mean and the
        middle 95 % of it. None where there are fewer than 3 such words, or one of the two says
        the same of all.

    Raises:
        ValueError: scores are not parallel to their words.
    """
    matrix, values = _parallel(links, teacher)
    own = np.asarray(student, dtype=np.float64)
    if own.shape != (matrix.shape[1],):
        raise ValueError(f"{own.shape} scores for {matrix.shape[1]} words")
    carried = carry(links, teacher)
    told = np.isfinite(values) & (matrix.sum(axis=1) > 0)
    both = np.isfinite(own) & (matrix[told].sum(axis=0) > 0)
    if both.sum() < FEWEST or not _varies(values[told]) or not _varies(own[both]):
        return LinkedAgreement(carried, None, None, None)
    draws = np.stack([values[told], *_permuted(values[told], seed)]) @ matrix[told][:, both]
    rho = _spearman(draws, own[both])
    if not np.isfinite(rho[0]):
        return LinkedAgreement(carried, None, None, None)
    chance = rho[1:][np.isfinite(rho[1:])]
    if not len(chance):
        return LinkedAgreement(carried, float(rho[0]), None, None)
    low, high = np.quantile(chance, [0.025, 0.975])
    return LinkedAgreement(carried, float(rho[0]), (float(low), float(high)), float(chance.mean()))


def _parallel(links: Links, scores: Sequence[float]) -> tuple[Floats, Floats]:
    """The matrix (W, V) and the scores (W,)."""
    matrix = np.asarray(links.matrix, dtype=np.float64)
    values = np.asarray(scores, dtype=np.float64)
    if values.shape != matrix.shape[:1]:
        raise ValueError(f"{values.shape} scores for {len(matrix)} words")
    return matrix, values


def _varies(values: Floats) -> bool:
    return len(values) > 0 and bool(np.ptp(values) > 0)


def _permuted(values: Floats, seed: int) -> list[Floats]:
    rng = np.random.default_rng(seed)
    return [rng.permutation(values) for _ in range(PERMUTATIONS)]


def _spearman(rows: Floats, truth: ArrayLike) -> Floats:
    """ρ of each row (S, N) with the truth (N,): (S,); NaN where a row is constant."""
    # A sum of the same parts in another order differs in its last digits: that is a tie.
    ranks = rankdata(np.round(rows, 12), axis=-1)
    own = rankdata(truth)
    centred, other = ranks - ranks.mean(axis=-1, keepdims=True), own - own.mean()
    length = np.sqrt((centred**2).sum(axis=-1) * (other**2).sum())
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(length > 0, centred @ other / length, np.nan))

"""The order that scores put words in. Knows numbers only; shapes: W words, n of them read."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def ranked(scores: ArrayLike, read: ArrayLike, seed: int = 0) -> NDArray[np.intp]:
    """Places of the words that were read, by descending score.

    Words that score the same stand in an order that is shuffled once for a seed and a number of
    words, so that no place in the text is at an advantage; all methods get the same.

    Args:
        scores: (W,).
        read: (W,) true where the word was read.
        seed: of the shuffle.

    Returns:
        (n,) places in the text; a score that is no number stands last.

    Raises:
        ValueError: the two are not parallel.
    """
    values, known = np.asarray(scores, dtype=np.float64), np.asarray(read, dtype=bool)
    if values.shape != known.shape or values.ndim != 1:
        raise ValueError(f"{values.shape} scores for {known.shape} words")
    places = np.flatnonzero(known)
    shuffled = np.random.default_rng([len(places), seed, 1]).permutation(places)
    # Stable: of equal scores, the one that the shuffle put first stays first.
    return shuffled[np.argsort(-values[shuffled], kind="stable")]

"""A classifier's answers under another label prior: one factor per class, fitted without labels.

``p'(y|x) ∝ f_y · p(y|x)`` is how a classifier's outputs follow a change of the classes'
frequencies (Saerens, Latinne & Decaestecker 2002, Neural Computation 14). The factors are those
under which the mean prediction on some texts is a wanted one; they are found by iterative scaling
(Darroch & Ratcliff 1972, Annals of Mathematical Statistics 43).

As a control: Eq. 1 of Wang et al. (2024) with nothing free but the bias of the student's head has
its minimum where ``Σ w̄_i q_i = Σ w̄_i p_i``, q the student and p the teacher. So factors fitted
with the weights w̄ and the teacher's weighted mean are what refinement does if all it does is to
shift the label prior. Pure functions; knows no model and no label's name. Shapes: N texts, K
classes.
"""

from typing import cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
TOLERANCE = 1e-9  # of each class's mean
ROUNDS = 50_000


def mean_prediction(probabilities: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """(K,) mean of the rows (N, K), each counting by its weight (N,) ≥ 0; sums to 1.

    Raises:
        ValueError: no row, shapes that differ, or weights that are negative or all 0.
    """
    table, shares = _checked(probabilities, weights)
    return shares @ table


def rescaled(probabilities: ArrayLike, factors: ArrayLike) -> Floats:
    """(N, K) rows times the factors (K,), normalised again to sum to 1."""
    scaled = np.asarray(probabilities, dtype=np.float64) * np.asarray(factors, dtype=np.float64)
    return cast(Floats, scaled / scaled.sum(axis=1, keepdims=True))


def fit_factors(
    probabilities: ArrayLike, target: ArrayLike, weights: ArrayLike | None = None
) -> Floats:
    """The factors under which the mean prediction is ``target``.

    Args:
        probabilities: (N, K), rows sum to 1.
        target: (K,) the wanted mean, sums to 1; a class with 0 gets the factor 0.
        weights: (N,) how much each row counts in the mean; None: all alike.

    Returns:
        (K,) with geometric mean 1 over the positive ones, since a common factor changes nothing;
        all 1 where the mean is the target already.

    Raises:
        ValueError: shapes or sums are wrong, or no factors reach the target (a wanted class that
            is never predicted; answers too certain to be moved).
    """
    table, shares = _checked(probabilities, weights)
    wanted = np.asarray(target, dtype=np.float64)
    if wanted.shape != table.shape[1:] or (wanted < 0).any() or not np.isclose(wanted.sum(), 1):
        raise ValueError(f"a target of shape {wanted.shape} and sum {wanted.sum()}")
    if ((shares @ table == 0) & (wanted > 0)).any():
        raise ValueError("a class is wanted that is never predicted")
    wanted = wanted / wanted.sum()  # float32 rows sum to 1 within 1e-7, which is not near enough
    factors = np.ones(len(wanted))
    for _ in range(ROUNDS):
        mean = shares @ rescaled(table, factors)
        if np.abs(mean - wanted).max() <= TOLERANCE:
            return _centred(factors)
        factors = factors * np.divide(wanted, mean, out=np.zeros_like(mean), where=mean > 0)
        factors /= factors.max()
        if not (factors[wanted > 0] > 1e-300).all():
            break
    raise ValueError("no factors reach the wanted mean: the answers are too certain")


def _centred(factors: Floats) -> Floats:
    positive = factors[factors > 0]
    return cast(Floats, factors / np.exp(np.log(positive).mean()))


def _checked(probabilities: ArrayLike, weights: ArrayLike | None) -> tuple[Floats, Floats]:
    """(N, K) in float64, and (N,) shares that sum to 1."""
    table = np.asarray(probabilities, dtype=np.float64)
    if table.ndim != 2 or not len(table):
        raise ValueError(f"probabilities of shape {table.shape}")
    raw = np.ones(len(table)) if weights is None else np.asarray(weights, dtype=np.float64)
    if raw.shape != (len(table),) or not (raw >= 0).all() or not raw.sum() > 0:
        raise ValueError(f"weights of shape {raw.shape} for {len(table)} rows, or not positive")
    return table, raw / raw.sum()

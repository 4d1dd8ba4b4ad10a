"""Which words stand and which are hidden, drawn for a linear model; and how that model is fitted.

Knows rows of 0 and 1, numbers and weights; no text and no language model. Shapes: R words, S rows.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Any

import numpy as np
import torch
from sklearn.linear_model import Ridge
from torch import Tensor

from core.attribution.work import Floats

WIDTH = 0.25  # of Ribeiro et al.'s kernel over cosine distances
PENALTY = 1.0  # of their ridge regression


@dataclass(frozen=True, eq=False)
class Coalitions:
    """S variants of a text, and what each counts for."""

    rows: Floats  # (S, R), 1 where a word stands; the first row has all words
    weights: Floats  # (R + 1,) by the number of words that stand

    def each(self, *_: object, **__: object) -> Iterator[Tensor]:
        """Rows one by one (1, R), as Captum's LimeBase draws them."""
        yield from torch.from_numpy(self.rows).float().split(1)

    def weight(self, _: object, row: Tensor, *__: object, **___: object) -> float:
        """What a row (1, R) counts for, as LimeBase asks for it."""
        return float(self.weights[int(row.sum())])


class Fitted(ABC):
    """A linear model of rows; what LimeBase fits. Draws no random number, as a DataLoader would."""

    found: Floats

    def fit(self, data: Any) -> None:
        """Solve for a data loader of (rows, values, weights)."""
        rows, values, weights = (one.double().numpy() for one in data.dataset.tensors)
        self.found = self.solve(rows, values, weights)

    @abstractmethod
    def solve(self, rows: Floats, values: Floats, weights: Floats) -> Floats:
        """Coefficients (R,) of rows (S, R), values (S,) and weights (S,)."""

    def representation(self) -> Tensor:
        """(1, R) coefficients."""
        return torch.from_numpy(self.found)[None]


class RidgeModel(Fitted):
    """Weighted ridge regression with an intercept, as Ribeiro et al. fit it."""

    def solve(self, rows: Floats, values: Floats, weights: Floats) -> Floats:
        """Coefficients (R,) of scikit-learn's Ridge."""
        return np.asarray(Ridge(alpha=PENALTY).fit(rows, values, weights).coef_)


class ShapleyModel(Fitted):
    """Weighted least squares whose coefficients sum to f(x) − f(b) exactly (Lundberg and Lee).

    The first two rows are those of all words and of none.
    """

    def solve(self, rows: Floats, values: Floats, weights: Floats) -> Floats:
        """Coefficients (R,); the shortest solution where rows are too few to tell."""
        count = rows.shape[1]
        share = (values[0] - values[1]) / count  # what each word gets if all are alike
        centred = rows - rows.mean(axis=1, keepdims=True)  # deviations from it sum to 0
        left = values - values[1] - rows.sum(axis=1) * share
        root = np.sqrt(weights)
        return share + np.linalg.lstsq(centred * root[:, None], left * root, rcond=None)[0]


def ribeiro(count: int, samples: int, generator: np.random.Generator) -> Coalitions:
    """All R words, then rows with 1 to R words hidden, any number as likely (Ribeiro et al. 2016).

    A row counts for exp(−d² / (2 · WIDTH²)), d its cosine distance from the first.
    """
    rows = np.ones((samples, count))
    for row, hidden in zip(rows[1:], generator.integers(1, count + 1, samples - 1), strict=True):
        row[generator.permutation(count)[:hidden]] = 0
    distances = 1 - np.sqrt(np.arange(count + 1) / count)
    return Coalitions(rows, np.exp(-(distances**2) / (2 * WIDTH**2)))


def shapley(count: int, samples: int, generator: np.random.Generator) -> Coalitions:
    """All R words, none, and rows between them under the Shapley kernel.

    Numbers of words that the kernel would draw often enough are tried in full, from the outside
    in; the rest is drawn, each row with its opposite (Covert and Lee 2021). With at least 2^R
    samples every row comes once, and the fit is exact.
    """
    weights, rows = np.zeros(count + 1), [np.ones(count), np.zeros(count)]
    left, sizes = samples - 2, list(range(1, count))
    mass = {size: (count - 1) / (size * (count - size)) for size in sizes}
    while sizes:
        ends = sorted({sizes[0], sizes[-1]})
        number, whole = sum(comb(count, size) for size in ends), sum(mass[s] for s in sizes)
        if left * sum(mass[size] for size in ends) / whole < number * (1 - 1e-9):
            break
        for size in ends:
            rows += _all_of(count, size)
            weights[size] = mass[size] / comb(count, size)
        left, sizes = left - number, [size for size in sizes if size not in ends]
    drawn = _pairs(count, sizes, mass, left // 2, generator) if sizes else []
    for size in sizes:
        weights[size] = sum(mass[one] for one in sizes) / max(len(drawn), 1)
    return Coalitions(np.stack([*rows, *drawn]), weights)


def _all_of(count: int, size: int) -> list[Floats]:
    """Every row with so many words."""
    rows = []
    for words in combinations(range(count), size):
        rows.append(np.zeros(count))
        rows[-1][list(words)] = 1
    return rows


def _pairs(
    count: int, sizes: list[int], mass: dict[int, float], pairs: int, generator: np.random.Generator
) -> list[Floats]:
    """Rows with numbers of words drawn by their mass, each followed by its opposite."""
    shares = np.array([mass[size] for size in sizes])
    rows = []
    for size in generator.choice(sizes, pairs, p=shares / shares.sum()):
        row = np.zeros(count)
        row[generator.permutation(count)[:size]] = 1
        rows += [row, 1 - row]
    return rows

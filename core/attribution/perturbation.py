"""Methods that take words away and look at what the explained quantity does.

Thin adapters of Captum over a 0/1 vector of the words that were read, (1, R): 1 where a word
stands. Captum is asked twice: first to hear which variants of each text it wants, then with their
values, so that the variants of all texts share their passes. Unread words score 0; special tokens
stay, so there is no residual.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor

from core.attribution.coalitions import (
    Coalitions,
    Fitted,
    RidgeModel,
    ShapleyModel,
    ribeiro,
    shapley,
)
from core.attribution.forward import logits
from core.attribution.subject import Ids, Subject
from core.attribution.work import Floats, Scores, Work, captum

Explain = Callable[["Variants"], Tensor]
"""Captum's scores (R,) of the words that were read."""

Draw = Callable[[int, int, np.random.Generator], Coalitions]
"""Rows for R words and so many samples."""


@dataclass(eq=False)
class Variants:
    """f of one text with some of its words: heard first, then known."""

    subject: Subject
    removed: Callable[[Collection[int]], Ids]  # of the words to take away
    known: dict[Ids, float] = field(default_factory=dict)
    asked: dict[Ids, None] = field(default_factory=dict)  # in order, each once

    @property
    def words(self) -> list[int]:
        """R places of words that were read."""
        return np.flatnonzero(self.subject.read).tolist()

    @property
    def present(self) -> Tensor:
        """(1, R) all words stand."""
        return torch.ones(1, len(self.words))

    def __call__(self, presence: Tensor) -> Tensor:
        """f (N,) of rows (N, R); 0 as long as the variants are not known."""
        absent = [
            frozenset(word for word, stands in zip(self.words, row, strict=True) if not stands)
            for row in presence.tolist()
        ]
        rows = [self.removed(words) for words in absent]
        self.asked.update(dict.fromkeys(rows))
        return torch.tensor([self.known[ids] if self.known else 0.0 for ids in rows])

    def value(self, presence: float) -> float:
        """f with all words (1) or none (0)."""
        return float(self(self.present * presence))


def occlusion(subjects: Sequence[Subject], work: Work) -> list[Scores]:
    """What f loses when a word is masked (Zeiler and Fergus 2014).

    With a window of several neighbouring words: the mean over all windows that hold the word.
    """

    def explain(variants: Variants) -> Tensor:
        window = min(work.whole("window"), len(variants.words))
        method = captum().Occlusion(variants)
        found: Tensor = method.attribute(variants.present, (window,), **_many(variants))
        return found[0]

    return _each(subjects, work, explain, [subject.masked for subject in subjects])


def feature_ablation(subjects: Sequence[Subject], work: Work) -> list[Scores]:
    """What f loses when a word is taken out and the gap closed (Li et al. 2016)."""

    def explain(variants: Variants) -> Tensor:
        method = captum().FeatureAblation(variants)
        found: Tensor = method.attribute(variants.present, **_many(variants))
        return found[0]

    return _each(subjects, work, explain, [subject.deleted for subject in subjects])


def lime(subjects: Sequence[Subject], work: Work) -> list[Scores]:
    """Weights of a ridge regression on texts with random words masked (Ribeiro et al. 2016)."""

    def explain(variants: Variants) -> Tensor:
        return _fitted(variants, _drawn(variants, ribeiro, work), RidgeModel())

    return _each(subjects, work, explain, [subject.masked for subject in subjects])


def kernel_shap(subjects: Sequence[Subject], work: Work) -> list[Scores]:
    """Shapley values of the words (Lundberg and Lee 2017); exact where 2^R ≤ samples."""

    def explain(variants: Variants) -> Tensor:
        return _fitted(variants, _drawn(variants, shapley, work), ShapleyModel())

    return _each(subjects, work, explain, [subject.masked for subject in subjects], sums=True)


def _drawn(variants: Variants, draw: Draw, work: Work) -> Coalitions:
    """The same rows each time that Captum is asked: the generator starts anew."""
    generator = work.generator(variants.subject)
    return draw(len(variants.words), work.whole("samples"), generator)


def _fitted(variants: Variants, coalitions: Coalitions, model: Fitted) -> Tensor:
    method = captum().LimeBase(
        variants,
        model,
        coalitions.weight,
        coalitions.each,
        perturb_interpretable_space=False,
        from_interp_rep_transform=None,
        to_interp_rep_transform=lambda row, *_, **__: row,
    )
    count = len(coalitions.rows)
    found: Tensor = method.attribute(
        variants.present, n_samples=count, perturbations_per_eval=count
    )
    return found[0]


def _many(variants: Variants) -> dict[str, Any]:
    """Words are replaced by nothing, all variants at once."""
    return {"baselines": 0, "perturbations_per_eval": len(variants.words)}


def _each(
    subjects: Sequence[Subject],
    work: Work,
    explain: Explain,
    removed: Sequence[Callable[[Collection[int]], Ids]],
    sums: bool = False,
) -> list[Scores]:
    """Explain each text.

    Args:
        sums: whether scores are meant to sum to f(x) − f(b).
    """
    found = [Variants(*pair) for pair in zip(subjects, removed, strict=True)]
    for variants in found:
        if variants.words:
            explain(variants)  # only heard: values are not known yet
    _learn(found, work)
    return [_scores(variants, explain, sums) for variants in found]


def _learn(found: Sequence[Variants], work: Work) -> None:
    """Run all variants that were asked for through the model, those of all texts together."""
    rows = [ids for variants in found for ids in variants.asked]
    if not rows:
        return
    outputs = logits(found[0].subject.model, rows, work.budget, work.stop)
    start = 0
    for variants in found:
        values = variants.subject.value(outputs[start : start + len(variants.asked)])
        variants.known.update(zip(variants.asked, values.tolist(), strict=True))
        start += len(variants.asked)


def _scores(variants: Variants, explain: Explain, sums: bool) -> Scores:
    """Scores of all W words, 0 for those that were not read."""
    words: Floats = np.zeros(variants.subject.n_words)
    if variants.words:
        words[variants.words] = explain(variants).double().numpy()
    difference = variants.value(1.0) - variants.value(0.0) if sums and variants.words else None
    return Scores(words, passes=len(variants.known), difference=difference)

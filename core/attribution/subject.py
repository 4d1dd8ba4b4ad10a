"""One text as one model reads it, and the quantity that is explained.

Knows sub-tokens, words, and how words are masked or taken out, always on token ids: nothing is
decoded and tokenised again. Runs no model; that is core.attribution.forward.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.errors import ModelError
from core.explanations import Target
from core.labels import INDEX
from core.models import EmotionModel
from core.words import Alignment

Ids = tuple[int, ...]
"""T token ids, special and prefix tokens included."""


@dataclass(frozen=True, eq=False)
class Subject:
    """A text, the model that reads it, and the class to explain.

    Raises:
        ModelError: the model has no such class, or (once a word is masked) no mask token.
    """

    model: EmotionModel
    text: str
    alignment: Alignment
    target: Target

    @classmethod
    def of(cls, model: EmotionModel, text: str, target: Target) -> "Subject":
        """Tie a text to the model's sub-tokens."""
        return cls(model, text, model.aligned(text), target)

    @property
    def ids(self) -> Ids:
        """T ids that the model reads."""
        return self.alignment.input_ids

    @property
    def word_ids(self) -> tuple[int | None, ...]:
        """T; None for special and prefix tokens."""
        return self.alignment.word_ids

    @property
    def n_words(self) -> int:
        """W, ``len(text.split(" "))``."""
        return len(self.alignment.words.words)

    @cached_property
    def read(self) -> NDArray[np.bool_]:
        """(W,) True where a sub-token of the word was read."""
        known = {word for word in self.word_ids if word is not None}
        return np.array([word in known for word in range(self.n_words)], dtype=bool)

    @cached_property
    def contrast(self) -> Tensor:
        """(K',) over the module's own outputs: f = logits · contrast.

        1 at the target, and −1 at the other class, or −1/(n − 1) at each of the n − 1 others;
        0 at classes of a foreign model that are none of the six.
        """
        column = self.model.column(self.target.label)
        weights = torch.zeros(len(self.model.class_names))
        if self.target.against is not None:
            weights[self.model.column(self.target.against)] = -1.0
        else:
            others = [one for one in self.model.columns if one != column]
            weights[others] = -1.0 / max(len(others), 1)
        weights[column] = 1.0
        return weights

    def masked(self, words: Collection[int]) -> Ids:
        """The ids with the mask token for every sub-token of the given words; T stays."""
        mask = self._mask if words else -1
        return tuple(
            mask if word in words else piece
            for piece, word in zip(self.ids, self.word_ids, strict=True)
        )

    def deleted(self, words: Collection[int]) -> Ids:
        """The ids without the sub-tokens of the given words; special and prefix tokens stay."""
        return tuple(
            piece for piece, word in zip(self.ids, self.word_ids, strict=True) if word not in words
        )

    @property
    def baseline(self) -> Ids:
        """Every word masked."""
        return self.masked(range(self.n_words))

    @property
    def _mask(self) -> int:
        found = self.model.tokenizer.mask_token_id
        if found is None:
            raise ModelError(
                f"{self.model.name} has no mask token, so no word of it can be masked.",
                "Choose methods without a baseline, or a model whose tokenizer has one.",
            )
        return int(found)

    def share(self, logits: Tensor) -> Tensor:
        """Probability of the target (N,) from logits (N, K').

        Among the six; against one other class, among the two.
        """
        if self.target.against is not None:
            return torch.sigmoid(logits.float() @ self.contrast.to(logits.device))
        return self.model.six(logits)[:, INDEX[self.target.label]]

    def value(self, logits: Tensor) -> Tensor:
        """The explained quantity f (N,) from logits (N, K')."""
        return logits.float() @ self.contrast.to(logits.device)

    def by_word(self, scores: Tensor) -> tuple[NDArray[np.float64], float]:
        """Sub-token scores (T,) summed to words.

        Returns:
            (W,) sums, 0 for a word with no sub-token; and what special and prefix tokens took.
        """
        sums, residual = np.zeros(self.n_words), 0.0
        for score, word in zip(scores.double().tolist(), self.word_ids, strict=True):
            if word is None:
                residual += score
            else:
                sums[word] += score
        return sums, residual

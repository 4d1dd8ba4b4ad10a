"""Any Hugging Face encoder as an emotion classifier, with its tokenizer and settings.

Knows texts, batches and probabilities. Where folders come from is
``core.loading``; what a word is, ``core.words``; what a trigger is,
``core.triggers``.
"""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.checkpoints import Manifest
from core.errors import ModelError
from core.labels import LABELS, map_labels
from core.modules import MeanPooledClassifier, mean_pool, module_identity
from core.reading import reading
from core.records import Prediction, TokenScores, WordScore
from core.triggers import (
    Reduce,
    Score,
    contribution_scores,
    cosine_scores,
    is_trigger,
    word_scores,
)
from core.words import Alignment, align, encodable, split_words

__all__ = ["EmotionModel", "MeanPooledClassifier", "mean_pool", "module_identity"]

Encoding = dict[str, list[int]]
"""A tokenizer's output for one text: T numbers under each name."""


@dataclass
class EmotionModel:
    """A classifier, its tokenizer, and everything that shapes its answers."""

    module: nn.Module  # (B, T) → logits (B, K')
    tokenizer: Any
    name: str  # folder or hub id, as asked for
    role: str = "student"
    base: str = ""
    pooling: str = "cls"
    prefix: str = ""
    max_length: int = 128  # sub-tokens, special and prefix tokens included
    threshold: float | None = None  # score ≥ threshold: a trigger
    trigger_reduce: Reduce = "max"
    trigger_score: Score = "cosine"
    class_names: tuple[str, ...] = LABELS  # the module's own K' outputs
    identity: str = ""
    manifest: Manifest | None = None  # None for a foreign folder
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __post_init__(self) -> None:
        self._columns = map_labels(self.class_names)
        self.module.eval()

    @property
    def device(self) -> torch.device:
        """Where the parameters live."""
        return next(self.module.parameters()).device

    @property
    def unmapped(self) -> tuple[str, ...]:
        """Classes of a foreign model that are none of the six and left out."""
        pairs = zip(self.class_names, self._columns, strict=True)
        return tuple(name for name, column in pairs if column is None)

    @property
    def columns(self) -> tuple[int, ...]:
        """The module's outputs that are one of the six, in the module's order."""
        return tuple(place for place, label in enumerate(self._columns) if label is not None)

    @property
    def labels(self) -> tuple[str, ...]:
        """Those of the six that the module can give, in the module's order."""
        return tuple(LABELS[label] for label in self._columns if label is not None)

    def column(self, label: str) -> int:
        """The module's output that stands for a label.

        Raises:
            ModelError: the model has none for it.
        """
        if label not in LABELS or LABELS.index(label) not in self._columns:
            raise ModelError(
                f"{self.name} has no class {label}.", f"It has {', '.join(self.labels)}."
            )
        return self._columns.index(LABELS.index(label))

    @property
    def parameters(self) -> int:
        """How many weights."""
        return sum(parameter.numel() for parameter in self.module.parameters())

    @property
    def key(self) -> tuple[object, ...]:
        """What shapes an answer besides the text: for cache keys."""
        return (
            self.name,  # and with it the tokenizer
            self.identity,
            self.class_names,
            self.prefix,
            self.max_length,
            self.pooling,
            self.threshold,
            self.trigger_reduce,
            self.trigger_score,
        )

    def encode(self, texts: Sequence[str]) -> list[Encoding]:
        """Tokenizer output per text, cut at ``max_length``, without padding."""
        return self._encode(texts)[0]

    def _encode(self, texts: Sequence[str]) -> tuple[list[Encoding], list[bool]]:
        """Tokenizer output per text, and whether the text is longer than the model reads."""
        if not texts:
            return [], []
        with self._lock:  # a fast tokenizer keeps truncation as shared state
            batch = self.tokenizer(
                [self.prefix + encodable(text) for text in texts],
                truncation=True,
                max_length=self.max_length,
                verbose=False,
            )
        encodings = [{key: batch[key][row] for key in batch} for row in range(len(texts))]
        if batch.encodings is not None:
            return encodings, [bool(one.overflowing) for one in batch.encodings]
        return encodings, [self._longer(*pair) for pair in zip(texts, encodings, strict=True)]

    def pad(self, encodings: Sequence[Encoding]) -> dict[str, Tensor]:
        """Encodings as one batch (B, T) on the model's device."""
        with self._lock:
            batch = self.tokenizer.pad(list(encodings), return_tensors="pt", verbose=False)
        return {key: value.to(self.device) for key, value in batch.items()}

    def six(self, logits: Tensor) -> Tensor:
        """Probabilities (B, 6) from the module's logits (B, K'), in float32.

        A foreign model's softmax runs over the classes that map; a class of
        ours that it lacks gets exactly 0.
        """
        ours = torch.full((logits.shape[0], len(LABELS)), -torch.inf, device=logits.device)
        for source, target in enumerate(self._columns):
            if target is not None:
                ours[:, target] = logits[:, source].float()
        return torch.softmax(ours, dim=-1)

    def probabilities(self, texts: Sequence[str], batch_size: int = 32) -> NDArray[np.float32]:
        """Probabilities (N, 6) in the order of LABELS; batches sorted by length."""
        return self._probabilities(self.encode(texts), batch_size)

    def predict(self, texts: Sequence[str], batch_size: int = 32) -> list[Prediction]:
        """One Prediction per text."""
        encodings, cut = self._encode(texts)
        table = self._probabilities(encodings, batch_size)
        return [Prediction.of(*row) for row in zip(table.tolist(), cut, strict=True)]

    def analyse(
        self, texts: Sequence[str], batch_size: int = 32
    ) -> list[tuple[Prediction, TokenScores]]:
        """Prediction and trigger scores of each text, in one pass through the model.

        A slow tokenizer tells no offsets: there the text is read word by word,
        and sub-tokens may differ from those of ``predict``.
        """
        alignments = [self.aligned(text) for text in texts]
        encodings = [
            _with_ids(encoding, alignment.input_ids)
            for encoding, alignment in zip(self.encode(texts), alignments, strict=True)
        ]
        found: dict[int, tuple[Prediction, TokenScores]] = {}
        for rows, batch in self._batches(encodings, batch_size):
            with torch.inference_mode():
                output = self.module(**batch, output_hidden_states=True)
                table = self.six(output.logits).cpu().numpy()  # (B, K)
            hidden = output.hidden_states[-1].float().cpu()  # (B, T, H)
            for position, row in enumerate(rows):
                alignment = alignments[row]
                prediction = Prediction.of(table[position].tolist(), alignment.truncated)
                states = self._own_states(hidden[position], batch["attention_mask"][position])
                scores = self._sub_token_scores(states, int(output.logits[position].argmax()))
                found[row] = prediction, self._words(texts[row], alignment, scores)
        return [found[row] for row in range(len(texts))]

    def trigger_scores(self, texts: Sequence[str], batch_size: int = 32) -> list[TokenScores]:
        """Trigger scores, one TokenScores per text (Wang et al. 2024, Triggers)."""
        return [scores for _, scores in self.analyse(texts, batch_size)]

    def aligned(self, text: str) -> Alignment:
        """The sub-tokens that the model reads of a text, tied to its words."""
        with self._lock:
            return align(
                encodable(text), self.tokenizer, prefix=self.prefix, max_length=self.max_length
            )

    @staticmethod
    def _own_states(hidden: Tensor, mask: Tensor) -> Tensor:
        """Hidden states (T, H) without those of padding, on whichever side it stands."""
        return hidden[mask.cpu().bool()]

    def _sub_token_scores(self, hidden: Tensor, label: int) -> Tensor:
        """Scores (T,) of one text's hidden states (T, H); ``label`` counts the module's own."""
        if self.trigger_score == "cosine":
            return cosine_scores(hidden)
        if not isinstance(self.module, MeanPooledClassifier):
            raise ModelError(
                f"{self.name} pools {self.pooling!r}, so words have no contribution of their own.",
                "Use score=cosine, or a model with pooling=mean.",
            )
        weight = self.module.classifier.weight.detach().cpu()  # (K', H)
        return contribution_scores(hidden, weight[label] - weight.mean(dim=0))

    def _words(self, text: str, alignment: Alignment, token_scores: Tensor) -> TokenScores:
        words = split_words(text)
        scores, read = word_scores(
            token_scores.numpy(), alignment.word_ids, len(words), self.trigger_reduce
        )
        cut = self.threshold if self.threshold is not None else np.inf
        triggers = is_trigger(scores, read, cut)
        return TokenScores(
            text,
            tuple(
                WordScore(word, float(score), bool(trigger), bool(known))
                for word, score, trigger, known in zip(words, scores, triggers, read, strict=True)
            ),
            reading(alignment, self.tokenizer, self.max_length),
        )

    def _longer(self, text: str, encoding: Encoding) -> bool:
        """Whether a text is longer than the model reads, where its tokenizer does not tell."""
        if len(encoding["input_ids"]) < self.max_length:
            return False
        with self._lock:
            whole = self.tokenizer(self.prefix + encodable(text), truncation=False, verbose=False)
        return len(whole["input_ids"]) > self.max_length

    def _probabilities(self, encodings: Sequence[Encoding], batch_size: int) -> NDArray[np.float32]:
        table = np.zeros((len(encodings), len(LABELS)), dtype=np.float32)
        for rows, batch in self._batches(encodings, batch_size):
            with torch.inference_mode():
                table[rows] = self.six(self.module(**batch).logits).cpu().numpy()
        return table

    def _batches(
        self, encodings: Sequence[Encoding], batch_size: int
    ) -> Iterator[tuple[list[int], dict[str, Tensor]]]:
        order = sorted(range(len(encodings)), key=lambda row: len(encodings[row]["input_ids"]))
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            yield rows, self.pad([encodings[row] for row in rows])


def _with_ids(encoding: Encoding, ids: Sequence[int]) -> Encoding:
    """An encoding with the given ids; those of a slow tokenizer may be more or fewer."""
    if len(encoding["input_ids"]) == len(ids):
        return {**encoding, "input_ids": list(ids)}
    return {"input_ids": list(ids)}

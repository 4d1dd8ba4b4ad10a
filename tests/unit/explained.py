"""The explained quantity a second time, in plain words; and models small enough to explain by hand.

Knows tokenizers' offsets, torch and transformers; nothing of core.attribution.
"""

import copy
from collections.abc import Collection, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import tiny
import torch
from torch import Tensor, nn
from transformers.modeling_outputs import BaseModelOutput

from core.loading import load_emotion_model
from core.models import EmotionModel
from core.modules import MeanPooledClassifier

NAMES = ("bert cls", "xlmr cls", "bert mean", "xlmr mean")


def four(folders: Any) -> dict[str, EmotionModel]:
    """Both families, both poolings; one with a prefix."""
    with tiny.seeded(21):
        mean = MeanPooledClassifier(tiny.bert_encoder())
    return {
        "bert cls": load_emotion_model(folders.teacher, "teacher"),
        "xlmr cls": load_emotion_model(folders.xlmr),
        "bert mean": EmotionModel(mean, tiny.word_piece(), "-", pooling="mean", max_length=64),
        "xlmr mean": load_emotion_model(folders.student),
    }


def words_of(model: EmotionModel, text: str) -> tuple[list[int], list[int | None]]:
    """Ids, and the word behind each, from the tokenizer's offsets and nothing of ours.

    A bare "▁" has no character of its own: it goes with the next word.
    """
    found = model.tokenizer(
        model.prefix + text,
        truncation=True,
        max_length=model.max_length,
        return_offsets_mapping=True,
        return_special_tokens_mask=True,
    )
    places: list[int | None] = []
    marks = zip(found["offset_mapping"], found["special_tokens_mask"], strict=True)
    for (start, end), special in marks:
        start, end = start - len(model.prefix), end - len(model.prefix)
        if special or end <= 0:
            places.append(None)
            continue
        rest = text[max(start, 0) :]
        start = max(start, 0) + len(rest) - len(rest.lstrip(" "))
        places.append(text[:start].count(" "))
    return found["input_ids"], places


def without(model: EmotionModel, text: str, words: Collection[int], how: str) -> list[int]:
    """Ids with some words masked or deleted."""
    pieces = list(zip(*words_of(model, text), strict=True))
    if how == "deleted":
        return [piece for piece, word in pieces if word not in words]
    mask = model.tokenizer.mask_token_id
    return [mask if word in words else piece for piece, word in pieces]


def margin(logits: Tensor, label: int, against: int | None = None) -> Tensor:
    """A logit minus the mean of the others, or minus another."""
    if against is not None:
        return logits[..., label] - logits[..., against]
    others = [row for row in range(logits.shape[-1]) if row != label]
    return logits[..., label] - logits[..., others].mean(dim=-1)


def value(model: EmotionModel, ids: Sequence[int], label: int, against: int | None = None) -> float:
    """f of one sequence, in one plain pass."""
    given = {"input_ids": torch.tensor([ids]), "attention_mask": torch.ones(1, len(ids))}
    with torch.no_grad():
        return float(margin(model.module(**given).logits[0], label, against))


def to_words(scores: Sequence[float], places: Sequence[int | None], count: int) -> list[float]:
    """Sums of sub-tokens' scores by word."""
    sums = [0.0] * count
    for score, word in zip(scores, places, strict=True):
        if word is not None:
            sums[word] += score
    return sums


def eager(model: EmotionModel) -> Any:
    """A plain encoder of its own with the same weights and eager attention."""
    module: Any = model.module
    backbone = module.backbone if model.pooling == "mean" else module
    config = copy.deepcopy(backbone.config)
    config._attn_implementation = "eager"
    plain = type(backbone)(config)
    plain.load_state_dict(backbone.state_dict(), strict=False)
    return plain.eval()


class Lookup(nn.Module):
    """An encoder whose states are the word embeddings themselves: every answer has a formula."""

    def __init__(self, size: int, hidden: int, pad: int) -> None:
        super().__init__()
        self.config = SimpleNamespace(hidden_size=hidden, pad_token_id=pad)
        self.table = nn.Embedding(size, hidden)

    def get_input_embeddings(self) -> nn.Module:
        return self.table

    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        output_hidden_states: bool = False,
        **_: Any,
    ) -> BaseModelOutput:
        states = self.table(input_ids) if inputs_embeds is None else inputs_embeds
        return BaseModelOutput(last_hidden_state=states, hidden_states=(states,))


def linear(seed: int = 30, hidden: int = 8) -> EmotionModel:
    """Embeddings, their mean, a linear head: f is linear in the embeddings."""
    tokenizer = tiny.unigram()
    with tiny.seeded(seed):
        module = MeanPooledClassifier(Lookup(len(tokenizer), hidden, tokenizer.pad_token_id))
    return EmotionModel(module, tokenizer, "linear", pooling="mean", max_length=64)


def direction(model: EmotionModel, label: int) -> np.ndarray[Any, Any]:
    """(H,) d: the head's row for a label minus the mean of the others."""
    head = model.module.classifier.weight.detach().double().numpy()  # type: ignore[union-attr]
    others = [row for row in range(len(head)) if row != label]
    return np.asarray(head[label] - head[others].mean(axis=0))

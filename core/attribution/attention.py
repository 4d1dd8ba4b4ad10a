"""Methods on attention maps: followed from layer to layer, with or without gradients.

Ours, for Captum has none. Maps are told by an eager twin of the model that shares its weights,
so that nothing of the model itself is changed. Shapes: B texts, T sub-tokens, L layers.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from core.attribution.forward import Batch, batches
from core.attribution.subject import Subject
from core.attribution.work import Scores, Work
from core.errors import ModelError
from core.models import EmotionModel
from core.modules import eager_twin

_twins: "WeakKeyDictionary[nn.Module, nn.Module]" = WeakKeyDictionary()
_lock = threading.Lock()


def gradient_attention(subjects: Sequence[Subject], work: Work) -> list[Scores]:
    """Attention that raises f, followed from layer to layer (Chefer et al. 2021, ICCV, Eq. 5, 6).

    R = I, and layer by layer R ← R + mean over heads of (∇A ⊙ A)⁺ · R. What is read is R − I, what
    attention brought: where the mean is pooled, I gives each sub-token the same, and by far the
    most, so that words would rank by their number of sub-tokens.
    """

    def relevance(batch: Batch) -> Tensor:
        output = _told(batch, batch.embeds.clone().requires_grad_())
        value = (output.logits.float() * batch.contrast).sum()
        gradients = torch.autograd.grad(value, output.attentions)
        found = _identity(batch)
        for gradient, attention in zip(gradients, output.attentions, strict=True):
            raising = (gradient * attention).detach().clamp(min=0).mean(dim=1)  # (B, T, T)
            found = found + raising @ found
        return found - _identity(batch)

    return _each(subjects, work, relevance)


def rollout(subjects: Sequence[Subject], work: Work) -> list[Scores]:
    """Attention and the path around it, multiplied over layers (Abnar and Zuidema 2020)."""

    def followed(batch: Batch) -> Tensor:
        with torch.no_grad():
            output = _told(batch, batch.embeds)
        found = own = _identity(batch)
        for attention in output.attentions:
            found = (0.5 * attention.mean(dim=1) + 0.5 * own) @ found
        return found

    return _each(subjects, work, followed)


def _each(
    subjects: Sequence[Subject], work: Work, relevance: Callable[[Batch], Tensor]
) -> list[Scores]:
    """Maps (B, T, T) of each batch, read as the model pools, summed to words."""
    found: dict[int, Scores] = {}
    for rows, batch in batches(subjects, budget=work.held):
        work.pause()
        scores = batch.own(_read(batch, relevance(batch)))
        for row, subject, own in zip(rows, batch.subjects, scores, strict=True):
            found[row] = Scores(*subject.by_word(own))
    return [found[row] for row in range(len(subjects))]


def _read(batch: Batch, relevance: Tensor) -> Tensor:
    """What the pooled state takes from each sub-token: (B, T) of (B, T, T).

    The row of the first token, or the mean of all real sub-tokens' rows.
    """
    if batch.subjects[0].model.pooling == "cls":
        return relevance[:, 0]
    real = batch.mask.to(relevance.dtype)
    return (relevance * real[..., None]).sum(dim=1) / real.sum(dim=1, keepdim=True)


def _identity(batch: Batch) -> Tensor:
    """(B, T, T), each sub-token from itself alone."""
    rows, length = batch.mask.shape
    return torch.eye(length, device=batch.embeds.device).expand(rows, length, length)


def _told(batch: Batch, embeds: Tensor) -> Any:
    """The twin's output, L attention maps (B, heads, T, T) included."""
    model = batch.subjects[0].model
    output = batch.run(
        embeds, batch.mask, batch.positions, module=_twin(model), output_attentions=True
    )
    if not output.attentions:
        raise _untold(model)
    return output


def _twin(model: EmotionModel) -> nn.Module:
    """The model's eager twin, made once and forgotten with it."""
    if not any(isinstance(part, PreTrainedModel) for part in model.module.modules()):
        raise _untold(model)
    with _lock:
        found = _twins.get(model.module)
        if found is None:
            found = _twins[model.module] = eager_twin(model.module)
        return found


def _untold(model: EmotionModel) -> ModelError:
    return ModelError(f"{model.name} does not tell its attention.", "Choose another method.")

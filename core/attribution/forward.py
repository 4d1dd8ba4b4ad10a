"""Variants of texts through a model: logits without gradients, embeddings with them.

Bounded by a number of sub-tokens per pass, whatever is asked at once. Never changes the model:
no hook, no mode, no gradient is left in it. Works on ``input_ids`` and ``inputs_embeds`` only, so
that other threads may use the same model meanwhile.
"""

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor, nn

from core.attribution.subject import Ids, Subject
from core.errors import ModelError
from core.models import EmotionModel

BUDGET = 4096  # sub-tokens of one pass, padding included
PADDED = 1.25  # times as long as its shortest text a batch for gradients may be
Stopped = Callable[[], bool]


class StoppedError(Exception):
    """The user asked for no more; what was being computed has no result."""


def logits(
    model: EmotionModel,
    rows: Sequence[Ids],
    budget: int = BUDGET,
    stop: Stopped | None = None,
) -> Tensor:
    """Logits of N sequences of token ids.

    Args:
        rows: N sequences of any lengths; equal ones are computed once.
        budget: sub-tokens of one pass at most, padding included; one row always goes.
        stop: asked before each pass.

    Returns:
        (N, K') float32 on the CPU.

    Raises:
        StoppedError: ``stop`` said yes.
    """
    distinct = sorted(dict.fromkeys(rows), key=len)
    found: dict[Ids, Tensor] = {}
    for part in parts(distinct, budget):
        if stop is not None and stop():
            raise StoppedError
        batch = model.pad([{"input_ids": list(ids)} for ids in part])
        with torch.inference_mode():
            output = model.module(**batch).logits.float().cpu()
        found.update(zip(part, output, strict=True))
    return torch.stack([found[ids] for ids in rows]).clone() if rows else torch.zeros(0, 0)


def parts(rows: Sequence[Ids], budget: int) -> Iterator[Sequence[Ids]]:
    """Rows, sorted by length, in parts whose padded size stays within the budget."""
    start = 0
    for end in range(1, len(rows) + 1):
        longer = len(rows[end]) if end < len(rows) else 0
        if end == len(rows) or (end + 1 - start) * longer > budget:
            yield rows[start:end]
            start = end


@dataclass(frozen=True, eq=False)
class Batch:
    """B texts of one model as embeddings, padded on the right; everything that a gradient needs."""

    subjects: tuple[Subject, ...]
    embeds: Tensor  # (B, T, H) word embeddings of the texts
    baseline: Tensor  # (B, T, H) the same with every word masked; zeros where not asked for
    mask: Tensor  # (B, T) 1 where a sub-token stands
    positions: Tensor | None  # (B, T) those of the text itself; None: the model has none to set
    contrast: Tensor  # (B, K')

    @classmethod
    def of(cls, subjects: Sequence[Subject], baseline: bool = False) -> "Batch":
        """Embed the texts; no gradient flows into the model's own weights.

        Raises:
            ModelError: the model takes no embeddings, or lacks what a baseline needs.
        """
        model = subjects[0].model
        ids, mask = _padded([subject.ids for subject in subjects], model)
        accepted = _accepted(model)
        if "inputs_embeds" not in accepted:
            raise ModelError(
                f"{model.name} takes token ids only, so it has no gradient by word.",
                "Choose occlusion, LIME or KernelSHAP.",
            )
        embed = cast(nn.Module, cast(Any, model.module).get_input_embeddings())
        with torch.no_grad():
            embeds = embed(ids)
            masked = (
                embed(_padded([subject.baseline for subject in subjects], model)[0])
                if baseline
                else torch.zeros_like(embeds)
            )
        positions = _positions(model, ids) if "position_ids" in accepted else None
        contrast = torch.stack([subject.contrast for subject in subjects]).to(model.device)
        return cls(tuple(subjects), embeds, masked, mask, positions, contrast)

    @property
    def extra(self) -> tuple[Tensor | None, ...]:
        """What goes with each row of embeddings: Captum repeats it for every step."""
        return self.mask, self.positions, self.contrast

    def value(
        self, embeds: Tensor, mask: Tensor, positions: Tensor | None, contrast: Tensor
    ) -> Tensor:
        """The explained quantity f (N,) of embeddings (N, T, H)."""
        return (self.run(embeds, mask, positions).logits.float() * contrast).sum(dim=-1)

    def run(self, embeds: Tensor, mask: Tensor, positions: Tensor | None, **more: Any) -> Any:
        """The model's whole output for embeddings (N, T, H)."""
        module = more.pop("module", self.subjects[0].model.module)
        placed = {} if positions is None else {"position_ids": positions}
        return module(inputs_embeds=embeds, attention_mask=mask, **placed, **more)

    def own(self, scores: Tensor) -> list[Tensor]:
        """Rows (B, T) of sub-token scores without padding, one (T,) per text, on the CPU."""
        rows = scores.detach().float().cpu()
        return [row[: len(subject.ids)] for row, subject in zip(rows, self.subjects, strict=True)]


def batches(
    subjects: Sequence[Subject], baseline: bool = False, budget: int = BUDGET
) -> Iterator[tuple[list[int], Batch]]:
    """Texts of one model in batches of similar length, each with the places of its texts."""
    order = sorted(range(len(subjects)), key=lambda row: len(subjects[row].ids))
    lengths = [len(subjects[row].ids) for row in order]
    start = 0
    for end in range(1, len(order) + 1):
        longer = lengths[end] if end < len(order) else 0
        full = (end + 1 - start) * longer > budget or longer > PADDED * lengths[start]
        if end == len(order) or full:
            rows = order[start:end]
            yield rows, Batch.of([subjects[row] for row in rows], baseline)
            start = end


def _padded(rows: Sequence[Ids], model: EmotionModel) -> tuple[Tensor, Tensor]:
    """Ids and mask (B, T), padded on the right whatever side the tokenizer prefers."""
    longest = max(map(len, rows))
    pad = model.tokenizer.pad_token_id or 0
    ids = torch.tensor([[*row, *[pad] * (longest - len(row))] for row in rows])
    mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows])
    return ids.to(model.device), mask.to(model.device)


def _accepted(model: EmotionModel) -> set[str]:
    """Names that the module's forward pass takes."""
    module: Any = getattr(model.module, "backbone", model.module)
    return set(inspect.signature(module.forward).parameters)


def _positions(model: EmotionModel, ids: Tensor) -> Tensor:
    """Position ids (B, T) that the model itself gives these ids.

    RoBERTa's count from behind its padding index and skip padding, BERT's from 0. They stay those
    of the text when words are masked.
    """
    for part in model.module.modules():
        own = getattr(part, "create_position_ids_from_input_ids", None)
        if own is not None and hasattr(part, "padding_idx"):
            return own(ids, part.padding_idx)
    return torch.arange(ids.shape[1], device=ids.device).expand(ids.shape)

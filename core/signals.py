"""What texts and translator alone tell of a translation: likelihood, copied words, length.

Rivals of the weight of Eq. 3 that need no emotion model; one number a pair. Knows pairs of texts
and a translator that is open; no gold, no human score and no file. Shapes: N pairs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from transformers.models.marian.modeling_marian import shift_tokens_right

from core.marian import MarianUnit

Floats = NDArray[np.float64]
_IGNORED = -100  # labels of padding


@dataclass(frozen=True)
class Signal:
    """One number for each of N pairs; NaN where it is not computable."""

    name: str
    values: Floats  # (N,)
    # Index → why its value is missing, or what it leaves out.
    remarks: Mapping[int, str] = field(default_factory=dict)


def copied_share(original: str, translation: str) -> float | None:
    """Share of the translation's words that stand in the original as well; None without a word.

    Words are runs of letters and digits, case folded.
    """
    words, known = _words(translation), set(_words(original))
    return sum(word in known for word in words) / len(words) if words else None


def length_ratio(
    original: str, translation: str, measure: Callable[[str], int] = len
) -> float | None:
    """``measure(translation) / measure(original)``, of characters by default; None if one is 0."""
    before, after = measure(original), measure(translation)
    return after / before if before and after else None


def likelihood(
    unit: MarianUnit, originals: Sequence[str], translations: Sequence[str], batch_size: int = 32
) -> Signal:
    """Mean log-likelihood of a piece of the given translation, in nats, its end mark included.

    Teacher forcing. A pair that is longer than the model's positions has none; one that is longer
    than the model was trained on has a figure, and a remark.
    """
    sources, targets = unit.ids(originals), unit.ids(translations, english=True)
    longest = [max(len(a), len(b)) for a, b in zip(sources, targets, strict=True)]
    positions = int(unit.module.config.max_position_embeddings)
    values = np.full(len(longest), np.nan)
    rows = [row for row, length in enumerate(longest) if length <= positions]
    rows.sort(key=lambda row: longest[row])
    for start in range(0, len(rows), batch_size):
        some = rows[start : start + batch_size]
        values[some] = _forced(unit, [sources[row] for row in some], [targets[row] for row in some])
    remarks = {
        row: "longer than the translator reads"
        if length > positions
        else "longer than the translator was trained on"
        for row, length in enumerate(longest)
        if length > unit.room
    }
    return Signal("translator's log-likelihood", values, remarks)


@torch.inference_mode()
def _forced(unit: MarianUnit, sources: list[list[int]], targets: list[list[int]]) -> Floats:
    """(B,) log-likelihood per target piece."""
    config, device = unit.module.config, unit.module.device
    ids = _padded(sources, config.pad_token_id).to(device)  # (B, T)
    labels = _padded(targets, _IGNORED).to(device)  # (B, T')
    mask = _padded([[1] * len(source) for source in sources], 0).to(device)
    decoder = shift_tokens_right(labels, config.pad_token_id, config.decoder_start_token_id)
    logits = unit.module(
        input_ids=ids, attention_mask=mask, decoder_input_ids=decoder
    ).logits.float()  # (B, T', V)
    # As rows of V: with V in the middle it takes six times as long.
    loss = nn.functional.cross_entropy(
        logits.flatten(0, 1), labels.flatten(), reduction="none", ignore_index=_IGNORED
    ).view_as(labels)  # (B, T')
    pieces = (labels != _IGNORED).sum(dim=1)
    return np.asarray((-loss.sum(dim=1) / pieces).cpu().double().numpy())


def _padded(rows: Sequence[Sequence[int]], fill: int) -> torch.Tensor:
    longest = max(map(len, rows))
    return torch.tensor([[*row, *[fill] * (longest - len(row))] for row in rows])


def _words(text: str) -> list[str]:
    """Folded words: runs of letters and digits."""
    folded = "".join(c if c.isalnum() else " " for c in text.casefold())
    return folded.split()

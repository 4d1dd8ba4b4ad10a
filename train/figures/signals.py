"""What might tell a good translation from a bad one: one number a row, larger meaning better.

The weight of Eq. 3, and simple rivals that cost less. Knows models that are
open and pairs of texts; no human score and no file. Shapes: N pairs, K classes.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from transformers.models.marian.modeling_marian import shift_tokens_right

from core.records import TranslationStatus
from core.translation import MarianUnit
from core.weighting import READINGS, Reading, disagreement, normalise_weights
from core.words import encodable

Floats = NDArray[np.float64]
Measure = Callable[[str], int]
IGNORED = -100  # labels of padding

WEIGHTS: Mapping[Reading, str] = {
    "squared_difference": "weight w̄, squared difference",
    "as_printed": "weight w̄, as printed",
}
"""Reading of Eq. 2 → the signal's name."""

_STATUS = {
    TranslationStatus.COPIED: "the translation is a copy of the original",
    TranslationStatus.PASSED_THROUGH: "there is nothing to translate in the original",
}


@dataclass(frozen=True)
class Signal:
    """One number for each of N pairs; NaN where it is not computable."""

    name: str
    values: Floats  # (N,)
    # Index → why its value is missing, or what it leaves out.
    remarks: Mapping[int, str] = field(default_factory=dict)


def weights(
    on_original: Floats, on_translation: Floats, statuses: Sequence[TranslationStatus]
) -> list[Signal]:
    """Eq. 3 over the whole set, by each reading of Eq. 2; copied rows have none.

    Args:
        on_original: (N, K) the adapted student's probabilities on the originals.
        on_translation: (N, K) those on the given translations.
        statuses: N; rows that refinement would leave out are left out here.
    """
    remarks = {row: _STATUS[status] for row, status in enumerate(statuses) if status in _STATUS}
    return [
        Signal(
            WEIGHTS[reading],
            normalise_weights(disagreement(on_translation, on_original, reading), statuses),
            remarks,
        )
        for reading in READINGS
    ]


def confidence(on_original: Floats) -> Signal:
    """The student's largest probability on the original: does it matter what is said at all?"""
    return Signal("student's confidence", on_original.max(axis=1))


def length_ratio(
    name: str, originals: Sequence[str], translations: Sequence[str], measure: Measure
) -> Signal:
    """``−|ln(measure(translation) / measure(original))|``: 0 where both are equally long."""
    lengths = [(measure(a), measure(b)) for a, b in zip(originals, translations, strict=True)]
    values = [-abs(math.log(b / a)) if a and b else math.nan for a, b in lengths]
    missing = {row: "one side is empty" for row, pair in enumerate(lengths) if not all(pair)}
    return Signal(f"length ratio, {name}", np.array(values, dtype=np.float64), missing)


def copied_words(originals: Sequence[str], translations: Sequence[str]) -> Signal:
    """Minus the share of the translation's words that stand in the original as well."""
    values, missing = [], {}
    for row, (original, translation) in enumerate(zip(originals, translations, strict=True)):
        words, known = _words(translation), set(_words(original))
        if not words:
            missing[row] = "the translation holds no word"
        values.append(-sum(w in known for w in words) / len(words) if words else math.nan)
    return Signal("few copied words", np.array(values, dtype=np.float64), missing)


def cosine(originals: torch.Tensor, translations: torch.Tensor) -> Signal:
    """Cosine of the two sides' sentence vectors, both (N, H)."""
    values = nn.functional.cosine_similarity(originals.double(), translations.double(), dim=1)
    return Signal("cosine of the base's vectors", values.numpy())


def likelihood(
    unit: MarianUnit, originals: Sequence[str], translations: Sequence[str], batch_size: int = 32
) -> Signal:
    """Mean log-likelihood of a piece of the given translation, in nats, its end mark included.

    Teacher forcing. A pair that is longer than the model's positions has none; one that is longer
    than the model was trained on has a figure, and a remark.
    """
    sources, targets = _encoded(unit, originals), _encoded(unit, translations, target=True)
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


def _encoded(unit: MarianUnit, texts: Sequence[str], target: bool = False) -> list[list[int]]:
    """Whole texts as Marian's ids, end mark included."""
    clean = [encodable(text) for text in texts]
    found = unit.tokenizer(**{"text_target" if target else "text": clean}, verbose=False)
    return [list(ids) for ids in found["input_ids"]]


@torch.inference_mode()
def _forced(unit: MarianUnit, sources: list[list[int]], targets: list[list[int]]) -> Floats:
    """(B,) log-likelihood per target piece."""
    config, device = unit.module.config, unit.module.device
    ids = _padded(sources, config.pad_token_id).to(device)  # (B, T)
    labels = _padded(targets, IGNORED).to(device)  # (B, T')
    mask = _padded([[1] * len(source) for source in sources], 0).to(device)
    decoder = shift_tokens_right(labels, config.pad_token_id, config.decoder_start_token_id)
    logits = unit.module(
        input_ids=ids, attention_mask=mask, decoder_input_ids=decoder
    ).logits.float()  # (B, T', V)
    loss = nn.functional.cross_entropy(
        logits.transpose(1, 2), labels, reduction="none", ignore_index=IGNORED
    )  # (B, T')
    pieces = (labels != IGNORED).sum(dim=1)
    return np.asarray((-loss.sum(dim=1) / pieces).cpu().double().numpy())


def _padded(rows: Sequence[Sequence[int]], fill: int) -> torch.Tensor:
    longest = max(map(len, rows))
    return torch.tensor([[*row, *[fill] * (longest - len(row))] for row in rows])


def _words(text: str) -> list[str]:
    """Folded words: runs of letters and digits."""
    folded = "".join(c if c.isalnum() else " " for c in text.casefold())
    return folded.split()

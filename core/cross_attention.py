"""What a Marian decoder looks at while a given English text is forced through it.

Knows sub-tokens, layers and heads; words of a tweet, and what is linked by identity, are
core.linking. The shared module is never changed: an eager twin on the same weights tells its
attention.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from core.words import Alignment, align

Floats = NDArray[np.float64]
Pair = tuple[str, str]
"""(source, its English)"""

BUDGET = 250_000  # source times English sub-tokens of one pass, padding included


@dataclass(frozen=True)
class Heads:
    """Which attention tells the links: a layer of the decoder, and heads whose mean is taken.

    A token's links may stand in the row that predicts it, or in the next one, where it is read
    (Chen et al. 2020, EMNLP, "Accurate Word Alignment Induction"); which is measured by
    train.figures.heads.
    """

    layer: int  # from 0
    heads: tuple[int, ...] = ()  # from 0; empty: all of the layer
    row: int = 0  # 0: where a token is predicted; 1: where it is the decoder's input

    @classmethod
    def default(cls, module: Any, ours: bool) -> "Heads":
        """Those of a model for which none were chosen by measurement.

        OPUS-MT's models are "transformer-align": Marian's guided alignment supervised the first
        head of the last layer where the token is predicted (marian ``models/transformer.h``,
        ``collectOneHead``). A model of ours is trained without: the mean of its last layer.
        """
        return cls(module.config.decoder_layers - 1, () if ours else (0,))

    @classmethod
    def of_settings(cls, found: Any, module: Any) -> "Heads":
        """From what a manifest says of its ``alignment``.

        Raises:
            ValueError: it names none that this module has.
        """
        config = module.config
        try:
            heads = cls(found["layer"], tuple(found["heads"]), found["row"])
        except (TypeError, KeyError) as error:
            raise ValueError(f"alignment {found!r}") from error
        known = _within(heads.layer, config.decoder_layers) and _within(heads.row, 2)
        if not known or not all(
            _within(head, config.decoder_attention_heads) for head in heads.heads
        ):
            raise ValueError(f"alignment {found!r}")
        return heads

    def settings(self) -> dict[str, Any]:
        """For a manifest."""
        return {**asdict(self), "heads": list(self.heads)}


def _within(value: object, count: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < count


@dataclass(frozen=True, eq=False)
class Forced:
    """A source text and its English, tied by the decoder's attention."""

    source: Alignment  # S sub-tokens, the end mark last
    english: Alignment  # E sub-tokens, the end mark last
    weights: Floats  # (E − 1, S) what was looked at for each English sub-token; rows sum to 1


def forced(twin: Any, read: Sequence[tuple[Alignment, Alignment]], heads: Heads) -> list[Forced]:
    """Attention over the source while each English text is forced through the decoder.

    Args:
        twin: a Marian module with eager attention, see core.modules.eager_twin.
        read: N pairs as from ``tokenized``.

    Returns:
        N results, in order; each is the same whatever stands beside it, but for rounding.
    """
    return [
        Forced(source, english, chosen(layers, heads))
        for (source, english), layers in zip(read, attention(twin, read), strict=True)
    ]


def tokenized(
    tokenizer: Any, pairs: Sequence[Pair], room: int
) -> list[tuple[Alignment, Alignment]]:
    """Both texts of each pair as sub-tokens tied to words.

    Args:
        tokenizer: it switches languages in place, so hold its lock.
        room: sub-tokens of one text, end mark included; more are left out.
    """
    sources = [align(source, tokenizer, max_length=room) for source, _ in pairs]
    with _reading_english(tokenizer):
        english = [align(text, tokenizer, max_length=room) for _, text in pairs]
    return list(zip(sources, english, strict=True))


@contextmanager
def _reading_english(tokenizer: Any) -> Iterator[None]:
    """The target side of a tokenizer that has a vocabulary for each."""
    tokenizer._switch_to_target_mode()
    try:
        yield
    finally:
        tokenizer._switch_to_input_mode()


def attention(twin: Any, read: Sequence[tuple[Alignment, Alignment]]) -> list[Floats]:
    """All layers and heads (L, A, E, S) for each pair; row t where token t is predicted."""
    sizes = [(len(source.input_ids), len(english.input_ids)) for source, english in read]
    order = sorted(range(len(read)), key=lambda row: sizes[row])
    found: dict[int, Floats] = {}
    for rows in _parts(order, sizes):
        output = _decoded(twin, [read[row] for row in rows])  # (B, L, A, E', S')
        for row, layers in zip(rows, output, strict=True):
            longest, wide = sizes[row][1], sizes[row][0]
            found[row] = layers[:, :, :longest, :wide].double().cpu().numpy()
    return [found[row] for row in range(len(read))]


def _parts(order: Sequence[int], sizes: Sequence[tuple[int, int]]) -> Iterator[list[int]]:
    """Rows in parts whose padded size stays within the budget; one row always goes."""
    part: list[int] = []
    for row in order:
        group = [sizes[one] for one in (*part, row)]
        if part and len(group) * max(s for s, _ in group) * max(e for _, e in group) > BUDGET:
            yield part
            part = []
        part.append(row)
    if part:
        yield part


def _decoded(twin: Any, read: Sequence[tuple[Alignment, Alignment]]) -> torch.Tensor:
    """Cross-attention (B, L, A, E, S), padded on the right."""
    config = twin.config
    sources = [source.input_ids for source, _ in read]
    # Token t is predicted from those before it; the end mark is not read.
    forced = [(config.decoder_start_token_id, *english.input_ids[:-1]) for _, english in read]
    ids, mask = _padded(sources, config.pad_token_id)
    inputs, _ = _padded(forced, config.pad_token_id)
    with torch.inference_mode():
        output = twin.model(
            input_ids=ids.to(twin.device),
            attention_mask=mask.to(twin.device),
            decoder_input_ids=inputs.to(twin.device),
            output_attentions=True,
            use_cache=False,
        )
    return torch.stack(output.cross_attentions, dim=1)


def _padded(rows: Sequence[Sequence[int]], pad: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Ids and mask (B, T)."""
    longest = max(map(len, rows))
    ids = torch.tensor([[*row, *[pad] * (longest - len(row))] for row in rows])
    mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows])
    return ids, mask


def chosen(layers: Floats, heads: Heads) -> Floats:
    """(E − 1, S) of all attention (L, A, E, S): the mean of some heads, a row for each token."""
    layer = layers[heads.layer]
    mean: Floats = (layer[list(heads.heads)] if heads.heads else layer).mean(axis=0)  # (E, S)
    return mean[heads.row : len(mean) - 1 + heads.row]

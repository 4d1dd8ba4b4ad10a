"""The encoder of a BERT, RoBERTa or XLM-R on CTranslate2: int8 weights, float32 in between.

Knows how transformers names an encoder's parts and what CTranslate2 calls them, batches of ids and
threads. Knows no text, no head and no label. CTranslate2 is an extra, imported when first asked
for. Shapes: N texts, B of them in a batch, T sub-tokens, H hidden.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.errors import brief

Floats = NDArray[np.float32]

KINDS = ("bert", "camembert", "roberta", "xlm-roberta")
"""Types of models whose encoders are built alike."""

INT8 = "int8_float32"
TOKENS = 512  # of a batch: with more, what is in work no longer fits a processor's own cache
_ACTIVATIONS = {"gelu": "GELU", "gelu_new": "GELUTanh", "relu": "RELU", "silu": "SWISH"}


class Unsuitable(Exception):
    """CTranslate2 cannot stand in; the message is the rest of a sentence."""


class Int8Encoder:
    """An encoder's last hidden states, without torch.

    Args:
        backbone: a transformers encoder, which is read and left as it is.
        threads: batches that are computed at once, each in a thread of its own.

    Raises:
        Unsuitable: CTranslate2 is not installed, or this is no encoder that it can stand in for.
    """

    def __init__(self, backbone: Any, threads: int) -> None:
        config = backbone.config
        _refuse(config)
        self._library = _ctranslate2()
        self._padding = int(config.pad_token_id)
        self._threads = threads
        try:
            # Opening one sets the threads of whoever opens it to ``intra_threads``, torch's too.
            with ThreadPoolExecutor(1) as aside:
                self._encoder = aside.submit(self._opened, backbone, config).result()
        except (AttributeError, KeyError, ValueError, RuntimeError, OSError) as error:
            raise Unsuitable(f"CTranslate2 cannot read the model: {brief(error)}") from error
        if not self._encoder.compute_type.startswith("int8"):
            raise Unsuitable("this processor does not compute in int8")

    def _opened(self, backbone: Any, config: Any) -> Any:
        with tempfile.TemporaryDirectory(prefix="tandem-fast-") as folder:
            specification(backbone, config).save(folder)
            return self._library.Encoder(
                folder,
                device="cpu",
                compute_type=INT8,
                inter_threads=self._threads,
                intra_threads=1,
            )

    def each(
        self, ids: Sequence[Sequence[int]], head: Callable[[Floats, Floats], Tensor]
    ) -> Iterator[tuple[list[int], Tensor]]:
        """Rows of each batch, with what ``head`` makes of it.

        Args:
            ids: N lists of sub-tokens, unpadded.
            head: hidden states (B, T, H), 0 behind each text's end, and its lengths (B, 1); called
                in several threads.
        """

        def one(rows: list[int]) -> tuple[list[int], Tensor]:
            hidden, lengths = self._hidden([ids[row] for row in rows])
            return rows, head(hidden, lengths)

        parts = list(batches([len(one) for one in ids]))
        if len(parts) == 1:
            yield one(parts[0])
            return
        with ThreadPoolExecutor(self._threads) as pool:
            yield from pool.map(one, parts)

    def _hidden(self, ids: Sequence[Sequence[int]]) -> tuple[Floats, Floats]:
        """(B, T, H) and (B, 1)."""
        lengths = np.array([len(one) for one in ids], dtype=np.int32)
        padded = np.full((len(ids), lengths.max()), self._padding, dtype=np.int32)
        for row, own in enumerate(ids):
            padded[row, : len(own)] = own
        view = self._library.StorageView.from_array
        output = self._encoder.forward_batch(view(padded), view(lengths))
        hidden: Floats = np.asarray(output.last_hidden_state)
        for row in np.flatnonzero(lengths < padded.shape[1]).tolist():
            hidden[row, lengths[row] :] = 0.0
        return hidden, lengths[:, None].astype(np.float32)


def batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Rows of similar length together, so many that a batch has at most TOKENS; at least one."""
    rows: list[int] = []
    for row in sorted(range(len(lengths)), key=lambda row: lengths[row]):
        if rows and (len(rows) + 1) * lengths[row] > TOKENS:
            yield rows
            rows = []
        rows.append(row)
    if rows:
        yield rows


def specification(backbone: Any, config: Any, weights: str = INT8) -> Any:
    """The encoder as CTranslate2 saves it; int8 with a scale for each row of a matrix.

    Its weights are copies: CTranslate2 multiplies in place.

    Args:
        weights: what CTranslate2 calls their type.
    """
    from ctranslate2.specs import common_spec, transformer_spec

    activation = getattr(common_spec.Activation, _ACTIVATIONS[config.hidden_act])
    encoder = transformer_spec.TransformerEncoderSpec(
        config.num_hidden_layers,
        config.num_attention_heads,
        pre_norm=False,
        activation=activation,
        layernorm_embedding=True,
    )
    spec: Any = transformer_spec.TransformerEncoderModelSpec(encoder)
    with torch.no_grad():
        _embeddings(encoder, backbone)
        for layer, own in zip(encoder.layer, backbone.encoder.layer, strict=True):
            _layer(layer, own)
    # Ids are given as numbers; names are asked for all the same.
    count = int(encoder.embeddings[0].weight.shape[0])
    spec.register_vocabulary([str(number) for number in range(count)])
    spec.config.unk_token = "0"
    spec.config.layer_norm_epsilon = config.layer_norm_eps
    spec.validate()
    spec.optimize(weights)
    return spec


def _embeddings(spec: Any, backbone: Any) -> None:
    """One vector for each sub-token; the one segment of a tweet is added to each position."""
    own = backbone.embeddings
    positions = own.position_embeddings
    first = 0 if positions.padding_idx is None else positions.padding_idx + 1  # RoBERTa's
    spec.scale_embeddings = False
    spec.embeddings[0].weight = own.word_embeddings.weight.clone()
    spec.position_encodings.encodings = (
        positions.weight[first:] + own.token_type_embeddings.weight[0]
    )
    _norm(spec.layernorm_embedding, own.LayerNorm)


def _layer(spec: Any, own: Any) -> None:
    from ctranslate2.converters.utils import fuse_linear
    from ctranslate2.specs.common_spec import LinearSpec

    attention = own.attention.self
    parts = [_linear(LinearSpec(), getattr(attention, name)) for name in ("query", "key", "value")]
    fuse_linear(spec.self_attention.linear[0], parts)
    _linear(spec.self_attention.linear[1], own.attention.output.dense)
    _norm(spec.self_attention.layer_norm, own.attention.output.LayerNorm)
    _linear(spec.ffn.linear_0, own.intermediate.dense)
    _linear(spec.ffn.linear_1, own.output.dense)
    _norm(spec.ffn.layer_norm, own.output.LayerNorm)


def _linear(spec: Any, own: Any) -> Any:
    spec.weight, spec.bias = own.weight.clone(), own.bias.clone()
    return spec


def _norm(spec: Any, own: Any) -> None:
    spec.gamma, spec.beta = own.weight.clone(), own.bias.clone()


def _refuse(config: Any) -> None:
    """Raises Unsuitable where an encoder is built in another way."""
    kind = getattr(config, "model_type", type(config).__name__)
    if kind not in KINDS:
        raise Unsuitable(f"there is no int8 form of a {kind} model")
    if config.hidden_act not in _ACTIVATIONS:
        raise Unsuitable(f"CTranslate2 has no activation {config.hidden_act}")
    if getattr(config, "position_embedding_type", None) not in (None, "absolute"):
        raise Unsuitable(f"positions are {config.position_embedding_type}")
    if getattr(config, "is_decoder", False):
        raise Unsuitable("the model is a decoder")


def _ctranslate2() -> Any:
    """Raises Unsuitable where it cannot be imported."""
    try:
        import ctranslate2
    except (ImportError, OSError) as error:
        missing = isinstance(error, ModuleNotFoundError)
        reason = "is not installed" if missing else f"cannot be loaded: {brief(error)}"
        raise Unsuitable(f"CTranslate2 {reason}") from error
    return ctranslate2

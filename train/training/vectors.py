"""Sentence vectors of an encoder: the mean of its last hidden states.

Knows an encoder and its tokenizer; no emotion, no pair, no training.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from core.modules import mean_pool
from train.run import Run


@torch.inference_mode()
def embed(
    module: Any,
    tokenizer: Any,
    texts: Sequence[str],
    length: int,
    run: Run | None = None,
    precision: str = "float32",
) -> Tensor:
    """Mean-pooled vectors (N, H) in float32; batches sorted by length.

    Args:
        length: sub-tokens at most; longer texts are cut.
        run: told of the progress.
        precision: bfloat16 where the vectors are targets of a training that computes in it.
    """
    order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
    vectors = torch.empty(len(texts), module.config.hidden_size)
    for start in range(0, len(order), 128):
        rows = order[start : start + 128]
        batch = tokenizer(
            [texts[row] for row in rows],
            padding=True,
            truncation=True,
            max_length=length,
            return_tensors="pt",
        ).to(module.device)
        with torch.autocast(module.device.type, getattr(torch, precision), precision != "float32"):
            hidden = module(**batch).last_hidden_state  # (B, T, H)
        vectors[rows] = mean_pool(hidden, batch["attention_mask"]).float().cpu()
        if run is not None:
            run.progress(start + len(rows), len(texts))
    return vectors

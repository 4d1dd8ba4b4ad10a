"""Trigger words, zero-shot: how close a word's hidden state lies to that of ``<s>``.

Pure functions on tensors and arrays. Knows no model, tokenizer or file. Shapes: T sub-tokens,
W words, H hidden. Method: Wang et al. (WASSA 2024), section on trigger detection.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, get_args

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

Reduce = Literal["max", "mean", "first"]
"""How a word's score follows from its sub-tokens'."""

REDUCTIONS: tuple[Reduce, ...] = get_args(Reduce)
_REDUCE: Mapping[str, Callable[[list[float]], float]] = {
    "max": max,
    "mean": lambda scores: sum(scores) / len(scores),
    "first": lambda scores: scores[0],
}

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Score = Literal["cosine", "contribution"]
"""What a sub-token's score is: the paper's cosine with ``<s>``, or its part in the label."""

SCORES: tuple[Score, ...] = get_args(Score)


def cosine_scores(hidden: Tensor) -> Tensor:
    """Cosine of each sub-token's last hidden state with that of ``<s>``, the first token.

    Args:
        hidden: (T, H) or (B, T, H), last layer, position 0 being ``<s>``; any float dtype.

    Returns:
        (T,) or (B, T) float32 in [−1, 1]; 1 at position 0. A zero vector scores 0.
    """
    states = hidden.float()
    return torch.cosine_similarity(states, states[..., :1, :], dim=-1).clamp(-1.0, 1.0)


def contribution_scores(hidden: Tensor, direction: Tensor) -> Tensor:
    """What each sub-token adds to the predicted label, in standard deviations of its text.

    With mean pooling and a linear head the label's logit minus the mean of all logits is, up to a
    constant, the mean over T of ``h_i · d``, ``d = w_label − mean_k w_k``: an exact sum, of which
    this is each term, minus the text's mean, over the text's standard deviation.
    Ours, not the paper's: the state of ``<s>`` carries nothing in a model that pools the mean.

    Args:
        hidden: (T, H), last layer.
        direction: (H,), d.

    Returns:
        (T,) float32, mean 0 and variance 1; all 0 where the terms do not differ.
    """
    terms = hidden.float() @ direction.float()  # (T,)
    centred = terms - terms.mean()
    spread = centred.pow(2).mean().sqrt()
    return centred / spread if spread > 1e-9 else torch.zeros_like(centred)


def word_scores(
    token_scores: ArrayLike,
    word_ids: Sequence[int | None],
    n_words: int,
    reduce: Reduce = "max",
) -> tuple[Floats, Mask]:
    """Sub-token scores to word scores.

    A word with no sub-token (empty, a lone U+200D, cut off) gets the tweet's minimum, so that it
    ranks last, and is marked as not scored: it is never a trigger.

    Args:
        token_scores: (T,), special and prefix tokens included; those are never used.
        word_ids: T, index of each sub-token's word; None for special and prefix tokens.
        n_words: W, ``len(text.split(" "))``.
        reduce: "max" (the paper's), "mean" or "first".

    Returns:
        (W,) scores, and (W,) True where a sub-token of the word was read. With no sub-token at
        all, the scores are 0.

    Raises:
        ValueError: lengths differ, a word index is out of range, or ``reduce`` is unknown.
    """
    if reduce not in REDUCTIONS:
        raise ValueError(f"{reduce!r} is no reduction: {', '.join(REDUCTIONS)}")
    gathered: list[list[float]] = [[] for _ in range(n_words)]
    scores = np.asarray(token_scores, dtype=np.float64)
    for score, word in zip(scores.tolist(), word_ids, strict=True):
        if word is None:
            continue
        if not 0 <= word < n_words:
            raise ValueError(f"word {word} of {n_words}")
        gathered[word].append(score)
    found = [_REDUCE[reduce](own) if own else np.nan for own in gathered]
    scored = np.array([bool(own) for own in gathered], dtype=bool)
    lowest = min((score for score, own in zip(found, gathered, strict=True) if own), default=0.0)
    return np.where(scored, found, lowest).astype(np.float64), scored


def is_trigger(scores: ArrayLike, scored: ArrayLike, threshold: float) -> Mask:
    """(W,) True where a word was scored and its score reaches the threshold (``≥``)."""
    reached = np.asarray(scores, dtype=np.float64) >= threshold
    return np.asarray(reached & np.asarray(scored, dtype=bool), dtype=bool)


def numerical_labels(scores: ArrayLike) -> Floats:
    """(W,) scores for a numerical submission, which may not be negative: ``max(0, score)``."""
    return np.maximum(np.asarray(scores, dtype=np.float64), 0.0)

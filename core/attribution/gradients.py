"""Methods on the gradient of the explained quantity at the word embeddings.

Thin adapters of Captum; embeddings go in, so that no layer of the shared model is hooked. Special
and prefix tokens' share is the residual. Shapes: B texts, T sub-tokens, H hidden, N samples.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from core.attribution.forward import Batch, batches
from core.attribution.subject import Subject
from core.attribution.work import TINY, Scores, Work, captum

Value = Callable[..., Tensor]
"""The explained quantity (N,) of embeddings (N, T, H) and what goes with each row."""


def saliency(subjects: Sequence[Subject], work: Work) -> list[Scores]:
    """Length of the gradient at each sub-token (Simonyan et al. 2014), summed to words."""

    def explain(batch: Batch) -> list[Scores]:
        method = captum().Saliency(_asking(batch, work))
        found = method.attribute(_leaf(batch), abs=False, additional_forward_args=batch.extra)
        return _scores(batch, found.norm(dim=-1))

    return _each(subjects, work, explain)


def input_x_gradient(subjects: Sequence[Subject], work: Work) -> list[Scores]:
    """Gradient times embedding (Shrikumar et al. 2016), summed over H and to words."""

    def explain(batch: Batch) -> list[Scores]:
        method = captum().InputXGradient(_asking(batch, work))
        found = method.attribute(_leaf(batch), additional_forward_args=batch.extra)
        return _scores(batch, found.sum(dim=-1))

    return _each(subjects, work, explain)


def integrated_gradients(subjects: Sequence[Subject], work: Work) -> list[Scores]:
    """Gradients from the masked text to the text, integrated (Sundararajan et al. 2017).

    Steps are doubled for the texts whose sum is not yet within the tolerance of f(x) − f(b).
    """
    return _each(subjects, work, lambda batch: _converged(batch, work), baseline=True)


def gradient_shap(subjects: Sequence[Subject], work: Work) -> list[Scores]:
    """Mean of (x − b) · ∇f at random points between b and x (Lundberg and Lee 2017).

    Captum's GradientShap with one baseline and no noise, but for the points: those come from a
    generator of this text's own, Captum's from numpy's global one, which other threads share.
    """

    def explain(batch: Batch) -> list[Scores]:
        samples = work.whole("samples")
        drawn = [work.generator(subject).random(samples) for subject in batch.subjects]
        points = torch.from_numpy(np.stack(drawn, axis=1)).to(batch.embeds)  # (N, B)
        differences = _differences(batch, work)
        return _scores(batch, _averaged(batch, points, work), 2 + samples, differences)

    return _each(subjects, work, explain, baseline=True)


def _each(
    subjects: Sequence[Subject],
    work: Work,
    explain: Callable[[Batch], list[Scores]],
    baseline: bool = False,
) -> list[Scores]:
    """Explain in batches of similar length; scores in the order of the texts."""
    found: dict[int, Scores] = {}
    for rows, batch in batches(subjects, baseline, work.held):
        found.update(zip(rows, explain(batch), strict=True))
    return [found[row] for row in range(len(subjects))]


def _asking(batch: Batch, work: Work) -> Value:
    """The explained quantity, asking before each pass whether it is still wanted."""

    def value(*inputs: Tensor) -> Tensor:
        work.pause()
        return batch.value(*inputs)

    return value


def _leaf(batch: Batch) -> Tensor:
    """The embeddings, ready for a gradient: without it Captum warns."""
    return batch.embeds.clone().requires_grad_()


def _scores(
    batch: Batch, scores: Tensor, passes: int = 1, differences: Sequence[float] | None = None
) -> list[Scores]:
    """Scores (B, T) of sub-tokens summed to words."""
    sums = [
        subject.by_word(row) for subject, row in zip(batch.subjects, batch.own(scores), strict=True)
    ]
    return [
        Scores(*both, passes, None if differences is None else differences[row])
        for row, both in enumerate(sums)
    ]


def _differences(batch: Batch, work: Work) -> list[float]:
    """f(x) − f(b) of each text."""
    value = _asking(batch, work)
    with torch.no_grad():
        found = value(batch.embeds, *batch.extra) - value(batch.baseline, *batch.extra)
    return [float(one) for one in found]


def _converged(batch: Batch, work: Work) -> list[Scores]:
    """Integrated gradients of each text, with as many steps as it needs."""
    tolerance, steps = work.options["tolerance"], work.whole("steps")
    most = max(steps, work.whole("most_steps"))
    differences, passes = _differences(batch, work), 2
    found: dict[int, Scores] = {}
    waiting = list(range(len(batch.subjects)))
    while True:
        part, passes = _only(batch, waiting), passes + steps
        scores = _integrated(part, steps, work)
        ends = [differences[row] for row in waiting]
        found.update(zip(waiting, _scores(part, scores, passes, ends), strict=True))
        waiting = [row for row in waiting if not _within(found[row], tolerance)]
        if not waiting or steps == most:
            break
        steps = min(2 * steps, most)
    for row in waiting:
        found[row] = replace(found[row], note=_unfinished(found[row], steps, tolerance))
    return [found[row] for row in range(len(batch.subjects))]


def _within(scores: Scores, tolerance: float) -> bool:
    """Whether the sum is close enough; where f hardly differs, against TINY."""
    return scores.gap <= tolerance * max(abs(scores.difference or 0.0), TINY)


def _unfinished(scores: Scores, steps: int, tolerance: float) -> str:
    off = f"by {scores.delta:.2%}" if scores.delta is not None else "by more than can be told"
    return f"After {steps} steps the sum is still off {off}; {tolerance:.2%} was asked for."


def _integrated(batch: Batch, steps: int, work: Work) -> Tensor:
    """Captum's integrated gradients (B, T), some steps of all texts in one pass."""
    rows, length = batch.mask.shape
    method = captum().IntegratedGradients(_asking(batch, work))
    found: Tensor = method.attribute(
        batch.embeds,
        batch.baseline,
        additional_forward_args=batch.extra,
        n_steps=steps,
        method="gausslegendre",
        internal_batch_size=max(rows, work.held // length),
    )
    return found.sum(dim=-1)


def _averaged(batch: Batch, points: Tensor, work: Work) -> Tensor:
    """(x − b) · ∇f (B, T), averaged over points (N, B), each a share of the way from b to x."""
    rows, length = batch.mask.shape
    way, total = batch.embeds - batch.baseline, torch.zeros_like(batch.embeds)
    for some in points.split(max(1, work.held // (rows * length))):
        places = batch.baseline + some[..., None, None] * way  # (n, B, T, H)
        leaf = places.flatten(0, 1).requires_grad_()
        value = _asking(batch, work)(leaf, *(_repeated(one, len(some)) for one in batch.extra))
        (gradient,) = torch.autograd.grad(value.sum(), leaf)
        total += gradient.unflatten(0, (len(some), rows)).sum(dim=0)
    return (total / len(points) * way).sum(dim=-1)


def _repeated(tensor: Tensor | None, times: int) -> Tensor | None:
    """All rows, so many times one after another."""
    return None if tensor is None else tensor.repeat(times, *[1] * (tensor.dim() - 1))


def _only(batch: Batch, rows: list[int]) -> Batch:
    """Some of the texts."""
    positions = batch.positions
    return replace(
        batch,
        subjects=tuple(batch.subjects[row] for row in rows),
        embeds=batch.embeds[rows],
        baseline=batch.baseline[rows],
        mask=batch.mask[rows],
        positions=None if positions is None else positions[rows],
        contrast=batch.contrast[rows],
    )

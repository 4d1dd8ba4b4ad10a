"""Eq. 1: the refined student follows the frozen teacher, each tweet as far as it is trusted.

Pure functions on tensors: no model, no loop, no optimiser. Shapes: B batch, K classes.
"""

import torch
from torch import Tensor


def kl_per_row(
    student_logits: Tensor, teacher_probabilities: Tensor, temperature: float = 1.0
) -> Tensor:
    """KL(P‖Q) of each row, P the teacher on the translation, Q the student on the original.

    Eq. 1 of Wang et al. (WASSA 2024), inner sum: ``Σ_j p_j · log(p_j / q_j)``, in nats, with
    ``q`` from log-softmax in float32 and ``0 · log 0 = 0``. With a temperature τ ≠ 1 both sides
    are softened (``p_j ∝ p_j^(1/τ)``, ``q = softmax(logits/τ)``) and the result is multiplied
    by τ², so that gradients keep their size (Hinton et al., 2015).

    Args:
        student_logits: (B, K), before softmax, any float dtype; carries the gradient.
        teacher_probabilities: (B, K), rows sum to 1; no gradient flows into it.
        temperature: τ > 0; 1 is the paper's.

    Returns:
        (B,) float32, ≥ 0 up to rounding, 0 where the two agree.

    Raises:
        ValueError: the shapes differ, or the temperature is not positive.
    """
    if student_logits.shape != teacher_probabilities.shape:
        raise ValueError(f"{student_logits.shape} logits, {teacher_probabilities.shape} teacher")
    if not temperature > 0:
        raise ValueError(f"temperature {temperature} is not positive")
    log_q = torch.log_softmax(student_logits.float() / temperature, dim=-1)  # (B, K)
    p = _soften(teacher_probabilities.detach().float(), temperature)  # (B, K)
    return (torch.xlogy(p, p) - p * log_q).sum(dim=-1) * temperature**2  # (B,)


def distillation_loss(
    student_logits: Tensor,
    teacher_probabilities: Tensor,
    weights: Tensor,
    temperature: float = 1.0,
) -> Tensor:
    """Eq. 1 over a batch: ``(1/B) Σ_i w̄_i · KL_i``, never divided by ``Σ w̄``.

    Args:
        student_logits: (B, K), before softmax.
        teacher_probabilities: (B, K), rows sum to 1.
        weights: (B,) w̄ of Eq. 3, in [0, 1]; rows with NaN belong out of the batch beforehand.
        temperature: as in ``kl_per_row``.

    Returns:
        A scalar, float32.

    Raises:
        ValueError: as ``kl_per_row``; or weights of another shape or not finite.
    """
    rows = kl_per_row(student_logits, teacher_probabilities, temperature)  # (B,)
    if weights.shape != rows.shape:
        raise ValueError(f"{tuple(weights.shape)} weights for {len(rows)} rows")
    if not torch.isfinite(weights).all():
        raise ValueError("weights must be finite: leave out the rows that have none")
    return (weights.detach().float() * rows).mean()


def _soften(probabilities: Tensor, temperature: float) -> Tensor:
    """``p^(1/τ)``, normalised over the classes; p itself at τ = 1."""
    if temperature == 1.0:
        return probabilities
    powered = probabilities.clamp_min(0).pow(1 / temperature)
    return powered / powered.sum(dim=-1, keepdim=True)

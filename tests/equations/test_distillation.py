"""Eq. 1 against its formula by hand, SciPy's entropy and torch's own KL, with its laws."""

import math

import numpy
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import softmax
from scipy.stats import entropy
from torch import Tensor

from core.distillation import distillation_loss, kl_per_row

SEEDS = st.integers(0, 10_000)
SETTINGS = settings(deadline=None, max_examples=60)


def draw(seed: int, rows: int = 5, scale: float = 3.0) -> tuple[Tensor, Tensor]:
    """Student logits and teacher probabilities."""
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(rows, 6, generator=generator) * scale
    teacher = torch.randn(rows, 6, generator=generator) * scale
    return logits, teacher.softmax(-1)


def test_by_hand() -> None:
    logits = torch.log(torch.tensor([[0.25, 0.75]]))
    teacher = torch.tensor([[0.5, 0.5]])
    expected = 0.5 * math.log(0.5 / 0.25) + 0.5 * math.log(0.5 / 0.75)
    assert kl_per_row(logits, teacher).item() == pytest.approx(expected, abs=1e-6)


@given(SEEDS)
@SETTINGS
def test_equals_scipy(seed: int) -> None:
    logits, teacher = draw(seed)
    expected = entropy(teacher.numpy(), softmax(logits.numpy().astype(float), axis=1), axis=1)
    numpy.testing.assert_allclose(kl_per_row(logits, teacher).numpy(), expected, atol=2e-5)


@given(SEEDS, st.floats(0.5, 5))
@SETTINGS
def test_temperature_softens_both_sides(seed: int, temperature: float) -> None:
    logits, teacher = draw(seed)
    soft = (teacher.log() / temperature).softmax(-1)
    student = (logits / temperature).log_softmax(-1)
    expected = torch.nn.functional.kl_div(student, soft, reduction="none").sum(-1)
    found = kl_per_row(logits, teacher, temperature)
    torch.testing.assert_close(found, expected * temperature**2, atol=1e-4, rtol=1e-4)


@given(SEEDS)
@SETTINGS
def test_never_negative_and_zero_at_equality(seed: int) -> None:
    logits, teacher = draw(seed)
    assert (kl_per_row(logits, teacher) >= -1e-6).all()
    same = kl_per_row(logits, logits.softmax(-1))
    torch.testing.assert_close(same, torch.zeros(5), atol=1e-5, rtol=0)


@given(SEEDS, st.permutations(range(5)))
@SETTINGS
def test_row_order_does_not_matter(seed: int, order: list[int]) -> None:
    logits, teacher = draw(seed)
    weights = torch.linspace(0, 1, 5)
    plain = kl_per_row(logits, teacher)
    torch.testing.assert_close(kl_per_row(logits[order], teacher[order]), plain[order])
    torch.testing.assert_close(
        distillation_loss(logits[order], teacher[order], weights[order]),
        distillation_loss(logits, teacher, weights),
    )


@given(SEEDS)
@SETTINGS
def test_a_constant_added_to_the_logits_changes_nothing(seed: int) -> None:
    logits, teacher = draw(seed)
    torch.testing.assert_close(
        kl_per_row(logits + 7.5, teacher), kl_per_row(logits, teacher), atol=1e-4, rtol=1e-4
    )


def test_a_certain_teacher_is_cross_entropy() -> None:
    logits, _ = draw(3)
    gold = torch.tensor([0, 1, 2, 3, 4])
    teacher = torch.nn.functional.one_hot(gold, 6).float()  # holds zeros: 0 · log 0 = 0
    expected = torch.nn.functional.cross_entropy(logits, gold, reduction="none")
    torch.testing.assert_close(kl_per_row(logits, teacher), expected)
    torch.testing.assert_close(
        kl_per_row(logits, teacher, 2.0),
        4 * torch.nn.functional.cross_entropy(logits / 2, gold, reduction="none"),
    )


def test_extreme_logits_stay_finite_in_half_precision() -> None:
    logits = torch.tensor([[300.0, -300.0, 0, 0, 0, 0]], dtype=torch.bfloat16)
    teacher = torch.tensor([[0.0, 1.0, 0, 0, 0, 0]], dtype=torch.float16)
    found = kl_per_row(logits, teacher)
    assert found.dtype == torch.float32
    assert found.item() == pytest.approx(600, rel=0.01)


def test_half_precision_logits_are_computed_in_float32() -> None:
    logits, teacher = draw(4)
    half = logits.half()
    torch.testing.assert_close(kl_per_row(half, teacher), kl_per_row(half.float(), teacher))


def test_the_loss_is_divided_by_rows_never_by_weights() -> None:
    logits, teacher = draw(1)
    weights = torch.tensor([1.0, 0.5, 0.0, 0.25, 1.0])
    by_hand = sum(w * kl for w, kl in zip(weights, kl_per_row(logits, teacher), strict=True)) / 5
    torch.testing.assert_close(distillation_loss(logits, teacher, weights), by_hand)
    half = distillation_loss(logits, teacher, weights / 2)
    torch.testing.assert_close(half, by_hand / 2)


def test_the_gradient_is_the_weighted_difference_of_probabilities() -> None:
    logits, teacher = draw(2)
    logits.requires_grad_()
    teacher.requires_grad_()
    weights = torch.tensor([1.0, 0.5, 0.0, 0.25, 1.0], requires_grad=True)
    distillation_loss(logits, teacher, weights).backward()
    expected = weights[:, None] * (logits.softmax(-1) - teacher) / 5  # known in closed form
    torch.testing.assert_close(logits.grad, expected.detach(), atol=1e-6, rtol=1e-4)
    assert teacher.grad is None and weights.grad is None


@pytest.mark.parametrize("temperature", [0.0, -1.0, float("nan")])
def test_temperatures_out_of_bounds(temperature: float) -> None:
    with pytest.raises(ValueError, match="not positive"):
        kl_per_row(*draw(0), temperature)


def test_wrong_shapes_and_missing_weights() -> None:
    logits, teacher = draw(0)
    with pytest.raises(ValueError, match="teacher"):
        kl_per_row(logits, teacher[:, :5])
    with pytest.raises(ValueError, match="weights"):
        distillation_loss(logits, teacher, torch.ones(5, 1))
    with pytest.raises(ValueError, match="finite"):
        distillation_loss(logits, teacher, torch.tensor([1, 1, 1, 1, float("nan")]))

"""Contribution scores: the exact terms of a mean-pooled model's logit margin."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.triggers import contribution_scores


@given(st.integers(2, 12), st.integers(0, 1000))
def test_the_terms_behind_the_scores_sum_to_the_margin(length: int, seed: int) -> None:
    """Undoing the standardisation gives h_i · d, whose mean is logit_c − mean_k logit_k."""
    generator = torch.Generator().manual_seed(seed)
    hidden = torch.randn(length, 8, generator=generator)
    weight, label = torch.randn(6, 8, generator=generator), seed % 6
    direction = weight[label] - weight.mean(dim=0)
    scores = contribution_scores(hidden, direction).double().numpy()
    terms = np.array([float(state.double() @ direction.double()) for state in hidden])
    np.testing.assert_allclose(scores * terms.std() + terms.mean(), terms, atol=1e-3)
    logits = hidden.double().mean(dim=0) @ weight.double().T  # mean pooling, linear head
    np.testing.assert_allclose(terms.mean(), float(logits[label] - logits.mean()), atol=1e-5)


@given(st.integers(2, 12), st.integers(0, 1000))
def test_scores_have_mean_zero_and_variance_one(length: int, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    scores = contribution_scores(
        torch.randn(length, 4, generator=generator), torch.randn(4, generator=generator)
    )
    assert abs(float(scores.mean())) < 1e-4
    assert abs(float(scores.pow(2).mean()) - 1) < 1e-3


def test_equal_states_score_nothing() -> None:
    assert not contribution_scores(torch.ones(5, 3), torch.ones(3)).any()


def test_scale_of_the_head_does_not_matter() -> None:
    hidden, direction = torch.randn(6, 4), torch.randn(4)
    torch.testing.assert_close(
        contribution_scores(hidden, direction), contribution_scores(hidden, 7 * direction)
    )

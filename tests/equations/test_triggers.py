"""Trigger scores against the cosine formula, plain loops and a brute-force threshold."""

import math

import numpy
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cosine
from sklearn.metrics import f1_score

from core.trigger_sweep import best_threshold
from core.triggers import (
    REDUCTIONS,
    cosine_scores,
    is_trigger,
    numerical_labels,
    word_scores,
)

SETTINGS = settings(deadline=None, max_examples=100)


def test_cosine_equals_scipy() -> None:
    hidden = torch.randn(7, 5, generator=torch.Generator().manual_seed(0))
    expected = [1 - cosine(row, hidden[0].numpy()) for row in hidden.numpy()]
    assert cosine_scores(hidden).numpy() == pytest.approx(expected, abs=1e-6)
    assert cosine_scores(hidden)[0] == pytest.approx(1)


def test_a_batch_is_its_rows_whatever_the_padding() -> None:
    hidden = torch.randn(3, 7, 5, generator=torch.Generator().manual_seed(1))
    scores = cosine_scores(hidden)
    assert scores.shape == (3, 7)
    for row, own in zip(hidden, scores, strict=True):
        torch.testing.assert_close(cosine_scores(row[:4]), own[:4])


def test_cosine_ignores_length_and_survives_zeros_and_half_precision() -> None:
    hidden = torch.tensor([[1.0, 0], [3, 0], [-2, 0], [0, 5], [0, 0]])
    assert cosine_scores(hidden).tolist() == [1, 1, -1, 0, 0]
    assert cosine_scores(hidden.bfloat16()).dtype == torch.float32
    assert cosine_scores(torch.full((3, 384), 0.1)).max() <= 1


# Special, word 0 in two pieces, word 2 in two, special; words 1 and 3 have none.
IDS = [None, 0, 0, 2, 2, None]
SCORES = [1.0, 0.2, 0.6, -0.1, -0.5, 0.9]


@pytest.mark.parametrize(
    ("reduce", "first", "second"), [("max", 0.6, -0.1), ("mean", 0.4, -0.3), ("first", 0.2, -0.1)]
)
def test_reductions_by_hand(reduce: str, first: float, second: float) -> None:
    scores, scored = word_scores(SCORES, IDS, 4, reduce)  # type: ignore[arg-type]
    assert scores == pytest.approx([first, second, second, second])  # unread: the minimum
    assert scored.tolist() == [True, False, True, False]


@given(st.data(), st.sampled_from(REDUCTIONS))
@SETTINGS
def test_laws_of_word_scores(data: st.DataObject, reduce: str) -> None:
    n_words = data.draw(st.integers(1, 6))
    ids = data.draw(st.lists(st.none() | st.integers(0, n_words - 1), max_size=12))
    values = data.draw(st.lists(st.floats(-1, 1), min_size=len(ids), max_size=len(ids)))
    scores, scored = word_scores(values, ids, n_words, reduce)  # type: ignore[arg-type]
    assert scores.shape == scored.shape == (n_words,)
    assert numpy.isfinite(scores).all()
    assert scored.tolist() == [word in ids for word in range(n_words)]
    if scored.any():
        assert (scores[~scored] == scores[scored].min()).all()
    own = [value for value, word in zip(values, ids, strict=True) if word is not None]
    if own:
        assert min(own) - 1e-12 <= scores.min() and scores.max() <= max(own) + 1e-12


def test_special_tokens_never_count() -> None:
    changed = [99.0, *SCORES[1:-1], -99.0]
    assert word_scores(changed, IDS, 4)[0].tolist() == word_scores(SCORES, IDS, 4)[0].tolist()


def test_a_text_without_sub_tokens() -> None:
    scores, scored = word_scores([1.0, 1.0], [None, None], 3)
    assert scores.tolist() == [0, 0, 0] and not scored.any()


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError):
        word_scores([1.0], [None, 0], 1)
    with pytest.raises(ValueError, match="word 3 of 3"):
        word_scores([1.0], [3], 3)
    with pytest.raises(ValueError, match="no reduction"):
        word_scores([1.0], [0], 1, "sum")  # type: ignore[arg-type]


def test_a_trigger_reaches_the_threshold_and_was_read() -> None:
    scores, scored = [0.5, 0.4, 0.9, 0.9], [True, True, False, True]
    assert is_trigger(scores, scored, 0.5).tolist() == [True, False, False, True]
    assert not is_trigger([0.5], [False], -1).any()


def test_numerical_submissions_are_not_negative() -> None:
    assert numerical_labels([-0.3, 0.0, 0.7]).tolist() == [0, 0, 0.7]


def mean_f1(threshold: float, scores: list[list[float]], gold: list[list[int]]) -> float:
    """The naive figure, by scikit-learn, over the tweets that have gold."""
    found = [
        f1_score(truth, [int(value >= threshold) for value in own], zero_division=0)
        for own, truth in zip(scores, gold, strict=True)
        if any(truth)
    ]
    return float(numpy.mean(found))


TWEET = st.lists(
    st.tuples(st.sampled_from([-0.5, 0.0, 0.1, 0.2, 0.25, 0.7, 0.9]), st.integers(0, 1)),
    min_size=1,
    max_size=6,
)
TWEETS = st.lists(TWEET, min_size=1, max_size=5).filter(
    lambda tweets: any(gold for tweet in tweets for _, gold in tweet)
)


@given(TWEETS)
@SETTINGS
def test_the_threshold_is_the_best_there_is(tweets: list[list[tuple[float, int]]]) -> None:
    scores = [[value for value, _ in tweet] for tweet in tweets]
    gold = [[truth for _, truth in tweet] for tweet in tweets]
    threshold, figure = best_threshold(scores, gold)
    assert figure == pytest.approx(mean_f1(threshold, scores, gold))
    candidates = {value for own in scores for value in own} | {-2.0, 2.0}
    assert figure == pytest.approx(max(mean_f1(one, scores, gold) for one in candidates))


def test_the_threshold_lies_between_two_scores() -> None:
    threshold, figure = best_threshold([[0.1, 0.5, 0.3], [0.2, 0.6]], [[0, 1, 0], [0, 1]])
    assert threshold == pytest.approx(0.4) and figure == 1.0


def test_of_equal_thresholds_the_highest() -> None:
    threshold, figure = best_threshold([[0.1, 0.5], [0.1, 0.9]], [[0, 1], [0, 1]])
    assert threshold == pytest.approx(0.3) and figure == 1.0


def test_ties_go_to_the_higher_and_all_gold_to_one_below_all() -> None:
    scores = [[0.2, 0.4, 0.6, 0.8]]  # gold first and last: F1 2/3 above 0.6 and below all
    threshold, figure = best_threshold(scores, [[1, 0, 0, 1]])
    assert threshold == pytest.approx(0.7) and figure == pytest.approx(2 / 3)
    threshold, figure = best_threshold(scores, [[1, 1, 1, 1]])
    assert threshold < 0.2 and figure == 1.0


def test_unread_words_are_never_predicted() -> None:
    scores, gold = [[0.9, 0.5]], [[0, 1]]
    assert best_threshold(scores, gold)[1] == pytest.approx(2 / 3)
    assert best_threshold(scores, gold, [[False, True]])[1] == 1
    assert best_threshold(scores, [[1, 1]], [[False, True]])[1] == pytest.approx(2 / 3)


def test_tweets_without_gold_do_not_move_it() -> None:
    scores, gold = [[0.1, 0.5]], [[0, 1]]
    assert best_threshold([*scores, [0.99, 0.98]], [*gold, [0, 0]]) == best_threshold(scores, gold)


def test_nothing_to_choose_on() -> None:
    for scores, gold, scored in (
        ([[0.1]], [[0]], None),
        ([], [], None),
        ([[0.1]], [[1]], [[False]]),
    ):
        with pytest.raises(ValueError, match="no scored word"):
            best_threshold(scores, gold, scored)
    with pytest.raises(ValueError, match="gold"):
        best_threshold([[0.1]], [[1, 0]])


def test_neighbouring_floats_do_not_lose_the_threshold() -> None:
    low = 0.5
    high = math.nextafter(low, 1)
    threshold, figure = best_threshold([[low, high]], [[0, 1]])
    assert figure == 1.0 and low < threshold <= high

"""Sweeps and tallies against plain loops, scikit-learn and scipy."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import bootstrap, pearsonr
from sklearn.metrics import average_precision_score, f1_score

from core import trigger_metrics, trigger_sweep
from core.trigger_metrics import Tally, average_precision, pearson, tally, trigger_report
from core.trigger_sweep import Sample, Sweep, best_threshold, sweep

SETTINGS = settings(deadline=None, max_examples=60)
Tweet = tuple[list[float], list[int], list[bool]]

WORD = st.tuples(
    st.sampled_from([-0.5, 0.0, 0.1, 0.2, 0.25, 0.7, 0.9]), st.integers(0, 1), st.booleans()
)
TWEETS = st.lists(
    st.lists(WORD, min_size=1, max_size=6).map(
        lambda words: tuple(list(column) for column in zip(*words, strict=True))
    ),
    max_size=5,
)


def naive(threshold: float, tweets: list[Any]) -> float:
    """Mean F1 over the tweets that have gold: twice the hits over both counts, in plain loops."""
    found = []
    for own, gold, read in tweets:
        guess = [value >= threshold and mask for value, mask in zip(own, read, strict=True)]
        hits = sum(1 for one, truth in zip(guess, gold, strict=True) if one and truth)
        if any(gold):
            found.append(2 * hits / (sum(guess) + sum(gold)))
    return float(np.mean(found))


@given(TWEETS)
@SETTINGS
def test_a_sweep_is_the_mean_f1_at_every_distinct_score(tweets: list[Tweet]) -> None:
    found = sweep(*([one[part] for one in tweets] for part in range(3)))
    scored = {
        value
        for own, gold, read in tweets
        for value, mask in zip(own, read, strict=True)
        if mask and any(gold)
    }
    assert list(found.threshold) == sorted(scored)
    assert found.f1 == pytest.approx([naive(value, tweets) for value in found.threshold])
    if scored:
        oracle = found.best
        assert oracle is not None
        _, figure = best_threshold(*([one[part] for one in tweets] for part in range(3)))
        assert oracle[1] == pytest.approx(figure) == pytest.approx(naive(oracle[0], tweets))
    else:
        assert found == Sweep((), ()) and found.best is None


def many(n: int, seed: int = 3) -> tuple[list[np.ndarray], list[np.ndarray], list[np.ndarray]]:
    """Tweets of all lengths; words with gold score a little higher, some were not read."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 30, n)
    gold = [(rng.random(size) < 0.2).astype(int) for size in sizes]
    scores = [rng.normal(size=len(own)) + own for own in gold]
    return scores, gold, [rng.random(size) < 0.95 for size in sizes]


def test_of_many_scores_quantiles_stand_for_all() -> None:
    scores, gold, read = many(300)
    found = sweep(scores, gold, read)
    assert 190 <= len(found.threshold) <= 200 == trigger_sweep.POINTS
    tweets = list(zip(scores, gold, read, strict=True))
    for place in range(0, len(found.threshold), 20):
        assert found.f1[place] == pytest.approx(naive(found.threshold[place], tweets))
    assert found.best is not None
    exact = best_threshold(scores, gold, read)[1]
    assert exact - 0.01 < found.best[1] <= exact + 1e-12
    words = np.concatenate([own[r & g.any()] for own, g, r in zip(scores, gold, read, strict=True)])
    assert {found.threshold[0], found.threshold[-1]} == {words.min(), words.max()}


def test_a_sample_is_every_nth_whatever_the_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trigger_sweep, "HELD", 10)
    rng = np.random.default_rng(0)
    for _ in range(200):
        sample, seen = Sample(), 0
        for size in rng.integers(0, 7, rng.integers(1, 40)).tolist():
            sample.add(np.arange(seen, seen + size, dtype=float))
            seen += size
        held = sample.values
        assert len(held) <= 10 and len(held) >= min(seen, 5)
        step = held[1] if len(held) > 1 else 1
        assert held.tolist() == np.arange(0, seen, step).tolist()
        assert math.log2(step).is_integer()


@given(st.lists(st.tuples(st.integers(0, 1), st.floats(-1e3, 1e3, width=32)), min_size=2))
@SETTINGS
def test_average_precision_and_pearson_are_the_libraries(rows: list[tuple[int, float]]) -> None:
    gold, scores = [g for g, _ in rows], [s for _, s in rows]
    if not any(gold):
        assert average_precision(gold, scores) is pearson(gold, scores) is None
        return
    assert average_precision(gold, scores) == pytest.approx(average_precision_score(gold, scores))
    if len(set(gold)) == 1 or len(set(scores)) == 1:
        assert pearson(gold, scores) == 0
    else:
        assert pearson(gold, scores) == pytest.approx(pearsonr(gold, scores).statistic, abs=1e-7)


def test_a_report_is_the_mean_of_scikit_learns_figures() -> None:
    scores, gold, read = many(80)
    report = trigger_report(gold, scores, 0.4, read)
    tweets = [one for one in zip(gold, scores, read, strict=True) if one[0].any()]
    binary = [((own >= 0.4) & mask).astype(int) for _, own, mask in tweets]
    assert (report.n, report.computable) == (80, len(tweets)) and len(tweets) < 80
    f1 = [f1_score(one[0], own, zero_division=0) for one, own in zip(tweets, binary, strict=True)]
    assert report.f1 == pytest.approx(np.mean(f1))
    assert report.f1 == pytest.approx(naive(0.4, [(own, truth, r) for truth, own, r in tweets]))
    ranked = [average_precision_score(one[0], own) for one, own in zip(tweets, binary, strict=True)]
    assert report.map_binary == pytest.approx(np.mean(ranked))
    assert report.map_scores == pytest.approx(
        np.mean([average_precision_score(truth, own) for truth, own, _ in tweets])
    )


def test_without_a_threshold_there_is_a_ranking_and_no_f1() -> None:
    report = trigger_report([[0, 1]], [[0.1, 0.2]], None)
    assert (report.map_scores, report.pearson) == (1, 1)
    assert (report.f1, report.precision, report.recall, report.map_binary) == (None,) * 4
    assert tally([[0, 1]], [[0.1, 0.2]], None).interval("f1", 100, 0) is None


def test_intervals_are_those_of_scipys_bootstrap(monkeypatch: pytest.MonkeyPatch) -> None:
    scores, gold, read = many(120)
    found = tally(gold, scores, 0.4, read)
    for figure in ("f1", "map_scores"):
        values = found.values(figure)
        expected = bootstrap(
            (values,), np.mean, method="percentile", n_resamples=20_000, rng=1
        ).confidence_interval
        interval = found.interval(figure, 20_000, 2)
        assert interval == pytest.approx((expected.low, expected.high), abs=2e-3)
        assert interval[0] < values.mean() < interval[1]
    monkeypatch.setattr(trigger_metrics, "AT_ONCE", 50)  # fewer numbers than tweets: draw by draw
    assert found.interval("f1", 2000, 2) == pytest.approx(found.interval("f1", 2000, 3), abs=0.01)


def test_nothing_has_no_interval() -> None:
    empty = Tally(0.5)
    empty.add([0, 0], [0.1, 0.9], [True, True])
    assert empty.interval("f1", 100, 0) is None and empty.report().f1 is None
    assert tally([[1]], [[1.0]], 0.5).interval("f1", 0, 0) is None

"""Agreement, stability and plausibility against scipy, scikit-learn and sets written out."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kendalltau, spearmanr
from sklearn.metrics import auc, average_precision_score, precision_recall_curve

from core.agreement import agreement, plausibility, stability
from core.explanations import Agreement
from core.ranking import ranked
from core.trigger_metrics import token_f1

# Few values, so that ties are frequent.
SCORES = st.lists(st.integers(-4, 4).map(float), min_size=1, max_size=14)


@st.composite
def two(draw: st.DrawFn) -> tuple[list[float], list[float], list[bool]]:
    """Two score vectors and which words were read."""
    first = draw(SCORES)
    size = {"min_size": len(first), "max_size": len(first)}
    second = draw(st.lists(st.integers(-4, 4).map(float), **size))
    return first, second, draw(st.lists(st.booleans(), **size))


@given(two())
def test_agreement_is_scipys(given_: tuple[list[float], list[float], list[bool]]) -> None:
    first, second, read = given_
    a = [x for x, known in zip(first, read, strict=True) if known]
    b = [x for x, known in zip(second, read, strict=True) if known]
    found = agreement(first, second, read)
    if len(a) < 3 or len(set(a)) == 1 or len(set(b)) == 1:
        assert found == Agreement(None, None, None, 3)
        return
    assert found.spearman == pytest.approx(spearmanr(a, b).statistic)
    assert found.kendall == pytest.approx(kendalltau(a, b).statistic)
    assert agreement(second, first, read).spearman == pytest.approx(found.spearman)
    if len(a) > 3:
        top = [set(ranked(scores, read)[:3].tolist()) for scores in (first, second)]
        assert found.overlap == len(top[0] & top[1]) / len(top[0] | top[1])
        assert agreement(first, first, read).overlap == 1
    else:
        assert found.overlap is None


def test_overlap_by_hand() -> None:
    read = [True] * 6
    first, second = [6, 5, 4, 3, 2, 1], [1, 5, 4, 6, 2, 3]  # tops {0, 1, 2} and {3, 1, 2}
    assert agreement(first, second, read).overlap == 2 / 4
    assert agreement(first, second, read, top=1).overlap == 0
    assert agreement(first, second, read, top=4).overlap == 3 / 5
    assert agreement(first, second, read, top=6).overlap is None
    assert agreement(first, [9, *second[1:]], [False, *read[1:]], top=1).overlap == 0


def test_what_is_no_number_has_no_rank() -> None:
    read = [True] * 4
    assert agreement([1, 2, 3, float("nan")], [1, 2, 3, 4], read).spearman is None
    assert agreement([1, 2, 3, float("nan")], [1, 2, 3, 4], [*read[:3], False]).spearman == 1


@given(SCORES, st.integers(0, 5))
def test_ranked_by_descending_score(scores: list[float], seed: int) -> None:
    read = [score != 3 for score in scores]
    order = ranked(scores, read, seed).tolist()
    assert sorted(order) == [place for place, known in enumerate(read) if known]
    values = [scores[place] for place in order]
    assert values == sorted(values, reverse=True)
    assert ranked([score * 2 for score in scores], read, seed).tolist() == order


def test_ties_stand_in_any_order() -> None:
    first = [int(ranked([0.0] * 10, [True] * 10, seed)[0]) for seed in range(400)]
    counts = np.bincount(first, minlength=10)
    assert counts.min() > 15 and counts.max() < 70  # 40 each, give or take 4 deviations


def test_stability_is_the_mean_over_pairs() -> None:
    rng = np.random.default_rng(1)
    runs = rng.normal(size=(4, 9))
    read = np.array([True] * 8 + [False])
    pairs = [spearmanr(a[:8], b[:8]).statistic for a, b in itertools.combinations(runs, 2)]
    assert stability(runs.tolist(), read) == pytest.approx(np.mean(pairs))
    assert stability([runs[0], runs[0]], read) == pytest.approx(1)
    assert stability([runs[0], -runs[0]], read) == pytest.approx(-1)
    assert stability([runs[0], np.zeros(9), runs[1]], read) == pytest.approx(pairs[0])


@pytest.mark.parametrize("runs", [[], [[1, 2, 3, 4]], [[1, 1, 1, 1], [1, 2, 3, 4]]])
def test_no_stability(runs: list[list[float]]) -> None:
    assert stability(runs, [True] * 4) is None


@given(two())
def test_plausibility_is_scikit_learns(
    given_: tuple[list[float], list[float], list[bool]],
) -> None:
    scores, gold, read = given_[0], [float(x > 1) for x in given_[1]], given_[2]
    found = plausibility(gold, scores, read)
    if not any(gold) or not any(read):
        assert found is None
        return
    assert found is not None
    lowest = min(score for score, known in zip(scores, read, strict=True) if known)
    ranking = [score if known else lowest for score, known in zip(scores, read, strict=True)]
    precisions, recalls, _ = precision_recall_curve(gold, ranking)
    assert found.auprc == pytest.approx(auc(recalls, precisions))
    assert found.average_precision == pytest.approx(average_precision_score(gold, ranking))
    chosen = ranked(scores, read)[: int(sum(gold))]
    guess = [int(place in chosen) for place in range(len(gold))]
    assert (found.precision, found.recall, found.f1) == token_f1(gold, guess)


def test_plausibility_by_hand() -> None:
    scores, read = [0.9, 0.1, 0.8, -0.3, 0.7], [True] * 5
    found = plausibility([1, 0, 0, 0, 1], scores, read)
    assert found is not None
    assert (found.precision, found.recall, found.f1) == (0.5, 0.5, 0.5)
    assert found.average_precision == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)
    missed = plausibility([1, 1, 0, 0, 0], [9.0, *scores[1:]], [False, *read[1:]])
    assert missed is not None
    assert (missed.precision, missed.recall) == (0, 0)  # one is not read, the other comes third
    few = plausibility([1, 1, 1, 0, 0], scores, [True, False, False, False, False])
    assert few is not None and (few.precision, few.recall) == (1, 1 / 3)


def test_no_plausibility() -> None:
    assert plausibility([0, 0], [0.1, 0.2], [True, True]) is None
    assert plausibility([1, 0], [0.1, 0.2], [False, False]) is None
    assert plausibility([1, 0], [float("nan"), 0.2], [True, True]) is None
    with pytest.raises(ValueError):
        plausibility([1, 0, 0], [0.1, 0.2], [True, True])

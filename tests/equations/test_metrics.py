"""Figures against scikit-learn, SciPy and naive loops over rows."""

import itertools
import math
import random
import warnings

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, binomtest
from sklearn import metrics as sklearn_metrics

from core.cells import counts, counts_of_names
from core.labels import LABELS
from core.metrics import classification, macro_f1_of, pooled, report_of, scored_classes
from core.significance import holm, intervals, mcnemar, randomisation
from core.trigger_metrics import average_precision, pearson, token_f1, trigger_report

SETTINGS = settings(deadline=None, max_examples=80)
PAIRS = st.lists(
    st.tuples(st.sampled_from(LABELS), st.sampled_from(LABELS)), min_size=1, max_size=30
)


def draw(
    n: int, seed: int = 0, right: float = 0.6, names: tuple[str, ...] = LABELS
) -> tuple[list[str], list[str]]:
    """Gold and a system that is right in a share of rows."""
    source = random.Random(seed)
    gold = [source.choice(names) for _ in range(n)]
    guess = [g if source.random() < right else source.choice(LABELS) for g in gold]
    return gold, guess


def bootstrap(
    gold: list[str],
    guess: list[str],
    groups: list[str] | None = None,
    n: int = 1000,
    seed: int = 0,
    mean: bool = False,
) -> dict[str, tuple[float, float]]:
    """Intervals of rows by names: of all of them, or of the mean over groups."""
    cells = counts_of_names((gold, guess), groups)
    return intervals([[own] for own in cells] if mean else [list(cells)], n, seed)


def randomised(
    gold: list[str], a: list[str], b: list[str], n: int = 10_000, seed: int = 0
) -> float:
    return randomisation(counts_of_names((gold, a, b))[0], n, seed)


@given(PAIRS)
@SETTINGS
def test_all_six_equal_scikit_learn(pairs: list[tuple[str, str]]) -> None:
    gold, guess = [g for g, _ in pairs], [p for _, p in pairs]
    report = classification(gold, guess, classes=LABELS)
    precision, recall, f1, _ = sklearn_metrics.precision_recall_fscore_support(
        gold, guess, labels=LABELS, average="macro", zero_division=0
    )
    found = (report.macro_precision, report.macro_recall, report.macro_f1)
    assert found == pytest.approx((precision, recall, f1))
    assert report.accuracy == pytest.approx(sklearn_metrics.accuracy_score(gold, guess))
    expected = sklearn_metrics.confusion_matrix(gold, guess, labels=LABELS)
    assert numpy.array(report.confusion).tolist() == expected.tolist()


@given(PAIRS)
@SETTINGS
def test_present_classes_by_hand(pairs: list[tuple[str, str]]) -> None:
    gold, guess = [g for g, _ in pairs], [p for _, p in pairs]
    report = classification(gold, guess)
    assert report.classes == tuple(label for label in LABELS if label in gold)
    figures = []
    for label in report.classes:
        hits = sum(g == p == label for g, p in pairs)
        figures.append(2 * hits / (gold.count(label) + guess.count(label)))
        own = report.per_class[label]
        assert own.f1 == pytest.approx(figures[-1])
        assert own.recall == pytest.approx(hits / gold.count(label))
        assert own.precision == pytest.approx(hits / max(guess.count(label), 1))
        assert (own.support, own.predicted) == (gold.count(label), guess.count(label))
    assert report.macro_f1 == pytest.approx(sum(figures) / len(figures))


@pytest.mark.parametrize("average", ["micro", "weighted", "macro"])
@given(pairs=PAIRS)
@SETTINGS
def test_every_average_equals_scikit_learn(average: str, pairs: list[tuple[str, str]]) -> None:
    gold, guess = [g for g, _ in pairs], [p for _, p in pairs]
    report = classification(gold, guess)
    expected = sklearn_metrics.precision_recall_fscore_support(
        gold, guess, labels=report.classes, average=average, zero_division=0
    )[:3]
    names = [f"{average}_{name}" for name in ("precision", "recall", "f1")]
    assert [getattr(report, name) for name in names] == pytest.approx(list(expected))
    assert report.macro_f1_all == pytest.approx(
        sklearn_metrics.f1_score(gold, guess, average="macro", zero_division=0)
    )


def test_a_million_rows_are_counted_right() -> None:
    source = numpy.random.default_rng(0)
    gold, guess = source.integers(0, 6, (2, 1_000_000))
    groups = source.integers(0, 3, 1_000_000)
    found = counts((gold, guess), groups, 3)
    report = report_of(found.sum(axis=0))
    for group in range(3):
        own = groups == group
        expected = sklearn_metrics.confusion_matrix(gold[own], guess[own])
        assert found[group].tolist() == expected.tolist()
    assert report.n == 1_000_000
    with pytest.raises(ValueError, match="outside"):
        counts((gold, guess + 1))
    with pytest.raises(ValueError, match="rows"):
        counts((gold, guess[:-1]))


def test_predictions_of_absent_classes_are_errors() -> None:
    gold = ["Joy", "Joy", "Fear", "Fear"]
    report = classification(gold, ["Joy", "Love", "Fear", "Love"])
    assert report.classes == ("Joy", "Fear")
    assert report.macro_recall == 0.5 and report.macro_precision == 1.0
    assert report.macro_f1 == pytest.approx(2 / 3)
    assert classification(gold, ["Joy", "Love", "Fear", "Love"], classes=LABELS).macro_f1 < 0.3


@given(PAIRS, st.randoms(use_true_random=False))
@SETTINGS
def test_row_order_does_not_matter(pairs: list[tuple[str, str]], source: random.Random) -> None:
    mixed = source.sample(pairs, len(pairs))
    assert classification(*zip(*pairs, strict=True)) == classification(*zip(*mixed, strict=True))


def test_a_pooled_figure_is_the_mean_of_the_languages() -> None:
    reports = {code: classification(*draw(n, n)) for code, n in (("es", 40), ("ru", 400))}
    mean = pooled(reports)
    assert mean.macro_f1 == pytest.approx(sum(r.macro_f1 for r in reports.values()) / 2)
    assert (mean.n, mean.parts) == (440, ("es", "ru"))
    with pytest.raises(ValueError, match="no reports"):
        pooled({})


def test_what_cannot_be_scored_is_refused() -> None:
    for gold, guess in ((["Joy"], ["Rage"]), (["Rage"], ["Joy"]), (["Joy"], []), ([], [])):
        with pytest.raises(ValueError):
            classification(gold, guess)
    with pytest.raises(ValueError, match="not among"):
        scored_classes(["Joy"], classes=("Rage",))


def test_macro_f1_of_many_confusions_is_classification_of_each() -> None:
    rows = [draw(25, seed, names=LABELS[: 2 + seed % 5]) for seed in range(20)]
    confusions = numpy.array([classification(*one).confusion for one in rows])
    plain = [classification(*one).macro_f1 for one in rows]
    assert macro_f1_of(confusions) == pytest.approx(plain)


def naive_bootstrap(
    gold: list[str], guess: list[str], groups: list[str], mean: bool
) -> tuple[float, float]:
    """Rows drawn one by one, scored by scikit-learn."""
    source = random.Random(1)
    members = {name: [i for i, g in enumerate(groups) if g == name] for name in set(groups)}
    figures = []
    for _ in range(400):
        drawn = {n: source.choices(own, k=len(own)) for n, own in members.items()}
        parts = drawn if mean else {"all": list(itertools.chain(*drawn.values()))}
        scores = [
            sklearn_metrics.f1_score(
                [gold[i] for i in part],
                [guess[i] for i in part],
                labels=sorted({gold[i] for i in members.get(name, range(len(gold)))}),
                average="macro",
                zero_division=0,
            )
            for name, part in parts.items()
        ]
        figures.append(sum(scores) / len(scores))
    return tuple(numpy.quantile(figures, [0.025, 0.975]))


@pytest.mark.parametrize("mean", [False, True])
def test_bootstrap_agrees_with_drawing_rows_one_by_one(mean: bool) -> None:
    gold, guess = draw(200, 4, names=LABELS[:5])
    gold[60:62] = ["Neutral"] * 2  # so few that some draws lack the class
    groups = ["es"] * 50 + ["ru"] * 150
    found = bootstrap(gold, guess, groups, n=4000, mean=mean)["macro_f1"]
    assert found == pytest.approx(naive_bootstrap(gold, guess, groups, mean), abs=0.02)


def test_the_interval_of_accuracy_is_the_binomials() -> None:
    """Of rows drawn with replacement, the hits are binomial."""
    gold, guess = draw(400, 4)
    found = bootstrap(gold, guess, n=20_000)
    share = sklearn_metrics.accuracy_score(gold, guess)
    expected = [binom.ppf(q, 400, share) / 400 for q in (0.025, 0.975)]
    assert found["accuracy"] == pytest.approx(expected, abs=0.003)


@given(PAIRS, st.randoms(use_true_random=False))
@SETTINGS
def test_intervals_and_tests_do_not_depend_on_the_order(
    pairs: list[tuple[str, str]], source: random.Random
) -> None:
    rows = [(g, p, source.choice(LABELS), source.choice("ab")) for g, p in pairs]
    mixed = source.sample(rows, len(rows))
    first, second = ([list(column) for column in zip(*own, strict=True)] for own in (rows, mixed))
    for own in (first, second):
        own.append(bootstrap(own[0], own[1], own[3], n=20))
        own.append(randomised(*own[:3], n=20))
    assert first[4:] == second[4:]


def test_bootstrap_holds_the_figure_and_narrows_with_rows() -> None:
    widths = []
    for n in (100, 10_000):
        gold, guess = draw(n, 2)
        low, high = bootstrap(gold, guess)["macro_f1"]
        assert low < classification(gold, guess).macro_f1 < high
        widths.append(high - low)
    assert widths[0] / widths[1] == pytest.approx(10, rel=0.3)  # √(10,000 / 100)


def test_bootstrap_is_seeded_and_exact_without_variation() -> None:
    gold, guess = draw(80, 3)
    assert bootstrap(gold, guess, seed=5) == bootstrap(gold, guess, seed=5)
    assert bootstrap(gold, guess, seed=5) != bootstrap(gold, guess, seed=6)
    assert bootstrap(gold, gold) == {"macro_f1": (1, 1), "accuracy": (1, 1)}
    with pytest.raises(ValueError, match="groups"):
        bootstrap(gold, guess, ["es"])
    with pytest.raises(ValueError, match="no rows"):
        bootstrap([], [])


def exact_randomisation(gold: list[str], a: list[str], b: list[str]) -> float:
    """All 2^n swaps."""

    def difference(first: list[str], second: list[str]) -> float:
        return classification(gold, first).macro_f1 - classification(gold, second).macro_f1

    observed = abs(difference(a, b))
    extreme = 0
    for swaps in itertools.product([False, True], repeat=len(gold)):
        first = [y if s else x for x, y, s in zip(a, b, swaps, strict=True)]
        second = [x if s else y for x, y, s in zip(a, b, swaps, strict=True)]
        extreme += abs(difference(first, second)) >= observed - 1e-12
    return extreme / 2 ** len(gold)


def test_randomisation_agrees_with_all_swaps() -> None:
    gold = ["Joy", "Joy", "Fear", "Fear", "Love", "Love", "Anger"]
    a = ["Joy", "Joy", "Fear", "Joy", "Love", "Love", "Joy"]
    b = ["Joy", "Fear", "Joy", "Fear", "Joy", "Love", "Joy"]
    assert randomised(gold, a, b) == pytest.approx(exact_randomisation(gold, a, b), abs=0.02)


def test_randomisation_knows_equal_from_different() -> None:
    gold, good = draw(600, 0, right=0.8)
    _, poor = draw(600, 0, right=0.3)
    assert randomised(gold, good, good, n=500) == 1
    assert randomised(gold, good, poor, n=999) == pytest.approx(0.001)
    first = randomised(gold, good, poor, n=200, seed=1)
    assert first == randomised(gold, poor, good, n=200, seed=1)


def test_randomisation_is_calibrated_when_systems_are_equally_good() -> None:
    found = []
    for seed in range(150):
        gold, a = draw(60, seed)
        noise = random.Random(-seed)
        b = [g if noise.random() < 0.6 else noise.choice(LABELS) for g in gold]
        found.append(randomised(gold, a, b, n=300, seed=seed))
    assert 0.35 < float(numpy.mean(found)) < 0.65
    assert sum(p <= 0.05 for p in found) < 18  # 7.5 expected


def test_mcnemar_by_the_binomial() -> None:
    gold = ["Joy"] * 12
    a = ["Joy"] * 9 + ["Fear"] * 3
    b = ["Fear"] * 7 + ["Joy"] * 5
    only_a, only_b = 7, 3
    tail = 2 * binom.cdf(min(only_a, only_b), only_a + only_b, 0.5)
    first, second = (mcnemar(counts_of_names(rows)[0]) for rows in ((gold, a, b), (gold, b, a)))
    assert first == pytest.approx(tail) == second
    assert mcnemar(counts_of_names((gold, a, a))[0]) == 1.0
    with pytest.raises(ValueError, match="rows"):
        counts_of_names((gold, a, b[:-1]))


@given(st.lists(st.tuples(*[st.sampled_from(LABELS)] * 3), min_size=1, max_size=30))
@SETTINGS
def test_mcnemar_counts_rows_that_one_alone_gets_right(rows: list[tuple[str, str, str]]) -> None:
    only_a = sum(g == a != b for g, a, b in rows)
    only_b = sum(g == b != a for g, a, b in rows)
    expected = binomtest(only_a, only_a + only_b).pvalue if only_a + only_b else 1
    columns = [list(column) for column in zip(*rows, strict=True)]
    assert mcnemar(counts_of_names(columns)[0]) == pytest.approx(expected)


def test_holm_by_hand() -> None:
    corrected = holm({"fr": 0.04, "es": 0.01, "nl": 0.03, "ru": 0.5})
    assert list(corrected) == ["fr", "es", "nl", "ru"]
    assert corrected == pytest.approx({"es": 0.04, "nl": 0.09, "fr": 0.09, "ru": 0.5})
    assert holm({"a": 0.9, "b": 0.8}) == {"a": 1.0, "b": 1.0}
    assert holm({}) == {}


BITS = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=1, max_size=12)


@given(BITS)
@SETTINGS
def test_token_f1_equals_scikit_learn(bits: list[tuple[int, int]]) -> None:
    gold, guess = [g for g, _ in bits], [p for _, p in bits]
    if not any(gold):
        assert token_f1(gold, guess) is None
        return
    expected = sklearn_metrics.precision_recall_fscore_support(
        gold, guess, average="binary", zero_division=0
    )[:3]
    assert token_f1(gold, guess) == pytest.approx(expected)


def naive_average_precision(gold: list[int], scores: list[float]) -> float:
    """Σ over distinct scores, best first: precision there × the recall gained."""
    total, before = 0.0, 0
    for value in sorted(set(scores), reverse=True):
        kept = [g for g, s in zip(gold, scores, strict=True) if s >= value]
        total += (sum(kept) - before) / sum(gold) * sum(kept) / len(kept)
        before = sum(kept)
    return total


@given(st.lists(st.tuples(st.integers(0, 1), st.sampled_from([-0.5, 0, 0.2, 0.9])), min_size=1))
@SETTINGS
def test_average_precision_and_pearson(rows: list[tuple[int, float]]) -> None:
    gold, scores = [g for g, _ in rows], [s for _, s in rows]
    if not any(gold):
        assert average_precision(gold, scores) is None and pearson(gold, scores) is None
        return
    assert average_precision(gold, scores) == pytest.approx(naive_average_precision(gold, scores))
    if len(set(gold)) == 1 or len(set(scores)) == 1:
        assert pearson(gold, scores) == 0
    else:
        assert pearson(gold, scores) == pytest.approx(numpy.corrcoef(gold, scores)[0, 1])


def test_a_trigger_report_by_hand() -> None:
    golds = [[0, 1, 0], [1, 0], [0, 0, 0], [1, 1]]
    scores = [[0.1, 0.9, 0.6], [-0.2, 0.3], [0.9, 0.9, 0.9], [0.1, 0.2]]
    report = trigger_report(golds, scores, threshold=0.5)
    # words at or above 0.5: tweet 1 [0,1,1], tweet 2 none, tweet 3 has no gold, tweet 4 none
    assert (report.n, report.computable) == (4, 3)
    assert report.precision == pytest.approx((0.5 + 0 + 0) / 3)
    assert report.recall == pytest.approx((1 + 0 + 0) / 3)
    assert report.f1 == pytest.approx((2 / 3 + 0 + 0) / 3)
    assert report.map_scores == pytest.approx((1 + 0.5 + 1) / 3)
    assert report.map_binary == pytest.approx((0.5 + 0.5 + 1) / 3)  # none predicted: all tie
    first = numpy.corrcoef([0, 1, 0], [0.1, 0.9, 0.6])[0, 1]
    assert report.pearson == pytest.approx((first - 1 + 0) / 3)  # all gold: constant, 0


def test_pearson_is_of_the_scores_as_submitted() -> None:
    report = trigger_report([[0, 1, 0]], [[-0.8, 0.5, 0.1]], threshold=0.5)
    expected = numpy.corrcoef([0, 1, 0], [0.0, 0.5, 0.1])[0, 1]
    assert report.pearson == pytest.approx(expected)


def test_a_word_that_was_not_read_is_never_predicted() -> None:
    report = trigger_report([[1, 0]], [[0.2, 0.2]], 0.1, scored=[[True, False]])
    assert report.precision == report.recall == report.f1 == 1


def test_not_computable_is_none_never_zero() -> None:
    report = trigger_report([[0, 0], [0]], [[0.1, 0.2], [0.3]], 0.15)
    assert (report.n, report.computable) == (2, 0)
    figures = (report.f1, report.precision, report.recall)
    assert figures == (report.map_scores, report.map_binary, report.pearson) == (None, None, None)


def test_vectors_must_be_parallel_and_nothing_warns() -> None:
    for figure in (token_f1, average_precision, pearson):
        with pytest.raises(ValueError, match="words"):
            figure([0, 1], [1])
    with pytest.raises(ValueError):
        trigger_report([[0]], [], 0.5)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert pearson([1, 0], [5e-324, 0.0]) is not None
        assert pearson([1, 0, 0], [1.0, 1.0, math.nextafter(1.0, 2)]) is not None
        trigger_report([[1], [1, 0]], [[0.5], [0.0, 0.0]], 0.9)

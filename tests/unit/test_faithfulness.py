"""Verdicts against naive loops over plain modules, and against toy models with a known answer."""

import copy
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from core.attribution.forward import StoppedError
from core.attribution.subject import Subject
from core.explanations import Erasure, Faithfulness, Target, Verdict
from core.faithfulness import FEWEST, FRACTIONS, Judge, steps
from core.labels import INDEX, LABELS
from core.loading import load_emotion_model
from core.models import EmotionModel

TWEETS = {
    "student": "so  happy today 😂 , je suis très content et triste @user",
    "teacher": "I love this table so much today , happy user http 😂",
}


@pytest.fixture(scope="module")
def models(folders: Any) -> dict[str, EmotionModel]:
    places = {"student": folders.student, "teacher": folders.teacher}
    return {role: load_emotion_model(place, role) for role, place in places.items()}


@pytest.fixture(params=["student", "teacher"])
def subject(models: dict[str, EmotionModel], request: pytest.FixtureRequest) -> Subject:
    """A mean model with a prefix and a word that is not read, and a cls model."""
    return Subject.of(models[request.param], TWEETS[request.param], Target("Joy"))


def some_scores(subject: Subject, seed: int = 5) -> list[float]:
    drawn: list[float] = np.random.default_rng(seed).normal(size=subject.n_words).tolist()
    return drawn


# --- the same in plain words ---


def word_of(subject: Subject) -> list[int | None]:
    """The word behind each sub-token, from the tokenizer's offsets and nothing of ours.

    A bare "▁" has no character of its own: it goes with the next word.
    """
    model = subject.model
    found = model.tokenizer(
        model.prefix + subject.text, return_offsets_mapping=True, return_special_tokens_mask=True
    )
    places: list[int | None] = []
    for (start, end), special in zip(
        found["offset_mapping"], found["special_tokens_mask"], strict=True
    ):
        start, end = start - len(model.prefix), end - len(model.prefix)
        if special or end <= 0:
            places.append(None)
            continue
        start = max(start, 0)
        rest = subject.text[start:]
        start += len(rest) - len(rest.lstrip(" "))
        places.append(subject.text[:start].count(" "))
    return places


def naive_probability(subject: Subject, words: set[int], deleted: bool) -> float:
    """One text, one plain pass."""
    pieces = zip(subject.ids, word_of(subject), strict=True)
    mask = subject.model.tokenizer.mask_token_id
    if deleted:
        ids = [piece for piece, word in pieces if word not in words]
    else:
        ids = [mask if word in words else piece for piece, word in pieces]
    with torch.no_grad():
        logits = subject.model.module(
            input_ids=torch.tensor([ids]), attention_mask=torch.ones(1, len(ids))
        ).logits[0]
    return float(torch.softmax(logits, dim=0)[INDEX[subject.target.label]])


def naive(subject: Subject, order: Sequence[int]) -> dict[str, float]:
    """Every figure of one ranking, the words that were read only."""
    n = len(order)
    counts = sorted({max(1, -int(-share * n // 1)) for share in FRACTIONS})
    whole, found = naive_probability(subject, set(), False), {}
    for name, deleted in (("masked", False), ("deleted", True)):
        for figure, part in (
            ("comprehensiveness", lambda k: set(order[:k])),
            ("sufficiency", lambda k: set(order[k:])),
        ):
            lost = [whole - naive_probability(subject, part(k), deleted) for k in counts]
            found[f"{name} {figure}"] = sum(lost) / len(lost)
    points = sorted({0, n, *counts, *(n - k for k in counts)})
    for figure in ("deletion", "insertion"):
        words = [set(order[:k]) if figure == "deletion" else set(order[k:]) for k in points]
        heights = [naive_probability(subject, one, False) for one in words]
        found[figure] = sum(
            (heights[i] + heights[i + 1]) / 2 * (points[i + 1] - points[i]) / n
            for i in range(len(points) - 1)
        )
    return found


def figures(found: Faithfulness) -> dict[str, float]:
    return {
        "masked comprehensiveness": found.masked.comprehensiveness,
        "masked sufficiency": found.masked.sufficiency,
        "deleted comprehensiveness": found.deleted.comprehensiveness,
        "deleted sufficiency": found.deleted.sufficiency,
        "deletion": found.deletion_auc,
        "insertion": found.insertion_auc,
    }


def intervals(found: Faithfulness) -> dict[str, tuple[float, float]]:
    return {
        "masked comprehensiveness": found.masked.random_comprehensiveness,
        "masked sufficiency": found.masked.random_sufficiency,
        "deleted comprehensiveness": found.deleted.random_comprehensiveness,
        "deleted sufficiency": found.deleted.random_sufficiency,
        "deletion": found.random_deletion_auc,
        "insertion": found.random_insertion_auc,
    }


def judged(judge: Judge, scores: Sequence[float]) -> Faithfulness:
    found = judge.judge(scores)
    assert found is not None
    return found


def test_figures_are_those_of_a_naive_loop(subject: Subject) -> None:
    judge = Judge(subject, rankings=2)
    for seed in range(4):
        scores = some_scores(subject, seed)
        read = sorted({word for word in word_of(subject) if word is not None})
        order = sorted(read, key=lambda word: -scores[word])
        assert figures(judged(judge, scores)) == pytest.approx(naive(subject, order), abs=2e-6)


def test_intervals_are_numpys_of_naive_values(subject: Subject) -> None:
    judge = Judge(subject, seed=3, rankings=12)
    found = intervals(judged(judge, some_scores(subject)))
    values = [naive(subject, order.tolist()) for order in judge.random]
    for name, (low, high) in found.items():
        column = [value[name] for value in values]
        assert np.quantile(column, [0.025, 0.975]) == pytest.approx([low, high], abs=2e-6)


def test_steps_by_hand() -> None:
    assert [steps(n) for n in (1, 5, 8, 20, 41)] == [
        (1,),
        (1, 3),
        (1, 2, 4),
        (1, 2, 4, 10),
        (3, 5, 9, 21),
    ]


# --- a toy whose answer is known ---


class Sums(nn.Module):
    """logits = Σ over sub-tokens of their own row of a table; the mask counts nothing."""

    def __init__(self, table: Tensor) -> None:
        super().__init__()
        self.table = nn.Parameter(table)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Any:
        rows = self.table[input_ids] * attention_mask[..., None]
        return SimpleNamespace(logits=rows.sum(dim=1))


def linear(tiny: Any, weights: dict[str, float]) -> EmotionModel:
    """Joy's logit is the sum of the words' weights, less half of their total."""
    tokenizer = tiny.unigram()
    table = torch.zeros(len(tokenizer), 6)
    for word, weight in weights.items():
        table[tokenizer.convert_tokens_to_ids(f"▁{word}"), INDEX["Joy"]] = weight
    return EmotionModel(Sums(table), tokenizer, "sums")


@pytest.fixture(scope="module")
def toy(tiny: Any) -> Subject:
    """Twelve words of one sub-token each, with weights from 0.45 down to −0.2."""
    words = [*tiny.WORDS[:8], *tiny.MORE[:4]]
    weights = np.random.default_rng(4).permutation(np.linspace(-0.2, 0.45, 12))
    model = linear(tiny, dict(zip(words, weights.tolist(), strict=True)))
    subject = Subject.of(model, " ".join(words), Target("Joy"))
    assert subject.word_ids == (None, *range(12), None)
    return subject


def weights_of(toy: Subject) -> list[float]:
    table: Any = toy.model.module.table
    return [float(table[piece, INDEX["Joy"]].detach()) for piece in toy.ids[1:-1]]


@pytest.mark.parametrize("against", [None, "Fear"])
def test_a_perfect_ranking_holds_and_its_reverse_fails(toy: Subject, against: str | None) -> None:
    subject = Subject.of(toy.model, toy.text, Target("Joy", against))
    judge, weights = Judge(subject), weights_of(toy)
    best, worst = judged(judge, weights), judged(judge, [-weight for weight in weights])
    assert best.verdict is Verdict.HOLDS
    assert worst.verdict is Verdict.FAILS
    assert best.deletion_auc < best.random_deletion_auc[0]
    assert best.insertion_auc > best.random_insertion_auc[1]
    assert worst.deletion_auc > worst.random_deletion_auc[1]
    # masking a word of a sum is deleting it
    assert best.masked == best.deleted
    for one in judge.random:  # no ranking does better than the best
        places = np.empty(12)
        places[one] = -np.arange(12)
        other = judged(judge, places.tolist())
        assert other.masked.comprehensiveness <= best.masked.comprehensiveness
        assert other.masked.sufficiency >= best.masked.sufficiency


def test_random_rankings_seldom_beat_random_rankings(toy: Subject) -> None:
    """The bound lies at place 48.8 of 50 draws, so a comparison is won by chance in 4.4 % of cases.

    On a sum the four are much the same comparison, so that chance wins all of them as often.
    """
    rng, verdicts, beaten = np.random.default_rng(0), [], np.zeros(4)
    for seed in range(20):
        judge = Judge(toy, seed)
        for _ in range(50):
            found = judged(judge, rng.random(12).tolist())
            verdicts.append(found.verdict)
            for place, way in ((0, found.masked), (2, found.deleted)):
                beaten[place] += way.comprehensive
                beaten[place + 1] += way.sufficient
    shares = beaten / len(verdicts)
    assert (shares > 0.01).all() and (shares < 0.07).all(), shares
    assert verdicts.count(Verdict.HOLDS) <= 0.05 * len(verdicts)
    assert verdicts.count(Verdict.FAILS) >= 0.9 * len(verdicts)


def test_a_model_that_answers_always_the_same_has_no_faithful_explanation(tiny: Any) -> None:
    subject = Subject.of(linear(tiny, {}), "so happy today love joy", Target("Joy"))
    found = judged(Judge(subject), [5, 4, 3, 2, 1])
    nothing = Erasure(0.0, 0.0, (0.0, 0.0), (0.0, 0.0))
    assert (found.masked, found.deleted, found.verdict) == (nothing, nothing, Verdict.FAILS)
    assert found.deletion_auc == found.insertion_auc == pytest.approx(1 / 6, abs=1e-6)


# --- only the order counts ---


@pytest.fixture(scope="module")
def judge(toy: Subject) -> Judge:
    return Judge(toy)


@given(st.permutations(range(-4, 8)), st.sampled_from([np.exp, np.cbrt, lambda s: 7 * s - 100]))
@settings(max_examples=40)
def test_a_rising_transform_changes_nothing(judge: Judge, scores: list[int], rise: Any) -> None:
    values = np.array(scores, dtype=float)
    assert judge.judge(rise(values).tolist()) == judge.judge(values.tolist())


def test_equal_scores_favour_no_place(tiny: Any) -> None:
    """One word counts, all but one score the same: it must not matter that it stands first."""
    words = [*tiny.WORDS[:8], *tiny.MORE[:4]]
    first, last = [], []
    for seed in range(60):
        for place, taken in ((0, first), (11, last)):
            model = linear(tiny, {words[place]: 3.0})
            subject = Subject.of(model, " ".join(words), Target("Joy"))
            judge = Judge(subject, seed, rankings=2)
            scores = [0.0] * 12
            scores[5] = -1.0
            taken.append(judged(judge, scores).masked.comprehensiveness)
    # ⌈q·12⌉ = 1, 2, 3, 6 words of 11 that tie: the one that counts is among them 3 times in 11.
    expected = (3 / 11) * judged(judge, [-abs(11 - w) for w in range(12)]).masked.comprehensiveness
    spread = np.std(first + last) / np.sqrt(60)
    assert abs(np.mean(first) - expected) < 3 * spread
    assert abs(np.mean(last) - expected) < 3 * spread


def test_random_rankings_are_of_the_words_that_were_read(
    models: dict[str, EmotionModel],
) -> None:
    subject = Subject.of(models["student"], "so  happy today , " + "love " * 60, Target("Joy"))
    read = {word for word in subject.word_ids if word is not None}
    assert 5 <= len(read) < subject.n_words and 1 not in read
    one, same, other = Judge(subject), Judge(subject), Judge(subject, seed=1)
    assert len(one.random) == 50
    assert all(set(order.tolist()) == read for order in one.random)
    assert all((a == b).all() for a, b in zip(one.random, same.random, strict=True))
    assert any((a != b).any() for a, b in zip(one.random, other.random, strict=True))
    scores = some_scores(subject)
    unread = [99.0 if word not in read else score for word, score in enumerate(scores)]
    assert one.judge(unread) == one.judge(scores)


# --- how it computes ---


def test_budget_and_batch_change_nothing(subject: Subject) -> None:
    scores = some_scores(subject)
    small, large = (judged(Judge(subject, budget=size), scores) for size in (1, 100_000))
    assert figures(small) == pytest.approx(figures(large), abs=3e-6)
    for name, interval in intervals(small).items():
        assert interval == pytest.approx(intervals(large)[name], abs=3e-6)


def test_what_was_seen_does_not_pass_again(
    subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, rows = subject.model.module.forward, []

    def counting(*args: Any, **named: Any) -> Any:
        rows.extend(map(tuple, named["input_ids"].tolist()))
        return plain(*args, **named)

    monkeypatch.setattr(subject.model.module, "forward", counting)
    judge, scores = Judge(subject), some_scores(subject)
    first = len(rows)
    pad = subject.model.tokenizer.pad_token_id
    bare = [tuple(piece for piece in row if piece != pad) for row in rows]
    assert len(set(bare)) == first  # no row twice
    found = judge.judge(scores)
    assert first < len(rows) <= first + 22
    seen = len(rows)
    assert judge.judge([10 * score for score in scores]) == found
    ranking = np.zeros(subject.n_words)
    ranking[judge.random[0]] = -np.arange(len(judge.random[0]))
    judge.judge(ranking.tolist())
    assert len(rows) == seen


def state(model: EmotionModel) -> Any:
    module = model.module
    hooks = [
        len(part._forward_hooks) + len(part._forward_pre_hooks) + len(part._backward_hooks)
        for part in module.modules()
    ]
    return (
        {name: value.clone() for name, value in module.state_dict().items()},
        [(one.requires_grad, one.grad) for one in module.parameters()],
        [part.training for part in module.modules()],
        hooks,
        copy.copy(model.tokenizer.backend_tokenizer.padding),
    )


def same(before: Any, after: Any) -> bool:
    weights = all(torch.equal(value, after[0][name]) for name, value in before[0].items())
    return weights and before[1:] == after[1:]


def test_the_model_is_left_as_it_was(subject: Subject) -> None:
    before = state(subject.model)
    Judge(subject, rankings=4).judge(some_scores(subject))
    assert same(before, state(subject.model))
    asked = []

    def enough() -> bool:
        asked.append(1)
        return len(asked) > 2

    with pytest.raises(StoppedError):
        Judge(subject, budget=64, stop=enough)
    assert len(asked) == 3
    assert same(before, state(subject.model))


# --- no verdict ---


def test_too_few_words(models: dict[str, EmotionModel]) -> None:
    for text, words in (("", "0 words"), ("so", "1 word "), ("so happy  today love", "4 words")):
        judge = Judge(Subject.of(models["student"], text, Target("Joy")))
        assert words in judge.problem and f"at least {FEWEST}" in judge.problem
        assert judge.judge([1.0] * len(text.split(" "))) is None
    five = Judge(Subject.of(models["student"], "so happy  today love joy", Target("Joy")))
    assert five.problem == "" and five.judge([1, 2, 3, 4, 5, 6]) is not None


def test_no_mask_token(tiny: Any) -> None:
    tokenizer = tiny.unigram()
    tokenizer.mask_token = None
    model = EmotionModel(tiny.xlmr(), tokenizer, "maskless")
    judge = Judge(Subject.of(model, TWEETS["student"], Target("Joy")))
    assert judge.problem.startswith("maskless has no mask token")
    assert judge.judge([float(n) for n in range(judge.subject.n_words)]) is None


def test_scores_that_rank_nothing(toy: Subject, judge: Judge) -> None:
    assert judge.problem == ""
    assert judge.judge([0.5] * 12) is None
    assert judge.judge([float("nan")] + [1.0] * 11) is None
    assert judge.judge([0.5] * 11 + [0.6]) is not None
    with pytest.raises(ValueError):
        judge.judge([1.0, 2.0])


def test_every_label_has_its_own_probability(toy: Subject) -> None:
    values = {}
    for label in LABELS:
        judge = Judge(Subject.of(toy.model, toy.text, Target(label)), rankings=2)
        values[label] = judged(judge, weights_of(toy)).masked.comprehensiveness
    assert values["Joy"] > 0 > values["Fear"]
    assert sum(values.values()) == pytest.approx(0, abs=1e-5)

"""The leaderboard against one tweet, one method and one figure at a time; and its restarts."""

import json
import os
import signal
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import pearsonr
from sklearn.metrics import average_precision_score, precision_recall_fscore_support

from core.attribution import USUAL
from core.attribution.running import attribute
from core.attribution.subject import Subject
from core.checkpoints import Manifest
from core.errors import DataError, InputError, TandemError
from core.evaluation import trigger_cases
from core.evaluation.plan import Plan, Progress
from core.evaluation.schema import TriggerEntry
from core.evaluation.trigger_board import board
from core.evaluation.trigger_scores import Tweets
from core.explanations import Target
from core.files.layout import Layout
from core.loading import load_emotion_model
from core.models import EmotionModel
from core.records import Example

WORDS = ("so", "happy", "today", "joy", "angry", "sad", "table", "user", "😂", ",", "très")
THRESHOLDS = {"contribution": 0.02, "saliency": 0.3, "occlusion": 0.05, "random": 0.5}
PLAN = Plan("a.tsv", Layout("tsv"), methods=("saliency", "contribution", "occlusion"), draws=50)


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few tweets make several chunks."""
    monkeypatch.setattr(trigger_cases, "CHUNK", 3)


@pytest.fixture(scope="module")
def models(folders: Any) -> dict[str, EmotionModel]:
    """A student that scores by contribution and has thresholds; a cosine teacher with one."""
    student = load_emotion_model(folders.student)
    assert student.manifest is not None
    student.trigger_score, student.threshold = "contribution", 0.8
    student.manifest = replace(student.manifest, thresholds={"own": 0.8, **THRESHOLDS})
    return {"student": student, "teacher": load_emotion_model(folders.teacher, "teacher")}


def made(n: int = 11, seed: int = 5) -> list[Example]:
    """Tweets of any length with an empty first word now and then; every fifth has no gold."""
    rng = np.random.default_rng(seed)
    found = []
    for row in range(n):
        words = rng.choice(WORDS, rng.integers(2, 9)).tolist()
        if row % 4 == 1:
            words.insert(0, "")
        gold = (rng.random(len(words)) < 0.4).astype(int) * (row % 5 != 2)
        if row % 5 != 2 and not gold.any():
            gold[-1] = 1
        language = "fr" if row % 3 == 0 else "en"
        text = " ".join(words)
        found.append(Example(str(row), text, triggers=tuple(gold.tolist()), row=row + 2,
                             language=language))  # fmt: skip
    return found


def entry(found: Any, system: str, method: str) -> TriggerEntry:
    [one] = [e for e in found["entries"] if (e["system"], e["method"]) == (system, method)]
    return one


def same(a: Any, b: Any) -> None:
    """Equal boards but for the seconds."""
    plain = [
        {**board, "entries": [{**one, "seconds": 0} for one in board["entries"]]}
        for board in (a, b)
    ]
    assert plain[0] == plain[1]


def by_hand(model: EmotionModel, tweet: Example, method: str) -> tuple[list[float], list[bool]]:
    """Scores of one tweet alone, unread words at the minimum."""
    if method == "own":
        [found] = model.trigger_scores([tweet.text])
        return [word.score for word in found.words], [word.scored for word in found.words]
    [prediction] = model.predict([tweet.text])
    subject = Subject.of(model, tweet.text, Target(prediction.label))
    [one] = attribute([subject], method)
    known = [score for score, read in zip(one.scores, subject.read, strict=True) if read]
    filled = [s if read else min(known) for s, read in zip(one.scores, subject.read, strict=True)]
    return filled, subject.read.tolist()


def expected(
    model: EmotionModel, tweets: Sequence[Example], method: str, threshold: float | None
) -> dict[str, float]:
    """Means over tweets, by the libraries."""
    rows = []
    for tweet in tweets:
        gold, (scores, read) = np.array(tweet.triggers), by_hand(model, tweet, method)
        assert len(scores) == len(tweet.text.split(" "))
        positive = np.maximum(scores, 0)
        constant = np.ptp(positive) == 0 or np.ptp(gold) == 0
        row = {
            "map_scores": average_precision_score(gold, scores),
            "pearson": 0.0 if constant else pearsonr(gold, positive).statistic,
        }
        if threshold is not None:
            guess = (np.array(scores) >= threshold) & np.array(read)
            p, r, f1, _ = precision_recall_fscore_support(
                gold, guess, average="binary", zero_division=0
            )
            binary = average_precision_score(gold, guess)
            row |= {"precision": p, "recall": r, "f1": f1, "map_binary": binary}
        rows.append(row)
    return {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}


def test_the_board_is_what_one_tweet_at_a_time_gives(
    models: dict[str, EmotionModel], tmp_path: Path
) -> None:
    tweets = made()
    found = board(models, tweets, PLAN, tmp_path / "kept.jsonl")
    gold = [tweet for tweet in tweets if any(tweet.triggers or ())]
    english = [tweet for tweet in gold if tweet.language == "en"]
    assert found["tweets"] == found["of"] == len(gold) < len(tweets)
    assert any("" in tweet.text.split(" ") for tweet in gold) and len(english) < len(gold)
    cases = [("student", gold, method, THRESHOLDS.get(method, 0.8)) for method in
             ("own", "saliency", "contribution", "occlusion", "random")]  # fmt: skip
    cases += [("teacher", english, "cosine", 0.1), ("teacher", english, "occlusion", None)]
    for system, rows, method, threshold in cases:
        one = entry(found, system, method)
        assert (one["threshold"], one["tweets"], one["reason"]) == (threshold, len(rows), "")
        for name, value in expected(models[system], rows, method, threshold).items():
            assert one[name] == pytest.approx(value, abs=1e-6), (method, name)  # type: ignore[literal-required]
        if threshold is None:
            assert one["f1"] is one["precision"] is one["map_binary"] is one["f1_interval"] is None
        assert one["map_interval"][0] <= one["map_scores"] <= one["map_interval"][1]  # type: ignore[index, operator]
        assert len(one["sweep"]["threshold"]) == len(one["sweep"]["f1"]) > 3


def test_all_words_are_the_words_that_were_read(
    models: dict[str, EmotionModel], tmp_path: Path
) -> None:
    tweets = [tweet for tweet in made() if any(tweet.triggers or ())]
    one = entry(board(models, tweets, PLAN, tmp_path / "k"), "student", "all_words")
    reads = [by_hand(models["student"], tweet, "own")[1] for tweet in tweets]
    f1 = [
        2 * sum(g for g, r in zip(t.triggers or (), read, strict=True) if r)
        / (sum(read) + sum(t.triggers or ()))
        for t, read in zip(tweets, reads, strict=True)
    ]  # fmt: skip
    share = [np.mean(tweet.triggers) for tweet in tweets]
    assert one["f1"] == pytest.approx(np.mean(f1)) and one["threshold"] is None
    assert one["map_scores"] == pytest.approx(np.mean(share))
    assert one["pearson"] == 0 and one["sweep"] == {"threshold": [], "f1": []}


def test_entries_stand_by_f1_then_by_map_then_without_figures(
    models: dict[str, EmotionModel], tmp_path: Path
) -> None:
    plan = replace(PLAN, methods=(*PLAN.methods, "gradient_attention"))
    found = board(models, made(), plan, tmp_path / "k")["entries"]
    kinds = [0 if e["f1"] is not None else 1 if e["map_scores"] is not None else 2 for e in found]
    assert kinds == sorted(kinds) and set(kinds) == {0, 1, 2}
    for kind, figure in ((0, "f1"), (1, "map_scores")):
        values = [e[figure] for e, own in zip(found, kinds, strict=True) if own == kind]  # type: ignore[literal-required]
        assert values == sorted(values, reverse=True)
    lacking = [e for e in found if e["map_scores"] is None]
    assert [(e["system"], e["method"]) for e in lacking] == [("teacher", "contribution")]
    assert "first token only" in lacking[0]["reason"]
    assert lacking[0]["tweets"] == 0 and lacking[0]["sweep"]["f1"] == []


def test_the_usual_methods_where_none_is_named(
    models: dict[str, EmotionModel], tmp_path: Path
) -> None:
    found = board(
        {"student": models["student"]}, made(4), replace(PLAN, methods=()), tmp_path / "k"
    )
    names = [one["method"] for one in found["entries"]]
    assert sorted(names) == sorted((*USUAL, "own", "all_words"))
    with pytest.raises(InputError, match="not known"):
        board(models, made(2), replace(PLAN, methods=("guess",)), tmp_path / "l")


# --- what is not computable ---


def test_tweets_without_gold_are_not_computable_never_0(
    models: dict[str, EmotionModel], tmp_path: Path
) -> None:
    none = [replace(tweet, triggers=None) for tweet in made(3)]
    zeros = [replace(t, triggers=(0,) * len(t.text.split(" ")), row=t.row + 9) for t in made(3)]
    found = board(models, [*none, *zeros], PLAN, tmp_path / "k")
    assert (found["tweets"], found["of"]) == (0, 0)
    for one in found["entries"]:
        assert one["f1"] is one["map_scores"] is one["pearson"] is one["f1_interval"] is None
        assert one["tweets"] == 0 and one["reason"].startswith("No ")
    with_gold = board(models, [*made(), *zeros[:0]], PLAN, tmp_path / "l")
    both = board(
        models, [*made(), *(replace(t, row=t.row + 99) for t in zeros)], PLAN, tmp_path / "m"
    )
    same(with_gold, both)


def test_a_teacher_without_english_says_so(models: dict[str, EmotionModel], tmp_path: Path) -> None:
    found = board(models, [replace(t, language="nl") for t in made()], PLAN, tmp_path / "k")
    assert "English" in entry(found, "teacher", "cosine")["reason"]
    assert entry(found, "student", "own")["f1"] is not None


def test_a_text_of_empty_words_has_no_score(
    models: dict[str, EmotionModel], tmp_path: Path
) -> None:
    tweet = Example("1", "  ", triggers=(0, 1, 0), row=2, language="en")
    found = board(models, [tweet], PLAN, tmp_path / "k")
    for one in found["entries"]:
        if not one["reason"]:
            assert one["map_scores"] == pytest.approx(1 / 3) and one["f1"] in (0, None)
            assert one["sweep"] == {"threshold": [], "f1": []}


def test_gold_that_does_not_fit_and_rows_that_come_twice_are_refused(
    models: dict[str, EmotionModel], tmp_path: Path
) -> None:
    with pytest.raises(DataError, match="Row 7 has 2 trigger labels for 3 words"):
        board(models, [Example("1", "a b c", triggers=(0, 1), row=7)], PLAN, tmp_path / "k")
    with pytest.raises(DataError, match="Row 2 comes twice"):
        board(models, [made(1)[0]] * 2, PLAN, tmp_path / "l")


# --- limits ---


def test_a_limit_draws_a_seeded_sample_over_the_whole_file(
    models: dict[str, EmotionModel], tmp_path: Path
) -> None:
    tweets = made(40)
    few = replace(PLAN, methods=("random",), limit=6)
    one = board(models, iter(tweets), few, tmp_path / "a")
    assert (one["tweets"], one["of"]) == (6, sum(any(t.triggers or ()) for t in tweets))
    same(one, board(models, tweets, few, tmp_path / "b"))
    rows = {json.loads(line)["row"] for line in (tmp_path / "a").read_text().splitlines()}
    other = board(models, tweets, replace(few, seed=1), tmp_path / "c")
    others = {json.loads(line)["row"] for line in (tmp_path / "c").read_text().splitlines()}
    assert other["tweets"] == 6 and rows != others and max(rows | others) > 25
    assert board(models, tweets, replace(few, limit=99), tmp_path / "d")["tweets"] == one["of"]


def test_every_tweet_is_drawn_as_often(models: dict[str, EmotionModel]) -> None:
    tweets = [Example(str(n), "a", triggers=(1,), row=n) for n in range(10)]
    counts = np.zeros(10)
    for seed in range(2000):
        chosen = [one for chunk in trigger_cases.Cases(tweets, 3, seed).chunks() for one in chunk]
        assert len(chosen) == 3 and [c.row for c in chosen] == sorted(c.row for c in chosen)
        counts[[one.row for one in chosen]] += 1
    assert np.abs(counts / 2000 - 0.3).max() < 0.05


# --- starts and stops ---


class Killed(Exception):
    """Stands in for a power cut."""


def test_a_torn_file_goes_on_to_the_same_board(
    models: dict[str, EmotionModel], tmp_path: Path
) -> None:
    tweets, whole = made(), tmp_path / "whole"
    expected = board(models, tweets, PLAN, whole)
    content = whole.read_bytes()
    ends = [place for place, byte in enumerate(content) if byte == 10]
    for cut in (0, ends[0] - 5, ends[7] + 1, ends[20] + 40, ends[-1] - 1, len(content)):
        torn = tmp_path / f"torn{cut}"
        torn.write_bytes(content[:cut])
        same(board(models, tweets, PLAN, torn), expected)
        assert sorted(_lines(torn)) == sorted(_lines(whole))  # nothing lost, nothing twice


def _lines(path: Path) -> list[str]:
    """What was kept, without the time that it took."""
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    return [json.dumps({**row, "seconds": 0}) for row in rows]


def test_what_is_kept_is_not_computed_again(
    models: dict[str, EmotionModel], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = board(models, made(), PLAN, tmp_path / "k")

    def never(self: Tweets, method: str) -> Any:
        raise AssertionError(f"{method} was computed again")

    monkeypatch.setattr(Tweets, "scored", _but(never, Tweets.scored, "contribution"))
    told: list[Progress] = []
    again = board(models, made(), PLAN, tmp_path / "k", told.append)
    assert again == first  # seconds too
    assert {one.new for one in told} == {0} and told[-1].done == first["tweets"]


def _but(never: Any, scored: Any, method: str) -> Any:
    """A method that a model lacks is tried again at each start; others are not."""
    return lambda self, name: (scored if name == method else never)(self, name)


@pytest.mark.parametrize("after", [1, 5])
def test_kill_9_in_the_middle_loses_nothing(
    models: dict[str, EmotionModel], tmp_path: Path, after: int
) -> None:
    expected = board(models, made(), PLAN, tmp_path / "whole")
    kept = tmp_path / "killed"
    child = os.fork()
    if not child:
        calls = iter(range(100))
        board(models, made(), PLAN, kept, stop=lambda: _kill(next(calls) == 3 * after))
        os._exit(0)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL
    left = len(_lines(kept))
    assert 0 < left < len(_lines(tmp_path / "whole"))
    same(board(models, made(), PLAN, kept), expected)
    assert sorted(_lines(kept)) == sorted(_lines(tmp_path / "whole"))


def _kill(now: bool) -> bool:
    if now:
        os.kill(os.getpid(), signal.SIGKILL)
    return False


def test_stopped_the_board_is_of_whole_chunks_and_goes_on(
    models: dict[str, EmotionModel], tmp_path: Path
) -> None:
    tweets, kept = made(), tmp_path / "k"
    asked = iter(range(10_000))
    found = board(models, iter(tweets), PLAN, kept, stop=lambda: next(asked) >= 30)
    gold = [tweet for tweet in tweets if any(tweet.triggers or ())]
    assert 0 < found["tweets"] < len(gold) == found["of"]
    assert found["tweets"] % 3 == 0
    part = board(models, gold[: found["tweets"]], PLAN, tmp_path / "part")
    same({**found, "of": part["of"]}, part)
    same(board(models, tweets, PLAN, kept), board(models, tweets, PLAN, tmp_path / "l"))
    none = board(models, tweets, PLAN, tmp_path / "none", stop=lambda: True)
    assert none["tweets"] == 0 and all(one["f1"] is None for one in none["entries"])


def test_scores_of_another_model_text_gold_or_seed_are_not_taken(
    models: dict[str, EmotionModel], tmp_path: Path
) -> None:
    kept, tweets = tmp_path / "k", made()
    board(models, tweets, PLAN, kept)
    student = models["student"]
    changed = {
        "gold": (models, [replace(t, triggers=(t.triggers or ())[::-1]) for t in tweets], PLAN),
        "text": (models, [replace(t, text=t.text[::-1]) for t in tweets], PLAN),
        "seed": (models, tweets, replace(PLAN, seed=4)),
        "reduce": ({"student": replace(student, trigger_reduce="mean")}, tweets, PLAN),
        "model": ({"student": replace(student, identity="another")}, tweets, PLAN),
    }
    for name, asked in changed.items():
        same(board(*asked, kept), board(*asked, tmp_path / name))


def test_a_file_of_something_else_is_refused(
    models: dict[str, EmotionModel], tmp_path: Path
) -> None:
    kept = tmp_path / "k"
    kept.write_text('{"a": 1}\n')
    with pytest.raises(DataError, match="Line 1 of .*k holds no scores"):
        board(models, made(), PLAN, kept)
    with pytest.raises(TandemError, match="cannot be written"):
        board(models, made(), PLAN, tmp_path / "no" / "folder")


def test_progress_counts_tweets_and_time(models: dict[str, EmotionModel], tmp_path: Path) -> None:
    told: list[Progress] = []
    found = board(models, made(), PLAN, tmp_path / "k", told.append)
    assert {one.stage for one in told} == {"explaining"}
    done = [one.done for one in told]
    assert done == sorted(done) and done[-1] == told[-1].new == found["tweets"]
    assert {one.total for one in told} == {found["of"]}
    assert told[-1].seconds_left == pytest.approx(0, abs=1e-6)
    assert all(one.seconds_left is not None for one in told)
    counted: list[Progress] = []
    board(models, _streamed(made()), PLAN, tmp_path / "l", counted.append)
    assert {one.total for one in counted} == {None} == {one.seconds_left for one in counted}


def _streamed(tweets: Sequence[Example]) -> Iterator[Example]:
    yield from tweets


def test_a_model_of_cosines_is_its_own_cosine_method(folders: Any, tmp_path: Path) -> None:
    teacher = load_emotion_model(folders.teacher, "teacher")
    tweets = [replace(tweet, language="en") for tweet in made()]
    found = board({"teacher": teacher}, tweets, PLAN, tmp_path / "k")
    methods = [one["method"] for one in found["entries"]]
    assert "own" not in methods and methods.count("cosine") == 1
    assert entry(found, "teacher", "cosine")["threshold"] == teacher.threshold
    [scores] = Tweets(teacher, [tweets[0].text]).scored("cosine")
    [own] = teacher.trigger_scores([tweets[0].text])
    np.testing.assert_array_equal(scores.scores, [word.score for word in own.words])


def test_a_model_without_a_manifest_has_no_other_threshold(
    models: dict[str, EmotionModel], tmp_path: Path
) -> None:
    bare = replace(models["student"], manifest=None)
    found = board({"student": bare}, made(5), PLAN, tmp_path / "k")
    assert entry(found, "student", "own")["threshold"] == 0.8
    assert entry(found, "student", "saliency")["threshold"] is None


def test_old_manifests_have_no_thresholds() -> None:
    assert Manifest.from_dict({"role": "student", "base": "b"}).thresholds == {}


def test_the_own_entry_is_of_the_triggers_that_are_shown_and_submitted(
    models: dict[str, EmotionModel], tmp_path: Path
) -> None:
    tweets = [tweet for tweet in made() if any(tweet.triggers or ())]
    told = models["student"].trigger_scores([tweet.text for tweet in tweets])
    marked = [[word.trigger for word in one.words] for one in told]
    assert any(any(words) for words in marked)
    f1 = [
        precision_recall_fscore_support(t.triggers, words, average="binary", zero_division=0)[2]
        for t, words in zip(tweets, marked, strict=True)
    ]
    submitted = [[max(word.score, 0.0) for word in one.words] for one in told]
    r = [
        0.0 if np.ptp(own) == 0 or all(t.triggers or ()) else pearsonr(t.triggers, own).statistic
        for t, own in zip(tweets, submitted, strict=True)
    ]
    one = entry(board(models, tweets, PLAN, tmp_path / "k"), "student", "own")
    assert one["f1"] == pytest.approx(np.mean(f1))
    assert one["pearson"] == pytest.approx(np.mean(r), abs=1e-6)

"""Evaluation's tables against scikit-learn, naive draws and figures by hand; no model."""

import random
import statistics
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import f1_score

from core.cells import counts_of_names
from core.errors import ConfigError
from core.labels import LABELS
from core.metrics import classification
from core.records import Example, TokenScores, WordScore
from core.significance import difference_interval
from train.config import EvaluateConfig
from train.figures import guessing
from train.figures.answered import write_answers
from train.figures.comparing import compare, pairs_of
from train.figures.evaluation_report import as_markdown
from train.figures.scoring import MEAN, File, System, means, over_seeds, score
from train.figures.systems import distinct_names
from train.figures.trigger_figures import every_word, score_arrays, with_intervals
from train.options import parse

SETTINGS = EvaluateConfig(bootstrap=200, seed=3)


def labels(seed: int, count: int, of: Sequence[str] = LABELS) -> list[str]:
    return random.Random(seed).choices(list(of), k=count)


def file(name: str, gold: list[str], language: str = "fr", source: str = "human") -> File:
    rows = tuple(
        Example(id=str(n), text=f"{name} {n}", label=label, source=source)
        for n, label in enumerate(gold)
    )
    return File(name, rows, (language,) * len(rows))


def system(name: str, kind: str = "model", **about: str) -> System:
    said = {"identity": name, "parent": "", **about}
    return System(name, kind, lambda files: [], group=about.get("group", ""), about=said)  # type: ignore[arg-type]


def test_a_score_is_scikit_learns_and_counts_what_was_predicted() -> None:
    gold, guess = labels(1, 80, LABELS[1:5]), labels(2, 80)
    row = score(system("a"), file("f", gold), guess, SETTINGS)
    present = [label for label in LABELS if label in gold]
    expected = f1_score(gold, guess, labels=present, average="macro", zero_division=0)
    assert row["macro_f1"] == pytest.approx(expected)
    assert row["low"] <= expected <= row["high"]
    assert row["absent"] == [label for label in LABELS if label not in present]
    expected = f1_score(gold, guess, labels=present, average="weighted", zero_division=0)
    assert row["weighted_f1"] == pytest.approx(expected)
    assert row["predicted"] == {label: guess.count(label) for label in LABELS}
    assert row["gold"] == {label: gold.count(label) for label in LABELS}


def test_a_guess_scores_what_naive_draws_score() -> None:
    gold, prior = labels(3, 60, LABELS[:5]), (0.1, 0.3, 0.2, 0.1, 0.1, 0.2)
    guess = System("guess", "guess", prior=prior)
    row = score(guess, file("f", gold), None, SETTINGS)
    rng = np.random.default_rng(0)
    naive = [
        classification(gold, [str(label) for label in rng.choice(LABELS, len(gold), p=prior)])
        for _ in range(400)
    ]
    assert row["macro_f1"] == pytest.approx(np.mean([r.macro_f1 for r in naive]), abs=0.012)
    assert row["accuracy"] == pytest.approx(np.mean([r.accuracy for r in naive]), abs=0.012)
    recalls = np.mean([r.per_class["Joy"].recall for r in naive])
    assert row["per_class"]["Joy"]["recall"] == pytest.approx(recalls, abs=0.02)
    ends = np.quantile([r.macro_f1 for r in naive], [0.025, 0.975])
    assert [row["low"], row["high"]] == pytest.approx(ends, abs=0.02)
    assert sum(row["predicted"].values()) == pytest.approx(60)
    assert row["predicted"]["Joy"] == pytest.approx(60 * 0.3, abs=0.5)


def test_a_certain_guess_is_the_constant_answer() -> None:
    gold = labels(4, 40)
    certain = System("joy", "guess", prior=(0, 1, 0, 0, 0, 0))
    row = score(certain, file("f", gold), None, SETTINGS)
    constant = classification(gold, ["Joy"] * 40)
    assert row["macro_f1"] == pytest.approx(constant.macro_f1) == row["low"] == row["high"]
    assert row["confusion"] == [list(map(float, line)) for line in constant.confusion]


def test_the_mean_leaves_english_and_machine_translations_out() -> None:
    files = [
        file("es", labels(5, 30), "es"),
        file("ru", labels(6, 50), "ru"),
        file("en", labels(7, 40), "en"),
        file("nl", labels(8, 40), "nl", source="goemotions_mt"),
    ]
    answers = {("a", f.name): labels(9, len(f.rows)) for f in files}
    guess = System("guess", "guess", prior=(1 / 6,) * 6)
    rows = means([system("a"), guess], files, answers, SETTINGS)
    by_hand = [
        f1_score(f.gold, answers["a", f.name], average="macro", zero_division=0) for f in files[:2]
    ]
    assert rows[0]["macro_f1"] == pytest.approx(statistics.fmean(by_hand))
    assert rows[0]["parts"] == ["es", "ru"] and rows[0]["rows"] == 80
    single = [score(guess, f, None, SETTINGS)["macro_f1"] for f in files[:2]]
    assert rows[1]["macro_f1"] == pytest.approx(statistics.fmean(single))
    assert means([guess], files[:1], answers, SETTINGS) == []


def test_over_seeds_by_hand() -> None:
    rows = [
        {"group": group, "file": name, "value": value, "system": who}
        for who, group, name, value in (
            ("a1", "a", "es", 0.1),
            ("a2", "a", "es", 0.3),
            ("a1", "a", "fr", 0.5),
            ("b", "b", "es", 0.7),
            ("c", "", "es", 0.9),
            ("d", "", "es", 0.9),
        )
    ]
    (found,) = over_seeds(rows, ("group", "file"), "value", ("system",))
    assert found["mean"] == pytest.approx(0.2) and found["sd"] == pytest.approx(0.2 / 2**0.5)
    assert (found["group"], found["n"], found["system"]) == ("a", 2, ["a1", "a2"])


@pytest.mark.parametrize("average", [True, False])
def test_the_interval_of_a_difference_agrees_with_drawing_rows(average: bool) -> None:
    gold, a = labels(10, 120), labels(11, 120)
    b = [truth if n % 3 else other for n, (truth, other) in enumerate(zip(gold, a, strict=True))]
    groups = ["es"] * 50 + ["ru"] * 70
    cells = counts_of_names((gold, b, a), groups)
    found = difference_interval([[own] for own in cells] if average else [list(cells)], 2000, 1)
    rng, draws = random.Random(2), []
    for _ in range(400):
        rows = [rng.choices(range(50), k=50), rng.choices(range(50, 120), k=70)]
        parts = rows if average else [rows[0] + rows[1]]
        draws.append(
            statistics.fmean(f1_of(gold, b, part) - f1_of(gold, a, part) for part in parts)
        )
    assert found == pytest.approx(tuple(np.quantile(draws, [0.025, 0.975])), abs=0.04)
    same = difference_interval([list(counts_of_names((gold, a, a), groups))])
    assert same == (0.0, 0.0)


def f1_of(gold: list[str], answers: list[str], rows: list[int]) -> float:
    own = [gold[row] for row in rows], [answers[row] for row in rows]
    return classification(*own).macro_f1


def test_who_is_compared_and_by_how_much() -> None:
    systems = [
        system("refined", parent="before", group="r"),
        system("before", group="b"),
        system("refined 2", parent="before 2", group="r"),
        system("before 2", group="b"),
        system("majority", "guess"),
    ]
    pairs = [(a.name, b.name) for a, b in pairs_of(systems)]
    assert pairs == [
        ("refined", "before"),
        ("refined", "refined 2"),
        ("refined", "before 2"),
        ("refined 2", "before 2"),
    ]
    files = [file("es", labels(12, 40)), file("ru", labels(13, 60))]
    answers = {(s.name, f.name): labels(len(s.name), len(f.rows)) for s in systems for f in files}
    es, ru, mean = compare(systems[0], systems[1], files, answers, SETTINGS)
    first, second = (classification(files[0].gold, answers[s.name, "es"]) for s in systems[:2])
    assert es["difference"] == pytest.approx(first.macro_f1 - second.macro_f1)
    assert es["started"] and es["group"] == "r / b"
    assert mean["file"] == MEAN and mean["holm_p"] is None
    assert mean["difference"] == pytest.approx((es["difference"] + ru["difference"]) / 2)
    assert mean["low"] <= mean["difference"] <= mean["high"]
    assert not compare(systems[0], systems[2], files, answers, SETTINGS)[0]["started"]


def test_names_are_as_short_as_they_can_be_and_never_alike() -> None:
    paths = ["runs/a/student", "runs/b/student/", "other/a/student", "teacher", "org/base"]
    assert distinct_names(paths) == [
        "runs/a/student",
        "b/student",
        "other/a/student",
        "teacher",
        "base",
    ]
    with pytest.raises(ConfigError, match="twice"):
        distinct_names(["x/student", "x/student/"])


def test_options_that_do_not_go_together(tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / "f").touch()
    model, data = str(tmp_path / "m"), str(tmp_path / "f")
    cases = {
        "must be given": [],
        "data needs": [f"data={data}"],
        "needs data": [f"models={model}"],
        "teacher needs a translator": [f"data={data}", f"teacher={model}"],
        "parallel needs a translator": [f"parallel={data}"],
        "2 names for 1 models": [f"models={model}", f"data={data}", "names=a,b"],
    }
    for said, given in cases.items():
        with pytest.raises(ConfigError, match=said):
            parse(EvaluateConfig, overrides=[f"output={tmp_path / 'o'}", *given])
    fine = parse(
        EvaluateConfig,
        overrides=[f"output={tmp_path / 'o'}", f"parallel={data}", f"translator={model}"],
    )
    assert fine.parallel == (data,)


def test_trigger_figures_of_all_words_by_hand() -> None:
    """Two triggers of four words, then one of two: F1 2p/(1+p); AP of a constant is p."""
    rows, scores = [], []
    for gold in ((1, 0, 1, 0), (0, 1), (0, 0)):
        words = tuple(WordScore(f"w{n}", float(-n), False, True) for n in range(len(gold)))
        text = " ".join(word.word for word in words)
        rows.append(Example(id="1", text=text, triggers=gold))
        scores.append(TokenScores(text, words))
    own, gold, scored = score_arrays(rows, scores)
    found = with_intervals(gold, every_word(own), scored, 1.0, 500, 1)
    assert found["f1"] == pytest.approx(2 / 3) and found["map_scores"] == pytest.approx(0.5)
    assert (found["f1_low"], found["f1_high"]) == pytest.approx((2 / 3, 2 / 3))
    ranked = with_intervals(gold, own, scored, -0.5, 500, 1)
    assert ranked["f1"] == pytest.approx((2 / 3 + 0) / 2)  # the first word of each
    assert (ranked["f1_low"], ranked["f1_high"]) == pytest.approx((0, 2 / 3))
    assert ranked["map_low"] <= ranked["map_scores"] <= ranked["map_high"]  # type: ignore[operator]


def test_every_figure_of_the_markdown_is_in_the_tables() -> None:
    files = [file("es", labels(12, 40)), file("ru", labels(13, 60))]
    systems = [system("refined", parent="before", group="r"), system("before", group="r")]
    answers = {(s.name, f.name): labels(len(s.name), len(f.rows)) for s in systems for f in files}
    scores = [score(s, f, answers[s.name, f.name], SETTINGS) for s in systems for f in files]
    tests = compare(systems[0], systems[1], files, answers, SETTINGS)
    seeds = over_seeds(scores, ("group", "kind", "file"), "macro_f1", ("system",))
    tables = {
        "scores": scores + means(systems, files, answers, SETTINGS),
        "seeds": seeds,
        "tests": tests,
        "gains": [],
        "triggers": [],
        "translation": [],
        "speed": None,
    }
    text = as_markdown(tables)
    for row in (*tables["scores"], *seeds):
        assert f"{row.get('macro_f1', row.get('mean')):.3f}" in text
    assert all(f"{row['difference']:+.3f}" in text for row in tests)


def test_draws_are_seeded_and_differ_by_file() -> None:
    gold = labels(14, 30)
    prior = (1 / 6,) * 6
    first = guessing.draw(gold, prior, 1, "es")
    assert np.array_equal(first, guessing.draw(gold, prior, 1, "es"))
    assert not np.array_equal(first, guessing.draw(gold, prior, 1, "ru"))
    assert not np.array_equal(first, guessing.draw(gold, prior, 2, "es"))


def test_what_systems_answered_gives_the_same_figures_again(tmp_path: Path) -> None:
    """Texts that tables break on come back as they were; pandas and scikit-learn see the rest."""
    texts = ['say "hi"', "a\tb", "two\nlines", "a\rb", "NA", " null ", "", "=1+1", "\u2028", "x\0y"]
    gold = labels(15, len(texts))
    rows = tuple(
        Example(id=f"0{n}", text=text, label=label)
        for n, (text, label) in enumerate(zip(texts, gold, strict=True))
    )
    dev = File("a/dev", rows, ("fr", "ru") * 5)
    answers = {"student": labels(16, 10), "XLM-R, seed 3": labels(17, 10)}
    place = write_answers(tmp_path, dev, answers)
    assert place == tmp_path / "predictions" / "a" / "dev.tsv"
    found = pd.read_csv(place, sep="\t", dtype=str, keep_default_na=False)
    assert list(found) == ["ID", "Texts", "Labels", "language", *answers]
    assert found["ID"].tolist() == [row.id for row in rows] and found["Labels"].tolist() == gold
    assert found["language"].tolist() == list(dev.codes)
    assert [t.split("\0")[0] for t in found["Texts"]] == [t.split("\0")[0] for t in texts]
    for name in answers:
        row = score(system(name), dev, answers[name], SETTINGS)
        present = sorted(set(found["Labels"]))
        expected = f1_score(
            found["Labels"], found[name], labels=present, average="macro", zero_division=0
        )
        assert row["macro_f1"] == pytest.approx(expected)


def test_answers_never_leave_their_folder(tmp_path: Path) -> None:
    one = File("../../up/dev", file("f", ["Joy"]).rows)
    inside = write_answers(tmp_path / "out", one, {}).resolve()
    assert inside.is_relative_to((tmp_path / "out" / "predictions").resolve())
    root = write_answers(tmp_path / "out", File("//etc/dev", one.rows), {}).resolve()
    assert root.is_relative_to((tmp_path / "out" / "predictions").resolve())


def test_rows_are_redrawn_within_languages() -> None:
    """Where each language is all right or all wrong, only the mix of languages could vary."""
    gold = ["Joy"] * 30 + ["Fear"] * 30
    guess = ["Joy"] * 30 + ["Anger"] * 30
    rows = file("f", gold).rows
    one, two = ("fr",) * 60, ("fr",) * 30 + ("ru",) * 30
    apart = score(system("a"), File("f", rows, two), guess, SETTINGS)
    assert apart["low"] == apart["high"] == apart["macro_f1"] == 0.5
    constant = ["Joy"] * 60
    mixed = score(system("a"), File("f", rows, one), constant, SETTINGS)
    apart = score(system("a"), File("f", rows, two), constant, SETTINGS)
    assert mixed["macro_f1"] == apart["macro_f1"]
    assert apart["low"] == apart["high"] and mixed["low"] < mixed["high"]

"""The engine against its parts called by hand; many callers at once; errors that are kept."""

import functools
import logging
import shutil
import threading
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import core.languages
from core import comparing
from core import opening as opening_module
from core.checkpoints import update_manifest
from core.engine import Engine, EngineSources
from core.errors import CheckpointError, InputError, ModelError, TandemError
from core.languages import LanguageIdentifier
from core.loading import load_emotion_model
from core.records import Comparison, Language, TranslationStatus
from core.translation import Decoding
from core.translators import load_translator

STATUS = TranslationStatus
TWEETS = (
    "je suis très content 😂",
    "so happy today",
    "ik ben bang !",
    "я люблю тебя",
    "hoy estoy feliz\nmiedo",
    "",
    "😂😂",
    "@user http",
)
CODES = ("fr", "en", "nl", "ru", "es", "unknown", "fr", "fr")
ODD = ("", "   ", "\n", "\ud83d", "\u200d", "a" * 10_000, "je " * 3_333, "\x00<s></s>", "{{x}}${y}")


def sources(folders: Any, **changes: Any) -> EngineSources:
    found = EngineSources(
        str(folders.teacher), str(folders.student), str(folders.before), str(folders.translator)
    )
    return replace(found, **changes)


@pytest.fixture(autouse=True, scope="module")
def one_langid() -> Iterator[None]:
    """langid's own model takes seconds to load: once for all engines here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(core.languages, "_load", functools.cache(core.languages._load))
        yield


@pytest.fixture(scope="module")
def engine(folders: Any) -> Engine:
    made = Engine(sources(folders))
    made.wait()
    return made


def same(found: Comparison, expected: Comparison) -> None:
    """Equal, but for the last digits that depend on the batch."""
    for name in ("text", "language", "translation"):
        assert getattr(found, name) == getattr(expected, name)
    for name in ("teacher", "student", "student_before"):
        one, other = getattr(found, name), getattr(expected, name)
        assert one.probabilities == pytest.approx(other.probabilities, abs=1e-5)
        assert one.truncated == other.truncated
    for name, scores in expected.triggers.items():
        assert found.triggers[name].text == scores.text
        for word, truth in zip(found.triggers[name].words, scores.words, strict=True):
            assert (word.word, word.trigger, word.scored) == (
                truth.word,
                truth.trigger,
                truth.scored,
            )
            assert word.score == pytest.approx(truth.score, abs=1e-5)
    one, other = found.weight, expected.weight
    assert (one.reason, one.outside) == (other.reason, other.outside)
    for name in ("disagreement", "weight", "percentile"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), abs=1e-5)


def test_equals_its_parts_called_by_hand(engine: Engine, folders: Any) -> None:
    teacher, student = load_emotion_model(folders.teacher), load_emotion_model(folders.student)
    before, machine = load_emotion_model(folders.before), load_translator(folders.translator)
    found = engine.compare(TWEETS, CODES)
    for row, tweet, code in zip(found, TWEETS, CODES, strict=True):
        (english,) = machine.translate([tweet], [code])
        assert (row.text, row.language, row.translation) == (tweet, Language(code, None), english)
        ((said, triggers),) = teacher.analyse([english.text])
        assert row.teacher.probabilities == pytest.approx(said.probabilities, abs=1e-5)
        assert row.triggers["teacher"].text == english.text
        assert [w.trigger for w in row.triggers["teacher"].words] == [
            w.trigger for w in triggers.words
        ]
        (felt,) = student.predict([tweet])
        assert row.student.probabilities == pytest.approx(felt.probabilities, abs=1e-5)
        (then,) = before.predict([tweet])
        assert row.student_before is not None
        assert row.student_before.probabilities == pytest.approx(then.probabilities, abs=1e-5)
        assert set(row.triggers) == {"student", "teacher"}
        assert row.triggers["student"].text == tweet


def test_weights_equal_the_formula_by_hand(engine: Engine, folders: Any) -> None:
    before, student = load_emotion_model(folders.before), load_emotion_model(folders.student)
    assert student.manifest is not None and student.manifest.weight_reference is not None
    low = student.manifest.weight_reference["minimum"]
    high = student.manifest.weight_reference["maximum"]
    for row in engine.compare(TWEETS, CODES):
        (p,), (q,) = before.predict([row.translation.text]), before.predict([row.text])
        w = sum((a - b) ** 2 for a, b in zip(p.probabilities, q.probabilities, strict=True))
        assert row.weight.disagreement == pytest.approx(w, abs=1e-5)
        assert row.weight.by_class is not None
        assert sum(row.weight.by_class) == pytest.approx(row.weight.disagreement)
        if row.translation.status is STATUS.TRANSLATED and low <= w <= high:
            assert row.weight.weight == pytest.approx(1 - (w - low) / (high - low), abs=1e-4)
            assert row.weight.reason == ""
        elif row.translation.status is STATUS.ENGLISH:
            assert row.weight.weight == 1.0
        else:
            assert row.weight.weight is None and row.weight.reason


def test_languages_are_identified_or_told(engine: Engine) -> None:
    text = "je suis très content aujourd'hui parce que la vie est belle"
    (alone,) = engine.compare([text])
    assert alone.language == LanguageIdentifier().identify(text)
    assert alone.language.code == "fr" and (alone.language.probability or 0) > 0.9
    (told,) = engine.compare([text], "en")
    assert told.language == Language("en", None)
    assert (told.translation.text, told.translation.status) == (text, STATUS.ENGLISH)
    mixed = engine.compare([text] * 3, ["auto", "unknown", "es"])
    assert [row.language.code for row in mixed] == ["fr", "unknown", "es"]
    assert mixed[1].translation.status is STATUS.UNKNOWN
    assert [row.translation.status for row in engine.compare(["", "😂"])] == [
        STATUS.PASSED_THROUGH
    ] * 2


def test_everything_follows_an_edited_translation(engine: Engine, folders: Any) -> None:
    teacher, before = load_emotion_model(folders.teacher), load_emotion_model(folders.before)
    (made,) = engine.compare(["je suis très content"], "fr")
    (edited,) = engine.compare(["je suis très content"], "fr", ["I love this table"])
    assert edited.translation.text == "I love this table"
    assert edited.translation.status is STATUS.EDITED
    (said,) = teacher.predict(["I love this table"])
    assert edited.teacher.probabilities == pytest.approx(said.probabilities, abs=1e-5)
    assert edited.triggers["teacher"].text == "I love this table"
    assert edited.student == made.student and edited.student_before == made.student_before
    (p,), (q,) = before.predict(["I love this table"]), before.predict(["je suis très content"])
    w = sum((a - b) ** 2 for a, b in zip(p.probabilities, q.probabilities, strict=True))
    assert edited.weight.disagreement == pytest.approx(w, abs=1e-5)
    assert edited.weight.on_translation == pytest.approx(p.probabilities, abs=1e-5)


def test_an_edit_that_changes_nothing_is_none(engine: Engine) -> None:
    (made,) = engine.compare(["très content"], "fr")
    (kept,) = engine.compare(["très content"], "fr", [made.translation.text])
    assert kept == made
    (blank,) = engine.compare(["très content"], "fr", [""])
    assert (blank.translation.text, blank.translation.status) == ("", STATUS.EDITED)


@pytest.mark.parametrize("text", ODD, ids=lambda text: ascii(text[:8]))
def test_odd_inputs_are_answered(engine: Engine, text: str) -> None:
    for code in ("auto", "fr", "en", "unknown"):
        (row,) = engine.compare([text], code, None if code != "fr" else [text])
        assert row.text == text
        for said in (row.teacher, row.student, row.student_before):
            assert said is not None and sum(said.probabilities) == pytest.approx(1.0)
        assert len(row.triggers["student"].words) == len(text.split(" "))
    assert engine.compare([text], "en")[0].student.truncated == (len(text) > 5_000)


def test_no_texts_no_answers(engine: Engine) -> None:
    assert engine.compare([]) == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((["a"], "de"), "'de' is not known"),
        ((["a"], ["fr", "en"]), "1 texts came with 2 languages"),
        ((["a"], []), "1 texts came with 0 languages"),
        ((["a"], [None]), "'None' is not known"),
        ((["a"], "fr", []), "1 texts came with 0 translations"),
        ((["a"], "fr", [3]), "translations must be"),
        (("abc",), "texts must be a list"),
        (([None],), "texts must be a list"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    folders: Any, arguments: tuple[Any, ...], sentence: str
) -> None:
    untouched = Engine(sources(folders))
    with pytest.raises(InputError, match=sentence):
        untouched.compare(*arguments)
    assert untouched.state == "idle", "refused before anything is loaded"


def test_progress_is_told_in_order(engine: Engine) -> None:
    told: list[tuple[int, int]] = []
    engine.compare(["so"] * 40, "en", progress=lambda done, total: told.append((done, total)))
    assert told == [(16, 40), (32, 40), (40, 40)]


def test_it_stops_between_two_chunks_and_keeps_what_is_done(engine: Engine) -> None:
    asked: list[bool] = []

    def after_two() -> bool:
        asked.append(len(asked) == 2)
        return asked[-1]

    texts = [f"so {row}" for row in range(40)]
    found = engine.compare(texts, "en", stop=after_two)
    assert [row.text for row in found] == texts[:32] and asked == [False, False, True]
    assert engine.compare(texts, "en", stop=lambda: True) == []
    assert engine.compare(texts, "en", stop=lambda: False)[:32] == found


def test_the_header_tells_models_apart(engine: Engine, folders: Any) -> None:
    same, other = Engine(sources(folders)), Engine(sources(folders, baseline=None))
    identities = [model.identity for model in engine.describe().models]
    assert all(identities) and len(set(identities)) == 4
    assert identities == [model.identity for model in same.describe().models]
    assert [model.identity for model in other.describe().models] == [
        identities[row] for row in (0, 1, 3)
    ]
    assert identities[0] == load_emotion_model(folders.teacher).identity


@given(st.lists(st.integers(0, len(TWEETS) - 1), min_size=1, max_size=40))
@settings(max_examples=15, deadline=None)
def test_order_repetition_and_caches_do_not_matter(folders: Any, rows: list[int]) -> None:
    found = _kept(folders).compare([TWEETS[r] for r in rows], [CODES[r] for r in rows])
    for row, comparison in zip(rows, found, strict=True):
        same(comparison, _expected(folders)[row])


def _kept(folders: Any, made: dict[str, Engine] = {}) -> Engine:  # noqa: B006
    """One engine for all examples, so that its caches fill in many orders."""
    return made.setdefault("engine", Engine(sources(folders)))


def _expected(folders: Any, made: dict[str, Any] = {}) -> list[Comparison]:  # noqa: B006
    """Each tweet on its own, by an engine that knows nothing yet."""
    if "rows" not in made:
        fresh = Engine(sources(folders))
        made["rows"] = [fresh.compare([t], c)[0] for t, c in zip(TWEETS, CODES, strict=True)]
    return list(made["rows"])


def test_eight_threads_get_what_one_gets_also_while_loading(folders: Any) -> None:
    cold = Engine(sources(folders))
    begin = threading.Barrier(8)

    def ask(seed: int) -> list[tuple[int, Comparison]]:
        begin.wait()
        rows = [(seed * 3 + step) % len(TWEETS) for step in range(12)]
        one_by_one = [(row, cold.compare([TWEETS[row]], CODES[row])[0]) for row in rows]
        together = cold.compare([TWEETS[row] for row in rows], [CODES[row] for row in rows])
        return [*one_by_one, *zip(rows, together, strict=True)]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))
    assert cold.state == "ready"
    for row, comparison in (pair for answer in answers for pair in answer):
        same(comparison, _expected(folders)[row])


def test_states_follow_each_other(folders: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    go, opening = threading.Event(), opening_module.open_models
    calls: list[str] = []

    def slowly(*arguments: Any) -> Any:
        calls.append("opened")
        go.wait(60)
        return opening(*arguments)

    monkeypatch.setattr(opening_module, "open_models", slowly)
    made = Engine(sources(folders))
    assert (made.state, made.error) == ("idle", None)
    for _ in range(3):
        made.start()
    assert made.state == "loading"
    go.set()
    made.wait()
    made.start()
    assert (made.state, calls) == ("ready", ["opened"])


def test_a_loading_error_is_kept_for_every_caller(folders: Any) -> None:
    broken = Engine(sources(folders, student="/nowhere/at/all"))
    frames = []
    for _ in range(50):
        with pytest.raises(ModelError, match="There is no folder /nowhere") as caught:
            broken.compare(["so"])
        frames.append(len(traceback.extract_tb(caught.value.__traceback__)))
    assert broken.state == "failed" and broken.error is caught.value
    assert max(frames) == frames[0], "old callers' frames are not kept"
    with pytest.raises(TandemError):
        broken.wait()
    with pytest.raises(TandemError):
        broken.describe()
    with ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit(broken.compare, ["so"]) for _ in range(32)]
    assert all(isinstance(job.exception(), ModelError) for job in jobs)


def test_a_defect_while_loading_is_a_sentence_too(
    folders: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def defect(*_: Any) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(opening_module, "open_models", defect)
    broken = Engine(sources(folders))
    with caplog.at_level(logging.ERROR), pytest.raises(ModelError) as caught:
        broken.wait()
    assert "ZeroDivisionError" in caught.value.sentence
    assert "secret detail" not in str(caught.value) and "secret detail" in caplog.text


def test_without_baseline_and_translator(folders: Any) -> None:
    bare = Engine(sources(folders, baseline=None, translator=None))
    rows = bare.compare(TWEETS, CODES)
    assert all(row.student_before is None and row.weight.disagreement is None for row in rows)
    assert all(row.translation.text == row.text for row in rows)
    assert [row.translation.status for row in rows[:3]] == [
        STATUS.UNKNOWN,
        STATUS.ENGLISH,
        STATUS.UNKNOWN,
    ]
    assert {row.translation.status for row in rows[5:]} == {STATUS.PASSED_THROUGH}
    assert [model.role for model in bare.describe().models] == ["teacher", "student"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"baseline": "student"}, "adapted student is not"),
        ({"student": "before"}, "no weight reference"),
        ({"translator": "other"}, "translator is not"),
    ],
)
def test_w_stands_alone_where_the_reference_does_not_hold(
    folders: Any, tiny: Any, tmp_path: Path, changes: dict[str, str], reason: str
) -> None:
    other = {"other": tmp_path / "other"}
    if "translator" in changes:
        tiny.marian(other["other"], seed=9, steps=0)
    paths = {k: str(other.get(v) or getattr(folders, v)) for k, v in changes.items()}
    (row,) = Engine(sources(folders, **paths)).compare(["très content"], "fr")
    assert row.weight.weight is None and reason in row.weight.reason
    assert row.weight.disagreement is not None


def test_a_broken_reference_fails_the_loading(folders: Any, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(folders.student, tmp_path / "student"))
    update_manifest(folder, weight_reference={"minimum": 1})
    with pytest.raises(CheckpointError, match="weight reference"):
        Engine(sources(folders, student=str(folder))).wait()


def test_the_header_says_what_is_loaded(engine: Engine, folders: Any) -> None:
    info = engine.describe()
    assert info.device == "cpu"
    assert [model.role for model in info.models] == [
        "teacher",
        "student",
        "student before",
        "translator",
    ]
    teacher, student, _, machine = info.models
    assert (teacher.name, teacher.pooling, teacher.threshold) == (str(folders.teacher), "cls", 0.1)
    assert (student.pooling, student.threshold, student.base) == ("mean", 0.2, "tiny")
    assert machine.languages == ("fr", "nl", "ru", "es") and machine.licence == "CC0-1.0"
    assert teacher.parameters == load_emotion_model(folders.teacher).parameters


def test_a_foreign_model_can_be_teacher_or_student(folders: Any, tiny: Any, tmp_path: Path) -> None:
    names = ("joy", "surprise", "sadness")
    folder = tiny.save(tmp_path / "foreign", tiny.bert(names), tiny.word_piece())
    made = Engine(sources(folders, teacher=str(folder), student=str(folders.xlmr)))
    (row,) = made.compare(["so happy"], "en")
    assert row.teacher.label in ("Joy", "Sadness")
    assert made.describe().models[0].unmapped == ("surprise",)


def test_caches_are_bounded_and_keyed_by_model(
    folders: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparing, "CACHED", 12)
    monkeypatch.setattr(comparing, "CHARACTERS", 400)
    small = Engine(sources(folders))
    for step in range(60):
        small.compare([f"so {step}", f"je suis {step}", "x" * step], ["en", "fr", "fr"])
        assert small._loaded is not None
        for cache in (small._loaded._readings, small._loaded._translations):
            assert len(cache) <= 12 and cache.spent <= 400
    # the same text, read by four models and in two languages, is never mixed up
    (row,) = small.compare(["so happy"], "en")
    (other,) = small.compare(["so happy"], "fr")
    assert row.student == other.student
    assert other.translation.status is not STATUS.ENGLISH
    assert row.student_before is not None
    assert len({row.teacher, row.student, row.student_before}) == 3


def test_a_second_look_is_answered_from_the_caches(
    folders: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Engine(sources(folders))
    first = made.compare(TWEETS, CODES)
    assert made._loaded is not None

    def never(*_: Any, **__: Any) -> Any:
        raise AssertionError("a model was asked again")

    roster = made._loaded.roster
    for model in (roster.teacher, roster.student, roster.baseline):
        monkeypatch.setattr(model, "analyse", never)
    monkeypatch.setattr(roster.translator, "translate", never)
    assert made.compare(TWEETS, CODES) == first


def test_decoding_is_part_of_what_is_compared(folders: Any) -> None:
    assert (
        asdict(Decoding())
        == load_emotion_model(folders.student).manifest.weight_reference[  # type: ignore[union-attr,index]
            "decoding"
        ]
    )


def test_a_pattern_of_translators(folders: Any, tmp_path: Path) -> None:
    shutil.copytree(folders.marian, tmp_path / "opus-fr")
    pattern = str(tmp_path / "opus-{language}")
    made = Engine(sources(folders, student=str(folders.before), translator=pattern))
    made.wait()
    assert made.describe().models[-1].parameters == 0, "opened when a language first comes up"
    assert made.describe().models[-1].identity == pattern
    (row,) = made.compare(["très content"], "fr")
    (expected,) = load_translator(folders.marian).translate(["très content"], ["fr"])
    assert row.translation == expected
    with pytest.raises(ModelError, match="opus-nl"):
        made.compare(["ik ben bang"], "nl")
    assert made.compare(["très content"], "fr") == [row], "one failure does not spoil the rest"

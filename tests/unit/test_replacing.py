"""Models replaced while others ask: who answers, what is loaded anew, what a failure leaves."""

import functools
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import core.languages
from core import opening as opening_module
from core import roster as roster_module
from core.checkpoints import MANIFEST, update_manifest
from core.engine import Engine, EngineSources
from core.errors import InputError, ModelError
from core.loading import load_emotion_model
from core.roles import check, loaded, source_in, unloaded

TEXTS = ["je suis très content", "ik ben bang", "hoy estoy feliz", "так грустно"]
CODES = ["fr", "nl", "es", "ru"]


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


@pytest.fixture
def engine(folders: Any) -> Engine:
    made = Engine(sources(folders))
    made.wait()
    return made


def roster(engine: Engine) -> Any:
    assert engine._loaded is not None
    return engine._loaded.roster


def by(engine: Engine, role: str) -> Any:
    [row] = engine.compare(TEXTS[:1], "fr")
    return getattr(row, role).probabilities


def test_another_student_answers_and_all_others_are_the_same_objects(
    engine: Engine, folders: Any
) -> None:
    before = roster(engine)
    engine.replace(sources(folders, student=str(folders.before)))
    after = roster(engine)
    for name in ("teacher", "baseline", "translator"):
        assert getattr(after, name) is getattr(before, name), name
    assert after.student.module is before.baseline.module, "the same weights are not held twice"
    assert after.student.role == "student" and after.baseline.role == "student before"
    expected = load_emotion_model(folders.before).predict(TEXTS[:1])[0].probabilities
    assert by(engine, "student") == pytest.approx(expected, abs=1e-5)
    assert engine.describe().models[1].name == str(folders.before)


def test_nothing_is_loaded_where_nothing_changed(
    engine: Engine, folders: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, made = roster(engine), []
    monkeypatch.setattr(roster_module, "load_emotion_model", lambda *a: made.append(a))
    monkeypatch.setattr(roster_module, "load_translator", lambda *a, **k: made.append(a))
    engine.replace(sources(folders, baseline=None))
    assert made == [] and roster(engine).baseline is None
    assert roster(engine).student is before.student
    assert roster(engine).translator is before.translator


def test_a_folder_that_was_written_anew_is_loaded_anew(folders: Any, tmp_path: Path) -> None:
    own = Path(shutil.copytree(folders.student, tmp_path / "own"))
    made = Engine(sources(folders, student=str(own)))
    made.wait()
    before = roster(made)
    update_manifest(own, threshold=0.7)
    made.replace(sources(folders, student=str(own)))
    assert roster(made).student is not before.student
    assert roster(made).student.threshold == 0.7 and roster(made).teacher is before.teacher


def test_old_models_answer_until_the_new_ones_stand(
    engine: Engine, folders: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, begun, opening = threading.Event(), threading.Event(), opening_module.open_models
    old, new = by(engine, "student"), load_emotion_model(folders.before)

    def slowly(*arguments: Any) -> Any:
        begun.set()
        assert go.wait(60)
        return opening(*arguments)

    monkeypatch.setattr(opening_module, "open_models", slowly)
    thread = threading.Thread(
        target=engine.replace, args=(sources(folders, student=str(folders.before)),)
    )
    thread.start()
    assert begun.wait(60)
    assert by(engine, "student") == old and engine.state == "ready"
    assert engine.describe().models[1].name == str(folders.student)
    go.set()
    thread.join(60)
    expected = new.predict(TEXTS[:1])[0].probabilities
    assert by(engine, "student") == pytest.approx(expected, abs=1e-5) and expected != old


def test_a_question_under_way_keeps_the_models_that_it_began_with(
    engine: Engine, folders: Any
) -> None:
    texts = [f"je suis content {row}" for row in range(40)]
    expected = load_emotion_model(folders.student).predict(texts)
    swapped: list[int] = []

    def swap(done: int, _: int) -> None:
        if not swapped:
            swapped.append(done)
            engine.replace(sources(folders, student=str(folders.before), baseline=None))

    rows = engine.compare(texts, "fr", progress=swap)
    assert swapped[0] < len(texts), "it was replaced in the middle"
    for row, truth in zip(rows, expected, strict=True):
        assert row.student.probabilities == pytest.approx(truth.probabilities, abs=1e-5)
        assert row.student_before is not None


def test_a_failure_leaves_the_old_ones(engine: Engine, folders: Any, tmp_path: Path) -> None:
    old, before = by(engine, "student"), roster(engine)
    broken = Path(shutil.copytree(folders.before, tmp_path / "broken"))
    weights = broken / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(ModelError, match="damaged"):
        engine.replace(sources(folders, student=str(broken)))
    assert roster(engine) is before and engine.sources == sources(folders)
    assert by(engine, "student") == old and engine.state == "ready" and engine.error is None


def test_a_defect_while_replacing_is_a_sentence(
    engine: Engine, folders: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(roster_module, "load_emotion_model", full)
    with pytest.raises(ModelError, match="could not be loaded: MemoryError"):
        engine.replace(sources(folders, student=str(folders.before), baseline=str(folders.xlmr)))
    assert engine.state == "ready" and by(engine, "student")


def test_models_that_did_not_load_can_be_replaced(folders: Any) -> None:
    made = Engine(sources(folders, student="/nowhere/at/all"))
    with pytest.raises(ModelError):
        made.wait()
    made.replace(sources(folders))
    assert made.state == "ready" and made.error is None
    assert made.describe().models[1].name == str(folders.student)


def test_two_at_once_are_done_one_after_another(
    engine: Engine, folders: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    opening, at_work, most = opening_module.open_models, [], []

    def counted(*arguments: Any) -> Any:
        at_work.append(1)
        most.append(len(at_work))
        time.sleep(0.1)
        try:
            return opening(*arguments)
        finally:
            at_work.pop()

    monkeypatch.setattr(opening_module, "open_models", counted)
    threads = [
        threading.Thread(target=engine.replace, args=(sources(folders, baseline=one),))
        for one in (None, str(folders.student))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert most == [1, 1]


def test_the_weight_says_that_another_students_reference_does_not_hold(
    engine: Engine, folders: Any
) -> None:
    [row] = engine.compare(TEXTS[:1], "fr")
    assert row.weight.reason == "" or "outside" in row.weight.reason
    engine.replace(sources(folders, baseline=str(folders.xlmr)))
    [row] = engine.compare(TEXTS[:1], "fr")
    assert "adapted student is not the one" in row.weight.reason and row.weight.weight is None


def test_answers_of_models_that_stay_are_not_computed_again(
    engine: Engine, folders: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = engine.compare(TEXTS, CODES)
    teacher = roster(engine).teacher
    asked: list[Any] = []
    monkeypatch.setattr(teacher, "analyse", lambda texts: asked.append(texts) or [])
    engine.replace(sources(folders, student=str(folders.before)))
    second = engine.compare(TEXTS, CODES)
    assert asked == []
    assert [one.teacher for one in first] == [one.teacher for one in second]
    assert [one.student for one in first] != [one.student for one in second]


# --- who may stand where


@pytest.mark.parametrize(
    ("name", "role", "said"),
    [
        ("translator", "student", "is a translator; it|is a translator: it gives no emotions"),
        ("marian", "further", "is a translator"),
        ("encoder", "teacher", "an encoder without a head"),
        ("student", "translator", "is a student, not a translator"),
        ("bert", "translator", "is a classifier, not a translator"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(
    folders: Any, name: str, role: str, said: str
) -> None:
    with pytest.raises(ModelError, match=said):
        check(str(getattr(folders, name)), role)


@pytest.mark.parametrize("name", ["teacher", "student", "bert", "xlmr"])
@pytest.mark.parametrize("role", ["teacher", "student", "student before", "further"])
def test_every_classifier_fits_every_classifiers_role(folders: Any, name: str, role: str) -> None:
    check(str(getattr(folders, name)), role)


def test_unknown_roles_and_places_are_refused(folders: Any) -> None:
    with pytest.raises(InputError, match="no role 'king'"):
        check(str(folders.student), "king")
    with pytest.raises(InputError, match="There is no folder /nowhere"):
        check("/nowhere/at/all", "student")
    check("owner/name", "student")
    check("Helsinki-NLP/opus-mt-{language}-en", "translator")


def test_roles_are_filled_and_emptied() -> None:
    bare = EngineSources("t", "s", "b", "m")
    assert loaded(bare, "student before", "x").baseline == "x"
    two = loaded(loaded(bare, "further", "x"), "further", "y")
    assert two.students == ("x", "y")
    with pytest.raises(InputError, match="as student 2 already"):
        loaded(two, "further", "x")
    assert source_in(two, "student 2") == "x"
    assert unloaded(two, "student 2", "x").students == ("y",)
    assert unloaded(bare, "student before", "b").baseline is None
    for role in ("teacher", "student", "translator"):
        with pytest.raises(InputError, match="cannot be unloaded"):
            source_in(two, role)
    with pytest.raises(InputError, match="No model is loaded as 'student 9'"):
        source_in(two, "student 9")


def test_a_folder_that_needs_its_own_code_is_refused(folders: Any, tmp_path: Path) -> None:
    own = Path(shutil.copytree(folders.bert, tmp_path / "own"))
    assert not (own / MANIFEST).exists()
    config = (own / "config.json").read_text()
    (own / "config.json").write_text(config.replace("{", '{"auto_map": {"AutoModel": "x.X"},', 1))
    with pytest.raises(ModelError, match="needs code that comes with it"):
        check(str(own), "student")

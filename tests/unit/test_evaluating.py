"""A file through every system: against the engine's own answers, stopped, damaged and gone on with.

What is killed for real is in tests/jobs/test_batch.py.
"""

import errno
import functools
import gc
import json
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core.languages
from core.data import text_hash
from core.engine import Engine, EngineSources
from core.errors import ConfigError, DataError, TandemError
from core.evaluation import chunks as chunking
from core.evaluation import columns, engines, store, systems
from core.evaluation.chunks import Chunk, chunks
from core.evaluation.plan import PARTS, PREDICTIONS, Plan, Progress
from core.evaluation.running import evaluate
from core.files.layout import Layout, Trouble
from core.labels import LABELS
from core.loading import load_emotion_model
from core.models import EmotionModel
from core.records import Comparison, Example, TranslationStatus
from core.signals import copied_share, likelihood

WORDS = "je suis très content triste ik ben bang boos я люблю грустно hoy feliz miedo so happy 😂"
LAYOUT = Layout(
    "tsv", id="ID", gold="Labels", language="language", source="Source", kind="emotions"
)
STUDENTS = ("student", "student_before", "student_2")


@pytest.fixture(autouse=True, scope="module")
def one_langid() -> Iterator[None]:
    """langid loads once; and torch predicts, so that numbers agree to the last digits."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(core.languages, "_load", functools.cache(core.languages._load))
        patch.setattr("core.fast.accelerated", lambda model: (model, "torch"))
        yield


@pytest.fixture(scope="module")
def engine(folders: Any) -> Engine:
    """Teacher, student before and after, a second student, a translator."""
    named = (folders.teacher, folders.student, folders.before, folders.translator)
    made = Engine(EngineSources(*map(str, named), (str(folders.xlmr),)))
    made.wait()
    return made


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunking, "ROWS", 8)


def tweets(count: int, seed: int = 7) -> list[tuple[str, str, str]]:
    """Text, label and language; blank, repeated, quoted and long ones among them."""
    rng = random.Random(seed)
    made = []
    for number in range(count):
        text = " ".join([*rng.choices(WORDS.split(), k=rng.randint(1, 9)), str(number)])
        made.append((text, rng.choice(LABELS), rng.choice(["fr", "nl", "ru", "es", "en", ""])))
    made[3] = (" ", "Joy", "")
    made[5] = (made[0][0], "Fear", made[0][2])
    made[6] = ('so "happy"\ntoday', "Love", "en")
    made[7] = ("miedo " * 60, "Fear", "es")
    return made


def written(path: Path, rows: list[tuple[str, str, str]]) -> Path:
    lines = ["ID\tTexts\tLabels\tlanguage\tSource"]
    for number, (text, label, code) in enumerate(rows):
        cell = '"' + text.replace('"', '""') + '"'
        lines.append(f"t{number}\t{cell}\t{label}\t{code}\tmade")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("dev") / "dev.tsv", tweets(42))


def plan(path: Path, **changes: Any) -> Plan:
    return replace(Plan(str(path), LAYOUT, draws=100), **changes)


ALL = (*STUDENTS, "teacher", "ensemble_mean", "ensemble_vote")


@pytest.fixture(scope="module")
def whole(engine: Engine, dev: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of all systems, in one go."""
    folder = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chunking, "ROWS", 8)
        engine.evaluate(plan(dev, systems=ALL), folder)
    return folder


def table(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(folder / PREDICTIONS).to_pylist()
    return found


# --- the same numbers as elsewhere ---


def test_rows_are_the_files(whole: Path) -> None:
    found, expected = table(whole), tweets(42)
    assert [(row["text"], row["gold"]) for row in found] == [
        (text, label) for text, label, _ in expected
    ]
    assert [row["row"] for row in found] == list(range(1, 43))
    assert [row["id"] for row in found] == [f"t{number}" for number in range(42)]
    assert [row["line"] for row in found[:9]] == [2, 3, 4, 5, 6, 7, 8, 10, 11]  # one has two lines
    assert {row["source"] for row in found} == {"made"}
    assert [row["text_hash"] for row in found] == [text_hash(text) for text, _, _ in expected]
    for row, (_, _, code) in zip(found, expected, strict=True):
        if code:
            assert (row["language"], row["language_probability"]) == (code, None)


@pytest.fixture(scope="module")
def compared(engine: Engine, whole: Path) -> list[Comparison]:
    """What the engine answers for the same texts in the same languages."""
    rows = table(whole)
    return engine.compare([row["text"] for row in rows], [row["language"] for row in rows])


def probabilities(row: dict[str, Any], system: str) -> list[float]:
    return [row[name] for name in columns.shares(system)]


def test_models_answer_as_in_compare(whole: Path, compared: list[Comparison]) -> None:
    for row, one in zip(table(whole), compared, strict=True):
        assert row["translation"] == one.translation.text
        assert row["translation_status"] == one.translation.status.value
        assert row["translation_cut"] == one.translation.cut
        for name in ("student", "student_before", "teacher"):
            expected = getattr(one, name)
            assert probabilities(row, name) == pytest.approx(expected.probabilities, abs=1e-5)
            assert (row[name], row[f"{name}_truncated"]) == (expected.label, expected.truncated)
        assert row["distance"] == pytest.approx(one.distance, abs=1e-5)
        assert row["disagreement"] == pytest.approx(one.weight.disagreement, abs=1e-5)
        assert (row["weight"] is None) == (one.weight.weight is None)
        assert row["weight_reason"] == one.weight.reason
        if one.weight.weight is not None:
            assert row["weight"] == pytest.approx(one.weight.weight, abs=1e-4)
    statuses = {row["translation_status"] for row in table(whole)}
    assert {"translated", "english", "passed through"} <= statuses


def test_what_texts_and_translator_tell(engine: Engine, whole: Path) -> None:
    unit = engine._ready().roster.translator.units["fr"]
    for row in table(whole):
        told = (row["likelihood"], row["copied"], row["length_ratio"])
        status = TranslationStatus(row["translation_status"])
        if status is TranslationStatus.TRANSLATED:
            forced = likelihood(unit, [row["text"]], [row["translation"]]).values[0]
            assert row["likelihood"] == pytest.approx(forced, abs=1e-4)
            assert row["copied"] == copied_share(row["text"], row["translation"])
            assert row["length_ratio"] == len(row["translation"]) / len(row["text"])
        elif status is not TranslationStatus.COPIED:
            assert told == (None, None, None)


def test_a_second_student_and_ensembles(engine: Engine, whole: Path) -> None:
    rows = table(whole)
    other = engine._ready().roster.students["student_2"].predict([row["text"] for row in rows])
    for row, prediction in zip(rows, other, strict=True):
        assert probabilities(row, "student_2") == pytest.approx(prediction.probabilities, abs=1e-5)
        sides = [probabilities(row, name) for name in ("student", "student_2")]
        mean = [sum(pair) / 2 for pair in zip(*sides, strict=True)]
        assert probabilities(row, "ensemble_mean") == pytest.approx(mean, abs=1e-6)
        assert row["ensemble_mean"] == LABELS[int(np.argmax(mean))]
        votes = [row["student"], row["student_2"]]
        assert probabilities(row, "ensemble_vote") == [votes.count(name) / 2 for name in LABELS]
        best = max(votes, key=lambda name: mean[LABELS.index(name)])
        assert row["ensemble_vote"] == best


def test_columns_are_those_of_the_plan(engine: Engine, dev: Path, tmp_path: Path) -> None:
    alone = engine.evaluate(plan(dev, systems=("student",)), tmp_path / "alone")
    assert list(alone["systems"]) == ["student"]
    names = pq.read_schema(tmp_path / "alone" / PREDICTIONS).names
    assert names == [*columns.ABOUT, *columns.of_systems(["student"])]
    engine.evaluate(plan(dev, systems=("teacher", "student")), tmp_path / "two")
    schema = pq.read_schema(tmp_path / "two" / PREDICTIONS)
    expected = {
        **columns.ABOUT,
        **columns.TRANSLATED,
        **columns.COMPARED,
        **columns.of_systems(["teacher", "student"]),
    }
    assert schema.names == [*expected]
    for name, kind in expected.items():
        wanted = {"list<int8>": pa.list_(pa.int8())}.get(kind) or pa.type_for_alias(kind)
        assert schema.field(name).type == wanted
    assert {row["likelihood"] for row in table(tmp_path / "two")} == {None}


def test_words_are_scored_where_a_plan_wants_them(
    engine: Engine, dev: Path, tmp_path: Path
) -> None:
    asked = ("student", "teacher", "student_2")
    engine.evaluate(plan(dev, systems=asked, words=True), tmp_path)
    roster = engine._ready().roster
    for row in table(tmp_path):
        [(prediction, scores)] = roster.student.analyse([row["text"]])
        found = row["student_word_scores"]
        assert found == pytest.approx([word.score for word in scores.words], abs=1e-5)
        assert row["student_triggers"] == [int(word.trigger) for word in scores.words]
        assert len(found) == len(row["text"].split(" "))
        assert row["student"] == prediction.label
        assert row["student_2_triggers"] is None  # a foreign model has no threshold
        assert len(row["student_2_word_scores"]) == len(found)
        own = row["translation"] == row["text"]
        assert (row["teacher_word_scores"] is not None) == own


# --- which engine ---


def test_a_faster_engine_predicts_and_is_named(
    engine: Engine, dev: Path, folders: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its stand-in here is another model, so that one sees who was asked."""
    other = load_emotion_model(folders.xlmr)
    asked: list[EmotionModel] = []

    def accelerated(model: EmotionModel) -> tuple[EmotionModel, str]:
        asked.append(model)
        return (other, "fast one") if model.pooling == "mean" else (model, "torch (why not)")

    monkeypatch.setattr("core.fast.accelerated", accelerated)
    roster = replace(
        engine._ready().roster,
        student=load_emotion_model(folders.student),
        teacher=load_emotion_model(folders.teacher, "teacher"),
    )
    systems_asked = ("student", "teacher")
    for words, name in ((False, "predicted"), (True, "scored"), (False, "again")):
        wanted = plan(dev, systems=systems_asked, words=words)
        metrics = evaluate(roster, engine.identifier, wanted, tmp_path / name)
        named = "torch" if words else "student: fast one; teacher: torch (why not)"
        assert metrics["run"]["engine"] == named
        truth = roster.student if words else other
        rows = table(tmp_path / name)
        expected = truth.predict([row["text"] for row in rows])
        for row, one in zip(rows, expected, strict=True):
            assert probabilities(row, "student") == pytest.approx(one.probabilities, abs=1e-5)
    assert [model.role for model in asked] == ["student", "teacher"]  # once each


def test_what_is_faster_goes_with_its_model(folders: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.fast.accelerated", lambda model: (model, "torch"))
    model = load_emotion_model(folders.student)
    found = engines.open_engines({"student": model}, fast=True)
    assert found.models == {"student": model} and id(model) in engines._known
    number = id(model)
    del model, found
    gc.collect()
    assert number not in engines._known


# --- which systems ---


def test_what_is_offered(engine: Engine, folders: Any) -> None:
    found = engine.systems()
    assert [info.name for info in found] == ALL_OFFERED
    kinds = {info.name: (info.kind, info.reads, info.members) for info in found}
    assert kinds["teacher"] == ("teacher", "translation", ())
    assert kinds["ensemble_vote"] == ("ensemble", "predictions", ("student", "student_2"))
    header = {info.role: info.name for info in engine.describe().models}
    assert header["student 2"] == str(folders.xlmr)


ALL_OFFERED = [*STUDENTS, "teacher", "ensemble_mean", "ensemble_vote"]


def test_members_by_default() -> None:
    assert systems.usual_members(["student", "student_before", "teacher"]) == (
        "student",
        "student_before",
    )
    assert systems.usual_members([*STUDENTS, "teacher"]) == ("student", "student_2")
    assert systems.usual_members(["student", "teacher"]) == ("student",)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"systems": ("student_9",)}, "'student_9', which is not there"),
        ({"systems": ("student", "student")}, "one twice"),
        ({"systems": ("ensemble_mean",), "members": ("teacher", "student")}, "'teacher'"),
        ({"systems": ("ensemble_vote",), "members": ("student",)}, "two students or more"),
    ],
)
def test_systems_that_are_not_there(
    engine: Engine, dev: Path, tmp_path: Path, changes: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(ConfigError, match=complaint):
        engine.evaluate(plan(dev, **changes), tmp_path / "new")
    assert not (tmp_path / "new").exists()


# --- chunks ---


ROWS = st.lists(
    st.one_of(
        st.builds(Example, id=st.just("x"), text=st.text(max_size=30)),
        st.builds(Trouble, st.integers(1), st.just("Texts"), st.just("bad"), st.booleans()),
    ),
    max_size=60,
)


@given(ROWS, st.integers(1, 9), st.integers(1, 60))
def test_chunks_hold_every_row_once(
    rows: list[Example | Trouble], most: int, characters: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chunking, "ROWS", most)
        patch.setattr(chunking, "CHARACTERS", characters)
        found = list(chunks(rows))
    usable = [row for row in rows if isinstance(row, Example)]
    assert [row for chunk in found for row in chunk.rows] == usable
    assert [chunk.number for chunk in found] == list(range(len(found)))
    assert found[-1].left_out == sum(isinstance(row, Trouble) and not row.used for row in rows)
    assert found[-1].end == len(usable)
    first = 1
    for chunk in found:
        assert chunk.first == first
        first += len(chunk.rows)
        assert len(chunk.rows) <= most
        assert len(chunk.rows) == 1 or sum(len(row.text) for row in chunk.rows) <= characters


# --- stopped, damaged, gone on with ---


def after(chunks_done: int) -> tuple[Callable[[], bool], Callable[[Progress], None]]:
    """A stop that says yes once so many chunks are there, and who tells it."""
    seen: list[Progress] = []

    def told(now: Progress) -> None:
        seen.extend([now] if now.stage == "predicting" else [])

    return lambda: len(seen) >= chunks_done, told


def test_a_stopped_run_leaves_what_is_done_and_goes_on(
    engine: Engine, dev: Path, whole: Path, tmp_path: Path
) -> None:
    asked = plan(dev, systems=ALL)
    stop, told = after(2)
    metrics = engine.evaluate(asked, tmp_path, told, stop)
    assert metrics["run"]["stopped"] and metrics["file"]["rows"] == 16
    assert table(tmp_path) == table(whole)[:16]
    assert sorted(path.name for path in (tmp_path / PARTS).iterdir()) == [
        "000000.parquet",
        "000001.parquet",
    ]
    said: list[Progress] = []
    metrics = engine.evaluate(asked, tmp_path, said.append, total=42)
    assert not metrics["run"]["stopped"] and metrics["file"]["rows"] == 42
    assert (tmp_path / PREDICTIONS).read_bytes() == (whole / PREDICTIONS).read_bytes()
    assert not (tmp_path / PARTS).exists()
    predicting = [now for now in said if now.stage == "predicting"]
    assert [(now.done, now.new) for now in predicting] == [
        (8, 0),
        (16, 0),
        (24, 8),
        (32, 16),
        (40, 24),
        (42, 26),
    ]
    assert predicting[0].seconds_left is None
    for now in predicting[2:]:
        assert now.seconds_left is not None and now.total == 42
        assert (now.seconds_left == 0) == (now.done == 42)
    assert said[0].stage == "reading" and said[-1].stage == "done"


def test_stopped_before_anything_is_a_sentence(engine: Engine, dev: Path, tmp_path: Path) -> None:
    with pytest.raises(TandemError, match="stopped before the first rows"):
        engine.evaluate(plan(dev), tmp_path, stop=lambda: True)


def test_a_finished_one_is_not_done_again(
    engine: Engine, dev: Path, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = shutil.copytree(whole, tmp_path / "copy")
    before = (folder / "metrics.json").read_bytes()

    def fail(*_: object) -> None:
        raise AssertionError("a model was asked")

    monkeypatch.setattr("core.models.EmotionModel.predict", fail)
    said: list[Progress] = []
    metrics = engine.evaluate(plan(dev, systems=ALL), folder, said.append)
    assert metrics == json.loads(before) and (folder / "metrics.json").read_bytes() == before
    assert said[-1].done == 42 and said[-1].new == 0
    moved = shutil.copy(dev, tmp_path / "elsewhere.tsv")  # where a file lies is no matter
    assert engine.evaluate(plan(Path(moved), systems=ALL, name="x"), folder) == metrics
    (folder / "metrics.json").unlink()  # killed between table and figures
    again = engine.evaluate(plan(dev, systems=ALL), folder)
    assert again["systems"] == metrics["systems"]


@pytest.fixture(scope="module")
def half(engine: Engine, dev: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three of six chunks are answered."""
    folder = tmp_path_factory.mktemp("half") / "stopped"
    stop, told = after(3)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chunking, "ROWS", 8)
        engine.evaluate(plan(dev, systems=ALL), folder, told, stop)
    return folder


@pytest.fixture
def stopped(half: Path, tmp_path: Path) -> Path:
    """The same, to be changed."""
    return shutil.copytree(half, tmp_path / "stopped")


def torn(part: Path) -> None:
    part.write_bytes(part.read_bytes()[:-40])


def emptied(part: Path) -> None:
    part.write_bytes(b"")


def foreign(part: Path) -> None:
    found = pq.read_table(part)
    pq.write_table(found.replace_schema_metadata({b"tandem": b'{"stamp": "another"}'}), part)


def gone(part: Path) -> None:
    part.unlink()


def left_aside(part: Path) -> None:
    part.with_name(f".{part.name}.1-2").write_bytes(b"half of it")
    part.unlink()


@pytest.mark.parametrize("harm", [torn, emptied, foreign, gone, left_aside])
def test_a_harmed_part_is_answered_anew(
    engine: Engine, dev: Path, whole: Path, stopped: Path, harm: Callable[[Path], None]
) -> None:
    harm(stopped / PARTS / "000001.parquet")
    said: list[Progress] = []
    engine.evaluate(plan(dev, systems=ALL), stopped, said.append)
    assert (stopped / PREDICTIONS).read_bytes() == (whole / PREDICTIONS).read_bytes()
    assert said[-1].new == 42 - 16
    assert sorted(path.name for path in stopped.iterdir()) == [
        "metrics.json",
        "plan.json",
        PREDICTIONS,
    ]


def test_a_part_that_is_damaged_within_is_named_and_taken_away(
    engine: Engine, dev: Path, whole: Path, stopped: Path
) -> None:
    part = stopped / PARTS / "000001.parquet"
    raw = bytearray(part.read_bytes())
    raw[200:900] = bytes(700)  # its footer stays whole
    part.write_bytes(raw)
    with pytest.raises(TandemError, match=r"000001.parquet is damaged"):
        engine.evaluate(plan(dev, systems=ALL), stopped)
    engine.evaluate(plan(dev, systems=ALL), stopped)
    assert (stopped / PREDICTIONS).read_bytes() == (whole / PREDICTIONS).read_bytes()


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"systems": ("student",)}, "systems"),
        ({"seed": 5}, "seed"),
        ({"layout": replace(LAYOUT, labels={"joy": "Joy"})}, "layout"),
    ],
)
def test_another_plan_is_refused(
    engine: Engine, dev: Path, stopped: Path, changes: dict[str, Any], named: str
) -> None:
    before = {path: path.read_bytes() for path in stopped.rglob("*.*")}
    with pytest.raises(ConfigError, match=f"results of another .*{named}"):
        engine.evaluate(plan(dev, **{"systems": ALL, **changes}), stopped)
    assert {path: path.read_bytes() for path in stopped.rglob("*.*")} == before


def test_another_file_or_model_is_refused(
    engine: Engine, dev: Path, folders: Any, stopped: Path, tmp_path: Path
) -> None:
    other = written(tmp_path / "dev.tsv", tweets(42, seed=8))
    with pytest.raises(ConfigError, match="results of another file"):
        engine.evaluate(plan(other, systems=ALL), stopped)
    roster = replace(engine._ready().roster, students={"student_2": engine._ready().roster.student})
    with pytest.raises(ConfigError, match=r"results of another model \(student_2\)"):
        evaluate(roster, engine.identifier, plan(dev, systems=ALL), stopped)


def test_results_without_a_plan_are_left_alone(engine: Engine, dev: Path, stopped: Path) -> None:
    (stopped / "plan.json").write_text("{}")
    with pytest.raises(ConfigError, match="cannot be read"):
        engine.evaluate(plan(dev, systems=ALL), stopped)
    (stopped / "plan.json").unlink()
    with pytest.raises(ConfigError, match="nobody knows the plan of"):
        engine.evaluate(plan(dev, systems=ALL), stopped)


def test_one_writer_at_a_time(engine: Engine, dev: Path, tmp_path: Path) -> None:
    refused: list[TandemError] = []

    def told(now: Progress) -> None:
        if now.stage == "predicting" and not refused:
            with pytest.raises(TandemError, match="Another evaluation is writing") as raised:
                engine.evaluate(plan(dev, systems=("student",)), tmp_path)
            refused.append(raised.value)

    engine.evaluate(plan(dev, systems=("student",)), tmp_path, told)
    assert refused
    engine.evaluate(plan(dev, systems=("student",)), tmp_path)


def test_a_full_disk_is_a_sentence_and_parts_stay(
    engine: Engine, dev: Path, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, calls = pq.write_table, []

    def full(content: Any, place: Path, **options: Any) -> None:
        calls.append(place)
        if len(calls) == 3:
            place.write_bytes(b"half")
            raise OSError(errno.ENOSPC, "No space left on device")
        write(content, place, **options)

    monkeypatch.setattr(store.pq, "write_table", full)
    with pytest.raises(TandemError, match="No space left on device") as raised:
        engine.evaluate(plan(dev, systems=ALL), tmp_path)
    assert "make room" in raised.value.hint
    assert [path.name for path in sorted((tmp_path / PARTS).iterdir())] == [
        "000000.parquet",
        "000001.parquet",
    ]
    engine.evaluate(plan(dev, systems=ALL), tmp_path)
    assert (tmp_path / PREDICTIONS).read_bytes() == (whole / PREDICTIONS).read_bytes()


def test_large_tables_are_merged_by_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of uneven size, groups that end within parts."""
    monkeypatch.setattr(store, "GROUP", 10)
    asked = {"plan": plan(tmp_path / "x").to_dict()}
    first = 1
    with store.Store(tmp_path / "out", asked) as held:
        for number, size in enumerate((7, 1, 12, 23, 2)):
            rows = tuple(Example("x", "y") for _ in range(size))
            chunk = Chunk(number, first, rows, number)
            held.write(chunk, pa.table({"row": range(first, first + size)}))
            assert held.has(chunk) and not held.has(replace(chunk, first=first + 1))
            first += size
        held.merge(chunk, complete=True)
        assert (held.rows, held.left_out, held.complete) == (45, 4, True)
    with pq.ParquetFile(tmp_path / "out" / PREDICTIONS) as file:
        groups = [file.metadata.row_group(g).num_rows for g in range(file.num_row_groups)]
        assert groups == [10, 10, 10, 10, 5]
        assert file.read()["row"].to_pylist() == list(range(1, 46))
    with store.Store(tmp_path / "out", asked) as held:
        assert (held.rows, held.left_out, held.complete) == (45, 4, True)
    store.clear_results(tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


# --- trigger files ---


def triggers(path: Path, count: int) -> Path:
    rng, lines = random.Random(2), ["ID\tTexts\tLabels"]
    for number in range(count):
        words = rng.choices(["so", "happy", "miedo", "triste", "table"], k=rng.randint(3, 8))
        gold = [1, *(rng.randint(0, 1) for _ in words[1:])]
        lines.append(f"{number}\t{' '.join(words)}\t{gold}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_trigger_file_is_explained_and_goes_on(engine: Engine, tmp_path: Path) -> None:
    """Stopped while explaining, it keeps its predictions and tweets explained so far."""
    layout = Layout("tsv", id="ID", gold="Labels", kind="triggers")
    asked = Plan(
        str(triggers(tmp_path / "t.tsv", 20)),
        layout,
        systems=("student", "student_before"),
        language="en",
        methods=("cosine",),
        limit=12,
        draws=100,
    )
    seen: list[Progress] = []

    def stop() -> bool:
        return bool(seen) and seen[-1].stage == "explaining" and seen[-1].done >= 3

    first = engine.evaluate(asked, tmp_path / "out", seen.append, stop)
    assert first["run"]["stopped"] and first["file"]["rows"] == 20
    assert not (tmp_path / "out" / PARTS).exists()
    again: list[Progress] = []
    second = engine.evaluate(asked, tmp_path / "out", again.append)
    board = second["triggers"]
    assert board is not None and not second["run"]["stopped"]
    assert (board["tweets"], board["of"]) == (12, 20)
    assert {(one["system"], one["method"]) for one in board["entries"]} >= {
        ("student", "cosine"),
        ("student_before", "cosine"),
        ("student", "random"),
    }
    assert "predicting" not in {now.stage for now in again}
    whole = engine.evaluate(asked, tmp_path / "whole")["triggers"]
    assert whole is not None
    figures = [[{**one, "seconds": 0.0} for one in found["entries"]] for found in (board, whole)]
    assert figures[0] == figures[1]
    for row in table(tmp_path / "out"):
        assert row["gold"] is None and len(row["gold_triggers"]) == len(row["text"].split(" "))


# --- odd files ---


def test_bad_rows_are_left_out_and_counted(engine: Engine, tmp_path: Path) -> None:
    rows = tweets(20)
    rows[2] = (rows[2][0], "joyful", "fr")
    rows[19] = (rows[19][0], "?", "fr")
    metrics = engine.evaluate(
        plan(written(tmp_path / "dev.tsv", rows), systems=("student",)), tmp_path / "out"
    )
    assert (metrics["file"]["rows"], metrics["file"]["left_out"]) == (18, 2)
    assert [row["id"] for row in table(tmp_path / "out")] == [
        f"t{n}" for n in range(20) if n not in (2, 19)
    ]


def test_no_usable_row_is_a_sentence(engine: Engine, tmp_path: Path) -> None:
    path = written(tmp_path / "dev.tsv", [("so happy", "joyful", "")])
    with pytest.raises(DataError, match="no row that can be used"):
        engine.evaluate(plan(path, name="mine.tsv"), tmp_path / "out")


def test_the_language_of_a_plan_holds_where_no_column_does(
    engine: Engine, dev: Path, tmp_path: Path
) -> None:
    layout = replace(LAYOUT, language=None)
    engine.evaluate(plan(dev, layout=layout, language="es", systems=("student",)), tmp_path)
    assert {row["language"] for row in table(tmp_path)} == {"es"}

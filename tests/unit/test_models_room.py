"""What the Models tab may do: change models one after another, delete only where it may.

The engine is a stand-in that notes what it is given; folders and runs are real.
"""

import json
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.embedded import DEMO, sources
from core.errors import InputError, ModelError, TandemError
from core.found import Found
from core.records import EngineInfo, EngineSources, ModelInfo
from core.roles import by_role
from dashboard.models import figures, removing
from dashboard.models.places import Places
from dashboard.models.services import Models
from dashboard.services import Services
from dashboard.views import page
from dashboard.wording import models as words


class Engine:
    """Replaces when told to; a source that holds "unlucky" cannot be opened."""

    def __init__(self, fails: bool = False) -> None:
        self.sources = sources(None, None, None, None)
        self.go, self.given, self.fails = threading.Event(), [], fails
        self.go.set()

    def start(self) -> None: ...

    def wait(self) -> None:
        if self.fails:
            raise ModelError("No model.", "Give one.")

    def describe(self) -> EngineInfo:
        infos = [
            ModelInfo(role, one, "b", (), 1, None, "", "", one, identity=one)
            for role, one in by_role(self.sources).items()
        ]
        return EngineInfo("cpu", tuple(infos))

    def replace(self, wanted: EngineSources) -> None:
        assert self.go.wait(30)
        self.given.append(wanted)
        if "unlucky" in str(wanted):
            raise ModelError("Its weights are torn.", "Copy it again.")
        if "defect" in str(wanted):
            raise RuntimeError("secret detail")
        self.sources = wanted


def until(condition: Callable[[], bool]) -> None:
    limit = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.01)


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def services(engine: Engine) -> Services:
    made = Services(lambda: engine)  # type: ignore[arg-type,return-value]
    made.start()
    until(lambda: made.status().final)
    return made


@pytest.fixture
def room(services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Models:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    (tmp_path / "runs" / "models").mkdir(parents=True)
    return Models(services, tmp_path / "runs")


def copied(room: Models, where: str, which: str = "student") -> Path:
    return Path(shutil.copytree(DEMO / which, room.places.runs / where))


def token(room: Models, folder: Path) -> str:
    return next(one.token for one in room.all() if one.found.folder == folder)


def quiet(services: Services) -> bool:
    return not services.status().changing


# --- changes


def test_a_replacement_returns_at_once_and_is_told(
    services: Services, engine: Engine, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(DEMO / "student", tmp_path / "mine"))
    key = services.models_key()
    engine.go.clear()
    services.replace("student", str(folder))
    status = services.status()
    assert status.state == "ready" and status.changing == ("Loading mine as student…",)
    assert "Loading mine as student…" in page.header(status) and services.models_key() == key
    engine.go.set()
    until(lambda: quiet(services))
    assert engine.sources.student == str(folder) and services.models_key() != key
    assert services.status().trouble == "" and str(folder) in page.header(services.status())


def test_changes_are_done_in_their_order(services: Services, engine: Engine) -> None:
    engine.go.clear()
    services.replace("further", str(DEMO / "student_before"))
    services.replace("student before", str(DEMO / "student"))
    services.replace("student before", str(DEMO / "student"))
    services.unload("student before")  # of what is loaded now, which by then is another
    assert len(services.status().changing) == 3 and "then 2 more" in page.header(services.status())
    engine.go.set()
    until(lambda: quiet(services))
    assert [one.students for one in engine.given] == [(str(DEMO / "student_before"),)] * 3
    assert engine.sources.baseline == str(DEMO / "student"), "the one that came since stays"


def test_too_many_changes_are_refused(services: Services, engine: Engine, tmp_path: Path) -> None:
    engine.go.clear()
    with pytest.raises(InputError, match="Too many"):
        for number in range(20):
            folder = shutil.copytree(DEMO / "translator", tmp_path / str(number))
            services.replace("translator", str(folder))
    engine.go.set()
    until(lambda: quiet(services))


@pytest.mark.parametrize(
    ("name", "said"),
    [("unlucky", "Its weights are torn. Copy it again."), ("defect", "went wrong on our side")],
)
def test_a_failure_keeps_the_old_ones_and_is_told_until_the_next(
    services: Services, engine: Engine, tmp_path: Path, name: str, said: str
) -> None:
    before = engine.sources
    folder = shutil.copytree(DEMO / "student", tmp_path / name)
    services.replace("student", str(folder))
    until(lambda: quiet(services))
    trouble = services.status().trouble
    assert said in trouble and "stay as they were" in trouble and "secret" not in trouble
    assert engine.sources == before and said in page.header(services.status())
    services.replace("further", str(DEMO / "student_before"))
    until(lambda: quiet(services))
    assert services.status().trouble == "" and engine.sources.students


def test_what_cannot_stand_there_is_refused_to_whom_asked(services: Services) -> None:
    for role, folder, said in (
        ("student", DEMO / "translator", "gives no emotions"),
        ("translator", DEMO / "student", "not a translator"),
        ("student", DEMO / "nonesuch", "There is no folder"),
        ("king", DEMO / "student", "no role"),
    ):
        with pytest.raises(TandemError, match=said):
            services.replace(role, str(folder))
    for role in ("teacher", "student", "translator", "student 2"):
        with pytest.raises(InputError):
            services.unload(role)
    assert quiet(services)


def test_nothing_is_replaced_before_the_first_models_stand(engine: Engine) -> None:
    waiting = threading.Event()
    engine.wait = waiting.wait  # type: ignore[method-assign,assignment]
    made = Services(lambda: engine)  # type: ignore[arg-type,return-value]
    made.start()
    with pytest.raises(InputError, match="still loading"):
        made.replace("student", str(DEMO / "student"))
    waiting.set()


def test_models_that_failed_at_first_can_be_replaced() -> None:
    engine = Engine(fails=True)
    made = Services(lambda: engine)  # type: ignore[arg-type,return-value]
    made.start()
    until(lambda: made.status().final)
    assert made.status().state == "failed"
    made.replace("student", str(DEMO / "student_before"))
    until(lambda: made.status().state == "ready")
    assert made.engine() is engine and made.status().problem == ""


# --- what there is


def test_every_place_is_named(room: Models) -> None:
    copied(room, "models/own")
    copied(room, "train/0001-full/result/student")
    copied(room, "train/0002-distil/result")
    copied(room, "by-hand")
    known = {one.name: one.place for one in room.all()}
    assert known == {
        "student": "embedded",
        "student_before": "embedded",
        "teacher": "embedded",
        "translator": "embedded",
        "own": "models",
        "0001-full/student": "result",
        "0002-distil": "result",
        "by-hand": "run",
    }
    assert {one.name: one.called for one in room.all() if one.place != "embedded"} == {
        "own": "own",
        "0001-full/student": "student",  # no run of the queue: it has no job.json
        "0002-distil": "result",
        "by-hand": "by-hand",
    }
    loaded = {one.name: one.roles for one in room.all() if one.roles}
    assert loaded["teacher"] == ("teacher",) and loaded["student_before"] == ("student before",)


def test_a_page_names_models_by_token_only(room: Models) -> None:
    for word in ("", "..", str(DEMO / "student"), None, 3, ["x"]):
        with pytest.raises(InputError, match="not there any more"):
            room.find(word)


# --- deleting


def run(room: Models, id: str, state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run of the queue in a state; what a queue makes of a folder is tested with the queue."""
    from train.jobs.records import Job

    job = Job(id, room.places.runs / "train" / id, "distil", state)  # type: ignore[arg-type]
    monkeypatch.setattr(room.queue, "jobs", lambda: (job,))


def test_a_model_of_the_folder_is_deleted_whole(room: Models) -> None:
    folder = copied(room, "models/own")
    room.delete(token(room, folder))
    assert not folder.exists() and list(room.places.models.iterdir()) == []


@pytest.mark.parametrize("state", ["finished", "failed", "cancelled", "interrupted"])
def test_results_of_ended_runs_are_deleted(
    room: Models, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    folder = copied(room, "train/0001-distil/result")
    run(room, "0001-distil", state, monkeypatch)
    room.delete(token(room, folder))
    assert not folder.exists() and folder.parent.is_dir()


@pytest.mark.parametrize("state", ["running", "queued"])
def test_results_of_other_runs_stay(
    room: Models, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    folder = copied(room, "train/0001-distil/result")
    run(room, "0001-distil", state, monkeypatch)
    with pytest.raises(InputError, match="has not ended"):
        room.delete(token(room, folder))
    assert folder.is_dir()


def test_nothing_else_is_ever_deleted(room: Models, tmp_path: Path) -> None:
    outside = copied(room, "by-hand")
    beside = copied(room, "train/0001-distil/other")
    for folder in (DEMO / "student", outside, beside):
        with pytest.raises(InputError):
            room.delete(token(room, folder))
        assert folder.is_dir()


def test_links_are_followed_before_anything_is_deleted(room: Models, tmp_path: Path) -> None:
    away = Path(shutil.copytree(DEMO / "student", tmp_path / "away"))
    (room.places.models / "linked").symlink_to(away)
    (room.places.models / "demo").symlink_to(DEMO / "teacher")
    for one in room.all():
        if one.found.folder.is_symlink():
            assert one.keep
            with pytest.raises(InputError):
                room.delete(one.token)
    assert away.is_dir() and (DEMO / "teacher").is_dir()


def test_a_folder_whose_parent_leads_elsewhere_stays(room: Models, tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    shutil.copytree(DEMO / "student", tmp_path / "far" / "mine")
    (room.places.models / "door").symlink_to(tmp_path / "far")
    through = Found(room.places.models / "door" / "mine", "x", "x")
    assert removing.reason(through, room.places, (), lambda run: True).startswith("Only models in")


def test_what_is_loaded_or_about_to_be_stays(
    room: Models, services: Services, engine: Engine
) -> None:
    folder = copied(room, "models/own")
    engine.go.clear()
    services.replace("further", str(folder))
    with pytest.raises(InputError, match="about to be"):
        room.delete(token(room, folder))
    engine.go.set()
    until(lambda: quiet(services))
    with pytest.raises(InputError, match="about to be"):
        room.delete(token(room, folder))
    services.unload("student 2")
    until(lambda: quiet(services))
    room.delete(token(room, folder))
    assert not folder.exists()


def test_it_is_moved_aside_before_it_is_removed(
    room: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = copied(room, "models/own")

    def killed(path: Path, **_: Any) -> None:
        if path.exists():
            raise KeyboardInterrupt

    monkeypatch.setattr(removing.shutil, "rmtree", killed)
    with pytest.raises(KeyboardInterrupt):
        room.delete(token(room, folder))
    monkeypatch.undo()
    assert not folder.exists(), "nobody finds half a model"
    assert len(list(room.places.models.iterdir())) == 1
    removing.sweep(room.places.models)
    assert list(room.places.models.iterdir()) == []


def test_two_who_delete_at_once_delete_once(room: Models) -> None:
    folder = copied(room, "models/own")
    mark, problems = token(room, folder), []

    def delete() -> None:
        try:
            room.delete(mark)
        except InputError as problem:
            problems.append(problem.sentence)

    threads = [threading.Thread(target=delete) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert problems == [words.GONE[0]] * 3 and not folder.exists()


# --- figures


def test_the_main_figure_is_the_one_that_was_kept() -> None:
    plain = Found(Path("x"), "x", "x", "student")
    manifest = json.loads((DEMO / "student" / "tandem.json").read_text())
    kept = replace(plain, metrics=manifest["metrics"])
    assert figures.main(kept) == ("macro-F1", manifest["metrics"]["after_macro_f1"], "validation")
    before = replace(plain, metrics={**manifest["metrics"], "selected": "unrefined"})
    value = manifest["metrics"]["before_macro_f1"]
    assert figures.main(before) == ("macro-F1", value, "validation")
    teacher = replace(plain, role="teacher", metrics={"validation": {"macro_f1": 0.25}})
    assert figures.main(teacher) == ("macro-F1", 0.25, "validation")
    machine = replace(plain, role="translator", metrics={"chrf_fr": 0.4, "chrf_nl": 0.6})
    assert figures.main(machine) == ("chrF", pytest.approx(0.5), "")
    assert figures.main(plain) is None
    assert figures.main(replace(plain, metrics={"macro_f1": float("nan")})) is None


def test_figures_are_plain() -> None:
    odd = Found(Path("x"), "x", "x", metrics={"a": {"b_c": 0.123456, "d": "kept", "e": 3.0}})
    assert figures.flat(odd) == [("a b c", "0.123"), ("a d", "kept"), ("a e", "3")]
    assert figures.plain({"a": [float("nan"), (1,)], 3: float("inf")}) == {
        "a": [None, [1]],
        "3": None,
    }


def test_places_know_whose_result_a_folder_is(tmp_path: Path) -> None:
    places = Places(tmp_path, tmp_path / "models")
    assert places.run_of(tmp_path / "train" / "0007-full" / "result" / "student") == "0007-full"
    assert places.run_of(tmp_path / "train" / "0007-full" / "result") == "0007-full"
    for other in ("train/0007-full", "train", "models/x", "train/0007-full/checkpoints/result"):
        assert places.run_of(tmp_path / other) is None

"""What models are called, and that a choice of them outlives its server.

Folders are copies of the embedded models, runs have the queue's own ``job.json``; the engine is a
stand-in that notes what it is given.
"""

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.change import change
from core.embedded import DEMO, sources
from core.errors import InputError, ModelError
from core.manifest import update_manifest
from core.records import EngineInfo, EngineSources, ModelInfo, Prediction
from core.roles import by_role
from dashboard.models import using
from dashboard.models.called import apart, called
from dashboard.remembered import FILE, Remembered
from dashboard.services import Services
from dashboard.views import page
from dashboard.wording import change as words
from train.jobs.files import Asked

EMBEDDED = sources(None, None, None, None)


class Engine:
    """Opens what it is told to; a source that holds "unlucky" cannot be opened."""

    def __init__(self, wanted: EngineSources) -> None:
        self.sources = wanted

    def start(self) -> None: ...

    def wait(self) -> None:
        if "unlucky" in str(self.sources):
            raise ModelError("Its weights are torn.", "Copy it again.")

    def describe(self) -> EngineInfo:
        infos = [
            ModelInfo(role, one, "b", (), 1, None, "", "", one, identity=one)
            for role, one in by_role(self.sources).items()
        ]
        return EngineInfo("cpu", tuple(infos))

    def replace(self, wanted: EngineSources) -> None:
        before, self.sources = self.sources, wanted
        try:
            self.wait()
        except ModelError:
            self.sources = before
            raise


def until(condition: Callable[[], bool]) -> None:
    limit = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.01)


def begun(runs: Path, usual: EngineSources = EMBEDDED, named: tuple[str, ...] = ()) -> Services:
    """A server's services, as app.py makes them, once they have tried to load."""
    memory = Remembered(runs, usual, named)
    recalled = memory.recall()
    made: Any = Services(lambda: Engine(recalled.sources), memory, recalled.left_out)  # type: ignore[arg-type,return-value]
    made.start()
    until(lambda: made.status().final)
    return made  # type: ignore[no-any-return]


def changed(services: Services, change: Callable[[], None]) -> None:
    change()
    until(lambda: not services.status().changing)


def copied(folder: Path, which: str = "student") -> str:
    return str(shutil.copytree(DEMO / which, folder))


def of_a_run(runs: Path, id: str, recipe: str, part: str, name: str, which: str) -> str:
    """A model as a run of the queue leaves it."""
    folder = runs / "train" / id
    made = copied(folder / "result" / part, which)
    Asked(recipe, 1, name=name).write(folder)
    return made


# --- names


def test_models_are_called_by_the_run_that_made_them(tmp_path: Path) -> None:
    for made, name in (
        (("0001-full", "full", "student", "My first", "student"), "My first · student (0001-full)"),
        (
            ("0003-full", "full", "student_before", "Again", "student_before"),
            "Again · student before (0003-full)",
        ),
        (("0002-teacher", "teacher", "", "", "teacher"), "0002-teacher · teacher"),
        (("0004-distil", "distil", "", "Mine", "student"), "Mine · student (0004-distil)"),
    ):
        assert called(of_a_run(tmp_path, *made)) == name
    assert called(str(DEMO / "student_before")) == "student before (embedded)"
    assert called("owner/name") == "owner/name"
    assert called("Helsinki-NLP/opus-mt-{language}-en") == "Helsinki-NLP/opus-mt-{language}-en"
    assert called(str(tmp_path / "result")) == "result", "a folder of that name is no run"


def test_a_parent_is_named_where_two_would_read_the_same(tmp_path: Path) -> None:
    one, two, other = (str(tmp_path / place) for place in ("a/m", "b/m", "c/n"))
    assert apart([one, two, other, one]) == {one: "a/m", two: "b/m", other: "n"}


def test_header_and_changes_say_these_names_and_the_key_stays(tmp_path: Path) -> None:
    services = begun(tmp_path)
    made = of_a_run(tmp_path, "0001-full", "full", "student", "<b>First", "student")
    changed(services, lambda: services.replace("student", made))
    status = services.status()
    assert status.info is not None
    info = next(one for one in status.info.models if one.role == "student")
    assert (info.called, info.name) == ("<b>First · student (0001-full)", made)
    header = page.header(status)
    assert (
        "&lt;b&gt;First · student (0001-full)" in header and "student before (embedded)" in header
    )
    before = services.models_key()
    Asked("full", 1, name="renamed").write(tmp_path / "train" / "0001-full")
    assert services.models_key() == before and "renamed" in page.header(services.status())


def test_refinement_is_named_only_between_a_student_and_its_parent() -> None:
    one, two = Prediction((0.9, 0.1, 0, 0, 0, 0)), Prediction((0.1, 0.9, 0, 0, 0, 0))
    found = change(one, two, one)
    assert "Refinement moved the student away" in words.change_sentence(found)
    said = words.change_sentence(found, refined=False)
    assert "Refinement" not in said and "which it was not refined from" in said
    assert "further from the teacher" in said and "0.00 there, 0.80 here" in said


# --- a choice outlives its server


def test_a_choice_is_loaded_again(tmp_path: Path) -> None:
    first = begun(tmp_path)
    mine, further = copied(tmp_path / "mine"), copied(tmp_path / "further")
    changed(first, lambda: first.replace("student", mine))
    changed(first, lambda: first.replace("further", further))
    changed(first, lambda: first.unload("student before"))
    again = begun(tmp_path)
    expected = EngineSources(EMBEDDED.teacher, mine, None, EMBEDDED.translator, (further,))
    assert again.sources() == expected == first.sources() and again.status().trouble == ""
    told = Remembered(tmp_path, EMBEDDED).recall().told
    assert "student mine" in told and "no student before" in told and FILE in told
    assert [one.name for one in tmp_path.iterdir() if FILE in one.name] == [FILE]


def test_what_the_command_line_names_comes_from_there(tmp_path: Path) -> None:
    first = begun(tmp_path)
    mine, teacher = copied(tmp_path / "mine"), copied(tmp_path / "t", "teacher")
    changed(first, lambda: first.replace("student", mine))
    changed(first, lambda: first.replace("teacher", teacher))
    other = copied(tmp_path / "other")
    usual = sources(None, other, None, None)
    found = begun(tmp_path, usual, ("student",)).sources()
    assert found == EngineSources(teacher, other, None, EMBEDDED.translator)


def test_what_failed_is_not_kept(tmp_path: Path) -> None:
    first = begun(tmp_path)
    unlucky = copied(tmp_path / "unlucky")
    changed(first, lambda: first.replace("student", unlucky))
    assert "torn" in first.status().trouble and not (tmp_path / FILE).exists()


def gone(folder: Path) -> None:
    shutil.rmtree(folder)


def other_weights(folder: Path) -> None:
    update_manifest(folder, identity="0" * 64)


def torn(folder: Path) -> None:
    (folder / "packed.safetensors.gz").write_bytes(b"")


@pytest.mark.parametrize(
    ("harm", "said"),
    [(gone, "There is no folder"), (other_weights, "has changed since"), (torn, "half-written")],
)
def test_what_is_gone_or_changed_is_left_out_with_a_sentence(
    tmp_path: Path, harm: Callable[[Path], None], said: str
) -> None:
    first = begun(tmp_path)
    mine, teacher = copied(tmp_path / "mine"), copied(tmp_path / "t", "teacher")
    changed(first, lambda: first.replace("student", mine))
    changed(first, lambda: first.replace("teacher", teacher))
    harm(tmp_path / "mine")
    again = begun(tmp_path)
    status = again.status()
    assert status.state == "ready" and said in status.trouble and "as student" in status.trouble
    assert said in page.header(status)
    assert again.sources() == EngineSources(
        teacher, EMBEDDED.student, EMBEDDED.baseline, EMBEDDED.translator
    )


def test_models_that_cannot_be_opened_any_more_fail_no_start(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('{"format": 1}')
    memory = Remembered(tmp_path, EMBEDDED)
    bad = copied(tmp_path / "unlucky")
    memory.keep(EngineSources(EMBEDDED.teacher, bad))
    status = begun(tmp_path).status()
    assert status.state == "ready" and "torn" in status.trouble
    assert "before could not be loaded" in status.trouble


@pytest.mark.parametrize("text", ["", "[]", '{"format": 9}', "{", '{"format": 1, "student": 3}'])
def test_a_file_that_is_something_else_fails_no_start(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    services = begun(tmp_path)
    assert services.status().state == "ready" and services.sources() == EMBEDDED
    assert bool(services.status().trouble) == ("1" not in text)


def test_back_to_the_embedded_models(tmp_path: Path) -> None:
    services = begun(tmp_path)
    mine = copied(tmp_path / "mine")
    changed(services, lambda: services.replace("student", mine))
    changed(services, lambda: services.replace("further", mine))
    assert json.loads((tmp_path / FILE).read_text())["student"]["source"] == mine
    changed(services, services.back)
    assert services.sources() == EMBEDDED and not (tmp_path / FILE).exists()


def test_a_choice_that_cannot_be_kept_is_told_and_stands(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file, where the folder should be")
    memory = Remembered(tmp_path / "runs", EMBEDDED)
    services = Services(lambda: Engine(EMBEDDED), memory)  # type: ignore[arg-type,return-value]
    services.start()
    until(lambda: services.status().final)
    mine = copied(tmp_path / "mine")
    changed(services, lambda: services.replace("student", mine))
    sources_now = services.sources()
    assert sources_now is not None and sources_now.student == mine
    assert "could not be kept" in services.status().trouble


# --- runs whose model answers


def test_a_run_whose_model_answers_is_not_removed(tmp_path: Path) -> None:
    services = begun(tmp_path)
    made = of_a_run(tmp_path, "0001-full", "full", "student", "Mine", "student")
    folder = tmp_path / "train" / "0001-full"
    using.refuse(services, folder)
    changed(services, lambda: services.replace("further", made))
    with pytest.raises(InputError, match=r"Mine · student \(0001-full\): load another one first"):
        using.refuse(services, folder)
    using.refuse(services, tmp_path / "train" / "0001")
    changed(services, lambda: services.unload("student 2"))
    using.refuse(services, folder)

"""How a page's looks are answered: only what differs, ended runs read once, files by name only."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from core.errors import InputError
from dashboard.contract import Status
from dashboard.tabs.training_live import Questions
from dashboard.training.watching import Watch, place
from dashboard.wording import training_live as words
from train.events import EventLog, Kind
from train.jobs.following import Follower
from train.jobs.records import Job, Told


class Queue:
    """Jobs that a test sets."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self.held, self.slots = list(jobs), 1
        self.asked: list[str] = []

    def jobs(self) -> tuple[Job, ...]:
        return tuple(self.held)

    def find(self, key: str) -> Job:
        for job in self.held:
            if job.id == key:
                return job
        raise InputError("There is no such run.")

    def advance(self) -> None:
        self.asked.append("advance")

    def stop(self, key: str) -> None:
        self.asked.append(f"stop {key}")


class Training:
    """The queue, and real followers of real events; counts who is followed."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self.queue = Queue(jobs)
        self.looks: list[str] = []
        self.loaded: list[tuple[str, str]] = []
        self.services = SimpleNamespace(
            status=lambda: Status("ready"), replace=lambda *one: self.loaded.append(one)
        )
        self.followers: dict[str, Follower] = {}

    def told(self, job: Job) -> Told:
        self.looks.append(job.id)
        return self.followers.setdefault(job.id, Follower(job.folder)).look()


def questions(training: Training) -> Questions:
    """The questions on a stand-in of the services."""
    return Questions(training)  # type: ignore[arg-type]


def make(tmp_path: Path, name: str, state: Any, losses: int = 3) -> Job:
    """A run with real events."""
    folder = tmp_path / name
    with EventLog(folder / "events.jsonl") as log:
        log.append(Kind.STARTED, recipe="teacher", command="python", pid=1, python="3")
        log.append(Kind.STAGE, name="training")
        for step in range(1, losses + 1):
            log.append(
                Kind.METRIC, stage="training", name="loss", value=1 / step, labels={"step": step}
            )
        if state == "finished":
            log.append(Kind.FINISHED, seconds=1.0, figures={"macro_f1": 0.5})
    (folder / "config.yaml").write_text("seed: 1\n")
    (folder / "log.txt").write_text("one\n")
    return Job(name, folder, "teacher", state, made=5.0)


def looked(asked: Questions, have: dict[str, str], **more: Any) -> dict[str, Any]:
    """A look; ``have`` is brought up to date as the page does it."""
    answer = asked.l_look({"shown": None, "chosen": [], "have": dict(have), **more})
    for name, sent in answer["parts"].items():
        have[name] = sent["mark"]
    for name in set(have) - set(answer["order"]):
        del have[name]
    assert set(have) == set(answer["order"])
    json.dumps(answer)
    return answer


def test_a_second_look_is_sent_nothing_and_a_new_point_only_its_parts(tmp_path: Path) -> None:
    job = make(tmp_path, "a", "running")
    asked = questions(Training([job]))
    have: dict[str, str] = {}
    first = looked(asked, have, shown="a")
    assert {"list/table", "run/state", "run/curves/teacher", "run/log"} <= set(first["parts"])
    second = looked(asked, have, shown="a", log=first["log"]["end"])
    assert second["parts"] == {} and second["log"]["html"] == "" and second["active"]
    with EventLog(job.folder / "events.jsonl") as log:
        log.append(Kind.METRIC, stage="training", name="loss", value=0.1, labels={"step": 4})
    (job.folder / "log.txt").open("a").write("two <b>\n")
    third = looked(asked, have, shown="a", log=second["log"]["end"])
    assert "run/curves/teacher" in third["parts"] and "run/head" not in third["parts"]
    assert third["log"]["html"] == "<div>two &lt;b&gt;</div>"


def test_an_ended_run_is_read_once_whatever_number_of_looks(tmp_path: Path) -> None:
    jobs = [make(tmp_path, "a", "finished"), make(tmp_path, "b", "running")]
    training = Training(jobs)
    asked = questions(training)
    have: dict[str, str] = {}
    for _ in range(5):
        answer = looked(asked, have)
    assert training.looks.count("a") == 1 and training.looks.count("b") == 5
    assert answer["active"]
    training.queue.held = [replace(jobs[0], state="running"), jobs[0]]  # resumed: it tells again
    looked(asked, have)
    assert training.looks.count("a") == 2


def test_nothing_at_work_is_not_active(tmp_path: Path) -> None:
    assert not looked(questions(Training([make(tmp_path, "a", "finished")])), {})["active"]
    assert not looked(questions(Training([])), {})["active"]


def test_a_run_that_is_gone_is_said_so(tmp_path: Path) -> None:
    answer = looked(questions(Training([])), {}, shown="gone")
    assert answer["gone"] and not [name for name in answer["order"] if name.startswith("run/")]


def test_two_chosen_runs_are_compared_one_is_not(tmp_path: Path) -> None:
    asked = questions(Training([make(tmp_path, n, "finished") for n in "ab"]))
    names = looked(asked, {}, chosen=["a", "b"])["order"]
    assert {"compared/curves", "compared/metrics", "compared/configs"} <= set(names)
    assert not [n for n in looked(asked, {}, chosen=["a"])["order"] if n.startswith("compared/")]


@pytest.mark.parametrize(
    "question",
    [
        {"shown": 3}, {"chosen": "ab"}, {"chosen": [1]}, {"chosen": list("abcdefg")},
    ],
)  # fmt: skip
def test_what_a_page_never_sends_is_refused(question: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        questions(Training([])).l_look(question)


@pytest.mark.parametrize("count", [0, 9, True, "2", None, 1.5])
def test_slots_are_a_small_whole_number(count: object) -> None:
    training = Training([])
    with pytest.raises(InputError):
        questions(training).l_slots({"count": count})
    assert training.queue.slots == 1
    questions(training).l_slots({"count": 2})
    assert training.queue.slots == 2 and training.queue.asked == ["advance"]


def test_stop_names_a_run_that_there_is(tmp_path: Path) -> None:
    training = Training([make(tmp_path, "a", "running")])
    questions(training).l_stop({"id": "a"})
    assert training.queue.asked == ["stop a"]
    for wrong in ("b", "", None, 3, "../a", "x" * 300):
        with pytest.raises(InputError):
            questions(training).l_stop({"id": wrong})


def test_where_a_run_writes(tmp_path: Path) -> None:
    job = Job("a", tmp_path / "a", "teacher", "running")
    assert place(job) == tmp_path / "a" / "result"
    typed = replace(job, folder=tmp_path / "mine.run", terminal=True)
    assert place(typed) == tmp_path / "mine"


def test_only_models_of_the_run_can_be_loaded(tmp_path: Path) -> None:
    training = Training([make(tmp_path, "a", "finished")])
    (tmp_path / "a" / "result" / "student").mkdir(parents=True)
    asked = questions(training)
    for key in ("student", "../../b", "", None):
        with pytest.raises(InputError, match=words.NO_MODEL[0]):
            asked.l_load({"id": "a", "model": key, "as": "student"})
    assert training.loaded == []


def test_options_that_cannot_be_read_are_none(tmp_path: Path) -> None:
    job = make(tmp_path, "a", "finished")
    watch = Watch(Training([job]))  # type: ignore[arg-type]
    assert watch.config(job) == {"seed": 1}
    (job.folder / "config.yaml").write_text("!!python/object/apply:os.system ['true']\n")
    assert watch.config(job) == {}

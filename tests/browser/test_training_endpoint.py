"""The endpoints that train, as gradio_client and plain HTTP call them; runs are light ones."""

import json
import shlex
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from core import hub
from core.embedded import DEMO
from core.errors import ModelError
from train import options
from train.config import SplitConfig, TeacherConfig
from train.jobs.records import ENDED

STATUS = {"state", "progress", "stage", "metrics", "error"}
LISTED = {"id", "name", "recipe", "state", "made", "command", "error", "output"}
HEAD = "ID\tTexts\tLabels\n"
ROWS = "".join(f"{n}\ttweet {n}\t{'Joy' if n % 2 else 'Anger'}\n" for n in range(30))
ENDPOINTS = ("train_start", "train_status", "train_stop", "runs")


@pytest.fixture(scope="module", autouse=True)
def no_hub() -> Iterator[None]:
    """The hub is never asked; nothing of it is on this machine."""

    def listing(model: str, patience: float = 0) -> Any:
        raise ModelError(f"{model} is not on this machine and the hub cannot be reached.")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hub, "listing", listing)
        patch.setattr(hub, "cached", lambda model: None)
        yield


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    (folder / "tweets.tsv").write_text(HEAD + ROWS)
    return folder


@pytest.fixture(scope="module")
def place(serve: Callable[..., Any], data: Path) -> Iterator[Any]:
    site = serve(data=(data,))
    yield site
    queue = site.training.queue
    for job in queue.jobs():
        if job.state not in ENDED:
            queue.stop(job.id)
    until(lambda: all(job.state in ENDED for job in queue.jobs()))


@pytest.fixture(scope="module")
def client(place: Any) -> Client:
    return Client(place.url, verbose=False)


def ask(client: Client, name: str, *given: object) -> Any:
    return client.predict(*given, api_name=f"/{name}")


def until(true: Callable[[], object], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.1)


def start(client: Client, data: Path, **more: object) -> str:
    overrides = {"data": str(data / "tweets.tsv"), **more}
    run = ask(client, "train_start", "split", overrides)
    assert isinstance(run, str)
    return run


def test_a_run_is_started_watched_and_stopped(client: Client, place: Any, data: Path) -> None:
    run = start(client, data, seed=5, limit_rows=20)
    until(lambda: (ask(client, "train_status", run)["progress"] or 0) > 0)
    status = ask(client, "train_status", run)
    assert set(status) == STATUS
    assert status["state"] == "running" and status["stage"] == "training"
    assert status["error"] is None and 0 < status["progress"] < 1
    assert 0 < status["metrics"]["loss"] <= 1
    job = place.training.queue.find(run)
    config = options.parse(SplitConfig, None, shlex.split(job.command)[4:])
    assert (config.seed, config.limit_rows) == (5, 20)
    assert job.output == str(job.folder / "result"), "the server chose it"
    listed = ask(client, "runs")
    assert [set(one) for one in listed] == [LISTED] * len(listed)
    assert listed[0]["id"] == run and listed[0]["recipe"] == "split"
    assert listed[0]["command"].startswith("python -m train split ")
    json.dumps([status, listed], allow_nan=False)
    assert set(ask(client, "train_stop", run)) == STATUS
    until(lambda: ask(client, "train_status", run)["state"] == "cancelled")
    assert ask(client, "train_status", run)["error"] is not None


def test_a_preset_is_among_the_overrides(client: Client, place: Any, data: Path) -> None:
    run = ask(
        client, "train_start", "teacher",
        {
            "preset": "quick", "data": str(data / "tweets.tsv"), "epochs": 1, "limit_rows": 10,
            "model": str(DEMO / "teacher"), "name": "my  first",
        },
    )  # fmt: skip
    job = place.training.queue.find(run)
    assert job.name == "my first"
    config = options.parse(TeacherConfig, None, shlex.split(job.command)[4:], complete=False)
    file = options.find_file("teacher", "quick")
    quick = options.parse(TeacherConfig, file, complete=False)
    assert config.epochs == 1 and config.limit_rows == 10
    assert config.learning_rate == quick.learning_rate and config.pooling == quick.pooling
    ask(client, "train_stop", run)


@pytest.mark.parametrize(
    ("recipe", "overrides", "sentence"),
    [
        (3, {}, "recipe must be a string, not a number"),
        (None, {}, "recipe must be a string"),
        (["teacher"], {}, "recipe must be a string, not a list"),
        ("demo", {}, "nothing called 'demo'"),
        ("../teacher", {}, "nothing called"),
        ("teacher", [], "overrides must be an object, not a list"),
        ("teacher", "epochs=3", "overrides must be an object, not a string"),
        ("teacher", None, "data must be given"),
        ("teacher", {"preset": 3}, "preset must be a string"),
        ("teacher", {"preset": "../quick"}, "no preset"),
        ("teacher", {"data": "/etc/passwd"}, "not open here"),
        ("teacher", {"data": "/dev/zero"}, "not open here"),
        ("teacher", {"data": {"path": "/etc/passwd"}}, "data must be text"),
        ("teacher", {"data": ["/etc/passwd"]}, "data"),
        ("teacher", {"output": "/tmp/mine"}, "cannot be set from a page"),
        ("teacher", {"epochs": "ten", "batch_size": 0}, "batch_size must be from 1 to 4096 rows"),
        ("teacher", {"--resume": True}, "is not an option"),
        ("split", {"name": 3}, "name must be text, not a number"),
        ("split", {"name": "x" * 81}, "name has 81 characters; a run's name has at most 80"),
        ("split", {"data": "/etc/passwd"}, "A program may name paths in"),
        (
            "teacher",
            {"preset": "quick", "model": "no/such"},
            "model cannot be used: no/such is",
        ),
        ("teacher", {"licence": "x" * 100_001}, "longer than 100,000"),
        ("full", {"stages": {"x": {"recipe": "unpack"}}}, "stages"),
        ("distil", {"cache": "/tmp/cache"}, "cannot be set from a page"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence(
    client: Client, place: Any, recipe: object, overrides: object, sentence: str
) -> None:
    before = len(place.training.queue.jobs())
    with pytest.raises(AppError) as refused:
        ask(client, "train_start", recipe, overrides)
    assert sentence in str(refused.value)
    assert "Traceback" not in str(refused.value) and "root:" not in str(refused.value)
    assert len(place.training.queue.jobs()) == before


@pytest.mark.parametrize("name", ["train_status", "train_stop"])
@pytest.mark.parametrize("run", [3, None, "../..", "0001-split/../.."])
def test_a_run_that_is_none_is_a_sentence(client: Client, name: str, run: object) -> None:
    with pytest.raises(AppError) as refused:
        ask(client, name, run)
    said = str(refused.value)
    assert ("no run" in said or "run must be a string" in said) and "Traceback" not in said


@pytest.mark.parametrize("name", ENDPOINTS)
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", ""])
def test_a_foreign_name_starts_nothing(place: Any, data: Path, name: str, host: str) -> None:
    """A page that a foreign name was pointed at (DNS rebinding) gets 400, whatever it asks."""
    before = len(place.training.queue.jobs())
    body = json.dumps({"data": ["split", {"data": str(data / "tweets.tsv")}]}).encode()
    request = urllib.request.Request(
        f"{place.url}gradio_api/call/{name}",
        body,
        {"Host": host, "Content-Type": "application/json"},
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=20)
    assert refused.value.code == 400
    assert len(place.training.queue.jobs()) == before


def test_where_a_login_is_set_they_need_it(serve: Callable[..., Any], data: Path) -> None:
    site = serve(logins={"ada": "pw"}, data=(data,))
    for name in ENDPOINTS:
        body = json.dumps({"data": ["split", {"data": str(data / "tweets.tsv")}]}).encode()
        request = urllib.request.Request(
            f"{site.url}gradio_api/call/{name}", body, {"Content-Type": "application/json"}
        )
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=20)
        assert refused.value.code == 401
    upload = urllib.request.Request(
        f"{site.url}tandem/training/upload", b"x", {"x-tandem-name": "a.tsv"}
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(upload, timeout=20)
    assert refused.value.code == 403
    assert site.training.queue.jobs() == ()
    client = Client(site.url, auth=("ada", "pw"), verbose=False)
    run = start(client, data)
    assert site.training.queue.find(run).owner == "ada"
    ask(client, "train_stop", run)
    until(lambda: ask(client, "train_status", run)["state"] in ENDED)


def test_a_full_disk_or_a_lost_folder_is_a_sentence(
    serve: Callable[..., Any], data: Path, tmp_path: Path
) -> None:
    runs = tmp_path / "runs"
    site = serve(runs=runs, data=(data,))
    client = Client(site.url, verbose=False)
    shutil.rmtree(runs, ignore_errors=True)
    runs.write_text("in the way")
    with pytest.raises(AppError) as refused:
        start(client, data)
    assert "Traceback" not in str(refused.value)

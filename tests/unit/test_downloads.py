"""Downloads that are called off, killed and taken up again, in a process of their own.

The truth is what the stand-in of the hub (hub.py) was asked for, and the folder that it serves.
"""

import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import constants

from core import fetching
from core.errors import InputError, ModelError
from core.fetching import Stopped
from core.hub import cached
from dashboard.models import downloads as module
from dashboard.models.downloads import Downloads

ID = "tandem-test/large"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def large(folders: Any, tmp_path: Path) -> Path:
    """A model whose weights take a while; the last file of all."""
    folder = Path(shutil.copytree(folders.bert, tmp_path / "large"))
    with (folder / "model.safetensors").open("ab") as file:
        file.truncate(60_000_000)
    return folder


def until(condition: Callable[[], bool]) -> None:
    limit = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.02)


def unfinished(cache: Path) -> list[Path]:
    return list(cache.rglob("*.incomplete"))


class Slow:
    """The hub's files trickle; each block waits until it is let through."""

    def __init__(self, hub: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self.go = threading.Event()
        handler = hub._server.RequestHandlerClass
        plainly = handler._send

        def send(this: Any, status: int, body: bytes, write: Any, about: Any) -> None:
            def trickle(content: bytes) -> None:
                for start in range(0, len(content), 1_000_000):
                    if start >= 20_000_000:
                        self.go.wait(60)
                    this.wfile.write(content[start : start + 1_000_000])

            large = len(body) > 1_000_000 and this.command == "GET"
            try:
                plainly(this, status, body, trickle if large else write, about)
            except OSError:
                this.close_connection = True  # the client has gone

        monkeypatch.setattr(handler, "_send", send)


def test_a_model_arrives_whole_and_its_bytes_are_told(hub: Any, large: Path) -> None:
    model = hub.add(ID, large)
    seen: list[tuple[str, int, int]] = []
    folder = fetching.fetch(ID, lambda *one: seen.append(one), lambda: False)
    for name in model.sizes:
        assert (folder / name).read_bytes() == (large / name).read_bytes()
    assert seen[-1][1] == seen[-1][2] == sum(model.sizes.values())
    assert folder == cached(ID)


def test_what_the_hub_refuses_is_said(hub: Any) -> None:
    with pytest.raises(ModelError, match="The hub has no model tandem-test/nonesuch") as caught:
        fetching.fetch("tandem-test/nonesuch", lambda *_: None, lambda: False)
    assert "hf auth login" in caught.value.hint


def test_a_cancelled_download_ends_at_once_and_goes_on_with_what_is_missing(
    hub: Any, large: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.add(ID, large)
    slow = Slow(hub, monkeypatch)
    seen: list[int] = []
    with pytest.raises(Stopped):
        fetching.fetch(
            ID, lambda _, done, __: seen.append(done), lambda: max(seen, default=0) > 1e7
        )
    assert unfinished(tmp_path / "cache") == [], "nothing is left that nobody takes up"
    assert cached(ID) is None and "config.json" in hub.gets()
    slow.go.set()
    fetching.fetch(ID, lambda *_: None, lambda: False)
    again = hub.gets()
    assert again == ["model.safetensors"], "files that were complete are kept"
    assert cached(ID) is not None


def test_a_killed_download_is_told_and_goes_on(
    hub: Any, large: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the machine takes it away; what it left is removed."""
    hub.add(ID, large)
    slow = Slow(hub, monkeypatch)
    processes: list[int] = []
    started = fetching._followed

    def followed(model: str, ours: Any, told: Any, stop: Any) -> Path:
        processes.extend(child.pid or 0 for child in multiprocessing.active_children())
        return started(model, ours, told, stop)

    monkeypatch.setattr(fetching, "_followed", followed)

    def kill(_: str, done: int, __: int) -> None:
        if done > 10_000_000:
            os.kill(processes[-1], signal.SIGKILL)

    with pytest.raises(ModelError, match="was ended from outside"):
        fetching.fetch(ID, kill, lambda: False)
    assert unfinished(tmp_path / "cache") == []
    slow.go.set()
    fetching.fetch(ID, lambda *_: None, lambda: False)
    assert cached(ID) is not None


def test_the_size_and_the_room_are_told_before(hub: Any, large: Path, tmp_path: Path) -> None:
    model = hub.add(ID, large, parameters=1234)
    offer = Downloads().offer(ID)
    assert offer.bytes == offer.to_load == sum(model.sizes.values())
    assert offer.parameters == 1234 and offer.cache == tmp_path / "cache"
    assert offer.free == pytest.approx(shutil.disk_usage(tmp_path).free, rel=0.05)
    assert hub.gets() == []


def test_a_full_disk_is_said_before_anything_comes(
    hub: Any, large: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.add(ID, large)
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(module.shutil, "disk_usage", lambda path: usage._replace(free=100_000_000))
    with pytest.raises(InputError, match="There is no room for"):
        Downloads().start(ID)
    assert hub.gets() == []


@pytest.mark.parametrize("model", ["../../etc/passwd", "a b", "", "x/y/z", "/tmp"])
def test_what_is_no_id_is_refused(hub: Any, model: str) -> None:
    with pytest.raises(InputError, match="is no model id"):
        Downloads().start(model)
    assert hub.asked == []


def test_a_download_goes_through_its_states(
    hub: Any, large: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.add(ID, large)
    slow, downloads = Slow(hub, monkeypatch), Downloads()
    downloads.start(ID)
    until(lambda: downloads.all()[0].done > 10_000_000)
    with pytest.raises(InputError, match="already"):
        downloads.start(ID)
    downloads.forget(ID)
    assert [one.state for one in downloads.all()] == ["running"], "only ended ones are forgotten"
    downloads.stop(ID)
    until(lambda: downloads.all()[0].state == "stopped")
    slow.go.set()
    downloads.start(ID)
    until(lambda: downloads.all()[0].state == "done")
    downloads.forget(ID)
    assert downloads.all() == () and cached(ID) is not None


def test_a_failure_is_a_sentence(hub: Any, large: Path) -> None:
    hub.add(ID, large, gated=True)
    downloads = Downloads()
    downloads.start(ID)
    until(lambda: downloads.all()[0].state == "failed")
    assert "accepted its terms" in downloads.all()[0].problem
    assert str(constants.HF_HUB_CACHE) not in downloads.all()[0].problem


def test_a_killed_server_leaves_nothing_behind_and_the_next_goes_on(
    hub: Any, large: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process that asked is gone by kill -9: the child notices, and cleans up after itself."""
    hub.add(ID, large)
    slow, told = Slow(hub, monkeypatch), tmp_path / "told"
    script = tmp_path / "server.py"
    script.write_text(
        "from pathlib import Path\nfrom core.fetching import fetch\n"
        "if __name__ == '__main__':\n"
        f"    told = lambda name, done, of: Path({str(told)!r}).write_text(str(done))\n"
        f"    fetch({ID!r}, told, lambda: False)\n"
    )
    about = {"HF_ENDPOINT": hub.endpoint, "HF_HUB_CACHE": str(tmp_path / "cache")}
    server = subprocess.Popen(
        [sys.executable, str(script)],
        env={**os.environ, **about, "HF_HUB_OFFLINE": "0", "PYTHONPATH": str(ROOT)},
    )
    until(lambda: told.exists() and int(told.read_text() or 0) > 10_000_000)
    assert len(unfinished(tmp_path / "cache")) == 1
    server.kill()
    server.wait()
    hub.gets()
    slow.go.set()
    until(lambda: unfinished(tmp_path / "cache") == [])
    assert cached(ID) is None
    fetching.fetch(ID, lambda *_: None, lambda: False)
    assert cached(ID) is not None and hub.gets() == ["model.safetensors"]

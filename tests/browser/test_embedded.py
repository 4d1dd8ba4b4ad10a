"""What `make app` opens: app.py as a process of its own, on the embedded models."""

import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from gradio_client import Client

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The running app; its own log tells the address."""
    log = tmp_path_factory.mktemp("app") / "log"
    with log.open("w") as stream:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "app.py")], cwd=ROOT, stdout=stream, stderr=stream
        )
    try:
        yield _wait_for(log, process)
    finally:
        process.terminate()
        process.wait(20)
    assert "Traceback" not in log.read_text(encoding="utf-8")


def _wait_for(log: Path, process: subprocess.Popen[bytes]) -> str:
    for _ in range(600):
        found = re.search(r"http://127\.0\.0\.1:\d+", log.read_text(encoding="utf-8"))
        if found:
            urllib.request.urlopen(found[0], timeout=10).close()
            return found[0]
        assert process.poll() is None, log.read_text(encoding="utf-8")
        time.sleep(0.1)
    raise AssertionError("the page did not open in 60 s")


def _shares(value: float) -> tuple[str, ...]:
    """What a probability may look like: "<1" and ">99" at the ends."""
    if value < 0.01:
        return ("<1", "1")
    return (">99", "99") if value > 0.99 else (str(round(100 * value)),)


@pytest.mark.slow
def test_page_and_endpoint_agree_on_the_embedded_models(address: str, visit) -> None:  # type: ignore[no-untyped-def]
    site = type("Site", (), {"url": address})
    page = visit(site, ready=False)
    page.wait_for_selector(".td-state-ready", timeout=180_000)  # imports and models; it may be busy
    page.get_by_role("button", name="One of each", exact=True).click()
    page.wait_for_function("document.querySelectorAll('.td-card').length === 5")
    texts = page.locator("#td-box textarea").input_value().splitlines()
    items = Client(address, verbose=False).predict(texts, "auto", api_name="/compare")["items"]
    assert [one["language"] for one in items] == ["en", "fr", "es", "nl", "ru"]
    for number, one in enumerate(items):
        panels = page.locator(".td-card").nth(number).locator(".td-panel")
        for side, role in ((0, "student"), (1, "teacher")):
            cells = panels.nth(side).locator(".td-bars td:last-child").all_text_contents()
            for cell, value in zip(cells, one[role]["probabilities"].values(), strict=True):
                assert cell.split()[0] in _shares(value), (cell, value)
        assert panels.nth(1).locator(".td-text").text_content() == one["translation"]

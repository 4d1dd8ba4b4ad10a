"""A real Chromium and the real page, on an engine without models.

The page runs in a thread of the test process, so that a test can look at what the engine was
asked.
"""

import importlib.util
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PATIENCE = 30_000  # milliseconds: the machine may be busy


def _load_fake() -> Any:
    """tests/browser/fake_engine.py as a module: tests are no packages."""
    if "fake_engine" not in sys.modules:
        path = Path(__file__).with_name("fake_engine.py")
        spec = importlib.util.spec_from_file_location("fake_engine", path)
        assert spec and spec.loader
        module = importlib.util.module_from_spec(spec)
        sys.modules["fake_engine"] = module
        spec.loader.exec_module(module)
    return sys.modules["fake_engine"]


@dataclass
class Site:
    """A page that is being served."""

    url: str
    engine: Any
    port: int
    batch: Any = None


def _free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Site]]:
    """Serve the page on a fake engine with the given traits; closed at the end."""
    from dashboard.batch.services import Batch
    from dashboard.build import Door, build, launch
    from dashboard.services import Services

    opened = []

    def start(
        logins: dict[str, str] | None = None,
        runs: Path | None = None,
        limits: Any = None,
        **traits: Any,
    ) -> Site:
        engine = _load_fake().FakeEngine(**traits)
        services = Services(lambda: engine)
        batch = Batch(services, runs or tmp_path_factory.mktemp("runs"), limits)
        blocks, port = build(services, batch), _free_port()
        url, _ = launch(blocks, Door(port=port, logins=logins))
        services.start()
        opened.append(blocks)
        return Site(url, engine, port, batch)

    yield start
    for blocks in opened:
        blocks.close(verbose=False)


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The page on the embedded models, loaded once for all; small files only."""
    from core.embedded import sources
    from dashboard.batch.services import Batch, Limits
    from dashboard.build import Door, build, launch
    from dashboard.services import Services, default_engine

    models = sources(None, None, None, None)
    services = Services(lambda: default_engine(models))
    batch = Batch(services, tmp_path_factory.mktemp("runs"), Limits(100_000, 60), models)
    blocks, port = build(services, batch), _free_port()
    url, _ = launch(blocks, Door(port=port))
    yield Site(url, services.engine(), port, batch)
    blocks.close(verbose=False)


@pytest.fixture(scope="session")
def site(serve: Callable[..., Site]) -> Site:
    """The ordinary page, its engine ready."""
    return serve()


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Any]:
    """The Chromium of this machine (tests/conftest.py finds it), driven by Playwright."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=ARGS)
        yield opened
        opened.close()


@pytest.fixture
def visit(browser: Any) -> Iterator[Callable[..., Any]]:
    """Open a page; at the end, no script may have failed and nothing been fetched elsewhere."""
    contexts, errors, hosts = [], [], set()

    def go(site: Site, theme: str = "light", width: int = 1280, ready: bool = True) -> Any:
        context = browser.new_context(viewport={"width": width, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("dialog", lambda dialog: (errors.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: hosts.add(request.url))
        page.goto(f"{site.url}?__theme={theme}")
        page.wait_for_selector("#td-compare")
        if ready:
            page.wait_for_selector(".td-state-ready")
        return page

    yield go
    for context in contexts:
        context.close()
    away = {url for url in hosts if not url.startswith(("http://127.0.0.1:", "data:", "blob:"))}
    assert not errors, errors
    assert not away, away


GRADIOS_OWN = {"color-contrast", "image-redundant-alt", "page-has-heading-one"}
"""What axe finds on Gradio's bare page; nothing of ours may be among it."""


@pytest.fixture
def axe() -> Callable[[Any], None]:
    """Fails where axe finds something on a page beyond what is Gradio's own."""
    from axe_playwright_python.sync_playwright import Axe

    def check(page: Any) -> None:
        found = Axe().run(page).response["violations"]
        assert {violation["id"] for violation in found} <= GRADIOS_OWN
        ours = [
            (violation["id"], node["html"][:200])
            for violation in found
            for node in violation["nodes"]
            if "td-" in node["html"] or any("td-" in str(part) for part in node["target"])
        ]
        assert not ours, ours

    return check

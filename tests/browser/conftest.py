"""A real Chromium and the real page, on an engine without models.

The page runs in a thread of the test process, so that a test can look at what the engine was
asked.
"""

import importlib.util
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

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
LIGHT = Path(__file__).with_name("light_training.py")
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
    training: Any = None


def _free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


Serve = Callable[..., Site]


@contextmanager
def _serving(folders: pytest.TempPathFactory) -> Iterator[Serve]:
    """Serve pages on fake engines with the given traits; all are closed at the end."""
    from dashboard.batch.services import Batch
    from dashboard.build import Door, build, launch
    from dashboard.services import Services
    from dashboard.training.services import Training
    from train.jobs.queue import Queue

    opened = []

    def start(
        logins: dict[str, str] | None = None,
        runs: Path | None = None,
        limits: Any = None,
        data: tuple[Path, ...] = (),
        **traits: Any,
    ) -> Site:
        engine = _load_fake().FakeEngine(**traits)
        services = Services(lambda: engine)
        runs = runs or folders.mktemp("runs")
        batch = Batch(services, runs, limits)
        queue = Queue(runs, grace=5.0, program=(sys.executable, str(LIGHT)))
        training = Training(services, runs, data, limits=limits, queue=queue)
        blocks, port = build(services, batch, training), _free_port()
        url, _ = launch(blocks, Door(port=port, logins=logins))
        services.start()
        opened.append(blocks)
        return Site(url, engine, port, batch, training)

    try:
        yield start
    finally:
        for blocks in opened:
            blocks.close(verbose=False)


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Serve a page of a test's own. Closed with its file: an idle server costs 2 % of a core."""
    with _serving(tmp_path_factory) as start:
        yield start


@pytest.fixture(scope="session")
def _serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    with _serving(tmp_path_factory) as start:
        yield start


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
def site(_serve: Serve) -> Site:
    """The ordinary page, its engine ready."""
    return _serve()


@pytest.fixture(scope="session")
def _holding(_serve: Serve) -> Site:
    return _serve()


@pytest.fixture
def held(_holding: Site) -> Iterator[Site]:
    """A page whose engine stands in the middle: see FakeEngine.hold, which a test sets."""
    _holding.engine.stopped = _holding.engine.answered = 0
    _holding.engine.calls.clear()
    yield _holding
    _holding.engine.hold = None


@pytest.fixture
def until() -> Callable[[Callable[[], bool]], None]:
    """Wait for something that another thread does."""

    def wait(condition: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE / 1000
        while not condition():
            assert time.monotonic() < end
            time.sleep(0.02)

    return wait


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Any]:
    """The Chromium of this machine (tests/conftest.py finds it), driven by Playwright."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=ARGS)
        yield opened
        opened.close()


class Kept:
    """One page that test after test is given, as new.

    Two thirds of what a load costs are a new process and scripts that are compiled anew; this
    page's process has both behind it. Cookies, storage, permissions and where the mouse stands are
    taken back after each test; a page that was closed, or met more than one server, is replaced.
    """

    def __init__(self, browser: Any) -> None:
        self.browser, self.page, self.taken = browser, None, False

    def take(self, width: int) -> Any:
        """The page, or None where this test has it already."""
        if self.taken:
            return None
        if self.page is None:
            self.page = self.browser.new_context().new_page()
        self.taken = True
        self.page.set_viewport_size({"width": width, "height": 900})
        return self.page

    def give_back(self, whole: bool) -> None:
        """Make the page as new; ``whole`` is False where that cannot be told."""
        from playwright.sync_api import Error

        if not self.taken:
            return
        self.taken = False
        try:
            if whole and not self.page.is_closed():
                return self._clear()
        except Error:  # a page that does not answer is none to go on with
            whole = False
        self.page.context.close()
        self.page = None

    def _clear(self) -> None:
        self.page.context.set_offline(False)
        self.page.evaluate("localStorage.clear(); sessionStorage.clear()")
        self.page.goto("about:blank")
        self.page.mouse.move(0, 0)
        self.page.context.clear_cookies()
        self.page.context.clear_permissions()


@pytest.fixture(scope="session")
def kept(browser: Any) -> Kept:
    """The page that tests use one after the other."""
    return Kept(browser)


@pytest.fixture
def visit(browser: Any, kept: Kept) -> Iterator[Callable[..., Any]]:
    """Open a page; at the end, no script may have failed and nothing been fetched elsewhere.

    The first page of a test is the kept one (see there), further ones are browsers of their own;
    so is the first with ``own``, for tests that change what cannot be changed back, as
    add_init_script does. ``query`` is what stands behind the address.
    """
    contexts, errors, hosts = [], [], set()
    heard = {
        "pageerror": lambda error: errors.append(str(error)),
        "dialog": lambda dialog: (errors.append(dialog.message), dialog.dismiss()),
        "request": lambda request: hosts.add(request.url),
    }

    def page_for(width: int, own: bool) -> Any:
        page = None if own else kept.take(width)
        if page is None:
            contexts.append(browser.new_context(viewport={"width": width, "height": 900}))
            page = contexts[-1].new_page()
        for event, hear in heard.items():
            page.on(event, hear)
        page.set_default_timeout(PATIENCE)
        return page

    def go(
        site: Site,
        theme: str = "light",
        width: int = 1280,
        ready: bool = True,
        query: str = "",
        own: bool = False,
    ) -> Any:
        page = page_for(width, own)
        page.goto(f"{site.url}?{query or f'__theme={theme}'}")
        # An address may open another tab, which hides Compare.
        page.wait_for_selector("#td-compare", state="attached" if query else "visible")
        if ready:
            page.wait_for_selector(".td-state-ready")
        return page

    yield go
    for context in contexts:
        context.close()
    if kept.taken:
        for event, hear in heard.items():
            kept.page.remove_listener(event, hear)
    servers = {urlsplit(url).netloc for url in hosts if url.startswith("http")}
    kept.give_back(whole=len(servers) == 1)
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

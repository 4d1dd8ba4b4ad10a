"""Runs as a person watches them: a real server, a real queue, real runs, a real browser.

The truth is the queue's, asked by this process: it shares only the disk with the server.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.embedded import DEMO
from train import kept
from train.jobs import processes, schedule
from train.jobs.files import Started
from train.jobs.queue import Queue
from train.jobs.records import Job

HERE = Path(__file__).parent
LIGHT = HERE / "light_training.py"
VALUES = {"data": str(LIGHT)}
PATIENCE = 60.0


class Server:
    """The page in a process that can be killed and started anew, over one folder of runs."""

    def __init__(self, runs: Path, *logins: str) -> None:
        with socket.socket() as trial:
            trial.bind(("127.0.0.1", 0))
            self.port = int(trial.getsockname()[1])
        self.runs, self.logins = runs, logins
        self.queue = Queue(runs, grace=5.0, program=(sys.executable, str(LIGHT)))
        self.log = runs.parent / "server.log"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def start(self) -> None:
        words = [str(HERE / "training_server.py"), str(self.port), str(self.runs), *self.logins]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *words], stdout=log, stderr=log, cwd=HERE.parents[1]
            )
        until(self.answers, lambda: self.log.read_text()[-2000:])

    def answers(self) -> bool:
        assert self.process is not None and self.process.poll() is None, self.log.read_text()
        try:
            urllib.request.urlopen(self.url, timeout=5).close()
        except OSError:
            return False
        return True

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def submit(self, name: str) -> Job:
        return self.queue.submit("split", VALUES, name=name, owner="ana")

    def clean(self) -> None:
        """End what runs and take it away: each test begins with an empty list."""
        for folder, asked in schedule.runs(self.queue.root):
            started = Started.of(folder, asked.attempt)
            if started is not None and started.keeper is not None:
                processes.end(processes.of_pid(started.keeper), signal.SIGKILL)
            processes.kill_job(folder, started.training if started is not None else None)
        for job in self.queue.jobs():
            if job.state == "queued":
                self.queue.stop(job.id)
            self.queue.remove(job.id)


def until(true: Callable[[], bool], why: Callable[[], str] = lambda: "") -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, f"it took too long. {why()}"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests here."""
    server = Server(tmp_path_factory.mktemp("live") / "runs")
    server.start()
    yield server
    server.clean()
    server.kill()


@pytest.fixture
def server(running: Server) -> Iterator[Server]:
    """The server, with nothing in its list."""
    yield running
    running.clean()


@pytest.fixture
def live(visit: Callable[..., Any], server: Server) -> Callable[..., Any]:
    """The Train tab, opened."""

    def go(query: str = "", width: int = 1280, theme: str = "light", own: bool = False) -> Any:
        address = f"__theme={theme}&{query}" if query else ""
        page = visit(server, theme, width, query=address, own=own)
        page.evaluate(FAST)
        if not query:
            page.click("#td-tab-train-button")
        page.wait_for_selector('[data-l-part="list/table"] *')
        return page

    return go


def shows(page: Any, text: str, where: str = "#td-train") -> None:
    """Wait until something says so."""
    page.wait_for_function(
        "([where, text]) => [...document.querySelectorAll(where)]"
        ".some((one) => one.innerText.replaceAll('\\u00a0', ' ').includes(text))",
        arg=[where, text],
        timeout=PATIENCE * 1000,
    )


NOTE = '[data-role="l-said"]'
STATE = '[data-l-part="run/state"]'
FAST = """
if (!window.patient) {  // the page waits a tenth of what it waits else
  const times = { 2000: 100, 5000: 700, 7000: 1500, 10000: 1000 };
  window.patient = window.setTimeout;
  window.setTimeout = (what, time, ...more) => window.patient(what, times[time] || time, ...more);
}
"""


def test_an_empty_list_says_what_to_do(live: Callable[..., Any]) -> None:
    page = live()
    shows(page, "No runs yet")


def test_a_run_begun_elsewhere_appears_is_watched_stopped_and_gone_on_with(
    live: Callable[..., Any], server: Server
) -> None:
    page = live()
    job = server.submit("long")
    shows(page, "long", '[data-l-part="list/table"]')  # within the ten seconds of an idle page
    page.click('[data-l="show"]')
    page.wait_for_selector('[data-role="run-title"]')
    assert f"run={job.id}" in page.url
    shows(page, "Running", STATE)
    shows(page, "steps", STATE)
    page.wait_for_selector('[data-l-part^="run/curves/"] .td-plot .main-svg')
    shows(page, "step 10 <b>&amp; done", '[data-role="log"]')
    page.click('[data-l="stop"]')
    assert server.queue.find(job.id).state == "running" and not server.queue.find(job.id).stopping
    page.click('[data-role="sure"] .td-f-primary')
    shows(page, "asked to stop", NOTE)
    shows(page, "Resume goes on from there.", STATE)
    newest = kept.newest(job.folder / kept.CHECKPOINTS)
    assert newest is not None
    lead = page.locator(STATE).inner_text()
    assert f"Stopped at step {newest.step:,}; Resume goes on" in lead and "python -m" not in lead
    page.wait_for_selector(f"{NOTE} p", state="detached")  # it is true no longer
    until(lambda: server.queue.find(job.id).state == "cancelled")
    page.click('[data-l="resume"]')
    shows(page, "Finished", STATE)
    assert server.queue.find(job.id).state == "finished"
    shows(page, "macro-F1", '[data-l-part="run/result"]')


def test_a_reload_and_another_browser_show_the_same_run(
    live: Callable[..., Any], visit: Callable[..., Any], server: Server
) -> None:
    job = server.submit("long")
    page = live(f"run={job.id}")
    assert page.locator("#td-tab-train-button").get_attribute("aria-selected") == "true"
    shows(page, "Running", STATE)
    page.reload()
    shows(page, "Running", STATE)
    other = visit(server)  # a browser of its own: the first one has the kept page
    other.goto(f"{server.url}?run={job.id}")
    shows(other, "Running", STATE)
    assert server.queue.find(job.id).state == "running"


def test_the_server_killed_in_the_middle_loses_nothing(
    live: Callable[..., Any], server: Server
) -> None:
    job = server.submit("long")
    page = live(f"run={job.id}")
    shows(page, "Running", STATE)
    server.kill()
    away(page)
    size = (job.folder / "events.jsonl").stat().st_size
    until(lambda: (job.folder / "events.jsonl").stat().st_size > size)
    server.start()
    page.wait_for_selector('[data-role="l-away"]', state="hidden", timeout=PATIENCE * 1000)
    shows(page, "Running", STATE)
    shows(page, "Ready", "#td-header")
    before = page.evaluate(f"document.querySelector('{STATE} progress').value")
    page.wait_for_function(
        f"before => document.querySelector('{STATE} progress').value > before",
        arg=before,
        timeout=PATIENCE * 1000,
    )


def away(page: Any) -> None:
    """The page says that nobody answers, and no longer counts the time."""
    shows(page, "No connection", "#td-header .td-state")
    shows(page, "The server does not answer. Figures are from", '[data-region="run"]')
    clock = f"document.querySelector('{STATE} [data-clock]').textContent"
    before = page.evaluate(clock)
    page.wait_for_timeout(2200)
    assert page.evaluate(clock) == before


def test_a_server_that_hangs_is_no_server(live: Callable[..., Any], server: Server) -> None:
    """Its port still takes connections, and nothing is ever answered on them."""
    page = live(f"run={server.submit('long').id}")
    shows(page, "Running", STATE)
    assert server.process is not None
    server.process.send_signal(signal.SIGSTOP)
    try:
        away(page)
    finally:
        server.process.send_signal(signal.SIGCONT)
    page.wait_for_selector('[data-role="l-away"]', state="hidden", timeout=PATIENCE * 1000)
    shows(page, "Ready", "#td-header .td-state")
    shows(page, "Running", STATE)


def test_who_comes_back_finds_the_run_at_work(live: Callable[..., Any], server: Server) -> None:
    job = server.submit("long")
    waiting = server.submit("long")
    page = live()
    shows(page, "Running", STATE)  # without an address
    assert f"run={job.id}" in page.url
    assert page.locator(".td-n-new").get_attribute("open") is None
    assert page.evaluate(
        "document.activeElement === document.body || Boolean("
        "document.activeElement.closest('[role=tablist]'))"
    )
    page.click(".td-n-new > summary")
    page.wait_for_selector("[data-role=recipe]", state="visible")
    page.click(f'[data-l="show"][data-id="{waiting.id}"]')
    page.click('[data-l="stop"]')
    page.click('[data-role="sure"] .td-f-primary')
    shows(page, "Cancelled before it began.", STATE)
    shows(page, "Resume puts it into the queue again.", STATE)


@pytest.mark.parametrize("name", ["compare", "explain", "batch", "train", "models"])
def test_a_reload_shows_the_same_tab(visit: Callable[..., Any], server: Server, name: str) -> None:
    """Even where the address says another one: that counts when it is opened."""
    page = visit(server, query="explain=hello" if name != "explain" else "run=x")
    page.click(f"#td-tab-{name}-button")
    page.reload()
    page.wait_for_selector(f'#td-tab-{name}-button[aria-selected="true"]')
    page.wait_for_timeout(300)
    assert page.locator(f"#td-tab-{name}-button").get_attribute("aria-selected") == "true"


def test_a_failed_run_says_why_and_keeps_its_log(live: Callable[..., Any], server: Server) -> None:
    job = server.submit("broken")
    page = live(f"run={job.id}")
    shows(page, "Failed", STATE)
    shows(page, "The file tweets.tsv has no column Emotion.", STATE)
    shows(page, "Say which with gold=.", STATE)
    shows(page, "error: The file tweets.tsv", '[data-role="log"]')


def test_remove_asks_twice(live: Callable[..., Any], server: Server) -> None:
    job = server.submit("broken")
    page = live(f"run={job.id}")
    shows(page, "Failed", STATE)
    page.click('[data-l="remove"]')
    page.keyboard.press("Escape")
    assert page.locator('[data-role="sure"]').is_hidden()
    page.click('[data-l="remove"]')
    page.click('[data-role="sure"] .td-l-danger')
    assert job.folder.is_dir()
    page.click('[data-role="sure"] .td-l-danger')
    shows(page, "No runs yet")
    assert not job.folder.exists() and "run=" not in page.url


def test_the_queue_shows_places_and_slots_let_the_next_begin(
    live: Callable[..., Any], server: Server
) -> None:
    server.submit("long")
    second = server.submit("long")
    page = live()
    shows(page, "next in the queue")
    page.select_option("[data-l-slots]", "2")
    until(lambda: server.queue.find(second.id).state == "running")
    assert server.queue.slots == 2
    server.queue.slots = 1


def test_several_runs_are_laid_over_each_other(live: Callable[..., Any], server: Server) -> None:
    jobs = [server.submit("short") for _ in range(2)]
    until(lambda: all(server.queue.find(job.id).state == "finished" for job in jobs))
    page = live()
    assert page.locator('[data-l="compare"]').is_disabled()
    for job in jobs:
        page.check(f'[data-l-tick][value="{job.id}"]')
    page.click('[data-l="compare"]')
    page.wait_for_selector('[data-region="compared"] .td-plot .main-svg')
    names = page.evaluate(
        "JSON.parse(document.querySelector('[data-region=\"compared\"] .td-plot')"
        ".dataset.figure).data.map((one) => one.name)"
    )
    assert sorted(names) == sorted(f"short ({job.id})" for job in jobs)
    shows(page, "the same options", '[data-l-part="compared/configs"]')
    shows(page, "0.967", '[data-l-part="compared/metrics"]')  # 1 − 1/30


@pytest.mark.parametrize("count", [40, pytest.param(200, marks=pytest.mark.soak)])
def test_focus_scroll_folds_and_plots_outlive_many_updates(
    live: Callable[..., Any], server: Server, count: int
) -> None:
    """However long one looks, the page does not grow, and nothing that a person did is undone."""
    job = server.submit("long")
    page = live(f"run={job.id}")
    page.wait_for_selector('[data-l-part^="run/curves/"] .td-plot .main-svg')
    page.wait_for_function("document.querySelector('[data-role=\"log\"]').childElementCount > 3")
    page.evaluate("document.querySelector('[data-role=\"log\"]').style.maxHeight = '40px'")
    page.click('[data-l-part^="run/curves/"] summary')
    page.check(f'[data-l-tick][value="{job.id}"]')
    page.focus('[data-l="stop"]')
    page.evaluate("document.querySelector('[data-role=\"log\"]').scrollTop = 0")
    page.evaluate("window.firstPlot = document.querySelector('.js-plotly-plot')")
    first = updates(page, 20)
    last = updates(page, count)
    assert last["plots"] == first["plots"] == last["drawn"]
    assert last["nodes"] == first["nodes"] and last["svgs"] == first["svgs"]
    assert last["same"] and last["open"] and last["ticked"] and last["focus"] == "stop"
    assert last["scroll"] == 0  # who scrolled up is left there


MEASURE = """() => {
  const root = document.querySelector('#td-train'), log = root.querySelector('[data-role="log"]');
  return {
    nodes: [...root.querySelectorAll('*')]
      .filter((one) => !one.closest('.js-plotly-plot') && !log.contains(one)).length,
    svgs: root.querySelectorAll('svg.main-svg').length,
    scroll: log.scrollTop,
    plots: root.querySelectorAll('.td-plot').length,
    drawn: root.querySelectorAll('.js-plotly-plot').length,
    same: window.firstPlot.isConnected,
    open: root.querySelector('[data-l-part^="run/curves/"] details').open,
    ticked: root.querySelector('[data-l-tick]').checked,
    focus: document.activeElement.dataset.l,
  };
}"""


def updates(page: Any, count: int) -> dict[str, Any]:
    """Let the page look that many times: the run tells something new in between."""
    seen: list[str] = []

    def hear(response: Any) -> None:
        if "component_server" in response.url:
            seen.append(response.url)

    page.on("response", hear)
    while len(seen) < count:
        page.wait_for_timeout(100)
    page.remove_listener("response", hear)
    found: dict[str, Any] = page.evaluate(MEASURE)
    return found


def test_the_log_follows_its_end_until_one_scrolls_up(
    live: Callable[..., Any], server: Server
) -> None:
    page = live(f"run={server.submit('long').id}")
    page.wait_for_function("document.querySelector('[data-role=\"log\"]').childElementCount > 3")
    box = "document.querySelector('[data-role=\"log\"]')"
    page.evaluate(f"{box}.style.maxHeight = '50px'")
    page.evaluate(f"{box}.scrollTop = {box}.scrollHeight")
    count = page.evaluate(f"{box}.childElementCount")
    page.wait_for_function(f"count => {box}.childElementCount > count", arg=count)
    gap = f"{box}.scrollHeight - {box}.scrollTop - {box}.clientHeight"
    assert page.evaluate(gap) < 3
    page.evaluate(f"{box}.scrollTop = 0")
    count = page.evaluate(f"{box}.childElementCount")
    page.wait_for_function(f"count => {box}.childElementCount > count", arg=count)
    assert page.evaluate(f"{box}.scrollTop") == 0
    page.click('[data-l="end"]')
    assert page.evaluate(gap) < 3


def test_a_hidden_page_asks_nothing(live: Callable[..., Any], server: Server) -> None:
    server.submit("long")
    page = live()
    shows(page, "Running")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.post_data or ""))
    page.click("#td-tab-compare-button")
    page.wait_for_timeout(700)
    asked.clear()
    page.wait_for_timeout(1500)
    assert not [question for question in asked if "l_look" in question]
    page.click("#td-tab-train-button")
    page.wait_for_timeout(700)
    assert [question for question in asked if "l_look" in question]


def fetched(server: Server, path: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(f"{server.url}{path}", timeout=20) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as problem:
        return problem.code, problem.read()


def test_only_a_runs_own_three_files_are_handed_out(server: Server) -> None:
    job = server.submit("broken")
    until(lambda: server.queue.find(job.id).state == "failed")
    for name in ("log.txt", "events.jsonl", "config.yaml"):
        status, content = fetched(server, f"tandem/training/{job.id}/{name}")
        assert (status, content) == (200, (job.folder / name).read_bytes())
    for path in (
        f"{job.id}/job.json", f"{job.id}/..%2Fqueue.json", f"..%2F{job.id}/log.txt", "x/log.txt",
        f"{job.id}/%2Fetc%2Fpasswd",
    ):  # fmt: skip
        assert fetched(server, f"tandem/training/{path}")[0] == 404


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (380, "dark")])
def test_nothing_is_cut_off_and_axe_finds_nothing(
    live: Callable[..., Any],
    server: Server,
    axe: Callable[[Any], None],
    width: int,
    theme: str,
) -> None:
    done = server.submit("short")
    until(lambda: server.queue.find(done.id).state == "finished")
    page = live(f"run={server.submit('long').id}", width=width, theme=theme)
    page.wait_for_selector('[data-l-part^="run/curves/"] .td-plot .main-svg')
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) <= 0
    axe(page)


def test_strangers_get_no_runs_and_no_files(tmp_path: Path) -> None:
    """With a login, neither the tab's questions nor the files answer without it."""
    server = Server(tmp_path / "runs", "ana", os.urandom(8).hex())
    server.start()
    try:
        job = server.submit("broken")
        until(lambda: server.queue.find(job.id).state == "failed")
        status, content = fetched(server, f"tandem/training/{job.id}/log.txt")
        assert status == 404 and b"tweets.tsv" not in content
    finally:
        server.clean()
        server.kill()


def test_a_finished_runs_model_is_loaded_into_compare(
    live: Callable[..., Any], server: Server
) -> None:
    """A real model in the run's result; the engine is one without models, told what to load."""
    job = server.submit("short")
    until(lambda: server.queue.find(job.id).state == "finished")
    shutil.copytree(DEMO / "student", job.folder / "result")
    page = live(f"run={job.id}")
    page.wait_for_selector('[data-l="load"]')
    for button in page.locator('[data-l="load"]').all():  # who speaks says what is to be seen
        assert (button.get_attribute("aria-label") or "").startswith(button.inner_text())
    page.click('[data-l="load"][data-as="student"]')
    shows(page, "in Compare as student", '[data-l-part="run/result"]')
    page.wait_for_selector(f"{NOTE} p", state="detached")
    page.click('[data-l="compare-tab"]')
    assert page.locator("#td-tab-compare-button").get_attribute("aria-selected") == "true"

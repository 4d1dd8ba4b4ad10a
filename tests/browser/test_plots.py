"""An evaluation's figures in a real browser: plots, choices, light and dark, paper, the report."""

import importlib.util
import sys
from pathlib import Path

import gradio as gr
import pytest

from dashboard import served, theme
from dashboard.views.batch import report, results
from dashboard.views.scripts import plots as plots_script

PLOTS = ".td-plot .main-svg:first-child"
DARKENED = "rgb(233, 237, 243)"  # ink of the dark theme
INK = "rgb(27, 35, 48)"


@pytest.fixture(scope="session")
def sample():
    """tests/unit/batch_sample.py: tests are no packages."""
    path = Path(__file__).parents[1] / "unit" / "batch_sample.py"
    spec = importlib.util.spec_from_file_location("batch_sample", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["batch_sample"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def measured(sample, tmp_path_factory):
    """Metrics of a labelled file and of a trigger file, and the folder of the first."""
    folder = tmp_path_factory.mktemp("measured")
    full = sample.metrics(folder / "full", sample.Kind())
    other = sample.Kind(gold=False, triggers=True, rows=150, languages=("fr", "es"))
    return full, sample.metrics(folder / "other", other), folder / "full"


@pytest.fixture(scope="module")
def address(measured):
    """A page with the results of one file, and a button that shows those of the other.

    It asks for a login: the harder case for a route of our own.
    """
    full, other, _ = measured
    with gr.Blocks(analytics_enabled=False) as blocks:
        shown = gr.HTML(
            results.results(full, {}), js_on_load=plots_script.plots(), apply_default_css=False
        )
        button = gr.Button("Other", elem_id="other")
        button.click(lambda: results.results(other, {}), None, shown, api_visibility="private")
    _, url, _ = blocks.launch(
        prevent_thread_lock=True, quiet=True, ssr_mode=False, inbrowser=False,
        auth=("ann", "secret"),
        app_kwargs={"routes": served.routes()},
        theme=theme.gradio_theme(), head=f"<style>{theme.stylesheet()}</style>",
    )  # fmt: skip
    yield url
    blocks.close(verbose=False)


@pytest.fixture
def open_page(browser):
    """A page on which no script may fail, no dialog open, nothing be fetched elsewhere."""
    contexts, problems, fetched = [], [], []

    def go(url, **options):
        context = browser.new_context(**({"viewport": {"width": 1280, "height": 900}} | options))
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("dialog", lambda dialog: (problems.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: fetched.append(request.url))
        page.fetched = fetched
        page.goto(url)
        return page

    yield go
    for context in contexts:
        context.close()
    away = [
        url for url in fetched if not url.startswith(("http://127.", "file:", "data:", "blob:"))
    ]
    assert not problems and not away, (problems, away)


def first_plot(page):
    """Go to the first plot, which is drawn once it comes into sight."""
    page.locator(".td-plot").first.scroll_into_view_if_needed()
    page.wait_for_selector(PLOTS)


def scroll(page):
    """Bring every part of a page into sight once, so that its plots are drawn."""
    height = page.evaluate("document.documentElement.scrollHeight")
    for top in range(0, height + 600, 600):
        page.evaluate(f"window.scrollTo(0, {top})")
        page.wait_for_timeout(60)
    page.wait_for_timeout(300)


def drawn(page):
    """Places that show, and how many of them hold a drawing."""
    return page.evaluate(
        """() => {
          const shown = [...document.querySelectorAll('.td-plot')].filter((one) => one.clientWidth);
          return [shown.length, shown.filter((one) => one.querySelector('.main-svg')).length];
        }"""
    )


def ink(page):
    """The colour of the first drawn title."""
    return page.evaluate("getComputedStyle(document.querySelector('.td-plot .gtitle')).fill")


def enter(page):
    """Log in."""
    page.get_by_label("username").fill("ann")
    page.get_by_label("password").fill("secret")
    page.get_by_role("button", name="Login").click()
    page.wait_for_selector(".td-b-results")


def test_plots_are_drawn_anew_with_new_results_and_old_ones_given_back(address, open_page, axe):
    page = open_page(f"{address}?__theme=light")
    enter(page)
    first_plot(page)
    scroll(page)
    shown, done = drawn(page)
    assert shown == done > 10
    assert sum(served.PLOTLY in one for one in page.fetched) == 1, "fetched once"
    axe(page)
    old = page.query_selector(".td-plot .js-plotly-plot")
    assert old.evaluate("(one) => Boolean(one._fullLayout)")
    page.locator("#other").click()
    page.wait_for_selector("#td-b-triggers")
    scroll(page)
    shown, done = drawn(page)
    assert shown == done > 5
    assert not old.evaluate("(one) => one.isConnected || Boolean(one._fullLayout)"), "purged"
    orphans = "document.querySelectorAll('.js-plotly-plot').length"
    assert page.evaluate(orphans) == done


def test_a_select_shows_another_block_without_the_server(address, open_page):
    page = open_page(address)
    enter(page)
    group = page.locator('[data-choices="confusion"]')
    group.get_by_label("System").select_option("teacher")
    group.get_by_label("Language").select_option("fr")
    cells = group.locator('[data-do="cell"]:visible')
    assert {cells.nth(0).get_attribute(f"data-{one}") for one in ("system", "language")} == {
        "teacher",
        "fr",
    }
    curve = page.locator('[data-choices="calibration"]')
    curve.get_by_label("System").select_option("ensemble_vote")
    curve.scroll_into_view_if_needed()
    page.wait_for_selector('[data-choice="/ensemble_vote/"] .main-svg')


def test_colours_follow_light_and_dark(address, open_page):
    page = open_page(f"{address}?__theme=dark")
    enter(page)
    first_plot(page)
    assert ink(page) == DARKENED
    page.evaluate("document.body.classList.remove('dark')")
    page.wait_for_function(
        f"getComputedStyle(document.querySelector('.td-plot .gtitle')).fill === '{INK}'"
    )


@pytest.fixture(scope="module")
def file(sample, measured, tmp_path_factory):
    """A report on disk."""
    full, _, folder = measured
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(report.report(full, sample.lists(folder)), encoding="utf-8")
    return f"file://{path}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_report_opens_offline(file, open_page, axe, scheme, sample):
    page = open_page(file, offline=True, color_scheme=scheme)
    first_plot(page)
    scroll(page)
    shown, done = drawn(page)
    assert shown == done > 10 and page.fetched == [file]
    assert ink(page) == (INK if scheme == "light" else DARKENED)
    assert sample.HOSTILE[1] in page.inner_text("main")
    assert page.query_selector("main img, main script") is None
    axe(page)


def test_the_report_is_whole_on_a_narrow_screen(file, open_page):
    page = open_page(file, viewport={"width": 380, "height": 800})
    first_plot(page)
    scroll(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 380
    wide = page.evaluate(
        "[...document.querySelectorAll('.main-svg')].filter((one) => one.clientWidth > 380).length"
    )
    assert not wide


def test_paper_is_white_though_the_system_is_dark(file, open_page):
    page = open_page(file, color_scheme="dark")
    first_plot(page)
    assert ink(page) == DARKENED
    page.emulate_media(media="print", color_scheme="dark")
    page.wait_for_timeout(1000)
    assert ink(page) == INK
    shown, done = drawn(page)
    assert shown == done, "also those that nobody scrolled to"
    assert page.evaluate(
        "getComputedStyle(document.querySelector('.td-card')).backgroundColor"
    ) == ("rgb(255, 255, 255)")


def test_a_plot_can_be_saved_as_a_picture(file, open_page):
    page = open_page(file)
    first_plot(page)
    with page.expect_download() as saved:
        page.locator('[data-plot="save"]:visible').first.click()
    assert saved.value.suggested_filename.endswith(".svg")
    assert "<svg" in Path(saved.value.path()).read_text(encoding="utf-8")

"""The Models tab in a real browser: what is found, load, unload, delete, broken ones, access.

Models are copies of the embedded ones and folders made by hand; the engine is a fake one, so that
a replacement waits for as long as a test wants.
"""

import contextlib
import importlib.util
import json
import re
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect
from safetensors.numpy import save_file

from core.embedded import DEMO
from core.manifest import update_manifest
from train.jobs.files import Asked

LABELS = ("Love", "Joy", "Anger", "Fear", "Sadness", "Neutral")

WIDE = """() => [...document.querySelectorAll('#td-models *, #td-header *')]
  .filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1
    && !one.closest('pre, .td-f-scroll, .td-sr'))
  .map((one) => one.outerHTML.slice(0, 120))"""


def foreign(folder: Path, names: tuple[str, ...] = LABELS, **config: Any) -> Path:
    """A plain classifier as transformers saves one, of one tiny tensor."""
    folder.mkdir(parents=True)
    said = {
        "model_type": "bert",
        "architectures": ["BertForSequenceClassification"],
        "id2label": {str(row): name for row, name in enumerate(names)},
    }
    (folder / "config.json").write_text(json.dumps({**said, **config}))
    save_file({"w": np.zeros((6, 4), np.float32)}, folder / "model.safetensors")
    return folder


@dataclass
class Tab:
    """A page with the tab open, its server, and the folder of models."""

    page: Any
    site: Any
    folder: Path

    def row(self, name: str) -> Any:
        heading = self.page.get_by_role("heading", name=name, exact=True)
        return self.page.locator(".td-m-row").filter(has=heading)

    def load(self, name: str, role: str) -> None:
        row = self.row(name)
        row.locator(".td-menu > summary").click()
        row.get_by_role("button", name=role, exact=True).click()


@pytest.fixture(autouse=True)
def no_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whatever this machine has of the hub is not among the models."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    """The stand-in of tests/unit/hub.py; weights come only once ``go`` is set."""
    path = Path(__file__).parents[1] / "unit" / "hub.py"
    spec = importlib.util.spec_from_file_location("hub", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "hub", module)
    spec.loader.exec_module(module)
    with module.Hub() as standing_in:
        standing_in.instead(monkeypatch, tmp_path / "hub")
        standing_in.go = threading.Event()
        handler = standing_in._server.RequestHandlerClass
        plainly = handler._send

        def send(this: Any, status: int, body: bytes, write: Any, about: Any) -> None:
            if "safetensors" in this.path and this.command == "GET":
                standing_in.go.wait(60)
            with contextlib.suppress(OSError):  # whoever asked may have gone
                plainly(this, status, body, write, about)

        monkeypatch.setattr(handler, "_send", send)
        yield standing_in


@pytest.fixture
def tab(serve: Any, visit: Any, tmp_path: Path) -> Iterator[Callable[..., Tab]]:
    """Open the tab on a server of its own, whose models folder is given."""

    def open_it(theme: str = "light", width: int = 1280, **traits: Any) -> Tab:
        folder = tmp_path / "runs" / "models"
        folder.mkdir(parents=True, exist_ok=True)
        site = serve(runs=tmp_path / "runs", **traits)
        page = visit(site, theme, width)
        page.get_by_role("tab", name="Models", exact=True).click()
        page.wait_for_selector(".td-m-row")
        return Tab(page, site, folder)

    return open_it


def student(folder: Path, name: str = "mine") -> Path:
    return Path(shutil.copytree(DEMO / "student", folder / "runs" / "models" / name))


def test_every_model_is_listed_with_what_is_known(tab: Any, tmp_path: Path) -> None:
    student(tmp_path)
    seen = tab()
    row = seen.row("mine")
    expect(row).to_contain_text("Student")
    expect(row).to_contain_text("models folder")
    expect(row).to_contain_text("en, fr, nl, ru, es")
    expect(row).to_contain_text("9.2 M parameters")
    expect(row).to_contain_text("macro-F1 0.560 on its validation rows")
    for name in ("student", "student_before", "teacher", "translator"):
        called = f"{name.replace('_', ' ')} (embedded)"
        expect(seen.row(called)).to_contain_text("embedded")
    row.locator("summary", has_text="Details").click()
    details = row.locator(".td-m-details")
    expect(details).to_contain_text("exalt_emotion_train.tsv")
    expect(details).to_contain_text("python -m train")
    expect(details).to_contain_text("unpack it first")
    expect(details).to_contain_text("python -m train unpack")
    details.get_by_role("button", name="teacher (embedded)", exact=True).click()
    expect(seen.row("teacher (embedded)").locator("details[open] .td-m-details")).to_be_visible()


def test_a_model_is_loaded_and_unloaded_everywhere(tab: Any, visit: Any, tmp_path: Path) -> None:
    student(tmp_path)
    seen = tab()
    elsewhere = visit(seen.site)
    seen.site.engine.go.clear()
    seen.load("mine", "As further student")
    expect(seen.page.locator(".td-state")).to_contain_text("Loading mine as further student")
    expect(seen.page.locator("#td-header .td-models")).not_to_contain_text("mine")
    seen.site.engine.go.set()
    expect(seen.row("mine")).to_contain_text("loaded as student 2")
    for page in (seen.page, elsewhere):
        expect(page.locator("#td-header .td-models")).to_contain_text("mine")
    seen.page.get_by_role("button", name=re.compile("^Unload .*, Student 2")).click()
    expect(seen.page.locator('[data-part="said"]')).to_contain_text("Unloading mine.")
    expect(seen.row("mine")).not_to_contain_text("loaded as")
    expect(elsewhere.locator("#td-header .td-models")).not_to_contain_text("mine")


def test_a_failure_is_a_sentence_in_header_and_tab(tab: Any, tmp_path: Path) -> None:
    student(tmp_path, "unlucky")
    seen = tab()
    seen.load("unlucky", "As student")
    said = "the models stay as they were. The weights are of another size."
    expect(seen.page.locator("#td-header [role=alert]")).to_contain_text(said)
    expect(seen.page.locator('[data-part="loaded"]')).to_contain_text(said)
    expect(seen.page.locator("#td-header .td-models")).to_contain_text("demo student")


def test_deleting_asks_twice(tab: Any, tmp_path: Path) -> None:
    folder = student(tmp_path)
    seen = tab()
    row = seen.row("mine")
    delete = row.get_by_role("button", name="Delete mine", exact=True)
    delete.click()
    expect(row.get_by_role("button", name="Keep it")).to_be_focused()
    row.get_by_role("button", name="Delete it", exact=True).click()
    expect(row).to_contain_text("cannot be brought back")
    assert folder.is_dir()
    row.get_by_role("button", name="Keep it").click()
    expect(row.locator(".td-m-sure")).to_be_hidden()
    assert folder.is_dir()
    delete.click()
    row.get_by_role("button", name="Delete it", exact=True).click()
    row.get_by_role("button", name="Delete it for good").click()
    expect(row).to_have_count(0)
    expect(seen.page.locator('[data-part="said"]')).to_contain_text("mine was deleted.")
    assert not folder.exists() and list(seen.folder.iterdir()) == []


def test_a_refused_one_is_asked_about_once(tab: Any, tmp_path: Path) -> None:
    folder = student(tmp_path, "torn")
    (folder / "packed.safetensors.gz").unlink()
    (folder / "pytorch_model.bin").write_bytes(b"x")
    seen = tab()
    row = seen.row("torn")
    expect(row.locator(".td-m-why")).to_contain_text("pytorch_model.bin, which is not read")
    row.get_by_role("button", name="Delete torn", exact=True).click()
    expect(row).to_contain_text("It cannot be brought back.")
    row.get_by_role("button", name="Delete it for good").click()
    expect(row).to_have_count(0)
    assert not folder.exists()


def test_a_run_s_model_goes_by_its_name_and_back_to_the_embedded_ones(
    tab: Any, tmp_path: Path
) -> None:
    run = tmp_path / "runs" / "train" / "0001-full"
    shutil.copytree(DEMO / "student", run / "result" / "student")
    Asked("full", 1, name="My first").write(run)
    seen = tab()
    name = "My first · student (0001-full)"
    seen.row(name).locator(".td-menu > summary").click()
    expect(seen.row(name)).to_contain_text("not to teach one")
    seen.row(name).get_by_role("button", name="As student", exact=True).click()
    expect(seen.page.locator("#td-header .td-models")).to_contain_text(name)
    seen.page.get_by_role("button", name="Back to the embedded models").click()
    expect(seen.page.locator("#td-header .td-models")).to_contain_text("student (embedded)")
    expect(seen.page.get_by_role("button", name="Back to the embedded models")).to_have_count(0)


def test_badges_keep_their_height_when_the_roles_open(tab: Any, tmp_path: Path) -> None:
    student(tmp_path)
    seen = tab()
    badge = seen.row("mine").locator(".td-m-badge").first
    before = badge.bounding_box()["height"]
    seen.row("mine").locator(".td-menu > summary").click()
    expect(seen.row("mine").get_by_role("button", name="As teacher", exact=True)).to_be_visible()
    assert badge.bounding_box()["height"] == before


def test_what_must_stay_has_no_button(tab: Any, tmp_path: Path) -> None:
    student(tmp_path)
    seen = tab()
    expect(
        seen.row("teacher (embedded)").get_by_role("button", name=re.compile("^Delete"))
    ).to_have_count(0)
    seen.load("mine", "As student")
    expect(seen.row("mine")).to_contain_text("loaded as student")
    expect(seen.row("mine").get_by_role("button", name=re.compile("^Delete"))).to_have_count(0)


def test_broken_ones_stand_at_the_end_with_the_reason(tab: Any, tmp_path: Path) -> None:
    models = tmp_path / "runs" / "models"
    torn = student(tmp_path, "a-torn-one")
    packed = torn / "packed.safetensors.gz"
    packed.write_bytes(packed.read_bytes()[:-1000])
    foreign(models / "b-stars", ("1 star", "2 stars"))
    foreign(models / "c-code", auto_map={"AutoModel": "evil.Model"})
    foreign(models / "d-good")
    seen = tab()
    names = seen.page.locator(".td-m-row h3").all_text_contents()
    assert names.index("d-good") < min(names.index(n) for n in ("a-torn-one", "b-stars", "c-code"))
    for name, why in (
        ("a-torn-one", "half-written"),
        ("b-stars", "None of the model's labels"),
        ("c-code", "needs code that comes with it"),
    ):
        expect(seen.row(name).locator(".td-m-why")).to_contain_text(why)
        expect(seen.row(name).locator(".td-menu")).to_have_count(0)


def test_names_are_text(tab: Any, tmp_path: Path) -> None:
    name = "<img src=x onerror=alert(1)>"
    student(tmp_path, name)
    update_manifest(
        tmp_path / "runs" / "models" / name, licence="${alert(2)}<b>", command="</code><script>"
    )
    seen = tab()
    expect(seen.row(name)).to_be_visible()
    seen.row(name).locator("summary", has_text="Details").click()
    expect(seen.row(name).locator(".td-m-details")).to_contain_text("${alert(2)}<b>")


def test_a_filter_appears_with_many(tab: Any, tmp_path: Path) -> None:
    models = tmp_path / "runs" / "models"
    for number in range(10):
        foreign(models / f"good-{number}")
    seen = tab()
    filtering = seen.page.get_by_label("Filter by name")
    filtering.fill("good-3")
    expect(seen.page.locator(".td-m-row:visible")).to_have_count(1)
    expect(seen.page.locator('[data-role="count"]')).to_have_text("1 of 14 models")
    filtering.fill("embedded teacher")
    expect(seen.page.locator(".td-m-row:visible h3")).to_have_text("teacher (embedded)")
    filtering.fill("nothing at all")
    expect(seen.page.get_by_text("No model fits the filter.")).to_be_visible()


def test_few_models_need_no_filter(tab: Any, tmp_path: Path) -> None:
    student(tmp_path)
    seen = tab()
    expect(seen.page.get_by_label("Filter by name")).to_be_hidden()


def test_new_models_appear_by_themselves(tab: Any, tmp_path: Path) -> None:
    seen = tab()
    expect(seen.row("late")).to_have_count(0)
    foreign(seen.folder / "late")
    seen.page.get_by_role("tab", name="Compare", exact=True).click()
    seen.page.get_by_role("tab", name="Models", exact=True).click()
    expect(seen.row("late")).to_be_visible()


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 380)])
def test_access(tab: Any, axe: Any, tmp_path: Path, theme: str, width: int) -> None:
    student(tmp_path)
    foreign(tmp_path / "runs" / "models" / "stars", ("1 star", "2 stars"))
    seen = tab(theme, width)
    row = seen.row("mine")
    row.locator("summary", has_text="Details").click()
    expect(row.locator(".td-m-details")).to_be_visible()
    row.get_by_role("button", name="Delete mine").click()
    expect(row.get_by_role("button", name="Keep it")).to_be_focused()
    axe(seen.page)
    wide = seen.page.evaluate(WIDE)
    assert wide == [], wide


def test_the_hub_is_asked_in_words(tab: Any, tmp_path: Path) -> None:
    """Offline, as tests are: the sentence of core.hub, and no request leaves."""
    seen = tab()
    seen.page.get_by_label("Model id").fill("../../etc")
    seen.page.get_by_role("button", name="Look up").click()
    expect(seen.page.locator('[data-part="offer"]')).to_contain_text("is no model id")
    seen.page.get_by_label("Model id").fill("owner/name")
    seen.page.get_by_label("Model id").press("Enter")
    offer = seen.page.locator('[data-part="offer"]')
    expect(offer).to_contain_text("HF_HUB_OFFLINE is set")
    expect(offer).to_contain_text("Only models that are already here can be loaded.")
    expect(offer).not_to_contain_text("HF_HOME")


def test_a_model_comes_from_the_hub_is_called_off_and_taken_up_again(
    tab: Any, hub: Any, tmp_path: Path
) -> None:
    model = hub.add("someone/emotions", foreign(tmp_path / "served"))
    seen = tab()
    seen.page.get_by_label("Model id").fill("someone/emotions")
    seen.page.get_by_role("button", name="Look up").click()
    offer = seen.page.locator('[data-part="offer"]')
    expect(offer).to_contain_text(re.compile(r"1.KB would be downloaded\. .* are free on the disk"))
    assert sum(model.sizes.values()) < 1500
    offer.get_by_role("button", name="Download").click()
    downloads = seen.page.locator('[data-part="downloads"]')
    downloads.get_by_role("button", name="Cancel someone/emotions").click()
    expect(downloads).to_contain_text("was cancelled at")
    expect(downloads).to_contain_text("begins anew")
    hub.go.set()
    downloads.get_by_role("button", name="Go on with someone/emotions").click()
    expect(downloads).to_contain_text("someone/emotions is here")
    expect(seen.row("someone/emotions")).to_contain_text("hub's cache")
    seen.load("someone/emotions", "As teacher")
    expect(seen.row("someone/emotions")).to_contain_text("loaded as teacher")


def test_answers_say_whose_they_are_and_when_others_were_loaded(tab: Any, tmp_path: Path) -> None:
    student(tmp_path)
    seen = tab()
    compare = seen.page.get_by_role("tab", name="Compare", exact=True)
    compare.click()
    seen.page.locator("#td-box textarea").fill("quelle joie")
    seen.page.locator("#td-compare").click()
    expect(seen.page.locator(".td-answered")).to_contain_text("Student demo student")
    stale = seen.page.locator('[data-role="stale"]')
    expect(stale).to_be_hidden()
    seen.page.get_by_role("tab", name="Models", exact=True).click()
    seen.load("mine", "As student")
    expect(seen.row("mine")).to_contain_text("loaded as student")
    compare.click()
    expect(stale).to_be_visible()
    seen.page.locator("#td-compare").click()
    expect(seen.page.locator(".td-answered")).to_contain_text("Student mine")
    expect(stale).to_be_hidden()

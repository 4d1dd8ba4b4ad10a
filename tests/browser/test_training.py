"""A run begun from the Train tab as a person does it, in a real browser; runs are light ones."""

import shlex
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from core.data import read_emotions
from train import options
from train.jobs.records import ENDED
from train.recipes import RECIPES

HEAD = "ID\tTexts\tLabels\n"
ROWS = "".join(f"{n}\tthis is tweet {n}\t{'Joy' if n % 2 else 'Anger'}\n" for n in range(40))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    (folder / "tweets.tsv").write_text(HEAD + ROWS)
    (folder / "bad.tsv").write_text(HEAD + "1\tgood\tJoy\n2\tragged\n3\tfine\tFear\n")
    return folder


@pytest.fixture(scope="module")
def place(serve: Callable[..., Any], data: Path) -> Iterator[Any]:
    site = serve(data=(data,))
    yield site
    clean(site)


@pytest.fixture(autouse=True)
def quiet(place: Any) -> Iterator[None]:
    """Each test leaves an empty queue."""
    yield
    clean(place)


def clean(site: Any) -> None:
    queue = site.training.queue
    for job in queue.jobs():
        if job.state not in ENDED:
            queue.stop(job.id)
    end = time.monotonic() + 30
    while any(job.state not in ENDED for job in queue.jobs()) and time.monotonic() < end:
        time.sleep(0.1)
    for job in queue.jobs():
        queue.remove(job.id)


def opened(visit: Any, site: Any, theme: str = "light", width: int = 1280, **more: Any) -> Any:
    page = visit(site, theme, width, **more)
    page.get_by_role("tab", name="Train", exact=True).click()
    page.wait_for_selector(".td-n-cards")
    return page


def choose(page: Any, card: str = "Full pipeline") -> Any:
    page.locator(".td-n-card", has=page.get_by_text(card, exact=True)).get_by_role("radio").check()
    page.wait_for_selector(".td-n-step[data-step='start']")
    return page


def field(page: Any, name: str) -> Any:
    return page.locator(f'.td-n [data-field="{name}"]')


def send(page: Any, name: str, content: str, file: str = "mine.csv") -> None:
    given = {"name": file, "mimeType": "text/plain", "buffer": content.encode()}
    field(page, name).locator('input[type="file"]').set_input_files(given)


def take(page: Any, name: str, file: Path) -> None:
    """Choose a file of an opened folder by its name."""
    field(page, name).locator('[data-role="known"]').select_option(value=str(file))
    expect(field(page, name).locator(".td-n-chosen .td-n-checked").last).to_be_visible()


def press(page: Any, name: str) -> None:
    page.locator(".td-n-new").get_by_role("button", name=name, exact=True).click()


def newest(site: Any) -> Any:
    jobs = site.training.queue.jobs()
    return jobs[0] if jobs else None


def config_of(job: Any) -> Any:
    """What was queued, by its command: a light run keeps a config of its own in the folder."""
    words = shlex.split(job.command)[4:]
    return options.parse(RECIPES[job.recipe].config_class, None, words, complete=False)


def unfold(page: Any) -> None:
    page.evaluate("document.querySelectorAll('.td-n-new details').forEach(d => { d.open = true; })")


def narrow(page: Any) -> None:
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    wide = page.evaluate(
        "[...document.querySelectorAll('.td-n-new *')].filter(e => "
        "e.getBoundingClientRect().right > innerWidth + 1 && e.getClientRects().length && "
        "!e.closest('.td-sr, .td-f-scroll')).map(e => e.outerHTML.slice(0, 160))"
    )
    assert wide == []


def test_from_a_file_of_ones_own_to_a_run(visit: Any, place: Any, data: Path) -> None:
    """A CSV with labels of its own: uploaded, told, checked, counted, started, seen."""
    page = choose(opened(visit, place))
    assert page.locator(".td-n-card strong").all_inner_texts()[0] == "Full pipeline"
    expect(page.locator(".td-n-card").first).to_contain_text(RECIPES["full"].summary)
    rows = "".join(f"this is tweet {n},{'happy' if n % 2 else 'Anger'}\n" for n in range(40))
    send(page, "data", "tweet,emotion\n" + rows)
    labels = field(page, "data").locator("select[data-cell]")
    expect(labels).to_have_count(1)
    labels.select_option("Joy")
    press(page, "Use these labels")
    seen = field(page, "data").locator(".td-n-chosen")
    expect(seen).to_contain_text("mine.csv can be used: 40 rows.")
    expect(seen).to_contain_text("Joy")
    expect(seen).to_contain_text("English")
    chosen = field(page, "unlabelled").locator('[data-role="known"]')
    chosen.select_option(label="mine.csv")  # the same file serves twice
    expect(field(page, "unlabelled").locator(".td-n-fine")).to_be_visible()
    page.get_by_label("Name of the run").fill("long")
    page.get_by_label("Try on so many rows").fill("20")
    page.get_by_label("Try on so many rows").blur()
    page.get_by_text("The same from a shell").click()
    command = page.locator('[data-role="new-command"]')
    expect(command).to_contain_text("limit_rows=20")
    line = command.inner_text()
    press(page, "Start")
    expect(page.locator('[data-role="run-title"]')).to_contain_text("long")
    expect(page.locator(".td-n-new")).not_to_have_attribute("open", "")
    expect(page.locator('[data-part="runs"]')).to_contain_text("long")
    job = newest(place)
    config = config_of(job)
    assert (job.recipe, job.name, config.limit_rows) == ("full", "long", 20)
    rows_read = read_emotions(config.data, labelled=True)
    assert {row.label for row in rows_read} == {"Joy", "Anger"} and len(rows_read) == 40
    typed = options.parse(type(config), None, shlex.split(line)[4:])
    differs = {
        row.name for row in options.describe(type(config))
        if getattr(typed, row.name) != getattr(config, row.name)
    }  # fmt: skip
    assert differs <= {"output"}, "what is typed does the same"


def test_several_files_at_once(visit: Any, place: Any) -> None:
    """Each in its turn: one that asks holds up the next, one that is no file is told last."""
    page = choose(opened(visit, place))
    plain = "Texts\n" + "je suis content\n" * 12
    given = [
        ("one.tsv", plain), ("torn.tsv", ""), ("two.csv", "a,b\nje suis la,oui oui\n" * 6),
        ("three.tsv", plain),
    ]  # fmt: skip
    where = field(page, "unlabelled")
    where.locator('input[type="file"]').set_input_files(
        [{"name": n, "mimeType": "text/plain", "buffer": text.encode()} for n, text in given]
    )
    form = where.locator('[data-role="ask"] form')
    expect(form).to_be_visible()
    expect(where.locator(".td-n-chosen li")).to_have_count(1)
    press(page, "Check")
    expect(page.locator(".td-n-problems")).to_contain_text("Choose the columns first.")
    form.locator('select[name="text"]').select_option(index=1)
    form.get_by_role("button").click()
    expect(where.locator(".td-n-chosen li")).to_have_count(3)
    names = where.locator(".td-n-chosen li .td-n-row strong").all_inner_texts()
    assert names == ["one.tsv", "two.csv", "three.tsv"]
    expect(where.locator('[data-role="ask"]')).to_contain_text("torn.tsv")


def test_a_file_that_asks_for_columns(visit: Any, place: Any) -> None:
    page = choose(opened(visit, place), "Split")
    send(page, "data", "a,b\nsome good words,Joy\nsome bad words,Anger\n")
    where = field(page, "data")
    form = where.locator('[data-role="ask"] form')
    expect(form).to_contain_text("Label")
    assert "Gold" not in form.inner_text()
    press(page, "Start")
    expect(where.locator('[data-role="problem"]')).to_contain_text("Choose the columns first")
    expect(page.locator(".td-n-problems")).not_to_contain_text("must be given")
    press(page, "Do without this file")
    expect(form).to_have_count(0)
    press(page, "Start")
    expect(page.locator(".td-n-problems")).to_contain_text("must be given")
    assert newest(place) is None


def test_every_problem_is_listed_together_and_nothing_starts(
    visit: Any, place: Any, data: Path
) -> None:
    page = choose(opened(visit, place))
    take(page, "unlabelled", data / "tweets.tsv")
    field(page, "batch_size").locator("input").fill("0")
    field(page, "distil_epochs").locator("input").fill("many")
    press(page, "Start")
    problems = page.locator(".td-n-problems")
    expect(problems).to_contain_text("3 things to mend")
    expect(problems.locator("li")).to_have_count(3)
    for name in ("batch_size", "distil_epochs", "data"):
        expect(field(page, name).locator('[data-role="problem"]')).to_be_visible()
    expect(field(page, "distil_epochs")).to_contain_text("Must be a number, not 'many'.")
    expect(field(page, "batch_size").locator("input")).to_have_attribute("aria-invalid", "true")
    assert newest(place) is None
    problems.get_by_role("link", name="Batch size").click()
    expect(field(page, "batch_size").locator("input")).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("8")
    page.keyboard.press("Tab")
    expect(field(page, "batch_size").locator('[data-role="problem"]')).to_be_hidden()
    expect(problems).to_contain_text("2 things to mend")  # what was mended is told no longer


def test_a_bad_file_is_told_by_line_and_mended(visit: Any, place: Any, data: Path) -> None:
    page = choose(opened(visit, place), "Split")
    take(page, "data", data / "bad.tsv")
    expect(field(page, "data").locator(".td-n-refused")).to_be_visible()
    press(page, "Start")
    expect(page.locator(".td-n-problems")).to_contain_text("line 3")
    assert newest(place) is None
    field(page, "data").get_by_text("Problems, by line").click()
    expect(field(page, "data").locator(".td-n-lines")).to_contain_text("Line 3")
    press(page, "Leave these rows out")
    expect(field(page, "data").locator(".td-n-fine")).to_contain_text("2 rows")
    page.get_by_label("Name of the run").fill("long")
    press(page, "Start")
    expect(page.locator('[data-role="run-title"]')).to_be_visible()
    assert len(read_emotions(config_of(newest(place)).data, labelled=True)) == 2


@pytest.mark.parametrize("path", ["/etc/passwd", "../../etc/passwd", "~/x", "/dev/zero"])
def test_a_hostile_path_gets_nowhere(visit: Any, place: Any, path: str) -> None:
    page = choose(opened(visit, place), "Split")
    where = field(page, "data")
    where.get_by_text("Path of a file on the server").click()
    where.locator('[data-role="typed"]').fill(path)
    page.keyboard.press("Enter")
    expect(where.locator('[data-role="ask"]')).to_contain_text("not open here")
    expect(where.locator(".td-n-chosen li")).to_have_count(0)


def test_what_a_file_is_called_runs_as_text(visit: Any, place: Any) -> None:
    page = choose(opened(visit, place), "Split")
    send(page, "data", HEAD + ROWS, "<img src=x onerror=alert(1)>${alert(2)}.tsv")
    expect(field(page, "data").locator(".td-n-fine")).to_be_visible()
    expect(field(page, "data").locator(".td-n-chosen strong").first).to_contain_text("<img")
    assert page.locator(".td-n-new img").count() == 0


def test_a_preset_is_saved_chosen_again_and_deleted(visit: Any, place: Any) -> None:
    page = choose(opened(visit, place), "Teacher")
    rate = field(page, "learning_rate").locator("input")
    expect(rate).to_have_value("0.0002")
    expect(field(page, "learning_rate")).to_contain_text("paper 5e-06")
    field(page, "epochs").locator("input").fill("9")
    page.get_by_text("Save as…").click()
    page.get_by_label("Name of the preset").fill("nine passes")
    press(page, "Save")
    expect(page.locator('[data-part="new-said"]')).to_contain_text("Saved as nine passes")
    page.locator('[data-role="preset"]').select_option("paper")
    expect(field(page, "epochs").locator("input")).to_have_value("20")
    expect(field(page, "model")).to_contain_text("roberta-large")
    page.locator('[data-role="preset"]').select_option("nine passes")
    expect(field(page, "epochs").locator("input")).to_have_value("9")
    expect(rate).to_have_value("0.0002")
    press(page, "Delete this preset")
    expect(page.locator('[data-part="new-said"]')).to_contain_text("was deleted")
    expect(field(page, "epochs").locator("input")).to_have_value("3")


def test_a_half_filled_form_survives_a_reload(visit: Any, place: Any, data: Path) -> None:
    page = choose(opened(visit, place))
    take(page, "data", data / "tweets.tsv")
    field(page, "student_epochs").locator("input").fill("2")
    page.get_by_label("Name of the run").fill("half filled")
    field(page, "pooling").locator("select").select_option("mean")
    page.get_by_text("More options").click()
    field(page, "licence").locator("input").fill("hf_" + "a" * 30)
    page.get_by_label("Name of the run").focus()
    kept = page.evaluate("localStorage.getItem('tandem.train')")
    assert "half filled" in kept and "hf_" not in kept, "what looks like a key is not stored"
    page.reload()
    page.get_by_role("tab", name="Train", exact=True).click()
    expect(page.get_by_role("radio", name="Full pipeline")).to_be_checked()
    expect(field(page, "student_epochs").locator("input")).to_have_value("2")
    expect(field(page, "pooling").locator("select")).to_have_value("mean")
    expect(page.get_by_label("Name of the run")).to_have_value("half filled")
    expect(field(page, "data").locator(".td-n-chosen")).to_contain_text("tweets.tsv")
    expect(field(page, "data").locator(".td-n-fine")).to_be_visible()
    press(page, "Start over")
    page.reload()
    page.get_by_role("tab", name="Train", exact=True).click()
    expect(page.get_by_role("radio", name="Full pipeline")).not_to_be_checked()


def test_a_form_of_an_older_server_is_drawn_as_far_as_it_fits(visit: Any, place: Any) -> None:
    page = opened(visit, place)
    page.evaluate(
        "localStorage.setItem('tandem.train', JSON.stringify({recipe: 'teacher', preset: 'gone', "
        "values: {nope: 'x', epochs: '4'}, name: ''}))"
    )
    page.reload()
    page.get_by_role("tab", name="Train", exact=True).click()
    expect(field(page, "epochs").locator("input")).to_have_value("3")
    page.evaluate("localStorage.setItem('tandem.train', '{\"recipe\": 3, broken')")
    page.reload()
    page.get_by_role("tab", name="Train", exact=True).click()
    expect(page.locator(".td-n-cards")).to_be_visible()
    expect(page.locator(".td-n-step[data-step='start']")).to_have_count(0)


def test_models_are_offered_by_name_and_removed(visit: Any, place: Any) -> None:
    page = choose(opened(visit, place), "Evaluation")
    models = field(page, "models")
    expect(models.locator(".td-n-chosen li")).to_have_count(2)
    expect(models).to_contain_text("Embedded student before refinement")
    models.get_by_role("button", name="Remove Embedded student", exact=True).click()
    expect(models.locator(".td-n-chosen li")).to_have_count(1)
    models.locator('[data-role="known"]').select_option(label="Embedded teacher")
    expect(models.locator(".td-n-chosen")).to_contain_text("Embedded teacher")
    expect(models.locator(".td-n-chosen li")).to_have_count(2)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_of_ours(
    visit: Any, place: Any, data: Path, theme: str, axe: Any
) -> None:
    page = choose(opened(visit, place, theme))
    take(page, "data", data / "tweets.tsv")
    take(page, "unlabelled", data / "bad.tsv")
    field(page, "batch_size").locator("input").fill("0")
    press(page, "Start")
    expect(page.locator(".td-n-problems")).to_be_visible()
    unfold(page)
    axe(page)


@pytest.mark.parametrize("theme", ["dark"])  # widths are the same in both
def test_nothing_is_cut_off_on_a_narrow_screen(
    visit: Any, place: Any, data: Path, theme: str
) -> None:
    page = opened(visit, place, theme, 380)
    narrow(page)
    choose(page)
    take(page, "data", data / "tweets.tsv")
    send(
        page,
        "unlabelled",
        "x,y\nsome words,Joy\nmore words,Fear\n",
        "a-very-long-name" * 8 + ".csv",
    )
    expect(field(page, "unlabelled").locator("form")).to_be_visible()
    press(page, "Start")
    expect(page.locator(".td-n-problems")).to_be_visible()
    unfold(page)
    narrow(page)


def test_the_whole_form_is_filled_with_keys_alone(visit: Any, place: Any, data: Path) -> None:
    page = opened(visit, place)
    page.get_by_role("radio", name="Full pipeline").focus()
    for _ in range(6):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="Split")).to_be_checked()
    page.wait_for_selector(".td-n-step[data-step='start']")
    expect(page.locator('[data-part="new"]')).not_to_have_attribute("aria-busy", "true")
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        label = page.evaluate(
            "(e => e.dataset.n || e.dataset.role || e.tagName)(document.activeElement)"
        )
        reached.add(label)
        if label == "typed" and page.evaluate("document.activeElement.tagName") == "INPUT":
            break
        inside = page.evaluate(
            "document.activeElement.closest('[data-field]')?.dataset.field || ''"
        )
        if inside == "data" and label == "SUMMARY":
            page.keyboard.press("Enter")
    page.keyboard.type(str(data / "tweets.tsv"))
    page.keyboard.press("Enter")
    expect(field(page, "data").locator(".td-n-fine")).to_be_visible()
    assert {"known", "upload", "typed"} <= reached
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.n") == "start":
            break
    page.keyboard.press("Enter")
    expect(page.locator('[data-role="run-title"]')).to_be_visible()
    assert newest(place).recipe == "split"


def test_one_person_does_not_see_anothers_files_or_presets(
    serve: Callable[..., Any], data: Path
) -> None:
    """Whose an upload is, is asked of the login alone."""
    site = serve(logins={"ada": "a", "grace": "g"}, data=(data,))
    kept = site.training.uploads.new("ada", "private.tsv")
    kept.file.write_text(HEAD + ROWS)
    from dashboard.tabs.training_questions import Questions

    asked = Questions(site.training)
    form = {"recipe": "split", "preset": "", "values": {}}
    assert "private.tsv" in asked.t_form(form, "ada")["html"]
    assert "private.tsv" not in asked.t_form(form, "grace")["html"]

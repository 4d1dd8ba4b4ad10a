"""The Batch tab as a person uses it: from a file to its results, in a real browser."""

import csv
import io
import json
import re
import zipfile

import pytest
from playwright.sync_api import expect

from core.labels import LABELS
from dashboard.batch.services import Limits

HEAD = "ID\tTexts\tLabels\n"
ROWS = [
    ("the happy bus is here", "Joy"), ("i am furious about the bus", "Anger"),
    ("je suis triste ce soir", "Sadness"), ("que alegría por la playa", "Joy"),
    ("ik ben bang in het bos", "Fear"), ("мне так грустно", "Sadness"),
    ("i love my bus", "Love"), ("the bus is late", "Neutral"),
]  # fmt: skip
EXALT = HEAD + "".join(f"{n}\t{text}\t{label}\n" for n, (text, label) in enumerate(ROWS, start=1))


def opened(visit, site, theme="light", width=1280):
    """The page with the Batch tab open."""
    page = visit(site, theme, width)
    page.get_by_role("tab", name="Batch", exact=True).click()
    page.wait_for_selector("#td-f-file")
    return page


def send(page, content, name="dev.tsv"):
    """Choose a file."""
    data = content if isinstance(content, bytes) else content.encode()
    page.set_input_files("#td-f-file", {"name": name, "mimeType": "text/plain", "buffer": data})


def said(page):
    """Where the tab answers."""
    return page.locator('#td-batch [data-part="said"]')


def step(page):
    return page.locator('#td-batch [data-part="step"]')


def start(page):
    """Press Start once the file was checked."""
    page.get_by_role("button", name="Start", exact=True).click()


def finished(page):
    """Wait for the results."""
    expect(page.locator("#td-f-browser")).to_be_visible()
    return page


def evaluated(visit, site, content=EXALT, **more):
    """The page with the results of a file."""
    page = opened(visit, site, **more)
    send(page, content)
    start(page)
    return finished(page)


def shown(page):
    """The texts in the browser's rows."""
    return page.locator(".td-f-rows .td-f-tweet > div:first-child").all_inner_texts()


def count(page, sentence):
    expect(page.locator('[data-role="count"]')).to_have_text(sentence)


def download(page, name):
    """The bytes of a file of the Download menu."""
    page.get_by_text("Download", exact=True).click()
    with page.expect_download() as started:
        page.get_by_role("button", name=name, exact=True).click()
    with open(started.value.path(), "rb") as file:
        return started.value.suggested_filename, file.read()


def asked(site):
    """The newest plan that the engine was asked."""
    return [call[1] for call in site.engine.calls if call[0] == "evaluate"][-1]


def narrow(page):
    """Nothing is wider than the screen."""
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    wide = page.evaluate(
        "[...document.querySelectorAll('#td-batch *')].filter(e => "
        "e.getBoundingClientRect().right > innerWidth + 1 && e.getClientRects().length && "
        "!e.closest('.td-sr, .td-f-scroll')).map(e => e.outerHTML.slice(0, 160))"
    )
    assert wide == []


def test_an_empty_tab_says_what_to_do_and_an_example_is_a_click_away(visit, site, axe):
    page = opened(visit, site, "dark", 380)
    narrow(page)
    expect(page.locator("#td-batch")).to_contain_text("No file yet")
    expect(page.locator("#td-f-forms")).to_contain_text("Up to 50\u00a0MB and 1,000,000 rows")
    page.get_by_role("button", name="40 tweets with emotions", exact=True).click()
    expect(step(page)).to_contain_text("40 rows can be used")
    tally = page.locator(".td-f-tally div").all_inner_texts()
    assert [line.split() for line in tally] == [
        ["Love", "5"], ["Joy", "9"], ["Anger", "8"], ["Fear", "7"], ["Sadness", "6"],
        ["Neutral", "5"],
    ]  # fmt: skip
    expect(step(page)).to_contain_text("No problems found")
    for name in ("Student", "Teacher on translations", "Ensemble, mean"):
        expect(page.locator(".td-f-choice", has_text=name).first).to_be_visible()
    page.get_by_role("button", name="Another file", exact=True).click()
    expect(page.locator("#td-batch")).to_contain_text("No file yet")
    page.get_by_role("button", name="12 tweets with trigger words", exact=True).click()
    expect(step(page)).to_contain_text("Gold trigger words in 12 rows")
    expect(page.get_by_text("Explanation methods", exact=True)).to_be_visible()
    expect(page.locator('[name="words"]')).to_be_checked()
    narrow(page)
    axe(page)


def test_an_exalt_file_goes_from_upload_to_scores_rows_and_files(visit, site):
    page = evaluated(visit, site)
    plan = asked(site)
    assert plan.systems == ("student", "student_before", "teacher") and plan.name == "dev.tsv"
    assert (plan.layout.text, plan.layout.gold, plan.layout.id) == ("Texts", "Labels", "ID")
    expect(page.locator("#td-b-headline")).to_contain_text("Student before refinement")
    count(page, "Rows 1 to 8 of 8")
    assert shown(page) == [text for text, _ in ROWS]

    name, data = download(page, "Predictions, CSV")
    rows = list(csv.DictReader(io.StringIO(data.decode())))
    assert name == "dev-predictions.csv" and [row["text"] for row in rows] == [t for t, _ in ROWS]
    assert all(row[system] in LABELS for row in rows for system in plan.systems)
    name, data = download(page, "Metrics, JSON")
    metrics = json.loads(data)
    right = sum(row["student"] == row["gold"] for row in rows)
    assert name == "dev-metrics.json"
    assert metrics["systems"]["student"]["accuracy"] == pytest.approx(right / len(rows))
    name, data = download(page, "Report, HTML")
    assert name == "dev-report.html" and b"plotly" in data and b"the happy bus" in data
    for kind, ending, start in (
        ("Predictions, JSONL", "predictions.jsonl", b"{"),
        ("Predictions, Parquet", "predictions.parquet", b"PAR1"),
        ("Predictions, CSV for spreadsheets", "predictions.spreadsheet.csv", b"\xef\xbb\xbf"),
    ):
        name, data = download(page, kind)
        assert name == f"dev-{ending}" and data.startswith(start)


def test_a_file_with_other_columns_is_asked_about(visit, site, axe):
    page = opened(visit, site)
    lines = "\n".join(f"{label.lower()};{text};en" for text, label in ROWS)
    send(page, f"feeling;words;tongue\n{lines}\n", "mine.csv")
    expect(step(page)).to_contain_text("Say which column holds what")
    page.get_by_role("button", name="Check the file", exact=True).click()
    expect(said(page)).to_contain_text("Choose the column that holds the texts.")
    page.locator('[name="text"]').select_option("words")
    page.locator('[name="gold"]').select_option("feeling")
    page.locator('form [name="language"]').select_option("column:tongue")
    page.get_by_role("button", name="Check the file", exact=True).click()
    expect(page.get_by_role("heading", name="Labels outside the six", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_disabled()
    expect(step(page)).to_contain_text("0 rows can be used · 8 wait for their labels below")
    page.get_by_text("Columns:").click()
    axe(page)
    page.locator("[data-cell]").first.select_option("")
    page.get_by_role("button", name="Use these labels", exact=True).click()
    expect(said(page)).to_contain_text("Say what each label stands for, or leave it out.")
    for cell, choice in (("joy", "Joy"), ("love", "Love"), ("neutral", "-")):
        page.locator(f"[data-cell='{json.dumps(cell)}']").select_option(choice)
    page.get_by_role("button", name="Use these labels", exact=True).click()
    expect(step(page)).to_contain_text("7 rows can be used · 1 left out")
    expect(step(page)).to_contain_text("neutral → leave out")
    expect(page.locator(".td-f-tallies").nth(1)).to_contain_text("English")
    start(page)
    finished(page)
    plan = asked(site)
    assert dict(plan.layout.labels) == {
        "joy": "Joy", "love": "Love", "neutral": "", "anger": "Anger", "sadness": "Sadness",
        "fear": "Fear",
    }  # fmt: skip
    assert (plan.layout.delimiter, plan.layout.language, plan.layout.kind) == (
        ";", "tongue", "emotions",
    )  # fmt: skip


def test_a_file_that_is_not_utf8_is_read_in_the_encoding_that_looks_right(visit, site):
    page = opened(visit, site)
    send(page, (HEAD + "1\tмне так грустно сегодня\tSadness\n").encode("cp1251"), "русский.tsv")
    expect(step(page)).to_contain_text("Which of these reads right?")
    page.get_by_role("button", name="Read with this encoding", exact=True).click()
    expect(said(page)).to_contain_text("Choose the encoding first.")
    sample = page.locator(".td-f-encoding", has_text="мне так грустно сегодня")
    sample.locator("input").check()
    page.get_by_role("button", name="Read with this encoding", exact=True).click()
    expect(step(page)).to_contain_text("1 row can be used")
    start(page)
    finished(page)
    assert asked(site).layout.encoding == "cp1251"
    assert shown(page) == ["мне так грустно сегодня"]


def test_problems_are_named_by_line_and_column_and_good_rows_go_on(visit, site):
    page = opened(visit, site)
    send(page, HEAD + "1\tone bus\tJoy\n2\t\tJoy\n1\tanother bus\tAnger\n4\tx\tJoy\textra\n")
    expect(step(page)).to_contain_text("2 rows can be used · 2 left out")
    page.get_by_text("Problems: 3", exact=True).click()
    lines = page.locator('[data-key="problems"] tbody tr')
    expect(lines).to_have_count(3)
    expect(lines.nth(0)).to_contain_text(re.compile("^3\\s*Texts"))
    expect(lines.nth(1)).to_contain_text("the ID “1” came before")
    expect(lines.nth(1)).to_contain_text("used")
    expect(lines.nth(2)).to_contain_text("left out")
    start(page)
    finished(page)
    count(page, "Rows 1 to 2 of 2")


def test_what_cannot_be_read_is_refused_in_a_sentence(visit, site):
    page = opened(visit, site)
    for content, name, sentence in (
        (b"", "empty.tsv", "empty.tsv is empty."),
        (b"%PDF-1.7\nwhatever", "dev.csv", "dev.csv is a PDF, not a table."),
        (b"ID\tTexts\n", "head.tsv", "head.tsv has a header but no rows."),
        (b"\x89PNG\r\n\x1a\n", "<img src=x onerror=alert(1)>.tsv", "is a picture (PNG)"),
    ):
        send(page, content, name)
        expect(said(page).locator(".td-problem")).to_contain_text(sentence)
        expect(step(page)).to_be_empty()
    assert page.locator("#td-batch img").count() == 0
    page.get_by_role("button", name="40 tweets with emotions", exact=True).click()
    expect(step(page)).to_contain_text("40 rows can be used")


def test_files_beyond_the_limits_are_refused(visit, serve):
    site = serve(limits=Limits(bytes=1_000_000, rows=5))
    page = opened(visit, site)
    send(page, EXALT)
    expect(step(page)).to_contain_text("The file has more than 5 rows.")
    expect(page.get_by_role("button", name="Start", exact=True)).to_have_count(0)
    send(page, b"x" * 1_000_001, "large.tsv")
    expect(said(page)).to_contain_text("large.tsv is larger than 1\u00a0MB.")


def test_stop_keeps_what_is_done_and_continue_goes_on(visit, held):
    held.engine.hold = 12
    page = opened(visit, held)
    send(page, EXALT + "".join(f"{n}\tthe bus {n}\tNeutral\n" for n in range(9, 31)))
    start(page)
    expect(page.locator(".td-f-progress")).to_contain_text("12 of 30 rows")
    expect(page.locator(".td-f-progress")).to_contain_text(re.compile("0.1 a second · .* left"))
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(step(page)).to_contain_text("Stopped after 12 rows")
    finished(page)
    count(page, "Rows 1 to 12 of 12")
    before = [call for call in held.engine.calls if call[0] == "evaluate"]
    page.get_by_role("button", name="Continue", exact=True).click()
    expect(page.locator(".td-f-progress")).to_contain_text("24 of 30 rows")
    held.engine.hold = None
    finished(page)
    count(page, "Rows 1 to 25 of 30")
    after = [call for call in held.engine.calls if call[0] == "evaluate"]
    assert len(after) == len(before) + 1 and after[-1] == before[-1]
    _, data = download(page, "Predictions, CSV")
    ids = [row["id"] for row in csv.DictReader(io.StringIO(data.decode()))]
    assert ids == [str(n) for n in range(1, 31)], "nothing lost, nothing twice"


def test_a_second_press_is_none_and_a_run_is_left_only_when_asked(visit, held):
    held.engine.hold = 12
    page = opened(visit, held)
    send(page, EXALT + "".join(f"{n}\tthe bus {n}\tNeutral\n" for n in range(9, 61)))
    page.get_by_role("button", name="Start", exact=True).dblclick()
    progress = page.locator(".td-f-progress")
    expect(progress).to_contain_text("12 of 60 rows")
    expect(said(page)).to_be_empty()
    page.evaluate("window.confirm = () => false")
    example = page.get_by_role("button", name="40 tweets with emotions", exact=True)
    example.click()
    expect(progress).to_be_visible()
    page.evaluate("window.confirm = () => true")
    example.click()
    expect(step(page)).to_contain_text("40 rows can be used")
    start(page)
    expect(said(page)).to_contain_text("A run of yours is under way.")
    page.get_by_role("button", name="Show that run", exact=True).click()
    expect(progress).to_contain_text("12 of 60 rows")
    expect(said(page)).to_be_empty()
    page.get_by_role("button", name="Stop", exact=True).click()
    finished(page)
    page.get_by_role("button", name="Continue", exact=True).dblclick()
    expect(progress).to_contain_text("24 of 60 rows")
    expect(said(page)).to_be_empty()
    page.get_by_role("button", name="Stop", exact=True).click()
    finished(page)


def test_a_reload_in_the_middle_shows_the_run_and_then_its_results(visit, held):
    held.engine.hold = 3
    page = opened(visit, held)
    send(page, EXALT)
    start(page)
    expect(page.locator(".td-f-progress")).to_contain_text("3 of 8 rows")
    page.reload()
    page.get_by_role("tab", name="Batch", exact=True).click()
    expect(page.locator(".td-f-progress")).to_contain_text("3 of 8 rows")
    page.context.set_offline(True)
    expect(said(page)).to_contain_text("The server did not answer.")
    page.context.set_offline(False)
    held.engine.hold = None
    finished(page)
    expect(said(page)).to_be_empty()
    page.reload()
    page.get_by_role("tab", name="Batch", exact=True).click()
    finished(page)
    count(page, "Rows 1 to 8 of 8")


def test_a_server_that_was_killed_says_so_and_goes_on(visit, serve, tmp_path):
    site = serve(runs=tmp_path)
    page = evaluated(visit, site)
    token = page.evaluate("localStorage.getItem('tandem.batch')")
    kept = site.batch.store.find(token, "")
    # As a killed server leaves it: the record says running, and nobody holds the folder.
    kept.write("run", {**kept.read("run"), "state": "running"})
    rows = (kept.results / "rows.jsonl").read_text().splitlines(keepends=True)
    (kept.results / "rows.jsonl").write_text("".join(rows[:3]))
    for name in ("predictions.parquet", "metrics.json"):
        (kept.results / name).unlink()
    again = serve(runs=tmp_path)
    other = visit(again)
    other.evaluate("token => localStorage.setItem('tandem.batch', token)", token)
    other.reload()
    other.get_by_role("tab", name="Batch", exact=True).click()
    expect(step(other)).to_contain_text("The server ended in the middle of this run.")
    other.get_by_role("button", name="Continue", exact=True).click()
    finished(other)
    count(other, "Rows 1 to 8 of 8")
    assert asked(again) == asked(site)


def test_a_run_that_fails_says_so_without_its_secrets(visit, site):
    page = opened(visit, site)
    send(page, EXALT, "defect.tsv")
    start(page)
    expect(step(page).locator(".td-problem")).to_contain_text("went wrong on our side")
    assert "secret detail" not in page.content() and "Traceback" not in page.content()
    page.get_by_role("button", name="Start over", exact=True).click()
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible()


def test_other_systems_are_chosen_for_the_same_file_and_it_can_be_deleted(visit, site):
    page = evaluated(visit, site)
    page.get_by_role("button", name="Other systems or columns", exact=True).click()
    for name in ("student", "student_before", "teacher"):
        page.locator(f'[name="system"][value="{name}"]').uncheck()
    start(page)
    expect(said(page)).to_contain_text("Choose at least one model.")
    page.locator('[name="system"][value="ensemble_vote"]').check()
    page.locator('[name="system"][value="student"]').check()
    start(page)
    finished(page)
    assert asked(site).systems == ("student", "ensemble_vote")
    assert asked(site).members == ("student", "student_before")
    heads = page.locator(".td-f-rows thead th").all_inner_texts()
    assert heads[-3:] == ["Student", "Ensemble, vote", "w̄"]
    token = page.evaluate("localStorage.getItem('tandem.batch')")
    page.get_by_role("button", name="Other systems or columns", exact=True).click()
    expect(page.locator("#td-f-browser")).to_have_count(0)
    page.get_by_role("button", name="Back to the results", exact=True).click()
    finished(page)
    delete = page.get_by_role("button", name="Delete file and results", exact=True)
    page.evaluate("window.confirm = () => false")
    delete.click()
    expect(said(page)).to_be_empty()
    assert (site.batch.store.folder / token).is_dir()
    page.evaluate("window.confirm = () => true")
    delete.click()
    expect(said(page)).to_contain_text("were deleted from the server")
    expect(page.locator("#td-batch")).to_contain_text("No file yet")
    assert not (site.batch.store.folder / token).exists()
    assert page.evaluate("localStorage.getItem('tandem.batch')") is None


def test_a_trigger_file_asks_for_methods(visit, site):
    page = opened(visit, site)
    page.get_by_role("button", name="12 tweets with trigger words", exact=True).click()
    page.locator('[name="limit"]').fill("5")
    page.locator('[name="method"][value="cosine"]').check()
    page.locator('[name="words"]').uncheck()
    start(page)
    finished(page)
    plan = asked(site)
    assert plan.layout.kind == "triggers" and plan.limit == 5 and not plan.words
    assert "cosine" in plan.methods and "integrated_gradients" not in plan.methods
    page.locator('.td-f-rows [data-f="explain"]').first.click()
    expect(page.locator(".td-x-results")).to_be_visible()
    question = [call[1] for call in site.engine.calls if call[0] == "explain"][-1]
    assert question.gold == (0,) * 7 + (1, 0, 0, 0, 1) and question.target is None


def test_an_unlabelled_file_gets_predictions_and_a_submission(visit, site):
    page = opened(visit, site)
    send(page, "ID\tTexts\n" + "".join(f"{n}\t{t}\n" for n, (t, _) in enumerate(ROWS, 1)))
    page.get_by_role("button", name="Check the file", exact=True).or_(
        page.get_by_role("button", name="Start", exact=True)
    ).wait_for()
    expect(step(page)).to_contain_text("no gold labels")
    start(page)
    finished(page)
    expect(page.locator('[name="right"]')).to_have_count(0)
    name, data = download(page, "EXALT submission, ZIP")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert name == "dev-submission.zip" and archive.namelist() == ["Emotions.tsv"]
        lines = archive.read("Emotions.tsv").decode().splitlines()
    assert lines[0] == "ID\tTexts\tLabels" and len(lines) == 9

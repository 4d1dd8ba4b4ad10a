"""The error browser: filters, orders, pages, and where a row opens."""

import json
import re

import pytest
from playwright.sync_api import expect

HEAD = "ID\tTexts\tLabels\n"
WORDS = {"Joy": "happy", "Anger": "furious", "Sadness": "sad", "Love": "love", "Fear": "afraid"}
LABELS = ("Joy", "Anger", "Sadness", "Love", "Fear", "Neutral")
ODD = "<script>window.pwned=1</script> ${window.pwned=2} \u202ex je suis triste"


def _text(number):
    label = LABELS[number % 6]
    start = "je suis" if number % 4 == 0 else "the bus is"
    return f"{start} {WORDS.get(label, 'here')} {number}"


# Every fifth label is wrong on purpose: those rows are errors of whoever reads the words.
ROWS = [(_text(n), LABELS[(n + (n % 5 == 0)) % 6]) for n in range(1, 60)] + [(ODD, "Sadness")]
CONTENT = HEAD + "".join(f"t{n}\t{text}\t{label}\n" for n, (text, label) in enumerate(ROWS, 1))


@pytest.fixture(scope="module")
def results(site):
    """The token of a finished run on the rows above, and its table as the server reads it."""
    import time

    from core.evaluation.plan import Plan
    from core.files.layout import Layout

    batch = site.batch
    kept = batch.store.new("", "rows.tsv")
    kept.file.write_text(CONTENT, encoding="utf-8")
    layout = Layout("tsv", id="ID", gold="Labels", kind="emotions")
    names = ("student", "student_before", "teacher")
    plan = Plan(str(kept.file), layout, kept.name, systems=names)
    batch.runs.start(kept, plan, "0" * 32, len(ROWS))
    while batch.stage(kept).active:
        time.sleep(0.05)
    assert batch.stage(kept).name == "done"
    return kept


@pytest.fixture
def page(visit, site, results):
    return shown(visit, site, results)


def shown(visit, site, kept, theme="light", width=1280):
    """The page on those results."""
    page = visit(site, theme, width)
    page.evaluate("token => localStorage.setItem('tandem.batch', token)", kept.token)
    page.get_by_role("tab", name="Batch", exact=True).click()
    expect(page.locator("#td-f-browser")).to_be_visible()
    return page


def rows(page):
    """Line, gold and the three answers of each row that is shown."""
    found = []
    for row in page.locator(".td-f-rows tbody tr").all():
        line = int(row.locator("th").inner_text())
        cells = row.locator("td[data-name]").evaluate_all(
            "cells => cells.map(cell => [cell.dataset.name, cell.textContent])"
        )
        labels = {name: re.match(r"\w+", said)[0] for name, said in cells if said[0].isalpha()}
        found.append((line, labels))
    return found


def counted(page):
    """How many rows the filters leave, once the answer is there."""
    expect(page.locator('[data-part="rows"]')).not_to_have_attribute("aria-busy", "true")
    return page.locator('[data-role="count"]').inner_text()


def choose(page, name, value):
    page.locator(f'[data-role="filters"] [name="{name}"]').select_option(value)
    return counted(page)


def test_filters_narrow_and_can_be_taken_back(page):
    assert counted(page) == "Rows 1 to 25 of 60"
    choose(page, "gold", "Anger")
    gold = [labels["Gold"] for _, labels in rows(page)]
    assert gold == ["Anger"] * sum(label == "Anger" for _, label in ROWS)
    choose(page, "right", "false")
    wrong = rows(page)
    assert wrong and all(labels["Student"] != "Anger" for _, labels in wrong)
    chips = page.locator(".td-f-chip")
    expect(chips).to_have_text([re.compile("Gold: Anger"), re.compile("Student: wrong")])
    chips.nth(1).click()
    expect(chips).to_have_count(1)
    assert len(rows(page)) == len(gold)
    expect(page.locator('[name="right"]')).to_have_value("")
    page.get_by_role("button", name="Remove all", exact=True).click()
    expect(chips).to_have_count(0)
    assert counted(page) == "Rows 1 to 25 of 60"
    choose(page, "language", "fr")
    assert all(labels["Language"] == "French" for _, labels in rows(page))
    page.locator('[name="text"]').fill("no such words")
    expect(page.locator('[data-part="rows"] .td-empty')).to_have_text("No row fits these filters.")
    page.locator('[name="text"]').fill("T17")  # an ID, whatever its case
    page.locator('[name="language"]').select_option("")
    expect(page.locator(".td-f-rows tbody tr")).to_have_count(1)
    assert rows(page)[0][0] == 18


def test_pages_and_orders(page, site, results):
    from core.evaluation.plan import Filter

    page.get_by_role("button", name="Next", exact=True).click()
    expect(page.locator('[data-role="count"]')).to_have_text("Rows 26 to 50 of 60")
    assert [line for line, _ in rows(page)] == list(range(27, 52))
    expect(page.get_by_role("button", name="Next", exact=True)).to_be_focused()
    page.get_by_role("button", name="Last", exact=True).click()
    expect(page.locator('[data-role="count"]')).to_have_text("Rows 51 to 60 of 60")
    expect(page.get_by_role("button", name="Next", exact=True)).to_be_disabled()
    for order in ("confident_errors", "least_confident", "down_weighted", "disagreeing"):
        choose(page, "order", order)
        expected = site.batch.page(results, Filter(system="student"), order, 0, 25)
        assert [line for line, _ in rows(page)] == [row["line"] for row in expected.rows], order
    choose(page, "order", "row")
    choose(page, "system", "teacher")
    choose(page, "predicted", "Joy")
    assert all(labels["Teacher on translations"] == "Joy" for _, labels in rows(page))
    choose(page, "agree", "false")
    choose(page, "flip", "any")
    expected = site.batch.page(
        results,
        Filter(system="teacher", predicted="Joy", agree=False, flip="any"), "row", 0, 25,
    )  # fmt: skip
    assert [line for line, _ in rows(page)] == [row["line"] for row in expected.rows]


def test_the_results_buttons_set_the_filter_and_go_there(page, site, results):
    metrics = site.batch.metrics(results)
    cell = page.locator('[data-do="cell"]:visible').first
    data = cell.evaluate("one => ({...one.dataset})")
    cell.click()
    expect(page.locator("#td-f-browser")).to_be_focused()
    found = rows(page)
    student = metrics["systems"][data["system"]]["confusion"]
    names = ("Love", "Joy", "Anger", "Fear", "Sadness", "Neutral")
    count = student[names.index(data["gold"])][names.index(data["predicted"])]
    assert len(found) == count and count > 0
    assert all(labels["Gold"] == data["gold"] for _, labels in found)
    flip = page.locator('[data-do="flip"][data-flip="gained"]:visible').first
    data = flip.evaluate("one => ({...one.dataset})")
    flip.click()
    expect(page.locator(".td-f-chip", has_text="gained")).to_be_visible()
    expect(page.locator('[name="predicted"]')).to_have_value("")
    found = rows(page)
    assert found and all(
        labels["Student"] == labels["Gold"] != labels["Student before refinement"]
        for _, labels in found
    )
    page.locator('[data-do="list"][data-order="disagreeing"]').click()
    expect(page.locator('[name="order"]')).to_have_value("disagreeing")
    expect(page.locator(".td-f-chip")).to_have_count(0)
    expect(page.locator("#td-f-browser")).to_be_focused()


def test_a_row_opens_in_explain_with_its_gold_and_in_compare(page, site):
    row = page.locator(".td-f-rows tbody tr").nth(2)
    text = ROWS[2][0]
    row.get_by_role("button", name="Explain line 4", exact=True).click()
    done = page.locator('.td-x-results[data-finished="true"]')
    expect(done).to_have_attribute("data-text", json.dumps(text))
    expect(page.get_by_role("tab", name="Explain")).to_have_attribute("aria-selected", "true")
    question = [call[1] for call in site.engine.calls if call[0] == "explain"][-1]
    said = rows_label(page, row, "Student")
    assert (question.text, question.target, question.translation) == (text, said, None)
    assert question.language == "en"
    page.get_by_role("tab", name="Batch", exact=True).click()
    row.get_by_role("button", name="Open line 4 in Compare", exact=True).click()
    expect(page.get_by_role("tab", name="Compare")).to_have_attribute("aria-selected", "true")
    shown = page.locator("#td-cards .td-card")
    expect(shown).to_have_attribute("data-text", json.dumps(text))
    expect(page.locator("#td-box textarea")).to_have_value(text)


def rows_label(page, row, name):
    """What a cell says first."""
    said = row.locator(f'td[data-name="{name}"]').evaluate("cell => cell.textContent")
    return re.match(r"\w+", said)[0]


def test_hostile_texts_show_as_text(page):
    page.locator('[name="text"]').fill("script")
    expect(page.locator(".td-f-rows tbody tr")).to_have_count(1)
    shown = page.locator(".td-f-tweet > div").first.inner_text()
    assert "<script>window.pwned=1</script> ${window.pwned=2} U+202Ex" in shown
    page.locator('[name="text"]').fill('"><img src=x onerror=alert(1)>')
    expect(page.locator(".td-f-chip")).to_contain_text("<img src=x")
    assert page.locator("#td-batch img").count() == 0
    assert page.evaluate("window.pwned") is None


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 380)])
def test_axe_finds_nothing_of_ours_and_nothing_is_cut_off(visit, site, results, theme, width, axe):
    page = shown(visit, site, results, theme, width)
    choose(page, "right", "false")
    page.get_by_text("Download", exact=True).click()
    axe(page)
    page.get_by_text("Download", exact=True).click()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    wide = page.evaluate(
        "[...document.querySelectorAll('#td-batch *')].filter(e => "
        "e.getBoundingClientRect().right > innerWidth + 1 && e.getClientRects().length && "
        "!e.closest('.td-sr, .td-f-scroll, .td-b-scroll, .td-plot, thead'))"
        ".map(e => e.outerHTML.slice(0, 160))"
    )
    assert wide == []


def test_everything_is_reached_with_the_tab_key(page):
    choose(page, "gold", "Joy")
    page.locator('[data-role="filters"] select').first.focus()
    reached = []
    for _ in range(40):
        name = page.evaluate(
            "(e => e.name || e.dataset.f || e.getAttribute('role') || e.tagName)"
            "(document.activeElement)"
        )
        reached.append(name)
        if name == "compare":
            break
        page.keyboard.press("Tab")
    wanted = ["language", "gold", "system", "predicted", "right", "flip", "agree", "status"]
    assert reached[:9] == [*wanted, "order"]
    assert reached[9:13] == ["text", "unfilter", "unfilter", "region"], reached
    assert reached[-2:] == ["explain", "compare"]

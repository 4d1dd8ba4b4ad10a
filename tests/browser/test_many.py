"""Many tweets: a table that sorts, filters and opens, work that can be stopped, and files."""

import csv
import io
import json
from pathlib import Path

import pandas as pd
import pytest
from gradio_client import Client
from playwright.sync_api import expect

TWEETS = [
    "Je suis triste , quelle colère",
    "the happy bus",
    "qué alegría y miedo sin vacaciones",
    "😡 😡",
    "ik mis het heerlijk zon",
    "грустно и одиноко сегодня люблю",
    "my furious love is the sad joy",
    "la peur de mon joie",
]
PASTE = "(e, t) => { e.value = t; e.dispatchEvent(new Event('input', { bubbles: true })); }"


def compare(page, texts):
    """Paste tweets, as one does with many at once, and press Compare."""
    page.locator("#td-box textarea").evaluate(PASTE, "\n".join(texts))
    page.get_by_role("button", name="Compare", exact=True).click()


def rows(page, count):
    """All rows, once they are there."""
    found = page.locator(".td-row")
    expect(found).to_have_count(count)
    return found


def order(page):
    """The numbers of the rows that are shown, from the top."""
    return [int(n) for n in page.locator(".td-row:not([hidden]) .td-opener").all_inner_texts()]


def opener(page, number):
    """The button that opens a row."""
    name = f"Tweet {number}: show or hide the comparison"
    return page.get_by_role("button", name=name, exact=True)


def head(page, name):
    """A column's sort button."""
    return page.locator(f'[data-sort="{name}"]')


def distance(one):
    """Total variation, the formula."""
    pairs = zip(one.teacher.probabilities, one.student.probabilities, strict=True)
    return sum(abs(p - q) for p, q in pairs) / 2


def saved(page, kind):
    """A file's bytes, as the browser saved them, and its name."""
    page.locator(".td-menu summary").click()
    with page.expect_download() as download:
        page.locator(f'[data-kind="{kind}"]').click()
    path = Path(download.value.path())
    return path.read_bytes(), download.value.suggested_filename


def test_up_to_five_tweets_are_cards_and_more_a_table(visit, site):
    page = visit(site)
    compare(page, TWEETS[:5])
    expect(page.locator(".td-card")).to_have_count(5)
    expect(page.locator(".td-table")).to_have_count(0)
    compare(page, TWEETS[:6])
    rows(page, 6)
    expect(page.locator(".td-card")).to_have_count(0)
    expect(page.get_by_role("heading", level=2)).to_have_text("6 tweets")


def test_a_row_shows_what_the_engine_answered(visit, site):
    page = visit(site)
    compare(page, TWEETS)
    found = rows(page, len(TWEETS))
    for number, one in enumerate(site.engine.compare(TWEETS)):
        cells = found.nth(number).locator("td")
        texts = [text.strip() for text in cells.all_inner_texts()]
        before = f"{one.student_before.label}"
        assert [texts[0], *texts[2:4]] == [one.text, one.teacher.label, one.student.label]
        assert texts[4].startswith(before) and ("flipped" in texts[4]) is one.flipped
        sign = "=" if one.agree else "≠"
        assert sign in texts[5] and f"{distance(one) * 100:.0f}\u00a0%" in texts[5]
    expect(found.nth(1).locator(".td-c-weight")).to_have_text("100\u00a0%")
    expect(found.nth(3).locator(".td-c-weight")).to_have_text("no words")
    expect(found.nth(3).locator(".td-c-w")).to_have_text("–")


def test_one_click_puts_the_greatest_disagreement_first(visit, site):
    page = visit(site)
    texts = [f"{tweet} {number}" for number in range(8) for tweet in TWEETS]
    compare(page, texts)
    rows(page, len(texts))
    head(page, "apart").click()
    answers = enumerate(site.engine.compare(texts), start=1)
    truth = sorted(answers, key=lambda pair: (pair[1].agree, -distance(pair[1]), pair[0]))
    assert order(page) == [number for number, _ in truth]
    assert not truth[0][1].agree and truth[-1][1].agree, "the test shows both kinds"
    expect(page.locator("th.td-c-apart")).to_have_attribute("aria-sort", "descending")
    expect(page.locator("[aria-sort]")).to_have_count(1)
    head(page, "number").press("Enter")
    assert order(page) == list(range(1, len(texts) + 1))


@pytest.mark.parametrize("column", ["language", "teacher", "w", "weight", "tweet"])
def test_every_column_sorts_both_ways_and_gaps_stay_last(visit, site, column):
    page = visit(site)
    compare(page, TWEETS)
    rows(page, len(TWEETS))
    cell = f".td-row .td-c-{column}"
    head(page, column).click()
    once = page.locator(cell).all_inner_texts()
    head(page, column).click()
    twice = page.locator(cell).all_inner_texts()
    gaps = ("–", "no words", "outside", "copied")
    figures = [[text for text in texts if text.strip() not in gaps] for texts in (once, twice)]
    assert once != twice and figures[0] == once[: len(figures[0])]
    assert figures[1] == twice[: len(figures[1])]
    keys = [text.strip() for text in figures[0]]
    if column in ("w", "weight"):
        values = [float(key.split("\u00a0")[0]) for key in keys]
        assert values == sorted(values, reverse=column == "w")
    if column == "language":
        assert keys == sorted(keys)


def test_filters_leave_the_rows_that_fit_and_say_how_many(visit, site):
    page = visit(site)
    compare(page, TWEETS)
    rows(page, len(TWEETS))
    answers = list(enumerate(site.engine.compare(TWEETS), start=1))

    def fits(**wanted):
        for name, value in wanted.items():
            page.locator(f'[data-filter="{name}"]').select_option(value)
        return order(page)

    label = answers[0][1].student.label
    assert fits(label=label) == [
        n for n, one in answers if label in (one.student.label, one.teacher.label)
    ]
    assert fits(label="", language="fr") == [n for n, one in answers if one.language.code == "fr"]
    expect(page.locator(".td-count")).to_have_text("2 of 8 shown")
    assert fits(language="", agree="false") == [n for n, one in answers if not one.agree]
    head(page, "number").click()
    assert order(page) == [n for n, one in reversed(answers) if not one.agree]
    fits(language="nl", agree="true", label="Fear")
    expect(page.get_by_text("No tweet fits these filters.")).to_be_visible()
    page.get_by_role("button", name="Show all", exact=True).click()
    expect(page.locator(".td-count")).to_have_text("8 of 8 shown")
    expect(page.get_by_text("No tweet fits these filters.")).to_be_hidden()
    expect(page.get_by_label("Filter by language")).to_be_focused()


def test_rows_open_and_close_by_key_and_carry_their_cards(visit, site):
    page = visit(site)
    compare(page, TWEETS)
    rows(page, len(TWEETS))
    opener(page, 3).press("Enter")
    opener(page, 1).press("Space")
    expect(page.locator(".td-under .td-card")).to_have_count(2)
    expect(opener(page, 3)).to_have_attribute("aria-expanded", "true")
    expect(opener(page, 1)).to_be_focused()
    head(page, "number").click()  # descending: each card goes with its row
    after = page.locator(".td-row:has(+ .td-under) .td-opener").all_inner_texts()
    assert after == ["3", "1"]
    under = page.locator(".td-row[data-number='3'] + .td-under")
    expect(under.locator(".td-card")).to_have_attribute("data-number", "3")
    page.locator('[data-filter="language"]').select_option("fr")
    expect(under).to_be_hidden()
    page.locator('[data-filter="language"]').select_option("")
    opener(page, 3).press("Enter")
    expect(page.locator(".td-under .td-card")).to_have_count(1)
    expect(opener(page, 3)).to_have_attribute("aria-expanded", "false")
    page.locator(".td-row[data-number='2'] .td-clip").click()
    expect(page.locator(".td-under .td-card")).to_have_count(2)


def test_a_card_changed_in_its_row_changes_the_row_and_the_file(visit, site):
    page = visit(site)
    compare(page, TWEETS)
    rows(page, len(TWEETS))
    opener(page, 1).click()
    page.locator(".td-under").get_by_role("button", name="Edit", exact=True).click()
    page.get_by_label("English translation of tweet 1").fill("I adore you")
    page.keyboard.press("Enter")
    row = page.locator(".td-row[data-number='1']")
    expect(row.locator(".td-c-teacher")).to_contain_text("Love")
    [truth] = site.engine.compare(TWEETS[:1], "auto", ["I adore you"])
    expect(row.locator(".td-c-w")).to_have_text(f"{truth.weight.disagreement:.3f}")
    expect(opener(page, 1)).to_have_attribute("aria-expanded", "true")
    page.get_by_label("Language of tweet 1", exact=True).select_option("nl")
    expect(row.locator(".td-c-language")).to_have_text("Dutch")
    page.locator('[data-filter="language"]').select_option("nl")
    assert 1 in order(page)
    content, _ = saved(page, "jsonl")
    first = json.loads(content.decode().split("\n")[0])
    assert (first["translation"], first["language"]) == ("I adore you", "nl")
    opener(page, 1).click()
    opener(page, 1).click()  # asked again, with what was changed
    expect(page.locator(".td-under .td-panel").nth(1)).to_contain_text("Edited by you")
    expect(page.get_by_label("Language of tweet 1", exact=True)).to_have_value("nl")
    compare(page, TWEETS)
    expect(row.locator(".td-c-language")).to_have_text("French")
    expect(page.locator(".td-under")).to_have_count(0)


def test_files_hold_what_is_shown_in_its_order_or_all(visit, site):
    page = visit(site)
    compare(page, TWEETS)
    rows(page, len(TWEETS))
    head(page, "apart").click()
    page.locator('[data-filter="agree"]').select_option("false")
    shown = [TWEETS[number - 1] for number in order(page)]
    assert 0 < len(shown) < len(TWEETS)
    items = Client(site.url, verbose=False).predict(shown, "auto", api_name="/compare")["items"]
    content, name = saved(page, "jsonl")
    assert [json.loads(line) for line in content.decode().splitlines()] == items
    assert name == f"tandem-{len(shown)}-tweets.jsonl"
    expect(page.locator('[data-role="said"]')).to_have_text(f"Saved {len(shown)} tweets as {name}.")
    content, _ = saved(page, "csv")
    frame = pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False)
    assert list(frame["text"]) == shown
    assert list(frame["teacher"]) == [one["teacher"]["label"] for one in items]
    page.locator(".td-menu summary").click()
    page.get_by_label("All, in this order").check()
    page.keyboard.press("Escape")
    expect(page.locator(".td-menu summary")).to_be_focused()
    content, _ = saved(page, "csv")
    everything = list(csv.DictReader(io.StringIO(content.decode(), newline="")))
    assert sorted(row["text"] for row in everything) == sorted(TWEETS)


HOSTILE = [
    '=HYPERLINK("http://x","y")',
    "@user +1 -1",
    "\ttab first , \x00 null \x07 bell",
    "${window.pwned=1} {{x}} `${window.pwned=2}`",
    "<img src=x onerror='window.pwned=3'>",
    "\u202eabc\u202c \u2066x \u200d 👩\u200d👩\u200d👧 \U0001f1eb\U0001f1f7",
    "+a\x85b\u2028c",
    "</table></td><script>window.pwned=4</script>",
    "'-1",
]


@pytest.mark.parametrize("count", [3, len(HOSTILE)], ids=["cards", "table"])
def test_hostile_texts_come_out_of_files_as_they_went_in(visit, site, count):
    page = visit(site)
    texts = HOSTILE[:count]
    compare(page, texts)
    expect(page.locator(".td-row, .td-card")).to_have_count(count)
    if count > 5:
        opener(page, 5).click()
        expect(page.locator(".td-under .td-text").first).to_have_text(texts[4])
    content, _ = saved(page, "csv")
    read = list(csv.DictReader(io.StringIO(content.decode(), newline="")))
    assert [row["text"] for row in read] == texts
    content, name = saved(page, "spreadsheet")
    assert name.endswith(".spreadsheet.csv") and content.startswith(b"\xef\xbb\xbf")
    cells = [row[0] for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))][1:]
    assert cells == [f"'{text}" if text[0] in "=+-@\t\r" else text for text in texts]
    content, _ = saved(page, "jsonl")
    assert [json.loads(line)["text"] for line in content.decode().splitlines()] == texts
    assert page.evaluate("window.pwned") is None
    assert page.locator("#td-cards :is(script, img)").count() == 0


def test_five_hundred_tweets_are_compared_and_no_more(visit, site):
    page = visit(site)
    texts = [f"{TWEETS[number % 8]} {number}" for number in range(503)]
    compare(page, texts)
    rows(page, 500)
    expect(page.locator(".td-notice")).to_contain_text("holds 503 tweets; the first 500")
    head(page, "apart").click()
    page.locator('[data-filter="language"]').select_option("ru")
    russian = sum("грустно" in text for text in texts[:500])
    expect(page.locator(".td-count")).to_have_text(f"{russian} of 500 shown")
    content, _ = saved(page, "jsonl")
    assert len(content.decode().splitlines()) == russian


def test_stop_keeps_what_is_done_and_says_so(visit, held):
    held.engine.hold = 12  # up to five would be cards
    page = visit(held)
    compare(page, [f"the bus {number}" for number in range(300)])
    expect(page.locator(".td-progress")).to_contain_text("12 of 300 tweets")
    page.get_by_role("button", name="Stop", exact=True).click()
    notice = page.locator(".td-notice")
    expect(notice).to_contain_text("Stopped: ")
    rows(page, 12)
    expect(notice).to_contain_text("Stopped: 12 of 300 compared. Press Compare to go on")
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_hidden()
    assert held.engine.stopped == 1


def test_few_tweets_bring_no_stop_button(visit, held):
    held.engine.hold = 1
    page = visit(held)
    compare(page, TWEETS[:2])
    expect(page.locator(".td-progress")).to_be_visible()
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_hidden()
    held.engine.hold = None
    expect(page.locator(".td-card")).to_have_count(2)


def test_another_comparison_ends_the_one_under_way(visit, held, until):
    held.engine.hold = 20
    page = visit(held)
    compare(page, [f"the bus {number}" for number in range(400)])
    expect(page.locator(".td-progress")).to_contain_text("of 400 tweets")
    compare(page, TWEETS[:2])
    expect(page.locator(".td-card")).to_have_count(2)
    expect(page.locator(".td-progress")).to_have_count(0)
    until(lambda: held.engine.stopped == 1)
    assert held.engine.answered == 20 + 2
    expect(page.locator(".td-card")).to_have_count(2)
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_hidden()


@pytest.mark.parametrize("leaving", ["closed", "reloaded"])
def test_a_page_that_is_left_computes_no_more(visit, held, until, leaving):
    held.engine.hold = 20
    page = visit(held)
    compare(page, [f"the bus {number}" for number in range(400)])
    expect(page.locator(".td-progress")).to_contain_text("of 400 tweets")
    page.close() if leaving == "closed" else page.reload()
    until(lambda: held.engine.stopped == 1)
    assert held.engine.answered == 20


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 380)])
def test_axe_finds_nothing_and_nothing_is_cut_off(visit, site, theme, width, axe):
    page = visit(site, theme, width)
    compare(page, [*TWEETS, "a" * 3000])
    rows(page, 9)
    opener(page, 2).click()
    expect(page.locator(".td-under .td-card")).to_have_count(1)
    page.locator(".td-menu summary").click()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    wide = page.evaluate(
        "[...document.querySelectorAll('.td-results *')].filter(e => "
        "e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.td-sr')).length"
    )
    assert wide == 0


def test_the_heads_stay_in_sight(visit, site):
    page = visit(site)
    compare(page, [f"{tweet} {number}" for number in range(8) for tweet in TWEETS])
    rows(page, 64)
    page.locator(".td-row").nth(50).scroll_into_view_if_needed()
    assert 0 <= head(page, "apart").bounding_box()["y"] < 40

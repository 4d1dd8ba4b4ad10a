"""The hostile battery through a real browser: table, every card, a file; nothing runs."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

FILE = Path(__file__).parents[1] / "battery" / "inputs.jsonl"
BATTERY = [json.loads(line)["text"] for line in FILE.read_text(encoding="ascii").splitlines()]
LINES = [line for text in BATTERY for line in text.replace("\r", "").split("\n") if line.strip()]
PASTE = "(e, t) => { e.value = t; e.dispatchEvent(new Event('input', { bubbles: true })); }"
FOREIGN = (
    "#td-cards :is(script, img, svg, iframe, object, embed, link, style, base, form, video, h1)"
)
# null at the end: Playwright would call a function that an expression comes to.
ALERTS = """window.ran = [];
for (const name of ['alert', 'confirm', 'prompt']) window[name] = (x) => { ran.push([name, x]); };
null"""
PRESS = """numbers => numbers.map(n => document.querySelector(
  `.td-row[data-number="${n}"] .td-opener`).click())"""
SHOWN = "cards => cards.map(card => [Number(card.dataset.number), JSON.parse(card.dataset.text)])"


def sent(text):
    """A line as JavaScript and JSON can carry it: halves of surrogate pairs as U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def compared(visit, site, theme, width):
    """The page with every line of the battery in its table."""
    page = visit(site, theme, width)
    page.evaluate(ALERTS)
    page.locator("#td-box textarea").evaluate(PASTE, "\n".join(map(sent, LINES)))
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.locator(".td-row")).to_have_count(len(LINES))
    return page


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 380)])
def test_every_line_of_the_battery_stays_text(visit, site, theme, width):
    page = compared(visit, site, theme, width)
    numbers = list(range(1, len(LINES) + 1))
    for some in (numbers[start : start + 40] for start in range(0, len(numbers), 40)):
        page.evaluate(PRESS, some)
        expect(page.locator(".td-card")).to_have_count(len(some))
        shown = dict(page.locator(".td-card").evaluate_all(SHOWN))
        assert shown == {number: sent(LINES[number - 1]) for number in some}
        assert page.locator(FOREIGN).count() == 0
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, some
        page.evaluate(PRESS, some)
        expect(page.locator(".td-card")).to_have_count(0)
    assert page.evaluate("window.ran") == []
    assert "Traceback" not in page.content()


def test_sorting_filtering_and_taking_away_the_battery(visit, site):
    page = compared(visit, site, "light", 1280)
    for head in page.locator("[data-sort]").all():
        head.click()
        head.click()
    page.locator('[data-sort="number"]').click()
    page.locator(".td-menu summary").click()
    with page.expect_download() as download:
        page.locator('[data-kind="jsonl"]').click()
    lines = Path(download.value.path()).read_text(encoding="utf-8").split("\n")[:-1]
    assert [json.loads(line)["text"] for line in lines] == list(map(sent, LINES))
    assert page.evaluate("window.ran") == []

"""The Explain tab for every reader: axe, keyboard, narrow, dark and light, hostile texts."""

import json
import math

import pytest
from playwright.sync_api import expect

from core.attribution import USUAL

RUSSIAN = "Сегодня мне так грустно и одиноко , даже музыка не помогает 😞 👩\u200d👩\u200d👧 # tag"
HOSTILE = [
    "<script>window.pwned=1</script> je suis triste et <b>fort</b>",
    "${alert(1)} {{x}} {{{x}}} `${window.pwned=2}` \\${alert(3)} six",
    "<img src=x onerror=\"window.pwned=4\"> <svg onload='alert(5)'> four five six",
    '" onmouseover="window.pwned=6" data-x=" </textarea></section><h1>big',
    "\u202eabc\u202c el \u200f mar \u2066x and more \u200d end",
    "\x01\x07\x1b[31m tab\there \x7f\x85 two  spaces ",
    "line one\nline two & &lt;b&gt;",
]


def explained(visit, site, text, theme="light", width=1280, methods=None):
    """The page with a text explained and every fold open."""
    page = visit(site, theme, width)
    page.get_by_role("tab", name="Explain", exact=True).click()
    if methods:
        page.get_by_role("button", name=methods, exact=True).click()
    ask(page, text)
    return page


def ask(page, text):
    page.locator("#td-x-text").fill(text)
    page.locator("#td-x-text").press("Control+Enter")
    shown = page.locator('.td-x-results[data-finished="true"]')
    expect(shown).to_have_attribute("data-text", json.dumps(text), timeout=60_000)


def unfold(page):
    page.evaluate("document.querySelectorAll('#td-explain details').forEach(d => d.open = true)")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_of_ours(visit, site, theme, axe):
    page = explained(visit, site, RUSSIAN, theme)
    page.locator('[data-press="hide"] .td-x-word').first.click()
    page.locator('[data-press="mark"] .td-x-word').first.click()
    page.get_by_role("button", name="Keep in the list", exact=True).click()
    expect(page.locator(".td-x-marked li")).to_have_count(1)
    unfold(page)
    axe(page)


@pytest.mark.parametrize("theme", ["dark"])  # widths are the same in both
def test_nothing_is_cut_off_on_a_narrow_screen(visit, site, theme):
    page = explained(visit, site, RUSSIAN, theme, 380, methods="All")
    unfold(page)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    wide = page.evaluate(
        "[...document.querySelectorAll('#td-explain *')].filter(e => "
        "e.getBoundingClientRect().right > innerWidth + 1 && e.getClientRects().length && "
        "!e.closest('.td-sr, .td-x-scroll, .td-tip')).map(e => e.outerHTML.slice(0, 120))"
    )
    assert wide == []
    badge = page.locator(".td-badge").first
    badge.scroll_into_view_if_needed()
    badge.focus()
    tip = page.locator(".td-tip").first
    expect(tip).to_be_visible()
    box = tip.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 380


def test_sides_stand_side_by_side_or_stacked(visit, site):
    page = explained(visit, site, RUSSIAN)
    for width, side_by_side in ((1280, True), (701, True), (690, False)):
        page.set_viewport_size({"width": width, "height": 900})
        one, other = (page.locator(".td-x-cell").nth(place).bounding_box() for place in (0, 1))
        assert (one["y"] == other["y"]) is side_by_side, width


def test_tab_reaches_everything(visit, site):
    page = explained(visit, site, RUSSIAN)
    page.locator("#td-x-text").focus()
    reached = set()
    for _ in range(120):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate(
                "(e => e.dataset.x || e.name || (e.matches('summary') && 'fold') "
                "|| (e.matches('.td-badge') && 'badge') || e.getAttribute('aria-label') "
                "|| e.textContent.trim())(document.activeElement)"
            )
        )
    wanted = {"example", "language", "role", "target", "against", "method", "choose", "explain"}
    wanted |= {"fold", "badge", "link", "jump", "td-x-measure", "hide", "mark", "keep", "clear"}
    assert wanted <= reached, wanted - reached


def test_a_part_is_jumped_to(visit, site):
    page = explained(visit, site, RUSSIAN)
    page.get_by_role("link", name="What if?", exact=True).click()
    expect(page.locator("#td-x-whatif")).to_be_focused()
    assert "#" not in page.url


def test_measures_of_agreement_are_switched(visit, site):
    page = explained(visit, site, RUSSIAN)
    tables = page.locator("#td-x-agreement table:visible")
    expect(tables).to_have_count(2)
    for name in ("Kendall", "Top 3 words shared", "Spearman"):
        page.get_by_label(name, exact=True).check()
        expect(tables).to_have_count(2)
        expect(tables.first.locator("caption")).to_contain_text(f"{name} between methods, Student")
    expect(tables.first.get_by_role("rowheader")).to_have_count(len(USUAL))
    expect(tables.first.locator(".td-cell")).to_have_count(math.comb(len(USUAL), 2))


def test_hostile_texts_show_as_text(visit, site):
    page = explained(visit, site, HOSTILE[0])
    for text in HOSTILE:
        ask(page, text)
        shown = page.locator('[data-method="cosine"] .td-x-text').first
        if text.replace("\n", "").isprintable():
            assert shown.text_content() == text
        assert (
            page.locator("#td-x-results :is(script, img, svg, h1, b:not(.td-tip b))").count() == 0
        )
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        if "\u202e" in text:
            assert "U+202E" in shown.text_content() and "\u202e" not in shown.text_content()
        page.locator('[data-press="hide"] .td-x-word').first.click()
        expect(page.locator(".td-x-said").first).to_contain_text("1 word hidden")
    assert page.evaluate("window.pwned") is None


def test_long_texts_stay_usable(visit, site):
    page = explained(visit, site, " ".join(f"word{place}" for place in range(500)), methods="All")
    first = page.locator('[data-method="cosine"] .td-x-text').first
    expect(first.locator(".td-w")).to_have_count(100)
    expect(first.locator(".td-unread")).to_contain_text("word499")
    expect(page.locator(".td-x-side").first).to_contain_text("400 words were not read")
    ask(page, "x" * 20_000)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.locator("#td-x-text").fill("x" * 20_001)
    page.locator("#td-x-text").press("Control+Enter")
    expect(page.locator("#td-x-status .td-problem")).to_contain_text("20,001 characters")


def test_an_explanation_is_announced(visit, site):
    page = explained(visit, site, RUSSIAN)
    expect(page.get_by_role("heading", level=3)).to_have_text(
        [
            *("Original → student", "Translation → teacher", "Words by method"),
            *("Teacher against student", "Do the methods agree?", "What if?", "Mark triggers"),
        ]
    )
    group = page.get_by_role("group", name="Words of the student: press to hide", exact=True)
    expect(group.get_by_role("button")).to_have_count(15)

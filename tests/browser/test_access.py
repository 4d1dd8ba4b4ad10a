"""Keyboard, screen reader, narrow screens, dark and light."""

import pytest
from playwright.sync_api import expect


def filled(visit, site, theme="light", width=1280):
    """The page with one card per language, a form open and details unfolded."""
    page = visit(site, theme, width)
    page.get_by_role("button", name="One of each", exact=True).click()
    expect(page.locator(".td-card")).to_have_count(5)
    page.locator('.td-card [data-act="edit"]').nth(1).click()
    for fold in page.locator("details summary").all():
        fold.click()
    return page


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_of_ours(visit, site, theme, axe):
    page = filled(visit, site, theme)
    axe(page)


@pytest.mark.parametrize("theme", ["dark"])  # widths are the same in both
def test_nothing_is_cut_off_on_a_narrow_screen(visit, site, theme):
    page = filled(visit, site, theme, 380)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    wide = page.evaluate(
        "[...document.querySelectorAll('.td-card *, .td-header *')].filter(e => "
        "e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.td-sr')).length"
    )
    assert wide == 0


def test_panels_stand_side_by_side_or_stacked(visit, site):
    page = filled(visit, site)
    for width, side_by_side in ((1280, True), (740, False)):
        page.set_viewport_size({"width": width, "height": 900})
        left, right = (page.locator(".td-panel").nth(i).bounding_box() for i in (0, 1))
        assert (left["y"] == right["y"]) is side_by_side
    page.set_viewport_size({"width": 1280, "height": 900})
    rows = [page.locator(".td-panel .td-answer").nth(i).bounding_box()["y"] for i in (0, 1)]
    assert rows[0] == rows[1], "answers of both sides stand on one line"


def test_everything_is_reached_with_the_tab_key(visit, site):
    page = visit(site)
    page.get_by_role("button", name="Dutch", exact=True).click()
    expect(page.locator(".td-card")).to_have_count(3)
    page.locator("#td-box textarea").focus()
    reached = set()
    for _ in range(24):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate(
                "(e => e.dataset.act || e.id || (e.tagName === 'SUMMARY' && 'fold') "
                "|| e.getAttribute('aria-label') || e.textContent.trim())(document.activeElement)"
            )
        )
    assert {"One of each", "Russian", "Language", "td-compare", "language", "edit", "fold"} <= (
        reached
    )


def test_a_reader_is_told_what_happened(visit, site):
    page = visit(site)
    page.get_by_role("button", name="Spanish", exact=True).click()
    page.get_by_label("Language of tweet 2").select_option("en")
    expect(page.locator('[data-role="announce"]')).to_have_text("Tweet 2 was compared again.")
    table = page.locator(".td-card").first.get_by_role(
        "table", name="Probabilities of the student on the original"
    )
    expect(table.get_by_role("rowheader")).to_have_text(
        ["Love", "Joy", "Anger", "Fear", "Sadness", "Neutral"]
    )

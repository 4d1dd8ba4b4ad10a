"""Linked words in a real browser: pointing, tapping, arrow keys, and cards without links."""

import json
from dataclasses import replace
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from core.errors import ModelError
from core.explanations import Links

FRENCH = "Je suis triste , quelle colère"  # word for word in the fake engine's English
HOSTILE = '<img src=x onerror="window.pwned=1"> ${alert(1)} `x` je suis triste'


def run(page: Any, text: str) -> Any:
    """Compare; the first card."""
    page.locator("#td-box textarea").fill(text)
    page.get_by_role("button", name="Compare", exact=True).click()
    card = page.locator('.td-card[data-number="1"]')
    card.wait_for()
    return card


def word(card: Any, side: str, place: int) -> Any:
    return card.locator(f'[data-side="{side}"] [data-w="{place}"]')


def lit(page: Any) -> dict[str, list[str]]:
    """What is lit, as side and text."""
    found: dict[str, list[str]] = page.evaluate(
        """() => Object.fromEntries(['td-partner-own', 'td-partner'].map((name) => [name,
          [...document.querySelectorAll('.' + name)].map((word) =>
            word.closest('[data-side]').dataset.side + ' ' + word.textContent)]))"""
    )
    return found


def pair(own: str, *partners: str) -> dict[str, list[str]]:
    return {"td-partner-own": [own], "td-partner": list(partners)}


NOTHING: dict[str, list[str]] = {"td-partner-own": [], "td-partner": []}


def linking(site: Any, change: Any) -> Any:
    """The site, its engine's links changed."""
    plain = site.engine.links
    site.engine.links = lambda *question: change(plain(*question))
    return site


def test_pointing_lights_partners_both_ways(visit: Any, site: Any) -> None:
    page = visit(site)
    card = run(page, FRENCH)
    assert lit(page) == NOTHING
    word(card, "source", 2).hover()
    assert lit(page) == pair("source triste", "english sad")
    word(card, "english", 5).hover()
    assert lit(page) == pair("english angry", "source colère")
    styles = [
        word(card, side, 5).evaluate("e => getComputedStyle(e).outlineStyle")
        for side in ("english", "source", "source")
    ]
    assert styles[:2] == ["dashed", "solid"], "told by the frame, not by colour alone"
    card.locator(".td-verdict").hover()
    assert lit(page) == NOTHING


def test_a_word_with_several_partners_and_one_with_none(visit: Any, serve: Any) -> None:
    def change(links: Links) -> Links:
        return replace(links, pairs=((0, 1), (0, 3), (2, 1)))

    page = visit(linking(serve(), change))
    card = run(page, FRENCH)
    word(card, "source", 0).hover()
    assert lit(page) == pair("source Je", "english suis", "english ,")
    word(card, "english", 1).hover()
    assert lit(page) == pair("english suis", "source Je", "source triste")
    word(card, "source", 5).hover()
    assert lit(page) == pair("source colère")


def test_arrow_keys_go_from_word_to_word_and_a_reader_hears_partners(visit: Any, site: Any) -> None:
    page = visit(site)
    card = run(page, FRENCH)
    text, said = card.locator('[data-side="source"]'), card.locator('[data-role="linked"]')
    text.focus()
    assert lit(page) == NOTHING, "no word is chosen by coming in"
    expect(said).to_be_empty()
    for key, own, partner in [
        ("ArrowRight", "Je", "Je"),
        ("ArrowRight", "suis", "suis"),
        ("ArrowRight", "triste", "sad"),
        ("ArrowLeft", "suis", "suis"),
        ("End", "colère", "angry"),
        ("ArrowRight", "colère", "angry"),
        ("Home", "Je", "Je"),
    ]:
        page.keyboard.press(key)
        assert lit(page) == pair(f"source {own}", f"english {partner}")
        expect(said).to_have_text(f"{own}: {partner}")
    page.keyboard.press("Escape")
    assert lit(page) == NOTHING
    page.keyboard.press("ArrowLeft")
    assert lit(page) == pair("source colère", "english angry"), "backwards, the last comes first"
    page.keyboard.press("Tab")
    assert lit(page) == pair("source colère", "english angry") or lit(page) == NOTHING
    card.locator(".td-language").focus()
    assert lit(page) == NOTHING


def test_words_are_no_tab_stops(visit: Any, site: Any) -> None:
    page = visit(site)
    card = run(page, FRENCH)
    assert card.locator("[data-w][tabindex], button[data-w]").count() == 0
    assert card.locator("[data-side][tabindex='0']").count() == 2


def test_a_tap_lights_and_another_puts_out(browser: Any, site: Any) -> None:
    context = browser.new_context(viewport={"width": 380, "height": 800}, has_touch=True)
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.goto(site.url)
    page.wait_for_selector(".td-state-ready")
    card = run(page, FRENCH)
    word(card, "source", 2).tap()
    assert lit(page) == pair("source triste", "english sad")
    word(card, "english", 5).tap()
    assert lit(page) == pair("english angry", "source colère")
    word(card, "english", 5).tap()
    assert lit(page) == NOTHING
    word(card, "source", 0).tap()
    card.locator(".td-verdict").tap()
    assert lit(page) == NOTHING
    context.close()


def test_a_click_stays_while_the_pointer_goes_elsewhere(visit: Any, site: Any) -> None:
    page = visit(site)
    card = run(page, FRENCH)
    word(card, "source", 2).click()
    word(card, "source", 5).hover()
    assert lit(page) == pair("source colère", "english angry")
    card.locator(".td-verdict").hover()
    assert lit(page) == pair("source triste", "english sad")
    page.keyboard.press("ArrowRight")
    assert lit(page) == pair("source ,", "english ,"), "keys go on from there"


def test_a_changed_card_has_fresh_links(visit: Any, site: Any) -> None:
    page = visit(site)
    card = run(page, FRENCH)
    word(card, "source", 2).click()
    card.locator('[data-act="edit"]').click()
    page.get_by_label("English translation of tweet 1").fill("Unhappy")
    page.keyboard.press("Enter")
    expect(card).to_contain_text("Edited by you")
    assert lit(page) == NOTHING
    assert json.loads(card.locator(".td-linked").get_attribute("data-links")) == [[0, 0]]
    word(card, "source", 0).hover()
    assert lit(page) == pair("source Je", "english Unhappy")
    page.get_by_label("Language of tweet 1").select_option("en")
    card.locator('[data-act="machine"]').click()
    expect(card).to_contain_text("English already")
    expect(card.locator(".td-linked, [data-w], [data-side]")).to_have_count(0)


def test_a_new_comparison_forgets_what_was_lit(visit: Any, site: Any) -> None:
    page = visit(site)
    card = run(page, FRENCH)
    word(card, "source", 2).click()
    page.locator("#td-box textarea").fill("quelle joie , mon colère")
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(card).to_contain_text("joy")
    assert lit(page) == NOTHING
    word(card, "source", 1).hover()
    assert lit(page) == pair("source joie", "english joy")


def test_the_agreement_stands_beside_chance_and_says_so(visit: Any, site: Any) -> None:
    page = visit(site)
    section = run(page, FRENCH).locator(".td-finding", has_text="Words in common")
    expect(section.locator(".td-sentence")).to_contain_text("rank correlation")
    expect(section.locator(".td-sentence")).to_contain_text("shuffled give")
    value, chance = (
        section.locator(f".td-{name}").inner_text() for name in ("value", "gauge-place")
    )
    assert float(value.replace("−", "-")) <= 1 and chance.startswith("by chance")
    expect(section.get_by_role("img")).to_have_attribute(
        "aria-label", f"Rank correlation of teacher and student: {value}, {chance}"
    )
    section.locator("summary").click()
    expect(section).to_contain_text("Spearman's ρ")


@pytest.mark.parametrize(
    "problem", [ModelError("No."), RuntimeError("secret detail of the server"), None]
)
def test_without_links_the_card_is_as_before(visit: Any, serve: Any, problem: Any) -> None:
    def fail(links: Links) -> None:
        if problem is not None:
            raise problem

    page = visit(linking(serve(), fail))
    card = run(page, FRENCH)
    expect(card.locator(".td-linked, [data-w], [data-side], [data-role=linked]")).to_have_count(0)
    expect(card).not_to_contain_text("Words in common")
    expect(card.locator(".td-text").first).to_have_text(FRENCH)
    assert "secret detail" not in page.content()


def test_a_table_asks_for_links_only_where_a_row_is_opened(visit: Any, serve: Any) -> None:
    site, asked = serve(), []
    plain = site.engine.links
    site.engine.links = lambda *question: asked.append(question) or plain(*question)
    page = visit(site)
    page.locator("#td-box textarea").fill("\n".join([FRENCH] * 8))
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.locator(".td-row")).to_have_count(8)
    assert asked == []
    page.locator(".td-row").nth(3).click()
    card = page.locator(".td-card")
    word(card, "source", 2).hover()
    assert lit(page) == pair("source triste", "english sad")
    assert asked == [(FRENCH, "fr", None)]


def test_explain_hands_the_tweet_over(visit: Any, site: Any) -> None:
    page = visit(site)
    page.evaluate(
        "window.heard = []; window.addEventListener('td-explain', e => heard.push(e.detail))"
    )
    card = run(page, HOSTILE)
    explain = card.get_by_role("button", name="Explain: which words made the labels of tweet 1")
    expect(explain).to_have_text("Explain")
    explain.click()
    page.locator("button[role=tab]", has_text="Compare").click()
    card.locator('[data-act="edit"]').click()
    page.get_by_label("English translation of tweet 1").fill("so <b> & ${x}")
    page.keyboard.press("Enter")
    expect(card).to_contain_text("Edited by you")
    page.get_by_label("Language of tweet 1").select_option("nl")
    expect(card).not_to_have_attribute("aria-busy", "true")
    explain.click()
    assert page.evaluate("window.heard") == [
        {"text": HOSTILE, "language": "auto", "translation": None},
        {"text": HOSTILE, "language": "nl", "translation": "so <b> & ${x}"},
    ]
    assert page.evaluate("window.pwned") is None


def test_hostile_words_are_heard_as_text(visit: Any, site: Any) -> None:
    page = visit(site)
    card = run(page, HOSTILE)
    said = card.locator('[data-role="linked"]')
    card.locator('[data-side="source"]').focus()
    for place, shown in enumerate(HOSTILE.split(" ")):
        page.keyboard.press("ArrowRight")
        partner = {"triste": "sad"}.get(shown, shown)
        expect(said).to_have_text(f"{shown}: {partner}")
        assert lit(page) == pair(f"source {shown}", f"english {partner}"), place
    assert said.locator("*").count() == 0 and page.evaluate("window.pwned") is None


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 380)])
def test_axe_and_width_while_words_are_lit(visit: Any, site: Any, theme: str, width: int) -> None:
    page = visit(site, theme, width)
    card = run(page, FRENCH + " достопримечательностидостопримечательности")
    for fold in card.locator("summary").all():
        fold.click()
    card.locator('[data-side="source"]').focus()
    page.keyboard.press("End")
    assert len(lit(page)["td-partner"]) == 1
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    found = [
        (violation["id"], node["html"])
        for violation in Axe().run(page).response["violations"]
        for node in violation["nodes"]
    ]
    assert not [one for one in found if "td-" in one[1]], found


def test_a_partner_out_of_sight_is_scrolled_to_within_its_text(visit: Any, site: Any) -> None:
    page = visit(site, "light", 380)
    card = run(page, "je suis " + "triste colère " * 45)
    text = card.locator('[data-side="english"]')
    card.locator('[data-side="source"]').focus()
    before = page.evaluate("window.scrollY")
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    assert text.evaluate("e => e.scrollTop") > 0
    assert abs(page.evaluate("window.scrollY") - before) < 5

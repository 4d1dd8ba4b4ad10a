"""The Compare tab as a person uses it, in a real browser on an engine without models."""

import re
from typing import Any

from playwright.sync_api import expect

FRENCH = "Je suis triste , quelle colère"


def run(page: Any, text: str) -> None:
    """Type tweets and press Compare."""
    page.locator("#td-box textarea").fill(text)
    page.get_by_role("button", name="Compare", exact=True).click()


def card(page: Any, number: int = 1) -> Any:
    """The card of one tweet, once it is there."""
    found = page.locator(f'.td-card[data-number="{number}"]')
    found.wait_for()
    return found


def panel(page: Any, which: int, number: int = 1) -> Any:
    """0: original and student; 1: translation and teacher."""
    return card(page, number).locator(".td-panel").nth(which)


def test_the_page_says_what_is_loaded_and_what_to_do(visit, site):
    page = visit(site)
    expect(page.get_by_role("heading", level=1)).to_have_text("Tandem")
    expect(page.locator(".td-models")).to_contain_text("Teacherdemo teacher 12.3 M")
    expect(page.locator(".td-header")).to_contain_text(
        "Teacher: left out, being none of the six emotions: surprise."
    )
    expect(page.locator(".td-state")).to_have_text("Ready · CPU")
    expect(page.locator(".td-empty")).to_contain_text("Nothing compared yet")
    assert page.get_by_role("tab").all_text_contents() == [
        "Compare",
        "Explain",
        "Batch",
        "Train",
        "Models",
    ]


def test_an_example_fills_the_box_and_answers(visit, site):
    page = visit(site)
    page.get_by_role("button", name="One of each", exact=True).click()
    expect(page.locator(".td-card")).to_have_count(5)
    assert len(page.locator("#td-box textarea").input_value().split("\n")) == 5
    russian = page.get_by_label("Language of tweet 5").locator("option:checked")
    expect(russian).to_have_text("Auto: Russian >99 %")
    page.get_by_role("button", name="Russian", exact=True).click()
    expect(page.locator(".td-card")).to_have_count(3)


def test_a_card_shows_answer_words_and_numbers(visit, site):
    page = visit(site)
    run(page, FRENCH)
    one = card(page)
    expect(one.locator(".td-verdict")).to_contain_text(re.compile("agree|says"))
    expect(panel(page, 0).locator("mark.td-trigger")).to_contain_text(["triste", "colère"])
    expect(panel(page, 1).locator(".td-text")).to_have_text("Je suis sad , quelle angry")
    for side in (0, 1):
        expect(panel(page, side).locator(".td-bars tr")).to_have_count(6)
    expect(panel(page, 0).locator(".td-tick")).to_have_count(6)
    expect(panel(page, 0).locator(".td-before")).to_contain_text("before:")
    expect(one.locator(".td-weight .td-sentence")).to_contain_text("would have counted")
    expect(one.locator(".td-weight .td-gauge")).to_have_attribute("role", "img")
    one.locator(".td-weight summary").click()
    expect(one.locator(".td-bars-small tr")).to_have_count(6)


def test_keys_run_the_comparison(visit, site):
    page = visit(site)
    box = page.locator("#td-box textarea")
    box.fill("the bus")
    box.press("Control+Enter")
    expect(panel(page, 0).locator(".td-text")).to_have_text("the bus")
    box.fill("the train")
    box.press("Shift+Enter")
    expect(panel(page, 0).locator(".td-text")).to_have_text("the train")


def test_nothing_to_compare_is_said(visit, site):
    page = visit(site)
    run(page, " \n\n  ")
    expect(page.locator("#td-status .td-problem")).to_contain_text("nothing to compare")
    expect(page.locator(".td-empty")).to_be_visible()


def test_an_edited_translation_moves_teacher_and_weight(visit, site):
    page = visit(site)
    run(page, FRENCH)
    weight = card(page).locator(".td-weight").inner_text()
    student = panel(page, 0).locator(".td-bars").inner_text()
    card(page).get_by_role("button", name="Edit", exact=True).click()
    page.get_by_label("English translation of tweet 1").fill("I adore you <b>so</b> ${1+1}")
    page.keyboard.press("Enter")
    expect(panel(page, 1).locator(".td-answer")).to_contain_text("Love")
    expect(panel(page, 1).locator(".td-text")).to_have_text("I adore you <b>so</b> ${1+1}")
    expect(panel(page, 1)).to_contain_text("Edited by you")
    assert card(page).locator(".td-weight").inner_text() != weight
    assert panel(page, 0).locator(".td-bars").inner_text() == student
    expect(card(page).get_by_role("button", name="Edit", exact=True)).to_be_focused()
    card(page).get_by_role("button", name="Back to the machine translation").click()
    expect(panel(page, 1).locator(".td-text")).to_have_text("Je suis sad , quelle angry")
    assert card(page).locator(".td-weight").inner_text() == weight


def test_leaving_the_field_or_update_changes_it_and_escape_does_not(visit, site):
    page = visit(site)
    run(page, FRENCH)
    edit = "English translation of tweet 1"
    card(page).get_by_role("button", name="Edit", exact=True).click()
    page.get_by_label(edit).fill("never mind")
    page.keyboard.press("Escape")
    expect(panel(page, 1).locator(".td-text")).to_have_text("Je suis sad , quelle angry")
    card(page).get_by_role("button", name="Edit", exact=True).click()
    expect(page.get_by_label(edit)).to_have_value("Je suis sad , quelle angry")
    page.get_by_label(edit).fill("so happy")
    page.locator("#td-box textarea").focus()
    expect(panel(page, 1).locator(".td-text")).to_have_text("so happy")
    card(page).get_by_role("button", name="Edit", exact=True).click()
    page.get_by_label(edit).fill("so scared")
    card(page).get_by_role("button", name="Update", exact=True).click()
    expect(panel(page, 1).locator(".td-answer")).to_contain_text("Fear")


def test_the_language_can_be_set_for_one_card(visit, site):
    page = visit(site)
    run(page, f"the bus\n{FRENCH}")
    box = page.get_by_label("Language of tweet 2")
    expect(box.locator("option:checked")).to_have_text(re.compile("Auto: French"))
    box.focus()
    box.select_option("en")
    expect(panel(page, 1, 2)).to_contain_text("English already")
    expect(box).to_have_value("en")
    expect(box).to_be_focused()
    expect(page.get_by_label("Language of tweet 1")).to_have_value("auto")


def test_comparing_again_forgets_what_was_changed(visit, site):
    page = visit(site)
    run(page, FRENCH)
    card(page).get_by_role("button", name="Edit", exact=True).click()
    page.get_by_label("English translation of tweet 1").fill("so scared")
    page.keyboard.press("Enter")
    expect(panel(page, 1)).to_contain_text("Edited by you")
    page.get_by_label("Language of tweet 1").select_option("nl")
    expect(page.get_by_label("Language of tweet 1")).to_have_value("nl")
    card(page).get_by_role("button", name="Edit", exact=True).click()
    page.get_by_label("English translation of tweet 1").type("half a thought")
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(panel(page, 1)).to_contain_text("Machine translation")
    expect(page.get_by_label("Language of tweet 1")).to_have_value("auto")
    expect(panel(page, 1).locator(".td-text")).to_have_text("Je suis sad , quelle angry")
    expect(page.locator(".td-edit")).to_have_value("Je suis sad , quelle angry")


def test_the_language_of_all_can_be_set(visit, site):
    page = visit(site)
    page.get_by_role("combobox", name="Language", exact=True).click()
    page.get_by_role("option", name="Spanish").click()
    run(page, "the bus")
    expect(page.get_by_label("Language of tweet 1")).to_have_value("es")


def test_word_scores_can_be_read_without_a_mouse(visit, site):
    page = visit(site)
    run(page, FRENCH)
    card(page).get_by_text("Word scores").first.focus()
    page.keyboard.press("Enter")
    rows = panel(page, 0).locator(".td-words tr")
    expect(rows).to_have_count(6)
    expect(rows.nth(2)).to_contain_text("triste trigger")
    expect(rows.nth(2)).to_contain_text("0.80")


def test_two_quick_changes_to_one_card_both_count(visit, held):
    page = visit(held)
    run(page, FRENCH)
    card(page).get_by_role("button", name="Edit", exact=True).click()
    page.get_by_label("English translation of tweet 1").fill("so scared")
    held.engine.hold = 0
    language = page.get_by_label("Language of tweet 1")
    language.focus()
    language.select_option("es")
    expect(card(page)).to_have_attribute("aria-busy", "true")
    held.engine.hold = None
    expect(panel(page, 1)).to_contain_text("Edited by you")
    expect(panel(page, 1).locator(".td-text")).to_have_text("so scared")
    expect(language).to_have_value("es")
    expect(language).to_be_focused()


def test_an_answer_to_an_earlier_comparison_changes_nothing(visit, held):
    page = visit(held)
    run(page, FRENCH)
    card(page)
    held.engine.hold = 0
    page.get_by_label("Language of tweet 1").select_option("en")
    run(page, "the bus")
    held.engine.hold = None
    expect(panel(page, 0).locator(".td-text")).to_have_text("the bus")
    page.wait_for_timeout(500)
    assert [call[0] for call in held.engine.calls] == [[FRENCH], [FRENCH], ["the bus"]]
    expect(panel(page, 0).locator(".td-text")).to_have_text("the bus")
    expect(page.get_by_label("Language of tweet 1")).to_have_value("auto")


def test_the_description_of_the_endpoint_opens_offline(visit, site):
    page = visit(site)
    page.get_by_role("button", name="Use via API").click()
    expect(page.get_by_text("/compare").first).to_be_visible()
    page.wait_for_load_state("networkidle")

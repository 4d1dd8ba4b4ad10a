"""Addresses that carry tweets and settings: opened, copied, wrong, made with other models."""

import hashlib
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from core.errors import TandemError

FRENCH = "Je suis triste , quelle colère"
ODD = (
    "a&b=c#d%41+e ?f \t «😡 👩\u200d👧» \u202ex \x01"
    "<script>window.pwned=1</script> ${window.pwned=2}"
)
PASTE = "(e, t) => { e.value = t; e.dispatchEvent(new Event('input', { bubbles: true })); }"


def opened(visit, site, *pairs):
    """The page at an address with these parameters."""
    return visit(site, query=urlencode(pairs))


def key_of(site):
    """The key, by its definition."""
    lines = (f"{model.role}\t{model.identity}\n" for model in site.engine.describe().models)
    return hashlib.sha256("".join(lines).encode()).hexdigest()[:12]


def texts_of(page):
    """The tweets of the cards, exactly."""
    cards = page.locator(".td-card").all()
    return [card.evaluate("card => JSON.parse(card.dataset.text)") for card in cards]


def test_an_address_fills_the_box_sets_the_language_and_compares(visit, site):
    page = opened(visit, site, ("tweet", FRENCH), ("tweet", ODD), ("language", "fr"))
    expect(page.locator(".td-card")).to_have_count(2)
    assert texts_of(page) == [FRENCH, ODD]
    assert page.locator("#td-box textarea").input_value() == f"{FRENCH}\n{ODD}"
    expect(page.get_by_role("combobox", name="Language", exact=True)).to_have_value("French")
    expect(page.get_by_label("Language of tweet 2")).to_have_value("fr")
    expect(page.locator(".td-results")).to_have_attribute("data-language", "fr")
    expect(page.locator(".td-results")).to_have_attribute("data-models", key_of(site))
    expect(page.locator("#td-status p")).to_have_count(0)
    assert page.evaluate("window.pwned") is None


def test_an_address_carries_the_translation_of_a_single_tweet(visit, site):
    page = opened(visit, site, ("tweet", FRENCH), ("translation", "I adore you"))
    right = page.locator(".td-panel").nth(1)
    expect(right.locator(".td-text")).to_have_text("I adore you")
    expect(right).to_contain_text("Edited by you")
    expect(page.get_by_label("Language of tweet 1")).to_have_value("auto")


def test_other_models_than_the_senders_are_said(visit, site):
    page = opened(visit, site, ("tweet", FRENCH), ("models", key_of(site)))
    expect(page.locator(".td-card")).to_have_count(1)
    expect(page.locator(".td-notice")).to_have_count(0)
    for key in ("000000000000", "", "<b>${1}</b>"):
        page.goto(f"{site.url}?{urlencode([('tweet', FRENCH), ('models', key)])}")
        expect(page.locator(".td-card")).to_have_count(1)
        expect(page.locator(".td-notice")).to_contain_text("made with other models")


@pytest.mark.parametrize(
    ("pairs", "sentence"),
    [
        ([("tweet", " ")], "The address holds no tweet"),
        ([("tweet", "b" * 20_001)], "Text 1 has 20,001 characters"),
        ([("tweet", "b"), ("language", "<b>")], "The language '<b>' is not known"),
        ([("tweet", "a"), ("tweet", "b"), ("translation", "c")], "and several tweets"),
        ([("tweet", "!refuse!")], "This tweet is refused. Write another one."),
    ],
)
def test_what_an_address_gets_wrong_is_told_in_a_sentence(visit, site, pairs, sentence):
    page = opened(visit, site, *pairs)
    expect(page.locator(".td-problem")).to_contain_text(sentence)
    expect(page.locator(".td-card")).to_have_count(0)
    assert "Traceback" not in page.content()
    page.get_by_role("button", name="French", exact=True).click()
    expect(page.locator(".td-card")).to_have_count(3)


def test_an_address_of_too_many_tweets_says_which_were_compared(visit, site):
    page = opened(visit, site, *(("tweet", f"t{number}") for number in range(600)))
    expect(page.locator(".td-row")).to_have_count(500)
    expect(page.locator(".td-notice")).to_contain_text("holds 600 tweets; the first 500")


def test_an_address_without_tweets_is_the_plain_page(visit, site):
    page = opened(visit, site, ("language", "fr"), ("translation", "x"), ("models", "0"))
    page.wait_for_selector(".td-state-ready")
    page.wait_for_timeout(300)
    expect(page.locator(".td-empty")).to_contain_text("Nothing compared yet")
    expect(page.locator("#td-status p")).to_have_count(0)


def test_an_address_waits_for_the_models(visit, serve):
    site = serve(loads=False)
    page = visit(site, ready=False, query="tweet=je+suis")
    expect(page.locator("#td-status")).to_contain_text("The answer follows by itself")
    site.engine.ready.set()
    expect(page.locator(".td-card")).to_have_count(1)


def test_an_address_meets_models_that_do_not_load(visit, serve):
    site = serve(fail=True)
    page = visit(site, ready=False, query="tweet=x&models=1")
    with pytest.raises(TandemError) as problem:
        site.engine.wait()
    expect(page.locator("#td-status .td-problem")).to_have_text(str(problem.value))


def test_a_copied_link_shows_the_same(visit, site):
    page = visit(site)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("#td-box textarea").evaluate(PASTE, f"{FRENCH}\n{ODD}")
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.locator(".td-card")).to_have_count(2)
    page.get_by_role("button", name="Copy link to all", exact=True).click()
    expect(page.locator('[data-role="said"]')).to_contain_text("Link copied: it opens this")
    link = page.evaluate("navigator.clipboard.readText()")
    other = visit(site, query=link.partition("?")[2])
    expect(other.locator(".td-card")).to_have_count(2)
    assert texts_of(other) == [FRENCH, ODD]
    expect(other.locator(".td-notice")).to_have_count(0)
    assert other.locator(".td-bars").all_inner_texts() == page.locator(".td-bars").all_inner_texts()


def test_a_link_to_a_changed_card_carries_the_change(visit, site):
    page = visit(site)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("#td-box textarea").fill(FRENCH)
    page.get_by_role("button", name="Compare", exact=True).click()
    page.locator(".td-card").get_by_role("button", name="Edit", exact=True).click()
    page.get_by_label("English translation of tweet 1").fill("I adore you")
    page.keyboard.press("Enter")
    expect(page.locator(".td-panel").nth(1)).to_contain_text("Edited by you")
    page.get_by_label("Language of tweet 1", exact=True).select_option("nl")
    expect(page.get_by_label("Language of tweet 1", exact=True)).to_have_value("nl")
    page.get_by_role("button", name="Copy link to all", exact=True).click()
    expect(page.locator('[data-role="said"]')).to_contain_text("Link copied")
    page.goto(page.evaluate("navigator.clipboard.readText()"))
    expect(page.locator(".td-panel").nth(1).locator(".td-text")).to_have_text("I adore you")
    expect(page.get_by_label("Language of tweet 1", exact=True)).to_have_value("nl")


def test_a_link_that_leaves_changes_out_says_so(visit, site):
    page = visit(site)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("#td-box textarea").fill(f"{FRENCH}\nthe bus")
    page.get_by_role("button", name="Compare", exact=True).click()
    page.get_by_label("Language of tweet 2", exact=True).select_option("nl")
    expect(page.locator('[data-role="announce"]')).to_contain_text("Tweet 2 was compared again")
    page.get_by_role("button", name="Copy link to all", exact=True).click()
    expect(page.locator('[data-role="said"]')).to_contain_text("are not part of it")


def test_a_link_that_would_be_too_long_says_so(visit, site):
    page = visit(site)
    page.locator("#td-box textarea").evaluate(PASTE, "\n".join(["long " * 40] * 50))
    page.get_by_role("button", name="Compare", exact=True).click()
    page.get_by_role("button", name="Copy link to all", exact=True).click()
    expect(page.locator('[data-role="said"]')).to_contain_text("8,000 only. Export a file instead")


def test_without_a_clipboard_the_link_stands_in_a_field(visit, site):
    page = visit(site, own=True)
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.goto(f"{site.url}?tweet=the+bus")
    expect(page.locator(".td-card")).to_have_count(1)
    page.get_by_role("button", name="Copy link to all", exact=True).click()
    field = page.get_by_label("Link to this comparison")
    expect(field).to_be_focused()
    query = urlencode({"tweet": "the bus", "language": "auto", "models": key_of(site)})
    expect(field).to_have_value(f"{site.url}?{query}")

"""The Explain tab as a person uses it, in a real browser on an engine without models."""

import json
import re
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

FRENCH = "Je suis triste , quelle colère dans mon train"
ODD = (
    "a&b=c#d%41+e ?f «😡 👩\u200d👧» \u202ex \x01"
    "<script>window.pwned=1</script> ${window.pwned=2} and more words"
)


def opened(visit, site, theme="light", width=1280):
    """The page with the Explain tab open."""
    page = visit(site, theme, width)
    page.get_by_role("tab", name="Explain", exact=True).click()
    page.wait_for_selector("#td-x-text")
    return page


def finished(page, text=None):
    """Wait until the results of a text are whole; gives them."""
    shown = page.locator('.td-x-results[data-finished="true"]')
    expect(shown).to_have_count(1)
    if text is not None:
        expect(shown).to_have_attribute("data-text", json.dumps(text))
    return shown


def explain(page, text):
    """Type a tweet and press Explain."""
    page.locator("#td-x-text").fill(text)
    page.get_by_role("button", name="Explain", exact=True).locator("visible=true").click()
    return finished(page, text)


def row(page, method):
    """The row of one method."""
    return page.locator(f'.td-x-row[data-method="{method}"]')


def cell(page, method, place=0):
    """One method on one side: 0 the student, 1 the teacher."""
    return row(page, method).locator(".td-x-cell").nth(place)


def asked(site):
    """The newest question that the engine was asked."""
    return [call[1] for call in site.engine.calls if call[0] == "explain"][-1]


def test_an_empty_tab_says_what_to_do(visit, site):
    page = opened(visit, site)
    expect(page.locator("#td-x-results .td-empty")).to_contain_text("Nothing explained yet")
    expect(page.locator(".td-x-marked")).to_be_hidden()
    ticked = page.locator('[name="method"]:checked')
    values = ticked.evaluate_all("boxes => boxes.map(box => box.value)")
    assert "cosine" in values and "integrated_gradients" in values and "lime" not in values
    expect(page.get_by_label("Student before refinement")).to_be_visible()


def test_words_are_coloured_by_sign_and_carry_their_scores(visit, site):
    page = opened(visit, site)
    shown = explain(page, FRENCH)
    expect(shown.get_by_role("heading", level=2)).to_contain_text(re.compile("agree|says"))
    expect(page.locator(".td-x-side")).to_have_count(2)
    text = cell(page, "integrated_gradients").locator(".td-x-text")
    expect(text).to_have_text(FRENCH)
    sad = text.locator('[data-w="2"]')
    expect(sad).to_have_class("td-w td-for td-strong")
    expect(sad).to_have_attribute("title", "score +0.9")
    against = text.locator(".td-against").first
    assert "wavy" in against.evaluate("word => getComputedStyle(word).textDecoration")
    expect(cell(page, "integrated_gradients", 1).locator(".td-x-text")).to_have_text(
        "Je suis sad , quelle angry dans mon train"
    )
    expect(row(page, "cosine")).to_contain_text("class-independent")
    expect(cell(page, "cosine").locator(".td-against")).to_have_count(0)
    expect(cell(page, "contribution", 1)).to_contain_text("This model pools the first token")


def test_a_verdict_gives_its_reasons_to_pointer_and_keyboard(visit, site):
    page = opened(visit, site)
    explain(page, FRENCH)
    for method, name in (("cosine", "holds"), ("saliency", "doubtful"), ("random", "fails")):
        expect(cell(page, method).locator(".td-badge")).to_contain_text(name)
    badge, tip = (
        cell(page, "saliency").locator(".td-badge"),
        cell(page, "saliency").locator(".td-tip"),
    )
    expect(tip).to_be_hidden()
    badge.hover()
    expect(tip).to_be_visible()
    expect(tip.locator(".td-tip-row")).to_have_count(4)
    expect(tip).to_contain_text("0.420 · random \u22120.050 to 0.110")
    page.mouse.move(0, 0)
    expect(tip).to_be_hidden()
    badge.focus()
    expect(tip).to_be_visible()
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    assert badge.get_attribute("aria-describedby") == tip.get_attribute("id")


def test_figures_and_scores_unfold_and_stay_so(visit, site):
    page = opened(visit, site)
    explain(page, FRENCH)
    one = cell(page, "integrated_gradients")
    one.locator("summary").click()
    expect(one.locator(".td-x-figures tbody tr")).to_have_count(10)
    expect(one.locator(".td-x-figures")).to_contain_text("Insertion AUC")
    expect(one.locator(".td-x-figures")).to_contain_text("0.4\u00a0%")
    expect(one.locator(".td-words tr")).to_have_count(9)
    explain(page, "Je suis triste dans le bus ce soir")
    expect(one.locator("details")).to_have_attribute("open", "")
    expect(cell(page, "cosine").locator("details")).not_to_have_attribute("open", "")


def test_a_short_text_has_no_verdict_and_says_why(visit, site):
    page = opened(visit, site)
    explain(page, "je suis")
    expect(cell(page, "cosine").locator(".td-badge")).to_contain_text("–")
    expect(page.locator(".td-x-side").first).to_contain_text("fewer than 5 words")


def test_numerical_warnings(visit, site):
    page = opened(visit, site)
    page.get_by_role("button", name="All", exact=True).click()
    explain(page, FRENCH)
    expect(cell(page, "gradient_shap")).to_contain_text("numerical warning: scores miss 3\u00a0%")
    expect(cell(page, "kernel_shap")).to_contain_text("strong numerical warning")
    expect(cell(page, "integrated_gradients")).not_to_contain_text("numerical warning")
    expect(cell(page, "lime")).to_contain_text("64 steps were needed.")


def test_choices_reach_the_engine(visit, site):
    page = opened(visit, site)
    page.get_by_role("button", name="None", exact=True).click()
    page.get_by_label("LIME", exact=True).check()
    page.get_by_label("Teacher", exact=True).uncheck()
    page.get_by_label("Student before refinement").check()
    page.locator('[name="target"]').select_option("Anger")
    page.locator('[name="against"]').select_option("Joy")
    page.locator('#td-x-form [name="language"]').select_option("fr")
    page.get_by_text("Own translation", exact=True).click()
    page.locator('[name="translation"]').fill("I am sad")
    page.get_by_text("Options", exact=True).click()
    page.get_by_label("Seed").fill("7")
    page.locator('[data-option="lime.samples"]').fill("50")
    page.get_by_label("Trigger words, if they are known").fill("[0, 0, 1, 0, 0, 1, 0, 0, 0]")
    explain(page, FRENCH)
    question = asked(site)
    assert (question.methods, question.roles) == (("lime",), ("student", "student before"))
    assert (question.target, question.against, question.language) == ("Anger", "Joy", "fr")
    assert (question.translation, question.seed) == ("I am sad", 7)
    assert question.options == {"lime": {"samples": 50}}
    assert question.gold == (0, 0, 1, 0, 0, 1, 0, 0, 0)
    expect(page.locator(".td-x-target").first).to_contain_text("Anger against Joy")
    expect(cell(page, "lime").locator(".td-gold")).to_have_text(["triste", "colère"])
    expect(cell(page, "lime", 1).locator(".td-x-who")).to_have_text("Student before refinement")


@pytest.mark.parametrize("keys", ["Control+Enter", "Meta+Enter"])
def test_keys_explain(visit, site, keys):
    page = opened(visit, site)
    page.locator("#td-x-text").fill("the happy bus")
    page.locator("#td-x-text").press(keys)
    finished(page, "the happy bus")


def test_slow_methods_fill_in_and_can_be_stopped(visit, held):
    held.engine.hold = 8
    page = opened(visit, held)
    page.get_by_role("button", name="All", exact=True).click()
    page.locator("#td-x-text").fill(FRENCH)
    page.locator("#td-x-text").press("Control+Enter")
    expect(cell(page, "cosine").locator(".td-x-text")).to_have_text(FRENCH)
    expect(cell(page, "lime")).to_contain_text("Waiting…")
    expect(page.locator("#td-x-status")).to_contain_text("8 of 26 steps")
    page.locator("#td-x-stop").click()
    finished(page)
    expect(page.locator("#td-x-status")).to_contain_text("Stopped: what was done")
    expect(cell(page, "lime")).to_contain_text("Stopped before this method")
    expect(cell(page, "cosine").locator(".td-x-text")).to_have_text(FRENCH)
    expect(page.locator("#td-x-stop")).to_be_hidden()


def test_a_new_question_ends_the_old_one(visit, held, until):
    held.engine.hold = 2
    page = opened(visit, held)
    page.locator("#td-x-text").fill(FRENCH)
    page.locator("#td-x-text").press("Control+Enter")
    expect(page.locator("#td-x-status")).to_contain_text("steps")
    page.get_by_role("button", name="Dutch", exact=True).locator("visible=true").click()
    expect(page.locator("#td-x-status")).to_contain_text("steps")
    until(lambda: held.engine.stopped == 1)
    held.engine.hold = None
    shown = finished(page)
    expect(shown).to_have_attribute("data-text", re.compile("Wat heerlijk"))
    page.wait_for_timeout(500)
    expect(shown).to_have_attribute("data-text", re.compile("Wat heerlijk"))
    expect(page.locator("#td-x-status .td-notice")).to_have_count(0)


def test_a_card_hands_its_tweet_over(visit, site):
    page = visit(site)
    detail = {"text": FRENCH, "language": "fr", "translation": "I am sad today , what anger"}
    hand = "detail => window.dispatchEvent(new CustomEvent('td-explain', { detail }))"
    page.evaluate(hand, detail)
    finished(page, FRENCH)
    expect(page.get_by_role("tab", name="Explain")).to_have_attribute("aria-selected", "true")
    assert (asked(site).language, asked(site).translation) == ("fr", detail["translation"])
    expect(cell(page, "cosine", 1).locator(".td-x-text")).to_have_text(detail["translation"])
    page.get_by_role("tab", name="Compare", exact=True).click()
    page.evaluate(hand, {"text": "the bus", "language": "auto", "translation": None})
    finished(page, "the bus")
    assert asked(site).translation is None and asked(site).language == "auto"


def test_the_button_of_a_card_explains_it(visit, site):
    page = visit(site)
    page.locator("#td-box textarea").fill(FRENCH)
    page.get_by_role("button", name="Compare", exact=True).click()
    page.locator('.td-card [data-act="explain"]').click()
    finished(page, FRENCH)
    expect(page.locator("#td-x-text")).to_have_value(FRENCH)


def test_an_address_asks_and_a_copied_link_shows_the_same(visit, site):
    pairs = [
        ("explain", ODD), ("language", "nl"), ("translation", "a b"), ("role", "both"),
        ("methods", "lime,cosine"), ("target", "Anger"), ("seed", "3"),
        ("option", "lime.samples:40"),
    ]  # fmt: skip
    page = visit(site, query=urlencode(pairs))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    finished(page, ODD)
    first = asked(site)
    assert (first.text, first.methods, first.target) == (ODD, ("cosine", "lime"), "Anger")
    assert (first.language, first.translation, first.seed) == ("nl", "a b", 3)
    assert first.options == {"lime": {"samples": 40}}
    expect(page.locator("#td-x-text")).to_have_value(ODD)
    page.get_by_role("button", name="Copy link", exact=True).click()
    expect(page.locator('[data-role="said"]')).to_contain_text("Link copied")
    link = page.evaluate("navigator.clipboard.readText()")
    other = visit(site, query=link.partition("?")[2])
    finished(other, ODD)
    assert asked(site) == first and asked(site) is not first
    expect(other.locator("#td-x-status .td-notice")).to_have_count(0)
    assert page.evaluate("window.pwned") is None


@pytest.mark.parametrize(
    ("pairs", "sentence"),
    [
        ([("explain", " ")], "There is nothing to explain"),
        ([("explain", "b" * 20_001)], "has 20,001 characters"),
        ([("explain", "b"), ("language", "<b>")], "The language '<b>' is not known"),
        ([("explain", "b"), ("methods", "<i>")], "The method '<i>' is not known"),
        ([("explain", "b"), ("gold", "2")], "are not a list of 0 and 1"),
        ([("explain", "!refuse!")], "This tweet is refused. Write another one."),
        ([("explain", "!defect!")], "went wrong on our side"),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence(visit, site, pairs, sentence):
    page = visit(site, query=urlencode(pairs))
    expect(page.locator("#td-x-status .td-problem")).to_contain_text(sentence)
    assert "Traceback" not in page.content() and "secret detail" not in page.content()
    page.locator("#td-x-form").get_by_role("button", name="Dutch", exact=True).click()
    finished(page)


def test_other_models_than_the_senders_are_said(visit, site):
    page = visit(site, query="explain=the+bus&models=000")
    expect(page.locator("#td-x-status .td-notice")).to_contain_text("made with other models")


def test_an_own_translation_is_not_used_for_another_tweet(visit, site):
    page = opened(visit, site)
    page.get_by_text("Own translation", exact=True).click()
    page.locator('[name="translation"]').fill("I am so angry")
    explain(page, "je suis en colère")
    assert asked(site).translation == "I am so angry"
    page.locator('[name="target"]').select_option("Joy")
    explain(page, "je suis en colère")
    assert asked(site).translation == "I am so angry", "the same tweet keeps it"
    explain(page, "ik ben bang")
    assert asked(site).translation is None
    expect(page.locator('[name="translation"]')).to_have_value("")
    page.locator('[name="translation"]').fill("I am afraid")
    explain(page, "ik ben zo bang")
    assert asked(site).translation == "I am afraid", "typed for this one"


def test_a_refused_question_leaves_the_results_standing(visit, site):
    page = opened(visit, site)
    explain(page, FRENCH)
    page.locator('[name="seed"]').evaluate("field => { field.value = '-1'; }")
    page.locator("#td-x-text").press("Control+Enter")
    expect(page.locator("#td-x-status .td-problem")).to_contain_text("seed must be")
    finished(page, FRENCH)


def test_the_address_forgets_what_is_no_longer_shown(visit, site):
    page = visit(site, query="explain=the+bus&seed=3&__theme=dark")
    finished(page, "the bus")
    assert "explain=the+bus" in page.url
    explain(page, FRENCH)
    assert page.url.endswith("?__theme=dark")

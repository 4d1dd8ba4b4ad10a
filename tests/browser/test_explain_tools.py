"""What can be done with an explanation: hide words, mark triggers, take it away as a file."""

import json
import re

import pytest
from playwright.sync_api import expect

from core.annotations import Annotated, to_triggers
from core.data import read_triggers

FRENCH = "Je suis triste , quelle colère dans mon train"
ENGLISH = "I am so happy today in the sun"
HOSTILE = 'a\t"b" <script>window.pwned=1</script> ${window.pwned=2} =1+1 😡 👩\u200d👧  end'


def explain(page, text):
    """Open the tab if need be, type a tweet, press Explain, and wait for the end."""
    page.get_by_role("tab", name="Explain", exact=True).click()
    page.locator("#td-x-text").fill(text)
    page.locator("#td-x-text").press("Control+Enter")
    shown = page.locator('.td-x-results[data-finished="true"]')
    expect(shown).to_have_attribute("data-text", json.dumps(text))
    return shown


def panel(page, place=0):
    """The what-if of one side."""
    return page.locator(".td-x-whatif").nth(place)


def mark(page, *words):
    """Press words of the marking section."""
    for word in words:
        page.locator('[data-press="mark"]').get_by_role("button", name=word, exact=True).click()


def saved(page, press):
    """The file that a press downloads: its name and bytes."""
    with page.expect_download() as waiting:
        press()
    return waiting.value.suggested_filename, waiting.value.path()


def test_hidden_words_move_the_probabilities(visit, site):
    page = visit(site)
    explain(page, FRENCH)
    one = panel(page)
    before = one.locator(".td-top").inner_text()
    expect(one.get_by_role("button", name="Show all words")).to_be_disabled()
    one.get_by_role("button", name="triste", exact=True).click()
    one.get_by_role("button", name="colère", exact=True).click()
    expect(one.locator(".td-x-said")).to_contain_text("2 words hidden:")
    expect(one.locator(".td-x-said")).to_contain_text("→")
    assert one.locator(".td-top").inner_text() != before
    expect(one.locator(".td-tick")).to_have_count(6)
    assert [call for call in site.engine.calls if call[0] == "what_if"][-1] == (
        "what_if", FRENCH, "student", [2, 5],
    )  # fmt: skip
    one.get_by_role("button", name="Show all words").click()
    expect(one.locator(".td-x-said")).to_have_text("No word hidden.")
    assert one.locator(".td-top").inner_text() == before
    panel(page, 1).get_by_role("button", name="sad", exact=True).click()
    expect(panel(page, 1).locator(".td-x-said")).to_contain_text("1 word hidden")
    assert [call for call in site.engine.calls if call[0] == "what_if"][-1][2:] == ("teacher", [2])


def test_words_are_reached_and_pressed_by_keyboard(visit, site):
    page = visit(site)
    explain(page, FRENCH)
    words = panel(page).locator(".td-x-word")
    words.first.focus()
    for key, at in (
        ("ArrowRight", 1),
        ("End", 8),
        ("ArrowRight", 8),
        ("Home", 0),
        ("ArrowDown", 1),
    ):
        page.keyboard.press(key)
        expect(words.nth(at)).to_be_focused()
    page.keyboard.press("Space")
    expect(words.nth(1)).to_have_attribute("aria-pressed", "true")
    expect(panel(page).locator(".td-x-said")).to_contain_text("1 word hidden")
    stops = panel(page).locator('.td-x-word[tabindex="0"]')
    expect(stops).to_have_count(1)


def test_marks_become_gold_and_outlive_a_reload(visit, site):
    page = visit(site)
    explain(page, ENGLISH)
    mark(page, "happy", "sun")
    page.get_by_role("button", name="Keep in the list", exact=True).click()
    expect(page.locator('[data-role="marked"]')).to_have_text("Kept: 2 of 8 words marked.")
    text = page.locator('[data-method="cosine"] .td-x-text').first
    expect(text.locator(".td-gold")).to_have_text(["happy", "sun"])
    expect(page.locator('[data-method="cosine"] .td-x-line').first).to_contain_text(
        re.compile(r"plausibility f1 [01]\.\d\d")
    )
    expect(page.locator(".td-x-marked li")).to_have_count(1)
    page.reload()
    page.wait_for_selector(".td-state-ready")
    page.get_by_role("tab", name="Explain", exact=True).click()
    expect(page.locator(".td-x-marked li")).to_contain_text(ENGLISH)
    page.get_by_role("button", name="Edit marks of tweet 1", exact=True).click()
    expect(page.locator('.td-x-results[data-finished="true"]')).to_have_count(1)
    expect(page.locator('[data-press="mark"] [aria-pressed="true"]')).to_have_text(["happy", "sun"])
    expect(text.locator(".td-gold")).to_have_text(["happy", "sun"])
    mark(page, "sun")
    page.get_by_role("button", name="Keep in the list", exact=True).click()
    expect(page.locator(".td-x-marked li .td-gold")).to_have_text(["happy"])
    expect(text.locator(".td-gold")).to_have_text(["happy"])
    page.get_by_role("button", name="Clear marks", exact=True).click()
    expect(text.locator(".td-gold")).to_have_count(0)
    page.get_by_role("button", name="Remove tweet 1 from the list", exact=True).click()
    expect(page.locator(".td-x-marked")).to_be_hidden()


def test_marked_tweets_are_saved_as_a_trigger_file(visit, site, tmp_path):
    page = visit(site)
    for text, words in ((ENGLISH, ["happy"]), (HOSTILE, ["😡", "end"])):
        explain(page, text)
        mark(page, *words)
        page.get_by_role("button", name="Keep in the list", exact=True).click()
    expect(page.locator(".td-x-marked li")).to_have_count(2)
    save = page.get_by_role("button", name="Save as a trigger file", exact=True)
    name, path = saved(page, save.click)
    assert name == "triggers-2-tweets.tsv"
    found = [(one.text, one.triggers) for one in read_triggers(path, labelled=True)]
    assert found == [
        (ENGLISH, (0, 0, 0, 1, 0, 0, 0, 0)),
        (HOSTILE, tuple(int(w in ("😡", "end")) for w in HOSTILE.split(" "))),
    ]
    assert path.read_bytes().decode() == to_triggers(Annotated(*one) for one in found)
    assert page.evaluate("window.pwned") is None
    page.get_by_role("button", name="Remove all", exact=True).click()
    expect(page.locator(".td-x-marked li")).to_have_count(2)
    page.get_by_role("button", name="Press again to remove all 2", exact=True).click()
    expect(page.locator(".td-x-marked")).to_be_hidden()


def test_without_storage_the_list_says_so(visit, site):
    page = visit(site, own=True)
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('no'); } })"
    )
    page.goto(f"{site.url}?explain={ENGLISH}")
    expect(page.locator('.td-x-results[data-finished="true"]')).to_have_count(1)
    mark(page, "happy")
    page.get_by_role("button", name="Keep in the list", exact=True).click()
    expect(page.locator(".td-x-marked li")).to_have_count(1)
    expect(page.locator('[data-role="storage"]')).to_contain_text("lets the page store nothing")


def export(page, kind):
    """The file of a kind."""
    page.locator(".td-x-head .td-menu summary").click()
    button = page.locator(f'[data-x="file"][data-kind="{kind}"]')
    return saved(page, button.click)


def test_json_holds_the_endpoints_record(visit, site):
    page = visit(site)
    explain(page, FRENCH)
    name, path = export(page, "json")
    assert name == "explained-je-suis-triste-quelle-col-re-dans-mon-tr.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    assert record["text"] == FRENCH and set(record["sides"]) == {"student", "teacher"}
    student = record["sides"]["student"]
    assert [one["word"] for one in student["words"]] == FRENCH.split(" ")
    assert len(student["methods"]["integrated_gradients"]["scores"]) == 9
    expect(page.locator('[data-role="said"]')).to_contain_text("Saved as explained-je-suis")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_stands_by_itself(visit, site, browser, theme, tmp_path):
    page = visit(site)
    explain(page, HOSTILE)
    name, path = export(page, "html")
    path = path.rename(tmp_path / name)
    context = browser.new_context(java_script_enabled=False, color_scheme=theme)
    alone = context.new_page()
    asked = []
    alone.on("request", lambda request: asked.append(request.url))
    alone.goto(path.as_uri())
    expect(alone.locator(".td-x-tweet")).to_have_text(HOSTILE, use_inner_text=False)
    assert alone.locator(".td-x-row").count() == page.locator(".td-x-row").count()
    expect(alone.locator('[data-method="cosine"] .td-x-text').first).to_have_text(HOSTILE)
    assert len(asked) == 1 and alone.locator("script, img, link").count() == 0
    dark = alone.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dark == {"light": "rgb(246, 247, 249)", "dark": "rgb(18, 22, 29)"}[theme]
    alone.locator('[value="kendall"]').check()
    expect(alone.locator(".td-heat-of-kendall").first).to_be_visible()
    expect(alone.locator(".td-heat-of-spearman").first).to_be_hidden()
    context.close()


def test_the_picture_is_a_picture(visit, site):
    from PIL import Image

    page = visit(site)
    explain(page, HOSTILE)
    name, path = export(page, "png")
    assert name.endswith(".png")
    with Image.open(path) as image:
        image.load()
        colours = {colour for _, colour in image.convert("RGB").getcolors(1 << 24)}
        assert image.width == 2400 and image.height > 1200 and len(colours) > 50
        assert image.convert("RGB").getpixel((5, 5)) == (255, 255, 255)


def test_what_is_forgotten_is_said(visit, site):
    page = visit(site)
    explain(page, FRENCH)
    page.locator(".td-x-results").evaluate("shown => { shown.dataset.run = 'x'; }")
    panel(page).get_by_role("button", name="triste", exact=True).click()
    expect(panel(page).get_by_role("alert")).to_contain_text("no longer kept on the server")


def test_linked_words_light_up_by_pointer_and_by_key(visit, site):
    page = visit(site)
    explain(page, FRENCH)
    row = page.locator('[data-method="cosine"]')
    row.locator('[data-side="source"] [data-w="2"]').hover()
    expect(row.locator(".td-partner")).to_have_text("sad")
    row.locator('[data-side="english"] [data-w="5"]').hover()
    expect(row.locator(".td-partner")).to_have_text("colère")
    fold = page.locator('[data-key="linked-integrated_gradients"]')
    expect(fold.locator("summary")).to_contain_text(
        "0.62; by chance \u22120.41 to 0.40: more alike than chance"
    )
    box = fold.get_by_role("group", name="Student", exact=True)
    box.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(fold.locator(".td-partner")).to_have_text("sad")
    expect(fold.locator(".td-partner-own")).to_have_count(2)  # the student's, and the carried one
    expect(fold.locator('[data-role="linked"]')).to_contain_text("sad")

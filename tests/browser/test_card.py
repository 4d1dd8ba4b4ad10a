"""One card in a real browser: what refinement did, what was read, copying, and being replaced."""

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from core.records import Comparison, PieceKind, Reading

FRENCH = "Je suis triste , quelle colère"
HOSTILE = '<img src=x onerror="window.pwned=1"> ${alert(1)} | `x` # je suis triste & 100 %'
CUT = 9  # characters that the engine of ``with_readings`` reads


def run(page: Any, text: str) -> Any:
    """Compare one tweet; its card."""
    page.locator("#td-box textarea").fill(text)
    page.get_by_role("button", name="Compare", exact=True).click()
    card = page.locator('.td-card[data-number="1"]')
    card.wait_for()
    return card


def button(card: Any, act: str) -> Any:
    """One of the card's buttons."""
    return card.locator(f'[data-act="{act}"]')


def clipboard(page: Any) -> str:
    """What was copied."""
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text.replace("\r\n", "\n")


@pytest.fixture
def copying(visit: Any, site: Any) -> Any:
    """The ordinary page, allowed to copy."""
    page = visit(site)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    return page


def with_readings(site: Any) -> Any:
    """The same site, its engine telling sub-tokens too: a few characters read, one unknown."""
    plain = site.engine.compare

    def compare(*args: Any, **options: Any) -> list[Comparison]:
        return [_read(one) for one in plain(*args, **options)]

    site.engine.compare = compare
    return site


def _read(one: Comparison) -> Comparison:
    kinds = (PieceKind.SPECIAL, PieceKind.KNOWN, PieceKind.UNKNOWN, PieceKind.SPECIAL)
    pieces = ("<s>", "▁<b>${x}", "<unk>", "</s>")
    reading = Reading(pieces, kinds, {2: "🧿<i>"}, 4, 12, min(CUT, len(one.text)), "▁")
    scores = replace(one.triggers["student"], reading=reading)
    student = replace(one.student, truncated=True)
    return replace(one, student=student, triggers={**one.triggers, "student": scores})


def test_what_refinement_did_is_said_first_and_unfolds_by_key(visit: Any, site: Any) -> None:
    page = visit(site)
    section = run(page, FRENCH).locator(".td-finding").first
    expect(section.locator("h4")).to_have_text("What refinement did")
    expect(section.locator(".td-sentence")).to_contain_text("distance")
    expect(section.locator(".td-gauge")).to_have_attribute("role", "img")
    expect(section.locator(".td-diverging")).to_be_hidden()
    section.locator("summary").focus()
    page.keyboard.press("Enter")
    rows = section.get_by_role("table").locator("tbody tr")
    expect(rows).to_have_count(6)
    steps = [
        float(text.replace("−", "-")) for text in rows.locator("td:last-child").all_inner_texts()
    ]
    assert abs(sum(steps)) < 0.5 and [abs(x) for x in steps] == sorted(
        map(abs, steps), reverse=True
    )
    expect(section).to_contain_text("KL(teacher‖student)")
    middle = section.locator(".td-track div").first.bounding_box()
    for row, step in zip(rows.all(), steps, strict=True):
        bar = row.locator(".td-fill").bounding_box()
        right = bar["x"] >= middle["x"] + middle["width"] / 2 - 1
        assert right == (step >= 0) or bar["width"] <= 1


def test_what_was_read_unfolds_and_the_rest_is_marked(visit: Any, serve: Any) -> None:
    page = visit(with_readings(serve()))
    card = run(page, HOSTILE)
    panel = card.locator(".td-panel").first
    expect(panel.locator(".td-unread")).to_have_text(HOSTILE[CUT:])
    expect(panel.locator(".td-text")).to_have_text(HOSTILE)
    expect(panel).to_contain_text(f"{CUT} of {len(HOSTILE)} characters")
    fold = panel.get_by_text("What the model read")
    expect(fold).to_contain_text("4 of at most 4 sub-tokens, 1 unknown, 12 cut off")
    expect(panel.locator(".td-pieces")).to_be_hidden()
    fold.click()
    expect(panel.locator(".td-pieces")).to_contain_text("▁<b>${x}")
    expect(panel.locator(".td-piece-unknown bdi")).to_have_text("🧿<i>")
    assert page.evaluate("window.pwned") is None
    expect(card.locator(".td-panel").nth(1).locator(".td-pieces")).to_have_count(0)


def test_copy_puts_the_card_as_markdown_on_the_clipboard(copying: Any) -> None:
    card = run(copying, HOSTILE)
    button(card, "copy").click()
    expect(card.locator(".td-copied")).to_have_text("Copied")
    expect(copying.locator('[data-role="announce"]')).to_have_text("Copied")
    text = clipboard(copying)
    assert text.startswith("**Student")
    assert '\n> \\<img src=x onerror="window.pwned=1"\\> \\$\\{alert(1)\\} \\| \\`x\\`' in text
    assert "| **Label** |" in text and "Translation weight: **" in text
    assert copying.evaluate("window.pwned") is None


def test_link_asks_the_same_question_again(copying: Any) -> None:
    card = run(copying, FRENCH)
    button(card, "link").click()
    expect(card.locator(".td-copied")).to_have_text("Address copied")
    address = urlsplit(clipboard(copying))
    here = urlsplit(copying.url)
    assert (address.scheme, address.netloc, address.path) == (here.scheme, here.netloc, here.path)
    asked = parse_qs(address.query, strict_parsing=True)
    assert asked.pop("models", None) in (
        None,
        [copying.locator(".td-results").get_attribute("data-models")],
    )
    assert asked == {"tweet": [FRENCH], "language": ["auto"]}


def test_link_carries_the_own_translation_and_language(copying: Any) -> None:
    card = run(copying, HOSTILE)
    copying.evaluate("document.querySelector('.td-results').dataset.models = 'k&y=1'")
    button(card, "edit").click()
    copying.get_by_label("English translation of tweet 1").fill("so & happy + 1 = 2")
    copying.keyboard.press("Enter")
    expect(card).to_contain_text("Edited by you")
    copying.get_by_label("Language of tweet 1").select_option("nl")
    expect(copying.get_by_label("Language of tweet 1")).to_have_value("nl")
    expect(card).to_contain_text("Edited by you")
    expect(card).not_to_have_attribute("aria-busy", "true")
    button(card, "link").click()
    expect(card.locator(".td-copied")).to_have_text("Address copied")
    assert parse_qs(urlsplit(clipboard(copying)).query, strict_parsing=True) == {
        "tweet": [HOSTILE],
        "language": ["nl"],
        "translation": ["so & happy + 1 = 2"],
        "models": ["k&y=1"],
    }


def test_a_link_opens_the_card_that_it_was_copied_from(copying: Any) -> None:
    card = run(copying, HOSTILE)
    button(card, "edit").click()
    copying.get_by_label("English translation of tweet 1").fill("so & happy + 1 = 2")
    copying.keyboard.press("Enter")
    expect(card).to_contain_text("Edited by you")
    shown = card.inner_text()
    button(card, "link").click()
    expect(card.locator(".td-copied")).to_have_text("Address copied")
    copying.goto(clipboard(copying))
    expect(card).to_contain_text("Edited by you")
    assert card.inner_text() == shown
    expect(copying.locator("#td-status .td-notice")).to_have_count(0)
    assert copying.evaluate("window.pwned") is None


def test_a_tweet_too_long_for_an_address_says_so(copying: Any) -> None:
    card = run(copying, "so " * 4_000)
    button(card, "link").click()
    expect(card.locator(".td-card-problem")).to_contain_text("too long for an address")
    expect(card.locator(".td-copied")).to_be_empty()


def test_without_a_clipboard_the_text_is_shown_selected(visit: Any, site: Any) -> None:
    """As where the page is opened over plain http from another machine."""
    page = visit(site)
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    card = run(page, HOSTILE)
    button(card, "copy").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    field = dialog.get_by_role("textbox")
    expect(field).to_be_focused()
    text = field.input_value()
    assert "\\<img src=x" in text and page.evaluate("window.pwned") is None
    assert page.evaluate("(f => [f.selectionStart, f.selectionEnd])(document.activeElement)") == [
        0,
        len(text.encode("utf-16-le")) // 2,
    ]
    found = Axe().run(page).response["violations"]
    assert not [v["id"] for v in found for n in v["nodes"] if "td-" in n["html"]]
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(button(card, "copy")).to_be_focused()
    expect(card.locator(".td-copied")).to_be_empty()


def test_a_replaced_card_tells_its_number_wherever_it_stands(visit: Any, site: Any) -> None:
    """In a row of a table as well: the new card takes the old one's place and says so."""
    page = visit(site)
    card = run(page, FRENCH)
    page.evaluate(
        """() => {
          window.heard = [];
          const card = document.querySelector('.td-card');
          const table = document.createElement('table');
          const cell = table.insertRow().insertCell();
          card.replaceWith(table);
          cell.append(card);
          table.addEventListener('td-card-replaced', (event) => window.heard.push(
            [event.detail.number, event.target === cell.firstElementChild]));
        }"""
    )
    card.locator(".td-finding summary").first.click()
    page.get_by_label("Language of tweet 1").select_option("en")
    expect(page.locator("td > .td-card")).to_contain_text("English already")
    assert page.evaluate("window.heard") == [[1, True]]
    expect(page.locator("td .td-diverging")).to_be_visible()
    expect(page.locator('[data-role="announce"]')).to_have_text("Tweet 1 was compared again.")


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 380)])
def test_axe_and_width_with_everything_unfolded(
    visit: Any, serve: Any, theme: str, width: int
) -> None:
    page = visit(with_readings(serve()), theme, width)
    long = "достопримечательностидостопримечательностидостопримечательности 👩\u200d👩\u200d👧 "
    card = run(
        page, long + "hottentottensoldatententententoonstellingmakersopleiding \u202e je suis"
    )
    for fold in card.locator("summary").all():
        fold.click()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    wide = page.evaluate(
        "[...document.querySelectorAll('.td-card *')].filter(e => !e.closest('.td-sr') && "
        "(e.getBoundingClientRect().right > innerWidth || e.getBoundingClientRect().left < 0))"
        ".map(e => e.outerHTML.slice(0, 120))"
    )
    assert not wide, wide
    nodes = [
        (violation["id"], node["html"])
        for violation in Axe().run(page).response["violations"]
        for node in violation["nodes"]
    ]
    assert not [node for node in nodes if "td-" in node[1]], nodes


def test_the_whole_card_is_walked_with_the_tab_key(visit: Any, site: Any) -> None:
    page = visit(site)
    card = run(page, FRENCH)
    page.get_by_label("Language of tweet 1").focus()
    met = ["language"]
    while len(met) < 20 and met[-1] != "link":
        page.keyboard.press("Tab")
        met.append(
            page.evaluate(
                "(e => e.dataset.act || (e.tagName === 'SUMMARY' ? e.firstChild.textContent.trim() "
                ": e.className.split(' ')[0]))(document.activeElement)"
            )
        )
    assert met == [
        *["language", "td-text", "Word scores", "td-text", "edit", "Word scores"],
        *[
            "Change by class",
            "How it is measured",
            "Disagreement by class",
            "explain",
            "copy",
            "link",
        ],
    ]
    expect(card).to_be_visible()

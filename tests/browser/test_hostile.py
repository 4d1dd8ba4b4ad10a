"""Texts that try to be more than text, failures, and who may knock at the door."""

import json
import logging
import urllib.error
import urllib.request

import pytest
from playwright.sync_api import expect

HOSTILE = [
    "<script>window.pwned=1</script> je suis triste",
    "${alert(1)} {{x}} {{{x}}} `${window.pwned=2}` \\${alert(3)}",
    "<img src=x onerror=\"window.pwned=4\"> <svg onload='alert(5)'>",
    '" onmouseover="window.pwned=6" data-x="',
    "<!-- </textarea></article></select><h1>big",
    "a" * 10_000,
    "word " * 2_000,
    "😡😡 🎉 👩‍👩‍👧",
    "\u202eabc\u202c el \u200f mar \u2066x",
    "\x01\x07\x1b[31m tab\there \x7f\x85",
    "' OR 1=1 -- &lt;b&gt; &amp;",
    "\u200d",
]


PARTS = [HOSTILE[:4], HOSTILE[4:8], HOSTILE[8:]]  # each few enough for cards


def shown(page, number, side):
    """The text that a panel shows."""
    text = page.locator(f'.td-card[data-number="{number}"] .td-panel').nth(side).locator(".td-text")
    return text.text_content()


def compare(page, texts):
    """Compare a few tweets."""
    page.locator("#td-box textarea").fill("\n".join(texts))
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.locator(f'.td-card[data-number="{len(texts)}"]')).to_be_visible()
    expect(page.locator(".td-card").first).to_have_attribute("data-text", json.dumps(texts[0]))


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 380)])
def test_hostile_texts_show_as_text(visit, site, theme, width):
    page = visit(site, theme, width)
    for part in PARTS:
        compare(page, part)
        for number, text in enumerate(part, start=1):
            if text.isprintable() or text.startswith("word"):
                assert shown(page, number, 0) == text
        assert page.locator("#td-cards :is(script, img, svg, h1)").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        if part is PARTS[1]:
            expect(page.locator(".td-card").nth(1)).to_contain_text("read only the first part")
            expect(page.locator(".td-card").nth(3)).to_contain_text("nothing to translate")
    assert "U+202E" in shown(page, 1, 0) and "U+001B" in shown(page, 2, 0)
    assert page.evaluate("window.pwned") is None


def test_hostile_texts_come_back_whole_when_a_card_is_asked_again(visit, site):
    page = visit(site)
    part = [HOSTILE[place] for place in (0, 1, 3, 8, 9)]
    compare(page, part)
    for number in range(1, 6):
        before = shown(page, number, 0)
        page.get_by_label(f"Language of tweet {number}", exact=True).select_option("en")
        card = page.locator(f'.td-card[data-number="{number}"]')
        for _ in range(200):  # the card may say "English already" before it is asked again
            if site.engine.calls[-1][0] == [part[number - 1]]:
                break
            page.wait_for_timeout(50)
        assert site.engine.calls[-1][0] == [part[number - 1]]
        expect(card.locator(".td-origin").first).to_contain_text("English already")
        assert shown(page, number, 0) == before
    assert page.evaluate("window.pwned") is None


def test_a_text_that_is_too_long_is_refused_in_a_sentence(visit, site):
    page = visit(site)
    page.locator("#td-box textarea").fill("fine\n" + "b" * 20_001)
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.locator(".td-problem")).to_contain_text("Text 2 has 20,001 characters")


def test_errors_are_sentences(visit, site, caplog):
    page = visit(site)
    page.locator("#td-box textarea").fill("!refuse!")
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.locator(".td-problem")).to_have_text("This tweet is refused. Write another one.")
    with caplog.at_level(logging.ERROR, logger="tandem"):
        page.locator("#td-box textarea").fill("!defect!")
        page.get_by_role("button", name="Compare", exact=True).click()
        expect(page.locator(".td-problem")).to_contain_text("went wrong on our side")
    assert "secret detail of the server" in caplog.text
    assert "secret detail" not in page.content() and "Traceback" not in page.content()


def test_an_error_in_a_card_stays_in_that_card(visit, site):
    page = visit(site)
    page.locator("#td-box textarea").fill("je suis triste\nthe bus")
    page.get_by_role("button", name="Compare", exact=True).click()
    card = page.locator('.td-card[data-number="1"]')
    card.get_by_role("button", name="Edit", exact=True).click()
    page.get_by_label("English translation of tweet 1").fill("!defect!")
    page.keyboard.press("Enter")
    expect(card.locator(".td-card-problem")).to_contain_text("went wrong on our side")
    expect(page.get_by_label("English translation of tweet 1")).to_have_value("!defect!")
    expect(page.locator(".td-card")).to_have_count(2)
    assert "secret detail" not in page.content()


def test_the_page_stands_while_models_load(visit, serve):
    site = serve(loads=False)
    page = visit(site, ready=False)
    expect(page.locator(".td-state")).to_have_text("Loading models…")
    page.get_by_role("button", name="French", exact=True).click()
    expect(page.locator("#td-status")).to_contain_text("The answer follows by itself")
    site.engine.ready.set()
    expect(page.locator(".td-card")).to_have_count(3)
    expect(page.locator(".td-state")).to_have_text("Ready · CPU")
    expect(page.locator("#td-status .td-progress")).to_have_count(0)


def test_models_that_do_not_load_are_said_in_a_sentence(visit, serve):
    page = visit(serve(fail=True), ready=False)
    expect(page.locator(".td-state-failed")).to_be_visible()
    sentence = "The folder nowhere holds no model. Give another --teacher."
    expect(page.locator("#td-header .td-problem")).to_have_text(sentence)
    page.get_by_role("button", name="French", exact=True).click()
    expect(page.locator("#td-status .td-problem")).to_have_text(sentence)


def test_progress_is_shown(visit, held):
    held.engine.hold = 5
    page = visit(held)
    page.locator("#td-box textarea").fill("\n".join(f"tweet {i}" for i in range(8)))
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.locator(".td-progress")).to_contain_text("5 of 8 tweets")
    held.engine.hold = None
    expect(page.locator(".td-row")).to_have_count(8)


def answer_for(site, host):
    """Status of the page when asked for under a host name."""
    request = urllib.request.Request(site.url, headers={"Host": host})
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status
    except urllib.error.HTTPError as problem:
        return problem.code


def test_foreign_hosts_are_refused(site):
    assert answer_for(site, f"127.0.0.1:{site.port}") == 200
    assert answer_for(site, "localhost") == 200
    assert answer_for(site, f"[::1]:{site.port}") == 200
    for host in ("evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", ""):
        assert answer_for(site, host) == 400, host


def test_an_open_host_answers_to_addresses_but_not_to_foreign_names():
    from starlette.applications import Starlette
    from starlette.testclient import TestClient

    from dashboard.build import Door, TrustedHosts, _hosts

    def status(door, host):
        app = TrustedHosts(Starlette(), **_hosts(door))
        return TestClient(app).get("/", headers={"Host": host}).status_code

    lan = Door(host="0.0.0.0", logins={"a": "b"})
    for host in ("10.0.0.5:7860", "[fe80::1]:7860", "localhost"):
        assert status(lan, host) == 404, host
    for host in (
        "evil.example",
        "10.0.0.5.evil.example",
        "10.0.0.5#.x",
        "x.gradio.live",
        "[fe80::1",
        "10.0.0.5@evil.example",
        "[::1]x",
    ):
        assert status(lan, host) == 400, host
    assert status(Door(), "10.0.0.5") == 400
    assert status(Door(share=True), "x.gradio.live") == 404
    assert status(Door(host="box.lan"), "BOX.lan:7860") == 404


def test_a_login_is_asked_for(browser, serve):
    site = serve(logins={"ada": "s3cret:with colon"})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{site.url}config", timeout=30)
    assert refused.value.code == 401
    page = browser.new_page()
    page.goto(site.url)
    for password, inside in (("wrong", False), ("s3cret:with colon", True)):
        page.get_by_label("username").fill("ada")
        page.get_by_label("password").fill(password)
        page.get_by_role("button", name="Login", exact=True).click()
        if inside:
            page.get_by_role("button", name="English", exact=True).click()
            expect(page.locator(".td-card").first).to_be_visible(timeout=30_000)
    page.close()

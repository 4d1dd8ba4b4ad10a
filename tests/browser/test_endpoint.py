"""The endpoint ``/compare``, as gradio_client calls it: the same answers as the page."""

import json
import math

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

KEYS = {
    "text", "language", "language_probability", "translation", "translation_status",
    "translation_cut", "teacher", "student",
    "student_before", "agree", "distance", "disagreement", "weight", "percentile",
    "weight_reason", "triggers",
}  # fmt: skip


@pytest.fixture(scope="module")
def client(site):
    return Client(site.url, verbose=False)


def ask(client, *arguments):
    return client.predict(*arguments, api_name="/compare")


def test_a_string_is_split_and_a_list_is_kept(client):
    assert [one["text"] for one in ask(client, "a\n\n b \r\nc")["items"]] == ["a", " b ", "c"]
    texts = ["", " ", "two\nlines", "😡"]
    assert [one["text"] for one in ask(client, texts)["items"]] == texts
    assert ask(client, [])["items"] == ask(client, "")["items"] == []


def test_the_answer_has_the_agreed_shape(client):
    answer = ask(client, ["je suis triste", "${alert(1)} <script>"], "fr")
    one = answer["items"][0]
    assert set(one) == KEYS
    assert one["language"] == "fr" and one["language_probability"] is None
    assert list(one["teacher"]["probabilities"]) == [
        "Love", "Joy", "Anger", "Fear", "Sadness", "Neutral",
    ]  # fmt: skip
    assert math.isclose(sum(one["student"]["probabilities"].values()), 1)
    assert [word["word"] for word in one["triggers"]["student"]] == ["je", "suis", "triste"]
    assert one["triggers"]["student"][2] == {"word": "triste", "score": 0.8, "trigger": True}
    assert one["weight"] is not None and one["weight_reason"] is None
    json.dumps(answer, allow_nan=False)


def test_no_weight_comes_with_its_reason(client):
    one = ask(client, ["😡 😡"])["items"][0]
    assert one["weight"] is None and one["weight_reason"]


def test_page_and_endpoint_agree(client, visit, site):
    text = "je suis triste , quelle colère"
    one = ask(client, text)["items"][0]
    page = visit(site)
    page.locator("#td-box textarea").fill(text)
    page.get_by_role("button", name="Compare", exact=True).click()
    page.wait_for_selector(".td-card")
    sides = page.locator(".td-panel")
    for side, role in ((0, "student"), (1, "teacher")):
        cells = sides.nth(side).locator(".td-bars td:last-child").all_text_contents()
        shares = [round(100 * value) for value in one[role]["probabilities"].values()]
        assert [int(cell.split("\u00a0")[0].split()[0]) for cell in cells] == shares
    assert sides.nth(1).locator(".td-text").text_content() == one["translation"]
    marks = sides.nth(0).locator("mark").all_text_contents()
    assert marks == [word["word"] for word in one["triggers"]["student"] if word["trigger"]]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((3,), "texts must be a string or a list of strings, not a number"),
        (({"a": 1},), "not an object"),
        ((None,), "not nothing"),
        ((True,), "not a truth value"),
        ((["a", 2],), "Item 2 of texts is a number"),
        (([["a"]],), "Item 1 of texts is a list"),
        (("a", "xx"), "The language 'xx' is not known"),
        (("a", 5), "The language '5' is not known"),
        ((["a"] * 501,), "at most 500 texts"),
        (("b" * 20_001,), "at most 20,000"),
        (("!refuse!",), "This tweet is refused. Write another one."),
        (("!defect!",), "went wrong on our side"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence(client, arguments, sentence):
    with pytest.raises(AppError) as refused:
        ask(client, *arguments)
    assert sentence in str(refused.value)
    assert "secret" not in str(refused.value)


def test_no_other_endpoints_are_public(client):
    named = client.view_api(return_format="dict")["named_endpoints"]
    assert set(named) == {
        "/compare", "/explain", "/evaluate",
        "/train_start", "/train_status", "/train_stop", "/runs", "/models",
    }  # fmt: skip

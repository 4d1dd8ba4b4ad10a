"""What the results' script may ask, sent well and sent badly."""

import json
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.answers import to_json
from core.records import (
    Comparison,
    EngineInfo,
    Language,
    Prediction,
    TokenScores,
    Translation,
    TranslationStatus,
    Weight,
    WordScore,
)
from dashboard import wording
from dashboard.services import Services
from dashboard.tabs.questions import functions


class Engine:
    """Agrees on Love whatever it is asked; "boom" is a defect."""

    def start(self):
        pass

    def wait(self):
        pass

    def describe(self):
        return EngineInfo("cpu", ())

    def compare(self, texts, languages, translations=None, progress=None, stop=None):
        if "boom" in texts:
            raise RuntimeError("secret")
        codes = [languages] * len(texts) if isinstance(languages, str) else languages
        return list(map(answer, texts, codes, translations or [None] * len(texts)))

    def links(self, text, language, translation):
        return None


def answer(text, code, translation):
    """One comparison."""
    love = Prediction((1.0, 0.0, 0.0, 0.0, 0.0, 0.0))
    status = TranslationStatus.TRANSLATED if translation is None else TranslationStatus.EDITED
    return Comparison(
        text=text,
        language=Language(code, None),
        translation=Translation(translation or "machine", status),
        teacher=love,
        student=love,
        student_before=None,
        weight=Weight(None, None, None, reason="none"),
        triggers={"student": TokenScores(text, (WordScore(text, 0.5, True),))},
    )


@pytest.fixture(scope="module")
def ask():
    """The server functions by name."""
    found = functions(Services(Engine))
    assert [one.__name__ for one in found] == ["recompare", "row", "file"]
    return {one.__name__: one for one in found}


def item(text="a", language="fr", translation=None):
    """What the page holds of one tweet."""
    return {"text": text, "language": language, "translation": translation}


def test_a_card_and_a_row_are_html_of_the_asked_number(ask):
    question = {"number": 7, **item("<b>${1}</b>", "fr", "own")}
    card, row = (ask[name](question)["html"] for name in ("recompare", "row"))
    assert card.startswith("<article") and 'data-number="7"' in card and "own" in card
    assert row.startswith("<tr") and 'data-number="7"' in row
    assert "<b>" not in card + row and "&lt;b&gt;${1}&lt;/b&gt;" in row


def test_a_file_holds_what_was_asked_in_that_order(ask):
    items = [item("b\0\r\n\u202e👩\u200d👧"), item("=a", "nl", "own"), item("b", "auto")]
    made = ask["file"]({"kind": "jsonl", "items": items})
    records = [json.loads(line) for line in made["text"].splitlines()]
    languages = ("fr", "nl", "auto")
    expected = [
        answer(one["text"], code, one["translation"])
        for one, code in zip(items, languages, strict=True)
    ]
    assert records == [to_json(one) for one in expected]
    assert (made["name"], made["type"].split(";")[0]) == (
        "tandem-3-tweets.jsonl",
        "application/x-ndjson",
    )
    assert "\r\n=a,nl" in ask["file"]({"kind": "csv", "items": items})["text"]
    safe = ask["file"]({"kind": "spreadsheet", "items": items})
    assert '\r\n"\'=a","nl"' in safe["text"] and safe["name"] == "tandem-3-tweets.spreadsheet.csv"


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ({"kind": "exe", "items": [item()]}, "could not be read"),
        ({"kind": "csv", "items": {}}, "could not be read"),
        ({"kind": "csv", "items": [item(), 3]}, "could not be read"),
        ({"kind": "csv", "items": [item(text=3)]}, "could not be read"),
        ({"kind": "csv", "items": [item(translation=3)]}, "could not be read"),
        ({"kind": "csv", "items": [item(language="xx")]}, "'xx' is not known"),
        ({"kind": "csv", "items": [item("b" * 20_001)]}, "20,001 characters"),
        ({"kind": "csv", "items": [item()] * 501}, "at most 500"),
        ({"kind": "csv", "items": []}, "Show some"),
        ({"kind": "csv", "items": [item("boom")]}, "went wrong on our side"),
    ],
)
def test_a_file_that_cannot_be_made_is_told_in_a_sentence(ask, question, sentence, caplog):
    with caplog.at_level(logging.CRITICAL, logger="tandem"):
        made = ask["file"](question)
    assert list(made) == ["problem"] and sentence in made["problem"]
    assert "secret" not in made["problem"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["number", "text", "language", "translation", "kind", "items"]),
            inner,
            max_size=6,
        )
    ),
    max_leaves=8,
)


@given(JSON)
def test_whatever_a_browser_sends_is_answered(ask, question):
    for name in ("recompare", "row", "file"):
        made = ask[name](question)
        assert {"html"} == set(made) or {"text"} < set(made) or {"problem"} == set(made)
        assert made.get("problem") != wording.DEFECT

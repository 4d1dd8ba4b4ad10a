"""Cards with word links: what is asked, what is drawn, and that text stays text."""

import json
import logging
import math
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import ModelError
from core.explanations import LinkedAgreement, Links
from core.links import linked_agreement
from core.records import (
    Comparison,
    Language,
    Prediction,
    TokenScores,
    Translation,
    TranslationStatus,
    Weight,
    WordScore,
)
from dashboard.linked import Linked, linked
from dashboard.views import agreement, card, highlight
from dashboard.wording import links as words

STATUS = TranslationStatus
JOY = Prediction((0.05, 0.7, 0.05, 0.05, 0.05, 0.1))
ANYTHING = st.text(st.characters(codec=None), max_size=40)


class Reader(HTMLParser):
    """Tags with their attributes, and the text between them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def having(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for _, attributes in self.tags if name in attributes]


def scores(text: str, values: list[float] | None = None) -> TokenScores:
    """Scores of a text's words; 0.5 each, or as given, NaN for one that was not read."""
    pieces = text.split(" ")
    given_values = values or [0.5] * len(pieces)
    return TokenScores(
        text,
        tuple(
            WordScore(word, 0.0 if math.isnan(value) else value, False, not math.isnan(value))
            for word, value in zip(pieces, given_values, strict=True)
        ),
    )


def comparison(
    text: str = "a b c d",
    english: str = "A B C D",
    status: TranslationStatus = STATUS.TRANSLATED,
    **triggers: TokenScores,
) -> Comparison:
    return Comparison(
        text=text,
        language=Language("fr", 0.9),
        translation=Translation(english, status),
        teacher=JOY,
        student=JOY,
        student_before=None,
        weight=Weight(None, None, None),
        triggers=triggers or {"student": scores(text), "teacher": scores(english)},
    )


def links(text: str = "a b c d", english: str = "A B C D") -> Links:
    """Word by word."""
    counts = text.count(" ") + 1, english.count(" ") + 1
    pairs = tuple((place, place) for place in range(min(counts)))
    matrix = tuple(
        tuple(float((o, e) in pairs) for o in range(counts[0])) for e in range(counts[1])
    )
    return Links(text, english, matrix, pairs)


class Services:
    """Answers with links, or an error; remembers the questions."""

    def __init__(self, answer: Any) -> None:
        self.answer, self.asked = answer, list[tuple[Any, ...]]()

    def links(self, *question: Any) -> Any:
        self.asked.append(question)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def asked(answer: Any, one: Comparison) -> tuple[Linked | None, list[tuple[Any, ...]]]:
    services = Services(answer)
    return linked(services, one), services.asked  # type: ignore[arg-type]


def test_what_is_asked_depends_on_where_the_english_comes_from() -> None:
    for status, expected in (
        (STATUS.TRANSLATED, [("a b c d", "fr", None)]),
        (STATUS.EDITED, [("a b c d", "fr", "A B C D")]),
        (STATUS.COPIED, [("a b c d", "fr", None)]),
        (STATUS.ENGLISH, []),
        (STATUS.UNKNOWN, []),
        (STATUS.PASSED_THROUGH, []),
    ):
        found, questions = asked(links(), comparison(status=status))
        assert questions == expected and (found is not None) == bool(expected)


def test_links_that_fail_are_logged_and_left_out(caplog: pytest.LogCaptureFixture) -> None:
    for problem, level in ((ModelError("No."), logging.WARNING), (KeyError(1), logging.ERROR)):
        caplog.clear()
        assert asked(problem, comparison())[0] is None
        assert [record.levelno for record in caplog.records] == [level]
    caplog.clear()
    assert asked(None, comparison())[0] is None and not caplog.records


def test_links_of_another_text_are_not_drawn() -> None:
    assert asked(links(english="A B C E"), comparison())[0] is None
    assert asked(links(text="a b c e"), comparison())[0] is None


def test_the_agreement_is_that_of_the_trigger_scores() -> None:
    student, teacher = [0.1, 0.9, 0.4, math.nan], [0.2, 0.8, math.nan, 0.9]
    one = comparison(student=scores("a b c d", student), teacher=scores("A B C D", teacher))
    found, _ = asked(links(), one)
    assert found is not None
    wanted = linked_agreement(links(), teacher, student)
    assert found.agreement == wanted and wanted.spearman is None, "only two words are read in both"
    all_read = replace(
        one,
        triggers={
            "student": scores("a b c d", [0.1, 0.9, 0.4, 0.3]),
            "teacher": scores("A B C D", [0.2, 0.8, 0.5, 0.9]),
        },
    )
    found, _ = asked(links(), all_read)
    assert found is not None and found.agreement is not None
    assert found.agreement.spearman == pytest.approx(0.4)


def test_without_scores_words_are_linked_all_the_same() -> None:
    found, _ = asked(links(), comparison(student=scores("a b c d")))
    assert found == Linked(links(), None)
    html = card.card(comparison(), 1, "auto", {}, found)
    assert "td-linked" in html and words.LINKS_TITLE not in html


def drawn(one: Comparison) -> Reader:
    found, _ = asked(links(one.text, one.translation.text), one)
    return Reader(card.card(one, 1, "auto", {}, found))


def test_every_word_carries_its_place_and_each_side_its_name() -> None:
    reader = drawn(comparison(" a  b", "A B "))
    assert [side["data-side"] for side in reader.having("data-side")] == ["source", "english"]
    assert [word["data-w"] for word in reader.having("data-w")] == ["1", "3", "0", "1"]
    [root] = reader.having("data-links")
    assert root["class"] == "td-panels td-linked"
    assert json.loads(root["data-links"] or "") == [[0, 0], [1, 1], [2, 2]]


def test_a_word_that_was_not_read_is_linked_too() -> None:
    shown = highlight.highlighted(scores("a b c", [0.5, math.nan, 0.5]), "Joy", "source")
    reader = Reader(shown)
    assert [word["data-w"] for word in reader.having("data-w")] == ["0", "1", "2"]
    assert "".join(reader.texts) == "a b c"


def test_without_links_a_card_has_none_of_the_marks() -> None:
    reader = Reader(card.card(comparison(), 1, "auto", {}))
    for mark in ("data-side", "data-w", "data-links"):
        assert not reader.having(mark)
    [explain] = [one for one in reader.having("data-act") if one["data-act"] == "explain"]
    assert explain["aria-label"] == words.EXPLAIN_LABEL.format(number=1)


@settings(max_examples=40)
@given(ANYTHING, ANYTHING)
def test_a_linked_card_has_the_same_elements_whatever_is_written_in_it(
    text: str, english: str
) -> None:
    def shape(a: str, b: str) -> list[tuple[str, list[str]]]:
        reader = drawn(comparison(a, b, STATUS.EDITED))
        return [
            (tag, sorted(attributes))
            for tag, attributes in reader.tags
            if attributes.get("class") != "td-invisible"
        ]

    text, english = (value.replace(" ", "_") or "x" for value in (text, english))
    assert shape(text, english) == shape("x", "y")


@pytest.mark.parametrize(
    ("rho", "chance", "parts"),
    [
        (0.9, (-0.5, 0.6), ["alike: rank correlation 0.90", "−0.50 to 0.60"]),
        (0.6, (-0.5, 0.6), ["no more alike than by chance", "0.60"]),
        (-0.004, (-0.5, 0.6), ["no more alike than by chance: rank correlation 0.00"]),
        (-0.7, (-0.5, 0.6), ["the other way round", "−0.70"]),
        (0.7, None, ["rank correlation 0.70"]),
        (None, None, ["cannot be told"]),
    ],
)
def test_the_agreement_in_words_beside_its_chance(
    rho: float | None, chance: tuple[float, float] | None, parts: list[str]
) -> None:
    found = LinkedAgreement((), rho, chance, None if chance is None else 0.01)
    sentence = words.agreement_sentence(found)
    assert all(part in sentence for part in parts), sentence
    html = agreement.section(Linked(links(), found), 1)
    assert sentence in html and words.agreement_value(found) in html
    assert ("td-gauge-dot" in html) == (found.spearman is not None)
    assert ("td-gauge-chance" in html) == (found.permuted is not None)


def test_the_scale_runs_from_minus_one_to_one() -> None:
    found = LinkedAgreement((), 0.5, (-1.0, 0.0), -0.5)
    html = agreement.section(Linked(links(), found), 1)
    assert 'td-gauge-dot" style="left:75.00%"' in html
    assert 'style="left:0.00%;width:50.00%"' in html

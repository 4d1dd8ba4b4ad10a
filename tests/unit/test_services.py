"""What the dashboard asks of an engine, checks of what comes in, and the JSON that goes out."""

import json
import math
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.answers import to_json
from core.errors import InputError, ModelError
from core.labels import LABELS
from core.languages import LANGUAGES
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
from dashboard import inputs, services, wording
from dashboard.services import Services


def comparison(text="x", **fields):
    """A plain comparison, some fields replaced."""
    plain = {
        "language": Language("fr", 0.9),
        "translation": Translation("y", TranslationStatus.TRANSLATED),
        "teacher": Prediction((0.5, 0.1, 0.1, 0.1, 0.1, 0.1)),
        "student": Prediction((0.1, 0.5, 0.1, 0.1, 0.1, 0.1)),
        "student_before": None,
        "weight": Weight(0.1, (0.1, 0, 0, 0, 0, 0), 0.8),
        "triggers": {"student": TokenScores(text, (WordScore(text, 0.5, True),))},
    }
    return Comparison(text=text, **(plain | fields))


class Engine:
    """Answers with its own arguments; loads when told to."""

    def __init__(self, problem=None):
        self.go, self.problem, self.asked = threading.Event(), problem, []

    def start(self):
        pass

    def wait(self):
        self.go.wait(10)
        if self.problem:
            raise self.problem

    def describe(self):
        return None

    def compare(self, texts, languages="auto", translations=None, progress=None):
        self.asked.append((texts, languages, translations))
        if "boom" in texts:
            raise RuntimeError("boom")
        for done in range(len(texts)):
            if progress:
                progress(done + 1, len(texts))
        return [comparison(text) for text in texts]


def until(condition):
    """Wait for something that a thread does."""
    limit = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.01)


def test_loading_goes_through_its_states():
    engine, made = Engine(), []
    asked = Services(lambda: made.append(1) or engine)
    assert asked.status().state == "idle"
    asked.start()
    asked.start()
    assert asked.status().state == "loading"
    engine.go.set()
    until(lambda: asked.status().state == "ready")
    assert asked.status().final and made == [1]


@pytest.mark.parametrize(
    ("problem", "said"),
    [(ModelError("No model.", "Give one."), "No model. Give one."), (OSError("x"), wording.DEFECT)],
)
def test_what_loading_met_is_told_to_everyone_who_asks(problem, said):
    engine = Engine(problem)
    engine.go.set()
    asked = Services(lambda: engine)
    with pytest.raises(type(problem)):
        asked.compare(["a"])
    assert asked.status().state == "failed" and asked.status().problem == said


def test_a_comparison_waits_for_the_models():
    engine = Engine()
    asked = Services(lambda: engine)
    threading.Timer(0.1, engine.go.set).start()
    assert [one.text for one in asked.compare(["a", "b"], "fr", [None, "c"])] == ["a", "b"]
    assert engine.asked == [(["a", "b"], "fr", [None, "c"])]
    assert asked.compare([]) == []


def test_following_gives_steps_and_then_the_result():
    engine = Engine()
    engine.go.set()
    steps = list(Services(lambda: engine).follow(["a", "b"]))
    assert [(step.done, step.total) for step in steps] == [(1, 2), (2, 2), (2, 2)]
    assert steps[-1].result and all(step.result is None for step in steps[:-1])
    with pytest.raises(RuntimeError):
        list(Services(lambda: engine).follow(["boom"]))


def test_lines():
    assert inputs.split_lines("a\r\n\n b \n\t\nc\rd") == ["a", " b ", "c\rd"]
    kept = ["\x0b", "\x1f", "\u2028", "\u200b", "a\x0cb\x85c"]
    assert inputs.split_lines("\n".join(kept)) == kept


@given(st.text(st.characters(codec=None), max_size=30))
def test_every_text_can_be_encoded_and_whole_ones_are_untouched(text):
    clean = inputs.whole_characters(text)
    clean.encode("utf-8")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        assert "\ufffd" in clean or len(clean) < len(text)
    else:
        assert clean == text


NOT_TEXTS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.dictionaries(st.text(max_size=2), st.text(max_size=2), max_size=2),
    st.lists(st.integers(), min_size=1),
)


@given(NOT_TEXTS)
def test_anything_but_texts_is_refused(value):
    with pytest.raises(InputError):
        inputs.check_texts(value)


def test_limits():
    assert inputs.check_texts(["a"] * 500) == ["a"] * 500
    assert inputs.check_texts("b" * 20_000)
    for value in (["a"] * 501, "\n".join("a" * 501), ["b" * 20_001]):
        with pytest.raises(InputError):
            inputs.check_texts(value)


@pytest.mark.parametrize("wrong", ["xx", "", "EN", None, 5, ["en"], {}])
def test_languages(wrong):
    assert inputs.check_language("auto") == "auto"
    assert tuple(wording.LANGUAGES) == LANGUAGES
    with pytest.raises(InputError):
        inputs.check_language(wrong)


def test_json_never_holds_what_json_cannot():
    odd = comparison(
        weight=Weight(math.nan, None, math.inf),
        language=Language("fr", math.nan),
        triggers={"teacher": TokenScores("x", (WordScore("x", math.nan, False),))},
    )
    answer = to_json(odd)
    json.dumps(answer, allow_nan=False)
    assert answer["weight"] is None and answer["disagreement"] is None
    assert answer["triggers"]["teacher"] == [{"word": "x", "score": None, "trigger": False}]


def test_json_of_a_plain_comparison():
    answer = to_json(comparison("été", student_before=Prediction((0, 0, 0, 0, 0, 1.0))))
    assert answer["text"] == "été" and answer["translation"] == "y"
    assert answer["student"]["label"] == "Joy"
    assert answer["student_before"]["label"] == "Neutral"
    assert tuple(answer["teacher"]["probabilities"]) == LABELS
    assert (answer["weight"], answer["weight_reason"]) == (0.8, None)


def test_examples_cover_languages_and_are_lines():
    found = services.examples()
    assert set(found) == set(LANGUAGES)
    assert all(2 <= len(texts) <= 3 for texts in found.values())
    assert all("\n" not in text and len(text) <= 280 for texts in found.values() for text in texts)

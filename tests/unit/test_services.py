"""What the dashboard asks of an engine, checks of what comes in, and the JSON that goes out."""

import json
import math
import re
import threading
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.answers import to_json
from core.errors import InputError, ModelError
from core.labels import LABELS
from core.languages import LANGUAGES
from core.records import (
    Comparison,
    EngineInfo,
    Language,
    ModelInfo,
    Prediction,
    TokenScores,
    Translation,
    TranslationStatus,
    Weight,
    WordScore,
)
from dashboard import address, following, inputs, services, wording
from dashboard.address import Address
from dashboard.contract import Step
from dashboard.running import Runs
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

    def __init__(self, problem=None, pause=0.0):
        self.go, self.problem, self.asked = threading.Event(), problem, []
        self.pause, self.done = pause, threading.Event()

    def start(self):
        pass

    def wait(self):
        self.go.wait(10)
        if self.problem:
            raise self.problem

    def describe(self):
        return EngineInfo("cpu", ())

    def compare(self, texts, languages="auto", translations=None, progress=None, stop=None):
        self.asked.append((texts, languages, translations))
        if "boom" in texts:
            raise RuntimeError("boom")
        answers = []
        for text in texts:
            if stop and stop():
                break
            time.sleep(self.pause)
            answers.append(comparison(text))
            if progress:
                progress(len(answers), len(texts))
        self.done.set()
        return answers


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


def ready(**traits):
    """An engine whose models are loaded, and the services on it."""
    engine = Engine(**traits)
    engine.go.set()
    return engine, Services(lambda: engine)


def test_a_cancelled_comparison_ends_soon_and_keeps_what_is_done():
    engine, asked = ready(pause=0.02)
    cancel, steps = threading.Event(), []
    for step in asked.follow(["x"] * 500, cancel=cancel):
        steps.append(step)
        if step.done >= 3:
            cancel.set()
    last = steps[-1]
    assert last.stopped and last.total == 500 and 3 <= len(last.result) < 100
    assert last.done == len(last.result)
    again = list(asked.follow(["x"] * 4))[-1]
    assert not again.stopped and len(again.result) == 4


def test_who_leaves_ends_the_work():
    engine, asked = ready(pause=0.02)
    steps = asked.follow(["x"] * 1000)
    assert next(steps).result is None
    steps.close()
    assert engine.done.wait(5), "the thread goes on computing for nobody"


def test_a_comparison_can_be_cancelled_while_models_load():
    asked, cancel = Services(lambda: Engine()), threading.Event()
    threading.Timer(0.1, cancel.set).start()
    (*_, last) = asked.follow(["a", "b"], cancel=cancel)
    assert last == Step(0, 2, []) and last.stopped
    assert not asked.status().final


def test_a_step_comes_even_when_nothing_is_new(monkeypatch):
    monkeypatch.setattr(following, "PULSE", 0.02)
    engine, asked = ready(pause=0.3)
    steps = list(asked.follow(["a"]))
    assert steps.count(Step(0, 1)) > 3 and steps[-1].result


def test_further_comparisons_wait_for_their_turn_and_can_leave(monkeypatch):
    monkeypatch.setattr(services, "PULSE", 0.02)
    monkeypatch.setattr(following, "PULSE", 0.02)
    engine, asked = ready(pause=0.05)
    running = [asked.follow(["long"] * 1000) for _ in range(services.AT_ONCE)]
    for steps in running:
        while next(steps).done == 0:
            pass
    cancel = threading.Event()
    third = asked.follow(["third"], cancel=cancel)
    assert [next(third).done for _ in range(5)] == [0] * 5
    assert (["third"], "auto", None) not in engine.asked
    cancel.set()
    assert list(third)[-1].result == []
    running[0].close()
    assert [one.text for one in list(asked.follow(["fourth"]))[-1].result] == ["fourth"]
    running[1].close()


def test_a_newer_comparison_of_a_page_replaces_the_older():
    runs = Runs()
    first, elsewhere = runs.begin("page"), runs.begin("other page")
    second = runs.begin("page")
    assert first.replaced and first.cancel.is_set() and not second.cancel.is_set()
    runs.end("page", first)  # over now, but no longer the page's
    runs.stop("page")
    assert second.cancel.is_set() and not second.replaced
    assert not elsewhere.cancel.is_set()
    runs.end("page", second)
    runs.stop("page")  # nothing runs


def info(*identities):
    """Loaded models of these identities."""
    roles = ("teacher", "student", "student before", "translator")
    models = (
        ModelInfo(role, f"/path/of/{role}", "b", (), 1, None, "cls", "", "", identity=identity)
        for role, identity in zip(roles, identities, strict=False)
    )
    return EngineInfo("cpu", tuple(models))


def test_the_key_stands_for_the_models_and_nothing_else():
    key = services.models_key(info("a", "b", "c", "d"))
    assert re.fullmatch("[0-9a-f]{12}", key)
    moved = replace(info("a", "b", "c", "d"), device="cuda")
    named = tuple(replace(model, name="elsewhere") for model in moved.models)
    assert services.models_key(replace(moved, models=named)) == key
    for other in (
        ("b", "a", "c", "d"),
        ("a", "b", "c"),
        ("ab", "", "c", "d"),
        ("a", "b", "c", "e"),
    ):
        assert services.models_key(info(*other)) != key


@given(st.lists(st.text(st.characters(codec=None), max_size=9), max_size=4))
def test_translations_too_are_made_of_whole_characters(texts):
    engine, asked = ready()
    asked.compare(["x"] * len(texts), "fr", texts)
    for _, _, translations in engine.asked:
        "".join(translations).encode("utf-8")


def test_an_address_names_tweets_language_translation_and_models():
    pairs = [("tweet", " a=b&c "), ("tweet", "é\nf"), ("__theme", "dark")]
    assert address.asks(pairs) and not address.asks(pairs[2:])
    assert address.read(pairs) == Address([" a=b&c ", "é", "f"], "auto", None, None)
    alone = [("tweet", "x"), ("language", "fr"), ("translation", ""), ("models", "0123")]
    assert address.read(alone) == Address(["x"], "fr", "", "0123")


@pytest.mark.parametrize(
    ("pairs", "sentence"),
    [
        ([("tweet", " "), ("tweet", "")], "holds no tweet"),
        ([("tweet", "b" * 20_001)], "Text 1 has 20,001 characters"),
        ([("tweet", "b"), ("translation", "b" * 20_001)], "Text 2 has 20,001 characters"),
        ([("tweet", "b"), ("language", "xx")], "'xx' is not known"),
        ([("tweet", "b"), ("language", "")], "'' is not known"),
        ([("tweet", "a"), ("tweet", "b"), ("translation", "c")], "several tweets"),
        ([("tweet", "a\nb"), ("translation", "c")], "several tweets"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_in_a_sentence(pairs, sentence):
    with pytest.raises(InputError, match=sentence):
        address.read(pairs)


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

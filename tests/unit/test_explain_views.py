"""The Explain tab's finished HTML and what it is asked: text stays text, figures are honest."""

import json
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.attribution import METHODS
from core.errors import InputError
from core.explanations import (
    Attribution,
    Erasure,
    Explanation,
    Faithfulness,
    LinkedAgreement,
    Links,
    Question,
    Side,
    Target,
)
from core.labels import LABELS
from core.records import Language, Prediction, Translation, TranslationStatus
from dashboard import asking
from dashboard.shown import Kept, Shown
from dashboard.tabs import explain_questions
from dashboard.views.explained import coloured, file, form, picture, results, summary, verdicts
from dashboard.wording import explain as words
from dashboard.wording.explain_form import cost

TEXT = "so very sad today my friend"
JOY = Prediction((0.05, 0.7, 0.05, 0.05, 0.05, 0.1))
ANYTHING = st.text(st.characters(codec=None), min_size=1, max_size=30)
GOOD = Erasure(0.42, -0.12, (-0.05, 0.11), (-0.05, 0.11))
BAD = Erasure(0.02, 0.03, (-0.05, 0.11), (-0.05, 0.11))


class Reader(HTMLParser):
    """Collects tags, attributes and text."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.texts = [], [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes.append(dict(attrs))

    def handle_data(self, data):
        self.texts.append(data)


def spans(text):
    """Where the words of a text stand."""
    found, start = [], 0
    for word in text.split(" "):
        found.append((start, start + len(word)))
        start += len(word) + 1
    return tuple(found)


def attribution(method, count, **more):
    """Scores 1, −0.5, 0, 0 …"""
    return Attribution(method, ((1.0, -0.5) + (0.0,) * count)[:count], 0.5, None, 0.2, **more)


def side(text=TEXT, role="student", methods=("integrated_gradients",), **more):
    """One model's side."""
    count = text.count(" ") + 1
    found = {method: attribution(method, count) for method in methods}
    plain = {"attributions": found, "read": (True,) * count}
    return Side(role, text, spans(text), target=Target("Joy"), prediction=JOY, value=2.0,
                baseline=0.1, **(plain | more))  # fmt: skip


def shown(text=TEXT, english="so sad", methods=("integrated_gradients",), **more):
    """An explanation of both sides as a page shows it."""
    sides = {"student": side(text, methods=methods), "teacher": side(english, "teacher", methods)}
    plain = {
        "language": Language("fr", 0.99),
        "translation": Translation(english, TranslationStatus.TRANSLATED),
        "sides": sides,
    }
    question = Question(text, methods=tuple(methods))
    return Shown("r" * 32, question, Explanation(text, **(plain | more)), True)


def text_of(html):
    """What a reader sees, in one line."""
    return " ".join("".join(Reader(html).texts).split())


def test_signed_scores_are_drawn_over_their_largest_and_unsigned_ones_from_lowest_to_highest():
    read = (True, True, True, False)
    signed = coloured.strengths("occlusion", (2.0, -1.0, 0.0, 9.0), read)
    assert signed == [1.0, -0.5, 0.0, None]
    assert coloured.strengths("cosine", (0.6, 0.7, 0.5, 0.0), read) == pytest.approx(
        [0.5, 1.0, 0.0, None]
    )
    assert coloured.strengths("cosine", (0.4,) * 4, read) == [0.0, 0.0, 0.0, None]
    assert coloured.strengths("occlusion", (), ()) == []
    assert coloured.strengths("occlusion", (1.0,), (False,)) == [None]


def words_of(text, scores, read=None, gold=None, method="occlusion"):
    """The words of a text."""
    known = read or (True,) * len(scores)
    return coloured.coloured(text, spans(text), method, scores, known, "source", gold)


def test_a_words_sign_is_told_without_colour():
    html = words_of("a b c", (1.0, -0.9, 0.01))
    [first, second, third] = Reader(html).attributes[1:]
    assert first["class"] == "td-w td-for td-strong" and first["title"] == "score +1"
    assert second["class"] == "td-w td-against td-strong" and second["style"] == "--s:0.90"
    assert third["class"] == "td-w" and third["title"] == "score +0.01"
    assert [one["data-w"] for one in (first, second, third)] == ["0", "1", "2"]


def test_gold_and_unread_words_are_marked():
    html = words_of(
        "a b \u200d d e f", (1, 0, 0, 0.5, 0, 0), (1, 0, 0, 1, 0, 0), (0, 1, 0, 1, 0, 0)
    )
    assert 'class="td-w td-x-unread td-gold" data-w="1"' in html
    assert 'class="td-w" data-w="2" title="not read by the model">\u200d' in html
    assert "marked as a trigger" in html and '<span class="td-unread td-x-unread"' in html
    assert "".join(Reader(html).texts) == "a b \u200d d e f"


PLAIN = st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Zl", "Zp"])


@given(st.text(PLAIN, min_size=1, max_size=30), st.data())
def test_every_character_is_shown_once(text, data):
    count = text.count(" ") + 1
    read = data.draw(st.lists(st.booleans(), min_size=count, max_size=count))
    assert "".join(Reader(words_of(text, (0.5,) * count, tuple(read))).texts) == text


@settings(max_examples=40, deadline=None)
@given(ANYTHING, ANYTHING)
def test_results_have_the_same_elements_whatever_is_written_in_them(text, english):
    text, english = (one.replace(" ", "_") for one in (text, english))

    def tags(a, b):
        reader = Reader(results.results(shown(f"x {a} y", f"{b} z")))
        kept = zip(reader.tags, reader.attributes, strict=True)
        return [(tag, sorted(a)) for tag, a in kept if a.get("class") != "td-invisible"]

    assert tags(text, english) == tags("x", "y")
    page = file.page(shown(f"x {text} y", english))
    assert "<script" not in page and page.count("<main") == 1


def judged(masked, deleted):
    """A side whose method was judged so."""
    found = Faithfulness(masked, deleted, 0.2, 0.3, (0.3, 0.5), (0.3, 0.5), 50)
    return side(faithfulness={"integrated_gradients": found})


@pytest.mark.parametrize(
    ("masked", "deleted", "name"),
    [(GOOD, GOOD, "holds"), (GOOD, BAD, "doubtful"), (BAD, BAD, "fails")],
)
def test_a_badge_gives_the_verdict_and_four_reasons(masked, deleted, name):
    html = verdicts.badge(judged(masked, deleted), "integrated_gradients", "tip-1")
    assert f"td-badge-{name}" in html and html.count("td-tip-row") == 4
    assert 'aria-describedby="tip-1"' in html and 'id="tip-1"' in html
    assert html.count("✗") == {"holds": 0, "doubtful": 2, "fails": 5}[name]
    assert "0.420 · random \u22120.050 to 0.110" in html or masked is BAD


def test_no_verdict_says_why():
    few = side(unjudged="Too few words.")
    assert "Too few words." in verdicts.badge(few, "integrated_gradients", "k")
    flat = side(attributions={"cosine": Attribution("cosine", (0.5,) * 6, None, None, 0.1)})
    assert words.FLAT in verdicts.badge(flat, "cosine", "k")


def test_figures_are_all_there_and_say_which_beat_random():
    found = replace(judged(GOOD, BAD), stability={"integrated_gradients": None})
    text = text_of(verdicts.figures(found, "integrated_gradients"))
    assert text.count("✓ better") == 3 and text.count("✗ no better") == 3
    assert "Deletion AUC" in text and "0.200" in text and "0.300 to 0.500" in text
    assert "Special tokens' share" in text and "25 %" in text, "0.5 of 1 + 0.5 + 0.5"
    assert "Completeness delta" in text and "not computable" in text
    assert "Stability" in text and "0.20 s" in text


@pytest.mark.parametrize(
    ("delta", "said"),
    [(None, ""), (0.01, ""), (0.02, "numerical warning"), (0.2, "strong numerical warning")],
)
def test_a_delta_is_a_numerical_warning(delta, said):
    html = verdicts.warnings(replace(attribution("occlusion", 2), delta=delta))
    assert (said in html) if said else html == ""


def test_gold_counts_only_where_the_same_text_was_read():
    one = shown(english="so very sad today my enemy", gold=(0, 0, 1, 0, 0, 0))
    assert one.gold(one.explanation.sides["student"]) == (0, 0, 1, 0, 0, 0)
    assert one.gold(one.explanation.sides["teacher"]) is None


def test_links_are_handed_to_the_page_and_agreement_stands_beside_chance():
    pairs = ((0, 0), (2, 1))
    linked = {"integrated_gradients": LinkedAgreement((0.5,) * 6, 0.62, (-0.4, 0.4), 0.0)}
    html = results.results(
        shown(links=Links(TEXT, "so sad", ((1.0,) * 6,) * 2, pairs), linked=linked)
    )
    found = [one["data-links"] for one in Reader(html).attributes if "data-links" in one]
    assert {one for one in found} == {json.dumps([list(pair) for pair in pairs])}
    assert "0.62; by chance \u22120.40 to 0.40: more alike than chance" in html
    assert html.count('data-side="english"') >= 2
    assert words.NO_LINKS in results.results(shown())


def test_agreement_is_drawn_for_each_pair_once():
    methods = ("cosine", "integrated_gradients", "random")
    html = results.results(shown(methods=methods))
    heats = html.split('<table class="td-heat">')[1:]
    assert len(heats) == 2 * 3 and all(one.count('class="td-cell') == 3 for one in heats)


def test_the_form_offers_every_method_label_and_option():
    html = form.form({"<b>": '"><script>'})
    fields = [one for one in Reader(html).attributes if one.get("name") == "method"]
    assert [one["value"] for one in fields] == sorted(METHODS, key=cost)
    assert all(html.count(f'<option value="{label}">') == 2 for label in LABELS)
    options = {one["data-option"] for one in Reader(html).attributes if "data-option" in one}
    assert options == {f"{m.name}.{o.name}" for m in METHODS.values() for o in m.options}
    assert "<script" not in html


def test_a_picture_holds_words_strengths_and_verdicts():
    found = picture.picture(shown(text="a\u202eb \n c", gold=None))
    student = found["sides"][0]
    assert student["answer"] == "Joy 70\u00a0%" and student["methods"][0]["verdict"] == "–"
    assert student["methods"][0]["words"] == [["a\ufffdb", 1.0, 0], ["", -0.5, 0], ["c", 0.0, 0]]


def test_a_question_is_read_from_what_a_page_sends():
    asked = asking.read({"text": " a b", "methods": ["cosine"], "gold": "[0, 1 1]", "seed": 3})
    assert asked.question == Question(
        " a b", methods=("cosine",), gold=(0, 1, 1), seed=3, roles=("student", "teacher")
    )
    assert asking.read({"text": "a", "translation": " "}).question.translation is None
    assert asking.read_gold([0, 1]) == (0, 1) and asking.read_gold("") is None


@settings(max_examples=200)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | ANYTHING,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["text", "methods", "roles", "gold", "options", "seed", "language"])
                | ANYTHING,
                inner,
                max_size=4,
            )
        ),
    )
)
def test_whatever_is_sent_is_a_question_or_a_sentence(value):
    for sent in (value, {"text": "a b", "gold": value}, {"text": "a b", "methods": value}):
        try:
            assert isinstance(asking.read(sent).question, Question)
        except InputError as problem:
            assert str(problem)


class Services:
    """Answers what-if with the words that were hidden."""

    def what_if(self, text, role, hidden, language, translation):
        self.asked = (text, role, list(hidden), language, translation)
        return Prediction((0.6, 0.1, 0.1, 0.1, 0.05, 0.05))


def functions(kept, services=None):
    """The server functions by name."""
    found = explain_questions.functions(services or Services(), kept)
    return {function.__name__: function for function in found}


def test_the_script_may_ask_only_about_what_is_kept():
    kept, services = Kept(), Services()
    one = kept.keep(shown())
    ask = functions(kept, services)
    answer = ask["what_if"]({"run": one.run, "role": "teacher", "hidden": [1]})
    assert "1 word hidden: Joy 70\u00a0% → Love 60\u00a0%" in answer["html"]
    assert services.asked == (TEXT, "teacher", [1], "auto", "so sad")
    for bad in (None, {}, {"run": "x"}, {"run": one.run}, {"run": one.run, "role": "x"}):
        assert set(ask["what_if"](bad)) == {"problem"}
    for hidden in ([2], [-1], [True], ["0"], 3, None):
        bad = {"run": one.run, "role": "teacher", "hidden": hidden}
        assert set(ask["what_if"](bad)) == {"problem"}


def test_the_oldest_explanation_is_forgotten_first():
    kept = Kept(limit=2)
    first, second, third = (replace(shown(), run=name * 32) for name in "abc")
    for one in (first, second, first, third):
        kept.keep(one)
    assert kept.find(first.run) is first and kept.find(third.run) is third
    with pytest.raises(InputError, match="no longer kept"):
        kept.find(second.run)


def test_marking_measures_the_side_that_read_the_tweet():
    """Scores are 1, −0.5, 0 …: the top word is the first."""
    kept = Kept()
    one = kept.keep(shown())
    mark = functions(kept)["mark"]
    assert "plausibility f1 1.00" in mark({"run": one.run, "gold": [1, 0, 0, 0, 0, 0]})["html"]
    sides = kept.find(one.run).explanation.sides
    assert sides["student"].plausibility["integrated_gradients"].f1 == 1.0
    assert not sides["teacher"].plausibility
    assert "plausibility f1 0.00" in mark({"run": one.run, "gold": [0, 1, 0, 0, 0, 0]})["html"]
    assert "plausibility" not in mark({"run": one.run, "gold": None})["html"]
    assert set(mark({"run": one.run, "gold": [1, 0]})) == {"problem"}


def test_files_are_named_after_the_tweet():
    kept = Kept()
    one = kept.keep(shown("¡ Qué ../../etc ! 😡"))
    file = functions(kept)["file"]
    record = file({"run": one.run, "kind": "json"})
    assert record["name"] == "explained-qu-etc.json" and json.loads(record["text"])["text"]
    assert file({"run": one.run, "kind": "html"})["text"].startswith("<!doctype html>")
    assert set(file({"run": one.run, "kind": "exe"})) == {"problem"}
    triggers = functions(kept)["triggers"]
    items = [{"text": "a b", "triggers": [0, 1]}]
    assert triggers({"items": items})["text"].splitlines()[1] == "1\ta b\t[0, 1]"
    for bad in (None, {"items": []}, {"items": [1]}, {"items": [{"text": "a", "triggers": [2]}]}):
        assert set(triggers(bad)) == {"problem"}


def test_a_bad_verdict_on_few_words_says_how_little_that_means():
    short, long = "so sad today , I fear", " ".join(["word"] * 45)
    for text, verdict, said in ((short, BAD, True), (short, GOOD, False), (long, BAD, False)):
        one = replace(judged(verdict, verdict), spans=spans(text), text=text)
        one = replace(one, read=(True,) * len(text.split(" ")))
        html = verdicts.badge(one, "integrated_gradients", "k")
        assert ("chance, too, often" in html) is said
    assert words.few_words(6).startswith("Of only 6 words")


def test_verdicts_in_short():
    assert summary.in_short(side()) == "", "nothing is judged yet"
    few = replace(side(), unjudged="The model reads 2 words; <5>.")
    assert text_of(summary.in_short(few)) == "The model reads 2 words; <5>."
    names = ("cosine", "occlusion", "integrated_gradients", "random")
    found = side(methods=names)
    judgement = {name: judged(GOOD, GOOD).faithfulness["integrated_gradients"] for name in names}
    bad = judged(BAD, BAD).faithfulness["integrated_gradients"]
    mixed = replace(found, faithfulness={**judgement, "cosine": bad})
    said = text_of(summary.in_short(mixed))
    assert said.startswith("2 of 3 explanations hold."), "random words don't count"
    for name in ("occlusion", "integrated_gradients"):
        scores = found.attributions[name].scores
        read = [place for place, known in enumerate(found.read) if known]
        assert found.words[max(read, key=lambda place: scores[place])] in said
    none = replace(found, faithfulness=dict.fromkeys(names, bad))
    assert "None of 3 explanations holds" in summary.in_short(none)

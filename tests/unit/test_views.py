"""Finished HTML: text stays text, numbers are honest, colours can be told apart."""

import itertools
import json
import re
from html.parser import HTMLParser

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from core.labels import LABELS
from core.records import (
    Comparison,
    Language,
    PieceKind,
    Prediction,
    Reading,
    TokenScores,
    Translation,
    TranslationStatus,
    Weight,
    WordScore,
)
from dashboard import theme, wording
from dashboard.contract import Status
from dashboard.views import card, change, highlight, markup, page, plots
from dashboard.views import reading as readings
from dashboard.views.scripts import cards as cards_script
from dashboard.wording import change as change_words

JOY = Prediction((0.05, 0.7, 0.05, 0.05, 0.05, 0.1))
NEUTRAL = Prediction((0.05, 0.1, 0.05, 0.05, 0.05, 0.7))
CUT = Prediction(JOY.probabilities, truncated=True)
ANYTHING = st.text(st.characters(codec=None), max_size=40)


class Reader(HTMLParser):
    """Collects tags, attributes and the text inside elements of one class."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.texts, self.inside = [], [], [], 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes.append(dict(attrs))

    def handle_data(self, data):
        self.texts.append(data)


def words(text, triggers=(), scored=None):
    """Scores for the words of a text."""
    pieces = text.split(" ")
    return TokenScores(
        text,
        tuple(
            WordScore(word, 0.5, i in triggers, i < (len(pieces) if scored is None else scored))
            for i, word in enumerate(pieces)
        ),
    )


def comparison(text="je suis", status=TranslationStatus.TRANSLATED, **fields):
    """A comparison, some fields replaced."""
    plain = {
        "language": Language("fr", 0.991),
        "translation": Translation("I am", status),
        "teacher": JOY,
        "student": NEUTRAL,
        "student_before": JOY,
        "weight": Weight(
            0.1, (0.1,) + (0.0,) * 5, 0.34, 0.2,
            on_original=JOY.probabilities, on_translation=NEUTRAL.probabilities,
        ),
        "triggers": {"student": words(text, {0}), "teacher": words("I am")},
    }  # fmt: skip
    return Comparison(text=text, **(plain | fields))


@given(ANYTHING)
def test_text_is_only_ever_text(value):
    html = markup.text(value)
    reader = Reader(f"<p>{html}</p>")
    assert set(reader.tags) <= {"p", "span"}
    if value.isprintable():
        assert "".join(reader.texts) == value
    html.encode("utf-8")


@given(ANYTHING)
def test_data_comes_back_whole(value):
    [attributes] = Reader(f'<p data-x="{markup.data(value)}">').attributes
    assert json.loads(attributes["data-x"]) == value
    assert list(Reader(f'<p title="{markup.attribute(value)}">').attributes[0]) == ["title"]


@settings(max_examples=60)
@given(ANYTHING, ANYTHING, ANYTHING)
def test_a_card_has_the_same_elements_whatever_is_written_in_it(text, english, reason):
    text, english = (value.replace(" ", "_") or "x" for value in (text, english))

    def tags(a, b, c):
        one = comparison(
            a, translation=Translation(b, TranslationStatus.EDITED),
            weight=Weight(0.1, None, None, reason=c),
            triggers={"student": words(a, {0}), "teacher": words(b)},
        )  # fmt: skip
        reader = Reader(card.card(one, 1, "auto", {}))
        badge = "td-invisible"
        kept = zip(reader.tags, reader.attributes, strict=True)
        return [(t, sorted(a)) for t, a in kept if a.get("class") != badge]

    assert tags(text, english, reason) == tags("x", "y", "z")


def test_invisible_characters_are_shown_by_code_and_emoji_left_whole():
    assert "U+202E" in markup.text("\u202eabc") and "\u202e" not in markup.text("\u202eabc")
    assert markup.text("👩‍👩‍👧 ❤️") == "👩‍👩‍👧 ❤️"
    assert markup.field("a\x00b\u200f") == "\na\ufffdb\u200f"


def test_triggers_are_marked_and_neutral_mutes_them():
    html = highlight.highlighted(words("so very sad", {2}), "Sadness")
    assert html.count("<mark") == 1 and ">sad</mark>" in html and "td-muted" not in html
    assert 'title="trigger, score 0.50"' in html
    assert "td-muted" in highlight.highlighted(words("a b", {1}), "Neutral")
    assert wording.MUTED in highlight.notes(words("a b", {1}), NEUTRAL, 0.4)
    assert wording.NO_TRIGGER in highlight.notes(words("a b"), NEUTRAL, 0.4)
    assert wording.NO_THRESHOLD in highlight.notes(words("a b"), JOY, None)
    assert wording.NO_WORDS in highlight.notes(words(""), JOY, 0.4)
    assert wording.TRUNCATED in highlight.notes(words("a b", {1}), CUT, 0.4)


def test_what_was_not_read_is_marked_and_edges_keep_their_spaces():
    html = highlight.highlighted(words("a b c d", {0}, scored=2), "Joy")
    assert '<span class="td-unread"> c d</span>' in html
    edges = highlight.highlighted(words(" a  b "), "Joy")
    assert "".join(Reader(edges).texts) == " a  b "
    assert "td-unread" not in edges


def read_until(text, end, triggers=(), **more):
    """Scores of a text of which a model read the first ``end`` characters."""
    kinds = (PieceKind.SPECIAL, PieceKind.KNOWN, PieceKind.SPECIAL)
    reading = Reading(("<s>", "▁a", "</s>"), kinds, {}, 3, 7, end, "▁")
    return TokenScores(text, words(text, triggers, **more).words, reading)


@given(st.text(st.sampled_from("ab é👩\u200d👧\u0301"), min_size=1, max_size=20), st.data())
def test_a_cut_shows_every_character_once_and_never_halves_one(text, data):
    """The read part and the unread one are the text; an emoji of three characters stays whole."""
    end = data.draw(st.integers(0, len(text)))
    html = highlight.highlighted(read_until(text, end, {0}), "Joy")
    assert "".join(Reader(html).texts) == text
    _, found, unread = html.partition('<span class="td-unread">')
    rest = "".join(Reader(unread).texts)
    assert len(rest) <= len(text) - end and bool(found) == bool(rest)
    seen = regex.findall(r"\X", text)
    assert rest in {"".join(seen[k:]) for k in range(len(seen) + 1)}


def test_a_cut_within_a_word_keeps_the_read_part_marked():
    html = highlight.highlighted(read_until("so horrible", 6, {1}), "Anger")
    assert ">hor</mark>" in html and '<span class="td-unread">rible</span>' in html
    huge = read_until("x" * 20_000, 126, {0})
    html = highlight.highlighted(huge, "Anger")
    assert html.count("x" * 126 + "</mark>") == 1 and html.count("x" * (20_000 - 126)) == 1
    said = highlight.notes(huge, CUT, 0.4)
    assert "the first part, 126 of 20,000 characters" in said


def test_a_text_outside_the_vocabulary_is_said_to_be():
    kinds = (PieceKind.SPECIAL, PieceKind.UNKNOWN, PieceKind.SPECIAL)
    reading = Reading(("[CLS]", "[UNK]", "[SEP]"), kinds, {1: "<漢字>"}, 64, 0, None, "")
    scores = TokenScores("<漢字>", words("<漢字>").words, reading)
    assert "rests on nothing" in highlight.notes(scores, JOY, 0.4)
    html = readings.folded(reading, "1-teacher-reading")
    assert "3 of at most 64 sub-tokens, 1 unknown" in html
    assert "<bdi>&lt;漢字&gt;</bdi>" in html and html.count("td-piece-special") == 2
    assert set(Reader(html).tags) == {"details", "summary", "span", "p", "u", "bdi"}
    assert readings.folded(None, "k") == ""


def test_what_was_read_says_what_its_marks_mean_and_what_was_cut():
    kinds = (PieceKind.SPECIAL, PieceKind.PREFIX, PieceKind.KNOWN, PieceKind.SPECIAL)
    reading = Reading(("<s>", "▁query", "\n▁so", "</s>"), kinds, {}, 4, 1200, 2, "▁")
    html = readings.folded(reading, "k")
    assert "4 of at most 4 sub-tokens, 1,200 cut off" in html
    assert "where a word begins" in html and "own instruction" in html
    assert "↵▁so" in html and "1,200 more sub-tokens did not fit" in html


def test_what_refinement_did_in_words_and_bars():
    """JOY was .7 Joy .1 Neutral, NEUTRAL is the other way round; the teacher stays with JOY."""
    html = change.section(comparison(), 4)
    text = " ".join(Reader(html).texts).replace("\u00a0", " ")
    assert "moved the student away from the teacher: distance 0.00 → 0.60" in text
    assert "mostly Joy → Neutral" in text and "Joy → Neutral" in text
    rows = re.findall(r'<th scope="row">(\w+)</th>.*?<td>([^<]*)</td></tr>', html)
    assert rows[:2] == [("Joy", "\u221260.0"), ("Neutral", "+60.0")]
    assert rows[2:] == [(label, "0.0") for label in ("Love", "Anger", "Fear", "Sadness")]
    assert html.count("td-from-right") == 1 and "width:50.00%" in html
    assert 'aria-label="Distance to the teacher: 0.00 before refinement, 0.60 now"' in html
    assert 'data-key="4-change"' in html and "<details" in html and "<details open" not in html


def test_small_changes_look_small_and_are_called_so():
    near = Prediction((0.05, 0.69, 0.06, 0.05, 0.05, 0.1))
    html = change.section(comparison(student_before=JOY, student=near), 1)
    assert "hardly moved" in html and "Joy kept" in html
    assert "width:5.00%" in html, "one point of the ten that half the scale holds"
    same = change.section(comparison(student_before=JOY, student=JOY), 1)
    assert "hardly moved" in same and "width:0.00%" in same
    level = comparison(
        student_before=NEUTRAL, student=JOY, teacher=Prediction((0, 0.5, 0, 0, 0, 0.5))
    )
    assert "neither towards the teacher nor away" in change.section(level, 1)


def test_without_an_earlier_student_nothing_is_said_of_refinement():
    assert change.section(comparison(student_before=None), 1) == ""
    assert change_words.CHANGE_TITLE not in card.card(
        comparison(student_before=None), 1, "auto", {}
    )


def test_the_gauge_shows_the_tweet_among_those_of_refinement():
    shares = (0.1, 0.2, 0.3, 0.4)
    html = plots.gauge(Weight(0.1, None, 0.6, 0.25, reference=shares))
    heights = re.findall(r'class="td-share([^"]*)" style="height:([\d.]+)%', html)
    assert heights == [("", "25.00"), ("", "50.00"), (" td-own", "75.00"), ("", "100.00")]
    assert "left:60.00%" in html and "above 25\u00a0% of the translations" in html
    assert "td-spread" not in plots.gauge(Weight(0.1, None, 0.6, 0.25))
    last = plots.gauge(Weight(0.1, None, 1.0, 1.0, reference=shares))
    assert last.rindex("td-own") > last.rindex('td-share"')
    assert plots.gauge(Weight(0.1, None, None, reason="No reference.")) == ""


@pytest.mark.parametrize(
    ("percentile", "left", "said"), [(0.0, "0", "below"), (1.0, "100%", "above")]
)
def test_beyond_the_reference_the_gauge_shows_which_end(percentile, left, said):
    html = plots.gauge(Weight(3.0, None, None, percentile, outside=True, reference=(0.5, 0.5)))
    assert f'td-gauge-outside" style="left:{left}"' in html and f"{said} them all" in html
    assert "td-own" not in html and "td-gauge-fill" not in html


def test_a_translation_that_was_stopped_is_said_to_be():
    stopped = Translation("so so so", TranslationStatus.TRANSLATED, cut=True)
    assert wording.TRANSLATION_CUT in card.card(comparison(translation=stopped), 1, "auto", {})
    assert wording.TRANSLATION_CUT not in card.card(comparison(), 1, "auto", {})


def test_long_tables_say_what_they_leave_out():
    html = highlight.table(words(" ".join("w" for _ in range(230))), 0.4, "k")
    assert html.count("<tr") == highlight.TABLE_LIMIT and "30 more words" in html
    assert highlight.table(words(""), 0.4, "k") == ""


def test_bars_carry_numbers_and_ticks():
    html = plots.probabilities(JOY, NEUTRAL, "caption")
    assert html.count("td-tick") == 6 and html.count("<tr") == 6
    assert "70\u00a0%" in html and "before 10\u00a0%" in html and "width:70.00%" in html
    assert "td-tick" not in plots.probabilities(JOY, None, "caption")
    assert "width:100.00%" in plots.by_class((0.2, -0.1, 0, 0, 0, 0))
    assert "-0.100" in plots.by_class((0.2, -0.1, 0, 0, 0, 0))


@pytest.mark.parametrize(
    ("share", "said"),
    [(0, "0 %"), (1, "100 %"), (0.004, "<1 %"), (0.996, ">99 %"), (0.9951, ">99 %"),
     (0.456, "46 %"), (None, "–"), (float("nan"), "–")],
)  # fmt: skip
def test_percentages_never_round_to_certainty(share, said):
    assert wording.percent(share) == said.replace(" ", "\u00a0")


def sentence(**fields):
    if fields.get("status") is TranslationStatus.UNKNOWN:
        fields["language"] = Language("unknown", None)
    return wording.weight_sentence(comparison(**fields)).replace("\u00a0", " ")


def test_the_weight_in_words():
    assert sentence() == (
        "The student reads the translation differently: mostly Joy → Neutral; "
        "this tweet would have counted 34 %."
    )
    alike = {"on_original": JOY.probabilities, "on_translation": JOY.probabilities}
    assert sentence(weight=Weight(0.0, None, 0.87, **alike)) == (
        "Both read alike; it would have counted 87 %."
    )
    less = (0.1, 0.4, 0.1, 0.1, 0.1, 0.2)
    assert "Joy in both, but 70 % → 40 %" in sentence(
        weight=Weight(0.1, None, 0.5, on_original=JOY.probabilities, on_translation=less)
    )
    assert sentence(weight=Weight(0.1, None, None, reason="No reference.")) == "No reference."
    assert sentence(weight=Weight(0.1, None, None, reason="No reference.", **alike)) == (
        "The student reads mostly Joy in both. No reference."
    )
    beyond = {"outside": True, **alike}
    further = sentence(weight=Weight(0.9, None, None, percentile=0.0, **beyond))
    assert "larger than any" in further and "distrusted" in further and "counted" not in further
    closer = sentence(weight=Weight(0.0, None, None, percentile=1.0, **beyond))
    assert "smaller than any" in closer and "distrusted" not in closer


def test_a_missing_translator_is_not_an_unknown_language():
    known = comparison(status=TranslationStatus.UNKNOWN)
    assert "no translator for French" in wording.weight_sentence(known)
    assert "No translator for French" in wording.translation_status(known)


@pytest.mark.parametrize(
    ("status", "part"),
    [(TranslationStatus.ENGLISH, "counts in full"), (TranslationStatus.COPIED, "unchanged"),
     (TranslationStatus.PASSED_THROUGH, "nothing to translate"),
     (TranslationStatus.UNKNOWN, "Set the language by hand")],
)  # fmt: skip
def test_untranslated_rows_say_so(status, part):
    assert part in sentence(status=status)


def test_a_card_offers_what_its_state_allows():
    plain = card.card(comparison(), 3, "auto", {"student": 0.4})
    assert "Auto: French 99 %" in plain.replace("\u00a0", " ") and "threshold 0.40" in plain
    assert wording.MACHINE not in plain and "flipped by refinement: Joy → Neutral" in plain
    edited = card.card(comparison(status=TranslationStatus.EDITED), 3, "nl", {})
    assert wording.MACHINE in edited and '<option value="nl" selected>' in edited
    bare = card.card(comparison(student_before=None, triggers={}), 3, "auto", {})
    assert "td-flip" not in bare and "td-tick" not in bare and "je suis" in bare


def test_header_and_frame():
    failed = page.header(Status("failed", problem="<b>No</b> model."))
    assert "&lt;b&gt;No&lt;/b&gt; model." in failed and "td-state-failed" in failed
    assert "Loading models…" in page.header(Status("idle"))
    assert 'value="3" max="8"' in page.progress(3, 8, "x")
    assert "value=" not in page.progress(0, 8, "x")
    first, second = (page.results([comparison()], "auto", {}, run) for run in "ab")
    assert first != second and first.count("<article") == 1
    assert "__" not in cards_script.cards()
    assert wording.short("/a/models/teacher/") == "teacher" == wording.short("teacher")
    assert wording.short("owner/name") == "owner/name" and wording.short("./name") == "name"
    assert "six emotions: surprise, disgust." in wording.unmapped(
        "teacher", ("surprise", "disgust")
    )


def _luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(share * c for share, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _contrast(one, other):
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_contrast(mode):
    """WCAG 2.2: 4.5:1 for text, 3:1 for what carries meaning."""
    surface = theme.SURFACES[mode]
    for background, ink in itertools.product(("page", "card", "inset"), ("ink", "soft")):
        assert _contrast(surface[ink], surface[background]) >= 4.5, (background, ink)
    assert _contrast(surface["accent-ink"], surface["accent"]) >= 4.5
    for sign in ("good", "bad", "accent"):
        assert _contrast(surface[sign], surface["card"]) >= 4.5
    for label, colour in (theme.LIGHT if mode == "light" else theme.DARK).items():
        assert _contrast(colour, surface["card"]) >= 3, label
        assert _contrast(colour, surface["inset"]) >= 3, label


# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB.
DEFICIENCIES = {
    "none": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216),
               (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413),
               (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602),
               (0.004733, 0.691367, 0.303900)),
}  # fmt: skip


def _lab(colour, matrix):
    """CIE L*a*b* (D65) of a colour as seen with a deficiency."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    seen = [min(max(sum(m * c for m, c in zip(row, linear, strict=True)), 0), 1) for row in matrix]
    to_xyz = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    xyz = [sum(m * c for m, c in zip(row, seen, strict=True)) for row in to_xyz]
    x, y, z = (
        (value / white) ** (1 / 3) if value / white > 0.008856 else 7.787 * value / white + 16 / 116
        for value, white in zip(xyz, (0.95047, 1.0, 1.08883), strict=True)
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("colours", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_emotions_can_be_told_apart(colours, deficiency):
    assert tuple(colours) == LABELS
    seen = {label: _lab(colour, DEFICIENCIES[deficiency]) for label, colour in colours.items()}
    for one, other in itertools.combinations(LABELS, 2):
        distance = sum((a - b) ** 2 for a, b in zip(seen[one], seen[other], strict=True)) ** 0.5
        assert distance >= 10, (deficiency, one, other, round(distance, 1))

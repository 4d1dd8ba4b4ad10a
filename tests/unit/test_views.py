"""Finished HTML: text stays text, numbers are honest, colours can be told apart."""

import itertools
import json
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.labels import LABELS
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
from dashboard import theme, wording
from dashboard.services import Status
from dashboard.views import card, highlight, markup, page, plots, script

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
    assert '<span class="td-unread">c d</span>' in html
    edges = highlight.highlighted(words(" a  b "), "Joy")
    assert "".join(Reader(edges).texts) == " a  b "
    assert "td-unread" not in edges


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
    outside = sentence(weight=Weight(0.9, None, None, outside=True, **alike))
    assert "outside the range seen in refinement" in outside and "counted" not in outside


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
    assert "__" not in script.cards()
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

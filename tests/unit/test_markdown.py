"""A card as Markdown, read back by markdown-it: the tweet is there whole, and nothing else is."""

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

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
from dashboard import wording
from dashboard.views import markdown
from dashboard.views.markup import INVISIBLE

READ = MarkdownIt("commonmark").enable("table").enable("strikethrough")
JOY = Prediction((0.05, 0.7, 0.05, 0.05, 0.05, 0.1))
NEUTRAL = Prediction((0.004, 0.1, 0.096, 0.05, 0.05, 0.7))
HOSTILE = [
    "# heading", "- list", "+ list", "* list", "1. list", "12) list", "> quote", "---", "===",
    "    code", "\tcode", "```\ncode", "~~~", "`a` ``b``", "*a* _b_ **c** __d__ ~~e~~",
    "[a](http://x) ![b](y) <http://z>", "[a]: http://x", "a | b\n--|--\nc | d", ":-", "| a |",
    "<script>alert(1)</script>", "<!-- x", "&lt;b&gt; &amp; &#42;", "\\* \\\\ \\", "a  \nb\\\nc",
    "http://x.example www.x.example a@b.example", "$x$ {y} ^z", "", " ", "\n", "a\n\n\nb",
    "🧿 👩\u200d👧 ❤️", "\u202eabc\u200f", "\x00\x07", "=", "a\n===", "a\n---", "-", "1.",
]  # fmt: skip
LINE = st.lists(st.sampled_from(HOSTILE) | st.text(max_size=8)).map(" ".join)


class Reader(HTMLParser):
    """Tags, and the text within each outermost element."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.quotes: list[str] = []
        self.depth = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)
        if tag == "blockquote":
            self.depth += 1
            self.quotes.append("")

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag == "blockquote"

    def handle_data(self, data: str) -> None:
        if self.depth:
            self.quotes[-1] += data


def comparison(text: str, english: str = "I am", **fields: object) -> Comparison:
    """A comparison of a tweet; every word of it a trigger."""
    marked = tuple(WordScore(word, 1.0, True) for word in text.split(" "))
    plain: dict[str, object] = {
        "language": Language("fr", 0.991),
        "translation": Translation(english, TranslationStatus.TRANSLATED),
        "teacher": JOY,
        "student": NEUTRAL,
        "student_before": JOY,
        "weight": Weight(0.1, None, 0.34, 0.2),
        "triggers": {"student": TokenScores(text, marked), "teacher": TokenScores("", ())},
    }
    return Comparison(text=text, **(plain | fields))  # type: ignore[arg-type]


def as_seen(text: str) -> str:
    """A text without what a renderer may change: spaces, line breaks, characters without shape."""
    named = INVISIBLE.sub(lambda found: f"(U+{ord(found[0]):04X})", text.replace("\r", "\n"))
    return "".join(named.split())


def check(text: str) -> None:
    """The tweet's quotation holds its characters, and the page has no element but ours."""
    reader = Reader(READ.render(markdown.card(comparison(text, text + "x"))))
    assert [as_seen(quote) for quote in reader.quotes] == [as_seen(text), as_seen(text + "x")]
    tags = ["p", "strong", "blockquote", "br", "table", "thead", "tbody", "tr", "th", "td"]
    assert set(reader.tags) <= set(tags)
    assert reader.tags.count("tr") == 1 + 1 + len(LABELS) and reader.tags.count("table") == 1
    assert reader.tags.count("strong") == 1 + 4 + 1


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_stay_text(text: str) -> None:
    check(text)


@given(LINE)
@settings(max_examples=400)
def test_whatever_is_written_stays_text(text: str) -> None:
    check(text)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a | b", "a \\| b"),
        ("see http://x.example", "see http\\://x.example"),
        ("www.x.example", "www\\.x.example"),
        ("a@b.example and @user", "a\\@b.example and @user"),
        ("10. Mai", "10\\. Mai"),
        ("one\ntwo", "one two"),
        ("$x$", "\\$x\\$"),
        ("it's 5 - 3, isn't it? (yes!)", "it's 5 - 3, isn't it? (yes!)"),
    ],
)
def test_what_other_readers_act_on_is_escaped_and_plain_words_are_not(
    text: str, written: str
) -> None:
    """Tables, addresses, mathematics: GitHub's, beyond what markdown-it reads here."""
    assert markdown.escaped(text) == written


def test_the_card_says_what_the_page_says() -> None:
    text = markdown.card(comparison("je suis")).replace("\u00a0", " ")
    assert text.startswith("**Student says Neutral, teacher says Joy**\n\n> je suis\n")
    assert "French 99 %; flipped by refinement: Joy → Neutral." in text
    assert "Translation (Machine translation):\n\n> I am\n" in text
    assert "| **Label** | **Joy** | **Neutral** | **Joy** |" in text
    assert "| Love | 5 % | \\<1 % | 5 % |" in text
    assert "Trigger words, Student: je · suis" in text and "Trigger words, Teacher: none" in text
    assert "away from the teacher" in text
    assert "Translation weight: **34 %**. This tweet would have counted 34 %." in text


def test_what_is_not_there_is_left_out() -> None:
    english = Translation("so", TranslationStatus.ENGLISH)
    bare = comparison("so", translation=english, student_before=None, triggers={})
    text = markdown.card(bare)
    assert text.count("> so") == 1 and wording.translation_status(bare) in text
    assert "Before refinement" not in text and "Trigger" not in text
    assert "Refinement moved" not in text and "|  | Student | Teacher |" in text

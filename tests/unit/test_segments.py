"""A tweet is cut so that its parts join to it exactly, and only words are translated."""

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from core.emoji import find_emoji
from core.segments import chunks, segments

FAMILY = "👩\u200d👩\u200d👧"
PIECES = [
    *["Je suis", "ravi", "Dr.", "etc.", "oui!", "non ?", "fin…", "...", "@user", "@a_1!", "http"],
    *[
        "https://t.co/x",
        "😂",
        "❤️",
        FAMILY,
        "👍🏽",
        "🇫🇷",
        "1️⃣",
        "\u200d",
        "\u200f",
        "\u202e",
        "\ufe0f",
    ],
    *[" ", "  ", "\n", "\r\n", "\t", "\u2028", "\x00", "\ud800", "«", "»", '"', ")", "5", "я", "ё"],
]
TEXTS = st.lists(st.sampled_from(PIECES) | st.characters()).map("".join)


@given(TEXTS)
@settings(max_examples=300)
def test_the_laws(text: str) -> None:
    parts = segments(text)
    assert "".join(part for _, part in parts) == text
    assert all(part for _, part in parts)
    for translate, part in parts:
        if translate:
            assert regex.search(r"\p{L}", part), "a model would invent something"
            assert not find_emoji(part), "a model would drop it"
            assert not regex.search(r"[\n\r\v\f\x85\u2028\u2029]", part), "a line break would go"
            assert not regex.match(r"[\s\p{C}]", part[0] + part[-1])
    kept = [not translate for translate, _ in parts]
    assert not any(a and b for a, b in zip(kept, kept[1:], strict=False)), "neighbours are joined"


def words(text: str) -> list[str]:
    return [part for translate, part in segments(text) if translate]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("   ", []),
        ("😂😂 !!! 12", []),
        ("@user @user http", []),
        ("@user Je suis ravi 😂 http", ["Je suis ravi"]),
        ("Je suis ravi http 😂", ["Je suis ravi"]),
        ("😂 @user oui", ["oui"]),
        ("dis @user oui", ["dis @user oui"]),  # inside a sentence it is part of it
        ("Oui. Non! Ah? Bon… Fin", ["Oui.", "Non!", "Ah?", "Bon…", "Fin"]),
        ("je suis... content", ["je suis... content"]),
        ("p. ej. hoy", ["p. ej. hoy"]),
        ("quoi ?! moi", ["quoi ?!", "moi"]),
        ("un\ndeux\n\ntrois", ["un", "deux", "trois"]),
        ("« Oui. » Non", ["« Oui. »", "Non"]),
        ("bien5😂mal", ["bien5", "mal"]),
        ("\u200foui\u200f", ["oui"]),
        ("👩\u200d👩\u200d👧 famille 🇫🇷", ["famille"]),
        ("« oui ! » non", ["« oui ! »", "non"]),
        ("je suis . . . content", ["je suis . . . content"]),
        ("non ! ! oui", ["non ! !", "oui"]),
        ("( oui . ) Non", ["( oui . )", "Non"]),
        ("fin.  suite", ["fin.  suite"]),
        ("fin.  Suite", ["fin.", "Suite"]),
    ],
)
def test_what_is_translated(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "a" + " " * 20_000 + "b",
        "x" + " @a" * 7_000 + " y",
        "@" + "a" * 20_000 + "!",
        "!)" * 10_000 + " b",
        "!" + " )" * 10_000 + " b",
        "!" + ")" * 10_000 + " »" * 5_000 + ' " b',
        "😂 " * 10_000 + "a",
        "a\u200f" * 10_000,
        ". " * 10_000,
        "\n" * 20_000,
        "https://" + "z" * 20_000,
        "a" + '"' * 20_000 + " b",
    ],
)
def test_hostile_texts_do_not_hold_it_up(text: str) -> None:
    """Each took up to minutes with patterns that look back again and again."""
    assert "".join(part for _, part in segments(text)) == text


def count(text: str) -> int:
    """Sub-tokens of a naive tokenizer: a mark per word, three per character beyond ASCII."""
    return sum(1 + sum(1 if char < "\x80" else 3 for char in word) for word in text.split())


WORDS = st.text(st.sampled_from("abcdé漢"), min_size=1, max_size=30)


@given(st.lists(WORDS, min_size=1, max_size=30), st.integers(4, 40))
def test_chunks_drop_nothing_and_fit(text: list[str], longest: int) -> None:
    joined = " ".join(text)
    parts = chunks(joined, count, longest)
    assert "".join("".join(parts).split()) == "".join(text)
    assert all(count(part) <= longest for part in parts)
    if all(count(word) <= longest for word in text):
        assert " ".join(parts) == joined
        for first, second in zip(parts, parts[1:], strict=False):
            assert count(f"{first} {second.split()[0]}") > longest, "parts are as long as may be"


def test_a_short_text_is_left_as_it_is() -> None:
    assert chunks("two  spaces ", count, 50) == ["two  spaces "]


def test_one_endless_word_is_cut_within() -> None:
    parts = chunks("a" * 10_000, count, 100)
    assert "".join(parts) == "a" * 10_000 and max(map(count, parts)) <= 100

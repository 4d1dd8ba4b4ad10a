"""Emoji are found whole, by Unicode's own list as the truth."""

import unicodedata

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from core.emoji import bare, count_emoji, find_emoji

ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
WHOLE = [
    "😂",
    "❤",
    "❤️",
    "👍🏽",
    "🇫🇷",
    "1️⃣",
    "#⃣",
    "👩\u200d👩\u200d👧",
    "🏳️\u200d🌈",
    "👩🏽\u200d🚀",
    "❤️\u200d🔥",
    ENGLAND,
]


@pytest.mark.parametrize("emoji", WHOLE)
def test_a_sequence_is_one_emoji(emoji: str) -> None:
    assert find_emoji(emoji) == [emoji]
    assert find_emoji(f"oh {emoji}{emoji} 1 {emoji}") == [emoji] * 3


@given(st.lists(st.sampled_from([*WHOLE, "a", "é", "1", "#", " ", "\u200d", "©", "\u200f"])))
def test_what_is_found_is_there_and_the_rest_holds_none(parts: list[str]) -> None:
    text = "".join(parts)
    found = find_emoji(text)
    position = 0
    for emoji in found:
        position = text.index(emoji, position) + len(emoji)
    assert not any(regex.match(r"\p{Emoji_Presentation}", char) for char in _rest(text, found))


def _rest(text: str, found: list[str]) -> str:
    for emoji in sorted(found, key=len, reverse=True):
        text = text.replace(emoji, "", 1)
    return text


@given(st.characters(exclude_categories=["Cs"]))
def test_every_single_pictograph_is_found(char: str) -> None:
    """The truth: what Unicode shows as a picture by default, flags' halves aside."""
    shown = regex.fullmatch(r"\p{Emoji_Presentation}", char) is not None
    half = regex.fullmatch(r"\p{RI}|\p{EMod}", char) is not None
    if shown and not half:
        assert find_emoji(char) == [char]
    if unicodedata.category(char)[0] in "LNZ":
        assert find_emoji(char) == [] or regex.fullmatch(r"\p{Extended_Pictographic}", char)


@pytest.mark.parametrize("text", ["", "a1 #tag * 5", "© ® ™", "\u200d", "\ufe0f", "🇫"])
def test_text_signs_are_no_emoji(text: str) -> None:
    assert find_emoji(text) == []


def test_bare_emoji_are_counted_together() -> None:
    assert bare("👍🏽") == "👍" and bare("❤️") == "❤"
    assert count_emoji(["👍🏽 👍", "❤️", "none"]) == {"👍": 2, "❤": 1}

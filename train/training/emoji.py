"""Emoji as vocabulary: which ones a set of texts needs, and what they are called.

Reads Unicode CLDR's names and keywords (emoji.tsv); knows no model.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from core.data import read_table
from core.emoji import bare, count_emoji, find_emoji

LANGUAGES = ("en", "fr", "nl", "ru", "es")


@dataclass(frozen=True)
class EmojiName:
    """CLDR's short name and keywords of one emoji, by language."""

    names: Mapping[str, str]
    keywords: Mapping[str, tuple[str, ...]]

    @property
    def english(self) -> str:
        """Name and first keywords as one English phrase."""
        return ", ".join([self.names["en"], *self.keywords["en"][:4]])


def read_names(path: str | Path) -> dict[str, EmojiName]:
    """Bare emoji → its names.

    Raises:
        DataError: when the columns are not there.
    """
    table = read_table(path, ("emoji", *(f"{code}_name" for code in LANGUAGES)))
    names: dict[str, EmojiName] = {}
    for row in table.rows:
        cells = dict(zip(table.columns, row, strict=True))
        names.setdefault(
            bare(cells["emoji"]),
            EmojiName(
                {code: cells[f"{code}_name"] for code in LANGUAGES},
                {code: _words(cells[f"{code}_keywords"]) for code in LANGUAGES},
            ),
        )
    return names


def named(text: str, names: Mapping[str, EmojiName]) -> str:
    """An English text with its emoji in words, for a model that knows no emoji.

    >>> tears = EmojiName({"en": "face with tears of joy"}, {"en": ()})
    >>> named("oh😂 1", {"😂": tears})
    'oh face with tears of joy 1'
    """
    for emoji in sorted(set(find_emoji(text)), key=len, reverse=True):  # 👍🏽 before 👍
        if bare(emoji) in names:
            text = text.replace(emoji, f" {names[bare(emoji)].names['en']} ")
    return " ".join(text.split())


def needed(texts: Iterable[str], names: Mapping[str, EmojiName], least: int = 2) -> list[str]:
    """Named emoji that occur at least ``least`` times, the most frequent first."""
    counts = count_emoji(texts)
    return [emoji for emoji, count in counts.most_common() if count >= least and emoji in names]


def _words(cell: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in cell.split("|") if word.strip())

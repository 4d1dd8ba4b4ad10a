"""What an emoji is in a text, by Unicode's own properties.

Knows sequences (flags, those of regions too, keycaps, ZWJ, skin tones); nothing of their meaning.
"""

from collections import Counter
from collections.abc import Iterable

import regex

SEQUENCE = (
    r"(?:\p{RI}\p{RI}|[0-9#*]\uFE0F?\u20E3"
    r"|(?![©®™‼⁉])\p{Extended_Pictographic}[\uFE0F\p{EMod}]*[\U000E0020-\U000E007F]*"
    r"(?:\u200D\p{Extended_Pictographic}[\uFE0F\p{EMod}]*)*)"
)
"""Pattern for the ``regex`` module: one emoji as a reader sees it (UTS #51)."""

_SEQUENCE = regex.compile(SEQUENCE)
_MODIFIERS = regex.compile(r"[\uFE0F\p{EMod}]")


def find_emoji(text: str) -> list[str]:
    """Emoji of a text, in order, each as written.

    >>> find_emoji("oh 😂👍🏽 1")
    ['😂', '👍🏽']
    """
    return _SEQUENCE.findall(text)


def bare(emoji: str) -> str:
    """An emoji without skin tone and presentation selector: ❤️ → ❤, 👍🏽 → 👍."""
    return _MODIFIERS.sub("", emoji)


def count_emoji(texts: Iterable[str]) -> Counter[str]:
    """How often each bare emoji occurs."""
    return Counter(bare(found) for text in texts for found in find_emoji(text))

"""Foreign emotion labels → the six classes, or none where a row is dropped.

Knows names and numbers of the originals' label sets; reads no file.
"""

from collections.abc import Iterable, Mapping

GOEMOTIONS: dict[str, str] = {
    **dict.fromkeys(("love", "caring"), "Love"),
    **dict.fromkeys(
        (
            "joy",
            "amusement",
            "excitement",
            "gratitude",
            "pride",
            "relief",
            "optimism",
            "admiration",
        ),
        "Joy",
    ),
    **dict.fromkeys(("anger", "annoyance", "disgust"), "Anger"),
    **dict.fromkeys(("fear", "nervousness"), "Fear"),
    **dict.fromkeys(("sadness", "grief", "disappointment", "remorse"), "Sadness"),
    "neutral": "Neutral",
}
"""GoEmotions' names; those that are not here (approval, surprise, …) drop their row."""

EKMAN: dict[str, str] = {
    "joy": "Joy",
    "anger": "Anger",
    "disgust": "Anger",
    "fear": "Fear",
    "sadness": "Sadness",
    "neutral": "Neutral",
}
"""Of sets in Ekman's or Plutchik's names; surprise, trust and anticipation drop their row."""

XED = (  # its numbers from 1; 9 is the neutral file's
    "anger",
    "anticipation",
    "disgust",
    "fear",
    "joy",
    "sadness",
    "surprise",
    "trust",
    "neutral",
)
CEDR = ("joy", "sadness", "surprise", "fear", "anger")  # its numbers from 0
BRIGHTER = ("anger", "disgust", "fear", "joy", "sadness", "surprise")  # its columns


def one_class(names: Iterable[str], mapping: Mapping[str, str]) -> str | None:
    """The class that all of a row's labels fall in; None where one has none, or two classes meet.

    >>> one_class(["anger", "disgust"], EKMAN), one_class(["joy", "surprise"], EKMAN)
    ('Anger', None)
    """
    classes = {mapping.get(name) for name in names}
    return classes.pop() if len(classes) == 1 else None


def numbered(cell: str, names: tuple[str, ...], first: int) -> list[str]:
    """The names behind a cell such as ``"1, 4"``.

    Args:
        first: the number of the first name.

    Raises:
        ValueError: with the rest of a sentence, when a number is none of the set's.
    """
    found = []
    for piece in cell.split(","):
        place = int(piece) - first if piece.strip().isdecimal() else -1
        if not 0 <= place < len(names):
            last = first + len(names) - 1
            raise ValueError(f"{piece.strip()!r} is no label number from {first} to {last}")
        found.append(names[place])
    return found

"""The six emotions, their order, and how foreign label sets map onto them.

Knows names only; nothing here knows of models, files or colours.
"""

from collections.abc import Sequence

from core.errors import ModelError

LABELS: tuple[str, ...] = ("Love", "Joy", "Anger", "Fear", "Sadness", "Neutral")
"""The EXALT classes (WASSA 2024), in the one order used everywhere: K = 6."""

INDEX: dict[str, int] = {label: index for index, label in enumerate(LABELS)}

# Names under which other label sets carry the same class. Only unmistakable
# synonyms: "disgust" or "surprise" have no class of their own here.
_ALIASES: dict[str, str] = {
    "love": "Love",
    "joy": "Joy",
    "happiness": "Joy",
    "happy": "Joy",
    "anger": "Anger",
    "angry": "Anger",
    "fear": "Fear",
    "sadness": "Sadness",
    "sad": "Sadness",
    "neutral": "Neutral",
    "none": "Neutral",
}


def canonical(name: str) -> str | None:
    """The label that ``name`` stands for, or None when it names none of the six.

    >>> canonical(" joy "), canonical("surprise")
    ('Joy', None)
    """
    return _ALIASES.get(name.strip().lower())


def map_labels(names: Sequence[str]) -> tuple[int | None, ...]:
    """Where each of a foreign model's K' outputs goes among the six.

    Returns:
        K' entries: the index in LABELS, or None for a class that is unmapped.

    Raises:
        ModelError: when no name maps, or when two names claim one label.
    """
    mapped = tuple(INDEX.get(canonical(name) or "") for name in names)
    found = [index for index in mapped if index is not None]
    if not found:
        raise ModelError(
            f"None of the model's labels ({', '.join(names[:8])}) is one of {', '.join(LABELS)}.",
            "Load a model whose config names its classes in id2label.",
        )
    if len(set(found)) < len(found):
        raise ModelError(
            f"Two of the model's labels ({', '.join(names[:8])}) mean the same emotion.",
            "Rename one of them in the model's id2label.",
        )
    return mapped

"""What a label that is none of the six may mean: a suggestion, never applied by itself.

Knows names of other label sets and of the five languages; no file.
"""

from core.labels import canonical

_SYNONYMS: dict[str, str] = {
    "Love": "caring loving affection amour liefde любовь amor",
    "Joy": (
        "amusement excitement gratitude pride relief optimism admiration joyful "
        "joie bonheur vreugde blijdschap blij радость счастье alegría alegria felicidad"
    ),
    "Anger": (
        "annoyance disgust rage mad colère colere dégoût woede boosheid boos "
        "гнев злость отвращение ira enojo enfado asco"
    ),
    "Fear": "nervousness afraid scared anxiety peur angst bang страх miedo",
    "Sadness": "grief disappointment remorse tristesse verdriet грусть печаль tristeza",
    "Neutral": "noemotion no_emotion neutre neutraal нейтрально нейтральный neutro",
}
"""Beside ``core.labels.canonical``: GoEmotions' and Ekman's classes as the training data has them,
and the six in French, Dutch, Russian and Spanish."""

_BY_WORD = {word: label for label, words in _SYNONYMS.items() for word in words.split()}
_AROUND = " \t\r\n\"'“”«»[](){}.,;:!#"


def suggestion(cell: str) -> str | None:
    """One of the six that a cell seems to mean; None where nothing comes to mind, as for numbers.

    >>> suggestion("JOY"), suggestion("happiness"), suggestion("2"), suggestion("surprise")
    ('Joy', 'Joy', None, None)
    """
    word = cell.strip(_AROUND).casefold()
    return canonical(word) or _BY_WORD.get("_".join(word.split()))

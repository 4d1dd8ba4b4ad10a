"""The columns of ``predictions.parquet``: names, types, order.

For every system S, in order: ``S`` (its label), then ``S_love … S_neutral`` (float32, sum 1; of a
vote the shares of votes). Tables of one run all have the same columns; what was not computed is
null. Exports name columns alike.
"""

from collections.abc import Sequence

from core.labels import LABELS

ABOUT: dict[str, str] = {
    "row": "int64",  # 1, 2, 3 … over the rows that could be used
    "line": "int64",  # where it starts in the file
    "id": "string",
    "text": "string",  # exactly as it stood in the file
    "text_hash": "string",  # core.data.text_hash, for provenance
    "source": "string",  # the file's own column, or ""
    "language": "string",
    "language_probability": "float64",  # null: told by hand, or unknown
    "gold": "string",  # one of the six; null without gold
    "gold_triggers": "list<int8>",  # one per word of text.split(" "); null without
}
TRANSLATED: dict[str, str] = {
    "translation": "string",
    "translation_status": "string",  # core.records.TranslationStatus
    "translation_cut": "bool",
    "likelihood": "float64",  # translator's mean log-likelihood of a piece, nats; null without gold
    "copied": "float64",  # share of the translation's words that stand in the original; null: none
    "length_ratio": "float64",  # characters of the translation per character of the original
}
WEIGHED: dict[str, str] = {
    "disagreement": "float64",  # w of Eq. 2
    "weight": "float64",  # w̄ of Eq. 3 against the refinement's reference; null: not computable
    "weight_reason": "string",  # why not, or ""
}
COMPARED: dict[str, str] = {"distance": "float64"}  # total variation of student and teacher
"""Name → Arrow type; ``TRANSLATED`` where a translator takes part, ``WEIGHED`` where student_before
does too, ``COMPARED`` where student and teacher do."""


def shares(system: str) -> list[str]:
    """The K columns of a system's probabilities, in the order of LABELS."""
    return [f"{system}_{label.lower()}" for label in LABELS]


def of_systems(names: Sequence[str]) -> dict[str, str]:
    """Label and probabilities of each system, in order."""
    found: dict[str, str] = {}
    for name in names:
        found[name] = "string"
        found.update(dict.fromkeys(shares(name), "float32"))
        found[f"{name}_truncated"] = "bool"
    return found


def of_words(names: Sequence[str]) -> dict[str, str]:
    """What a plan with ``words`` adds for each model, parallel to ``text.split(" ")``.

    A teacher reads the translation, so it has words only where that is the text itself; elsewhere
    both are null.
    """
    found: dict[str, str] = {}
    for name in names:
        found[f"{name}_word_scores"] = "list<float32>"
        found[f"{name}_triggers"] = "list<int8>"  # null without a threshold
    return found

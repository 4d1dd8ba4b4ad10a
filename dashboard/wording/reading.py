"""What a model really read, and what it left out, in words."""

from core.records import PieceKind, Reading
from dashboard.wording.numbers import number

READING = "What the model read"
READING_UNKNOWN = "unknown"
_MARKS = {
    "▁": "“▁” stands where a word begins.",
    "Ġ": "“Ġ” stands for the space before a word.",
    "##": "“##” goes on with the word before.",
}


def reading_count(reading: Reading) -> str:
    """How many sub-tokens of how many, and how many of them are unknown."""
    count = f"{len(reading.pieces)} of at most {reading.limit} sub-tokens"
    unknown = f", {number(len(reading.written))} unknown" if reading.written else ""
    cut = f", {number(reading.beyond)} cut off" if reading.beyond else ""
    return count + unknown + cut


def reading_notes(reading: Reading) -> list[str]:
    """What the pieces' marks mean, and what the reading lacks."""
    notes = [_MARKS[reading.mark]] if reading.mark in _MARKS else []
    if PieceKind.PREFIX in reading.kinds:
        notes.append("Dashed: the model's own instruction, put before each text.")
    if reading.written:
        notes.append("Underlined: not in the vocabulary, beside it what you wrote.")
    if reading.beyond:
        notes.append(f"{number(reading.beyond)} more sub-tokens did not fit and were cut off.")
    return notes


def truncated(reading: Reading, length: int) -> str:
    """How much of a text of ``length`` characters was read."""
    read = number(reading.end or 0)
    return (
        f"The text is too long for the model: it read only the first part, {read} of "
        f"{number(length)} characters. The rest is marked as cut."
    )

"""Trigger words that a person marked, as an EXALT trigger file.

Knows the columns ``ID, Texts, Labels`` and how ``core.data.read_triggers`` reads them back; opens
no file and knows no model.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

from core.errors import InputError

COLUMNS = ("ID", "Texts", "Labels")


@dataclass(frozen=True, slots=True)
class Annotated:
    """One tweet with its marked words."""

    text: str  # exactly as it was shown
    triggers: tuple[int, ...]  # 0/1, parallel to text.split(" ")


def to_triggers(items: Iterable[Annotated]) -> str:
    """A header and one row per tweet: tabs between cells, pandas' default quoting, CR LF.

    IDs count from 1. ``core.data.read_triggers`` gives the same texts and triggers back,
    character by character; only NUL and halves of surrogate pairs, which no such file can hold,
    are U+FFFD.

    Raises:
        InputError: a tweet whose labels are not one 0 or 1 per word.
    """
    file = io.StringIO(newline="")
    # With both characters in the line's end, csv also quotes a text that holds one of them alone.
    writer = csv.writer(file, delimiter="\t", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for number, item in enumerate(items, start=1):
        _check(item, number)
        writer.writerow((number, item.text, str(list(item.triggers))))
    written = file.getvalue().replace("\0", "\ufffd")
    return written.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _check(item: Annotated, number: int) -> None:
    words = item.text.count(" ") + 1
    if len(item.triggers) != words or not set(item.triggers) <= {0, 1}:
        raise InputError(
            f"Tweet {number} has {len(item.triggers)} trigger labels for {words} words.",
            "Give one 0 or 1 per word.",
        )

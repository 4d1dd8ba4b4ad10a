"""Emotion originals → train_en, validation_en, and the dev files.

Knows each original's columns; the classes are ``labels``'. Rows get their number before held-out
texts are taken out, so that a number says the same row whatever is held.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.data import normalise, text_hash
from core.labels import INDEX
from core.tables import quote
from train.prepare.held import HeldOut, clean
from train.prepare.labels import BRIGHTER, CEDR, EKMAN, GOEMOTIONS, XED, numbered, one_class
from train.prepare.originals import Originals
from train.prepare.rows import Row, rows

COLUMNS = ("ID", "Texts", "Labels", "Source", "Provenance")
TRAIN, VALIDATION = "emotions/train_en.tsv", "emotions/validation_en.tsv"
NATIVE = "human_native"
CEDR_SOURCES = {"twitter": "cedr_twitter", "lj": "cedr_lj"}
_NEUTRAL = ("labels", "text")  # of XED's file without emotions


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text in one of the six classes."""

    text: str
    label: str
    source: str
    provenance: str = NATIVE


Rows = Iterator[Labelled]


def held_files(originals: Originals) -> dict[str, list[Labelled]]:
    """The rows of validation_en and of each dev file, by file."""
    return {
        VALIDATION: list(goemotions(originals, "dev", "goemotions_dev")),
        "emotions/dev_es.tsv": list(brighter(originals, "esp", "brighter_es")),
        "emotions/dev_ru.tsv": [*brighter(originals, "rus", "brighter_ru"), *cedr(originals)],
        "emotions/dev_fr.tsv": list(kajava(originals)),
        "emotions/dev_nl.tsv": list(
            goemotions(
                originals,
                "test",
                "goemotions_nl_mt",
                "goemotions_nl",
                provenance="human_en_label+google_mt",
            )
        ),
    }


def english_behind(originals: Originals) -> dict[str, list[str]]:
    """By dev file: the English texts that its texts are translations of, labelled or not."""
    return {
        "emotions/dev_fr.tsv": [
            row["en"]
            for path in originals.files("kajava", "en-fr.tsv")
            for _, row in rows(originals, path, ("en", "fr", "label"))
        ],
        "emotions/dev_nl.tsv": [
            row["text"]
            for path in originals.files("goemotions", "test.tsv")
            for _, row in originals.cells(path, ("text",))
        ],
    }


def train_rows(originals: Originals) -> Rows:
    """All rows that may become train_en, in its order."""
    yield from exalt(originals)
    yield from goemotions(originals, "train", "goemotions_train")
    yield from brighter(originals, "eng", "brighter_en")
    yield from xed(originals)


def table(labelled: Iterable[Labelled], held: HeldOut | None = None) -> list[tuple[str, ...]]:
    """The rows of an emotion file, parallel to COLUMNS; of equal texts the first counts.

    Args:
        held: leave out what it holds, after the numbers are given.
    """
    known: set[str] = set()
    kept: list[tuple[str, ...]] = []
    for row in labelled:
        text, name = clean(row.text), text_hash(row.text)
        if name in known or not normalise(text):
            continue
        known.add(name)
        if held is not None and held.holds(text):
            held.taken[TRAIN] += 1
            continue
        kept.append((str(len(known)), text, row.label, row.source, row.provenance))
    return kept


# --- one original each ---


def exalt(originals: Originals) -> Rows:
    """EXALT's labelled English tweets."""
    for path in originals.files("exalt", "exalt_emotion_train.tsv"):
        for line, row in rows(originals, path, ("ID", "Texts", "Labels")):
            label = row["Labels"]
            if label in INDEX:
                yield Labelled(row["Texts"], label, "exalt_train")
            else:
                originals.complain(path, line, f"the label {quote(label)} is none of the six")


def goemotions(
    originals: Originals,
    part: str,
    source: str,
    folder: str = "goemotions",
    provenance: str = NATIVE,
) -> Rows:
    """Text, label numbers with commas, comment id: no header, no quotation, as it is published."""
    names = _goemotions_names(originals)
    for path in originals.files(folder, f"{part}.tsv") if names else ():
        found = _classed(
            originals,
            path,
            originals.cells(path, ("text", "labels")),
            _numbers(names, 0),
            GOEMOTIONS,
        )
        yield from (Labelled(row["text"], label, source, provenance) for row, label in found)


def _goemotions_names(originals: Originals) -> tuple[str, ...]:
    """Label names in the order of their numbers; none where emotions.txt is missing or another."""
    for path in originals.files("goemotions", "emotions.txt"):
        names = tuple(text.strip() for _, text in originals.lines(path) if text.strip())
        if absent := sorted(set(GOEMOTIONS) - set(names)):
            originals.give_up(path, f"{path} lacks the emotion {', '.join(absent)}.")
            return ()
        return names
    return ()


def brighter(originals: Originals, language: str, source: str) -> Rows:
    """One column of 0 and 1 an emotion; English has no disgust."""
    for part in ("train", "dev", "test"):
        for path in originals.files("brighter", f"{language}/{part}*"):
            read = rows(originals, path, ("text", "anger", "fear", "joy", "sadness"))
            found = _classed(originals, path, read, _ticked)
            yield from (Labelled(str(row["text"]), label, source) for row, label in found)


def cedr(originals: Originals) -> Rows:
    """Russian sentences with a list of label numbers; tweets and LiveJournal, no news."""
    for part in ("train", "test"):
        for path in originals.files("cedr", f"{part}*"):
            read = rows(originals, path, ("text", "labels", "source"))
            wanted = ((line, row) for line, row in read if row["source"] in CEDR_SOURCES)
            for row, label in _classed(originals, path, wanted, _listed):
                yield Labelled(str(row["text"]), label, CEDR_SOURCES[row["source"]])


def kajava(originals: Originals) -> Rows:
    """French subtitles with the labels that experts gave to the English ones."""
    for path in originals.files("kajava", "en-fr.tsv"):
        read = rows(originals, path, ("en", "fr", "label"))
        for row, label in _classed(originals, path, read, _named):
            yield Labelled(row["fr"], label, "kajava_fr", "expert_en_label+human_subtitle")


def xed(originals: Originals) -> Rows:
    """English subtitles: first the annotated ones, then those without an emotion."""
    for file, columns in (("en-annotated.tsv", ("text", "labels")), ("neu_en.txt", _NEUTRAL)):
        for path in originals.files("xed", file):
            read = originals.cells(path, columns)
            for row, label in _classed(originals, path, read, _numbers(XED, 1)):
                yield Labelled(row["text"], label, "xed_en")


# --- the labels of a row ---


def _classed(
    originals: Originals,
    path: Path,
    read: Iterable[Row],
    names: Callable[[dict[str, Any]], list[str]],
    mapping: Mapping[str, str] = EKMAN,
) -> Iterator[tuple[dict[str, Any], str]]:
    """(row, class) of those rows whose labels fall in one; a row that cannot be read is named."""
    for line, row in read:
        try:
            label = one_class(names(row) or ["neutral"], mapping)
        except ValueError as error:
            originals.complain(path, line, str(error))
            continue
        if label is not None:
            yield row, label


def _numbers(names: tuple[str, ...], first: int) -> Callable[[dict[str, Any]], list[str]]:
    """For rows with numbers in a cell, a comma between two."""
    return lambda row: numbered(row["labels"], names, first)


def _ticked(row: dict[str, Any]) -> list[str]:
    """The columns that hold 1; an absent column or an empty cell is 0."""
    found = []
    for name in BRIGHTER:
        cell = row.get(name)
        value = "" if cell is None else str(cell).strip()
        if value not in ("", "0", "0.0", "1", "1.0"):
            raise ValueError(f"{name} is {quote(value)}, neither 0 nor 1")
        if value.startswith("1"):
            found.append(name)
    return found


def _listed(row: dict[str, Any]) -> list[str]:
    """A list of numbers, or one written out such as "[0, 3]"."""
    cell = row["labels"]
    pieces = cell if isinstance(cell, list) else str(cell).strip("[] ").replace(",", " ").split()
    return numbered(",".join(map(str, pieces)), CEDR, 0) if pieces else []


def _named(row: dict[str, Any]) -> list[str]:
    """Plutchik's names, a comma between two."""
    names = [name.strip().lower() for name in row["label"].split(",")]
    unknown = [name for name in names if name not in XED]
    if unknown:
        raise ValueError(f"{quote(unknown[0])} is none of {', '.join(XED)}")
    return names

"""Which rows a recipe reads, and on which side of the split they fall.

Knows data files, the split and options; loads no torch, so that a dry run can count what a
training would read.
"""

import hashlib
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data import read_emotions, read_texts, read_triggers, text_hash
from core.errors import SplitError
from core.labels import LABELS
from core.records import Example
from core.sampling import spread
from core.splits import Split, make_split
from train.config import DistilConfig, TeacherConfig
from train.report import data_entry


@dataclass(frozen=True)
class Rows:
    """What a fine-tuning reads."""

    train: tuple[Example, ...]
    validation: tuple[Example, ...]
    split: Split
    data: tuple[dict[str, Any], ...]  # for the manifest


def read_rows(config: TeacherConfig, save: bool = True) -> Rows:
    """Emotion rows of both sides; extra rows go to training, never into validation.

    Args:
        save: write down a split that had to be made.
    """
    main = spread(read_emotions(config.data, labelled=True), config.limit_rows)
    triggers = read_triggers(config.triggers, labelled=True) if config.triggers else []
    triggers = spread(triggers, config.limit_rows)
    split = _split(config, [example.text for example in (*main, *triggers)], save)
    train, validation = split.partition(main)
    refuse_empty(config.data, train, validation)
    extra = _extra(config, split)
    data = [data_entry(config.data, len(train), "train"), *_extra_entries(config, extra)]
    rows = (*train, *(example for _, example in extra))
    return Rows(rows, tuple(validation), split, tuple(data))


def split_file(config: TeacherConfig) -> Path:
    """The split file as asked for, or beside the output."""
    return Path(config.split) if config.split else Path(config.output).parent / "split.json"


def _split(config: TeacherConfig, texts: Sequence[str], save: bool) -> Split:
    """The split file if it is there; a new one, saved there, if not."""
    path = split_file(config)
    if path.is_file():
        return Split.load(path)
    split = make_split(texts, config.seed, config.validation_fraction)
    if save:
        split.save(path)
    return split


def _extra(config: TeacherConfig, split: Split) -> list[tuple[str, Example]]:
    """(path, row) of further files: sources as asked, not in the split, capped per class."""
    by_class: dict[str, list[tuple[str, Example]]] = defaultdict(list)
    for path in config.extra:
        for example in spread(read_emotions(path, labelled=True), config.limit_rows):
            wanted = not config.extra_sources or example.source in config.extra_sources
            if wanted and not split.is_known(example.text):
                by_class[example.gold].append((path, example))
    rng = random.Random(config.seed)
    chosen: list[tuple[str, Example]] = []
    for label in LABELS:
        rows = by_class[label]
        chosen += rng.sample(rows, min(config.extra_per_class, len(rows)))
    return chosen


def _extra_entries(
    config: TeacherConfig, extra: Sequence[tuple[str, Example]]
) -> list[dict[str, Any]]:
    """What the manifest says of each further file: its own rows, by source."""
    entries = []
    for path in config.extra:
        sources = Counter(example.source for origin, example in extra if origin == path)
        entries.append(data_entry(path, sources.total(), "train", sources=dict(sources)))
    return entries


def unheld(rows: Sequence[Example], split_file: str | None) -> list[Example]:
    """Rows without those that a split trains on; texts that it does not know all stay."""
    if split_file is None:
        return list(rows)
    split = Split.load(split_file)
    return [row for row in rows if split.is_validation(row.text) or not split.is_known(row.text)]


def refuse_empty(path: str, train: Sequence[Example] | None, held: Sequence[Example]) -> None:
    """Raises SplitError where a file has no row on a side of the split that is needed."""
    for name, rows in (("training", train), ("validation", held)):
        if rows is not None and not rows:
            raise SplitError(
                f"{path} has no row on the {name} side of the split.",
                "Give more rows, or split anew with another seed or validation_fraction.",
            )


def validation_rows(config: DistilConfig, split: Split) -> list[Example]:
    """The English rows that select a step of the distillation.

    Where ``limit_rows`` is given, the split may have been drawn from some of the rows alone.
    """
    rows = read_emotions(config.data, labelled=True)
    unknown = "refuse" if config.limit_rows is None else "train"
    _, validation = split.partition(rows, unknown)  # type: ignore[arg-type]
    refuse_empty(config.data, None, validation)
    return validation


def read_unlabelled(
    paths: Sequence[str], split: Split, limit: int | None = None
) -> tuple[list[str], dict[str, int]]:
    """Distinct tweets of the files, validation texts left out; and how many were left out.

    Args:
        limit: of each file only so many of its rows, spread evenly.
    """
    texts: dict[str, str] = {}
    total = held = 0
    for path in paths:
        for text in spread(read_texts(path), limit):
            total += 1
            held += split.is_validation(text)
            if not split.is_validation(text):
                texts.setdefault(text_hash(text), text)
    counts = {"duplicates": total - held - len(texts), "in the validation split": held}
    return list(texts.values()), counts


def held_out(texts: Sequence[str], share: float, seed: int) -> NDArray[np.bool_]:
    """(N,) True for about ``share`` of the texts, decided by each text's own hash."""
    draws = [
        int(hashlib.sha256(f"{seed}{text_hash(t)}".encode()).hexdigest()[:8], 16) for t in texts
    ]
    return np.array(draws, dtype=np.float64) / 2**32 < share

"""Systems against labelled files: scores with intervals, means, seeds, provenance.

Each score is of the classes that a file has; native and machine-translated
files are never averaged together, nor English with the others. Comparisons
of two systems are ``train.figures.comparing``'s. Knows no checkpoint and no file on disk.
"""

import statistics
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from core.cells import Counts, counts_of_names
from core.data import text_hash
from core.evaluation import provenance as core_provenance
from core.evaluation.scores import mean_scores, scores
from core.labels import LABELS
from core.metrics import macro_f1_of
from core.records import Example
from train.config import EvaluateConfig
from train.figures import guessing

MEAN = "mean of native files"
Kind = Literal[
    "model", "on translations", "prior corrected", "TF-IDF", "TF-IDF on translations", "guess"
]


@dataclass(frozen=True)
class File:
    """One labelled file, as it is scored."""

    name: str
    rows: tuple[Example, ...]
    codes: tuple[str, ...] = ()  # language of each row, as identified

    @property
    def texts(self) -> list[str]:
        """Its tweets, in order."""
        return [row.text for row in self.rows]

    @property
    def gold(self) -> list[str]:
        """Its labels, parallel to the texts."""
        return [row.gold for row in self.rows]

    def cells(self, *answers: Sequence[str]) -> list[Counts]:
        """Counts of gold and answers by language, within which rows are redrawn."""
        return list(counts_of_names((self.gold, *answers), self.codes or None))

    @property
    def machine_translated(self) -> bool:
        """Whether its texts came out of a translator: sources of such files end in ``_mt``."""
        return all(row.source.endswith("_mt") for row in self.rows)

    @property
    def language(self) -> str:
        """The language of most rows; "" where that is not known."""
        return Counter(self.codes).most_common(1)[0][0] if self.codes else ""

    @property
    def averaged(self) -> bool:
        """Whether it counts in the mean: native, and not English."""
        return not self.machine_translated and self.language != "en"


Predict = Callable[[Sequence[File]], list[list[str]]]
"""All files at once → a label for each row of each."""


@dataclass(frozen=True)
class System:
    """Something that gives labels, and the hashes of texts that it saw in training.

    Args:
        prior: of a guess: its labels are drawn by these frequencies (K,), and it has no predict.
        group: systems of one group are runs of one thing under several seeds.
        about: what the report says of it besides, values that JSON keeps.
    """

    name: str
    kind: Kind
    predict: Predict | None = None
    prior: tuple[float, ...] = ()
    labelled: frozenset[str] = frozenset()
    unlabelled: frozenset[str] = frozenset()
    group: str = ""
    about: Mapping[str, Any] = field(default_factory=dict)


Labels = Mapping[tuple[str, str], list[str]]  # (system, file) → labels


def score(
    system: System, file: File, labels: list[str] | None, settings: EvaluateConfig
) -> dict[str, Any]:
    """Every figure of one system on one file.

    The interval is a bootstrap over the file's rows; of a guess, the middle 95 % of its draws.

    Args:
        labels: parallel to the file's rows; None for a guess.
    """
    if labels is None:
        drawn = guessing.draw(file.gold, system.prior, settings.seed, file.name)
        figures = guessing.figures(drawn, file.gold)
    else:
        figures = _figures(file, labels, settings)
    return {
        **_named(system, file.name),
        **figures,
        "gold": counted(file.gold),
        "rows": len(file.rows),
        "machine_translated": file.machine_translated,
        **provenance(system, file.texts),
    }


def _named(system: System, file: str) -> dict[str, Any]:
    return {"system": system.name, "kind": system.kind, "group": system.group, "file": file}


def counted(labels: Sequence[str]) -> dict[str, int]:
    """How often each of the six labels stands there, zeros included."""
    counts = Counter(labels)
    return {label: counts[label] for label in LABELS}


def _figures(file: File, labels: list[str], settings: EvaluateConfig) -> dict[str, Any]:
    found: dict[str, Any] = dict(scores(file.cells(labels), settings.bootstrap, settings.seed))
    low, high = found.pop("intervals")["macro_f1"]
    del found["n"]
    return {**found, "low": low, "high": high, "predicted": counted(labels)}


def provenance(system: System, texts: Sequence[str]) -> dict[str, Any]:
    """Seen, transductive or inductive, by hashes of normalised texts; the strongest names it."""
    found = core_provenance.provenance(map(text_hash, texts), (system.labelled, system.unlabelled))
    return {
        "provenance": found["tag"],
        "texts_seen": found["seen"],
        "texts_unlabelled": found["transductive"],
    }


def means(
    systems: Sequence[System], files: Sequence[File], predicted: Labels, settings: EvaluateConfig
) -> list[dict[str, Any]]:
    """The mean over native files in other languages than English, each counting once."""
    native = [file for file in files if file.averaged]
    if len(native) < 2:
        return []
    return [_mean(system, native, predicted, settings) for system in systems]


def _mean(
    system: System, native: Sequence[File], predicted: Labels, settings: EvaluateConfig
) -> dict[str, Any]:
    average = _mean_of_guess if system.prior else _mean_of_labels
    return {
        **_named(system, MEAN),
        **average(system, native, predicted, settings),
        "rows": sum(len(file.rows) for file in native),
        "parts": [file.name for file in native],
        **provenance(system, [text for file in native for text in file.texts]),
    }


def _mean_of_labels(
    system: System, native: Sequence[File], predicted: Labels, settings: EvaluateConfig
) -> dict[str, float]:
    parts = {file.name: file.cells(predicted[system.name, file.name]) for file in native}
    mean = mean_scores(parts, settings.bootstrap, settings.seed)
    assert mean is not None  # of two files or more
    low, high = mean["interval"]
    return {"macro_f1": mean["macro_f1"], "low": low, "high": high, "accuracy": mean["accuracy"]}


def _mean_of_guess(
    system: System, native: Sequence[File], _: Labels, settings: EvaluateConfig
) -> dict[str, float]:
    drawn = [guessing.draw(file.gold, system.prior, settings.seed, file.name) for file in native]
    macro = np.mean([macro_f1_of(confusions) for confusions in drawn], axis=0)
    low, high = guessing.interval(macro)
    parts = zip(drawn, native, strict=True)
    right = [np.trace(own, axis1=1, axis2=2).mean() / len(file.rows) for own, file in parts]
    return {
        "macro_f1": float(macro.mean()),
        "low": low,
        "high": high,
        "accuracy": float(np.mean(right)),
    }


def over_seeds(
    rows: Sequence[Mapping[str, Any]], by: Sequence[str], value: str, about: Sequence[str]
) -> list[dict[str, Any]]:
    """Mean and standard deviation (n − 1) of a figure over the systems of each group.

    Args:
        rows: of one table of the report.
        by: columns that rows must share; where the first of them is "", a row is of no group.
        value: the column to average.
        about: columns whose values are listed.

    Returns:
        A row for each set of two rows or more, in the order in which they first come up.
    """
    groups: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for row in rows:
        if row[by[0]]:
            groups.setdefault(tuple(row[name] for name in by), []).append(row)
    return [
        {
            **dict(zip(by, key, strict=True)),
            "n": len(own),
            "mean": statistics.fmean(row[value] for row in own),
            "sd": statistics.stdev(row[value] for row in own),
            "values": [row[value] for row in own],
            **{name: [row[name] for row in own] for name in about},
        }
        for key, own in groups.items()
        if len(own) > 1
    ]

"""Systems against labelled files: scores with intervals, means, significance, provenance.

Each score is of the classes that a file has; native and machine-translated
files are never averaged together. Knows no checkpoint and no file on disk.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from core.data import text_hash
from core.metrics import ClassificationReport, classification, pooled
from core.records import Example
from core.significance import bootstrap_macro_f1, holm, mcnemar, randomisation_test
from train.config import EvaluateConfig

Predict = Callable[[Sequence[str]], list[str]]


@dataclass(frozen=True)
class System:
    """Something that gives labels, and the hashes of texts that it saw in training."""

    name: str
    predict: Predict
    labelled: frozenset[str] = frozenset()
    unlabelled: frozenset[str] = frozenset()
    draws: int = 1  # a system that answers at random is scored as the mean of so many answers
    identity: str = ""  # of whatever shapes its labels besides the text; "": not known


@dataclass(frozen=True)
class File:
    """One labelled file, as it is scored."""

    name: str
    rows: tuple[Example, ...]

    @property
    def machine_translated(self) -> bool:
        """Whether its texts came out of a translator: sources of such files end in ``_mt``."""
        return all(row.source.endswith("_mt") for row in self.rows)


def score(
    system: System, file: File, labels: list[str], settings: EvaluateConfig
) -> dict[str, Any]:
    """Every figure of one system on one file; the interval is a bootstrap over its rows."""
    gold = [row.gold for row in file.rows]
    report = classification(gold, labels)
    low, high = bootstrap_macro_f1(gold, labels, n=settings.bootstrap, seed=settings.seed)
    macro_f1 = report.macro_f1
    if system.draws > 1:
        macro_f1, low, high = _many_draws(system, file, gold)
    return {
        "system": system.name,
        "file": file.name,
        "macro_f1": macro_f1,
        "low": low,
        "high": high,
        "macro_precision": report.macro_precision,
        "macro_recall": report.macro_recall,
        "accuracy": report.accuracy,
        "rows": report.n,
        "classes": list(report.classes),
        "per_class": {name: asdict(scores) for name, scores in report.per_class.items()},
        "confusion": report.confusion,
        "machine_translated": file.machine_translated,
        **provenance(system, [row.text for row in file.rows]),
    }


def _many_draws(system: System, file: File, gold: Sequence[str]) -> tuple[float, float, float]:
    """Mean and the middle 95 % of a guessing system's macro-F1 over its draws."""
    texts = [row.text for row in file.rows]
    scores = [classification(gold, system.predict(texts)).macro_f1 for _ in range(system.draws)]
    low, high = np.quantile(scores, [0.025, 0.975])
    return float(np.mean(scores)), float(low), float(high)


def provenance(system: System, texts: Sequence[str]) -> dict[str, Any]:
    """Seen, transductive or inductive, by hashes of normalised texts; the strongest names it."""
    hashes = [text_hash(text) for text in texts]
    seen = sum(digest in system.labelled for digest in hashes)
    used = sum(digest in system.unlabelled for digest in hashes)
    kind = "seen" if seen else ("transductive" if used else "inductive")
    return {"provenance": kind, "texts_seen": seen, "texts_unlabelled": used}


def means(
    systems: Sequence[System],
    files: Sequence[File],
    predicted: Mapping[tuple[str, str], list[str]],
    settings: EvaluateConfig,
) -> list[dict[str, Any]]:
    """The mean over native files, each counting once."""
    native = [file for file in files if not file.machine_translated]
    if len(native) < 2:
        return []
    return [_mean(system, native, predicted, settings) for system in systems if system.draws == 1]


def _mean(
    system: System,
    native: Sequence[File],
    predicted: Mapping[tuple[str, str], list[str]],
    settings: EvaluateConfig,
) -> dict[str, Any]:
    gold = {file.name: [row.gold for row in file.rows] for file in native}
    reports: dict[str, ClassificationReport] = {
        name: classification(labels, predicted[system.name, name]) for name, labels in gold.items()
    }
    mean = pooled(reports)
    low, high = bootstrap_macro_f1(
        [label for labels in gold.values() for label in labels],
        [label for name in gold for label in predicted[system.name, name]],
        [name for name, labels in gold.items() for _ in labels],
        n=settings.bootstrap,
        seed=settings.seed,
        average_groups=True,
    )
    texts = [row.text for file in native for row in file.rows]
    return {
        "system": system.name,
        "file": "mean of native files",
        "macro_f1": mean.macro_f1,
        "low": low,
        "high": high,
        "accuracy": mean.accuracy,
        "rows": mean.n,
        "parts": list(mean.parts),
        **provenance(system, texts),
    }


def compare_first(
    systems: Sequence[System],
    files: Sequence[File],
    predicted: Mapping[tuple[str, str], list[str]],
    settings: EvaluateConfig,
) -> list[dict[str, Any]]:
    """The first system against each other: randomisation on macro-F1 (Holm over files), McNemar."""
    found: list[dict[str, Any]] = []
    first = systems[0].name
    for other in (system.name for system in systems[1:] if system.draws == 1):
        raw: dict[str, float] = {}
        exact: dict[str, float] = {}
        for file in files:
            gold = [row.gold for row in file.rows]
            a, b = predicted[first, file.name], predicted[other, file.name]
            raw[file.name] = randomisation_test(gold, a, b, seed=settings.seed)
            exact[file.name] = mcnemar(gold, a, b)
        adjusted = holm(raw)
        found += [
            {
                "a": first,
                "b": other,
                "file": name,
                "randomisation_p": raw[name],
                "holm_p": adjusted[name],
                "mcnemar_p": exact[name],
            }
            for name in raw
        ]
    return found

"""Checkpoints on labelled files: macro-F1 with intervals, significance, and what was seen.

Each score is of the classes that a file has; native and machine-translated
files are never averaged together. Knows which systems there are; figures are
``core.metrics``' and ``core.significance``'s.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.checkpoints import MANIFEST, load_texts
from core.data import read_emotions, text_hash
from core.languages import LanguageIdentifier
from core.loading import load_emotion_model
from core.metrics import ClassificationReport, classification, pooled
from core.records import Example
from core.significance import bootstrap_macro_f1, holm, mcnemar, randomisation_test
from core.splits import Split
from core.translators import load_translator
from train.baseline import Baseline, fit_baseline
from train.config import EvaluateConfig
from train.loop import prepare
from train.report import markdown_table, shown, write_json, write_text
from train.run import Run

Predict = Callable[[Sequence[str]], list[str]]
HEAD = ("system", "file", "macro-F1", "95 % interval", "accuracy", "rows", "provenance")


@dataclass(frozen=True)
class System:
    """Something that gives labels, and the hashes of texts that it saw in training."""

    name: str
    predict: Predict
    labelled: frozenset[str] = frozenset()
    unlabelled: frozenset[str] = frozenset()


@dataclass(frozen=True)
class File:
    """One labelled file, as it is scored."""

    name: str
    rows: tuple[Example, ...]

    @property
    def machine_translated(self) -> bool:
        """Whether its texts came out of a translator: sources of such files end in ``_mt``."""
        return all(row.source.endswith("_mt") for row in self.rows)


def run(config: EvaluateConfig, run: Run) -> dict[str, object]:
    """Score every system on every file; write metrics.json and report.md."""
    device = prepare(config)
    run.stage("data")
    files = [_read(path, config) for path in config.data]
    systems = list(_systems(config, run, device))
    run.stage("scores")
    predicted: dict[tuple[str, str], list[str]] = {}
    rows: list[dict[str, Any]] = []
    for system in systems:
        for file in files:
            labels = system.predict([row.text for row in file.rows])
            predicted[system.name, file.name] = labels
            rows.append(_score(system, file, labels, config))
            run.progress(len(rows), len(systems) * len(files))
    rows += _means(systems, files, predicted, config)
    tests = _tests(systems, files, predicted, config)
    _write(Path(config.output), rows, tests, run)
    return {f"{row['system']} · {row['file']}": row["macro_f1"] for row in rows}


def _read(path: str, config: EvaluateConfig) -> File:
    rows = read_emotions(path, labelled=True)
    if config.split is not None:
        split = Split.load(config.split)
        rows = [row for row in rows if split.is_validation(row.text)] or rows
    if config.limit is not None and len(rows) > config.limit:
        rows = random.Random(config.seed).sample(rows, config.limit)
    return File(Path(path).stem, tuple(rows))


def _systems(config: EvaluateConfig, run: Run, device: str) -> Sequence[System]:
    systems = [_model(path, device) for path in config.models]
    if config.teacher is not None and config.translator is not None:
        systems.append(_teacher_on_translations(config, device))
    if config.baseline is not None:
        run.log("Fitting TF-IDF + logistic regression.")
        fitted = fit_baseline(Path(config.baseline), config.seed)
        systems += [_baseline("TF-IDF + LR", fitted, fitted.predict)]
        systems += [_baseline("class-prior guess", fitted, fitted.guess)]
    return systems


def _baseline(name: str, fitted: Baseline, predict: Predict) -> System:
    return System(name, predict, labelled=fitted.seen)


def _model(path: str, device: str) -> System:
    model = load_emotion_model(path, device=device)
    labelled, unlabelled = _seen(path)
    name = Path(path).name
    return System(name, lambda texts: [p.label for p in model.predict(texts)], labelled, unlabelled)


def _seen(path: str) -> tuple[frozenset[str], frozenset[str]]:
    if not (Path(path) / MANIFEST).is_file():
        return frozenset(), frozenset()
    labelled, unlabelled = load_texts(Path(path))
    return frozenset(labelled), frozenset(unlabelled)


def _teacher_on_translations(config: EvaluateConfig, device: str) -> System:
    assert config.teacher is not None and config.translator is not None
    teacher = load_emotion_model(config.teacher, "teacher", device)
    translator = load_translator(config.translator, device)
    identifier = LanguageIdentifier()

    def predict(texts: Sequence[str]) -> list[str]:
        codes = [language.code for language in identifier.identify_many(texts)]
        english = [translation.text for translation in translator.translate(texts, codes)]
        return [prediction.label for prediction in teacher.predict(english)]

    return System(f"{Path(config.teacher).name} on translations", predict, *_seen(config.teacher))


def _score(system: System, file: File, labels: list[str], config: EvaluateConfig) -> dict[str, Any]:
    gold = [row.label or "" for row in file.rows]
    report = classification(gold, labels)
    low, high = bootstrap_macro_f1(gold, labels, n=config.bootstrap, seed=config.seed)
    return {
        "system": system.name,
        "file": file.name,
        "macro_f1": report.macro_f1,
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


def provenance(system: System, texts: Sequence[str]) -> dict[str, Any]:
    """Seen, transductive or inductive, by hashes of normalised texts; the strongest names it."""
    hashes = [text_hash(text) for text in texts]
    seen = sum(digest in system.labelled for digest in hashes)
    used = sum(digest in system.unlabelled for digest in hashes)
    kind = "seen" if seen else ("transductive" if used else "inductive")
    return {"provenance": kind, "texts_seen": seen, "texts_unlabelled": used}


def _means(
    systems: Sequence[System],
    files: Sequence[File],
    predicted: Mapping[tuple[str, str], list[str]],
    config: EvaluateConfig,
) -> list[dict[str, Any]]:
    """The mean over native files, each counting once."""
    native = [file for file in files if not file.machine_translated]
    if len(native) < 2:
        return []
    return [_mean(system, native, predicted, config) for system in systems]


def _mean(
    system: System,
    native: Sequence[File],
    predicted: Mapping[tuple[str, str], list[str]],
    config: EvaluateConfig,
) -> dict[str, Any]:
    gold = {file.name: [row.label or "" for row in file.rows] for file in native}
    reports: dict[str, ClassificationReport] = {
        name: classification(labels, predicted[system.name, name]) for name, labels in gold.items()
    }
    mean = pooled(reports)
    low, high = bootstrap_macro_f1(
        [label for labels in gold.values() for label in labels],
        [label for name in gold for label in predicted[system.name, name]],
        [name for name, labels in gold.items() for _ in labels],
        n=config.bootstrap,
        seed=config.seed,
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


def _tests(
    systems: Sequence[System],
    files: Sequence[File],
    predicted: Mapping[tuple[str, str], list[str]],
    config: EvaluateConfig,
) -> list[dict[str, Any]]:
    """The first system against each other: randomisation on macro-F1 (Holm over files), McNemar."""
    tests: list[dict[str, Any]] = []
    first = systems[0].name
    for other in (system.name for system in systems[1:]):
        raw: dict[str, float] = {}
        exact: dict[str, float] = {}
        for file in files:
            gold = [row.label or "" for row in file.rows]
            a, b = predicted[first, file.name], predicted[other, file.name]
            raw[file.name] = randomisation_test(gold, a, b, seed=config.seed)
            exact[file.name] = mcnemar(gold, a, b)
        adjusted = holm(raw)
        tests += [
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
    return tests


def _write(output: Path, rows: list[dict[str, Any]], tests: list[dict[str, Any]], run: Run) -> None:
    scores = markdown_table(HEAD, [_line(row) for row in rows])
    parts = [scores]
    if tests:
        head = ("compared", "file", "macro-F1 p (Holm)", "accuracy p (McNemar)")
        parts.append(
            markdown_table(
                head,
                [
                    (
                        f"{t['a']} / {t['b']}",
                        t["file"],
                        shown(t["holm_p"], 4),
                        shown(t["mcnemar_p"], 4),
                    )
                    for t in tests
                ],
            )
        )
    text = "\n".join(parts)
    write_json(output / "metrics.json", {"scores": rows, "tests": tests})
    write_text(output / "report.md", text)
    run.log("\n" + text)
    run.saved(output)


def _line(row: Mapping[str, Any]) -> tuple[str, ...]:
    counts = {"seen": row["texts_seen"], "transductive": row["texts_unlabelled"]}
    kind = row["provenance"]
    mark = f"{kind} ({counts[kind]} texts)" if kind in counts else kind
    return (
        row["system"],
        row["file"],
        shown(row["macro_f1"]),
        f"{shown(row['low'])} – {shown(row['high'])}",
        shown(row["accuracy"]),
        str(row["rows"]),
        mark,
    )

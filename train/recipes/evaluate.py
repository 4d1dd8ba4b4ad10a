"""Checkpoints on labelled files: macro-F1 with intervals, significance, and what was seen.

Knows which systems there are and how the report looks; scores are
``train.scoring``'s.
"""

import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from core.checkpoints import MANIFEST, load_texts
from core.data import read_emotions, read_triggers
from core.errors import DataError
from core.hub import locate
from core.languages import LanguageIdentifier
from core.loading import load_emotion_model
from core.translators import load_translator
from train.baseline import fit_baseline
from train.config import EvaluateConfig
from train.downloads import told
from train.frozen import shaped_by, translate
from train.loop import prepare
from train.report import markdown_table, shown, write_json, write_text
from train.rows import unheld
from train.run import Run
from train.scoring import File, System, compare_first, means, score
from train.trigger_figures import figures_of, random_words, report_on

GUESS = "class-prior guess"
GUESSES = 200
HEAD = ("system", "file", "macro-F1", "95 % interval", "accuracy", "rows", "provenance")


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
            labels = _labels(system, [row.text for row in file.rows], run)
            predicted[system.name, file.name] = labels
            rows.append(score(system, file, labels, config))
            run.progress(len(rows), len(systems) * len(files))
    rows += means(systems, files, predicted, config)
    tests = compare_first(systems, files, predicted, config)
    triggers = _triggers(config, device) if config.triggers is not None else []
    _write(Path(config.output), rows, tests, triggers, run)
    figures = {f"{row['system']} · {row['file']}": row["macro_f1"] for row in rows}
    return {**figures, **{f"{row['system']} · trigger F1": row["f1"] for row in triggers}}


def _labels(system: System, texts: list[str], run: Run) -> list[str]:
    """What a system answers, computed once a run where the answer is always the same."""
    if not system.identity:
        return system.predict(texts)
    key = ("labels", system.identity, texts)
    return [str(label) for label in run.once(key, lambda: np.array(system.predict(texts)))]


def _read(path: str, config: EvaluateConfig) -> File:
    rows = unheld(read_emotions(path, labelled=True), config.split)
    if config.limit is not None and len(rows) > config.limit:
        rows = random.Random(config.seed).sample(rows, config.limit)
    return File(Path(path).stem, tuple(rows))


def _triggers(config: EvaluateConfig, device: str) -> list[dict[str, Any]]:
    """Trigger figures of every model that has a threshold, and of words at random."""
    assert config.triggers is not None
    rows = unheld(read_triggers(config.triggers, labelled=True), config.split)
    if not rows:
        raise DataError(f"{config.triggers} has no row outside training.", "Name its split file.")
    table: list[dict[str, Any]] = []
    for path in config.models:
        model = load_emotion_model(path, device=device)
        if model.threshold is None:
            continue
        scores = model.trigger_scores([row.text for row in rows])
        own = figures_of(report_on(rows, scores, model.threshold))
        guess = figures_of(random_words(rows, scores, model.threshold, config.seed))
        table.append({"system": Path(path).name, **own})
        table.append({"system": f"{Path(path).name}, words at random", **guess})
    return table


def _systems(config: EvaluateConfig, run: Run, device: str) -> Sequence[System]:
    systems = [_model(path, device, run) for path in config.models]
    if config.teacher is not None and config.translator is not None:
        systems.append(_teacher_on_translations(config, device, run))
    if config.baseline is not None:
        run.log("Fitting TF-IDF + logistic regression.")
        fitted = fit_baseline(Path(config.baseline), config.seed)
        systems.append(System("TF-IDF + LR", fitted.predict, fitted.seen))
        systems.append(System(GUESS, fitted.guess, fitted.seen, draws=GUESSES))
    return systems


def _model(path: str, device: str, run: Run) -> System:
    place = locate(path, told(run))
    model = load_emotion_model(place, device=device)
    labelled, unlabelled = _seen(place.folder)
    name = Path(path).name
    return System(
        name,
        lambda texts: [p.label for p in model.predict(texts)],
        labelled,
        unlabelled,
        identity=repr(shaped_by(model)),
    )


def _seen(folder: Path) -> tuple[frozenset[str], frozenset[str]]:
    if not (folder / MANIFEST).is_file():
        return frozenset(), frozenset()
    labelled, unlabelled = load_texts(folder)
    return frozenset(labelled), frozenset(unlabelled)


def _teacher_on_translations(config: EvaluateConfig, device: str, run: Run) -> System:
    assert config.teacher is not None and config.translator is not None
    tell = told(run)
    place = locate(config.teacher, tell)
    teacher = load_emotion_model(place, "teacher", device)
    translator = load_translator(config.translator, device, progress=tell)
    identifier = LanguageIdentifier()

    def predict(texts: Sequence[str]) -> list[str]:
        codes = [language.code for language in identifier.identify_many(texts)]
        run.stage("translation")
        english = [translation.text for translation in translate(texts, codes, translator, run)]
        run.stage("scores")
        return [prediction.label for prediction in teacher.predict(english)]

    return System(f"{Path(config.teacher).name} on translations", predict, *_seen(place.folder))


def _write(
    output: Path,
    rows: list[dict[str, Any]],
    tests: list[dict[str, Any]],
    triggers: list[dict[str, Any]],
    run: Run,
) -> None:
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
    if triggers:
        names = ("threshold", "f1", "map_scores", "map_binary", "pearson")
        lines = [(row["system"], *(shown(row[name]) for name in names)) for row in triggers]
        parts.append(markdown_table(("triggers", *names), lines))
    text = "\n".join(parts)
    figures = {"scores": rows, "tests": tests, "triggers": triggers}
    write_json(output / "metrics.json", figures)
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

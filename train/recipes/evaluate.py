"""Checkpoints on labelled files, translators on parallel ones: figures, intervals, what was seen.

Knows the order of the work and how the report looks; which systems there are is
``train.figures.systems``', scores are ``train.figures.scoring``'s.

``<output>/report.md`` is for people; ``<output>/metrics.json`` holds every figure of it.
``<output>/predictions/<file>.tsv`` holds the rows: ID, Texts, Labels (the gold), language, and a
column for each system that reads texts. F1, accuracy, chrF and BLEU are in [0, 1]; null is "not
computable". Rows are resampled within languages. The tables of metrics.json are lists of rows:

- ``files``: name, path, rows, language (of most rows), gold {label: rows}, machine_translated,
  averaged (whether it counts in the mean: native and not English), statuses {how its English came
  to be: rows} where there was a translator in use, else null.
- ``systems``: name (unique), kind ("model", "on translations", "prior corrected", "TF-IDF",
  "TF-IDF on translations" or "guess"), group (the name it shares with other seeds, else ""); of
  models also path, identity, parent (identity of the model it started from, else ""), role,
  packed, seed (null: not recorded), settings (of its manifest); "prior corrected" also has factors
  {label: factor} and factors_of (the refined system whose refinement fitted them).
- ``scores``: system, kind, group, file (a file's name, or "mean of native files"), macro_f1, low,
  high (95 %), accuracy, rows, provenance ("inductive", "transductive" or "seen"), texts_seen,
  texts_unlabelled; of a file also macro_precision, macro_recall, classes (scored), per_class
  {label: precision, recall, f1, support, predicted}, confusion (6 × 6), predicted and gold
  {each of the six labels: rows}, machine_translated; of the mean parts (names of its files).
  Of a guess that draws labels these are means over draws, the interval their middle 95 %; of all
  others a file's rows also have micro_f1, micro_precision, micro_recall, weighted_f1,
  weighted_precision, weighted_recall, macro_f1_all (over all classes in gold or predictions) and
  absent (of the six, not in the gold).
- ``seeds``: group, kind, file, n, mean, sd (n − 1), values and system (parallel lists), of
  macro_f1, for each group of two systems or more.
- ``tests``: a, b, file, difference (macro_f1 of a minus that of b), low, high (95 %, paired
  bootstrap), randomisation_p, holm_p (over files), mcnemar_p (null for the mean), started (whether
  a was trained from b), group ("group of a / group of b", or ""). The first model against all
  others, and each model against the one that it started from.
- ``gains``: of the rows of tests with started, over the seeds of a group: group, file, n, mean,
  sd, values, a and b (parallel lists).
- ``triggers``: system, guess ("" or "words at random", "all words"), threshold, f1, f1_low,
  f1_high, precision, recall, map_scores, map_low, map_high, map_binary, pearson, tweets.
- ``translation``: translator, language, file, pairs, beams, chrf, bleu.
- ``speed``: translator, beams, median_ms, p90_ms, cpu_ms (what the process computed, the same on a
  busy machine), sentences, most_words, threads; or null.
"""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.data import read_emotions, read_triggers
from core.errors import DataError
from core.languages import LanguageIdentifier
from core.loading import load_emotion_model
from core.translation import Decoding, MarianUnit
from core.translators import load_translator
from train.config import EvaluateConfig
from train.downloads import told
from train.figures.answered import write_answers
from train.figures.comparing import compare, pairs_of
from train.figures.evaluation_report import as_markdown
from train.figures.scoring import File, System, counted, means, over_seeds, score
from train.figures.systems import Card, Systems, cards, distinct_names
from train.figures.translation_figures import quality, short_sentences, speed
from train.figures.trigger_figures import every_word, score_arrays, shuffled, with_intervals
from train.report import write_json, write_text
from train.run import Run
from train.training.loop import prepare
from train.training.parallel import language_of, read_pairs
from train.training.rows import unheld

Rows = list[dict[str, Any]]


def run(config: EvaluateConfig, run: Run) -> dict[str, object]:
    """Score everything; write metrics.json and report.md."""
    device = prepare(config)
    tables: dict[str, Any] = {"files": [], "systems": [], "scores": [], "tests": []}
    if config.data:
        tables.update(_emotions(config, run, device))
    tables["seeds"] = over_seeds(
        tables["scores"], ("group", "kind", "file"), "macro_f1", ("system",)
    )
    started = [row for row in tables["tests"] if row["started"]]
    tables["gains"] = over_seeds(started, ("group", "file"), "difference", ("a", "b"))
    tables["triggers"] = _triggers(config, run, device) if config.triggers is not None else []
    tables["translation"], tables["speed"] = _translation(config, run, device)
    text = as_markdown(tables)
    write_json(Path(config.output) / "metrics.json", tables)
    write_text(Path(config.output) / "report.md", text)
    run.log("\n" + text)
    run.saved(config.output)
    return _headlines(tables)


def _headlines(tables: dict[str, Any]) -> dict[str, object]:
    """The figures that the run ends with."""
    figures: dict[str, object] = {
        f"{row['system']} · {row['file']}": row["macro_f1"] for row in tables["scores"]
    }
    for row in tables["triggers"]:
        guess = f", {row['guess']}" if row["guess"] else ""
        figures[f"{row['system']}{guess} · trigger F1"] = row["f1"]
    for row in tables["translation"]:
        figures[f"chrF {row['file']}"], figures[f"BLEU {row['file']}"] = row["chrf"], row["bleu"]
    if tables["speed"] is not None:
        figures["ms a sentence"] = tables["speed"]["median_ms"]
    return figures


# --- emotions ---


def _emotions(config: EvaluateConfig, run: Run, device: str) -> dict[str, Rows]:
    run.stage("data")
    identifier = LanguageIdentifier()
    names = distinct_names([str(Path(path).with_suffix("")) for path in config.data])
    files = [
        _read(path, name, config, identifier) for path, name in zip(config.data, names, strict=True)
    ]
    run.stage("scores")
    systems = Systems(config, files, device, run)
    scored: list[System] = []
    predicted: dict[tuple[str, str], list[str]] = {}
    rows: Rows = []
    for system in systems:
        found = system.predict(files) if system.predict is not None else [None] * len(files)
        for file, labels in zip(files, found, strict=True):
            rows.append(score(system, file, labels, config))
            if labels is not None:
                predicted[system.name, file.name] = labels
        scored.append(system)
        run.progress(len(scored), None)
    for file in files:
        own = {s.name: predicted[s.name, file.name] for s in scored if s.predict is not None}
        write_answers(Path(config.output), file, own)
    run.stage("comparisons")
    tests = [row for pair in pairs_of(scored) for row in compare(*pair, files, predicted, config)]
    return {
        "files": _about_files(files, config, systems),
        "systems": [{"name": s.name, "kind": s.kind, "group": s.group, **s.about} for s in scored],
        "scores": rows + means(scored, files, predicted, config),
        "tests": tests,
    }


def _read(path: str, name: str, config: EvaluateConfig, identifier: LanguageIdentifier) -> File:
    rows = unheld(read_emotions(path, labelled=True), config.split)
    if not rows:
        raise DataError(f"{path} has no row outside training.", "Leave it out, or split= away.")
    if config.limit is not None and len(rows) > config.limit:
        rows = random.Random(config.seed).sample(rows, config.limit)
    languages = identifier.identify_many(row.text for row in rows)
    return File(name, tuple(rows), tuple(language.code for language in languages))


def _about_files(files: Sequence[File], config: EvaluateConfig, systems: Systems) -> Rows:
    translated = bool(config.teacher) or (config.baseline and config.translator) is not None
    return [
        {
            "name": file.name,
            "path": path,
            "rows": len(file.rows),
            "language": file.language,
            "gold": counted(file.gold),
            "machine_translated": file.machine_translated,
            "averaged": file.averaged,
            "statuses": systems.english.statuses(file) if translated else None,
        }
        for file, path in zip(files, config.data, strict=True)
    ]


# --- triggers ---


def _triggers(config: EvaluateConfig, run: Run, device: str) -> Rows:
    """Trigger figures of every model that has a threshold, beside words at random and all words."""
    assert config.triggers is not None
    run.stage("triggers")
    rows = unheld(read_triggers(config.triggers, labelled=True), config.split)
    if not rows:
        raise DataError(f"{config.triggers} has no row outside training.", "Name its split file.")
    table: Rows = []
    for card in cards(config.models, config.names, run):
        table += _triggers_of(card, rows, config, device)
    return table


def _triggers_of(card: Card, rows: list[Any], config: EvaluateConfig, device: str) -> Rows:
    model = load_emotion_model(card.place, device=device)
    if model.threshold is None:
        return []
    own, gold, scored = score_arrays(rows, model.trigger_scores([row.text for row in rows]))
    kinds = {
        "": (own, model.threshold),
        "words at random": (shuffled(own, config.seed), model.threshold),
        "all words": (every_word(own), 1.0),
    }
    return [
        {
            "system": card.name,
            "guess": guess,
            **with_intervals(gold, values, scored, threshold, config.bootstrap, config.seed),
        }
        for guess, (values, threshold) in kinds.items()
    ]


# --- translation ---


def _translation(
    config: EvaluateConfig, run: Run, device: str
) -> tuple[Rows, dict[str, Any] | None]:
    """chrF and BLEU for each parallel file; the time of a sentence over all of them."""
    if not config.parallel or config.translator is None:
        return [], None
    run.stage("parallel files")
    decoding = Decoding(beams=config.beams)
    translator = load_translator(config.translator, device, decoding, told(run))
    about = {"translator": config.translator, "beams": config.beams}
    table: Rows = []
    sentences: list[tuple[MarianUnit, str]] = []
    each = -(-config.timed // len(config.parallel))
    for path in config.parallel:
        code, pairs = language_of(path), read_pairs(path)[: config.limit]
        if code not in translator.units:
            raise DataError(f"{config.translator} reads no {code}.", f"Leave out {path}.")
        unit = translator.units[code]
        figures, _ = quality(unit, pairs, decoding)
        said = {"language": code, "file": Path(path).stem, "pairs": len(pairs)}
        table.append({**about, **said, **figures})
        sentences += [(unit, text) for text in short_sentences(pairs, each)]
        run.progress(len(table), len(config.parallel))
    run.stage("speed")
    taken = speed(sentences[: config.timed], decoding)
    return table, {**about, **taken} if taken else None

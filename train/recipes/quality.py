"""Does the translation weight of Eq. 3 measure how good a translation is? Against human scores.

Knows which models are opened and what is written; what is correlated with the
scores is ``train.figures.signals``' and ``core.signals``', how, ``train.figures.quality``'s.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.checkpoints import MANIFEST, load_texts, read_manifest
from core.data import file_hash
from core.errors import ModelError
from core.hub import locate
from core.loading import LONGEST, capacity, load_backbone, load_emotion_model, load_tokenizer
from core.modules import module_identity
from core.records import TranslationStatus
from core.signals import Signal, likelihood
from core.translation import given_status
from core.translators import load_translator
from train.config import QualityConfig
from train.downloads import told
from train.figures.quality import Readings, comparisons, correlations, remarks, report, rows_table
from train.figures.scored import Scored, read_scored
from train.figures.scoring import System, provenance
from train.figures.signals import confidence, copied_words, cosine, length_ratio, weights
from train.report import write_json, write_text
from train.run import Run
from train.training.loop import prepare
from train.training.vectors import embed


def run(config: QualityConfig, run: Run) -> dict[str, object]:
    """Weigh every given translation, correlate weight and rivals with the human scores."""
    device = prepare(config)
    run.stage("data")
    scored = read_scored(config.data, config.scores)
    run.log(f"{len(scored.lines)} translations; {len(scored.left_out)} rows left out.")
    statuses = [
        given_status(text, config.language, english)
        for text, english in zip(scored.originals, scored.translations, strict=True)
    ]
    run.stage("signals")
    used: dict[str, dict[str, Any]] = {}
    readings, signals = _student(config, scored, statuses, used, device, run)
    signals += _texts_alone(scored)
    signals += _translator(config, scored, used, device, run)
    signals += _base(config, scored, used, device, run)
    run.stage("correlations")
    found = correlations(signals, scored.human, config)
    tests = comparisons(signals, scored.human, config)
    figures = {
        "data": {"name": Path(config.data).name, "sha256": file_hash(config.data)},
        "language": config.language,
        "rows": len(scored.lines),
        "left_out": scored.left_out,
        "remarks": remarks(signals, scored),
        "systems": used,
        "signals": found,
        "tests": tests,
    }
    output = Path(config.output)
    write_json(output / "metrics.json", figures)
    write_text(output / "rows.tsv", rows_table(scored, statuses, readings, signals))
    text = report(figures)
    write_text(output / "report.md", text)
    run.log("\n" + text)
    run.saved(output)
    return {f"{row['signal']} · {row['human']}": row["rho"] for row in found}


def _student(
    config: QualityConfig,
    scored: Scored,
    statuses: Sequence[TranslationStatus],
    used: dict[str, dict[str, Any]],
    device: str,
    run: Run,
) -> tuple[Readings, list[Signal]]:
    """Eq. 2 and 3, and the student's confidence."""
    place = locate(config.student, told(run))
    student = load_emotion_model(place, "student", device)
    readings = Readings(student.predict(scored.originals), student.predict(scored.translations))
    labelled, unlabelled = (
        load_texts(place.folder) if (place.folder / MANIFEST).is_file() else (set(), set())
    )
    system = System(
        student.name, "model", labelled=frozenset(labelled), unlabelled=frozenset(unlabelled)
    )
    used["student"] = {
        "name": student.name,
        "identity": student.identity,
        "texts_cut": sum(p.truncated for p in (*readings.originals, *readings.translations)),
        **provenance(system, [*scored.originals, *scored.translations]),
    }
    on_original = readings.table("originals")
    found = weights(on_original, readings.table("translations"), statuses)
    cut = {
        row: "longer than the student reads"
        for row, pair in enumerate(zip(readings.originals, readings.translations, strict=True))
        if any(side.truncated for side in pair)
    }
    known = [Signal(one.name, one.values, {**cut, **one.remarks}) for one in found]
    return readings, [*known, confidence(on_original)]


def _texts_alone(scored: Scored) -> list[Signal]:
    """Rivals that need no model."""
    sides = scored.originals, scored.translations
    return [
        length_ratio("characters", *sides, len),
        length_ratio("words", *sides, lambda text: len(text.split())),
        copied_words(*sides),
    ]


def _translator(
    config: QualityConfig, scored: Scored, used: dict[str, dict[str, Any]], device: str, run: Run
) -> list[Signal]:
    if config.translator is None:
        return []
    translator = load_translator(config.translator, device, progress=told(run))
    if config.language not in translator.units:
        raise ModelError(
            f"{config.translator} does not translate from {config.language}.", "Choose another."
        )
    unit = translator.units[config.language]
    used["translator"] = {"name": unit.name, "identity": unit.identity}
    return [likelihood(unit, scored.originals, scored.translations)]


def _base(
    config: QualityConfig, scored: Scored, used: dict[str, dict[str, Any]], device: str, run: Run
) -> list[Signal]:
    if config.base is None:
        return []
    place = locate(config.base, told(run))
    module, tokenizer = load_backbone(place).to(device).eval(), load_tokenizer(place)
    ours = (place.folder / MANIFEST).is_file()
    length = min(LONGEST, capacity(module.config))
    length = read_manifest(place.folder).max_length if ours else length
    used["base"] = {"name": place.name, "identity": module_identity(module, "base")}
    sides = (embed(module, tokenizer, t, length) for t in (scored.originals, scored.translations))
    return [cosine(*sides)]

"""One table out of what other runs measured, and a model card for each model that ships.

Knows which files are read and written; what stands in them is
``train.figures.summary``'s and ``train.figures.cards``'s. Measures nothing, opens no model.

``<output>/report.md`` is for people; ``<output>/metrics.json`` holds every figure of it.
"""

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.data import file_hash
from core.manifest import MANIFEST, Manifest, read_manifest
from train.config import ReportConfig
from train.events import Kind, latest_run, read
from train.figures.card_text import Subject
from train.figures.cards import write_card
from train.figures.summary import CONTROLS, ROLES, misplaced, named, sections
from train.figures.summary_text import markdown
from train.figures.tables import METRICS, Evaluations, metrics_file, read_evaluations, read_metrics
from train.forecast.shapes import count
from train.past import EVENTS, run_folder
from train.report import write_json, write_text
from train.run import Run

Row = dict[str, Any]


def run(config: ReportConfig, run: Run) -> dict[str, object]:
    """Read what was measured, write the table, then the cards."""
    run.stage("figures")
    found = read_evaluations(config.evaluations)
    for role in dict.fromkeys((*ROLES, *CONTROLS)):
        lost = ", ".join(found.missing(named(config, role)))
        found.notes += [f"No evaluation holds {lost}, named as {role}."] if lost else []
    found.notes += misplaced(config, found)
    translators = _translators(config, found)
    quality = [read_metrics(path) for path in config.quality]
    report = {
        **sections(config, found, translators, quality),
        "notes": found.notes,
        "sources": _sources(config),
    }
    output = Path(config.output)
    text = markdown(report)
    write_json(output / METRICS, report)
    write_text(output / "report.md", text)
    run.log("\n" + text)
    run.saved(output)
    if config.cards:
        run.stage("cards")
    for subject, folder in _subjects(config, found, translators):
        run.saved(write_card(folder, subject, found))
        if subject.system is None and subject.manifest.role != "translator":
            run.log(f"No evaluation holds {folder}: its card has no figures from one.")
    return _headlines(report)


def _sources(config: ReportConfig) -> list[Row]:
    """Every file that figures were taken from, with its hash."""
    measured = [metrics_file(path) for path in (*config.evaluations, *config.quality)]
    manifests = [Path(folder) / MANIFEST for folder in (*config.translators, *config.cards)]
    return [{"path": str(file), "sha256": file_hash(file)} for file in (*measured, *manifests)]


def _translators(config: ReportConfig, found: Evaluations) -> list[Row]:
    """Rows by translator and language, of evaluations; of manifests where those have none."""
    speeds = {(row["translator"], row["beams"]): row for row in found.speed}
    rows: list[Row] = []
    for row in found.translation:
        speed = speeds.get((row["translator"], row["beams"]), {})
        times = {name: speed.get(name) for name in ("median_ms", "p90_ms", "cpu_ms")}
        identity = _identity_at(row["translator"])
        about = {"translator": Path(row["translator"]).name, "identity": identity}
        rows.append({**row, **times, **about})
    known = {row["identity"] for row in rows}
    for folder in config.translators:
        manifest = read_manifest(Path(folder))
        if manifest.identity not in known:
            rows += _of_manifest(Path(folder).name, manifest)
    return rows


def _of_manifest(name: str, manifest: Manifest) -> list[Row]:
    """What a translator's own validation came to."""
    return [
        {
            "translator": name,
            "identity": manifest.identity,
            "language": code,
            "chrf": manifest.metrics.get(f"chrf_{code}"),
            "bleu": manifest.metrics.get(f"bleu_{code}"),
            "median_ms": manifest.metrics.get("median_ms"),
        }
        for code in manifest.languages
    ]


def _identity_at(place: str) -> str:
    """Of a checkpoint that still lies there; "" of anything else."""
    folder = Path(place)
    return read_manifest(folder).identity if (folder / MANIFEST).is_file() else ""


def _subjects(
    config: ReportConfig, found: Evaluations, translators: Sequence[Row]
) -> list[tuple[Subject, Path]]:
    """The checkpoints that get a card, each knowing the others."""
    manifests = {Path(folder): read_manifest(Path(folder)) for folder in config.cards}
    plain = {
        folder: Subject(
            name=folder.name,
            manifest=manifest,
            system=_system_of(folder, manifest, found),
            parameters=count(folder),
            minutes=_minutes(manifest.command),
            languages=_languages(manifest, manifests.values()),
            translation=_translation_of(folder, manifest, translators),
        )
        for folder, manifest in manifests.items()
    }
    beside = {subject.manifest.identity: subject for subject in plain.values()}
    return [(replace(subject, relatives=beside), folder) for folder, subject in plain.items()]


def _translation_of(folder: Path, manifest: Manifest, translators: Sequence[Row]) -> list[Row]:
    """A translator's rows of the report, else of its own manifest."""
    if manifest.role != "translator":
        return []
    own = [row for row in translators if row["identity"] == manifest.identity]
    return own or _of_manifest(folder.name, manifest)


def _system_of(folder: Path, manifest: Manifest, found: Evaluations) -> str | None:
    """The system of these weights; by the folder's name where an evaluation kept no identity."""
    models = {n: row for n, row in found.systems.items() if row.get("kind", "model") == "model"}
    alike = [n for n, row in models.items() if row.get("identity") == manifest.identity]
    packed = [n for n in alike if models[n].get("packed") == manifest.packed]
    if alike:
        return (packed or alike)[0]
    unknown = folder.name in models and "identity" not in models[folder.name]
    return folder.name if unknown else None


def _languages(manifest: Manifest, others: Iterable[Manifest]) -> tuple[str, ...]:
    """Those of a checkpoint; a student before refinement reads what its refined one does."""
    if manifest.languages:
        return manifest.languages
    refined = [m for m in others if m.parents.get("student") == manifest.identity]
    if refined:
        return tuple(refined[0].languages)
    return ("en",) if manifest.role == "teacher" else ()


def _minutes(command: str) -> float | None:
    """What the run behind a checkpoint took, where its events still lie on this machine."""
    words = shlex.split(command)
    output = next((word.partition("=")[2] for word in words if word.startswith("output=")), "")
    events_file = run_folder(output) / EVENTS if output else None
    if events_file is None or not events_file.is_file():
        return None
    events = latest_run(read(events_file))
    same = any(e.kind is Kind.STARTED and e.data.get("command") == command for e in events)
    seconds = [float(e.data["seconds"]) for e in events if e.kind is Kind.FINISHED]
    return seconds[-1] / 60 if same and seconds else None


def _headlines(report: Row) -> dict[str, object]:
    """Macro-F1 of the roles, and the gain of refinement, on each column."""
    figures: dict[str, object] = {}
    for section in ("english", "languages"):
        titles = [column["title"] for column in report[section]["columns"]]
        for row in report[section]["rows"]:
            if row["label"] in ROLES.values():
                cells = zip(titles, row["cells"], strict=True)
                figures.update({f"{row['label']} · {t}": c["value"] for t, c in cells if c})
    return figures

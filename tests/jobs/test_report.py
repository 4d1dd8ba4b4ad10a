"""What evaluate and quality write is what report reads: the real files, end to end."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from core.manifest import read_manifest


def content(world: Any, name: str) -> dict[str, Any]:
    return json.loads((Path(world.path(name)) / "metrics.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def measured(pipeline: Any) -> Any:
    """The pipeline's models, evaluated, weighed and packed."""
    pipeline.distil("report_student", select="last")  # its own: others refine "student" anew
    models = f"{pipeline.path('report_student')},{pipeline.path('before')}"
    pipeline.train(
        "evaluate",
        "report_scores",
        models=models,
        names="refined,start",
        data=pipeline.path("emotions.tsv"),
        triggers=pipeline.path("triggers.tsv"),
        split=pipeline.path("split.json"),
        translator=pipeline.path("translator"),
        teacher=pipeline.path("teacher"),
        parallel=pipeline.path("dev_fr-en.tsv"),
        timed=2,
        bootstrap=100,
    )
    with Path(pipeline.path("dev_fr-en.tsv")).open(encoding="utf-8", newline="") as stream:
        pairs = [(row["src"], row["en"]) for row in csv.DictReader(stream, delimiter="\t")]
    rows = [(*pair, str(10 * number)) for number, pair in enumerate(pairs)]
    pipeline.write("quality.tsv", ("original", "translation", "mean"), rows)
    pipeline.train(
        "quality",
        "report_quality",
        data=pipeline.path("quality.tsv"),
        scores="mean",
        language="fr",
        student=pipeline.path("before"),
        translator=pipeline.path("translator"),
        base=pipeline.path("base"),
        bootstrap=100,
    )
    pipeline.train(
        "pack",
        "report_packed",
        model=pipeline.path("report_student"),
        probe=pipeline.path("emotions.tsv"),
        agreement=0.5,
    )
    return pipeline


def test_the_report_of_real_files(measured: Any) -> None:
    measured.train(
        "report",
        "report",
        evaluations=measured.path("report_scores"),
        quality=measured.path("report_quality"),
        translators=measured.path("translator"),
        student="refined",
        before="start",
        prior='["start, prior corrected"]',
        cards=measured.path("report_packed"),
    )
    scores, found = content(measured, "report_scores"), content(measured, "report")
    assert not [note for note in found["notes"] if note.startswith("No evaluation holds")]
    by_system = {
        (row["system"], row["file"]): row["macro_f1"]
        for row in scores["scores"]
        if row["file"] == "emotions"
    }
    tables = [found["english"], found["languages"]]
    shown = {
        (system, column["file"]): cell["value"]
        for table in tables
        for row in table["rows"]
        for system in row["systems"]
        for column, cell in zip(table["columns"], row["cells"], strict=True)
        if cell is not None
    }
    controls = {key for key in by_system if key[0] == "start, prior corrected"}
    assert {key: value for key, value in by_system.items() if key not in controls} == shown
    (translation,) = found["translator"]
    assert translation["chrf"] == scores["translation"][0]["chrf"]
    assert translation["median_ms"] == scores["speed"]["median_ms"]
    assert found["quality"][0]["signals"] == content(measured, "report_quality")["signals"]
    assert found["triggers"] == scores["triggers"]


def test_the_card_of_a_packed_model_finds_its_packed_self_or_says_nothing(measured: Any) -> None:
    """The evaluation is of the plain form; the same weights, so its figures stand in the card."""
    folder = Path(measured.path("report_packed"))
    text = (folder / "README.md").read_text(encoding="utf-8")
    scores = content(measured, "report_scores")["scores"]
    own = next(r for r in scores if (r["system"], r["file"]) == ("refined", "emotions"))
    assert f"{own['macro_f1']:.3f} [" in text
    # The run behind it lies on this machine, so the card knows what it took.
    assert "This step took less than a minute" in text or "This step took a minute" in text
    assert read_manifest(folder).identity[:12] in text

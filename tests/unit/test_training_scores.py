"""Whether the new student is better: read from what evaluate writes, told on top in plain words."""

import html
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from core.errors import DataError
from dashboard.contract import Status
from dashboard.tabs.training_drawn import Drawer
from dashboard.tabs.training_endpoint import status
from dashboard.training.watching import Watch, file_of
from dashboard.views.training import answered, compared, runs
from dashboard.views.training.runs import Seen
from dashboard.wording import training_scores as words
from train.events import EventLog, Kind
from train.jobs import scores
from train.jobs.following import Follower
from train.jobs.records import Job, Told

DATA = "/data/tweets.tsv"
# file: (language, path, new, old, difference's interval)
FILES = {
    "es": ("es", "/data/es.tsv", 0.60, 0.58, (-0.01, 0.05)),
    "fr": ("fr", "/data/fr.tsv", 0.40, 0.48, (-0.12, -0.03)),
    "tweets": ("en", DATA, 0.71, 0.62, (0.01, 0.15)),
}


def text(drawn: str) -> str:
    """What a reader sees."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", drawn))).strip()


def watching() -> Watch:
    """A watch over runs' real folders; no models are loaded."""
    training = SimpleNamespace(
        services=SimpleNamespace(status=lambda: Status("ready")),
        told=lambda job: Follower(job.folder).look(),
    )
    return Watch(training)  # type: ignore[arg-type]


def tables(names: Sequence[str] = tuple(FILES), old: str = "embedded") -> dict[str, Any]:
    """metrics.json as evaluate's docstring gives its shapes, with the figures of FILES."""
    made: dict[str, Any] = {"files": [], "systems": [], "scores": [], "tests": []}
    for name in names:
        language, path, new, before, (low, high) = FILES[name]
        about = {"rows": 50, "language": language, "machine_translated": False}
        made["files"].append({"name": name, "path": path, **about})
        for system, value in (("student", new), (old, before)):
            seen = 50 if path == DATA and system == "student" else 0
            own = {"system": system, "kind": "model", "file": name, "macro_f1": value}
            made["scores"].append({**own, "low": 0.1, "high": 0.9, "texts_seen": seen})
        pair = {"a": "student", "b": old, "file": name, "difference": new - before}
        made["tests"].append({**pair, "low": low, "high": high})
    mean = {"system": "student", "kind": "model", "file": "mean of native files"}
    made["scores"].append({**mean, "macro_f1": 0.5, "low": 0.4, "high": 0.6})
    return made


def finished(tmp_path: Path, found: dict[str, Any] | None = None, recipe: str = "full") -> Job:
    """A finished run of the queue that measured this."""
    folder = tmp_path / "full-1"
    place = folder / "result" / ("scores" if recipe == "full" else "")
    place.mkdir(parents=True)
    (place / "metrics.json").write_text(json.dumps(tables() if found is None else found))
    (place / "report.md").write_text("# report\n")
    (folder / "config.yaml").write_text(f"data: {DATA}\n")
    figures = {"stages": 5, "ran": 3, "adopted": 0, "up to date": 2, "minutes": 1.5}
    with EventLog(folder / "events.jsonl") as log:
        log.append(Kind.STARTED, recipe=recipe, command="python", pid=1, python="3")
        log.append(Kind.FINISHED, seconds=1.0, figures=figures)
    return Job("full-1", folder, recipe, "finished", "mine", made=5.0)


def read(tmp_path: Path, found: dict[str, Any]) -> scores.Scores:
    (tmp_path / "metrics.json").write_text(json.dumps(found))
    told = scores.read(tmp_path, [DATA])
    assert told is not None
    return told


def test_only_given_files_count_in_the_mean(tmp_path: Path) -> None:
    found = read(tmp_path, tables())
    assert [file.name for file in found.given] == ["es", "fr"]
    assert found.mean("student") == pytest.approx(0.5) and found.old == "embedded"
    assert found.mean("embedded") == pytest.approx(0.53)


@pytest.mark.parametrize(
    ("low", "high", "value", "verdict"),
    [
        (0.001, 0.2, 0.1, "better"),
        (-0.2, -0.001, -0.1, "worse"),
        (-0.01, 0.2, 0.1, "no clear difference"),
        (0.0, 0.2, 0.1, "no clear difference"),
        (-0.1, 0.0, -0.05, "no clear difference"),
        (0.0, 0.0, 0.0, "the same"),
    ],
)
def test_a_verdict_is_what_the_interval_allows(
    low: float, high: float, value: float, verdict: str
) -> None:
    assert scores.Difference("student", "embedded", "es", value, low, high).verdict == verdict


def test_the_answer_names_each_file_its_difference_and_its_verdict(tmp_path: Path) -> None:
    said = text(answered.answer(read(tmp_path, tables())))
    assert said.startswith(words.QUESTION + " No ")
    assert "Spanish +0.020: no clear difference; French \u22120.080: worse." in said
    assert "English" not in said, "validation rows do not answer"


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        (["better", "better"], "yes"),
        (["better", "no clear difference"], "partly"),
        (["better", "worse"], "mixed"),
        (["worse", "no clear difference"], "no"),
        (["no clear difference"], "unclear"),
        (["the same", "the same"], "the same"),
        ([], "unknown"),
    ],
)
def test_the_short_answer(verdicts: list[str], expected: str) -> None:
    assert words.short(verdicts) == words.SHORT[expected]


def test_without_given_files_it_says_how_little_was_scored(tmp_path: Path) -> None:
    found = read(tmp_path, tables(["tweets"]))
    said = text(answered.answer(found))
    assert "Only 50 validation rows were scored, of which 50 were seen in training" in said
    assert "better" not in said.replace(words.QUESTION, "").replace("whether it is better", "")
    job = Job("a", tmp_path, "full", "finished")
    figure = runs.main_figure(Seen(job, Told("full"), scores=found))
    assert figure == runs.Figure(0.71, "macro-F1 on validation (50 rows)")


def test_a_training_says_that_its_validation_rows_cannot_answer() -> None:
    said = text(answered.of_training({"validation_rows": 50, "validation_seen": 7}))
    assert "only 50 validation rows were scored, of which 7 were seen in training" in said
    assert "only 50 validation rows were scored, and" in text(
        answered.of_training({"validation_rows": 50})
    )
    assert answered.of_training({"f1": 0.5}) == ""


def test_a_base_of_ones_own_is_asked_about_as_such(tmp_path: Path) -> None:
    said = text(answered.answer(read(tmp_path, tables(old="student_before"))))
    assert said.startswith(words.QUESTION_START)


def test_the_page_answers_on_top_and_hands_out_the_report(tmp_path: Path) -> None:
    job = finished(tmp_path)
    parts = Drawer(watching()).run(job)
    names = list(parts)
    assert names.index("answer") < min(names.index("facts"), names.index("result"))
    said = text(parts["result"])
    assert "stages" not in said and str(tmp_path) not in parts["result"]
    assert re.findall(r'href="([^"]*)"', parts["result"]) == ["tandem/training/full-1/report.md"]
    assert "0.710*" in said and "0.620" in said  # all systems on all files
    listed = runs.table([watching().seen(job)], "", 1)
    assert "0.500 macro-F1 on dev files · embedded student 0.530" in text(listed)


def test_files_are_handed_out_by_fixed_names_only(tmp_path: Path) -> None:
    job = finished(tmp_path)
    report = job.folder / "result" / "scores" / "report.md"
    assert file_of(job, "report.md") == report and file_of(job, "config.yaml") is not None
    for name in (
        "metrics.json",
        "job.json",
        "scores/report.md",
        "../config.yaml",
        "",
        "/etc/passwd",
    ):
        assert file_of(job, name) is None
    assert file_of(replace(job, recipe="teacher"), "report.md") is None
    report.unlink()
    assert file_of(job, "report.md") is None
    report.symlink_to("/etc/passwd")
    assert file_of(job, "report.md") is None


def test_the_status_holds_scores_and_not_counts_of_stages(tmp_path: Path) -> None:
    job = finished(tmp_path)
    watch = watching()
    metrics = status(job, watch.training.told(job), watch.scores(job))["metrics"]
    assert metrics["student · es"] == 0.6 and metrics["embedded · fr"] == 0.48
    assert "stages" not in metrics
    assert [(d["file"], d["verdict"]) for d in metrics["differences"]] == [
        ("es", "no clear difference"), ("fr", "worse"),
    ]  # fmt: skip
    json.dumps(metrics, allow_nan=False)


def test_an_evaluation_of_its_own_has_a_report_and_no_question(tmp_path: Path) -> None:
    found = json.loads(json.dumps(tables()).replace('"student"', '"mine"'))
    job = finished(tmp_path, found, "evaluate")
    parts = Drawer(watching()).run(job)
    assert "answer" not in parts and "report.md" in parts["result"]


@pytest.mark.parametrize("content", ["{", "[]", '{"files": [{}]}', '{"files": 3}'])
def test_scores_that_nobody_wrote_are_none_and_not_a_traceback(
    tmp_path: Path, content: str
) -> None:
    job = finished(tmp_path)
    (job.folder / "result" / "scores" / "metrics.json").write_text(content)
    assert watching().scores(job) is None
    with pytest.raises(DataError, match="is not what evaluate writes"):
        scores.read(job.folder / "result" / "scores")


def test_runs_side_by_side_show_what_was_measured(tmp_path: Path) -> None:
    found = read(tmp_path, tables())
    full = Seen(Job("a", tmp_path, "full", "finished", "one"), Told("full"), scores=found)
    figures = compared.figures_of(full)
    assert figures["macro-F1 on dev files"] == pytest.approx(0.5)
    assert figures["macro-F1 French, fr"] == 0.4
    assert figures["French, fr: difference to embedded student"] == pytest.approx(-0.08)
    plain = Seen(Job("b", tmp_path, "teacher", "finished"), Told("t", outcome={"macro_f1": 0.7}))
    assert compared.figures_of(plain) == {"macro_f1": 0.7}

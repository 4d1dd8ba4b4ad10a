"""Options of the whole pipeline, and of trying a recipe: what its stages are asked for."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from core import embedded as embedded_module
from core.embedded import DEMO
from core.errors import ConfigError
from train import __main__ as cli
from train import options
from train.config import FullConfig, TeacherConfig
from train.stages.stage import Stage, stages_of


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("data.tsv", "tweets.tsv", "more.tsv", "words.tsv", "dev.tsv"):
        Path(name).write_text("ID\tTexts\tLabels\n1\ta\tJoy\n")


def planned(*words: str) -> dict[str, Stage]:
    given = ["data=data.tsv", "unlabelled=tweets.tsv,more.tsv", "output=out", *words]
    return {s.name: s for s in stages_of(options.parse(FullConfig, overrides=given))}


def asked(stage: Stage, *names: str) -> tuple[Any, ...]:
    return tuple(getattr(stage.config, name) for name in names)


def test_the_embedded_models_stand_in_for_those_that_nobody_named() -> None:
    stages = planned()
    assert list(stages) == ["split", "teacher", "student_before", "student", "evaluate"]
    assert asked(stages["teacher"], "model") == (str(DEMO / "teacher"),)
    assert asked(stages["student_before"], "model") == (str(DEMO / "student"),)
    translator = str(DEMO / "translator")
    assert asked(stages["student"], "translator") == (translator,)
    assert asked(stages["evaluate"], "translator") == (translator,)
    assert asked(stages["evaluate"], "models", "names") == (
        ("out/student", "out/student_before", str(DEMO / "student")),
        ("student", "student_before", "embedded"),
    )


def test_named_models_go_where_they_belong_and_the_embedded_one_is_not_measured() -> None:
    stages = planned("teacher_model=a/t", "student_model=a/s", "translator=a/m-{language}-en")
    assert asked(stages["teacher"], "model") == ("a/t",)
    assert asked(stages["student_before"], "model") == ("a/s",)
    assert asked(stages["student"], "translator") == ("a/m-{language}-en",)
    assert asked(stages["evaluate"], "names") == (("student", "student_before"),)


def test_each_training_has_its_own_pace() -> None:
    pace = {
        "teacher_epochs": 1.0,
        "student_epochs": 2.0,
        "distil_epochs": 4.0,
        "teacher_learning_rate": 0.1,
        "student_learning_rate": 0.2,
        "distil_learning_rate": 0.4,
    }
    stages = planned(*(f"{name}={value}" for name, value in pace.items()), "batch_size=7")
    found = {n: asked(stages[n], "epochs", "learning_rate", "batch_size") for n in stages if
             n in ("teacher", "student_before", "student")}  # fmt: skip
    assert found == {
        "teacher": (1.0, 0.1, 7),
        "student_before": (2.0, 0.2, 7),
        "student": (4.0, 0.4, 7),
    }


def test_all_of_it_is_of_one_split_and_goes_on_from_others() -> None:
    stages = planned("triggers=words.tsv", "validation_fraction=0.2")
    assert asked(stages["split"], "validation_fraction", "triggers") == (0.2, "words.tsv")
    for stage in (stages[name] for name in stages if name != "split"):
        assert asked(stage, "split") == ("out/split/split.json",)
    assert (
        asked(stages["teacher"], "insist") == asked(stages["student_before"], "insist") == (True,)
    )
    assert asked(stages["student"], "insist") == (False,)


def test_outputs_lie_under_the_one_output() -> None:
    found = {name: stage.config.output for name, stage in planned().items()}
    assert found == {
        "split": "out/split",
        "teacher": "out/teacher",
        "student_before": "out/student_before",
        "student": "out/student",
        "evaluate": "out/scores",
    }


def test_thresholds_are_chosen_where_there_are_triggers() -> None:
    stages = planned("triggers=words.tsv", "student_model=a/s")
    for name, score in (("teacher", "contribution"), ("student", "cosine")):
        stage = stages[f"{name}_thresholds"]
        assert asked(stage, "model", "data", "score") == (f"out/{name}", "words.tsv", score)
        assert name in stage.needs
    assert {"student_thresholds", "student_before_thresholds"} <= set(stages["evaluate"].needs)
    assert asked(stages["evaluate"], "triggers") == ("words.tsv",)


def test_students_wait_for_both_and_figures_for_all() -> None:
    stages = planned("dev=dev.tsv")
    assert set(stages["student"].needs) == {"split", "teacher", "student_before"}
    assert set(stages["evaluate"].needs) == {"split", "teacher", "student_before", "student"}
    assert asked(stages["evaluate"], "data") == (("dev.tsv", "data.tsv"),)
    assert "teacher" not in stages["student_before"].needs


def test_a_try_reads_the_first_rows_everywhere() -> None:
    stages = planned("limit_rows=30", "triggers=words.tsv")
    for name, stage in stages.items():
        assert asked(stage, "limit" if name == "evaluate" else "limit_rows") == (30,), name
    assert asked(planned("limit_rows=30", "dev_rows=12")["evaluate"], "limit") == (12,)
    assert asked(planned()["teacher"], "limit_rows") == (None,)


def test_what_must_be_given_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["full", "output=out", "batch_size=0"]) == 2
    said = capsys.readouterr().err
    for name in ("data must be given.", "unlabelled must be given.", "batch_size"):
        assert said.count(name) == 1


def test_a_missing_embedded_model_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded_module, "DEMO", Path("nowhere"))
    with pytest.raises(ConfigError, match="The embedded teacher is missing"):
        planned()
    assert planned("teacher_model=a/t", "student_model=a/s", "translator=a/m")


def test_a_tracker_that_is_not_installed_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once, with the stages that would report to it; and not at all where it is installed."""
    from train.config import training

    monkeypatch.setattr(training, "find_spec", lambda name: None)
    with pytest.raises(ConfigError) as error:
        planned("report_to=mlflow")
    assert "teacher, student_before, student: report_to needs the package mlflow" in str(
        error.value
    )
    monkeypatch.setattr(training, "find_spec", lambda name: importlib.util.find_spec("json"))
    assert asked(planned("report_to=mlflow")["student"], "report_to") == ("mlflow",)
    config = TeacherConfig(report_to="none")
    assert config.absent() == []


def test_only_known_trackers() -> None:
    with pytest.raises(ConfigError, match="report_to must be one of none, tensorboard"):
        planned("report_to=wandb")

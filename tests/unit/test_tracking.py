"""Where experiment trackers write, and for how long the process says so."""

import os
from pathlib import Path
from typing import Any

import pytest

from train.config import TrainingConfig
from train.events import Kind, read
from train.run import Run
from train.training.tracking import PLACES, tracked


def inside(tmp_path: Path, tracker: Any) -> tuple[list[str], str | None, list[str]]:
    """What is reported to; the tracker's variable meanwhile; and what the run then has saved."""
    config = TrainingConfig(output=str(tmp_path / "out"), report_to=tracker)
    with open(os.devnull, "w") as nowhere, Run("teacher", config, nowhere) as run:
        with tracked(config, run) as report_to:
            meanwhile = os.environ.get(PLACES.get(tracker, ""))
        saved = [e.data["path"] for e in read(run.folder / "events.jsonl") if e.kind is Kind.SAVED]
    return report_to, meanwhile, saved


@pytest.mark.parametrize("tracker", PLACES)
def test_files_go_into_the_runs_folder(
    tracker: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(PLACES[tracker], raising=False)
    report_to, meanwhile, saved = inside(tmp_path, tracker)
    place = str(tmp_path / "out.run" / tracker)
    assert report_to == [tracker] and saved == [place] and Path(place).is_dir()
    assert meanwhile is not None and place in meanwhile
    assert meanwhile.startswith("sqlite:///") == (tracker == "mlflow")
    assert PLACES[tracker] not in os.environ


def test_a_place_that_somebody_chose_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://team:5000")
    assert inside(tmp_path, "mlflow") == (["mlflow"], "http://team:5000", [])
    assert os.environ["MLFLOW_TRACKING_URI"] == "http://team:5000"


def test_none_is_none(tmp_path: Path) -> None:
    assert inside(tmp_path, "none") == ([], None, [])

"""Experiment trackers that the Trainer can report to, each with its files in the run's folder.

Knows which of their settings says where files go; what is reported is the Trainer's business.
Whether a tracker is installed is asked before a run starts (``train.config``).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from train.config import TrainingConfig
from train.run import Run

PLACES = {
    "tensorboard": "TENSORBOARD_LOGGING_DIR",
    "mlflow": "MLFLOW_TRACKING_URI",
    "trackio": "TRACKIO_DIR",
}
"""Tracker → the environment variable that says where it writes; one that is set stays."""


@contextmanager
def tracked(config: TrainingConfig, run: Run) -> Iterator[list[str]]:
    """What ``TrainingArguments.report_to`` takes; within, the tracker writes beside the run."""
    if config.report_to == "none":
        yield []
        return
    variable, place = PLACES[config.report_to], run.folder.absolute() / config.report_to
    if variable in os.environ:  # such as a server that a team shares
        yield [config.report_to]
        return
    place.mkdir(exist_ok=True)
    database = f"sqlite:///{place / 'mlflow.db'}"  # MLflow refuses plain folders by now
    os.environ[variable] = database if config.report_to == "mlflow" else str(place)
    try:
        yield [config.report_to]
    finally:
        del os.environ[variable]
    run.saved(place)

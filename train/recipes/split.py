"""The split that all models of a pipeline keep, drawn before any of them is trained.

Knows which files it is drawn from; how it is drawn is ``core.splits``'.
"""

from pathlib import Path

from core.data import read_emotions, read_triggers
from core.sampling import spread
from core.splits import make_split
from train.config import SplitConfig
from train.run import Run

FILE = "split.json"


def run(config: SplitConfig, run: Run) -> dict[str, object]:
    """Draw the split over the texts of both files; write ``<output>/split.json``."""
    run.stage("drawing")
    rows = spread(read_emotions(config.data, labelled=True), config.limit_rows)
    if config.triggers is not None:
        rows += spread(read_triggers(config.triggers, labelled=True), config.limit_rows)
    split = make_split([row.text for row in rows], config.seed, config.validation_fraction)
    place = Path(config.output) / FILE
    split.save(place)
    run.saved(place)
    return {"texts": len(split.known), "validation": len(split.validation), "hash": split.hash}

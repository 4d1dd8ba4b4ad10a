"""The embedded models, made stage by stage.

Knows nothing but its name: the stages stand in its presets, and how stages are run is
``train.stages.pipeline``'s.
"""

from train.config import DemoConfig
from train.run import Run
from train.stages.pipeline import run_pipeline


def run(config: DemoConfig, run: Run) -> dict[str, object]:
    """Bring every stage up to date."""
    return run_pipeline(config, run)

"""The embedded models, made stage by stage.

Knows nothing but its name: the stages stand in its presets, and how stages are run is
``train.pipeline``'s.
"""

from train.config import DemoConfig
from train.pipeline import run_pipeline
from train.run import Run


def run(config: DemoConfig, run: Run) -> dict[str, object]:
    """Bring every stage up to date."""
    return run_pipeline(config, run)

"""The whole pipeline on a person's own files, as one job.

Knows nothing but its name: which stages there are follows from ``train.config``'s FullConfig, and
how stages are run is ``train.stages.pipeline``'s.
"""

from train.config import FullConfig
from train.run import Run
from train.stages.pipeline import run_pipeline


def run(config: FullConfig, run: Run) -> dict[str, object]:
    """Bring every stage up to date."""
    return run_pipeline(config, run)

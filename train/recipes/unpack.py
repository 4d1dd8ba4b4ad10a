"""A packed checkpoint as a plain transformers folder again. Knows nothing but the two folders."""

from pathlib import Path

from core.loading import unpack_checkpoint
from train.config import UnpackConfig
from train.run import Run


def run(config: UnpackConfig, run: Run) -> dict[str, object]:
    """Write the plain folder."""
    unpack_checkpoint(Path(config.model), Path(config.output))
    run.saved(config.output)
    size = sum(file.stat().st_size for file in Path(config.output).iterdir())
    return {"megabytes": size / 1e6}

"""What benchmarks share: the embedded models, or those of a folder, and a table at the end."""

import importlib.util
import os
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from core.loading import load_emotion_model, quiet
from core.models import EmotionModel


def _module(name: str) -> Any:
    """A file beside this one as a module: tests are no packages."""
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
        assert spec is not None and spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


measure = _module("measure")


@pytest.fixture(scope="session")
def models() -> Path:
    """The folder of the four models."""
    embedded = measure.ROOT / "assets" / "models" / "demo"
    found = Path(os.environ.get("TANDEM_BENCH_MODELS", embedded))
    quiet()
    missing = [role for role in measure.ROLES if not (found / role).is_dir()]
    if missing:
        pytest.skip(f"{found} has no {', '.join(missing)}; set TANDEM_BENCH_MODELS")
    return found.resolve()


@pytest.fixture(scope="session")
def student(models: Path) -> EmotionModel:
    return load_emotion_model(models / "student")


@pytest.fixture(scope="session", autouse=True)
def table() -> Any:
    """Prints all lines at the end."""
    yield
    threads = torch.get_num_threads()
    if measure.LINES:
        print(f"\n\nMedians, {threads} torch thread(s), load {os.getloadavg()[0]:.1f}:")
        print("\n".join(f"  {line}" for line in measure.LINES))

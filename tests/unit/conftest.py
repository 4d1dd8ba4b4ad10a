"""Tiny models for all unit tests, made once; what they are is in tiny.py."""

import importlib.util
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


def _module(name: str) -> ModuleType:
    """A file beside this one as a module: tests are no packages."""
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


@dataclass(frozen=True)
class Folders:
    """Plain transformers folders, and checkpoints of ours; never written to by a test."""

    bert: Path  # a plain classifier of the six
    xlmr: Path
    encoder: Path  # XLM-R without head
    marian: Path
    teacher: Path  # checkpoints from here on: cls on BERT
    student: Path  # mean on XLM-R, with prefix, threshold and weight reference
    before: Path  # the same before refinement
    translator: Path


@pytest.fixture(scope="session")
def tiny() -> Any:
    """The module tiny.py."""
    return _module("tiny")


@pytest.fixture(scope="session")
def explained(tiny: Any) -> Any:
    """The module explained.py: words, masks and the explained quantity in plain words."""
    return _module("explained")


@pytest.fixture(scope="session")
def predictions() -> Any:
    """The module predictions.py: a predictions.parquet as an evaluation leaves it."""
    return _module("predictions")


@pytest.fixture(scope="session")
def batch_sample() -> Any:
    """The module batch_sample.py: seeded evaluations that were never run."""
    return _module("batch_sample")


@pytest.fixture(scope="session")
def public() -> Any:
    """The module originals.py: synthetic public originals."""
    return _module("originals")


@pytest.fixture(scope="session")
def folders(tiny: Any, tmp_path_factory: pytest.TempPathFactory) -> Folders:
    """All of them, in a temporary folder."""
    return Folders(**_module("tiny_tandem").make(tmp_path_factory.mktemp("tiny")))


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    """A stand-in of the hub, asked instead of the real one; the cache is empty. See hub.py."""
    with _module("hub").Hub() as standing_in:
        standing_in.instead(monkeypatch, tmp_path / "cache")
        yield standing_in

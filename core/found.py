"""What can be told of a model that lies on this disk, without opening it.

Records only: who reads a folder is ``core.looking``, who finds folders ``core.catalogue``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Kind = Literal["teacher", "student", "classifier", "base", "translator", ""]
"""classifier: emotions by a head that is not ours; base: an encoder, to be trained; "": unknown."""

CLASSIFIERS: tuple[Kind, ...] = ("teacher", "student", "classifier")


@dataclass(frozen=True, slots=True)
class Parent:
    """A model that took part in a training."""

    role: str  # "teacher", "student", "translator": as the manifest says
    identity: str  # of its weights and settings
    name: str = ""  # of the folder that has this identity; "" where none was found
    folder: Path | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """One folder that holds a model, or was to hold one."""

    folder: Path
    name: str  # folder as it was found, or hub id
    source: str  # what a loader is given: the folder, or the hub id
    role: Kind = ""
    base: str = ""
    languages: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()  # the model's own classes
    pooling: str = ""  # "cls" | "mean"; "" where nothing is pooled
    parameters: int | None = None  # by the safetensors' headers; None of pickled weights
    bytes: int = 0  # of all its files
    parents: tuple[Parent, ...] = ()
    data: tuple[Mapping[str, Any], ...] = ()  # name, sha256, rows, use
    metrics: Mapping[str, Any] = field(default_factory=dict)
    threshold: float | None = None  # of the model's own trigger score
    thresholds: Mapping[str, float] = field(default_factory=dict)  # of each method
    weight_reference: Mapping[str, Any] | None = None
    licence: str = ""
    created: str = ""  # UTC, ISO 8601; "" where the folder does not say
    command: str = ""  # the line that made it
    identity: str = ""  # "" of models that are not ours
    ours: bool = False  # it has a manifest
    packed: bool = False
    legacy: bool = False  # its weights are a pytorch_model.bin, opened weights-only
    hub: bool = False  # it lies in the hub's cache
    problem: str = ""  # why it is refused, one sentence; "" where nothing is seen
    hint: str = ""  # what to do about it

    @property
    def usable(self) -> bool:
        """Whether nothing is seen that would keep it from being opened."""
        return not self.problem

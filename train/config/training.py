"""What every recipe that takes gradient steps is asked."""

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal

from train.config.limits import (
    MOST_AT_ONCE,
    MOST_EPOCHS,
    MOST_PATIENCE,
    MOST_ROWS,
    MOST_STEPS,
)
from train.options import MOST_MINUTES, RecipeConfig, option

REPORT_TO = Literal["none", "tensorboard", "mlflow", "trackio"]
TRACKER = "Experiment tracker that also gets losses and figures; its files lie in the run's folder."


@dataclass(frozen=True, kw_only=True)
class LimitedConfig(RecipeConfig):
    """What recipes that can be tried on some rows of their files have in common."""

    limit_rows: int | None = option(
        None,
        "Use only so many rows of each file, spread evenly over it, to try the recipe; null: all.",
        unit="rows",
        low=10,
        high=MOST_ROWS,
    )


@dataclass(frozen=True, kw_only=True)
class TrainingConfig(RecipeConfig):
    """What every recipe that takes gradient steps has in common."""

    learning_rate: float = option(5e-6, "Peak learning rate.", low=0.0, high=1.0)
    batch_size: int = option(
        32, "Examples per optimiser step.", unit="rows", low=1, high=MOST_AT_ONCE
    )
    epochs: float = option(20.0, "Passes over the training rows.", low=0.0, high=MOST_EPOCHS)
    max_steps: int | None = option(
        None, "Optimiser steps, instead of epochs.", low=1, high=MOST_STEPS
    )
    eval_steps: int | None = option(
        None,
        "Validate every so many steps instead of once an epoch.",
        unit="steps",
        low=1,
        high=MOST_STEPS,
    )
    patience: int = option(
        3,
        "Stop after this many validations without a better score; 0 never stops.",
        low=0,
        high=MOST_PATIENCE,
    )
    schedule: str = option(
        "linear", "How the learning rate falls.", choices=("linear", "constant", "cosine")
    )
    warmup_steps: int = option(
        0, "Steps over which the learning rate rises.", low=0, high=MOST_STEPS
    )
    beta1: float = option(0.9, "Adam's first moment decay.", low=0.0, high=1.0)
    beta2: float = option(0.99, "Adam's second moment decay.", low=0.0, high=1.0)
    weight_decay: float = option(0.0, "Decoupled weight decay (AdamW).", low=0.0, high=10.0)
    max_grad_norm: float = option(1.0, "Gradients are clipped to this norm.", low=0.0, high=1e6)
    precision: str = option(
        "float32", "Arithmetic of the forward pass.", choices=("float32", "bfloat16", "float16")
    )
    checkpoint_minutes: float = option(
        10.0,
        "Keep a checkpoint for --resume this often, besides the one after each validation; "
        "0: after every step.",
        unit="min",
        low=0,
        high=MOST_MINUTES,
    )
    report_to: REPORT_TO = option("none", TRACKER)

    def absent(self) -> list[str]:
        if self.report_to == "none" or find_spec(self.report_to) is not None:
            return []
        return [
            f"report_to needs the package {self.report_to}, which is not installed: "
            f"pip install {self.report_to}, or report_to=none."
        ]


@dataclass(frozen=True, kw_only=True)
class GoingOnConfig(RecipeConfig):
    """What recipes that train a finished emotion model further have in common."""

    keep_threshold: bool = option(
        False,
        "New weights keep the trigger threshold of the old ones, though it was not chosen for "
        "them; else they have none until the recipe triggers chooses one.",
    )


@dataclass(frozen=True, kw_only=True)
class CachingConfig(RecipeConfig):
    """What recipes that translate and read the same texts again and again have in common."""

    cache: str | None = option(
        None,
        "Folder for translations and readings, shared between runs; null: each run its own.",
        path="output",
    )


@dataclass(frozen=True, kw_only=True)
class PairsConfig(TrainingConfig):
    """What recipes that read sentence pairs have in common."""

    parallel: tuple[str, ...] = option(
        (), "Parallel TSVs: src, en, origin, licence.", path="file", required=True
    )
    licences: tuple[str, ...] = option(
        ("CC0", "CC-BY-2.0", "CC-BY-4.0", "MIT", "CDLA-Sharing"),
        "Rows whose licence starts with one of these are used (never CC-BY-SA).",
    )
    pairs_per_language: int = option(
        40000, "At most this many pairs a file.", unit="pairs", low=1, high=MOST_ROWS
    )


@dataclass(frozen=True, kw_only=True)
class ParallelConfig(PairsConfig, LimitedConfig):
    """What recipes that learn from sentence pairs alone have in common."""

    dev: tuple[str, ...] = option((), "Parallel TSVs for validation.", path="file")
    epochs: float = option(1.0, "Passes over the pairs.", low=0.0, high=MOST_EPOCHS)
    patience: int = option(
        0, "As for every recipe; pairs are seen once, so never.", low=0, high=MOST_PATIENCE
    )
    licence: str = option("", "Licence of the result, for the manifest.")

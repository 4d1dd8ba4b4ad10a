"""The training loop's own promises, on a module of one weight."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from core.errors import ModelError
from train.config import TrainingConfig
from train.run import Run
from train.training.loop import fit

ROWS = [{"input_ids": [1], "x": float(x)} for x in range(1, 33)]


def collate(rows: list[dict[str, Any]]) -> dict[str, Tensor]:
    return {"x": torch.tensor([[row["x"]] for row in rows])}


def train(tmp_path: Path, loss: Any, **options: Any) -> Any:
    config = TrainingConfig(output=str(tmp_path / "out"), device="cpu", batch_size=4, **options)
    with open("/dev/null", "w") as nowhere, Run("teacher", config, nowhere) as run:
        return fit(nn.Linear(1, 1), ROWS, collate, loss, config, run)


def test_a_loss_that_is_no_number_ends_in_a_sentence(tmp_path: Path) -> None:
    def loss(module: nn.Module, batch: dict[str, Tensor]) -> Tensor:
        return module(batch["x"]).mean() * float("nan")

    with pytest.raises(ModelError, match="no longer a number"):
        train(tmp_path, loss, epochs=4)


def test_steps_are_as_many_as_asked(tmp_path: Path) -> None:
    def loss(module: nn.Module, batch: dict[str, Tensor]) -> Tensor:
        return (module(batch["x"]) - 2 * batch["x"]).pow(2).mean()

    assert train(tmp_path, loss, epochs=2).steps == 16
    assert train(tmp_path, loss, max_steps=5).steps == 5

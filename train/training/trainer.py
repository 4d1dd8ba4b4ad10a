"""The Hugging Face Trainer with a loss, a validation and an order of rows of its own.

Knows the Trainer's insides where it has to; when to validate, save and stop is
``train.training.watch``'s, what a loss means the recipe's.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.utils.data import Dataset
from transformers import Trainer
from transformers.trainer_pt_utils import LengthGroupedSampler

from core.errors import CheckpointError
from train.kept import place

LossFunction = Callable[[nn.Module, dict[str, Tensor]], Tensor]
Evaluation = Callable[[nn.Module], Mapping[str, float]]
WEIGHTS = "model.safetensors"
TORCH_WRITES = "inline_container"  # in torch's errors of writing, which give no better reason


class Rows(Dataset[dict[str, Any]]):
    """A list of rows as a torch Dataset; ``input_ids`` gives the length to group by."""

    def __init__(self, rows: Sequence[dict[str, Any]]) -> None:
        self.rows = rows

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> dict[str, Any]:
        return self.rows[index]


class Order(LengthGroupedSampler):
    """Rows of like length together, shuffled by seed and epoch and by nothing else.

    The Trainer's own order depends on every random number drawn before, dropout's included: a
    run that goes on in the middle of its second epoch would see other rows.
    """

    def __init__(self, rows: Rows, batch_size: int, seed: int, epoch: Callable[[], int]) -> None:
        super().__init__(batch_size, dataset=rows)
        self._seed, self._epoch = seed, epoch

    def __iter__(self) -> Iterator[int]:
        self.generator = torch.Generator().manual_seed(self._seed + 2**32 * self._epoch())
        return super().__iter__()


class LossTrainer(Trainer):
    """The Trainer with a given loss and a given validation; its checkpoints fail in a sentence."""

    def __init__(
        self,
        *,
        rows: Rows,
        work: Path,
        loss_function: LossFunction,
        evaluation: Evaluation | None,
        **options: Any,
    ) -> None:
        super().__init__(train_dataset=rows, **options)
        self.rows, self.work = rows, work
        self.loss_function = loss_function
        self.evaluation = evaluation
        # Gradient accumulation must not rescale Eq. 1, which divides by B only.
        self.model_accepts_loss_kwargs = False

    def compute_loss(
        self,
        model: nn.Module,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: Tensor | int | None = None,
    ) -> Any:
        """The recipe's loss of one batch."""
        # The recipe's loss may go round model.forward, the only call that accelerate casts.
        with self.accelerator.autocast():
            loss = self.loss_function(model, inputs)
        return (loss, {}) if return_outputs else loss

    def evaluate(self, *args: Any, **options: Any) -> dict[str, float]:
        """The recipe's validation figures, under the names that the Trainer expects."""
        assert self.evaluation is not None and self.model is not None
        training = self.model.training
        self.model.eval()
        figures = {f"eval_{name}": value for name, value in self.evaluation(self.model).items()}
        self.model.train(training)
        self.log(figures)
        self.control = self.callback_handler.on_evaluate(
            self.args, self.state, self.control, figures
        )
        return figures

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Tell the callbacks; each step's loss is not remembered, or checkpoints would grow."""
        super().log(logs, start_time)
        if "loss" in logs:
            self.state.log_history.pop()

    def _get_train_sampler(self, train_dataset: Any = None) -> Order:
        size = self.args.train_batch_size
        return Order(self.rows, size, self.args.seed, lambda: int(self.state.epoch or 0))

    def _save_checkpoint(self, *args: Any, **options: Any) -> None:
        """As the Trainer does; what was half written is taken away again.

        Raises:
            CheckpointError: the disk is full, or the like.
        """
        folder = place(self.work, self.state.global_step)
        try:
            super()._save_checkpoint(*args, **options)
        except (OSError, RuntimeError, SafetensorError) as error:
            shutil.rmtree(folder, ignore_errors=True)
            if isinstance(error, RuntimeError) and TORCH_WRITES not in str(error):
                raise
            raise unwritable(folder, error) from error


def unwritable(folder: Path, error: Exception) -> CheckpointError:
    """The sentence for a checkpoint that could not be written."""
    reason = error.strerror if isinstance(error, OSError) else None
    if isinstance(error, SafetensorError):
        reason = str(error).rpartition("I/O error: ")[2]
    return CheckpointError(
        f"{folder} cannot be written: {reason or 'the disk did not take all of it'}.",
        "Make room on the disk, then go on from the checkpoint before it with --resume.",
    )


def load_weights(module: nn.Module, folder: Path) -> None:
    """The weights of a checkpoint of the Trainer, into a module that is like the saved one.

    Raises:
        CheckpointError: when they are not those of such a module.
    """
    state = load_file(folder / WEIGHTS)
    # Tied weights are stored once, and constants not at all: those that are missing stand already.
    unexpected = module.load_state_dict(state, strict=False).unexpected_keys
    if unexpected:
        raise CheckpointError(
            f"{folder} holds weights of another model ({unexpected[0]}).", "Begin anew: --fresh."
        )

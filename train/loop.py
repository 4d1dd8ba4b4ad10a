"""The Hugging Face Trainer with another loss, a clock, and our events; nothing else.

Knows optimisers, steps and validation. What a batch holds and what a loss
means is the recipe's business.
"""

import math
import random
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import Dataset
from transformers import (
    EarlyStoppingCallback,
    PreTrainedModel,
    Trainer,
    TrainerCallback,
    TrainingArguments,
)
from transformers.trainer_callback import PrinterCallback

from core.errors import ModelError
from core.loading import quiet
from train.config import TrainingConfig
from train.options import RecipeConfig
from train.run import Run

LossFunction = Callable[[nn.Module, dict[str, Tensor]], Tensor]
Evaluation = Callable[[nn.Module], Mapping[str, float]]


def prepare(config: RecipeConfig) -> str:
    """Seed everything, set threads, quiet transformers; returns the device, "cpu" or "cuda"."""
    quiet()
    random.seed(config.seed)
    np.random.seed(config.seed)
    torch.manual_seed(config.seed)
    if config.threads is not None:
        torch.set_num_threads(config.threads)
    return device_of(config)


def device_of(config: RecipeConfig) -> str:
    """The device that a config means on this machine."""
    if config.device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    return config.device


class Rows(Dataset[dict[str, Any]]):
    """A list of rows as a torch Dataset; ``input_ids`` gives the length to group by."""

    def __init__(self, rows: Sequence[dict[str, Any]]) -> None:
        self.rows = rows

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> dict[str, Any]:
        return self.rows[index]


@dataclass(frozen=True)
class Fitted:
    """What a training came to."""

    steps: int
    best: float | None  # the best validation score; None without validation
    history: tuple[dict[str, float], ...]  # a row per validation, with "step"
    initial: Mapping[str, float]  # validation of step 0; empty unless asked for
    selected_initial: bool = False  # step 0 was the best and stands again


class LossTrainer(Trainer):
    """The Trainer with a given loss and a given validation."""

    def __init__(
        self, *, loss_function: LossFunction, evaluation: Evaluation | None, **options: Any
    ) -> None:
        super().__init__(**options)
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


class Reporter(TrainerCallback):
    """Steps and figures to the run's events; stops when time is out."""

    def __init__(self, run: Run, limit: float | None) -> None:
        self.run = run
        self.limit = limit  # seconds of the run at which training ends; None: no limit
        self.loss: float | None = None

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Report the step; end in time, with a last validation."""
        self.run.progress(state.global_step, state.max_steps, loss=self.loss)
        if self.limit is not None and self.run.elapsed() >= self.limit:
            if not control.should_training_stop:
                self.run.log(f"Out of time at step {state.global_step} of {state.max_steps}.")
            control.should_training_stop = True
            control.should_evaluate = args.eval_strategy != "no"
            control.should_save = args.save_strategy != "no"

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
        """Training loss and validation figures become metrics."""
        logs = logs or {}
        self.loss = logs.get("loss", self.loss)
        if self.loss is not None and not math.isfinite(self.loss):
            raise ModelError(
                f"At step {state.global_step} the loss is no longer a number.",
                "Lower learning_rate, or train in float32.",
            )
        for name, value in logs.items():
            if name == "loss" or name.startswith("eval_"):
                self.run.metric(name, float(value), step=state.global_step)
        shown = [f"{k[5:]} {v:.4f}" for k, v in logs.items() if k.startswith("eval_")]
        if shown:
            self.run.log(f"step {state.global_step}: " + ", ".join(shown))


def fit(
    module: nn.Module,
    rows: Sequence[dict[str, Any]],
    collate: Callable[[list[dict[str, Any]]], dict[str, Tensor]],
    loss_function: LossFunction,
    config: TrainingConfig,
    run: Run,
    *,
    evaluation: Evaluation | None = None,
    score: str = "",
    step_zero: bool = False,
    keep_last: bool = False,
    callbacks: Sequence[TrainerCallback] = (),
) -> Fitted:
    """Train ``module`` in place; it ends with the weights of the best validation.

    Args:
        rows: training rows; ``input_ids`` decides which share a batch.
        collate: rows → a padded batch.
        loss_function: (module, batch) → scalar.
        evaluation: module → figures; ``score`` names the one to maximise.
        step_zero: the untouched module is a candidate too.
        keep_last: end with the last step's weights whatever validation says.

    Raises:
        ModelError: when the loss is no longer a number.
    """
    _fast_attention(module, config)
    initial, untouched = _before(module, evaluation if step_zero else None, run)
    work = run.folder / "checkpoints"
    trainer = LossTrainer(
        model=module,
        args=_arguments(config, work, score, evaluation is not None, keep_last),
        train_dataset=Rows(rows),
        eval_dataset=Rows(rows[:1]) if evaluation is not None else None,
        data_collator=collate,
        loss_function=loss_function,
        evaluation=evaluation,
        optimizers=(_optimizer(module, config), None),
        callbacks=[
            Reporter(run, _limit(config)),
            *_patience(config, evaluation, keep_last),
            *callbacks,
        ],
    )
    trainer.remove_callback(PrinterCallback)
    trainer.train()
    module.eval()
    shutil.rmtree(work, ignore_errors=True)
    history = _history(trainer)
    best = max((row[score] for row in history), default=None) if score else None
    back = bool(untouched) and not keep_last and best is not None and initial[score] >= best
    if back:
        module.load_state_dict(untouched)
        best = initial[score]
    return Fitted(trainer.state.global_step, best, history, initial, back)


def _fast_attention(module: nn.Module, config: TrainingConfig) -> None:
    """Plain attention for bfloat16 on a CPU: flash attention's backward takes a third of a step."""
    if device_of(config) != "cpu" or config.precision == "float32":
        return
    for part in module.modules():
        if isinstance(part, PreTrainedModel):
            part.set_attn_implementation("eager")


def _before(
    module: nn.Module, evaluation: Evaluation | None, run: Run
) -> tuple[Mapping[str, float], dict[str, Tensor]]:
    """Figures and a copy of the weights of step 0; both empty without an evaluation."""
    if evaluation is None:
        return {}, {}
    module.eval()
    initial = dict(evaluation(module))
    run.log("step 0: " + ", ".join(f"{k} {v:.4f}" for k, v in initial.items()))
    return initial, {name: t.detach().cpu().clone() for name, t in module.state_dict().items()}


def _limit(config: TrainingConfig) -> float | None:
    return None if config.max_minutes is None else 60 * config.max_minutes


def _patience(config: TrainingConfig, evaluation: Any, keep_last: bool) -> list[TrainerCallback]:
    if not config.patience or evaluation is None or keep_last:
        return []
    return [EarlyStoppingCallback(early_stopping_patience=config.patience)]


def _optimizer(module: nn.Module, config: TrainingConfig) -> torch.optim.Optimizer:
    """Adam as in the paper; AdamW where weight decay is asked for."""
    kind = torch.optim.AdamW if config.weight_decay else torch.optim.Adam
    trained = [parameter for parameter in module.parameters() if parameter.requires_grad]
    return kind(
        trained,
        lr=config.learning_rate,
        betas=(config.beta1, config.beta2),
        weight_decay=config.weight_decay,
        fused=True,
    )


def _arguments(
    config: TrainingConfig, work: Path, score: str, evaluates: bool, keep_last: bool
) -> TrainingArguments:
    """Our options in the Trainer's words."""
    keep_best = evaluates and not keep_last
    strategy = "no" if not evaluates else ("steps" if config.eval_steps else "epoch")
    return TrainingArguments(
        output_dir=str(work),
        per_device_train_batch_size=config.batch_size,
        num_train_epochs=config.epochs,
        max_steps=config.max_steps or -1,
        lr_scheduler_type=config.schedule,
        warmup_steps=config.warmup_steps,
        learning_rate=config.learning_rate,
        max_grad_norm=config.max_grad_norm,
        bf16=config.precision == "bfloat16",
        fp16=config.precision == "float16",
        eval_strategy=strategy,
        eval_steps=config.eval_steps,
        save_strategy=strategy if keep_best else "no",
        save_steps=config.eval_steps or 500,
        save_total_limit=1,
        save_only_model=True,
        load_best_model_at_end=keep_best,
        metric_for_best_model=score if keep_best else None,
        greater_is_better=True if keep_best else None,
        logging_steps=20,
        logging_nan_inf_filter=False,  # a loss that is no number shall show
        train_sampling_strategy="group_by_length",
        dataloader_num_workers=0,
        remove_unused_columns=False,
        use_cpu=device_of(config) == "cpu",
        seed=config.seed,
        report_to=[],
        disable_tqdm=True,
    )


def _history(trainer: LossTrainer) -> tuple[dict[str, float], ...]:
    rows = []
    for entry in trainer.state.log_history:
        figures = {k[5:]: float(v) for k, v in entry.items() if k.startswith("eval_")}
        if figures:
            rows.append({**figures, "step": float(entry["step"])})
    return tuple(rows)

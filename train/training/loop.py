"""One training: prepared, run or gone on with, and ended with the best weights.

Knows optimisers and what a checkpoint needs. What a batch holds and what a
loss means is the recipe's business.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from transformers import (
    EarlyStoppingCallback,
    PreTrainedModel,
    TrainerCallback,
    TrainerState,
    TrainingArguments,
)
from transformers.trainer_callback import PrinterCallback

from core.loading import quiet
from train.config import TrainingConfig
from train.events import Kind
from train.kept import Checkpoint, newest, place, prune
from train.options import RecipeConfig
from train.run import Run
from train.training.tracking import tracked
from train.training.trainer import Evaluation, LossFunction, LossTrainer, Rows, load_weights
from train.training.watch import Keeper, Reporter, Saver

STATE = "trainer_state.json"


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


def device_name(config: RecipeConfig) -> str:
    """The device in words: "cpu (2 threads)", "cuda (NVIDIA H200)"."""
    if device_of(config) == "cuda":
        return f"cuda ({torch.cuda.get_device_name()})"
    threads = torch.get_num_threads()
    return f"cpu ({threads} thread{'s' * (threads != 1)})"


@dataclass(frozen=True)
class Fitted:
    """What a training came to."""

    steps: int
    best: float | None  # the best validation score; None without validation
    history: tuple[dict[str, float], ...]  # a row per validation, with "step"
    initial: Mapping[str, float]  # validation of step 0; empty unless asked for
    selected_initial: bool = False  # step 0 was the best and stands again


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
    beside: Mapping[str, float] | None = None,
) -> Fitted:
    """Train ``module`` in place; it ends with the weights of the best validation.

    A resumed run goes on from its newest whole checkpoint, to the same losses and weights as if
    it had never stopped; bit by bit on one CPU thread.

    Args:
        rows: training rows; ``input_ids`` decides which share a batch.
        collate: rows → a padded batch.
        loss_function: (module, batch) → scalar.
        evaluation: module → figures; ``score`` names the one to maximise.
        step_zero: the untouched module is a candidate too.
        keep_last: end with the last step's weights whatever validation says.
        callbacks: those that are a ``Keeper`` are kept with each checkpoint.
        beside: what the loss function leaves there at each step is told beside its loss.

    Raises:
        ModelError: when the loss, or a gradient, is no longer a number.
        CheckpointError: when a checkpoint cannot be written.
        KeyboardInterrupt: after Ctrl-C, once a checkpoint is whole.
    """
    _fast_attention(module, config)
    checkpoint = newest(run.checkpoints) if run.resumed else None
    initial, untouched = _before(module, evaluation if step_zero else None, run, checkpoint)
    run.tell(Kind.DEVICE, device=device_name(config))
    reporter = Reporter(run, _limit(config), {} if beside is None else beside)
    keepers = [callback for callback in callbacks if isinstance(callback, Keeper)]
    saver = Saver(run, config.checkpoint_minutes, reporter, keepers, dict(initial))
    keep_best = evaluation is not None and not keep_last
    with tracked(config, run) as report_to:
        trainer = LossTrainer(
            model=module,
            args=_arguments(config, run, score if keep_best else "", evaluation, report_to),
            rows=Rows(rows),
            work=run.checkpoints,
            eval_dataset=Rows(rows[:1]) if evaluation is not None else None,
            data_collator=collate,
            loss_function=loss_function,
            evaluation=evaluation,
            optimizers=(_optimizer(module, config), None),
            callbacks=[*_patience(config, keep_best), reporter, *callbacks, saver],
        )
        trainer.remove_callback(PrinterCallback)
        _train(trainer, saver, checkpoint, run)
    _settle(trainer, run.checkpoints, keep_best)
    history = _history(trainer)
    best = max((row[score] for row in history), default=None) if score else None
    back = bool(untouched) and not keep_last and best is not None and initial[score] >= best
    if back:
        module.load_state_dict(untouched)
        best = initial[score]
    return Fitted(trainer.state.global_step, best, history, initial, back)


def _train(trainer: LossTrainer, saver: Saver, checkpoint: Checkpoint | None, run: Run) -> None:
    """From the first step, or from a checkpoint on; nothing where that was the last one."""
    if checkpoint is None:
        with run.stop.later():
            trainer.train()
        return
    state = TrainerState.load_from_json(str(checkpoint.folder / STATE))
    prune(run.checkpoints, checkpoint, state.best_global_step)
    saver.load(checkpoint)
    if checkpoint.notes["last"]:
        trainer.state = state
        assert isinstance(trainer.model, nn.Module)
        load_weights(trainer.model, checkpoint.folder)
        return
    with run.stop.later():
        trainer.train(resume_from_checkpoint=str(checkpoint.folder))


def _settle(trainer: LossTrainer, work: Path, keep_best: bool) -> None:
    """The best step's weights, where validation chooses them."""
    assert isinstance(trainer.model, nn.Module)
    best = trainer.state.best_global_step
    if keep_best and best is not None:
        load_weights(trainer.model, place(work, best))
    trainer.model.eval()


def _fast_attention(module: nn.Module, config: TrainingConfig) -> None:
    """Plain attention for bfloat16 on a CPU: flash attention's backward takes a third of a step."""
    if device_of(config) != "cpu" or config.precision == "float32":
        return
    for part in module.modules():
        if isinstance(part, PreTrainedModel):
            part.set_attn_implementation("eager")


def _before(
    module: nn.Module, evaluation: Evaluation | None, run: Run, checkpoint: Checkpoint | None
) -> tuple[Mapping[str, float], dict[str, Tensor]]:
    """Figures and a copy of the weights of step 0; both empty without an evaluation."""
    if evaluation is None:
        return {}, {}
    untouched = {name: t.detach().cpu().clone() for name, t in module.state_dict().items()}
    if checkpoint is not None:
        return checkpoint.notes["initial"], untouched
    module.eval()
    initial = dict(evaluation(module))
    run.log("step 0: " + ", ".join(f"{k} {v:.4f}" for k, v in initial.items()))
    for name, value in initial.items():  # the first point of each curve of a validation
        run.metric(f"eval_{name}", value, step=0)
    return initial, untouched


def _limit(config: TrainingConfig) -> float | None:
    return None if config.max_minutes is None else 60 * config.max_minutes


def _patience(config: TrainingConfig, keep_best: bool) -> list[TrainerCallback]:
    if not config.patience or not keep_best:
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
    config: TrainingConfig,
    run: Run,
    score: str,
    evaluation: Evaluation | None,
    report_to: list[str],
) -> TrainingArguments:
    """Our options in the Trainer's words.

    Args:
        score: the figure that decides which step is the best; "" where none does.
    """
    strategy = "no" if evaluation is None else ("steps" if config.eval_steps else "epoch")
    return TrainingArguments(
        output_dir=str(run.checkpoints),
        run_name=Path(config.output).name,
        project="tandem",
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
        save_strategy=strategy if score else "no",
        save_steps=config.eval_steps or 500,
        save_total_limit=None,  # train.training.watch drops what is not needed
        restore_callback_states_from_checkpoint=True,  # early stopping's count
        metric_for_best_model=score or None,
        greater_is_better=True if score else None,
        logging_steps=1,  # with more, the first window after a resume would be another one
        logging_nan_inf_filter=False,  # a loss that is no number shall show
        dataloader_num_workers=0,
        remove_unused_columns=False,
        use_cpu=device_of(config) == "cpu",
        seed=config.seed,
        report_to=report_to,
        disable_tqdm=True,
    )


def _history(trainer: LossTrainer) -> tuple[dict[str, float], ...]:
    rows = []
    for entry in trainer.state.log_history:
        figures = {k[5:]: float(v) for k, v in entry.items() if k.startswith("eval_")}
        if figures:
            rows.append({**figures, "step": float(entry["step"])})
    return tuple(rows)

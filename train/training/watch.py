"""What looks on while the Trainer works: reports its steps, and keeps checkpoints to go on from.

Stopping is a checkpoint, sealed, and then KeyboardInterrupt out of the
Trainer: its own way to stop would validate once more, and all later losses
would differ. Knows nothing of losses.
"""

import math
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from core.errors import ModelError
from train.kept import Checkpoint, prune, seal
from train.run import Run
from train.training.trainer import place, unwritable

WINDOW = 20  # steps behind each loss in the run's events, at most
POINTS = 50  # of a curve, at least, where the training has as many steps


class Keeper(TrainerCallback, ABC):
    """A callback with a state of its own, kept with every checkpoint."""

    @abstractmethod
    def save(self, folder: Path) -> None:
        """Write the state as files into a checkpoint's folder."""

    @abstractmethod
    def load(self, folder: Path) -> None:
        """Read what ``save`` wrote."""


class Reporter(TrainerCallback):
    """Steps and figures to the run's events; stops when time is out."""

    def __init__(self, run: Run, limit: float | None, beside: Mapping[str, float]) -> None:
        self.run, self.beside = run, beside
        self.limit = limit  # seconds of the run at which training ends; None: no limit
        # By name, of the steps since the last event, WINDOW at most; the loss and what is beside.
        self.told: dict[str, list[float]] = {}
        self.took: deque[float] = deque(maxlen=WINDOW)  # seconds of the latest steps
        self.began = 0.0

    def on_step_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Take the time: validations and checkpoints lie between steps."""
        self.began = time.monotonic()

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """End in time, with a last validation."""
        self.took.append(time.monotonic() - self.began)
        if self.limit is None or control.should_training_stop:
            return
        if self.run.elapsed() >= self.limit:
            self.run.log(f"Out of time at step {state.global_step} of {state.max_steps}.")
            control.should_training_stop = True
            # By epochs, the Trainer validates and saves at the end of this one, which is now.
            control.should_evaluate = control.should_save = args.eval_strategy == "steps"

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
        """A step's loss or validation figures."""
        if "loss" in logs:
            _refuse_no_number(args, state, logs)
            self._step(args, state, logs["loss"])
        shown = {name[5:]: float(v) for name, v in logs.items() if name.startswith("eval_")}
        for name, value in shown.items():
            self.run.metric(f"eval_{name}", value, step=state.global_step)
        if shown:
            figures = ", ".join(f"{name} {value:.4f}" for name, value in shown.items())
            self.run.log(f"step {state.global_step}: {figures}")

    def _step(self, args: Any, state: Any, loss: float) -> None:
        """Figures of each step beside the progress, and means of up to twenty written down."""
        for name, value in {"loss": loss, **self.beside}.items():
            self.told.setdefault(name, []).append(value)
        means = {name: sum(values) / len(values) for name, values in self.told.items()}
        pace = args.train_batch_size * len(self.took) / max(sum(self.took), 1e-9)
        self.run.progress(state.global_step, state.max_steps, **means, samples_per_second=pace)
        if state.global_step % min(WINDOW, max(1, state.max_steps // POINTS)) == 0:
            for name, mean in means.items():
                self.run.metric(name, mean, step=state.global_step)
            self.told.clear()


def _refuse_no_number(args: Any, state: Any, logs: Any) -> None:
    """Raises ModelError before the weights of such a step could be kept.

    In float16 a gradient that overflows is left out of the step, and the scale lowered.
    """
    checked = ("loss",) if args.fp16 else ("loss", "grad_norm")
    for name in checked:
        if not math.isfinite(logs.get(name, 0.0)):
            what = "the loss is" if name == "loss" else "the gradients are"
            raise ModelError(
                f"At step {state.global_step} {what} no longer a number.",
                "Lower learning_rate, or train in float32.",
            )


class Saver(TrainerCallback):
    """Checkpoints by the clock and on Ctrl-C; each is sealed, then those before it are dropped.

    Not at an epoch's last step: a run going on from there would miss the validation that comes
    after it. The last checkpoint of a training says so, for the Trainer would go on training.
    """

    def __init__(
        self,
        run: Run,
        minutes: float,
        reporter: Reporter,
        keepers: list[Keeper],
        initial: dict[str, float],
    ) -> None:
        self.run, self.seconds = run, 60 * minutes
        self.reporter, self.keepers, self.initial = reporter, keepers, initial
        self.step = -1  # of the newest checkpoint
        self.saved_at = time.monotonic()

    def load(self, checkpoint: Checkpoint) -> None:
        """Give everybody the state that was kept with a checkpoint."""
        self.step = checkpoint.step
        self.reporter.told = {name: list(v) for name, v in checkpoint.notes["told"].items()}
        for keeper in self.keepers:
            keeper.load(checkpoint.folder)

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Within an epoch: where it is time, or somebody wants to stop."""
        ends = control.should_training_stop or float(state.epoch).is_integer()
        control.should_save = control.should_save or (self._due() and not ends)

    def on_epoch_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """After an epoch and its validation; and always when training ends."""
        wanted = self._due() or control.should_training_stop
        new = state.global_step != self.step
        control.should_save = control.should_save or (wanted and new)

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """The Trainer has written a checkpoint: seal it, and stop where that was asked for.

        Raises:
            KeyboardInterrupt: as asked.
            CheckpointError: when the seal cannot be written.
        """
        folder = place(self.run.checkpoints, state.global_step)
        notes = {
            "last": control.should_training_stop,
            "told": self.reporter.told,
            "initial": self.initial,
        }
        try:
            for keeper in self.keepers:
                keeper.save(folder)
            checkpoint = seal(folder, state.global_step, notes)
        except OSError as error:
            raise unwritable(folder, error) from error
        prune(self.run.checkpoints, checkpoint, state.best_global_step)
        self.step, self.saved_at = state.global_step, time.monotonic()
        if self.run.stop.asked:
            raise KeyboardInterrupt

    def _due(self) -> bool:
        return self.run.stop.asked or time.monotonic() - self.saved_at >= self.seconds

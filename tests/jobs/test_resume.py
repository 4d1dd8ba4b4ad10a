"""A training that is stopped or killed goes on to the same losses, bit by bit.

The uninterrupted run is the truth; everything runs on one thread, in float32.
Kills are real: SIGKILL to a forked child, at the n-th time it touches a file.
"""

import gc
import json
import os
import random
import resource
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from transformers import TrainerCallback

from core.errors import CheckpointError, ConfigError, DataError
from train.config import TrainingConfig
from train.events import EventLog, Kind, read, without_lost
from train.jobs.following import Follower
from train.kept import SEAL, newest
from train.run import Run
from train.training.loop import Fitted, fit, prepare

ROWS = [
    {"input_ids": [(7 * n + i) % 40 for i in range(2 + n % 5)], "label": (n * n) % 3}
    for n in range(30)
]
USUAL: dict[str, Any] = {"epochs": 3, "batch_size": 8, "learning_rate": 0.05, "patience": 0}
EPOCH = 4  # steps: 30 rows by 8


class Net(nn.Module):
    """Bag of words with dropout, so that every random number counts."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.EmbeddingBag(40, 8)
        self.dropout = nn.Dropout(0.4)
        self.head = nn.Linear(8, 3)

    def forward(self, rows: list[list[int]]) -> Tensor:
        offsets = torch.tensor([0, *(len(row) for row in rows[:-1])]).cumsum(0)
        flat = torch.tensor([piece for row in rows for piece in row])
        return self.head(self.dropout(self.words(flat, offsets)))


def collate(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "rows": [row["input_ids"] for row in rows],
        "label": torch.tensor([row["label"] for row in rows]),
    }


def loss(module: nn.Module, batch: dict[str, Any]) -> Tensor:
    return nn.functional.cross_entropy(module(batch["rows"]), batch["label"])


def evaluation(module: nn.Module) -> dict[str, float]:
    with torch.inference_mode():
        return {"score": -float(loss(module, collate(ROWS)))}


class Watcher(TrainerCallback):
    """Writes each step's loss to a file, and does something at the end of some steps."""

    def __init__(self, file: Path, at: Mapping[int, Callable[[], object]]) -> None:
        self.file, self.at = file, at

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
        if "loss" in logs:
            with self.file.open("a") as stream:
                stream.write(json.dumps([state.global_step, logs["loss"]]) + "\n")

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if state.global_step in self.at:
            self.at[state.global_step]()


@dataclass
class Outcome:
    """What a run came to."""

    fitted: Fitted
    weights: Mapping[str, Tensor]
    losses: Mapping[int, float]


def start(
    folder: Path,
    at: Mapping[int, Callable[[], object]] | None = None,
    *,
    stop_at: int | None = None,
    resume: bool = False,
    fresh: bool = False,
    keep: Mapping[str, Any] | None = None,
    **options: Any,
) -> Outcome:
    """One start in ``folder``; where asked for, Ctrl-C is pressed at the end of a step."""
    place = str(folder / "out")
    config = TrainingConfig(output=place, device="cpu", threads=1, **{**USUAL, **options})
    prepare(config)
    module = Net()
    given = {"evaluation": evaluation, "score": "score", **(keep or {})}
    with (
        open("/dev/null", "w") as nowhere,
        Run("teacher", config, nowhere, resume=resume, fresh=fresh) as run,
    ):
        stop = {} if stop_at is None else {stop_at: lambda: signal.raise_signal(signal.SIGINT)}
        watcher = Watcher(folder / "losses", {**stop, **(at or {})})
        fitted = fit(module, ROWS, collate, loss, config, run, callbacks=[watcher], **given)
    return Outcome(fitted, module.state_dict(), losses_in(folder))


def losses_in(folder: Path) -> dict[int, float]:
    """Each step's loss; of a step that was done twice, the later one."""
    lines = (folder / "losses").read_text().splitlines()
    return {step: value for step, value in map(json.loads, lines)}


def stop(folder: Path, step: int, **options: Any) -> None:
    with pytest.raises(KeyboardInterrupt):
        start(folder, stop_at=step, **options)


def assert_same(found: Outcome, expected: Outcome) -> None:
    assert found.fitted == expected.fitted
    assert found.losses == expected.losses
    for name, tensor in expected.weights.items():
        assert torch.equal(found.weights[name], tensor), name


def events_in(folder: Path) -> list[Any]:
    return read(folder / "out.run" / "events.jsonl")


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module", autouse=True)
def quick_collection() -> Iterator[None]:
    """The Trainer collects garbage at its start, which is half of so small a training."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


# Options, and the steps to stop at: within an epoch, at its end, at a validation, at the end.
CASES: dict[str, tuple[dict[str, Any], tuple[int, ...]]] = {
    "validated by epoch": ({}, (2, 4, 7, 12)),
    "validated by steps": ({"eval_steps": 3}, (3, 4, 8, 12)),
    "not validated": ({"keep": {"evaluation": None, "score": ""}}, (4, 7, 12)),
    "the last step kept": ({"keep": {"keep_last": True}}, (6, 8)),
    "stopped early": ({"patience": 1, "learning_rate": 2.0, "epochs": 6}, (5, 8, 12)),
    "stopped early by steps": (
        {"patience": 2, "learning_rate": 2.0, "epochs": 6, "eval_steps": 2},
        (5, 10, 12),
    ),
    "ends within an epoch": ({"max_steps": 10}, (9, 10)),
    "step 0 is a candidate": ({"learning_rate": 2.0, "keep": {"step_zero": True}}, (6, 12)),
    "cosine, warm-up, decay": (
        {"schedule": "cosine", "warmup_steps": 5, "weight_decay": 0.1},
        (3, 6),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_stopped_at_a_step_and_gone_on_with(name: str, tmp_path: Path) -> None:
    options, steps = CASES[name]
    expected = start(tmp_path / "whole", **options)
    assert sorted(expected.losses) == list(range(1, expected.fitted.steps + 1))
    for step in steps:
        folder = tmp_path / str(step)
        stop(folder, step, **options)
        checkpoint = newest(folder / "out.run" / "checkpoints")
        assert checkpoint is not None and checkpoint.step == step == max(losses_in(folder))
        assert_same(start(folder, resume=True, **options), expected)
        assert not (folder / "out.run" / "checkpoints").exists()


def test_the_cases_are_what_they_are_called(tmp_path: Path) -> None:
    """Early stopping stops, step 0 wins, the best is not the last: or the cases prove nothing."""
    outcomes = {
        name: start(tmp_path / name, **CASES[name][0]).fitted
        for name in ("stopped early", "stopped early by steps", "step 0 is a candidate")
    }
    assert outcomes["stopped early"].steps < 6 * EPOCH
    assert outcomes["stopped early"].history[-1]["score"] < outcomes["stopped early"].best
    assert outcomes["stopped early by steps"].steps < 6 * EPOCH
    assert outcomes["step 0 is a candidate"].selected_initial


def test_stopped_again_and_again(tmp_path: Path) -> None:
    expected = start(tmp_path / "whole")
    for step in (1, 4, 5, 6, 11):
        with pytest.raises(KeyboardInterrupt):
            start(tmp_path / "parts", stop_at=step, resume=step > 1)
    assert_same(start(tmp_path / "parts", resume=True), expected)


def test_events_tell_of_the_stop_and_equal_those_of_a_whole_run(tmp_path: Path) -> None:
    options = {"epochs": 26, "eval_steps": 6}  # 104 steps: losses are told at every second
    start(tmp_path / "whole", **options)
    stop(tmp_path / "parts", 27, **options)
    start(tmp_path / "parts", resume=True, **options)
    events = events_in(tmp_path / "parts")
    interrupted, started, resumed = (
        next(event for event in events if event.kind is kind)
        for kind in (Kind.INTERRUPTED, Kind.RESUMED, Kind.RESUMED)
    )
    assert interrupted.data["step"] == resumed.data["step"] == 27
    assert "--resume output=" in interrupted.data["hint"]
    told = [
        {
            (e.data["name"], e.data["labels"]["step"]): e.data["value"]
            for e in without_lost(events_in(tmp_path / name))
            if e.kind is Kind.METRIC
        }
        for name in ("whole", "parts")
    ]
    assert told[0] == told[1]
    assert [step for name, step in told[0] if name == "loss"] == list(range(2, 105, 2))


def test_step_zero_is_the_first_point_of_its_curve_once(tmp_path: Path) -> None:
    """Whole, gone on with from a checkpoint, or begun again without one: the curves are equal."""
    options: dict[str, Any] = {"keep": {"step_zero": True}}
    start(tmp_path / "whole", **options)
    stop(tmp_path / "parts", 6, **options)
    start(tmp_path / "parts", resume=True, **options)
    with pytest.raises(RuntimeError, match="power"):
        start(tmp_path / "again", {2: _cut_off}, **options)
    assert newest(tmp_path / "again" / "out.run" / "checkpoints") is None
    start(tmp_path / "again", resume=True, **options)
    whole, *others = [_scores(tmp_path / name) for name in ("whole", "parts", "again")]
    assert [step for step, _ in whole] == [0, 4, 8, 12] and others == [whole, whole]
    followed = [_followed(tmp_path / name) for name in ("whole", "parts", "again")]
    assert followed == [whole] * 3


def _cut_off() -> None:
    raise RuntimeError("no power")


def _scores(folder: Path) -> list[tuple[float, float]]:
    """The validation curve, by the events."""
    return [
        (e.data["labels"]["step"], e.data["value"])
        for e in without_lost(events_in(folder))
        if e.kind is Kind.METRIC and e.data["name"] == "eval_score"
    ]


def _followed(folder: Path) -> list[tuple[float, float | None]]:
    """The same, as a page sees it."""
    return list(Follower(folder / "out.run").look().curves["teacher"]["eval_score"])


def test_what_is_told_beside_the_loss_goes_on_as_well(tmp_path: Path) -> None:
    """Here twice the loss: so are the means of steps, whatever was stopped in between."""

    def doubled(folder: Path, **how: Any) -> None:
        beside: dict[str, float] = {}

        def told_loss(module: nn.Module, batch: dict[str, Any]) -> Tensor:
            value = loss(module, batch)
            beside["twice"] = 2 * float(value.detach())
            return value

        config = TrainingConfig(
            output=str(folder / "out"), device="cpu", threads=1, **{**USUAL, "epochs": 40}
        )
        prepare(config)
        at = {28: lambda: signal.raise_signal(signal.SIGINT)} if "resume" not in how else {}
        with open(os.devnull, "w") as nowhere, Run("teacher", config, nowhere, **how) as run:
            watcher = Watcher(folder / "losses", at if folder.name == "parts" else {})
            fit(Net(), ROWS, collate, told_loss, config, run, callbacks=[watcher], beside=beside)

    doubled(tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        doubled(tmp_path / "parts")
    doubled(tmp_path / "parts", resume=True)
    told = [
        {
            (e.data["name"], e.data["labels"]["step"]): e.data["value"]
            for e in without_lost(events_in(tmp_path / name))
            if e.kind is Kind.METRIC
        }
        for name in ("whole", "parts")
    ]
    assert told[0] == told[1] and set(told[0]) == {
        (name, step) for name in ("loss", "twice") for step in range(3, 160, 3)
    }
    for step in range(3, 160, 3):
        assert told[0]["twice", step] == pytest.approx(2 * told[0]["loss", step], rel=1e-5)


# --- kill -9 ---


def killed_at(folder: Path, touch: int) -> None:
    """From now on this process dies the ``touch``-th time it touches a file in ``folder``."""
    left = touch

    def watch(event: str, args: tuple[Any, ...]) -> None:
        nonlocal left
        if event in ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir"):
            left -= str(args[0]).startswith(str(folder))
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def kill_until_done(
    in_child: Any, folder: Path, kills: int, seed: int, **options: Any
) -> list[int | None]:
    """A run that dies up to ``kills`` times, then ends; the steps that it went on from."""
    rng = random.Random(seed)
    folder.mkdir()

    def work(touch: int | None) -> None:
        if touch is not None:
            killed_at(folder, touch)
        begun = (folder / "out.run" / "config.yaml").exists()
        found = start(folder, resume=begun, checkpoint_minutes=0, **options)
        torch.save({"weights": found.weights, "fitted": repr(found.fitted)}, folder / "outcome")

    touches = [rng.randint(5, 150) for _ in range(kills)]
    codes = [in_child(partial(work, touch)) for touch in (*touches, None)]
    assert set(codes[:-1]) <= {-signal.SIGKILL, 0} and codes[-1] == 0  # 0: done before its death
    return [event.data["step"] for event in events_in(folder) if event.kind is Kind.RESUMED]


def assert_outcome(folder: Path, expected: Outcome) -> None:
    found = torch.load(folder / "outcome")
    assert found["fitted"] == repr(expected.fitted)
    assert losses_in(folder) == expected.losses
    for name, tensor in expected.weights.items():
        assert torch.equal(found["weights"][name], tensor), name


def test_killed_five_times(in_child: Any, tmp_path: Path) -> None:
    options = {"epochs": 6, "eval_steps": 3}
    expected = start(tmp_path / "whole", **options)
    steps = kill_until_done(in_child, tmp_path / "killed", 5, seed=1, **options)
    assert_outcome(tmp_path / "killed", expected)
    assert len(steps) == 5 and steps == sorted(steps) and len(set(steps)) > 2
    lines = (tmp_path / "killed" / "losses").read_text().splitlines()
    again = len(lines) - len(expected.losses)
    assert 0 < again <= 5  # a checkpoint after every step: each kill costs one step at most


@pytest.mark.soak
@pytest.mark.parametrize("name", CASES)
def test_killed_many_times(name: str, in_child: Any, tmp_path: Path) -> None:
    options, _ = CASES[name]
    expected = start(tmp_path / "whole", **options)
    for seed in range(10):
        kill_until_done(in_child, tmp_path / str(seed), 3, seed, **options)
        assert_outcome(tmp_path / str(seed), expected)


# --- what is torn, full or taken ---


def test_torn_checkpoints_do_not_count(tmp_path: Path) -> None:
    expected = start(tmp_path / "whole")
    stop(tmp_path / "torn", 6)
    work = tmp_path / "torn" / "out.run" / "checkpoints"
    (work / "checkpoint-9").mkdir()  # no seal
    (work / "checkpoint-9" / "trainer_state.json").write_text("{}")
    later = work / "checkpoint-10"  # sealed, but a file is short
    later.mkdir()
    for path in (work / "checkpoint-6").iterdir():
        (later / path.name).write_bytes(path.read_bytes())
    (later / SEAL).write_text((later / SEAL).read_text().replace('"step": 6', '"step": 10'))
    with (later / "optimizer.pt").open("r+b") as stream:
        stream.truncate(100)
    checkpoint = newest(work)
    assert checkpoint is not None and checkpoint.step == 6
    assert_same(start(tmp_path / "torn", resume=True), expected)


@contextmanager
def full_disk(limit: int) -> Iterator[None]:
    """No file grows beyond ``limit`` bytes; writes fail as they do on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("limit", [500, 2000, 4000], ids=["weights", "optimiser", "random state"])
def test_a_full_disk_is_a_sentence_and_leaves_the_last_checkpoint(
    limit: int, tmp_path: Path
) -> None:
    expected = start(tmp_path / "whole")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    fill = {6: lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))}
    try:
        with pytest.raises(
            (CheckpointError, DataError), match="cannot be written: (File too large|the disk)"
        ):
            start(tmp_path / "full", fill, checkpoint_minutes=0)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    checkpoint = newest(tmp_path / "full" / "out.run" / "checkpoints")
    assert checkpoint is not None and checkpoint.step == 5
    assert_same(start(tmp_path / "full", resume=True, checkpoint_minutes=0), expected)


def test_events_stay_whole_on_a_full_disk(tmp_path: Path) -> None:
    with EventLog(tmp_path / "events.jsonl") as log:
        log.append(Kind.LOG, sentence="before")
        with full_disk(200), pytest.raises(DataError, match="cannot be written"):
            log.append(Kind.LOG, sentence="x" * 500)
        log.append(Kind.LOG, sentence="after")
    assert [e.data["sentence"] for e in read(tmp_path / "events.jsonl")] == ["before", "after"]


def test_the_best_and_the_last_are_kept_and_nothing_else(tmp_path: Path) -> None:
    options = {"learning_rate": 2.0, "epochs": 5, "checkpoint_minutes": 0}
    stop(tmp_path, 11, **options)
    work = tmp_path / "out.run" / "checkpoints"
    state = json.loads((work / "checkpoint-11" / "trainer_state.json").read_text())
    scores = {row["step"]: row["eval_score"] for row in state["log_history"]}
    best = work / f"checkpoint-{max(scores, key=scores.__getitem__)}"
    assert sorted(work.iterdir()) == sorted([best, work / "checkpoint-11"])
    assert (best / "model.safetensors").exists() and not (best / "optimizer.pt").exists()
    checkpoint = newest(work)
    assert checkpoint is not None and checkpoint.step == 11


def test_time_counts_over_all_parts(tmp_path: Path) -> None:
    """An hour was allowed; the events say that the first part took longer than that."""
    stop(tmp_path, 6, max_minutes=60)
    path = tmp_path / "out.run" / "events.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    lines[0]["time"] -= 3600
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    fitted = start(tmp_path, resume=True, max_minutes=60).fitted
    assert fitted.steps == 7  # one step, a validation, and the end
    assert [row["step"] for row in fitted.history] == [4, 7]


def test_a_run_is_not_begun_anew_over_its_checkpoints(tmp_path: Path) -> None:
    stop(tmp_path, 6)
    with pytest.raises(ConfigError, match="stopped at step 6") as caught:
        start(tmp_path)
    assert "--resume" in caught.value.hint and "--fresh" in caught.value.hint
    assert newest(tmp_path / "out.run" / "checkpoints").step == 6
    assert start(tmp_path, fresh=True).fitted.steps == 12
    assert start(tmp_path).fitted.steps == 12  # a finished one is in nobody's way


def test_a_second_ctrl_c_while_saving_leaves_the_last_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = start(tmp_path / "whole")
    monkeypatch.setattr("train.stop.ECHO", 0.0)
    save, saved = torch.save, []

    def interrupted(*args: Any, **options: Any) -> None:
        saved.append(args[1])
        if "checkpoint-6" in str(args[1]) and "optimizer" in str(args[1]):
            signal.raise_signal(signal.SIGINT)
        save(*args, **options)

    monkeypatch.setattr(torch, "save", interrupted)
    stop(tmp_path / "parts", 6)
    monkeypatch.undo()
    assert any("checkpoint-6" in str(path) for path in saved)
    checkpoint = newest(tmp_path / "parts" / "out.run" / "checkpoints")
    assert checkpoint is not None and checkpoint.step == 4
    assert_same(start(tmp_path / "parts", resume=True), expected)

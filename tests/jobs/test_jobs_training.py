"""A real training through the queue: stopped, killed at random moments, and gone on with.

The same training in this process, never interrupted, is the truth: all losses and the weights are
equal bit by bit. Kills are real, at moments that a seed chooses, of the training, of its keeper or
of both.
"""

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from core.checkpoints import read_manifest
from train.events import Kind, latest_run, read, without_lost
from train.jobs.files import Asked, Started
from train.jobs.following import followed
from train.jobs.identity import Identity, alive
from train.jobs.queue import Queue
from train.jobs.records import ENDED, Job
from train.kept import newest

STEPS = 14 * 8  # an epoch's, and epochs
OPTIONS: dict[str, Any] = {
    "pooling": "mean",
    "batch_size": 16,
    "epochs": 8,
    "learning_rate": 0.005,
    "patience": 0,
    "checkpoint_minutes": 0,
    "threads": 1,
    "device": "cpu",
}


def until(state: Callable[[], bool], seconds: float = 300.0) -> None:
    end = time.monotonic() + seconds
    while not state():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.005)


def figures(events: Path) -> list[tuple[str, Any, Any]]:
    """Every loss and score of the newest run, steps that were lost and done again but once."""
    told = without_lost(latest_run(read(events)))
    metrics = [event.data for event in told if event.kind is Kind.METRIC]
    return [(data["name"], data["labels"], data["value"]) for data in metrics]


def newest_step(job: Job) -> int:
    """Of a checkpoint that is whole, or being written."""
    folders = (job.folder / "checkpoints").glob("checkpoint-*")
    return max(
        (int(path.name.split("-")[1]) for path in folders if path.name[11:].isdigit()), default=0
    )


def who(job: Job) -> Started:
    asked = Asked.of(job.folder)
    assert asked is not None
    started = Started.of(job.folder, asked.attempt)
    assert started is not None and started.training is not None
    return started


def kill(*processes: Identity | None) -> None:
    for process in processes:
        assert process is not None
        os.kill(process.pid, signal.SIGKILL)
        until(partial(_gone, process))


def _gone(process: Identity) -> bool:
    return not alive(process)


def _came_to(job: Job, step: int) -> bool:
    return newest_step(job) >= step


def tear(queue: Queue, job: Job, rng: random.Random) -> None:
    """Kill the training, or its keeper first and then the training."""
    process = who(job)
    if rng.random() < 0.5:
        kill(process.training)
    else:
        kill(process.keeper)
        assert queue.find(job.id).state == "running"  # it goes on alone
        kill(process.training)
    until(lambda: queue.find(job.id).state == "interrupted")


def torn_apart(queue: Queue, values: dict[str, Any], kills: int, seed: int) -> Job:
    """The training, killed so many times; ended, and stopped once on the way."""
    rng = random.Random(seed)
    steps = sorted(rng.sample(range(3, STEPS - 3), kills + 1))
    stopped = rng.choice(steps)
    job = queue.submit("teacher", values, name=f"seed {seed}")
    for step in steps:
        until(partial(_came_to, job, step))
        time.sleep(rng.uniform(0, 0.05))
        if step == stopped:
            queue.stop(job.id)
            until(lambda: queue.find(job.id).state == "cancelled")
            assert "is kept" in queue.find(job.id).sentence
        else:
            tear(queue, job, rng)
        assert queue.resume(job.id).state == "running"
    until(lambda: queue.find(job.id).state in ENDED)
    return queue.find(job.id)


@pytest.fixture(scope="module")
def whole(world: Any) -> Any:
    """The truth: its values, the losses on its way, and the identity of its weights."""
    values = {**OPTIONS, "model": world.path("encoder"), "data": world.path("emotions.tsv")}
    values["split"] = world.path("split_of_jobs.json")
    run = world.train("teacher", "whole", **values)
    identity = read_manifest(Path(world.path("whole"))).identity
    return values, figures(run.folder / "events.jsonl"), identity


def check(job: Job, kills: int, whole: Any) -> None:
    values, losses, identity = whole
    assert (job.state, job.sentence) == ("finished", "")
    assert figures(job.folder / "events.jsonl") == losses
    assert read_manifest(Path(job.output)).identity == identity
    kinds = [event.kind for event in read(job.folder / "events.jsonl")]
    assert kinds.count(Kind.RESUMED) == kills + 1 and kinds.count(Kind.CANCELLED) == 1
    told = followed(job).look()
    steps = [step for step, _ in told.curves["teacher"]["loss"]]
    assert steps == [labels["step"] for name, labels, _ in losses if name == "loss"]
    assert told.done == STEPS
    assert told.peak is not None and told.peak > 100e6
    left = {path.name for path in job.folder.iterdir()}
    assert {"config.yaml", "command.txt", "job.json", "log.txt", "result"} <= left
    assert "checkpoints" not in left


@pytest.mark.slow
def test_five_kills_at_random_and_a_stop(whole: Any, tmp_path: Path) -> None:
    job = torn_apart(Queue(tmp_path / "runs"), whole[0], 5, seed=7)
    check(job, 5, whole)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 16 MB, really."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(place)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("only root may make a small disk")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.mark.slow
def test_a_full_disk_is_told_and_the_last_checkpoint_is_intact(
    whole: Any, small_disk: Path
) -> None:
    queue = Queue(small_disk / "runs")
    job = queue.submit("teacher", whole[0])
    until(partial(_came_to, job, 30))
    filler = small_disk / "filler"
    with pytest.raises(OSError, match="No space left"), filler.open("wb", buffering=0) as file:
        while file.write(b"x" * 4096) == 4096:
            continue
        file.write(b"x")
    until(lambda: queue.find(job.id).state in ENDED)
    failed = queue.find(job.id)
    assert failed.state == "failed"
    assert failed.code in (1, None)  # where the disk had no room even for the code
    told = ("No space left on device", "disk is full", "the disk did not take all of it")
    assert any(words in failed.sentence for words in told)
    checkpoint = newest(job.folder / "checkpoints")
    assert checkpoint is not None and checkpoint.step >= 29
    filler.unlink()
    queue.resume(job.id)
    until(lambda: queue.find(job.id).state in ENDED)
    assert queue.find(job.id).state == "finished"
    assert figures(job.folder / "events.jsonl") == whole[1]


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(10))
def test_fifty_kills_at_random(seed: int, whole: Any, tmp_path: Path) -> None:
    """Ten trainings, each killed five times and stopped once."""
    check(torn_apart(Queue(tmp_path / "runs"), whole[0], 5, seed), 5, whole)

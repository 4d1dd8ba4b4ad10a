"""A training without torch, for the queue to start: real events, printed lines, real checkpoints.

``python light_training.py RECIPE --config FILE output=FOLDER`` as ``python -m train`` would be
called. A run called "long" goes on until it is stopped, and, resumed, ends after ten steps more;
one called "short" makes thirty steps; one called "broken" fails. Each step's loss is 1 / step.
"""

import json
import sys
import time
from pathlib import Path

from core.errors import DataError
from train import kept
from train.config import SplitConfig
from train.run import Run

PACE = 0.05  # seconds a step


def train(run: Run, steps: int, first: int) -> None:
    """Steps from the one behind ``first`` on; stopped, a checkpoint of the last one is kept."""
    run.stage("training")
    with run.stop.later():
        for step in range(first + 1, steps + 1):
            time.sleep(PACE)
            run.progress(step, steps, loss=1 / step, samples_per_second=20.0)
            run.metric("loss", 1 / step, step=step)
            if step % 10 == 0:
                run.metric("eval_macro_f1", 1 - 1 / step, step=step)
                print(f"step {step} <b>&amp; done", flush=True)
            if run.stop.asked:
                seal(run, step)
                return
    run.figures = {"macro_f1": 1 - 1 / steps, "steps": steps}


def seal(run: Run, step: int) -> None:
    """A whole checkpoint."""
    folder = kept.place(run.checkpoints, step)
    folder.mkdir(parents=True)
    (folder / "weights").write_text("w")
    kept.seal(folder, step, {})


def main(words: list[str]) -> None:
    output = next(word for word in words if word.startswith("output=")).removeprefix("output=")
    deed = json.loads((Path(output).parent / "job.json").read_text())["name"]
    with Run(
        words[0], SplitConfig(output=output, data=__file__), resume="--resume" in words
    ) as run:
        if deed == "broken":
            raise DataError("The file tweets.tsv has no column Emotion.", "Say which with gold=.")
        newest = kept.newest(run.checkpoints)
        first = newest.step if run.resumed and newest is not None else 0
        steps = 30 if deed == "short" else first + 10 if run.resumed else 100_000
        train(run, steps, first)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
    except DataError as problem:
        print(f"error: {problem}", flush=True)
        sys.exit(1)

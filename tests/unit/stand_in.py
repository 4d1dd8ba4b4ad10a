"""A recipe without torch, for keepers to start: it really runs, and does as its run's name says.

``python stand_in.py RECIPE --config FILE output=FOLDER`` as ``python -m train`` would be called; a
real ``train.run.Run`` keeps its events. Every start is a line in the queue's ``ledger``.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from core.errors import ModelError
from train import kept
from train.config import SplitConfig
from train.run import Run

FOREVER = [sys.executable, "-c", "import time; time.sleep(600)"]


def note(run_folder: Path, word: str) -> None:
    """A line in the ledger; one write, so that lines of several processes do not mix."""
    line = f"{run_folder.name} {word} {time.monotonic()} {os.getpid()}\n"
    file = os.open(run_folder.parent / "ledger", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(file, line.encode())
    os.close(file)


def quick(run: Run) -> None:
    time.sleep(0.05)


def fail(run: Run) -> None:
    raise ModelError("The tea is cold.", "Warm it.")


def odd(run: Run) -> None:
    raise ValueError("nobody expected this\nnor this")


def memory(run: Run) -> None:
    raise MemoryError


def wait(run: Run) -> None:
    """Until asked to end; then a checkpoint is kept. Resumed, it ends well."""
    run.stage("waiting")
    if run.resumed:
        return
    with run.stop.later():
        while not run.stop.asked:
            run.progress(1, 2)
            time.sleep(0.02)
        folder = kept.place(run.checkpoints, 7)
        folder.mkdir(parents=True)
        (folder / "weights").write_text("w")
        kept.seal(folder, 7, {})


def deaf(run: Run) -> None:
    """Hears no signal, nor does what it started: one in its session, one in a session of its own,
    one without the run's mark."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    children(run)
    run.stage("waiting")
    while True:
        time.sleep(1)


def leave(run: Run) -> None:
    """Ends well, and leaves processes behind."""
    children(run)


def children(run: Run) -> None:
    unmarked = {"PATH": os.environ["PATH"]}
    pids = [
        subprocess.Popen(FOREVER).pid,
        subprocess.Popen(FOREVER, start_new_session=True).pid,
        subprocess.Popen(FOREVER, env=unmarked).pid,
    ]
    (run.folder / "children").write_text(json.dumps(pids))


DEEDS: dict[str, Callable[[Run], None]] = {
    deed.__name__: deed for deed in (quick, fail, odd, memory, wait, deaf, leave)
}


def main(words: list[str]) -> None:
    output = next(word for word in words if word.startswith("output=")).removeprefix("output=")
    folder = Path(output).parent
    deed = json.loads((folder / "job.json").read_text())["name"]
    note(folder, "starts")
    if deed == "broken":
        import nonsense  # type: ignore[import-not-found]  # noqa: F401
    if deed == "silent":
        os._exit(3)
    config = SplitConfig(output=output, data=__file__)
    with Run(words[0], config, resume="--resume" in words) as run:
        DEEDS[deed](run)
    note(folder, "ends")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)

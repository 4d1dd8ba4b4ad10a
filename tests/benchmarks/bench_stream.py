"""Whether predicting a file takes memory by its length; figures, nothing asserted about them.

Run by ``make bench``. The texts of ``TANDEM_BENCH_TEXTS`` (a TSV with Texts; the example tweets
where it is not set) are repeated with a number behind each, up to ``TANDEM_BENCH_ROWS`` rows, and
predicted by the embedded student (or ``TANDEM_BENCH_MODELS``'s) in processes of their own.
"""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.data import read_texts
from dashboard.services import examples

ROOT = Path(__file__).parents[2]
SHORT, LONG = 2_000, int(os.environ.get("TANDEM_BENCH_ROWS", "10000"))


@dataclass(frozen=True)
class Cost:
    """Of one process."""

    rows: int
    peak: float  # megabytes of resident memory
    clock: float  # seconds, start and imports included
    processor: float  # seconds, in all threads

    def __str__(self) -> str:
        speed = f"{self.processor:.0f} s of the processor, {self.clock:.0f} s on the clock"
        return f"{self.rows:>7,} rows: {self.peak:6.0f} MB, {speed}"


def write(path: Path, rows: int) -> None:
    """A TSV of so many different tweets."""
    given = os.environ.get("TANDEM_BENCH_TEXTS")
    known = read_texts(given) if given else [text for some in examples().values() for text in some]
    with path.open("w", encoding="utf-8") as file:
        file.write("ID\tTexts\n")
        for row in range(rows):
            text = known[row % len(known)].replace('"', "'").replace("\n", " ")
            file.write(f"{row}\t{text} {row // len(known)}\n")


def predict(model: Path, source: Path, target: Path, rows: int) -> Cost:
    """The command in a process of its own."""
    words = ["--model", str(model), "--input", str(source), "--output", str(target)]
    started = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", "train", "predict", "--threads=1", "--device=cpu", *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0
    clock = time.perf_counter() - started
    return Cost(rows, used.ru_maxrss / 1e3, clock, used.ru_utime + used.ru_stime)


def test_memory_by_rows(tmp_path: Path) -> None:
    models = Path(os.environ.get("TANDEM_BENCH_MODELS", ROOT / "assets" / "models" / "demo"))
    if not (models / "student").is_dir():
        pytest.skip(f"{models} has no student; set TANDEM_BENCH_MODELS")
    costs = []
    for rows in (SHORT, LONG):
        source, target = tmp_path / f"{rows}.tsv", tmp_path / f"{rows}.jsonl"
        write(source, rows)
        costs.append(predict(models / "student", source, target, rows))
        assert len(target.read_bytes().splitlines()) == rows
    short, long = costs
    per_row = (long.processor - short.processor) / (LONG - SHORT)
    print(f"\n\npredict, one thread:\n  {short}\n  {long}")
    print(
        f"  memory {long.peak / short.peak:.2f} times as much for {LONG / SHORT:.0f} times the rows"
    )
    print(f"  {1 / per_row:.0f} rows a second of one core, start-up aside")

"""What the figures of a long file cost, from its predictions on; nothing asserted about them.

Run by ``make bench``. A synthetic predictions.parquet of ``TANDEM_BENCH_ROWS`` rows (a million
where that is not set), six systems, is measured in a process of its own.
"""

import os
import subprocess
import sys
from pathlib import Path

from measure import LINES

ROOT = Path(__file__).parents[2]
ROWS = int(os.environ.get("TANDEM_BENCH_ROWS", "1000000"))

WRITE = "predictions.write(folder, predictions.table(rows))"
MEASURE = """
import resource, time
started = time.perf_counter()
infos, seen = predictions.infos(), {name: ({"a"}, {"b"}) for name in predictions.STUDENTS}
measure(folder, predictions.plan(1000), infos, seen, predictions.RUN, 0, "")
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(f"{time.perf_counter() - started:.1f} s, {peak:.0f} MB at most")
"""


def child(code: str, folder: Path) -> str:
    """A process of its own, so that memory is that of the figures alone."""
    head = (
        "import sys; from pathlib import Path; import predictions\n"
        "from core.evaluation.figures import measure\n"
        f"folder, rows = Path({str(folder)!r}), {ROWS}\n"
    )
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tests" / "unit")])
    done = subprocess.run(
        [sys.executable, "-P", "-c", head + code],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_the_figures_of_a_million_rows(tmp_path: Path) -> None:
    child(WRITE, tmp_path)
    LINES.append(f"figures of {ROWS:>9,} rows, six systems: {child(MEASURE, tmp_path)}")

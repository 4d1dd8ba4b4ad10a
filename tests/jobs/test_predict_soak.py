"""A hundred thousand rows by the embedded student, killed again and again: the same bytes, memory
flat. ``make soak``.
"""

import itertools
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STUDENT = ROOT / "assets" / "models" / "demo" / "student"
EXAMPLES = ROOT / "assets" / "examples" / "batch_emotions.tsv"
ROWS = 100_000
KILLS = 4
MOST = 1500.0  # megabytes


@dataclass(frozen=True)
class Ended:
    """One process."""

    code: int  # below 0: a signal
    peak: float  # megabytes of resident memory


def write(path: Path, rows: int) -> Path:
    """Tweets and words of other tweets, all different, of very different length."""
    lines = EXAMPLES.read_text(encoding="utf-8").splitlines()[1:]
    tweets = [line.split("\t")[1] for line in lines]
    words = [word for tweet in tweets for word in tweet.split(" ")]
    rng = random.Random(3)
    with path.open("w", encoding="utf-8") as file:
        file.write("ID\tTexts\n")
        for row in range(rows):
            more = " ".join(rng.choices(words, k=rng.choice((0, 1, 5, 20))))
            file.write(f"{row}\t{tweets[row % len(tweets)]} {more} {row}\n")
    return path


def predict(
    source: Path, target: Path, *words: str, watch: Callable[[], bool] = lambda: False
) -> Ended:
    """The command in a process of its own, killed once ``watch`` says so."""
    given = ["predict", f"model={STUDENT}", f"input={source}", f"output={target}"]
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", "train", *given, "threads=1", "device=cpu", *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.DEVNULL,
    )
    while True:
        ended, status, used = os.wait4(child.pid, os.WNOHANG)
        if ended:
            child.returncode = os.waitstatus_to_exitcode(status)
            return Ended(child.returncode, used.ru_maxrss / 1e3)
        if watch():
            child.send_signal(signal.SIGKILL)
        time.sleep(0.02)


@pytest.mark.soak
def test_killed_and_gone_on_with_at_a_tenth_of_a_million_rows(tmp_path: Path) -> None:
    source = write(tmp_path / "in.tsv", ROWS)
    whole, killed = tmp_path / "whole.jsonl", tmp_path / "killed.jsonl"
    few = predict(write(tmp_path / "few.tsv", ROWS // 20), tmp_path / "few.jsonl")
    all_of_it = predict(source, whole)
    assert few.code == all_of_it.code == 0
    assert max(few.peak, all_of_it.peak) < MOST
    assert all_of_it.peak < 1.25 * few.peak  # twenty times the rows
    expected = whole.read_bytes()
    assert expected.count(b"\n") == ROWS

    part, rng = tmp_path / ".killed.jsonl.part", random.Random(17)
    places = sorted(rng.randrange(1, len(expected)) for _ in range(KILLS))
    for number, place in enumerate(places):

        def there(place: int = place) -> bool:
            return part.is_file() and part.stat().st_size >= place

        ended = predict(source, killed, *["--resume"][:number], watch=there)
        assert ended.code == -signal.SIGKILL
        assert not killed.exists() and expected.startswith(part.read_bytes())
        with part.open("ab") as file:  # torn in the middle of a record
            file.write(expected[part.stat().st_size :][: rng.randrange(1, 200)])
    done = predict(source, killed, "--resume")
    assert (done.code, done.peak < MOST) == (0, True)
    assert all(a == b for a, b in itertools.zip_longest(whole.open("rb"), killed.open("rb")))
    assert not part.exists()

"""Following a run: against the whole file read at once, and against the bytes that the system
counts."""

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from train.events import EventLog, Kind, latest_run, read, without_lost
from train.jobs import files
from train.jobs.curves import MOST, Point, thinned
from train.jobs.following import Follower, followed, log_tail
from train.jobs.records import Job, Told

NAME = "events.jsonl"


def line(kind: str, when: float = 0.0, **data: Any) -> bytes:
    return json.dumps({"time": when, "kind": kind, "data": data}).encode() + b"\n"


def metric(step: int, value: Any, name: str = "loss", when: float = 0.0) -> bytes:
    labels = {"step": step}
    return line("metric", when, stage="training", name=name, value=value, labels=labels)


def progress(when: float, done: int, total: int | None = 100, **figures: Any) -> bytes:
    return line("progress", when, stage="s", done=done, total=total, figures=figures)


STARTED = line(
    "started", 10.0, recipe="teacher", command="c", pid=1, python="3", start="b:1", cwd="/"
)


def write(folder: Path, *lines: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / NAME).write_bytes(b"".join(lines))
    return folder / NAME


def append(path: Path, *lines: bytes) -> None:
    with path.open("ab") as file:
        file.write(b"".join(lines))


def curve(told: Told, name: str = "loss", stage: str = "teacher") -> list[Point]:
    return list(told.curves.get(stage, {}).get(name, ()))


def bytes_read() -> int:
    """What this process has read of files so far, by the system's count."""
    return int(Path("/proc/self/io").read_text().split()[1])


needs_proc = pytest.mark.skipif(not Path("/proc/self/io").exists(), reason="no count of bytes")


# --- what a look costs ---


@needs_proc
def test_ten_thousand_events_are_read_once(tmp_path: Path) -> None:
    lines = [metric(step, 1 / (step + 1)) for step in range(10_000)]
    path = write(tmp_path, STARTED, *lines)
    own = bytes_read()
    own = bytes_read() - own  # what counting costs
    follower = Follower(tmp_path)
    before = bytes_read()
    assert curve(follower.look())[-1] == (9_999, pytest.approx(1e-4))
    first = bytes_read() - before - own
    assert path.stat().st_size <= first < path.stat().st_size + 5_000
    new = metric(10_000, 0.5)
    for more in (b"", new):
        append(path, more)
        before = bytes_read()
        told = follower.look()
        assert bytes_read() - before - own <= len(more) + 200  # and what stood just before
    assert curve(told)[-1] == (10_000, 0.5)


@needs_proc
def test_of_a_log_only_the_end_is_read(tmp_path: Path) -> None:
    rows = "".join(f"row {n}\n" for n in range(300_000))
    (tmp_path / "log.txt").write_text(rows)
    before = bytes_read()
    tail = log_tail(tmp_path, 50)
    assert bytes_read() - before < 100_000 < len(rows)
    assert tail.splitlines() == [f"row {n}" for n in range(299_950, 300_000)]


# --- what it finds ---

STEPS = st.integers(0, 12)
PART = st.lists(st.tuples(STEPS, st.floats(0, 1) | st.just("nan")), max_size=6)
BEGINNINGS = st.none() | STEPS  # a run of its own, or a later part from that step on


@given(
    parts=st.lists(st.tuples(BEGINNINGS, PART), min_size=1, max_size=5),
    cuts=st.lists(st.integers(0, 4_000), max_size=6),
)
def test_piece_by_piece_it_is_what_the_whole_file_says(
    parts: list[tuple[int | None, list[tuple[int, Any]]]], cuts: list[int], tmp_path_factory: Any
) -> None:
    """The truth is ``train.events``: the latest run, without the steps that were lost."""
    folder = tmp_path_factory.mktemp("run")
    content = b""
    for step, points in parts:
        again = b"" if step is None else line("resumed", step=step, seconds=1.0)
        content += STARTED + again + b"".join(metric(*point) for point in points)
    follower = Follower(folder)
    for cut in [*sorted(cuts), len(content)]:
        (folder / NAME).write_bytes(content[:cut])
        told = follower.look()
    events = without_lost(latest_run(read(folder / NAME)))
    expected = [
        (e.data["labels"]["step"], None if e.data["value"] == "nan" else e.data["value"])
        for e in events
        if e.kind is Kind.METRIC
    ]
    assert curve(told) == expected


def test_a_torn_last_line_waits(tmp_path: Path) -> None:
    half = metric(2, 0.2)
    path = write(tmp_path, STARTED, metric(1, 0.1), half[:30])
    follower = Follower(tmp_path)
    assert curve(follower.look()) == [(1, 0.1)]
    append(path, half[30:])
    assert curve(follower.look()) == [(1, 0.1), (2, 0.2)]
    append(path, b'{"time": 1, "ki')
    EventLog(path).close()  # the next start mends the file
    append(path, STARTED, line("resumed", step=1, seconds=2.0), metric(2, 0.25))
    assert curve(follower.look()) == [(1, 0.1), (2, 0.25)]


def test_another_file_in_its_place_counts_from_its_beginning(tmp_path: Path) -> None:
    lines = [STARTED, metric(1, 0.1), metric(2, 0.2)]
    path = write(tmp_path, *lines)
    follower = Follower(tmp_path)
    follower.look()
    path.write_bytes(STARTED + metric(5, 0.5))  # shorter
    assert curve(follower.look()) == [(5, 0.5)]
    path.write_bytes(STARTED + b"".join(metric(n, 0.7) for n in range(9)))  # longer
    assert len(curve(follower.look())) == 9
    (tmp_path / "new").write_bytes(path.read_bytes().replace(b"0.7", b"0.8"))  # as long
    (tmp_path / "new").replace(path)
    assert curve(follower.look())[0] == (0, 0.8)
    path.unlink()
    assert follower.look() == Told()
    write(tmp_path, *lines)
    assert curve(follower.look()) == [(1, 0.1), (2, 0.2)]


def test_what_is_no_event_is_passed_over(tmp_path: Path) -> None:
    write(tmp_path, STARTED, b"nonsense\n", b"\xff\xfe\n", b"[]\n", metric(1, 0.1))
    assert curve(Follower(tmp_path).look()) == [(1, 0.1)]


def test_nothing_yet(tmp_path: Path) -> None:
    assert followed(Job("1", tmp_path / "no", "teacher", "queued")).look() == Told()
    assert log_tail(tmp_path) == ""


# --- figures ---


def test_rate_and_time_left_are_of_the_last_minute(tmp_path: Path) -> None:
    stage = line("stage", 10.0, name="training")
    slow = [progress(10.0 + 10 * n, n, loss=0.5) for n in range(20)]  # to 200.0
    path = write(tmp_path, STARTED, stage, *slow)
    follower = Follower(tmp_path)
    told = follower.look()
    assert (told.done, told.total, told.unit, told.figures) == (19, 100, "steps", {"loss": 0.5})
    assert told.rate == pytest.approx(0.1) and told.left == pytest.approx(810)
    append(path, *(progress(200.0 + n, 19 + n, samples_per_second=32.0) for n in range(1, 62)))
    told = follower.look()
    assert told.rate == pytest.approx(1.0) and told.left == pytest.approx(20)
    assert (told.samples, told.figures) == (32.0, {})
    append(path, line("stage", 262.0, name="writing"))
    told = follower.look()
    assert (told.stage, told.done, told.rate, told.left, told.samples) == ("writing", *[None] * 4)


def test_parts_time_and_end_of_a_training(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        STARTED,
        line("device", 10.5, device="cpu"),
        line("stage", 11.0, name="data"),
        line("stage", 14.0, name="training"),
        line("interrupted", 20.0, seconds=10.0, step=7, sentence="s", hint="h"),
    )
    follower = Follower(tmp_path)
    told = follower.look()
    assert [(p.name, p.state, p.seconds) for p in told.parts] == [
        ("data", "ran", 3.0),
        ("training", "interrupted", 6.0),
    ]
    assert (told.step, told.started, told.ended, told.seconds) == (7, 10.0, 20.0, 10.0)
    append(
        path,
        line("started", 100.0, recipe="teacher"),
        line("resumed", 100.0, step=7, seconds=10.0),
        line("stage", 101.0, name="data"),
        line("stage", 102.0, name="training"),
        line("saved", 105.0, stage="training", path="/out"),
    )
    told = follower.look()
    assert [(p.name, p.state, p.seconds) for p in told.parts] == [
        ("data", "ran", 4.0),
        ("training", "running", 9.0),
    ]
    assert (told.step, told.started, told.ended, told.seconds) == (None, 10.0, None, 15.0)
    append(path, line("finished", 106.0, seconds=16.0, figures={"macro_f1": 0.5}))
    told = follower.look()
    assert (told.outcome, told.saved, told.ended) == ({"macro_f1": 0.5}, ("/out",), 106.0)
    assert (told.device, told.parts[1].state) == ("cpu", "ran")
    assert (told.recipe, told.seconds) == ("teacher", 16.0)


WEIGHTS = {"edges": [0, 0.5, 1], "counts": [3, 7], "tweets": 10, "counting": 0.9, "mean": 0.6}


def test_weights_and_memory(tmp_path: Path) -> None:
    write(tmp_path, STARTED, line("weights", 11.0, stage="weighing", **WEIGHTS))
    files.write(tmp_path / files.USAGE, {"memory": 5, "peak": 9, "time": time.time()})
    told = Follower(tmp_path).look()
    weights = told.weights["teacher"]
    assert (weights.edges, weights.counts) == ((0.0, 0.5, 1.0), (3, 7))
    assert (weights.tweets, weights.counting, weights.mean) == (10, 0.9, 0.6)
    assert (told.memory, told.peak) == (5, 9)
    files.write(tmp_path / files.USAGE, {"memory": 5, "peak": 9, "time": time.time() - 60})
    told = Follower(tmp_path).look()
    assert (told.memory, told.peak) == (None, 9)  # its keeper is gone


def test_metrics_of_several_sorts_are_curves_of_their_own(tmp_path: Path) -> None:
    kl = [line("metric", stage="s", name="kl", value=0.1, labels={"step": 1, "language": "fr"})]
    single = line("metric", stage="s", name="share", value=0.1, labels={})
    write(tmp_path, STARTED, *kl, metric(1, 0.1), single)
    assert set(Follower(tmp_path).look().curves["teacher"]) == {"kl (fr)", "loss"}


# --- pipelines ---


def pipeline_lines(place: str) -> list[bytes]:
    stages = [
        {"name": "teacher", "recipe": "teacher", "needs": [], "output": f"{place}/teacher"},
        {
            "name": "student",
            "recipe": "student",
            "needs": ["teacher"],
            "output": f"{place}/student",
        },
    ]
    return [
        line("started", 50.0, recipe="full", cwd=os.getcwd()),
        line("planned", 50.0, stages=stages),
        line("stage", 51.0, name="teacher"),
        line("stage", 52.0, name="teacher", part="training"),
        progress(53.0, 1),
    ]


@pytest.mark.parametrize("queued", [True, False])
def test_a_pipeline_is_followed_into_its_stages(queued: bool, tmp_path: Path) -> None:
    folder = tmp_path / ("0001-full" if queued else "out.run")
    place = folder / "result" if queued else tmp_path / "out"
    path = write(folder, *pipeline_lines(str(place)))
    (folder / files.JOB).touch()
    own = write(place / "teacher.run", line("started", 9.0, recipe="teacher"), metric(1, 0.9))
    follower = Follower(folder)
    assert follower.look().curves == {}  # what lies there is of an earlier day
    own.write_bytes(
        line("started", 51.5, recipe="teacher")
        + line("device", 51.6, device="cuda (X)")
        + line("stage", 52.0, name="training")
        + metric(1, 0.4, when=53.0)
    )
    told = follower.look()
    assert curve(told) == [(1, 0.4)]
    assert (told.stage, told.part, told.device, told.done) == ("teacher", "training", "cuda (X)", 1)
    teacher, student = told.parts
    assert (teacher.state, teacher.seconds, teacher.parts[0].name) == ("running", 2.0, "training")
    assert (student.state, student.seconds, student.needs) == ("waiting", None, ("teacher",))
    append(own, metric(2, 0.3), line("weights", 53.0, stage="s", **WEIGHTS))
    append(
        path,
        line(
            "ended", 60.0, stage="teacher", state="ran", seconds=9.5, figures={"f": 1}, sentence=""
        ),
        line("stage", 60.0, name="student"),
        line(
            "ended", 61.0, stage="student", state="failed", seconds=None, figures={}, sentence="No."
        ),
    )
    told = follower.look()
    teacher, student = told.parts
    assert curve(told) == [(1, 0.4), (2, 0.3)] and set(told.weights) == {"teacher"}
    assert (teacher.state, teacher.seconds, teacher.figures) == ("ran", 9.5, {"f": 1})
    assert (student.state, student.sentence, student.recipe) == ("failed", "No.", "student")


def test_a_pipeline_that_was_moved_is_still_followed(tmp_path: Path) -> None:
    write(tmp_path / "out.run", *pipeline_lines("/gone/out"))
    write(tmp_path / "out" / "teacher.run", line("started", 51.5, recipe="teacher"), metric(1, 0.4))
    assert curve(Follower(tmp_path / "out.run").look()) == [(1, 0.4)]


# --- curves and logs ---

VALUES = st.lists(st.none() | st.floats(-1e6, 1e6), min_size=1, max_size=300)


@given(values=VALUES, most=st.integers(4, 60))
def test_thinned_curves_keep_what_counts(values: list[float | None], most: int) -> None:
    points = [(float(step), value) for step, value in enumerate(values)]
    found = thinned(points, most)
    assert len(found) <= max(most, 2) or len(points) <= most
    assert list(found) == sorted(set(found) & set(points), key=lambda point: point[0])
    assert found[0] == points[0] and found[-1] == points[-1]
    known = [value for value in values if value is not None]
    left = [value for _, value in found if value is not None]
    if known:
        assert (min(left), max(left)) == (min(known), max(known))
    if len(points) <= most:
        assert list(found) == points


def test_a_long_curve_is_handed_out_thin(tmp_path: Path) -> None:
    spike = [metric(step, 9.0 if step == 777 else 0.1) for step in range(3_000)]
    write(tmp_path, STARTED, *spike)
    found = curve(Follower(tmp_path).look())
    assert len(found) <= MOST and (777, 9.0) in found


def test_a_log_looks_as_on_a_terminal(tmp_path: Path) -> None:
    raw = b"one\r\n10%\r20%\r100%\ntwo \x1b[31mred\x1b[0m\x07\x00 \xff\tend\n\nthree"
    (tmp_path / "log.txt").write_bytes(raw)
    assert log_tail(tmp_path) == "one\n100%\ntwo red \ufffd\tend\n\nthree"
    assert log_tail(tmp_path, 1) == "three"

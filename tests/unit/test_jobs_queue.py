"""The queue with real processes: turns, ends, and every way to be torn away in between.

What keepers start here is ``stand_in.py``: a real run without torch. Everybody's truth is the
ledger that each start writes a line into, and the system's own table of processes.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from core.errors import ConfigError, InputError, TandemError
from train.events import Kind, read
from train.jobs import keeper, processes, schedule
from train.jobs.files import Asked, Ended, Started
from train.jobs.following import followed
from train.jobs.identity import Identity, alive
from train.jobs.queue import Queue
from train.jobs.records import ENDED, Job, State

STAND_IN = Path(__file__).with_name("stand_in.py")
ROOT = Path(__file__).parents[2]
VALUES = {"data": str(STAND_IN)}


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[Queue]:
    """A queue of stand-ins; whatever still runs at the end is killed."""
    made = Queue(tmp_path / "runs", grace=1.0, program=(sys.executable, str(STAND_IN)))
    yield made
    for folder, asked in schedule.runs(made.root):
        started = Started.of(folder, asked.attempt)
        if started is not None and started.keeper is not None:
            processes.end(processes.of_pid(started.keeper), signal.SIGKILL)
        processes.kill_job(folder, started.training if started is not None else None)


def until(state: Callable[[], bool], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not state():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)


def wait_for(queue: Queue, id: str, *states: State) -> Job:
    until(lambda: queue.find(id).state in (states or ENDED))
    return queue.find(id)


def submit(queue: Queue, deed: str) -> Job:
    return queue.submit("split", VALUES, name=deed)


def started(job: Job) -> Started:
    """Who is at work, once both are known and the run has told something."""
    asked = Asked.of(job.folder)
    assert asked is not None

    def known() -> bool:
        found = Started.of(job.folder, asked.attempt)
        kinds = (
            [e.kind for e in read(events)[-1:]]
            if (events := job.folder / "events.jsonl").exists()
            else []
        )
        return (
            found is not None and found.training is not None and kinds not in ([], [Kind.STARTED])
        )

    until(known)
    found = Started.of(job.folder, asked.attempt)
    assert found is not None
    return found


def kill(process: Identity | None) -> None:
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    until(lambda: not alive(process))


def ledger(queue: Queue, word: str = "starts") -> list[str]:
    """Ids of the runs that started (or ended), in order."""
    lines = (queue.root / "ledger").read_text().splitlines()
    return [line.split()[0] for line in lines if line.split()[1] == word]


def works(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


# --- turns ---


def test_first_in_first_out_and_without_any_server(queue: Queue) -> None:
    """Nobody calls advance but the submissions and the keepers themselves."""
    ids = [submit(queue, "quick").id for _ in range(3)]
    places = {job.id: job.place for job in queue.jobs() if job.state == "queued"}
    assert places in ({ids[1]: 1, ids[2]: 2}, {ids[2]: 1}, {})
    until(lambda: all(job.state == "finished" for job in queue.jobs()))
    assert ledger(queue) == ledger(queue, "ends") == ids
    assert [job.id for job in queue.jobs()] == ids[::-1]
    assert all(job.code == 0 and job.sentence == "" for job in queue.jobs())


def test_slots_are_kept_on_the_disk_and_more_of_them_start_more(queue: Queue) -> None:
    first, second = submit(queue, "wait"), submit(queue, "wait")
    assert (first.state, second.state, second.place) == ("running", "queued", 1)
    with pytest.raises(InputError, match="one slot at least"):
        queue.slots = 0
    assert Queue(queue.runs).slots == 1
    Queue(queue.runs).slots = 2
    assert queue.slots == 2 and queue.find(second.id).state == "running"
    for job in (first, second):
        started(job)
        queue.stop(job.id)
        assert wait_for(queue, job.id).state == "cancelled"


def test_two_servers_at_once_start_every_run_once(queue: Queue) -> None:
    """Two real processes submit ten runs each and advance as fast as they can, on two slots."""
    queue.slots = 2
    code = (
        "import sys, time; from pathlib import Path; from train.jobs.queue import Queue\n"
        f"q = Queue(Path({str(queue.runs)!r}), program=(sys.executable, {str(STAND_IN)!r}))\n"
        f"for _ in range(10): q.submit('split', {VALUES!r}, name='quick')\n"
        "while any(j.state in ('queued', 'running') for j in q.jobs()):\n"
        "    q.advance(); time.sleep(0.02)\n"
    )
    servers = [subprocess.Popen([sys.executable, "-c", code], cwd=ROOT) for _ in range(2)]
    assert [server.wait(120) for server in servers] == [0, 0]
    jobs = queue.jobs()
    assert len(jobs) == 20 and {job.state for job in jobs} == {"finished"}
    assert sorted(ledger(queue)) == sorted(job.id for job in jobs)
    assert most_at_once(queue) <= 2


def test_a_killed_server_takes_nothing_with_it(queue: Queue) -> None:
    """It and its whole process group are killed; its run goes on, and the next one has its turn."""
    code = (
        "import sys, time; from pathlib import Path; from train.jobs.queue import Queue\n"
        f"q = Queue(Path({str(queue.runs)!r}), program=(sys.executable, {str(STAND_IN)!r}))\n"
        f"for deed in ('wait', 'quick'): q.submit('split', {VALUES!r}, name=deed)\n"
        "print('submitted', flush=True); time.sleep(60)"
    )
    words = [sys.executable, "-c", code]
    server = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, start_new_session=True)
    assert server.stdout is not None and server.stdout.readline() == b"submitted\n"
    os.killpg(server.pid, signal.SIGKILL)
    server.wait()
    server.stdout.close()
    after, job = queue.jobs()
    who = started(job)
    assert alive(who.keeper) and alive(who.training)
    assert (job.state, after.state) == ("running", "queued")
    queue.stop(job.id)
    assert wait_for(queue, after.id).state == "finished"


def test_threads_of_one_server_are_as_good_as_servers(queue: Queue) -> None:
    """Runs that end at once, without a word: what counts are turns and names."""
    queue.slots = 3
    short = Queue(queue.runs, program=("/bin/true",))

    def several(_: int) -> list[str]:
        return [short.submit("split", VALUES).id for _ in range(3)]

    with ThreadPoolExecutor(6) as pool:
        ids = [id for made in pool.map(several, range(6)) for id in made]
    assert len(set(ids)) == 18 == len(short.jobs())
    until(lambda: all(job.state in ENDED for job in short.jobs()))
    assert {(job.state, job.code) for job in queue.jobs()} == {("failed", 0)}


def most_at_once(queue: Queue) -> int:
    rows = [line.split() for line in (queue.root / "ledger").read_text().splitlines()]
    steps = sorted((float(time), 1 if word == "starts" else -1) for _, word, time, _ in rows)
    at_work, most = 0, 0
    for _, step in steps:
        at_work += step
        most = max(most, at_work)
    return most


def test_a_keeper_that_nobody_wrote_down_starts_nothing(queue: Queue, tmp_path: Path) -> None:
    """As where a server dies between starting it and saying so: another one is started then."""
    first, second = submit(queue, "wait"), submit(queue, "quick")
    words = [sys.executable, "-P", "-m", "train.jobs.keeper", str(second.folder), "1"]
    stray = subprocess.Popen(words, env=schedule.environment(), cwd=ROOT)
    started(first)
    queue.stop(first.id)
    assert wait_for(queue, second.id).state == "finished"
    assert stray.wait(10) == 1
    assert ledger(queue) == [first.id, second.id]


# --- ends ---


def test_a_stop_is_heard_and_resume_goes_on(queue: Queue) -> None:
    job = submit(queue, "wait")
    training = started(job).training
    queue.stop(job.id)
    assert queue.find(job.id).stopping or queue.find(job.id).state == "cancelled"
    ended = wait_for(queue, job.id)
    assert (ended.state, ended.code) == ("cancelled", 130)
    assert ended.sentence == "Cancelled; the checkpoint of step 7 is kept."
    assert not alive(training)
    assert read(job.folder / "events.jsonl")[-1].kind is Kind.CANCELLED
    assert queue.resume(job.id).state == "running"
    assert wait_for(queue, job.id).state == "finished"
    kinds = [e.kind for e in read(job.folder / "events.jsonl")]
    assert kinds[-4:-2] == [Kind.STARTED, Kind.RESUMED] and kinds[-1] is Kind.FINISHED
    assert (job.folder / "command.txt").is_file() and Asked.of(job.folder) is not None
    with pytest.raises(InputError, match="The run is finished"):
        queue.resume(job.id)


def test_one_that_waits_is_cancelled_at_once_and_can_be_resumed(queue: Queue) -> None:
    first, second = submit(queue, "wait"), submit(queue, "quick")
    queue.stop(second.id)
    assert queue.find(second.id).state == "cancelled"
    assert queue.find(second.id).sentence == "Cancelled before it began."
    third = submit(queue, "quick")
    again = queue.resume(second.id)
    assert (again.state, again.place, queue.find(third.id).place) == ("queued", 2, 1)
    started(first)
    queue.stop(first.id)
    assert wait_for(queue, second.id).state == "finished"
    assert ledger(queue) == [first.id, third.id, second.id]


def test_a_deaf_run_is_killed_with_all_that_it_started(queue: Queue) -> None:
    job = submit(queue, "deaf")
    started(job)
    pids = json.loads((job.folder / "children").read_text())
    assert len(pids) == 3 and all(map(works, pids))
    before = time.monotonic()
    queue.stop(job.id)
    ended = wait_for(queue, job.id)
    assert time.monotonic() - before >= 1.0  # the grace time
    assert (ended.state, ended.code) == ("cancelled", -9)
    assert ended.sentence == "It was ended by force after 1 seconds."
    assert not any(map(works, pids))


def test_nothing_is_left_behind_by_a_run_that_ends_well(queue: Queue) -> None:
    job = submit(queue, "leave")
    assert wait_for(queue, job.id).state == "finished"
    assert not any(map(works, json.loads((job.folder / "children").read_text())))


@pytest.mark.parametrize(
    ("deed", "sentence", "hint"),
    [
        ("fail", "The tea is cold.", "Warm it."),
        ("odd", "The split recipe failed: ValueError: nobody expected this", ""),
        ("memory", "There was not enough memory.", "Choose a smaller batch_size or max_length."),
        ("broken", "It could not start: ModuleNotFoundError: No module named 'nonsense'", ""),
        ("silent", "It ended with exit code 3.", ""),
    ],
)
def test_a_failed_run_says_why(queue: Queue, deed: str, sentence: str, hint: str) -> None:
    job = wait_for(queue, submit(queue, deed).id)
    assert (job.state, job.sentence, job.hint) == ("failed", sentence, hint)
    assert job.code not in (0, None)
    assert (job.folder / "log.txt").is_file()
    # Another attempt that ends just so is told by its own words, not by those of the first.
    (job.folder / "log.txt").open("a").write("what an earlier one said\n")
    queue.resume(job.id)
    again = wait_for(queue, job.id)
    assert (again.state, again.sentence) == ("failed", sentence)
    assert ledger(queue) == [job.id, job.id]


def test_stopped_before_it_could_say_a_word(queue: Queue) -> None:
    job = submit(queue, "wait")
    queue.stop(job.id)
    ended = wait_for(queue, job.id)
    assert ended.state == "cancelled" and not queue.find(job.id).stopping
    queue.resume(job.id)
    started(job)
    queue.stop(job.id)
    assert wait_for(queue, job.id).sentence == "Cancelled; the checkpoint of step 7 is kept."


def test_what_cannot_be_started_says_so_and_the_next_has_its_turn(queue: Queue) -> None:
    broken = Queue(queue.runs, program=("/no/such/python",))
    job = broken.submit("split", VALUES)
    after = submit(queue, "quick")
    ended = wait_for(queue, job.id)
    assert ended.sentence == "It could not be started: /no/such/python: No such file or directory."
    assert (ended.state, ended.code) == ("failed", None)
    assert wait_for(queue, after.id).state == "finished"


# --- torn away ---


def test_a_killed_run_is_interrupted_and_resumable(queue: Queue) -> None:
    job = submit(queue, "wait")
    kill(started(job).training)
    ended = wait_for(queue, job.id)
    assert (ended.state, ended.code) == ("interrupted", -9)
    assert "killed" in ended.sentence and "memory" in ended.sentence
    queue.resume(job.id)
    assert wait_for(queue, job.id).state == "finished"


def test_without_its_keeper_a_run_goes_on_and_hears_a_stop(queue: Queue) -> None:
    job, after = submit(queue, "wait"), submit(queue, "quick")
    who = started(job)
    kill(who.keeper)
    assert alive(who.training) and queue.find(job.id).state == "running"
    queue.advance()
    assert queue.find(after.id).state == "queued"  # it still has its slot
    queue.stop(job.id)
    queue.advance()
    ended = wait_for(queue, job.id)
    assert (ended.state, ended.code) == ("cancelled", None)
    assert ended.sentence == "Cancelled; the checkpoint of step 7 is kept."
    queue.advance()
    assert wait_for(queue, after.id).state == "finished"


def test_without_its_keeper_a_deaf_run_is_killed_by_any_server(queue: Queue) -> None:
    job = submit(queue, "deaf")
    who = started(job)
    pids = json.loads((job.folder / "children").read_text())
    kill(who.keeper)
    queue.stop(job.id)
    until(lambda: (queue.advance(), not alive(who.training))[1])
    until(lambda: not any(map(works, pids)))
    job = queue.find(job.id)
    assert (job.state, job.sentence) == ("cancelled", "It was ended by force after 1 seconds.")


def test_a_keeper_that_hangs_is_no_hindrance(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "SPARE", 0.5)
    job = submit(queue, "deaf")
    who = started(job)
    assert who.keeper is not None
    os.kill(who.keeper.pid, signal.SIGSTOP)
    queue.stop(job.id)
    until(lambda: (queue.advance(), not alive(who.training))[1])
    assert not alive(who.keeper) and queue.find(job.id).state == "cancelled"


def test_both_killed_and_what_they_left_is_cleared_up(queue: Queue) -> None:
    """The child without the run's mark is out of reach once its session's leader is gone."""
    job = submit(queue, "deaf")
    who = started(job)
    pids = json.loads((job.folder / "children").read_text())
    kill(who.keeper)
    kill(who.training)
    found = queue.find(job.id)
    assert (found.state, found.code) == ("interrupted", None)
    assert found.sentence == "The machine or the process ended before the run did."
    queue.advance()
    assert not any(map(works, pids[:2]))
    os.kill(pids[2], signal.SIGKILL)
    assert Ended.of(job.folder, 1) == Ended(1, None)


def test_a_recycled_number_is_nobody(queue: Queue) -> None:
    """The number of a run's process now belongs to another one; it is neither it nor touched."""
    job = submit(queue, "wait")
    who = started(job)
    kill(who.keeper)
    kill(who.training)
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        assert who.training is not None and who.keeper is not None
        recycled = [Identity(other.pid, p.start) for p in (who.keeper, who.training)]
        Started(1, *recycled, events=who.events, log=who.log).write(job.folder)
        assert queue.find(job.id).state == "interrupted"
        queue.stop(job.id)
        queue.advance()
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_after_a_restart_of_the_machine(queue: Queue) -> None:
    """The same numbers and ticks of another boot; the queue goes on with whoever waited."""
    job, after = submit(queue, "wait"), submit(queue, "quick")
    who = started(job)
    kill(who.keeper)
    kill(who.training)
    boot = "00000000-0000-0000-0000-000000000000"
    own = [
        Identity(os.getpid(), f"{boot}:{p.start.split(':')[1]}")
        for p in (who.keeper, who.training)
        if p
    ]
    Started(1, *own, events=who.events, log=who.log).write(job.folder)
    assert queue.find(job.id).state == "interrupted"
    queue.advance()
    assert wait_for(queue, after.id).state == "finished"
    queue.resume(job.id)
    assert wait_for(queue, job.id).state == "finished"


def test_an_attempt_that_never_came_to_its_first_event_begins(queue: Queue) -> None:
    """--resume would be refused there: nothing was begun."""
    job = wait_for(queue, submit(queue, "silent").id)
    assert keeper.words(job.folder, Asked("split", 1, attempt=2))[1] == "--config"
    (job.folder / "events.jsonl").write_text(
        '{"time": 1, "kind": "started", "data": {"recipe": "split"}}\n'
    )
    assert keeper.words(job.folder, Asked("split", 1, attempt=2))[1] == "--resume"
    (job.folder / "events.jsonl").write_text("nonsense\n")
    assert keeper.words(job.folder, Asked("split", 1, attempt=2))[1] == "--resume"


# --- what is asked ---


def test_all_problems_together_and_no_folder(queue: Queue) -> None:
    with pytest.raises(ConfigError) as caught:
        queue.submit("split", {"data": "/nowhere", "sed": 3, "seed": "x"})
    for word in ("data names no file", "'sed' is not an option", "seed must be"):
        assert word in caught.value.hint
    for recipe, values, sentence in (
        ("spilt", {}, "no recipe 'spilt'"),
        ("predict", {}, "writes a file"),
        ("split", {**VALUES, "output": "/etc"}, "output is chosen here"),
    ):
        with pytest.raises(ConfigError, match=sentence):
            queue.submit(recipe, values)
    assert queue.jobs() == () and [p.name for p in queue.root.iterdir() if p.is_dir()] == []


def test_only_what_has_ended_is_removed(queue: Queue) -> None:
    job = submit(queue, "wait")
    started(job)
    with pytest.raises(InputError, match="has not ended"):
        queue.remove(job.id)
    with pytest.raises(InputError, match="The run is running"):
        queue.resume(job.id)
    queue.stop(job.id)
    wait_for(queue, job.id)
    queue.stop(job.id)  # nothing to stop: it stays as it is
    assert queue.find(job.id).state == "cancelled"
    queue.remove(job.id)
    assert not job.folder.exists() and queue.jobs() == ()
    for act in (queue.find, queue.stop, queue.resume, queue.remove):
        with pytest.raises(InputError, match="There is no run"):
            act(job.id)
    assert submit(queue, "quick").id != job.id  # a name is given once


def test_the_line_does_the_same(queue: Queue, tmp_path: Path) -> None:
    """As typed, by a real ``python -m train``: the same split as the form's values give."""
    values = {**VALUES, "data": str(tmp_path / "rows.tsv"), "seed": 5}
    rows = [f"{n}\tword{n} stands here\t{('Joy', 'Anger')[n % 2]}" for n in range(40)]
    (tmp_path / "rows.tsv").write_text("\n".join(["ID\tTexts\tLabels", *rows]) + "\n")
    line = queue.command("split", values)
    assert line.startswith("python -m train split output=") and "seed=5" in line
    real = Queue(queue.runs)
    job = wait_for(real, real.submit("split", values).id)
    assert (job.folder / "command.txt").read_text().strip() == job.command
    subprocess.run(
        line.replace("python", sys.executable, 1),
        shell=True,
        check=True,
        cwd=ROOT,
        capture_output=True,
    )
    by_hand = next(word for word in line.split() if word.startswith("output=")).partition("=")[2]
    name = Path("split.json")
    assert (by_hand / name).read_bytes() == (Path(job.output) / name).read_bytes()
    assert by_hand not in real.command("split", values).split("output=")[1].split()


def test_a_pipeline_is_one_run_and_its_stages_lie_in_its_result(
    queue: Queue, tmp_path: Path
) -> None:
    """A real one, of two splits: one stage fails, its file is mended, and resume does the rest."""
    rows = [f"{n}\tword{n} stands here\t{('Joy', 'Anger')[n % 2]}" for n in range(40)]
    (tmp_path / "rows.tsv").write_text("\n".join(["ID\tTexts\tLabels", *rows]) + "\n")
    (tmp_path / "bad.tsv").write_text("no columns\n")
    stages = {
        "first": {"recipe": "split", "data": str(tmp_path / "rows.tsv")},
        "second": {"recipe": "split", "data": str(tmp_path / "bad.tsv"), "needs": "first"},
    }
    real = Queue(queue.runs)
    job = wait_for(real, real.submit("demo", {"data": str(tmp_path), "stages": stages}).id)
    assert job.state == "failed" and job.sentence.startswith("second failed: ")
    (tmp_path / "bad.tsv").write_bytes((tmp_path / "rows.tsv").read_bytes())
    real.resume(job.id)
    assert wait_for(real, job.id).state == "finished"
    told = followed(job).look()
    assert [(part.name, part.state) for part in told.parts] == [
        ("first", "up to date"),
        ("second", "ran"),
    ]
    assert told.outcome["stages"] == 2 and told.parts[0].parts[0].name == "drawing"
    for name in stages:
        assert (Path(job.output) / name / "split.json").is_file()
        assert (Path(job.output) / f"{name}.run" / "stage.json").is_file()
    assert [one.id for one in real.jobs()] == [job.id]  # stages are no runs of their own


def test_a_full_disk_is_a_sentence(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(TandemError, match="No space left on device"):
        submit(queue, "quick")
    monkeypatch.undo()
    assert queue.jobs() == () and [p for p in queue.root.iterdir() if p.is_dir()] == []
    assert wait_for(queue, submit(queue, "quick").id).state == "finished"


# --- in a terminal ---


def by_hand(folder: Path, deed: str) -> "subprocess.Popen[bytes]":
    """The stand-in's deed in a process of ours, as a person would start it; no queue knows it."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import stand_in\n"
        "from train.run import Run; from train.config import SplitConfig\n"
        f"with Run('split', SplitConfig(output={str(folder)!r}, data='x')) as run:\n"
        f"    stand_in.DEEDS[{deed!r}](run)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    words = [sys.executable, "-c", code, str(STAND_IN.parent)]
    return subprocess.Popen(words, env=environment, stderr=subprocess.DEVNULL)


def alone(queue: Queue) -> Job:
    (job,) = queue.jobs()
    return job


def test_a_run_in_a_terminal_is_seen_and_stopped(queue: Queue) -> None:
    process = by_hand(queue.runs / "mine" / "out", "wait")
    until(lambda: len(queue.jobs()) == 1)
    until(lambda: read(alone(queue).folder / "events.jsonl")[-1].kind is Kind.PROGRESS)
    job = alone(queue)
    assert (job.state, job.terminal, job.recipe) == ("running", True, "split")
    assert (job.name, job.output) == ("mine/out", str(queue.runs / "mine" / "out"))
    assert job.id.removeprefix("terminal-").isdigit() and queue.find(job.id) == job
    queue.stop(job.id)
    process.wait(10)
    ended = alone(queue)
    assert (ended.state, ended.id) == ("cancelled", job.id)
    assert ended.sentence == "Cancelled; the checkpoint of step 7 is kept."
    for act in (queue.resume, queue.remove):
        with pytest.raises(InputError, match="in a terminal"):
            act(job.id)
    by_hand(queue.runs / "mine" / "out", "quick").wait(20)  # refused: it would lose step 7
    assert alone(queue).state == "cancelled"


def test_a_deaf_run_in_a_terminal_is_killed_with_its_children_and_nobody_else(queue: Queue) -> None:
    process = by_hand(queue.runs / "out", "deaf")
    try:
        until(lambda: (queue.runs / "out.run" / "children").exists())
        until(lambda: read(alone(queue).folder / "events.jsonl")[-1].kind is Kind.STAGE)
        pids = json.loads((queue.runs / "out.run" / "children").read_text())
        queue.stop(alone(queue).id)
        assert alone(queue).stopping
        until(lambda: (queue.advance(), process.poll() is not None)[1])
        assert process.returncode == -9
        until(lambda: not any(map(works, pids)))  # a signal that was sent takes a moment to kill
        assert alone(queue).state == "cancelled"
        queue.advance()
        assert list((queue.root / "stops").iterdir()) == []
    finally:
        process.kill()


def test_ctrl_c_in_a_terminal_stays_an_interruption(queue: Queue) -> None:
    process = by_hand(queue.runs / "out", "wait")
    until(lambda: len(queue.jobs()) == 1)
    until(lambda: read(alone(queue).folder / "events.jsonl")[-1].kind is Kind.PROGRESS)
    process.send_signal(signal.SIGINT)
    process.wait(10)
    assert alone(queue).state == "interrupted"
    process = by_hand(queue.runs / "second", "wait")
    until(lambda: len(queue.jobs()) == 2)
    process.kill()
    process.wait()
    assert {job.state for job in queue.jobs()} == {"interrupted"}

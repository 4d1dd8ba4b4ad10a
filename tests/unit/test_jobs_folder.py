"""What lies in the folder of a run of the queue, and options as a form hands them over."""

import errno
import io
import json
import os
import shlex
import time
from pathlib import Path

import pytest
import yaml

from core.errors import ConfigError, ModelError, TandemError
from train import options
from train.config import SplitConfig, TeacherConfig
from train.events import EventLog, Kind, read
from train.failing import why
from train.jobs import files
from train.jobs.files import Asked, Stop, locked
from train.jobs.identity import identify
from train.jobs.lines import line
from train.jobs.reading import last_event, whole_bytes
from train.past import look, run_folder
from train.recipes import RECIPES
from train.run import Run

# --- a run's folder ---


def test_around_the_result_of_a_job_and_beside_any_other_output(tmp_path: Path) -> None:
    assert run_folder(tmp_path / "result") == tmp_path / "result.run"
    Asked("split", 1).write(tmp_path)
    assert run_folder(tmp_path / "result") == tmp_path == run_folder(str(tmp_path / "result"))
    assert run_folder(tmp_path / "other") == tmp_path / "other.run"
    assert run_folder(tmp_path / "result" / "teacher") == tmp_path / "result" / "teacher.run"


def test_a_run_keeps_what_the_queue_wrote(tmp_path: Path) -> None:
    """Begun, begun anew with --fresh, and resumed: nothing of the job's is cleared away."""
    Asked("split", 1).write(tmp_path)
    kept = {"command.txt": "c", "log.txt": "l", "usage.json": "{}"}
    for name, text in kept.items():
        (tmp_path / name).write_text(text)
    config = SplitConfig(output=str(tmp_path / "result"), data="x")
    for how in ({}, {"fresh": True}, {"resume": True}):
        with pytest.raises(ModelError), Run("split", config, io.StringIO(), **how) as run:
            (tmp_path / "result").mkdir(exist_ok=True)
            raise ModelError("No.")
    with Run("split", config, io.StringIO(), resume=True) as run:
        pass
    assert run.folder == tmp_path and Asked.of(tmp_path) == Asked("split", 1)
    assert {name: (tmp_path / name).read_text() for name in kept} == kept
    past = look(tmp_path)
    assert past is not None and past.finished and (tmp_path / "result").is_dir()


@pytest.mark.parametrize("queued", [True, False])
def test_whose_end_was_asked_for_is_cancelled(queued: bool, tmp_path: Path) -> None:
    """A request that an earlier attempt, or another process, was meant by says nothing."""
    if queued:
        Asked("split", 1, attempt=2).write(tmp_path)
    output = tmp_path / ("result" if queued else "out")
    folder = run_folder(output)
    folder.mkdir(exist_ok=True)
    own = identify(1), identify(os.getpid())
    requests = [Stop(1, 0.0), Stop(2, 0.0)] if queued else [Stop(0, 0.0, who) for who in own]
    kinds = []
    for request in requests:
        request.write(folder)
        with (
            pytest.raises(KeyboardInterrupt),
            Run("split", SplitConfig(output=str(output), data="x"), io.StringIO()),
        ):
            raise KeyboardInterrupt
        kinds.append(read(folder / "events.jsonl")[-1].kind)
    assert kinds == [Kind.INTERRUPTED, Kind.CANCELLED]


def test_started_says_who_it_is(tmp_path: Path) -> None:
    with Run("split", SplitConfig(output=str(tmp_path / "out"), data="x"), io.StringIO()) as run:
        pass
    data = read(run.folder / "events.jsonl")[0].data
    known = identify(data["pid"])
    assert known is not None and data["start"] == known.start and data["cwd"] == str(Path.cwd())


# --- small files ---


def test_what_is_half_written_is_not_there(tmp_path: Path) -> None:
    Asked("split", 3, made=1.5, program=("a",)).write(tmp_path)
    assert Asked.of(tmp_path) == Asked("split", 3, made=1.5, program=("a",))
    whole = (tmp_path / files.JOB).read_bytes()
    for content in (whole[:20], b"", b"[]", b'{"recipe": 3}', b"\xff"):
        (tmp_path / files.JOB).write_bytes(content)
        assert Asked.of(tmp_path) is None
    assert [path.name for path in tmp_path.iterdir()] == [files.JOB]


def test_the_lock_lets_one_in_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_PATIENCE", 0.2)
    with locked(tmp_path / "lock"):
        began = time.monotonic()
        with pytest.raises(TandemError, match="does not let go"), locked(tmp_path / "lock"):
            pass
        assert time.monotonic() - began >= 0.2
    with locked(tmp_path / "lock"):
        pass


def test_a_file_system_without_locks_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_: object) -> None:
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(files.fcntl, "flock", none)
    with pytest.raises(TandemError, match="has no locks"), locked(tmp_path / "lock"):
        pass


def test_the_last_event_is_found_from_the_end(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    with EventLog(path) as log:
        for number in range(3):
            log.append(Kind.LOG, sentence=str(number) * 50_000)  # longer than what is read at once
            if number == 1:
                start = path.stat().st_size
    whole = path.read_bytes()
    for content in (whole, whole + b'{"time": 3, "ki', whole.rstrip(b"\n")):
        path.write_bytes(content)
        found = last_event(path)
        assert found is not None and found.data["sentence"][0] == "2"
        assert whole_bytes(path) == min(len(content), len(whole))
    assert last_event(path, start) == found and last_event(path, len(whole)) is None
    assert last_event(tmp_path / "no") is None and whole_bytes(tmp_path / "no") == 0


# --- options and lines ---


def test_values_are_checked_as_a_file_is(tmp_path: Path) -> None:
    data = tmp_path / "rows.tsv"
    data.touch()
    raw = {"output": "out", "data": str(data), "model": "some/model", "epochs": "5e-1", "seed": 4}
    (tmp_path / "c.yaml").write_text(yaml.safe_dump(raw))
    parsed = options.parse(TeacherConfig, tmp_path / "c.yaml")
    assert options.from_values(TeacherConfig, raw) == parsed
    wrong = {"data": 3, "epochs": -1, "seeed": 1, 7: 1, "batch_size": 2.5}
    with pytest.raises(ConfigError) as caught:
        options.from_values(TeacherConfig, wrong)
    for word in ("data must be text", "epochs must be", "mean seed?", "'7' is not", "batch_size"):
        assert word in caught.value.hint
    with pytest.raises(ConfigError, match="must be given|names no"):
        options.from_values(TeacherConfig, {**raw, "data": str(tmp_path / "no")})
    assert options.from_values(TeacherConfig, {"seed": 3}, complete=False).seed == 3


def test_a_pipeline_is_typed_with_its_preset() -> None:
    """What the line says, read as it would be typed, is the same config again."""
    name, recipe = "demo", RECIPES["demo"]
    preset = options.presets(name)[0]
    raw = options.given(recipe.config_class, options.find_file(name, preset), ())
    for changes in ({"seed": 99}, {"stages": {"one": {"recipe": "split", "data": "x, 'y': z"}}}):
        values = {**raw, "output": "/tmp/some where", **changes}
        config = options.from_values(recipe.config_class, values, complete=False)
        words = shlex.split(line(name, config))
        assert words[:4] == ["python", "-m", "train", name]
        by_preset = words[4:6] == ["--config", preset]
        assert by_preset == ("stages" not in changes)
        file = options.find_file(name, preset) if by_preset else None
        rest = words[6:] if by_preset else words[4:]
        assert options.parse(recipe.config_class, file, rest, complete=False) == config


# --- why ---


class OutOfMemoryError(RuntimeError):
    """Named as torch names its own."""


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (MemoryError(), "There was not enough memory."),
        (OutOfMemoryError("CUDA out of memory. Tried"), "There was not enough memory."),
        (
            RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9"),
            "There was not enough memory.",
        ),
        (OSError(errno.ENOSPC, "No space", "/x/y"), "The disk is full: /x/y cannot be written."),
        (RuntimeError("I/O error: No space left on device (os error 28)"), "The disk is full."),
        (
            PermissionError(13, "Denied"),
            "The tea recipe failed: PermissionError: [Errno 13] Denied",
        ),
        (KeyError(), "The tea recipe failed: KeyError: no message"),
        (ModelError("The tea is cold.", "Warm it."), "The tea is cold."),
    ],
)
def test_each_failure_is_one_sentence(error: Exception, sentence: str) -> None:
    assert why("tea", error)[0] == sentence


def test_a_failure_is_told_though_its_traceback_has_no_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = SplitConfig(output=str(tmp_path / "out"), data="x")

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    screen = io.StringIO()
    with pytest.raises(OSError), Run("split", config, screen):
        monkeypatch.setattr(Path, "write_text", full)
        full()
    monkeypatch.undo()
    last = json.loads((tmp_path / "out.run" / "events.jsonl").read_text().splitlines()[-1])
    assert (last["kind"], last["data"]["sentence"]) == ("failed", "The disk is full.")
    assert "last whole checkpoint is kept" in last["data"]["hint"]
    assert "error.log cannot be written" in screen.getvalue()

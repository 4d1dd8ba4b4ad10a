"""The recipe batch: the engine's own numbers, killed and gone on with, what is wrong told.

Through the command line's own door; what is killed is a real process.
"""

import functools
import importlib.util
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pandas as pd
import pytest
import yaml

import core.languages
from core.embedded import sources
from core.engine import Engine, EngineSources
from core.evaluation import aside, chunks
from core.evaluation.plan import PARTS, PREDICTIONS, Plan
from core.fast import accelerated
from core.files.layout import Layout
from core.labels import LABELS
from train import __main__ as cli
from train import options
from train.config import BatchConfig
from train.config.batch import batch_config
from train.recipes.batch import plan_of

ROOT = Path(__file__).parents[2]
ROLES = ("teacher", "student", "baseline", "translator")
WORDS = "je suis très content triste ik ben bang boos я люблю грустно hoy feliz miedo so happy 😂"
CHUNK = 16  # rows of a chunk in these tests


def _module(name: str) -> ModuleType:
    """A file of tests/unit as a module: tests are no packages."""
    if name not in sys.modules:
        place = ROOT / "tests" / "unit" / f"{name}.py"
        spec = importlib.util.spec_from_file_location(name, place)
        assert spec is not None and spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Tiny checkpoints by option."""
    _module("tiny")
    made = _module("tiny_tandem").make(tmp_path_factory.mktemp("tiny"))
    found = {role: str(made["before" if role == "baseline" else role]) for role in ROLES}
    return {**found, "students": str(made["xlmr"])}


@pytest.fixture(autouse=True, scope="module")
def quick() -> Iterator[None]:
    """Small chunks, langid's own model loaded once; torch predicts, which a fork survives."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.fast.accelerated", lambda model: (model, "torch"))
        patch.setattr(core.languages, "_load", functools.cache(core.languages._load))
        patch.setattr(chunks, "ROWS", CHUNK)
        yield


def line(models: dict[str, str], *words: str) -> list[str]:
    named = [f"{option}={place}" for option, place in models.items()]
    return ["batch", *named, "threads=1", "device=cpu", "draws=100", *words]


@pytest.fixture
def run(models: dict[str, str], capfd: pytest.CaptureFixture[str]) -> Any:
    """The command on the tiny models: exit code, standard output and standard error."""

    def run(*words: str, resume: bool = False) -> SimpleNamespace:
        typed = ["batch", "--resume", *words] if resume else line(models, *words)
        code = cli.main(typed)
        said = capfd.readouterr()
        return SimpleNamespace(code=code, out=said.out, err=said.err)

    return run


@pytest.fixture(scope="module")
def engine(models: dict[str, str]) -> Engine:
    named = [models[role] for role in ROLES]
    made = Engine(EngineSources(*named, (models["students"],)))
    made.wait()
    return made


def dev(path: Path, count: int, names: dict[str, str] | None = None) -> Path:
    """A labelled file; a repeated and a blank text among its rows."""
    rng = random.Random(3)
    lines = ["ID,Texts,Labels"]
    for number in range(count):
        text = " ".join([*rng.choices(WORDS.split(), k=rng.randint(1, 9)), str(number)])
        text = {4: "so happy", count - 4: "so happy", 7: " "}.get(number, text)
        label = rng.choice(LABELS)
        lines.append(f't{number},"{text}",{(names or {}).get(label, label)}')
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


SYSTEMS = "student,student_before,student_2,teacher,ensemble_mean,ensemble_vote"
LAYOUT = Layout("csv", id="ID", gold="Labels", kind="emotions", delimiter=",")


def asked(path: Path, **changes: Any) -> Plan:
    found = Plan(str(path), LAYOUT, systems=tuple(SYSTEMS.split(",")), draws=100)
    return replace(found, **changes)


@pytest.fixture(scope="module")
def whole(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the file dev.csv and of what the engine makes of it in one go."""
    folder = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chunks, "ROWS", CHUNK)
        engine.evaluate(asked(dev(folder / "dev.csv", 100)), folder / "out")
    return folder


# --- the same as elsewhere ---


def test_the_command_gives_the_engines_numbers(run: Any, whole: Path, tmp_path: Path) -> None:
    done = run(f"input={whole}/dev.csv", f"output={tmp_path}/out", f"systems={SYSTEMS}")
    assert done.code == 0, done.err
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "metrics.json",
        "plan.json",
        "predictions.csv",
        PREDICTIONS,
    ]
    table, expected = (
        pd.read_parquet(folder / PREDICTIONS) for folder in (tmp_path / "out", whole / "out")
    )
    pd.testing.assert_frame_equal(table, expected, check_exact=True)
    found, truth = (
        json.loads((folder / "metrics.json").read_text())
        for folder in (tmp_path / "out", whole / "out")
    )
    for name in ("systems", "tests", "refinement", "weights", "file"):
        assert found[name] == truth[name]
    written = pd.read_csv(tmp_path / "out" / "predictions.csv", dtype=str, keep_default_na=False)
    assert written["text"].tolist() == expected["text"].tolist()
    assert written["student_2"].tolist() == expected["student_2"].tolist()
    for part in ("Read as: format=csv", "gold=Labels", "100 rows, 0 left out", "ensemble_vote"):
        assert part in done.err
    assert f"student: {truth['systems']['student']['macro_f1']:.4f}" in done.out
    assert found["run"]["command"].startswith("python -m train batch ")


def test_a_plan_and_models_as_options(models: dict[str, str], whole: Path) -> None:
    """What the tab shows as its command asks for the same plan."""
    named = EngineSources(*(models[role] for role in ROLES), (models["students"],))
    for plan in (
        asked(whole / "dev.csv"),
        Plan(str(whole / "dev.csv"), replace(LAYOUT, id=None, gold=None, kind="none"), seed=4),
        asked(
            whole / "dev.csv", layout=replace(LAYOUT, labels={"joy": "Joy", "?": ""}), words=True
        ),
    ):
        config = batch_config(plan, named, "out")
        assert plan_of(config) == plan
        typed = options.typed(config)
        assert options.parse(BatchConfig, None, typed) == config
        chosen = (config.teacher, config.student, config.baseline, config.translator)
        assert sources(*chosen, config.students) == named


def test_embedded_models_need_no_option() -> None:
    for given in (sources(None, None, None, None), sources(None, None, "none", None)):
        config = batch_config(Plan("x.csv", LAYOUT), given, "out")
        chosen = (config.teacher, config.student, config.baseline, config.translator)
        assert sources(*chosen, config.students) == given
        assert chosen in ((None, None, None, None), (None, None, "none", None))


# --- killed, and gone on with ---


def killing(at: int, work: Callable[[], object]) -> Callable[[], None]:
    """Work that ends by SIGKILL at its so-manieth way to the disk, if it comes so far."""

    def doomed() -> None:
        seen, to_disk = [0], aside._to_disk

        def count(path: Path) -> None:
            seen[0] += 1
            if seen[0] == at:
                os.kill(os.getpid(), signal.SIGKILL)
            to_disk(path)

        aside._to_disk = count
        work()

    return doomed


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_anywhere_it_loses_and_doubles_nothing(
    engine: Engine,
    whole: Path,
    tmp_path: Path,
    in_child: Callable[[Callable[[], object]], int],
    seed: int,
) -> None:
    """Before or after a file got its name: of the plan, of parts, of the table, of the figures."""
    rng, ends = random.Random(seed), []
    for _ in range(40):
        work = functools.partial(engine.evaluate, asked(whole / "dev.csv"), tmp_path / "out")
        ends.append(in_child(killing(rng.randint(1, 5), work)))
        if ends[-1] == 0:
            break
    assert ends[-1] == 0 and ends.count(-signal.SIGKILL) == len(ends) - 1 >= 3, ends
    expected = (whole / "out" / PREDICTIONS).read_bytes()
    assert (tmp_path / "out" / PREDICTIONS).read_bytes() == expected
    metrics = json.loads((tmp_path / "out" / "metrics.json").read_text())
    truth = json.loads((whole / "out" / "metrics.json").read_text())
    assert metrics["systems"] == truth["systems"] and not metrics["run"]["stopped"]
    assert sorted(os.listdir(tmp_path / "out")) == ["metrics.json", "plan.json", PREDICTIONS]


def spawn(models: dict[str, str], *words: str) -> Any:
    """The command in a process of its own, with small chunks."""
    code = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler);"
        f"from core.evaluation import chunks; chunks.ROWS = {CHUNK};"
        "from train.__main__ import main; sys.exit(main(sys.argv[1:]))"
    )
    typed = [sys.executable, "-P", "-c", code, *words]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(typed, cwd=ROOT, env=environment, stderr=subprocess.PIPE)


def ended(child: Any, parts: Path, after: int, number: int) -> tuple[int, str]:
    """Send a signal once there are so many parts; exit code and standard error."""
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline and child.poll() is None:
        if len(list(parts.glob("0*.parquet"))) >= after:
            child.send_signal(number)
            break
        time.sleep(0.005)
    said = child.communicate(timeout=120)[1].decode()
    return int(child.returncode), said


@pytest.mark.soak
def test_killed_and_interrupted_commands_go_on(
    run: Any, models: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIGKILL after a seeded number of parts, then Ctrl-C, which measures what is done; with the
    engine that this machine has."""
    monkeypatch.setattr("core.fast.accelerated", accelerated)
    count, rng = 480, random.Random(5)
    path, output = dev(tmp_path / "dev.csv", count), f"output={tmp_path}/out"
    done = run(f"input={path}", f"output={tmp_path}/whole", f"systems={SYSTEMS}")
    assert done.code == 0, done.err
    first, parts = rng.randint(3, 9), tmp_path / "out" / PARTS
    words = line(models, f"input={path}", output, f"systems={SYSTEMS}")
    code, said = ended(spawn(models, *words), parts, first, signal.SIGKILL)
    assert code == -signal.SIGKILL, said
    assert not (tmp_path / "out" / PREDICTIONS).exists()
    again = spawn(models, "batch", "--resume", output)
    code, said = ended(again, parts, first + rng.randint(2, 6), signal.SIGINT)
    assert code == 130 and f"--resume output={tmp_path}/out" in said, said
    metrics = json.loads((tmp_path / "out" / "metrics.json").read_text())
    rows = metrics["file"]["rows"]
    assert metrics["run"]["stopped"] and first * CHUNK < rows < count and rows % CHUNK == 0
    whole = pd.read_parquet(tmp_path / "whole" / PREDICTIONS)
    table = pd.read_parquet(tmp_path / "out" / PREDICTIONS)
    pd.testing.assert_frame_equal(table, whole.iloc[:rows], check_exact=True)
    assert len(pd.read_csv(tmp_path / "out" / "predictions.csv")) == rows
    finished = run(output, resume=True)
    assert finished.code == 0, finished.err
    table = pd.read_parquet(tmp_path / "out" / PREDICTIONS)
    pd.testing.assert_frame_equal(table, whole, check_exact=True)


def test_time_out_keeps_what_is_done(
    run: Any, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from train.run import Run

    limits = iter([False] * 14)  # time is looked at before chunks and between models
    monkeypatch.setattr(Run, "out_of_time", lambda self: next(limits, True))
    words = [f"input={whole}/dev.csv", f"output={tmp_path}/out", f"systems={SYSTEMS}"]
    stopped = run(*words, "max_minutes=30")
    assert stopped.code == 1 and "Stopped after 30 min, 32 rows" in stopped.err, stopped.err
    assert "--resume" in stopped.err
    monkeypatch.undo()
    monkeypatch.setattr(chunks, "ROWS", CHUNK)
    done = run(f"output={tmp_path}/out", resume=True)
    assert done.code == 0, done.err
    expected = (whole / "out" / PREDICTIONS).read_bytes()
    assert (tmp_path / "out" / PREDICTIONS).read_bytes() == expected


def test_other_options_are_refused_and_fresh_begins_anew(
    run: Any, whole: Path, tmp_path: Path
) -> None:
    words = [f"input={whole}/dev.csv", f"output={tmp_path}/out"]
    assert run(*words, "systems=student").code == 0
    (tmp_path / "out" / "mine.txt").write_text("kept")
    other = run(*words, "systems=teacher")
    assert other.code == 2 and "results of another systems" in other.err, other.err
    assert run(*words, "systems=teacher", "--fresh").code == 0
    assert list(json.loads((tmp_path / "out" / "metrics.json").read_text())["systems"]) == [
        "teacher"
    ]
    assert (tmp_path / "out" / "mine.txt").read_text() == "kept"


# --- what has to be said ---


def test_labels_are_asked_for_and_never_guessed(run: Any, whole: Path, tmp_path: Path) -> None:
    path = dev(tmp_path / "dev.csv", 60, {"Joy": "happiness", "Fear": "surprise", "Love": "1"})
    words = [f"input={path}", f"output={tmp_path}/out", "systems=student"]
    refused = run(*words)
    assert refused.code == 1 and not (tmp_path / "out").exists(), refused.err
    for part in ("'happiness'", "'surprise'", "happiness: Joy", "labels="):
        assert part in refused.err
    shown = refused.err.rpartition("labels=")[2].strip().strip('"')
    assert yaml.safe_load(shown) == {"happiness": "Joy", "surprise": "", "1": ""}
    done = run(*words, "labels={happiness: Joy, surprise: '', 1: Love}")
    assert done.code == 0, done.err
    metrics = json.loads((tmp_path / "out" / "metrics.json").read_text())
    gold = metrics["file"]["gold"][""]
    whole_gold = pd.read_csv(path)["Labels"].value_counts()
    assert gold["Joy"] == whole_gold["happiness"] and gold["Love"] == whole_gold["1"]
    assert metrics["file"]["rows"] == 60 - whole_gold["surprise"]
    assert metrics["file"]["absent_classes"] == ["Fear"]


def test_columns_and_encodings_are_named_where_nothing_says_them(run: Any, tmp_path: Path) -> None:
    rows = [f"мне страшно {n};Fear;x{n}" for n in range(30)]
    path = tmp_path / "dev.csv"
    path.write_bytes("\n".join(["a;b;c", *rows]).encode("cp1251"))
    words = [f"input={path}", f"output={tmp_path}/out", "systems=student"]
    refused = run(*words)
    assert refused.code == 1 and "encoding=cp1251" in refused.err, refused.err
    refused = run(*words, "encoding=cp1251")
    assert refused.code == 1 and "text=COLUMN, of a, b, c" in refused.err, refused.err
    refused = run(*words, "encoding=cp1251", "text=z")
    assert refused.code == 2 and "text names the column 'z'" in refused.err, refused.err
    done = run(*words, "encoding=cp1251", "text=a", "gold=b", "id=c")
    assert done.code == 0, done.err
    table = pd.read_parquet(tmp_path / "out" / PREDICTIONS)
    assert table["text"].tolist() == [f"мне страшно {n}" for n in range(30)]
    assert set(table["gold"]) == {"Fear"} and table["id"].tolist()[3] == "x3"


def test_wrong_options_are_told_before_a_model_is_opened(run: Any, tmp_path: Path) -> None:
    path = dev(tmp_path / "dev.csv", 12)
    for words, complaint in (
        (["labels={joy: Glad}"], "joy must mean one of Love"),
        (["labels=[joy]"], "labels must be a table, as {joy: Joy}"),
        (["methods=magic"], "methods must be one of"),
        (["systems=student_7"], "systems names 'student_7'"),
        (["gold=nothing"], "gold names the column 'nothing'"),
        (["input=/nowhere.tsv"], "names no file"),
    ):
        done = run(f"input={path}", f"output={tmp_path}/out", *words)
        assert (done.code, complaint in done.err) == (2, True), done.err
        assert not (tmp_path / "out").exists()


def test_bad_rows_are_named_and_good_ones_go_on(run: Any, tmp_path: Path) -> None:
    path = dev(tmp_path / "dev.csv", 20)
    with path.open("a", encoding="utf-8") as file:
        file.write("t20,too,many,cells\nt0,twice,Joy\n")
    done = run(f"input={path}", f"output={tmp_path}/out", "systems=student")
    assert done.code == 0, done.err
    assert "line 22" in done.err and "21 rows, 1 left out" in done.err
    assert "came before (used all the same)" in done.err
    metrics = json.loads((tmp_path / "out" / "metrics.json").read_text())
    assert (metrics["file"]["rows"], metrics["file"]["left_out"]) == (21, 1)

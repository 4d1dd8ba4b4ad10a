"""predict, compare, explain, translate: core's numbers, any input, killed and gone on with.

All through the command line's own door; what is killed is a real process.
"""

import csv
import importlib.util
import io
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from core import answers
from core.attribution import METHODS, USUAL
from core.engine import Engine, EngineSources
from core.explaining import checked, explain_texts
from core.explanations import Question
from core.fast import FAST, accelerated
from core.languages import LanguageIdentifier
from core.loading import load_emotion_model
from core.translators import load_translator
from train import __main__ as cli
from train.files import intake
from train.files.output import half_done

ROOT = Path(__file__).parents[2]
ROLES = ("teacher", "student", "baseline", "translator")


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
    return {role: str(made["before" if role == "baseline" else role]) for role in ROLES}


@pytest.fixture
def run(models: dict[str, str], capfd: pytest.CaptureFixture[str]) -> Any:
    """A command as typed, on the tiny models: exit code, standard output and standard error."""

    def run(command: str, *words: str) -> SimpleNamespace:
        code = cli.main([*line(command, models), *words])
        said = capfd.readouterr()
        return SimpleNamespace(code=code, out=said.out, err=said.err)

    return run


def line(command: str, models: dict[str, str]) -> list[str]:
    chosen = {
        "predict": {"model": models["student"]},
        "compare": models,
        "explain": {"model": models["student"], "methods": "cosine,occlusion,gradient_shap"},
        "translate": {"translator": models["translator"]},
    }[command]
    words = [word for role, place in chosen.items() for word in (f"--{role}", place)]
    return [command, *words, "--threads", "1", "--device=cpu"]


WORDS = "je suis très content triste ik ben bang boos я люблю грустно hoy feliz miedo so happy 😂"


def tweets(count: int, seed: int = 7) -> list[str]:
    """Different texts of different lengths, a blank one and a repeated one among them."""
    rng = random.Random(seed)
    made = [
        " ".join([*rng.choices(WORDS.split(), k=rng.randint(1, 12)), str(n)]) for n in range(count)
    ]
    made[count // 3] = " "
    made[count // 2] = made[0]
    return made


def table(path: Path, texts: list[str], delimiter: str = "\t") -> str:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
        writer.writerow(("ID", "Texts", "label"))
        writer.writerows((f"t{n}", text, "gold") for n, text in enumerate(texts))
    return str(path)


def records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(row) for row in path.read_bytes().splitlines()]


def nearly(found: Any, expected: Any) -> bool:
    """Equal, numbers up to the last digits, which depend on what is read together."""
    if isinstance(expected, dict):
        return found.keys() == expected.keys() and all(nearly(found[k], expected[k]) for k in found)
    if isinstance(expected, list):
        return len(found) == len(expected) and all(map(nearly, found, expected))
    if isinstance(expected, float):
        return found == pytest.approx(expected, abs=1e-5)
    return bool(found == expected)


# --- the same numbers as elsewhere ---


def test_compare_is_what_the_engine_answers(
    run: Any, models: dict[str, str], tmp_path: Path
) -> None:
    texts = tweets(40)
    done = run(
        "compare", "--input", table(tmp_path / "in.tsv", texts), f"output={tmp_path}/o.jsonl"
    )
    assert done.code == 0, done.err
    engine = Engine(EngineSources(*(models[role] for role in ROLES)))
    expected = [answers.to_json(one) for one in engine.compare(texts)]
    found = records(tmp_path / "o.jsonl")
    assert [row.pop("input") for row in found] == [
        {"ID": f"t{n}", "label": "gold"} for n in range(40)
    ]
    for row, wanted in zip(found, expected, strict=True):
        assert nearly(row, wanted), (row, wanted)
    assert any(row["translation"] != row["text"] for row in found)
    assert sorted(os.listdir(tmp_path)) == ["in.tsv", "o.jsonl"]  # no folder, no events
    assert "40 rows" in done.err and done.out == ""


def test_predict_is_what_the_model_answers(
    run: Any, models: dict[str, str], tmp_path: Path
) -> None:
    texts = [*tweets(20), "a" * 300]
    (tmp_path / "in.jsonl").write_text(
        "".join(json.dumps({"tweet": text, "text": n}) + "\n" for n, text in enumerate(texts))
    )
    words = [f"input={tmp_path}/in.jsonl", "column=tweet", "--triggers"]
    assert run("predict", *words, f"output={tmp_path}/o.jsonl").code == 0
    assert run("predict", *words, "--output", f"{tmp_path}/o.csv").code == 0
    model = load_emotion_model(models["student"])
    frame = list(csv.DictReader((tmp_path / "o.csv").open(encoding="utf-8", newline="")))
    rows = zip(records(tmp_path / "o.jsonl"), frame, model.analyse(texts), texts, strict=True)
    for number, (row, cells, (prediction, scores), text) in enumerate(rows):
        assert (row["text"], row["label"]) == (text, prediction.label)
        assert (cells["text"], cells["label"]) == (text, prediction.label)
        assert nearly(row["probabilities"], prediction.as_dict())
        assert row["truncated"] is prediction.truncated
        assert [w["word"] for w in row["triggers"]] == [w.word for w in scores.words]
        assert [w["trigger"] for w in row["triggers"]] == [w.trigger for w in scores.words]
        assert row["input"] == {"text": number} == json.loads(cells["input"])
        assert float(cells["probabilities.Joy"]) == row["probabilities"]["Joy"]
        assert json.loads(cells["triggers"]) == row["triggers"]
    assert row["truncated"]


@pytest.mark.usefixtures("small_chunks")
def test_predict_computes_as_the_dashboard_does_or_by_torch(
    run: Any, models: dict[str, str], tmp_path: Path
) -> None:
    """auto is the engine of evaluations."""
    pytest.importorskip("ctranslate2", reason="the extra fast is not installed")
    texts, place = tweets(40), tmp_path / "o.jsonl"
    words = [f"input={table(tmp_path / 'in.tsv', texts)}", f"output={place}"]
    model = load_emotion_model(models["student"])
    fast, word = accelerated(model)
    assert word == FAST
    for option, answering in (("auto", fast), ("torch", model)):
        done = run("predict", *words, "--engine", option)
        assert (
            done.code == 0 and f"Computed by {word if option == 'auto' else 'torch'}." in done.err
        )
        found = records(place)
        expected = answering.predict(texts)
        assert [row["label"] for row in found] == [one.label for one in expected]
        for row, one in zip(found, expected, strict=True):
            assert row["probabilities"] == pytest.approx(one.as_dict(), abs=1e-4)
        place.unlink()
    apart = [a.distance(b) for a, b in zip(fast.predict(texts), model.predict(texts), strict=True)]
    assert max(apart) > 1e-3  # so that the two can be told apart


def test_a_teacher_predicts_on_translations(
    run: Any, models: dict[str, str], tmp_path: Path
) -> None:
    texts = tweets(20)
    (tmp_path / "in.txt").write_text("\n".join(texts), encoding="utf-8")
    place = f"output={tmp_path}/o.jsonl"
    words = [f"input={tmp_path}/in.txt", "--translator", models["translator"], "--language=fr"]
    by = ["model=" + models["teacher"], "engine=torch"]
    assert run("predict", *words, place, *by).code == 0
    written = [text for text in texts if text.strip()]  # plain text skips blank lines, as the tab
    english = load_translator(models["translator"]).translate(written, ["fr"] * len(written))
    expected = load_emotion_model(models["teacher"]).predict([found.text for found in english])
    for row, translation, prediction in zip(
        records(tmp_path / "o.jsonl"), english, expected, strict=True
    ):
        assert (row["translation"], row["label"]) == (translation.text, prediction.label)
        assert nearly(row["probabilities"], prediction.as_dict())
    refused = run("predict", f"input={tmp_path}/in.txt", place, "--language", "fr")
    assert (refused.code, "needs a translator" in refused.err) == (2, True)


def test_translate_is_what_the_translator_answers(
    run: Any, models: dict[str, str], tmp_path: Path
) -> None:
    texts = tweets(30)
    place = tmp_path / "o.tsv"
    done = run("translate", "--input", table(tmp_path / "in.csv", texts, ","), f"output={place}")
    assert done.code == 0, done.err
    languages = LanguageIdentifier().identify_many(texts)
    english = load_translator(models["translator"]).translate(
        texts, [one.code for one in languages]
    )
    with place.open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file, delimiter="\t"))
    assert [(row["translation"], row["translation_status"], row["input.ID"]) for row in found] == [
        (one.text, one.status.value, f"t{n}") for n, one in enumerate(english)
    ]
    assert [row["language"] for row in found] == [one.code for one in languages]


def explained(model: str, texts: list[str], **asked: Any) -> list[dict[str, Any]]:
    """What core says of each text on its own, seconds aside."""
    question = checked(Question("", **asked))
    loaded = load_emotion_model(model)
    found = [
        answers.explained_side(side)
        for text in texts
        for side in explain_texts(loaded, "student", [text], question)
    ]
    for record in found:
        for method in record["methods"].values():
            assert method.pop("seconds") > 0
    return found


def test_explain_is_what_core_says(run: Any, models: dict[str, str], tmp_path: Path) -> None:
    texts = [*tweets(18), "so  happy", "a " * 90]
    words = [
        "--methods",
        "occlusion,cosine,lime",
        "options={lime.samples: 40, occlusion.window: 2}",
    ]
    place = f"output={tmp_path}/o.jsonl"
    source = table(tmp_path / "in.tsv", texts)
    assert run("explain", "--input", source, place, "--seed=5", *words).code == 0
    options = {"lime": {"samples": 40}, "occlusion": {"window": 2}}
    methods = ("cosine", "occlusion", "lime")
    expected = explained(models["student"], texts, methods=methods, options=options, seed=5)
    for number, (row, wanted) in enumerate(
        zip(records(tmp_path / "o.jsonl"), expected, strict=True)
    ):
        assert row.pop("input") == {"ID": f"t{number}", "label": "gold"}
        assert row.pop("text") == row["explained_text"] == texts[number]
        assert [row["explained_text"][w["start"] : w["end"]] for w in row["words"]] == [
            w["word"] for w in row["words"]
        ]
        assert list(row["methods"]) == ["cosine", "occlusion", "lime"]
        assert nearly(row, wanted), (row, wanted)
    verdicts = {m["verdict"] for record in expected for m in record["methods"].values()}
    assert None in verdicts and len(verdicts) > 1  # short texts have none


def test_a_teacher_explains_translations(run: Any, models: dict[str, str], tmp_path: Path) -> None:
    texts = tweets(8)
    words = ["--translator", models["translator"], "--language=fr", "model=" + models["teacher"]]
    words += ["target=Joy", "--against", "Fear", "--faithfulness", "false", "methods="]
    source = table(tmp_path / "in.tsv", texts)
    done = run("explain", f"input={source}", f"output={tmp_path}/o.jsonl", *words)
    assert done.code == 0 and "Without contribution:" in done.err, done.err
    english = load_translator(models["translator"]).translate(texts, ["fr"] * len(texts))
    usual = [name for name in METHODS if name in USUAL and name != "contribution"]
    expected = explained(
        models["teacher"],
        [found.text for found in english],
        methods=tuple(usual),
        target="Joy",
        against="Fear",
        faithful=False,
        seed=0,
    )
    for row, translation, wanted in zip(
        records(tmp_path / "o.jsonl"), english, expected, strict=True
    ):
        assert row["translation"] == row["explained_text"] == translation.text
        assert set(row["methods"]) == set(usual)
        assert nearly({name: row[name] for name in wanted}, wanted)


def test_what_explain_cannot_do_is_told_first(
    run: Any, models: dict[str, str], tmp_path: Path
) -> None:
    source, place = table(tmp_path / "in.tsv", tweets(5)), tmp_path / "o.jsonl"
    for words, complaint in (
        (["--methods", "cosine,contribution", "model=" + models["teacher"]], "lacks contribution"),
        (["--methods", "cosine,shapley"], "methods must be one of cosine"),
        (["--against", "Joy"], "against needs a target"),
        (["--against", "Joy", "target=Joy"], "target and against are one label"),
        (["options={lime.samples: 3}"], "lime.samples must be from 20 to 10000, not 3"),
        (["options={occlusion.window: 1.5}"], "must be a whole number, not 1.5"),
        (["options={lime.samples: 30}"], "is of a method that methods does not name"),
        (["options={cosine.steps: 3}"], "options must be one of occlusion.window"),
        (["--language", "fr"], "language needs a translator"),
        (["--output", f"{tmp_path}/o.csv"], "explain's records fit into no table"),
    ):
        done = run("explain", f"input={source}", f"output={place}", *words)
        assert (done.code, complaint in done.err) == (2, True), done.err
    assert os.listdir(tmp_path) == ["in.tsv"]


# --- pipes ---


def test_standard_input_and_output(
    run: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stdin = io.TextIOWrapper(io.BytesIO("so happy\n\nsad\xff\nmiedo\n".encode("latin-1")))
    monkeypatch.setattr(sys, "stdin", stdin)
    done = run("predict", "--input", "-", "--output", "-")
    assert done.code == 0
    assert [json.loads(row)["text"] for row in done.out.splitlines()] == ["so happy", "miedo"]
    for part in ("as text, one tweet per line", "line 3: it is not UTF-8", "1 blank line skipped"):
        assert part in done.err
    assert "2 rows" in done.err and "1 bad row left out" in done.err


def spawn(models: dict[str, str], command: str, *words: str, **options: Any) -> Any:
    """The command in a process of its own."""
    typed = [sys.executable, "-P", "-m", "train", *line(command, models), *words]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(typed, cwd=ROOT, env=environment, **options)


def test_a_reader_that_has_enough_is_no_failure(models: dict[str, str], tmp_path: Path) -> None:
    source = table(tmp_path / "in.tsv", tweets(3000))
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with spawn(models, "predict", f"input={source}", "output=-", **pipes) as child:
        assert json.loads(child.stdout.readline())["text"]
        child.stdout.close()
        said = child.stderr.read().decode()
        assert child.wait(timeout=120) == 0
    assert "Traceback" not in said and "Broken" not in said and "Exception" not in said


# --- killed, and gone on with ---


def killed(
    models: dict[str, str], words: list[str], part: Path, after: int, number: int
) -> tuple[int, str]:
    """Start, send a signal once the half-done file holds so many bytes; exit code and stderr."""
    log = part.with_suffix(".log")
    # A shell that runs the tests in the background has its children ignore SIGINT.
    heard = {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)}
    with (
        log.open("wb") as stderr,
        spawn(models, "compare", *words, stderr=stderr, **heard) as child,
    ):
        deadline = time.monotonic() + 240
        while time.monotonic() < deadline and child.poll() is None:
            if part.is_file() and part.stat().st_size > after:
                child.send_signal(number)
                break
            time.sleep(0.005)
        return int(child.wait(timeout=120)), log.read_text(encoding="utf-8")


@pytest.mark.slow
def test_killed_and_resumed_it_writes_the_same_bytes(
    run: Any, models: dict[str, str], tmp_path: Path
) -> None:
    """SIGKILL at a seeded size, then Ctrl-C, then the rest; repeated texts far apart among them."""
    texts = tweets(700)
    texts[600:650] = texts[100:150]
    source, rng = table(tmp_path / "in.tsv", texts), random.Random(11)
    place, part = tmp_path / "o.jsonl", tmp_path / ".o.jsonl.part"
    assert run("compare", f"input={source}", f"output={tmp_path}/whole.jsonl").code == 0
    expected = (tmp_path / "whole.jsonl").read_bytes()
    words = [f"input={source}", f"output={place}"]
    first = rng.randrange(1, len(expected) // 4)
    ended, said = killed(models, words, part, first, signal.SIGKILL)
    assert ended == -signal.SIGKILL, said
    assert not place.exists() and expected.startswith(part.read_bytes()[: first // 2])
    with part.open("ab") as file:
        file.write(expected[part.stat().st_size :][: rng.randrange(1, 400)])  # torn in a record
    refused = run("compare", *words)
    assert (refused.code, "half-done" in refused.err) == (2, True)
    again = [f"output={place}", "--resume"]
    size = part.stat().st_size
    ended, said = killed(models, again, part, size + rng.randrange(1, 1000), signal.SIGINT)
    assert ended == 130 and f"output={place}" in said, said
    assert not place.exists()
    done = run("compare", *again)
    assert done.code == 0, done.err
    assert place.read_bytes() == expected
    assert "700 rows" in done.err and "from before" in done.err
    assert not part.exists() and not Path(f"{part}.options").exists()


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(intake, "ROWS", 8)
    yield


@pytest.mark.usefixtures("small_chunks")
def test_time_out_keeps_what_is_done(run: Any, tmp_path: Path) -> None:
    source, place = table(tmp_path / "in.tsv", tweets(50)), tmp_path / "o.csv"
    assert run("translate", f"input={source}", f"output={tmp_path}/whole.csv").code == 0
    place.write_text("old")
    stopped = run("translate", f"input={source}", f"output={place}", "--max-minutes", "1e-9")
    assert stopped.code == 1 and "Stopped after" in stopped.err and "--resume" in stopped.err
    assert place.read_text() == "old"
    done = run("translate", f"output={place}", "--resume", f"input={source}", "max_minutes=null")
    assert done.code == 0
    assert place.read_bytes() == (tmp_path / "whole.csv").read_bytes()


@pytest.mark.usefixtures("small_chunks")
def test_explanations_go_on_with_the_same_random_numbers(run: Any, tmp_path: Path) -> None:
    """Chunks of eight; cut in the middle of a record, gone on with by the output alone."""
    source, place = table(tmp_path / "in.tsv", tweets(20)), tmp_path / "o.jsonl"
    words = [f"input={source}", f"output={place}", "options={gradient_shap.samples: 5}"]
    assert run("explain", *words).code == 0
    expected, part = place.read_bytes(), tmp_path / ".o.jsonl.part"
    assert run("explain", *words, "--max-minutes", "1e-9", "--fresh").code == 1
    for cut in (0, len(expected) // 3, 2 * len(expected) // 3):
        about = Path(f"{part}.options").read_bytes()
        place.unlink()
        part.write_bytes(expected[:cut])
        if cut:
            other = run("explain", f"output={place}", "--resume", "--seed", "3")
            assert other.code == 2 and "another seed" in other.err
        done = run("explain", f"output={place}", "--resume", "--max-minutes=null")
        assert done.code == 0, done.err
        assert place.read_bytes() == expected
        Path(f"{part}.options").write_bytes(about)


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize("form", ["jsonl", "csv", "tsv"])
def test_going_on_wherever_it_was_cut(run: Any, tmp_path: Path, form: str) -> None:
    texts = [text.replace(" 1", '\n"1",\t') for text in tweets(40)]
    source, place = table(tmp_path / "in.csv", texts, ","), tmp_path / f"o.{form}"
    words = ["translate", f"input={source}", f"output={place}"]
    assert run(*words).code == 0
    expected, rng = place.read_bytes(), random.Random(form)
    run(*words, "--max-minutes", "1e-9", "--fresh")
    about = (tmp_path / f".o.{form}.part.options").read_bytes()
    for cut in sorted(rng.sample(range(1, len(expected)), 6)):
        place.unlink()
        (tmp_path / f".o.{form}.part").write_bytes(expected[:cut])
        (tmp_path / f".o.{form}.part.options").write_bytes(about)
        done = run(*words, "--resume", "--max-minutes=null")
        assert done.code == 0, done.err
        assert place.read_bytes() == expected


def test_another_model_or_input_is_not_gone_on_with(
    run: Any, models: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "ROWS", 4)
    source, place = table(tmp_path / "in.tsv", tweets(20)), tmp_path / "o.jsonl"
    words = [f"input={source}", f"output={place}"]
    from train.files.stream import Stream

    check, calls = Stream._mind_the_time, []

    def interrupt(self: Any, output: Any) -> None:
        calls.append(output)
        if len(calls) == 3:
            raise KeyboardInterrupt
        check(self, output)

    monkeypatch.setattr(Stream, "_mind_the_time", interrupt)
    stopped = run("predict", *words)
    assert stopped.code == 130 and f"output={place}" in stopped.err
    left = half_done(str(place))
    assert left is not None and len(records(left)) == 8
    other = run("predict", *words, "--resume", "--model", models["baseline"])
    assert other.code == 2 and "another model" in other.err
    other = run("predict", *words, "--resume", "--triggers")
    assert other.code == 2 and "triggers" in other.err.partition("was begun with another")[2]
    if accelerated(load_emotion_model(models["student"]))[1] == FAST:
        other = run("predict", *words, "--resume", "--engine", "torch")
        assert other.code == 2 and "another engine" in other.err
    table(tmp_path / "in.tsv", tweets(20, seed=8))
    other = run("predict", *words, "--resume")
    assert other.code == 2 and "other texts" in other.err
    assert len(records(left)) == 8
    assert run("predict", *words, "--fresh").code == 0
    assert len(records(place)) == 20


# --- what is wrong ---


def test_nothing_to_read_leaves_the_old_output(run: Any, tmp_path: Path) -> None:
    place = tmp_path / "o.jsonl"
    place.write_text("old")
    for name, content, words in (
        ("a.txt", b" \n\n", "2 blank lines"),
        ("b.tsv", b"Texts\tID\nx\n\xff\t1\n", "2 bad rows"),
        ("c.tsv", b"", "is empty"),
        ("d.csv", b"%PDF-1.7\n\x00\xff", "lacks the column"),
    ):
        (tmp_path / name).write_bytes(content)
        done = run("predict", f"input={tmp_path}/{name}", f"output={place}")
        assert (done.code, words in done.err) == (1, True), done.err
        assert "Traceback" not in done.err
    assert place.read_text() == "old"
    assert not [name for name in os.listdir(tmp_path) if name.startswith(".")]


def test_a_full_disk_is_a_sentence(run: Any, tmp_path: Path) -> None:
    done = run("predict", "--input", table(tmp_path / "in.tsv", tweets(5)), "--output=/dev/full")
    assert (done.code, "No space left on device" in done.err) == (1, True)


def test_wrong_options_are_told_before_a_model_is_opened(run: Any, tmp_path: Path) -> None:
    source = table(tmp_path / "in.tsv", tweets(5))
    for words, complaint in (
        ([f"input={source}", f"output={source}"], "output would replace the input"),
        ([f"input={tmp_path}", "output=x"], "input names a folder"),
        ([f"input={source}", f"output={tmp_path}"], "output names a folder"),
        ([f"input={source}", "output=-", "--resume"], "needs a file"),
        ([f"input={source}", "output=x.csv"], "compare's records fit into no table"),
    ):
        done = run("compare", *words)
        assert (done.code, complaint in done.err) == (2, True), done.err


def test_a_defect_is_a_sentence_and_a_place(
    run: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from core.models import EmotionModel

    def fail(*_: object) -> None:
        raise ValueError("odd")

    monkeypatch.setattr(EmotionModel, "predict", fail)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    done = run("predict", "--input", table(tmp_path / "in.tsv", tweets(5)), "--output=-")
    assert done.code == 1 and "ValueError: odd" in done.err and "Traceback" not in done.err
    place = done.err.strip().rpartition(" ")[2]
    assert "Traceback" in Path(place).read_text()


# --- the hostile battery ---


@pytest.mark.parametrize("command", ["compare", "predict", "explain", "translate"])
def test_the_battery_comes_back_whole(run: Any, tmp_path: Path, command: str) -> None:
    battery = ROOT / "tests" / "battery" / "inputs.jsonl"
    texts = [json.loads(row)["text"] for row in battery.read_text(encoding="ascii").splitlines()]
    whole = [text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for text in texts]
    short = [row for row, text in enumerate(texts) if len(text) < 400]
    cut = tmp_path / "battery.jsonl"
    cut.write_text("".join(json.dumps({"text": texts[row]}) + "\n" for row in short), "ascii")
    output = tmp_path / "out.jsonl"
    done = run(command, "--input", str(cut), "--output", str(output))
    assert done.code == 0 and "Traceback" not in done.err, done.err
    read = [row for row in short if "\0" not in texts[row]]
    assert [record["text"] for record in records(output)] == [whole[row] for row in read]
    for line, row in enumerate(short, start=1):  # what is not answered is named by its line
        assert ("\0" in texts[row]) == (f"line {line}:" in done.err.lower())

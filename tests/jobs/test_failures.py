"""What people get wrong, and what breaks: one sentence each, an exit code, nothing lost.

Every fault is really caused, and met through ``python -m train``'s own door, in this process.
"""

import json
import math
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from train import __main__ as cli
from train.events import Kind, read
from train.kept import newest
from train.past import run_folder


def teacher(world: Any, output: str, **changes: Any) -> list[str]:
    """A small teacher, as it is typed; ``changes`` over the usual options."""
    options = {
        "model": world.path("encoder"),
        "data": world.path("emotions.tsv"),
        "split": world.path(f"{output}_split.json"),
        "pooling": "mean",
        "epochs": 1,
        "batch_size": 32,
        "threads": 1,
        "device": "cpu",
        "output": world.path(output),
        **changes,
    }
    return ["teacher", *(f"{name}={value}" for name, value in options.items())]


def said(line: list[str], capsys: pytest.CaptureFixture[str], code: int = 1) -> str:
    """The sentence, and the hint behind it, that a command fails with."""
    capsys.readouterr()
    assert cli.main(line) == code
    err = capsys.readouterr().err
    assert "Traceback" not in err
    return err


def failed(world: Any, output: str) -> Any:
    """What the run's events say of its end; one sentence."""
    last = read(run_folder(world.path(output)) / "events.jsonl")[-1]
    assert last.kind is Kind.FAILED and last.data["expected"]
    assert last.data["sentence"] and "\n" not in last.data["sentence"]
    return last.data


FILES = {
    "no such column": ("ID\tTexts\n1\tso happy\n", "Labels"),
    "another label": ("ID\tTexts\tLabels\n1\tso happy\thappiness\n", "happiness"),
    "nothing at all": ("", "empty"),
    "a header alone": ("ID\tTexts\tLabels\n", "no rows"),
    "a torn row": ("ID\tTexts\tLabels\n1\tso happy\n2\tsad\tSadness\n", "row 2"),
    "one text": ("ID\tTexts\tLabels\n1\tso happy\tJoy\n2\tSo happy!\tJoy\n", "1 distinct text"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_cannot_be_used(
    name: str, world: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    content, words = FILES[name]
    file = Path(world.path("bad.tsv"))
    file.write_text(content)
    assert words in said(teacher(world, "bad", data=file), capsys)
    assert words in failed(world, "bad")["sentence"]
    assert not Path(world.path("bad")).exists()


ROWS = {
    "three classes": [("Joy", "adore"), ("Anger", "furious"), ("Fear", "scared")] * 10,
    "twenty rows": [("Joy", "adore"), ("Anger", "furious")] * 10,
    "the same text again and again": [("Joy", "adore"), ("Anger", "furious"), ("Joy", "a")] * 10,
}


@pytest.mark.parametrize("name", ROWS)
def test_a_small_file_is_trained_on(name: str, world: Any) -> None:
    numbered = name != "the same text again and again"
    rows = [
        (str(n), f"{word} {n}" if numbered else word, label, "more")
        for n, (label, word) in enumerate(ROWS[name])
    ]
    world.write("small.tsv", ("ID", "Texts", "Labels", "Mood"), rows)
    output = f"small_{name.replace(' ', '_')}"
    assert cli.main(teacher(world, output, data=world.path("small.tsv"))) == 0
    last = read(run_folder(world.path(output)) / "events.jsonl")[-1]
    assert last.kind is Kind.FINISHED
    assert 0 <= last.data["figures"]["macro_f1"] <= 1


def test_a_base_without_a_tokenizer(world: Any, capsys: pytest.CaptureFixture[str]) -> None:
    folder = Path(world.path("mute"))
    shutil.copytree(world.path("encoder"), folder, dirs_exist_ok=True)
    for path in folder.glob("*token*"):
        path.unlink()
    assert str(folder) in said(teacher(world, "mute_out", model=folder), capsys)
    assert "token" in failed(world, "mute_out")["sentence"]


@pytest.mark.parametrize("part", ["config.json", "model.safetensors"])
def test_half_a_base(part: str, world: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """A file of the folder was cut in the middle, as by a full disk."""
    folder = Path(world.path(f"half_{part}"))
    shutil.copytree(world.path("encoder"), folder)
    content = (folder / part).read_bytes()
    (folder / part).write_bytes(content[: len(content) // 2])
    assert str(folder) in said(teacher(world, "half_out", model=folder), capsys)
    failed(world, "half_out")


def test_half_a_checkpoint(world: Any, capsys: pytest.CaptureFixture[str]) -> None:
    made = Path(world.path("made"))
    assert cli.main(teacher(world, "made")) == 0
    weights = made / "model.safetensors"
    content = weights.read_bytes()
    weights.write_bytes(content[: len(content) // 2])
    line = teacher(world, "of_half", model=made, insist="true")
    assert str(made) in said(line, capsys)
    assert "model.safetensors" in failed(world, "of_half")["sentence"]
    (made / "tandem.json").write_text((made / "tandem.json").read_text()[:100])
    assert "tandem.json" in said(line, capsys)


def test_a_hub_that_cannot_be_reached(world: Any, capsys: pytest.CaptureFixture[str]) -> None:
    text = said(teacher(world, "unreachable", model="nobody/no-such-encoder"), capsys)
    assert text.count("nobody/no-such-encoder is not on this machine") == 1
    failed(world, "unreachable")


def test_all_problems_of_a_line_at_once(world: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Options that cannot be, and inputs that are not there: code 2, and nothing was begun."""
    line = teacher(world, "never", data="/no/such.tsv", epochs=-1, colour="red")
    text = said(line, capsys, code=2)
    assert all(word in text for word in ("/no/such.tsv", "epochs", "colour"))
    assert not run_folder(world.path("never")).exists()


# --- a loss that is no number ---


def test_weights_that_are_no_number(world: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """A base with a NaN in it: the first loss is none, and nothing is saved."""
    folder = Path(world.path("nan"))
    shutil.copytree(world.path("encoder"), folder)
    tensors = load_file(folder / "model.safetensors")
    tensors[sorted(tensors)[0]].view(-1)[0] = math.nan
    for name in tensors:
        if "LayerNorm.weight" in name:
            tensors[name][:] = math.nan
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    text = said(teacher(world, "nan_out", model=folder), capsys)
    assert re.search(r"At step 1 the (loss is|gradients are) no longer", text)
    assert "Lower learning_rate, or train in float32." in text
    assert not Path(world.path("nan_out")).exists()


def test_the_last_good_checkpoint_outlives_it(
    world: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """From step 9 on the loss is infinite; the checkpoint after step 7 is whole, and finite."""
    steps = 0
    real = nn.functional.cross_entropy

    def sometimes(*args: Any, **options: Any) -> Any:
        nonlocal steps
        steps += 1
        return real(*args, **options) * (math.inf if steps >= 9 else 1.0)

    monkeypatch.setattr(nn.functional, "cross_entropy", sometimes)
    line = teacher(world, "late", epochs=3)  # 7 steps an epoch
    assert "At step 9 the loss is no longer a number." in said(line, capsys)
    data = failed(world, "late")
    assert data["hint"] == "Lower learning_rate, or train in float32."
    checkpoint = newest(run_folder(world.path("late")) / "checkpoints")
    assert checkpoint is not None and checkpoint.step == 7
    weights = load_file(checkpoint.folder / "model.safetensors")
    assert all(bool(tensor.isfinite().all()) for tensor in weights.values())
    monkeypatch.undo()
    assert cli.main(["teacher", "--resume", f"output={world.path('late')}"]) == 0
    assert json.loads((Path(world.path("late")) / "tandem.json").read_text())["metrics"]["steps"]


def test_gradients_that_are_no_number(
    world: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loss is finite while its gradient is not: the weights of that step are never kept."""
    real = nn.functional.cross_entropy

    def steep(*args: Any, **options: Any) -> Any:
        value = real(*args, **options)
        return value + torch.sqrt(value - value)  # + 0, whose slope is 0 × infinity

    monkeypatch.setattr(nn.functional, "cross_entropy", steep)
    text = said(teacher(world, "steep"), capsys)
    assert "At step 1 the gradients are no longer a number." in text
    assert newest(run_folder(world.path("steep")) / "checkpoints") is None

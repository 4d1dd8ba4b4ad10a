"""Models told without opening one: each kind of breakage really made, the truth is what loads.

What the catalogue lets pass must open; what it refuses is refused by the loader too, or is a
question of who asks. Counts are compared with the tensors themselves.
"""

import json
import os
import pickle
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from transformers.models.auto import modeling_auto

from core import catalogue, looking
from core.architectures import CLASSIFIERS, ENCODERS, classifies, encodes, tables
from core.catalogue import found, look
from core.embedded import DEMO
from core.errors import CheckpointError, ModelError, TandemError
from core.hub import fetch
from core.loading import load_backbone, load_emotion_model, pack_checkpoint
from core.manifest import MANIFEST, read_manifest, update_manifest
from core.packing import load_weights
from core.translators import load_translator
from core.weight_files import refuse_code


@pytest.fixture
def copy(tmp_path: Path) -> Callable[[Path], Path]:
    """A folder of one's own to break."""
    return lambda source: Path(shutil.copytree(source, tmp_path / "models" / source.name))


# --- what is told


def test_the_embedded_ones_are_told_as_their_manifests_say() -> None:
    every = {one.folder.name: one for one in found([DEMO])}
    assert list(every) == ["student", "student_before", "teacher", "translator"]
    for name, one in every.items():
        manifest = read_manifest(DEMO / name)
        for field in ("role", "base", "languages", "licence", "command", "created", "identity"):
            assert getattr(one, field) == getattr(manifest, field), (name, field)
        for field in ("metrics", "data", "threshold", "thresholds", "weight_reference", "packed"):
            assert getattr(one, field) == getattr(manifest, field), (name, field)
        assert one.problem == "" and one.ours and not one.legacy
        assert one.bytes == sum(path.stat().st_size for path in (DEMO / name).iterdir())
    named = {parent.role: parent.folder for parent in every["student"].parents}
    assert named == {
        "teacher": DEMO / "teacher",
        "student": DEMO / "student_before",
        "translator": DEMO / "translator",
    }


@pytest.mark.parametrize("name", ["student", "teacher", "translator"])
def test_parameters_are_the_tensors_entries(name: str) -> None:
    """Of packed folders and of plain ones, a head beside the encoder included."""
    tensors = dict(load_weights(DEMO / name))
    if (DEMO / name / "head.safetensors").is_file():
        tensors |= {
            f"head.{key}": t for key, t in load_file(DEMO / name / "head.safetensors").items()
        }
    assert look(DEMO / name).parameters == sum(tensor.numel() for tensor in tensors.values())


def test_plain_folders_of_others_are_told_too(folders: Any, copy: Callable[[Path], Path]) -> None:
    bert = look(folders.bert)
    assert (bert.role, bert.base, bert.ours, bert.problem) == ("classifier", "bert", False, "")
    weights = load_file(folders.bert / "model.safetensors")
    assert bert.parameters == sum(tensor.numel() for tensor in weights.values())
    assert look(folders.encoder).role == "base"
    marian = look(folders.marian)
    assert (marian.role, marian.languages) == ("translator", ("fr", "nl", "ru", "es"))


@pytest.mark.parametrize(
    "name", ["bert", "xlmr", "encoder", "marian", "translator", "teacher", "before", "student"]
)
def test_what_passes_opens(folders: Any, name: str) -> None:
    folder = getattr(folders, name)
    one = look(folder)
    assert one.usable
    if one.role == "translator":
        assert tuple(load_translator(folder).units) == one.languages
    elif one.role == "base":
        load_backbone(str(folder))
    else:
        assert load_emotion_model(folder).class_names == one.labels


def test_packed_ones_are_told_alike(folders: Any, tmp_path: Path) -> None:
    pack_checkpoint(folders.teacher, tmp_path / "packed")
    plain, packed = look(folders.teacher), look(tmp_path / "packed")
    assert packed.packed and not plain.packed and packed.problem == ""
    assert (packed.parameters, packed.identity) == (plain.parameters, plain.identity)


# --- what is refused


def torn(name: str, cut: int = 50) -> Callable[[Path], None]:
    def tear(folder: Path) -> None:
        (folder / name).write_bytes((folder / name).read_bytes()[:-cut])

    return tear


def gone(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def said(**values: Any) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        content = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps({**content, **values}))

    return change


def written(name: str, content: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_text(content) and None


def empty(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_bytes(b"") and None


def other_pickle(folder: Path) -> None:
    torch.save(load_file(folder / "model.safetensors"), folder / "weights.pt")
    (folder / "model.safetensors").unlink()


def headed(folder: Path) -> None:
    """A header that is longer than any."""
    (folder / "model.safetensors").write_bytes((2**40).to_bytes(8, "little") + b"{}")


OPENS_ALL_THE_SAME = ("code of its own", "missing parts")
"""Tiny BERT is a family of transformers' own, and its one whole file is there."""
STARS = {str(row): f"{row + 1} star" for row in range(6)}
OURS: dict[str, tuple[Callable[[Path], None], str]] = {
    "a file is missing": (gone("tokenizer.json"), "half-written: tokenizer.json is missing"),
    "weights are missing": (
        gone("model.safetensors"),
        "half-written: model.safetensors is missing",
    ),
    "torn weights": (torn("model.safetensors"), "half-written: it ends before"),
    "an empty file": (empty("tokenizer.json"), "half-written: tokenizer.json is empty"),
    "a torn manifest": (torn(MANIFEST), "manifest .* cannot be read"),
    "another format": (
        lambda folder: update_manifest(folder, format_version=99) and None,
        "has format 99",
    ),
    "a role that is none": (
        lambda folder: update_manifest(folder, role="king") and None,
        "names the role 'king'",
    ),
    "labels of no emotion": (
        lambda folder: update_manifest(folder, labels=("a", "b", "c", "d", "e", "f")) and None,
        "None of the model's labels",
    ),
    "code of its own": (said(auto_map={"AutoModel": "x.X"}), "needs code that comes with it"),
    "a broken config": (written("config.json", "{"), "broken: it is not JSON"),
}
FOREIGN: dict[str, tuple[Callable[[Path], None], str]] = {
    "torn weights": (torn("model.safetensors"), "half-written: it ends before"),
    "a header that is none": (headed, "half-written"),
    "no weights": (gone("model.safetensors"), "half-written: it has no weights"),
    "a config that is no table": (written("config.json", "[]"), "no table of settings"),
    "a broken config": (written("config.json", '{"model_type": '), "broken: it is not JSON"),
    "labels of no emotion": (said(id2label=STARS), "None of the model's labels"),
    "no labels at all": (said(id2label=None), "None of the model's labels"),
    "two of one": (said(id2label={"0": "joy", "1": "happy"}), "mean the same emotion"),
    "code of its own": (said(auto_map={"AutoModel": "x.X"}), "needs code that comes with it"),
    "an unknown kind": (said(model_type="nonesuch"), "unknown architecture .*nonesuch"),
    "a decoder": (said(architectures=["GPT2LMHeadModel"], model_type="gpt2"), "unknown architect"),
    "another pickle": (other_pickle, r"pickled \(weights.pt\), which can run code"),
    "missing parts": (
        written(
            "model.safetensors.index.json", '{"weight_map": {"a": "model-1-of-2.safetensors"}}'
        ),
        "model-1-of-2.safetensors is missing",
    ),
}


@pytest.mark.parametrize(
    ("kind", "name"), [("teacher", n) for n in OURS] + [("bert", n) for n in FOREIGN]
)
def test_a_broken_folder_says_why(
    folders: Any, copy: Callable[[Path], Path], kind: str, name: str
) -> None:
    folder = copy(getattr(folders, kind))
    breaking, sentence = (OURS if kind == "teacher" else FOREIGN)[name]
    assert look(folder).problem == "", "whole before"
    time.sleep(0.01)
    breaking(folder)
    one = look(folder)
    with pytest.raises(CheckpointError, match=sentence):
        raise CheckpointError(one.problem)
    assert one.hint and "\n" not in one.problem and one in found([folder.parent])
    if name not in OPENS_ALL_THE_SAME:
        with pytest.raises(TandemError):  # nor does it open
            load_emotion_model(folder)


@pytest.mark.parametrize("cut", [1, 100, 5000])
def test_a_packed_file_that_was_cut_off_is_half_written(
    copy: Callable[[Path], Path], cut: int
) -> None:
    folder = copy(DEMO / "translator")
    torn("packed.safetensors.gz", cut)(folder)
    assert "half-written" in look(folder).problem


def test_a_leftover_of_a_killed_writer_is_told_and_one_at_work_is_not(
    folders: Any, tmp_path: Path
) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    for process in (dead.pid, os.getpid()):
        shutil.copytree(folders.bert, tmp_path / f".student.{process}.part")
    [one] = found([tmp_path])
    assert one.folder.name == f".student.{dead.pid}.part"
    assert "student is half-written" in one.problem and "can go" in one.hint


def test_refused_ones_come_last(folders: Any, tmp_path: Path) -> None:
    shutil.copytree(folders.bert, tmp_path / "a")
    shutil.copytree(folders.bert, tmp_path / "b")
    torn("model.safetensors")(tmp_path / "a")
    assert [one.folder.name for one in found([tmp_path])] == ["b", "a"]


# --- where it looks


def test_only_what_holds_a_model_is_told(folders: Any, tmp_path: Path) -> None:
    for name in ("a/result", "a/checkpoints/checkpoint-7", "b/checkpoint-3", ".hidden/x", "c/d/e"):
        shutil.copytree(folders.bert, tmp_path / name)
    shutil.copytree(folders.bert, tmp_path / "1/2/3/4/5/6/too-deep")
    assert {str(one.folder.relative_to(tmp_path)) for one in found([tmp_path])} == {
        "a/result",
        "c/d/e",
    }


def test_links_are_told_once_and_never_followed_down(folders: Any, tmp_path: Path) -> None:
    shutil.copytree(folders.bert, tmp_path / "far" / "away" / "model")
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "linked").symlink_to(tmp_path / "far" / "away" / "model")
    (tmp_path / "here" / "loop").symlink_to(tmp_path)
    assert [one.folder.name for one in found([tmp_path / "here"])] == ["linked"]
    both = found([tmp_path / "here", tmp_path / "far"])
    assert [one.folder.name for one in both] == ["linked"]


def test_roots_need_not_be_there(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert found([tmp_path / "nowhere", tmp_path / "file"]) == ()
    assert "no config.json" in look(tmp_path / "nowhere").problem


def test_a_folder_is_read_anew_only_where_it_changed(
    folders: Any, copy: Callable[[Path], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, read = copy(folders.teacher), []

    def counted(*arguments: Any) -> Any:
        read.append(arguments)
        return looking.judged(*arguments)

    monkeypatch.setattr(catalogue, "judged", counted)
    first = look(folder)
    assert look(folder) is first and len(read) == 1
    update_manifest(folder, threshold=0.75)
    assert look(folder).threshold == 0.75 and len(read) == 2


def test_the_hubs_cache_is_told_by_ids(hub: Any, folders: Any, tmp_path: Path) -> None:
    hub.add("someone/emotions", folders.bert)
    hub.add("someone/half", folders.xlmr)
    fetch("someone/emotions")

    class Killed(BaseException):
        pass

    def kill(seen: Any) -> None:
        if seen.file == "model.safetensors":
            raise Killed

    with pytest.raises(Killed):
        fetch("someone/half", kill)
    whole, half = found([tmp_path / "cache"])
    assert (whole.name, whole.source, whole.hub, whole.role) == (
        "someone/emotions",
        "someone/emotions",
        True,
        "classifier",
    )
    assert half.name == "someone/half" and "download did not end" in half.problem


def test_nothing_of_it_needs_torch() -> None:
    code = (
        "import sys; from pathlib import Path; from core.catalogue import found; "
        f"assert len(found([Path({str(DEMO)!r})])) == 4; "
        "print([name for name in ('torch', 'transformers') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=DEMO.parents[2]
    )
    assert done.stdout.strip() == "[]", done.stderr


def test_the_table_of_families_is_transformers_own() -> None:
    for name in (CLASSIFIERS, ENCODERS):
        assert tables()[name] == frozenset(getattr(modeling_auto, name))
    assert classifies("xlm-roberta") and encodes("xlm-roberta") and not encodes("gpt2")


# --- pickles


class Trap:
    """Unpickled, it leaves a file behind."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.path),)


def as_bin(folder: Path, **save: Any) -> Path:
    weights = load_file(folder / "model.safetensors")
    torch.save(weights, folder / "pytorch_model.bin", **save)
    (folder / "model.safetensors").unlink()
    return folder


@pytest.mark.parametrize("zipped", [True, False])
def test_older_weights_are_opened_and_marked(
    folders: Any, copy: Callable[[Path], Path], zipped: bool
) -> None:
    folder = as_bin(copy(folders.bert), _use_new_zipfile_serialization=zipped)
    one = look(folder)
    assert (one.problem, one.legacy, one.parameters) == ("", True, None)
    expected = load_emotion_model(folders.bert).probabilities(["so happy"])
    assert load_emotion_model(folder).probabilities(["so happy"]) == pytest.approx(expected)


@pytest.mark.parametrize("zipped", [True, False])
def test_code_in_older_weights_is_refused_and_never_run(
    folders: Any, copy: Callable[[Path], Path], zipped: bool
) -> None:
    folder = copy(folders.bert)
    sprung = folder / "sprung"
    weights = {**load_file(folder / "model.safetensors"), "trap": Trap(sprung)}
    torch.save(weights, folder / "pytorch_model.bin", _use_new_zipfile_serialization=zipped)
    (folder / "model.safetensors").unlink()
    one = look(folder)
    assert "can run code when opened" in one.problem and "mkdir" in one.problem
    with pytest.raises(ModelError, match="can run code"):
        load_emotion_model(folder)
    assert not sprung.exists()
    torch.load(folder / "pytorch_model.bin", weights_only=False)
    assert sprung.exists(), "it was a trap: opened plainly, it springs"


def test_the_loader_itself_reads_weights_only(
    folders: Any, copy: Callable[[Path], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the look from outside were blind."""
    folder = copy(folders.bert)
    weights = {**load_file(folder / "model.safetensors"), "trap": Trap(folder / "sprung")}
    torch.save(weights, folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    monkeypatch.setattr("core.pretrained.refuse_code", lambda path: None)
    with pytest.raises(ModelError, match="cannot be loaded"):
        load_emotion_model(folder)
    assert not (folder / "sprung").exists()


def test_a_pickle_is_named_before_anything_else(folders: Any, copy: Callable[[Path], Path]) -> None:
    """Of a checkpoint of ours, and of another whose classes would be refused too."""
    ours, foreign = copy(folders.teacher), copy(folders.bert)
    for folder in (ours, foreign):
        (folder / "model.safetensors").unlink()
        (folder / "pytorch_model.bin").write_bytes(pickle.dumps(Trap(folder / "sprung")))
    said(id2label=STARS)(foreign)
    assert "pytorch_model.bin, which is not read" in look(ours).problem
    assert "can run code when opened" in look(foreign).problem
    for folder in (ours, foreign):
        with pytest.raises(TandemError):
            load_emotion_model(folder)
        assert not (folder / "sprung").exists()


def test_no_other_pickle_is_opened(folders: Any, copy: Callable[[Path], Path]) -> None:
    """A folder full of traps beside good weights: none is so much as read."""
    folder = copy(folders.bert)
    names = ["pytorch_model.bin", "training_args.bin", "optimizer.pt", "scheduler.pt", "a.pkl"]
    for name in names:
        (folder / name).write_bytes(pickle.dumps(Trap(folder / "sprung")))
    opened: list[str] = []
    watching = True

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if watching and event == "open":
            opened.append(Path(str(arguments[0])).name)

    sys.addaudithook(watch)
    load_emotion_model(folder)
    assert look(folder).usable
    watching = False
    assert "config.json" in opened and not set(names) & set(opened)
    assert not (folder / "sprung").exists()


def test_a_torn_file_of_torchs_is_half_written(tmp_path: Path) -> None:
    torch.save({"a": torch.zeros(1000)}, tmp_path / "a.bin")
    refuse_code(tmp_path / "a.bin")
    torn("a.bin", 500)(tmp_path)
    with pytest.raises(CheckpointError, match="half-written"):
        refuse_code(tmp_path / "a.bin")
    with zipfile.ZipFile(tmp_path / "b.bin", "w") as archive:
        archive.writestr("nothing.txt", "")
    with pytest.raises(CheckpointError, match="half-written"):
        refuse_code(tmp_path / "b.bin")

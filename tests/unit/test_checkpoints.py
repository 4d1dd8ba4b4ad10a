"""A checkpoint is whole or not there; nobody's files are lost; what is broken is named."""

import dataclasses
import json
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.checkpoints import (
    MANIFEST,
    Manifest,
    check_output,
    clear_leftovers,
    file_sha256,
    load_texts,
    read_manifest,
    save_texts,
    update_manifest,
    verify,
    write_checkpoint,
)
from core.errors import CheckpointError

ROOT = Path(__file__).parents[2]
SAID = Manifest(role="teacher", base="tiny", prefix="é ", metrics={"macro_f1": 0.5})


def two_files(content: str) -> Callable[[Path], None]:
    def write(aside: Path) -> None:
        (aside / "a.txt").write_text(content)
        (aside / "b.bin").write_bytes(content.encode() * 3)

    return write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A checkpoint with two files, alone in its parent."""
    write_checkpoint(tmp_path / "home" / "model", SAID, two_files("old"))
    return tmp_path / "home" / "model"


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_what_is_written_is_read(folder: Path) -> None:
    manifest = read_manifest(folder)
    assert dataclasses.replace(manifest, files={}, created="") == SAID
    assert set(manifest.files) == {"a.txt", "b.bin"}
    assert manifest.created.endswith("Z")
    verify(folder, manifest)
    assert [path.name for path in folder.parent.iterdir()] == ["model"]


def test_a_hash_is_that_of_the_command_line(folder: Path) -> None:
    said = subprocess.run(
        ["sha256sum", folder / "b.bin"], capture_output=True, text=True, check=True
    )
    assert file_sha256(folder / "b.bin") == said.stdout.split()[0]


def test_another_user_may_read_what_this_one_may(folder: Path) -> None:
    def private(aside: Path) -> None:
        (aside / "a.txt").write_text("x")
        (aside / "a.txt").chmod(0o600)

    write_checkpoint(folder, SAID, private)
    (folder / "own").write_text("")
    rights = stat.S_IMODE((folder / "own").stat().st_mode)
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {rights}


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_failure_while_writing_leaves_the_old_one_whole(
    folder: Path, error: type[BaseException]
) -> None:
    before = content(folder)

    def half(aside: Path) -> None:
        two_files("new")(aside)
        raise error

    with pytest.raises(error):
        write_checkpoint(folder, SAID, half)
    assert content(folder) == before
    assert [path.name for path in folder.parent.iterdir()] == ["model"]
    with pytest.raises(error):
        write_checkpoint(folder.with_name("fresh"), SAID, half)
    assert [path.name for path in folder.parent.iterdir()] == ["model"]


KILLED = """
import os, signal, sys
from pathlib import Path
from core.checkpoints import Manifest, write_checkpoint
def write(aside):
    (aside / "a.txt").write_text("new")
    os.kill(os.getpid(), signal.SIGKILL)
write_checkpoint(Path(sys.argv[1]), Manifest(role="teacher", base="tiny"), write)
"""


def test_a_process_killed_while_writing_leaves_the_old_one_whole(folder: Path) -> None:
    before = content(folder)
    for target in (folder, folder.with_name("fresh")):
        done = subprocess.run([sys.executable, "-c", KILLED, str(target)], cwd=ROOT)
        assert done.returncode == -signal.SIGKILL
    assert content(folder) == before
    seen = [path.name for path in folder.parent.iterdir() if not path.name.startswith(".")]
    assert seen == ["model"]
    write_checkpoint(folder, SAID, two_files("newer"))
    assert (folder / "a.txt").read_text() == "newer"


def test_a_rename_that_fails_puts_the_old_one_back(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, rename = content(folder), Path.rename

    def full(self: Path, target: Path) -> Path:
        if self.name.endswith(".part"):
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(CheckpointError, match="cannot be written: No space left on device"):
        write_checkpoint(folder, SAID, two_files("new"))
    assert content(folder) == before
    assert [path.name for path in folder.parent.iterdir()] == ["model"]


def test_a_checkpoint_is_replaced_whole(folder: Path) -> None:
    write_checkpoint(folder, SAID, lambda aside: (aside / "c.txt").write_text("new"))  # type: ignore[arg-type,return-value]
    assert sorted(content(folder)) == ["c.txt", MANIFEST]
    write_checkpoint(folder.with_name("deep") / "er" / "model", SAID, two_files("x"))
    assert read_manifest(folder.with_name("deep") / "er" / "model").role == "teacher"


def test_somebody_elses_files_in_a_checkpoint_survive(folder: Path) -> None:
    (folder / "notes.txt").write_text("mine")
    (folder / "plots").mkdir()
    (folder / "plots" / "one.png").write_bytes(b"png")
    manifest = write_checkpoint(folder, SAID, two_files("new"))
    assert (folder / "notes.txt").read_text() == "mine"
    assert (folder / "plots" / "one.png").read_bytes() == b"png"
    assert (folder / "a.txt").read_text() == "new" and "notes.txt" not in manifest.files
    assert [path.name for path in folder.parent.iterdir()] == ["model"]


def test_a_broken_checkpoint_can_be_written_again(folder: Path) -> None:
    (folder / MANIFEST).write_text("{torn")
    (folder / "packed.safetensors").write_bytes(b"old weights must not come back")
    (folder / "notes.txt").write_text("mine")
    write_checkpoint(folder, SAID, two_files("new"))
    assert sorted(content(folder)) == ["a.txt", "b.bin", "notes.txt", MANIFEST]


@pytest.mark.parametrize("what", ["files", "hidden", "folder", "file"])
def test_what_is_not_a_checkpoint_is_left_alone(tmp_path: Path, what: str) -> None:
    place = tmp_path / "mine"
    if what == "file":
        place.write_text("thesis")
    else:
        place.mkdir()
        (place / "sub").mkdir() if what == "folder" else (
            place / (".git" if what == "hidden" else "thesis.tex")
        ).write_text("thesis")
    with pytest.raises(CheckpointError, match="is left alone"):
        check_output(place)
    with pytest.raises(CheckpointError, match="is left alone"):
        write_checkpoint(place, SAID, two_files("new"))
    assert place.exists() and list(tmp_path.iterdir()) == [place]
    if place.is_dir():
        assert len(list(place.iterdir())) == 1


def test_an_empty_folder_and_no_folder_may_be_written(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("empty", "new"):
        check_output(tmp_path / name)
        write_checkpoint(tmp_path / name, SAID, two_files("new"))
        verify(tmp_path / name, read_manifest(tmp_path / name))


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CheckpointError, match="cannot be written"):
        write_checkpoint(tmp_path / "file" / "model", SAID, two_files("new"))


def test_a_link_is_followed(folder: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(folder)
    write_checkpoint(link, SAID, two_files("new"))
    assert link.is_symlink() and (folder / "a.txt").read_text() == "new"


@pytest.mark.parametrize("name", ["a.txt", "b.bin"])
def test_a_missing_or_changed_file_is_named(folder: Path, name: str) -> None:
    manifest = read_manifest(folder)
    original = (folder / name).read_bytes()
    (folder / name).write_bytes(bytes([original[0] ^ 1]) + original[1:])
    with pytest.raises(CheckpointError, match=f"damaged: {name}"):
        verify(folder, manifest)
    (folder / name).unlink()
    with pytest.raises(CheckpointError, match=f"incomplete: {name} is missing"):
        verify(folder, manifest)


MANIFESTS: dict[str, Any] = {
    "torn": '{"role": "teach',
    "not an object": "[]",
    "not text": b"\xff\xfe\x00",
    "empty": "",
    "no version": {"format_version": None},
    "odd version": {"format_version": "one"},
    "no role": {"role": None},
    "unknown role": {"role": "wizard"},
    "length": {"max_length": "long"},
    "negative length": {"max_length": 0},
    "threshold": {"threshold": "high"},
    "thresholds": {"thresholds": [0.5]},
    "a threshold": {"thresholds": {"cosine": "high"}},
    "no number": '{"format_version": 1, "role": "student", "base": "", "thresholds": {"a": NaN}}',
    "labels": {"labels": [1, 2]},
    "prefix": {"prefix": None},
    "files": {"files": ["a.txt"]},
    "a file elsewhere": {"files": {"../../a.txt": "00"}},
    "an absolute file": {"files": {"/etc/passwd": "00"}},
    "a parent": {"files": {"..": "00"}},
}


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_broken_manifest_is_refused_in_a_sentence(folder: Path, name: str) -> None:
    path, wrong = folder / MANIFEST, MANIFESTS[name]
    if isinstance(wrong, dict):
        wrong = json.dumps({**json.loads(path.read_text(encoding="utf-8")), **wrong})
    path.write_bytes(wrong if isinstance(wrong, bytes) else wrong.encode())
    with pytest.raises(CheckpointError) as caught:
        read_manifest(folder)
    assert str(path) in caught.value.sentence and "\n" not in caught.value.sentence


def test_a_newer_format_is_refused_whatever_it_holds(folder: Path) -> None:
    (folder / MANIFEST).write_text(json.dumps({"format_version": 2, "role": {"new": "shape"}}))
    with pytest.raises(CheckpointError, match="has format 2; this Tandem reads 1"):
        read_manifest(folder)


def test_fields_that_a_later_tandem_adds_are_ignored(folder: Path) -> None:
    path = folder / MANIFEST
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), "mood": "good"}))
    assert read_manifest(folder).prefix == "é "


def test_no_folder_and_no_manifest_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="There is no folder"):
        read_manifest(tmp_path / "none")
    with pytest.raises(CheckpointError, match=f"has no {MANIFEST}"):
        read_manifest(tmp_path)


def test_an_update_changes_the_manifest_alone(folder: Path) -> None:
    before = content(folder)
    manifest = update_manifest(folder, threshold=0.25, metrics={"triggers": 1})
    assert read_manifest(folder) == manifest
    assert (manifest.threshold, manifest.prefix) == (0.25, "é ")
    after = content(folder)
    assert sorted(after) == sorted(before)
    assert {name for name in after if after[name] != before[name]} == {MANIFEST}
    verify(folder, manifest)


HASHES = st.sets(st.integers(0, 2**64 - 1).map(lambda value: f"{value:016x}"))


@given(HASHES, HASHES)
def test_text_hashes_come_back(
    tmp_path_factory: pytest.TempPathFactory, labelled: set[str], unlabelled: set[str]
) -> None:
    folder = tmp_path_factory.mktemp("texts")
    assert load_texts(folder) == (set(), set())
    save_texts(folder, labelled, unlabelled)
    assert load_texts(folder) == (labelled, unlabelled)


def test_what_killed_processes_left_is_taken_away_and_the_old_one_put_back(tmp_path: Path) -> None:
    output = tmp_path / "model [1]"  # a name with a meaning for glob
    other = tmp_path / ".another.1.part"
    for folder in (".model [1].7.part", ".model [1].7.old", other.name):
        (tmp_path / folder).mkdir()
    (tmp_path / ".model [1].7.old" / "weights").write_text("old")
    clear_leftovers(output)
    assert sorted(path.name for path in tmp_path.iterdir()) == [other.name, output.name]
    assert (output / "weights").read_text() == "old"
    (tmp_path / ".model [1].8.old").mkdir()
    clear_leftovers(output)  # the new one stands: the old one goes
    assert sorted(path.name for path in tmp_path.iterdir()) == [other.name, output.name]
    assert (output / "weights").read_text() == "old"

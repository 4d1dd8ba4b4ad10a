"""What a form may name on disk: hostile paths, links, other people's uploads, devices."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.embedded import DEMO
from core.errors import InputError
from dashboard.batch.results import Store
from dashboard.training.places import EXAMPLES, Places
from train.values import Option

FILE = Option("A file.", name="data", path="file")
MODEL = Option("A model.", name="model", path="model")
CHANGED = Option("A model.", name="model", path="folder", changed=True)
SPLIT = Option("A split.", name="split", path="new")


@pytest.fixture
def places(tmp_path):
    """Opened folders with a file in each, and a secret beside them."""
    for name in ("runs", "models", "data", "outside"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file.tsv").write_text("ID\tTexts\n")
    (tmp_path / "runs" / "batch").mkdir()
    (tmp_path / "runs" / "batch" / "theirs.tsv").write_text("private")
    store = Store(tmp_path / "runs" / "uploads")
    return Places.of(tmp_path / "runs", tmp_path / "models", store, [tmp_path / "data"])


def refused(places, value, row=FILE, owner=""):
    with pytest.raises(InputError) as problem:
        places.allowed(row, value, owner)
    return str(problem.value)


def test_files_of_opened_folders_are_taken_and_resolved(places, tmp_path, monkeypatch):
    for name in ("runs", "models", "data"):
        file = tmp_path / name / "file.tsv"
        assert places.allowed(FILE, str(file), "") == str(file)
    (tmp_path / "data" / "link.tsv").symlink_to(tmp_path / "data" / "file.tsv")
    linked = places.allowed(FILE, [str(tmp_path / "data" / "link.tsv")], "")
    assert linked == [str(tmp_path / "data" / "file.tsv")], "what is handed on is no link"
    monkeypatch.chdir(tmp_path)
    assert places.allowed(FILE, "data/../data/file.tsv", "") == str(tmp_path / "data" / "file.tsv")
    assert places.allowed(MODEL, str(DEMO / "teacher"), "") == str(DEMO / "teacher")
    bundled = str(EXAMPLES / "tweets.tsv")
    assert Path(bundled).is_file() and places.allowed(FILE, bundled, "") == bundled
    assert not places.writable(EXAMPLES)


def test_nothing_leads_out(places, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data" / "out.tsv").symlink_to(tmp_path / "outside" / "file.tsv")
    (tmp_path / "data" / "outer").symlink_to(tmp_path / "outside")
    (tmp_path / "data" / "loop").symlink_to(tmp_path / "data" / "loop")
    monkeypatch.setenv("HOME", str(tmp_path / "data"))
    for value in (
        "/etc/passwd", "data/../outside/file.tsv", "data/out.tsv", "data/outer/file.tsv",
        f"{tmp_path}/data/../../{tmp_path.name}/outside/file.tsv", "~/file.tsv", "~root/x",
        f"file://{tmp_path}/data/file.tsv", "//host/share/file.tsv", "\\\\host\\share",
        "data/file.tsv\0", "data/file\n.tsv", "data/loop", "a" * 5000, "/" * 2000, "",
        "/proc/self/environ", "/dev/zero", "/dev/stdin", "http://example.org/x.tsv",
    ):  # fmt: skip
        if value:
            assert "not open here" in refused(places, value), value


def test_what_is_missing_outside_reads_like_what_is_there(places, tmp_path):
    there = refused(places, str(tmp_path / "outside" / "file.tsv"))
    gone = refused(places, str(tmp_path / "outside" / "nope.tsv"))
    assert there.replace("file.tsv", "X") == gone.replace("nope.tsv", "X")


def test_devices_pipes_and_folders_are_no_files(places, tmp_path):
    os.mkfifo(tmp_path / "data" / "pipe.tsv")
    assert "no plain file" in refused(places, str(tmp_path / "data" / "pipe.tsv"))
    (tmp_path / "data" / "zero.tsv").symlink_to("/dev/zero")
    assert "not open" in refused(places, str(tmp_path / "data" / "zero.tsv"))
    assert "no plain file" in refused(places, str(tmp_path / "data"))
    assert "names nothing" in refused(places, str(tmp_path / "data" / "nope.tsv"))
    assert "no folder" in refused(places, str(tmp_path / "data" / "file.tsv"), MODEL)
    assert "brace" in refused(places, str(tmp_path / "data" / "{output}"))


def test_a_file_that_is_not_there_yet_is_not_made_from_a_page(places, tmp_path):
    assert places.allowed(SPLIT, str(tmp_path / "data" / "file.tsv"), "")
    assert "names nothing" in refused(places, str(tmp_path / "data" / "new.json"), SPLIT)


def test_hub_ids_are_told_from_paths(places, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("owner/name-1.0", "roberta-large", "Helsinki-NLP/opus-mt-{language}-en"):
        assert places.allowed(MODEL, name, "") == name
    assert "not open" in refused(places, "outside", MODEL), "a folder of that name is here"
    for name in ("owner/../x", "a/b/c", "-x/y", "owner/name;ls", "a/" + "b" * 200, "x y", "../x"):
        refused(places, name, MODEL)


def test_uploads_belong_to_their_owner(places):
    kept = places.uploads.new("ada", "mine.tsv")
    kept.file.write_text("ID\tTexts\n")
    assert places.allowed(FILE, str(kept.file), "ada") == str(kept.file)
    assert "not open" in refused(places, str(kept.file), owner="grace")
    assert "not open" in refused(places, str(kept.file), owner="")
    assert "not open" in refused(places, str(places.uploads.folder), MODEL, "ada")


def test_files_of_the_batch_tab_and_presets_stay_private(places, tmp_path):
    assert "not open" in refused(places, str(tmp_path / "runs" / "batch" / "theirs.tsv"))


def test_only_models_made_here_are_changed(places, tmp_path):
    own = tmp_path / "runs" / "train" / "0001-teacher" / "result"
    own.mkdir(parents=True)
    assert places.allowed(CHANGED, str(own), "") == str(own)
    for other in (DEMO / "teacher", tmp_path / "data", tmp_path / "models"):
        assert "may not be changed" in refused(places, str(other), CHANGED)


@pytest.mark.parametrize("kind", ["output", "target"])
def test_what_is_written_is_the_servers_to_choose(places, kind, tmp_path):
    row = Option("", name="output", path=kind)
    assert "chosen by the server" in refused(places, str(tmp_path / "runs" / "x"), row)


PIECES = st.sampled_from(
    ["..", ".", "data", "outside", "runs", "batch", "link", "file.tsv", "", "~", "\0", " ", "{x}"]
)  # fmt: skip


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(PIECES, max_size=8), st.booleans(), st.text(max_size=12))
def test_whatever_is_taken_lies_in_an_opened_folder(places, tmp_path, pieces, whole, more):
    """The independent truth: os.path.realpath of what came out, compared as text."""
    link = tmp_path / "data" / "link"
    if not link.is_symlink():
        link.symlink_to(tmp_path / "outside")
    value = "/".join([str(tmp_path) if whole else "data", *pieces]) + more
    for row in (FILE, MODEL, SPLIT):
        try:
            found = places.allowed(row, value, "")
        except InputError:
            continue
        if found == value and not os.path.lexists(value):
            assert row is MODEL and "/" not in value.partition("/")[2], "a hub id"
            continue
        opened = [
            str(root) + os.sep
            for root in (tmp_path / "runs", tmp_path / "models", tmp_path / "data")
        ]
        opened += [os.path.realpath(DEMO) + os.sep]
        real = os.path.realpath(found)
        assert real == found or Path(found).is_absolute()
        assert any((real + os.sep).startswith(root) for root in opened), value
        assert not real.startswith(str(tmp_path / "runs" / "batch"))

"""Folders of results: whose they are, what a token opens, what is kept and for how long."""

import json
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.errors import InputError
from dashboard.batch.results import Store, safe_name, shown_name

GONE = "no longer on the server"


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "batch", keep=3, days=30)


def made(store, owner="", name="a.tsv", text="x", age=0.0):
    """A result whose file holds a text, made some days ago."""
    kept = store.new(owner, name)
    kept.file.write_text(text)
    if age:
        about = kept.read("about")
        kept.write("about", {**about, "made": time.time() - age * 86400})
    return kept


def there(store, *results):
    """Which of them a token still opens."""
    found = []
    for kept in results:
        try:
            found.append(store.find(kept.token, kept.owner).token == kept.token)
        except InputError:
            found.append(False)
    return found


def test_a_token_opens_its_file_and_nothing_lists_it(store):
    kept = made(store, name="dev es.tsv", text="ola")
    again = store.find(kept.token, "")
    assert (again.name, again.file.read_text()) == ("dev es.tsv", "ola")
    assert len(kept.token) == 32 and kept.token != made(store).token
    assert stat.S_IMODE(kept.folder.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "token",
    ["", "..", "../../etc", "0" * 32, "0" * 31, "g" * 32, "A" * 32, None, 3, ["a"], {"a": 1},
     "0" * 32 + "\n", "./" + "0" * 30, "\x00" * 32],
)  # fmt: skip
def test_no_other_token_opens_anything(store, token):
    made(store)
    with pytest.raises(InputError, match=GONE):
        store.find(token, "")


def test_another_user_is_told_what_a_stranger_is_told(store):
    kept = made(store, owner="ada")
    assert store.find(kept.token, "ada").owner == "ada"
    sentences = set()
    for token, owner in ((kept.token, "grace"), (kept.token, ""), ("0" * 32, "grace")):
        with pytest.raises(InputError) as refused:
            store.find(token, owner)
        sentences.add(str(refused.value))
    assert len(sentences) == 1


@pytest.mark.parametrize(
    ("name", "shown", "safe"),
    [
        ("dev.tsv", "dev.tsv", "dev.tsv"),
        ("../../etc/passwd", "passwd", "passwd"),
        ("C:\\data\\my file.CSV", "my file.CSV", "my-file.CSV"),
        ("..", "..", "file"),
        ("...tsv", "...tsv", "tsv"),
        ("твиты.jsonl", "твиты.jsonl", "file.jsonl"),
        ("a;rm -rf ~.csv", "a;rm -rf ~.csv", "a-rm-rf.csv"),
        ("", "unnamed", "unnamed"),
        ("a/", "unnamed", "unnamed"),
        ("<b>.tsv", "<b>.tsv", "b.tsv"),
        ("x" * 400 + ".parquet", "x" * 247 + ".parquet", "x" * 80 + ".parquet"),
    ],
)
def test_names_are_kept_for_people_and_made_safe_for_disks(store, name, shown, safe):
    assert (shown_name(name), safe_name(name)) == (shown, safe)
    kept = made(store, name=name)
    assert kept.name == shown and kept.file.parent == kept.folder / "upload"
    assert kept.file.resolve().is_relative_to(store.folder.resolve())


def test_the_oldest_of_an_owner_go_first(store):
    ada = [made(store, "ada", age=age) for age in (5, 4, 3)]
    grace = made(store, "grace", age=20)
    new = made(store, "ada")
    assert there(store, *ada, grace, new) == [False, True, True, True, True]
    assert not ada[0].folder.exists()


def test_what_is_too_old_goes_at_start_up_but_never_what_is_at_work(store):
    old, busy, young = (made(store) for _ in range(3))
    for kept, age in ((old, 31), (busy, 32), (young, 29)):
        kept.write("about", {**kept.read("about"), "made": time.time() - age * 86400})
    with busy.held() as free:
        assert free
        assert busy.busy and not old.busy
        store.sweep()
        assert there(store, old, busy, young) == [False, True, True]
    store.sweep()
    assert there(store, busy, young) == [False, True]


def test_what_another_process_works_on_is_busy_until_that_process_is_killed(store):
    kept = made(store, age=99)
    code = (
        "import sys, time; from pathlib import Path; from dashboard.batch.results import Kept\n"
        f"with Kept(Path({str(kept.folder)!r}), '', '', 0.0).held() as free:\n"
        "    print(free, flush=True); time.sleep(60)"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
    )
    assert other.stdout is not None and other.stdout.readline() == "True\n"
    assert kept.busy and not store.remove(kept)
    store.sweep()
    assert there(store, kept) == [True]
    other.kill()
    other.wait()
    assert not kept.busy and store.remove(kept) and not kept.folder.exists()


def test_half_a_folder_is_nothing_and_is_swept_up(store):
    kept, half = made(store), made(store)
    (half.folder / "about.json").write_text('{"owner": ')
    with pytest.raises(InputError, match=GONE):
        store.find(half.token, "")
    for about in ("[]", '{"owner": 3, "name": "a", "made": 1}', "{}"):
        (half.folder / "about.json").write_text(about)
        with pytest.raises(InputError, match=GONE):
            store.find(half.token, "")
    gone = store.folder / f".{'a' * 32}"
    gone.mkdir()
    (store.folder / "notes.txt").write_text("somebody else's")
    store.sweep()
    assert not gone.exists() and (store.folder / "notes.txt").exists()
    assert there(store, kept) == [True]


def test_records_are_old_or_new_but_never_half(store):
    kept = made(store)
    assert kept.read("run") is None
    kept.write("run", {"state": "running", "problem": "“ü”"})
    assert kept.read("run") == {"state": "running", "problem": "“ü”"}
    assert json.loads((kept.folder / "run.json").read_text(encoding="utf-8"))["problem"] == "“ü”"
    kept.write("run", {"state": "done"})
    assert kept.read("run") == {"state": "done"}
    assert [name for name in os.listdir(kept.folder) if name.startswith(".")] == []
    kept.results.mkdir()
    (kept.results / "metrics.json").write_text("{}")
    kept.forget("results", "run.json", "files")
    assert not kept.results.exists() and kept.read("run") is None and kept.file.exists()


def test_a_store_that_nobody_used_makes_no_folder(store):
    store.sweep()
    with pytest.raises(InputError):
        store.find("0" * 32, "")
    assert not store.folder.exists()

"""Models by id: fetched whole, shown while they come, kept, and refused in one sentence.

The truth is the same folder opened directly; the client is the real library, and what it asks is
written down by the stand-in (hub.py).
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from huggingface_hub import constants
from safetensors.torch import load_file
from transformers import AutoModelForSequenceClassification

from core import hub as core_hub
from core.errors import ModelError
from core.hub import Download, cached, fetch, listing, locate
from core.loading import load_backbone, load_emotion_model, new_classifier
from core.records import EngineSources
from core.repository import needed, whole
from core.translators import load_translator
from dashboard.services import Services, default_engine
from dashboard.views import page
from train.downloads import told

TEXTS = ["so happy today", "I love this 😂", "sad"]
ID = "tandem-test/teacher"


@pytest.fixture
def own(tmp_path: Path) -> Callable[[Path], Path]:
    """A folder of one's own to change."""
    return lambda source: Path(shutil.copytree(source, tmp_path / f"own-{source.name}"))


def test_an_id_gives_what_its_folder_gives(hub: Any, folders: Any) -> None:
    hub.add(ID, folders.bert)
    model = load_emotion_model(ID)
    assert np.array_equal(
        model.probabilities(TEXTS), load_emotion_model(folders.bert).probabilities(TEXTS)
    )
    assert model.name == model.base == ID


def test_an_id_without_an_owner_is_one_too(hub: Any, folders: Any) -> None:
    hub.add("tiny-bert", folders.bert)
    assert load_emotion_model("tiny-bert").name == "tiny-bert"


@pytest.mark.parametrize("name", ["teacher", "student"])
def test_a_checkpoint_of_ours_comes_whole(hub: Any, folders: Any, name: str) -> None:
    """Pooling, prefix, threshold and weight reference included."""
    hub.add(ID, getattr(folders, name))
    here, there = load_emotion_model(getattr(folders, name)), load_emotion_model(ID)
    assert here.manifest == there.manifest
    assert np.array_equal(here.probabilities(TEXTS), there.probabilities(TEXTS))
    assert there.trigger_scores(TEXTS) == here.trigger_scores(TEXTS)


def test_an_encoder_and_a_translator_come_by_id(hub: Any, folders: Any) -> None:
    hub.add("x/encoder", folders.encoder)
    hub.add("x/opus-mt-fr-en", folders.marian)
    assert torch.equal(
        load_backbone("x/encoder").embeddings.word_embeddings.weight,
        new_classifier(str(folders.encoder), "mean").backbone.embeddings.word_embeddings.weight,
    )
    seen: list[Download] = []
    translator = load_translator("x/opus-mt-{language}-en", progress=seen.append)
    assert not seen, "a pattern's models are opened when their language comes up"
    (found,) = translator.translate(["très content"], ["fr"])
    (expected,) = load_translator(folders.marian).translate(["très content"], ["fr"])
    assert found == expected and seen[-1].model == "x/opus-mt-fr-en"
    with pytest.raises(ModelError, match="no model x/opus-mt-nl-en"):
        translator.translate(["ik ben bang"], ["nl"])


def test_progress_counts_every_byte_once(hub: Any, folders: Any) -> None:
    model = hub.add(ID, folders.bert)
    seen: list[Download] = []
    fetch(ID, seen.append)
    expected = {n: s for n, s in model.sizes.items() if n != "README.md"}
    assert seen[0].done == 0 and seen[0].total == sum(expected.values()) == seen[-1].done
    assert [one.done for one in seen] == sorted(one.done for one in seen)
    assert {one.file for one in seen} == set(expected)
    assert seen[-1].model == ID


def test_what_is_there_is_not_loaded_again(hub: Any, folders: Any) -> None:
    hub.add(ID, folders.bert)
    folder = fetch(ID)
    assert set(hub.gets()) == {path.name for path in folder.iterdir()}
    seen: list[Download] = []
    assert fetch(ID, seen.append) == folder
    assert hub.gets() == [] and seen == []


def test_a_new_commit_is_loaded_and_the_rest_is_kept(
    hub: Any, folders: Any, own: Callable[[Path], Path]
) -> None:
    source = own(folders.bert)
    model = hub.add(ID, source)
    before = fetch(ID)
    hub.gets()
    (source / "config.json").write_text((source / "config.json").read_text() + "\n")
    after = fetch(ID)
    assert after != before and after.name == model.commit
    assert hub.gets() == ["config.json"], "other files have the same content, hence the same name"
    assert cached(ID) == after


def test_a_connection_that_breaks_goes_on_where_it_broke(
    hub: Any, folders: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 1000)  # it is 10 MB; our files are tiny
    model = hub.add(ID, folders.bert, breaks=2)
    seen: list[Download] = []
    folder = fetch(ID, seen.append)
    for name in model.sizes:
        assert (folder / name).read_bytes() == (folders.bert / name).read_bytes()
    assert [line for line in hub.asked if "bytes=" in line], "the second request asks for the rest"
    assert seen[-1].done == seen[-1].total
    assert [one.done for one in seen] == sorted(one.done for one in seen)


def test_a_download_that_was_given_up_goes_on_with_the_missing_files(
    hub: Any, folders: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stopped(BaseException):
        """As Ctrl+C."""

    def stop(seen: Download) -> None:
        if seen.file == "model.safetensors":
            raise Stopped

    hub.add(ID, folders.bert)
    with pytest.raises(Stopped):
        fetch(ID, stop)
    first = hub.gets()
    assert "config.json" in first and cached(ID) is None
    fetch(ID)
    assert "model.safetensors" in hub.gets() and cached(ID) is not None
    assert not set(first) - {"model.safetensors"} & set(hub.gets())


def test_a_download_that_never_ends_says_so(
    hub: Any, folders: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    hub.add(ID, folders.bert)
    monkeypatch.setattr(core_hub, "hf_hub_download", raising(ConnectionResetError("peer")))
    with pytest.raises(ModelError, match=f"The download of {ID} broke off in .*peer") as caught:
        fetch(ID)
    assert "files that arrived are kept" in caught.value.hint


def test_a_full_disk_says_so(hub: Any, folders: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.add(ID, folders.bert)
    full = OSError(28, "No space left on device")
    monkeypatch.setattr(core_hub, "hf_hub_download", raising(full))
    with pytest.raises(ModelError, match="There is no room for") as caught:
        fetch(ID)
    assert "HF_HOME" in caught.value.hint


def raising(error: Exception) -> Callable[..., Any]:
    def fail(*_: Any, **__: Any) -> Any:
        raise error

    return fail


# --- offline ---


def test_a_filled_cache_works_offline(
    hub: Any, folders: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.add(ID, folders.student)
    online = load_emotion_model(ID).probabilities(TEXTS)
    hub.asked.clear()
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert np.array_equal(load_emotion_model(ID).probabilities(TEXTS), online)
    assert hub.asked == []


def test_a_filled_cache_works_while_the_hub_is_down(hub: Any, folders: Any) -> None:
    hub.add(ID, folders.bert)
    folder = fetch(ID)
    hub.status = 503
    assert fetch(ID) == folder
    hub.stop()
    assert fetch(ID) == folder


def test_a_cache_that_another_tool_filled_works(
    folders: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library's layout, written by hand: refs/main names the folder below snapshots."""
    place = tmp_path / "cache" / "models--someone--bert"
    (place / "refs").mkdir(parents=True)
    (place / "refs" / "main").write_text("c0ffee")
    shutil.copytree(folders.bert, place / "snapshots" / "c0ffee")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    assert load_emotion_model("someone/bert").base == "someone/bert"
    (place / "snapshots" / "c0ffee" / "model.safetensors").unlink()
    assert cached("someone/bert") is None, "half a model is none"


OFFLINE = "is not on this machine"


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ("stopped", f"{ID} {OFFLINE} and the hub cannot be reached."),
        ("forbidden", f"{ID} {OFFLINE}, and with HF_HUB_OFFLINE set the hub is not asked."),
        ("broken", f"{ID} {OFFLINE} and the hub answers with an error (503)."),
    ],
)
def test_offline_it_is_one_sentence_and_says_which_folder_would_do(
    hub: Any, monkeypatch: pytest.MonkeyPatch, how: str, sentence: str
) -> None:
    if how == "stopped":
        hub.stop()
    elif how == "forbidden":
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    else:
        hub.status = 503
    with pytest.raises(ModelError) as caught:
        load_emotion_model(ID)
    assert caught.value.sentence == sentence
    for part in ("config.json", "model.safetensors", "tokenizer", "HF_HOME"):
        assert part in caught.value.hint


# --- what the hub refuses, and what we do ---


def test_an_unknown_id_is_said(hub: Any) -> None:
    with pytest.raises(ModelError, match="The hub has no model tandem-test/nonesuch") as caught:
        load_emotion_model("tandem-test/nonesuch")
    assert "hf auth login" in caught.value.hint


def test_a_gated_model_is_said(hub: Any, folders: Any) -> None:
    hub.add(ID, folders.bert, gated=True)
    with pytest.raises(ModelError, match=f"{ID} is given only to those who accepted") as caught:
        load_emotion_model(ID)
    assert f"{hub.endpoint}/{ID}" in caught.value.hint


@pytest.mark.parametrize("status", [401, 403])
def test_a_login_that_does_not_do_is_said(hub: Any, status: int) -> None:
    hub.status = status
    with pytest.raises(ModelError) as caught:
        fetch(ID)
    assert "log in" in caught.value.hint


def pickled(folder: Path) -> Path:
    """The same weights as torch writes them, and no safetensors."""
    weights = load_file(folder / "model.safetensors")
    torch.save(weights, folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    return folder


def test_a_bin_only_repository_is_opened_weights_only(
    hub: Any, folders: Any, own: Callable[[Path], Path]
) -> None:
    """As BAAI/bge-m3 and many opus-mt models are; a folder that holds the same is opened so too."""
    folder = pickled(own(folders.bert))
    hub.add(ID, folder)
    expected = load_emotion_model(folders.bert).probabilities(TEXTS)
    assert np.array_equal(load_emotion_model(ID).probabilities(TEXTS), expected)
    assert np.array_equal(load_emotion_model(folder).probabilities(TEXTS), expected)


def test_code_in_a_bin_is_not_run(hub: Any, folders: Any, own: Callable[[Path], Path]) -> None:
    folder = pickled(own(folders.bert))

    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return Path.mkdir, (folder / "sprung",)

    weights = torch.load(folder / "pytorch_model.bin", weights_only=True)
    torch.save({**weights, "trap": Trap()}, folder / "pytorch_model.bin")
    hub.add(ID, folder)
    with pytest.raises(ModelError, match=f"{ID} cannot be loaded"):
        load_emotion_model(ID)
    assert not (folder / "sprung").exists()


def test_weights_in_several_files_come_together(hub: Any, folders: Any, tmp_path: Path) -> None:
    module = AutoModelForSequenceClassification.from_pretrained(folders.bert)
    shutil.copytree(folders.bert, tmp_path / "parts")
    (tmp_path / "parts" / "model.safetensors").unlink()
    module.save_pretrained(tmp_path / "parts", max_shard_size="10kB")
    parts = sorted(path.name for path in (tmp_path / "parts").glob("model-*.safetensors"))
    assert len(parts) > 2
    hub.add(ID, tmp_path / "parts")
    expected = load_emotion_model(folders.bert).probabilities(TEXTS)
    assert np.array_equal(load_emotion_model(ID).probabilities(TEXTS), expected)
    folder = cached(ID)
    assert folder is not None
    (folder / parts[1]).unlink()
    assert cached(ID) is None, "a part is missing"


@pytest.mark.parametrize("name", ["tandem.json", "model.safetensors.index.json"])
@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"files": 3, "weight_map": null}'])
def test_a_table_of_files_that_is_none_is_not_whole(
    tmp_path: Path, name: str, content: str
) -> None:
    (tmp_path / name).write_text(content)
    assert not whole(tmp_path)


COMMON = ["config.json", "tokenizer.json", "vocab.txt"]


@pytest.mark.parametrize(
    ("there", "taken"),
    [
        (["model.safetensors", "pytorch_model.bin", "tf_model.h5"], ["model.safetensors"]),
        (["pytorch_model.bin", "colbert_linear.pt"], ["pytorch_model.bin"]),
        (
            ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "x.bin"],
            ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"],
        ),
        (["model.fp16.safetensors", "pytorch_model.bin"], ["pytorch_model.bin"]),
        (["model.safetensors", "onnx/model.onnx", "onnx/config.json"], ["model.safetensors"]),
        (["model.safetensors", "README.md", ".gitattributes", "a.png"], ["model.safetensors"]),
        (
            ["pytorch_model.bin", "source.spm", "target.spm"],
            ["pytorch_model.bin", "source.spm", "target.spm"],
        ),
        (
            ["tandem.json", "packed.safetensors.gz", "texts.npz", ".gitattributes"],
            ["tandem.json", "packed.safetensors.gz", "texts.npz"],
        ),
    ],
)
def test_only_what_a_model_is_opened_from_is_taken(there: list[str], taken: list[str]) -> None:
    assert sorted(needed("x/y", [*COMMON, *there])) == sorted([*COMMON, *taken])


@pytest.mark.parametrize(
    ("there", "sentence"),
    [
        (["config.json", "tf_model.h5"], "no weights that torch reads"),
        (["model.safetensors"], r"no config\.json"),
        (["gguf/config.json"], r"no config\.json"),
    ],
)
def test_a_repository_without_a_model_is_refused(
    hub: Any, tmp_path: Path, there: list[str], sentence: str
) -> None:
    for name in there:
        (tmp_path / "repository" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "repository" / name).write_text("{}")
    hub.add(ID, tmp_path / "repository")
    with pytest.raises(ModelError, match=sentence):
        fetch(ID)
    assert hub.gets() == [], "nothing is downloaded in vain"


def test_a_list_says_what_would_be_downloaded(hub: Any, folders: Any) -> None:
    model = hub.add(ID, folders.bert, parameters=4321)
    found = listing(ID)
    assert found.to_load == sum(found.sizes.values()) and found.parameters == 4321
    assert found.sizes == {n: model.sizes[n] for n in found.missing}
    assert hub.gets() == []
    fetch(ID)
    assert listing(ID).missing == () and listing(ID).to_load == 0


def test_a_folder_is_located_without_asking(hub: Any, folders: Any) -> None:
    place = locate(folders.bert)
    assert (place.folder, place.fetched, hub.asked) == (folders.bert, False, [])
    assert locate(place) is place


def test_a_file_is_no_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("model.gguf").write_text("")
    with pytest.raises(ModelError, match="is a file"):
        locate("model.gguf")


@pytest.mark.parametrize(
    ("done", "total", "said"),
    [
        (120_000_000, 1_420_000_000, "Downloading a/b: 120 of 1,420 MB"),
        (0, 9_440_000, "Downloading a/b: 0.0 of 9.4 MB"),
    ],
)
def test_progress_in_words(done: int, total: int, said: str) -> None:
    assert str(Download("a/b", "model.safetensors", done, total)) == said


def test_messages_name_the_id_and_not_the_cache(
    hub: Any, folders: Any, own: Callable[[Path], Path], tmp_path: Path
) -> None:
    folder = own(folders.bert)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "model_type": "nonesuch"}))
    hub.add(ID, folder)
    with pytest.raises(ModelError) as caught:
        load_emotion_model(ID)
    assert ID in caught.value.sentence and str(tmp_path) not in caught.value.sentence


# --- who shows it ---


def test_the_header_says_how_far_a_download_is(hub: Any, folders: Any) -> None:
    """A real download, looked at while it goes on."""
    hub.add("x/teacher", folders.teacher)
    headers: list[str] = []

    def show(seen: Download) -> None:
        services.downloading(seen)
        headers.append(page.header(services.status()))

    services = Services(
        lambda: default_engine(EngineSources("x/teacher", str(folders.student)), show)
    )
    services.start()
    services.engine()
    total = sum(hub.models["x/teacher"].sizes.values()) / 1e6
    assert f"Downloading x/teacher: 0.0 of {total:.1f} MB" in headers[0]
    assert "Downloading" not in headers[-1] and "Loading" in headers[-1]
    assert "Ready" in page.header(services.status())


class Spoken:
    """A run that only notes what it says; its clock is set by hand."""

    def __init__(self) -> None:
        self.now, self.lines = 0.0, list[str]()

    def elapsed(self) -> float:
        return self.now

    def log(self, sentence: str) -> None:
        self.lines.append(sentence)


def test_a_run_tells_of_a_download_now_and_then() -> None:
    run = Spoken()
    tell = told(run)
    for second in range(26):
        run.now = float(second)
        tell(Download("x/y", "model.safetensors", second * 40_000_000, 1_000_000_000))
    assert run.lines == [
        f"Downloading x/y: {done} of 1,000 MB (model.safetensors)"
        for done in ("0.0", "400", "800", "1,000")
    ]
    tell(Download("x/z", "config.json", 0, 2_000_000))
    assert run.lines[-1] == "Downloading x/z: 0.0 of 2.0 MB (config.json)"


def test_the_environment_names_the_hub(hub: Any, folders: Any, tmp_path: Path) -> None:
    """HF_ENDPOINT and HF_HOME in a process of its own, as a person sets them."""
    model = hub.add(ID, folders.encoder)
    (tmp_path / "data.tsv").write_text("ID\tTexts\tLabels\n1\ta\tJoy\n2\tb\tFear\n")
    line = [sys.executable, "-m", "train", "student", f"model={ID}", "--dry-run"]
    done = subprocess.run(
        [*line, f"data={tmp_path / 'data.tsv'}", f"output={tmp_path / 'o'}"],
        cwd=Path(__file__).parents[2],
        env={
            **os.environ,
            "HF_ENDPOINT": hub.endpoint,
            "HF_HOME": str(tmp_path / "home"),
            "HF_HUB_OFFLINE": "0",
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    kilobytes = sum(model.sizes.values()) / 1e3
    assert f"model: {ID} (hub id, {kilobytes:.3g} kB would be downloaded" in done.stdout
    assert hub.gets() == [], "a dry run downloads nothing"

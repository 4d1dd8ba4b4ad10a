"""Folders in, models out: opened by plain transformers too, mapped by name, refused in a sentence.

The truth is transformers' own pipeline and Auto classes on the same folder.
"""

import json
import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModel, AutoModelForSequenceClassification, AutoTokenizer, pipeline

from core.checkpoints import MANIFEST, Manifest, read_manifest, update_manifest
from core.errors import CheckpointError, ModelError
from core.labels import LABELS
from core.loading import (
    capacity,
    load_backbone,
    load_emotion_model,
    new_classifier,
    pack_checkpoint,
    save_emotion_model,
    save_encoder,
)
from core.modules import MeanPooledClassifier
from core.reach import reach

TEXTS = ["so happy today", "I love this 😂", "sad", ""]
FOREIGN = ("neutral", "disgust", "Sad", "fear", "happiness", "angry", "love")


@pytest.fixture
def copy(tmp_path: Path) -> Callable[[Path], Path]:
    """A folder of one's own to break."""
    return lambda source: Path(shutil.copytree(source, tmp_path / source.name))


def test_cls_opens_in_a_plain_pipeline(folders: Any) -> None:
    classify: Any = pipeline("text-classification", model=str(folders.teacher), top_k=None)
    for text, prediction in zip(
        TEXTS, load_emotion_model(folders.teacher).predict(TEXTS), strict=True
    ):
        scores = {row["label"]: row["score"] for row in classify([text])[0]}
        assert scores == pytest.approx(prediction.as_dict(), abs=1e-5)
        assert max(scores, key=lambda label: scores[label]) == prediction.label


def test_mean_opens_as_a_plain_encoder(folders: Any) -> None:
    plain = AutoModel.from_pretrained(folders.student)
    tokenizer = AutoTokenizer.from_pretrained(folders.student)
    ours: Any = load_emotion_model(folders.student).module
    batch = tokenizer(["so happy", "sad"], padding=True, return_tensors="pt")
    with torch.no_grad():
        expected = plain(**batch).last_hidden_state
        found = ours(**batch, output_hidden_states=True).hidden_states[-1]
    assert torch.equal(found, expected)


@pytest.mark.parametrize("name", ["teacher", "student"])
def test_what_is_saved_comes_back(folders: Any, tmp_path: Path, name: str) -> None:
    before = load_emotion_model(getattr(folders, name), "teacher")
    assert before.manifest is not None
    written = save_emotion_model(
        before,
        tmp_path / "again",
        before.manifest,
        also=lambda aside: (aside / "more.txt").write_text("kept"),
    )
    after = load_emotion_model(tmp_path / "again", "teacher")
    assert np.array_equal(after.probabilities(TEXTS), before.probabilities(TEXTS))
    assert after.trigger_scores(TEXTS) == before.trigger_scores(TEXTS)
    fields = (
        "pooling",
        "prefix",
        "max_length",
        "threshold",
        "trigger_reduce",
        "trigger_score",
        "identity",
    )
    for name in fields:
        assert getattr(after, name) == getattr(before, name)
    assert (tmp_path / "again" / "more.txt").read_text() == "kept" and "more.txt" in written.files
    assert after.manifest == written


def test_foreign_labels_are_mapped_by_name(tiny: Any, tmp_path: Path) -> None:
    folder = tiny.save(tmp_path / "foreign", tiny.bert(FOREIGN), tiny.word_piece())
    model = load_emotion_model(folder)
    assert model.unmapped == ("disgust",)
    plain = AutoModelForSequenceClassification.from_pretrained(folder)
    places = {"Love": 6, "Joy": 4, "Anger": 5, "Fear": 3, "Sadness": 2, "Neutral": 0}
    for text, row in zip(TEXTS, model.probabilities(TEXTS), strict=True):
        with torch.no_grad():
            logits = plain(**model.tokenizer(text, return_tensors="pt")).logits[0]
        kept = logits[[places[label] for label in LABELS]]
        assert row == pytest.approx(kept.softmax(dim=0).numpy(), abs=1e-5)


def test_a_class_that_a_foreign_model_lacks_is_never_predicted(tiny: Any, tmp_path: Path) -> None:
    folder = tiny.save(tmp_path / "two", tiny.bert(("joy", "sadness")), tiny.word_piece())
    table = load_emotion_model(folder).probabilities(TEXTS)
    lacking = [row for row, label in enumerate(LABELS) if label not in ("Joy", "Sadness")]
    assert (table[:, lacking] == 0).all()
    assert table.sum(axis=1) == pytest.approx(np.ones(len(TEXTS)))


def test_a_foreign_model_reads_no_more_than_its_positions(tiny: Any, folders: Any) -> None:
    for folder in (folders.bert, folders.xlmr):
        model = load_emotion_model(folder)
        assert model.max_length == 96
        assert model.predict(["so " * 500])[0].truncated
    assert capacity(tiny.bert_config()) == capacity(tiny.xlmr_config()) == 96
    assert reach(folders.bert) == reach(folders.xlmr) == 96, "without torch, from the files alone"


def test_what_does_not_say_its_length_is_not_guessed(tmp_path: Path) -> None:
    assert reach(tmp_path) is None
    for odd in ("{", "[]", "{}", '{"max_position_embeddings": "many"}'):
        (tmp_path / "config.json").write_text(odd)
        assert reach(tmp_path) is None
    (tmp_path / "tandem.json").write_text("{torn")
    assert reach(tmp_path) is None


class Trap:
    """Unpickled, it leaves a file behind."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.path),)


def pickled(folder: Path) -> None:
    tensors = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    with (folder / "pytorch_model.bin").open("wb") as stream:
        pickle.dump({**tensors, "trap": Trap(folder / "sprung")}, stream)


def without_tokenizer(folder: Path) -> None:
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).unlink()


def torn(name: str, keep: int = 40) -> Callable[[Path], None]:
    def tear(folder: Path) -> None:
        (folder / name).write_bytes((folder / name).read_bytes()[:keep])

    return tear


def changed(name: str, **values: Any) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        content = json.loads((folder / name).read_text())
        (folder / name).write_text(json.dumps({**content, **values}))

    return change


def headless(folder: Path) -> None:
    tensors = load_file(folder / "model.safetensors")
    kept = {name: tensor for name, tensor in tensors.items() if "classifier" not in name}
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})


def with_code(folder: Path) -> None:
    (folder / "evil.py").write_text(f"import os; os.mkdir({str(folder / 'sprung')!r})")
    auto = {"AutoConfig": "evil.C", "AutoModelForSequenceClassification": "evil.M"}
    changed("config.json", model_type="evil", auto_map=auto)(folder)


def none_maps(folder: Path) -> None:
    changed("config.json", id2label={str(row): f"LABEL_{row}" for row in range(6)})(folder)


def twice_the_same(folder: Path) -> None:
    names = ("joy", "happy", "fear", "sad", "anger", "love")
    changed("config.json", id2label={str(row): name for row, name in enumerate(names)})(folder)


def too_many_pieces(folder: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokenizer.add_tokens(["brandnew"])
    tokenizer.save_pretrained(folder)


BROKEN: dict[str, Callable[[Path], None]] = {
    "pickled weights": pickled,
    "no tokenizer": without_tokenizer,
    "torn config": torn("config.json"),
    "torn tokenizer": torn("tokenizer.json"),
    "torn weights": torn("model.safetensors", 3000),
    "weights of nothing": torn("model.safetensors", 0),
    "no weights": lambda folder: (folder / "model.safetensors").unlink(),
    "no config": lambda folder: (folder / "config.json").unlink(),
    "weights without a head": headless,
    "another size": changed("config.json", hidden_size=32),
    "a type that makes no sense": changed("config.json", hidden_size="wide"),
    "an unknown kind": changed("config.json", model_type="nonesuch"),
    "code of its own": with_code,
    "not a classifier": changed("config.json", architectures=["BertModel"]),
    "unnamed architecture": changed("config.json", architectures=None),
    "labels of no emotion": none_maps,
    "two labels of one emotion": twice_the_same,
    "more pieces than embeddings": too_many_pieces,
    "no padding token": changed("tokenizer_config.json", pad_token=None),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_foreign_folder_is_refused_in_a_sentence(
    folders: Any, copy: Callable[[Path], Path], name: str
) -> None:
    folder = copy(folders.bert)
    BROKEN[name](folder)
    with pytest.raises(ModelError) as caught:
        load_emotion_model(folder)
    assert not (folder / "sprung").exists()
    sentence, hint = caught.value.sentence, caught.value.hint
    assert "\n" not in sentence and "Traceback" not in sentence and len(sentence) < 600
    assert hint
    if "labels" not in name:
        assert str(folder) in sentence


def test_pickled_weights_are_named(folders: Any, copy: Callable[[Path], Path]) -> None:
    folder = copy(folders.bert)
    pickled(folder)
    with pytest.raises(ModelError, match=r"pytorch_model\.bin.*can run code"):
        load_emotion_model(folder)


@pytest.mark.parametrize("source", ["/nowhere/at/all", "./nowhere", "nobody/nothing", "", "a b\0"])
def test_what_is_not_there_is_said(source: str) -> None:
    with pytest.raises(ModelError) as caught:
        load_emotion_model(source)
    assert "\n" not in caught.value.sentence


CHECKPOINT: dict[str, tuple[str, Callable[[Path], Any], str]] = {
    "role": ("translator", lambda folder: None, "is a translator"),
    "changed weights": ("student", torn("model.safetensors"), "model.safetensors is not the file"),
    "changed head": ("student", torn("head.safetensors"), "head.safetensors is not the file"),
    "no head": ("student", lambda f: (f / "head.safetensors").unlink(), "is missing"),
    "pooling": ("teacher", lambda f: update_manifest(f, pooling="sum"), "'sum'"),
    "reduction": ("teacher", lambda f: update_manifest(f, trigger_reduce="sum"), "'sum'"),
    "score": ("student", lambda f: update_manifest(f, trigger_score="sum"), "'sum'"),
    "contribution": (
        "teacher",
        lambda f: update_manifest(f, trigger_score="contribution"),
        "only mean pooling",
    ),
    "labels": ("teacher", lambda f: update_manifest(f, labels=LABELS[:4]), "4 labels for 6"),
    "labels, mean": ("student", lambda f: update_manifest(f, labels=LABELS[:4]), "head"),
    "mean read as cls": ("student", lambda f: update_manifest(f, pooling="cls"), "lacks"),
    "no labels": ("teacher", lambda f: update_manifest(f, labels=("x",) * 6), "None of"),
}


@pytest.mark.parametrize("name", CHECKPOINT)
def test_a_broken_checkpoint_says_what_is_wrong(
    folders: Any, copy: Callable[[Path], Path], name: str
) -> None:
    kind, spoil, expected = CHECKPOINT[name]
    folder = copy(getattr(folders, kind))
    spoil(folder)
    with pytest.raises(ModelError, match=expected):
        load_emotion_model(folder)


@pytest.mark.parametrize("file", ["config.json", "model.safetensors", "head.safetensors"])
def test_a_hash_that_was_renewed_does_not_hide_a_broken_file(
    folders: Any, copy: Callable[[Path], Path], file: str
) -> None:
    folder = copy(folders.student)
    torn(file)(folder)
    files = {name: value for name, value in read_manifest(folder).files.items() if name != file}
    update_manifest(folder, files=files)
    with pytest.raises(CheckpointError, match=str(folder)):
        load_emotion_model(folder)


@pytest.mark.parametrize("pooling", ["cls", "mean"])
@pytest.mark.parametrize("packed", [False, True])
def test_a_new_classifier_stands_on_the_encoder_as_it_was(
    folders: Any, tmp_path: Path, pooling: str, packed: bool
) -> None:
    plain = AutoModel.from_pretrained(folders.encoder)
    folder = tmp_path / "base"
    tokenizer = AutoTokenizer.from_pretrained(folders.encoder)
    save_encoder(plain, tokenizer, folder, Manifest(role="base", base="tiny"))
    if packed:
        pack_checkpoint(folder, folder)
    made: Any = new_classifier(str(folder), pooling)
    backbone = made.backbone if pooling == "mean" else made.roberta
    assert isinstance(made, MeanPooledClassifier) == (pooling == "mean")
    expected = plain.state_dict()
    for name, tensor in backbone.state_dict().items():
        if "pooler" not in name:
            atol = 0.03 if packed else 0.0  # half a step of the largest entry
            assert torch.allclose(tensor, expected[name], rtol=0, atol=atol), name
    with torch.no_grad():
        batch = tokenizer(["so happy", "sad"], padding=True, return_tensors="pt")
        assert made.eval()(**batch).logits.shape == (2, 6)
    if pooling == "cls":
        assert made.config.id2label == dict(enumerate(LABELS))


def test_a_classifier_of_other_classes_can_be_the_encoder(tiny: Any, tmp_path: Path) -> None:
    folder = tiny.save(tmp_path / "three", tiny.bert(("a", "b", "c")), tiny.word_piece())
    made: Any = new_classifier(str(folder), "cls")
    assert made.config.num_labels == 6 and made.classifier.out_features == 6
    assert torch.equal(
        made.bert.embeddings.word_embeddings.weight,
        tiny.bert(("a", "b", "c")).bert.embeddings.word_embeddings.weight,
    )


def test_an_encoder_with_missing_layers_is_refused(
    folders: Any, copy: Callable[[Path], Path]
) -> None:
    folder = copy(folders.encoder)
    tensors = load_file(folder / "model.safetensors")
    kept = {name: tensor for name, tensor in tensors.items() if "layer.1" not in name}
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})
    for make in (load_backbone, lambda source: new_classifier(source, "cls")):
        with pytest.raises(ModelError, match=r"lacks \d+ tensors"):
            make(str(folder))


def test_a_folder_with_a_manifest_is_a_checkpoint(folders: Any, tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text("{")
    with pytest.raises(CheckpointError, match="cannot be read"):
        load_emotion_model(tmp_path)

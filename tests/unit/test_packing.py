"""The packed form: bound by its scale, and the way back opens in plain transformers."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file
from transformers import (
    AutoModel,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    MarianMTModel,
    MarianTokenizer,
)

from core.checkpoints import read_manifest, verify
from core.errors import CheckpointError
from core.loading import load_emotion_model
from core.packing import (
    PACKED,
    WEIGHTS,
    load_weights,
    pack_checkpoint,
    pack_tensors,
    read_packed,
    unpack_checkpoint,
    unpack_tensors,
)
from core.translation import Decoding
from core.translators import load_unit

pytestmark = pytest.mark.filterwarnings("ignore:Recommended. pip install sacremoses")
TEXTS = ["so happy today", "I love this 😂", "sad", "", "так грустно", "miedo " * 60]


STEPS = {"w": 90, "bert.embeddings.word_embeddings.weight": 44, "model.shared.weight": 44}


def naive(matrix: Any, block: int, steps: int) -> tuple[Any, float]:
    """What packing and unpacking make of a matrix, number by number; and its largest error."""
    back, worst = np.zeros_like(matrix), 0.0
    for row in range(matrix.shape[0]):
        for start in range(0, matrix.shape[1], block):
            part = matrix[row, start : start + block].astype(np.float64)
            # In float32 as packing divides: else a step that is a float16 number may differ.
            wanted = np.float32(np.abs(part).max()) / np.float32(steps)
            scale = float(np.float16(wanted))
            while scale < wanted or scale == 0:
                scale = float(np.nextafter(np.float16(scale), np.float16(np.inf)))
            back[row, start : start + block] = np.rint(part / scale) * scale
            worst = max(worst, float(np.abs(back[row, start : start + block] - part).max()) / scale)
    return back, worst


@given(
    st.sampled_from([(2, 512), (40, 64), (16, 128), (33, 50), (70, 70)]),
    st.integers(0, 10_000),
    st.sampled_from([1e-6, 1e-3, 0.05, 1.0, 1e4]),
    st.sampled_from(sorted(STEPS)),
)
@example((2, 512), 69, 0.05, "bert.embeddings.word_embeddings.weight")  # such a step
@settings(max_examples=25, deadline=None)
def test_each_entry_stays_within_half_a_step_of_its_block(
    shape: tuple[int, int], seed: int, size: float, name: str
) -> None:
    """32 columns share a step; a row that is no multiple of 32 has one step."""
    matrix = (np.random.default_rng(seed).standard_normal(shape) * size).astype(np.float32)
    steps = STEPS[name]
    packed = pack_tensors({name: torch.from_numpy(matrix)})
    assert packed[name].dtype == torch.int8 and packed[name].abs().max() <= steps
    back = unpack_tensors(packed)[name].numpy()
    block = 32 if shape[1] % 32 == 0 else shape[1]
    scale = packed[f"{name}.scale"].double().numpy().repeat(block, axis=1)
    error = np.abs(back.astype(np.float64) - matrix)
    assert (error <= scale / 2 * (1 + 1e-3)).all()
    largest = np.abs(matrix).reshape(shape[0], -1, block).max(axis=2).repeat(block, axis=1)
    assert (scale <= largest / steps * (1 + 2**-10) + 2**-24).all(), "no step is wider than need be"
    expected, worst = naive(matrix, block, steps)
    assert worst <= 0.501
    assert np.abs(back - expected).max() <= scale.max() * (1 + 1e-3), "a tie may fall either way"
    assert (np.abs(back - expected) <= 1e-6 * np.abs(matrix).max()).mean() > 0.99


def test_a_large_entry_spoils_its_own_block_only() -> None:
    matrix = torch.full((16, 128), 0.01)
    matrix[:, 0] = 100.0
    back = unpack_tensors(pack_tensors({"w": matrix}))["w"]
    assert (back[:, 1:32] == 0).all() and torch.allclose(back[:, 32:], matrix[:, 32:], rtol=1e-2)


@pytest.mark.parametrize("wrong", [3e38, 1e7])
def test_weights_beyond_the_steps_are_refused(wrong: float) -> None:
    matrix = torch.randn(64, 32)
    matrix[3, 4] = wrong
    with pytest.raises(CheckpointError, match="w are too large"):
        pack_tensors({"w": matrix})


def test_only_large_matrices_are_packed() -> None:
    tensors = {
        "matrix": torch.randn(64, 32),
        "small": torch.randn(8, 8),
        "bias": torch.randn(4096),
        "bias as a row": torch.randn(1, 4096),  # Marian's final_logits_bias
        "cube": torch.randn(2, 32, 32),
        "ids": torch.arange(4096).reshape(64, 64),
        "zeros": torch.zeros(64, 32),
        "half": torch.randn(64, 32).half(),
    }
    packed = pack_tensors(tensors)
    coded = {name for name, tensor in packed.items() if tensor.dtype == torch.int8}
    assert coded == {"matrix", "zeros", "half"}
    back = unpack_tensors(packed)
    assert set(back) == set(tensors)
    for name in set(tensors) - coded | {"zeros"}:
        assert torch.equal(back[name], tensors[name]), name


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), -float("inf")])
def test_weights_that_are_no_numbers_are_refused(wrong: float) -> None:
    matrix = torch.randn(64, 32)
    matrix[3, 4] = wrong
    with pytest.raises(CheckpointError, match="w are not all finite"):
        pack_tensors({"w": matrix})


@pytest.fixture(scope="module", params=["teacher", "student", "translator"])
def forms(
    request: pytest.FixtureRequest, folders: Any, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Path, Path]:
    """Plain, packed, and unpacked again."""
    plain: Path = getattr(folders, request.param)
    root = tmp_path_factory.mktemp(request.param)
    pack_checkpoint(plain, root / "packed")
    unpack_checkpoint(root / "packed", root / "unpacked")
    return plain, root / "packed", root / "unpacked"


def test_a_packed_checkpoint_is_smaller_and_says_so(forms: tuple[Path, Path, Path]) -> None:
    plain, packed, unpacked = forms
    assert (packed / PACKED).is_file() and not (packed / WEIGHTS).exists()
    assert (packed / PACKED).stat().st_size < (plain / WEIGHTS).stat().st_size
    manifests = [read_manifest(folder) for folder in forms]
    assert [manifest.packed for manifest in manifests] == [False, True, False]
    assert len({manifest.identity for manifest in manifests}) == 1
    for folder, manifest in zip(forms, manifests, strict=True):
        verify(folder, manifest)
    assert set(manifests[0].files) == set(manifests[2].files)


def test_the_tokenizer_is_written_small_and_reads_alike(folders: Any, tmp_path: Path) -> None:
    pack_checkpoint(folders.student, tmp_path / "packed")
    small, plain = tmp_path / "packed" / "tokenizer.json", folders.student / "tokenizer.json"
    assert small.stat().st_size < plain.stat().st_size
    assert json.loads(small.read_text("utf-8")) == json.loads(plain.read_text("utf-8"))
    one, other = (AutoTokenizer.from_pretrained(path.parent) for path in (small, plain))
    assert one(TEXTS)["input_ids"] == other(TEXTS)["input_ids"]


def test_weights_are_within_the_bound_and_the_way_back_is_exact(
    forms: tuple[Path, Path, Path],
) -> None:
    plain, packed, unpacked = forms
    before, coded = load_file(plain / WEIGHTS), read_packed(packed / PACKED)
    after = load_weights(packed)
    assert set(before) == set(after)
    for name, tensor in before.items():
        scale = float(coded.get(f"{name}.scale", torch.zeros(1)).max())
        assert (after[name] - tensor).abs().max() <= 0.6 * scale + 3.1e-5, name
    unpacked_weights = load_file(unpacked / WEIGHTS)
    assert all(torch.equal(unpacked_weights[name], after[name]) for name in after)


def test_packed_and_unpacked_answer_exactly_alike(folders: Any, tmp_path: Path) -> None:
    for name in ("teacher", "student"):
        plain = load_emotion_model(getattr(folders, name))
        packed_folder, unpacked_folder = tmp_path / f"{name}-p", tmp_path / f"{name}-u"
        pack_checkpoint(getattr(folders, name), packed_folder)
        unpack_checkpoint(packed_folder, unpacked_folder)
        packed, unpacked = load_emotion_model(packed_folder), load_emotion_model(unpacked_folder)
        assert packed.predict(TEXTS) == unpacked.predict(TEXTS)
        assert packed.trigger_scores(TEXTS) == unpacked.trigger_scores(TEXTS)
        change = packed.probabilities(TEXTS) - plain.probabilities(TEXTS)
        assert 0 < np.abs(change).max() < 0.15, "labels of an untrained model are near-ties"


def test_an_unpacked_folder_opens_in_plain_transformers(folders: Any, tmp_path: Path) -> None:
    for name, kind in (
        ("teacher", AutoModelForSequenceClassification),
        ("student", AutoModel),
        ("translator", MarianMTModel),
    ):
        pack_checkpoint(getattr(folders, name), tmp_path / f"{name}-p")
        unpack_checkpoint(tmp_path / f"{name}-p", tmp_path / name)
        module, info = kind.from_pretrained(tmp_path / name, output_loading_info=True)
        assert not [key for key in info["missing_keys"] if "pooler" not in key]
        assert not info["unexpected_keys"]
        if name == "teacher":
            tokenizer = AutoTokenizer.from_pretrained(tmp_path / name)
            with torch.no_grad():
                logits = module(**tokenizer(TEXTS[0], return_tensors="pt")).logits
            (row,) = load_emotion_model(tmp_path / f"{name}-p").probabilities(TEXTS[:1])
            assert row == pytest.approx(logits.softmax(dim=-1)[0].numpy(), abs=1e-6)


def test_tied_weights_stay_tied(folders: Any, tmp_path: Path) -> None:
    pack_checkpoint(folders.translator, tmp_path / "packed")
    unpack_checkpoint(tmp_path / "packed", tmp_path / "unpacked")
    unit, _ = load_unit(tmp_path / "packed")
    module = unit.module
    shared = module.get_input_embeddings().weight
    for tied in (
        module.lm_head.weight,
        module.get_encoder().embed_tokens.weight,
        module.get_decoder().embed_tokens.weight,
    ):
        assert tied.data_ptr() == shared.data_ptr()
    plain = MarianMTModel.from_pretrained(tmp_path / "unpacked")
    tokenizer = MarianTokenizer.from_pretrained(tmp_path / "unpacked")
    batch = tokenizer(["so happy today"], return_tensors="pt")
    most = 2 * batch["input_ids"].shape[1] + 10
    output = plain.generate(**batch, num_beams=1, do_sample=False, max_new_tokens=most)
    expected = tokenizer.batch_decode(output, skip_special_tokens=True)
    assert [text for text, _ in unit.translate(["so happy today"], Decoding(), 4)] == expected


def test_what_cannot_be_converted_is_refused(folders: Any, tmp_path: Path) -> None:
    pack_checkpoint(folders.teacher, tmp_path / "packed")
    with pytest.raises(CheckpointError, match="is packed already"):
        pack_checkpoint(tmp_path / "packed", tmp_path / "again")
    with pytest.raises(CheckpointError, match="is not packed"):
        unpack_checkpoint(folders.teacher, tmp_path / "again")
    assert not (tmp_path / "again").exists()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("x")
    with pytest.raises(CheckpointError, match="left alone"):
        pack_checkpoint(folders.teacher, tmp_path / "mine")
    damaged = Path(shutil.copytree(folders.teacher, tmp_path / "damaged"))
    (damaged / "config.json").write_text("{}")
    with pytest.raises(CheckpointError, match="damaged: config.json"):
        pack_checkpoint(damaged, tmp_path / "again")


def test_packing_in_place(folders: Any, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(folders.teacher, tmp_path / "model"))
    pack_checkpoint(folder, folder)
    assert load_emotion_model(folder).predict(TEXTS[:1])
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


@pytest.mark.parametrize("name", [PACKED, WEIGHTS])
def test_torn_or_missing_weights_are_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(CheckpointError, match="has neither"):
        load_weights(tmp_path)
    (tmp_path / name).write_bytes(b"torn")
    with pytest.raises(CheckpointError, match=name):
        load_weights(tmp_path)

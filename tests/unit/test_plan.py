"""What --dry-run says is true: sizes, memory and steps compared with torch and with real runs.

The truth is transformers' own models, torch's count of what it keeps, and the Trainer's steps.
"""

import gzip
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from huggingface_hub import constants
from safetensors.torch import save_file
from transformers import (
    AutoModel,
    AutoModelForSequenceClassification,
    MarianMTModel,
    RobertaConfig,
    RobertaModel,
    XLMRobertaConfig,
    XLMRobertaModel,
)

from core.hub import fetch
from core.labels import LABELS
from core.loading import pack_checkpoint
from core.records import Example
from train import options
from train.config import DistilConfig, StudentConfig, TeacherConfig, TranslatorConfig
from train.forecast.memory import activations, marian, memory
from train.forecast.plan import plan
from train.forecast.shapes import Shape, count, header, known, shape_of, shapes_of, size
from train.forecast.steps import steps, total_steps
from train.recipes import RECIPES
from train.recipes.translator import _marian_config
from train.run import Run
from train.training.finetune import new_model, train_classifier
from train.training.rows import Rows, read_rows

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "assets" / "models" / "demo"


def parameters(module: Any) -> int:
    return sum(weight.numel() for weight in module.parameters())


# --- models by their files ---


@pytest.mark.parametrize("name", ["bert", "xlmr", "encoder"])
def test_parameters_are_those_that_transformers_loads(folders: Any, name: str) -> None:
    folder = getattr(folders, name)
    kind = AutoModel if name == "encoder" else AutoModelForSequenceClassification
    module = kind.from_pretrained(folder)
    assert count(folder) == parameters(module)


def test_a_packed_model_counts_as_its_plain_form(folders: Any, tmp_path: Path) -> None:
    pack_checkpoint(folders.student, tmp_path / "packed")
    assert count(tmp_path / "packed") == count(folders.student)


def test_a_header_is_read_without_its_tensors(tmp_path: Path) -> None:
    save_file({"a": torch.zeros(3, 5), "b": torch.ones(7)}, tmp_path / "x.safetensors")
    content = (tmp_path / "x.safetensors").read_bytes()
    (tmp_path / "torn.safetensors").write_bytes(content[:-40])
    (tmp_path / "y.safetensors.gz").write_bytes(gzip.compress(content))
    for name in ("x.safetensors", "torn.safetensors", "y.safetensors.gz"):
        assert header(tmp_path / name)["a"]["shape"] == [3, 5]
    (tmp_path / "no.safetensors").write_bytes(b"nothing of the kind")
    assert header(tmp_path / "no.safetensors") == {}


def test_pickled_weights_count_by_their_size(folders: Any, tmp_path: Path) -> None:
    (tmp_path / "pytorch_model.bin").write_bytes(b"0" * 4000)
    assert count(tmp_path) == 1000


LARGE: dict[str, Any] = {
    "hidden_size": 1024,
    "num_hidden_layers": 24,
    "num_attention_heads": 16,
    "intermediate_size": 4096,
    "type_vocab_size": 1,
}


@pytest.mark.parametrize(
    ("name", "kind", "config"),
    [
        ("roberta-large", RobertaModel, RobertaConfig(**LARGE, vocab_size=50265)),
        ("FacebookAI/xlm-roberta-large", XLMRobertaModel, XLMRobertaConfig(**LARGE)),
        ("BAAI/bge-m3", XLMRobertaModel, XLMRobertaConfig(**LARGE, max_position_embeddings=8194)),
    ],
)
def test_what_is_known_by_heart_is_what_transformers_builds(
    name: str, kind: Any, config: Any
) -> None:
    if "roberta-large" in name:
        config.max_position_embeddings = 514
    if config.model_type == "xlm-roberta":
        config.vocab_size = 250002
    with torch.device("meta"):
        module = kind(config, add_pooling_layer=False)
    assert known(name).parameters == parameters(module)


def test_a_new_translator_is_what_transformers_builds() -> None:
    config = TranslatorConfig(width=64, encoder_layers=2, decoder_layers=1, vocabulary=300)
    with torch.device("meta"):
        module = MarianMTModel(_marian_config(config, 300))
    learnt = [w for n, w in module.named_parameters() if "embed_positions" not in n]
    assert marian(config).parameters == sum(weight.numel() for weight in learnt)


def test_a_hub_id_says_what_would_be_downloaded(hub: Any, folders: Any) -> None:
    model = hub.add("x/encoder", folders.encoder, parameters=123_456)
    total = sum(model.sizes.values())
    found = shape_of("x/encoder")
    assert found.place == f"hub id, {size(total)} would be downloaded"
    assert found.parameters == 123_456 and hub.gets() == []
    said = memory(StudentConfig(model="x/encoder"), {"model": [found]})
    assert said.startswith("more than ") and "- unknown: activations" in said
    fetch("x/encoder")
    assert shape_of("x/encoder").place == "hub id, in the local cache"
    assert shape_of("x/encoder").parameters == count(folders.encoder)
    hub.stop()
    assert shape_of("x/encoder").place == "hub id, in the local cache"


def test_a_hub_id_that_says_nothing_of_its_size_is_taken_by_bytes(hub: Any, folders: Any) -> None:
    model = hub.add("x/encoder", folders.encoder)
    assert shape_of("x/encoder").parameters == model.sizes["model.safetensors"] // 4


def test_offline_the_size_is_unknown_and_said_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    found = shape_of("x/nothing")
    assert "would be downloaded, size unknown" in found.place and found.parameters == 0
    said = memory(StudentConfig(model="x/nothing"), {"model": [found]})
    assert said.startswith("unknown, since the size of x/nothing") and "16 bytes" in said


def test_a_pattern_stands_for_each_language(folders: Any, tmp_path: Path) -> None:
    for code in ("fr", "ru"):
        (tmp_path / f"opus-{code}-en").symlink_to(folders.marian)
    found = shapes_of(str(tmp_path / "opus-{language}-en"))
    assert [Path(shape.name).name for shape in found] == ["opus-fr-en", "opus-ru-en"]
    assert all(shape.parameters == count(folders.marian) for shape in found)


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 B"), (999, "999 B"), (999_600, "1 MB"), (1.42e9, "1.42 GB")]
)
def test_sizes_in_words(count: float, said: str) -> None:
    assert size(count) == said


# --- memory ---


def kept_by_torch(module: Any, rows: int, length: int) -> int:
    """Bytes of all tensors that a forward pass keeps for the backward one, weights aside."""
    found: dict[int, int] = {}
    alive = []

    def keep(tensor: Any) -> Any:
        alive.append(tensor)
        found[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor

    ids = torch.randint(5, 50, (rows, length))
    own = {weight.untyped_storage().data_ptr() for weight in module.parameters()}
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        out = module(input_ids=ids, attention_mask=torch.ones_like(ids))
    assert out is not None
    return sum(size for place, size in found.items() if place not in own)


@pytest.mark.parametrize(("layers", "rows", "length"), [(2, 4, 64), (6, 4, 64), (6, 8, 16)])
def test_activations_are_what_torch_keeps(layers: int, rows: int, length: int) -> None:
    """Plus one layer, which the backward pass works with."""
    config = XLMRobertaConfig(
        vocab_size=60,
        hidden_size=64,
        num_hidden_layers=layers,
        num_attention_heads=4,
        intermediate_size=256,
        max_position_embeddings=80,
        type_vocab_size=1,
    )
    truth = kept_by_torch(XLMRobertaModel(config).train(), rows, length)
    shape = Shape("", layers=layers, hidden=64, inner=256, heads=4)
    estimate = activations(shape, rows, length, 4) * layers / (layers + 1)
    assert truth == pytest.approx(estimate, rel=0.15)


MEASURE = """
import random, sys, torch
from pathlib import Path
from core.labels import LABELS
from core.records import Example
from train.training import finetune
from train.config import StudentConfig
from train.training.finetune import new_model, train_classifier
from train.forecast.memory import LIBRARIES, _parts
from train.training.rows import Rows
from train.run import Run
from train.forecast.shapes import shapes_of
folder, output = sys.argv[1:]
config = StudentConfig(model=folder, output=output, batch_size=64, max_length=96, max_steps=1,
                       device="cpu", threads=1, data="none")
words = "happy sad today love fear angry table joy".split()
texts = [" ".join(random.choices(words, k=96)) for _ in range(64)]
rows = tuple(Example(str(i), t, LABELS[i % 6]) for i, t in enumerate(texts))
with Run("student", config) as run:
    model = finetune.new_model(config, "cpu", "student", run)
    finetune.train_classifier(model, Rows(rows, rows[:12], None, ()), config, run)
peak = next(int(line.split()[1]) * 1024 for line in open("/proc/self/status")
            if line.startswith("VmHWM"))
told = LIBRARIES + sum(part.size for part in _parts(config, {"model": shapes_of(folder)}))
print(peak / told)
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads Linux's own count")
def test_a_training_takes_about_the_memory_that_was_told(tiny: Any, tmp_path: Path) -> None:
    """A real fine-tuning in a process of its own; its peak is read from the system."""
    config = tiny.xlmr_config(
        hidden_size=192, intermediate_size=768, num_hidden_layers=4, num_attention_heads=6
    )
    folder = tiny.save(tmp_path / "wide", XLMRobertaModel(config), tiny.unigram())
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(folder), str(tmp_path / "out")],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert 0.7 < float(done.stdout.splitlines()[-1]) < 1.3


def test_memory_is_a_sum_in_words(folders: Any) -> None:
    config = StudentConfig(model=str(folders.encoder), batch_size=4, precision="bfloat16")
    said = memory(config, {"model": shapes_of(str(folders.encoder))})
    assert "4 × 4 bytes × 0.0 M parameters: weights, gradients and Adam's two moments" in said
    assert "activations of a batch of 4 × 128 sub-tokens" in said
    assert "once more in bfloat16" in said and "this machine has" in said


# --- steps ---


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """An emotion file of 100 rows, 97 of them distinct, and tweets, 4 of which are its own."""
    labels = ("Love", "Joy", "Anger", "Fear", "Sadness", "Neutral")
    rows = [f"{i}\ttext number {max(3, i)}\t{labels[i % 6]}" for i in range(100)]
    (tmp_path / "data.tsv").write_text("ID\tTexts\tLabels\n" + "\n".join(rows) + "\n")
    tweets = [f"{i}\ttweet {i}" for i in range(60)] + ["60\ttweet 7"]
    (tmp_path / "tweets.tsv").write_text("ID\tTexts\n" + "\n".join(tweets) + "\n")
    return {name: str(tmp_path / f"{name}.tsv") for name in ("data", "tweets")}


def test_steps_are_those_of_the_rows(files: dict[str, str], tmp_path: Path) -> None:
    config = TeacherConfig(data=files["data"], output=str(tmp_path / "o"), batch_size=8, epochs=2.5)
    said = steps(config)
    # 97 texts, 10 of them held out; "text number 3" stands four times, on one side.
    rows = read_rows(config, save=False)
    assert len(rows.train) + len(rows.validation) == 100 and len(rows.split.validation) == 10
    epoch = -(-len(rows.train) // 8)
    total = -(-epoch * 5 // 2)
    assert f"{len(rows.train)} training rows" in said[0] and f"{total} steps" in said[0]
    assert f"3 validations on {len(rows.validation)} rows" in "\n".join(said)
    assert "seed 13, 10% held out" in said[-1]
    assert not (tmp_path / "split.json").exists(), "a dry run writes nothing"


def test_a_split_that_is_there_is_named(files: dict[str, str], tmp_path: Path) -> None:
    config = TeacherConfig(data=files["data"], output=str(tmp_path / "o"))
    read_rows(config)
    assert steps(config)[-1] == f"The split is that of {tmp_path / 'split.json'}."


@pytest.mark.parametrize(
    ("options", "expected"), [({"epochs": 2.5}, 33), ({"max_steps": 7}, 7), ({"epochs": 1}, 13)]
)
def test_the_trainer_takes_as_many_steps(
    options: dict[str, Any], expected: int, folders: Any, tmp_path: Path
) -> None:
    """Not computed again: a real training of 100 rows in batches of 8."""
    config = StudentConfig(
        model=str(folders.encoder),
        output=str(tmp_path / "o"),
        batch_size=8,
        device="cpu",
        patience=0,
        **options,
    )
    rows = tuple(Example(str(i), "so happy", LABELS[i % 6]) for i in range(100))
    with Run("student", config) as run:
        model = new_model(config, "cpu", "student", run)
        fitted = train_classifier(model, Rows(rows, rows[:6], None, ()), config, run)  # type: ignore[arg-type]
    assert fitted.steps == total_steps(config, 100) == expected


def test_refinement_counts_distinct_tweets(files: dict[str, str], tmp_path: Path) -> None:
    read_rows(TeacherConfig(data=files["data"], output=str(tmp_path / "o")))
    config = DistilConfig(
        unlabelled=(files["tweets"], files["data"]),
        data=files["data"],
        split=str(tmp_path / "split.json"),
        held_out=0.0,
        batch_size=10,
        epochs=1,
    )
    said = "\n".join(steps(config))
    # 60 tweets and 87 training texts; a tweet stands twice, and so do three of the data's rows.
    assert "147 distinct tweets" in said and "at most 15 steps" in said


# --- the whole ---


def test_a_plan_holds_all_of_it(files: dict[str, str], folders: Any, tmp_path: Path) -> None:
    config = options.parse(
        TeacherConfig,
        None,
        [f"model={folders.encoder}", f"data={files['data']}", f"output={tmp_path / 'o'}"],
    )
    said = plan(RECIPES["teacher"], config)
    for part in ("Options:", "Files:", "Memory:\n  about ", "Steps:", "parameters)"):
        assert part in said
    assert sorted(os.listdir(tmp_path)) == ["data.tsv", "tweets.tsv"]


def test_planning_loads_no_torch(files: dict[str, str], tmp_path: Path) -> None:
    """A process of its own; a preset with a hub id, offline."""
    code = """
import sys
from train.__main__ import main
code = main(sys.argv[1:])
heavy = [name for name in ("torch", "transformers", "gradio", "pandas") if name in sys.modules]
print("heavy:", heavy)
sys.exit(code)
"""
    words = ["teacher", "--config", "paper", "--dry-run", f"data={files['data']}"]
    done = subprocess.run(
        [sys.executable, "-c", code, *words, f"output={tmp_path / 'o'}"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "HF_HOME": str(tmp_path / "empty")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "heavy: []" in done.stdout
    assert "FacebookAI/roberta-large (hub id, would be downloaded, size unknown" in done.stdout
    assert "354 M parameters" in done.stdout

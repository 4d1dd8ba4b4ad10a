"""Folder or hub id → EmotionModel, and an EmotionModel → folder.

Knows transformers' Auto classes and our checkpoint format; opens no data
file. The network is transformers' business: with HF_HUB_OFFLINE=1 only
folders and its own cache are read.
"""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import nn
from transformers import (
    AutoConfig,
    AutoModel,
    AutoModelForSequenceClassification,
    AutoTokenizer,
)
from transformers.utils import logging as transformers_logging

from core.checkpoints import MANIFEST, Manifest, read_manifest, verify, write_checkpoint
from core.errors import CheckpointError, ModelError
from core.labels import LABELS
from core.models import EmotionModel, MeanPooledClassifier, module_identity
from core.packing import PACKED, WEIGHTS, load_weights, pack_file, unpack_file

HEAD = "head.safetensors"


def quiet() -> None:
    """Keep transformers' own bars and reports off the terminal; errors are raised, not logged."""
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()


def load_emotion_model(
    source: str | Path, role: str = "student", device: str = "cpu"
) -> EmotionModel:
    """A teacher or student from a checkpoint (packed or plain), a transformers folder, or a hub id.

    Raises:
        ModelError: not found, not a classifier, labels that don't map.
        CheckpointError: a broken folder of ours, with the reason.
    """
    folder = Path(source)
    if (folder / MANIFEST).is_file():
        return _load_checkpoint(folder, role, device)
    module, tokenizer = _load_foreign(str(source))
    names = tuple(module.config.id2label[k] for k in range(module.config.num_labels))
    length = min(128, capacity(module.config))
    return EmotionModel(
        module=module.to(device),
        tokenizer=tokenizer,
        name=str(source),
        role=role,
        base=str(source),
        max_length=length,
        class_names=names,
        identity=module_identity(module, "cls", "", length),
    )


def new_classifier(base: str, pooling: str) -> nn.Module:
    """A classifier with a fresh head of six classes on a pre-trained encoder, in float32.

    Raises:
        ModelError: when the encoder cannot be loaded.
    """
    if pooling == "mean":
        return MeanPooledClassifier(load_backbone(base))
    names = dict(enumerate(LABELS))
    return _from_pretrained(
        AutoModelForSequenceClassification,
        base,
        num_labels=len(LABELS),
        id2label=names,
        label2id={label: index for index, label in names.items()},
        ignore_mismatched_sizes=True,
    )


def load_backbone(base: str) -> Any:
    """An encoder without head, plain or packed, in float32."""
    if (Path(base) / PACKED).is_file():
        return _bare(AutoModel, Path(base))
    return _from_pretrained(AutoModel, base)


def load_tokenizer(base: str) -> Any:
    """The tokenizer of a folder or hub id.

    Raises:
        ModelError: when there is none.
    """
    try:
        return AutoTokenizer.from_pretrained(base)
    except (OSError, ValueError, KeyError) as error:
        raise _unreachable(base, error) from error


def save_emotion_model(model: EmotionModel, folder: Path, manifest: Manifest, **extra: Any) -> Manifest:
    """Write a checkpoint; ``cls`` models open in plain ``transformers.pipeline``.

    Args:
        extra: ``also``, a function that puts further files into the folder.
    """
    also = extra.get("also")

    def write(aside: Path) -> None:
        _save_module(model.module, aside)
        model.tokenizer.save_pretrained(aside)
        if also is not None:
            also(aside)

    return write_checkpoint(folder, manifest, write)


def save_encoder(module: Any, tokenizer: Any, folder: Path, manifest: Manifest) -> Manifest:
    """Write an encoder, or any other plain transformers model, as a checkpoint."""

    def write(aside: Path) -> None:
        module.save_pretrained(aside)
        tokenizer.save_pretrained(aside)

    return write_checkpoint(folder, manifest, write)


def capacity(config: Any) -> int:
    """Longest input in sub-tokens that the position embeddings allow.

    RoBERTa and XLM-R number positions from padding_idx + 1.
    """
    positions = getattr(config, "max_position_embeddings", None) or 512
    offset = config.model_type in ("roberta", "xlm-roberta", "camembert", "xlm-roberta-xl")
    return int(positions - (config.pad_token_id + 1 if offset else 0))


def pack_checkpoint(folder: Path, output: Path) -> Manifest:
    """Write the packed form of a checkpoint of any role; identity and manifest are kept."""
    return _convert(folder, output, WEIGHTS, PACKED, pack_file, packed=True)


def unpack_checkpoint(folder: Path, output: Path) -> Manifest:
    """Write the plain transformers folder of a packed checkpoint."""
    return _convert(folder, output, PACKED, WEIGHTS, unpack_file, packed=False)


def _convert(
    folder: Path, output: Path, source: str, target: str, convert: Any, *, packed: bool
) -> Manifest:
    manifest = read_manifest(folder)
    verify(folder, manifest)
    if not (folder / source).is_file():
        state = "packed already" if packed else "not packed"
        raise CheckpointError(f"{folder} is {state}: it has no {source}.", "Nothing to do.")

    def write(aside: Path) -> None:
        for name in manifest.files:
            if name != source:
                shutil.copyfile(folder / name, aside / name)
        convert(folder / source, aside / target)

    return write_checkpoint(output, replace(manifest, packed=packed), write)


def _load_checkpoint(folder: Path, role: str, device: str) -> EmotionModel:
    manifest = read_manifest(folder)
    verify(folder, manifest)
    if manifest.role not in ("teacher", "student"):
        raise CheckpointError(
            f"{folder} is a {manifest.role}, not a teacher or student.", "Choose another folder."
        )
    module = _assemble(folder, manifest)
    return EmotionModel(
        module=module.to(device),
        tokenizer=load_tokenizer(str(folder)),
        name=str(folder),
        role=role,
        base=manifest.base,
        pooling=manifest.pooling,
        prefix=manifest.prefix,
        max_length=manifest.max_length,
        threshold=manifest.threshold,
        trigger_reduce=manifest.trigger_reduce,
        class_names=manifest.labels,
        identity=manifest.identity,
        manifest=manifest,
    )


def _assemble(folder: Path, manifest: Manifest) -> nn.Module:
    if manifest.pooling == "cls":
        return _bare(AutoModelForSequenceClassification, folder)
    module = MeanPooledClassifier(_bare(AutoModel, folder), len(manifest.labels))
    module.classifier.load_state_dict(load_file(folder / HEAD))
    return module


def _bare(auto: Any, folder: Path) -> Any:
    """A module of a local folder, packed or plain; refuses missing tensors."""
    try:
        config = AutoConfig.from_pretrained(folder)
        kind = auto._model_mapping[type(config)]
        module, info = kind.from_pretrained(
            None,
            config=config,
            state_dict=load_weights(folder),
            dtype=torch.float32,
            output_loading_info=True,
        )
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise CheckpointError(
            f"{folder} cannot be opened: {_first_line(error)}", "Write the checkpoint again."
        ) from error
    missing = [name for name in info["missing_keys"] if "pooler" not in name]
    if missing:
        raise CheckpointError(
            f"{folder} lacks {len(missing)} tensors, the first is {sorted(missing)[0]}.",
            "Write the checkpoint again.",
        )
    return module.eval()


def _save_module(module: nn.Module, folder: Path) -> None:
    if isinstance(module, MeanPooledClassifier):
        module.backbone.save_pretrained(folder)
        head = {name: t.contiguous() for name, t in module.classifier.state_dict().items()}
        save_file(head, folder / HEAD)
    else:
        module.save_pretrained(folder)


def _load_foreign(source: str) -> tuple[Any, Any]:
    config = _from_pretrained(AutoConfig, source, dtype=None)
    architectures = config.architectures or []
    if not any(name.endswith("ForSequenceClassification") for name in architectures):
        raise ModelError(
            f"{source} is not a sequence classifier (it is {', '.join(architectures) or 'unnamed'}).",
            "Fine-tune it first: python -m train teacher model=… data=…",
        )
    module = _from_pretrained(AutoModelForSequenceClassification, source)
    return module.eval(), load_tokenizer(source)


def _from_pretrained(auto: Any, source: str, **options: Any) -> Any:
    options = {"dtype": torch.float32, **options}
    if options["dtype"] is None:
        del options["dtype"]
    try:
        return auto.from_pretrained(source, **options)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise _unreachable(source, error) from error


def _unreachable(source: str, error: Exception) -> ModelError:
    kind = "folder" if Path(source).is_dir() else "folder or hub id"
    return ModelError(
        f"The {kind} {source} cannot be loaded: {_first_line(error)}",
        "Name a folder with config.json, weights and tokenizer, or a hub id while online.",
    )


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0][:300]

"""Folder or hub id → EmotionModel, and an EmotionModel → folder.

Knows our checkpoint format and what makes a classifier of the six emotions;
how transformers opens files is ``core.pretrained``.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from safetensors.torch import load_file, save_file
from torch import nn
from transformers import AutoModel, AutoModelForSequenceClassification

from core.checkpoints import MANIFEST, Manifest, read_manifest, verify, write_checkpoint
from core.errors import CheckpointError, ModelError, brief
from core.hub import Progress, Source, locate
from core.labels import LABELS
from core.models import EmotionModel
from core.modules import MeanPooledClassifier, module_identity
from core.packing import PACKED, pack_checkpoint, unpack_checkpoint
from core.pretrained import load_config, load_module, load_saved, load_tokenizer, quiet
from core.triggers import REDUCTIONS, SCORES

Name = TypeVar("Name", bound=str)

__all__ = [
    "capacity",
    "load_backbone",
    "load_emotion_model",
    "load_tokenizer",
    "new_classifier",
    "pack_checkpoint",
    "quiet",
    "save_emotion_model",
    "save_encoder",
    "unpack_checkpoint",
]

HEAD = "head.safetensors"
LONGEST = 128  # sub-tokens that a foreign model is given
_POOLER = ("pooler",)  # an encoder's own; read by no head of ours but BERT's


def load_emotion_model(
    source: str | Path | Source,
    role: str = "student",
    device: str = "cpu",
    progress: Progress | None = None,
) -> EmotionModel:
    """A teacher or student from a checkpoint (packed or plain), a transformers folder, or a hub id.

    Args:
        progress: called while a hub id's files are downloaded.

    Raises:
        ModelError: not found, not a classifier, labels that don't map.
        CheckpointError: a broken folder of ours, with the reason.
    """
    place = locate(source, progress)
    if (place.folder / MANIFEST).is_file():
        return _load_checkpoint(place, role, device)
    module, tokenizer = _load_foreign(place)
    length = min(LONGEST, capacity(module.config))
    return EmotionModel(
        module=module.to(device),
        tokenizer=tokenizer,
        name=place.name,
        role=role,
        base=place.name,
        max_length=length,
        class_names=_class_names(module.config),
        identity=module_identity(module, "cls", "", length),
    )


def new_classifier(base: str | Source, pooling: str) -> nn.Module:
    """A classifier with a fresh head of six classes on a pre-trained encoder, in float32.

    Raises:
        ModelError: when the encoder cannot be loaded.
    """
    place = locate(base)
    if pooling == "mean":
        return MeanPooledClassifier(load_backbone(place))
    names = dict(enumerate(LABELS))
    options = {
        "num_labels": len(LABELS),
        "id2label": names,
        "label2id": {label: index for index, label in names.items()},
    }
    kind = AutoModelForSequenceClassification
    if (place.folder / PACKED).is_file():
        module: nn.Module = load_saved(kind, place.folder, _POOLER, fresh_head=True, **options)
    else:
        module = load_module(kind, place, _POOLER, fresh_head=True, **options)
    return module


def load_backbone(base: str | Source) -> Any:
    """An encoder without head, plain or packed, in float32.

    Raises:
        ModelError: when it cannot be loaded.
    """
    place = locate(base)
    if (place.folder / PACKED).is_file():
        return load_saved(AutoModel, place.folder, _POOLER)
    return load_module(AutoModel, place, _POOLER)


def save_emotion_model(
    model: EmotionModel, folder: Path, manifest: Manifest, **extra: Any
) -> Manifest:
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


def _load_checkpoint(place: Source, role: str, device: str) -> EmotionModel:
    folder = place.folder
    manifest = read_manifest(folder)
    verify(folder, manifest)
    if manifest.role not in ("teacher", "student"):
        raise CheckpointError(
            f"{folder} is a {manifest.role}, not a teacher or student.", "Choose another folder."
        )
    module = _assemble(folder, manifest)
    return EmotionModel(
        module=module.to(device),
        tokenizer=load_tokenizer(place),
        name=place.name,
        role=role,
        base=manifest.base,
        pooling=manifest.pooling,
        prefix=manifest.prefix,
        max_length=manifest.max_length,
        threshold=manifest.threshold,
        trigger_reduce=_one_of(REDUCTIONS, manifest.trigger_reduce, folder),
        trigger_score=_one_of(SCORES, manifest.trigger_score, folder),
        class_names=manifest.labels,
        identity=manifest.identity,
        manifest=manifest,
    )


def _assemble(folder: Path, manifest: Manifest) -> Any:
    if manifest.pooling == "mean":
        module = MeanPooledClassifier(load_saved(AutoModel, folder, _POOLER), len(manifest.labels))
        _load_head(module, folder)
        return module
    if manifest.pooling != "cls":
        raise CheckpointError(f"{folder} pools by {manifest.pooling!r}.", "Update Tandem.")
    if manifest.trigger_score == "contribution":
        raise CheckpointError(
            f"{folder} scores words by contribution, which only mean pooling has.",
            "Choose its threshold again: python -m train triggers score=cosine …",
        )
    plain = load_saved(AutoModelForSequenceClassification, folder)
    if plain.config.num_labels != len(manifest.labels):
        raise CheckpointError(
            f"{folder} names {len(manifest.labels)} labels for {plain.config.num_labels} outputs.",
            "Write the checkpoint again.",
        )
    return plain


def _load_head(module: MeanPooledClassifier, folder: Path) -> None:
    try:
        module.classifier.load_state_dict(load_file(folder / HEAD))
    except Exception as error:  # safetensors and torch raise errors of many types
        raise CheckpointError(
            f"The head {folder / HEAD} cannot be read: {brief(error)}",
            "Write the checkpoint again.",
        ) from error


def _one_of(known: Sequence[Name], value: str, folder: Path) -> Name:
    """A manifest's value as one of those that this version knows."""
    for name in known:
        if name == value:
            return name
    raise CheckpointError(f"{folder} scores words by {value!r}.", f"Use {', '.join(known)}.")


def _save_module(module: Any, folder: Path) -> None:
    if isinstance(module, MeanPooledClassifier):
        module.backbone.save_pretrained(folder)
        head = {name: t.contiguous() for name, t in module.classifier.state_dict().items()}
        save_file(head, folder / HEAD)
    else:
        module.save_pretrained(folder)


def _load_foreign(place: Source) -> tuple[Any, Any]:
    config = load_config(place)
    architectures = config.architectures or []
    if not any(name.endswith("ForSequenceClassification") for name in architectures):
        kind = ", ".join(architectures) or "unnamed"
        raise ModelError(
            f"{place.name} is not a sequence classifier (it is {kind}).",
            "Fine-tune it first: python -m train teacher model=… data=…",
        )
    tokenizer = load_tokenizer(place)
    module = load_module(AutoModelForSequenceClassification, place)
    _refuse_unreadable(place.name, tokenizer, module)
    return module, tokenizer


def _refuse_unreadable(name: str, tokenizer: Any, module: Any) -> None:
    """Refuse a tokenizer that cannot feed this model, or that starts without a mark."""
    embeddings = module.get_input_embeddings().num_embeddings
    problem = ""
    if tokenizer.pad_token_id is None:
        problem = "has no padding token"
    elif len(tokenizer) > embeddings:
        problem = f"has {len(tokenizer)} pieces, the model only {embeddings}"
    elif tokenizer("a")["input_ids"][0] not in tokenizer.all_special_ids:
        problem = "puts no mark before a text, which triggers are measured against"
    if problem:
        raise ModelError(f"The tokenizer of {name} {problem}.", "Choose an encoder such as XLM-R.")


def _class_names(config: Any) -> tuple[str, ...]:
    names = config.id2label
    return tuple(str(names.get(index, index)) for index in range(config.num_labels))

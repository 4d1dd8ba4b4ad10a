"""How much memory a run takes, as a sum that says what each part is; an estimate.

Knows options and shapes of models. Fine-tuning on a CPU took 0.85 to 1.07 of it where it was
measured (3 and 12 layers of 384, batches of 2 × 16 to 128 × 128 sub-tokens).
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from train.config import (
    BaseConfig,
    DistilConfig,
    EvaluateConfig,
    PipelineConfig,
    TeacherConfig,
    TrainingConfig,
    TranslatorConfig,
)
from train.forecast.shapes import Shape, size
from train.options import RecipeConfig

LIBRARIES = 0.7e9  # bytes that Python, torch and transformers take by themselves on a CPU
SENTENCE = 40  # sub-tokens of a side of a pair, where options do not bound it
Models = Mapping[str, Sequence[Shape]]
"""Option → the models that it names."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the memory, and what it is for."""

    size: float  # bytes, 0 where that is not known
    words: str


def memory(config: RecipeConfig, models: Models) -> str:
    """Lines on the memory of a run; "" for a recipe that opens no model."""
    opens = any(models.values()) and not isinstance(config, PipelineConfig)  # its stages do
    if not opens and not isinstance(config, TranslatorConfig):
        return ""
    parts = _parts(config, models)
    if parts is None:
        unknown = [m.name for several in models.values() for m in several if not m.parameters]
        return (
            f"unknown, since the size of {', '.join(unknown)} is not known here: a training takes "
            "16 bytes a parameter (weights, gradients, Adam's two moments), plus activations."
        )
    total = sum(part.size for part in parts)
    listed = "\n".join(f"- {size(p.size) if p.size else 'unknown'}: {p.words}" for p in parts)
    known = "about" if all(part.size for part in parts) else "more than"
    return f"{known} {size(total)}{_where(config, total)}\n{listed}"


def _where(config: RecipeConfig, total: float) -> str:
    on_cpu = f"{size(LIBRARIES)} more for Python and torch"
    if config.device == "cuda":
        return " on the GPU."
    here = f"this machine has {size(_ram())}" if _ram() else ""
    verdict = ": not enough" if _ram() and total + LIBRARIES > _ram() else ""
    if config.device == "cpu":
        return f", and {on_cpu}; {here}{verdict}."
    return f" of a GPU where there is one; on a CPU {on_cpu}; {here}{verdict}."


def _ram() -> int:
    """Bytes of this machine's memory; 0 where the system does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return 0


def _parts(config: RecipeConfig, models: Models) -> list[Part] | None:
    """What a recipe holds at its peak; None where a model's size is not known."""
    known = [model for several in models.values() for model in several]
    if not all(model.parameters for model in known):
        return None  # a sum without one of them would mislead
    if isinstance(config, TeacherConfig):
        return _training(models["model"][0], config, config.max_length)
    if isinstance(config, DistilConfig):
        return _distil(config, models)
    if isinstance(config, BaseConfig):
        return _base(config, models["model"][0])
    if isinstance(config, TranslatorConfig):
        start = models.get("start")
        return _training(start[0] if start else marian(config), config, SENTENCE)
    if isinstance(config, EvaluateConfig):
        largest = max(known, key=lambda model: model.parameters)
        return [_weights([largest], "the largest model; one is open at a time")]
    return [_weights(known, "read only")]


def _distil(config: DistilConfig, models: Models) -> list[Part]:
    student = models["student"][0]
    length = min(128, student.positions or 128)
    copy = Part(4.0 * student.parameters, "a copy of the student before refinement")
    frozen = [*models["teacher"], *models["translator"]]
    return [
        *_training(student, config, length),
        copy,
        _weights(frozen, "teacher and translators, read only"),
    ]


def _base(config: BaseConfig, english: Shape) -> list[Part]:
    """The new encoder reads sources and English as one batch; the English one is frozen."""
    new = replace(
        english, layers=len(config.layers), vocabulary=config.vocabulary, positions=config.positions
    )
    new = replace(new, name="the new encoder", parameters=new.computed)
    return [
        *_training(new, config, SENTENCE, rows=2 * config.batch_size),
        _weights([english], "the English encoder, read only"),
    ]


def _weights(models: Sequence[Shape], words: str) -> Part:
    total = sum(model.parameters for model in models)
    return Part(4.0 * total, f"4 bytes × {millions(total)} parameters: {words}")


def _training(
    model: Shape, config: TrainingConfig, length: int, rows: int | None = None
) -> list[Part]:
    rows = config.batch_size if rows is None else rows
    count = model.parameters
    parts = [
        Part(
            16.0 * count,
            f"4 × 4 bytes × {millions(count)} parameters: weights, gradients and Adam's two "
            "moments",
        )
    ]
    if config.precision != "float32":
        parts.append(Part(2.0 * count, f"the weights once more in {config.precision}"))
    kept = activations(model, rows, length, 4 if config.precision == "float32" else 2)
    words = f"activations of a batch of {rows} × {length} sub-tokens, if all are that long"
    return [*parts, Part(kept, words)]


def activations(model: Shape, rows: int, length: int, width: int) -> float:
    """Bytes that a forward pass keeps for the backward one, and one layer's worth to work with.

    As torch keeps them on a CPU with dropout, masks at full width: a layer 10 H + 2 I numbers a
    sub-token, and for each head 3 numbers a pair of sub-tokens. A decoder's layer attends twice,
    and an encoder-decoder's output layer keeps its scores over the vocabulary three times. A GPU's
    fused attention keeps no pairs.

    Args:
        width: bytes of a number.
    """
    tokens = rows * length
    pairs = 3 * rows * model.heads * length**2
    layer = tokens * (10 * model.hidden + 2 * model.inner) + pairs
    across = tokens * 6 * model.hidden + pairs
    scores = 3.0 * 4 * tokens * model.vocabulary if model.decoder_layers else 0.0
    layers = model.layers + model.decoder_layers + 1
    return float(width * (layers * layer + model.decoder_layers * across)) + scores


def marian(config: TranslatorConfig) -> Shape:
    """The model that the translator recipe builds."""
    plain = Shape(
        name="the new translator",
        layers=config.encoder_layers,
        decoder_layers=config.decoder_layers,
        hidden=config.width,
        inner=4 * config.width,
        heads=config.heads,
        vocabulary=config.vocabulary,
    )
    return replace(plain, parameters=plain.computed)


def millions(count: float) -> str:
    """355 M; 10.2 M below a hundred."""
    return f"{count / 1e6:,.0f} M" if count >= 1e8 else f"{count / 1e6:.1f} M"

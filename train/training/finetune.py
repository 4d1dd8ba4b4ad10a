"""Fine-tuning an encoder on the English emotion set: what teacher and student share.

Knows rows, the split, class weights and validation by macro-F1; a fresh head
on an encoder, or an emotion checkpoint to go on with. Which encoder, and which
role the result has, is the recipe's business.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from core.checkpoints import (
    MANIFEST,
    Manifest,
    check_output,
    load_texts,
    read_manifest,
    save_texts,
)
from core.data import text_hash
from core.errors import ConfigError, SplitError
from core.hub import Source, locate
from core.labels import INDEX, LABELS
from core.loading import (
    capacity,
    load_emotion_model,
    load_tokenizer,
    new_classifier,
    save_emotion_model,
)
from core.metrics import classification
from core.models import EmotionModel, module_identity
from core.records import Example
from train.config import GoingOnConfig, TeacherConfig
from train.downloads import told
from train.options import describe as describe_options
from train.run import Run
from train.training.loop import Fitted, fit, prepare
from train.training.rows import Rows, read_rows, split_file


def finetune(config: TeacherConfig, run: Run, role: str) -> dict[str, object]:
    """Split, train with the best macro-F1 on the validation rows kept, save the checkpoint.

    An emotion checkpoint of ours is gone on with: head, pooling, prefix and length are its own,
    and its untouched weights are a candidate of selection.
    """
    check_output(Path(config.output))
    device = prepare(config)
    run.stage("data")
    place = locate(config.model, told(run))
    parent = parent_of(place)
    rows = read_rows(config, save=False)
    labelled, unlabelled = load_texts(place.folder)
    seen = {}
    if parent is not None:
        _refuse_other(config, parent, rows)
        if parent.split != rows.split.hash:
            seen["validation_seen"] = _tell_seen(config.model, rows, labelled, run)
    if not split_file(config).is_file():
        rows.split.save(split_file(config))
    run.log(f"{len(rows.train)} training rows, {len(rows.validation)} validation rows")
    begin = new_model if parent is None else continued_model
    model = begin(config, device, role, run)
    run.stage("training")
    fitted = train_classifier(model, rows, config, run, step_zero=parent is not None)
    figures = validation_figures(model, rows.validation)
    manifest = describe(model, rows, config, run, {**figures, **seen}, fitted, parent)
    labelled |= {text_hash(example.text) for example in (*rows.train, *rows.validation)}
    save_emotion_model(
        model,
        Path(config.output),
        manifest,
        also=lambda aside: save_texts(aside, labelled, unlabelled),
    )
    run.saved(config.output)
    chosen = {} if parent is None else {"selected": selected(fitted)}
    return {**figures, "validation_rows": len(rows.validation), **seen, **chosen}


def parent_of(place: Source) -> Manifest | None:
    """The manifest of an emotion checkpoint of ours; None for any other encoder."""
    if not (place.folder / MANIFEST).is_file():
        return None
    manifest = read_manifest(place.folder)
    return manifest if manifest.role in ("teacher", "student") else None


def _refuse_other(config: TeacherConfig, parent: Manifest, rows: Rows) -> None:
    """A checkpoint of another split; or options that name other settings than its own."""
    if parent.split != rows.split.hash and not config.insist:
        raise SplitError(
            f"{config.model} was trained on another split than {split_file(config)}.",
            "Give its own split file, or insist=true if you know why.",
        )
    usual = {row.name: row.default for row in describe_options(type(config))}
    for name in ("pooling", "prefix"):
        asked, own = getattr(config, name), getattr(parent, name)
        if asked not in (usual[name], own):
            raise ConfigError(
                f"{config.model} has {name} {own!r}, and {name}={asked} is asked for.",
                f"Leave {name} out, or start from its encoder.",
            )


def _tell_seen(model: str, rows: Rows, labelled: set[str], run: Run) -> int:
    """How many validation rows the base was made with, which is told: they favour step 0."""
    seen = sum(text_hash(example.text) in labelled for example in rows.validation)
    if seen:
        run.log(
            f"{seen} of {len(rows.validation)} validation rows are texts that {model} was trained "
            "or chosen on: validation figures are too good there, and favour its own weights; "
            "judge by labelled files that no model has seen."
        )
    return seen


def new_model(config: TeacherConfig, device: str, role: str, run: Run) -> EmotionModel:
    """The encoder with a fresh head, not yet trained."""
    place = locate(config.model, told(run))
    module = new_classifier(place, config.pooling).to(device)
    return EmotionModel(
        module=module,
        tokenizer=load_tokenizer(place),
        name=config.output,
        role=role,
        base=config.model,
        pooling=config.pooling,
        prefix=config.prefix,
        max_length=min(config.max_length, capacity(module.config)),
    )


def continued_model(config: TeacherConfig, device: str, role: str, run: Run) -> EmotionModel:
    """An emotion checkpoint as it is, to be trained further."""
    model = load_emotion_model(config.model, role, device, told(run))
    length = min(config.max_length, model.max_length)
    run.log(
        f"Going on from {config.model} with its own head: pooling {model.pooling}, "
        f"prefix {model.prefix!r}, {length} sub-tokens."
    )
    return replace(model, name=config.output, role=role, base=config.model, max_length=length)


def thresholds_of(
    parent: Manifest | None, fitted: Fitted, config: GoingOnConfig, run: Run
) -> dict[str, Any]:
    """Fields of a manifest that say how triggers are found: the parent's, where its weights stand.

    Other weights score words otherwise, so that its thresholds are nobody's choice for them; they
    are kept only where that is asked for. What became of them is told.
    """
    if parent is None or parent.threshold is None:
        return {}
    old = f"the trigger threshold {parent.threshold:.4g}"
    if fitted.selected_initial:
        run.log(f"The old weights stand, and with them {old}.")
    elif config.keep_threshold:
        run.log(f"The weights are new; {old} of the old ones is kept, though not chosen for them.")
    else:
        run.log(f"The weights are new, so {old} of the old ones does not hold: choose one anew.")
        return {}
    names = ("threshold", "thresholds", "trigger_reduce", "trigger_score")
    return {name: getattr(parent, name) for name in names}


def train_classifier(
    model: EmotionModel, rows: Rows, config: TeacherConfig, run: Run, step_zero: bool = False
) -> Fitted:
    """Cross-entropy, weighted by class where asked; validation macro-F1 decides what is kept.

    Args:
        step_zero: the untouched model is a candidate too.
    """
    encodings = model.encode([example.text for example in rows.train])
    features = [
        {**encoding, "label": INDEX[example.gold]}
        for encoding, example in zip(encodings, rows.train, strict=True)
    ]
    weights = class_weights([example.gold for example in rows.train], config.class_weights)
    weights = weights.to(model.device)

    def loss(module: nn.Module, batch: dict[str, Tensor]) -> Tensor:
        labels = batch.pop("labels")
        return nn.functional.cross_entropy(module(**batch).logits.float(), labels, weights)

    def collate(batch: list[dict[str, Any]]) -> dict[str, Tensor]:
        plain = [{k: v for k, v in row.items() if k != "label"} for row in batch]
        labels = torch.tensor([row["label"] for row in batch])
        return {**model.tokenizer.pad(plain, return_tensors="pt"), "labels": labels}

    return fit(
        model.module,
        features,
        collate,
        loss,
        config,
        run,
        evaluation=lambda _: validation_figures(model, rows.validation, weights.tolist()),
        score="macro_f1",
        step_zero=step_zero,
        keep_last=config.select == "last",
    )


def validation_figures(
    model: EmotionModel, validation: Sequence[Example], weights: Sequence[float] | None = None
) -> dict[str, float]:
    """Macro-F1 over the six classes, accuracy, and the mean log-likelihood of the gold label.

    Args:
        weights: of each class (K,), in the loss; with them, the loss of the training is told too.
    """
    table = model.probabilities([example.text for example in validation])
    gold = [example.gold for example in validation]
    predicted = [LABELS[index] for index in table.argmax(axis=1)]
    report = classification(gold, predicted, classes=LABELS)
    likely = [
        math.log(max(row[INDEX[label]], 1e-9)) for row, label in zip(table, gold, strict=True)
    ]
    figures = {
        "macro_f1": report.macro_f1,
        "accuracy": report.accuracy,
        "log_likelihood": sum(likely) / len(likely),
    }
    if weights is not None:
        each = [weights[INDEX[label]] for label in gold]
        weighted = sum(weight * value for weight, value in zip(each, likely, strict=True))
        figures["loss"] = -weighted / sum(each)
    return figures


def class_weights(labels: Sequence[str], kind: str) -> Tensor:
    """Weights (K,) with mean 1 over rows: none, or n_k^(−1/2) ("sqrt"), or n_k^(−1) ("full")."""
    counts = Counter(labels)
    power = {"none": 0.0, "sqrt": -0.5, "full": -1.0}[kind]
    raw = torch.tensor([max(counts[label], 1) ** power for label in LABELS])
    rows = torch.tensor([float(counts[label]) for label in LABELS])
    return raw * rows.sum() / (raw * rows).sum()


def selected(fitted: Fitted) -> str:
    """Which weights a training of a model with old ones ended with: "step 0" or "trained"."""
    return "step 0" if fitted.selected_initial else "trained"


def describe(
    model: EmotionModel,
    rows: Rows,
    config: TeacherConfig,
    run: Run,
    figures: dict[str, float],
    fitted: Fitted,
    parent: Manifest | None,
) -> Manifest:
    """The manifest of a fine-tuned model."""
    identity = module_identity(model.module, model.pooling, model.prefix, model.max_length)
    metrics = {"validation": figures, "steps": fitted.steps, "history": list(fitted.history)}
    if parent is not None:
        metrics["before"] = {n: v for n, v in fitted.initial.items() if n in figures}
        metrics["selected"] = selected(fitted)
    return Manifest(
        role=model.role,
        base=config.model,
        pooling=model.pooling,
        prefix=model.prefix,
        max_length=model.max_length,
        split=rows.split.hash,
        **thresholds_of(parent, fitted, config, run),
        parents={} if parent is None else {parent.role: parent.identity},
        data=rows.data,
        metrics=metrics,
        settings={
            "class_weights": config.class_weights,
            "learning_rate": config.learning_rate,
            "seed": config.seed,
            "select": config.select,
        },
        licence=config.licence,
        command=run.command,
        identity=identity,
    )

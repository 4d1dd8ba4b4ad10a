"""Fine-tuning an encoder on the English emotion set: what teacher and student share.

Knows rows, the split, class weights and validation by macro-F1. Which
encoder, and which role the result has, is the recipe's business.
"""

import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from core.checkpoints import Manifest, check_output, save_texts
from core.data import text_hash
from core.hub import locate
from core.labels import INDEX, LABELS
from core.loading import capacity, load_tokenizer, new_classifier, save_emotion_model
from core.metrics import classification
from core.models import EmotionModel, module_identity
from core.records import Example
from train.config import TeacherConfig
from train.downloads import told
from train.loop import Fitted, fit, prepare
from train.rows import Rows, read_rows
from train.run import Run


def finetune(config: TeacherConfig, run: Run, role: str) -> dict[str, object]:
    """Split, train with the best macro-F1 on the validation rows kept, save the checkpoint."""
    check_output(Path(config.output))
    device = prepare(config)
    run.stage("data")
    rows = read_rows(config)
    run.log(f"{len(rows.train)} training rows, {len(rows.validation)} validation rows")
    model = new_model(config, device, role, run)
    run.stage("training")
    fitted = train_classifier(model, rows, config, run)
    figures = validation_figures(model, rows.validation)
    manifest = describe(model, rows, config, run, figures, fitted)
    seen = {text_hash(example.text) for example in (*rows.train, *rows.validation)}
    save_emotion_model(
        model, Path(config.output), manifest, also=lambda aside: save_texts(aside, seen, set())
    )
    run.saved(config.output)
    return dict(figures)


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


def train_classifier(model: EmotionModel, rows: Rows, config: TeacherConfig, run: Run) -> Fitted:
    """Cross-entropy, weighted by class where asked; validation macro-F1 decides what is kept."""
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
        evaluation=lambda _: validation_figures(model, rows.validation),
        score="macro_f1",
    )


def validation_figures(model: EmotionModel, validation: Sequence[Example]) -> dict[str, float]:
    """Macro-F1 over the six classes, accuracy, and the mean log-likelihood of the gold label."""
    table = model.probabilities([example.text for example in validation])
    gold = [example.gold for example in validation]
    predicted = [LABELS[index] for index in table.argmax(axis=1)]
    report = classification(gold, predicted, classes=LABELS)
    likely = [
        math.log(max(row[INDEX[label]], 1e-9)) for row, label in zip(table, gold, strict=True)
    ]
    return {
        "macro_f1": report.macro_f1,
        "accuracy": report.accuracy,
        "log_likelihood": sum(likely) / len(likely),
    }


def class_weights(labels: Sequence[str], kind: str) -> Tensor:
    """Weights (K,) with mean 1 over rows: none, or n_k^(−1/2) ("sqrt"), or n_k^(−1) ("full")."""
    counts = Counter(labels)
    power = {"none": 0.0, "sqrt": -0.5, "full": -1.0}[kind]
    raw = torch.tensor([max(counts[label], 1) ** power for label in LABELS])
    rows = torch.tensor([float(counts[label]) for label in LABELS])
    return raw * rows.sum() / (raw * rows).sum()


def describe(
    model: EmotionModel,
    rows: Rows,
    config: TeacherConfig,
    run: Run,
    figures: dict[str, float],
    fitted: Fitted,
) -> Manifest:
    """The manifest of a fine-tuned model."""
    identity = module_identity(model.module, model.pooling, model.prefix, model.max_length)
    return Manifest(
        role=model.role,
        base=config.model,
        pooling=model.pooling,
        prefix=model.prefix,
        max_length=model.max_length,
        split=rows.split.hash,
        data=rows.data,
        metrics={"validation": figures, "steps": fitted.steps, "history": list(fitted.history)},
        settings={"class_weights": config.class_weights, "learning_rate": config.learning_rate},
        licence=config.licence,
        command=run.command,
        identity=identity,
    )

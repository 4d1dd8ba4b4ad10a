"""Fine-tuning an encoder on the English emotion set: what teacher and student share.

Knows rows, the split, class weights and validation by macro-F1. Which
encoder, and which role the result has, is the recipe's business.
"""

import math
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from core.checkpoints import Manifest, check_output, save_texts
from core.data import read_emotions, read_triggers, text_hash
from core.labels import INDEX, LABELS
from core.loading import capacity, load_tokenizer, new_classifier, save_emotion_model
from core.metrics import classification
from core.models import EmotionModel, module_identity
from core.records import Example
from core.splits import Split, make_split
from train.config import TeacherConfig
from train.loop import Fitted, fit, prepare
from train.report import data_entry
from train.run import Run


@dataclass(frozen=True)
class Rows:
    """What a fine-tuning reads."""

    train: tuple[Example, ...]
    validation: tuple[Example, ...]
    split: Split
    data: tuple[dict[str, Any], ...]  # for the manifest


def finetune(config: TeacherConfig, run: Run, role: str) -> dict[str, object]:
    """Split, train with the best macro-F1 on the validation rows kept, save the checkpoint."""
    check_output(Path(config.output))
    device = prepare(config)
    run.stage("data")
    rows = read_rows(config)
    run.log(f"{len(rows.train)} training rows, {len(rows.validation)} validation rows")
    model = new_model(config, device, role)
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


def read_rows(config: TeacherConfig) -> Rows:
    """Emotion rows of both sides; extra rows go to training, never into validation."""
    main = read_emotions(config.data, labelled=True)
    triggers = read_triggers(config.triggers, labelled=True) if config.triggers else []
    split = _split(config, [example.text for example in (*main, *triggers)])
    train, validation = split.partition(main)
    extra = _extra(config, split)
    data = [data_entry(config.data, len(train), "train"), *_extra_entries(config, extra)]
    rows = (*train, *(example for _, example in extra))
    return Rows(rows, tuple(validation), split, tuple(data))


def new_model(config: TeacherConfig, device: str, role: str) -> EmotionModel:
    """The encoder with a fresh head, not yet trained."""
    module = new_classifier(config.model, config.pooling).to(device)
    return EmotionModel(
        module=module,
        tokenizer=load_tokenizer(config.model),
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


def _split(config: TeacherConfig, texts: Sequence[str]) -> Split:
    """The split file if it is there; a new one, saved beside the output, if not."""
    path = Path(config.split) if config.split else Path(config.output).parent / "split.json"
    if not path.is_file():
        split = make_split(texts, config.seed, config.validation_fraction)
        split.save(path)
        return split
    return Split.load(path)


def _extra(config: TeacherConfig, split: Split) -> list[tuple[str, Example]]:
    """(path, row) of further files: sources as asked, not in the split, capped per class."""
    by_class: dict[str, list[tuple[str, Example]]] = defaultdict(list)
    for path in config.extra:
        for example in read_emotions(path, labelled=True):
            wanted = not config.extra_sources or example.source in config.extra_sources
            if wanted and not split.is_known(example.text):
                by_class[example.gold].append((path, example))
    rng = random.Random(config.seed)
    chosen: list[tuple[str, Example]] = []
    for label in LABELS:
        rows = by_class[label]
        chosen += rng.sample(rows, min(config.extra_per_class, len(rows)))
    return chosen


def _extra_entries(
    config: TeacherConfig, extra: Sequence[tuple[str, Example]]
) -> list[dict[str, Any]]:
    """What the manifest says of each further file: its own rows, by source."""
    entries = []
    for path in config.extra:
        sources = Counter(example.source for origin, example in extra if origin == path)
        entries.append(data_entry(path, sources.total(), "train", sources=dict(sources)))
    return entries

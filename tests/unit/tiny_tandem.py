"""Tiny checkpoints of Tandem's own: teacher, student before and after, translator.

Knows how a recipe saves; the models are those of tiny.py.
"""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import tiny

from core.checkpoints import Manifest, write_checkpoint
from core.loading import load_emotion_model, save_emotion_model
from core.models import EmotionModel
from core.modules import MeanPooledClassifier, module_identity
from core.records import TranslationStatus
from core.translation import Decoding
from core.translators import load_translator
from core.weighting import disagreement, make_reference

SENTENCES = [
    "je suis très content",
    "ik ben bang",
    "я люблю тебя",
    "estoy feliz hoy",
    "grustno so sad",
    "miedo y boos",
]
LICENCE = "CC0-1.0"


def make(root: Path) -> dict[str, Path]:
    """Every folder by its name."""
    found = {
        "bert": tiny.save(root / "bert", tiny.bert(), tiny.word_piece()),
        "xlmr": tiny.save(root / "xlmr", tiny.xlmr(), tiny.unigram()),
        "encoder": tiny.save(root / "encoder", tiny.xlmr_encoder(), tiny.unigram()),
        "marian": tiny.marian(root / "marian"),
    }
    found["translator"] = translator(root / "translator", found["marian"])
    found["teacher"] = teacher(root / "teacher")
    found["before"] = student(root / "before", 6)
    reference = weight_reference(found["before"], found["translator"])
    found["student"] = student(root / "student", 7, weight_reference=reference)
    return found


def teacher(folder: Path) -> Path:
    """A cls model on BERT with a threshold."""
    module = tiny.bert(seed=8)
    model = EmotionModel(module, tiny.word_piece(), "new", role="teacher", max_length=64)
    save_emotion_model(model, folder, manifest(model, threshold=0.1))
    return folder


def student(folder: Path, seed: int, **fields: Any) -> Path:
    """A mean model on XLM-R with a prefix."""
    encoder = tiny.xlmr_encoder(seed)
    with tiny.seeded(seed):
        module = MeanPooledClassifier(encoder)
    model = EmotionModel(
        module, tiny.unigram(), "new", pooling="mean", prefix="user: ", max_length=48
    )
    save_emotion_model(model, folder, manifest(model, threshold=0.2, **fields))
    return folder


def manifest(model: EmotionModel, **fields: Any) -> Manifest:
    """What a recipe would say of a model."""
    return Manifest(
        role=model.role,
        base="tiny",
        pooling=model.pooling,
        prefix=model.prefix,
        max_length=model.max_length,
        licence=LICENCE,
        identity=module_identity(model.module, model.pooling, model.prefix, model.max_length),
        **fields,
    )


def translator(folder: Path, plain: Path) -> Path:
    """The plain Marian as a checkpoint for all four languages."""
    unit = next(iter(load_translator(plain).units.values()))
    said = Manifest(
        role="translator",
        base="tiny",
        labels=(),
        languages=("fr", "nl", "ru", "es"),
        licence=LICENCE,
        identity=module_identity(unit.module, "translator"),
    )

    def write(aside: Path) -> None:
        tiny.save(aside, unit.module, unit.tokenizer)

    write_checkpoint(folder, said, write)
    return folder


def weight_reference(before: Path, machine: Path) -> dict[str, Any]:
    """Eq. 2 of the sentences above, as a refinement run would keep it."""
    adapted, translating = load_emotion_model(before), load_translator(machine)
    english = translating.translate(SENTENCES, ["fr"] * len(SENTENCES))
    w = disagreement(
        adapted.probabilities([found.text for found in english]), adapted.probabilities(SENTENCES)
    )
    return make_reference(
        w,
        ["fr"] * len(SENTENCES),
        [TranslationStatus.TRANSLATED] * len(SENTENCES),
        reading="squared_difference",
        student_hash=adapted.identity,
        translator_hash=translating.identity,
        decoding=asdict(Decoding()),
    ).to_dict()

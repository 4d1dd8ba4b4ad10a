"""Options of recipes that make emotion models, and of their trigger thresholds."""

from dataclasses import dataclass
from typing import Literal

from core.attribution import METHODS
from train.config.limits import LONGEST, MOST_ROWS
from train.config.training import (
    CachingConfig,
    GoingOnConfig,
    LimitedConfig,
    PairsConfig,
    TrainingConfig,
)
from train.options import option


@dataclass(frozen=True, kw_only=True)
class SplitConfig(LimitedConfig):
    """Draw the train/validation split that all recipes of a pipeline keep."""

    data: str = option("", "EXALT emotion file (ID, Texts, Labels).", path="file")
    triggers: str | None = option(
        None, "EXALT trigger file: split together with data.", path="file"
    )
    validation_fraction: float = option(0.1, "Share of texts held out.", low=0.01, high=0.5)


@dataclass(frozen=True, kw_only=True)
class TeacherConfig(TrainingConfig, SplitConfig, GoingOnConfig):
    """Fine-tune an encoder on the English emotion set."""

    model: str = option(
        "roberta-large",
        "Encoder to fine-tune: folder or hub id; an emotion checkpoint is gone on with, its head "
        "and settings kept, step 0 being a candidate.",
        path="model",
    )
    split: str | None = option(
        None,
        "Split file; made where it does not exist, kept where it does; none: beside output.",
        path="new",
    )
    extra: tuple[str, ...] = option(
        (), "Further labelled files with a Source column, training rows only.", path="file"
    )
    extra_sources: tuple[str, ...] = option((), "Sources of the extra files to use; none uses all.")
    extra_per_class: int = option(
        2000, "At most this many extra rows a class.", unit="rows", low=0, high=MOST_ROWS
    )
    pooling: str = option("cls", "What the head reads.", choices=("cls", "mean"))
    prefix: str = option("", "Instruction put before every text, as E5's 'query: '.")
    max_length: int = option(
        128,
        "Longer texts are cut; at most what the model can read.",
        unit="sub-tokens",
        low=8,
        high=LONGEST,
    )
    class_weights: str = option(
        "none", "Weight of a class in the loss, by its frequency.", choices=("none", "sqrt", "full")
    )
    select: str = option("validation", "Which step is kept.", choices=("validation", "last"))
    insist: bool = option(False, "Go on although model was trained on another split.")
    licence: str = option("", "Licence of the result, for the manifest.")


@dataclass(frozen=True, kw_only=True)
class StudentConfig(TeacherConfig):
    """Fine-tune a multilingual encoder on the same English emotion set."""

    model: str = option(
        "xlm-roberta-large",
        "Encoder: folder or hub id; an emotion checkpoint is gone on with, its head and settings "
        "kept, step 0 being a candidate.",
        path="model",
    )


@dataclass(frozen=True, kw_only=True)
class DistilConfig(PairsConfig, CachingConfig, LimitedConfig, GoingOnConfig):
    """Translate, weigh, refine the student by weighted KL to the frozen teacher."""

    teacher: str = option("", "Teacher checkpoint.", path="model")
    student: str = option("", "Adapted student checkpoint.", path="model")
    translator: str = option("", "Translator checkpoint, or hub ids with {language}.", path="model")
    unlabelled: tuple[str, ...] = option(
        (), "Files with Texts; labels are not read.", path="file", required=True
    )
    parallel: tuple[str, ...] = option(
        (),
        "Parallel TSVs (src, en, origin, licence): their sources are refined on as well, with the "
        "English that they came with in place of the translator's (beyond the paper).",
        path="file",
    )
    pairs_per_class: int = option(
        500,
        "At most this many pairs of a file for each class that the teacher reads in the English, "
        "so that neutral sentences do not drown the others.",
        unit="pairs",
        low=1,
        high=MOST_ROWS,
    )
    data: str = option("", "EXALT emotion file: its validation rows select.", path="file")
    split: str = option("", "The split file of teacher and student.", path="file")
    languages: tuple[str, ...] = option(
        ("en", "fr", "nl", "ru", "es"), "Languages expected in the unlabelled files."
    )
    held_out: float = option(
        0.1, "Share of unlabelled tweets kept for the KL on unseen ones.", low=0.0, high=0.5
    )
    reading: Literal["squared_difference", "as_printed"] = option(
        "squared_difference", "Reading of Eq. 2."
    )
    paper_strict: bool = option(False, "Plain Eq. 3, untranslated rows included.")
    weights: str = option(
        "quality",
        "Quality (Eq. 3), or a control: ones, permuted.",
        choices=("quality", "ones", "permuted"),
    )
    reweigh: bool = option(False, "Compute the weights again at each epoch.")
    temperature: float = option(1.0, "Softens teacher and student.", low=0.05, high=20)
    hard_weight: float = option(
        0.0, "Share of a cross-entropy to the teacher's label in the loss.", low=0, high=1
    )
    select: str = option("validation", "Which step is kept.", choices=("validation", "last"))
    beams: int = option(1, "Beams of the translator.", low=1, high=16)
    learning_rate: float = option(
        1e-7, "Peak learning rate (paper: XLM-R 1e-7).", low=0.0, high=1.0
    )
    insist: bool = option(False, "Go on although a parent was trained on another split.")
    licence: str = option("", "Licence of the result, for the manifest.")


@dataclass(frozen=True, kw_only=True)
class TriggersConfig(LimitedConfig):
    """Choose the trigger threshold on the English validation split."""

    model: str = option(
        "", "Checkpoint: gets the threshold into its manifest.", path="folder", changed=True
    )
    data: str = option("", "EXALT trigger file (ID, Texts, Labels).", path="file")
    split: str = option("", "The split file of the checkpoint.", path="file")
    reduce: Literal["max", "mean", "first"] = option("max", "Word score from its sub-tokens.")
    score: Literal["cosine", "contribution"] = option(
        "cosine",
        "Score of a sub-token: cosine with <s> (the paper), or its contribution to the label "
        "(models with pooling=mean only).",
    )
    methods: tuple[str, ...] = option(
        (),
        "Also choose a threshold for each of these methods of explanation, as a,b; none: for the "
        "model's own score alone.",
        choices=tuple(METHODS),
    )
    insist: bool = option(False, "Go on although the checkpoint was trained on another split.")

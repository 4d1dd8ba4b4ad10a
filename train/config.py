"""One frozen dataclass per recipe: every option, declared here and nowhere else.

Command line, YAML presets and forms are drawn from these fields. Knows no
torch and opens no model; ``train.options`` checks values, recipes use them.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.embedded import NONE
from core.languages import LANGUAGES
from core.request import AUTO
from train.options import RecipeConfig, option
from train.paths import STANDARD

CODES = (AUTO, *LANGUAGES)


@dataclass(frozen=True, kw_only=True)
class TrainingConfig(RecipeConfig):
    """What every recipe that takes gradient steps has in common."""

    learning_rate: float = option(5e-6, "Peak learning rate.", low=0.0, high=1.0)
    batch_size: int = option(32, "Examples per optimiser step.", unit="rows", low=1)
    epochs: float = option(20.0, "Passes over the training rows.", low=0.0)
    max_steps: int | None = option(None, "Optimiser steps, instead of epochs.", low=1)
    eval_steps: int | None = option(
        None, "Validate every so many steps instead of once an epoch.", unit="steps", low=1
    )
    patience: int = option(
        3, "Stop after this many validations without a better score; 0 never stops.", low=0
    )
    schedule: str = option(
        "linear", "How the learning rate falls.", choices=("linear", "constant", "cosine")
    )
    warmup_steps: int = option(0, "Steps over which the learning rate rises.", low=0)
    beta1: float = option(0.9, "Adam's first moment decay.", low=0.0, high=1.0)
    beta2: float = option(0.99, "Adam's second moment decay.", low=0.0, high=1.0)
    weight_decay: float = option(0.0, "Decoupled weight decay (AdamW).", low=0.0)
    max_grad_norm: float = option(1.0, "Gradients are clipped to this norm.", low=0.0)
    precision: str = option(
        "float32", "Arithmetic of the forward pass.", choices=("float32", "bfloat16", "float16")
    )
    checkpoint_minutes: float = option(
        10.0,
        "Keep a checkpoint for --resume this often, besides the one after each validation; "
        "0: after every step.",
        unit="min",
        low=0,
    )


@dataclass(frozen=True, kw_only=True)
class TrimConfig(RecipeConfig):
    """Cut an encoder to fewer layers and to the word pieces that given texts need."""

    model: str = option("", "Encoder to cut: folder or hub id.", path="model")
    texts: tuple[str, ...] = option((), "Data files whose Texts decide what is kept.", path="file")
    layers: tuple[int, ...] = option((), "Layers to keep, by number; none keeps all.")
    vocabulary: int = option(
        8000, "Word pieces to keep, the most frequent.", unit="pieces", low=100
    )
    positions: int = option(128, "Longest input kept.", unit="sub-tokens", low=8)
    emoji: str | None = option(
        None, "Emoji names (TSV): emoji in the texts become tokens.", path="file"
    )
    licence: str = option("", "Licence of the result, for the manifest.")


@dataclass(frozen=True, kw_only=True)
class ParallelConfig(TrainingConfig):
    """What recipes that learn from sentence pairs have in common."""

    parallel: tuple[str, ...] = option(
        (), "Parallel TSVs: src, en, origin, licence.", path="file", required=True
    )
    dev: tuple[str, ...] = option((), "Parallel TSVs for validation.", path="file")
    licences: tuple[str, ...] = option(
        ("CC0", "CC-BY-2.0", "CC-BY-4.0", "MIT", "CDLA-Sharing"),
        "Rows whose licence starts with one of these are used (never CC-BY-SA).",
    )
    pairs_per_language: int = option(40000, "At most this many pairs a file.", unit="pairs", low=1)
    epochs: float = option(1.0, "Passes over the pairs.", low=0.0)
    patience: int = option(0, "As for every recipe; pairs are seen once, so never.", low=0)
    licence: str = option("", "Licence of the result, for the manifest.")


@dataclass(frozen=True, kw_only=True)
class BaseConfig(ParallelConfig):
    """A small multilingual encoder, matched to an English one on parallel pairs."""

    model: str = option("", "English sentence encoder to match: folder or hub id.", path="model")
    emoji: str | None = option(None, "Emoji names and keywords (TSV).", path="file")
    emoji_texts: tuple[str, ...] = option(
        (), "Data files: emoji that occur in them get tokens of their own.", path="file"
    )
    english: tuple[str, ...] = option(
        (),
        "English data files with the words of tweets, which parallel texts lack: each text is "
        "matched to itself, with its emoji named.",
        path="file",
    )
    split: str | None = option(
        None, "Split file: its validation texts are left out of english.", path="file"
    )
    layers: tuple[int, ...] = option((0, 2, 5), "Layers of the English encoder to start from.")
    vocabulary: int = option(10000, "SentencePiece vocabulary.", unit="pieces", low=500)
    positions: int = option(128, "Longest input.", unit="sub-tokens", low=8)
    learning_rate: float = option(5e-4, "Peak learning rate.", low=0.0, high=1.0)
    batch_size: int = option(64, "Pairs per step.", unit="rows", low=1)
    warmup_steps: int = option(200, "Steps over which the learning rate rises.", low=0)
    beta2: float = option(0.999, "Adam's second moment decay.", low=0.0, high=1.0)


@dataclass(frozen=True, kw_only=True)
class TranslatorConfig(ParallelConfig):
    """One Marian model, several languages to English, from parallel TSVs."""

    start: str | None = option(
        None, "Translator checkpoint to go on from, with its vocabulary and size.", path="folder"
    )
    languages: tuple[str, ...] = option(("fr", "nl", "ru", "es"), "Source languages.")
    pairs_per_language: int = option(90000, "At most this many pairs a file.", unit="pairs", low=1)
    vocabulary: int = option(8000, "Joint SentencePiece vocabulary.", unit="pieces", low=500)
    width: int = option(192, "Hidden size.", low=16)
    encoder_layers: int = option(3, "Encoder layers.", low=1)
    decoder_layers: int = option(1, "Decoder layers.", low=1)
    heads: int = option(4, "Attention heads.", low=1)
    noise: float = option(
        0.3,
        "Share of pairs with tweet-like noise: case, punctuation, accents, @user, http.",
        low=0,
        high=1,
    )
    joined: float = option(
        0.1, "Share of pairs that follow another in the same row, as sentences do.", low=0, high=1
    )
    max_pieces: int = option(60, "Longer pairs are left out.", unit="pieces", low=8)
    label_smoothing: float = option(0.1, "Label smoothing.", low=0.0, high=0.9)
    learning_rate: float = option(2e-3, "Peak learning rate.", low=0.0, high=1.0)
    batch_size: int = option(96, "Pairs per step.", unit="rows", low=1)
    warmup_steps: int = option(400, "Steps over which the learning rate rises.", low=0)
    beta2: float = option(0.98, "Adam's second moment decay.", low=0.0, high=1.0)


@dataclass(frozen=True, kw_only=True)
class TeacherConfig(TrainingConfig):
    """Fine-tune an encoder on the English emotion set."""

    model: str = option("roberta-large", "Encoder to fine-tune: folder or hub id.", path="model")
    data: str = option("", "EXALT emotion file (ID, Texts, Labels).", path="file")
    triggers: str | None = option(
        None, "EXALT trigger file: split together with data.", path="file"
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
    extra_per_class: int = option(2000, "At most this many extra rows a class.", unit="rows", low=0)
    validation_fraction: float = option(0.1, "Share of texts held out.", low=0.01, high=0.5)
    pooling: str = option("cls", "What the head reads.", choices=("cls", "mean"))
    prefix: str = option("", "Instruction put before every text, as E5's 'query: '.")
    max_length: int = option(128, "Longer texts are cut.", unit="sub-tokens", low=8)
    class_weights: str = option(
        "none", "Weight of a class in the loss, by its frequency.", choices=("none", "sqrt", "full")
    )
    licence: str = option("", "Licence of the result, for the manifest.")


@dataclass(frozen=True, kw_only=True)
class StudentConfig(TeacherConfig):
    """Fine-tune a multilingual encoder on the same English emotion set."""

    model: str = option("xlm-roberta-large", "Encoder: folder or hub id.", path="model")


@dataclass(frozen=True, kw_only=True)
class DistilConfig(TrainingConfig):
    """Translate, weigh, refine the student by weighted KL to the frozen teacher."""

    teacher: str = option("", "Teacher checkpoint.", path="model")
    student: str = option("", "Adapted student checkpoint.", path="model")
    translator: str = option("", "Translator checkpoint, or hub ids with {language}.", path="model")
    unlabelled: tuple[str, ...] = option(
        (), "Files with Texts; labels are not read.", path="file", required=True
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
class TriggersConfig(RecipeConfig):
    """Choose the trigger threshold on the English validation split."""

    model: str = option("", "Checkpoint: gets the threshold into its manifest.", path="folder")
    data: str = option("", "EXALT trigger file (ID, Texts, Labels).", path="file")
    split: str = option("", "The split file of the checkpoint.", path="file")
    reduce: Literal["max", "mean", "first"] = option("max", "Word score from its sub-tokens.")
    score: Literal["cosine", "contribution"] = option(
        "cosine",
        "Score of a sub-token: cosine with <s> (the paper), or its contribution to the label "
        "(models with pooling=mean only).",
    )
    insist: bool = option(False, "Go on although the checkpoint was trained on another split.")


@dataclass(frozen=True, kw_only=True)
class EvaluateConfig(RecipeConfig):
    """Score checkpoints on labelled files; intervals, significance, provenance."""

    models: tuple[str, ...] = option(
        (), "Checkpoints to score, first is compared to.", path="model", required=True
    )
    data: tuple[str, ...] = option((), "Labelled emotion files.", path="file", required=True)
    triggers: str | None = option(None, "Labelled EXALT trigger file.", path="file")
    split: str | None = option(
        None,
        "Split file: training rows of its texts are left out.",
        path="file",
    )
    baseline: str | None = option(
        None,
        "The config.yaml of a teacher's or student's run: TF-IDF + logistic regression and a "
        "class-prior guess are fitted on the same rows.",
        path="file",
    )
    limit: int | None = option(
        None, "At most this many rows a file, a seeded sample.", unit="rows", low=10
    )
    translator: str | None = option(
        None, "Translator: the teacher is scored on translations.", path="model"
    )
    teacher: str | None = option(None, "Scored on translations, with translator.", path="model")
    bootstrap: int = option(1000, "Resamples of the confidence interval.", low=100)


@dataclass(frozen=True, kw_only=True)
class PackConfig(RecipeConfig):
    """Pack a checkpoint to int8 for shipping; refused when labels change."""

    model: str = option("", "Checkpoint folder.", path="folder")
    probe: tuple[str, ...] = option(
        (), "Files with a Texts column to compare both forms on.", path="file", required=True
    )
    agreement: float = option(
        0.995,
        "Share of probe texts whose label must stay; of a translator, of next pieces.",
        low=0,
        high=1,
    )
    probes: int = option(1000, "Probe texts, a seeded sample.", unit="texts", low=10)


@dataclass(frozen=True, kw_only=True)
class UnpackConfig(RecipeConfig):
    """Turn a packed checkpoint back into a plain transformers folder."""

    model: str = option("", "Packed checkpoint folder.", path="folder")


@dataclass(frozen=True, kw_only=True)
class StreamConfig(RecipeConfig):
    """What every command that answers text after text into one file has in common."""

    input: str = option(
        "",
        "The file to read: TSV or CSV with a header, JSONL, or text with one tweet per line; - is "
        "standard input.",
        path="source",
    )
    output: str = option(
        "", "The file to write; - is standard output. Its ending decides its form.", path="target"
    )
    column: str = option(
        "", "Column or key that holds the text; empty: Texts in tables, text in JSONL."
    )
    format: str = option(
        "auto",
        "How the input is read; auto: by its ending, else by its first line.",
        choices=("auto", "tsv", "csv", "jsonl", "txt"),
    )
    max_minutes: float | None = option(
        None,
        "Stop after this long, to go on with --resume; null: no limit.",
        unit="min",
        low=0,
    )

    def problems(self) -> list[str]:
        source, target = Path(self.input), Path(self.output)
        if STANDARD in (self.input, self.output) or not (source.is_file() and target.is_file()):
            return []
        return ["output would replace the input."] if source.samefile(target) else []


@dataclass(frozen=True, kw_only=True)
class TableConfig(StreamConfig):
    """What commands whose records fit into a table have in common."""

    output_format: str = option(
        "auto",
        "How the output is written; auto: by its ending, else JSONL.",
        choices=("auto", "jsonl", "csv", "tsv"),
    )


@dataclass(frozen=True, kw_only=True)
class PredictConfig(TableConfig):
    """Emotions of texts by one model, on the texts themselves or on their translations."""

    model: str = option("", "Teacher or student: folder or hub id.", path="model")
    triggers: bool = option(False, "Also score every word and name the triggers.")
    translator: str | None = option(
        None,
        "Predict on English translations, as a teacher needs: folder, hub id, or hub ids with "
        "{language}.",
        path="model",
    )
    language: str = option(
        AUTO, "Language of all texts, for the translator; auto: found per text.", choices=CODES
    )

    def problems(self) -> list[str]:
        alone = self.language != AUTO and self.translator is None
        return [*super().problems(), *(["language needs a translator."] if alone else [])]


@dataclass(frozen=True, kw_only=True)
class TranslateConfig(TableConfig):
    """English translations of texts."""

    translator: str | None = option(
        None, "Folder, hub id, or hub ids with {language}; null: the embedded one.", path="model"
    )
    language: str = option(AUTO, "Language of all texts; auto: found per text.", choices=CODES)


@dataclass(frozen=True, kw_only=True)
class CompareConfig(StreamConfig):
    """Teacher and student side by side on every text, as the dashboard answers."""

    teacher: str | None = option(
        None, "Teacher: folder or hub id; null: the embedded one.", path="model"
    )
    student: str | None = option(
        None, "Student: folder or hub id; null: the embedded one.", path="model"
    )
    baseline: str | None = option(
        None,
        "Student before refinement: folder or hub id, or none; null: the embedded one with the "
        "embedded student, else none.",
        path="model",
        words=(NONE,),
    )
    translator: str | None = option(
        None, "Folder, hub id, or hub ids with {language}; null: the embedded one.", path="model"
    )
    language: str = option(AUTO, "Language of all texts; auto: found per text.", choices=CODES)

    def problems(self) -> list[str]:
        table = Path(self.output).suffix.lower() in (".csv", ".tsv", ".tab")
        wrong = ["output is JSONL: compare's records fit into no table."] if table else []
        return [*super().problems(), *wrong]

"""One frozen dataclass per recipe: every option, declared here and nowhere else.

Command line, YAML presets and forms are drawn from these fields. Knows no
torch and opens no model; ``train.options`` checks values, recipes use them.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from core.embedded import NONE
from core.languages import LANGUAGES
from core.request import AUTO
from train.options import RecipeConfig, describe, option
from train.paths import STANDARD
from train.prepare.sources import SOURCES

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
class CachingConfig(RecipeConfig):
    """What recipes that translate and read the same texts again and again have in common."""

    cache: str | None = option(
        None,
        "Folder for translations and readings, shared between runs; null: each run its own.",
        path="output",
    )


@dataclass(frozen=True, kw_only=True)
class PrepareConfig(RecipeConfig):
    """The training files from the public originals."""

    originals: str = option(
        "", "Folder with a folder for each public original, named as in the table.", path="folder"
    )
    fetch: bool = option(
        False, "Fetch originals that are missing and have a direct address, over the network."
    )
    checksums: str | None = option(
        None,
        "The originals.sha256 of an earlier preparation: originals that differ are refused.",
        path="file",
    )
    dev: str | None = option(
        None,
        "Folder of an earlier preparation: its dev, validation and quality files are kept as they "
        "are, so that figures on them can be compared.",
        path="folder",
    )
    leave_out: tuple[str, ...] = option(
        (), "Originals to do without; none of them counts as missing.", choices=tuple(SOURCES)
    )
    dev_pairs: int = option(
        500, "Pairs held out for development, at most, a language.", unit="pairs", low=0
    )
    mono_rows: int = option(100_000, "Single sentences, at most, a language.", unit="rows", low=0)

    def problems(self) -> list[str]:
        paths = [Path(place).resolve() for place in (self.output, self.originals) if place]
        nested = len(paths) == 2 and (
            paths[0].is_relative_to(paths[1]) or paths[1].is_relative_to(paths[0])
        )
        return ["output and originals may not lie in one another."] if nested else []


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
class PairsConfig(TrainingConfig):
    """What recipes that read sentence pairs have in common."""

    parallel: tuple[str, ...] = option(
        (), "Parallel TSVs: src, en, origin, licence.", path="file", required=True
    )
    licences: tuple[str, ...] = option(
        ("CC0", "CC-BY-2.0", "CC-BY-4.0", "MIT", "CDLA-Sharing"),
        "Rows whose licence starts with one of these are used (never CC-BY-SA).",
    )
    pairs_per_language: int = option(40000, "At most this many pairs a file.", unit="pairs", low=1)


@dataclass(frozen=True, kw_only=True)
class ParallelConfig(PairsConfig):
    """What recipes that learn from sentence pairs alone have in common."""

    dev: tuple[str, ...] = option((), "Parallel TSVs for validation.", path="file")
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

    model: str = option(
        "roberta-large",
        "Encoder to fine-tune: folder or hub id; an emotion checkpoint is gone on with, its head "
        "and settings kept, step 0 being a candidate.",
        path="model",
    )
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
class DistilConfig(PairsConfig, CachingConfig):
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
    insist: bool = option(False, "Go on although the checkpoint was trained on another split.")


@dataclass(frozen=True, kw_only=True)
class EvaluateConfig(CachingConfig):
    """Score checkpoints on labelled files, translators on parallel ones."""

    models: tuple[str, ...] = option(
        (), "Checkpoints to score; the first is compared to the others.", path="model"
    )
    names: tuple[str, ...] = option(
        (),
        "A name for each of models; those of one name are runs under several seeds, whose mean "
        "and standard deviation are reported. None: folders' names.",
    )
    data: tuple[str, ...] = option((), "Labelled emotion files.", path="file")
    triggers: str | None = option(None, "Labelled EXALT trigger file.", path="file")
    split: str | None = option(
        None,
        "Split file: training rows of its texts are left out.",
        path="file",
    )
    baseline: str | None = option(
        None,
        "The config.yaml of a teacher's or student's run: TF-IDF + logistic regression and a "
        "guess by class frequency are fitted on the same rows.",
        path="file",
    )
    limit: int | None = option(
        None, "At most this many rows a file, a seeded sample.", unit="rows", low=10
    )
    translator: str | None = option(
        None, "Translator, for teacher, baseline and parallel.", path="model"
    )
    teacher: tuple[str, ...] = option(
        (), "Models to score on English translations, with translator.", path="model"
    )
    beams: int = option(1, "Beams of the translator.", low=1, high=16)
    parallel: tuple[str, ...] = option(
        (), "Parallel TSVs (src, en) to score the translator on: chrF, BLEU, speed.", path="file"
    )
    timed: int = option(
        100,
        "Short sentences of parallel that are translated one by one on the CPU to take the time; "
        "0: none.",
        unit="sentences",
        low=0,
    )
    bootstrap: int = option(1000, "Resamples of the confidence interval.", low=100)

    def problems(self) -> list[str]:
        if not self.names or len(self.names) == len(self.models):
            return []
        return [f"names holds {len(self.names)} names for {len(self.models)} models."]

    def absent(self) -> list[str]:
        files = self.data or self.triggers
        # What must be there; for what ("": always); whether it is, or is not needed.
        wanted = [
            ("data, triggers or parallel", "", files or self.parallel),
            ("a model, a teacher or a baseline", "data", self._systems or not self.data),
            ("data", "what is to be scored", files or not self._systems),
            ("models", "triggers", self.models or not self.triggers),
            ("a translator", "teacher", self.translator or not self.teacher),
            ("a translator", "parallel", self.translator or not self.parallel),
        ]
        return [
            f"{use} needs {what}." if use else f"{what} must be given."
            for what, use, there in wanted
            if not there
        ]

    @property
    def _systems(self) -> bool:
        return bool(self.models or self.teacher or self.baseline)


@dataclass(frozen=True, kw_only=True)
class QualityConfig(RecipeConfig):
    """Does the translation weight measure translation quality? Against human scores."""

    data: str = option(
        "",
        "Human-scored translations (TSV): original, translation, and columns of scores.",
        path="file",
    )
    scores: tuple[str, ...] = option(("mean", "z_mean"), "Columns that hold the human scores.")
    language: str = option(
        "ru", "Language of the originals.", choices=tuple(c for c in LANGUAGES if c != "en")
    )
    student: str = option(
        "", "Adapted student, before refinement: its readings are weighed.", path="model"
    )
    translator: str | None = option(
        None, "Rival: how likely this translator finds the given translation.", path="model"
    )
    base: str | None = option(
        None,
        "Rival: cosine of this multilingual encoder's vectors of both sides.",
        path="model",
    )
    bootstrap: int = option(2000, "Resamples of intervals and of differences.", low=100)

    def problems(self) -> list[str]:
        return [] if self.scores else ["scores names no column."]


@dataclass(frozen=True, kw_only=True)
class ReportConfig(RecipeConfig):
    """One table out of what other runs measured, and model cards; measures nothing itself.

    Roles are filled by names of systems in the evaluations, or by names of groups of them, which
    are seeds of one thing. Systems without a role stand in the table under their own names.
    """

    evaluations: tuple[str, ...] = option(
        (), "Outputs of evaluate, or their metrics.json.", path="any", required=True
    )
    translators: tuple[str, ...] = option(
        (), "Translator checkpoints whose manifests have figures no evaluation has.", path="folder"
    )
    quality: tuple[str, ...] = option((), "Outputs of quality, or their metrics.json.", path="any")
    teacher: tuple[str, ...] = option(
        (),
        "The teacher, by its name in the evaluations or that of a group of systems, which are "
        "seeds of one thing; so for all roles that follow.",
    )
    before: tuple[str, ...] = option((), "The student before refinement.")
    student: tuple[str, ...] = option((), "The refined student.")
    transductive: tuple[str, ...] = option(
        (), "The student refined on the texts that it is scored on."
    )
    ones: tuple[str, ...] = option((), "Control: refined with all weights 1.")
    permuted: tuple[str, ...] = option((), "Control: refined with permuted weights.")
    as_printed: tuple[str, ...] = option((), "Control: refined with Eq. 2 as printed.")
    steps: tuple[str, ...] = option((), "Control: as many further steps of English fine-tuning.")
    prior: tuple[str, ...] = option(
        (),
        "Control: the student before, its label prior corrected; a name with a comma stands in "
        'brackets and quotes, as ["before, prior corrected"].',
    )
    cards: tuple[str, ...] = option(
        (), "Checkpoints, packed ones as a rule, that get a model card (README.md).", path="folder"
    )


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


@dataclass(frozen=True, kw_only=True)
class SplitConfig(RecipeConfig):
    """Draw the train/validation split that all recipes of a pipeline keep."""

    data: str = option("", "EXALT emotion file (ID, Texts, Labels).", path="file")
    triggers: str | None = option(
        None, "EXALT trigger file: split together with data.", path="file"
    )
    validation_fraction: float = option(0.1, "Share of texts held out.", low=0.01, high=0.5)


@dataclass(frozen=True, kw_only=True)
class PipelineConfig(RecipeConfig):
    """Recipes one after another, each with options of its own; done again only where need be.

    Texts in a stage's options may hold the name of each option here that is a path, as {output},
    and the name of each stage, which stands for its output.
    """

    stages: dict[str, dict[str, Any]] = option(
        {},
        "By name: recipe, its options, and needs, the stages that come first though no option "
        "names their output. Written in a preset. seed, device and threads are the pipeline's "
        "where a stage does not say its own.",
        required=True,
    )
    only: tuple[str, ...] = option(
        (), "Stages to bring up to date, with all that they need; none: all."
    )
    adopt: tuple[str, ...] = option(
        (),
        "Finished runs to take as they are, where their options and inputs are what the stage "
        "asks for: NAME for one that lies at the stage's place, NAME:FOLDER for one to copy there.",
    )
    insist: bool = option(
        False, "Adopt runs of other options too; what differs is written beside them."
    )
    max_minutes: float | None = option(
        None,
        "Stop the stage at work after this long, with a checkpoint; started again, it goes on. "
        "null: no limit.",
        unit="min",
        low=0,
    )

    def places(self) -> dict[str, str]:
        """What {name} stands for in a stage's options, stages apart."""
        named = {row.name: getattr(self, row.name) for row in describe(type(self)) if row.path}
        return {name: place for name, place in named.items() if isinstance(place, str)}

    def problems(self) -> list[str]:
        from train.stages import problems_of  # it reads this file's classes

        return problems_of(self)

    def absent(self) -> list[str]:
        from train.stages import absent_of

        return absent_of(self)


@dataclass(frozen=True, kw_only=True)
class DemoConfig(PipelineConfig):
    """The embedded models, from public data to packed folders and figures."""

    data: str = option(
        "", "Folder with emotions, exalt, parallel, lexicon and quality in it.", path="folder"
    )
    model: str = option(
        "sentence-transformers/all-MiniLM-L6-v2",
        "English sentence encoder to start from: folder or hub id.",
        path="model",
    )
    embed: str | None = option(
        None, "Where the packed models go; null: packed, inside output.", path="output"
    )

    def places(self) -> dict[str, str]:
        return {"embed": str(Path(self.output) / "packed"), **super().places()}

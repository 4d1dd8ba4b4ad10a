"""Options of recipes that measure finished models, pack and unpack them."""

from dataclasses import dataclass

from core.languages import LANGUAGES
from train.config.limits import MOST_ROWS
from train.config.training import CachingConfig
from train.options import RecipeConfig, option


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
        None, "At most this many rows a file, a seeded sample.", unit="rows", low=10, high=MOST_ROWS
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
        high=MOST_ROWS,
    )
    bootstrap: int = option(1000, "Resamples of the confidence interval.", low=100, high=100_000)

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
    bootstrap: int = option(
        2000, "Resamples of intervals and of differences.", low=100, high=100_000
    )

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
    probes: int = option(
        1000, "Probe texts, a seeded sample.", unit="texts", low=10, high=MOST_ROWS
    )


@dataclass(frozen=True, kw_only=True)
class UnpackConfig(RecipeConfig):
    """Turn a packed checkpoint back into a plain transformers folder."""

    model: str = option("", "Packed checkpoint folder.", path="folder")

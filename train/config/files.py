"""Options of commands that answer the texts of one file into another."""

from dataclasses import dataclass
from pathlib import Path

from core.embedded import NONE
from core.languages import LANGUAGES
from core.request import AUTO
from train.options import RecipeConfig, option
from train.paths import STANDARD

CODES = (AUTO, *LANGUAGES)


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

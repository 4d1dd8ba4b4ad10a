"""Options of commands that answer the texts of one file into another."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from core.attribution import METHODS
from core.embedded import NONE
from core.labels import LABELS
from core.languages import LANGUAGES
from core.request import AUTO
from train.options import RecipeConfig, option
from train.paths import STANDARD

CODES = (AUTO, *LANGUAGES)
METHOD_OPTIONS = tuple(
    f"{method.name}.{one.name}" for method in METHODS.values() for one in method.options
)
"""What methods of explanation can be told, as method.option."""


@dataclass(frozen=True, kw_only=True)
class StreamConfig(RecipeConfig):
    """What every command that answers text after text into one file has in common."""

    at_once: ClassVar[int] = 256  # rows that are answered together, and lost together when killed

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
class TandemConfig(RecipeConfig):
    """The models that stand side by side, the embedded ones where nobody names others."""

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
    engine: str = option(
        "auto",
        "What computes; auto: on a processor CTranslate2 in int8, where the extra fast is "
        "installed and it agrees with torch on probe texts, as in the dashboard. Words are scored "
        "by torch.",
        choices=("auto", "torch"),
    )
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
        return [*super().problems(), *_alone(self.language, self.translator)]


@dataclass(frozen=True, kw_only=True)
class TranslateConfig(TableConfig):
    """English translations of texts."""

    translator: str | None = option(
        None, "Folder, hub id, or hub ids with {language}; null: the embedded one.", path="model"
    )
    language: str = option(AUTO, "Language of all texts; auto: found per text.", choices=CODES)


@dataclass(frozen=True, kw_only=True)
class CompareConfig(StreamConfig, TandemConfig):  # in this order: its output is a file
    """Teacher and student side by side on every text, as the dashboard answers."""

    def problems(self) -> list[str]:
        return [*super().problems(), *_no_table(self.output, "compare")]


@dataclass(frozen=True, kw_only=True)
class ExplainConfig(StreamConfig):
    """Which words made each text's label, by one model, and how far each explanation holds."""

    at_once: ClassVar[int] = 16  # a text takes a second or two

    model: str = option("", "Teacher or student: folder or hub id.", path="model")
    methods: tuple[str, ...] = option(
        (),
        "Methods of explanation, as a,b; none: the cheap ones that the model has, occlusion and "
        "integrated_gradients.",
        choices=tuple(METHODS),
    )
    target: str | None = option(
        None, "The label to explain; null: what the model predicts for each text.", choices=LABELS
    )
    against: str | None = option(
        None, "Explain the target against this label; null: against all others.", choices=LABELS
    )
    options: dict[str, float] = option(
        {},
        "Options of methods, as {integrated_gradients.tolerance: 0.02, lime.samples: 500}.",
        choices=METHOD_OPTIONS,
    )
    faithfulness: bool = option(
        True,
        "Also measure whether each explanation does better than random words, and how steady "
        "methods that draw random numbers are; this takes most of the time.",
    )
    translator: str | None = option(
        None,
        "Explain the English translations, as a teacher needs: folder, hub id, or hub ids with "
        "{language}.",
        path="model",
    )
    language: str = option(
        AUTO, "Language of all texts, for the translator; auto: found per text.", choices=CODES
    )
    seed: int = option(0, "Of random rankings and methods, as in the dashboard.", low=0)

    def problems(self) -> list[str]:
        return [
            *super().problems(),
            *_alone(self.language, self.translator),
            *_no_table(self.output, "explain"),
            *self._wrong_target(),
            *self._wrong_options(),
        ]

    def _wrong_target(self) -> list[str]:
        if self.against is None:
            return []
        if self.target is None:
            return ["against needs a target."]
        return ["target and against are one label."] if self.target == self.against else []

    def _wrong_options(self) -> list[str]:
        wrong = []
        for name, value in self.options.items():
            method, _, own = name.partition(".")
            row = next(one for one in METHODS[method].options if one.name == own)
            if problem := row.problem(_whole(value)):
                wrong.append(f"options: {name} {problem}, not {value:g}.")
            elif self.methods and method not in self.methods:
                wrong.append(f"options: {name} is of a method that methods does not name.")
        return wrong

    @property
    def method_options(self) -> dict[str, dict[str, float]]:
        """Options by method, then by name."""
        found: dict[str, dict[str, float]] = {}
        for name, value in self.options.items():
            method, _, own = name.partition(".")
            found.setdefault(method, {})[own] = _whole(value)
        return found


def _whole(value: float) -> float:
    """5.0 as 5: a table of options holds numbers of one kind."""
    return int(value) if value.is_integer() else value


def _alone(language: str, translator: str | None) -> list[str]:
    """A sentence where a language is named that nothing reads."""
    alone = language != AUTO and translator is None
    return ["language needs a translator."] if alone else []


def _no_table(output: str, command: str) -> list[str]:
    """A sentence where records that hold lists of lists are asked for as a table."""
    table = Path(output).suffix.lower() in (".csv", ".tsv", ".tab")
    return [f"output is JSONL: {command}'s records fit into no table."] if table else []

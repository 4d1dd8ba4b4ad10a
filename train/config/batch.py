"""Options of the recipe that answers one file by every system and measures them."""

from dataclasses import dataclass

from core.attribution import METHODS
from core.embedded import DEMO, FOLDERS, NONE
from core.evaluation.plan import Plan
from core.labels import LABELS
from core.records import EngineSources
from train.config.files import TandemConfig
from train.options import option


@dataclass(frozen=True, kw_only=True)
class BatchConfig(TandemConfig):
    """Predictions of every system for a file, and all figures, as the dashboard's Batch tab."""

    input: str = option(
        "",
        "The file to read: TSV or CSV with a header, JSONL, Parquet, or text with one tweet per "
        "line.",
        path="file",
    )
    format: str = option(
        "auto",
        "How the file is read; auto: by its ending and its beginning.",
        choices=("auto", "tsv", "csv", "jsonl", "txt", "parquet"),
    )
    encoding: str = option(
        "", "What the file is written in, such as utf-16 or cp1251; empty: UTF-8, or as its mark."
    )
    delimiter: str = option("", "Between the cells of a table; empty: found by its first rows.")
    text: str = option("", "Column or key that holds the text; empty: found by its name.")
    gold: str = option(
        "", "Column that holds labels or trigger lists; empty: found by its name; none: unlabelled."
    )
    gold_kind: str = option(
        "auto",
        "What the gold column holds; auto: found by its first cells.",
        choices=("auto", "emotions", "triggers"),
    )
    id: str = option("", "Column that holds IDs; empty: found by its name; none: rows' numbers.")
    language_column: str = option(
        "", "Column that holds codes of languages; empty: found by its name; none: no such column."
    )
    source: str = option(
        "", "Column that says where a row is from; empty: found by its name; none: no such column."
    )
    labels: dict[str, str] = option(
        {},
        "What the file's labels mean, as {joy: Joy, surprise: ''}; rows of a label that means '' "
        "are left out. The six names need no entry.",
    )
    students: tuple[str, ...] = option(
        (), "Further students, called student_2, student_3 …: folders or hub ids.", path="model"
    )
    systems: tuple[str, ...] = option(
        (),
        "What answers: student, student_before, student_2 …, teacher, ensemble_mean, "
        "ensemble_vote; none: all models that are loaded.",
    )
    members: tuple[str, ...] = option(
        (), "Students that an ensemble asks; none: all that are refined."
    )
    words: bool = option(False, "Also score every word, as a submission of triggers needs.")
    methods: tuple[str, ...] = option(
        (),
        "Methods of explanation, for trigger files; none: the cheap ones.",
        choices=tuple(METHODS),
    )
    limit: int | None = option(
        None, "Trigger files: explain at most so many tweets, a seeded sample.", unit="rows", low=1
    )
    draws: int = option(1000, "Resamples of confidence intervals.", low=100, high=100_000)
    seed: int = option(0, "Of resamples and samples, as in the dashboard.", low=0, high=2**32 - 1)

    def problems(self) -> list[str]:
        known = (*LABELS, "")
        wrong = [(name, label) for name, label in self.labels.items() if label not in known]
        return [
            *super().problems(),
            *(
                f"labels: {name} must mean one of {', '.join(LABELS)} or '', not {label!r}."
                for name, label in wrong
            ),
        ]


def batch_config(plan: Plan, sources: EngineSources, output: str) -> BatchConfig:
    """The options that do what a plan says with these models: for the command of a record."""
    layout = plan.layout
    models = {
        option: place
        for option, folder in FOLDERS.items()
        if (place := getattr(sources, option)) not in (None, str(DEMO / folder))
    }
    if "student" in models or sources.baseline is None:  # which has no embedded one before it
        models["baseline"] = sources.baseline or NONE
    return BatchConfig(
        output=output,
        input=plan.path,
        format=layout.form,
        encoding=layout.encoding,
        delimiter=layout.delimiter if layout.form in ("tsv", "csv") else "",
        text=layout.text,
        gold=layout.gold or NONE,
        gold_kind="auto" if layout.kind == "none" else layout.kind,
        id=layout.id or NONE,
        language_column=layout.language or NONE,
        source=layout.source or NONE,
        labels=dict(layout.labels),
        students=sources.students,
        systems=plan.systems,
        members=plan.members,
        language=plan.language,
        words=plan.words,
        methods=plan.methods,
        limit=plan.limit,
        seed=plan.seed,
        draws=plan.draws,
        **models,
    )

"""Options of the whole pipeline as one job: from a person's own files to a student and its figures.

Knows which recipes follow each other, and which of their options a person is asked for; the others
keep what those recipes have by themselves. Opens no model and no file.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.embedded import embedded
from train.config.limits import (
    LONGEST,
    MOST_AT_ONCE,
    MOST_EPOCHS,
    MOST_PATIENCE,
    MOST_ROWS,
)
from train.config.pipelines import PipelineConfig
from train.config.training import REPORT_TO, TRACKER, LimitedConfig
from train.options import option

SPLIT = "{split}/split.json"
Stages = dict[str, dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class FullConfig(PipelineConfig, LimitedConfig):
    """Teacher, student, translation, weights, distillation, thresholds and figures as one job."""

    data: str = option("", "Labelled English file: ID, Texts, Labels of the six.", path="file")
    unlabelled: tuple[str, ...] = option(
        (),
        "Files with a Texts column, in any of the languages, as a,b; labels are not read.",
        path="file",
        required=True,
    )
    triggers: str | None = option(
        None,
        "English trigger file (ID, Texts, Labels as [0, 1]): thresholds are chosen on its "
        "validation rows; null: new models keep those of the models that they started from, "
        "though not chosen for their weights.",
        path="file",
    )
    dev: tuple[str, ...] = option(
        (),
        "Labelled files to measure on, in any of the languages, as a,b; the validation rows of "
        "data are measured in any case.",
        path="file",
    )
    teacher_model: str | None = option(
        None,
        "English encoder or teacher to start from: folder or hub id; null: the embedded teacher.",
        path="model",
    )
    student_model: str | None = option(
        None,
        "Multilingual encoder or student to start from: folder or hub id; null: the embedded "
        "student, which is then measured on dev beside the new one.",
        path="model",
    )
    translator: str | None = option(
        None, "Folder, hub id, or hub ids with {language}; null: the embedded one.", path="model"
    )
    dev_rows: int | None = option(
        None,
        "At most this many rows of a measured file, a seeded sample.",
        unit="rows",
        low=10,
        high=MOST_ROWS,
    )
    validation_fraction: float = option(0.1, "Share of data held out.", low=0.01, high=0.5)
    teacher_epochs: float = option(
        3.0, "Passes of the teacher over data.", low=0.0, high=MOST_EPOCHS
    )
    teacher_learning_rate: float = option(
        2e-5, "Peak learning rate of the teacher (paper: 5e-6).", low=0.0, high=1.0
    )
    student_epochs: float = option(
        3.0, "Passes of the student over data.", low=0.0, high=MOST_EPOCHS
    )
    student_learning_rate: float = option(
        2e-5, "Peak learning rate of the student on data (paper: 5e-6).", low=0.0, high=1.0
    )
    distil_epochs: float = option(
        3.0, "Passes of the student over the translated tweets.", low=0.0, high=MOST_EPOCHS
    )
    distil_learning_rate: float = option(
        1.5e-5,
        "Peak learning rate of the student on translated tweets (paper: XLM-R 1e-7).",
        low=0.0,
        high=1.0,
    )
    batch_size: int = option(32, "Texts per optimiser step.", unit="rows", low=1, high=MOST_AT_ONCE)
    max_length: int = option(
        128,
        "Longer texts are cut; at most what the model can read.",
        unit="sub-tokens",
        low=8,
        high=LONGEST,
    )
    pooling: str = option(
        "cls",
        "What a fresh head reads; a teacher or student that is gone on with keeps its own.",
        choices=("cls", "mean"),
    )
    student_prefix: str = option(
        "", "Instruction put before every text of a fresh student, as E5's 'query: '."
    )
    class_weights: str = option(
        "none", "Weight of a class in the loss, by its frequency.", choices=("none", "sqrt", "full")
    )
    patience: int = option(
        3,
        "Stop after this many validations without a better score; 0 never stops.",
        low=0,
        high=MOST_PATIENCE,
    )
    select: str = option(
        "validation",
        "Which step of the distillation is kept: the best on the English validation rows, step 0 "
        "among them, or the last.",
        choices=("validation", "last"),
    )
    weights: str = option(
        "quality",
        "Translation weights: quality (Eq. 3), or a control: ones, permuted.",
        choices=("quality", "ones", "permuted"),
    )
    precision: str = option(
        "float32", "Arithmetic of the forward pass.", choices=("float32", "bfloat16", "float16")
    )
    report_to: REPORT_TO = option("none", TRACKER)
    licence: str = option("", "Licence of the results, for their manifests.")

    def problems(self) -> list[str]:
        """Of its stages only where they can be read: what must be given is said but once."""
        return super().problems() if self.data and self.unlabelled else []

    def plan(self) -> Mapping[str, Mapping[str, Any]]:
        """The stages; thresholds only where there are trigger files to choose them on."""
        stages = {
            "split": self._split(),
            "teacher": self._finetuned("teacher", self._base("teacher")),
            "student_before": self._finetuned("student", self._base("student")),
            "student": self._distilled(),
        }
        if self.triggers is not None:
            for name in ("teacher", "student_before", "student"):
                stages[f"{name}_thresholds"] = self._thresholds(name)
        return {**stages, "evaluate": self._evaluated()}

    def _base(self, role: str) -> str:
        """What a teacher or student starts from."""
        given: str | None = getattr(self, f"{role}_model")
        return embedded(role) if given is None else f"{{{role}_model}}"

    def _translator(self) -> str:
        return embedded("translator") if self.translator is None else "{translator}"

    def _labelled(self) -> dict[str, Any]:
        """The files that split and fine-tuning read alike."""
        triggers = {} if self.triggers is None else {"triggers": "{triggers}"}
        return {"data": "{data}", **triggers, "limit_rows": self.limit_rows}

    def _split(self) -> dict[str, Any]:
        held = {"validation_fraction": self.validation_fraction}
        return {"recipe": "split", **self._labelled(), **held}

    def _training(self, stage: str) -> dict[str, Any]:
        """What the three trainings have in common, and their own pace."""
        alike = ("batch_size", "patience", "precision", "report_to", "licence")
        pace = {name: getattr(self, f"{stage}_{name}") for name in ("epochs", "learning_rate")}
        keep = {"keep_threshold": self.triggers is None}
        return {"split": SPLIT, **{name: getattr(self, name) for name in alike}, **pace, **keep}

    def _finetuned(self, role: str, model: str) -> dict[str, Any]:
        """Of a base that was trained on another split: the recipe says what that means."""
        alike = ("max_length", "pooling", "class_weights")
        prefix = {"prefix": self.student_prefix} if role == "student" else {}
        return {
            "recipe": role,
            "model": model,
            "insist": True,
            **self._labelled(),
            **self._training(role),
            **{name: getattr(self, name) for name in alike},
            **prefix,
        }

    def _distilled(self) -> dict[str, Any]:
        return {
            "recipe": "distil",
            "teacher": "{teacher}",
            "student": "{student_before}",
            "translator": self._translator(),
            "unlabelled": list(self.unlabelled),
            "data": "{data}",
            "limit_rows": self.limit_rows,
            "cache": "{output}/cache",
            "select": self.select,
            "weights": self.weights,
            **self._training("distil"),
        }

    def _thresholds(self, name: str) -> dict[str, Any]:
        """By contribution for the embedded models, as theirs were chosen; else as in the paper."""
        own = self.teacher_model if name == "teacher" else self.student_model
        return {
            "recipe": "triggers",
            "model": f"{{{name}}}",
            "data": "{triggers}",
            "split": SPLIT,
            "limit_rows": self.limit_rows,
            "score": "contribution" if own is None else "cosine",
        }

    def _evaluated(self) -> dict[str, Any]:
        """The new students, and the embedded one that they started from."""
        models = {"student": "{student}", "student_before": "{student_before}"}
        if self.student_model is None:
            models["embedded"] = embedded("student")
        words: dict[str, Any] = {}
        if self.triggers is not None:
            chosen = ["student_before_thresholds", "student_thresholds"]
            words = {"triggers": "{triggers}", "needs": chosen}
        return {
            "recipe": "evaluate",
            "output": "{output}/scores",
            **words,
            "models": list(models.values()),
            "names": list(models),
            "teacher": ["{teacher}"],
            "translator": self._translator(),
            "data": [*self.dev, "{data}"],
            "split": SPLIT,
            "limit": self.dev_rows or self.limit_rows,
            "cache": "{output}/cache",
        }

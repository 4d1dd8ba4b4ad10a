"""The presets: each parses, and ``paper`` is what method.md says of the paper, digit by digit.

The table below is written out from "Training settings of the paper"; it shares nothing with the
YAML files.
"""

from pathlib import Path
from typing import Any

import pytest

from train import options
from train.config import FullConfig
from train.recipes import RECIPES
from train.stages.stage import stages_of

PRESETS = sorted(options.PRESETS.glob("*.yaml"))

OPTIMISER: dict[str, Any] = {
    "beta1": 0.9,
    "beta2": 0.99,
    "batch_size": 32,  # 16 per GPU on two GPUs
    "epochs": 20.0,
    "max_steps": None,
    "eval_steps": None,  # validation once an epoch
    "patience": 3,  # ours, where the paper is silent, from here on
    "schedule": "linear",
    "warmup_steps": 0,
    "weight_decay": 0.0,
    "precision": "float32",
}
FINE_TUNING = {
    **OPTIMISER,
    "learning_rate": 5e-6,
    "validation_fraction": 0.1,
    "max_length": 128,
    "class_weights": "none",
    "extra": (),
}
REFINEMENT = {
    **OPTIMISER,
    "translator": "Helsinki-NLP/opus-mt-{language}-en",
    "select": "validation",
    "temperature": 1.0,
    "hard_weight": 0.0,
    "reading": "squared_difference",
    "weights": "quality",
    "reweigh": False,
}
PAPER: dict[str, dict[str, Any]] = {
    "teacher_paper": {**FINE_TUNING, "model": "FacebookAI/roberta-large", "pooling": "cls"},
    "student_paper": {**FINE_TUNING, "model": "FacebookAI/xlm-roberta-large", "pooling": "cls"},
    "student_paper_e5": {
        **FINE_TUNING,
        "model": "intfloat/multilingual-e5-large",
        "pooling": "mean",
        "prefix": "query: ",
    },
    "student_paper_bge": {
        **FINE_TUNING,
        "model": "BAAI/bge-m3",
        "pooling": "mean",
        "prefix": "",
    },
    "full_paper": {
        "teacher_model": "FacebookAI/roberta-large",
        "student_model": "FacebookAI/xlm-roberta-large",
        "translator": "Helsinki-NLP/opus-mt-{language}-en",
        "pooling": "cls",
        "student_prefix": "",
        **{name: FINE_TUNING[name] for name in ("max_length", "validation_fraction")},
        **{name: OPTIMISER[name] for name in ("batch_size", "patience", "precision")},
        "class_weights": "none",
        "teacher_learning_rate": 5e-6,
        "teacher_epochs": 20.0,
        "student_learning_rate": 5e-6,
        "student_epochs": 20.0,
        "distil_learning_rate": 1e-7,
        "distil_epochs": 20.0,
        "select": "validation",
        "weights": "quality",
    },
    "distil_paper": {**REFINEMENT, "learning_rate": 1e-7},
    "distil_paper_e5": {**REFINEMENT, "learning_rate": 5e-7},
    "distil_paper_bge": {**REFINEMENT, "learning_rate": 7e-7},
}


def parsed(preset: Path) -> Any:
    """A preset's options; what a user gives besides is left out."""
    recipe = RECIPES[preset.stem.split("_")[0]]
    return options.parse(recipe.config_class, preset, complete=False)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda path: path.stem)
def test_a_preset_parses_and_says_how_it_is_used(preset: Path) -> None:
    parsed(preset)
    recipe, _, name = preset.stem.partition("_")
    first, second, *_ = preset.read_text(encoding="utf-8").splitlines()
    assert first.startswith(f"# python -m train {recipe} --config {name} ")
    assert second.startswith("# ")
    assert name in options.presets(recipe)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda path: path.stem)
def test_the_command_on_the_first_line_has_all_that_must_be_given(preset: Path) -> None:
    first = preset.read_text(encoding="utf-8").splitlines()[0]
    recipe = RECIPES[preset.stem.split("_")[0]]
    config = parsed(preset)
    for row in options.describe(recipe.config_class):
        if row.required and getattr(config, row.name) in ("", ()):
            assert f" {row.name}=" in first or f" --{row.name} " in first, row.name


@pytest.mark.parametrize("name", sorted(PAPER))
def test_the_paper_preset_is_the_table_of_the_method(name: str) -> None:
    config = parsed(options.PRESETS / f"{name}.yaml")
    found = {key: getattr(config, key) for key in PAPER[name]}
    assert found == PAPER[name]


def test_every_paper_preset_is_in_the_table() -> None:
    assert {preset.stem for preset in PRESETS if "_paper" in preset.stem} == set(PAPER)
    assert {name.split("_")[0] for name in PAPER} == {"teacher", "student", "distil", "full"}


def test_the_pipeline_of_the_paper_is_its_three_trainings() -> None:
    """Stage by stage the options of the recipes' own presets, files and bookkeeping apart."""
    words = ["data=d.tsv", "unlabelled=u.tsv", "output=out"]
    file = options.PRESETS / "full_paper.yaml"
    full = options.parse(FullConfig, file, words, complete=False)
    stages = {stage.name: stage.config for stage in stages_of(full)}
    for name, preset in (("teacher",) * 2, ("student_before", "student"), ("student", "distil")):
        single = parsed(options.PRESETS / f"{preset}_paper.yaml")
        rows = [row for row in options.describe(type(single)) if row.path in (None, "model")]
        own = ("insist", "keep_threshold", "teacher", "student")  # of going on; of other stages
        compared = [row.name for row in rows if row.name not in own]
        assert len(compared) > 20
        for option in compared:
            assert getattr(stages[name], option) == getattr(single, option), (name, option)

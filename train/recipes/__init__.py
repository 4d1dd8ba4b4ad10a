"""The table of recipes: name, options, module, one sentence.

Knows where each recipe lives and loads it when asked; loading this table
loads no torch.
"""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast

if TYPE_CHECKING:
    from train.options import RecipeConfig

    RunFunction = Callable[[Any, Any], Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Recipe:
    """One thing that ``python -m train`` can do."""

    name: str
    config_name: str  # the dataclass in train.config that holds its options
    module: str  # a module with run(config, run) -> final figures
    summary: str  # a sentence
    # A folder, in a train.run.Run that keeps events; or one file, in a train.files.stream.Stream.
    writes: Literal["folder", "file"] = "folder"

    @property
    def config_class(self) -> "type[RecipeConfig]":
        """The dataclass of this recipe's options."""
        config = importlib.import_module("train.config")
        return cast("type[RecipeConfig]", getattr(config, self.config_name))

    def load(self) -> "RunFunction":
        """The recipe's ``run``; imports its module, and torch with it."""
        return cast("RunFunction", importlib.import_module(self.module).run)


def _recipe(name: str, summary: str, writes: Literal["folder", "file"] = "folder") -> Recipe:
    return Recipe(name, f"{name.capitalize()}Config", f"train.recipes.{name}", summary, writes)


RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        _recipe("split", "Draw the train/validation split that all models of a pipeline keep."),
        _recipe("prepare", "Turn the public originals into the training files."),
        _recipe("trim", "Cut an encoder down to fewer layers and a vocabulary of its own."),
        _recipe("base", "Match a small multilingual encoder to an English one on parallel pairs."),
        _recipe("translator", "Train a Marian translator, SentencePiece included, on pairs."),
        _recipe("teacher", "Fine-tune an English encoder on labelled English emotions."),
        _recipe("student", "Fine-tune a multilingual encoder on the same English emotions."),
        _recipe("distil", "Translate, weigh, and refine the student by its teacher (Eq. 1 to 3)."),
        _recipe("triggers", "Choose the trigger threshold on English validation tweets."),
        _recipe("evaluate", "Score a model on labelled files, by language and by class."),
        _recipe("batch", "Everything about one file: predictions, figures, did refinement help."),
        _recipe("quality", "Compare translation weights and rivals with human quality scores."),
        _recipe("pack", "Write a checkpoint in the small form that is embedded here."),
        _recipe("unpack", "Write a packed checkpoint as a plain transformers folder."),
        _recipe("report", "One table of what other runs measured, and cards for packed models."),
        _recipe("full", "Your own files to teacher, student, thresholds and figures, as one job."),
        _recipe("demo", "The embedded models: all of the above as stages, redone where need be."),
        _recipe("predict", "Emotions of the texts in a file of any size, by one model.", "file"),
        _recipe("compare", "Teacher and student on every text of a file, side by side.", "file"),
        _recipe("explain", "Which words made each text's label, and how far that holds.", "file"),
        _recipe("translate", "The texts of a file in English.", "file"),
    )
}
"""Recipes by name, in the order in which a pipeline uses them."""

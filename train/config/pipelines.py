"""Options of recipes that lead others, and of the one that prepares their data."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from train.config.limits import MOST_ROWS
from train.options import MOST_MINUTES, RecipeConfig, describe, option
from train.prepare.sources import SOURCES


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
        500,
        "Pairs held out for development, at most, a language.",
        unit="pairs",
        low=0,
        high=MOST_ROWS,
    )
    mono_rows: int = option(
        100_000, "Single sentences, at most, a language.", unit="rows", low=0, high=MOST_ROWS
    )

    def problems(self) -> list[str]:
        paths = [Path(place).resolve() for place in (self.output, self.originals) if place]
        nested = len(paths) == 2 and (
            paths[0].is_relative_to(paths[1]) or paths[1].is_relative_to(paths[0])
        )
        return ["output and originals may not lie in one another."] if nested else []


@dataclass(frozen=True, kw_only=True)
class PipelineConfig(RecipeConfig):
    """Recipes one after another, each with options of its own; done again only where need be.

    Texts in a stage's options may hold the name of each option here that is a path, as {output},
    and the name of each stage, which stands for its output.
    """

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
        high=MOST_MINUTES,
    )

    def places(self) -> dict[str, str]:
        """What {name} stands for in a stage's options, stages apart."""
        named = {row.name: getattr(self, row.name) for row in describe(type(self)) if row.path}
        return {name: place for name, place in named.items() if isinstance(place, str)}

    def plan(self) -> Mapping[str, Mapping[str, Any]]:
        """The stages: by name recipe, its options, and needs; values as YAML holds them.

        Raises:
            ConfigError: what they are made from is missing.
        """
        raise NotImplementedError

    def problems(self) -> list[str]:
        from train.stages.stage import problems_of  # it reads this file's classes

        return problems_of(self)

    def absent(self) -> list[str]:
        from train.stages.stage import absent_of

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
    stages: dict[str, dict[str, Any]] = option(
        {},
        "By name: recipe, its options, and needs, the stages that come first though no option "
        "names their output. Written in a preset. seed, device and threads are the pipeline's "
        "where a stage does not say its own.",
        required=True,
    )

    def plan(self) -> Mapping[str, Mapping[str, Any]]:
        return self.stages

    def places(self) -> dict[str, str]:
        return {"embed": str(Path(self.output) / "packed"), **super().places()}

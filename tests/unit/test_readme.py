"""What the README tells people to type is what the program takes."""

import re
import shlex
from pathlib import Path

import pytest

from train.arguments import split
from train.options import find_file, parse
from train.recipes import RECIPES

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^python -m train (\w+) +(\S.*)$", README, flags=re.M)


def test_there_are_commands() -> None:
    named = {name for name, _ in COMMANDS}
    assert named >= {"teacher", "student", "distil", "triggers", "evaluate", "compare", "predict"}


@pytest.mark.parametrize(("recipe", "arguments"), COMMANDS, ids=[name for name, _ in COMMANDS])
def test_every_option_exists(recipe: str, arguments: str) -> None:
    line = split(shlex.split(arguments))
    file = None if line.config is None else find_file(recipe, line.config)
    parse(RECIPES[recipe].config_class, file, line.words, complete=False)


def test_pictures_and_links_exist() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert target.startswith("http") or (ROOT / target).exists(), target


def test_the_tree_is_the_tree() -> None:
    block = README.split("## What is where")[1].split("```")[1]
    for line in block.strip().splitlines():
        assert (ROOT / line.split()[0]).exists(), line

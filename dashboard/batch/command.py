"""The shell command that does what a run of the Batch tab does.

Knows the recipe's options (train.config); runs nothing.
"""

from dataclasses import replace
from pathlib import Path

from core.evaluation.plan import Plan
from core.records import EngineSources

RECIPE = "batch"
FOLDER = "runs/{name}"  # where the command would write


def command(plan: Plan, sources: EngineSources | None) -> str:
    """The command on one line, on the file by its own name; "" where the models are not known.

    Args:
        sources: of the models that answer.
    """
    if sources is None:
        return ""
    from train.config.batch import batch_config  # the recipes' options: not while the page opens
    from train.options import command as line

    output = FOLDER.format(name=Path(plan.title).stem)
    config = batch_config(replace(plan, path=plan.title), sources, output)
    if config.delimiter == "\t":  # found by itself; pasted into a shell, a tab completes words
        config = replace(config, delimiter="")
    return line(RECIPE, config)

"""The shell command that does what a run of the Batch tab does.

Knows the options of the recipe ``batch``; runs nothing.
"""

import shlex
from collections.abc import Iterator

from core.evaluation.plan import Plan


def command(plan: Plan) -> str:
    """The command, on one line; the file by its own name, as it lies at the user's."""
    return " ".join(["python -m train batch", *(shlex.quote(one) for one in _options(plan))])


def _options(plan: Plan) -> Iterator[str]:
    yield f"input={plan.title}"

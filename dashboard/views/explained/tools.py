"""What can be done with a whole explanation: save it as a file, copy a link to it.

Knows kinds of files and their sentences; the doing is dashboard/views/scripts/explain.py.
"""

from typing import Any

from core.explanations import Question
from dashboard.views.tools import menu
from dashboard.views.tools import said as answers
from dashboard.wording import explain as words


def tools() -> str:
    """The two tools."""
    return (
        f'<div class="td-tools">{menu(words.EXPORT, words.FILES, "x")}'
        f'<button type="button" class="td-button" data-x="link">{words.LINK}</button></div>'
    )


def said() -> str:
    """Where the tools answer."""
    return answers(words.LINK_FIELD)


def question(asked: Question) -> dict[str, Any]:
    """What was asked, so that an address can ask it again."""
    return {
        "text": asked.text,
        "language": asked.language,
        "translation": asked.translation,
        "roles": list(asked.roles),
        "methods": list(asked.methods),
        "target": asked.target,
        "against": asked.against,
        "seed": asked.seed,
        "options": {name: dict(values) for name, values in asked.options.items()},
    }

"""What can be done with a whole explanation: save it as a file, copy a link to it.

Knows kinds of files and their sentences; the doing is dashboard/views/scripts/explain.py.
"""

from typing import Any

from core.explanations import Question
from dashboard.views import markup
from dashboard.wording import explain as words


def tools() -> str:
    """The two tools."""
    files = "".join(
        f'<li><button type="button" class="td-button" data-x="file" data-kind="{kind}" '
        f'aria-describedby="td-x-about-{kind}">{name}</button>'
        f'<span id="td-x-about-{kind}">{markup.text(about)}</span></li>'
        for kind, (name, about) in words.FILES.items()
    )
    return (
        f'<div class="td-tools"><details class="td-menu" data-key="export">'
        f'<summary class="td-button">{words.EXPORT}</summary>'
        f'<div class="td-menu-body"><ul>{files}</ul></div></details>'
        f'<button type="button" class="td-button" data-x="link">{words.LINK}</button></div>'
    )


def said() -> str:
    """Where the tools answer; a field for a link that cannot be copied."""
    return (
        '<div class="td-said"><p role="status" data-role="said"></p>'
        f'<input class="td-link" data-role="link" readonly hidden aria-label="{words.LINK_FIELD}">'
        "</div>"
    )


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

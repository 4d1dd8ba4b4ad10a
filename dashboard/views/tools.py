"""What can be done with a whole comparison: save it as a file, copy a link to it.

Knows kinds of files and their sentences; the doing is dashboard/views/scripts/table.py.
"""

from dashboard.views import markup
from dashboard.wording import many


def tools(many_rows: bool) -> str:
    """The two tools, and the line in which they say what came of it.

    Args:
        many_rows: whether a table stands below, so that one may save all or only what is shown.
    """
    return (
        f'<div class="td-tools">{_export(many_rows)}'
        f'<button type="button" class="td-button" data-do="link">{many.LINK}</button></div>'
    )


def said() -> str:
    """Where the tools answer; a field for a link that cannot be copied."""
    return (
        '<div class="td-said"><p role="status" data-role="said"></p>'
        f'<input class="td-link" data-role="link" readonly hidden aria-label="{many.LINK_FIELD}">'
        "</div>"
    )


def _export(many_rows: bool) -> str:
    """A menu of files."""
    files = "".join(
        f'<li><button type="button" class="td-button" data-do="file" data-kind="{kind}" '
        f'aria-describedby="td-about-{kind}">{name}</button>'
        f'<span id="td-about-{kind}">{markup.text(about)}</span></li>'
        for kind, (name, about) in many.FILES.items()
    )
    return (
        f'<details class="td-menu" data-key="export"><summary class="td-button">{many.EXPORT}'
        f'</summary><div class="td-menu-body">{_which() if many_rows else ""}'
        f"<ul>{files}</ul></div></details>"
    )


def _which() -> str:
    """Whether a file holds the rows that are shown or all of them."""
    options = (("shown", many.SHOWN_ROWS, " checked"), ("all", many.ALL_ROWS, ""))
    radios = "".join(
        f'<label><input type="radio" name="td-which" value="{value}"{checked}> {name}</label>'
        for value, name, checked in options
    )
    return f'<fieldset><legend class="td-sr">{many.WHICH}</legend>{radios}</fieldset>'

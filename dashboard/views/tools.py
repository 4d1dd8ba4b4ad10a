"""What can be done with a whole comparison: save it as a file, copy a link to it.

Knows kinds of files and their sentences; the doing is dashboard/views/scripts/table.py.
"""

from collections.abc import Mapping

from dashboard.views import markup
from dashboard.wording import many


def tools(many_rows: bool) -> str:
    """The two tools, and the line in which they say what came of it.

    Args:
        many_rows: whether a table stands below, so that one may save all or only what is shown.
    """
    which = _which() if many_rows else ""
    return (
        f'<div class="td-tools">{menu(many.EXPORT, many.FILES, "do", which)}'
        f'<button type="button" class="td-button" data-do="link">{many.LINK}</button></div>'
    )


def said(field: str = many.LINK_FIELD) -> str:
    """Where the tools answer; a field for a link that cannot be copied, and its name."""
    return (
        '<div class="td-said"><p role="status" data-role="said"></p>'
        f'<input class="td-link" data-role="link" readonly hidden aria-label="{field}"></div>'
    )


def menu(name: str, files: Mapping[str, tuple[str, str]], mark: str, above: str = "") -> str:
    """A menu of files.

    Args:
        files: kind → its name and what it is.
        mark: the ``data-`` mark that the script listens to, without "data-".
        above: HTML that stands above the files.
    """
    items = "".join(
        f'<li><button type="button" class="td-button" data-{mark}="file" data-kind="{kind}" '
        f'aria-describedby="td-{mark}-{kind}">{title}</button>'
        f'<span id="td-{mark}-{kind}">{markup.text(about)}</span></li>'
        for kind, (title, about) in files.items()
    )
    return (
        f'<details class="td-menu" data-key="export"><summary class="td-button">{name}</summary>'
        f'<div class="td-menu-body">{above}<ul>{items}</ul></div></details>'
    )


def _which() -> str:
    """Whether a file holds the rows that are shown or all of them."""
    options = (("shown", many.SHOWN_ROWS, " checked"), ("all", many.ALL_ROWS, ""))
    radios = "".join(
        f'<label><input type="radio" name="td-which" value="{value}"{checked}> {name}</label>'
        for value, name, checked in options
    )
    return f'<fieldset><legend class="td-sr">{many.WHICH}</legend>{radios}</fieldset>'

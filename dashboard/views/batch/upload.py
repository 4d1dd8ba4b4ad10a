"""The tab before anything is asked: where a file is dropped, examples, empty places for the rest.

Knows limits and names; the doing is dashboard/views/scripts/batch.py.
"""

from dashboard.views import markup
from dashboard.wording import batch as words

PARTS = ("step", "results", "browser")
"""What the script fills, from top to bottom."""


def shell(size: int, rows: int) -> str:
    """The whole tab.

    Args:
        size: bytes that a file may have.
        rows: rows that it may have.
    """
    places = "".join(f'<div data-part="{name}"></div>' for name in PARTS)
    too_large = words.TOO_LARGE.format(name="{name}", limit=words.size(size))
    return (
        f'<div class="td-f" data-limit="{size}" data-too-large="{too_large}">{_drop(size, rows)}'
        '<div data-part="said" role="status"></div>'
        f'<div data-part="empty">{empty()}</div>{places}</div>'
    )


def _drop(size: int, rows: int) -> str:
    """A field for a file that takes what is dropped on it, and the examples."""
    about = words.FORMS.format(
        size=words.size(size), rows=words.number(rows), command=f"<code>{words.COMMAND}</code>"
    )
    buttons = "".join(
        f'<button type="button" class="td-f-example" data-f="example" data-which="{key}">'
        f"{name}</button>"
        for key, (name, _) in words.EXAMPLE_FILES.items()
    )
    return (
        '<div class="td-f-upload"><label class="td-f-drop" for="td-f-file" data-role="drop">'
        f"<strong>{words.DROP}</strong>"
        f'<input type="file" id="td-f-file" aria-label="{words.DROP_LABEL}" '
        'aria-describedby="td-f-forms"></label>'
        f'<p class="td-f-note" id="td-f-forms">{about}</p>'
        f'<div class="td-f-examples" role="group" aria-label="{words.EXAMPLES}">'
        f'<span class="td-label" aria-hidden="true">{words.EXAMPLES}</span>{buttons}</div></div>'
    )


def empty() -> str:
    """What to do first."""
    return (
        f'<div class="td-empty"><p class="td-empty-title">{words.EMPTY_TITLE}</p>'
        f"<p>{words.EMPTY}</p></div>"
    )


def head(name: str, again: bool = True, back: bool = False) -> str:
    """The file that is being looked at, and the ways away from it.

    Args:
        again: whether it may be put aside at the moment.
        back: whether there are results that are not shown at the moment.
    """
    acts = [("another", words.ANOTHER), ("delete", words.DELETE)]
    if back:
        acts.insert(0, ("results", words.BACK))
    buttons = "".join(
        f'<button type="button" class="td-button" data-f="{act}">{label}</button>'
        for act, label in acts
    )
    return (
        f'<div class="td-f-head"><h2>{markup.text(name)}</h2>'
        f"{f'<div>{buttons}</div>' if again else ''}</div>"
    )

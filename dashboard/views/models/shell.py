"""The Models tab before anything is known: its frame, and the form for the hub.

Knows marks and sentences; knows no model.
"""

from dashboard.views import markup
from dashboard.wording import models as words


def shell(folder: str) -> str:
    """Places for what is said, what is loaded, downloads, and the list."""
    about = words.ABOUT.format(folder=f"<code>{markup.text(folder)}</code>")
    return (
        '<div class="td-m td-f">'
        f'<section class="td-f-card" aria-labelledby="td-m-title">'
        f'<h2 id="td-m-title">{words.TITLE}</h2><p class="td-f-note">{about}</p>'
        '<div role="status" data-part="said"></div>'
        '<div data-part="loaded"></div></section>'
        f"{_hub()}"
        '<section aria-labelledby="td-m-list" class="td-m-all">'
        f'<div class="td-m-head"><h2 id="td-m-list">{words.LIST}</h2>'
        '<p class="td-count" role="status" data-role="count"></p>'
        '<label class="td-m-filter" data-role="filter" hidden>'
        f'<span class="td-soft">{words.FILTER}</span>'
        '<input type="search" name="filter" autocomplete="off"></label></div>'
        f'<div data-part="list"><p class="td-f-note">{words.LOOKING}</p></div>'
        f'<p class="td-f-note" data-role="nothing" hidden>{words.NOTHING_FITS}</p>'
        "</section></div>"
    )


def _hub() -> str:
    return (
        '<section class="td-f-card" aria-labelledby="td-m-hub">'
        f'<h2 id="td-m-hub">{words.HUB}</h2>'
        '<form class="td-m-hub" data-role="hub"><label class="td-f-field">'
        f"<span>{words.HUB_LABEL}</span>"
        '<input type="search" name="model" required autocomplete="off" spellcheck="false" '
        'maxlength="200" aria-describedby="td-m-hub-about"></label>'
        f'<button type="submit" class="td-button">{words.LOOK_UP}</button></form>'
        f'<p class="td-f-note" id="td-m-hub-about">{words.HUB_ABOUT}</p>'
        '<div data-part="offer" role="status"></div><div data-part="downloads"></div></section>'
    )

"""Small pieces that all sections are made of: tables, folds, notes, and choices without a server.

Knows HTML and which class names the style sheet has; knows no figures.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from dashboard import wording
from dashboard.views import markup
from dashboard.wording import batch_results as words


def section(key: str, drawn: str) -> str:
    """One card with its heading; nothing for an empty one."""
    if not drawn:
        return ""
    return (
        f'<section class="td-card td-b-section" id="td-b-{key}" tabindex="-1" '
        f'aria-labelledby="td-b-{key}-title">'
        f'<h3 id="td-b-{key}-title">{words.SECTIONS[key]}</h3>{drawn}</section>'
    )


def note(*sentences: str) -> str:
    """Sentences in small type; HTML that is finished. Nothing for none."""
    said = " ".join(filter(None, sentences))
    return f'<p class="td-note">{said}</p>' if said else ""


def lead(*sentences: str) -> str:
    """Sentences that say what a section found; HTML that is finished. Nothing for none."""
    said = " ".join(filter(None, sentences))
    return f'<p class="td-b-lead">{said}</p>' if said else ""


def fold(title: str, drawn: str, key: str = "") -> str:
    """What unfolds below its title."""
    mark = f' data-key="{key}"' if key else ""
    return f'<details class="td-more"{mark}><summary>{title}</summary>{drawn}</details>'


def table(caption: str, heads: Sequence[str], rows: Iterable[str], shown: bool = False) -> str:
    """A table that scrolls sideways where it is too wide.

    Args:
        caption: finished HTML; seen only where ``shown``, always heard.
        heads: finished HTML, one per column.
        rows: finished ``<tr>``.
    """
    columns = "".join(f'<th scope="col">{head}</th>' if head else "<td></td>" for head in heads)
    # Above the part that scrolls, a title is whole at any width.
    title = f'<p class="td-b-sub" aria-hidden="true">{caption}</p>' if shown else ""
    return (
        f'{title}<div class="td-b-scroll" tabindex="0" role="group" aria-label="{plain(caption)}">'
        f'<table class="td-b-table"><caption class="td-sr">{caption}</caption>'
        f"<thead><tr>{columns}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def row(head: str, cells: Iterable[str], kind: str = "") -> str:
    """A row of finished cells' contents behind its head."""
    inside = "".join(f"<td>{cell}</td>" for cell in cells)
    mark = f' class="{kind}"' if kind else ""
    return f'<tr{mark}><th scope="row">{head}</th>{inside}</tr>'


def soft(said: str) -> str:
    """A second line in a cell; nothing for none."""
    return f'<span class="td-b-soft">{said}</span>' if said else ""


def plain(caption: str) -> str:
    """Finished HTML without its tags, for an attribute."""
    return re.sub(r"<[^>]*>", "", caption)


def swatch(label: str) -> str:
    """An emotion's name beside its colour."""
    return (
        f'<span class="td-e-{label.lower()}"><span class="td-swatch" aria-hidden="true"></span>'
        f"{label}</span>"
    )


def system(name: str, names: Mapping[str, str] | None = None) -> str:
    """A system's title, its model beneath where known."""
    model = (names or {}).get(name, "")
    return f"{markup.text(words.system(name))}{soft(markup.text(wording.short(model)))}"


Options = Sequence[tuple[str, str]]
"""Value and title."""


def chosen(group: str, selects: Sequence[tuple[str, Options]], blocks: Sequence[str]) -> str:
    """Blocks of which one shows, chosen by selects in the page itself.

    Args:
        group: a name of its own on the page.
        selects: name of each select and its options, the first of which shows at first.
        blocks: one per combination, the last select turning fastest.
    """
    lists = "".join(_select(group, place, *one) for place, one in enumerate(selects))
    values = [""]
    for _, options in selects:
        values = [f"{start}/{value}" for start in values for value, _ in options]
    drawn = "".join(
        f'<div data-choice="{markup.attribute(value)}"{" hidden" if value != values[0] else ""}>'
        f"{block}</div>"
        for value, block in zip(values, blocks, strict=True)
    )
    bar = f'<div class="td-b-choices">{lists}</div>' if lists else ""
    return f'<div class="td-b-chosen" data-choices="{group}">{bar}{drawn}</div>'


def _select(group: str, place: int, name: str, options: Options) -> str:
    """One select; only its value where there is nothing to choose."""
    if len(options) == 1:
        [(value, title)] = options
        return (
            f'<span class="td-b-only"><span>{name}</span> <strong>{markup.text(title)}</strong>'
            f'<input type="hidden" data-choose value="{markup.attribute(value)}"></span>'
        )
    items = "".join(
        f'<option value="{markup.attribute(value)}">{markup.text(title)}</option>'
        for value, title in options
    )
    key = f"td-b-{group}-{place}"
    return (
        f'<label for="{key}"><span>{name}</span> <select class="td-select" id="{key}" '
        f'data-choose autocomplete="off">{items}</select></label>'
    )

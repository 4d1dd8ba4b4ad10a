"""Which column holds what, and in which encoding a file reads right.

Knows what was found at a file's beginning (core.files.looking); reads no file. What is chosen is
checked on the server by dashboard/batch/asking.py.
"""

from collections.abc import Sequence

from core.files.layout import Layout
from core.files.looking import Look
from core.request import AUTO
from dashboard.views import markup
from dashboard.wording import LANGUAGES
from dashboard.wording import batch as words

LONGEST = 120  # characters of a cell among the first rows
SHOWN = 3  # cells of a column


def form(
    look: Look,
    name: str,
    chosen: Layout | None,
    language: str = AUTO,
    gold: str = words.GOLD,
) -> str:
    """The encoding where it has to be asked for, else the columns.

    Args:
        chosen: what was chosen before, or else found by the columns' names.
        language: of all texts, where no column tells it.
        gold: what the column of labels is called.
    """
    if look.encoding is None:
        return _encodings(look)
    about = words.COLUMNS_ABOUT.format(name=markup.text(name))
    return (
        f'<form class="td-f-form" data-role="columns" novalidate><h3>{words.COLUMNS_STEP}</h3>'
        f'<p class="td-f-note">{about}</p>{_first_rows(look)}'
        f'<div class="td-f-fields">{_columns(look, chosen, gold)}{_kind(chosen, gold)}'
        f"{_language(look, chosen, language)}</div>"
        f'<input type="hidden" name="encoding" value="{markup.attribute(look.encoding)}">'
        f'<div class="td-f-go"><button type="submit" class="td-f-primary">{words.CHECK}</button>'
        "</div></form>"
    )


def summary(layout: Layout) -> str:
    """Which columns are used, in a few words."""
    named = {
        words.TEXT: layout.text,
        words.GOLD: layout.gold,
        words.IDENTITY: layout.id,
        words.LANGUAGE: layout.language,
        words.SOURCE: layout.source,
    }
    said = ", ".join(f"{name}: {_short(column)}" for name, column in named.items() if column)
    return words.CHANGE_COLUMNS.format(columns=said or words.LINE)


def _encodings(look: Look) -> str:
    """Each encoding with some of the file read so."""
    items = "".join(
        f'<label class="td-f-encoding"><input type="radio" name="encoding" '
        f'value="{markup.attribute(guess.name)}"> <span><strong>{markup.text(guess.title)}'
        f'</strong><span class="td-f-sample" dir="auto">{markup.text(guess.sample)}</span></span>'
        "</label>"
        for guess in look.encodings
    )
    return (
        f'<form class="td-f-form" data-role="encoding" novalidate><fieldset>'
        f'<legend>{words.ENCODING}</legend><p class="td-f-note">{words.ENCODING_ABOUT}</p>'
        f'{items}</fieldset><div class="td-f-go"><button type="submit" class="td-f-primary">'
        f"{words.READ_AGAIN}</button></div></form>"
    )


def _first_rows(look: Look) -> str:
    """Each column with its first cells."""
    rows = "".join(
        f'<tr><th scope="row">{_short(column.name) or words.LINE}</th>'
        f"<td>{_cells(column.samples)}</td></tr>"
        for column in look.columns
    )
    return (
        f'<div class="td-f-scroll" role="group" tabindex="0" aria-label="{words.FIRST_ROWS}">'
        f'<table class="td-f-table td-f-first"><caption class="td-sr">{words.FIRST_ROWS}</caption>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _cells(samples: Sequence[str]) -> str:
    items = "".join(f'<li dir="auto">{_short(one)}</li>' for one in samples[:SHOWN])
    return f"<ul>{items}</ul>"


def _short(text: str) -> str:
    return markup.text(text) if len(text) <= LONGEST else f"{markup.text(text[:LONGEST])}…"


def _columns(look: Look, chosen: Layout | None, gold: str) -> str:
    """Which column is the text, the gold, the ID, the source."""
    now = {
        "text": chosen.text if chosen else None,
        "gold": chosen.gold if chosen else None,
        "id": chosen.id if chosen else None,
        "source": chosen.source if chosen else None,
    }
    names = [column.name for column in look.columns]
    if names == [""]:  # plain text: the whole line is the tweet
        return '<input type="hidden" name="text" value="">'
    titles = {**{key: title for key, (title, _) in words.FIELDS.items()}, "gold": gold}
    return "".join(_column(key, titles[key], names, now[key]) for key in words.FIELDS)


def _column(key: str, title: str, names: Sequence[str], now: str | None) -> str:
    _, about = words.FIELDS[key]
    first = words.CHOOSE if key == "text" else words.NO_COLUMN
    options = [("", first), *((one, one) for one in names)]
    return _select(key, title, about, options, now or "")


def _kind(chosen: Layout | None, gold: str) -> str:
    now = chosen.kind if chosen and chosen.kind != "none" else "emotions"
    return _select("kind", words.GOLD_KIND.format(name=gold), "", list(words.KINDS.items()), now)


def _language(look: Look, chosen: Layout | None, language: str) -> str:
    """A column, one language for all, or found for each text."""
    now = f"column:{chosen.language}" if chosen and chosen.language else f"all:{language}"
    columns = [
        (f"column:{one.name}", words.COLUMN.format(name=one.name))
        for one in look.columns
        if one.name
    ]
    codes = [(f"all:{code}", words.ALL_ARE.format(language=of)) for code, of in LANGUAGES.items()]
    options = [(f"all:{AUTO}", words.FOUND), *columns, *codes]
    return _select("language", words.LANGUAGE, words.LANGUAGE_ABOUT, options, now)


def _select(key: str, name: str, about: str, options: Sequence[tuple[str, str]], now: str) -> str:
    """A list with its label and what it is for."""
    items = "".join(
        f'<option value="{markup.attribute(value)}"{" selected" if value == now else ""}>'
        f"{_short(shown)}</option>"
        for value, shown in options
    )
    said = f' <span class="td-soft">{about}</span>' if about else ""
    return (
        f'<label class="td-f-field"><span>{name}{said}</span>'
        f'<select class="td-select" name="{key}">{items}</select></label>'
    )

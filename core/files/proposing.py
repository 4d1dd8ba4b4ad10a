"""What a file's columns are for, as far as their names and a few cells tell: a proposal.

Knows names of columns in the five languages; reads no file. A person confirms or changes it.
"""

import re
from collections.abc import Mapping, Sequence

from core.files.layout import Form, Gold, Layout

_NAMES: Mapping[str, str] = {  # the first that a file has is taken
    "text": (
        "texts text tweet tweets fulltext tweettext content sentence sentences message comment "
        "comments post posts body utterance review document src original "
        "texte phrase tekst bericht zin текст сообщение твит texto mensaje frase"
    ),
    "gold": (
        "labels label emotion emotions gold goldlabel class category target triggers trigger "
        "étiquette émotion emotie klasse метка эмоция класс etiqueta emoción"
    ),
    "id": "id ids tweetid textid idstr uid guid index idx number nr",
    "language": "language languages lang langcode languagecode locale langue taal idioma язык",
    "source": "source sources origin dataset domain",
}
_NOT_IN_NAMES = re.compile(r"[\W_]+")
_LIST = re.compile(r"\s*\[\s*(?:[01](?:\s*,\s*[01])*)?\s*\]\s*")


def known_name(name: str, role: str = "text") -> bool:
    """Whether a column's name says that it holds the texts (or what another role holds)."""
    return _folded(name) in _NAMES[role].split()


def propose(
    form: Form, encoding: str, delimiter: str, columns: Mapping[str, Sequence[str]]
) -> Layout | None:
    """The layout that names and cells suggest; None where no column is known to hold texts.

    Args:
        columns: name → a few cells as written; a single column holds the texts in any case.
    """
    if form == "txt":
        return Layout(form, text="", encoding=encoding, delimiter=delimiter)
    found = {role: _first(columns, role) for role in _NAMES}
    text = found.pop("text") or (next(iter(columns)) if len(columns) == 1 else None)
    if text is None:
        return None
    gold = found["gold"]
    kind = "none" if gold is None else kind_of(columns[gold])
    return Layout(
        form,
        text,
        found["id"],
        None if kind == "none" else gold,
        found["language"],
        found["source"],
        kind,
        encoding,
        delimiter,
    )


def kind_of(cells: Sequence[str]) -> Gold:
    """What a column of gold holds: trigger lists, labels, or nothing at all."""
    filled = [cell for cell in cells if cell]
    if not filled:
        return "none"
    lists = sum(_LIST.fullmatch(cell) is not None for cell in filled)
    return "triggers" if 2 * lists > len(filled) else "emotions"


def _first(columns: Mapping[str, Sequence[str]], role: str) -> str | None:
    """The column whose name comes first in the role's list."""
    by_name = {_folded(name): name for name in reversed(list(columns))}
    return next((by_name[name] for name in _NAMES[role].split() if name in by_name), None)


def _folded(name: str) -> str:
    return _NOT_IN_NAMES.sub("", name).casefold()

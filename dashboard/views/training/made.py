"""What a run left: its final figures, the models it made, and which file to open first.

Knows records and HTML; what a folder holds was found out before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.views import markup
from dashboard.views.training import signs
from dashboard.wording import training_live as words

SHOWN = 20  # figures up to which all show at once
NESTED = ": "  # between the names of a figure and of what it lies in


@dataclass(frozen=True, slots=True)
class Made:
    """A model that a run made."""

    key: str  # by which the page names it: the folder's place within the run's output
    name: str  # what it is called
    folder: str
    role: str  # of its manifest: base | teacher | student | translator
    problem: str = ""  # why it cannot be loaded; a sentence
    loaded: tuple[str, ...] = ()  # the roles in which Compare answers with it now

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles in which it can be loaded; the most likely one first."""
        if self.role == "student":
            before = "before" in self.name
            return ("student before", "student") if before else ("student", "student before")
        return (self.role,) if self.role in words.LOAD_ROLES else ()


def result(
    outcome: Mapping[str, Any],
    made: Sequence[Made],
    first: str = "",
    loading: str = "",
    scores: str = "",
) -> str:
    """The card of a run that left something; nothing where there is nothing to show.

    Args:
        first: path of the file to open first; "" for none.
        loading: what is told of a model that is on its way into Compare, finished HTML.
        scores: tables of what it measured, finished HTML; then counts of stages say little.
    """
    figures = scores or table(outcome)
    models = "".join(map(_model, made))
    if not figures and not models and not first:
        return ""
    listed = f"<h4>{words.MODELS}</h4><ul class='td-l-models'>{models}</ul>" if models else ""
    to_open = (
        f'<p class="td-l-note">{words.OPEN_FIRST}: <code>{markup.text(first)}</code></p>'
        if first
        else ""
    )
    return (
        '<section class="td-l-card" aria-labelledby="td-l-result"><h3 id="td-l-result">'
        f"{words.RESULT}</h3>{loading}{listed}{figures}{to_open}</section>"
    )


def flat(outcome: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """Figures by one name each; those within others carry both names."""
    found: dict[str, Any] = {}
    for name, value in outcome.items():
        full = f"{above}{NESTED}{name}" if above else str(name)
        if isinstance(value, Mapping):
            found |= flat(value, full)
        elif not isinstance(value, list | tuple) and words.telling(str(name), value):
            found[full] = value
    return found


def table(outcome: Mapping[str, Any]) -> str:
    """Final figures as a table; many of them fold."""
    found = flat(outcome)
    plain = {name: value for name, value in found.items() if NESTED not in name}
    nested = {name: value for name, value in found.items() if NESTED in name}
    if len(plain) > SHOWN:
        plain, nested = {}, found
    drawn = _rows(words.MAIN_FIGURES, plain)
    if nested:
        title = f"{words.MORE_FIGURES} ({len(nested)})"
        drawn += (
            f'<details class="td-more" data-key="figures"><summary>{title}</summary>'
            f'<div class="td-l-scroll">{_rows(title, nested)}</div></details>'
        )
    return drawn


def _rows(caption: str, found: Mapping[str, Any]) -> str:
    """A figure a row; nothing for none."""
    rows = [
        f'<tr><th scope="row">{markup.text(words.figure_name(name))}</th>'
        f"<td>{markup.text(words.value(value))}</td></tr>"
        for name, value in found.items()
    ]
    if not rows:
        return ""
    heads = "".join(f'<th scope="col">{head}</th>' for head in words.FIGURE_HEADS)
    return (
        f'<table class="td-l-table td-l-two"><caption class="td-sr">{caption}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )


def _model(model: Made) -> str:
    """One model, and the buttons that load it."""
    name = f"<strong>{markup.text(model.name)}</strong>"
    if model.problem:
        return f'<li><p>{name}</p><p class="td-l-why">{markup.text(model.problem)}</p></li>'
    buttons = "".join(_load(model, role, place == 0) for place, role in enumerate(model.roles))
    shown = "".join(
        f'<span class="td-l-tag td-l-loaded">✓ {words.IN_COMPARE.format(role=role)}</span> '
        for role in model.loaded
    )
    path = f'<code class="td-l-path">{markup.text(model.folder)}</code>'
    return (
        f'<li data-key="{markup.attribute(model.key)}"><p>{name} {shown}</p>{path}'
        f'<div class="td-l-acts">{buttons}{_open(model)}</div></li>'
    )


def _load(model: Made, role: str, first: bool) -> str:
    """The button that loads a model in a role; of a second one only the role is said."""
    title = (words.LOAD if first else words.LOAD_OTHER).format(role=words.LOAD_ROLES[role])
    label = markup.attribute(words.LOAD_LABEL.format(said=title, name=model.name))
    kind = "td-f-primary" if first and not model.loaded else "td-button"
    return (
        f'<button type="button" class="{kind}" data-l="load" data-model="'
        f'{markup.attribute(model.key)}" data-as="{role}" aria-label="{label}">{title}</button>'
    )


def _open(model: Made) -> str:
    """The way to Compare, once it answers with the model."""
    return signs.button("compare-tab", words.TO_COMPARE, "td-link-button") if model.loaded else ""

"""A field that names models or files: what is chosen, what can be, an upload, a path by hand.

Knows fields and choices; checks nothing. What a chosen file holds is filled in by the script.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby

from dashboard.training.choices import Choice
from dashboard.training.forms import Field, as_text
from dashboard.views import markup
from dashboard.wording import training as words


def picker(field: Field, choices: Sequence[Choice]) -> str:
    """The whole field."""
    key = f"td-n-{field.option.name}"
    tag = words.REQUIRED if field.required else words.OPTIONAL
    return (
        f'<div class="td-n-field td-n-picker" data-field="{field.option.name}" role="group" '
        f'data-widget="{field.widget}" data-several="{"yes" if field.several else "no"}" '
        f'aria-labelledby="{key}-label" aria-describedby="{key}-about {key}-problem">'
        f'<div class="td-n-label" id="{key}-label"><strong>{field.label}</strong> '
        f'<span class="td-n-tag td-n-{tag}">{tag}</span></div>'
        f'<p class="td-f-note" id="{key}-about">{markup.text(words.plainly(field.option.help))}</p>'
        f'<ul class="td-n-chosen" data-role="chosen">{chosen(values(field), choices)}</ul>'
        f'<p class="td-n-problem" id="{key}-problem" data-role="problem" hidden></p>'
        f'<div class="td-n-pick">{_select(field, choices)}{_upload(field)}{_by_hand(field)}</div>'
        '<div data-role="ask"></div></div>'
    )


def values(field: Field) -> list[str]:
    """What is chosen, one text each."""
    value = field.value
    if isinstance(value, list | tuple):
        return [str(entry) for entry in value]
    return [as_text(field.option, value)] if value else []


def chosen(places: Iterable[str], choices: Sequence[Choice]) -> str:
    """What is chosen, as rows of a list."""
    known = {choice.value: choice for choice in choices}
    return "".join(
        row(place, known[place].name, known[place].hidden) if place in known else row(place)
        for place in places
    )


def row(place: str, name: str = "", hidden: bool = False) -> str:
    """One chosen thing, with a button that takes it away.

    Args:
        hidden: whether its path would tell a person nothing.
    """
    name = name or place.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1] or place
    shown = name != place and not hidden
    path = f'<span class="td-n-path">{markup.text(place)}</span>' if shown else ""
    remove = markup.attribute(words.REMOVE.format(name=name))
    return (
        f'<li data-value="{markup.data(place)}" data-name="{markup.attribute(name)}">'
        f'<div class="td-n-row"><strong>{markup.text(name)}</strong>{path}'
        '<button type="button" class="td-n-remove" data-n="remove" '
        f'aria-label="{remove}" title="{remove}">×</button></div>'
        '<div data-role="check" role="status"></div></li>'
    )


def _select(field: Field, choices: Sequence[Choice]) -> str:
    """Everything that is known, by where it comes from."""
    files = field.widget == "files"
    if field.several:
        first = words.ADD_FILE if files else words.ADD_MODEL
    else:
        first = words.CHOOSE_FILE if files else words.CHOOSE_MODEL
    groups = "".join(
        f'<optgroup label="{markup.attribute(name)}">{"".join(map(_option, group))}</optgroup>'
        for name, group in groupby(choices, key=lambda choice: choice.group)
    )
    label = markup.attribute(f"{field.label}: {first}")
    return (
        f'<select class="td-select" data-role="known" aria-label="{label}">'
        f'<option value="">{first}</option>{groups}</select>'
    )


def _option(choice: Choice) -> str:
    about = f" ({choice.about})" if choice.about else ""
    return (
        f'<option value="{markup.attribute(choice.value)}" '
        f'data-name="{markup.attribute(choice.name)}">{markup.text(choice.name + about)}</option>'
    )


def _upload(field: Field) -> str:
    """A button that takes a file, or several where the field holds several; only for data."""
    if field.widget != "files":
        return ""
    name = words.UPLOAD_SEVERAL if field.several else words.UPLOAD
    label = markup.attribute(f"{name}: {field.label}")
    several = " multiple" if field.several else ""
    return (
        f'<label class="td-n-upload"><span aria-hidden="true">{name}</span>'
        f'<input type="file" class="td-sr" data-role="upload"{several} aria-label="{label}">'
        "</label>"
    )


def _by_hand(field: Field) -> str:
    """A path, or a hub id, as typed."""
    files = field.widget == "files"
    name, hint = (
        (words.OTHER_FILE, words.FILE_HINT) if files else (words.OTHER_MODEL, words.MODEL_HINT)
    )
    label = markup.attribute(f"{field.label}: {name}")
    press = words.TAKE if files else words.CHECK_MODEL
    return (
        f'<details class="td-more td-n-hand"><summary>{name}</summary><div class="td-n-typed">'
        f'<input type="text" data-role="typed" aria-label="{label}" placeholder="{hint}" '
        'spellcheck="false" autocomplete="off" maxlength="1024">'
        f'<button type="button" class="td-button" data-n="typed">{press}</button></div></details>'
    )

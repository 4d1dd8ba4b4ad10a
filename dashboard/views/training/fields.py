"""Settings as widgets: each with its name, sentence, unit, bounds, default and the paper's value.

Knows fields of dashboard/training/forms.py; what a value may be is said and checked elsewhere.
"""

from typing import Any

from dashboard.training.forms import UNTOLD, Field, as_text
from dashboard.views import markup
from dashboard.wording import training as words


def setting(field: Field) -> str:
    """One setting."""
    name, key = field.option.name, f"td-n-{field.option.name}"
    return (
        f'<div class="td-n-field td-n-setting" data-field="{name}" data-widget="{field.widget}" '
        f'data-usual="{markup.data(_sent(field, field.preset))}">{_widget(field, key)}'
        f'<p class="td-f-note" id="{key}-about">{markup.text(words.plainly(field.option.help))}</p>'
        f'<p class="td-n-facts">{facts(field)}</p>'
        f'<p class="td-n-problem" id="{key}-problem" data-role="problem" hidden></p></div>'
    )


def facts(field: Field) -> str:
    """Bounds, default, the preset's value and the paper's, as short notes."""
    row, found = field.option, list[str]()
    if row.choices is None:
        found += filter(None, [words.bounds(row.low, row.high)])
    found.append(_fact(words.DEFAULT, field, row.default))
    if field.preset != row.default and field.preset != field.paper:
        found.append(_fact(words.PRESET, field, field.preset))
    if field.paper is not UNTOLD:
        found.append(f"<strong>{_fact(words.PAPER, field, field.paper)}</strong>")
    return " · ".join(found)


def _fact(name: str, field: Field, value: Any) -> str:
    return f"{name} {shown(field, value)}"


def shown(field: Field, value: Any) -> str:
    """A value as it is read, HTML that is finished."""
    if isinstance(value, bool):
        return words.YES if value else words.NO
    text = as_text(field.option, value)
    return markup.text(text if len(text) <= 60 else f"{text[:59]}…") or words.NOTHING


def _sent(field: Field, value: Any) -> Any:
    """A value as the script sends it."""
    if field.widget == "switch":
        return bool(value)
    return list(value) if field.widget == "ticks" else as_text(field.option, value)


def _widget(field: Field, key: str) -> str:
    draw = {"switch": _switch, "choice": _choice, "ticks": _ticks}.get(field.widget, _text)
    return draw(field, key)


def _label(field: Field, key: str) -> str:
    unit = field.option.unit
    unit = f' <span class="td-n-unit">{markup.text(unit)}</span>' if unit else ""
    return f'<label class="td-n-label" for="{key}"><strong>{field.label}</strong>{unit}</label>'


def _about(key: str) -> str:
    return f'id="{key}" aria-describedby="{key}-about {key}-problem"'


def _text(field: Field, key: str) -> str:
    """Numbers too are typed as text: what is no number is named, not swallowed."""
    value = as_text(field.option, field.value)
    mode = {float: "decimal", int: "numeric"}.get(field.option.kind, "text")
    empty = markup.attribute(words.NOTHING) if field.option.optional else ""
    return (
        f'{_label(field, key)}<input type="text" inputmode="{mode}" data-role="value" '
        f'{_about(key)} value="{markup.attribute(value)}" placeholder="{empty}" '
        'spellcheck="false" autocomplete="off" maxlength="10000">'
    )


def _switch(field: Field, key: str) -> str:
    on = " checked" if field.value in (True, "true") else ""
    return (
        f'<label class="td-n-switch"><input type="checkbox" data-role="value" {_about(key)}{on}> '
        f"<strong>{field.label}</strong></label>"
    )


def _choice(field: Field, key: str) -> str:
    now = as_text(field.option, field.value)
    choices = [(str(choice), str(choice)) for choice in field.option.choices or ()]
    if field.option.optional:
        choices.insert(0, ("", words.NOTHING))
    items = "".join(
        f'<option value="{markup.attribute(value)}"{" selected" if value == now else ""}>'
        f"{markup.text(name)}</option>"
        for value, name in choices
    )
    return (
        f'{_label(field, key)}<select class="td-select" data-role="value" {_about(key)}>'
        f"{items}</select>"
    )


def _ticks(field: Field, key: str) -> str:
    now = field.value if isinstance(field.value, list | tuple) else ()
    items = "".join(
        f'<label><input type="checkbox" data-role="value" value="{markup.attribute(str(one))}"'
        f"{' checked' if one in now else ''}> {markup.text(str(one))}</label>"
        for one in field.option.choices or ()
    )
    return (
        f'<fieldset class="td-n-ticks" id="{key}" aria-describedby="{key}-about">'
        f"<legend><strong>{field.label}</strong></legend>{items}</fieldset>"
    )

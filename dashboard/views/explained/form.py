"""The question's form: a tweet, which models, which class, which methods, and how.

Drawn from the table of methods, so that a new row shows by itself. Knows names and defaults;
what is entered is read by dashboard/views/scripts/explain.py and checked on the server.
"""

from collections.abc import Mapping

from core.attribution import METHODS, USUAL, Method, MethodOption
from core.labels import LABELS
from dashboard import wording
from dashboard.inputs import AUTO, LENGTH_LIMIT, SEEDS
from dashboard.views import markup
from dashboard.wording import explain as shown_words
from dashboard.wording import explain_form as words

CHECKED = ("student", "teacher")


def form(examples: Mapping[str, str]) -> str:
    """All inputs.

    Args:
        examples: name of a button → the tweet that it fills in.
    """
    return (
        '<form class="td-x-form" data-role="form" novalidate>'
        f'<label class="td-x-label" for="td-x-text">{words.BOX}</label>'
        f'<textarea id="td-x-text" name="text" rows="3" dir="auto" '
        f'placeholder="{words.BOX_HINT}"></textarea>{_examples(examples)}'
        f'<div class="td-x-choices">{_language()}{_roles()}{_classes()}</div>'
        f'{_methods()}<div class="td-x-folds">{_about()}{_own()}{_options()}</div>'
        '<div class="td-x-go"><button type="submit" class="td-x-submit" data-x="explain">'
        f"{words.EXPLAIN}</button></div></form>"
    )


def _examples(examples: Mapping[str, str]) -> str:
    """One button per example."""
    buttons = "".join(
        f'<button type="button" class="td-x-example" data-x="example" '
        f'data-text="{markup.data(text)}">{name}</button>'
        for name, text in examples.items()
    )
    return (
        f'<div class="td-x-examples" role="group" aria-label="{words.EXAMPLES}">'
        f'<span class="td-label" aria-hidden="true">{words.EXAMPLES}</span>{buttons}</div>'
    )


def _select(name: str, label: str, options: list[tuple[str, str]]) -> str:
    """A list with its label."""
    items = "".join(f'<option value="{value}">{shown}</option>' for value, shown in options)
    return (
        f'<label class="td-x-choice"><span>{label}</span>'
        f'<select class="td-select" name="{name}">{items}</select></label>'
    )


def _language() -> str:
    return _select("language", words.LANGUAGE, [(AUTO, wording.AUTO), *wording.LANGUAGES.items()])


def _roles() -> str:
    """Which models; the student before refinement shows once it is known to be loaded."""
    boxes = "".join(
        f'<label{" hidden" if role not in CHECKED else ""} data-of="{role}">'
        f'<input type="checkbox" name="role" value="{role}"'
        f"{' checked' if role in CHECKED else ''}> {name}</label>"
        for role, name in shown_words.ROLES.items()
    )
    return f'<fieldset class="td-x-roles"><legend>{words.MODELS}</legend>{boxes}</fieldset>'


def _classes() -> str:
    """The class to explain, and against which."""
    labels = [(label, label) for label in LABELS]
    return _select("target", words.TARGET, [("", words.PREDICTED), *labels]) + _select(
        "against", words.AGAINST, [("", shown_words.OTHERS), *labels]
    )


def _methods() -> str:
    """A tick per method, by what they cost."""
    groups = "".join(_group(cost, name) for cost, name in words.COSTS.items())
    buttons = "".join(
        f'<button type="button" class="td-link-button" data-x="choose" data-which="{which}">'
        f"{name}</button>"
        for which, name in words.CHOOSE.items()
    )
    return (
        f'<fieldset class="td-x-methods" data-quick="{markup.data(USUAL)}">'
        f"<legend>{words.METHODS_TITLE}</legend>"
        f'<div class="td-x-choose">{buttons}</div>{groups}</fieldset>'
    )


def _group(cost: str, name: str) -> str:
    boxes = "".join(_tick(method) for method in METHODS.values() if method.cost == cost)
    return (
        f'<div class="td-x-group" role="group" aria-label="{name}">'
        f'<span class="td-label" aria-hidden="true">{name}</span><div>{boxes}</div></div>'
    )


def _tick(method: Method) -> str:
    checked = " checked" if method.name in USUAL else ""
    mark = "" if method.by_class else f'<span class="td-mark">{shown_words.BY_NO_CLASS}</span>'
    return (
        f'<label class="td-x-tick" title="{markup.attribute(method.sentence)}">'
        f'<input type="checkbox" name="method" value="{method.name}"{checked}> '
        f"{markup.text(method.title)}{mark}</label>"
    )


def _about() -> str:
    """What each method says, what it costs, and its paper."""
    rows = "".join(_entry(method) for method in METHODS.values())
    return (
        f'<details class="td-more" data-key="about"><summary>{words.ABOUT}</summary>'
        f'<dl class="td-x-about-list">{rows}</dl></details>'
    )


def _entry(method: Method) -> str:
    paper = markup.text(method.paper)
    if method.url:
        paper = (
            f'<a href="{markup.attribute(method.url)}" target="_blank" rel="noopener noreferrer">'
            f"{paper}</a>"
        )
    return (
        f"<div><dt>{markup.text(method.title)}</dt><dd>{markup.text(method.sentence)} "
        f'<span class="td-soft">{words.traits(method)} · {paper}</span></dd></div>'
    )


def _own() -> str:
    """The user's own English."""
    return (
        f'<details class="td-more" data-key="own"><summary>{words.OWN_TRANSLATION}</summary>'
        f'<label class="td-x-field"><span>{words.OWN_HINT}</span>'
        f'<textarea name="translation" rows="2" dir="auto" lang="en" maxlength="{LENGTH_LIMIT}">'
        "</textarea></label></details>"
    )


def _options() -> str:
    """Seed, gold, and what each method lets one set."""
    sets = "".join(_set(method) for method in METHODS.values() if method.options)
    return (
        f'<details class="td-more" data-key="options"><summary>{words.OPTIONS}</summary>'
        f'<div class="td-x-options"><label class="td-x-field"><span>{words.SEED} '
        f'<span class="td-soft">{words.SEED_HINT}</span></span><input type="number" name="seed" '
        f'value="0" min="0" max="{SEEDS - 1}" step="1"></label>'
        f'<label class="td-x-field"><span>{words.GOLD} <span class="td-soft">{words.GOLD_HINT}'
        f'</span></span><input type="text" name="gold" autocomplete="off"></label>{sets}</div>'
        "</details>"
    )


def _set(method: Method) -> str:
    """One method's options."""
    fields = "".join(_field(method, option) for option in method.options)
    return f"<fieldset><legend>{markup.text(method.title)}</legend>{fields}</fieldset>"


def _field(method: Method, option: MethodOption) -> str:
    step = "1" if option.whole else "any"
    name = option.name.replace("_", " ").capitalize()
    return (
        f'<label class="td-x-field"><span>{name} <span class="td-soft">'
        f"{markup.text(option.sentence)} {option.low:g} to {option.high:g}.</span></span>"
        f'<input type="number" data-option="{method.name}.{option.name}" '
        f'data-default="{option.default:g}" value="{option.default:g}" min="{option.low:g}" '
        f'max="{option.high:g}" step="{step}"></label>'
    )

"""The form of a new run, step by step: what to train, models, data, settings, start.

Knows fields and choices that were gathered elsewhere; checks nothing, starts nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.training.choices import Choice
from dashboard.training.forms import Field, as_text
from dashboard.training.recipes import LIMIT
from dashboard.views import markup
from dashboard.views.training import picker
from dashboard.views.training.fields import setting
from dashboard.wording import training as words
from train import options
from train.recipes import Recipe

FIRST_PRESET = "quick"  # what a first run should take, where a recipe has it


@dataclass(frozen=True, slots=True)
class Drawn:
    """Everything that the form of one recipe shows."""

    recipe: str
    preset: str
    presets: tuple[tuple[str, ...], tuple[str, ...]]  # that come with it, and the user's own
    fields: tuple[Field, ...]
    choices: Mapping[str, Sequence[Choice]]  # option → what may be chosen
    name: str = ""  # of the run
    place: str = ""  # where its results will lie


def shell(recipes: Mapping[str, Recipe], limit: int) -> str:
    """The whole tab before anything is asked.

    Args:
        limit: bytes that an uploaded file may have.
    """
    too_large = words.TOO_LARGE.format(name="{name}", limit=words.size(limit))
    return (
        f'<div class="td-f td-n" data-limit="{limit}" data-too-large="{too_large}">'
        f'<details class="td-f-card td-n-new" open><summary><h2>{words.TITLE}</h2>'
        f'</summary><p class="td-f-note">{words.LEAD}</p>{_cards(recipes)}'
        '<div data-part="new"></div></details><div data-part="new-said" role="status"></div>'
        '<div data-part="runs"></div></div>'
    )


def _step(key: str, number: int, drawn: str) -> str:
    """One step with its number; nothing for an empty one."""
    if not drawn:
        return ""
    return (
        f'<section class="td-n-step" data-step="{key}" aria-labelledby="td-n-step-{key}">'
        f'<h3 id="td-n-step-{key}"><span class="td-n-number">{number}</span> {words.STEPS[key]}'
        f"</h3>{drawn}</section>"
    )


def _cards(recipes: Mapping[str, Recipe]) -> str:
    """One card a recipe, the best to begin with first."""
    cards = "".join(_card(name, one.summary) for name, one in recipes.items())
    drawn = (
        f'<div class="td-n-cards" role="radiogroup" aria-labelledby="td-n-step-recipe">{cards}'
        "</div>"
        f'<p class="td-f-note" data-role="first">{words.CHOOSE_FIRST}</p>'
    )
    return _step("recipe", 1, drawn)


def _card(name: str, summary: str) -> str:
    preset = FIRST_PRESET if FIRST_PRESET in options.presets(name) else ""
    first = f'<span class="td-n-best">{words.BEST_FIRST}</span>' if name == "full" else ""
    return (
        f'<label class="td-n-card"><input type="radio" name="td-n-recipe" value="{name}" '
        f'data-role="recipe" data-preset="{preset}"> <span><strong>{words.TITLES[name]}</strong> '
        f'<span class="td-soft">{markup.text(summary)}</span>{first}</span></label>'
    )


def form(drawn: Drawn) -> str:
    """The steps that follow a recipe's choice, numbered as they come."""
    steps = {
        "models": _pickers(drawn, "models"),
        "data": _pickers(drawn, "data"),
        "settings": _settings(drawn),
        "start": _start(drawn),
    }
    shown = [key for key, html in steps.items() if html]
    return "".join(_step(key, n, steps[key]) for n, key in enumerate(shown, start=2))


def _pickers(drawn: Drawn, part: str) -> str:
    """Required fields and those in use; the others unfold."""
    fields = [field for field in drawn.fields if field.part == part]
    usual = [field for field in fields if field.required or picker.values(field)]
    if not usual:  # of several that may be left out, one is needed all the same
        usual = fields[:3]
    rest = [field for field in fields if field not in usual]
    title = words.OPTIONAL_DATA if part == "data" else words.OPTIONAL_MODELS
    return _drawn(usual, drawn) + _fold(title, part, _drawn(rest, drawn))


def _drawn(fields: Sequence[Field], drawn: Drawn) -> str:
    return "".join(picker.picker(f, drawn.choices.get(f.option.name, ())) for f in fields)


def _fold(title: str, key: str, inside: str) -> str:
    if not inside:
        return ""
    return (
        f'<details class="td-more td-n-rest" data-key="{key}"><summary>{title}</summary>'
        f'<div class="td-n-inside">{inside}</div></details>'
    )


def _settings(drawn: Drawn) -> str:
    """The preset, the important settings, the others in a fold."""
    fields = [field for field in drawn.fields if field.option.name != LIMIT]
    first = "".join(setting(field) for field in fields if field.part == "first")
    more = [setting(field) for field in fields if field.part == "more"]
    title = words.MORE_COUNT.format(name=words.MORE, count=len(more))
    grid = f'<div class="td-n-grid">{first}</div>' if first else ""
    rest = f'<div class="td-n-grid">{"".join(more)}</div>' if more else ""
    return _presets(drawn) + grid + _fold(title, "more", rest)


def _presets(drawn: Drawn) -> str:
    """Which preset, and a way to keep one's own."""
    shipped, own = drawn.presets
    named = [(name, words.PRESETS.get(name, name)) for name in ("", *_ordered(shipped))]
    named += [(name, words.OWN_PRESET.format(name=name)) for name in own]
    items = "".join(
        f'<option value="{markup.attribute(value)}"{" selected" if value == drawn.preset else ""}>'
        f"{markup.text(name)}</option>"
        for value, name in named
    )
    forget = (
        f'<button type="button" class="td-link-button" data-n="forget">{words.FORGET}</button>'
        if drawn.preset in own
        else ""
    )
    return (
        f'<div class="td-n-presets"><label class="td-f-field"><span>{words.PRESET_LABEL}</span>'
        f'<select class="td-select" data-role="preset">{items}</select></label>'
        f'<details class="td-more td-n-save"><summary>{words.SAVE_AS}</summary>'
        f'<div class="td-n-typed"><input type="text" data-role="preset-name" maxlength="40" '
        f'aria-label="{words.SAVE_LABEL}" placeholder="{words.SAVE_LABEL}" autocomplete="off">'
        f'<button type="button" class="td-button" data-n="save">{words.SAVE}</button></div>'
        f"</details>{forget}</div>"
    )


def _ordered(names: Sequence[str]) -> list[str]:
    """quick first: it is what a first run should take."""
    return sorted(names, key=lambda name: (name != FIRST_PRESET, name))


def _start(drawn: Drawn) -> str:
    """A name, a try, the command, and the button."""
    limit = next((f for f in drawn.fields if f.option.name == LIMIT), None)
    return (
        f'<div class="td-n-grid">{_name(drawn)}{_limit(limit) if limit else ""}</div>'
        '<div data-role="problems" tabindex="-1"></div>'
        '<div class="td-f-go"><button type="button" class="td-f-primary" data-n="start">'
        f'{words.START}</button><button type="button" class="td-button" data-n="check">'
        f'{words.CHECK_ALL}</button><button type="button" class="td-link-button" '
        f'data-n="afresh">{words.AFRESH}</button></div>'
        f'<details class="td-more" data-key="command" data-role="command-fold" hidden>'
        f'<summary>{words.COMMAND}</summary><div class="td-f-command">'
        '<code data-role="new-command"></code>'
        f'<button type="button" class="td-button" data-n="copy">{words.COPY}</button>'
        '<span role="status" data-role="new-copied"></span></div>'
        f'<p class="td-f-note">{words.COMMAND_ABOUT.format(place=markup.text(drawn.place))}</p>'
        "</details>"
    )


def _name(drawn: Drawn) -> str:
    return (
        '<div class="td-n-field"><label class="td-n-label" for="td-n-run-name">'
        f'<strong>{words.NAME_LABEL}</strong> <span class="td-n-unit">{words.NAME_HINT}</span>'
        '</label><input type="text" id="td-n-run-name" data-role="run-name" maxlength="80" '
        f'autocomplete="off" value="{markup.attribute(drawn.name)}"></div>'
    )


def _limit(field: Field) -> str:
    """The same option as any other, in the place where it is looked for."""
    key = f"td-n-{LIMIT}"
    value = markup.attribute(as_text(field.option, field.value))
    return (
        f'<div class="td-n-field td-n-setting" data-field="{LIMIT}" data-widget="number" '
        f'data-usual="{markup.data(as_text(field.option, field.preset))}">'
        f'<label class="td-n-label" for="{key}"><strong>{field.label}</strong> '
        f'<span class="td-n-unit">{words.TRY_UNIT}</span></label>'
        f'<input type="text" inputmode="numeric" id="{key}" data-role="value" value="{value}" '
        f'aria-describedby="{key}-about {key}-problem" autocomplete="off" maxlength="12">'
        f'<p class="td-f-note" id="{key}-about">{words.TRY_HINT}</p>'
        f'<p class="td-n-problem" id="{key}-problem" data-role="problem" hidden></p></div>'
    )


def problems(found: Sequence[tuple[str, str]]) -> str:
    """Everything that is to be mended, in one list; each leads to its field."""
    items = "".join(f"<li>{_problem(name, said)}</li>" for name, said in found)
    return (
        f'<div class="td-n-problems" role="alert"><p>{words.problems(len(found))}</p>'
        f"<ul>{items}</ul></div>"
    )


def _problem(name: str, said: str) -> str:
    if not name:
        return markup.text(said)
    label = markup.text(words.name_of(name))
    return (
        f'<a href="#td-n-{markup.attribute(name)}" data-n="goto" '
        f'data-to="{markup.attribute(name)}">{label}</a> {markup.text(said)}'
    )


def fine(notes: Sequence[str] = ()) -> str:
    """Nothing is to be mended; what is good to know before a start."""
    rest = "".join(f'<p class="td-f-note">{markup.text(note)}</p>' for note in notes)
    return f'<p class="td-notice">{words.ALL_FINE}</p>{rest}'

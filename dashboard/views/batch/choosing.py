"""Which models answer a file, and what else is computed: the form before Start.

Knows what is loaded and what the file holds; loads nothing. What is chosen is checked on the
server by dashboard/batch/asking.py and the engine.
"""

from collections.abc import Sequence

from core.attribution import METHODS, Method
from core.evaluation.plan import Plan, SystemInfo
from core.files.layout import Gold
from dashboard.inputs import SEEDS
from dashboard.views import markup
from dashboard.wording import batch as words
from dashboard.wording import batch_results, explain_form

TWEETS = 200  # explained where nobody says how many
CHEAP = tuple(one.name for one in METHODS.values() if one.cost == "cheap")
RANDOM = "random"  # stands beside the others in any case


def form(systems: Sequence[SystemInfo], kind: Gold, earlier: Plan | None, ready: bool) -> str:
    """Systems, and for a trigger file methods of explanation.

    Args:
        systems: all that can be asked; none while the models are loading.
        earlier: what was asked of this file before.
        ready: whether nothing stands in the way of a start, such as labels to be confirmed.
    """
    if not systems:
        return f'<p class="td-notice" role="status">{words.LOADING}</p>'
    blocked = "" if ready else f'<p class="td-f-note">{words.MAPPING_FIRST}</p>'
    return (
        f'<form class="td-f-form td-f-card" data-role="systems" novalidate>'
        f"<h3>{words.SYSTEMS_STEP}</h3>"
        f"{_systems(systems, earlier)}{_members(systems, earlier)}"
        f"{_methods(earlier) if kind == 'triggers' else ''}{_words(kind, earlier)}"
        f'<div class="td-f-go"><button type="submit" class="td-f-primary"'
        f"{'' if ready else ' disabled'}>{words.START}</button>{blocked}</div></form>"
    )


def _systems(systems: Sequence[SystemInfo], earlier: Plan | None) -> str:
    """A tick and a sentence for each; ensembles are asked for, the rest is usual."""
    usual = [one.name for one in systems if one.kind != "ensemble"]
    ticked = earlier.systems if earlier and earlier.systems else usual
    items = "".join(_system(one, one.name in ticked) for one in systems)
    return (
        f'<fieldset class="td-f-systems"><legend class="td-f-note">{words.SYSTEMS_ABOUT}</legend>'
        f"{items}</fieldset>"
    )


def _system(one: SystemInfo, ticked: bool) -> str:
    about = markup.text(" · ".join(filter(None, (one.model, words.about(one.name)))))
    return (
        f'<label class="td-f-choice"><input type="checkbox" name="system" value="{one.name}"'
        f"{' checked' if ticked else ''}> <span><strong>{batch_results.system(one.name)}</strong> "
        f'<span class="td-soft">{about}</span></span></label>'
    )


def _members(systems: Sequence[SystemInfo], earlier: Plan | None) -> str:
    """The students of an ensemble, where there is one."""
    ensemble = next((one for one in systems if one.kind == "ensemble"), None)
    if ensemble is None:
        return ""
    ticked = earlier.members if earlier and earlier.members else ensemble.members
    items = "".join(
        f'<label><input type="checkbox" name="member" value="{one.name}"'
        f"{' checked' if one.name in ticked else ''}> {batch_results.system(one.name)}</label>"
        for one in systems
        if one.kind == "student"
    )
    return f'<fieldset class="td-f-ticks"><legend>{words.MEMBERS}</legend>{items}</fieldset>'


def _methods(earlier: Plan | None) -> str:
    """Methods of explanation by what they cost, and how many tweets."""
    ticked = earlier.methods if earlier and earlier.methods else CHEAP
    groups = "".join(
        f'<div role="group" aria-label="{name}"><span class="td-label" aria-hidden="true">{name}'
        f"</span>{_group(cost, ticked)}</div>"
        for cost, name in explain_form.COSTS.items()
    )
    limit = earlier.limit if earlier else TWEETS
    tweets = "" if limit is None else str(limit)
    return (
        f'<fieldset class="td-f-methods"><legend>{words.METHODS}</legend>'
        f'<p class="td-f-note">{words.METHODS_ABOUT}</p>{groups}</fieldset>'
        f'<div class="td-f-fields">'
        f"{_number('limit', words.LIMIT, words.LIMIT_ABOUT, 1, tweets)}"
        f"{_number('seed', words.SEED, '', 0, str(earlier.seed if earlier else 0))}</div>"
    )


def _group(cost: str, ticked: Sequence[str]) -> str:
    methods = [one for one in METHODS.values() if one.cost == cost and one.name != RANDOM]
    return "".join(_method(one, one.name in ticked) for one in methods)


def _method(method: Method, ticked: bool) -> str:
    return (
        f'<label title="{markup.attribute(method.sentence)}"><input type="checkbox" name="method" '
        f'value="{method.name}"{" checked" if ticked else ""}> {markup.text(method.title)}</label>'
    )


def _number(key: str, name: str, about: str, low: int, value: str) -> str:
    said = f' <span class="td-soft">{about}</span>' if about else ""
    return (
        f'<label class="td-f-field"><span>{name}{said}</span><input type="number" name="{key}" '
        f'value="{value}" min="{low}" max="{SEEDS - 1}" step="1"></label>'
    )


def _words(kind: Gold, earlier: Plan | None) -> str:
    """Whether words are scored too: usual for a file of trigger words."""
    ticked = earlier.words if earlier else kind == "triggers"
    return (
        f'<label class="td-f-choice"><input type="checkbox" name="words"'
        f"{' checked' if ticked else ''}> <span><strong>{words.WORDS}</strong> "
        f'<span class="td-soft">{words.WORDS_ABOUT}</span></span></label>'
    )

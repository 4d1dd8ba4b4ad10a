"""The form of a new run as the page sends it, and as it is drawn again.

Knows the shape of a form's state; whether its values make a run is dashboard/training/asking.py's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.errors import InputError
from dashboard.batch import asking as batch_asking
from dashboard.training import choices, forms, recipes
from dashboard.training.asking import Asked
from dashboard.training.choices import Choice
from dashboard.training.presets import secret
from dashboard.training.services import LONGEST_NAME, Training
from dashboard.views.training import new
from dashboard.wording import training as words

MOST = 200  # fields of a form
LONGEST, ENTRIES = 10_000, 500  # characters of a text, entries of a list


@dataclass(frozen=True, slots=True)
class State:
    """What stands in the form: texts as typed, switches, lists of what was chosen."""

    recipe: str
    preset: str
    values: Mapping[str, Any]
    name: str = ""
    asking: tuple[str, ...] = ()  # fields whose file waits for its columns or labels


def state(question: Any) -> State:
    """What the page sent.

    Raises:
        InputError: another shape, or too much of it.
    """
    values = batch_asking.fields(question).get("values")
    values = {} if values is None else values
    if not isinstance(values, dict) or len(values) > MOST or not all(map(_plain, values.values())):
        raise InputError(*words.UNREADABLE)
    asking = batch_asking.fields(question).get("asking", [])
    if not (isinstance(asking, list) and _plain(asking)):
        raise InputError(*words.UNREADABLE)
    if not all(isinstance(name, str) for name in values):
        raise InputError(*words.UNREADABLE)
    return State(
        batch_asking.text(question, "recipe", 40),
        batch_asking.text(question, "preset", 60),
        values,
        batch_asking.text(question, "name", LONGEST_NAME).strip(),
        tuple(asking),
    )


def _plain(value: Any) -> bool:
    """Whether a form could have sent it."""
    if isinstance(value, list):
        return len(value) <= ENTRIES and all(isinstance(one, str) and _plain(one) for one in value)
    return isinstance(value, bool) or (isinstance(value, str) and len(value) <= LONGEST)


def asked(training: Training, sent: State, owner: str) -> Asked:
    """The run that the form means; what stands there as the preset has it is the preset's."""
    found = training.asked(sent.recipe, sent.preset, sent.values, owner, typed=True)
    rows = recipes.settable(found.recipe)
    waiting = [name for name in dict.fromkeys(sent.asking) if name in rows]
    if not waiting:
        return found
    rest = [(name, said) for name, said in found.problems if (name, said) not in _given(waiting)]
    asks = [(name, words.COLUMNS_FIRST) for name in waiting]
    return replace(found, problems=(*asks, *rest), config=None)


def _given(names: Sequence[str]) -> list[tuple[str, str]]:
    return [(name, words.MUST) for name in names]


def by_field(found: Asked) -> dict[str, str]:
    """Option → everything that is wrong with it, as sentences of their own."""
    told: dict[str, str] = {}
    for name, said in found.problems:
        if name:
            told[name] = f"{told.get(name, '')} {said[:1].upper()}{said[1:]}".strip()
    return told


def draw(training: Training, sent: State, owner: str) -> str:
    """The form of a recipe."""
    found = training.asked(sent.recipe, sent.preset, {}, owner)
    rows = recipes.settable(found.recipe)
    known = {name: value for name, value in sent.values.items() if name in rows}
    fields = forms.fields(found, training.presets, known)
    drawn = new.Drawn(
        found.recipe.name,
        sent.preset,
        training.presets.names(found.recipe.name, owner),
        fields,
        _choices(training, fields, owner),
        sent.name,
        str(training.queue.root / f"NUMBER-{found.recipe.name}" / "result"),
    )
    return new.form(drawn)


def _choices(
    training: Training, fields: Sequence[forms.Field], owner: str
) -> dict[str, list[Choice]]:
    """Option → what may be chosen for it."""
    models = choices.models(training) if any(f.widget == "models" for f in fields) else []
    data = choices.files(training, choices.DATA, owner)
    splits = choices.files(training, choices.SPLITS, owner)
    found = {f.option.name: models if f.widget == "models" else data for f in fields}
    return {**found, **({"split": splits} if "split" in found else {})}


def worth_saving(training: Training, sent: State, owner: str) -> tuple[str, dict[str, Any]]:
    """What a preset of one's own holds: models and settings that differ from the preset below.

    Returns:
        The preset below, and values as YAML holds them. Data files and secrets are not among them.

    Raises:
        InputError: a value that cannot be used; it is named.
    """
    found = asked(training, sent, owner)
    bare = training.asked(sent.recipe, sent.preset, {}, owner)
    fields = {one.option.name: one for one in forms.fields(bare, training.presets, {})}
    kept = {name: one for name, one in fields.items() if one.part != "data"}
    for name, said in found.problems:
        if name in kept and name in found.own and not kept[name].required:
            raise InputError(f"{words.name_of(name)} {said}")
    values = {
        name: value
        for name, value in found.own.items()
        if name in kept and name != recipes.LIMIT and not secret(name, value)
    }
    usual = {name: forms.as_text(one.option, one.preset) for name, one in kept.items()}
    base, own = training.presets.read(found.recipe.name, sent.preset, owner)
    changed = {
        name: value
        for name, value in values.items()
        if name in own or forms.as_text(kept[name].option, value) != usual[name]
    }
    return base, changed

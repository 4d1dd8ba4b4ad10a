"""What the Batch tab's page sends, as values: columns, labels, systems, filters.

Knows names and types of the fields, and that a browser may send anything; whether a column exists
is checked against the file's beginning, whether a system does by the engine.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast, get_args

from core.attribution import METHODS
from core.errors import InputError
from core.evaluation.plan import MEAN, STUDENT, VOTE, Filter, Order, Plan
from core.files.layout import LEFT_OUT, Gold, Layout
from core.files.looking import Look
from core.labels import LABELS
from core.request import AUTO
from dashboard import inputs
from dashboard.wording import batch as words

COLUMNS = ("text", "gold", "id", "source", "language")
FLIPS = ("gained", "lost", "any", "none")
SEARCH_LIMIT = 200  # characters
FARTHEST = 10**9  # row that a page may begin at
_TRUTH = {"": None, "true": True, "false": False}


def fields(question: Any) -> dict[str, Any]:
    """A question's fields.

    Raises:
        InputError: it is no object.
    """
    if not isinstance(question, dict):
        raise InputError(*words.UNREADABLE)
    return question


def text(question: Any, key: str, limit: int = 1_000) -> str:
    """A short text of a question; "" where it is missing.

    Raises:
        InputError: another type, or longer than ``limit`` characters.
    """
    value = fields(question).get(key)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > limit:
        raise InputError(*words.UNREADABLE)
    return value


def layout(question: Any, look: Look) -> tuple[Layout, str]:
    """How the file is to be read, and the language of texts where no column tells it.

    Args:
        look: what was found at the file's beginning, in the encoding that the question names.

    Raises:
        InputError: no column of texts, or a column that the file lacks.
    """
    names = [column.name for column in look.columns]
    chosen = {key: text(question, key) for key in ("text", "gold", "id", "source")}
    if not chosen["text"] and "" not in names:
        raise InputError(words.NO_TEXT)
    column, code = _language(text(question, "language"))
    for name in (*chosen.values(), column or ""):
        if name and name not in names:
            raise InputError(*words.UNREADABLE)
    kind = text(question, "kind") or "emotions"
    if kind not in words.KINDS or look.encoding is None:
        raise InputError(*words.UNREADABLE)
    found = Layout(
        form=look.form,
        text=chosen["text"],
        id=chosen["id"] or None,
        gold=chosen["gold"] or None,
        language=column,
        source=chosen["source"] or None,
        kind=cast(Gold, kind) if chosen["gold"] else "none",
        encoding=look.encoding,
        delimiter=look.delimiter or "\t",
    )
    return found, code


def _language(value: str) -> tuple[str | None, str]:
    """A column's name, or else one code for all texts."""
    kind, _, name = value.partition(":")
    if kind == "column" and name:
        return name, AUTO
    return None, inputs.check_language(name or AUTO)


def mapping(value: Any, unknown: Sequence[str]) -> dict[str, str]:
    """What each unknown label stands for.

    Args:
        unknown: the cells that have to be told, all of them.

    Raises:
        InputError: another shape, a label outside the six, or one that was not told.
    """
    if not isinstance(value, dict):
        raise InputError(*words.UNREADABLE)
    if any(cell not in value for cell in unknown):
        raise InputError(words.MAPPING_OPEN)
    return labels({cell: value[cell] for cell in unknown})


def labels(value: Any) -> dict[str, str]:
    """A mapping of cells to one of the six, or to nothing: their rows are left out.

    Raises:
        InputError: another shape, or a label outside the six.
    """
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(isinstance(cell, str) for cell in value):
        raise InputError(*words.LABELS_SHAPE)
    for cell, label in value.items():
        if label is not None and label not in (*LABELS, LEFT_OUT):
            said = words.NOT_OF_SIX.format(label=repr(label)[:40], cell=repr(cell)[:40])
            raise InputError(said, words.LABELS_SHAPE[1])
    return {cell: label or LEFT_OUT for cell, label in value.items()}


def columns(value: Any) -> dict[str, str | None]:
    """Which column holds what, as a program says it; None leaves a role without one.

    Raises:
        InputError: another shape, or a role that there is not.
    """
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(
        isinstance(one, str | None) for one in value.values()
    ):
        raise InputError(*words.COLUMNS_SHAPE)
    other = [key for key in value if key not in (*COLUMNS, "kind")]
    if other:
        said = words.NO_SUCH_ROLE.format(name=repr(other[0])[:40])
        raise InputError(said, words.THERE_ARE.format(names=", ".join((*COLUMNS, "kind"))))
    return {key: one for key, one in value.items() if key != "kind"}


def kind(value: Any) -> Gold | None:
    """What gold holds, as a program says it beside the columns; None where it does not.

    Raises:
        InputError: neither emotions nor triggers.
    """
    told = value.get("kind") if isinstance(value, dict) else None
    if told is not None and told not in words.KINDS:
        raise InputError(words.NO_SUCH_KIND.format(name=repr(told)[:40]))
    return cast(Gold | None, told)


def plan(question: Any, begun: Plan, offered: Sequence[str]) -> Plan:
    """What is to be computed.

    Args:
        begun: file and layout.
        offered: names of systems that there are.

    Raises:
        InputError: no system, one that is not there, a method that is not known, other types.
    """
    asked = fields(question)
    systems = inputs.check_names(asked.get("systems"), "systems", ())
    if not systems:
        raise InputError(words.NO_SYSTEM)
    members = inputs.check_names(asked.get("members"), "members", ())
    for name in (*systems, *members):
        if name not in offered:
            said = words.NO_SUCH_SYSTEM.format(name=repr(name)[:40])
            raise InputError(said, words.THERE_ARE.format(names=", ".join(offered)))
    ensemble = {MEAN, VOTE} & set(systems)
    return replace(
        begun,
        systems=tuple(name for name in offered if name in systems),
        members=tuple(name for name in offered if name in members) if ensemble else (),
        words=_truth(asked.get("words", False), "words"),
        methods=methods(asked.get("methods")),
        limit=limit(asked.get("limit")),
        seed=inputs.check_seed(asked.get("seed", 0)),
    )


def _truth(value: Any, name: str) -> bool:
    if not isinstance(value, bool):
        raise InputError(f"{name} must be true or false.")
    return value


def methods(value: Any) -> tuple[str, ...]:
    """Names of methods of explanation; raises InputError for one that is not known."""
    found = inputs.check_names(value, "methods", ())
    for name in found:
        if name not in METHODS:
            said = words.NO_SUCH_METHOD.format(name=repr(name)[:40])
            raise InputError(said, words.THERE_ARE.format(names=", ".join(METHODS)))
    return tuple(name for name in METHODS if name in found)


def limit(value: Any) -> int | None:
    """How many tweets to explain; None: all. Raises InputError for anything but a count."""
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < inputs.SEEDS:
        raise InputError(f"limit must be a whole number from 1 to {inputs.SEEDS - 1}.")
    return value


def browsed(question: Any, systems: Mapping[str, Any]) -> tuple[Filter, Order, int]:
    """A filter, an order, and the row that the page begins at.

    Args:
        systems: those of the results.

    Raises:
        InputError: other types, or values that there are not.
    """
    known = {"gold": LABELS, "predicted": LABELS, "flip": FLIPS}
    for key, values in known.items():
        _refuse(text(question, key), ("", *values))
    order = text(question, "order") or "row"
    _refuse(order, get_args(Order))
    system = text(question, "system") or (STUDENT if STUDENT in systems else next(iter(systems)))
    _refuse(system, systems)
    for key in ("right", "agree"):
        _refuse(text(question, key), _TRUTH)
    start = fields(question).get("start", 0)
    if isinstance(start, bool) or not isinstance(start, int) or not 0 <= start < FARTHEST:
        raise InputError(*words.UNREADABLE)
    asked = Filter(
        language=text(question, "language") or None,
        gold=text(question, "gold") or None,
        system=system,
        predicted=text(question, "predicted") or None,
        right=_TRUTH[text(question, "right")],
        flip=cast(Any, text(question, "flip") or None),
        agree=_TRUTH[text(question, "agree")],
        status=text(question, "status") or None,
        text=text(question, "text", SEARCH_LIMIT),
    )
    return asked, cast(Order, order), start


def _refuse(value: str, known: Any) -> None:
    if value not in known:
        raise InputError(*words.UNREADABLE)

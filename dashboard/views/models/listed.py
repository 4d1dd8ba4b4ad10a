"""Models as a list: what is loaded, and one row for each that was found.

Knows records and the marks that the tab's script reads; opens nothing, asks nothing.
"""

from collections.abc import Sequence

from core.embedded import DEMO
from core.found import CLASSIFIERS
from core.records import ModelInfo
from dashboard import wording
from dashboard.contract import Status
from dashboard.models import figures
from dashboard.models.services import Known
from dashboard.views import markup
from dashboard.wording import models as words

ALWAYS = ("teacher", "student", "translator")
EMBEDDED = {
    "teacher": str(DEMO / "teacher"),
    "student": str(DEMO / "student"),
    "student before": str(DEMO / "student_before"),
    "translator": str(DEMO / "translator"),
}
"""Role → name, where nobody chose anything."""
AS_CLASSIFIER = ("teacher", "student", "student before", "further")


def loaded(status: Status) -> str:
    """What is loaded now, with what can be unloaded; what is being changed, what went wrong."""
    rows = "".join(_loaded(model) for model in status.info.models) if status.info else ""
    now = words.waiting(status.changing) if status.changing else ""
    moving = (
        f'<p class="td-progress" role="status"><progress aria-label="{markup.attribute(now)}">'
        f"</progress><span>{markup.text(status.download or now)}</span></p>"
    )
    trouble = f'<p class="td-problem" role="alert">{markup.text(status.trouble)}</p>'
    table = (
        f'<table class="td-f-table td-m-loaded"><caption>{words.LOADED}</caption>'
        f"<tbody>{rows}</tbody></table>"
    )
    return (
        (table if rows else f'<p class="td-f-note">{words.NONE_LOADED}</p>')
        + (_back() if _chosen(status) else "")
        + (moving if now else "")
        + (trouble if status.trouble else "")
    )


def _chosen(status: Status) -> bool:
    """Whether anything else is loaded than the embedded models, or nothing could be."""
    models = status.info.models if status.info else ()
    now = {model.role: model.name for model in models}
    return status.state == "failed" or (bool(now) and now != EMBEDDED)


def _back() -> str:
    return (
        f'<p class="td-m-back"><button type="button" class="td-button" data-m="back">{words.BACK}'
        f'</button><span class="td-f-note">{words.BACK_ABOUT}</span></p>'
    )


def _loaded(model: ModelInfo) -> str:
    role = wording.role(model.role).capitalize()
    if model.role in ALWAYS:
        act = f'<span class="td-f-note">{words.NEEDED}</span>'
    else:
        label = markup.attribute(words.UNLOAD_OF.format(name=wording.titled(model), role=role))
        act = (
            f'<button type="button" class="td-button" data-m="unload" data-role-of="{model.role}" '
            f'aria-label="{label}">{words.UNLOAD}</button>'
        )
    return (
        f'<tr data-key="{model.role}"><th scope="row">{markup.text(role)}</th>'
        f'<td title="{markup.attribute(model.name)}">{markup.text(wording.titled(model))} '
        f'<span class="td-soft">{wording.size(model.parameters)}</span></td><td>{act}</td></tr>'
    )


def listed(models: Sequence[Known], folder: str) -> str:
    """A row for each model, the refused ones last as they come."""
    if not models:
        said = words.EMPTY.format(folder=f"<code>{markup.text(folder)}</code>")
        return f'<div class="td-empty"><p>{said}</p></div>'
    return f'<ul class="td-m-list">{"".join(map(_row, models))}</ul>'


def _row(one: Known) -> str:
    found = one.found
    refused = "" if found.usable else " td-m-refused"
    return (
        f'<li class="td-m-row{refused}" id="td-m-{one.token}" data-key="{one.token}" '
        f'data-token="{one.token}" data-words="{markup.attribute(_words(one))}">'
        f'<div class="td-m-what"><h3>{markup.text(one.called)}</h3>{_badges(one)}'
        f'<p class="td-m-facts">{_facts(one)}</p>{_problem(one)}</div>'
        f'<div class="td-m-acts">{_load(one)}{_delete(one)}</div>'
        '<div class="td-m-sure" data-own role="group" hidden></div>'
        f'<details class="td-f-folded" data-key="fold"><summary>{words.DETAILS}</summary>'
        f'<div data-own data-role="details"><p class="td-f-note">{words.READING}</p></div>'
        "</details></li>"
    )


def _words(one: Known) -> str:
    """What a filter looks through."""
    found = one.found
    roles = [words.IS_LOADED.format(role=words.as_role(role)) for role in one.roles]
    parts = [one.called, one.name, found.name, found.base]
    parts += [words.ROLES[found.role], words.PLACES[one.place]]
    marks = [words.LEGACY] * found.legacy + [words.REFUSED] * (not found.usable)
    names = [wording.LANGUAGES.get(code, "") for code in found.languages]
    return " ".join([*parts, *found.languages, *names, *roles, *marks]).lower()


def _badges(one: Known) -> str:
    found = one.found
    badges = [("td-m-role", words.ROLES[found.role]), ("", words.PLACES[one.place])]
    badges += [("td-m-on", words.IS_LOADED.format(role=words.as_role(role))) for role in one.roles]
    badges += [("", words.PACKED)] * found.packed
    shown = [f'<span class="td-m-badge {kind}">{markup.text(said)}</span>' for kind, said in badges]
    if found.legacy:
        shown.append(
            f'<span class="td-m-badge td-m-warn" title="{words.LEGACY_ABOUT}">{words.LEGACY}</span>'
        )
    if not found.usable:
        shown.append(f'<span class="td-m-badge td-m-warn">{words.REFUSED}</span>')
    return f'<p class="td-m-badges">{"".join(shown)}</p>'


def _facts(one: Known) -> str:
    found = one.found
    size = wording.size(found.parameters or 0)
    best = figures.main(found)
    facts = [
        ", ".join(found.languages),
        words.PARAMETERS.format(count=size) if size else "",
        words.size(found.bytes),
        words.figure(*best) if best else "",
        found.created[:10],
    ]
    return " · ".join(markup.text(fact) for fact in facts if fact)


def _problem(one: Known) -> str:
    if one.found.usable:
        return ""
    return f'<p class="td-m-why">{markup.text(f"{one.found.problem} {one.found.hint}")}</p>'


def _load(one: Known) -> str:
    """The roles that it can be loaded in and is not."""
    if not one.found.usable:
        return ""
    found = one.found
    if found.role == "base":
        return f'<span class="td-f-note">{words.LOAD_BASE}</span>'
    offered = AS_CLASSIFIER if found.role in CLASSIFIERS else ("translator",)
    further = any(role.startswith("student ") and role[-1].isdigit() for role in one.roles)
    roles = [r for r in offered if r not in one.roles and not (r == "further" and further)]
    if not roles:
        return ""
    items = "".join(
        f'<li><button type="button" class="td-button" data-m="load" data-role-of="{role}">'
        f"{words.as_role(role).capitalize()}</button>"
        f"<span>{words.ABOUT_ROLES[role]}{_odd(found.role, role)}</span></li>"
        for role in roles
    )
    label = markup.attribute(words.LOAD_OF.format(name=one.called))
    return (
        f'<details class="td-menu" data-key="load"><summary class="td-button" '
        f'aria-label="{label}">{words.LOAD}</summary>'
        f'<div class="td-menu-body"><ul>{items}</ul></div></details>'
    )


def _odd(kind: str, role: str) -> str:
    """What there is to know before a model is loaded as what it was not made for."""
    said = words.ODD_ROLES.get((kind, role))
    return f' <strong class="td-m-odd">{said}</strong>' if said else ""


def _delete(one: Known) -> str:
    if one.keep:
        return ""
    label = markup.attribute(words.DELETE_OF.format(name=one.called))
    return (
        f'<button type="button" class="td-button" data-m="delete" aria-label="{label}">'
        f"{words.DELETE}</button>"
    )


def sure(one: Known, twice: bool) -> str:
    """The first or the second question before a model is deleted; of a refused one there is one."""
    found = one.found
    asked = words.SURE_TWICE if twice else words.SURE
    if not found.usable:
        asked, twice = words.SURE_REFUSED, True
    name, folder = markup.text(one.called), markup.text(str(found.folder))
    said = asked.format(name=name, size=words.size(found.bytes), folder=f"<code>{folder}</code>")
    act, name = ("delete-now", words.DELETE_NOW) if twice else ("delete-on", words.DELETE_ON)
    return (
        f'<p>{said}</p><button type="button" class="td-button" data-m="keep">{words.KEEP}</button>'
        f'<button type="button" class="td-button td-m-danger" data-m="{act}">{name}</button>'
    )

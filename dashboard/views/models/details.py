"""Everything that is known of one model, under its fold.

Knows records and the marks that the tab's script reads; opens nothing, asks nothing.
"""

import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from core.found import CLASSIFIERS, Found, Parent
from dashboard.models import figures
from dashboard.models.services import Known
from dashboard.views import markup
from dashboard.wording import models as words
from dashboard.wording.numbers import decimal, number

PIPELINE = 'from transformers import pipeline\n\npipeline("text-classification", model={model})'
ENCODER = "from transformers import AutoModel\n\nAutoModel.from_pretrained({model})"
PREDICT = "python -m train predict model={model} data=TWEETS.tsv output=LABELS.tsv"
UNPACK = "python -m train unpack model={model} output={output}"


def details(one: Known, others: Mapping[str, Known], fits: bool, before: Known | None) -> str:
    """The fold's content.

    Args:
        others: folder → model, for links to parents.
        fits: whether its weight reference holds for what is loaded; True where it has none.
        before: its student before refinement, where that is here and not loaded as that.
    """
    found = one.found
    rows = {
        "folder": f"<code>{markup.text(str(found.folder))}</code>",
        "base": markup.text(found.base or words.NOT_TOLD),
        "labels": markup.text(", ".join(found.labels)),
        "pooling": markup.text(found.pooling),
        "parents": _parents(found, others) if found.ours else "",
        "data": _data(found.data),
        "metrics": _table(words.METRIC_COLUMNS, figures.flat(found)),
        "threshold": "" if found.threshold is None else decimal(found.threshold),
        "thresholds": _thresholds(found.thresholds),
        "reference": _reference(found, fits, before),
        "licence": markup.text(found.licence or words.NOT_TOLD),
        "created": markup.text(found.created),
        "command": _copied(found.command, words.COPY_COMMAND) if found.command else "",
        "use": _use(found),
        "identity": f"<code>{markup.text(found.identity)}</code>" if found.identity else "",
    }
    body = "".join(
        f"<dt>{words.FIELDS[key]}</dt><dd>{value}</dd>" for key, value in rows.items() if value
    )
    keep = f'<p class="td-f-note">{markup.text(one.keep)}</p>' if one.keep else ""
    return f'<dl class="td-m-details">{body}</dl>{keep}'


def _parents(found: Found, others: Mapping[str, Known]) -> str:
    if not found.parents:
        return words.PARENT_NONE
    items = "".join(f"<li>{_parent(parent, others)}</li>" for parent in found.parents)
    return f"<ul>{items}</ul>"


def _parent(parent: Parent, others: Mapping[str, Known]) -> str:
    role = markup.text(words.PARENTS.get(parent.role, parent.role))
    match = others.get(str(parent.folder))
    if match is None:
        gone = words.PARENT_MISSING.format(identity=markup.text(parent.identity[:12]))
        return f'{role}: <span class="td-soft">{gone}</span>'
    return (
        f'{role}: <button type="button" class="td-link-button" data-m="show" '
        f'data-other="{match.token}">{markup.text(match.called)}</button> '
        f'<span class="td-soft">{words.PLACES[match.place]}</span>'
    )


def _data(files: Sequence[Mapping[str, Any]]) -> str:
    rows = [
        (str(one.get("name", "")), str(one.get("use", "")), _rows(one.get("rows"))) for one in files
    ]
    return _table(words.DATA_COLUMNS, rows)


def _rows(value: Any) -> str:
    return number(value) if isinstance(value, int) else ""


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    body = "".join(
        "<tr>" + "".join(f"<td>{markup.text(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    head = "".join(f'<th scope="col">{name}</th>' for name in columns)
    if not body:
        return ""
    return (
        f'<div class="td-f-scroll" tabindex="0" role="group" aria-label="{columns[0]}">'
        f'<table class="td-f-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
        "</div>"
    )


def _thresholds(values: Mapping[str, float]) -> str:
    return markup.text(
        ", ".join(f"{name.replace('_', ' ')} {decimal(one)}" for name, one in values.items())
    )


def _reference(found: Found, fits: bool, before: Known | None) -> str:
    if found.role != "student":
        return ""
    reference = found.weight_reference
    if not reference:
        return words.NO_REFERENCE
    said = words.REFERENCE.format(
        n=_rows(reference.get("n")) or "?",
        low=_figure(reference.get("minimum")),
        high=_figure(reference.get("maximum")),
        reading=str(reference.get("reading", "?")).replace("_", " "),
    )
    off = "" if fits else f'<p class="td-f-note">{words.REFERENCE_OFF}</p>'
    return markup.text(said) + off + (_before(before) if before is not None else "")


def _before(before: Known) -> str:
    name = markup.text(words.LOAD_BEFORE.format(name=before.called))
    return (
        f'<p><button type="button" class="td-button" data-m="load" data-role-of="student before" '
        f'data-other="{before.token}">{name}</button></p>'
    )


def _figure(value: Any) -> str:
    return decimal(value) if isinstance(value, int | float) else "?"


def _use(found: Found) -> str:
    """Code that opens it elsewhere, and what has to be done first."""
    if not found.usable:
        return ""
    folder, source = str(found.folder), found.source
    notes: list[str] = []
    commands: list[str] = []
    if found.packed:
        source = f"{found.folder.name}-unpacked"
        notes.append(words.PACKED_FIRST)
        commands.append(UNPACK.format(model=shlex.quote(folder), output=shlex.quote(source)))
    if found.role not in CLASSIFIERS:
        notes.append(words.NOT_A_CLASSIFIER)
        code = "" if found.role == "translator" else ENCODER.format(model=_quoted(source))
    elif found.pooling == "mean":
        notes.append(words.MEAN_POOLED)
        code = ENCODER.format(model=_quoted(source))
        commands.append(PREDICT.format(model=shlex.quote(folder)))
    else:
        code = PIPELINE.format(model=_quoted(source))
    parts: list[tuple[str, Callable[[str], str]]] = [
        *((note, _note) for note in notes),
        *((line, _command) for line in commands),
    ]
    return "".join(draw(text) for text, draw in parts) + (_code(code) if code else "")


def _quoted(value: str) -> str:
    """A text as Python writes it."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _note(text: str) -> str:
    return f'<p class="td-f-note">{text}</p>'


def _command(text: str) -> str:
    return _copied(text, words.COPY_COMMAND)


def _code(text: str) -> str:
    return _copied(text, words.COPY_CODE)


def _copied(text: str, label: str) -> str:
    return (
        f'<div class="td-m-copy"><pre tabindex="0"><code>{markup.text(text)}</code></pre>'
        f'<button type="button" class="td-button" data-m="copy" aria-label="{label}">'
        f'{words.COPY}</button><span role="status" class="td-f-note"></span></div>'
    )

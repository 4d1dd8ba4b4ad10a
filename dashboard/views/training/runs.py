"""The list of runs: newest first, each with its state, its place in the queue and its main figure.

Knows records and HTML; reads no file, asks no queue.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.views import markup
from dashboard.views.training import signs
from dashboard.wording import training_live as words
from dashboard.wording import training_scores
from train.jobs.records import Job, Told
from train.jobs.scores import NEW, Scores


@dataclass(frozen=True, slots=True)
class Seen:
    """A run as it stood at a look."""

    job: Job
    told: Told
    heard: float | None = None  # seconds since 1970: its last sign of life
    scores: Scores | None = None  # what a finished one measured


def table(seen: Sequence[Seen], shown: str, total: int) -> str:
    """The list.

    Args:
        seen: runs in the order of the list.
        shown: id of the run that is shown below; "" for none.
        total: how many runs there are, those that are not listed included.
    """
    if not seen:
        return (
            f'<div class="td-empty"><p class="td-empty-title">{words.EMPTY_TITLE}</p>'
            f"<p>{words.EMPTY}</p></div>"
        )
    heads = "".join(f'<th scope="col">{head}</th>' for head in words.COLUMNS)
    rows = "".join(_row(one, one.job.id == shown) for one in seen)
    return (
        '<div class="td-l-scroll" tabindex="0" role="group" '
        f'aria-label="{words.RUNS}"><table class="td-l-table td-l-runs">'
        f'<caption class="td-sr">{words.RUNS}</caption><thead><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>{_more(len(seen), total)}"
    )


def _more(listed: int, total: int) -> str:
    """The way to the runs that are not listed."""
    if listed >= total:
        return ""
    return signs.button("older", words.OLDER.format(count=words.number(total)), "td-link-button")


def _row(seen: Seen, shown: bool) -> str:
    job, told = seen.job, seen.told
    name = signs.name_of(job)
    tick = markup.attribute(words.COMPARE_THIS.format(name=name))
    mark = ' aria-current="true"' if shown else ""
    cells = (
        f'<td class="td-l-tick"><input type="checkbox" data-l-tick autocomplete="off" '
        f'value="{markup.attribute(job.id)}" aria-label="{tick}"></td>'
        f'<td data-name="{words.COLUMNS[1]}">{_state(job, told)}</td>'
        f'<th scope="row">{_name(job, name)}</th>'
        f'<td data-name="{words.COLUMNS[3]}">{_begun(job, told)}</td>'
        f'<td data-name="{words.COLUMNS[4]}">{signs.took(job, told, seen.heard)}</td>'
        f'<td data-name="{words.COLUMNS[5]}">{_figure(seen)}</td>'
    )
    return f'<tr data-key="{markup.attribute(job.id)}"{mark}>{cells}</tr>'


def _begun(job: Job, told: Told) -> str:
    """When it began; of one that waits, when it was asked for."""
    soft = f'<span class="td-l-soft">{words.SUBMITTED}</span>' if job.state == "queued" else ""
    return signs.moment(told.started or job.made) + soft


def _state(job: Job, told: Told) -> str:
    """Sign and word; below it the place in the queue, or how far it is."""
    state = signs.state_of(job)
    below = ""
    if job.state == "queued":
        below = words.place(job.place)
    elif job.state == "running" and told.done is not None and told.total:
        share = f"{100 * told.done / told.total:.0f}\u00a0%"
        below = " · ".join(filter(None, (markup.text(told.stage), share)))
    soft = f'<span class="td-l-soft">{below}</span>' if below else ""
    return signs.badge(state) + soft


def _name(job: Job, name: str) -> str:
    """What it is called, and what it is."""
    about = [markup.text(job.recipe)]
    if job.owner:
        about.append(words.BY.format(owner=markup.text(job.owner)))
    if job.terminal:
        about.append(f'<span class="td-l-tag">{words.TERMINAL}</span>')
    label = markup.attribute(words.SHOW.format(name=name))
    return (
        f'<button type="button" class="td-link-button td-l-name" data-l="show" '
        f'data-id="{markup.attribute(job.id)}" aria-label="{label}">{markup.text(name)}</button>'
        f'<span class="td-l-soft">{" · ".join(about)}</span>'
    )


@dataclass(frozen=True, slots=True)
class Figure:
    """The figure by which a run is known, and what it is; unescaped."""

    value: float
    name: str
    beside: str = ""  # what else is to be known of it


def main_figure(seen: Seen) -> Figure | None:
    """Of a full run its new student on the files that were given; else a final figure, else the
    newest macro-F1 on validation, with the name of the stage whose it is."""
    if seen.scores is not None and (found := _on_files(seen.scores)) is not None:
        return found
    return _final(seen.told) or _newest(seen.told)


def _on_files(scores: Scores) -> Figure | None:
    """The mean over the given files; without any, that on the validation rows."""
    old = scores.mean(scores.old) if scores.old else None
    beside = ""
    if old is not None:
        other = training_scores.system(scores.old)
        beside = training_scores.OLD_HAS.format(other=other, value=words.value(old))
    mean = scores.mean(NEW)
    if mean is not None:
        return Figure(mean, training_scores.ON_DEV, beside)
    rows = [(file.rows, scores.score(NEW, file.name)) for file in scores.files if not file.given]
    known = [(count, one.macro_f1) for count, one in rows if one is not None]
    return Figure(known[0][1], _validation(known[0][0])) if known else None


def _final(told: Told) -> Figure | None:
    """The first of the final figures by which a recipe is known."""
    names = [*words.MAIN, *(name for name in told.outcome if "macro_f1" in name)]
    for name in names:
        found = told.outcome.get(name)
        if isinstance(found, float | int) and not isinstance(found, bool):
            known = name in words.ON_VALIDATION
            said = _validation(told.outcome.get("validation_rows")) if known else ""
            return Figure(float(found), said or words.figure_name(name))
    return None


def _validation(rows: object) -> str:
    """Macro-F1 on validation; with how many rows, where that was told."""
    if not isinstance(rows, int):
        return training_scores.ON_VALIDATION
    return training_scores.ON_VALIDATION_ROWS.format(rows=words.number(rows))


def _newest(told: Told) -> Figure | None:
    """Of the stage that was at work last."""
    for stage, metrics in reversed(list(told.curves.items())):
        points = [value for _, value in metrics.get("eval_macro_f1", ()) if value is not None]
        if points:
            whose = stage.replace("_", " ")
            return Figure(points[-1], training_scores.ON_VALIDATION, whose)
    return None


def _figure(seen: Seen) -> str:
    found = main_figure(seen)
    if found is None:
        return "–"
    about = " · ".join(filter(None, (found.name, found.beside)))
    return (
        f"<strong>{words.value(found.value)}</strong>"
        f'<span class="td-l-soft">{markup.text(about)}</span>'
    )


def slots(count: int, most: int) -> str:
    """The list's title, and how many runs may be under way at once."""
    options = "".join(
        f'<option value="{one}"{" selected" if one == count else ""}>{one}</option>'
        for one in range(1, max(most, count) + 1)
    )
    return (
        f'<div class="td-l-head"><h2>{words.RUNS}</h2>'
        f'<label class="td-l-slots" title="{words.SLOTS_ABOUT}"><span>{words.SLOTS}</span> '
        f'<select class="td-select" data-l-slots autocomplete="off" '
        f'data-count="{count}">{options}</select></label></div>'
    )

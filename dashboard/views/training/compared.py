"""Several runs side by side: their curves over each other, what was set differently, final figures.

Knows records, options as plain values, and HTML; reads no file.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.views import markup
from dashboard.views.training import curves, signs
from dashboard.views.training.made import NESTED, flat
from dashboard.views.training.runs import Seen, main_figure
from dashboard.wording import training_live as words
from dashboard.wording import training_scores
from train.jobs.scores import NEW

OWN = ("output",)  # options that differ in all runs, and say nothing


def compared(seen: Sequence[Seen], configs: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """All of it: key → HTML, in order.

    Args:
        configs: the options of each run, as YAML holds them.
    """
    names = names_of(seen)
    title = words.COMPARED.format(count=len(seen))
    head = (
        f'<div class="td-l-head"><h2 tabindex="-1" data-role="compared-title">{title}</h2>'
        f"{signs.button('uncompare', words.CLOSE)}</div>"
    )
    drawn = curves.overlaid(
        [(name, one.told.curves) for name, one in zip(names, seen, strict=True)]
    )
    return {
        "head": head,
        "curves": drawn or f'<p class="td-l-note">{words.NO_OVERLAY}</p>',
        "metrics": metrics(names, [figures_of(one) for one in seen]),
        "configs": differences(names, configs, len({one.job.recipe for one in seen}) > 1),
    }


def names_of(seen: Sequence[Seen]) -> list[str]:
    """What each run is called, with its id where two are called the same; unescaped."""
    names = [signs.name_of(one.job) for one in seen]
    return [
        f"{name} ({one.job.id})" if names.count(name) > 1 and name != one.job.id else name
        for name, one in zip(names, seen, strict=True)
    ]


def differing(configs: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Options that are not the same in all runs: name → how each run has it, in text.

    What lies within an option counts by itself, such as a stage's own; an option that a run does
    not have, or that is empty there, is NOT_SET.
    """
    flats = [flat_config(config) for config in configs]
    found: dict[str, list[str]] = {}
    for name in dict.fromkeys(name for one in flats for name in one):
        if name.rpartition(".")[2] in OWN:
            continue
        values = [one.get(name, words.NOT_SET) for one in flats]
        if len(set(values)) > 1:
            found[name] = values
    return found


def flat_config(config: Mapping[str, Any], above: str = "") -> dict[str, str]:
    """Options by one name each, as text."""
    found: dict[str, str] = {}
    for name, value in config.items():
        full = f"{above}.{name}" if above else str(name)
        if isinstance(value, Mapping):
            found |= flat_config(value, full)
        elif isinstance(value, list | tuple):
            found[full] = ", ".join(map(str, value)) or words.NOT_SET
        else:
            found[full] = _typed(value)
    return found


def _typed(value: object) -> str:
    """An option as it is typed, every digit of it."""
    if value is None or value == "":
        return words.NOT_SET
    return str(value).lower() if isinstance(value, bool) else str(value)


def differences(
    names: Sequence[str], configs: Sequence[Mapping[str, Any]], mixed: bool = False
) -> str:
    """The options that differ, a row each.

    Args:
        mixed: the runs are of several recipes: options that all of them have stand first, those
            that only some know are folded.
    """
    found = differing(configs)
    if not found:
        return _card("configs", words.CONFIGS, f'<p class="td-l-note">{words.SAME_CONFIGS}</p>')
    flats = [flat_config(config) for config in configs]
    shared = [name for name in found if not mixed or all(name in one for one in flats)]
    others = {name: values for name, values in found.items() if name not in shared}
    drawn = _options(words.CONFIGS, names, {name: found[name] for name in shared})
    drawn = drawn or f'<p class="td-l-note">{words.SAME_SHARED}</p>'
    if others:
        title = f"{words.OTHER_OPTIONS} ({len(others)})"
        drawn += (
            f'<details class="td-more" data-key="options"><summary>{title}</summary>'
            f"{_options(title, names, others)}</details>"
        )
    return _card("configs", words.CONFIGS, drawn)


def _options(caption: str, names: Sequence[str], found: Mapping[str, Sequence[str]]) -> str:
    """Options as a table; nothing for none."""
    rows = [
        _row(f"<code>{markup.text(name)}</code>", [markup.text(value) for value in values])
        for name, values in found.items()
    ]
    return _table(caption, words.OPTION, names, rows) if rows else ""


def figures_of(seen: Seen) -> Mapping[str, Any]:
    """A run's final figures; of one that measured students those on the files that it was given.

    What was measured on validation rows and on given files never stands in one row.
    """
    main = main_figure(seen)
    if seen.scores is None or main is None:
        return seen.told.outcome
    scores, found = seen.scores, {main.name: main.value}
    other = training_scores.TO_OTHER.format(other=training_scores.system(scores.old))
    for file in scores.given:
        called = training_scores.file(file.name, file.language, False)
        new, change = scores.score(NEW, file.name), scores.against(scores.old, file.name)
        if new is not None:
            found[f"macro-F1 {called}"] = new.macro_f1
        if change is not None:
            found[f"{called}: {other}"] = change.value
    return found


def metrics(names: Sequence[str], outcomes: Sequence[Mapping[str, Any]]) -> str:
    """Final figures, a row each; the best of a row is in bold where it is known what is better."""
    flats = [
        {
            name: value
            for name, value in flat(one).items()
            if isinstance(value, int | float) and not isinstance(value, bool)
        }
        for one in outcomes
    ]
    every = dict.fromkeys(name for one in flats for name in one)
    order = [name for name in every if not _dull(name, [one.get(name) for one in flats])]
    if not order:
        return _card("metrics", words.METRICS, f'<p class="td-l-note">{words.NO_METRICS}</p>')
    rows = [
        _row(markup.text(words.figure_name(name)), _cells(name, [one.get(name) for one in flats]))
        for name in order
    ]
    head = words.FIGURE_HEADS[0]
    return _card("metrics", words.METRICS, _table(words.METRICS, head, names, rows))


def _dull(name: str, values: Sequence[float | None]) -> bool:
    """Whether a figure is a detail that is the same in all runs that have it."""
    return NESTED in name and len({value for value in values if value is not None}) < 2


def _cells(name: str, values: Sequence[float | None]) -> list[str]:
    best = _best(name, values)
    return [
        f"<strong>{words.value(value)}</strong>" if value == best and best is not None
        else words.value(value)
        for value in values
    ]  # fmt: skip


def _best(name: str, values: Sequence[float | None]) -> float | None:
    """The best value of a figure; None where nobody knows which is, or all are equal."""
    known = [value for value in values if value is not None]
    if len(set(known)) < 2:
        return None
    if any(mark in name for mark in words.SMALLER_IS_BETTER):
        return min(known)
    if any(mark in name for mark in words.LARGER_IS_BETTER):
        return max(known)
    return None


def _row(head: str, cells: Sequence[str]) -> str:
    inside = "".join(f"<td>{cell}</td>" for cell in cells)
    return f'<tr><th scope="row">{head}</th>{inside}</tr>'


def _table(caption: str, first: str, names: Sequence[str], rows: Sequence[str]) -> str:
    heads = "".join(f'<th scope="col">{markup.text(name)}</th>' for name in (first, *names))
    return (
        f'<div class="td-l-scroll" tabindex="0" role="group" aria-label="{caption}">'
        f'<table class="td-l-table td-l-beside"><caption class="td-sr">{caption}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _card(key: str, title: str, drawn: str) -> str:
    return (
        f'<section class="td-l-card" aria-labelledby="td-l-{key}"><h3 id="td-l-{key}">{title}'
        f"</h3>{drawn}</section>"
    )

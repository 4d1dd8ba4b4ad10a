"""All systems on all rows: macro figures with intervals, provenance, the student against each.

Knows a metrics record; computes nothing.
"""

from collections.abc import Iterable, Mapping
from typing import Literal

from core.evaluation.schema import Metrics, Provenance, SystemMetrics, Test
from dashboard import wording
from dashboard.views import markup
from dashboard.views.batch import parts, reading
from dashboard.wording import batch_results as words

Folded = Literal[
    "micro_f1", "micro_precision", "micro_recall", "weighted_f1", "weighted_precision",
    "weighted_recall", "macro_f1_all",
]  # fmt: skip


def section(metrics: Metrics, names: Mapping[str, str]) -> str:
    """The headline table, what its columns mean, and what is folded beneath."""
    if not reading.labelled(metrics):
        return ""
    first = words.system(reading.first(metrics))
    against = words.AGAINST.format(system=first)
    heads = [
        words.SYSTEM, words.MACRO_F1, words.MACRO_P, words.MACRO_R, words.ACCURACY, words.ROWS,
        *([against] if metrics["tests"] else []), words.PROVENANCE,
    ]  # fmt: skip
    rows = [_row(metrics, name, names) for name in reading.scored(metrics)]
    tested = words.ABOUT_TEST.format(against=against, system=first) if metrics["tests"] else ""
    return (
        parts.table(words.HEADLINE, heads, rows)
        + parts.note(words.UNIT, tested)
        + parts.note(_absent(metrics))
        + tags(metrics, metrics["systems"])
        + _truncated(metrics)
        + parts.fold(words.FOLDED, _folded(metrics), "b-averages")
        + _tests(metrics)
    )


def _row(metrics: Metrics, name: str, names: Mapping[str, str]) -> str:
    """One system."""
    one = metrics["systems"][name]
    intervals = one["intervals"]
    test = reading.test(metrics, name)
    cells = [
        f"<strong>{words.score(one['macro_f1'])}</strong>"
        f"{parts.soft(words.interval(intervals.get('macro_f1')))}",
        words.score(one["macro_precision"]),
        words.score(one["macro_recall"]),
        words.score(one["accuracy"]) + parts.soft(words.interval(intervals.get("accuracy"))),
        wording.number(one["n"]),
        *([difference(test) if test else _itself()] if metrics["tests"] else []),
        tag(one["provenance"], one["n"]),
    ]
    kind = "td-b-main" if name == reading.first(metrics) else ""
    return parts.row(_title(name, one, names), cells, kind)


def _title(name: str, one: SystemMetrics, names: Mapping[str, str]) -> str:
    """A system's name and model, or its members."""
    if one["members"]:
        return parts.system(name) + parts.soft(words.listed([*map(words.system, one["members"])]))
    return parts.system(name, {name: names.get(name) or one["model"]})


def _itself() -> str:
    return f'<span class="td-soft">{words.NONE}</span>'


def difference(test: Test) -> str:
    """The student's lead with a sign, an interval and a p: colour is never the only mark."""
    kind = verdict(test["difference"], test["randomisation_p"])
    said = {"better": words.BETTER, "worse": words.WORSE, "none": words.NO_DIFFERENCE}[kind]
    return (
        f'<span class="td-b-{kind}"><span aria-hidden="true" title="{said}">'
        f'{words.SIGNS[kind]}</span><span class="td-sr">{said}: </span> '
        f"{wording.points(test['difference'])}</span>"
        f"{parts.soft(words.interval(test['interval']))}"
        f"{parts.soft(markup.text(words.p_is(test['randomisation_p'])))}"
    )


def verdict(step: float, p: float | None) -> str:
    """ "better", "worse" or "none"."""
    if p is None or p >= words.SIGNIFICANT or step == 0:
        return "none"
    return "better" if step > 0 else "worse"


def tag(found: Provenance, n: int) -> str:
    """Inductive, transductive, seen or unknown, and by how many rows."""
    kind = found["tag"]
    said = words.provenance(kind, found["seen"], found["transductive"], n)
    more = ""
    if kind in ("seen", "transductive"):
        more = f'<span class="td-b-soft td-b-wrap">{said}</span>'
    return (
        f'<span class="td-b-tag td-b-tag-{kind}"><span aria-hidden="true">'
        f"{words.TAG_SIGNS[kind]}</span> {words.TAGS[kind]}</span>{more}"
    )


def tags(metrics: Metrics, names: Iterable[str]) -> str:
    """What the tags of these systems mean."""
    systems = metrics["systems"]
    found = dict.fromkeys(systems[name]["provenance"]["tag"] for name in names if name in systems)
    lines = [f"<strong>{words.TAGS[kind]}</strong>: {words.ABOUT_TAGS[kind]}" for kind in found]
    return parts.note(*lines)


def _absent(metrics: Metrics) -> str:
    """Which classes the gold lacks."""
    missing = metrics["file"]["absent_classes"]
    return words.ABSENT.format(classes=words.listed(missing)) if missing else ""


def _truncated(metrics: Metrics) -> str:
    """How many rows each system read only in part."""
    found = [
        f"{words.system(name)} {words.rows(one['truncated'])}"
        for name, one in metrics["systems"].items()
        if one["truncated"]
    ]
    return parts.note(words.TRUNCATED.format(said=", ".join(found))) if found else ""


def _folded(metrics: Metrics) -> str:
    """Micro and weighted averages."""
    keys: tuple[Folded, ...] = (
        "micro_f1", "micro_precision", "micro_recall", "weighted_f1", "weighted_precision",
        "weighted_recall", "macro_f1_all",
    )  # fmt: skip
    rows, languages = [], ""
    for name in reading.scored(metrics):
        one = metrics["systems"][name]
        mean = one.get("mean_of_languages")
        cells = [words.score(one[key]) for key in keys]
        if mean is None:
            cells.append(words.NONE)
        else:
            languages = words.listed([*map(words.language, mean["languages"])])
            cells.append(
                words.score(mean["macro_f1"]) + parts.soft(words.interval(mean["interval"]))
            )
        rows.append(parts.row(parts.system(name), cells))
    about = words.ABOUT_FOLDED.format(languages=languages) if languages else words.NO_MEAN
    heads = (words.SYSTEM, *words.FOLDED_COLUMNS)
    return parts.table(words.FOLDED, heads, rows) + parts.note(about)


def _tests(metrics: Metrics) -> str:
    """Every paired test, language by language."""
    rows = [_test(one) for one in metrics["tests"]]
    if not rows:
        return ""
    against = words.TESTED.format(system=words.system(reading.first(metrics)))
    heads = (against, *words.TEST_COLUMNS)
    drawn = parts.table(words.TESTS, heads, rows) + parts.note(words.ABOUT_HOLM)
    return parts.fold(words.TESTS, drawn, "b-tests")


def _test(one: Test) -> str:
    decisive = one["holm_p"] if one["language"] else one["randomisation_p"]
    kind = verdict(one["difference"], decisive)
    cells = (
        words.language(one["language"]),
        wording.number(one["n"]),
        f'<span aria-hidden="true">{words.SIGNS[kind]}</span> {wording.points(one["difference"])}'
        f"{parts.soft(words.interval(one['interval']))}",
        *(markup.text(words.p(one[key])) for key in ("randomisation_p", "holm_p", "mcnemar_p")),
    )
    return parts.row(words.system(one["b"]), cells)

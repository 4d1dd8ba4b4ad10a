"""Did refinement help, and why: rows gained and lost, by class, language, teacher and weight.

Knows a metrics record; what a press on a number does is the error browser's script.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from core.evaluation.plan import BEFORE, STUDENT
from core.evaluation.schema import FlipCell, Metrics, Refinement
from core.labels import LABELS
from dashboard import wording
from dashboard.views import markup
from dashboard.views.batch import headline, parts, plots, plots_refinement, reading
from dashboard.wording import batch_answers as said
from dashboard.wording import batch_refinement as words
from dashboard.wording import batch_results as plain

Flip = plots_refinement.Flip
KINDS: tuple[Flip, ...] = ("gained", "lost")
WEIGHTS = ("high", "middle", "low", "none")


def section(metrics: Metrics, pressed: bool = True) -> str:
    """Plots, then the tables: by language, by cell, by what teacher and weight say.

    Args:
        pressed: whether numbers are buttons that open their rows.
    """
    found = metrics["refinement"]
    if found is None:
        return ""
    return (
        parts.lead(_effect(metrics), words.flipped(found["gained"], found["lost"], found["n"]))
        + parts.lead(*_why(found))
        + parts.note(words.ABOUT_FLIPS if found["prior"] else words.ABOUT_FLIPS.partition(" ◆")[0])
        + plots.grid(_plots(found), 340)
        + _languages(metrics)
        + _cells(found, pressed)
        + _splits(found)
        + parts.fold(words.EVERY_CELL, _all(found), "b-cells")
        + _prior(found)
    )


def _effect(metrics: Metrics) -> str:
    """The difference on all rows, with interval and p."""
    test = reading.refined(metrics)
    if test is None:
        return ""
    return markup.text(said.helped(test["difference"], test["interval"], test["randomisation_p"]))


def _why(found: Refinement) -> Iterable[str]:
    """What the teacher and the prior have to do with it."""
    for kind in KINDS:
        splits = [cell[kind] for cell in found["cells"]]
        agrees = sum(one["teacher_agrees"] for one in splits)
        if agrees + sum(one["teacher_differs"] for one in splits):
            n = sum(one["n"] for one in splits)
            yield markup.text(words.teacher_said(kind, agrees, n))
    prior = found["prior"]
    if prior is not None:
        yield words.prior_said(prior["macro_f1"], prior["gained"], prior["lost"])
    elif found["prior_reason"]:
        yield markup.text(found["prior_reason"])


def _groups(
    found: Refinement, key: Literal["gold", "language"], order: Iterable[str]
) -> dict[str, list[FlipCell]]:
    """Cells by gold class or language, in the given order, empty groups left out."""
    groups: dict[str, list[FlipCell]] = {name: [] for name in order}
    for cell in found["cells"]:
        groups.setdefault(cell[key], []).append(cell)
    return {name: cells for name, cells in groups.items() if cells}


def _of_languages(found: Refinement) -> dict[str, list[FlipCell]]:
    return _groups(found, "language", wording.LANGUAGES)


def _plots(found: Refinement) -> Sequence[str]:
    """By class, and by language where there are several."""
    prior = found["prior"] is not None
    classes = _groups(found, "gold", LABELS)
    drawn = [plots_refinement.flips(classes, words.BY_CLASS, prior)]
    languages = {plain.language(code): cells for code, cells in _of_languages(found).items()}
    if len(languages) > 1:
        drawn.append(plots_refinement.flips(languages, words.BY_LANGUAGE, prior))
    return [plots.draw(one, folded=False) for one in drawn]


def _languages(metrics: Metrics) -> str:
    """Macro-F1 before and after, language by language."""
    before, after = metrics["systems"].get(BEFORE), metrics["systems"].get(STUDENT)
    if before is None or after is None:
        return ""
    rows = []
    for code, title in reading.places(metrics):
        first, second = reading.scores(before, code), reading.scores(after, code)
        test = reading.test(metrics, BEFORE, code)
        if first is None or second is None or test is None:
            continue
        holm = plain.p(test["holm_p"]) if code else plain.NONE
        kind = headline.verdict(
            test["difference"], test["holm_p"] if code else test["randomisation_p"]
        )
        cells = (
            wording.number(test["n"]),
            plain.score(first["macro_f1"]),
            plain.score(second["macro_f1"]),
            f'<span class="td-b-{kind}"><span aria-hidden="true">{plain.SIGNS[kind]}</span> '
            f"{wording.points(test['difference'])}</span>"
            f"{parts.soft(plain.interval(test['interval']))}",
            markup.text(plain.p(test["randomisation_p"])),
            markup.text(holm),
        )
        rows.append(parts.row(markup.text(title), cells))
    heads = words.BY_LANGUAGE_COLUMNS
    return parts.table(words.BY_LANGUAGE_TITLE, heads, rows, shown=True) if rows else ""


def _cells(found: Refinement, pressed: bool) -> str:
    """Classes as rows, languages as columns: gained and lost of each."""
    languages = _of_languages(found)
    by_place = {(cell["gold"], cell["language"]): cell for cell in found["cells"]}
    heads = (plain.GOLD, *(markup.text(plain.language(code)) for code in languages), plain.SUM)
    rows = []
    for label in _groups(found, "gold", LABELS):
        cells = [by_place.get((label, code)) for code in languages]
        drawn = [plain.NONE if one is None else _cell(one, pressed) for one in cells]
        known = [one for one in cells if one is not None]
        rows.append(parts.row(parts.swatch(label), [*drawn, _sum(known)]))
    sums = [_sum(cells) for cells in languages.values()]
    rows.append(parts.row(plain.SUM, [*sums, _sum(found["cells"])], "td-b-sums"))
    return parts.table(words.FLIPS_TABLE, heads, rows, shown=True)


def _cell(cell: FlipCell, pressed: bool) -> str:
    """Two numbers, each a button where there are rows behind it."""
    return " ".join(
        _flip(cell, kind, sign, pressed) for kind, sign in zip(KINDS, "+\u2212", strict=True)
    )


def _flip(cell: FlipCell, kind: Flip, sign: str, pressed: bool) -> str:
    n = cell[kind]["n"]
    shown = f"{sign}{wording.number(n)}" if n else "0"
    if not n or not pressed:
        return f'<span class="td-b-flip">{shown}</span>'
    place = markup.attribute(plain.language(cell["language"]))
    about = words.FLIP_SAID.format(kind=kind, gold=cell["gold"], language=place)
    return (
        f'<button type="button" class="td-b-flip" data-do="flip" '
        f'data-language="{markup.attribute(cell["language"])}" data-gold="{cell["gold"]}" '
        f'data-flip="{kind}" title="{about}">{shown}</button>'
    )


def _sum(cells: Sequence[FlipCell]) -> str:
    """Gained, lost, and what is left on balance."""
    gained = sum(cell["gained"]["n"] for cell in cells)
    lost = sum(cell["lost"]["n"] for cell in cells)
    return f"{words.signed(gained)} {words.signed(-lost)}{parts.soft(words.signed(gained - lost))}"


def _splits(found: Refinement) -> str:
    """Gained and lost by what the teacher says and by weight, over all cells."""
    heads = ("", plain.ROWS, words.AGREES, words.DIFFERS, *(words.WEIGHTS[key] for key in WEIGHTS))
    rows = []
    for kind, title in zip(KINDS, (words.GAINED, words.LOST), strict=True):
        splits = [cell[kind] for cell in found["cells"]]
        n = sum(one["n"] for one in splits)
        counts = [sum(one["teacher_agrees"] for one in splits)]
        counts.append(sum(one["teacher_differs"] for one in splits))
        counts += [sum(one["weight"].get(key, 0) for one in splits) for key in WEIGHTS]
        cells = [
            wording.number(count) + parts.soft(markup.text(plain.share(count, n)))
            for count in counts
        ]
        rows.append(parts.row(title.capitalize(), [wording.number(n), *cells]))
    drawn = parts.table(words.SPLITS, heads, rows, shown=True)
    return drawn + parts.note(words.ABOUT_SPLITS)


def _all(found: Refinement) -> str:
    """Every cell with all its splits."""
    rows = [
        parts.row(
            markup.text(plain.language(cell["language"])),
            (
                cell["gold"],
                wording.number(cell["n"]),
                wording.number(cell["gained"]["n"]),
                wording.number(cell["lost"]["n"]),
                words.signed(cell["gained"]["n"] - cell["lost"]["n"]),
                _or_none(cell["prior_gained"]),
                _or_none(cell["prior_lost"]),
                *(_by_teacher(cell, kind) for kind in KINDS),
                *(_by_weight(cell, kind) for kind in KINDS),
            ),
        )
        for cells in _of_languages(found).values()
        for cell in cells
    ]
    return parts.table(words.EVERY_CELL, words.CELL_COLUMNS, rows)


def _or_none(count: int | None) -> str:
    return plain.NONE if count is None else wording.number(count)


def _by_teacher(cell: FlipCell, kind: Flip) -> str:
    split = cell[kind]
    return f"{split['teacher_agrees']} / {split['teacher_differs']}"


def _by_weight(cell: FlipCell, kind: Flip) -> str:
    weights: Mapping[str, int] = cell[kind]["weight"]
    return " / ".join(str(weights.get(key, 0)) for key in WEIGHTS)


def _prior(found: Refinement) -> str:
    """The factors that shift the prior."""
    factors = (found["prior"] or {}).get("factors")
    if not factors:
        return ""
    heads = (plain.CLASS, "×")
    rows = [parts.row(parts.swatch(one), [plain.figure(factors.get(one))]) for one in LABELS]
    return parts.fold(words.PRIOR_TITLE, parts.table(words.PRIOR_FACTORS, heads, rows), "b-prior")

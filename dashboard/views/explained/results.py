"""One explanation as a page part: answers first, words by method, then what checks them.

Knows an explanation as it is shown and the pieces it is drawn from; computes nothing, hears no
event. The ``data-x`` marks are what dashboard/views/scripts/explain.py listens to.
"""

from collections.abc import Mapping

from core.attribution import METHODS
from core.explanations import Explanation, Side
from dashboard import wording
from dashboard.shown import Shown
from dashboard.views import markup
from dashboard.views.explained import carried, coloured, heatmap, press, summary, tools, verdicts
from dashboard.wording import explain as words


def empty() -> str:
    """What to do first."""
    return (
        f'<div class="td-empty"><p class="td-empty-title">{words.EMPTY_TITLE}</p>'
        f"<p>{words.EMPTY}</p></div>"
    )


def results(shown: Shown) -> str:
    """All of one explanation, as far as it is."""
    sections = {**report(shown), **_tried(shown)}
    nav = "".join(
        f'<a href="#td-x-{key}" data-x="jump">{words.SECTIONS[key]}</a>' for key in sections
    )
    body = "".join(_section(key, drawn) for key, drawn in sections.items())
    return (
        f'<section class="td-x-results" data-run="{shown.run}" '
        f'data-finished="{str(shown.finished).lower()}" '
        f'data-text="{markup.data(shown.explanation.text)}" '
        f'data-question="{markup.data(tools.question(shown.question))}" '
        f'data-models="{shown.explanation.models}" aria-labelledby="td-x-title">'
        f"{head(shown, tools.tools())}{tools.said()}"
        f'<nav class="td-x-nav" aria-label="{words.LEGEND_SECTIONS}">{nav}</nav>{body}</section>'
    )


def report(shown: Shown) -> Mapping[str, str]:
    """What says something by itself, by key of its section: also what a file holds."""
    return {
        "methods": _methods(shown),
        "links": carried.section(shown.explanation),
        "agreement": heatmap.section(shown),
    }


def _tried(shown: Shown) -> Mapping[str, str]:
    """What is there to be pressed; only once all is computed, so that nothing moves under it."""
    if not shown.finished:
        return {}
    return {"whatif": press.what_if(shown), "marks": press.marking(shown)}


def _section(key: str, drawn: str) -> str:
    """One card with its heading."""
    return (
        f'<section class="td-card td-x-section" id="td-x-{key}" tabindex="-1" '
        f'aria-labelledby="td-x-{key}-title">'
        f'<h3 id="td-x-{key}-title">{words.SECTIONS[key]}</h3>{drawn}</section>'
    )


def head(shown: Shown, tools: str) -> str:
    """What each model answers, and which class is explained."""
    sides = shown.explanation.sides
    panels = "".join(_answer(side, shown.explanation) for side in sides.values())
    kind, sign = _sign(shown.explanation)
    return (
        f'<section class="td-card td-x-head"><header class="td-card-head"><h2 class="td-{kind}" '
        f'id="td-x-title"><span class="td-sign" aria-hidden="true">{sign}</span>'
        f"<span>{verdict(shown.explanation)}</span></h2>{tools}</header>"
        f'<div class="td-x-columns td-x-of-{len(sides)}">{panels}</div></section>'
    )


def verdict(explanation: Explanation) -> str:
    """The labels in one sentence."""
    labels = {role: side.prediction.label for role, side in explanation.sides.items()}
    names = [words.ROLES.get(role, role) for role in labels]
    if len(labels) == 1:
        return f"{names[0]} says {next(iter(labels.values()))}"
    if len(set(labels.values())) == 1:
        return f"{_joined(names)} agree: {next(iter(labels.values()))}"
    return ", ".join(
        f"{name if not place else name.lower()} says {label}"
        for place, (name, label) in enumerate(zip(names, labels.values(), strict=True))
    )


def _sign(explanation: Explanation) -> tuple[str, str]:
    """Whether the models agree, as the cards of the Compare tab show it."""
    labels = {side.prediction.label for side in explanation.sides.values()}
    if len(explanation.sides) < 2:
        return "one", ""
    return ("agree", "=") if len(labels) == 1 else ("differ", "≠")


def _joined(names: list[str]) -> str:
    """Names as a list in a sentence."""
    later = [name.lower() for name in names[1:]]
    return f"{', '.join([names[0], *later[:-1]])} and {later[-1]}"


def _answer(side: Side, explanation: Explanation) -> str:
    """One model's label, what is explained, and what a reader must know of its text."""
    label = side.prediction.label
    target = side.target.label
    notes = "".join(f'<p class="td-note">{markup.text(one)}</p>' for one in _notes(side))
    return (
        f'<section class="td-x-side"><h3 class="td-panel-title">{_reads(side)} '
        f"<span>→ {words.ROLES.get(side.role, side.role).lower()}</span></h3>"
        f'<p class="td-answer td-e-{label.lower()}"><span class="td-swatch" aria-hidden="true">'
        f"</span><strong>{label}</strong> <span>{wording.percent(side.prediction.confidence)}"
        f'</span></p><p class="td-x-target td-e-{target.lower()}">{words.EXPLAINED} '
        f"<strong>{words.explained(side.target)}</strong>{_origin(side, explanation)}</p>"
        f"{summary.in_short(side)}{notes}</section>"
    )


def _reads(side: Side) -> str:
    return words.TRANSLATION if side.role == "teacher" else words.ORIGINAL


def _origin(side: Side, explanation: Explanation) -> str:
    """Language or kind of translation."""
    if side.role == "teacher":
        said = words.origin(explanation.translation)
    else:
        said = wording.language(explanation.language)
    return f' <span class="td-soft">· {said}</span>' if said else ""


def _notes(side: Side) -> list[str]:
    """What was not read, and why there is no verdict."""
    unread = sum(
        1 for text, read in zip(side.words, side.read, strict=True) if text.strip() and not read
    )
    notes = [words.TRUNCATED] if side.prediction.truncated else []
    notes += [words.unread_words(unread)] if unread else []
    return [*notes, side.unjudged] if side.unjudged else notes


def _methods(shown: Shown) -> str:
    """The legend, and a row per method that was asked."""
    rows = "".join(_row(shown, method) for method in shown.methods if method in METHODS)
    return f"{coloured.legend()}{rows}"


def _row(shown: Shown, name: str) -> str:
    """One method, all sides side by side."""
    method, sides = METHODS[name], shown.explanation.sides
    marks = "" if method.by_class else _mark(words.BY_NO_CLASS, words.BY_NO_CLASS_TITLE)
    marks += "" if method.signed else _mark(words.UNSIGNED, words.UNSIGNED_TITLE)
    cells = "".join(_cell(shown, side, name) for side in sides.values())
    explanation = shown.explanation
    return (
        f'<section class="td-x-row" data-method="{name}"><h4>{method.title}'
        f'<span class="td-x-about">{markup.text(method.sentence)}</span>{marks}</h4>'
        f'<div class="td-x-columns td-x-of-{len(sides)}'
        f'{carried.linked_class(explanation)}"{carried.attributes(explanation)}>'
        f"{cells}</div></section>"
    )


def _mark(name: str, title: str) -> str:
    return f'<span class="td-mark" title="{title}">{name}</span>'


def _cell(shown: Shown, side: Side, method: str) -> str:
    """One method on one side: done, waiting, not available, or never reached."""
    who = f'<p class="td-x-who">{words.ROLES.get(side.role, side.role)}</p>'
    if method in side.attributions:
        return f'<div class="td-x-cell">{who}{_done(shown, side, method)}</div>'
    if method in side.missing:
        said = words.NO_SCORE.format(reason=side.missing[method])
    else:
        said = words.NOT_DONE if shown.finished else words.WAITING
    return f'<div class="td-x-cell">{who}<p class="td-note td-x-none">{markup.text(said)}</p></div>'


def _done(shown: Shown, side: Side, method: str) -> str:
    """Words, verdict, figures; everything else folded."""
    attribution, gold = side.attributions[method], shown.gold(side)
    where = "english" if side.role == "teacher" else "source"
    key = f"{side.role.replace(' ', '-')}-{method}"
    text = coloured.coloured(
        side.text, side.spans, method, attribution.scores, side.read, where, gold
    )
    return (
        f'{text}<div class="td-x-line">{verdicts.badge(side, method, f"td-tip-{key}")}'
        f"{verdicts.line(side, method)}</div>{verdicts.warnings(attribution)}"
        f'<details class="td-more" data-key="{key}"><summary>{words.DETAILS}</summary>'
        f"{verdicts.figures(side, method)}"
        f"{coloured.table(side, attribution, gold)}</details>"
    )

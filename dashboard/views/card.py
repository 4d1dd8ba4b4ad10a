"""One comparison as a card: answer first, words second, numbers third, the rest folded.

Knows a Comparison and the pieces it is drawn from; computes nothing, hears no event. The
``data-act`` marks are what dashboard/views/scripts/cards.py listens to.
"""

from collections.abc import Mapping

from core.records import Comparison, Prediction, TokenScores, TranslationStatus, WordScore
from dashboard import wording
from dashboard.inputs import AUTO, LENGTH_LIMIT
from dashboard.linked import Linked
from dashboard.views import agreement, change, highlight, markdown, markup, plots, reading
from dashboard.wording import copying
from dashboard.wording import links as link_words


def card(
    comparison: Comparison,
    number: int,
    chosen: str,
    thresholds: Mapping[str, float | None],
    linked: Linked | None = None,
) -> str:
    """The card of one tweet.

    Args:
        comparison: what the engine answered.
        number: its place on the page, from 1.
        chosen: the language setting behind it: "auto" or a code.
        thresholds: trigger threshold by role, None where unknown.
        linked: its word links, where there are any.
    """
    sides = ("source", "english") if linked is not None else ("", "")
    panels = _original(comparison, number, thresholds.get("student"), sides[0]) + _translation(
        comparison, number, thresholds.get("teacher"), sides[1]
    )
    return (
        f'<article class="td-card" aria-labelledby="td-tweet-{number}" data-number="{number}" '
        f'data-text="{markup.data(comparison.text)}" '
        f'data-edited="{markup.data(_edited(comparison))}" '
        f'data-markdown="{markup.data(markdown.card(comparison))}">'
        f"{_head(comparison, number, chosen)}"
        f"{agreement.panels(linked, panels)}{change.section(comparison, number)}"
        f"{agreement.section(linked, number)}{_weight(comparison, number)}{_foot(number)}"
        '<p class="td-card-problem" role="alert" hidden></p></article>'
    )


def _edited(comparison: Comparison) -> bool:
    """Whether the English text is the user's."""
    return comparison.translation.status is TranslationStatus.EDITED


def _head(comparison: Comparison, number: int, chosen: str) -> str:
    """Number, verdict, what refinement did, and the language with its override."""
    kind, sign = ("agree", "=") if comparison.agree else ("differ", "≠")
    flip = wording.refinement(comparison)
    flipped = " td-flipped" if comparison.flipped else ""
    aside = f'<p class="td-flip{flipped}">{flip}</p>' if flip else ""
    return (
        f'<header class="td-card-head"><h3 id="td-tweet-{number}" class="td-number">'
        f'<span class="td-sr">{wording.TWEET.format(number=number)}</span>'
        f'<span aria-hidden="true">{number}</span></h3>'
        f'<p class="td-verdict td-{kind}"><span class="td-sign" aria-hidden="true">{sign}</span>'
        f"<span>{wording.verdict(comparison)}</span></p>{aside}"
        f"{_language(comparison, number, chosen)}</header>"
    )


def _language(comparison: Comparison, number: int, chosen: str) -> str:
    """The language found, as a list from which another can be set by hand."""
    auto = wording.AUTO
    if chosen == AUTO:
        auto += f": {wording.language(comparison.language)}"
    options = [(AUTO, auto), *wording.LANGUAGES.items()]
    items = "".join(
        f'<option value="{code}"{" selected" if code == chosen else ""}>{name}</option>'
        for code, name in options
    )
    label = wording.LANGUAGE_OF.format(number=number)
    return (
        f'<select class="td-language" data-act="language" aria-label="{label}" '
        f'title="{label}">{items}</select>'
    )


def _original(comparison: Comparison, number: int, threshold: float | None, side: str) -> str:
    """The tweet as the student read it."""
    student = comparison.student
    scores = _scores(comparison, "student", comparison.text)
    before = wording.before(comparison)
    return (
        '<section class="td-panel"><h4 class="td-panel-title">'
        f"{wording.ORIGINAL} <span>→ {wording.STUDENT}</span></h4>"
        f'<div class="td-words-of">{highlight.highlighted(scores, student.label, side)}'
        f"{highlight.notes(scores, student, threshold)}</div>"
        f"{_answer(student, before)}"
        f"{plots.probabilities(student, comparison.student_before, wording.BARS_STUDENT)}"
        f"{_folds(scores, threshold, f'{number}-student')}</section>"
    )


def _translation(comparison: Comparison, number: int, threshold: float | None, side: str) -> str:
    """The English text as the teacher read it, and the form that changes it."""
    teacher = comparison.teacher
    scores = _scores(comparison, "teacher", comparison.translation.text)
    return (
        '<section class="td-panel"><h4 class="td-panel-title">'
        f"{wording.TRANSLATION} <span>→ {wording.TEACHER}</span></h4>"
        f'<div class="td-words-of"><div class="td-shown">'
        f"{highlight.highlighted(scores, teacher.label, side)}{_origin(comparison)}</div>"
        f"{_form(comparison, number)}"
        f"{highlight.notes(scores, teacher, threshold)}</div>"
        f"{_answer(teacher, '')}"
        f"{plots.probabilities(teacher, None, wording.BARS_TEACHER)}"
        f"{_folds(scores, threshold, f'{number}-teacher')}</section>"
    )


def _folds(scores: TokenScores, threshold: float | None, key: str) -> str:
    """What unfolds under a panel: each word's score, and what the model really read."""
    return (
        f'<div class="td-folds">{highlight.table(scores, threshold, key)}'
        f"{reading.folded(scores.reading, f'{key}-reading')}</div>"
    )


def _scores(comparison: Comparison, role: str, text: str) -> TokenScores:
    """The role's word scores; plain words where the engine gave none."""
    found = comparison.triggers.get(role)
    if found is not None:
        return found
    words = tuple(WordScore(word, 0.0, False, scored=False) for word in text.split(" "))
    return TokenScores(text, words)


def _origin(comparison: Comparison) -> str:
    """Where the English text comes from, whether its end may be missing, and how to change it."""
    back = _button("machine", wording.MACHINE) if _edited(comparison) else ""
    cut = f'<p class="td-note">{wording.TRANSLATION_CUT}</p>' if comparison.translation.cut else ""
    return (
        f'<p class="td-origin"><span>{wording.translation_status(comparison)}</span>'
        f"{_button('edit', wording.EDIT)}{back}</p>{cut}"
    )


def _form(comparison: Comparison, number: int) -> str:
    """The box in which the translation is changed; hidden until asked for."""
    label = wording.EDIT_LABEL.format(number=number)
    return (
        f'<div class="td-form" hidden><textarea class="td-edit" rows="3" dir="auto" lang="en" '
        f'maxlength="{LENGTH_LIMIT}" aria-label="{label}">'
        f"{markup.field(comparison.translation.text)}</textarea>"
        f'<p class="td-origin">{_button("update", wording.UPDATE, " td-primary")}'
        f"{_button('cancel', wording.CANCEL)}<span>{wording.EDIT_HINT}</span></p></div>"
    )


def _button(act: str, name: str, extra: str = "") -> str:
    """A small button of a card."""
    return f'<button type="button" class="td-button{extra}" data-act="{act}">{name}</button>'


def _answer(prediction: Prediction, before: str) -> str:
    """Label and confidence in one line, and what it was before."""
    earlier = f'<span class="td-before">{before}</span>' if before else ""
    return (
        f'<p class="td-answer td-e-{prediction.label.lower()}">'
        f'<span class="td-swatch" aria-hidden="true"></span><strong>{prediction.label}</strong> '
        f"<span>{wording.percent(prediction.confidence)}</span>{earlier}</p>"
    )


def _weight(comparison: Comparison, number: int) -> str:
    """How far the translation is trusted: gauge, sentence, w, and its split by class."""
    weight = comparison.weight
    value = wording.OUTSIDE if weight.outside else wording.percent(weight.weight)
    figures = wording.figures(comparison)
    line = f'<p class="td-note">{figures}</p>' if figures else ""
    return (
        f'<section class="td-finding td-weight"><h4 class="td-panel-title">{wording.WEIGHT_TITLE}'
        f'</h4><p class="td-value">{value}</p>{plots.gauge(weight)}<div class="td-said-of">'
        f'<p class="td-sentence">{markup.text(wording.weight_sentence(comparison))}</p>'
        f"{line}{_split(comparison, number)}</div></section>"
    )


def _split(comparison: Comparison, number: int) -> str:
    """The disagreement class by class, folded away; nothing where there is none to split."""
    weight = comparison.weight
    if not weight.disagreement or weight.by_class is None:
        return ""
    return (
        f'<details class="td-more" data-key="{number}-weight"><summary>{wording.BY_CLASS}'
        f"</summary>{plots.by_class(weight.by_class)}</details>"
    )


def _foot(number: int) -> str:
    """Where the card leads: Explain; what can be taken away: Markdown, an address; a line."""
    explain, copy, link = (
        f'<button type="button" class="td-button" data-act="{act}" aria-label="{about}" '
        f'title="{about}">{name}</button>'
        for act, name, about in (
            ("explain", link_words.EXPLAIN, link_words.EXPLAIN_LABEL.format(number=number)),
            ("copy", copying.COPY, copying.COPY_LABEL.format(number=number)),
            ("link", copying.LINK, copying.LINK_LABEL.format(number=number)),
        )
    )
    return (
        f'<footer class="td-card-foot">{explain}{copy}{link}'
        '<span class="td-copied" aria-hidden="true"></span></footer>'
    )

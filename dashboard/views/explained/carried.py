"""Teacher against student on the tweet's own words, method by method.

Knows links and agreements as records. The ``td-linked`` marks are what
dashboard/views/scripts/links.py listens to.
"""

from collections.abc import Mapping

from core.attribution import METHODS
from core.explanations import Explanation, LinkedAgreement, Side
from dashboard.views import markup
from dashboard.views.explained import coloured
from dashboard.wording import explain as words

FIRST = "integrated_gradients"  # stands open, or else the first


def attributes(explanation: Explanation) -> str:
    """What an element needs whose words light up their partners; empty without links."""
    links = explanation.links
    return "" if links is None else f' data-links="{markup.data([list(p) for p in links.pairs])}"'


def linked_class(explanation: Explanation) -> str:
    """The class that goes with it."""
    return "" if explanation.links is None else " td-linked"


def section(explanation: Explanation) -> str:
    """One fold per method, its agreement in the head; a sentence where there is nothing."""
    sides = explanation.sides
    if "teacher" not in sides or "student" not in sides:
        return _note(words.ONE_SIDE)
    if not explanation.linked:
        return _note(_without_links(explanation))
    first = (
        FIRST
        if FIRST in explanation.linked
        else next(one for one in METHODS if one in explanation.linked)
    )
    about = words.LINKS_ABOUT if explanation.links else words.NO_LINKS_ENGLISH
    folds = "".join(
        _fold(explanation, method, found, method == first)
        for method in METHODS
        if (found := explanation.linked.get(method)) is not None
    )
    return f"{_note(about)}{_classes(sides)}{folds}"


def _without_links(explanation: Explanation) -> str:
    """Why nothing is carried."""
    student, teacher = explanation.sides["student"], explanation.sides["teacher"]
    if explanation.links is not None or student.text == teacher.text:
        return words.LINKS_NONE if explanation.complete else words.LINKS_AWAITED
    return words.NO_LINKS_OWN if explanation.language.code == "en" else words.NO_LINKS


def _classes(sides: Mapping[str, Side]) -> str:
    """A warning where the two explain different classes."""
    student, teacher = sides["student"].target, sides["teacher"].target
    if student == teacher:
        return ""
    said = {"student": student.label, "teacher": teacher.label}
    return _note(words.OTHER_CLASSES.format(**said))


def _note(sentence: str) -> str:
    return f'<p class="td-note">{sentence}</p>'


def _fold(explanation: Explanation, method: str, found: LinkedAgreement, opened: bool) -> str:
    """One method: how alike, and the words of both."""
    student, teacher = explanation.sides["student"], explanation.sides["teacher"]
    carried = coloured.coloured(
        student.text,
        student.spans,
        method,
        found.carried,
        student.read,
        "source",
        name=words.LINKED_CARRIED,
    )
    lines = [
        (words.LINKED_STUDENT, _own(student, method, "source", words.LINKED_STUDENT)),
        (words.LINKED_CARRIED, carried),
    ]
    if explanation.links is not None:
        own = _own(teacher, method, "english", words.LINKED_TEACHER)
        lines.append((words.LINKED_TEACHER, own))
    rows = "".join(
        f'<p class="td-x-who">{name}</p><div class="td-x-whose">{line}</div>'
        for name, line in lines
    )
    return (
        f'<details class="td-more" data-key="linked-{method}"{" open" if opened else ""}>'
        f"<summary>{words.title(method)} {_agreement(found)}</summary>"
        f'<div class="td-x-pair{linked_class(explanation)}"{attributes(explanation)}>{rows}'
        '<p class="td-sr" role="status" data-role="linked"></p></div>'
        "</details>"
    )


def _own(side: Side, method: str, where: str, name: str) -> str:
    scores = side.attributions[method].scores
    return coloured.coloured(side.text, side.spans, method, scores, side.read, where, name=name)


def _agreement(found: LinkedAgreement) -> str:
    """The rank agreement beside what chance gives."""
    if found.spearman is None:
        return f'<span class="td-soft">· {words.NOT_COMPUTABLE}</span>'
    chance = ""
    if found.permuted is not None:
        low, high = found.permuted
        said = words.MORE_ALIKE if found.spearman > high else words.NO_MORE_ALIKE
        chance = f"; by chance {words.interval(low, high)}: {said}"
    return f'<span class="td-soft">· {words.figure(found.spearman)}{chance}</span>'

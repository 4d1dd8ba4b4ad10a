"""One tweet's explanation, growing step by step: both sides, their links, what they share.

Knows the order in which a waiting person wants to see things; the work on one side is
core.explaining's.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

from core.attribution import METHODS
from core.attribution.forward import Stopped, StoppedError
from core.explaining import Texts
from core.explanations import Explanation, LinkedAgreement, Links, Question, Side
from core.linking import LARGEST, identical
from core.links import linked_agreement
from core.models import EmotionModel

Told = Callable[[Explanation, int, int], None]
"""Called with the explanation so far, steps done, and steps in all."""


def grow(
    begun: Explanation,
    question: Question,
    models: Mapping[str, EmotionModel],
    told: Told | None = None,
    stop: Stopped | None = None,
) -> Explanation:
    """Explain one tweet, cheap methods first.

    Args:
        begun: the explanation without its sides.
        question: checked.
        models: by role, in the order in which sides are shown.
        told: called after every step.
        stop: asked between passes; once it says yes, what is there is the answer.

    Returns:
        The whole explanation, or what there was when ``stop`` said yes.

    Raises:
        InputError: the predicted class is the one to explain against.
        ModelError: a model lacks a class that was asked for.
    """
    growing = Growing(begun, question, told)
    try:
        growing.run(models, stop)
    except StoppedError:
        return growing.explanation
    return growing.explanation


class Growing:
    """An explanation under way."""

    def __init__(self, begun: Explanation, question: Question, told: Told | None) -> None:
        self.explanation = begun
        self.question = question
        self._told = told
        self._done = 0
        self._sides: dict[str, Texts] = {}

    @property
    def _total(self) -> int:
        question = self.question
        per_side = 1 + len(question.methods) + int(question.faithful)
        return per_side * len(question.roles)

    def run(self, models: Mapping[str, EmotionModel], stop: Stopped | None) -> None:
        """All steps in order; StoppedError leaves what was done."""
        question, methods = self.question, self.question.methods
        for role, model in models.items():
            text = _read_by(role, self.explanation)
            self._sides[role] = Texts(model, role, [text], question, stop)
            self._step(role)
        cheap = [name for name in methods if METHODS[name].cost == "cheap"]
        for method in cheap:
            self._attribute(method)
        if question.faithful:
            for role, side in self._sides.items():
                side.prepare()
                for method in cheap:
                    side.judge(method)
                self._step(role)
        for method in sorted(set(methods) - set(cheap), key=_cost):
            self._attribute(method)

    def _attribute(self, method: str) -> None:
        """One method on every side, judged at once where random rankings are known."""
        for role, side in self._sides.items():
            side.attribute(method)
            if side.prepared:
                side.judge(method)
            self._step(role, method)

    def _step(self, role: str, method: str = "") -> None:
        self._done += 1
        sides = {**self.explanation.sides, role: self._sides[role].sides[0]}
        linked = dict(self.explanation.linked)
        if method and (shared := _linked(method, sides, self.explanation)) is not None:
            linked[method] = shared
        self.explanation = replace(self.explanation, sides=sides, linked=linked)
        if self._told is not None:
            self._told(self.explanation, self._done, self._total)


def _cost(method: str) -> tuple[bool, int]:
    """Slow ones last, else the table's order."""
    return METHODS[method].cost == "slow", list(METHODS).index(method)


def _read_by(role: str, explanation: Explanation) -> str:
    """The text that the model of a role reads."""
    if role == "teacher" and explanation.translation is not None:
        return explanation.translation.text
    return explanation.text


def _linked(
    method: str, sides: Mapping[str, Side], explanation: Explanation
) -> LinkedAgreement | None:
    """Teacher's scores on the student's words; None where one of them or the links are missing."""
    links = explanation.links or _same_text(sides)
    teacher, student = (_scores(sides.get(role), method) for role in ("teacher", "student"))
    if links is None or teacher is None or student is None:
        return None
    return linked_agreement(links, teacher, student, explanation.seed)


def _scores(side: Side | None, method: str) -> list[float] | None:
    """One score per word, NaN where none was read; None without the method."""
    found = None if side is None else side.attributions.get(method)
    if side is None or found is None:
        return None
    pairs = zip(found.scores, side.read, strict=True)
    return [score if read else math.nan for score, read in pairs]


def _same_text(sides: Mapping[str, Side]) -> Links | None:
    """Each word linked to itself where teacher and student read the same text, as for English."""
    if "teacher" not in sides or "student" not in sides:
        return None
    text, count = sides["student"].text, len(sides["student"].read)
    if sides["teacher"].text != text or count * count > LARGEST:
        return None
    return identical(text, text)

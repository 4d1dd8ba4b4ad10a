"""Texts under explanation: their sides grow method by method, cheap ones first.

Knows the order of the work, and what belongs to which text. How a method scores words is
core.attribution's, whether that can be trusted core.faithfulness', links core.links'. Opens no
model and holds none.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from core.attribution import METHODS, method_of
from core.attribution.forward import Stopped, logits
from core.attribution.running import attribute
from core.attribution.subject import Subject
from core.errors import InputError, ModelError
from core.explanations import (
    Attribution,
    Faithfulness,
    Question,
    Side,
    Target,
)
from core.faithfulness import Judge, plausibility, stability
from core.labels import LABELS
from core.models import EmotionModel
from core.records import Prediction
from core.words import split_words

ROLES = ("student", "teacher", "student before")
SEEDS = 3  # runs of a seeded method that its stability is taken from, the shown one included


def checked(question: Question) -> Question:
    """The question, its methods in the order of the table.

    Raises:
        InputError: an unknown role, method, label or option, or gold of another length.
    """
    _refuse_unknown(question.roles, ROLES, "model")
    if not question.methods:
        raise InputError("No method was chosen.", f"Choose at least one: {', '.join(METHODS)}.")
    for method in question.methods:
        method_of(method)
    _refuse_unknown([one for one in (question.target, question.against) if one], LABELS, "label")
    if question.target is not None and question.target == question.against:
        raise InputError(f"{question.target} cannot be explained against itself.")
    for method, values in question.options.items():
        method_of(method).values(values)
    words = len(split_words(question.text))
    gold = question.gold
    if gold is not None and (len(gold) != words or not set(gold) <= {0, 1}):
        raise InputError(
            f"{len(gold)} trigger labels came for {words} words.", "Give one 0 or 1 per word."
        )
    return replace(question, methods=tuple(name for name in METHODS if name in question.methods))


def _refuse_unknown(
    names: Sequence[str], known: Sequence[str] | Mapping[str, object], kind: str
) -> None:
    if not names and kind != "label":
        raise InputError(f"No {kind} was chosen.", f"Choose at least one: {', '.join(known)}.")
    for name in names:
        if name not in known:
            raise InputError(
                f"The {kind} {str(name)[:40]!r} is not known.", f"Use one of {', '.join(known)}."
            )


def explain_texts(
    model: EmotionModel,
    role: str,
    texts: Sequence[str],
    question: Question,
    stop: Stopped | None = None,
) -> list[Side]:
    """Sides of N texts of one model, all methods of the question, batched over texts.

    Args:
        question: checked; its text is not looked at.

    Raises:
        InputError: the predicted class is the one to explain against.
        ModelError: the model lacks a class that was asked for.
        StoppedError: ``stop`` said yes.
    """
    if not texts:
        return []
    work = Texts(model, role, texts, question, stop)
    if question.faithful:
        work.prepare()
    for method in question.methods:
        work.attribute(method)
        if question.faithful:
            work.judge(method)
    return work.sides


def with_masked(model: EmotionModel, text: str, masked: Iterable[int]) -> Prediction:
    """What a model says with some words hidden behind its mask token.

    Args:
        masked: places in ``text.split(" ")``.

    Raises:
        InputError: there is no such word.
        ModelError: the model has no mask token.
    """
    hidden = set(masked)
    alignment = model.aligned(text)
    count = len(alignment.words.words)
    for place in hidden:
        if isinstance(place, bool) or not isinstance(place, int) or not 0 <= place < count:
            raise InputError(f"There is no word {str(place)[:20]!r}: the text has {count}.")
    subject = Subject(model, text, alignment, Target(model.labels[0]))
    [shares] = model.six(logits(model, [subject.masked(hidden)])).tolist()
    return Prediction.of(shares, alignment.truncated)


class Texts:
    """N texts of one model, explained together; each has its Side.

    Args:
        model: that reads them.
        role: of the model, see ROLES.
        texts: N, as the model reads them.
        question: checked; its text is not looked at here.
        stop: asked between passes; once it says yes, StoppedError is raised.

    Raises:
        InputError: the predicted class is the one to explain against.
        ModelError: the model lacks a class that was asked for.
    """

    def __init__(
        self,
        model: EmotionModel,
        role: str,
        texts: Sequence[str],
        question: Question,
        stop: Stopped | None = None,
    ) -> None:
        self.model, self.question, self.stop = model, question, stop
        alignments = [model.aligned(text) for text in texts]
        read = logits(model, [alignment.input_ids for alignment in alignments], stop=stop)
        predictions = [
            Prediction.of(row, alignment.truncated)
            for row, alignment in zip(model.six(read).tolist(), alignments, strict=True)
        ]
        self.subjects = [
            Subject(model, text, alignment, _target(question, prediction))
            for text, alignment, prediction in zip(texts, alignments, predictions, strict=True)
        ]
        values = [
            float(subject.value(row)) for subject, row in zip(self.subjects, read, strict=True)
        ]
        found = zip(self.subjects, predictions, values, self._baselines(), strict=True)
        self.sides = [_side(role, *one) for one in found]
        self._judges: dict[int, Judge] = {}

    def _baselines(self) -> list[float | None]:
        """f(b) of each text, where the model has a mask token."""
        if self.model.tokenizer.mask_token_id is None:
            return [None] * len(self.subjects)
        masked = logits(self.model, [one.baseline for one in self.subjects], stop=self.stop)
        return [float(one.value(row)) for one, row in zip(self.subjects, masked, strict=True)]

    def attribute(self, method: str) -> None:
        """Add one method's scores; where the model has no such method, the reason."""
        question = self.question
        try:
            found = self._attribute(method, question.seed)
        except ModelError as problem:
            reason = str(problem)
            self._each(lambda side, _: replace(side, missing={**side.missing, method: reason}))
            return
        self._each(lambda side, row: _with_scores(side, found[row], question))
        if METHODS[method].seeded and question.faithful:
            seeds = range(question.seed + 1, question.seed + SEEDS)
            runs = [found, *(self._attribute(method, seed) for seed in seeds)]
            self._each(
                lambda side, row: replace(
                    side,
                    stability={
                        **side.stability,
                        method: stability([run[row].scores for run in runs], side.read),
                    },
                )
            )

    def _attribute(self, method: str, seed: int) -> list[Attribution]:
        options = self.question.options.get(method)
        return attribute(self.subjects, method, options, seed, stop=self.stop)

    @property
    def prepared(self) -> bool:
        """Whether random rankings are known, so that methods can be judged."""
        return bool(self._judges)

    def prepare(self) -> None:
        """Measure random rankings, once for all methods."""
        for row, subject in enumerate(self.subjects):
            self._judges[row] = Judge(subject, self.question.seed, stop=self.stop)
        self._each(lambda side, row: replace(side, judged=True, unjudged=self._judges[row].problem))

    def judge(self, method: str) -> None:
        """Add how one method's scores stand beside random rankings."""

        def judged(side: Side, row: int) -> Side:
            attribution = side.attributions.get(method)
            found = attribution and self._judges[row].judge(attribution.scores)
            return _with_faithfulness(side, method, found or None)

        self._each(judged)

    def _each(self, change: Callable[[Side, int], Side]) -> None:
        self.sides = [change(side, row) for row, side in enumerate(self.sides)]


def _side(
    role: str, subject: Subject, prediction: Prediction, value: float, baseline: float | None
) -> Side:
    return Side(
        role=role,
        text=subject.text,
        spans=subject.alignment.words.spans,
        read=tuple(subject.read.tolist()),
        target=subject.target,
        prediction=prediction,
        value=value,
        baseline=baseline,
        threshold=subject.model.threshold,
    )


def _target(question: Question, prediction: Prediction) -> Target:
    label = question.target or prediction.label
    if label == question.against:
        raise InputError(
            f"The model predicts {label}, so there is nothing to explain against {label}.",
            "Choose another class, or name the target.",
        )
    return Target(label, question.against)


def _with_scores(side: Side, found: Attribution, question: Question) -> Side:
    plausible = dict(side.plausibility)
    # Gold belongs to the tweet: a translation may have as many words by chance.
    if question.gold is not None and side.text == question.text:
        measured = plausibility(question.gold, found.scores, side.read)
        if measured is not None:
            plausible[found.method] = measured
    attributions = {**side.attributions, found.method: found}
    return replace(side, attributions=attributions, plausibility=plausible)


def _with_faithfulness(side: Side, method: str, found: Faithfulness | None) -> Side:
    if found is None:
        return side
    return replace(side, faithfulness={**side.faithfulness, method: found})

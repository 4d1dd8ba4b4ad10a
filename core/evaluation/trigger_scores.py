"""Words of tweets scored by every method, as thresholds are chosen on them and boards rank them.

Knows models, methods and which threshold a checkpoint has for which method; no file and no figure.
A score here is what a submission would be made of: a word that was not read ranks with the lowest
that was. The model's own trigger score is one of the methods: that of a cosine model is
``cosine``; any other is called OWN, since the method ``contribution`` is the sum of a word's parts
of the logit, and the trigger score of that name the largest of them in standard deviations.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from core.attribution import METHODS, method_of
from core.attribution.forward import Stopped, logits
from core.attribution.running import attribute
from core.attribution.subject import Subject
from core.errors import ModelError
from core.explanations import Target
from core.models import EmotionModel
from core.records import Prediction
from core.trigger_sweep import Floats, Mask

OWN = "own"
COSINE, RANDOM = "cosine", "random"
CHUNK = 32  # tweets that are scored together


@dataclass(frozen=True, slots=True)
class Scored:
    """One tweet's words by one method."""

    scores: Floats  # (W,)
    read: Mask  # (W,) true where a sub-token of the word was read
    seconds: float  # its share of the work


def own_method(model: EmotionModel) -> str:
    """What the model's own trigger score is called among methods."""
    return COSINE if model.trigger_score == "cosine" else OWN


def methods_of(model: EmotionModel, names: Sequence[str]) -> tuple[str, ...]:
    """Those named and the model's own, in the order in which they are computed.

    Raises:
        InputError: an unknown name.
    """
    for name in names:
        if name != OWN:
            method_of(name)
    own = own_method(model)
    return own, *(name for name in METHODS if name in names and name != own)


def threshold_of(model: EmotionModel, method: str) -> float | None:
    """The checkpoint's threshold for a method; None: it has none."""
    if method == own_method(model):
        return model.threshold
    return model.manifest.thresholds.get(method) if model.manifest is not None else None


def settings_of(model: EmotionModel, method: str, seed: int) -> dict[str, Any]:
    """What shapes the scores beside model and text, as JSON holds it."""
    found: dict[str, Any] = {}
    if method in (OWN, COSINE):
        found["reduce"] = model.trigger_reduce
    if method == OWN:
        return {**found, "score": model.trigger_score}
    row = method_of(method)
    return {**found, **row.values({}), **({"seed": seed} if row.seeded else {})}


class Tweets:
    """N tweets as one model reads them, to be scored by any method.

    Args:
        model: that reads them.
        texts: N; what is explained is the class that the model predicts for each.
        seed: of methods that draw random numbers.
        stop: asked between passes; StoppedError is raised once it says yes.
    """

    def __init__(
        self,
        model: EmotionModel,
        texts: Sequence[str],
        seed: int = 0,
        stop: Stopped | None = None,
    ) -> None:
        self.model, self.texts, self.seed, self.stop = model, texts, seed, stop

    def scored(self, method: str) -> list[Scored]:
        """Scores of the N tweets.

        Raises:
            ModelError: this model has no such method, or it gives scores that are no numbers.
            StoppedError: ``stop`` said yes.
        """
        found = self._own() if method == own_method(self.model) else self._attributed(method)
        if not all(np.isfinite(one.scores).all() for one in found):
            raise ModelError(f"{method} gives scores that are no numbers for {self.model.name}.")
        return found

    def _own(self) -> list[Scored]:
        started = time.perf_counter()
        found = self.model.trigger_scores(self.texts, CHUNK)
        share = (time.perf_counter() - started) / max(len(found), 1)
        return [
            Scored(
                np.array([word.score for word in one.words]),
                np.array([word.scored for word in one.words], dtype=bool),
                share,
            )
            for one in found
        ]

    def _attributed(self, method: str) -> list[Scored]:
        found = attribute(self._subjects, method, seed=self.seed, stop=self.stop)
        return [
            Scored(_filled(np.array(one.scores), subject.read), subject.read, one.seconds)
            for subject, one in zip(self._subjects, found, strict=True)
        ]

    @cached_property
    def _subjects(self) -> list[Subject]:
        model = self.model
        alignments = [model.aligned(text) for text in self.texts]
        read = logits(model, [one.input_ids for one in alignments], stop=self.stop)
        labels = [Prediction.of(row).label for row in model.six(read).tolist()]
        tweets = zip(self.texts, alignments, labels, strict=True)
        return [Subject(model, text, own, Target(label)) for text, own, label in tweets]


def _filled(scores: Floats, read: Mask) -> Floats:
    """Scores in which a word that was not read has the lowest of those that were."""
    return np.where(read, scores, scores[read].min()) if read.any() else np.zeros_like(scores)

"""What every system makes of one chunk of rows, as one Arrow table.

Knows which model reads which text, and the columns that come of it. Keeps nothing from chunk to
chunk and asks no cache, so that a chunk's numbers depend on its rows and the models alone. Shapes:
N rows, M members, K classes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from core import ensembles
from core.data import text_hash
from core.evaluation import columns, translating
from core.evaluation.chunks import Chunk
from core.evaluation.plan import BEFORE, STUDENT, TEACHER, VOTE, Plan, SystemInfo
from core.evaluation.systems import Chosen
from core.labels import LABELS
from core.languages import LanguageIdentifier
from core.models import EmotionModel
from core.records import Example, Language, Prediction, TokenScores, Translation, Weight
from core.request import AUTO
from core.roster import Roster

Columns = dict[str, list[Any]]
Answers = Mapping[str, tuple[Prediction, TokenScores | None]]
"""Text → what a model makes of it; words are scored only where a plan wants them."""

_TYPES = {"list<int8>": pa.list_(pa.int8()), "list<float32>": pa.list_(pa.float32())}


@dataclass(frozen=True)
class Answering:
    """Open models and a plan: chunks in, tables out.

    Args:
        engines: what predicts for each of the models, by system; the models themselves are asked
            where words are scored.
    """

    roster: Roster
    identifier: LanguageIdentifier
    plan: Plan
    chosen: Chosen
    engines: Mapping[str, EmotionModel]

    @property
    def schema(self) -> pa.Schema:
        """Names and types of a table's columns, in order."""
        compared = {STUDENT, TEACHER} <= {*self.chosen.names}
        types = {
            **columns.ABOUT,
            **(columns.TRANSLATED if self.chosen.translated else {}),
            **(columns.WEIGHED if self.chosen.weighed else {}),
            **(columns.COMPARED if compared else {}),
            **columns.of_systems(self.chosen.names),
            **(columns.of_words([*self.chosen.asked]) if self.plan.words else {}),
        }
        return pa.schema([(name, _TYPES.get(kind, kind)) for name, kind in types.items()])

    @property
    def _rivals(self) -> bool:
        """Whether the weight's dearest rival is asked: only gold tells which of them is right."""
        return self.chosen.weighed and self.plan.layout.kind == "emotions"

    def table(self, chunk: Chunk, checked: Callable[[], None] = lambda: None) -> pa.Table:
        """The chunk's rows, answered.

        Args:
            checked: called between two models; what it raises ends the chunk.
        """
        texts = [row.text for row in chunk.rows]
        languages = [self._language(row) for row in chunk.rows]
        found = _about(chunk, languages)
        english: list[Translation] = []
        if self.chosen.translated:
            english = translating.translations(self.roster.translator, texts, languages)
            checked()
            found.update(
                translating.described(
                    self.roster.translator, texts, languages, english, self._rivals
                )
            )
        answers = self._answers(texts, english, checked)
        read = {
            name: [one.text for one in english] if name == TEACHER else texts for name in answers
        }
        predictions = {
            name: [answers[name][text][0] for text in read[name]] for name in self.chosen.models
        }
        if self.chosen.weighed:
            found.update(self._weighed(answers[BEFORE], predictions[BEFORE], english))
        if "distance" in self.schema.names:
            pairs = zip(predictions[STUDENT], predictions[TEACHER], strict=True)
            found["distance"] = [student.distance(teacher) for student, teacher in pairs]
        for info in self.chosen.systems:
            found.update(_of_system(info, predictions))
        if self.plan.words:
            for name in self.chosen.asked:
                marked = self.chosen.models[name].threshold is not None
                found.update(_of_words(name, answers[name], texts, read[name], marked))
        return pa.table(found, schema=self.schema)

    def _language(self, row: Example) -> Language:
        """As the file says, else as the plan says, else as found."""
        if row.language:
            return Language(row.language, None)
        if self.plan.layout.language is None and self.plan.language != AUTO:
            return Language(self.plan.language, None)
        return self.identifier.identify(row.text)

    def _answers(
        self,
        texts: Sequence[str],
        english: Sequence[Translation],
        checked: Callable[[], None],
    ) -> dict[str, Answers]:
        """What each model makes of each distinct text that it has to read."""
        translated = [one.text for one in english]
        found: dict[str, Answers] = {}
        for name in self.chosen.models:
            wanted = translated if name == TEACHER else texts
            if name == BEFORE and self.chosen.weighed:
                wanted = [*texts, *translated]
            found[name] = self._ask(name, list(dict.fromkeys(wanted)))
            checked()
        return found

    def _ask(self, name: str, texts: Sequence[str]) -> Answers:
        if self.plan.words:
            return dict(zip(texts, self.chosen.models[name].analyse(texts), strict=True))
        predicted = self.engines[name].predict(texts)
        return {text: (one, None) for text, one in zip(texts, predicted, strict=True)}

    def _weighed(
        self, answers: Answers, originals: Sequence[Prediction], english: Sequence[Translation]
    ) -> Columns:
        """The columns ``columns.WEIGHED``."""
        weights: list[Weight] = [
            self.roster.weigher.weigh(original, answers[one.text][0], one.status)
            for original, one in zip(originals, english, strict=True)
        ]
        return {
            "disagreement": [one.disagreement for one in weights],
            "weight": [one.weight for one in weights],
            "weight_reason": [one.reason for one in weights],
        }


def _about(chunk: Chunk, languages: Sequence[Language]) -> Columns:
    """The columns ``columns.ABOUT``."""
    rows = chunk.rows
    return {
        "row": list(range(chunk.first, chunk.end + 1)),
        "line": [row.row for row in rows],
        "id": [row.id for row in rows],
        "text": [row.text for row in rows],
        "text_hash": [text_hash(row.text) for row in rows],
        "source": [row.source for row in rows],
        "language": [found.code for found in languages],
        "language_probability": [found.probability for found in languages],
        "gold": [row.label for row in rows],
        "gold_triggers": [row.triggers for row in rows],
    }


def _of_system(info: SystemInfo, predictions: Mapping[str, Sequence[Prediction]]) -> Columns:
    """Label, probabilities and whether an end was unread, of one system."""
    if not info.members:
        own = predictions[info.name]
        return _columns(
            info.name,
            [one.label for one in own],
            _table(own),
            [one.truncated for one in own],
        )
    sides = [predictions[name] for name in info.members]
    combined = ensembles.vote if info.name == VOTE else ensembles.mean
    shares, places = combined(np.stack([_table(side) for side in sides]))  # (M, N, K)
    cut = [any(one.truncated for one in row) for row in zip(*sides, strict=True)]
    return _columns(info.name, [LABELS[place] for place in places], shares, cut)


def _table(predictions: Sequence[Prediction]) -> ensembles.Floats:
    """(N, K) probabilities."""
    return np.array([one.probabilities for one in predictions]).reshape(-1, len(LABELS))


def _columns(
    name: str, labels: list[str], shares: ensembles.Floats, truncated: list[bool]
) -> Columns:
    parts = zip(columns.shares(name), shares.T.astype(np.float32), strict=True)
    return {name: labels, **dict(parts), f"{name}_truncated": truncated}


def _of_words(
    name: str, answers: Answers, texts: Sequence[str], read: Sequence[str], marked: bool
) -> Columns:
    """Scores and triggers of the words of each text; null where another text was read.

    Args:
        marked: whether the model has a threshold, so that words can be triggers.
    """
    scores: list[list[float] | None] = []
    triggers: list[list[int] | None] = []
    for text, own in zip(texts, read, strict=True):
        found = answers[own][1] if own == text else None
        words = None if found is None else found.words
        scores.append(None if words is None else [word.score for word in words])
        told = words if marked else None
        triggers.append(None if told is None else [int(word.trigger) for word in told])
    return {f"{name}_word_scores": scores, f"{name}_triggers": triggers}

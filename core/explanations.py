"""Frozen records of explanations: which words made a label, and how far that can be trusted.

Values only: no model, no file, no drawing. Shapes: W words of ``text.split(" ")``, V words of a
translation. None is "not computable", never 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.attribution.table import USUAL
from core.records import Language, Prediction, Translation
from core.request import AUTO

Interval = tuple[float, float]
"""(low, high), both inclusive."""


@dataclass(frozen=True, slots=True)
class Target:
    """The class that is explained: its logit minus the mean of the others, or minus one other."""

    label: str  # one of LABELS
    against: str | None = None  # one of LABELS; None: the mean of all others


@dataclass(frozen=True, slots=True)
class Attribution:
    """What one method says of one text."""

    method: str  # a name of core.attribution.METHODS
    scores: tuple[float, ...]  # W; 0 (cosine: the lowest) for a word with no sub-token
    residual: float | None  # what special and prefix tokens took; None: only words are scored
    delta: float | None  # |Σ scores + residual − (f(x) − f(b))| / |f(x) − f(b)|
    seconds: float  # of computing, its share of a batch
    passes: int = 0  # times that the text or a variant of it went through the model
    note: str = ""  # a sentence, such as that a tolerance was not reached


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be explained, and how; checked by core.explaining."""

    text: str
    roles: tuple[str, ...] = ("student", "teacher")  # also "student before"
    methods: tuple[str, ...] = USUAL
    target: str | None = None  # one of LABELS; None: what each model predicts
    against: str | None = None  # one of LABELS; None: all others
    language: str = AUTO
    translation: str | None = None  # the user's own English
    options: Mapping[str, Mapping[str, float]] = field(default_factory=dict)  # method → values
    seed: int = 0
    gold: tuple[int, ...] | None = None  # 0/1, parallel to text.split(" ")
    faithful: bool = True  # whether faithfulness and verdicts are wanted too


class Verdict(StrEnum):
    """Whether an explanation does better than words ranked at random."""

    HOLDS = "holds"  # comprehensiveness and sufficiency do, under masking and under deletion
    DOUBTFUL = "doubtful"  # some do
    FAILS = "fails"  # none does


@dataclass(frozen=True, slots=True)
class Erasure:
    """Faithfulness under one way of taking words away, beside that of random rankings."""

    comprehensiveness: float  # in [−1, 1]; what taking the top words away costs; higher is better
    sufficiency: float  # in [−1, 1]; what keeping only the top words costs; lower is better
    random_comprehensiveness: Interval  # the middle 95 % of random rankings
    random_sufficiency: Interval

    @property
    def comprehensive(self) -> bool:
        """Whether comprehensiveness lies above the random interval."""
        return self.comprehensiveness > self.random_comprehensiveness[1]

    @property
    def sufficient(self) -> bool:
        """Whether sufficiency lies below the random interval."""
        return self.sufficiency < self.random_sufficiency[0]


@dataclass(frozen=True, slots=True)
class Faithfulness:
    """How well a ranking of words names those that the model used."""

    masked: Erasure  # words replaced by the mask token
    deleted: Erasure  # words' sub-tokens taken out
    deletion_auc: float  # mean target probability while top words are masked; lower is better
    insertion_auc: float  # the same while top words appear among masks; higher is better
    random_deletion_auc: Interval
    random_insertion_auc: Interval
    rankings: int  # random ones behind the intervals

    @property
    def verdict(self) -> Verdict:
        """Holds if all four comparisons beat the random interval, fails if none does."""
        beaten = [
            *(self.masked.comprehensive, self.masked.sufficient),
            *(self.deleted.comprehensive, self.deleted.sufficient),
        ]
        if all(beaten):
            return Verdict.HOLDS
        return Verdict.DOUBTFUL if any(beaten) else Verdict.FAILS


@dataclass(frozen=True, slots=True)
class Plausibility:
    """How far an explanation names the words that people marked; needs gold triggers."""

    f1: float  # of the top words, as many as are gold
    precision: float
    recall: float
    auprc: float  # area under the precision-recall curve
    average_precision: float


@dataclass(frozen=True, slots=True)
class Links:
    """Which source words the translator looked at for each English word."""

    source: str  # the tweet, V words
    english: str  # its translation, W words
    matrix: tuple[tuple[float, ...], ...]  # (W, V); a row sums to 1, or to 0 where nothing is known
    pairs: tuple[tuple[int, int], ...]  # hard alignment: (source word, English word), ascending


@dataclass(frozen=True, slots=True)
class Agreement:
    """How alike two vectors of word scores rank, over the words that both score."""

    spearman: float | None
    kendall: float | None
    overlap: float | None  # Jaccard of the top words
    top: int  # how many count as top


@dataclass(frozen=True, slots=True)
class LinkedAgreement:
    """Teacher's scores, carried to the source words, beside the student's."""

    carried: tuple[float, ...]  # V
    spearman: float | None
    permuted: Interval | None  # the middle 95 % when the teacher's words change places
    permuted_mean: float | None


@dataclass(frozen=True, slots=True)
class Side:
    """One model's explanations of the text that it read."""

    role: str  # "student" | "teacher" | "student before"
    text: str  # what this model read: the translation, for the teacher
    spans: tuple[tuple[int, int], ...]  # W; text[start:end] is the word
    read: tuple[bool, ...]  # W; False: no sub-token of the word was read
    target: Target
    prediction: Prediction
    value: float  # f(x), a difference of logits
    baseline: float | None  # f(b), every word replaced by the mask token; None: it has none
    threshold: float | None = None  # of the model's own trigger score
    attributions: Mapping[str, Attribution] = field(default_factory=dict)
    faithfulness: Mapping[str, Faithfulness] = field(default_factory=dict)
    stability: Mapping[str, float | None] = field(default_factory=dict)  # Spearman over seeds
    plausibility: Mapping[str, Plausibility] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)  # method → why it gives nothing here
    judged: bool = False  # random rankings were measured, or found not to be computable
    unjudged: str = ""  # why no verdict can be given on this text, such as too few words

    @property
    def words(self) -> tuple[str, ...]:
        """W words, the user's own characters."""
        return tuple(self.text[start:end] for start, end in self.spans)


@dataclass(frozen=True, slots=True)
class Explanation:
    """One tweet, explained; it grows while slow methods are still at work."""

    text: str
    language: Language
    translation: Translation | None  # None where no side reads it
    sides: Mapping[str, Side]  # by role, in the order in which they are shown
    links: Links | None = None  # None for English, or without a translator for it
    linked: Mapping[str, LinkedAgreement] = field(default_factory=dict)  # by method
    gold: tuple[int, ...] | None = None  # 0/1, parallel to text.split(" ")
    question: Question | None = None  # what was asked; its texts are those above
    models: str = ""  # key of the models behind it

    @property
    def seed(self) -> int:
        """Of every random number behind it."""
        return 0 if self.question is None else self.question.seed

    @property
    def complete(self) -> bool:
        """Whether everything that was asked for is there, or said to be missing."""
        asked = self.question
        return asked is None or all(
            role in self.sides
            and {*self.sides[role].attributions, *self.sides[role].missing} >= set(asked.methods)
            and (not asked.faithful or self.sides[role].judged)
            for role in asked.roles
        )

"""Frozen records that cross rooms; each field states its own convention.

Holds values only: no model, no file, no drawing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.labels import LABELS


@dataclass(frozen=True, slots=True)
class Example:
    """One row of a data file."""

    id: str
    text: str  # exactly as in the file: never stripped
    label: str | None = None  # one of LABELS; None in participants' files
    triggers: tuple[int, ...] | None = None  # 0/1, parallel to text.split(" ")
    source: str = ""  # the file's Source column, "" without one
    row: int = 0  # line of the file, the header being 1
    language: str = ""  # code, where the file tells it

    @property
    def gold(self) -> str:
        """The label of a labelled row; ValueError for one that has none."""
        if self.label is None:
            raise ValueError(f"row {self.row} has no label")
        return self.label


UNKNOWN = "unknown"
"""The language code of a text whose language is not told or not configured."""


@dataclass(frozen=True, slots=True)
class Language:
    """What a text's language is taken to be."""

    code: str  # "en", "fr", …, or UNKNOWN
    probability: float | None  # of langid, in [0, 1]; None when set by hand or unknown


class TranslationStatus(StrEnum):
    """How the English text came to be."""

    TRANSLATED = "translated"
    ENGLISH = "english"  # x' = x by definition
    COPIED = "copied"  # the translator returned its input
    PASSED_THROUGH = "passed through"  # blank, punctuation or emoji only
    UNKNOWN = "unknown language"  # no translator for it; x' = x
    EDITED = "edited"  # written or corrected by the user
    GIVEN = "given"  # it came with the text, as in parallel corpora

    @property
    def own(self) -> bool:
        """Whether x' is a text of its own, so that its weight says something."""
        return self in _OWN


_OWN = (TranslationStatus.TRANSLATED, TranslationStatus.EDITED, TranslationStatus.GIVEN)


@dataclass(frozen=True, slots=True)
class Translation:
    """An English text x' and where it came from."""

    text: str
    status: TranslationStatus
    cut: bool = False  # the translator was stopped at its length limit: an end may be missing


@dataclass(frozen=True, slots=True)
class Prediction:
    """What one model makes of one text."""

    probabilities: tuple[float, ...]  # K, in the order of LABELS, sum 1
    truncated: bool = False  # text beyond the model's maximum length was not read

    @classmethod
    def of(cls, shares: Iterable[float], truncated: bool = False) -> "Prediction":
        """From a float32 softmax: shares that sum to 1 in double precision."""
        values = [float(share) for share in shares]
        total = sum(values)
        return cls(tuple(value / total for value in values), truncated)

    @property
    def label(self) -> str:
        """The most probable label; the earlier one in LABELS on a tie."""
        return LABELS[max(range(len(LABELS)), key=lambda k: self.probabilities[k])]

    @property
    def confidence(self) -> float:
        """The probability of ``label``."""
        return max(self.probabilities)

    def distance(self, other: "Prediction") -> float:
        """Total variation, ``½ Σ |p − q|``, in [0, 1]: symmetric, 0 for equal answers."""
        pairs = zip(self.probabilities, other.probabilities, strict=True)
        return min(sum(abs(p - q) for p, q in pairs) / 2, 1.0)

    def as_dict(self) -> dict[str, float]:
        """Label → probability, in the order of LABELS."""
        return dict(zip(LABELS, self.probabilities, strict=True))


@dataclass(frozen=True, slots=True)
class WordScore:
    """One word of ``text.split(" ")`` with its trigger score."""

    word: str  # the user's own characters; may be ""
    score: float  # cosine with <s> in [-1, 1], or contribution in standard deviations
    trigger: bool
    scored: bool = True  # False: no sub-token of it was read (empty, or cut off)


class PieceKind(StrEnum):
    """What a sub-token stands for."""

    SPECIAL = "special"  # the tokenizer's own mark, such as <s>
    PREFIX = "prefix"  # of the model's instruction, such as "query: "
    KNOWN = "known"
    UNKNOWN = "unknown"  # characters that the vocabulary lacks


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as a tokenizer made it: what the model really read, T sub-tokens."""

    pieces: tuple[str, ...]  # T, as the vocabulary writes them, marks included
    kinds: tuple[PieceKind, ...]  # T
    written: Mapping[int, str]  # position → the user's characters behind an unknown piece
    limit: int  # T at most
    beyond: int  # further sub-tokens of the text, cut off
    end: int | None  # characters of the text that were read; None: all of it
    mark: str  # how pieces show where words are: "▁", "Ġ", "##", or "" where none does

    @property
    def blind(self) -> bool:
        """Whether the text has pieces, and the vocabulary lacks every one that is no bare mark."""
        own = zip(self.pieces, self.kinds, strict=True)
        kinds = {kind for piece, kind in own if piece != self.mark}
        return PieceKind.UNKNOWN in kinds and PieceKind.KNOWN not in kinds


@dataclass(frozen=True, slots=True)
class TokenScores:
    """A text and one score per word of it."""

    text: str  # the text that the model read
    words: tuple[WordScore, ...]  # parallel to text.split(" ")
    reading: Reading | None = None  # the sub-tokens behind them


@dataclass(frozen=True, slots=True)
class Weight:
    """How far one translation is trusted (Eq. 2 and 3)."""

    disagreement: float | None  # w of Eq. 2; None without an adapted student
    by_class: tuple[float, ...] | None  # K, sums to disagreement
    weight: float | None  # w̄ of Eq. 3 in [0, 1]; None where not computable
    percentile: float | None = None  # share of the reference with a larger w, in [0, 1]
    reason: str = ""  # a sentence: why weight is None, or what is special about it
    outside: bool = False  # w lies outside the reference's min … max
    on_original: tuple[float, ...] | None = None  # K: adapted student on x
    on_translation: tuple[float, ...] | None = None  # K: adapted student on x'
    reference: tuple[float, ...] = ()  # the reference's rows by w̄: shares of equal bins of [0, 1]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Teacher and student, side by side, on one tweet."""

    text: str
    language: Language
    translation: Translation
    teacher: Prediction
    student: Prediction
    student_before: Prediction | None  # None when no baseline is loaded
    weight: Weight
    triggers: Mapping[str, TokenScores] = field(default_factory=dict)  # "student", "teacher"
    refined: bool = True  # the student before is the one that the student was made from

    @property
    def agree(self) -> bool:
        """Whether teacher and student give the same label."""
        return self.teacher.label == self.student.label

    @property
    def distance(self) -> float:
        """Total variation of teacher and student, in [0, 1]."""
        return self.teacher.distance(self.student)

    @property
    def flipped(self) -> bool:
        """Whether refinement changed the student's label."""
        return self.student_before is not None and self.student_before.label != self.student.label


@dataclass(frozen=True, slots=True)
class EngineSources:
    """Where each model comes from: folder or hub id."""

    teacher: str
    student: str
    baseline: str | None = None  # the adapted student, before refinement
    translator: str | None = None
    students: tuple[str, ...] = ()  # further ones, for evaluations: student_2, student_3 …


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What a header says about one loaded model."""

    role: str  # "teacher" | "student" | "student before" | "student 2" … | "translator"
    name: str  # as asked for
    base: str
    languages: tuple[str, ...]
    parameters: int
    threshold: float | None
    pooling: str
    licence: str
    source: str
    unmapped: tuple[str, ...] = ()  # classes of a foreign model that are left out
    identity: str = ""  # of weights and settings; of a pattern of translators, the pattern
    called: str = ""  # by people; "" where nobody says


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """The loaded models and where they run."""

    device: str
    models: tuple[ModelInfo, ...]

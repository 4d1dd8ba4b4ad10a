"""The shape of ``metrics.json``: what endpoint, tab, report and command line all say.

Types only. Shares, F1, accuracy and p are in [0, 1]; intervals are 95 % and [low, high]; None is
"not computable", never 0. Macro figures are over the classes that the gold holds, predictions of
others counting as errors; those that it lacks are named.
"""

from typing import Any, Literal, NotRequired, TypedDict

Interval = list[float]
"""[low, high]."""


class ClassFigures(TypedDict):
    """One class of one system."""

    precision: float
    recall: float
    f1: float
    support: int  # gold rows
    predicted: int  # rows that the system gives it


class Scores(TypedDict):
    """One system on one set of rows that have gold."""

    n: int
    macro_f1: float
    macro_precision: float
    macro_recall: float
    micro_f1: float
    micro_precision: float
    micro_recall: float
    weighted_f1: float
    weighted_precision: float
    weighted_recall: float
    accuracy: float
    macro_f1_all: float  # over all classes in gold or predictions: scikit-learn's default
    classes: list[str]  # scored
    absent: list[str]  # of the six, not in this gold, so not scored
    per_class: dict[str, ClassFigures]  # the scored ones
    confusion: list[list[int]]  # 6 × 6 in the order of LABELS, rows gold, columns predicted
    intervals: dict[str, Interval]  # of macro_f1 and accuracy, rows resampled within languages


class MeanScores(TypedDict):
    """The mean over native languages other than English, each counting once."""

    macro_f1: float
    macro_precision: float
    macro_recall: float
    accuracy: float
    languages: list[str]
    interval: Interval  # of macro_f1


class Bin(TypedDict):
    """One bin of a reliability curve."""

    low: float  # confidence, in (low, high]
    high: float
    n: int
    confidence: float | None  # mean; None in an empty bin
    accuracy: float | None


class Calibration(TypedDict):
    """How far confidence can be believed."""

    ece: float  # Σ n_b/n · |accuracy − confidence|, equal-width bins (Guo et al. 2017)
    ece_interval: Interval
    bins: list[Bin]
    log_loss: float | None  # nats; None of votes
    brier: float  # Σ_k (p_k − y_k)², mean over rows
    temperature: float | None  # that minimises log loss on *this* file: an oracle; None of votes
    # and where there is none, as of answers that are all right
    ece_at_temperature: float | None


class Provenance(TypedDict):
    """Whether a system's training saw these texts."""

    tag: Literal["inductive", "transductive", "seen", "unknown"]  # unknown: it records no texts
    seen: int  # rows whose texts were in labelled training
    transductive: int  # rows whose texts, without labels, were in its refinement


class SystemMetrics(TypedDict):
    """Everything about one system; keys of ``Scores`` only where the file has labels."""

    name: str
    kind: str  # "student", "teacher", "ensemble"
    reads: str
    model: str
    identity: str
    members: list[str]
    provenance: Provenance
    predicted: dict[str, dict[str, int]]  # language (and "" for all) → label → rows
    confidence: dict[str, list[int]]  # language (and "") → 20 equal bins of [0, 1]
    truncated: int  # rows whose end was not read
    # Of Scores:
    n: NotRequired[int]
    macro_f1: NotRequired[float]
    macro_precision: NotRequired[float]
    macro_recall: NotRequired[float]
    micro_f1: NotRequired[float]
    micro_precision: NotRequired[float]
    micro_recall: NotRequired[float]
    weighted_f1: NotRequired[float]
    weighted_precision: NotRequired[float]
    weighted_recall: NotRequired[float]
    accuracy: NotRequired[float]
    macro_f1_all: NotRequired[float]
    classes: NotRequired[list[str]]
    absent: NotRequired[list[str]]
    per_class: NotRequired[dict[str, ClassFigures]]
    confusion: NotRequired[list[list[int]]]
    intervals: NotRequired[dict[str, Interval]]
    per_language: NotRequired[dict[str, Scores]]
    mean_of_languages: NotRequired[MeanScores | None]
    calibration: NotRequired[dict[str, Calibration]]  # language (and "")


class Test(TypedDict):
    """Two systems on the same rows."""

    a: str
    b: str
    language: str  # "" for all rows
    n: int
    difference: float  # macro-F1 of a minus that of b
    interval: Interval  # paired bootstrap
    randomisation_p: float
    holm_p: float | None  # over languages; None for all rows together
    mcnemar_p: float  # of accuracy


class Split(TypedDict):
    """Flips of one kind, by what the teacher said and by weight."""

    n: int
    teacher_agrees: int  # with the student's new label; both 0 without a teacher
    teacher_differs: int
    weight: dict[str, int]  # "low" < ⅓ ≤ "middle" < ⅔ ≤ "high", "none": no weight


class FlipCell(TypedDict):
    """Flips among the rows of one language and one gold class."""

    language: str
    gold: str
    n: int
    gained: Split  # wrong before, right after
    lost: Split  # right before, wrong after
    prior_gained: int | None  # by a mere shift of the label prior; None where it was not fitted
    prior_lost: int | None


class Refinement(TypedDict):
    """Did refinement help, and why."""

    before: str
    after: str
    n: int
    flipped: int
    gained: int
    lost: int
    cells: list[FlipCell]
    prior: dict[str, Any] | None  # macro_f1, accuracy, gained, lost, factors {label: factor}
    prior_reason: str  # why there is none, or ""


class Signal(TypedDict):
    """One number per translated row, larger meaning better, against the teacher's errors."""

    name: str  # "weight", "student_confidence", "teacher_confidence", "likelihood",
    # "length_ratio" (−|ln|), "few_copied"
    n: int  # rows where it is computable
    auroc: float | None  # of telling the teacher's right rows from its wrong ones; needs gold
    auroc_interval: Interval | None
    spearman_weight: float | None  # with w̄
    coverage: list[float]  # shares of rows kept, the most trusted first
    accuracy: list[float]  # of the teacher on them; [] without gold


class WeightLab(TypedDict):
    """What w̄ tells, beside rivals."""

    n: int  # rows that were translated and weighed
    statuses: dict[str, int]  # how the English came to be
    weights: dict[str, list[int]]  # language (and "") → 20 equal bins of [0, 1] of w̄
    outside: int  # rows without w̄ although translated
    grid: list[list[int]]  # 10 × 10: bins of w̄ (rows) × bins of the student's confidence before
    copied: list[float | None]  # mean copied share per tenth of w̄
    teacher_error: list[float | None]  # share per tenth of w̄; [] without gold
    signals: list[Signal]


class TriggerEntry(TypedDict):
    """One explanation method of one model on a trigger file."""

    system: str
    method: str  # of core.attribution, "random" among them; "all_words"; "own": the model's own
    # trigger score where it is no cosine (core.evaluation.trigger_scores)
    threshold: float | None  # the checkpoint's, of English validation; None: it has none, or
    # ("all_words", which has F1 all the same) needs none
    tweets: int
    f1: float | None
    f1_interval: Interval | None
    precision: float | None
    recall: float | None
    map_scores: float | None
    map_interval: Interval | None
    map_binary: float | None
    pearson: float | None
    seconds: float
    sweep: dict[str, list[float]]  # "threshold" and "f1": an oracle, which ranks nothing
    reason: str  # why it has no figures, or ""


class TriggerBoard(TypedDict):
    """Every explanation method against gold triggers."""

    tweets: int  # explained
    of: int  # in the file, with gold
    entries: list[TriggerEntry]  # best F1 at the checkpoint's threshold first


class FileMetrics(TypedDict):
    """The file as it was read."""

    name: str
    sha256: str
    rows: int  # used
    left_out: int  # rows named as unusable
    kind: str  # core.files.layout.Gold
    languages: dict[str, int]
    gold: dict[str, dict[str, int]]  # language (and "") → label → rows; {} without gold
    absent_classes: list[str]  # of the six, in no row; [] without gold
    absent_languages: list[str]  # of the five
    machine_translated: list[str]  # languages most of whose rows came out of a translator
    layout: dict[str, Any]


class RunMetrics(TypedDict):
    """How the figures came to be."""

    made: str  # UTC, ISO 8601
    command: str  # that does the same from a shell
    device: str
    engine: str  # "torch", or the fast one that passed its check
    models: list[dict[str, str]]  # role, name, identity
    seconds: float
    stopped: bool  # before the file's end
    seed: int
    draws: int
    version: str


class Metrics(TypedDict):
    """The whole file."""

    format: int  # 1
    file: FileMetrics
    run: RunMetrics
    systems: dict[str, SystemMetrics]
    tests: list[Test]  # student against each other system, all rows first
    refinement: Refinement | None
    weights: WeightLab | None
    triggers: TriggerBoard | None

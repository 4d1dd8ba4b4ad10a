"""What a refinement did, in figures: KL on unseen tweets, the label prior, each language's part.

Knows frozen tweets and tables of probabilities; no label of a tweet and no optimiser.
"""

from collections import Counter
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.distillation import distillation_loss, kl_per_row
from core.labels import LABELS
from core.models import EmotionModel
from core.prior import fit_factors, mean_prediction, rescaled
from train.config import DistilConfig
from train.events import Kind
from train.run import Run
from train.training.frozen import BATCH, Floats, Frozen

Rows = NDArray[np.int64]
BINS = 20  # of the weights' histogram


def trained_rows(frozen: Frozen) -> Rows:
    """Indices of the tweets that refinement trains on."""
    return np.flatnonzero(frozen.used & ~frozen.held_out)


def objective(config: DistilConfig, logits: Tensor, teacher: Tensor, weights: Tensor) -> Tensor:
    """Eq. 1 of a batch, and the share of hard labels in it where that is asked for; a scalar.

    Args:
        logits: (B, K) of the student; teacher: (B, K) probabilities; weights: (B,) w̄.
    """
    soft = distillation_loss(logits, teacher, weights, config.temperature)
    if not config.hard_weight:
        return soft
    hard = nn.functional.cross_entropy(logits.float(), teacher.argmax(dim=1), reduction="none")
    return (1 - config.hard_weight) * soft + config.hard_weight * (weights * hard).mean()


def unseen(config: DistilConfig, student: EmotionModel, frozen: Frozen) -> dict[str, float]:
    """Of held-out unlabelled tweets; nothing where none is held out.

    Returns:
        unseen_kl: mean KL(teacher‖student); loss: that of the training, on them.
    """
    rows = np.flatnonzero(frozen.held_out & frozen.used)
    if not len(rows):
        return {}
    table = student.probabilities([frozen.texts[row] for row in rows])
    weights = torch.tensor(frozen.weights[rows], dtype=torch.float32)
    teacher = torch.tensor(frozen.teacher[rows], dtype=torch.float32)
    return {
        "unseen_kl": float(_kl(frozen.teacher[rows], table).mean()),
        "loss": float(objective(config, _logits(table), teacher, weights)),
    }


def tell_weights(frozen: Frozen, run: Run) -> None:
    """An event with the distribution of w̄ over the tweets that have one."""
    weights = frozen.weights[~np.isnan(frozen.weights)]
    counts, edges = np.histogram(weights, bins=BINS, range=(0.0, 1.0))
    run.tell(
        Kind.WEIGHTS,
        stage="weigh",
        edges=edges,
        counts=counts,
        tweets=len(weights),
        counting=float((weights > 0).mean()) if len(weights) else 0.0,
        mean=float(weights.mean()) if len(weights) else None,
    )


def prior_shift(frozen: Frozen, run: Run) -> dict[str, Any] | None:
    """The class factors by which the student's label prior becomes the teacher's; see core.prior.

    Fitted on the tweets that are trained on, each counting by its weight, without any label: what
    refinement would do if it moved nothing but the bias of the head.

    Returns:
        tweets, and by label the weighted mean predictions of the teacher (on translations) and of
        the student before (on originals), the factors, and the student's mean under them, which
        is the teacher's; None where no factors reach it.
    """
    rows = trained_rows(frozen)
    weights, before = frozen.weights[rows], frozen.student[rows]
    if not weights.sum() > 0:
        run.log("No tweet has a weight, so there is no prior correction.")
        return None
    wanted = mean_prediction(frozen.teacher[rows], weights)
    try:
        factors = fit_factors(before, wanted, weights)
    except ValueError as error:
        run.log(f"No prior correction: {error}.")
        return None
    return {
        "tweets": len(rows),
        "teacher": _by_label(wanted),
        "before": _by_label(mean_prediction(before, weights)),
        "factors": _by_label(factors),
        "corrected": _by_label(mean_prediction(rescaled(before, factors), weights)),
    }


def by_language(student: EmotionModel, frozen: Frozen) -> dict[str, dict[str, Any]]:
    """What each language brought to a refinement that is over, and what it got; and all together.

    Returns:
        Code, or "all" → tweets (distinct; given pairs count as such), used (trained on), held_out
        (never trained on), left_out {why: tweets}, weight (mean w̄ of those used; the last w̄
        where it was computed again), weight_share (of the sum of w̄), labels {teacher, before,
        after: {label: tweets}} of those used, and kl_before, kl_after (means on those held out;
        null where there is none).
    """
    usable = np.flatnonzero(frozen.used)
    after = np.zeros_like(frozen.student)
    texts = [frozen.texts[row] for row in usable]
    after[usable] = student.probabilities(texts, BATCH[student.device.type])
    codes = np.array(frozen.languages)
    masks = {code: codes == code for code in sorted(set(frozen.languages))}
    everything = np.ones(len(codes), dtype=bool)
    return {name: _part(frozen, after, mask) for name, mask in {**masks, "all": everything}.items()}


def _part(frozen: Frozen, after: Floats, mask: NDArray[np.bool_]) -> dict[str, Any]:
    """One language's entry; ``mask`` (N,) says which tweets are its own."""
    used = np.flatnonzero(mask & frozen.used & ~frozen.held_out)
    away = np.flatnonzero(mask & frozen.used & frozen.held_out)
    left_out = Counter(frozen.statuses[row].value for row in np.flatnonzero(mask & ~frozen.used))
    whole = frozen.weights[trained_rows(frozen)].sum()
    weights = frozen.weights[used]
    tables = {"teacher": frozen.teacher, "before": frozen.student, "after": after}
    return {
        "tweets": int(mask.sum()),
        "used": len(used),
        "held_out": len(away),
        "left_out": dict(left_out),
        "weight": float(weights.mean()) if len(used) else None,
        "weight_share": float(weights.sum() / whole) if whole > 0 else None,
        "labels": {name: _labels(table[used]) for name, table in tables.items()},
        "kl_before": _mean_kl(frozen.teacher[away], frozen.student[away]),
        "kl_after": _mean_kl(frozen.teacher[away], after[away]),
    }


def _labels(table: Floats) -> dict[str, int]:
    counts = np.bincount(table.argmax(axis=1), minlength=len(LABELS))
    return dict(zip(LABELS, counts.tolist(), strict=True))


def _by_label(values: Floats) -> dict[str, float]:
    return dict(zip(LABELS, values.tolist(), strict=True))


def _mean_kl(teacher: Floats, student: Floats) -> float | None:
    return float(_kl(teacher, student).mean()) if len(teacher) else None


def _kl(teacher: Floats, student: NDArray[Any]) -> torch.Tensor:
    """KL(P‖Q) (n,) of rows (n, K), in nats."""
    return kl_per_row(_logits(student), torch.tensor(teacher, dtype=torch.float32))


def _logits(probabilities: NDArray[Any]) -> Tensor:
    """Numbers (n, K) whose softmax these are."""
    return torch.log(torch.tensor(probabilities, dtype=torch.float32).clamp(min=1e-9))

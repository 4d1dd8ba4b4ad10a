"""Did refinement help, and why: which rows it turned right and wrong, and what else would have.

The control is a mere shift of the label prior: one factor per class, fitted so that the mean
prediction of the student before refinement becomes that of the refined one on these very rows.
No gold is used for that. Knows arrays; no file. Shapes: N rows, K classes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.cells import counts
from core.evaluation.rows import Answers, Mask, Rows
from core.evaluation.schema import FlipCell, Refinement, Split
from core.evaluation.table import Places
from core.labels import LABELS
from core.metrics import report_of
from core.prior import fit_factors, mean_prediction

Floats = NDArray[np.floating]

FITTED = 20_000  # rows at most that factors are fitted on
NOT_FITTED = "The prior alone cannot explain the change: "
NO_ROWS = "no row was answered by both students."


@dataclass(frozen=True)
class Flips:
    """Rows that have gold and an answer of both students; masks are (N,) over all rows."""

    rows: Rows
    before: Places  # (N,) codes
    after: Places
    known: Mask
    teacher: Places  # NONE without one
    weight: NDArray[np.float64]  # w̄; NaN without one
    shifted: Places | None  # what the shifted prior says; None where it could not be fitted

    def gained(self, after: Places) -> Mask:
        """Wrong before, right after."""
        wrong, right = self.before != self.rows.gold, after == self.rows.gold
        return np.asarray(self.known & wrong & right)

    def lost(self, after: Places) -> Mask:
        """Right before, wrong after."""
        right, wrong = self.before == self.rows.gold, after != self.rows.gold
        return np.asarray(self.known & right & wrong)


def refinement(
    rows: Rows,
    before: Answers,
    after: Answers,
    shares: Callable[[str], Floats],
    teacher: Places,
    weight: NDArray[np.float64],
    seed: int = 0,
) -> Refinement | None:
    """Everything about the change from one student to the next; None without a row that has gold.

    Args:
        before: of the student before refinement.
        after: of the refined one.
        shares: a system's name → its probabilities (N, K).
        teacher: (N,) codes of its labels, NONE without.
        weight: (N,) w̄, NaN without.
        seed: of the rows that factors are fitted on.
    """
    known = before.scored(rows) & after.scored(rows)
    if not known.any():
        return None
    shifted, factors, reason = _shifted(before, after, shares, seed)
    flips = Flips(rows, before.label, after.label, known, teacher, weight, shifted)
    gained, lost = flips.gained(after.label), flips.lost(after.label)
    return {
        "before": before.name,
        "after": after.name,
        "n": int(known.sum()),
        "flipped": int((known & (before.label != after.label)).sum()),
        "gained": int(gained.sum()),
        "lost": int(lost.sum()),
        "cells": _cells(flips, gained, lost),
        "prior": _prior(flips, factors),
        "prior_reason": reason,
    }


def _shifted(
    before: Answers, after: Answers, shares: Callable[[str], Floats], seed: int
) -> tuple[Places | None, NDArray[np.float64] | None, str]:
    """(N,) what the student before would say under the other prior, its factors, or why not."""
    start = shares(before.name)
    both = np.flatnonzero((before.label >= 0) & (after.label >= 0) & np.isfinite(start[:, 0]))
    if not len(both):
        return None, None, NOT_FITTED + NO_ROWS
    if len(both) > FITTED:
        chosen = np.random.default_rng(seed).choice(both, FITTED, replace=False)
        both = np.sort(chosen)
    target = mean_prediction(shares(after.name)[both])
    try:
        factors = fit_factors(start[both], target)
    except ValueError as error:
        return None, None, f"{NOT_FITTED}{error}."
    label = (start * factors).argmax(axis=1).astype(before.label.dtype)
    return label, factors, ""


def _prior(flips: Flips, factors: NDArray[np.float64] | None) -> dict[str, Any] | None:
    if flips.shifted is None or factors is None:
        return None
    gold, label = flips.rows.gold[flips.known], flips.shifted[flips.known]
    report = report_of(counts((gold, label))[0])
    return {
        "macro_f1": report.macro_f1,
        "accuracy": report.accuracy,
        "gained": int(flips.gained(flips.shifted).sum()),
        "lost": int(flips.lost(flips.shifted).sum()),
        "factors": dict(zip(LABELS, factors.tolist(), strict=True)),
    }


def _cells(flips: Flips, gained: Mask, lost: Mask) -> list[FlipCell]:
    """One for each language and gold class that has rows."""
    found: list[FlipCell] = []
    shifted = flips.shifted
    by_prior = () if shifted is None else (flips.gained(shifted), flips.lost(shifted))
    for place, code in enumerate(flips.rows.languages):
        for gold, label in enumerate(LABELS):
            own = flips.known & (flips.rows.language == place) & (flips.rows.gold == gold)
            if own.any():
                moved = [int((mask & own).sum()) for mask in by_prior]
                found.append(
                    {
                        "language": code,
                        "gold": label,
                        "n": int(own.sum()),
                        "gained": _split(flips, gained & own),
                        "lost": _split(flips, lost & own),
                        "prior_gained": moved[0] if moved else None,
                        "prior_lost": moved[1] if moved else None,
                    }
                )
    return found


def _split(flips: Flips, chosen: Mask) -> Split:
    """Some flips by what the teacher said and by weight."""
    teacher, after = flips.teacher[chosen], flips.after[chosen]
    agrees = int((teacher == after).sum())
    weight = flips.weight[chosen]
    low, middle = int((weight < 1 / 3).sum()), int((weight < 2 / 3).sum())
    weighed = int(np.isfinite(weight).sum())
    return {
        "n": int(chosen.sum()),
        "teacher_agrees": agrees,
        "teacher_differs": int((teacher >= 0).sum()) - agrees,
        "weight": {
            "low": low,
            "middle": middle - low,
            "high": weighed - middle,
            "none": len(weight) - weighed,
        },
    }

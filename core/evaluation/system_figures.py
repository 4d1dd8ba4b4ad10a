"""Every figure of one system: scores by language, calibration, what it predicts, what it saw.

Knows arrays, and the shape that ``core.evaluation.schema`` describes; no file. Shapes: N rows, K
classes, G languages.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.calibration import Reliability, brier, expected_error, log_loss, reliability, tempered
from core.calibration import temperature as best_temperature
from core.cells import Counts, counts
from core.evaluation.plan import VOTE, SystemInfo
from core.evaluation.provenance import Seen, provenance
from core.evaluation.rows import Answers, Mask, Rows
from core.evaluation.schema import Bin, Calibration, SystemMetrics
from core.evaluation.scores import mean_scores, scores, strata
from core.evaluation.table import counted
from core.evaluation.weight_lab import histogram

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Output:
    """What a system gave for N rows."""

    answers: Answers
    shares: Floats  # (N, K), NaN where it said nothing
    truncated: int  # rows

    @property
    def confidence(self) -> Floats:
        """(N,) its largest probability."""
        return np.asarray(self.shares.max(axis=1))


def system_metrics(
    info: SystemInfo,
    output: Output,
    rows: Rows,
    hashes: Sequence[str],
    seen: Seen | None,
    draws: int,
    seed: int,
) -> SystemMetrics:
    """All of it; the figures that need gold only where a row has gold.

    Args:
        hashes: (N,) of the texts.
        seen: what its training saw; None where that is not recorded.
        draws, seed: of intervals.
    """
    label, confidence = output.answers.label, output.confidence
    found: SystemMetrics = {
        "name": info.name,
        "kind": info.kind,
        "reads": info.reads,
        "model": info.model,
        "identity": info.identity,
        "members": list(info.members),
        "provenance": provenance(hashes, seen),
        "predicted": {code: counted(label[mask]) for code, mask in rows.each()},
        "confidence": {code: histogram(confidence[mask]) for code, mask in rows.each()},
        "truncated": output.truncated,
    }
    scored = output.answers.scored(rows)
    if scored.any():
        found.update(_against_gold(output, rows, scored, draws, seed))
        found["calibration"] = {
            code: calibration(output, rows, mask & scored, info.name == VOTE, draws, seed)
            for code, mask in rows.each()
            if (mask & scored).any()
        }
    return found


def _against_gold(output: Output, rows: Rows, scored: Mask, draws: int, seed: int) -> SystemMetrics:
    """The keys of ``Scores``, over all rows and by language."""
    by_language = language_cells(rows, scored, rows.gold, output.answers.label)
    native = {code: [own] for code, own in by_language.items() if code in rows.averaged}
    found: SystemMetrics = {**scores(strata(by_language), draws, seed)}  # type: ignore[typeddict-item]
    found["per_language"] = {code: scores([own], draws, seed) for code, own in by_language.items()}
    found["mean_of_languages"] = mean_scores(native, draws, seed)
    return found


def language_cells(rows: Rows, chosen: Mask, *columns: NDArray[np.integer]) -> dict[str, Counts]:
    """Confusions (K, K), or of three columns joint counts (K, K, K), of each language with rows."""
    own = [column[chosen] for column in columns]
    cells = counts(own, rows.language[chosen], len(rows.languages))
    return {code: c for code, c in zip(rows.languages, cells, strict=True) if c.any()}


def calibration(
    output: Output, rows: Rows, chosen: Mask, vote: bool, draws: int, seed: int
) -> Calibration:
    """Of some rows that have gold and an answer.

    Args:
        vote: the shares are shares of votes, not probabilities to be warmed.
    """
    shares, gold = output.shares[chosen], rows.gold[chosen]
    right = output.answers.label[chosen] == gold
    found = reliability(shares.max(axis=1), right, rows.language[chosen], draws, seed)
    warmth = None if vote else best_temperature(shares, gold)
    after = None if warmth is None else tempered(shares, warmth).max(axis=1)
    return {
        "ece": found.ece,
        "ece_interval": list(found.interval),
        "bins": _bins(found),
        "log_loss": None if vote else log_loss(shares, gold),
        "brier": brier(shares, gold),
        "temperature": warmth,
        "ece_at_temperature": None if after is None else expected_error(after, right),
    }


def _bins(found: Reliability) -> list[Bin]:
    size = len(found.counts)
    return [
        {
            "low": place / size,
            "high": (place + 1) / size,
            "n": rows,
            "confidence": float(found.confidence[place]) if rows else None,
            "accuracy": float(found.accuracy[place]) if rows else None,
        }
        for place, rows in enumerate(found.counts.tolist())
    ]

"""Whether a system's training saw the texts that it is scored on, by hashes of normalised texts.

Knows hashes (``core.data.text_hash``) and what ``core.checkpoints.load_texts`` reads; no text.
"""

from collections.abc import Iterable, Set

from core.evaluation.schema import Provenance

Seen = tuple[Set[str], Set[str]]
"""Hashes of texts that a training used with their labels, and of those it used without."""


def provenance(hashes: Iterable[str], seen: Seen | None) -> Provenance:
    """The strongest tag that a row earns, and how many rows earn each.

    Args:
        hashes: one a row.
        seen: of the system's training; None where it is not recorded.
    """
    if seen is None:
        return {"tag": "unknown", "seen": 0, "transductive": 0}
    rows = list(hashes)
    labelled, unlabelled = (sum(map(known.__contains__, rows)) for known in seen)
    if labelled:
        return {"tag": "seen", "seen": labelled, "transductive": unlabelled}
    if unlabelled:
        return {"tag": "transductive", "seen": 0, "transductive": unlabelled}
    return {"tag": "inductive", "seen": 0, "transductive": 0}


def together(parts: Iterable[Seen | None]) -> Seen | None:
    """What an ensemble's training saw: whatever a member saw; None where a member is unknown."""
    labelled: set[str] = set()
    unlabelled: set[str] = set()
    for part in parts:
        if part is None:
            return None
        labelled |= part[0]
        unlabelled |= part[1]
    return labelled, unlabelled

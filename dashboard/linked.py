"""What a card needs of word links: the links, and how alike both models mark linked words.

Knows services and records; draws nothing. Where links fail, the card stands without them and the
log says why.
"""

import logging
import math
from dataclasses import dataclass

from core.errors import TandemError
from core.explanations import LinkedAgreement, Links
from core.records import Comparison, TranslationStatus
from dashboard.services import Services

log = logging.getLogger("tandem")


@dataclass(frozen=True, slots=True)
class Linked:
    """A comparison's word links."""

    links: Links
    agreement: LinkedAgreement | None  # None where a model gave no word scores


def linked(services: Services, comparison: Comparison) -> Linked | None:
    """The links of one comparison; None where there are none, or where they failed."""
    status = comparison.translation.status
    if not (status.own or status is TranslationStatus.COPIED):
        return None
    own = comparison.translation.text if status is TranslationStatus.EDITED else None
    try:
        links = services.links(comparison.text, comparison.language.code, own)
    except TandemError as problem:
        log.warning("No word links: %s", problem)
        return None
    except Exception:
        log.exception("No word links.")
        return None
    shown = (comparison.text, comparison.translation.text)
    if links is None or (links.source, links.english) != shown:
        return None
    return Linked(links, _agreement(links, comparison))


def _agreement(links: Links, comparison: Comparison) -> LinkedAgreement | None:
    """By both models' trigger scores; a word that was not read has none."""
    from core.links import linked_agreement  # scipy: not while the page opens

    sides = [comparison.triggers.get(role) for role in ("teacher", "student")]
    if None in sides:
        return None
    teacher, student = (
        [word.score if word.scored else math.nan for word in side.words]
        for side in sides
        if side is not None
    )
    return linked_agreement(links, teacher, student)

"""Whether a hub id exists, and how large it is: one sentence for a form or a program.

Knows core.hub's listing; fetches no file.
"""

import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from core import hub
from core.errors import InputError, ModelError
from dashboard.wording import training as words
from dashboard.wording.numbers import size as parameters
from train.paths import LANGUAGE, is_hub_id

FIRST = "fr"  # stands in for the languages of a pattern
PATIENCE = 4.0  # seconds for the hub's answer before a start: a person waits
FRESH, GONE = 600.0, 20.0  # seconds for which a good answer stands, and a bad one
MOST = 4  # models asked about at once


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of a hub id before a start."""

    there: bool  # a run can have it
    sentence: str = ""  # why not, or what it will have to download


class Hub:
    """Answers about hub ids, kept for a while; safe to use from many threads."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, Answer]] = {}  # until when an answer stands
        self._lock = threading.Lock()

    def about(self, models: Iterable[str]) -> dict[str, Answer]:
        """Model → whether a run can have it: from this machine's cache, else as the hub says."""
        wanted = sorted(set(models))
        if not wanted:
            return {}
        with ThreadPoolExecutor(min(MOST, len(wanted))) as pool:
            return dict(zip(wanted, pool.map(self._one, wanted), strict=True))

    def _one(self, model: str) -> Answer:
        asked = model.replace(LANGUAGE, FIRST)
        if hub.cached(asked) is not None:
            return Answer(True)
        with self._lock:
            until, known = self._known.get(asked, (0.0, Answer(False)))
        if time.monotonic() < until:
            return known
        found = _asked(asked)
        with self._lock:
            self._known[asked] = time.monotonic() + (FRESH if found.there else GONE), found
        return found


def _asked(model: str) -> Answer:
    try:
        found = hub.listing(model, PATIENCE)
    except ModelError as problem:
        return Answer(False, problem.sentence)
    size = words.size(found.to_load)
    said = words.HUB_WILL_LOAD.format(model=model, size=size) if found.missing else ""
    return Answer(True, said)


def said(model: str) -> str:
    """What the hub says of a model.

    Raises:
        InputError: it is no hub id.
        ModelError: the hub does not know it, does not hand it out, or cannot be reached.
    """
    if not is_hub_id(model):
        raise InputError(words.HUB_NO_ID.format(model=repr(model)[:100]))
    asked = model.replace(LANGUAGE, FIRST)
    try:
        found = hub.listing(asked)
    except ModelError:
        if hub.cached(asked) is None:
            raise
        return words.HUB_CACHED.format(model=asked)
    total = sum(found.sizes.values())
    count = words.HUB_PARAMETERS.format(count=parameters(found.parameters or 0))
    known = words.HUB_FOUND.format(
        model=asked, size=words.size(total), parameters=count if found.parameters else ""
    )
    rest = words.HUB_TO_LOAD.format(size=words.size(found.to_load))
    pattern = f" {words.HUB_PATTERN.format(model=asked)}" if asked != model else ""
    return known + (rest if found.missing else words.HUB_HERE) + pattern

"""Models that come from the hub: how large, how far, called off. A thread and a process each.

Knows the hub through core.hub and core.fetching; keeps nothing on disk, since the cache itself
tells what arrived. Nothing of widgets or HTML.
"""

import logging
import shutil
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from core.errors import InputError, TandemError, Unreachable
from dashboard import wording
from dashboard.wording import models as words

if TYPE_CHECKING:
    from core.hub import Listing

log = logging.getLogger("tandem")

AT_ONCE = 2
ROOM = 200_000_000  # bytes that a download leaves free
State = Literal["running", "done", "stopped", "failed"]


@dataclass(frozen=True, slots=True)
class Offer:
    """What the hub says of a model before anything is loaded."""

    model: str
    bytes: int  # of all its files
    to_load: int  # of those that are not here yet
    free: int  # on the disk of the cache
    parameters: int | None
    cache: Path

    @property
    def fits(self) -> bool:
        """Whether there is room for it."""
        return self.to_load + ROOM <= self.free


@dataclass(eq=False, slots=True)
class Download:
    """One download, as it stands."""

    model: str
    state: State = "running"
    done: int = 0  # bytes
    total: int = 0
    problem: str = ""
    cancel: threading.Event = field(default_factory=threading.Event)


class Downloads:
    """Downloads of this server, the newest last; one per model."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all: dict[str, Download] = {}

    def all(self) -> tuple[Download, ...]:
        """What is under way, and how the last of each model ended."""
        with self._lock:
            return tuple(self._all.values())

    def offer(self, model: str) -> Offer:
        """What the hub says of a model; nothing is loaded.

        Raises:
            InputError: it is no hub id.
            ModelError: the hub does not know it, refuses it, or cannot be reached.
        """
        from huggingface_hub import constants

        from core import hub

        if not hub.is_id(model) or Path(model).exists():
            raise InputError(words.NO_ID.format(model=repr(model)[:100]), words.ID_HINT)
        found = _listing(model)
        cache = Path(constants.HF_HUB_CACHE)
        there = next(one for one in (cache, *cache.absolute().parents) if one.exists())
        free = shutil.disk_usage(there).free
        total = sum(found.sizes.values())
        return Offer(model, total, found.to_load, free, found.parameters, cache)

    def start(self, model: str) -> None:
        """Begin a download, or go on with one that ended early.

        Raises:
            InputError: it is under way, there is no room, or as ``offer`` says.
        """
        offer = self.offer(model)
        if not offer.fits:
            said = words.NO_ROOM.format(
                model=model, size=words.size(offer.to_load), free=words.size(offer.free)
            )
            raise InputError(said, words.NO_ROOM_HINT)
        with self._lock:
            running = [one.model for one in self._all.values() if one.state == "running"]
            if model in running:
                raise InputError(words.DOWNLOADING.format(model=model))
            if len(running) >= AT_ONCE:
                raise InputError(*words.TOO_MANY_DOWNLOADS)
            self._all.pop(model, None)
            download = self._all[model] = Download(model, total=offer.to_load)
        threading.Thread(target=_run, args=(download,), name="tandem-hub", daemon=True).start()

    def stop(self, model: str) -> None:
        """Call a download off; nothing where it has ended."""
        with self._lock:
            download = self._all.get(model)
        if download is not None:
            download.cancel.set()

    def forget(self, model: str) -> None:
        """Show an ended download no longer."""
        with self._lock:
            found = self._all.get(model)
            if found is not None and found.state != "running":
                del self._all[model]


def _listing(model: str) -> "Listing":
    """What the hub says; where it cannot be asked, that alone, for nobody here has a shell."""
    from huggingface_hub import constants

    from core import hub

    try:
        return hub.listing(model)
    except Unreachable as problem:
        said = words.HUB_OFF if constants.HF_HUB_OFFLINE else words.HUB_AWAY
        raise InputError(*said) from problem


def _run(download: Download) -> None:
    """The thread's body; whatever happens ends up in the record."""
    from core.fetching import Stopped, fetch

    def told(_: str, done: int, total: int) -> None:
        download.done, download.total = done, total

    try:
        fetch(download.model, told, download.cancel.is_set)
        download.done, download.state = download.total, "done"
    except Stopped:
        download.state = "stopped"
    except TandemError as problem:
        download.problem, download.state = wording.error(problem), "failed"
    except Exception:
        log.exception("The download of %s failed.", download.model)
        download.problem, download.state = wording.DEFECT, "failed"

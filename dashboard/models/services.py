"""What the Models tab and its endpoint may call: what there is, load, unload, download, delete.

Knows the catalogue, the engine's changes, the queue's runs and downloads; nothing of widgets or
HTML. A page names a model by a token: no path that it sends is ever opened.
"""

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from core import catalogue
from core.errors import InputError
from core.found import Found
from core.roles import by_role, fits
from dashboard.contract import Status
from dashboard.models import removing
from dashboard.models.called import apart
from dashboard.models.downloads import Downloads
from dashboard.models.places import Place, Places
from dashboard.services import Services
from dashboard.wording import models as words
from train.jobs.queue import Queue
from train.jobs.records import ENDED

MODELS = "models"  # within the folder of runs, where nobody names another


@dataclass(frozen=True, slots=True)
class Known:
    """A model that was found, and what can be done with it."""

    found: Found
    token: str  # stands for it on a page
    place: Place
    name: str  # in its place
    roles: tuple[str, ...]  # that it is loaded in
    keep: str  # why it may not be deleted; "" where it may
    called: str  # by people


class Models:
    """Models on this machine.

    Args:
        services: whose engine they are loaded into.
        runs: the folder of runs.
        folder: where people put models; None: within runs.
    """

    def __init__(self, services: Services, runs: Path, folder: Path | None = None) -> None:
        self.services = services
        runs = runs.resolve()
        self.places = Places(runs, (folder or runs / MODELS).resolve())
        self.queue = Queue(runs)
        self.downloads = Downloads()
        self._removing = threading.Lock()
        removing.sweep(self.places.models)

    def all(self) -> tuple[Known, ...]:
        """Everything that was found, the refused ones last."""
        loaded, used = self._loaded(), self._used()
        ended, every = self._ended(), catalogue.found(self.places.roots())
        names = apart(one.source for one in every)
        return tuple(
            replace(self._known(one, loaded, used, ended), called=names[one.source])
            for one in every
        )

    def status(self) -> Status:
        """The engine's."""
        return self.services.status()

    def find(self, token: object) -> Known:
        """The model that a token stands for.

        Raises:
            InputError: none, or none any more.
        """
        for one in self.all():
            if one.token == token:
                return one
        raise InputError(*words.GONE)

    def load(self, token: object, role: str) -> None:
        """Load a model in a role; see Services.replace.

        Raises:
            TandemError: it cannot stand there.
        """
        one = self.find(token)
        fits(one.found, role)
        self.services.replace(role, one.found.source)

    def delete(self, token: object) -> Known:
        """Take a model off the disk; what it was.

        Raises:
            InputError: it may not be, with the reason.
        """
        with self._removing:
            one = self.find(token)
            if one.keep:
                raise InputError(one.keep)
            removing.remove(one.found.folder)
        return one

    def _known(
        self,
        found: Found,
        loaded: dict[str, tuple[str, ...]],
        used: tuple[str, ...],
        ended: Callable[[str], bool],
    ) -> Known:
        place, name = self.places.of(found)
        keep = removing.reason(found, self.places, used, ended)
        token = hashlib.sha256(f"{found.folder.absolute()}".encode()).hexdigest()[:20]
        return Known(found, token, place, name, loaded.get(_same(found.source), ()), keep, name)

    def _loaded(self) -> dict[str, tuple[str, ...]]:
        """Source → the roles that it is loaded in."""
        sources = self.services.sources()
        found: dict[str, tuple[str, ...]] = {}
        for role, source in by_role(sources).items() if sources is not None else ():
            found[_same(source)] = (*found.get(_same(source), ()), role)
        return found

    def _used(self) -> tuple[str, ...]:
        """Sources that are loaded, and those that are about to be."""
        coming = (one for change in self.services.pending() for one in change.used)
        return (*self._loaded(), *coming)

    def _ended(self) -> Callable[[str], bool]:
        """Whether a run has ended; the queue is read once, and only if somebody asks."""
        states: dict[str, bool] = {}

        def ended(run: str) -> bool:
            if not states:
                states.update({job.id: job.state in ENDED for job in self.queue.jobs()})
            return states.get(run, False)

        return ended


def _same(source: str) -> str:
    """One name for one folder, links followed; an id as it is."""
    return str(Path(source).resolve()) if Path(source).is_dir() else source

"""What the Train tab and its endpoints may call: ask, check, start, follow; presets and uploads.

Knows the queue of runs, folders and limits; nothing of widgets or HTML. A run is a process of its
own that outlives this one: nothing about it is kept here but how far its events were read.
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from core.errors import ConfigError, InputError
from dashboard.batch.results import Kept, Store
from dashboard.batch.services import RUNS, Limits
from dashboard.services import Services
from dashboard.training.asking import Asked, asked
from dashboard.training.hub import Hub
from dashboard.training.places import Places
from dashboard.training.presets import Presets
from dashboard.training.starting import notes, ready
from dashboard.wording import training as words
from train.jobs.following import Follower, followed
from train.jobs.queue import Queue
from train.jobs.records import Job, Told

log = logging.getLogger("tandem")

FOLDER, PRESETS, MODELS = "uploads", "presets", "models"  # within the folder of runs
KEPT, DAYS = 200, 365  # uploads of one owner, and for how long: a run may be resumed with them
LONGEST_NAME = 80  # characters of a run's name
FOLLOWED = 64  # runs whose events are remembered as read so far
TICK = 2.0  # seconds between two looks at whose turn it is


class Training:
    """Runs, and what they are started from.

    Args:
        services: whose engine a finished model can be loaded into.
        runs: the folder of runs; made with the first.
        roots: further folders whose files may be used.
        models: the folder of downloaded models; None: within runs.
        limits: of uploaded files.
        queue: None: the one in ``runs``.
    """

    def __init__(
        self,
        services: Services,
        runs: Path = RUNS,
        roots: Sequence[Path] = (),
        models: Path | None = None,
        limits: Limits | None = None,
        queue: Queue | None = None,
    ) -> None:
        self.queue = queue or Queue(runs)  # with the folder as given: so commands name it
        runs = runs.resolve()
        self.services, self.runs = services, runs
        self.models = (models or runs / MODELS).resolve()
        self.limits = limits or Limits()
        self.uploads = Store(runs / FOLDER, KEPT, DAYS)
        self.places = Places.of(runs, self.models, self.uploads, roots)
        self.presets = Presets(runs / PRESETS)
        self.followers: OrderedDict[str, Follower] = OrderedDict()
        self.hub = Hub()
        self._lock = threading.Lock()
        self._ended = threading.Event()

    # --- to start

    def asked(
        self,
        recipe: object,
        preset: object,
        raw: Mapping[str, Any],
        owner: str,
        *,
        typed: bool = False,
    ) -> Asked:
        """What is to be run, and all that is wrong with it; see dashboard.training.asking.

        Raises:
            InputError: no such recipe or preset.
        """
        return asked(recipe, preset, raw, owner, (self.places, self.presets), typed=typed)

    def ready(self, asked: Asked) -> Asked:
        """The same with what only shows on the hub, or in a model's own settings, as problems."""
        return ready(asked, self.hub)

    def notes(self, asked: Asked) -> list[str]:
        """What is good to know before a start that nothing stands in the way of."""
        return notes(asked, self.hub)

    def command(self, asked: Asked) -> str:
        """The line that does the same from a shell; "" as long as something is wrong."""
        if asked.problems:
            return ""
        return str(self.queue.command(asked.recipe.name, asked.values))

    def start(self, asked: Asked, owner: str, name: str = "") -> Job:
        """Put it into the queue; it starts when it has its turn.

        Raises:
            ConfigError: naming everything that is wrong with it.
        """
        if asked.problems:
            raise refusal(asked)
        if len(name) > LONGEST_NAME:
            said = words.NAME_TOO_LONG.format(count=f"{len(name):,}", limit=LONGEST_NAME)
            raise ConfigError(f"{words.RUN_NAME} {said}")
        return self.queue.submit(asked.recipe.name, asked.values, name=name, owner=owner)

    def too_large(self, name: str) -> InputError:
        """The error for a file beyond the limit."""
        said = words.TOO_LARGE.format(name=name, limit=words.size(self.limits.bytes))
        return InputError(said, words.TOO_LARGE_HINT)

    def upload(self, token: object, owner: str) -> Kept:
        """An uploaded file; InputError where there is none, or it is another user's."""
        return self.uploads.find(token, owner)

    # --- to follow

    def told(self, job: Job) -> Told:
        """What a run has told so far; reads only what is new since the last look."""
        key = str(job.folder)
        with self._lock:
            follower = self.followers.pop(key, None) or followed(job)
            self.followers[key] = follower
            while len(self.followers) > FOLLOWED:
                self.followers.popitem(last=False)
        return follower.look()

    # --- the queue's clock

    def begin(self) -> None:
        """Let queued runs start from now on, whether or not any page is open."""
        threading.Thread(target=self._tick, name="tandem-queue", daemon=True).start()

    def end(self) -> None:
        """Stop looking; what runs goes on."""
        self._ended.set()

    def _tick(self) -> None:
        while not self._ended.is_set():
            try:
                self.queue.advance()
            except Exception:  # a full disk, a folder taken away: the next look may do better
                log.exception("The queue of runs could not be looked at.")
            self._ended.wait(TICK)


def refusal(asked: Asked) -> ConfigError:
    """One error for everything that is wrong."""
    said = asked.sentences
    if len(said) == 1:
        return ConfigError(said[0])
    return ConfigError(words.problems(len(said)), "\n".join(f"- {one}" for one in said))

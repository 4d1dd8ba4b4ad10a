"""What the live side of the Train tab asks the server: how runs stand, and what to do with one.

Knows the shape of these questions, and that a browser may send anything. A look answers only with
what the page does not have yet: the page says which parts it has, by the hash of each.
"""

import hashlib
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from core.errors import InputError
from dashboard.models import using
from dashboard.tabs.answering import Answer, answering_all
from dashboard.tabs.training_drawn import Drawer, Looked
from dashboard.training.watching import Watch
from dashboard.wording import training_live as words

if TYPE_CHECKING:
    from dashboard.training.services import Training

MOST_SLOTS = 8
MOST_PARTS = 400  # of which a page may say that it has them


def functions(training: "Training") -> list[Callable[..., Answer]]:
    """The server functions of the live side."""
    asked = Questions(training)
    return [
        answering_all(one)
        for one in (
            asked.l_look, asked.l_stop, asked.l_resume, asked.l_remove, asked.l_slots, asked.l_load,
        )
    ]  # fmt: skip


class Questions:
    """The questions; each takes what the page sent."""

    def __init__(self, training: "Training") -> None:
        self.training = training
        self.watch = Watch(training)
        self.drawer = Drawer(self.watch)

    def l_look(self, question: Mapping[str, Any]) -> Answer:
        """How everything stands; only the parts that the page has otherwise, or not at all."""
        looked = _looked(question)
        have = question.get("have")
        have = have if isinstance(have, dict) and len(have) <= MOST_PARTS else {}
        drawn = self.drawer.draw(looked)
        marks = {name: mark(html) for name, html in drawn.parts.items()}
        parts = {
            name: {"mark": marks[name], "html": html}
            for name, html in drawn.parts.items()
            if have.get(name) != marks[name]
        }
        return {
            "now": time.time(),
            "order": list(marks),
            "parts": parts,
            "log": drawn.log,
            "active": drawn.active,
            "gone": drawn.gone,
            "state": drawn.state,
            "work": drawn.work,
            "loading": drawn.loading,
        }

    def l_stop(self, question: Mapping[str, Any]) -> Answer:
        """Ask for a run's end."""
        job = self.watch.find(question.get("id"))
        self.training.queue.stop(job.id)
        return {"said": words.STOP_ASKED}

    def l_resume(self, question: Mapping[str, Any]) -> Answer:
        """Go on with a run that ended before its end."""
        job = self.watch.find(question.get("id"))
        again = self.training.queue.resume(job.id)
        return {"said": words.RESUMED, "id": again.id}

    def l_remove(self, question: Mapping[str, Any]) -> Answer:
        """Take a run and all that it made away."""
        job = self.watch.find(question.get("id"))
        using.refuse(self.training.services, job.folder)
        self.training.queue.remove(job.id)
        return {"said": words.REMOVED}

    def l_slots(self, question: Mapping[str, Any]) -> Answer:
        """How many runs may be under way at once."""
        count = question.get("count")
        if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= MOST_SLOTS:
            said, hint = words.SLOTS_SHAPE
            raise InputError(said.format(most=MOST_SLOTS), hint)
        self.training.queue.slots = count
        self.training.queue.advance()
        return {"said": words.SLOTS_SET.format(count=count)}

    def l_load(self, question: Mapping[str, Any]) -> Answer:
        """Let Compare answer with a model that a run made."""
        job = self.watch.find(question.get("id"))
        model, role = self.watch.model(job, question.get("model")), question.get("as")
        if role not in model.roles or model.problem:
            raise InputError(*words.NO_MODEL)
        self.training.services.replace(role, model.folder)
        return {"said": words.LOADING_MODEL.format(name=model.name, role=role)}


def _looked(question: Mapping[str, Any]) -> Looked:
    """What a page shows.

    Raises:
        InputError: it sent something else.
    """
    shown, chosen, log = (question.get(name) for name in ("shown", "chosen", "log"))
    chosen = chosen if chosen is not None else []
    if not isinstance(shown, str | None) or not isinstance(chosen, list):
        raise InputError(*words.UNREADABLE)
    if not all(isinstance(one, str) for one in chosen):
        raise InputError(*words.UNREADABLE)
    if len(chosen) > words.COMPARE_LIMIT:
        raise InputError(*words.TOO_MANY)
    known = log if isinstance(log, int) and not isinstance(log, bool) and log >= 0 else None
    return Looked(shown or "", tuple(dict.fromkeys(chosen)), known, question.get("all") is True)


def mark(html: str) -> str:
    """What stands for a part as it is now."""
    return hashlib.blake2b(html.encode("utf-8", "replace"), digest_size=9).hexdigest()

"""What the Models tab's script asks the server; every answer is HTML that was finished here.

Knows the shape of these questions, and that a browser may send anything. A model is named by its
token, never by a path; who asks has to be logged in where the page has logins.
"""

import hashlib
from collections.abc import Callable
from typing import Any

from core.errors import InputError
from core.roles import BEFORE, LOADABLE, by_role
from dashboard.models.called import called
from dashboard.models.services import Known, Models
from dashboard.tabs.answering import Answer, answering_all
from dashboard.views.models import details, hub, listed
from dashboard.wording import models as words

LONGEST = 300  # characters of an id or a token


def functions(models: Models) -> list[Callable[..., Answer]]:
    """The server functions of the tab."""
    asked = Questions(models)
    return [
        answering_all(one)
        for one in (
            asked.m_list, asked.m_details, asked.m_load, asked.m_unload, asked.m_back,
            asked.m_sure, asked.m_delete, asked.m_look_up, asked.m_download, asked.m_cancel,
            asked.m_dismiss,
        )
    ]  # fmt: skip


class Questions:
    """The questions; each takes what the page sent."""

    def __init__(self, models: Models) -> None:
        self.models = models

    def m_list(self, question: Any) -> Answer:
        """Everything that the tab shows; without HTML where the page has it already."""
        models = self.models.all()
        status, downloads = self.models.status(), self.models.downloads.all()
        parts = {
            "loaded": listed.loaded(status),
            "downloads": hub.downloads(downloads),
            "list": listed.listed(models, str(self.models.places.models)),
        }
        mark = hashlib.sha256("".join(parts.values()).encode("utf-8", "replace")).hexdigest()[:16]
        moving = bool(status.changing) or not status.final
        busy = moving or any(one.state == "running" for one in downloads)
        if _text(question, "mark") == mark:
            return {"mark": mark, "busy": busy}
        return {**parts, "mark": mark, "busy": busy, "count": len(models)}

    def m_details(self, question: Any) -> Answer:
        """What stands under a model's fold."""
        every = {one.token: one for one in self.models.all()}
        one = every.get(_text(question, "token"))
        if one is None:
            raise InputError(*words.GONE)
        others = {str(other.found.folder): other for other in every.values()}
        before = self._before(one, list(every.values()))
        return {"html": details.details(one, others, self._fits(one), before)}

    def m_load(self, question: Any) -> Answer:
        """Load a model in a role; the old one answers meanwhile."""
        role = _text(question, "role")
        if role not in LOADABLE:
            raise InputError(*words.UNREADABLE)
        self.models.load(_text(question, "token"), role)
        return self.m_list({})

    def m_unload(self, question: Any) -> Answer:
        """Empty a role."""
        role = _text(question, "role")
        sources = self.models.services.sources()
        source = by_role(sources).get(role, "") if sources is not None else ""
        self.models.services.unload(role)
        return {**self.m_list({}), "said": words.UNLOAD_ASKED.format(name=called(source))}

    def m_back(self, question: Any) -> Answer:
        """Load the embedded models in all roles."""
        self.models.services.back()
        return self.m_list({})

    def m_sure(self, question: Any) -> Answer:
        """The first or second question before a model is deleted."""
        one = self.models.find(_text(question, "token"))
        if one.keep:
            raise InputError(one.keep)
        return {"html": listed.sure(one, _fields(question).get("twice") is True)}

    def m_delete(self, question: Any) -> Answer:
        """Delete a model that was asked about twice."""
        if _fields(question).get("twice") is not True:
            raise InputError(*words.UNREADABLE)
        one = self.models.delete(_text(question, "token"))
        return {**self.m_list({}), "said": words.DELETED.format(name=one.called)}

    def m_look_up(self, question: Any) -> Answer:
        """What the hub says of an id."""
        return {"html": hub.offer(self.models.downloads.offer(_id(question)))}

    def m_download(self, question: Any) -> Answer:
        """Begin a download, or go on with one."""
        self.models.downloads.start(_id(question))
        return self.m_list({})

    def m_cancel(self, question: Any) -> Answer:
        """Call a download off."""
        self.models.downloads.stop(_id(question))
        return self.m_list({})

    def m_dismiss(self, question: Any) -> Answer:
        """Show an ended download no longer."""
        self.models.downloads.forget(_id(question))
        return self.m_list({})

    def _parent(self, one: Known, role: str) -> str:
        """The identity of a parent; "" without one."""
        return next((p.identity for p in one.found.parents if p.role == role), "")

    def _loaded(self, role: str) -> str:
        """The identity of what is loaded in a role; "" where nothing is."""
        info = self.models.status().info
        return next((m.identity for m in info.models if m.role == role), "") if info else ""

    def _fits(self, one: Known) -> bool:
        """Whether a student's weight reference was made with what is loaded."""
        reference = one.found.weight_reference
        if not reference:
            return True
        made = (reference.get("student_hash"), reference.get("translator_hash"))
        return made == (self._loaded(BEFORE), self._loaded("translator"))

    def _before(self, one: Known, every: list[Known]) -> Known | None:
        """A student's own student before refinement, where it is here and not loaded as that."""
        wanted = self._parent(one, "student")
        if one.found.role != "student" or not wanted or wanted == self._loaded(BEFORE):
            return None
        return next((o for o in every if o.found.identity == wanted and o.found.usable), None)


def _fields(question: Any) -> dict[str, Any]:
    if not isinstance(question, dict):
        raise InputError(*words.UNREADABLE)
    return question


def _text(question: Any, key: str) -> str:
    value = _fields(question).get(key, "")
    if not isinstance(value, str) or len(value) > LONGEST:
        raise InputError(*words.UNREADABLE)
    return value


def _id(question: Any) -> str:
    return _text(question, "model").strip()

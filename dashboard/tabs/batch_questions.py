"""What the Batch tab's script asks the server; every answer is HTML that was finished here.

Knows the shape of these questions, and that a browser may send anything. Who asks is taken from
the login, never from the question; what is asked about is named by its token.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from core.errors import InputError
from core.files.looking import Look
from core.request import AUTO
from dashboard.batch import asking
from dashboard.batch.results import Kept
from dashboard.batch.services import Batch
from dashboard.tabs.answering import Answer, answering
from dashboard.tabs.batch_files import prepare
from dashboard.tabs.batch_shown import Drawer
from dashboard.tabs.questions import told
from dashboard.views.batch import browser
from dashboard.wording import batch as words

SESSION = re.compile(r"[0-9a-f]{32}")
EXALT = "Texts"  # the column of texts in the shared task's files: they need no choice


def functions(batch: Batch) -> list[Callable[..., Answer]]:
    """The server functions of the tab."""
    asked = Questions(batch)
    return [
        answering(one)
        for one in (
            asked.b_open, asked.b_example, asked.b_look, asked.b_check, asked.b_map,
            asked.b_systems, asked.b_start, asked.b_go, asked.b_stop, asked.b_progress,
            asked.b_page, asked.b_file, asked.b_delete,
        )
    ]  # fmt: skip


class Questions:
    """The questions; each takes what the page sent and the owner's login."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.drawer = Drawer(batch)

    def b_open(self, question: Any, owner: str) -> Answer:
        """What stands there, such as after a reload."""
        again = asking.fields(question).get("again") is True
        return self.drawer.whole(self._found(question, owner), again)

    def b_example(self, question: Any, owner: str) -> Answer:
        """An example, as if it had been uploaded."""
        session = _session(question)
        kept = self.batch.example(asking.text(question, "which"), owner)
        return self._begun(kept, session)

    def b_look(self, question: Any, owner: str) -> Answer:
        """A file that has just come, or came in an encoding that was chosen now."""
        kept = self._found(question, owner)
        return self._begun(kept, _session(question), asking.text(question, "encoding", 40))

    def b_check(self, question: Any, owner: str) -> Answer:
        """Read the whole file with the columns that were chosen."""
        kept = self._found(question, owner)
        look = self.batch.look(kept, asking.text(question, "encoding", 40))
        layout, language = asking.layout(question, look)
        self.batch.check(kept, layout, language, _session(question))
        return self.drawer.whole(kept, again=True)

    def b_map(self, question: Any, owner: str) -> Answer:
        """Check again, with labels as they were told."""
        kept = self._found(question, owner)
        check, chosen = self.batch.checked(kept), self.batch.chosen(kept)
        if check is None or chosen is None:
            raise InputError(*words.NOT_CHECKED)
        cells = [one.cell for one in check.unknown]
        new = asking.mapping(asking.fields(question).get("labels"), cells)
        layout = replace(chosen[0], labels={**chosen[0].labels, **new})
        self.batch.check(kept, layout, chosen[1], _session(question))
        return self.drawer.whole(kept, again=True)

    def b_systems(self, question: Any, owner: str) -> Answer:
        """The systems to choose from, once the models are there."""
        return {"html": self.drawer.systems(self._found(question, owner))}

    def b_start(self, question: Any, owner: str) -> Answer:
        """Begin a run."""
        kept = self._found(question, owner)
        offered = [one.name for one in self.batch.systems()]
        plan = asking.plan(question, self.batch.begun(kept), offered)
        check = self.batch.checked(kept)
        total = check.usable if check is not None else None
        session = _session(question)
        return self._run(kept, session, lambda: self.batch.runs.start(kept, plan, session, total))

    def b_go(self, question: Any, owner: str) -> Answer:
        """Go on with a run that ended before its end."""
        kept = self._found(question, owner)
        session = _session(question)
        return self._run(kept, session, lambda: self.batch.runs.go_on(kept, session))

    def b_stop(self, question: Any, owner: str) -> Answer:
        """Let what is under way end."""
        kept = self._found(question, owner)
        self.batch.stop(kept)
        return self.drawer.whole(kept)

    def b_progress(self, question: Any, owner: str) -> Answer:
        """How far it is; once it ended, what came of it."""
        kept = self._found(question, owner)
        stage = self.batch.stage(kept)
        again = asking.fields(question).get("again") is True
        if stage.active:
            return self.drawer.moving(kept, stage)
        return self.drawer.whole(kept, again)

    def b_page(self, question: Any, owner: str) -> Answer:
        """A page of rows."""
        kept = self._found(question, owner)
        metrics = self.batch.metrics(kept)
        if metrics is None:
            raise InputError(*words.NOT_RUN)
        asked, order, start = asking.browsed(question, metrics["systems"])
        page = self.batch.page(kept, asked, order, start, browser.COUNT)
        return {"html": browser.rows(metrics, asked, page), "values": browser.values(asked, order)}

    def b_file(self, question: Any, owner: str) -> Answer:
        """A file to download, made ready."""
        kept = self._found(question, owner)
        kind = asking.text(question, "kind", 40)
        file = prepare(self.batch, kept, kind)
        return {
            "path": f"tandem/batch/{kept.token}/{kind}",
            "name": file.name,
            "said": words.SAVED.format(name=file.name),
        }

    def b_delete(self, question: Any, owner: str) -> Answer:
        """Take the file and its results away."""
        self.batch.remove(self._found(question, owner))
        return {"said": words.DELETED}

    def _found(self, question: Any, owner: str) -> Kept:
        return self.batch.store.find(asking.fields(question).get("token"), owner)

    def _run(self, kept: Kept, session: str, begin: Callable[[], None]) -> Answer:
        """A run begun; the one that is under way on the same file; or which other is in the way."""
        try:
            begin()
        except InputError as problem:
            if self.batch.stage(kept).name != "running":
                other = self.batch.jobs.running(session)
                if other is None:
                    raise
                try:
                    self.batch.store.find(other, kept.owner)
                except InputError:
                    raise problem from None
                return {"problem": told(problem), "other": other}
        return self.drawer.whole(kept)

    def _begun(self, kept: Kept, session: str, encoding: str = "") -> Answer:
        """A file that is new: refused by a sentence, checked at once, or asked about."""
        try:
            look = self.batch.look(kept, encoding)
        except Exception:
            if not encoding:  # nothing can be done with it
                self.batch.store.remove(kept)
            raise
        if _clear(look):
            assert look.proposal is not None
            self.batch.check(kept, look.proposal, AUTO, session)
            return self.drawer.whole(kept)
        return self.drawer.asked(kept, look)


def _clear(look: Look) -> bool:
    """Whether nothing has to be chosen: EXALT files, and plain text."""
    proposal = look.proposal
    return proposal is not None and (proposal.text == EXALT or proposal.form == "txt")


def _session(question: Any) -> str:
    """The browser that asks, by a word of its own making.

    Raises:
        InputError: it sent none.
    """
    value = asking.text(question, "session")
    if not SESSION.fullmatch(value):
        raise InputError(*words.UNREADABLE)
    return value

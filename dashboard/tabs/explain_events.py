"""What the Explain tab does when a question is put or stopped.

Knows which page runs what, and the order of status line, Stop button and results; the widgets are
dashboard/tabs/explain.py, the work is dashboard.services.
"""

import time
import uuid
from collections.abc import Callable, Generator, Iterator
from typing import Any

import gradio as gr

from core.explanations import Explanation, Question
from dashboard import asking, wording
from dashboard.asking import Asked
from dashboard.contract import Growth
from dashboard.running import Run, Runs
from dashboard.services import Services
from dashboard.shown import Kept, Shown
from dashboard.tabs.questions import told
from dashboard.views import page
from dashboard.views.explained import results
from dashboard.wording import explain as words
from dashboard.wording.explain_form import cost

Drawn = tuple[Any, Any, Any]  # status line, Stop button, results
NOTHING_NEW: Drawn = (gr.skip(), gr.skip(), gr.skip())
BREATH = 0.1  # seconds between two drawings at least, or twice what the last one took


class Events:
    """What the tab's events do. Bound methods, since Gradio hands a request to no partial."""

    def __init__(self, services: Services, kept: Kept) -> None:
        self.services = services
        self.kept = kept
        self.runs = Runs()

    def ask(self, event: gr.EventData, request: gr.Request) -> Iterator[Drawn]:
        """Explain what the form asks for, drawing it as it grows; problems come as sentences."""
        yield from self.runs.steps(
            request.session_hash or uuid.uuid4().hex,
            lambda run: self._followed(asking.read(event._data.get("question")), run),
            lambda problem: (page.problem(told(problem)), _stop_button(False), gr.skip()),
            NOTHING_NEW,
        )

    def stop(self, request: gr.Request) -> Any:
        """End the page's explanation after what it is at."""
        self.runs.stop(request.session_hash or "")
        return gr.Button(words.STOPPING, interactive=False)

    def _followed(self, asked: Asked, run: Run) -> Generator[Drawn]:
        """Progress and results as they grow, then the end."""
        question, name, pace = asked.question, uuid.uuid4().hex, _Pace()
        loading = "" if self.services.status().final else words.LOADING
        yield page.progress(0, 0, loading or words.WORKING), _stop_button(True), gr.skip()
        for growth in self.services.follow_explanation(question, run.cancel):
            if growth.finished:
                yield self._end(asked, name, growth)
            else:
                yield self._step(question, name, growth, pace)

    def _step(self, question: Question, name: str, growth: Growth, pace: "_Pace") -> Drawn:
        """What is new since the last step; the results are drawn only when it is time."""
        found = growth.explanation
        if found is None:
            return NOTHING_NEW
        status = _progress(question, found, growth) if pace.news(growth) else gr.skip()
        if not found.sides or not pace.due(growth):
            return status, gr.skip(), gr.skip()
        shown = self.kept.keep(Shown(name, question, found, names=self._names(found)))
        return status, gr.skip(), pace.timed(lambda: results.results(shown))

    def _names(self, found: Explanation) -> dict[str, str]:
        """What the models of its sides are called."""
        info = self.services.status().info
        models = info.models if info else ()
        return {one.role: wording.titled(one) for one in models if one.role in found.sides}

    def _end(self, asked: Asked, name: str, growth: Growth) -> Drawn:
        """The last drawing, and what a reader must know of it."""
        notes = [words.STOPPED] if growth.stopped else []
        if asked.models is not None and asked.models != self.services.models_key():
            notes.append(words.OTHER_MODELS)
        drawn = gr.skip()
        found = growth.explanation
        if found is not None and found.sides:
            shown = Shown(name, asked.question, found, True, self._names(found))
            drawn = results.results(self.kept.keep(shown))
        return page.notices(notes), _stop_button(False), drawn


class _Pace:
    """When it is time to draw again, so that drawing never takes more than a part of the time."""

    def __init__(self) -> None:
        self._next = 0.0
        self._told: Growth | None = None
        self._drawn: Growth | None = None

    def news(self, growth: Growth) -> bool:
        """Whether a growth is another one than the last time."""
        earlier, self._told = self._told, growth
        return growth is not earlier

    def due(self, growth: Growth) -> bool:
        """Whether a growth is to be drawn now; if so, it counts as drawn."""
        if growth is self._drawn or time.monotonic() < self._next:
            return False
        self._drawn = growth
        return True

    def timed(self, draw: Callable[[], str]) -> str:
        """What ``draw`` gives; the slower it was, the longer until the next time."""
        start = time.monotonic()
        drawn = draw()
        end = time.monotonic()
        self._next = end + max(BREATH, 2 * (end - start))
        return drawn


def _progress(question: Question, explanation: Explanation, growth: Growth) -> str:
    """A bar with what is computed at the moment."""
    method, role = _at(question, explanation)
    line = words.progress(method, role, growth.done, growth.total)
    return page.progress(growth.done, growth.total, line)


def _at(question: Question, explanation: Explanation) -> tuple[str, str]:
    """The first method and side that are not there yet."""
    for method in sorted(question.methods, key=cost):
        for role in question.roles:
            side = explanation.sides.get(role)
            if side is None or method not in (*side.attributions, *side.missing):
                return method, role
    return "", ""


def _stop_button(visible: bool) -> Any:
    """The Stop button, fresh."""
    return gr.Button(words.STOP, visible=visible, interactive=True)

"""What the Compare tab does when something is pressed or its page is opened.

Knows which page runs what, the order of status line, Stop button and results, and their
sentences; the widgets are dashboard/tabs/compare.py, the work is dashboard.services.
"""

import contextlib
import uuid
from collections.abc import Callable, Generator, Iterator
from typing import Any

import gradio as gr

from core.errors import InputError
from core.records import EngineInfo
from dashboard import address, inputs, wording
from dashboard.address import Address
from dashboard.contract import Step
from dashboard.inputs import AUTO, CARD_LIMIT, TAB_LIMIT
from dashboard.linked import linked
from dashboard.running import Run, Runs
from dashboard.services import Services, models_key
from dashboard.tabs.questions import told
from dashboard.views import page
from dashboard.wording import many

Drawn = tuple[Any, Any, Any]  # status line, Stop button, results
NOTHING_NEW: Drawn = (gr.skip(), gr.skip(), gr.skip())


class Events:
    """What the tab's events do.

    Bound methods, since Gradio hands a page's request to no partial; none is called "compare",
    which is the endpoint's name.
    """

    def __init__(self, services: Services) -> None:
        self.services = services
        self.runs = Runs()

    def box(self, text: str, language: str, request: gr.Request) -> Iterator[Drawn]:
        """The tweets of the box, with progress on the way."""
        yield from self._run(lambda: _asked(text or "", language), request)

    def example(self, texts: list[str]) -> Callable[..., Iterator[tuple[Any, ...]]]:
        """An event that fills the box with an example, sets the language to Auto, and compares."""
        text = "\n".join(texts)

        def press(request: gr.Request) -> Iterator[tuple[Any, ...]]:
            yield from _filled(text, AUTO, self._run(lambda: _asked(text, AUTO), request))

        return press

    def open(self, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        """What the address asks for: fill the box, set the language, compare; else nothing."""
        pairs = request.query_params.multi_items()
        box, language = gr.skip(), gr.skip()
        if not address.asks(pairs):
            yield box, language, *NOTHING_NEW
            return
        with contextlib.suppress(InputError):  # told by the run
            found = address.read(pairs)
            box, language = "\n".join(found.texts), found.language
        yield from _filled(box, language, self._run(lambda: address.read(pairs), request))

    def stop(self, request: gr.Request) -> Any:
        """End the page's comparison after what it is at."""
        self.runs.stop(_session(request))
        return gr.Button(many.STOPPING, interactive=False)

    def _run(self, asked: Callable[[], Address], request: gr.Request) -> Generator[Drawn]:
        """One comparison of one page, from question to drawing; problems come as sentences."""
        yield from self.runs.steps(
            _session(request),
            lambda run: self._followed(asked(), run),
            lambda problem: (page.problem(told(problem)), _stop_button(False), page.empty()),
            NOTHING_NEW,
        )

    def _followed(self, asked: Address, run: Run) -> Iterator[Drawn]:
        """Progress lines, then the results of at most TAB_LIMIT tweets."""
        shown, services = asked.texts[:TAB_LIMIT], self.services
        own = None if asked.translation is None else [asked.translation]
        before = services.status()  # models may be replaced meanwhile: those that answer are these
        first = "" if before.final else wording.WAITING
        yield (
            _progress(Step(0, len(shown)), first),
            _stop_button(len(shown) > CARD_LIMIT),
            gr.skip(),
        )
        last = Step(0, len(shown))
        for step in services.follow(shown, asked.language, own, run.cancel):
            if step.result is not None:
                yield self._results(asked, step, before.info or services.status().info)
            elif step == last:
                yield NOTHING_NEW
            else:
                yield _progress(step), gr.skip(), gr.skip()
            last = step

    def _results(self, asked: Address, step: Step, info: EngineInfo | None) -> Drawn:
        """The notices and the drawing at the end of a comparison by these models."""
        services = self.services
        models = info.models if info is not None else ()
        key = models_key(info) if info is not None else ""
        notes = page.notices(_notices(asked, step, key))
        if not step.result:
            return notes, _stop_button(False), gr.skip()
        run = uuid.uuid4().hex
        few = len(step.result) <= CARD_LIMIT
        links = [linked(services, one) for one in step.result] if few else []
        thresholds = {one.role: one.threshold for one in models}
        drawn = page.results(step.result, asked.language, thresholds, run, key, links, models)
        return notes, _stop_button(False), drawn


def _filled(box: Any, language: Any, run: Generator[Drawn]) -> Iterator[tuple[Any, ...]]:
    """A run with what it sets in the box and the language list; closed with it."""
    with contextlib.closing(run):
        for drawn in run:
            yield box, language, *drawn


def _asked(text: str, language: str) -> Address:
    """What box and language list ask for.

    Raises:
        InputError: nothing to compare, a text that is too long, an unknown language.
    """
    texts = inputs.split_lines(text)
    if not texts:
        raise InputError(wording.NOTHING)
    inputs.check_lengths(texts[:TAB_LIMIT])
    return Address(texts, inputs.check_language(language))


def _notices(asked: Address, step: Step, key: str) -> list[str]:
    """What a reader of the results must know."""
    sentences = []
    if step.stopped and step.result is not None:
        sentences.append(many.stopped(len(step.result), step.total))
    elif len(asked.texts) > step.total:
        sentences.append(wording.shown_of(step.total, len(asked.texts)))
    if asked.models is not None and asked.models != key:
        sentences.append(many.OTHER_MODELS)
    return sentences


def _progress(step: Step, sentence: str = "") -> str:
    """A progress line."""
    line = sentence or wording.progress(step.done, step.total)
    return page.progress(step.done, step.total, line)


def _stop_button(visible: bool) -> Any:
    """The Stop button, fresh."""
    return gr.Button(many.STOP, visible=visible, interactive=True)


def _session(request: gr.Request) -> str:
    """Which page asks; a program that asks without a session is a page of its own."""
    return request.session_hash or uuid.uuid4().hex

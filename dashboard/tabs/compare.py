"""The Compare tab: tweets in, one card each out; and the endpoint of the same name.

Knows widgets and events; every question goes to dashboard.services, every drawing to
dashboard.views.
"""

import logging
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import gradio as gr
from gradio.events import api

from core import answers
from core.errors import InputError, TandemError
from dashboard import inputs, wording
from dashboard import services as services_module
from dashboard.inputs import AUTO, TAB_LIMIT
from dashboard.services import Services
from dashboard.views import card, page, script

log = logging.getLogger("tandem")
Drawn = tuple[str, str]  # status line, cards


def build(services: Services) -> None:
    """The tab's widgets, inside the current gr.Blocks."""
    examples = services_module.examples()
    with gr.Tab(wording.TAB, id="compare"):
        box = _box()
        with gr.Row(elem_id="td-controls"):
            buttons = _example_buttons(examples)
            gr.HTML(page.label(wording.LANGUAGE_LABEL), apply_default_css=False)
            language = _language()
            button = gr.Button(
                wording.COMPARE, variant="primary", elem_id="td-compare", scale=0, min_width=140
            )
        status = gr.HTML("", elem_id="td-status", apply_default_css=False)
        cards = gr.HTML(
            page.empty(),
            elem_id="td-cards",
            apply_default_css=False,
            js_on_load=script.cards(),
            server_functions=[_recompare(services)],
        )
    drawn: dict[str, Any] = {
        "show_progress": "hidden",
        "api_visibility": "private",
        "concurrency_limit": 2,
    }
    run = partial(compare, services)
    gr.on([button.click, box.submit], run, [box, language], [status, cards], **drawn)
    for example, texts in buttons:
        fill = partial(run_example, services, "\n".join(texts))
        example.click(fill, None, [box, language, status, cards], **drawn)


def endpoint(services: Services) -> None:
    """The endpoint ``/compare``, for gradio_client and plain HTTP."""
    api(_endpoint(services), api_name="compare", concurrency_limit=2)


def _box() -> gr.Textbox:
    """Where tweets are pasted."""
    return gr.Textbox(
        label=wording.BOX_LABEL,
        placeholder=wording.BOX_HINT,
        lines=4,
        max_lines=14,
        elem_id="td-box",
    )


def _language() -> gr.Dropdown:
    """The language of all tweets."""
    choices = [(wording.AUTO, AUTO), *((name, code) for code, name in wording.LANGUAGES.items())]
    return gr.Dropdown(
        choices,
        value=AUTO,
        label=wording.LANGUAGE_LABEL,
        elem_id="td-language",
        filterable=False,
        container=False,
        scale=0,
        min_width=120,
    )


def _example_buttons(examples: dict[str, list[str]]) -> list[tuple[gr.Button, list[str]]]:
    """One button per language, and one for a tweet of each."""
    with gr.Row(elem_id="td-examples"):
        gr.HTML(page.label(wording.EXAMPLES), apply_default_css=False)
        sets = [(wording.MIXED, [texts[0] for texts in examples.values()])]
        sets += [(wording.LANGUAGES[code], texts) for code, texts in examples.items()]
        return [
            (gr.Button(name, size="sm", elem_classes="td-example", min_width=0, scale=0), texts)
            for name, texts in sets
        ]


def compare(services: Services, text: str, language: str) -> Iterator[Drawn]:
    """The cards for the tweets of the box, with progress on the way."""
    try:
        texts = inputs.split_lines(text or "")
        if not texts:
            raise InputError(wording.NOTHING)
        inputs.check_lengths(texts[:TAB_LIMIT])
        yield from _followed(services, texts, inputs.check_language(language))
    except Exception as problem:
        yield page.problem(_told(problem)), page.empty()


def _followed(services: Services, texts: list[str], language: str) -> Iterator[Drawn]:
    """Progress lines, then the cards of at most TAB_LIMIT tweets."""
    shown = texts[:TAB_LIMIT]
    loading = not services.status().final
    first = wording.WAITING if loading else wording.progress(0, len(shown))
    yield page.progress(0, len(shown), first), gr.skip()
    for step in services.follow(shown, language):
        if step.result is None:
            line = wording.progress(step.done, step.total)
            yield page.progress(step.done, step.total, line), gr.skip()
            continue
        cut = len(texts) > len(shown)
        note = page.notice(wording.shown_of(len(shown), len(texts))) if cut else ""
        drawn = page.results(step.result, language, _thresholds(services), uuid.uuid4().hex)
        yield note, drawn


def run_example(services: Services, text: str) -> Iterator[tuple[Any, ...]]:
    """Fill the box with an example, set the language to Auto, and compare."""
    for status, cards in compare(services, text, AUTO):
        yield text, AUTO, status, cards


def _thresholds(services: Services) -> dict[str, float | None]:
    """Trigger threshold by role."""
    status = services.status()
    return {role: status.threshold(role) for role in ("student", "teacher")}


def _told(problem: Exception) -> str:
    """The sentence for a person; the traceback of a defect goes to the log."""
    if not isinstance(problem, TandemError):
        log.exception("Compare failed.", exc_info=problem)
    return services_module.sentence(problem)


def _recompare(services: Services) -> Callable[[Any], dict[str, str]]:
    """The server's side of a card that was changed: a question in, HTML or a sentence out."""

    def recompare(question: Any) -> dict[str, str]:
        try:
            number, text, language, translation = _question(question)
            [answer] = services.compare([text], language, [translation])
            return {"html": card.card(answer, number, language, _thresholds(services))}
        except Exception as problem:
            return {"problem": _told(problem)}

    return recompare


def _question(question: Any) -> tuple[int, str, str, str | None]:
    """A card's question, checked: it comes from a browser and may hold anything."""
    fields = question if isinstance(question, dict) else {}
    number, text = fields.get("number"), fields.get("text")
    translation = fields.get("translation")
    wrong = not isinstance(number, int) or not isinstance(text, str)
    if wrong or not isinstance(translation, str | None):
        raise InputError("The card's question could not be read.", "Press Compare again.")
    assert isinstance(number, int) and isinstance(text, str)
    inputs.check_lengths([text, translation or ""])
    return number, text, inputs.check_language(fields.get("language")), translation


def _endpoint(services: Services) -> Callable[..., dict[str, Any]]:
    """The function behind ``/compare``."""

    def answer(texts: str | list[str], language: str = AUTO) -> dict[str, Any]:
        """Compare teacher and student on tweets.

        texts: a string, split on newlines (blank lines are skipped), or a list of strings, each
        answered as it is; at most 500, each of at most 20,000 characters. language: "auto" or
        one of en, fr, nl, ru, es, for all texts. Returns {"items": [...]}, one item per text.
        """
        try:
            checked = inputs.check_texts(texts)
            code = inputs.check_language(language)
            found = services.compare(checked, code)
            return {"items": [answers.to_json(one) for one in found]}
        except Exception as problem:
            raise gr.Error(_told(problem), print_exception=False) from None

    return answer

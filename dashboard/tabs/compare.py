"""The Compare tab: tweets in; cards or a table out; and the endpoint of the same name.

Knows widgets and which event belongs to which; what the events do is dashboard/tabs/events.py.
"""

from collections.abc import Callable
from typing import Any

import gradio as gr
from gradio.events import api

from core import answers
from dashboard import inputs, wording
from dashboard import services as services_module
from dashboard.inputs import AUTO
from dashboard.services import Services
from dashboard.tabs import questions
from dashboard.tabs.events import Events
from dashboard.views import page
from dashboard.views.scripts import cards as cards_script
from dashboard.views.scripts import links as links_script
from dashboard.views.scripts import table as table_script
from dashboard.wording import many

PAGES = 16  # that may compare or wait at once; how many compute, services decides


def build(services: Services, blocks: gr.Blocks) -> None:
    """The tab's widgets, inside ``blocks``, and what an address that holds tweets sets off."""
    examples = services_module.examples()
    with gr.Tab(wording.TAB, id="compare", elem_id="td-tab-compare"):
        box = _box()
        with gr.Row(elem_id="td-controls"):
            buttons = _example_buttons(examples)
            gr.HTML(page.label(wording.LANGUAGE_LABEL), apply_default_css=False)
            language = _language()
            button = gr.Button(
                wording.COMPARE, variant="primary", elem_id="td-compare", scale=0, min_width=140
            )
        with gr.Row(elem_id="td-working"):
            status = gr.HTML("", elem_id="td-status", apply_default_css=False)
            stop = gr.Button(
                many.STOP, elem_id="td-stop", size="sm", scale=0, min_width=90, visible=False
            )
        cards = gr.HTML(
            page.empty(),
            elem_id="td-cards",
            apply_default_css=False,
            js_on_load=cards_script.cards() + table_script.table() + links_script.links(),
            server_functions=questions.functions(services),
        )
    events = Events(services)
    drawn: dict[str, Any] = {
        "show_progress": "hidden",
        "api_visibility": "private",
        "concurrency_limit": PAGES,
        "trigger_mode": "multiple",  # a press while one runs replaces it
    }
    outputs = [status, stop, cards]
    gr.on([button.click, box.submit], events.box, [box, language], outputs, **drawn)
    for example, texts in buttons:
        example.click(events.example(texts), None, [box, language, *outputs], **drawn)
    blocks.load(events.open, None, [box, language, *outputs], **drawn)
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    stop.click(events.stop, None, stop, queue=False, **quiet)


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
            raise gr.Error(questions.told(problem), print_exception=False) from None

    return answer

"""The Explain tab: one tweet in, words by method out.

Knows widgets and which event belongs to which; what the events do is
dashboard/tabs/explain_events.py, what the results' script asks is explain_questions.py.
"""

from pathlib import Path
from typing import Any

import gradio as gr

from dashboard import services as services_module
from dashboard import wording
from dashboard.services import EXAMPLES, Services
from dashboard.shown import Kept
from dashboard.tabs import explain_questions
from dashboard.tabs.compare import PAGES
from dashboard.tabs.explain_events import Events
from dashboard.views.explained import form, press, results
from dashboard.views.scripts import explain as explain_script
from dashboard.views.scripts import form as form_script
from dashboard.views.scripts import links as links_script
from dashboard.views.scripts import marked as marked_script
from dashboard.wording import explain as words
from dashboard.wording.explain_form import EMOJI

OWN_EXAMPLES: Path = EXAMPLES.with_name("explain.tsv")


def build(services: Services) -> None:
    """The tab's widgets, inside the page that is being built."""
    kept = Kept()
    events = Events(services, kept)
    plain: dict[str, Any] = {"apply_default_css": False}
    asked = explain_questions.functions(services, kept)
    with gr.Tab(words.TAB, id="explain", elem_id="td-tab-explain"), gr.Column(elem_id="td-explain"):
        asking = gr.HTML(
            form.form(_examples()),
            elem_id="td-x-form",
            js_on_load=form_script.form(),
            server_functions=asked,
            **plain,
        )
        with gr.Row(elem_id="td-x-working"):
            status = gr.HTML("", elem_id="td-x-status", **plain)
            stop = gr.Button(
                words.STOP, elem_id="td-x-stop", size="sm", scale=0, min_width=90, visible=False
            )
        shown = gr.HTML(
            results.empty(),
            elem_id="td-x-results",
            js_on_load=explain_script.results() + links_script.links(),
            server_functions=asked,
            **plain,
        )
        gr.HTML(
            press.marked(),
            elem_id="td-x-marked",
            js_on_load=marked_script.marked(wording.UNREACHABLE),
            server_functions=asked,
            **plain,
        )
    asking.submit(
        events.ask,
        None,
        [status, stop, shown],
        show_progress="hidden",
        api_visibility="private",
        concurrency_limit=PAGES,
        trigger_mode="multiple",  # a press while one runs replaces it
    )
    stop.click(
        events.stop, None, stop, queue=False, show_progress="hidden", api_visibility="private"
    )


def _examples() -> dict[str, str]:
    """Name of a button → its tweet."""
    names = {**wording.LANGUAGES, "emoji": EMOJI}
    found = services_module.examples(OWN_EXAMPLES)
    return {names[code]: texts[0] for code, texts in found.items()}

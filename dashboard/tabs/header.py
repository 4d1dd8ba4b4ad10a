"""The header: what is loaded, and how that changes while the page is open.

Knows one widget and what its script asks. It is asked every second while something is loaded, every
five seconds else, and not at all while the page is hidden: models are also replaced from other
browsers.
"""

import hashlib
from collections.abc import Callable

import gradio as gr

from dashboard.services import Services
from dashboard.tabs.answering import Answer, answering_all
from dashboard.views import page
from dashboard.views.scripts import header as script


def build(services: Services) -> None:
    """The header's widget, inside the page that is being built."""
    gr.HTML(
        f'<div data-part="header">{page.header(services.status())}</div>',
        elem_id="td-header",
        js_on_load=script.header(),
        server_functions=[_look(services)],
        apply_default_css=False,
    )


def _look(services: Services) -> Callable[..., Answer]:
    """The server function of the header."""

    def h_look(question: Answer) -> Answer:
        status = services.status()
        html = page.header(status)
        mark = hashlib.sha256(html.encode("utf-8", "replace")).hexdigest()[:16]
        about = {
            "mark": mark,
            "busy": bool(status.changing) or not status.final,
            "models": services.models_key(),
        }
        return about if question.get("mark") == mark else {**about, "html": html}

    return answering_all(h_look)

"""The header: what is loaded, and how that changes while the page is open.

Knows one widget and what its script asks. It is asked every second while something is loaded, every
five seconds else, and not at all while the page is hidden: models are also replaced from other
browsers.
"""

import hashlib
from collections.abc import Callable
from typing import Any

import gradio as gr

from core.errors import InputError
from dashboard.asker import user
from dashboard.services import Services
from dashboard.tabs.questions import told
from dashboard.views import page
from dashboard.views.scripts import header as script
from dashboard.wording import models as words


def build(services: Services) -> None:
    """The header's widget, inside the page that is being built."""
    gr.HTML(
        f'<div data-part="header">{page.header(services.status())}</div>',
        elem_id="td-header",
        js_on_load=script.header(),
        server_functions=[_look(services)],
        apply_default_css=False,
    )


def _look(services: Services) -> Callable[..., dict[str, Any]]:
    """The server function of the header."""

    def h_look(question: Any, request: gr.Request) -> dict[str, Any]:
        try:
            if user(request) is None:
                raise InputError(*words.UNKNOWN)
            status = services.status()
            html = page.header(status)
            mark = hashlib.sha256(html.encode("utf-8", "replace")).hexdigest()[:16]
            about = {
                "mark": mark,
                "busy": bool(status.changing) or not status.final,
                "models": services.models_key(),
            }
            same = isinstance(question, dict) and question.get("mark") == mark
            return about if same else {**about, "html": html}
        except Exception as problem:
            return {"problem": told(problem)}

    return h_look

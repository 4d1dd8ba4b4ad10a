"""Server functions of a tab's script: for whoever is logged in, problems as sentences.

Knows requests and logins; what is asked is each tab's own.
"""

from collections.abc import Callable
from typing import Any

import gradio as gr

from core.errors import InputError
from dashboard import wording
from dashboard.asker import user
from dashboard.tabs.questions import told

Answer = dict[str, Any]


def answering(function: Callable[[Any, str], Answer]) -> Callable[..., Answer]:
    """The same function, of the same name, for a page: ``{"problem": sentence}`` if it fails.

    Args:
        function: takes what the page sent and the login of who asks; "" where nobody logs in.
    """

    def asked(question: Any, request: gr.Request) -> Answer:
        try:
            owner = user(request)
            if owner is None:
                raise InputError(*wording.STRANGER)
            return function(question, owner)
        except Exception as problem:
            return {"problem": told(problem)}

    asked.__name__ = function.__name__  # the name under which the script calls it
    return asked


def answering_all(function: Callable[[Answer], Answer]) -> Callable[..., Answer]:
    """The same for a function that answers everybody who may see the page alike.

    Args:
        function: takes an object of JSON; what the page sent, where it is one.
    """

    def owned(question: Any, _: str) -> Answer:
        return function(question if isinstance(question, dict) else {})

    owned.__name__ = function.__name__
    return answering(owned)

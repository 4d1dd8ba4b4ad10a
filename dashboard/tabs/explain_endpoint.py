"""The endpoint ``/explain``: one text, explained by one model, as plain values.

Knows names and types of its arguments, since a program may send anything; what may stand in them
is core.explaining's to check, what goes out is core.answers'.
"""

from collections.abc import Callable
from typing import Any

import gradio as gr
from gradio.events import api

from core import answers
from core.attribution import USUAL
from core.explanations import Question
from dashboard import inputs
from dashboard.inputs import AUTO
from dashboard.services import Services
from dashboard.tabs import questions

Options = dict[str, dict[str, float]]


def endpoint(services: Services) -> None:
    """Register ``/explain``, for gradio_client and plain HTTP."""
    api(_endpoint(services), api_name="explain", concurrency_limit=2)


def _endpoint(services: Services) -> Callable[..., dict[str, Any]]:
    """The function behind ``/explain``."""

    def explain(
        text: str,
        model: str = "student",
        methods: list[str] | None = None,
        target: str | None = None,
        translation: str | None = None,
        language: str = AUTO,
        against: str | None = None,
        options: Options | None = None,
        seed: int = 0,
    ) -> dict[str, Any]:
        """Explain one text: which words made the label, by each method, and can it be trusted.

        text: of at most 20,000 characters. model: "student", "teacher" (explained on the
        translation) or "student before". methods: names such as "occlusion"; by default the
        cheap ones, "occlusion" and "integrated_gradients". target: a label, by default what the
        model predicts; against: one other label instead of all. translation: your own English,
        for the teacher. language: of the text, to translate it. options: {method: {option:
        value}}.
        Scores run parallel to words; explained_text[start:end] == word.
        """
        try:
            question = Question(
                text=inputs.check_text(text, "text"),
                roles=(inputs.check_text(model, "model"),),
                methods=inputs.check_names(methods, "methods", USUAL),
                target=inputs.check_text_or_none(target, "target"),
                against=inputs.check_text_or_none(against, "against"),
                language=inputs.check_language(language),
                translation=inputs.check_text_or_none(translation, "translation"),
                options=inputs.check_options(options),
                seed=inputs.check_seed(seed),
            )
            found = services.explain(question)
            return answers.explained_side(found.sides[question.roles[0]])
        except Exception as problem:
            raise gr.Error(questions.told(problem), print_exception=False) from None

    return explain

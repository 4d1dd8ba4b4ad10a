"""The endpoint ``/models``: every model on this machine as plain values.

Knows the shape of the answer; decides nothing.
"""

from collections.abc import Callable
from typing import Any

import gradio as gr
from gradio.events import api

from dashboard.models import figures
from dashboard.models.services import Known, Models
from dashboard.tabs import questions


def endpoint(models: Models) -> None:
    """Register ``/models``, for gradio_client and plain HTTP."""
    api(_endpoint(models), api_name="models")


def _endpoint(models: Models) -> Callable[[], list[dict[str, Any]]]:
    """The function behind ``/models``."""

    def listed() -> list[dict[str, Any]]:
        """Every model that was found: embedded ones, results of runs, the models folder, the hub's
        cache; refused ones last, with the reason in "problem".

        Returns one object each: "name", "called" (by people), "folder", "source" (what can be
        loaded), "place", "role", "loaded" (the roles that it is loaded in), "base", "languages",
        "labels", "pooling", "parameters", "bytes", "parents", "data", "metrics", "main_metric",
        "threshold", "thresholds", "weight_reference", "licence", "created", "command",
        "identity", "packed", "legacy", "deletable", "problem" and "hint".
        """
        try:
            return [_plain(one) for one in models.all()]
        except Exception as problem:
            raise gr.Error(questions.told(problem), print_exception=False) from None

    return listed


def _plain(one: Known) -> dict[str, Any]:
    """A model key by key; None where something is not known."""
    found = one.found
    main = figures.main(found)
    best = None if main is None else dict(zip(("name", "value", "rows"), main, strict=True))
    return {
        "name": one.name,
        "called": one.called,
        "folder": str(found.folder),
        "source": found.source,
        "place": one.place,
        "role": found.role or None,
        "loaded": list(one.roles),
        "base": found.base or None,
        "languages": list(found.languages),
        "labels": list(found.labels),
        "pooling": found.pooling or None,
        "parameters": found.parameters,
        "bytes": found.bytes,
        "parents": [
            {"role": p.role, "identity": p.identity, "name": p.name or None} for p in found.parents
        ],
        "data": figures.plain(found.data),
        "metrics": figures.plain(found.metrics),
        "main_metric": best,
        "threshold": found.threshold,
        "thresholds": dict(found.thresholds),
        "weight_reference": figures.plain(found.weight_reference),
        "licence": found.licence or None,
        "created": found.created or None,
        "command": found.command or None,
        "identity": found.identity or None,
        "packed": found.packed,
        "legacy": found.legacy,
        "deletable": not one.keep,
        "problem": found.problem or None,
        "hint": found.hint or None,
    }

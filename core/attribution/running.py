"""The one door to all attribution methods: name and texts in, records out.

Knows the table, options and time; how a method computes is the function that its row names,
loaded when it is first asked for.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from typing import cast

import torch

from core.attribution.forward import BUDGET, Stopped
from core.attribution.subject import Subject
from core.attribution.table import METHODS, Method, method_of
from core.attribution.work import Scores, Work, captum
from core.errors import ModelError
from core.explanations import Attribution

Compute = Callable[[Sequence[Subject], Work], list[Scores]]
"""N ≥ 1 texts of one model to N scores, in their order."""


def attribute(
    subjects: Sequence[Subject],
    method: str,
    options: Mapping[str, float] | None = None,
    seed: int = 0,
    budget: int = BUDGET,
    stop: Stopped | None = None,
) -> list[Attribution]:
    """Score the words of N texts by one method.

    Args:
        subjects: texts of one model.
        method: a name of ``core.attribution.METHODS``.
        options: values of its options; those left out keep their defaults.
        seed: of methods that draw random numbers; the same one gives the same scores, whatever
            other texts or threads there are.
        budget: sub-tokens of one pass of the model at most, padding included.
        stop: asked between passes.

    Returns:
        N records, parallel to ``subjects``.

    Raises:
        InputError: an unknown method or option, or a value out of its range.
        ModelError: this model has no such method, or a library is missing.
        StoppedError: ``stop`` said yes.
        ValueError: the texts are not of one model.
    """
    row = method_of(method)
    work = Work(row.values(options or {}), seed, budget, stop)
    if any(subject.model is not subjects[0].model for subject in subjects):
        raise ValueError("texts of one model at a time")
    if not subjects:
        return []
    compute = _function(row)
    started = time.perf_counter()
    # A caller may have switched gradients off.
    with torch.inference_mode(False), torch.enable_grad():
        found = compute(subjects, work)
    share = (time.perf_counter() - started) / len(subjects)
    return [_record(row, scores, share) for scores in found]


def warm() -> None:
    """Import what is slow, so that the first click does not wait for it."""
    for row in METHODS.values():
        _function(row)
    with suppress(ModelError):  # a method that needs Captum says so itself
        captum()


def _function(row: Method) -> Compute:
    module, name = row.function.split(":")
    return cast(Compute, getattr(import_module(module), name))


def _record(row: Method, scores: Scores, seconds: float) -> Attribution:
    return Attribution(
        method=row.name,
        scores=tuple(scores.words.tolist()),
        residual=scores.residual,
        delta=scores.delta if row.completeness else None,
        seconds=seconds,
        passes=scores.passes,
        note=scores.note,
    )

"""The endpoint ``/evaluate``: a data file answered by the loaded models, as plain values.

Knows names and types of its arguments, since a program may send anything. The file comes with
gradio_client.handle_file; what goes out is metrics.json and a CSV with one column per system.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import gradio as gr
from gradio.events import api
from gradio.processing_utils import save_file_to_cache
from gradio.utils import get_upload_folder

from core.errors import InputError
from core.evaluation.plan import Plan
from core.files.layout import Layout
from core.files.looking import Look
from core.files.proposing import kind_of
from core.request import AUTO
from dashboard import inputs
from dashboard.batch import asking
from dashboard.batch.results import Kept, shown_name
from dashboard.batch.services import Batch
from dashboard.tabs import questions
from dashboard.tabs.batch_files import prepare
from dashboard.wording import batch as words

AT_ONCE = 2
FileData = dict[str, Any]
Columns = dict[str, str]
Labels = dict[str, str | None]


def endpoint(batch: Batch) -> None:
    """Register ``/evaluate``, for gradio_client and plain HTTP."""
    api(_endpoint(batch), api_name="evaluate", concurrency_limit=AT_ONCE)


def _endpoint(batch: Batch) -> Callable[..., tuple[dict[str, Any], FileData]]:
    """The function behind ``/evaluate``."""

    def evaluate(
        file: FileData,
        columns: Columns | None = None,
        systems: list[str] | None = None,
        labels: Labels | None = None,
        language: str = AUTO,
        encoding: str | None = None,
        members: list[str] | None = None,
        words: bool = False,
        methods: list[str] | None = None,
        limit: int | None = None,
        seed: int = 0,
        request: gr.Request | None = None,
    ) -> tuple[dict[str, Any], FileData]:
        """Evaluate a data file: predictions of each system, and how good they are.

        file: gradio_client.handle_file(path) of a TSV, CSV, JSONL, Parquet or plain text file.
        columns: {"text": …, "gold": …, "id": …, "language": …, "source": …}, by default found by
        their names; "kind": "emotions" or "triggers" says what gold holds. systems: names such as
        "student", "student_before", "teacher", "ensemble_mean"; by default all loaded models.
        labels: what a label of the file stands for, {"happy": "Joy", "surprise": null}; null
        leaves its rows out. language: "auto" or one of en, fr, nl, ru, es, where no column tells
        it. encoding: such as "cp1251", where the file is not UTF-8. members: of an ensemble.
        words: score words too. methods, limit, seed: of explanation, for trigger files.
        Returns the metrics and a CSV whose columns are named after the systems.
        """
        try:
            kept = _taken(batch, file, (request.username if request else None) or "")
            asked = {
                "systems": systems, "members": members, "words": words, "methods": methods,
                "limit": limit, "seed": seed,
            }  # fmt: skip
            try:
                with kept.held():
                    plan = _plan(batch, kept, columns, labels, language, encoding)
                    metrics = batch.runs.evaluate(kept, _chosen(batch, plan, asked))
                    return dict(metrics), _given(batch, kept)
            finally:
                batch.store.remove(kept)
        except Exception as problem:
            raise gr.Error(questions.told(problem), print_exception=False) from None

    return evaluate


def _taken(batch: Batch, file: Any, owner: str) -> Kept:
    """The file that came, in a folder of its own; Gradio has checked that it is an upload.

    Raises:
        InputError: no file, or one that is too large.
    """
    path = file.get("path") if isinstance(file, dict) else None
    if not isinstance(path, str) or not Path(path).is_file():
        raise InputError(*words.NO_FILE)
    name = file.get("orig_name")
    return batch.copied(Path(path), shown_name(name if isinstance(name, str) else path), owner)


def _plan(
    batch: Batch, kept: Kept, columns: Any, labels: Any, language: Any, encoding: Any
) -> Plan:
    """The file as it is to be read, checked as a whole.

    Raises:
        InputError: an encoding or a column has to be told, a column is not there, or labels stand
            for nothing.
    """
    code = inputs.check_language(language)
    look = batch.look(kept, inputs.check_text_or_none(encoding, "encoding") or "")
    if look.encoding is None:
        names = ", ".join(guess.name for guess in look.encodings)
        said = words.NOT_UTF8.format(name=kept.name)
        raise InputError(said, words.TELL_ENCODING.format(names=names))
    layout = replace(_layout(look, columns), labels=asking.labels(labels))
    check = batch.checked_now(kept, layout)
    if check.unknown:
        cells = ", ".join(repr(one.cell)[:40] for one in check.unknown[:10])
        raise InputError(words.UNKNOWN_LABELS.format(labels=cells), words.TELL_LABELS)
    return Plan(str(kept.file), layout, kept.name, language=code)


def _layout(look: Look, columns: Any) -> Layout:
    """The proposal by the columns' names, with what was told instead.

    Raises:
        InputError: as asking.columns says, a column that is not there, or none of texts.
    """
    told, samples = asking.columns(columns), {one.name: one.samples for one in look.columns}
    names = ", ".join(map(repr, samples))
    for name in filter(None, told.values()):
        if name not in samples:
            said = words.NO_SUCH_COLUMN.format(name=repr(name)[:40])
            raise InputError(said, words.THERE_ARE.format(names=names))
    base = look.proposal
    if not told.get("text") and (base is None or "text" in told):
        raise InputError(words.NO_TEXT, words.TELL_TEXT.format(names=names))
    if base is None:
        base = Layout(look.form, encoding=look.encoding or "", delimiter=look.delimiter or "\t")
    layout = replace(base, **cast(Any, told))
    kind = asking.kind(columns) or (kind_of(samples[layout.gold]) if layout.gold else "none")
    return replace(layout, kind=kind if layout.gold else "none")


def _chosen(batch: Batch, plan: Plan, asked: dict[str, Any]) -> Plan:
    """The plan with what is asked of it; all loaded models where nobody says which."""
    batch.services.engine()  # waits for the models
    offered = batch.systems()
    if asked["systems"] is None:
        asked["systems"] = [one.name for one in offered if one.kind != "ensemble"]
    return asking.plan(asked, plan, [one.name for one in offered])


def _given(batch: Batch, kept: Kept) -> FileData:
    """The predictions in Gradio's own cache, from where it hands them out for a day."""
    made = prepare(batch, kept, "csv")
    path = save_file_to_cache(str(made), get_upload_folder())
    return {"path": path, "orig_name": made.name, "meta": {"_type": "gradio.FileData"}}

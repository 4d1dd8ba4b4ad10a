"""What the results' script asks the server: one card again, one row again, a file of all.

Knows the shape of these questions, and that a browser may send anything; every answer is HTML or
text that was finished here, or a sentence. Keeps nothing between two questions: the engine's
caches make asking again cheap.
"""

import logging
from collections.abc import Callable
from typing import Any

from core import exports
from core.errors import InputError, TandemError
from dashboard import inputs, wording
from dashboard import services as services_module
from dashboard.linked import linked
from dashboard.services import Services
from dashboard.views import card, table
from dashboard.wording import many

log = logging.getLogger("tandem")

Answer = dict[str, str]
UNREADABLE = ("The page's question could not be read.", "Press Compare again.")
TYPES = {
    "csv": "text/csv;charset=utf-8",
    "spreadsheet": "text/csv;charset=utf-8",
    "jsonl": "application/x-ndjson;charset=utf-8",
}
"""Kind of file → its media type."""


def functions(services: Services) -> list[Callable[[Any], Answer]]:
    """The server functions of the results: ``recompare``, ``row`` and ``file``."""

    def recompare(question: Any) -> Answer:
        number, item = _numbered(question)
        [answer] = services.compare([item[0]], item[1], [item[2]])
        links = linked(services, answer)
        return {"html": card.card(answer, number, item[1], services.thresholds(), links)}

    def row(question: Any) -> Answer:
        number, item = _numbered(question)
        [answer] = services.compare([item[0]], item[1], [item[2]])
        return {"html": table.row(answer, number)}

    def file(question: Any) -> Answer:
        kind, items = _listed(question)
        texts, languages, translations = (list(part) for part in zip(*items, strict=True))
        found = services.compare(texts, languages, translations)
        name = f"tandem-{wording.results(len(found)).replace(' ', '-')}.{_ending(kind)}"
        said = many.SAVED.format(count=wording.results(len(found)), name=name)
        text = exports.to_jsonl(found) if kind == "jsonl" else _csv(found, kind)
        return {"text": text, "name": name, "type": TYPES[kind], "said": said}

    return [safely(asked) for asked in (recompare, row, file)]


def safely(function: Callable[[Any], Answer]) -> Callable[[Any], Answer]:
    """The same function, of the same name, answering ``{"problem": sentence}`` if it fails."""

    def asked(question: Any) -> Answer:
        try:
            return function(question)
        except Exception as problem:
            return {"problem": told(problem)}

    asked.__name__ = function.__name__  # the name under which the script calls it
    return asked


def told(problem: Exception) -> str:
    """The sentence for a person; the traceback of a defect goes to the log."""
    if not isinstance(problem, TandemError):
        log.exception("A question could not be answered.", exc_info=problem)
    return services_module.sentence(problem)


def _csv(found: list[Any], kind: str) -> str:
    return exports.to_csv(found, spreadsheet=kind == "spreadsheet")


def _ending(kind: str) -> str:
    """A file's ending."""
    return {"csv": "csv", "spreadsheet": "spreadsheet.csv", "jsonl": "jsonl"}[kind]


def _numbered(question: Any) -> tuple[int, tuple[str, str, str | None]]:
    """One tweet's question: its number and what to compare."""
    fields = question if isinstance(question, dict) else {}
    number = fields.get("number")
    if not isinstance(number, int) or isinstance(number, bool):
        raise InputError(*UNREADABLE)
    return number, _item(fields)


def _listed(question: Any) -> tuple[str, list[tuple[str, str, str | None]]]:
    """A file's question: its kind and the tweets, in order."""
    fields = question if isinstance(question, dict) else {}
    kind, items = fields.get("kind"), fields.get("items")
    if not isinstance(kind, str) or kind not in TYPES or not isinstance(items, list):
        raise InputError(*UNREADABLE)
    if not items:
        raise InputError(many.NO_ROW, many.NO_FILE)
    if len(items) > inputs.TAB_LIMIT:
        raise InputError(many.FILE_LIMIT.format(limit=inputs.TAB_LIMIT))
    return kind, [_item(item) for item in items]


def _item(fields: Any) -> tuple[str, str, str | None]:
    """Text, language and the user's own English, checked."""
    fields = fields if isinstance(fields, dict) else {}
    text, translation = fields.get("text"), fields.get("translation")
    if not isinstance(text, str) or not isinstance(translation, str | None):
        raise InputError(*UNREADABLE)
    inputs.check_lengths([text, translation or ""])
    return text, inputs.check_language(fields.get("language")), translation

"""What the Explain tab's script asks the server besides an explanation: words hidden, files, gold.

Knows the shape of these questions, and that a browser may send anything; every answer is HTML or
text that was finished here, or a sentence.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from core import answers
from core.annotations import Annotated, to_triggers
from core.errors import InputError
from core.explanations import Explanation, Plausibility, Side
from dashboard import asking, inputs
from dashboard.services import Services
from dashboard.shown import Kept, Shown
from dashboard.tabs.questions import safely
from dashboard.views.explained import file, picture, press, results
from dashboard.wording import explain as words
from dashboard.wording import explain_marks as marks

Answer = dict[str, Any]
MARKED_LIMIT = 5_000  # tweets of one trigger file


def functions(services: Services, kept: Kept) -> list[Callable[[Any], Answer]]:
    """The server functions ``loaded``, ``what_if``, ``mark``, ``file`` and ``triggers``."""

    def loaded(_: Any) -> Answer:
        status = services.status()
        roles = [model.role for model in status.info.models] if status.info else []
        return {"roles": roles, "final": status.final}

    def what_if(question: Any) -> Answer:
        shown, side = _side(kept, question)
        hidden = _places(question.get("hidden"), len(side.spans))
        asked, translation = shown.question, shown.explanation.translation
        english = translation.text if side.role == "teacher" and translation else None
        now = services.what_if(asked.text, side.role, hidden, asked.language, english)
        return {"html": press.answer(side, now, len(hidden))}

    def mark(question: Any) -> Answer:
        shown = kept.find(_fields(question).get("run"))
        gold = asking.read_gold(_fields(question).get("gold"))
        if gold is not None and len(gold) != shown.explanation.text.count(" ") + 1:
            raise InputError(*words.UNREADABLE)
        marked = replace(shown, explanation=with_gold(shown.explanation, gold))
        return {"html": results.results(kept.keep(marked))}

    def file(question: Any) -> Answer:
        shown, kind = kept.find(_fields(question).get("run")), question.get("kind")
        if kind == "png":
            return {"picture": picture.picture(shown), "name": f"{_name(shown)}.png"}
        return _file(shown, kind)

    def triggers(question: Any) -> Answer:
        items = _annotated(_fields(question).get("items"))
        name = f"triggers-{marks.tweets(len(items)).replace(' ', '-')}.tsv"
        said = marks.SAVED.format(count=marks.tweets(len(items)), name=name)
        kind = "text/tab-separated-values;charset=utf-8"
        return {"text": to_triggers(items), "name": name, "type": kind, "said": said}

    return [safely(asked) for asked in (loaded, what_if, mark, file, triggers)]


def with_gold(explanation: Explanation, gold: tuple[int, ...] | None) -> Explanation:
    """The explanation measured against marked triggers, on the sides that read the tweet itself."""
    sides = {role: _measured(side, explanation, gold) for role, side in explanation.sides.items()}
    return replace(explanation, gold=gold, sides=sides)


def _measured(side: Side, explanation: Explanation, gold: tuple[int, ...] | None) -> Side:
    from core.agreement import plausibility  # scipy and scikit-learn take a moment to import

    if gold is None or side.text != explanation.text:
        return replace(side, plausibility={})
    found: dict[str, Plausibility | None] = {
        method: plausibility(gold, one.scores, side.read)
        for method, one in side.attributions.items()
    }
    return replace(side, plausibility={name: one for name, one in found.items() if one})


def _fields(question: Any) -> dict[str, Any]:
    if not isinstance(question, dict):
        raise InputError(*words.UNREADABLE)
    return question


def _side(kept: Kept, question: Any) -> tuple[Shown, Side]:
    """The shown explanation and one of its sides."""
    shown = kept.find(_fields(question).get("run"))
    side = shown.explanation.sides.get(str(question.get("role")))
    if side is None:
        raise InputError(*words.UNREADABLE)
    return shown, side


def _places(value: Any, count: int) -> Sequence[int]:
    """Places of words, each of them within the text."""
    if not isinstance(value, list) or not all(
        type(one) is int and 0 <= one < count for one in value
    ):
        raise InputError(*words.UNREADABLE)
    return value


def _file(shown: Shown, kind: Any) -> Answer:
    """The explanation as the text of a file."""
    if kind not in ("json", "html"):
        raise InputError(*words.UNREADABLE)
    name = f"{_name(shown)}.{kind}"
    if kind == "json":
        record = answers.explained(shown.explanation)
        text = json.dumps(record, ensure_ascii=False, allow_nan=False, indent=1)
        media = "application/json;charset=utf-8"
    else:
        text, media = file.page(shown), "text/html;charset=utf-8"
    return {"text": text, "name": name, "type": media, "said": words.SAVED.format(name=name)}


def _name(shown: Shown) -> str:
    """A file's name: the first words that a file system takes."""
    kept = "".join(c if c.isascii() and c.isalnum() else "-" for c in shown.explanation.text[:60])
    slug = "-".join(part for part in kept.lower().split("-") if part)[:40].strip("-")
    return f"explained-{slug}" if slug else "explained"


def _annotated(items: Any) -> list[Annotated]:
    """Marked tweets as the browser keeps them."""
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise InputError(*words.UNREADABLE)
    if not items:
        raise InputError(*marks.NOTHING_TO_SAVE)
    if len(items) > MARKED_LIMIT:
        raise InputError(marks.TOO_MANY.format(limit=MARKED_LIMIT))
    found = []
    for item in items:
        text = inputs.check_text(item.get("text"), "text")
        found.append(Annotated(text, asking.read_gold(item.get("triggers")) or ()))
    return found

"""Rows of the results as a table, each with what it hands to Explain and Compare.

Knows rows as core.evaluation.columns names them; asks nothing itself. What a row hands over stands
on it in a ``data-`` attribute.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from core.evaluation.columns import shares
from core.evaluation.plan import STUDENT, Page
from core.evaluation.schema import Metrics
from core.labels import LABELS
from core.request import AUTO
from dashboard import wording
from dashboard.views import markup
from dashboard.wording import LANGUAGES, batch_results
from dashboard.wording import batch_browser as words

LONGEST = 600  # characters of a text in its row; Explain shows them all


def table(metrics: Metrics, page: Page) -> str:
    """One page of rows."""
    systems, gold = list(metrics["systems"]), bool(metrics["file"]["gold"])
    weighed = metrics["weights"] is not None
    heads = [words.LINE, words.TWEET, words.LANGUAGE, *([words.GOLD] if gold else [])]
    heads += [batch_results.system(name) for name in systems]
    head = "".join(f'<th scope="col">{markup.text(name)}</th>' for name in heads)
    weight = f'<th scope="col" title="{words.WEIGHT_TITLE}">{words.WEIGHT}</th>' if weighed else ""
    body = "".join(_row(row, systems, gold, weighed) for row in page.rows)
    return (
        f'<div class="td-f-scroll" role="region" tabindex="0" aria-label="{words.CAPTION}">'
        f'<table class="td-f-table td-f-rows"><caption class="td-sr">{words.CAPTION}</caption>'
        f"<thead><tr>{head}{weight}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _row(row: Mapping[str, Any], systems: Sequence[str], gold: bool, weighed: bool) -> str:
    cells = [_cell(words.LANGUAGE, markup.text(batch_results.language(row["language"])))]
    if gold:
        cells.append(_label(words.GOLD, row["gold"]))
    cells += [_answer(row, name) for name in systems]
    if weighed:
        cells.append(_cell(words.WEIGHT, wording.percent(row.get("weight"))))
    return (
        f'<tr data-row="{markup.data(handed(row))}"><th scope="row">{row["line"]}</th>'
        f'<td class="td-f-tweet">{_tweet(row)}</td>{"".join(cells)}</tr>'
    )


def _tweet(row: Mapping[str, Any]) -> str:
    """The text, its translation where that is another one, its ID, and where it opens."""
    english = row.get("translation")
    own = isinstance(english, str) and english != row["text"]
    translation = f'<div class="td-clip td-soft" lang="en" dir="auto">{_short(english)}</div>'
    line = row["line"]
    return (
        f'<div class="td-clip" dir="auto">{_short(row["text"])}</div>'
        f'{translation if own else ""}<div class="td-f-acts">'
        f'<span class="td-soft">{words.ID.format(id=_short(row["id"], 40))}</span>'
        f"{_act('explain', words.EXPLAIN, words.EXPLAIN_ROW.format(line=line))}"
        f"{_act('compare', words.COMPARE, words.COMPARE_ROW.format(line=line))}</div>"
    )


def _act(act: str, name: str, label: str) -> str:
    return (
        f'<button type="button" class="td-link-button" data-f="{act}" aria-label="{label}">'
        f"{name}</button>"
    )


def _short(text: Any, limit: int = LONGEST) -> str:
    shown = str(text)
    return markup.text(shown) if len(shown) <= limit else f"{markup.text(shown[:limit])}…"


def _cell(name: str, value: str, kind: str = "") -> str:
    """A cell; its column's name stands before it where rows are stacked."""
    return f'<td data-name="{markup.attribute(name)}"{kind}>{value}</td>'


def _label(name: str, label: str | None, said: str = "") -> str:
    """A cell with a label and its colour, and what else is said of it."""
    if label is None:
        return _cell(name, words.NONE)
    kind = f' class="td-e-{label.lower()}"' if label in LABELS else ""
    swatch = '<span class="td-swatch" aria-hidden="true"></span>'
    return _cell(name, f"{swatch}{markup.text(label)}{said}", kind)


def _answer(row: Mapping[str, Any], system: str) -> str:
    """What a system says, how sure it is, and whether it is right, by sign and by word."""
    label, gold = row.get(system), row.get("gold")
    said = f' <span class="td-soft">{wording.percent(_confidence(row, system))}</span>'
    if gold is not None and label is not None:
        sign, word = ("✓", words.SAID_RIGHT) if gold == label else ("✗", words.SAID_WRONG)
        kind: Literal["agree", "differ"] = "agree" if gold == label else "differ"
        said += (
            f' <span class="td-sign td-f-{kind}" aria-hidden="true">{sign}</span>'
            f'<span class="td-sr">, {word}</span>'
        )
    return _label(batch_results.system(system), label, said)


def _confidence(row: Mapping[str, Any], system: str) -> float | None:
    """The share of a system's answer; None where it has none."""
    label = row.get(system)
    if label not in LABELS:
        return None
    share: float | None = row.get(shares(system)[LABELS.index(label)])
    return share


def handed(row: Mapping[str, Any]) -> dict[str, Any]:
    """What Explain and Compare are asked about a row.

    The translation is not handed over: theirs is made by the same translator, and one that comes
    with a question counts as the reader's own.
    """
    asked: dict[str, Any] = {
        "text": row["text"],
        "language": row["language"] if row["language"] in LANGUAGES else AUTO,
        "translation": None,
        "gold": row.get("gold_triggers"),
    }
    if row.get("gold") is not None and row.get(STUDENT) is not None:
        asked["target"] = row[STUDENT]
    return asked

"""What a picture of an explanation holds, as plain values: the browser draws it on a canvas.

Knows an explanation as it is shown, and the colours; draws nothing itself.
"""

from typing import Any

from core.attribution import METHODS
from core.explanations import Side
from dashboard import theme, wording
from dashboard.shown import Shown
from dashboard.views.explained import coloured, results
from dashboard.views.markup import INVISIBLE
from dashboard.wording import explain as words

MOST = 400  # words of one text in a picture


def picture(shown: Shown) -> dict[str, Any]:
    """Head, a column per side, a block per method, and the legend."""
    found = shown.explanation
    return {
        "title": results.verdict(found),
        "sides": [_side(shown, side) for side in found.sides.values()],
        "legend": [words.AGAINST_IT, words.FOR, words.LEGEND_GOLD],
        "scale": words.SCALE,
        "foot": f"{wording.NAME} · {_made(shown)}",
        "colours": theme.SURFACES["light"],
    }


def _made(shown: Shown) -> str:
    found = shown.explanation
    made = words.made(shown.names, found.models, found.seed, shown.question.options)
    return made if found.complete else f"{words.INCOMPLETE} {made}"


def _side(shown: Shown, side: Side) -> dict[str, Any]:
    answer = f"{side.prediction.label} {wording.percent(side.prediction.confidence)}"
    return {
        "head": words.ROLES.get(side.role, side.role),
        "answer": answer,
        "colour": theme.LIGHT[side.prediction.label],
        "target": f"{words.EXPLAINED} {words.explained(side.target)}",
        "methods": [
            _method(shown, side, name) for name in shown.methods if name in side.attributions
        ],
    }


def _method(shown: Shown, side: Side, name: str) -> dict[str, Any]:
    """Title, verdict, figures, and each word with what is drawn: text, strength, mark."""
    attribution, faithful = side.attributions[name], side.faithfulness.get(name)
    drawn = coloured.strengths(name, attribution.scores, side.read)
    gold = shown.gold(side) or (0,) * len(drawn)
    rows = zip(side.words, drawn, gold, strict=True)
    said = words.NO_VERDICT if faithful is None else words.VERDICTS[faithful.verdict]
    return {
        "title": METHODS[name].title,
        "verdict": said,
        "kind": "none" if faithful is None else faithful.verdict.value,
        "words": [[_plain(text), value, mark] for text, value, mark in rows if text][:MOST],
    }


def _plain(text: str) -> str:
    """A word that cannot turn the writing around it, nor break a line."""
    return INVISIBLE.sub("\ufffd", " ".join(text.split()))

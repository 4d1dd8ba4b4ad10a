"""All verdicts of one model in a sentence: how many explanations hold, and what they name.

Knows verdicts and scores; judges nothing itself.
"""

from collections import Counter

from core.attribution import METHODS
from core.explanations import Side, Verdict
from dashboard.views import markup
from dashboard.wording import explain as words

SHOWN = 3  # words at most


def in_short(side: Side) -> str:
    """A paragraph; nothing before the first verdict."""
    if side.unjudged:
        return _paragraph(markup.text(side.unjudged))
    judged = [name for name in side.faithfulness if name != "random"]
    if not judged:
        return ""
    holding = [name for name in judged if side.faithfulness[name].verdict is Verdict.HOLDS]
    sentence = words.held(len(holding), len(judged))
    if not holding:
        return _paragraph(sentence)
    named = Counter(_first(side, name) for name in holding)
    marks = " ".join(
        f"<strong>{markup.text(word)}</strong>" for word, _ in named.most_common(SHOWN)
    )
    about = markup.attribute(", ".join(METHODS[name].title for name in holding))
    return _paragraph(f'<span title="{about}">{sentence}</span> {marks}')


def _first(side: Side, method: str) -> str:
    """The word that a method puts first."""
    scores = side.attributions[method].scores
    places = [place for place, read in enumerate(side.read) if read]
    return side.words[max(places, key=lambda place: scores[place])]


def _paragraph(content: str) -> str:
    return f'<p class="td-x-short" dir="auto">{content}</p>'

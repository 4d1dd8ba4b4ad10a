"""A text coloured by the scores of its words, in its own characters.

Knows sides and attributions. A word that speaks against the class has a wavy line, a strong one
is bold, a marked trigger has a bar under it: colour is never the only sign.
"""

from collections.abc import Sequence

import regex

from core.attribution import METHODS
from core.explanations import Attribution, Side
from dashboard.views import markup
from dashboard.wording import explain as words

FAINT = 0.05  # of a row's largest score; less is not coloured
STRONG = 0.5  # from here a word is bold
LISTED = 200  # words of a table of scores
LONG = 500  # characters that may not fit into a row's box
_MARKS = regex.compile(r"[\p{Cf}\p{Cc}\s]*", regex.DOTALL)  # nothing that would show


def strengths(method: str, scores: Sequence[float], read: Sequence[bool]) -> list[float | None]:
    """Scores as what is drawn, in [−1, 1]; None for a word that was not read.

    Signed methods over their largest absolute score; unsigned ones from their lowest (0) to their
    highest (1). All 0 where nothing differs.
    """
    seen = [score for score, known in zip(scores, read, strict=True) if known]
    if not seen:
        return [None] * len(scores)
    signed = method not in METHODS or METHODS[method].signed
    low = 0.0 if signed else min(seen)
    span = max(map(abs, seen)) if signed else max(seen) - low
    return [
        (score - low) / span if known and span > 0 else 0.0 if known else None
        for score, known in zip(scores, read, strict=True)
    ]


def coloured(
    text: str,
    spans: Sequence[tuple[int, int]],
    method: str,
    scores: Sequence[float],
    read: Sequence[bool],
    side: str,
    gold: Sequence[int] | None = None,
    name: str = "",
) -> str:
    """The text, word by word, with its scores.

    Args:
        text: what the model read.
        spans: W; text[start:end] is a word.
        method: whose scores they are: a name of METHODS.
        scores: W.
        read: W.
        side: "source" or "english", for the links between words.
        gold: W, 1 where a trigger was marked; None where nothing is known.
        name: whose words these are, where the arrow keys shall go from word to word.
    """
    signed = method not in METHODS or METHODS[method].signed
    drawn = strengths(method, scores, read)
    end = last_read(read)
    marks = gold or (0,) * len(spans)
    shown = [
        word(text[slice(*spans[i])], i, drawn[i], scores[i], signed, bool(marks[i]))
        for i in range(end)
    ]
    return (
        f'<div class="td-text td-x-text" data-side="{side}" dir="auto"{_reached(text, name)}>'
        f"{' '.join(shown)}{rest(text, spans, end) or ('' if shown else '&nbsp;')}</div>"
    )


def _reached(text: str, name: str) -> str:
    """What a text needs that keys shall reach: for its words, or since its box may scroll."""
    label = f' aria-label="{name}"' if name else ""
    return f' tabindex="0" role="group"{label}' if name or len(text) > LONG else ""


def word(
    shown: str, place: int, strength: float | None, score: float, signed: bool, gold: bool
) -> str:
    """One word: tinted by its strength, its score on pointing."""
    if not shown:
        return ""
    held = markup.text(shown)
    mark = " td-gold" if gold else ""
    if strength is None:
        dim = "" if _MARKS.fullmatch(shown) else " td-x-unread"
        return (
            f'<span class="td-w{dim}{mark}" data-w="{place}" title="{words.UNREAD_TITLE}">'
            f"{held}</span>"
        )
    title = words.word_title(score, signed, gold)
    kind = "" if abs(strength) < FAINT else " td-for" if strength > 0 else " td-against"
    strong = " td-strong" if abs(strength) >= STRONG else ""
    tint = f' style="--s:{abs(strength):.2f}"' if kind else ""
    return (
        f'<span class="td-w{kind}{strong}{mark}"{tint} data-w="{place}" title="{title}">'
        f"{held}</span>"
    )


def last_read(read: Sequence[bool]) -> int:
    """How many words there are up to the last one that was read."""
    return max((place + 1 for place, known in enumerate(read) if known), default=0)


def rest(text: str, spans: Sequence[tuple[int, int]], end: int) -> str:
    """What stands behind the last word that was read."""
    start = spans[end - 1][1] if end else 0
    tail = text[start:]
    if not tail.strip(" "):
        return tail
    mark = f'class="td-unread td-x-unread" title="{words.UNREAD_TITLE}"'
    return f"<span {mark}>{markup.text(tail)}</span>"


def table(side: Side, attribution: Attribution, gold: Sequence[int] | None) -> str:
    """The same scores as numbers, in the order of the text."""
    signed = METHODS[attribution.method].signed
    found = [(place, text) for place, text in enumerate(side.words) if text and side.read[place]]
    rows = "".join(
        f"<tr{' class=td-is-trigger' if gold and gold[place] else ''}>"
        f'<th scope="row" dir="auto">{markup.text(text)}</th>'
        f"<td>{words.score(attribution.scores[place], signed)}</td></tr>"
        for place, text in found[:LISTED]
    )
    beyond = len(found) - LISTED
    more = words.WORDS_LEFT.format(count=beyond) if beyond > 0 else ""
    note = f'<p class="td-note">{more}</p>' if more else ""
    return (
        f'<table class="td-words"><caption>{words.SCORES}</caption><tbody>{rows}</tbody></table>'
        f"{note}"
    )


def legend() -> str:
    """The scale, the signs, and that every row has a scale of its own."""
    steps = "".join(
        f'<span class="{"td-against" if step < 0 else "td-for" if step else ""}" '
        f'style="--s:{abs(step) / 4:.2f}"></span>'
        for step in range(-4, 5)
    )
    return (
        f'<div class="td-x-legend" role="group" aria-label="{words.LEGEND}">'
        f'<p><span class="td-against" style="--s:.6">abc</span> {words.AGAINST_IT}'
        f'<span class="td-x-scale" aria-hidden="true">{steps}</span>'
        f'<span class="td-for td-strong" style="--s:.6">abc</span> {words.FOR}</p>'
        f'<p><span class="td-gold">abc</span> {words.LEGEND_GOLD}</p>'
        f'<p><span class="td-x-unread">abc</span> {words.LEGEND_UNREAD}</p>'
        f'<p class="td-x-own-scale">{words.SCALE}</p></div>'
    )

"""Trigger words in a text, as escaped HTML of our own.

Knows words and scores; decides nothing about them. A trigger is marked by weight, underline and
colour together, so that colour is never its only sign.
"""

from collections.abc import Sequence

import regex

from core.records import Prediction, TokenScores, WordScore
from dashboard import wording
from dashboard.views import markup
from dashboard.wording import links as link_words
from dashboard.wording import reading as reading_words

_SEEN = regex.compile(r"\X", regex.DOTALL)  # one character as a reader sees it
TABLE_LIMIT = 200  # words listed under "Word scores"


def highlighted(scores: TokenScores, label: str, side: str = "") -> str:
    """The text, word by word, in its own characters.

    Args:
        scores: what the model made of the words.
        label: the predicted label, which lends its colour; Neutral mutes the highlights.
        side: "source" or "english" where words are linked: each then carries its place.
    """
    end = _end(scores)
    shown = _read(scores.words, end, bool(side))
    if end < len(scores.text):
        shown += f'<span class="td-unread">{markup.text(scores.text[end:])}</span>'
    muted = " td-muted" if label == "Neutral" else ""
    linked = f' data-side="{side}" aria-label="{link_words.SIDES[side]}"' if side else ""
    return (
        f'<div class="td-text td-e-{label.lower()}{muted}" dir="auto" tabindex="0" '
        f'role="group"{linked}>{shown or "&nbsp;"}</div>'
    )


def _read(words: Sequence[WordScore], end: int, linked: bool) -> str:
    """The first ``end`` characters, word by word; the last word may be a part of one."""
    shown, start = [], 0
    for place, word in enumerate(words):
        if start > end:
            break
        mark = f' data-w="{place}"' if linked else ""
        shown.append(_word(word, word.word[: end - start], mark))
        start += len(word.word) + 1
    return " ".join(shown)


def _end(scores: TokenScores) -> int:
    """How many characters the model read, to the end of the last of them as a reader sees it."""
    if scores.reading is None:
        return _end_of_words(scores)
    end = scores.reading.end
    if end is None:
        return len(scores.text)
    # An emoji of several characters is read or not: its half shows as another one.
    return next(found.end() for found in _SEEN.finditer(scores.text) if found.end() >= end)


def _end_of_words(scores: TokenScores) -> int:
    """The same by whole words, where sub-tokens are not told."""
    last = max((i for i, word in enumerate(scores.words) if word.scored), default=None)
    if last is None or not any(word.word for word in scores.words[last + 1 :]):
        return len(scores.text)
    return len(" ".join(word.word for word in scores.words[: last + 1]))


def _word(word: WordScore, part: str, place: str) -> str:
    """One word, or its read part: marked if it is a trigger, with its score on pointing.

    Args:
        place: its ``data-w``, or nothing.
    """
    shown = markup.text(part)
    if not word.scored or not part:
        return f"<span{place}>{shown}</span>" if place and part else shown
    title = markup.attribute(wording.trigger_title(word.score, word.trigger))
    if word.trigger:
        return f'<mark class="td-trigger"{place} title="{title}">{shown}</mark>'
    return f'<span{place} title="{title}">{shown}</span>'


def notes(scores: TokenScores, prediction: Prediction, threshold: float | None) -> str:
    """Sentences that belong under a text: cut, nothing marked and why, muted."""
    cut = [_cut(scores)] if prediction.truncated else []
    if scores.reading is not None and scores.reading.blind:
        cut.append(wording.ALL_UNKNOWN)
    sentences = [*cut, *_about_triggers(scores, prediction.label, threshold)]
    return "".join(f'<p class="td-note">{markup.text(line)}</p>' for line in sentences)


def _cut(scores: TokenScores) -> str:
    """How much was read, where that is known."""
    if scores.reading is None or scores.reading.end is None:
        return wording.TRUNCATED
    return reading_words.truncated(scores.reading, len(scores.text))


def _about_triggers(scores: TokenScores, label: str, threshold: float | None) -> list[str]:
    """Why nothing is marked, or why it is muted."""
    if not any(word.word for word in scores.words):
        return [wording.NO_WORDS]
    if any(word.trigger for word in scores.words):
        return [wording.MUTED] if label == "Neutral" else []
    return [wording.NO_THRESHOLD if threshold is None else wording.NO_TRIGGER]


def table(scores: TokenScores, threshold: float | None, key: str) -> str:
    """All words with their scores, folded away: the same figures for keyboard and reader."""
    words = [word for word in scores.words if word.word and word.scored]
    if not words:
        return ""
    rows = "".join(_row(word) for word in words[:TABLE_LIMIT])
    rest = len(words) - TABLE_LIMIT
    more = f'<p class="td-note">{wording.more_words(rest)}</p>' if rest > 0 else ""
    limit = wording.threshold(threshold)
    aside = f' <span class="td-soft">· {limit}</span>' if limit else ""
    return (
        f'<details class="td-more" data-key="{key}"><summary>{wording.WORD_SCORES}{aside}'
        f'</summary><table class="td-words"><caption class="td-sr">{wording.WORD_SCORES}'
        f"</caption><tbody>{rows}</tbody></table>{more}</details>"
    )


def _row(word: WordScore) -> str:
    """One line of the table."""
    mark = ' class="td-is-trigger"' if word.trigger else ""
    sign = f'<span class="td-sr"> {wording.TRIGGER}</span>' if word.trigger else ""
    return (
        f'<tr{mark}><th scope="row" dir="auto">{markup.text(word.word)}{sign}</th>'
        f"<td>{wording.word_score(word.score)}</td></tr>"
    )

"""Trigger words in a text, as escaped HTML of our own.

Knows words and scores; decides nothing about them. A trigger is marked by weight, underline and
colour together, so that colour is never its only sign.
"""

from core.records import Prediction, TokenScores, WordScore
from dashboard import wording
from dashboard.views import markup

TABLE_LIMIT = 200  # words listed under "Word scores"


def highlighted(scores: TokenScores, label: str) -> str:
    """The text, word by word, in its own characters.

    Args:
        scores: what the model made of the words.
        label: the predicted label, which lends its colour; Neutral mutes the highlights.
    """
    words, read = scores.words, _words_read(scores)
    shown = " ".join(_word(word) for word in words[:read])
    if read < len(words):
        rest = " ".join(markup.text(word.word) for word in words[read:])
        shown += f' <span class="td-unread">{rest}</span>'
    muted = " td-muted" if label == "Neutral" else ""
    return (
        f'<div class="td-text td-e-{label.lower()}{muted}" dir="auto" tabindex="0" '
        f'role="group">{shown or "&nbsp;"}</div>'
    )


def _words_read(scores: TokenScores) -> int:
    """How many words stand before the part that the model did not read."""
    last = max((i for i, word in enumerate(scores.words) if word.scored), default=None)
    if last is None:
        return len(scores.words)
    tail = any(word.word for word in scores.words[last + 1 :])
    return last + 1 if tail else len(scores.words)


def _word(word: WordScore) -> str:
    """One word: marked if it is a trigger, with its score on pointing."""
    shown = markup.text(word.word)
    if not word.scored or not word.word:
        return shown
    title = markup.attribute(wording.trigger_title(word.score, word.trigger))
    if word.trigger:
        return f'<mark class="td-trigger" title="{title}">{shown}</mark>'
    return f'<span title="{title}">{shown}</span>'


def notes(scores: TokenScores, prediction: Prediction, threshold: float | None) -> str:
    """Sentences that belong under a text: cut, nothing marked and why, muted."""
    cut = [wording.TRUNCATED] if prediction.truncated else []
    sentences = [*cut, *_about_triggers(scores, prediction.label, threshold)]
    return "".join(f'<p class="td-note">{markup.text(line)}</p>' for line in sentences)


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
        f"<td>{word.score:.2f}</td></tr>"
    )

"""One comparison as Markdown, to be pasted into an issue, a chat or a paper's notes.

Knows Comparisons and which characters Markdown (CommonMark with GitHub's tables) acts on. A tweet
is always a quotation, every character of it escaped that could do more than stand there.
"""

import re

from core.change import change
from core.labels import LABELS
from core.records import Comparison, Prediction, TokenScores
from dashboard import wording
from dashboard.views.markup import INVISIBLE
from dashboard.wording import change as change_words
from dashboard.wording import copying as words

_ACTIVE = re.compile(r"[\\`*_{}\[\]<>|~&$^]")
_STARTS = re.compile(r"^(\s*)([#+\-=:]|\d{1,9}(?=[.)]))")  # headings, lists, rules, table lines
_ADDRESS = re.compile(r"(?i)(?<=www)\.|:(?=//)|(?<=\w)@(?=\w)")  # what GitHub makes links of
_BREAK = re.compile(r"\r\n?|\n")


def card(comparison: Comparison) -> str:
    """The whole card: verdict, both texts, the answers as a table, and the sentences below."""
    parts = [
        f"**{wording.verdict(comparison)}**",
        _quoted(comparison.text),
        _about(comparison),
        *_translation(comparison),
        _table(comparison),
        *_triggers(comparison),
        *_change(comparison),
        _weight(comparison),
    ]
    return "\n\n".join(parts) + "\n"


def escaped(text: str) -> str:
    """``text`` on one line as Markdown that can be nothing but text.

    >>> escaped("# 2 * 3 | <b>")
    '\\\\# 2 \\\\* 3 \\\\| \\\\<b\\\\>'
    """
    line = INVISIBLE.sub(_named, _BREAK.sub(" ", text))
    line = _ACTIVE.sub(r"\\\g<0>", line)
    line = _ADDRESS.sub(r"\\\g<0>", line)
    line = _STARTS.sub(_start, line)
    # Spaces at the start of a line would make it code, those at its end a line break.
    return re.sub(r"^[ \t]|[ \t]$", lambda found: f"&#{ord(found[0])};", line)


def _named(found: re.Match[str]) -> str:
    """A character without a shape by its code: it must not turn the text around it."""
    return f"(U+{ord(found[0]):04X})"


def _start(found: re.Match[str]) -> str:
    """The sign at a line's start that would make it a list or a heading; after a number, later."""
    if found[2].isdigit():
        return f"{found[1]}{found[2]}\\"
    return f"{found[1]}\\{found[2]}"


def _quoted(text: str) -> str:
    """A text as a quotation, its lines kept."""
    lines = _BREAK.split(text)
    return "\\\n".join(f"> {escaped(line) or '&nbsp;'}" for line in lines)


def _about(comparison: Comparison) -> str:
    """Language, and what refinement did to the label."""
    flip = wording.refinement(comparison)
    said = [wording.language(comparison.language), *([flip] if flip else [])]
    return "; ".join(said) + "."


def _translation(comparison: Comparison) -> list[str]:
    """How the English text came to be, and the text itself where it is one of its own."""
    status = wording.translation_status(comparison)
    if not comparison.translation.status.own:
        return [f"{wording.TRANSLATION}: {status}"]
    return [f"{wording.TRANSLATION} ({status}):", _quoted(comparison.translation.text)]


def _table(comparison: Comparison) -> str:
    """Probabilities and labels of all models."""
    columns: list[tuple[str, Prediction]] = []
    if comparison.student_before is not None:
        columns.append((wording.ROLES["student before"], comparison.student_before))
    columns += [
        (wording.ROLES["student"], comparison.student),
        (wording.ROLES["teacher"], comparison.teacher),
    ]
    rows = [["", *(name for name, _ in columns)], ["---", *("---:" for _ in columns)]]
    rows.append([f"**{words.LABEL}**", *(f"**{found.label}**" for _, found in columns)])
    for k, label in enumerate(LABELS):
        shares = (wording.percent(found.probabilities[k]) for _, found in columns)
        rows.append([label, *(share.replace("<", r"\<").replace(">", r"\>") for share in shares)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _triggers(comparison: Comparison) -> list[str]:
    """Trigger words of either model, in the order of the text."""
    return [
        f"{words.TRIGGERS.format(role=wording.ROLES[role])}: {_words(scores)}"
        for role in ("student", "teacher")
        if (scores := comparison.triggers.get(role)) is not None
    ]


def _words(scores: TokenScores) -> str:
    """The marked words as a list, or that there is none."""
    marked = [escaped(word.word) for word in scores.words if word.trigger]
    return " · ".join(marked) or words.NONE


def _change(comparison: Comparison) -> list[str]:
    """What refinement did, in its sentence."""
    if comparison.student_before is None:
        return []
    found = change(comparison.student_before, comparison.student, comparison.teacher)
    return [change_words.change_sentence(found, comparison.refined)]


def _weight(comparison: Comparison) -> str:
    """The translation weight with its sentence."""
    weight = comparison.weight
    value = wording.OUTSIDE if weight.outside else wording.percent(weight.weight)
    sentence = escaped(wording.weight_sentence(comparison))
    return f"{wording.WEIGHT_TITLE}: **{value}**. {sentence}"

"""What a data file holds, beside its name: rows, classes, languages, problems by line.

Knows records of dashboard/training; reads no file.
"""

from collections.abc import Iterable, Mapping

from core.files.layout import Trouble
from core.labels import LABELS
from core.languages import NAMES
from dashboard.training.checking import Checked
from dashboard.training.intake import Taken
from dashboard.views import markup
from dashboard.views.batch.parts import swatch
from dashboard.wording import training as words


def checked(found: Checked) -> str:
    """All of it."""
    state = "fine" if found.fine else "refused"
    return (
        f'<div class="td-n-checked td-n-{state}"><p><span class="td-n-mark" aria-hidden="true">'
        f"{'✓' if found.fine else '!'}</span> {_sentence(found)}</p>{_warning(found)}"
        f"{_counts(found)}"
        f"{_problems(found.troubles, found.troubled)}{_mend(found)}</div>"
    )


def taken(found: Taken) -> str:
    """A file that was made from an upload, with the rows that were left out."""
    assert found.checked is not None
    drawn = checked(found.checked)
    made = found.made
    if made is None or not (made.bad or made.left_out):
        return drawn
    said = words.CONVERTED.format(
        name=markup.text(found.kept.name), usable=f"{made.usable:,}", rows=f"{made.rows:,}"
    )
    left = _problems(made.troubles[:50], made.troubled)
    return f'{drawn}<p class="td-f-note">{said}</p>{left}'


def refused(sentence: str) -> str:
    """A file that may not be named, or cannot be read at all."""
    return (
        '<div class="td-n-checked td-n-refused"><p><span class="td-n-mark" aria-hidden="true">!'
        f"</span> {markup.text(sentence)}</p></div>"
    )


def said(sentence: str) -> str:
    """A sentence about something that can be used."""
    return (
        '<div class="td-n-checked td-n-fine"><p><span class="td-n-mark" aria-hidden="true">✓'
        f"</span> {markup.text(sentence)}</p></div>"
    )


def asking(why: str, asked: str) -> str:
    """A form that has to be filled in before a file can be used."""
    return f'<p class="td-f-note">{markup.text(why)}</p>{asked}'


def _sentence(found: Checked) -> str:
    if found.sentence:
        return markup.text(found.sentence)
    rows = words.rows(found.rows)
    return markup.text(words.FINE.format(name=found.name, rows=rows))


def _warning(found: Checked) -> str:
    """A file that can be read, and of which nothing can be learnt."""
    if not found.untranslatable:
        return ""
    said = words.only_english(found.name, found.sampled, found.rows)
    return f'<p class="td-n-problem">{markup.text(said)}</p>'


def _counts(found: Checked) -> str:
    """Rows by class and by language; which classes have none."""
    classes = _tally(words.BY_CLASS, ((swatch(k), n) for k, n in found.labels.items()))
    title = words.BY_LANGUAGE
    if found.rows > found.sampled:
        title = words.OF_SOME.format(title=title, count=f"{found.sampled:,}")
    languages = {NAMES.get(code, words.NO_LANGUAGE): n for code, n in found.languages.items()}
    return classes + _absent(found.labels) + _triggers(found) + _tally(title, languages.items())


def _absent(labels: Mapping[str, int]) -> str:
    absent = [label for label in LABELS if label not in labels] if labels else []
    if not absent:
        return ""
    return f'<p class="td-f-note">{words.ABSENT_CLASSES.format(labels=", ".join(absent))}</p>'


def _triggers(found: Checked) -> str:
    if found.triggers is None:
        return ""
    marked, all_of = (f"{count:,}" for count in found.triggers)
    return f"<p>{words.TRIGGER_WORDS.format(triggers=marked, words=all_of)}</p>"


def _tally(title: str, counts: Iterable[tuple[str, int]]) -> str:
    """Names and how many rows each has; nothing for none."""
    items = "".join(f"<div><dt>{name}</dt><dd>{count:,}</dd></div>" for name, count in counts)
    if not items:
        return ""
    return (
        f'<div class="td-n-tally"><span class="td-soft">{title}</span>'
        f'<dl class="td-f-tally">{items}</dl></div>'
    )


def _problems(troubles: Iterable[Trouble], troubled: int) -> str:
    """One line each, folded."""
    items = [
        f"<li><strong>{words.PROBLEM_LINE.format(line=one.line)}</strong>"
        f"{f', {markup.text(one.column)}' if one.column else ''}: {markup.text(one.problem)}.</li>"
        for one in troubles
    ]
    if not items:
        return ""
    more = troubled - len(items)
    rest = f"<p>{words.MORE_PROBLEMS.format(count=f'{more:,}')}</p>" if more > 0 else ""
    return (
        f'<details class="td-more" data-key="problems"><summary>{words.PROBLEMS}: {troubled:,}'
        f'</summary><ul class="td-n-lines">{"".join(items)}</ul>{rest}</details>'
    )


def _mend(found: Checked) -> str:
    """A way on without the rows that have problems."""
    if found.fine or not found.mendable:
        return ""
    return f'<button type="button" class="td-button" data-n="mend">{words.USE_GOOD}</button>'

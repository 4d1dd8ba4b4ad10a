"""Whether a full run's new student is better than the one before, and all that was measured.

Knows scores as ``train.jobs.scores`` reads them, and HTML; measures nothing. Only files that were
given to measure on answer the question: validation rows chose what was kept, and favour it.
"""

from collections.abc import Mapping
from typing import Any

from dashboard.views import markup
from dashboard.wording import training_scores as words
from train.jobs.scores import BEFORE, EMBEDDED, NEW, READ, Measured, Scores


def answer(scores: Scores) -> str:
    """The question, its answer in a few words, then file by file; "" where nothing is new."""
    if NEW not in scores.systems:
        return ""
    question = words.QUESTION if scores.old in ("", EMBEDDED) else words.QUESTION_START
    return (
        '<section class="td-l-card td-l-answer" aria-labelledby="td-l-answer">'
        f'<h3 id="td-l-answer">{question}</h3>{_answered(scores)}</section>'
    )


def of_training(outcome: Mapping[str, Any]) -> str:
    """What a training's own figures can say of that: little; "" where it measured none.

    Args:
        outcome: its final figures; it was trained on files of its own, and measured on no others.
    """
    rows = outcome.get("validation_rows")
    if not isinstance(rows, int):
        return ""
    seen = outcome.get("validation_seen")
    about = words.SEEN_BEFORE.format(seen=words.number(seen)) if isinstance(seen, int) else ""
    said = words.VALIDATION_ONLY.format(rows=words.number(rows), seen=about)
    return (
        '<section class="td-l-card td-l-answer" aria-labelledby="td-l-answer">'
        f'<h3 id="td-l-answer">{words.QUESTION_TRAINED}</h3>{_note(said)}</section>'
    )


def _answered(scores: Scores) -> str:
    if not scores.given:
        return _lead(words.SHORT["unknown"]) + _note(_only_validation(scores))
    if not scores.old:
        return _lead(words.SHORT["unknown"]) + _note(words.NOTHING_OLD)
    found = [(file, scores.against(scores.old, file.name)) for file in scores.given]
    known = [(file, one) for file, one in found if one is not None]
    said = "; ".join(
        words.SAID.format(
            file=called(scores, file),
            difference=words.difference(one.value),
            verdict=words.VERDICTS[one.verdict],
        )
        for file, one in known
    )
    about = words.AGAINST.format(
        other=words.system(scores.old), count=words.files(len(scores.given))
    )
    lead = words.short([one.verdict for _, one in known])
    return (
        f"{_lead(lead)}<p>{markup.text(f'{about} {said}.')}</p>{_table(scores)}{_note(words.ABOUT)}"
    )


def _only_validation(scores: Scores) -> str:
    """How many rows were scored, and how many of them say little."""
    rows = sum(file.rows for file in scores.files)
    found = [scores.score(NEW, file.name) for file in scores.files]
    seen = sum(one.seen for one in found if one is not None)
    return words.NO_FILES.format(rows=words.number(rows), seen=words.number(seen))


def called(scores: Scores, file: Measured) -> str:
    """A file as a person calls it, unescaped."""
    same = [one for one in scores.files if one.language == file.language]
    return words.file(file.name, file.language, len(same) == 1)


def _table(scores: Scores) -> str:
    """New against old, a file a row; then the mean. Teacher and student before stand beside."""
    beside = [name for name in (BEFORE, scores.teacher) if name and name != scores.old]
    beside = [name for name in beside if name in scores.systems]
    first, *compared = words.HEADS
    names = [words.system(name) for name in (NEW, scores.old)]
    heads = [first, *names, *compared, *map(words.system, beside)]
    rows = [_row(scores, file, beside) for file in scores.files if file.given]
    if len(rows) > 1:
        means = [_figure(scores.mean(name)) for name in beside]
        new, old = scores.mean(NEW), scores.mean(scores.old)
        change = words.difference(new - old) if new is not None and old is not None else "–"
        rows.append(_cells(words.MEAN, [_figure(new), _figure(old), change, "", "", *means]))
    return _framed(words.QUESTION, heads, rows)


def _row(scores: Scores, file: Measured, beside: list[str]) -> str:
    cells = [_of(scores, name, file) for name in (NEW, scores.old)]
    change, compared = scores.against(scores.old, file.name), ["–", "–", "–"]
    if change is not None:
        compared = [
            words.difference(change.value),
            words.interval(change.low, change.high),
            f"<strong>{words.VERDICTS[change.verdict]}</strong>",
        ]
    others = [_of(scores, name, file) for name in beside]
    return _cells(_file(scores, file), [*cells, *compared, *others])


def everything(scores: Scores, report: str = "") -> str:
    """All systems on all files, folded, and the way to the report.

    Args:
        report: where it is fetched, for an attribute; "" for none.
    """
    heads = [words.SYSTEM, *(_head(scores, file) for file in scores.files)]
    rows = [
        _cells(markup.text(words.system(name)), [_of(scores, name, file) for file in scores.files])
        for name in scores.systems
    ]
    marked = any(score.seen and score.kind in READ for score in scores.scores)
    link = f'<p class="td-l-files"><a href="{report}" download>{words.REPORT}</a></p>'
    return (
        f"<h4>{words.ALL}</h4>{_framed(words.ALL, heads, rows)}"
        f"{_note(words.SEEN) if marked else ''}{link if report else ''}"
    )


def _head(scores: Scores, file: Measured) -> str:
    """A file above its column, unescaped; validation rows are named as what they are."""
    rows = words.ROWS.format(rows=words.number(file.rows))
    return f"{called(scores, file)} ({rows if file.given else words.VALIDATION.format(rows=rows)})"


def _of(scores: Scores, system: str, file: Measured) -> str:
    """A system on a file; marked where it has seen some of the rows."""
    found = scores.score(system, file.name)
    if found is None:
        return "–"
    return _figure(found.macro_f1) + (words.SEEN_MARK if found.seen else "")


def _file(scores: Scores, file: Measured) -> str:
    """A file's name and what is to be known of it, finished HTML."""
    about = [file.name, words.ROWS.format(rows=words.number(file.rows))]
    if file.machine_translated:
        about.append(words.TRANSLATED)
    soft = markup.text(" · ".join(about))
    return f'{markup.text(called(scores, file))}<span class="td-l-soft">{soft}</span>'


def _figure(found: float | None) -> str:
    return "–" if found is None else f"{found:.3f}"


def _cells(head: str, cells: list[str]) -> str:
    return f'<tr><th scope="row">{head}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'


def _framed(caption: str, heads: list[str], rows: list[str]) -> str:
    shown = "".join(f'<th scope="col">{markup.text(head)}</th>' for head in heads)
    return (
        f'<div class="td-l-scroll" tabindex="0" role="group" aria-label="{caption}">'
        f'<table class="td-l-table td-l-scores"><caption class="td-sr">{caption}</caption>'
        f"<thead><tr>{shown}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _lead(said: str) -> str:
    return f'<p class="td-l-lead"><strong>{said}</strong></p>'


def _note(said: str) -> str:
    return f'<p class="td-l-note">{said}</p>'

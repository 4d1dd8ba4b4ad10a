"""How far a check or a run is, and what can be done about it.

Knows counts and sentences; follows nothing itself.
"""

from core.evaluation.plan import Progress
from dashboard.views import markup
from dashboard.wording import batch as words

STATES = {"stopped": words.STOPPED_EARLY, "interrupted": words.INTERRUPTED, "failed": words.FAILED}


def checking(name: str, done: int, total: int | None, stopping: bool) -> str:
    """A check under way: bytes or rows read, whatever is told of its end."""
    said = words.CHECKING.format(name=name)
    if done:
        said += f" · {words.CHECKED_ROWS.format(done=words.number(done))}"
    return _bar(said, done, total, stopping)


def running(progress: Progress | None, waiting: str, stopping: bool) -> str:
    """A run under way.

    Args:
        progress: what the engine told last; None before it began.
        waiting: what it waits for until then: "loading" or "waiting".
    """
    if progress is None:
        return _bar(words.STAGES[waiting], 0, None, stopping) + _leave()
    rate = progress.new / progress.seconds if progress.seconds > 0 else 0.0
    said = words.progress(
        progress.stage, progress.done, progress.total, rate, progress.seconds_left
    )
    return _bar(said, progress.done, progress.total, stopping) + _leave()


def _bar(said: str, done: int, total: int | None, stopping: bool) -> str:
    """A line with a bar and Stop; the bar has no end while nothing is known."""
    value = f' value="{min(done, total)}" max="{total}"' if total and done else ""
    name = words.STOPPING if stopping else words.STOP
    off = " disabled" if stopping else ""
    sentence = markup.text(said)
    return (
        f'<div class="td-progress td-f-progress"><progress{value} '
        f'aria-label="{markup.attribute(said)}"></progress><span>{sentence}</span>'
        f'<button type="button" class="td-button" data-f="stop"{off}>{name}</button></div>'
    )


def _leave() -> str:
    return f'<p class="td-f-note">{words.LEAVE}</p>'


def ended(state: str, problem: str, resumable: bool = True) -> str:
    """A run that ended before its end, and the ways on."""
    said = markup.text(problem or STATES.get(state, words.FAILED))
    role = "alert" if state == "failed" else "status"
    kind = "td-problem" if state == "failed" else "td-notice"
    go_on = (
        f'<button type="button" class="td-f-primary" data-f="go">{words.CONTINUE}</button>'
        if resumable
        else ""
    )
    return (
        f'<p class="{kind}" role="{role}">{said}</p><div class="td-f-go">{go_on}'
        f'<button type="button" class="td-button" data-f="again">{words.ANEW}</button></div>'
    )

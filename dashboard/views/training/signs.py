"""Small pieces that every view of runs is made of: a state's sign and word, moments, clocks, facts.

Knows HTML and how the script marks time; knows what a state is called, not how it came about.
Moments are written in UTC here; the page's script writes them in its reader's zone, and moves
clocks by itself, so that nothing is sent only because a second has passed.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from dashboard.views import markup
from dashboard.wording import training_live as words
from train.jobs.records import Job, Part, Told


def state_of(job: Job) -> str:
    """A job's state as it is shown: one that was asked to stop is stopping."""
    return "stopping" if job.state == "running" and job.stopping else job.state


def badge(state: str) -> str:
    """A state's sign and word."""
    sign, word = words.STATES[state]
    return (
        f'<span class="td-l-badge td-l-is-{state}"><span aria-hidden="true">{sign}</span> '
        f"{word}</span>"
    )


def name_of(job: Job) -> str:
    """What a job is called, unescaped."""
    return job.name or job.id


def moment(seconds: float | None) -> str:
    """A point in time, seconds since 1970; "–" where there is none."""
    if not seconds:
        return "–"
    found = datetime.fromtimestamp(seconds, UTC)
    return (
        f'<time data-when="{seconds:.0f}" datetime="{found:%Y-%m-%dT%H:%M:%SZ}">'
        f"{found:%Y-%m-%d %H:%M} UTC</time>"
    )


def since(seconds: float, kind: str = "since") -> str:
    """A clock that goes on: the time since a moment.

    Args:
        seconds: since 1970.
        kind: "since" for a duration, "ago" for how long something lies back.
    """
    return f'<span class="td-l-clock" data-clock="{kind}" data-at="{seconds:.1f}"></span>'


def took(job: Job, told: Told, heard: float | None) -> str:
    """How long a run has worked: a clock while it runs, a duration once it ended."""
    if job.state == "running":
        return since((heard or job.made) - told.seconds) if heard or job.made else "–"
    if job.state == "queued" or not told.seconds:
        return "–"
    return words.duration(told.seconds)


def part_sign(part: Part) -> str:
    """The sign of a stage's state, for the eye."""
    sign, _ = words.PART_STATES.get(part.state, ("○", part.state))
    return f'<span class="td-l-sign" aria-hidden="true">{sign}</span>'


def part_word(part: Part) -> str:
    """A stage's state in words."""
    return markup.text(words.PART_STATES.get(part.state, ("", part.state))[1])


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Terms and finished HTML of what they are; those that are empty are left out."""
    rows = "".join(f"<div><dt>{term}</dt><dd>{said}</dd></div>" for term, said in pairs if said)
    return f'<dl class="td-l-facts">{rows}</dl>' if rows else ""


def button(act: str, name: str, kind: str = "td-button", **data: str) -> str:
    """A button that the script listens to by ``data-l``."""
    marks = "".join(f' data-{key}="{markup.attribute(one)}"' for key, one in data.items())
    return f'<button type="button" class="{kind}" data-l="{act}"{marks}>{name}</button>'

"""One run: where it stands, what can be done with it, how it ended.

Knows records and HTML. The first sentence answers whether it is still running; whatever passes
with time is a clock that the page's script moves.
"""

from collections.abc import Sequence
from pathlib import PurePath

from dashboard.views import markup
from dashboard.views.training import signs
from dashboard.views.training.runs import Seen
from dashboard.wording import training_live as words
from dashboard.wording import training_scores
from train.jobs.records import ENDED, RESUMABLE, Job, Told

STEP_ZERO = "step 0"  # what a training selected that kept the weights that it began with
QUIET = 60  # seconds without a word after which the page says so


def head(job: Job) -> str:
    """The run's name, what it is, and what can be done with it."""
    about = [markup.text(job.recipe)]
    if job.owner:
        about.append(words.BY.format(owner=markup.text(job.owner)))
    if job.terminal:
        about.append(words.TERMINAL)
    return (
        f'<div class="td-l-head"><div><h2 tabindex="-1" data-role="run-title">'
        f"{markup.text(signs.name_of(job))}</h2>"
        f'<p class="td-l-note">{" · ".join(about)}</p></div>'
        f'<div class="td-l-acts">{acts(job)}{signs.button("close", words.CLOSE)}</div></div>'
    )


def acts(job: Job) -> str:
    """Stop, Resume, Remove: those that make sense now."""
    drawn = ""
    if job.state in ("running", "queued"):
        stopping = words.STATES["stopping"][1]
        drawn = (
            f'<button type="button" class="td-button" disabled>{stopping}</button>'
            if job.stopping
            else signs.button("stop", words.STOP, queued="yes" if job.state == "queued" else "")
        )
    if job.state in RESUMABLE and not job.terminal:
        drawn += signs.button("resume", words.RESUME, "td-f-primary")
    if job.state in ENDED and not job.terminal:
        drawn += signs.button("remove", words.REMOVE)
    return drawn


def state(seen: Seen) -> str:
    """Whether it runs, at what, how far, how long still, and when it last gave a sign of life."""
    job, told = seen.job, seen.told
    name = signs.state_of(job)
    lead = " ".join(filter(None, (signs.badge(name), _at(job, told))))
    bar = _bar(told) if job.state == "running" else ""
    lines = "".join(f'<p class="td-l-line">{line}</p>' for line in _lines(seen) if line)
    role = "alert" if job.state == "failed" else "status"
    return (
        f'<div class="td-l-state td-l-state-{name}">'
        f'<p class="td-l-lead" role="{role}">{lead}</p>{bar}{lines}</div>'
    )


def _at(job: Job, told: Told) -> str:
    """What it is at, behind the state's word."""
    if job.state != "running" or not told.stage:
        return ""
    where = " · ".join(filter(None, (told.stage, told.part))).replace("_", " ")
    number = _number(told)
    return f"<span>{number}<strong>{markup.text(where)}</strong></span>"


def _number(told: Told) -> str:
    """Which of a pipeline's stages is at work: "stage 3 of 6: "; nothing for other runs."""
    names = [part.name for part in told.parts]
    if told.stage not in names or not any(part.recipe or part.needs for part in told.parts):
        return ""
    return f"stage {names.index(told.stage) + 1} of {len(names)}: "


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _bar(told: Told) -> str:
    """How far the stage is; a bar without an end while that is unknown."""
    share = None if told.done is None or not told.total else told.done / told.total
    value = "" if share is None else f' value="{min(told.done or 0, told.total or 0)}"'
    most = "" if share is None else f' max="{told.total}"'
    said = done(told)
    per_cent = "" if share is None else f"<b>{100 * min(share, 1.0):.0f}\u00a0%</b>"
    left = "" if told.left is None else words.LEFT.format(time=words.roughly(told.left))
    ready = "" if said or not told.stage else _preparing(told)
    words_ = " · ".join(filter(None, (per_cent, said, ready, left, _earlier(told))))
    label = markup.attribute(said or words.STATES["running"][1])
    return (
        f'<div class="td-l-bar"><progress{value}{most} aria-label="{label}"></progress>'
        f"<p>{words_}</p></div>"
    )


def _preparing(told: Told) -> str:
    """What a stage does that counts nothing yet: mostly it loads its models."""
    if not told.part:
        return words.PREPARING
    return words.PREPARING_PART.format(part=markup.text(told.part.replace("_", " ")))


def _earlier(told: Told) -> str:
    """Of a pipeline what its ended stages took: how long the others take nobody knows."""
    if not _number(told):
        return ""
    before = told.parts[: [part.name for part in told.parts].index(told.stage)]
    seconds = sum(part.seconds or 0.0 for part in before if part.state == "ran")
    return words.EARLIER.format(time=words.duration(seconds)) if seconds >= 1 else ""


def done(told: Told) -> str:
    """Counts of the stage: 412 of 1,482 steps; nothing where nothing is counted."""
    if told.done is None:
        return ""
    unit = f" {markup.text(told.unit)}" if told.unit else ""
    count = words.number(told.done)
    if told.total:
        return words.OF_TOTAL.format(done=count, total=words.number(told.total), unit=unit)
    return words.OF_UNKNOWN.format(done=count, unit=unit)


def _lines(seen: Seen) -> list[str]:
    """Sentences below the first: of a run at work its clocks, of an ended one how and why."""
    job, told = seen.job, seen.told
    if job.state == "queued":
        return [words.QUEUED_SAID.format(place=words.place(job.place)), words.LEAVE]
    if job.state == "running":
        return _working(seen)
    said = {
        "finished": words.FINISHED_SAID,
        "failed": words.FAILED_SAID,
        "cancelled": words.CANCELLED_SAID,
        "interrupted": words.INTERRUPTED_SAID,
    }[job.state]
    lines = [markup.text(job.sentence) or said, markup.text(job.hint)]
    if job.state == "finished":
        lines.append(_unchanged(told))
    if job.state in ("interrupted", "cancelled") and told.started and not job.terminal:
        lines = _stopped(job, told, lines)
    ended = told.ended or seen.heard
    when = f"{words.ENDED_AT} {signs.moment(ended)}" if ended else ""
    took = words.ALL_TOOK.format(time=words.duration(told.seconds)) if told.seconds else ""
    lines.append(" · ".join(filter(None, (took, when))))
    return lines


def _unchanged(told: Told) -> str:
    """That a training kept what it began with, or which of a pipeline's did; "" otherwise."""
    if told.outcome.get("selected") == STEP_ZERO:
        return f"<strong>{training_scores.UNCHANGED}</strong>"
    stages = [part.name for part in told.parts if part.figures.get("selected") == STEP_ZERO]
    return f"<strong>{markup.text(training_scores.unchanged(stages))}</strong>" if stages else ""


def _stopped(job: Job, told: Told, said: list[str]) -> list[str]:
    """Where it ended, and what going on would begin with.

    Args:
        said: sentence and hint; a run that told its own end says nothing else in them.
    """
    pipeline = any(part.recipe for part in told.parts)
    stage = words.IN_STAGE.format(stage=markup.text(_plain(told.stage))) if pipeline else ""
    step = "" if told.step is None else words.number(told.step)
    none = words.NO_CHECKPOINT_STAGE if pipeline else words.NO_CHECKPOINT
    line = words.CHECKPOINT if step else none
    stood = line.format(ended=words.ENDED_EARLY[job.state], stage=stage, step=step)
    return [stood] if told.ended else [*said, stood]


def _working(seen: Seen) -> list[str]:
    job, told = seen.job, seen.told
    clocks = []
    if seen.heard:
        clocks.append(f"{words.TOOK_SO_FAR} {signs.took(job, told, seen.heard)}")
        clocks.append(f"{words.HEARD} {signs.since(seen.heard, 'ago')}")
    lines = [" · ".join(clocks)]
    if job.stopping:
        return [*lines, words.STOPPING_SAID]
    if not told.stage:
        lines.append(words.STARTING)
    elif seen.heard:
        lines.append(
            f'<span data-quiet="{QUIET}" data-at="{seen.heard:.1f}" hidden>{words.QUIET}</span>'
        )
    return [*lines, words.LEAVE]


def facts(seen: Seen) -> str:
    """Speed, device, memory, and what the run writes."""
    job, told = seen.job, seen.told
    running = job.state == "running"
    figures = [
        (markup.text(words.figure_name(name)), words.value(value))
        for name, value in told.figures.items()
        if running and value is not None and name != "samples_per_second"
    ]
    return signs.facts(
        (
            *figures,
            (words.SPEED, _speed(told) if running else ""),
            (words.DEVICE, markup.text(told.device)),
            (words.MEMORY, _memory(told, running)),
            (words.STARTED, signs.moment(told.started) if told.started else ""),
            (words.OUTPUT, f"<code>{markup.text(job.output)}</code>" if job.output else ""),
        )
    )


def _speed(told: Told) -> str:
    """Samples a second in training; else what the stage counts, a second."""
    if told.samples:
        return words.SAMPLES.format(rate=words.rate(told.samples))
    if not told.rate:
        return ""
    return f"{words.rate(told.rate)} {markup.text(told.unit or '')} a second".replace("  ", " ")


def _memory(told: Told, running: bool) -> str:
    if told.peak is None and told.memory is None:
        return ""
    peak = words.size(told.peak or told.memory or 0)
    if not running or told.memory is None:
        return words.MEMORY_PEAK.format(peak=peak)
    return words.MEMORY_SAID.format(now=words.size(told.memory), peak=peak)


def log(job: Job, files: Sequence[str]) -> str:
    """The frame around the log's end; its lines are put there by the script, which follows them.

    Args:
        files: names of those that can be downloaded now.
    """
    links = " ".join(
        f'<a href="{download(job.id, name)}" download="{markup.attribute(f"{job.id}-{name}")}">'
        f"{name}</a>"
        for name in files
    )
    empty = words.LOG_TERMINAL if job.terminal else words.LOG_NONE
    fetch = f'<p class="td-l-files">{words.FILES}: {links}</p>' if links else ""
    return (
        '<section class="td-l-card" aria-labelledby="td-l-log-title"><div class="td-l-head">'
        f'<h3 id="td-l-log-title">{words.LOG}</h3>{fetch}</div>'
        f'<p class="td-l-note" data-role="log-empty" data-own>{empty}</p>'
        f'<div class="td-l-log" data-role="log" data-own role="log" aria-live="off" tabindex="0" '
        f'aria-label="{words.LOG_LABEL}" hidden></div>'
        f'<button type="button" class="td-button td-l-end" data-l="end" data-own hidden>'
        f"{words.LOG_FOLLOW}</button></section>"
    )


def download(job: str, name: str) -> str:
    """Where a file of a run is fetched, seen from the page."""
    return markup.attribute(f"tandem/training/{job}/{PurePath(name).name}")


def _written(job: Job) -> str:
    """Where this run writes; the command names a folder of its own."""
    if job.terminal:
        return ""
    return f'<p class="td-f-note">{words.COMMAND_ABOUT.format(place=markup.text(job.output))}</p>'


def command(job: Job) -> str:
    """The line that does the same from a shell."""
    if not job.command:
        return ""
    return (
        f'<details class="td-more"><summary>{words.COMMAND}</summary>'
        f'<div class="td-f-command"><code data-role="run-command">{markup.text(job.command)}'
        f"</code>{signs.button('copy', words.COPY)}"
        '<span role="status" data-role="run-copied"></span></div>'
        f"{_written(job)}</details>"
    )

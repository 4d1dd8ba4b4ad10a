"""One file through every system, chunk by chunk, then its figures: what ``Engine.evaluate`` does.

Knows the order of the work, what to tell meanwhile, and where to go on after a stop or a kill. Who
answers a chunk is ``core.evaluation.answering``, where answers are kept ``core.evaluation.store``.
"""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from core.data import file_hash
from core.errors import DataError, TandemError
from core.evaluation.answering import Answering
from core.evaluation.chunks import Chunk, chunks
from core.evaluation.engines import Engines, open_engines
from core.evaluation.plan import METRICS, Plan
from core.evaluation.schema import Metrics, RunMetrics, TriggerBoard
from core.evaluation.stamp import device_of, models_of, stamp, version
from core.evaluation.store import EXPLAINED, Store
from core.evaluation.systems import Chosen, choose, seen
from core.evaluation.telling import Telling, Told
from core.languages import LanguageIdentifier
from core.memory import give_back
from core.roster import Roster

Stop = Callable[[], bool]


class Stopped(Exception):
    """Somebody said stop in the middle of a chunk, which is then not kept."""


def evaluate(
    roster: Roster,
    identifier: LanguageIdentifier,
    plan: Plan,
    folder: Path,
    told: Told | None = None,
    stop: Stop | None = None,
    *,
    total: int | None = None,
    command: str = "",
) -> Metrics:
    """Answer every row of a file by every system, and measure.

    The predictions depend on the file, the plan and the models alone: no cache takes part, and
    what is read together is decided by the rows. Called again with the same folder after a stop or
    a kill, it goes on behind what is done, and the table is the same to the byte.

    Args:
        plan: what is asked; its layout must fit the file.
        folder: where results are written; made where it is not there.
        told: called after every chunk, and now and then meanwhile.
        stop: asked before and within chunks; once it says yes, what is done is measured.
        total: usable rows, where they were counted before, for the time left.
        command: what does the same from a shell, for the record.

    Raises:
        DataError: the file cannot be read, or no row of it can be used.
        ConfigError: the plan names what is not loaded, or the folder is of another plan.
        TandemError: another process writes the folder, it cannot be written, or the run was
            stopped before a row was answered.
    """
    telling = Telling(told, total)
    telling.say(telling.now)
    chosen = choose(roster, plan)
    digest = file_hash(plan.path)
    engines = open_engines(chosen.models, fast=not plan.words)
    asked = stop or (lambda: False)
    with Store(folder, stamp(roster, plan, chosen, digest, engines)) as store:
        if store.complete and (known := _measured(folder)) is not None:
            telling.end(store.rows)
            return known
        answering = Answering(roster, identifier, plan, chosen, engines.models)
        stopped = not (store.complete or _predict(store, answering, telling, asked))
        board = None
        if plan.layout.kind == "triggers" and not stopped:
            board = _board(plan, chosen, folder, telling, asked)
            stopped = asked()
        telling.measuring(store.rows)
        run = _about(roster, plan, chosen, engines, telling, stopped, command)
        metrics = _measure(store, plan, chosen, run, digest, board)
    telling.end(store.rows)
    return metrics


def _predict(store: Store, answering: Answering, telling: Telling, stop: Stop) -> bool:
    """Answer all chunks that no part answers, and merge; whether the file's end was reached."""
    last, complete = None, False
    try:
        for chunk in _chunks(answering.plan):
            fresh = 0
            if not store.has(chunk):
                telling.begin()
                _answer(store, answering, chunk, stop)
                fresh = len(chunk.rows)
            last = chunk
            telling.predicted(chunk.end, fresh)
        complete = True
    except Stopped:
        if last is None:
            raise TandemError(
                "The evaluation was stopped before the first rows were answered.", "Start it again."
            ) from None
    if last is None:
        raise DataError(f"{answering.plan.title} holds no row that can be used.", "Check the file.")
    store.merge(last, complete=complete)
    return complete


def _answer(store: Store, answering: Answering, chunk: Chunk, stop: Stop) -> None:
    """Raises Stopped where somebody says so."""

    def checked() -> None:
        if stop():
            raise Stopped

    checked()
    store.write(chunk, answering.table(chunk, checked))
    give_back()


def _chunks(plan: Plan) -> Iterator[Chunk]:
    """The file's rows; none where no row can be used."""
    from core.files.rows import read_rows

    return (
        chunk for chunk in chunks(read_rows(Path(plan.path), plan.layout, plan.title)) if chunk.rows
    )


def _board(plan: Plan, chosen: Chosen, folder: Path, telling: Telling, stop: Stop) -> TriggerBoard:
    """Every explanation method against the gold triggers."""
    from core.evaluation.trigger_board import board
    from core.evaluation.trigger_cases import Marked

    return board(chosen.asked, Marked(folder), plan, folder / EXPLAINED, telling.say, stop)


def _measure(
    store: Store,
    plan: Plan,
    chosen: Chosen,
    run: RunMetrics,
    digest: str,
    board: TriggerBoard | None,
) -> Metrics:
    from core.evaluation.figures import measure

    return measure(
        store.folder, plan, chosen.systems, seen(chosen), run, store.left_out, digest, board
    )


def _measured(folder: Path) -> Metrics | None:
    """The figures of an earlier start that reached the end; None where there are none."""
    try:
        known: Metrics = json.loads((folder / METRICS).read_text(encoding="utf-8"))
        return None if known["run"]["stopped"] else known
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _about(
    roster: Roster,
    plan: Plan,
    chosen: Chosen,
    engines: Engines,
    telling: Telling,
    stopped: bool,
    command: str,
) -> RunMetrics:
    return {
        "made": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "command": command,
        "device": device_of(roster),
        "engine": engines.summary,
        "models": models_of(roster, chosen),
        "seconds": round(telling.seconds, 3),
        "stopped": stopped,
        "seed": plan.seed,
        "draws": plan.draws,
        "version": version(),
    }

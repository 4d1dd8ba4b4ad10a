"""One file by every system, and every figure: what the dashboard's Batch tab does, from a shell.

Knows how options become a plan, and what to tell of the file; the work is ``core.engine``'s.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from core.embedded import sources
from core.engine import Engine
from core.errors import DataError, TandemError
from core.evaluation.exports import export
from core.evaluation.plan import Plan, Progress
from core.evaluation.schema import Interval, Metrics, SystemMetrics
from core.evaluation.store import clear_results
from core.files.checking import Check, check
from core.files.looking import look
from train import past
from train.config import BatchConfig
from train.downloads import told
from train.files.layouts import described, form_of, layout_of, unknown_labels
from train.report import markdown_table, shown
from train.run import Run
from train.training.loop import prepare

NAMED = 20  # troubles that are told; the others are counted
PREDICTIONS = "predictions.csv"


def run(config: BatchConfig, run: Run) -> Mapping[str, object]:
    """Check the file, answer it, measure; a stop keeps what is done."""
    device, folder = prepare(config), Path(config.output)
    if run.fresh:
        clear_results(folder)
    run.stage("file")
    plan = plan_of(config)
    run.log(f"Read as: {described(plan.layout)}")
    rows = _checked(plan, run).usable
    run.stage("models")
    named = (config.teacher, config.student, config.baseline, config.translator)
    engine = Engine(sources(*named, config.students), device, told(run))
    engine.wait()
    with run.stop.later():
        metrics = engine.evaluate(
            plan,
            folder,
            _telling(run),
            lambda: run.stop.asked or run.out_of_time(),
            total=rows,
            command=run.command,
        )
        export(folder, "csv", folder / PREDICTIONS)
        run.saved(folder)
        run.log("\n" + _summary(metrics))
    if metrics["run"]["stopped"]:
        hint = f"Go on with: {past.command('batch', config.output)}"
        answered = metrics["file"]["rows"]
        raise TandemError(f"Stopped after {config.max_minutes:g} min, {answered:,} rows.", hint)
    return _figures(metrics)


def plan_of(config: BatchConfig) -> Plan:
    """What the options ask for; the layout as they name it, or as the file proposes.

    Raises:
        DataError: the file cannot be read, or something has to be named.
        ConfigError: a column is named that it lacks.
    """
    seen = look(
        Path(config.input),
        encoding=config.encoding or None,
        form=form_of(config),
        delimiter=config.delimiter or None,
    )
    return Plan(
        config.input,
        layout_of(config, seen),
        systems=config.systems,
        members=config.members,
        language=config.language,
        words=config.words,
        methods=config.methods,
        limit=config.limit,
        seed=config.seed,
        draws=config.draws,
    )


def _checked(plan: Plan, run: Run) -> Check:
    """The whole file, its troubles told.

    Raises:
        DataError: labels that nobody mapped, or no row that can be used.
    """
    found = check(Path(plan.path), plan.layout, lambda now: run.progress(now.done, now.total))
    for trouble in found.troubles[:NAMED]:
        column = f", {trouble.column}" if trouble.column else ""
        kept = " (used all the same)" if trouble.used else ""
        run.log(f"line {trouble.line}{column}: {trouble.problem}{kept}")
    if found.troubled > NAMED:
        run.log(f"… and {found.troubled - NAMED:,} more.")
    if found.unknown:
        raise unknown_labels(plan.title, found.unknown, dict(plan.layout.labels))
    if not found.usable:
        raise DataError(f"{plan.title} holds no row that can be used.", "Check the file.")
    run.log(f"{found.usable:,} rows, {found.bad + found.left_out:,} left out.")
    return found


def _telling(run: Run) -> Callable[[Progress], None]:
    """Progress as a run tells it: a stage for each of an evaluation's."""
    stage = ""

    def tell(now: Progress) -> None:
        nonlocal stage
        if now.stage == "done":
            return
        if now.stage != stage:
            stage = now.stage
            run.stage(stage)
        run.progress(now.done, now.total)

    return tell


def _figures(metrics: Metrics) -> dict[str, float]:
    """What a run ends with: macro-F1 of systems, or token F1 of what explains them."""
    scored = {name: one.get("macro_f1") for name, one in metrics["systems"].items()}
    board = metrics["triggers"]
    if board is not None:
        scored = {f"{one['system']} · {one['method']}": one["f1"] for one in board["entries"]}
    return {name: value for name, value in scored.items() if value is not None}


def _summary(metrics: Metrics) -> str:
    """The headline of each system, or of each explanation method."""
    board = metrics["triggers"]
    if board is not None:
        entries = [
            [one["system"], one["method"], shown(one["f1"]), _interval(one["f1_interval"])]
            for one in board["entries"]
        ]
        return markdown_table(["system", "method", "token F1", "95 %"], entries)
    rows = [_row(name, one) for name, one in metrics["systems"].items()]
    return markdown_table(["system", "macro-F1", "95 %", "accuracy", "texts"], rows)


def _row(name: str, one: SystemMetrics) -> list[str]:
    interval = _interval(one.get("intervals", {}).get("macro_f1"))
    figures = [shown(one.get("macro_f1")), interval, shown(one.get("accuracy"))]
    return [name, *figures, one["provenance"]["tag"]]


def _interval(found: Interval | None) -> str:
    return "–" if found is None else f"{found[0]:.3f} … {found[1]:.3f}"

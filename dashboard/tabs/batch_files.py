"""Files to download: predictions, submission, metrics, report; made when they are asked for.

Knows which part of Tandem makes which; writes into the folder of one result and nowhere else.
"""

from pathlib import Path

from core.errors import InputError
from core.evaluation.plan import METRICS, Page
from core.evaluation.schema import Metrics
from dashboard.batch.results import Kept, safe_name
from dashboard.batch.services import Batch
from dashboard.views.batch import browser
from dashboard.wording import batch as words

NAMES = {
    "csv": "predictions.csv",
    "spreadsheet": "predictions.spreadsheet.csv",
    "jsonl": "predictions.jsonl",
    "parquet": "predictions.parquet",
    "submission": "submission.zip",
    "metrics": "metrics.json",
    "report": "report.html",
}
"""Kind → the end of the file's name."""


def named(kept: Kept, kind: str) -> Path:
    """Where a file lies once it was made, under the name that a download gets.

    Raises:
        InputError: there is no such kind.
    """
    if kind not in NAMES:
        raise InputError(*words.UNREADABLE)
    return kept.files / f"{Path(safe_name(kept.name)).stem}-{NAMES[kind]}"


def prepare(batch: Batch, kept: Kept, kind: str) -> Path:
    """Make a file, unless it is there; every run begins without any.

    Raises:
        InputError: there are no results, or no such kind.
        TandemError: the file cannot be made, such as a submission of a part of the rows.
    """
    target, metrics = named(kept, kind), batch.metrics(kept)
    if metrics is None:
        raise InputError(*words.NOT_RUN)
    if target.is_file():
        return target
    kept.files.mkdir(exist_ok=True)
    if kind == "report":
        _put(target, _report(batch, kept, metrics))
    elif kind == "metrics":
        _put(target, (kept.results / METRICS).read_text(encoding="utf-8"))
    elif kind == "submission":
        _submission(batch, kept, target)
    else:
        from core.evaluation.exports import export  # pyarrow: not while the page opens

        export(kept.results, kind, target)
    return target


def _put(target: Path, text: str) -> None:
    """Write a file aside, then under its name."""
    aside = target.with_name(f".{target.name}")
    aside.write_text(text, encoding="utf-8")
    aside.replace(target)


def _submission(batch: Batch, kept: Kept, target: Path) -> None:
    """The emotions of all rows, and the trigger files where words were scored."""
    from core.files.submission import submission

    plan = batch.runs.asked(kept)
    submission(target, kept.results, kept.results if plan and plan.words else None)


def _report(batch: Batch, kept: Kept, metrics: Metrics) -> str:
    """One file with everything, and the rows worth reading."""
    from dashboard.views.batch import report

    lists: dict[str, Page] = {
        order: batch.page(kept, asked, order, 0, browser.COUNT)
        for order, asked in report.wanted(metrics).items()
    }
    return report.report(metrics, lists)

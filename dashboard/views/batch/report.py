"""One evaluation as a file of its own: every section, plots drawn from a script that it carries.

Knows the page's style sheets and sections, and some rows of the table. The file fetches nothing:
its own policy forbids it.
"""

from collections.abc import Mapping
from typing import Any

from core.evaluation.plan import Filter, Order, Page
from core.evaluation.schema import Metrics
from core.records import UNKNOWN
from dashboard import served, theme, wording
from dashboard.views import markup
from dashboard.views.batch import lab, parts, reading, results
from dashboard.views.scripts import plots as plots_script
from dashboard.wording import batch_results as words

POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data: blob:; form-action 'none'; base-uri 'none'"
)
LISTED = 20  # rows of a list
_FRAME = """
body { margin: 0; background: var(--td-page); color: var(--td-ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 24px 20px 48px; }
main p { margin: 0; }
main h1 { margin: 0; overflow-wrap: anywhere; }
@media (max-width: 699px) { main { padding: 16px 12px 32px; } }
@media print { main { padding: 0; max-width: 680px; } @page { margin: 14mm; } }
"""
_WITHOUT_SCRIPT = (
    "<noscript><style>.td-b-results [data-choice][hidden] { display: grid !important; }"
    ".td-plot, .td-b-choices { display: none !important; }</style>"
    f'<p class="td-note">{words.NO_PLOTS}</p></noscript>'
)


def report(metrics: Metrics, lists: Mapping[str, Page]) -> str:
    """The whole file.

    Args:
        metrics: of a folder of results.
        lists: order of rows (core.evaluation.plan.Order) → the first rows in it, with the columns
            of core.evaluation.columns.
    """
    file = metrics["file"]["name"]
    sections = dict(results.sections(metrics, {}, pressed=False))
    made = sections.pop("run")
    listed = rows(lists)
    keys = [*sections, *(["lists"] if listed else []), "run"]
    body = "".join(parts.section(key, drawn) for key, drawn in sections.items())
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{words.REPORT_TITLE}: {markup.attribute(file)}</title>"
        f"<style>{theme.standalone()}{_FRAME}</style></head><body><main>"
        f'<div class="td-b-results"><h1 class="td-b-file-title">{wording.NAME}: '
        f'{markup.text(file)}</h1><p class="td-note">{words.REPORT_ABOUT}</p>{_WITHOUT_SCRIPT}'
        f"{results.TITLE}{results.nav(keys)}{body}{listed}"
        f"{parts.section('run', made)}</div></main>"
        f"<script>{plotly()}</script><script>{plots_script.standalone()}</script>"
        "</body></html>\n"
    )


def wanted(metrics: Metrics) -> dict[Order, Filter]:
    """The lists that a report of this file holds, and which rows each is of."""
    system = reading.main(metrics)
    wrong: dict[Order, bool] = {"confident_errors": False}
    return {
        order: Filter(system=system, right=wrong.get(order))
        for order in lab.orders(metrics)
        if order in words.REPORT_LISTS
    }


def plotly() -> str:
    """plotly.js as the inside of a script element, which nothing in it may end."""
    return served.plotly_file().read_text(encoding="utf-8").replace("</script", "<\\/script")


def rows(lists: Mapping[str, Page]) -> str:
    """The lists that were given, in our order; nothing for none."""
    drawn = "".join(
        f'<h4 class="td-b-sub">{title}</h4>{_list(lists[order])}'
        for order, title in words.REPORT_LISTS.items()
        if order in lists
    )
    return parts.section("lists", drawn)


def _list(page: Page) -> str:
    """One list."""
    listed = page.rows[:LISTED]
    if not listed:
        return parts.note(words.EMPTY_LIST)
    shown = words.REPORT_LIST_ABOUT.format(
        shown=wording.number(len(listed)), total=wording.number(page.total)
    )
    items = "".join(f'<li class="td-b-row">{_row(one)}</li>' for one in listed)
    return f"{parts.note(shown)}<ol>{items}</ol>"


def _row(row: Mapping[str, Any]) -> str:
    """One row: its place, its text, the translation where it is another, and what was said."""
    text, english = str(row.get("text") or ""), row.get("translation")
    lines = [
        f'<p class="td-b-about">{markup.text(" · ".join(_place(row)))}</p>',
        f'<p dir="auto">{markup.text(text)}</p>',
    ]
    if english and english != text:
        lines.append(f'<p dir="auto" class="td-b-about">→ {markup.text(str(english))}</p>')
    lines.append(f'<p class="td-b-about">{markup.text(" · ".join(_said(row)))}</p>')
    return "".join(lines)


def _place(row: Mapping[str, Any]) -> list[str]:
    """Where the row stands, and its language."""
    language = row.get("language") or UNKNOWN
    found = [f"{words.ROW} {row.get('row', words.NONE)}", words.language(str(language))]
    return [*found, str(row["id"])] if row.get("id") else found


def _said(row: Mapping[str, Any]) -> list[str]:
    """Gold, the labels given, and how far apart or trusted."""
    found = [f"{words.GOLD} {row['gold']}"] if row.get("gold") else []
    for key in ("student", "student_before", "teacher"):
        if row.get(key):
            found.append(f"{words.system(key)} {row[key]}{_sure(row, key)}")
    for key, title in (("weight", words.WEIGHT), ("distance", words.DISTANCE)):
        if row.get(key) is not None:
            found.append(f"{title} {wording.percent(row[key])}")
    return found


def _sure(row: Mapping[str, Any], system: str) -> str:
    """How sure a system is of its label, where the row tells it."""
    share = row.get(f"{system}_{str(row[system]).lower()}")
    return "" if share is None else f" {wording.percent(share)}"

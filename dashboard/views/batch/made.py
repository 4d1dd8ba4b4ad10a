"""How figures came to be: the file, the models, the run. Knows a metrics record."""

from collections.abc import Iterator

from core.evaluation.schema import Metrics
from dashboard import wording
from dashboard.views import markup
from dashboard.views.batch import answer, headline, parts, reading
from dashboard.wording import batch_results as words


def section(metrics: Metrics) -> str:
    """A list of facts, foreign names escaped."""
    rows = "".join(
        f"<dt>{words.RUN_ROWS[key]}</dt><dd>{said}</dd>" for key, said in _facts(metrics) if said
    )
    scored = reading.labelled(metrics)  # then the headline explains the tags
    return (
        parts.note(answer.stopped(metrics))
        + f'<dl class="td-b-facts">{rows}</dl>'
        + ("" if scored else headline.tags(metrics, metrics["systems"]))
    )


def _facts(metrics: Metrics) -> Iterator[tuple[str, str]]:
    """Key and finished HTML."""
    file, run = metrics["file"], metrics["run"]
    yield "file", markup.text(file["name"])
    yield "sha256", _code(file["sha256"])
    yield "rows", _rows(metrics)
    yield "gold", words.GOLDS.get(file["kind"], markup.text(file["kind"]))
    yield "layout", markup.text(_layout(metrics))
    yield "models", "<br>".join(map(_model, run["models"]))
    if not reading.labelled(metrics):
        yield "provenance", "<br>".join(_provenance(metrics))
    yield "made", markup.text(run["made"])
    yield "seconds", markup.text(words.seconds(run["seconds"]))
    yield "device", markup.text(", ".join(filter(None, (run["device"], run["engine"]))))
    yield "draws", f"{wording.number(run['draws'])}, {run['seed']}"
    yield "version", markup.text(run["version"])
    yield "command", _code(run["command"])


def _code(value: str) -> str:
    return f"<code>{markup.text(value)}</code>" if value else ""


def _rows(metrics: Metrics) -> str:
    """All rows, by language, and those left out."""
    file = metrics["file"]
    languages = ", ".join(
        f"{words.language(code)} {wording.number(count)}"
        for code, count in file["languages"].items()
    )
    left = words.LEFT_OUT.format(count=wording.number(file["left_out"])) if file["left_out"] else ""
    return markup.text(f"{wording.number(file['rows'])} ({languages}). {left}".strip())


def _layout(metrics: Metrics) -> str:
    """Form, encoding and columns."""
    layout = metrics["file"]["layout"]
    columns = [
        f"{key} “{layout[key]}”"
        for key in ("text", "id", "gold", "language", "source")
        if layout.get(key)
    ]
    start = ", ".join(str(layout[key]) for key in ("form", "encoding") if layout.get(key))
    return "; ".join(filter(None, (start, ", ".join(columns))))


def _provenance(metrics: Metrics) -> Iterator[str]:
    """Each system's tag and counts, where no table of scores holds them."""
    for name, one in metrics["systems"].items():
        tag = headline.tag(one["provenance"], metrics["file"]["rows"])
        yield f"{markup.text(words.system(name))}: {tag}"


def _model(one: dict[str, str]) -> str:
    """Role, name and identity of one model."""
    role = markup.text(wording.role(one.get("role", "")))
    identity = _code(one.get("identity", ""))
    return f"{role}: {markup.text(one.get('name', ''))} {identity}".strip()

"""The stages of a run: of a pipeline side by side where they do not need each other.

Knows stages as records, and HTML; knows no recipe.
"""

from collections.abc import Sequence

from dashboard.views import markup
from dashboard.views.training import signs
from dashboard.wording import training_live as words
from train.jobs.records import Part

SHOWN = 4  # figures of a stage that show at once


def stages(parts: Sequence[Part]) -> str:
    """All stages; nothing for none."""
    if not parts:
        return ""
    pipeline = any(part.recipe or part.needs for part in parts)
    title = words.STAGES if pipeline else words.PARTS
    drawn = _flow(parts) if pipeline else _list(parts)
    return (
        f'<section class="td-l-card" aria-labelledby="td-l-stages"><h3 id="td-l-stages">{title}'
        f"</h3>{drawn}</section>"
    )


def levels(parts: Sequence[Part]) -> list[list[Part]]:
    """Stages by how many must come before them: those of one level do not need each other."""
    depth: dict[str, int] = {}
    for part in parts:
        known = [depth[name] for name in part.needs if name in depth]
        depth[part.name] = 1 + max(known, default=-1)
    rows: list[list[Part]] = [[] for _ in range(1 + max(depth.values(), default=-1))]
    for part in parts:
        rows[depth[part.name]].append(part)
    return rows


def _flow(parts: Sequence[Part]) -> str:
    """One level below the other; the stages of a level are branches."""
    rows = []
    for level in levels(parts):
        cards = "".join(_stage(part) for part in level)
        about = f' aria-label="{words.SIDE_BY_SIDE}"' if len(level) > 1 else ""
        rows.append(f'<li class="td-l-level"><ul{about}>{cards}</ul></li>')
    return f'<ol class="td-l-flow">{"".join(rows)}</ol>'


def _stage(part: Part) -> str:
    """One stage of a pipeline: name, state, time, figures, and the parts of its work."""
    inner = _list(part.parts) if part.parts else ""
    recipe = part.recipe if part.recipe.replace("_", " ") != part.name.replace("_", " ") else ""
    soft = f' <span class="td-l-soft">{markup.text(recipe)}</span>' if recipe else ""
    return (
        f'<li class="td-l-stage td-l-part-{_kind(part)}" data-key="{markup.attribute(part.name)}">'
        f"<p>{signs.part_sign(part)} <strong>{markup.text(_title(part.name))}</strong>{soft}"
        f'<span class="td-l-when">{signs.part_word(part)}{_time(part)}</span></p>'
        f"{_figures(part)}{_sentence(part)}{inner}</li>"
    )


def _list(parts: Sequence[Part]) -> str:
    """Parts one after another, a line each."""
    rows = "".join(
        f'<li class="td-l-part-{_kind(part)}">{signs.part_sign(part)} '
        f"<span>{markup.text(_title(part.name))}</span>"
        f'<span class="td-l-when"><span class="td-sr">{signs.part_word(part)}</span>'
        f"{_time(part, ' ')}</span>{_figures(part)}{_sentence(part)}</li>"
        for part in parts
    )
    return f'<ol class="td-l-parts">{rows}</ol>'


def _title(name: str) -> str:
    return name.replace("_", " ")


def _kind(part: Part) -> str:
    """The state as a class name."""
    return part.state.replace(" ", "-") if part.state in words.PART_STATES else "other"


def _time(part: Part, before: str = " · ") -> str:
    """How long it took; of one that was skipped, how long it had taken."""
    if part.seconds is None or part.state in ("waiting", "left out"):
        return ""
    if part.state == "up to date" and before == " · ":
        before = ": "
    return f"{before}{words.duration(part.seconds)}"


def _figures(part: Part) -> str:
    """The first plain figures of a stage; nested ones are in its own files."""
    plain = [
        (n, v)
        for n, v in part.figures.items()
        if isinstance(v, int | float) and words.telling(n, v)
    ]
    said = [
        f"{markup.text(words.figure_name(name))} <b>{words.value(value)}</b>"
        for name, value in plain[:SHOWN]
    ]
    return f'<p class="td-l-figures">{", ".join(said)}</p>' if said else ""


def _sentence(part: Part) -> str:
    return f'<p class="td-l-why">{markup.text(part.sentence)}</p>' if part.sentence else ""

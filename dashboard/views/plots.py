"""Probabilities, disagreement and weight as bars and a gauge, in HTML and CSS alone.

Real tables with numbers in them: they need no script, scale with the type, and a screen reader
reads them. Knows numbers and colours by name; decides nothing.
"""

from collections.abc import Sequence

from core.labels import LABELS
from core.records import Prediction, Weight
from dashboard import wording


def probabilities(prediction: Prediction, before: Prediction | None, caption: str) -> str:
    """Six bars with numbers; a tick on each bar where ``before`` stood.

    Args:
        prediction: K probabilities in the order of LABELS.
        before: the same model before refinement, or None.
        caption: what the table shows, for a screen reader.
    """
    earlier = before.probabilities if before is not None else (None,) * len(LABELS)
    rows = "".join(
        _bar(label, share, was, label == prediction.label)
        for label, share, was in zip(LABELS, prediction.probabilities, earlier, strict=True)
    )
    return (
        f'<table class="td-bars"><caption class="td-sr">{caption}</caption>'
        f"<tbody>{rows}</tbody></table>"
    )


def _bar(label: str, share: float, was: float | None, top: bool) -> str:
    """One label's row."""
    tick, said, title = "", "", ""
    if was is not None:
        tick = f'<span class="td-tick" style="left:{_width(was)}"></span>'
        said = f'<span class="td-sr">, {wording.was(was)}</span>'
        title = f' title="{wording.moved(label, was, share)}"'
    return (
        f'<tr class="td-e-{label.lower()}{" td-top" if top else ""}"{title}>'
        f'<th scope="row">{label}</th><td class="td-track" aria-hidden="true"><div>'
        f'<span class="td-fill" style="width:{_width(share)}"></span>{tick}</div></td>'
        f"<td>{wording.percent(share)}{said}</td></tr>"
    )


def _width(share: float) -> str:
    """A share as a CSS length, kept within its track."""
    return f"{min(max(share, 0.0), 1.0) * 100:.2f}%"


def gauge(weight: Weight) -> str:
    """The weight on its scale from 0 to 100 %; nothing where there is no weight."""
    if weight.weight is None:
        return ""
    value = wording.percent(weight.weight)
    return (
        f'<div class="td-gauge" role="img" aria-label="{wording.WEIGHT_TITLE}: {value}">'
        f'<span class="td-gauge-fill" style="width:{_width(weight.weight)}"></span>'
        f'<span class="td-gauge-dot" style="left:{_width(weight.weight)}"></span></div>'
    )


def by_class(shares: Sequence[float]) -> str:
    """How much each class adds to the disagreement, bars relative to the largest."""
    largest = max((abs(value) for value in shares), default=0.0)
    rows = "".join(
        f'<tr class="td-e-{label.lower()}"><th scope="row">{label}</th>'
        f'<td class="td-track" aria-hidden="true"><div><span class="td-fill" '
        f'style="width:{_width(abs(value) / largest if largest else 0.0)}"></span></div></td>'
        f"<td>{wording.decimal(value)}</td></tr>"
        for label, value in zip(LABELS, shares, strict=True)
    )
    return (
        f'<table class="td-bars td-bars-small"><caption class="td-sr">{wording.BY_CLASS}'
        f"</caption><tbody>{rows}</tbody></table>"
    )

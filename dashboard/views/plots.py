"""Probabilities, disagreement and weight as bars and a gauge, in HTML and CSS alone.

Real tables with numbers in them: they need no script, scale with the type, and a screen reader
reads them. Knows numbers and colours by name; decides nothing.
"""

from collections.abc import Sequence

from core.labels import LABELS
from core.records import Prediction, Weight
from dashboard import wording

SCALE = 0.02  # the least disagreement that fills its bar: small ones shall look small


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
        tick = f'<span class="td-tick" style="left:{width(was)}"></span>'
        said = f'<span class="td-sr">, {wording.was(was)}</span>'
        title = f' title="{wording.moved(label, was, share)}"'
    return (
        f'<tr class="td-e-{label.lower()}{" td-top" if top else ""}"{title}>'
        f'<th scope="row">{label}</th><td class="td-track" aria-hidden="true"><div>'
        f'<span class="td-fill" style="width:{width(share)}"></span>{tick}</div></td>'
        f"<td>{wording.percent(share)}{said}</td></tr>"
    )


def width(share: float) -> str:
    """A share as a CSS length, kept within its track."""
    return f"{min(max(share, 0.0), 1.0) * 100:.2f}%"


def gauge(weight: Weight) -> str:
    """The weight on its scale from 0 to 1, among those of the refinement set.

    Nothing where there is neither a weight nor a place beyond the scale.
    """
    if weight.weight is None and not weight.outside:
        return ""
    place = wording.gauge_place(weight)
    value = wording.OUTSIDE if weight.weight is None else wording.percent(weight.weight)
    said = ", ".join(filter(None, (f"{wording.WEIGHT_TITLE}: {value}", place)))
    low, high = wording.GAUGE_ENDS
    return (
        f'<div class="td-gauge" role="img" aria-label="{said}">{_spread(weight)}'
        f'<div class="td-gauge-track">{_dot(weight)}</div>'
        f'<div class="td-gauge-ends"><span>{low}</span><span class="td-gauge-place">{place}</span>'
        f"<span>{high}</span></div></div>"
    )


def _dot(weight: Weight) -> str:
    """Where the tweet stands; hollow at the end beyond which it lies."""
    if weight.weight is None:
        end = "0" if (weight.percentile or 0.0) < 0.5 else "100%"
        return f'<span class="td-gauge-dot td-gauge-outside" style="left:{end}"></span>'
    return (
        f'<span class="td-gauge-fill" style="width:{width(weight.weight)}"></span>'
        f'<span class="td-gauge-dot" style="left:{width(weight.weight)}"></span>'
    )


def _spread(weight: Weight) -> str:
    """The refinement set's own weights as small bars above the scale; the tweet's is marked."""
    if not weight.reference:
        return ""
    bins, largest = len(weight.reference), max(weight.reference)
    own = -1 if weight.weight is None else min(int(weight.weight * bins), bins - 1)
    bars = "".join(
        f'<span class="td-share{" td-own" if place == own else ""}" '
        f'style="height:{width(share / largest)}"></span>'
        for place, share in enumerate(weight.reference)
    )
    return f'<div class="td-spread" title="{wording.GAUGE_BARS}">{bars}</div>'


def by_class(shares: Sequence[float]) -> str:
    """How much each class adds to the disagreement, bars relative to the largest."""
    largest = max(SCALE, *map(abs, shares))
    rows = "".join(
        f'<tr class="td-e-{label.lower()}"><th scope="row">{label}</th>'
        f'<td class="td-track" aria-hidden="true"><div><span class="td-fill" '
        f'style="width:{width(abs(value) / largest)}"></span></div></td>'
        f"<td>{wording.decimal(value)}</td></tr>"
        for label, value in zip(LABELS, shares, strict=True)
    )
    return (
        f'<table class="td-bars td-bars-small"><caption class="td-sr">{wording.BY_CLASS}'
        f"</caption><tbody>{rows}</tbody></table>"
    )

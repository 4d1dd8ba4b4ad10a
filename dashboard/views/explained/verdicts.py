"""Whether one explanation holds: a badge with its reasons, a line of figures, and all of them.

Knows faithfulness, plausibility and attributions as records; judges nothing itself.
"""

from collections.abc import Iterator

from core.attribution import METHODS
from core.explanations import Attribution, Erasure, Faithfulness, Interval, Side, Verdict
from dashboard import wording
from dashboard.views import markup
from dashboard.wording import explain as words

Row = tuple[str, str, str, Interval | None, bool | None]
"""Name, what it means, value, interval of random words, whether it is better."""


def badge(side: Side, method: str, key: str) -> str:
    """The verdict as a button whose reasons show on pointing and on focus.

    Args:
        key: an id of its own on the page.
    """
    found = side.faithfulness.get(method)
    if found is None:
        kind, sign, name = "none", words.NO_VERDICT, words.NO_VERDICT_NAME
        reasons = f"<span>{markup.text(words.no_verdict(side, method))}</span>"
        shown = f'<span aria-hidden="true">{sign}</span><span class="td-sr">{name}</span>'
    else:
        kind, name = found.verdict.value, words.VERDICTS[found.verdict]
        reasons = _reasons(found) + _few(side, found)
        sign = words.VERDICT_SIGNS[found.verdict]
        shown = f'<span aria-hidden="true">{sign}</span> {name}'
    return (
        f'<span class="td-tip-of"><button type="button" class="td-badge td-badge-{kind}" '
        f'aria-describedby="{key}">{shown}</button>'
        f'<span class="td-tip" role="tooltip" id="{key}">{reasons}</span></span>'
    )


def _reasons(found: Faithfulness) -> str:
    """The verdict in a sentence, and the four comparisons behind it."""
    lines = "".join(
        f'<span class="td-tip-row"><b>{_sign(better)} {name}</b> '
        f"<span>{value} · random {words.random(*interval)}</span></span>"
        for name, _, value, interval, better in comparisons(found)
        if interval is not None
    )
    return f"<span>{words.VERDICT_SENTENCES[found.verdict]}</span>{lines}"


def _few(side: Side, found: Faithfulness) -> str:
    """What to make of a bad verdict on few words."""
    if found.verdict is Verdict.HOLDS or sum(side.read) >= words.FEW_WORDS:
        return ""
    return f"<span>{words.few_words(sum(side.read))}</span>"


def _sign(better: bool | None) -> str:
    """Better, or not, for eyes and for ears."""
    said = words.BETTER if better else words.NO_BETTER
    return (
        f'<span aria-hidden="true">{"✓" if better else "✗"}</span>'
        f'<span class="td-sr">{said} {words.THAN_RANDOM}:</span>'
    )


def comparisons(found: Faithfulness) -> Iterator[Row]:
    """The four that make the verdict."""
    names = iter(words.COMPARISONS)
    for erasure in (found.masked, found.deleted):
        yield (*next(names), *_comprehensive(erasure))
        yield (*next(names), *_sufficient(erasure))


def _comprehensive(erasure: Erasure) -> tuple[str, Interval, bool]:
    value = words.exact(erasure.comprehensiveness)
    return value, erasure.random_comprehensiveness, erasure.comprehensive


def _sufficient(erasure: Erasure) -> tuple[str, Interval, bool]:
    return words.exact(erasure.sufficiency), erasure.random_sufficiency, erasure.sufficient


def line(side: Side, method: str) -> str:
    """The figures that are always in sight: what the top words are worth, residual, time."""
    attribution = side.attributions[method]
    parts, found = [], side.faithfulness.get(method)
    if found is not None:
        masked = found.masked
        parts.append(f"{words.COMPREHENSIVE} {words.figure(masked.comprehensiveness)}")
        parts.append(f"{words.SUFFICIENT} {words.figure(masked.sufficiency)}")
    plausible = side.plausibility.get(method)
    if plausible is not None:
        parts.append(f"{words.PLAUSIBILITY['f1'][0].lower()} {words.figure(plausible.f1)}")
    if (share := residual_share(attribution)) is not None:
        parts.append(f"special tokens {wording.percent(share)}")
    parts.append(words.seconds(attribution.seconds))
    return "".join(f"<span>{part}</span>" for part in parts)


def warnings(attribution: Attribution) -> str:
    """That scores do not add up to what they explain; what the method itself has to say."""
    lines = []
    if attribution.delta is not None and (said := words.delta_warning(attribution.delta)):
        lines.append(said)
    if attribution.note:
        lines.append(attribution.note)
    return "".join(f'<p class="td-note td-x-warning">{markup.text(one)}</p>' for one in lines)


def residual_share(attribution: Attribution) -> float | None:
    """What special tokens took of all that was attributed, in [0, 1]; None without a residual."""
    if attribution.residual is None:
        return None
    whole = sum(map(abs, attribution.scores)) + abs(attribution.residual)
    return abs(attribution.residual) / whole if whole > 0 else None


def figures(side: Side, method: str) -> str:
    """Everything that was measured of one explanation, as a table."""
    heads = "".join(f'<th scope="col">{name}</th>' for name in words.FIGURE_COLUMNS)
    rows = "".join(map(_row, _figures(side, method)))
    return (
        f'<div class="td-x-scroll" tabindex="0" role="group" aria-label="{words.FIGURES}">'
        f'<table class="td-x-figures"><caption class="td-sr">{words.FIGURES}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _figures(side: Side, method: str) -> Iterator[Row]:
    """All rows of the table, what could not be computed left out."""
    attribution, found = side.attributions[method], side.faithfulness.get(method)
    if found is not None:
        yield from comparisons(found)
        deletion, insertion = found.random_deletion_auc, found.random_insertion_auc
        lower, higher = found.deletion_auc < deletion[0], found.insertion_auc > insertion[1]
        yield (*words.DELETION, words.exact(found.deletion_auc), deletion, lower)
        yield (*words.INSERTION, words.exact(found.insertion_auc), insertion, higher)
    if method in side.stability:
        yield (*words.STABILITY, words.figure(side.stability[method]), None, None)
    if (plausible := side.plausibility.get(method)) is not None:
        for name, about in words.PLAUSIBILITY.items():
            yield (*about, words.figure(getattr(plausible, name)), None, None)
    if (share := residual_share(attribution)) is not None:
        yield (*words.RESIDUAL, wording.percent(share), None, None)
    if METHODS[method].completeness:
        yield (*words.DELTA, _delta(attribution.delta), None, None)
    yield (*words.TIME, words.seconds(attribution.seconds), None, None)
    if attribution.passes:
        yield (*words.PASSES, wording.number(attribution.passes), None, None)


def _delta(delta: float | None) -> str:
    return words.NOT_COMPUTABLE if delta is None else f"{delta * 100:.2g}\u00a0%"


def _row(row: Row) -> str:
    name, about, value, interval, better = row
    said = "" if interval is None else words.random(*interval)
    sign = "" if better is None else words.BETTER if better else words.NO_BETTER
    mark = "" if better is None else f'<span aria-hidden="true">{"✓" if better else "✗"}</span> '
    more = f'<span class="td-soft">{about}</span>' if about else ""
    return (
        f'<tr><th scope="row">{name}{more}</th><td>{value}</td><td>{said}</td>'
        f"<td>{mark}{sign}</td></tr>"
    )

"""What the hub offers, and downloads under way.

Knows records and the marks that the tab's script reads; asks nothing.
"""

from collections.abc import Sequence

from dashboard import wording
from dashboard.models.downloads import Download, Offer
from dashboard.views import markup
from dashboard.wording import models as words


def offer(found: Offer) -> str:
    """How large a model is, how much of it would come, how much room there is."""
    count = wording.size(found.parameters or 0)
    said = words.OFFER.format(
        model=found.model,
        size=words.size(found.bytes),
        parameters=words.OFFER_PARAMETERS.format(count=count) if count else "",
        rest=words.TO_LOAD.format(size=words.size(found.to_load))
        if found.to_load
        else words.ALL_HERE,
        free=words.size(found.free),
        cache=found.cache,
    )
    if not found.to_load:
        return f'<p class="td-notice">{markup.text(said)}</p>'
    if not found.fits:
        return (
            f'<p class="td-notice">{markup.text(said)}</p>'
            f'<p class="td-problem">{markup.text(words.NO_ROOM_HINT)}</p>'
        )
    return (
        f'<p class="td-notice">{markup.text(said)}</p><p><button type="button" '
        f'class="td-f-primary" data-m="download" data-model="{markup.attribute(found.model)}">'
        f"{words.DOWNLOAD}</button></p>"
    )


def downloads(all_of_them: Sequence[Download]) -> str:
    """One line each, the newest first."""
    rows = "".join(map(_download, reversed(all_of_them)))
    return f'<ul class="td-m-downloads">{rows}</ul>' if rows else ""


def _download(one: Download) -> str:
    done, total = words.size(one.done), words.size(one.total)
    name = one.model
    if one.state == "running":
        said = words.PROGRESS.format(model=name, done=done, total=total)
        said = said if one.done else words.STARTING.format(model=name)
        bar = f' value="{one.done}" max="{one.total}"' if one.done and one.total else ""
        return _line(
            one,
            f'<progress{bar} aria-label="{markup.attribute(name)}"></progress>'
            f"<span>{markup.text(said)}</span>{_button(one, 'cancel', words.CANCEL)}",
        )
    patterns = {"done": words.DONE, "stopped": words.STOPPED, "failed": words.DOWNLOAD_FAILED}
    said = patterns[one.state].format(model=name, done=done, total=total, problem=one.problem)
    again = _button(one, "download", words.AGAIN) if one.state != "done" else ""
    kind = "td-problem" if one.state == "failed" else "td-notice"
    return _line(
        one,
        f'<p class="{kind}">{markup.text(said)}</p>{again}{_button(one, "dismiss", words.DISMISS)}',
    )


def _line(one: Download, inner: str) -> str:
    return f'<li data-key="{markup.attribute(one.model)}:{one.state}">{inner}</li>'


def _button(one: Download, act: str, name: str) -> str:
    labels = {"cancel": words.CANCEL_OF, "download": words.AGAIN_OF, "dismiss": words.DISMISS_OF}
    label = markup.attribute(labels[act].format(model=one.model))
    return (
        f'<button type="button" class="td-button" data-m="{act}" '
        f'data-model="{markup.attribute(one.model)}" aria-label="{label}">{name}</button>'
    )

"""Whether a hub id exists, and how large it is: one sentence for a form.

Knows core.hub's listing; fetches no file.
"""

from core import hub
from core.errors import InputError, ModelError
from dashboard.wording import training as words
from dashboard.wording.numbers import size as parameters
from train.paths import LANGUAGE, is_hub_id

FIRST = "fr"  # stands in for the languages of a pattern


def said(model: str) -> str:
    """What the hub says of a model.

    Raises:
        InputError: it is no hub id.
        ModelError: the hub does not know it, does not hand it out, or cannot be reached.
    """
    if not is_hub_id(model):
        raise InputError(words.HUB_NO_ID.format(model=repr(model)[:100]))
    asked = model.replace(LANGUAGE, FIRST)
    try:
        found = hub.listing(asked)
    except ModelError:
        if hub.cached(asked) is None:
            raise
        return words.HUB_CACHED.format(model=asked)
    total = sum(found.sizes.values())
    count = words.HUB_PARAMETERS.format(count=parameters(found.parameters or 0))
    known = words.HUB_FOUND.format(
        model=asked, size=words.size(total), parameters=count if found.parameters else ""
    )
    rest = words.HUB_TO_LOAD.format(size=words.size(found.to_load))
    pattern = f" {words.HUB_PATTERN.format(model=asked)}" if asked != model else ""
    return known + (rest if found.missing else words.HUB_HERE) + pattern

"""What people call a model: by the run that made it, as embedded, or by its folder.

Knows where models lie and a run's own name (``job.json``); opens no model, imports no torch. Keys,
identities and exports go by a model's source, never by this.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from core.catalogue import look
from core.embedded import DEMO
from core.records import EngineInfo
from dashboard import wording
from dashboard.wording import models as words
from train.jobs.files import RESULT, Asked


def called(source: str) -> str:
    """A model's name for people.

    >>> called("owner/name"), called("/somewhere/mine")
    ('owner/name', 'mine')

    Args:
        source: folder, hub id or a translator's {language} pattern.
    """
    folder = Path(source).expanduser()
    if not folder.is_absolute() and not folder.is_dir():
        return wording.short(source)
    real = folder.resolve()
    if real.parent == DEMO.resolve():
        return words.CALLED_EMBEDDED.format(name=_plain(real.name))
    return _by_run(real) or wording.short(str(folder.absolute()))


def apart(sources: Iterable[str]) -> dict[str, str]:
    """Source → its name; the folder's parent goes before it where two would read the same."""
    names = {source: called(source) for source in sources}
    count = Counter(names.values())
    return {
        source: _longer(source, name) if count[name] > 1 else name for source, name in names.items()
    }


def named(info: EngineInfo) -> EngineInfo:
    """The same models, each with what it is called beside the others."""
    names = apart(model.name for model in info.models)
    models = tuple(replace(model, called=names[model.name]) for model in info.models)
    return replace(info, models=models)


def _by_run(folder: Path) -> str:
    """By the run of the queue whose result a folder is, or lies in; "" for any other."""
    for place, rest in ((folder, ""), (folder.parent, folder.name)):
        asked = Asked.of(place.parent) if place.name == RESULT else None
        if asked is None:
            continue
        # Of a recipe that makes one model, the model itself tells what it is.
        part = _plain(rest or look(folder).role or asked.recipe)
        id = place.parent.name
        pattern = words.CALLED_BY_RUN if asked.name else words.CALLED_BY_ID
        return pattern.format(name=asked.name, part=part, id=id)
    return ""


def _longer(source: str, name: str) -> str:
    parts = Path(source).parts
    return f"{parts[-2].strip('/')}/{name}" if len(parts) > 2 else source


def _plain(name: str) -> str:
    return name.replace("_", " ")

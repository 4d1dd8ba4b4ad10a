"""Whether a folder holds a model that is loaded, or is about to be.

Knows sources and folders; takes nothing away itself.
"""

from pathlib import Path

from core.errors import InputError
from core.roles import by_role
from dashboard.loading import Loading
from dashboard.models.called import called
from dashboard.wording import models as words


def within(services: Loading, folder: Path) -> tuple[str, ...]:
    """Sources in a folder that are loaded, or are about to be."""
    sources = services.sources()
    loaded = by_role(sources).values() if sources is not None else ()
    coming = (one for change in services.pending() for one in change.used)
    real = folder.resolve()
    return tuple(
        source
        for source in dict.fromkeys((*loaded, *coming))
        if Path(source).is_dir() and Path(source).resolve().is_relative_to(real)
    )


def refuse(services: Loading, folder: Path) -> None:
    """Raises InputError where a folder that is to be removed holds such a model."""
    used = within(services, folder)
    if used:
        said, hint = words.IN_USE
        raise InputError(said.format(name=called(used[0])), hint)

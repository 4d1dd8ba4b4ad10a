"""The whole pipeline on a person's own files, as one job.

Knows what each file must hold, and looks before anything is trained: a column that is missing from
the last file shall not show after an hour. Which stages there are follows from FullConfig, and how
stages are run is ``train.stages.pipeline``'s.
"""

from collections.abc import Callable, Iterator

from core.data import read_emotions, read_texts, read_triggers
from core.errors import DataError
from core.languages import LanguageIdentifier
from core.records import UNKNOWN
from core.sampling import spread
from train.config import FullConfig
from train.run import Run
from train.stages.pipeline import run_pipeline

ENGLISH = "en"


def run(config: FullConfig, run: Run) -> dict[str, object]:
    """Read every file once, then bring every stage up to date."""
    _refuse_unreadable(config)
    _refuse_untranslatable(config)
    return run_pipeline(config, run)


def _refuse_unreadable(config: FullConfig) -> None:
    """Raises DataError that names every file which cannot be used as what it is given as."""
    found = [error for read in _readers(config) if (error := _trouble(read)) is not None]
    if len(found) == 1:
        raise found[0]
    if found:
        listed = "\n".join(f"- {error}" for error in found)
        raise DataError(f"{len(found)} files cannot be used.", listed)


def _refuse_untranslatable(config: FullConfig) -> None:
    """Raises DataError where no tweet is there that the student would be distilled on."""
    identifier = LanguageIdentifier()
    for path in config.unlabelled:
        texts = spread(read_texts(path), config.limit_rows)
        if any(identifier.identify(text).code not in (ENGLISH, UNKNOWN) for text in texts):
            return
    raise DataError(
        "All tweets in unlabelled are English, or of a language that is not known: there is "
        "nothing to translate.",
        "Distillation learns from tweets in other languages: name a file that holds some.",
    )


def _readers(config: FullConfig) -> Iterator[Callable[[], object]]:
    """What reads each file as its stages will."""
    for path in (config.data, *config.dev):
        yield lambda path=path: read_emotions(path, labelled=True)  # type: ignore[misc]
    for path in config.unlabelled:
        yield lambda path=path: read_texts(path)  # type: ignore[misc]
    if config.triggers is not None:
        triggers = config.triggers
        yield lambda: read_triggers(triggers, labelled=True)


def _trouble(read: Callable[[], object]) -> DataError | None:
    try:
        read()
    except DataError as error:
        return error
    return None

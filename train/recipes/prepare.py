"""Turn the public originals into the training files, so that figures can be had anywhere.

Knows the order of a preparation; files and rules are ``train.prepare``'s.
"""

from collections.abc import Mapping
from pathlib import Path

from core.errors import DataError
from train.config import PrepareConfig
from train.prepare.fetch import fetch
from train.prepare.folder import Folder
from train.prepare.making import Making, account
from train.prepare.originals import COLUMNS, Originals
from train.prepare.sources import SOURCES
from train.run import Run


def run(config: PrepareConfig, run: Run) -> dict[str, object]:
    """Fetch if asked, check, make every file that can be made, and say what could not.

    Raises:
        DataError: after all that can be made is there, when an expected original is missing or
            cannot be read; before anything is made, when there is none or checksums differ.
    """
    sources = [source for source in SOURCES.values() if source.name not in config.leave_out]
    originals = Originals(Path(config.originals), sources, run.log)
    if config.fetch:
        run.stage("fetching")
        fetch(originals, run.log)
    if config.checksums is not None:
        run.stage("comparing checksums")
        originals.hold_to(Path(config.checksums))
    lacking = originals.lacking()
    _refuse_nothing(originals)
    with Folder(config.output) as folder:
        making = Making(
            originals,
            folder,
            config.seed,
            config.dev_pairs,
            config.mono_rows,
            Path(config.dev) if config.dev else None,
            run.stage,
        )
        making.make()
        folder.seal(account(making, lacking), originals.checksums(), COLUMNS)
    figures = _figures(making, run)
    run.saved(config.output)
    _refuse_incomplete(lacking, originals.broken, config.output)
    return figures


def _figures(making: Making, run: Run) -> dict[str, object]:
    """Rows by file, and sums of what was left out."""
    figures: dict[str, object] = {name: file["rows"] for name, file in making.folder.files.items()}
    figures["bad rows"] = making.originals.bad.total()
    figures["held-out rows taken out"] = making.held.taken.total()
    for name, value in figures.items():
        run.metric(name, float(str(value)))
    return figures


def _refuse_nothing(originals: Originals) -> None:
    if not originals.everything():
        names = ", ".join(originals.sources)
        hint = f"Each has a folder of its own in it: {names}. Or add fetch=true."
        raise DataError(f"{originals.root} holds none of the originals.", hint)


def _refuse_incomplete(
    lacking: Mapping[str, tuple[str, ...]], broken: Mapping[str, str], output: str
) -> None:
    """Name what is missing or broken, where to get it and where to put it."""
    if not lacking and not broken:
        return
    lines = [
        f"- originals/{name}/ lacks {_listed(files)}; from {SOURCES[name].url}"
        for name, files in lacking.items()
    ]
    lines += [f"- {sentence}" for _, sentence in sorted(broken.items())]
    without = sorted({*lacking, *(name.split("/")[0] for name in broken)})
    hint = f"Add them, or do without: leave_out={','.join(without)}"
    sentence = f"{output} was made, but some of the originals are missing or cannot be read:"
    raise DataError("\n".join([sentence, *lines]), hint)


def _listed(files: tuple[str, ...]) -> str:
    more = f" and {len(files) - 4} more" if len(files) > 4 else ""
    return ", ".join(files[:4]) + more

"""Opens Tandem's dashboard: ``python app.py``.

Knows the command line, sentences about it, and exit codes (0 fine, 2 a wrong option, 1 any other
failure); everything shown on the page lives in dashboard/.
"""

import argparse
import logging
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import ConfigError, TandemError
from core.records import EngineSources
from dashboard import opening

RUNS, MAX_MB = "runs", 50
PLACE = "a folder or a Hugging Face id"


@dataclass(frozen=True, slots=True)
class Options:
    """The checked command line."""

    sources: EngineSources
    host: str
    port: int
    logins: Mapping[str, str]
    share: bool
    runs: Path
    max_bytes: int
    data: tuple[Path, ...]
    models: Path
    slots: int | None
    named: frozenset[str] = frozenset()  # options of models that the command line names


def parser() -> argparse.ArgumentParser:
    """The options, each with its sentence."""
    made = argparse.ArgumentParser(
        prog="app.py",
        description="Tandem: what an English teacher and a multilingual student make of tweets.",
    )
    where = f"{PLACE} (default: the embedded one)"
    made.add_argument("--teacher", metavar="MODEL", help=f"English teacher: {where}")
    made.add_argument("--student", metavar="MODEL", help=f"multilingual student: {where}")
    made.add_argument(
        "--baseline",
        metavar="MODEL",
        help="student before refinement: a folder, an id, or 'none' (default: the embedded one "
        "with the embedded student, else none)",
    )
    made.add_argument("--translator", metavar="MODEL", help=f"translator into English: {where}")
    made.add_argument(
        "--students",
        metavar="MODEL",
        nargs="+",
        default=[],
        help=f"further students for the Batch tab, named student_2, student_3 …: each {PLACE}",
    )
    made.add_argument(
        "--runs-dir",
        metavar="FOLDER",
        default=RUNS,
        help="where uploaded files and their results are kept (%(default)s)",
    )
    made.add_argument(
        "--max-mb",
        metavar="N",
        type=int,
        default=MAX_MB,
        help="size of an uploaded file at most, in MB (%(default)s)",
    )
    made.add_argument(
        "--data",
        metavar="FOLDER",
        nargs="+",
        default=[],
        help="folders whose files may be trained on, besides those that are uploaded; everybody "
        "who may open the page may read them",
    )
    made.add_argument(
        "--models",
        metavar="FOLDER",
        help="where downloaded models are kept (default: models in the folder of runs)",
    )
    made.add_argument(
        "--slots",
        metavar="N",
        type=int,
        help="runs that may train side by side (default: as it was set before, at first 1)",
    )
    made.add_argument("--host", default="127.0.0.1", help="address to serve (%(default)s)")
    made.add_argument(
        "--port", type=int, help=f"port to serve (default: the first free one from {opening.PORT})"
    )
    made.add_argument(
        "--auth",
        metavar="FILE",
        help="file with lines user:password; asked for at the door. Never give a password on "
        f"the command line. Or set {opening.LOGIN_VARIABLE}=user:password",
    )
    made.add_argument(
        "--share", action="store_true", help="also serve through a public gradio.live address"
    )
    return made


def read_options(arguments: Sequence[str], environment: Mapping[str, str]) -> Options:
    """The command line, checked.

    Raises:
        ConfigError: for a missing folder, a bad port, a bad login file, or an open door
            without a login.
    """
    given = parser().parse_args(arguments)
    logins = opening.read_logins(given.auth, environment.get(opening.LOGIN_VARIABLE, ""))
    opening.refuse_open_door(given.host, given.share, logins)
    runs = opening.read_folder("runs-dir", given.runs_dir)
    return Options(
        sources=opening.read_sources(vars(given)),
        host=given.host,
        port=opening.free_port(given.host, given.port),
        logins=logins,
        share=given.share,
        runs=runs,
        max_bytes=opening.read_size(given.max_mb),
        data=opening.read_data(given.data),
        models=opening.read_folder("models", given.models or str(runs / "models")),
        slots=opening.read_slots(given.slots),
        named=opening.named(vars(given)),
    )


def serve(options: Options) -> None:
    """Show the page, then load the models in the background; returns when interrupted."""
    from dashboard.batch.services import Batch, Limits
    from dashboard.build import Door, build, launch
    from dashboard.remembered import Remembered
    from dashboard.services import Services, default_engine
    from dashboard.training.services import Training

    memory = Remembered(options.runs, options.sources, options.named)
    recalled = memory.recall()
    services = Services(
        lambda: default_engine(recalled.sources, services.downloading), memory, recalled.left_out
    )
    limits = Limits(options.max_bytes)
    batch = Batch(services, options.runs, limits, recalled.sources)
    batch.store.sweep()
    training = Training(services, options.runs, options.data, options.models, limits)
    if options.slots is not None:
        training.queue.slots = options.slots
    blocks = build(services, batch, training)
    door = Door(options.host, options.port, options.logins, options.share)
    local, shared = launch(blocks, door)
    services.start()
    training.begin()
    for line in filter(None, (recalled.told, *recalled.left_out)):
        print(line, flush=True)
    print(f"Tandem is at {local} (Ctrl+C ends it).", flush=True)
    if shared:
        print(f"Shared at {shared}", flush=True)
    blocks.block_thread()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the dashboard; returns the exit code."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        serve(read_options(sys.argv[1:] if arguments is None else arguments, os.environ))
    except ConfigError as problem:
        print(f"app.py: {problem}", file=sys.stderr)
        return 2
    except TandemError as problem:
        print(f"app.py: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Opens Tandem's dashboard: ``python app.py``.

Knows the command line, sentences about it, and exit codes (0 fine, 2 a wrong option, 1 any other
failure); everything shown on the page lives in dashboard/.
"""

import argparse
import errno
import ipaddress
import logging
import os
import re
import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core import embedded
from core.errors import ConfigError, TandemError
from core.records import EngineSources

LOGIN_VARIABLE = "TANDEM_AUTH"
PORT, TRIES = 7860, 20
RUNS, MAX_MB, MOST_MB = "runs", 50, 10_000
_HUB_ID = re.compile(r"[\w.-]+/[\w.{}-]+|[A-Za-z][\w-]*")  # or a {language} pattern
PLACE = "a folder or a Hugging Face id"
HOW_TO_LOG_IN = (
    "Set a login first: write one or more lines user:password into a file and add --auth FILE, "
    f"or put user:password into the environment variable {LOGIN_VARIABLE}."
)


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
    made.add_argument("--host", default="127.0.0.1", help="address to serve (%(default)s)")
    made.add_argument(
        "--port", type=int, help=f"port to serve (default: the first free one from {PORT})"
    )
    made.add_argument(
        "--auth",
        metavar="FILE",
        help="file with lines user:password; asked for at the door. Never give a password on "
        f"the command line. Or set {LOGIN_VARIABLE}=user:password",
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
    logins = read_logins(given.auth, environment.get(LOGIN_VARIABLE, ""))
    refuse_open_door(given.host, given.share, logins)
    return Options(
        sources=read_sources(vars(given)),
        host=given.host,
        port=free_port(given.host, given.port),
        logins=logins,
        share=given.share,
        runs=read_runs(given.runs_dir),
        max_bytes=read_size(given.max_mb),
    )


def read_sources(given: Mapping[str, Any]) -> EngineSources:
    """Where each model comes from.

    Raises:
        ConfigError: naming the option whose folder is missing.
    """
    named = {option: _source(option, given.get(option)) for option in embedded.FOLDERS}
    further = [_source("students", one) for one in given.get("students", ())]
    return embedded.sources(**named, students=tuple(filter(None, further)))


def read_runs(folder: str) -> Path:
    """The folder of runs, which need not be there yet.

    Raises:
        ConfigError: it is something else, or cannot be written into.
    """
    path = Path(folder).expanduser()
    if path.exists() and not path.is_dir():
        raise ConfigError(f"--runs-dir {folder} is a file, not a folder.")
    nearest = next(one for one in (path, *path.absolute().parents) if one.exists())
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise ConfigError(f"--runs-dir {folder} cannot be written into.", "Choose another folder.")
    return path


def read_size(megabytes: int) -> int:
    """Bytes that an uploaded file may have.

    Raises:
        ConfigError: out of bounds.
    """
    if not 1 <= megabytes <= MOST_MB:
        raise ConfigError(f"--max-mb {megabytes} must be from 1 to {MOST_MB}.")
    return megabytes * 1_000_000


def _source(option: str, value: str | None) -> str | None:
    """A folder that exists, or what can be a hub id; None where nothing was given."""
    if value is None or (option, value) == ("baseline", embedded.NONE):
        return value
    if Path(value).expanduser().is_dir():
        return str(Path(value).expanduser())
    if Path(value).exists():
        raise ConfigError(f"--{option} {value} is a file, not a model folder.")
    if _HUB_ID.fullmatch(value):
        return value
    raise ConfigError(
        f"--{option}: there is no folder {value}.",
        "Give an existing folder, or a Hugging Face id such as owner/name.",
    )


def read_logins(file: str | None, variable: str) -> dict[str, str]:
    """User → password, from the file if one is given, else from the environment.

    Raises:
        ConfigError: when the file cannot be read, is empty, or has a line without a colon.
    """
    if file is None:
        text, place = variable, LOGIN_VARIABLE
    else:
        text, place = _read(file), file
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    logins = {}
    for number, line in enumerate(lines, start=1):
        user, colon, password = line.partition(":")
        if not (colon and user.strip() and password):
            raise ConfigError(f"Login {number} in {place} is not of the form user:password.")
        logins[user.strip()] = password
    if file is not None and not logins:
        raise ConfigError(f"The login file {file} holds no login.", "Write user:password into it.")
    return logins


def _read(file: str) -> str:
    """The login file's text."""
    try:
        return Path(file).expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) else "it is not UTF-8 text"
        raise ConfigError(f"The login file {file} cannot be read: {reason}.") from problem


def is_loopback(host: str) -> bool:
    """Whether a host can be reached from this machine only."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def refuse_open_door(host: str, share: bool, logins: Mapping[str, str]) -> None:
    """Raises ConfigError where others could reach the page and nobody is asked who they are."""
    if logins or (is_loopback(host) and not share):
        return
    what = "--share" if share else f"--host {host}"
    raise ConfigError(
        f"{what} would open the dashboard to other machines without a login.", HOW_TO_LOG_IN
    )


def free_port(host: str, wanted: int | None) -> int:
    """The wanted port, or the first free one from 7860.

    Raises:
        ConfigError: when the wanted port is out of range or taken, no default port is free,
            or the host is not an address of this machine.
    """
    if wanted is not None and not 1 <= wanted <= 65535:
        raise ConfigError(f"--port {wanted} is not a port.", "Take a number from 1 to 65535.")
    ports = [wanted] if wanted is not None else list(range(PORT, PORT + TRIES))
    free = next((port for port in ports if _is_free(host, port)), None)
    if free is not None:
        return free
    if wanted is not None:
        raise ConfigError(f"Port {wanted} is taken.", "Take another, or leave --port out.")
    raise ConfigError(f"The ports {PORT} to {ports[-1]} are all taken.", "Give one with --port.")


def _is_free(host: str, port: int) -> bool:
    """Whether the page could be served there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except socket.gaierror as problem:
            raise ConfigError(f"--host {host} is not a known address.") from problem
        except OSError as problem:
            if problem.errno == errno.EADDRNOTAVAIL:
                raise ConfigError(f"--host {host} is not an address of this machine.") from problem
            if problem.errno == errno.EACCES:
                raise ConfigError(
                    f"Port {port} may not be used by this user.", "Take one above 1023."
                ) from problem
            return False
    return True


def serve(options: Options) -> None:
    """Show the page, then load the models in the background; returns when interrupted."""
    from dashboard.batch.services import Batch, Limits
    from dashboard.build import Door, build, launch
    from dashboard.services import Services, default_engine

    services = Services(lambda: default_engine(options.sources, services.downloading))
    batch = Batch(services, options.runs, Limits(options.max_bytes), options.sources)
    batch.store.sweep()
    blocks = build(services, batch)
    door = Door(options.host, options.port, options.logins, options.share)
    local, shared = launch(blocks, door)
    services.start()
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

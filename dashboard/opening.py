"""What the command line of app.py may say: folders, sizes, logins, hosts and ports, checked.

Knows this machine's folders, ports and addresses; reads no arguments, opens no page and loads
neither gradio nor torch.
"""

import errno
import ipaddress
import os
import re
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from core import embedded
from core.errors import ConfigError
from core.records import EngineSources

LOGIN_VARIABLE = "TANDEM_AUTH"
PORT, TRIES = 7860, 20
MOST_MB, MOST_SLOTS = 10_000, 64
_HUB_ID = re.compile(r"[\w.-]+/[\w.{}-]+|[A-Za-z][\w-]*")  # or a {language} pattern
HOW_TO_LOG_IN = (
    "Set a login first: write one or more lines user:password into a file and add --auth FILE, "
    f"or put user:password into the environment variable {LOGIN_VARIABLE}."
)


def read_sources(given: Mapping[str, Any]) -> EngineSources:
    """Where each model comes from.

    Raises:
        ConfigError: naming the option whose folder is missing.
    """
    named = {option: _source(option, given.get(option)) for option in embedded.FOLDERS}
    further = [_source("students", one) for one in given.get("students", ())]
    return embedded.sources(**named, students=tuple(filter(None, further)))


def named(given: Mapping[str, Any]) -> frozenset[str]:
    """The options of models that a command line names: "teacher", "baseline", "students" …"""
    return frozenset(one for one in (*embedded.FOLDERS, "students") if given.get(one))


def read_folder(option: str, folder: str) -> Path:
    """A folder that is written into, which need not be there yet.

    Raises:
        ConfigError: it is something else, or cannot be written into.
    """
    path = Path(folder).expanduser()
    if path.exists() and not path.is_dir():
        raise ConfigError(f"--{option} {folder} is a file, not a folder.")
    nearest = next(one for one in (path, *path.absolute().parents) if one.exists())
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise ConfigError(f"--{option} {folder} cannot be written into.", "Choose another folder.")
    return path


def read_data(folders: Sequence[str]) -> tuple[Path, ...]:
    """Folders whose files may be trained on, resolved.

    Raises:
        ConfigError: one is not there, or is the root of the disk: that would open everything.
    """
    found = [Path(folder).expanduser().resolve() for folder in folders]
    for folder, path in zip(folders, found, strict=True):
        if not path.is_dir():
            raise ConfigError(f"--data: there is no folder {folder}.")
        if path == Path(path.anchor):
            raise ConfigError("--data / would open the whole disk.", "Name a folder of data.")
    return tuple(found)


def read_slots(slots: int | None) -> int | None:
    """How many runs may train side by side; None leaves what was set before.

    Raises:
        ConfigError: out of bounds.
    """
    if slots is not None and not 1 <= slots <= MOST_SLOTS:
        raise ConfigError(f"--slots {slots} must be from 1 to {MOST_SLOTS}.")
    return slots


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

"""Folders of uploaded files and their results: whose they are, and how long they are kept.

Knows folders, tokens, owners and locks; nothing of what an evaluation computes. Whoever
knows neither the token nor the owner's login finds nothing.

A folder ``<token>/``::

    about.json      owner, name of the file as people know it, when it came
    upload/<name>   the file, under a name that any file system takes
    layout.json     how it is to be read, once that was chosen
    run.json        what is or was asked, and how it ended
    results/        core.evaluation.plan's folder
    files/          what was downloaded last
    lock            held by the process that works here
"""

import contextlib
import fcntl
import json
import logging
import os
import re
import secrets
import shutil
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import InputError
from dashboard.wording import batch as words

log = logging.getLogger("tandem")

TOKEN = re.compile(r"[0-9a-f]{32}")
UPLOAD, RESULTS, FILES, LOCK = "upload", "results", "files", "lock"
ABOUT, LAYOUT, RUN = "about", "layout", "run"
KEPT = 50  # results of one owner; the oldest go first
DAYS = 90  # that a result is kept
NAME_LIMIT = 255  # characters of an original name
_ODD = re.compile(r"[^A-Za-z0-9._]+")


@dataclass(frozen=True, slots=True)
class Kept:
    """One uploaded file and what was made of it."""

    folder: Path
    owner: str  # login name; "" without logins
    name: str  # of the file, as people know it
    made: float  # seconds since 1970

    @property
    def token(self) -> str:
        """32 hex digits that nobody can guess."""
        return self.folder.name

    @property
    def file(self) -> Path:
        """Where the uploaded file lies."""
        return self.folder / UPLOAD / safe_name(self.name)

    @property
    def results(self) -> Path:
        """The folder that an evaluation writes."""
        return self.folder / RESULTS

    @property
    def files(self) -> Path:
        """The folder of files to download."""
        return self.folder / FILES

    def read(self, what: str) -> dict[str, Any] | None:
        """One of the folder's records; None where there is none, or it is no record."""
        try:
            found = json.loads((self.folder / f"{what}.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as problem:
            log.warning("The record %s of %s cannot be read: %s", what, self.token, problem)
            return None
        return found if isinstance(found, dict) else None

    def write(self, what: str, record: Mapping[str, Any]) -> None:
        """Put a record in the folder; a reader sees the old one or the new one."""
        aside = self.folder / f".{what}-{secrets.token_hex(4)}"
        aside.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
        aside.replace(self.folder / f"{what}.json")

    def forget(self, *names: str) -> None:
        """Take away what earlier work left: files or folders."""
        for name in names:
            place = self.folder / name
            if place.is_dir():
                shutil.rmtree(place)
            else:
                place.unlink(missing_ok=True)

    @contextlib.contextmanager
    def held(self) -> Iterator[bool]:
        """Whether this folder is ours alone, until the end of the block."""
        with (self.folder / LOCK).open("a+b") as file:
            yield _locked(file.fileno())

    @property
    def busy(self) -> bool:
        """Whether any process works here at the moment."""
        with self.held() as free:
            return not free


class Store:
    """All results of a server.

    Args:
        folder: made with the first upload.
        keep, days: how many of one owner, and for how long; those at work are never taken away.
    """

    def __init__(self, folder: Path, keep: int = KEPT, days: float = DAYS) -> None:
        self.folder = folder
        self.keep = keep
        self.days = days
        self._lock = threading.Lock()

    def new(self, owner: str, name: str) -> Kept:
        """A folder for a file that is about to come; older ones make room."""
        made = Kept(self.folder / secrets.token_hex(16), owner, shown_name(name), time.time())
        (made.folder / UPLOAD).mkdir(parents=True, mode=0o700)
        made.folder.chmod(0o700)
        made.write(ABOUT, {"owner": owner, "name": made.name, "made": made.made})
        self.sweep(spare=made.token)
        return made

    def find(self, token: object, owner: str) -> Kept:
        """The results behind a token.

        Raises:
            InputError: there are none, or they are another user's; both in the same words.
        """
        if isinstance(token, str) and TOKEN.fullmatch(token):
            found = _opened(self.folder / token)
            if found is not None and found.owner == owner:
                return found
        raise InputError(*words.UNKNOWN)

    def owned(self, owner: str) -> list[Kept]:
        """Everything of one owner; without logins the people of one machine share an owner."""
        with self._lock:
            return [kept for kept in self._all() if kept.owner == owner]

    def remove(self, kept: Kept) -> bool:
        """Take a result away; false where it is at work."""
        gone = kept.folder.with_name(f".{kept.token}")
        try:
            with kept.held() as free:
                if free:
                    kept.folder.rename(gone)  # out of reach: nobody meets half a folder
        except FileNotFoundError:  # somebody else was faster
            return True
        shutil.rmtree(gone, ignore_errors=True)
        return free

    def sweep(self, spare: str = "") -> None:
        """Take away what is too old or too much of one owner; never what is at work.

        Args:
            spare: the token of one that stays in any case.
        """
        with self._lock:
            seen: dict[str, int] = {}
            for kept in sorted(self._all(), key=lambda one: one.made, reverse=True):
                seen[kept.owner] = seen.get(kept.owner, 0) + 1
                old = time.time() - kept.made > self.days * 86400
                if (old or seen[kept.owner] > self.keep) and kept.token != spare:
                    self.remove(kept)

    def _all(self) -> Iterator[Kept]:
        """Every result on disk."""
        if not self.folder.is_dir():
            return
        for place in self.folder.iterdir():
            if place.name.startswith(".") and TOKEN.fullmatch(place.name[1:]):
                shutil.rmtree(place, ignore_errors=True)  # half taken away by an earlier process
            elif TOKEN.fullmatch(place.name) and (found := _opened(place)) is not None:
                yield found


def _opened(folder: Path) -> Kept | None:
    """The result in a folder; None where there is none."""
    about = Kept(folder, "", "", 0.0).read(ABOUT) if folder.is_dir() else None
    if about is None:
        return None
    owner, name, made = about.get("owner"), about.get("name"), about.get("made")
    if not (isinstance(owner, str) and isinstance(name, str) and isinstance(made, int | float)):
        return None
    return Kept(folder, owner, name, float(made))


def _locked(file: int) -> bool:
    """Whether the file could be locked; a lock dies with its process."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as problem:  # a file system without locks: nothing else is at work that we know
        log.warning("No lock in the folder of results: %s", problem)
    return True


def shown_name(name: str) -> str:
    """A file's name without folders, as it is shown."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1].strip()
    return last[-NAME_LIMIT:] or words.UNNAMED


def safe_name(name: str) -> str:
    """A name that any file system takes and no shell reads as anything else."""
    stem, ending = os.path.splitext(shown_name(name))
    stem = _ODD.sub("-", stem).strip("-.")[:80] or "file"
    return stem + _ODD.sub("", ending)[:12]

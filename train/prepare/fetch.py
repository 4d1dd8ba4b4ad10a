"""Originals from the network into their folder, where a direct address is known.

The one module of the preparation that goes to the network, and only when asked. Knows addresses and
archives; what files mean is the readers'. A file that is there already is not fetched again, and an
optional source only where its folder is there.
"""

import http.client
import os
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from core.errors import brief
from train.prepare.originals import PACKED, Originals
from train.prepare.source import Download, Source

PATIENCE = 60.0  # seconds for an answer, and between two pieces of one
PIECE = 1 << 20  # bytes
AGENT = {"User-Agent": "tandem-emotion prepare"}


def fetch(originals: Originals, log: Callable[[str], None]) -> list[str]:
    """Fetch what is missing; a source that cannot be had does not stop the others.

    Returns:
        A sentence on each address that gave nothing.
    """
    failed = []
    for source in originals.sources.values():
        wanted = not source.optional or (originals.root / source.name).is_dir()
        for download in source.downloads if wanted else ():
            if _there(originals, source, download):
                continue
            log(f"Fetching {download.url}")
            try:
                get(download, originals.root / source.name)
            except (OSError, ValueError, http.client.HTTPException, tarfile.TarError) as error:
                failed.append(f"{download.url} gave nothing: {_reason(error)}.")
                log(failed[-1])
    return failed


def get(download: Download, folder: Path) -> None:
    """One address into a source's folder: written aside, then renamed.

    Raises:
        OSError, ValueError, HTTPException, TarError: when the address, the archive or the disk
            does not give what is wanted.
    """
    place = folder / (download.to or Path(download.url).name)
    if not download.members:
        _save(download.url, place)
        return
    archive = folder / f".{Path(download.url).name}.{os.getpid()}"
    try:
        _save(download.url, archive)
        _unpack(archive, download, folder / download.to)
    finally:
        archive.unlink(missing_ok=True)


def _there(originals: Originals, source: Source, download: Download) -> bool:
    if not download.members:
        place = Path(download.to)  # Parquet may lie there in another form, packed files unpacked
        form = place.with_suffix(".*") if place.suffix == ".parquet" else place
        form = place.with_suffix("") if place.suffix in PACKED else form
        return bool(originals.files(source.name, str(form)))
    return all(originals.files(source.name, f"**/{member}") for member in download.members)


def _save(url: str, place: Path) -> None:
    """The bytes of an address as a file; one that breaks off is no file."""
    place.parent.mkdir(parents=True, exist_ok=True)
    aside = place.with_name(f".{place.name}.{os.getpid()}.part")
    try:
        with urlopen(Request(url, headers=AGENT), timeout=PATIENCE) as answer:
            with aside.open("wb") as file:
                while piece := answer.read(PIECE):
                    file.write(piece)
            _check_length(answer.headers.get("Content-Length"), aside.stat().st_size)
        aside.replace(place)
    finally:
        aside.unlink(missing_ok=True)


def _check_length(announced: str | None, received: int) -> None:
    if announced is not None and int(announced) != received:
        raise ValueError(f"{received} of {announced} bytes came")


def _unpack(archive: Path, download: Download, folder: Path) -> None:
    """The wanted members, by the last part of their names alone: none can leave the folder."""
    found = set()
    folder.mkdir(parents=True, exist_ok=True)
    for name, stream in _members(archive):
        base = name.rsplit("/", 1)[-1]
        if base in download.members and base not in found:
            found.add(base)
            aside = folder / f".{base}.{os.getpid()}.part"
            aside.write_bytes(stream.read())
            aside.replace(folder / base)
    if absent := sorted(set(download.members) - found):
        raise ValueError(f"{Path(download.url).name} holds no {', '.join(absent)}")


def _members(archive: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """(name, stream) of each file of a zip or tar archive."""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as packed:
            for info in packed.infolist():
                if not info.is_dir():
                    with packed.open(info) as stream:
                        yield info.filename, stream
        return
    with tarfile.open(archive) as packed_tar:
        for member in packed_tar:
            stream_or_none = packed_tar.extractfile(member) if member.isfile() else None
            if stream_or_none is not None:
                yield member.name, stream_or_none


def _reason(error: Exception) -> str:
    if isinstance(error, HTTPError):
        return f"the server answers {error.code}"
    return brief(error)

"""What the table of originals says of each: address, licence, files, what it becomes.

Knows the shape of an entry; the entries are ``emotion_sources`` and ``text_sources``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

GITHUB = "https://raw.githubusercontent.com"
HUB = "https://huggingface.co/datasets"
THREE: dict[str, str] = {"fr": "fra", "es": "spa", "nl": "nld", "ru": "rus"}
"""Languages of the parallel and mono files, with their ISO 639-3 codes."""


@dataclass(frozen=True, slots=True)
class Download:
    """One address, and what of it is put where."""

    url: str
    to: str  # below the source's folder: the file, or of an archive the folder for its members
    members: tuple[str, ...] = ()  # of a zip or tar archive: how the wanted names end


@dataclass(frozen=True, slots=True)
class Source:
    """One public original."""

    name: str  # its folder under originals/
    url: str  # where a person finds it
    licence: str  # of its rows; "" where none is stated
    files: tuple[str, ...]  # patterns below its folder; .gz or .bz2 may follow each
    becomes: str
    mapping: str = "texts as they are, white space collapsed"
    downloads: tuple[Download, ...] = ()  # none: by hand, from url
    optional: bool = False  # nothing is missing without it


def plain(base: str, paths: Mapping[str, str]) -> tuple[Download, ...]:
    """Addresses below one base, from: name here → path there."""
    return tuple(Download(f"{base}/{path}", name) for name, path in paths.items())


def same(base: str, names: Sequence[str]) -> tuple[Download, ...]:
    """Addresses below one base whose files keep their names."""
    return plain(base, {name: name for name in names})

"""Folder or hub id → a folder on this disk, with progress, or one sentence about why not.

Knows Hugging Face's hub through its own library: how far a download is, what the cache holds, what
the hub refuses. Opens no model, prints nothing. HF_ENDPOINT,
HF_HOME, HF_HUB_OFFLINE and logins are the library's business.
"""

import errno
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from huggingface_hub import HfApi, constants, hf_hub_download, try_to_load_from_cache
from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, RepositoryNotFoundError
from huggingface_hub.utils import HFValidationError, validate_repo_id
from tqdm import tqdm

from core.errors import ModelError, Unreachable, brief
from core.repository import CONFIG, needed, whole

PATIENCE = 10.0  # seconds for the hub's first answer
HINT = (
    "Give a folder that holds config.json, tokenizer files and model.safetensors, "
    "or set HF_HOME to a cache that has it."
)


@dataclass(frozen=True, slots=True)
class Download:
    """How far the download of one model is."""

    model: str  # hub id
    file: str  # the one that comes in now
    done: int  # bytes, of all files that were missing
    total: int

    def __str__(self) -> str:
        return f"Downloading {self.model}: {_megabytes(self.done)} of {_megabytes(self.total)} MB"


Progress = Callable[[Download], None]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a model's files lie, and the name under which it was asked for."""

    name: str  # as asked for: folder or hub id
    folder: Path
    fetched: bool = False  # it came from the hub


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of a repository that a model is opened from."""

    model: str
    commit: str
    sizes: Mapping[str, int]  # file → bytes, 0 where the hub does not say
    missing: tuple[str, ...]  # of them, those that the cache lacks
    parameters: int | None = None  # where the hub says

    @property
    def to_load(self) -> int:
        """Bytes that a download would bring."""
        return sum(self.sizes[name] for name in self.missing)


def locate(source: str | Path | Source, progress: Progress | None = None) -> Source:
    """The files of a folder or hub id; an id's are fetched where they are not there yet.

    Raises:
        ModelError: no such folder, or what ``fetch`` met.
    """
    if isinstance(source, Source):
        return source
    name = str(source)
    if name and Path(name).is_dir():
        return Source(name, Path(name))
    if Path(name).exists() and name:
        raise ModelError(f"{name} is a file, not a model's folder.", "Name its folder.")
    if not is_id(name):
        raise ModelError(f"There is no folder {name}.", "Check the path, or give a hub id.")
    return Source(name, fetch(name, progress), fetched=True)


def is_id(name: str) -> bool:
    """Whether a name has the form of a hub id."""
    try:
        validate_repo_id(name)
    except HFValidationError:
        return False
    return True


def fetch(model: str, progress: Progress | None = None) -> Path:
    """A model's files in the library's cache; those that are missing are downloaded.

    All files are of one commit. A connection that breaks is taken up again where it broke. A
    process that ends keeps the files that are complete, and begins the others anew: so does the
    library (https://github.com/huggingface/huggingface_hub/issues/4196).

    Args:
        model: hub id.
        progress: called as bytes come in; never where nothing is missing.

    Raises:
        ModelError: unknown, not open to this user, without weights, broken off; or the hub cannot
            be reached and the cache lacks the model.
    """
    try:
        found = listing(model)
    except ModelError as refused:
        folder = cached(model)
        if folder is None:
            raise refused
        return folder
    return _download(found, progress)


def listing(model: str, patience: float = PATIENCE) -> Listing:
    """What the hub says of a model's files.

    Args:
        patience: seconds for its answer.

    Raises:
        ModelError: when it says nothing, or names no files that a model can be opened from.
    """
    try:
        info = HfApi().model_info(model, files_metadata=True, timeout=patience)
    except Exception as error:  # the library lets its HTTP client's own errors pass
        raise _refusal(model, error) from error
    sizes = {file.rfilename: file.size or 0 for file in info.siblings or ()}
    commit = str(info.sha)
    chosen = needed(model, sizes)
    absent = [n for n in chosen if not isinstance(_in_cache(model, n, commit), str)]
    counted = info.safetensors.total if info.safetensors is not None else None
    return Listing(model, commit, {n: sizes[n] for n in chosen}, tuple(absent), counted)


def cached(model: str) -> Path | None:
    """The model's folder in the cache, where all that it is opened from is there; else None."""
    config = _in_cache(model, CONFIG, None)
    if not isinstance(config, str):
        return None
    folder = Path(config).parent
    return folder if whole(folder) else None


def _in_cache(model: str, file: str, commit: str | None) -> Any:
    return try_to_load_from_cache(model, file, revision=commit)


def _download(found: Listing, progress: Progress | None) -> Path:
    done = 0
    for name in found.missing:
        start = done

        def report(size: int, name: str = name) -> None:
            nonlocal done
            done += size
            if progress is not None:
                progress(Download(found.model, name, done, found.to_load))

        report(0)
        _one_file(found, name, found.commit, report)
        done = max(done, start + found.sizes[name])
    # Last, so that the branch is noted in the cache once every file of its commit is there.
    config = _one_file(found, CONFIG, None, lambda size: None)
    return Path(config).parents[1] / found.commit


def _one_file(found: Listing, name: str, commit: str | None, report: Callable[[int], None]) -> str:
    class Bar(tqdm):  # type: ignore[type-arg]
        """What the library draws on; it shows nothing and hands the bytes on."""

        def __init__(self, *_: Any, **__: Any) -> None:
            super().__init__(disable=True)

        def update(self, n: float | None = 1) -> bool | None:
            report(int(n or 0))
            return None

        def update_transfer(self, n: float | None = 1) -> None:
            """Bytes of the wire, which the library counts beside those of the file."""

        def set_transfer_postfix_str(self, *_: Any, **__: Any) -> None:
            """Their speed."""

    try:
        return hf_hub_download(found.model, name, revision=commit, tqdm_class=Bar)
    except HfHubHTTPError as error:
        raise _refusal(found.model, error) from error
    except Exception as error:  # as above
        raise _broken(found.model, name, error) from error


def _refusal(model: str, error: Exception) -> ModelError:
    """Why the hub gave nothing, in a sentence."""
    status = error.response.status_code if isinstance(error, HfHubHTTPError) else None
    login = "log in with: hf auth login. " + HINT
    if isinstance(error, GatedRepoError):
        page = f"{constants.ENDPOINT}/{model}"
        return ModelError(
            f"{model} is given only to those who accepted its terms.",
            f"Accept them on {page} and {login}",
        )
    if isinstance(error, RepositoryNotFoundError) or status == 404:
        return ModelError(
            f"The hub has no model {model}, or does not show it to you.",
            f"Check the id; where it is private, {login}",
        )
    if status in (401, 403):
        return ModelError(f"The hub refuses {model} to you ({status}).", f"To try again, {login}")
    if status is not None:
        return ModelError(
            f"{model} is not on this machine and the hub answers with an error ({status}).", HINT
        )
    if constants.HF_HUB_OFFLINE:
        return Unreachable(
            f"{model} is not on this machine, and with HF_HUB_OFFLINE set the hub is not asked.",
            HINT,
        )
    return Unreachable(f"{model} is not on this machine and the hub cannot be reached.", HINT)


def _broken(model: str, name: str, error: Exception) -> ModelError:
    """Why a file did not arrive, in a sentence."""
    again = "Run it again: files that arrived are kept."
    full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
    if full:
        return ModelError(
            f"There is no room for {name} of {model} in {constants.HF_HUB_CACHE}.",
            f"Make room, or set HF_HOME to a folder on a larger disk. {again}",
        )
    return ModelError(f"The download of {model} broke off in {name}: {brief(error)}", again)


def _megabytes(size: int) -> str:
    """Whole megabytes with a comma at thousands: 1,420; one decimal below ten."""
    return f"{size / 1e6:.1f}" if size < 1e7 else f"{size / 1e6:,.0f}"

"""Files of weights judged from outside: how many tensors' entries, is the file whole, is it code.

Reads headers and lists of names; makes no tensor, and no pickle is ever run here. Knows bytes;
what a model does with its weights is nobody's business here.
"""

import gzip
import json
import math
import pickletools
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from core.errors import CheckpointError

LARGEST_HEADER = 100_000_000  # bytes; safetensors' own limit
SCALE = ".scale"  # of a packed matrix: see core.packing
AGAIN = "Copy or write it again, whole."
LEGACY = "pytorch_model*.bin"  # what transformers wrote before safetensors, in one file or several
PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle")
CONVERT = (
    "Open it once where you trust it, and save it with save_pretrained: that writes safetensors."
)
_PLAIN = re.compile(
    r"collections (OrderedDict|Counter)|_codecs encode|torch\.nn\.parameter Parameter"
    r"|torch(\.storage)? \w*Storage|torch (Size|device|b?float\d+|double|half|u?int\d+|long|bool)"
    r"|torch\._utils _rebuild_\w+|torch\._tensor _rebuild_from_type_v2"
)
"""What torch's weights-only reader may build: tensors, storages, their kinds and sizes."""


def parameters_of(path: Path) -> int:
    """Entries of all tensors of a safetensors file, which is looked at from outside.

    Raises:
        CheckpointError: it is not one, or shorter than its header says.
    """
    with _opened(path) as stream:
        size = path.stat().st_size
        header, begin = _header(stream, path)
    if begin + _end(header) != size:
        raise _torn(path)
    return _entries(header)


def packed_parameters_of(path: Path) -> int:
    """The same for a gzipped file of ``core.packing``; scales are not counted.

    The length of its content stands at a gzip file's end: a torn one has another.

    Raises:
        CheckpointError: it is not one, or was cut off.
    """
    try:
        with gzip.open(path) as stream:
            header, begin = _header(stream, path)
    except (OSError, EOFError) as error:
        raise _torn(path) from error
    with _opened(path) as raw:
        raw.seek(-4, 2)
        length = int.from_bytes(raw.read(4), "little")
    if (begin + _end(header)) % 2**32 != length:
        raise _torn(path)
    return _entries({name: one for name, one in header.items() if not name.endswith(SCALE)})


def refuse_code(path: Path) -> None:
    """Refuse a file of torch's that names anything but tensors; nothing of it is run.

    What opens it later, torch's weights-only reader, refuses the same.

    Raises:
        CheckpointError: it holds something else, or was cut off.
    """
    try:
        odd = next((name for name in _named(path) if not _PLAIN.fullmatch(name)), None)
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile) as error:
        raise _torn(path) from error
    if odd is not None:
        what = (
            f"names {odd[:80].replace(' ', '.')}" if odd else "is of a kind that torch never writes"
        )
        raise CheckpointError(
            f"{path} is refused: it is a pickle that {what}, and can run code when opened.",
            "Take the model from where its weights are safetensors.",
        )


def _named(path: Path) -> Iterator[str]:
    """Every "module name" that a torch file would import, in order."""
    with _opened(path) as stream:
        if not zipfile.is_zipfile(stream):  # as torch wrote before 1.6: five pickles, then bytes
            stream.seek(0)
            for _ in range(5):
                yield from _globals(stream)
            return
        with zipfile.ZipFile(stream) as archive:
            lists = [name for name in archive.namelist() if name.endswith(".pkl")]
            if not lists:
                raise ValueError("no list of tensors")
            for name in lists:
                with archive.open(name) as inner:
                    yield from _globals(inner)


def _globals(stream: Any) -> Iterator[str]:
    for opcode, argument, _ in pickletools.genops(stream):
        if opcode.name in ("GLOBAL", "INST"):
            yield str(argument)
        elif opcode.name in ("STACK_GLOBAL", "EXT1", "EXT2", "EXT4"):  # no name stands there
            yield ""


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise CheckpointError(
            f"{path} cannot be read: {error.strerror}.", "Check the folder's rights."
        ) from error


def _header(stream: Any, path: Path) -> tuple[dict[str, Any], int]:
    """A safetensors header without its metadata, and where its tensors begin."""
    length = int.from_bytes(stream.read(8), "little")
    if length > LARGEST_HEADER:
        raise _torn(path)
    try:
        header = json.loads(stream.read(length))
    except ValueError as error:
        raise _torn(path) from error
    if not isinstance(header, dict):
        raise _torn(path)
    header.pop("__metadata__", None)
    return header, 8 + length


def _end(header: dict[str, Any]) -> int:
    """Bytes that the tensors take."""
    try:
        return max((int(one["data_offsets"][1]) for one in header.values()), default=0)
    except (KeyError, TypeError, IndexError, ValueError):
        return -1


def _entries(header: dict[str, Any]) -> int:
    return sum(math.prod(one["shape"]) for one in header.values())


def _torn(path: Path) -> CheckpointError:
    return CheckpointError(f"{path} is half-written: it ends before its weights do.", AGAIN)

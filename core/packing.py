"""The packed form of weights: int8, a scale for each 32 columns of a row; for models that ship.

Symmetric weight-only quantisation: a block b of a row becomes round(W_b / s_b)
with s_b = max|W_b| / q, rounded up to float16, and is multiplied out again at
load. q is 44 for embeddings and 90 for other matrices: gzip then stores 6½ or 7½
bits of each int8, a tenth less than with q = 127, and a label in some hundred
and fifty tweets changes (train/EXPERIMENTS.md), more with one scale for a whole
row. Knows tensors by name and shape, and checkpoint folders; not what
a model does with them.
"""

import gzip
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch
from safetensors.torch import load, load_file, save, save_file
from torch import Tensor

from core.checkpoints import Manifest, read_manifest, verify, write_checkpoint
from core.errors import CheckpointError

PACKED = "packed.safetensors.gz"
WEIGHTS = "model.safetensors"
_SCALE = ".scale"
_BLOCK = 32  # columns that share a scale; a row that is no multiple has one scale
_SMALLEST = 1024  # elements; smaller tensors are not worth a loss
_SHARED = "model.shared.weight"  # Marian's embeddings, in and out
_STEPS, _STEPS_OF_EMBEDDINGS = 90, 44  # from 0 to the largest entry of a block


def pack_tensors(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Every large matrix as int8 plus a float16 scale per block of a row; the rest as it is.

    >>> packed = pack_tensors({"w": torch.randn(64, 64)})
    >>> packed["w"].dtype, packed["w.scale"].shape
    (torch.int8, torch.Size([64, 2]))

    Raises:
        CheckpointError: when a matrix holds a NaN or an infinity.
    """
    packed: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        if not _worthwhile(tensor):
            packed[name] = tensor.contiguous()
            continue
        if not bool(tensor.isfinite().all()):
            raise CheckpointError(f"The weights {name} are not all finite.", "Train again.")
        blocks = _blocks(tensor.float())  # (rows, blocks, columns of a block)
        steps = _STEPS_OF_EMBEDDINGS if "embed" in name or name == _SHARED else _STEPS
        scale = _half_above(blocks.abs().amax(dim=2) / steps)  # (rows, blocks)
        if not bool(scale.isfinite().all()):
            raise CheckpointError(f"The weights {name} are too large to pack.", "Ship it unpacked.")
        whole = torch.round(blocks / scale.float()[:, :, None])
        packed[name] = whole.to(torch.int8).reshape(tensor.shape)
        packed[name + _SCALE] = scale
    return packed


def _half_above(values: Tensor) -> Tensor:
    """Float16 numbers, the next ones above where rounded down: so no entry exceeds its steps."""
    half = values.half().clamp(min=2.0**-24)  # the smallest that float16 holds
    step = (half.float() < values).to(torch.int16)
    return (half.view(torch.int16) + step).view(torch.float16)


def _blocks(matrix: Tensor) -> Tensor:
    """A matrix (rows, columns) as (rows, blocks, columns of a block)."""
    rows, columns = matrix.shape
    return matrix.reshape(rows, -1, _BLOCK if columns % _BLOCK == 0 else columns)


def _worthwhile(tensor: Tensor) -> bool:
    """Whether a tensor is a large matrix; one row alone is a bias (Marian's final one)."""
    matrix = tensor.ndim == 2 and tensor.shape[0] > 1 and tensor.is_floating_point()
    return matrix and tensor.numel() >= _SMALLEST


def unpack_tensors(packed: dict[str, Tensor]) -> dict[str, Tensor]:
    """Undo ``pack_tensors``, to float32; each entry is within 0.6 s_b, or 3e-5, of the original."""
    tensors: dict[str, Tensor] = {}
    for name, tensor in packed.items():
        if name.endswith(_SCALE):
            continue
        scale = packed.get(name + _SCALE)
        if scale is None:
            tensors[name] = tensor
        else:
            blocks = _blocks(tensor.float()) * scale.float()[:, :, None]
            tensors[name] = blocks.reshape(tensor.shape)
    return tensors


def load_weights(folder: Path) -> dict[str, Tensor]:
    """Tensors of a folder, packed or plain.

    Raises:
        CheckpointError: when the folder holds neither form, or a torn file.
    """
    for name in (PACKED, WEIGHTS):
        path = folder / name
        if not path.is_file():
            continue
        try:
            return unpack_tensors(read_packed(path)) if name == PACKED else load_file(path)
        except Exception as error:  # safetensors raises its own untyped error
            raise CheckpointError(
                f"{path} cannot be read: {error}.", "Copy or write the checkpoint again."
            ) from error
    raise CheckpointError(
        f"{folder} has neither {WEIGHTS} nor {PACKED}.", "Copy or write the checkpoint again."
    )


def read_packed(path: Path) -> dict[str, Tensor]:
    """The tensors of a packed file as they are stored: int8 and scales."""
    return load(gzip.decompress(path.read_bytes()))


def pack_file(source: Path, target: Path) -> None:
    """Pack one safetensors file into another."""
    content = save(pack_tensors(load_file(source)), metadata={"format": "pt"})
    target.write_bytes(gzip.compress(content, compresslevel=6, mtime=0))


def unpack_file(source: Path, target: Path) -> None:
    """Unpack one packed file into a plain safetensors file."""
    save_file(unpack_tensors(read_packed(source)), target, metadata={"format": "pt"})


def pack_checkpoint(folder: Path, output: Path) -> Manifest:
    """Write the packed form of a checkpoint of any role; identity and manifest are kept.

    Raises:
        CheckpointError: ``folder`` is broken or packed already, or ``output`` is something else.
    """
    return _convert(folder, output, WEIGHTS, PACKED, pack_file)


def unpack_checkpoint(folder: Path, output: Path) -> Manifest:
    """Write the plain transformers folder of a packed checkpoint.

    Raises:
        CheckpointError: ``folder`` is broken or not packed, or ``output`` is something else.
    """
    return _convert(folder, output, PACKED, WEIGHTS, unpack_file)


def _convert(
    folder: Path, output: Path, source: str, target: str, convert: Callable[[Path, Path], None]
) -> Manifest:
    manifest = read_manifest(folder)
    verify(folder, manifest)
    if source not in manifest.files:
        states = {PACKED: "packed already", WEIGHTS: "not packed"}
        state = states[target] if target in manifest.files else "without weights"
        raise CheckpointError(f"{folder} is {state}: it has no {source}.", "Nothing to do.")

    def write(aside: Path) -> None:
        for name in manifest.files:
            if name != source:
                _copy(folder / name, aside / name, small=target == PACKED)
        convert(folder / source, aside / target)

    return write_checkpoint(output, replace(manifest, packed=target == PACKED), write)


def _copy(source: Path, target: Path, small: bool) -> None:
    """Copy a file; a tokenizer's JSON loses its indentation, a third of it, where asked."""
    if small and source.name == "tokenizer.json":
        content = json.loads(source.read_text(encoding="utf-8"))
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        target.write_text(text, encoding="utf-8")
    else:
        shutil.copyfile(source, target)

"""The packed form of weights: int8, one scale per row; for models that ship.

Symmetric weight-only quantisation: row r of a matrix becomes
round(W_r / s_r) with s_r = max|W_r| / 127, and is multiplied out again at
load. Knows tensors by name and shape, and checkpoint folders; not what a
model does with them.
"""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from core.checkpoints import Manifest, read_manifest, verify, write_checkpoint
from core.errors import CheckpointError

PACKED = "packed.safetensors"
WEIGHTS = "model.safetensors"
_SCALE = ".row_scale"
_SMALLEST = 1024  # elements; smaller tensors are not worth a loss


def pack_tensors(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Every large matrix as int8 plus a float32 scale per row; the rest as it is.

    >>> packed = pack_tensors({"w": torch.randn(64, 32)})
    >>> packed["w"].dtype, packed["w.row_scale"].shape
    (torch.int8, torch.Size([64]))

    Raises:
        CheckpointError: when a matrix holds a NaN or an infinity.
    """
    packed: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        if not _worthwhile(tensor):
            packed[name] = tensor.contiguous()
            continue
        values = tensor.float()
        if not bool(values.isfinite().all()):
            raise CheckpointError(f"The weights {name} are not all finite.", "Train again.")
        scale = values.abs().amax(dim=1) / 127  # (rows,)
        divisor = torch.where(scale > 0, scale, torch.ones_like(scale))
        packed[name] = torch.round(values / divisor[:, None]).to(torch.int8)
        packed[name + _SCALE] = scale
    return packed


def _worthwhile(tensor: Tensor) -> bool:
    """Whether a tensor is a large matrix; one row alone is a bias (Marian's final one)."""
    matrix = tensor.ndim == 2 and tensor.shape[0] > 1 and tensor.is_floating_point()
    return matrix and tensor.numel() >= _SMALLEST


def unpack_tensors(packed: dict[str, Tensor]) -> dict[str, Tensor]:
    """Undo ``pack_tensors``, to float32; each entry is within s_r / 2 of the original."""
    tensors: dict[str, Tensor] = {}
    for name, tensor in packed.items():
        if name.endswith(_SCALE):
            continue
        scale = packed.get(name + _SCALE)
        tensors[name] = tensor if scale is None else tensor.float() * scale[:, None]
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
            tensors = load_file(path)
        except Exception as error:  # safetensors raises its own untyped error
            raise CheckpointError(
                f"{path} cannot be read: {error}.", "Copy or write the checkpoint again."
            ) from error
        return unpack_tensors(tensors) if name == PACKED else tensors
    raise CheckpointError(
        f"{folder} has neither {WEIGHTS} nor {PACKED}.", "Copy or write the checkpoint again."
    )


def pack_file(source: Path, target: Path) -> None:
    """Pack one safetensors file into another."""
    save_file(pack_tensors(load_file(source)), target, metadata={"format": "pt"})


def unpack_file(source: Path, target: Path) -> None:
    """Unpack one packed file into a plain safetensors file."""
    save_file(unpack_tensors(load_file(source)), target, metadata={"format": "pt"})


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
                shutil.copyfile(folder / name, aside / name)
        convert(folder / source, aside / target)

    return write_checkpoint(output, replace(manifest, packed=target == PACKED), write)

"""Folder or hub id → transformers' objects, or one sentence about why not.

Knows transformers' Auto classes, which files a folder must hold, and what is
refused: code that comes with a model, and pickled weights of a folder, which
can run code. A hub id may fall back to them; transformers then opens them
with torch's ``weights_only`` reader. The network is transformers' business:
with HF_HUB_OFFLINE=1 only folders and its own cache are read.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, AutoTokenizer
from transformers.utils import logging as transformers_logging

from core.errors import CheckpointError, ModelError, TandemError
from core.packing import load_weights

PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt")
FEWEST_PIECES = 16  # of any real tokenizer, special ones aside
CONVERT = (
    "Open it once where you trust it, and save it with save_pretrained: that writes safetensors."
)


def quiet() -> None:
    """Keep transformers' own bars and reports off the terminal; errors are raised, not logged.

    Nor shall it ask a service on the hub to convert somebody's pickled weights in the background.
    """
    os.environ.setdefault("DISABLE_SAFETENSORS_CONVERSION", "1")
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()


def load_config(source: str) -> Any:
    """The config of a folder or hub id.

    Raises:
        ModelError: when there is none that can be read.
    """
    return _opened(AutoConfig, source)


def load_tokenizer(source: str, kind: Any = AutoTokenizer) -> Any:
    """The tokenizer of a folder or hub id.

    Raises:
        ModelError: when there is none. Where its files are missing, transformers makes one that
            knows no word and reads every text alike.
    """
    tokenizer = _opened(kind, source)
    if len(tokenizer) - len(set(tokenizer.all_special_ids)) < FEWEST_PIECES:
        raise ModelError(
            f"{source} has no vocabulary: its tokenizer knows no words.",
            "Name a folder that holds its tokenizer's files too.",
        )
    return tokenizer


def load_module(
    kind: Any, source: str, optional: Sequence[str] = (), fresh_head: bool = False, **options: Any
) -> Any:
    """A module of a plain folder or hub id, every tensor there, in float32 and evaluation mode.

    Args:
        kind: an Auto class or a model class.
        source: folder or hub id.
        optional: names of tensors that may be missing contain one of these.
        fresh_head: what stands on the encoder may be missing or of another size: it starts anew.
        options: passed on to ``from_pretrained``.

    Raises:
        ModelError: not found, not readable, pickled, or incomplete.
    """
    refuse_pickles(source)
    safe = True if Path(source).is_dir() else None  # None: safetensors where there are any
    module, info = _opened(
        kind,
        source,
        dtype=torch.float32,
        use_safetensors=safe,
        output_loading_info=True,
        ignore_mismatched_sizes=True,  # and judged below
        **options,
    )
    problem = _incomplete(module, info, optional, fresh_head)
    if problem:
        raise ModelError(f"{source} {problem}.", "Name a model that was saved whole.")
    return module.eval()


def load_saved(
    kind: Any, folder: Path, optional: Sequence[str] = (), fresh_head: bool = False, **options: Any
) -> Any:
    """A module of a checkpoint folder of ours, packed or plain, in float32 and evaluation mode.

    Args:
        kind: an Auto class or a model class.
        folder: holds config.json and weights.
        optional, fresh_head: as for ``load_module``.
        options: changes to the config.

    Raises:
        CheckpointError: naming what is wrong with the folder.
    """
    try:
        config = AutoConfig.from_pretrained(folder, trust_remote_code=False, **options)
        mapping = getattr(kind, "_model_mapping", None)
        module, info = (kind if mapping is None else mapping[type(config)]).from_pretrained(
            None,
            config=config,
            state_dict=load_weights(folder),
            dtype=torch.float32,
            output_loading_info=True,
            ignore_mismatched_sizes=True,  # and judged below
        )
    except TandemError:
        raise
    except Exception as error:  # a damaged folder can make transformers raise anything
        raise CheckpointError(
            f"{folder} cannot be opened: {brief(error)}", "Write the checkpoint again."
        ) from error
    problem = _incomplete(module, info, optional, fresh_head)
    if problem:
        raise CheckpointError(f"{folder} {problem}.", "Write the checkpoint again.")
    return module.eval()


def refuse_pickles(source: str) -> None:
    """Refuse a folder that holds no safetensors but pickled weights.

    Raises:
        ModelError: naming the file.
    """
    folder = Path(source)
    if not folder.is_dir() or any(folder.glob("*.safetensors")):
        return
    pickles = sorted(path.name for pattern in PICKLES for path in folder.glob(pattern))
    if pickles:
        raise ModelError(
            f"The weights of {source} are pickled ({pickles[0]}), which can run code when opened; "
            "they are refused.",
            CONVERT,
        )


def brief(error: Exception) -> str:
    """The beginning of what a library said, on one line."""
    words = " ".join(str(error).split()) or type(error).__name__
    return words if len(words) <= 300 else f"{words[:299]}…"


def _opened(kind: Any, source: str, **options: Any) -> Any:
    try:
        return kind.from_pretrained(source, trust_remote_code=False, **options)
    except Exception as error:  # on a broken folder transformers raises anything at all
        raise _unreachable(source, error) from error


def _unreachable(source: str, error: Exception) -> ModelError:
    folder = Path(source)
    if not folder.is_dir() and (folder.is_absolute() or source.startswith((".", "~"))):
        return ModelError(f"There is no folder {source}.", "Check the path.")
    what = "folder" if folder.is_dir() else "folder or hub id"
    return ModelError(
        f"The {what} {source} cannot be loaded: {brief(error)}",
        "Name a folder with config.json, weights and tokenizer, or a hub id while online.",
    )


def _incomplete(module: Any, info: Any, optional: Sequence[str], fresh_head: bool) -> str:
    """Tensors that the files lack, or hold in another size, and may not; "" where all is well."""
    prefix = f"{module.base_model_prefix}." if fresh_head else ""
    missing = [name for name in sorted(info["missing_keys"]) if name.startswith(prefix)]
    missing = [name for name in missing if not any(part in name for part in optional)]
    if missing:
        return f"lacks {len(missing)} tensors, the first is {missing[0]}"
    odd = sorted(name for name, *_ in info["mismatched_keys"] if name.startswith(prefix))
    return f"has weights of another size than its config.json says: {odd[0]}" if odd else ""

"""Folder or hub id → transformers' objects, or one sentence about why not.

Knows transformers' Auto classes, which files a folder must hold, and what is
refused: code that comes with a model, and pickles, which can run code. Older
weights in a ``pytorch_model.bin`` are opened where there are no safetensors,
by torch's ``weights_only`` reader alone. How an id becomes a folder is ``core.hub``:
transformers itself is only ever given folders.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from huggingface_hub.utils import logging as hub_logging
from transformers import AutoConfig, AutoTokenizer
from transformers.utils import logging as transformers_logging

from core.errors import CheckpointError, ModelError, TandemError, brief
from core.hub import Source, locate
from core.packing import load_weights
from core.weight_files import CONVERT, LEGACY, PICKLES, refuse_code

FEWEST_PIECES = 16  # of any real tokenizer, special ones aside


def quiet() -> None:
    """Keep transformers' own bars and reports off the terminal; errors are raised, not logged."""
    hub_logging.set_verbosity_error()
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()


def load_config(source: str | Source) -> Any:
    """The config of a folder or hub id.

    Raises:
        ModelError: when there is none that can be read.
    """
    return _opened(AutoConfig, locate(source))


def load_tokenizer(source: str | Source, kind: Any = AutoTokenizer) -> Any:
    """The tokenizer of a folder or hub id.

    Raises:
        ModelError: when there is none. Where its files are missing, transformers makes one that
            knows no word and reads every text alike.
    """
    place = locate(source)
    tokenizer = _opened(kind, place)
    if len(tokenizer) - len(set(tokenizer.all_special_ids)) < FEWEST_PIECES:
        raise ModelError(
            f"{place.name} has no vocabulary: its tokenizer knows no words.",
            "Name a folder that holds its tokenizer's files too.",
        )
    return tokenizer


def load_module(
    kind: Any,
    source: str | Source,
    optional: Sequence[str] = (),
    fresh_head: bool = False,
    **options: Any,
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
    place = locate(source)
    if not place.fetched:
        refuse_pickles(place.folder)
    module, info = _opened(
        kind,
        place,
        dtype=torch.float32,
        use_safetensors=True if any(place.folder.glob("*.safetensors")) else None,
        weights_only=True,
        output_loading_info=True,
        ignore_mismatched_sizes=True,  # and judged below
        **options,
    )
    problem = _incomplete(module, info, optional, fresh_head)
    if problem:
        raise ModelError(f"{place.name} {problem}.", "Name a model that was saved whole.")
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


def refuse_pickles(folder: Path) -> None:
    """Refuse a folder without safetensors whose weights are pickled otherwise than as tensors.

    Raises:
        CheckpointError, ModelError: naming the file.
    """
    if any(folder.glob("*.safetensors")):
        return
    older = sorted(folder.glob(LEGACY))
    for path in older:
        refuse_code(path)
    pickles = sorted(path.name for path in folder.iterdir() if path.suffix in PICKLES)
    if pickles and not older:
        raise ModelError(
            f"The weights of {folder} are pickled ({pickles[0]}), which can run code when opened; "
            "they are refused.",
            CONVERT,
        )


def _opened(kind: Any, place: Source, **options: Any) -> Any:
    try:
        return kind.from_pretrained(place.folder, trust_remote_code=False, **options)
    except Exception as error:  # on a broken folder transformers raises anything at all
        said = brief(error).replace(str(place.folder), place.name)
        raise ModelError(
            f"{place.name} cannot be loaded: {said}",
            "Name a folder with config.json, weights and tokenizer, or another hub id.",
        ) from error


def _incomplete(module: Any, info: Any, optional: Sequence[str], fresh_head: bool) -> str:
    """Tensors that the files lack, or hold in another size, and may not; "" where all is well."""
    prefix = f"{module.base_model_prefix}." if fresh_head else ""
    missing = [name for name in sorted(info["missing_keys"]) if name.startswith(prefix)]
    missing = [name for name in missing if not any(part in name for part in optional)]
    if missing:
        return f"lacks {len(missing)} tensors, the first is {missing[0]}"
    odd = sorted(name for name, *_ in info["mismatched_keys"] if name.startswith(prefix))
    return f"has weights of another size than its config.json says: {odd[0]}" if odd else ""

"""Folder, hub id or pattern → Translator. Knows Marian's files; how tweets are cut up, not.

A pattern such as ``Helsinki-NLP/opus-mt-{language}-en`` names one model per
language; each is opened when its language first comes up.
"""

import threading
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, MarianMTModel, MarianTokenizer

from core.checkpoints import MANIFEST, Manifest, read_manifest, verify
from core.errors import CheckpointError, ModelError
from core.models import module_identity
from core.packing import load_weights
from core.translation import Decoding, MarianUnit, Translator

LANGUAGES = ("fr", "nl", "ru", "es")  # where a foreign model does not say its own


def load_translator(
    source: str | Path, device: str = "cpu", decoding: Decoding | None = None
) -> Translator:
    """A translator from a checkpoint, a Marian folder or hub id, or a ``{language}`` pattern.

    Raises:
        ModelError: not found, or not a Marian model.
        CheckpointError: a broken folder of ours, with the reason.
    """
    if "{language}" in str(source):
        return Translator(_Lazily(str(source), device), decoding)
    unit, languages = load_unit(source, device)
    return Translator(dict.fromkeys(languages, unit), decoding)


def load_unit(source: str | Path, device: str = "cpu") -> tuple[MarianUnit, tuple[str, ...]]:
    """One Marian model and the languages that it reads."""
    folder = Path(source)
    if not (folder / MANIFEST).is_file():
        return _foreign_unit(str(source), device), LANGUAGES
    manifest = read_manifest(folder)
    verify(folder, manifest)
    if manifest.role != "translator":
        raise CheckpointError(
            f"{folder} is a {manifest.role}, not a translator.", "Choose another folder."
        )
    unit = MarianUnit(
        module=_assemble(folder).to(device),
        tokenizer=_tokenizer(str(folder)),
        name=str(folder),
        identity=manifest.identity,
        manifest=manifest,
    )
    return unit, manifest.languages


class _Lazily(Mapping[str, MarianUnit]):
    """Language → unit by a pattern of ids; opened at first use, then kept."""

    def __init__(self, pattern: str, device: str) -> None:
        self.pattern = pattern
        self.device = device
        self._open: dict[str, MarianUnit] = {}
        self._lock = threading.Lock()

    def __getitem__(self, code: str) -> MarianUnit:
        if code not in LANGUAGES:
            raise KeyError(code)
        with self._lock:
            if code not in self._open:
                source = self.pattern.format(language=code)
                self._open[code] = load_unit(source, self.device)[0]
            return self._open[code]

    def __iter__(self) -> Iterator[str]:
        return iter(LANGUAGES)

    def __len__(self) -> int:
        return len(LANGUAGES)

    def __contains__(self, code: object) -> bool:
        return code in LANGUAGES


def _assemble(folder: Path) -> Any:
    config = AutoConfig.from_pretrained(folder)
    try:
        module, info = MarianMTModel.from_pretrained(
            None,
            config=config,
            state_dict=load_weights(folder),
            dtype=torch.float32,
            output_loading_info=True,
        )
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise CheckpointError(f"{folder} cannot be opened: {error}", "Write it again.") from error
    missing = [name for name in info["missing_keys"] if "embed_positions" not in name]
    if missing:
        raise CheckpointError(f"{folder} lacks {sorted(missing)[0]}.", "Write it again.")
    module.generation_config.bad_words_ids = [[config.pad_token_id]]
    return module.eval()


def _foreign_unit(source: str, device: str) -> MarianUnit:
    try:
        config = AutoConfig.from_pretrained(source)
        if config.model_type != "marian":
            raise ModelError(
                f"{source} is a {config.model_type} model; a translator is a Marian model.",
                "Name one such as Helsinki-NLP/opus-mt-fr-en.",
            )
        module = MarianMTModel.from_pretrained(source, dtype=torch.float32).eval()
        tokenizer = _tokenizer(source)
    except (OSError, ValueError, KeyError) as error:
        lines = str(error).splitlines() or [type(error).__name__]
        raise ModelError(
            f"The translator {source} cannot be loaded: {lines[0][:300]}",
            "Name a Marian folder, or a hub id while online.",
        ) from error
    identity = module_identity(module, "translator")
    return MarianUnit(module.to(device), tokenizer, source, identity)


def _tokenizer(source: str) -> Any:
    with warnings.catch_warnings():  # it recommends a package that only old Moses models need
        warnings.filterwarnings("ignore", message="Recommended: pip install sacremoses")
        return MarianTokenizer.from_pretrained(source)


def describe(translator: Translator) -> tuple[str, Manifest | None]:
    """Name and manifest for a header; of a pattern, the pattern."""
    units = translator.units
    if isinstance(units, _Lazily):
        return units.pattern, None
    unit = next(iter(units.values()))
    return unit.name, unit.manifest

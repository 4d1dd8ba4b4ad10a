"""Folder, hub id or pattern → Translator. Knows Marian's files; how tweets are cut up, not.

A pattern such as ``Helsinki-NLP/opus-mt-{language}-en`` names one model per
language; each is opened when its language first comes up.
"""

import threading
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from transformers import MarianMTModel, MarianTokenizer

from core.checkpoints import MANIFEST, Manifest, read_manifest, verify
from core.cross_attention import Heads
from core.errors import CheckpointError, ModelError
from core.hub import Progress, Source, locate
from core.modules import module_identity
from core.pretrained import load_config, load_module, load_saved, load_tokenizer
from core.tongues import LANGUAGES, is_english, read_by
from core.translation import Decoding, MarianUnit, Translator

PATTERN = "{language}"
_POSITIONS = ("embed_positions",)  # computed, not saved


def load_translator(
    source: str | Path,
    device: str = "cpu",
    decoding: Decoding | None = None,
    progress: Progress | None = None,
) -> Translator:
    """A translator from a checkpoint, a Marian folder or hub id, or a ``{language}`` pattern.

    Args:
        progress: called while a hub id's files are downloaded; of a pattern, also later.

    Raises:
        ModelError: not found, or not a Marian model into English.
        CheckpointError: a broken folder of ours, with the reason.
    """
    if PATTERN in str(source):
        return Translator(_Lazily(str(source), device, progress), decoding)
    unit, languages = load_unit(source, device, progress)
    return Translator(dict.fromkeys(languages, unit), decoding)


def load_unit(
    source: str | Path, device: str = "cpu", progress: Progress | None = None
) -> tuple[MarianUnit, tuple[str, ...]]:
    """One Marian model and the languages that it reads.

    Raises:
        ModelError: not found, or not a Marian model into English.
        CheckpointError: a broken folder of ours, with the reason.
    """
    place = locate(source, progress)
    folder = place.folder
    if not (folder / MANIFEST).is_file():
        return _foreign_unit(place, device)
    manifest = read_manifest(folder)
    verify(folder, manifest)
    if manifest.role != "translator":
        raise CheckpointError(
            f"{folder} is a {manifest.role}, not a translator.", "Choose another folder."
        )
    if not manifest.languages:
        raise CheckpointError(f"{folder} names no language to translate from.", "Train it again.")
    module = load_saved(MarianMTModel, folder, _POSITIONS)
    module.generation_config.bad_words_ids = [[module.config.pad_token_id]]
    unit = MarianUnit(
        heads=_heads(folder, manifest, module),
        module=module.to(device),
        tokenizer=_tokenizer(place),
        name=place.name,
        identity=manifest.identity,
        manifest=manifest,
    )
    return unit, manifest.languages


def _heads(folder: Path, manifest: Manifest, module: Any) -> Heads | None:
    """The attention that was chosen for this model's links; None where none was."""
    found = manifest.settings.get("alignment")
    try:
        return None if found is None else Heads.of_settings(found, module)
    except ValueError as error:
        raise CheckpointError(
            f"{folder} names attention for word links that it does not have: {found}.",
            "Correct alignment in its tandem.json, or take it out.",
        ) from error


def describe(translator: Translator) -> tuple[str, Manifest | None]:
    """Name and manifest for a header; of a pattern, the pattern."""
    units = translator.units
    if isinstance(units, _Lazily):
        return units.pattern, None
    unit = next(iter(units.values()))
    return unit.name, unit.manifest


def identity(translator: Translator) -> str:
    """Of the units' weights; of a pattern the pattern, so that none need be opened for it."""
    units = translator.units
    return units.pattern if isinstance(units, _Lazily) else translator.identity


def parameters(translator: Translator) -> int:
    """Weights of the units that are open; those of a pattern open one by one."""
    units = translator.units
    known = units.opened if isinstance(units, _Lazily) else tuple(units.values())
    distinct = {id(unit): unit for unit in known}.values()
    return sum(weight.numel() for unit in distinct for weight in unit.module.parameters())


class _Lazily(Mapping[str, MarianUnit]):
    """Language → unit by a pattern of ids; opened at first use, then kept."""

    def __init__(self, pattern: str, device: str, progress: Progress | None) -> None:
        self.pattern = pattern
        self.device = device
        self.progress = progress
        self._open: dict[str, MarianUnit] = {}
        self._lock = threading.Lock()

    @property
    def opened(self) -> tuple[MarianUnit, ...]:
        """The units that are open so far."""
        return tuple(self._open.values())

    def __getitem__(self, code: str) -> MarianUnit:
        if code not in LANGUAGES:
            raise KeyError(code)
        with self._lock:
            if code not in self._open:
                self._open[code] = self._load(code)
            return self._open[code]

    def _load(self, code: str) -> MarianUnit:
        source = self.pattern.replace(PATTERN, code)
        unit, read = load_unit(source, self.device, self.progress)
        if code not in read:
            raise ModelError(f"{source} does not translate from {code}.", "Check the pattern.")
        return unit

    def __iter__(self) -> Iterator[str]:
        return iter(LANGUAGES)

    def __len__(self) -> int:
        return len(LANGUAGES)

    def __contains__(self, code: object) -> bool:
        return code in LANGUAGES


def _foreign_unit(place: Source, device: str) -> tuple[MarianUnit, tuple[str, ...]]:
    config = load_config(place)
    if config.model_type != "marian":
        raise ModelError(
            f"{place.name} is a {config.model_type} model; a translator is a Marian model.",
            "Name one such as Helsinki-NLP/opus-mt-fr-en.",
        )
    tokenizer = _tokenizer(place)
    if not is_english(tokenizer.target_lang):
        raise ModelError(
            f"{place.name} translates into {tokenizer.target_lang}, not into English.",
            "Name one such as Helsinki-NLP/opus-mt-fr-en.",
        )
    module = load_module(MarianMTModel, place, _POSITIONS)
    identity = module_identity(module, "translator")
    unit = MarianUnit(module.to(device), tokenizer, place.name, identity)
    return unit, _languages(place.name, tokenizer.source_lang)


def _languages(source: str, name: str | None) -> tuple[str, ...]:
    """Which of our languages a foreign model reads; all of them where it does not say."""
    read = read_by(name)
    if not read:
        raise ModelError(
            f"{source} translates from {name}, which is none of {', '.join(LANGUAGES)}.",
            "Name one such as Helsinki-NLP/opus-mt-fr-en.",
        )
    return read


def _tokenizer(place: Source) -> Any:
    with warnings.catch_warnings():  # it recommends a package that only old Moses models need
        warnings.filterwarnings("ignore", message="Recommended: pip install sacremoses")
        return load_tokenizer(place, MarianTokenizer)

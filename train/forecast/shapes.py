"""What is known of a model without opening it: its size, its shape, and what would be downloaded.

Knows config.json, the headers of safetensors files and what the hub says of an id; reads no
tensor, loads no torch.
"""

import gzip
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.errors import ModelError
from train.paths import LANGUAGE, is_hub_id

SOURCES = ("fr", "nl", "ru", "es")  # what {language} stands for


@dataclass(frozen=True, slots=True)
class Shape:
    """One model, unopened; 0 stands for unknown."""

    name: str  # folder or hub id
    place: str = ""  # where its files are, in words
    parameters: int = 0
    layers: int = 0
    decoder_layers: int = 0  # of an encoder-decoder
    hidden: int = 0
    inner: int = 0  # of the feed-forward part
    heads: int = 0
    vocabulary: int = 0
    positions: int = 0

    @property
    def computed(self) -> int:
        """Parameters of a BERT, RoBERTa or XLM-R encoder of this shape, or of a Marian; no head."""
        h, i = self.hidden, self.inner
        attention, forward = 4 * (h * h + h), 2 * h * i + i + h
        layers = self.layers * (attention + forward + 4 * h)
        if self.decoder_layers:  # one embedding for all, positions computed, attends twice
            decoder = self.decoder_layers * (2 * attention + forward + 6 * h)
            return self.vocabulary * h + layers + decoder
        return (self.vocabulary + self.positions + 1) * h + 2 * h + layers


_LARGE = Shape("", layers=24, hidden=1024, inner=4096, heads=16, vocabulary=250002, positions=514)
_MARIAN = Shape("", layers=6, decoder_layers=6, hidden=512, inner=2048, heads=8, vocabulary=65000)
# Of the presets, as their config.json on the hub says: for a dry run without a network.
_KNOWN = {
    "FacebookAI/roberta-large": replace(_LARGE, vocabulary=50265),
    "FacebookAI/xlm-roberta-large": _LARGE,
    "intfloat/multilingual-e5-large": _LARGE,
    "BAAI/bge-m3": replace(_LARGE, positions=8194),
}
_MARIANS = "Helsinki-NLP/opus-mt-"  # 60,000 to 67,000 pieces


def known(name: str) -> Shape:
    """What is known of a hub id by heart; an empty shape of most."""
    plain = Shape(name)
    owned = name if "/" in name else f"FacebookAI/{name}"
    found = _MARIAN if name.startswith(_MARIANS) else _KNOWN.get(owned, plain)
    return replace(found, name=name, parameters=found.computed if found is not plain else 0)


def shapes_of(place: str) -> list[Shape]:
    """The models that a folder, a hub id or a ``{language}`` pattern names."""
    if LANGUAGE in place:
        single = [place.replace(LANGUAGE, code) for code in SOURCES]
        return [shape_of(name) for name in single if Path(name).is_dir() or is_hub_id(name)]
    return [shape_of(place)]


def shape_of(place: str) -> Shape:
    """A folder's or hub id's model."""
    if Path(place).is_dir():
        return replace(_in_folder(Path(place)), name=place)
    from core import hub  # here, since it takes a moment: not every dry run names an id

    folder = hub.cached(place)
    try:
        found = hub.listing(place)
    except ModelError as error:
        if folder is not None:
            return _cached(place, folder)
        note = f"hub id, would be downloaded, size unknown: {error.sentence.rstrip('.')}"
        return replace(known(place), place=note)
    if not found.missing and folder is not None:
        return _cached(place, folder)
    note = f"hub id, {size(found.to_load)} would be downloaded"
    return replace(known(place), place=note, parameters=_counted(found))


def _cached(place: str, folder: Path) -> Shape:
    return replace(_in_folder(folder), name=place, place="hub id, in the local cache")


def _counted(found: Any) -> int:
    """Parameters as the hub says, else by heart, else by size: four bytes each."""
    weights = sum(n for f, n in found.sizes.items() if f.endswith((".safetensors", ".bin")))
    return int(found.parameters or known(found.model).parameters or weights // 4)


def _in_folder(folder: Path) -> Shape:
    files = [file for file in folder.rglob("*") if file.is_file()]
    place = f"{len(files)} files, {size(sum(file.stat().st_size for file in files))}"
    return replace(_configured(folder), name=str(folder), place=place, parameters=count(folder))


def _configured(folder: Path) -> Shape:
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Shape(str(folder))

    def first(*names: str) -> int:
        return next((int(config[n]) for n in names if isinstance(config.get(n), int)), 0)

    return Shape(
        name=str(folder),
        layers=first("encoder_layers", "num_hidden_layers", "n_layers"),
        decoder_layers=first("decoder_layers"),
        hidden=first("d_model", "hidden_size", "dim"),
        inner=first("encoder_ffn_dim", "intermediate_size", "hidden_dim"),
        heads=first("encoder_attention_heads", "num_attention_heads", "n_heads"),
        vocabulary=first("vocab_size"),
        positions=first("max_position_embeddings"),
    )


def count(folder: Path) -> int:
    """Parameters in a folder's weight files, packed or plain; 0 where there are none.

    Of pickled weights only the size is looked at: four bytes each.
    """
    files = [*folder.glob("*.safetensors"), *folder.glob("*.safetensors.gz")]
    tensors = [entry for file in files for entry in _tensors(header(file))]
    if tensors:
        return sum(math.prod(entry["shape"]) for entry in tensors)
    return sum(file.stat().st_size for file in folder.glob("pytorch_model*.bin")) // 4


def header(file: Path) -> dict[str, Any]:
    """The header of a safetensors file, gzipped or not; empty where it has none.

    Eight bytes of length, little end first, then JSON: name → dtype, shape, place.
    """
    opened: Any = gzip.open if file.suffix == ".gz" else open
    try:
        with opened(file, "rb") as stream:
            length = int.from_bytes(stream.read(8), "little")
            found = json.loads(stream.read(min(length, 100_000_000)))
    except (OSError, ValueError, EOFError):
        return {}
    return found if isinstance(found, dict) else {}


def _tensors(found: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Entries that are weights: neither notes nor the scales of packed ones."""
    for name, entry in found.items():
        if name != "__metadata__" and not (name.endswith(".scale") and name[:-6] in found):
            yield entry


def size(count: float) -> str:
    """Bytes in the unit that keeps the number below 1000."""
    for unit in ("B", "kB", "MB"):
        if count < 999.5:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} GB"

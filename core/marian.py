"""One Marian model: segments in, their English out; and what it looked at.

Knows how segments are batched and remembered, and that the tokenizer switches languages in place.
How English is searched for is ``core.searching``, how a tweet is cut into segments
``core.segments``, which tweets are translated at all ``core.translation``.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch

from core.cache import BoundedCache
from core.checkpoints import Manifest
from core.cross_attention import Forced, Heads, Pair, forced, tokenized
from core.modules import eager_twin
from core.searching import search
from core.segments import chunks
from core.words import encodable


@dataclass(frozen=True)
class Decoding:
    """How a translation is searched for; part of every cache key and weight reference."""

    beams: int = 1
    longest: int = 100  # sub-tokens of one segment; longer sentences are cut at words
    growth: float = 2.0  # output may be this many times the input's sub-tokens, plus 10


class English(NamedTuple):
    """What came out for one segment."""

    text: str
    cut: bool  # the search was stopped at its length limit


Chunks = list[tuple[str, English]]
"""A segment as it was translated: its chunks, one mostly, and the English of each."""
REMEMBERED = 4096  # segments whose chunks are kept for links
CHARACTERS = 400_000  # of these segments together


@dataclass
class MarianUnit:
    """One Marian model with its tokenizer: a list of segments in, their English out."""

    module: Any
    tokenizer: Any
    name: str
    identity: str
    manifest: Manifest | None = None
    heads: Heads | None = None  # whose attention tells links; None: see Heads.default

    def __post_init__(self) -> None:
        self.module.eval()
        self._lock = threading.Lock()  # the tokenizer switches languages in place
        self._twin: Any = None
        self._made: BoundedCache[tuple[str, Decoding], Chunks] = BoundedCache(
            REMEMBERED, CHARACTERS, lambda key: len(key[0]) + 1
        )

    @property
    def room(self) -> int:
        """Sub-tokens that the model reads at once, end mark included."""
        return int(min(self.tokenizer.model_max_length, self.module.config.max_position_embeddings))

    def count(self, text: str) -> int:
        """Sub-tokens of a text, end mark included."""
        return len(self.tokenizer(text, verbose=False)["input_ids"])

    def ids(self, texts: Sequence[str], english: bool = False) -> list[list[int]]:
        """Whole texts as sub-tokens, end mark included.

        Args:
            english: with the vocabulary of the target side.
        """
        if not texts:
            return []
        side = "text_target" if english else "text"
        with self._lock:  # the tokenizer switches languages in place
            found = self.tokenizer(**{side: [encodable(text) for text in texts]}, verbose=False)
        return [list(ids) for ids in found["input_ids"]]

    def translate(self, texts: Sequence[str], decoding: Decoding, batch_size: int) -> list[English]:
        """English of each segment; batches are sorted by length. No input is left out."""
        made = self._translate(texts, decoding, batch_size)
        return [joined([english for _, english in group], " ") for group in made]

    def chunks(
        self, texts: Sequence[str], decoding: Decoding, batch_size: int = 16
    ) -> list[Chunks]:
        """How each segment was translated; one that is no longer remembered is translated again."""
        return self._made.fill(
            [(text, decoding) for text in texts],
            lambda missing: self._translate([text for text, _ in missing], decoding, batch_size),
        )

    def _translate(self, texts: Sequence[str], decoding: Decoding, batch_size: int) -> list[Chunks]:
        with self._lock:
            longest = min(decoding.longest, self.room)
            parts = [chunks(encodable(text), self.count, longest) for text in texts]
            # A word repeated ten thousand times comes in hundreds of equal parts.
            order = sorted(dict.fromkeys(part for group in parts for part in group), key=len)
            english: dict[str, English] = {}
            for start in range(0, len(order), batch_size):
                some = order[start : start + batch_size]
                english.update(zip(some, self._batch(some, decoding), strict=True))
        made = [[(part, english[part]) for part in group] for group in parts]
        for text, group in zip(texts, made, strict=True):
            self._made.put((text, decoding), group)
        return made

    def force(self, pairs: Sequence[Pair]) -> list[Forced]:
        """What the decoder looks at while each pair's English is forced through it."""
        with self._lock:
            if self._twin is None:
                self._twin = eager_twin(self.module)
            room = self.module.config.max_position_embeddings
            read = tokenized(self.tokenizer, pairs, room)
        heads = self.heads or Heads.default(self.module, ours=self.manifest is not None)
        return forced(self._twin, read, heads)

    def _batch(self, texts: list[str], decoding: Decoding) -> list[English]:
        batch = self.tokenizer(texts, return_tensors="pt", padding=True, verbose=False)
        ids, mask = (batch[name].to(self.module.device) for name in ("input_ids", "attention_mask"))
        most = self.module.config.max_position_embeddings - 2
        limits = (decoding.growth * mask.sum(dim=1)).long().add(10).clamp(max=most)  # (B,)
        with torch.inference_mode():
            made = search(
                self.module, ids, mask, limits, decoding.beams, self.tokenizer.eos_token_id
            )
        english = self.tokenizer.batch_decode(made, skip_special_tokens=True)
        reached = (len(row) >= limit for row, limit in zip(made, limits.tolist(), strict=True))
        return [English(text, cut) for text, cut in zip(english, reached, strict=True)]


def joined(parts: Sequence[English], between: str = "") -> English:
    """Parts as one text, cut where any of them is."""
    return English(between.join(part.text for part in parts), any(part.cut for part in parts))

"""Tweets to English with Marian: what passes, what is translated, and how it is searched for.

How a tweet is cut up is ``core.segments``. Blank, emoji-only and
punctuation-only text passes through: Marian would invent a sentence for it.
Knows nothing of emotions or weights.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor
from transformers import LogitsProcessor, LogitsProcessorList

from core.checkpoints import Manifest
from core.records import UNKNOWN, Translation, TranslationStatus
from core.segments import chunks, segments
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


class OwnLimit(LogitsProcessor):
    """Ends each row at a length of its own, so that its neighbours in a batch don't shape it.

    Args:
        limits: (B,) sub-tokens that each row may have, end mark included.
        beams: rows of the search per row of the batch.
        end: id of the end mark.
    """

    def __init__(self, limits: Tensor, beams: int, end: int) -> None:
        self.limits = limits.repeat_interleave(beams)  # (B · beams,)
        self.end = end

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        """Scores (B · beams, V), with nothing but the end mark where the last one is due."""
        reached = input_ids.shape[1] >= self.limits  # the start mark and the end mark even out
        if reached.any():
            scores = scores.masked_fill(reached[:, None], -torch.inf)
            scores[reached, self.end] = 0.0
        return scores


@dataclass
class MarianUnit:
    """One Marian model with its tokenizer: a list of segments in, their English out."""

    module: Any
    tokenizer: Any
    name: str
    identity: str
    manifest: Manifest | None = None

    def __post_init__(self) -> None:
        self.module.eval()
        self._lock = threading.Lock()  # the tokenizer switches languages in place

    @property
    def room(self) -> int:
        """Sub-tokens that the model reads at once, end mark included."""
        return int(min(self.tokenizer.model_max_length, self.module.config.max_position_embeddings))

    def count(self, text: str) -> int:
        """Sub-tokens of a text, end mark included."""
        return len(self.tokenizer(text, verbose=False)["input_ids"])

    def translate(self, texts: Sequence[str], decoding: Decoding, batch_size: int) -> list[English]:
        """English of each segment; batches are sorted by length. No input is left out."""
        with self._lock:
            return self._translate(texts, decoding, batch_size)

    def _translate(
        self, texts: Sequence[str], decoding: Decoding, batch_size: int
    ) -> list[English]:
        longest = min(decoding.longest, self.room)
        parts = [chunks(encodable(text), self.count, longest) for text in texts]
        # A word repeated ten thousand times comes in hundreds of equal parts.
        order = sorted(dict.fromkeys(part for group in parts for part in group), key=len)
        english: dict[str, English] = {}
        for start in range(0, len(order), batch_size):
            some = order[start : start + batch_size]
            english.update(zip(some, self._batch(some, decoding), strict=True))
        return [_joined([english[part] for part in group], " ") for group in parts]

    def _batch(self, texts: list[str], decoding: Decoding) -> list[English]:
        batch = self.tokenizer(texts, return_tensors="pt", padding=True, verbose=False)
        batch = batch.to(self.module.device)
        lengths = batch["attention_mask"].sum(dim=1)  # (B,)
        most = self.module.config.max_position_embeddings - 2
        limits = (decoding.growth * lengths).long().add(10).clamp(max=most)
        end = OwnLimit(limits, decoding.beams, self.tokenizer.eos_token_id)
        with torch.inference_mode():
            output = self.module.generate(
                **batch,
                num_beams=decoding.beams,
                do_sample=False,
                use_cache=True,  # a training leaves it off in the config
                max_length=None,
                max_new_tokens=int(limits.max()),
                logits_processor=LogitsProcessorList([end]),
            )
        english = self.tokenizer.batch_decode(output, skip_special_tokens=True)
        # The end mark included, the start mark not.
        made = (output[:, 1:] != self.module.config.pad_token_id).sum(dim=1)
        stopped = (made >= limits.to(made.device)).tolist()
        return [English(text, cut) for text, cut in zip(english, stopped, strict=True)]


class Translator:
    """Several languages to English: one unit for all, one for each, or none at all.

    Args:
        units: language → unit; the same unit may stand under several.
        decoding: how units search.
    """

    def __init__(self, units: Mapping[str, MarianUnit], decoding: Decoding | None = None) -> None:
        self.units = units
        self.decoding = decoding or Decoding()

    @property
    def identity(self) -> str:
        """One string for all units' weights, by language; opens those of a pattern."""
        names = [(code, self.units[code].identity) for code in sorted(self.units)]
        same = {identity for _, identity in names}
        return same.pop() if len(same) == 1 else repr(names)

    @property
    def key(self) -> tuple[object, ...]:
        """What shapes a translation besides text and language: for cache keys."""
        return (self.identity, *self._search)

    def key_of(self, code: str) -> tuple[object, ...]:
        """``key`` for one language: of a pattern it opens that language's model only."""
        return (self.units[code].identity if code in self.units else "", *self._search)

    @property
    def _search(self) -> list[tuple[str, object]]:
        return sorted(asdict(self.decoding).items())

    def translate(
        self, texts: Sequence[str], languages: Sequence[str], batch_size: int = 16
    ) -> list[Translation]:
        """Translate each text from its language.

        Args:
            texts: N tweets, as they are.
            languages: N codes; "en" passes as it is, one without a unit is UNKNOWN.

        Returns:
            N translations with their status; emoji stand where they stood.
        """
        results = {
            row: _untouched(text, code, code in self.units)
            for row, (text, code) in enumerate(zip(texts, languages, strict=True))
        }
        for unit, rows in self._by_unit(languages, results):
            english = self._texts([texts[row] for row in rows], unit, batch_size)
            for row, (output, cut) in zip(rows, english, strict=True):
                results[row] = Translation(output, _status(texts[row], output), cut)
        return [found for row in range(len(texts)) if (found := results[row]) is not None]

    def _by_unit(
        self, languages: Sequence[str], results: Mapping[int, Translation | None]
    ) -> list[tuple[MarianUnit, list[int]]]:
        """The rows that are still to do, together where one unit reads their languages."""
        groups: dict[int, tuple[MarianUnit, list[int]]] = {}
        for row, code in enumerate(languages):
            if results[row] is None:
                unit = self.units[code]
                groups.setdefault(id(unit), (unit, []))[1].append(row)
        return list(groups.values())

    def _texts(self, texts: Sequence[str], unit: MarianUnit, batch_size: int) -> list[English]:
        parts = [segments(text) for text in texts]
        wanted = [part for group in parts for translate, part in group if translate]
        english = iter(unit.translate(wanted, self.decoding, batch_size))
        return [
            _joined([next(english) if wanted else English(part, False) for wanted, part in group])
            for group in parts
        ]


def _joined(parts: Sequence[English], between: str = "") -> English:
    """Parts as one text, cut where any of them is."""
    return English(between.join(part.text for part in parts), any(part.cut for part in parts))


def _untouched(text: str, code: str, covered: bool) -> Translation | None:
    if code == "en":
        return Translation(text, TranslationStatus.ENGLISH)
    if not any(translate for translate, _ in segments(text)):
        return Translation(text, TranslationStatus.PASSED_THROUGH)
    if code == UNKNOWN or not covered:
        return Translation(text, TranslationStatus.UNKNOWN)
    return None


def given_status(text: str, code: str, english: str) -> TranslationStatus:
    """The status of a translation that came from elsewhere, as if a translator had made it."""
    untouched = _untouched(text, code, covered=True)
    return _status(text, english) if untouched is None else untouched.status


def _status(source: str, output: str) -> TranslationStatus:
    same = source.casefold().split() == output.casefold().split()
    return TranslationStatus.COPIED if same else TranslationStatus.TRANSLATED

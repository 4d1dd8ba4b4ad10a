"""Tweets to English with Marian: what is translated, what is kept aside, and how.

Emoji, and mentions and links at either end, never reach the model and stand
in the translation where they stood. Blank, emoji-only and punctuation-only
text passes through: Marian would invent a sentence for it. Knows nothing of
emotions or weights.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import regex
import torch

from core.checkpoints import Manifest
from core.emoji import SEQUENCE
from core.records import UNKNOWN, Translation, TranslationStatus
from core.words import encodable

_ASIDE = regex.compile(rf"(\s*{SEQUENCE}(?:\s*{SEQUENCE})*\s*)")
_EDGE = r"(?:@\w+|https?(?:://\S+)?)"
_HEAD = regex.compile(rf"^(?:\s*{_EDGE}(?=\s|$))*\s*")
_TAIL = regex.compile(rf"(?:\s+{_EDGE})*\s*$")
_SENTENCE = regex.compile(r"(?<=[.!?…][\"»”)]*)(\s+)")
_LETTER = regex.compile(r"\p{L}")


@dataclass(frozen=True)
class Decoding:
    """How a translation is searched for; part of every cache key and weight reference."""

    beams: int = 1
    longest: int = 100  # sub-tokens of one segment; longer sentences are cut at words
    growth: float = 2.0  # output may be this many times the input's sub-tokens, plus 10


def segments(text: str) -> list[tuple[bool, str]]:
    """Cut a tweet into (translate?, text) parts whose texts join to the tweet exactly.

    >>> segments("@user Je suis ravi 😂 http")
    [(False, '@user '), (True, 'Je suis ravi'), (False, ' 😂 '), (False, 'http')]
    """
    head = _HEAD.match(text).end()
    tail = _TAIL.search(text, head).start()
    parts: list[tuple[bool, str]] = [(False, text[:head])]
    for part in _ASIDE.split(text[head:tail]):
        for piece in _SENTENCE.split(part):
            parts.extend(_outer_space(piece))
    parts.append((False, text[tail:]))
    return [(translate, part) for translate, part in parts if part]


def _outer_space(piece: str) -> list[tuple[bool, str]]:
    if not _LETTER.search(piece):
        return [(False, piece)]
    left = len(piece) - len(piece.lstrip())
    right = len(piece.rstrip())
    return [(False, piece[:left]), (True, piece[left:right]), (False, piece[right:])]


def chunks(text: str, count: Callable[[str], int], longest: int) -> list[str]:
    """Cut a text at spaces into parts of at most ``longest`` sub-tokens; nothing is dropped.

    A single word that is longer is cut within.
    """
    if count(text) <= longest:
        return [text]
    done: list[str] = []
    current = ""
    for word in text.split():
        for part in _bounded(word, count, longest):
            joined = f"{current} {part}" if current else part
            if current and count(joined) > longest:
                done.append(current)
                joined = part
            current = joined
    return [*done, current]


def _bounded(word: str, count: Callable[[str], int], longest: int) -> list[str]:
    size = max(1, longest // 2)  # a sub-token holds at least half a character here
    if count(word) <= longest:
        return [word]
    return [word[start : start + size] for start in range(0, len(word), size)]


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

    def count(self, text: str) -> int:
        """Sub-tokens of a text, end mark included."""
        return len(self.tokenizer(text, verbose=False)["input_ids"])

    def translate(self, texts: Sequence[str], decoding: Decoding, batch_size: int) -> list[str]:
        """English of each segment; batches are sorted by length."""
        with self._lock:
            return self._translate(texts, decoding, batch_size)

    def _translate(self, texts: Sequence[str], decoding: Decoding, batch_size: int) -> list[str]:
        parts = [chunks(encodable(text), self.count, decoding.longest) for text in texts]
        flat = [part for group in parts for part in group]
        order = sorted(range(len(flat)), key=lambda row: len(flat[row]))
        english = [""] * len(flat)
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            for row, output in zip(rows, self._batch([flat[r] for r in rows], decoding), strict=True):
                english[row] = output
        joined = iter(english)
        return [" ".join(next(joined) for _ in group) for group in parts]

    def _batch(self, texts: list[str], decoding: Decoding) -> list[str]:
        batch = self.tokenizer(texts, return_tensors="pt", padding=True, verbose=False)
        batch = batch.to(self.module.device)
        length = batch["input_ids"].shape[1]  # (B, T)
        with torch.inference_mode():
            output = self.module.generate(
                **batch,
                num_beams=decoding.beams,
                do_sample=False,
                max_length=None,
                max_new_tokens=int(decoding.growth * length) + 10,
            )
        return self.tokenizer.batch_decode(output, skip_special_tokens=True)


class Translator:
    """Several languages to English: one unit for all, or one for each.

    Args:
        units: language → unit; the same unit may stand under several.
        decoding: how units search.
    """

    def __init__(self, units: Mapping[str, MarianUnit], decoding: Decoding | None = None) -> None:
        self.units = units
        self.decoding = decoding or Decoding()

    @property
    def identity(self) -> str:
        """One string for all units' weights, by language."""
        names = [(code, self.units[code].identity) for code in sorted(self.units)]
        same = {identity for _, identity in names}
        return same.pop() if len(same) == 1 else repr(names)

    @property
    def parameters(self) -> int:
        """Weights of all units that are open."""
        units = {id(self.units[code]): self.units[code] for code in self.units}
        return sum(p.numel() for unit in units.values() for p in unit.module.parameters())

    @property
    def key(self) -> tuple[object, ...]:
        """What shapes a translation besides text and language: for cache keys."""
        return (self.identity, *sorted(asdict(self.decoding).items()))

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
        results: list[Translation | None] = [
            _untouched(text, code, code in self.units)
            for text, code in zip(texts, languages, strict=True)
        ]
        for code in dict.fromkeys(languages):
            rows = [r for r, c in enumerate(languages) if c == code and results[r] is None]
            english = self._texts([texts[row] for row in rows], code, batch_size)
            for row, output in zip(rows, english, strict=True):
                results[row] = Translation(output, _status(texts[row], output))
        return [result for result in results if result is not None]

    def _texts(self, texts: Sequence[str], code: str, batch_size: int) -> list[str]:
        parts = [segments(text) for text in texts]
        wanted = [part for group in parts for translate, part in group if translate]
        if not wanted:
            return ["".join(part for _, part in group) for group in parts]
        english = iter(self.units[code].translate(wanted, self.decoding, batch_size))
        return [
            "".join(next(english) if translate else part for translate, part in group)
            for group in parts
        ]


def _untouched(text: str, code: str, covered: bool) -> Translation | None:
    if code == "en":
        return Translation(text, TranslationStatus.ENGLISH)
    if not any(translate for translate, _ in segments(text)):
        return Translation(text, TranslationStatus.PASSED_THROUGH)
    if code == UNKNOWN or not covered:
        return Translation(text, TranslationStatus.UNKNOWN)
    return None


def _status(source: str, output: str) -> TranslationStatus:
    same = source.casefold().split() == output.casefold().split()
    return TranslationStatus.COPIED if same else TranslationStatus.TRANSLATED

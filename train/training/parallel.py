"""Parallel TSVs (src, en, origin, licence) → sentence pairs that a model may be trained on.

Knows the file format, the licence filter and tweet-like noise; no model.
"""

import random
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.data import read_table
from core.errors import DataError
from core.sampling import spread
from train.config import ParallelConfig
from train.report import data_entry
from train.run import Run

Pair = tuple[str, str]  # source, English


def language_of(path: str | Path) -> str:
    """The source language in a name such as ``train_fr-en.tsv``.

    Raises:
        DataError: when the name holds no ``xx-en``.
    """
    found = re.search(r"(?:^|_)([a-z]{2})-en\b", Path(path).stem)
    if found is None:
        raise DataError(f"{path} does not say its language.", "Name it like train_fr-en.tsv.")
    return found.group(1)


def read_pairs(path: str | Path, licences: Sequence[str] = ()) -> list[Pair]:
    """Distinct pairs of a file; with ``licences``, only rows whose licence starts with one.

    Raises:
        DataError: missing columns, or no row left.
    """
    columns = ("src", "en", "licence") if licences else ("src", "en")
    table = read_table(path, columns)
    rows = zip(table.column("src"), table.column("en"), strict=True)
    allowed = (
        [value.startswith(tuple(licences)) for value in table.column("licence")]
        if licences
        else [True] * len(table.rows)
    )
    pairs = (pair for pair, ok in zip(rows, allowed, strict=True) if ok)
    kept = list(dict.fromkeys(pair for pair in pairs if pair[0].strip() and pair[1].strip()))
    if not kept:
        raise DataError(f"{path} has no row under {', '.join(licences)}.", "Allow more licences.")
    return kept


def sample(pairs: Sequence[Pair], limit: int, seed: int) -> list[Pair]:
    """At most ``limit`` pairs, the same ones for the same seed."""
    if len(pairs) <= limit:
        return list(pairs)
    return random.Random(seed).sample(list(pairs), limit)


def load_pairs(config: ParallelConfig, run: Run) -> tuple[list[Pair], list[dict[str, Any]]]:
    """The sampled pairs of all files of a recipe, and what its manifest says of them."""
    pairs: list[Pair] = []
    data: list[dict[str, Any]] = []
    for path in config.parallel:
        found = spread(read_pairs(path, config.licences), config.limit_rows)
        chosen = sample(found, config.pairs_per_language, config.seed)
        run.log(f"{language_of(path)}: {len(chosen)} pairs")
        pairs += chosen
        data.append(data_entry(path, len(chosen), "train"))
    return pairs, data


def joined(first: Pair, second: Pair) -> Pair:
    """Two pairs as one: tweets hold several sentences, parallel corpora single ones."""
    return f"{first[0]} {second[0]}", f"{first[1]} {second[1]}"


def noisy(pair: Pair, rng: random.Random) -> Pair:
    """A pair as it might stand in a tweet; what the source loses, English keeps where it can.

    One or two of: lower or upper case, no final punctuation, repeated
    punctuation, no accents, pre-tokenised punctuation, @user before, http after.
    """
    for change in rng.sample(_CHANGES, rng.choice((1, 1, 2))):
        pair = change(pair, rng)
    return pair


def _lower(pair: Pair, rng: random.Random) -> Pair:
    return pair[0].lower(), pair[1]


def _upper(pair: Pair, rng: random.Random) -> Pair:
    return pair[0].upper(), pair[1].upper()


def _bare_end(pair: Pair, rng: random.Random) -> Pair:
    return pair[0].rstrip(".!?…"), pair[1].rstrip(".!?…")


def _loud_end(pair: Pair, rng: random.Random) -> Pair:
    mark = rng.choice(("!", "!!", "!!!", "?!", "..."))
    return tuple(text.rstrip(".!?…") + mark for text in pair)  # type: ignore[return-value]


def _no_accents(pair: Pair, rng: random.Random) -> Pair:
    kept = (c for c in unicodedata.normalize("NFD", pair[0]) if not unicodedata.combining(c))
    return "".join(kept), pair[1]


def _spaced(pair: Pair, rng: random.Random) -> Pair:
    """EXALT's texts are pre-tokenised: punctuation stands alone."""
    return re.sub(r"(\w)([,.!?])", r"\1 \2", pair[0]), pair[1]


def _mention(pair: Pair, rng: random.Random) -> Pair:
    return f"@user {pair[0]}", f"@user {pair[1]}"


def _link(pair: Pair, rng: random.Random) -> Pair:
    return f"{pair[0]} http", f"{pair[1]} http"


_CHANGES = (_lower, _upper, _bare_end, _loud_end, _no_accents, _spaced, _mention, _link)

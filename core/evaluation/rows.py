"""The rows of a table as every figure of an evaluation sees them: languages, gold, answers.

Knows arrays of codes; computes no figure. Shapes: N rows, G languages, K classes.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.evaluation.table import NONE, Places, Table
from core.languages import LANGUAGES
from core.records import UNKNOWN

Mask = NDArray[np.bool_]
ALL = ""
"""The key of all rows together, beside languages."""

TRANSLATED = "_mt"  # how the sources of machine-translated rows end


@dataclass(frozen=True)
class Rows:
    """N rows."""

    language: Places  # (N,) places in ``languages``
    languages: tuple[str, ...]  # those of EXALT first, in their order; UNKNOWN last
    gold: Places  # (N,) codes; NONE without gold
    machine_translated: tuple[str, ...]  # languages most of whose rows came out of a translator

    def __len__(self) -> int:
        return len(self.gold)

    def each(self) -> Iterator[tuple[str, Mask]]:
        """All rows first, then language by language: name and (N,) mask."""
        yield ALL, np.ones(len(self), dtype=bool)
        for place, code in enumerate(self.languages):
            yield code, self.language == place

    @property
    def averaged(self) -> tuple[str, ...]:
        """Languages that a mean over languages is of: native, and not English."""
        out = {"en", UNKNOWN, *self.machine_translated}
        return tuple(code for code in self.languages if code not in out)


def read_rows(table: Table) -> Rows:
    """Languages, gold and sources of a table; rows without a language are UNKNOWN's."""
    found, names = table.words("language")
    said = [name or UNKNOWN for name in names] + [UNKNOWN]  # the last one: null
    order = sorted(set(said), key=_order)
    places = np.array([order.index(name) for name in said], dtype=np.int32)
    language = places[found]
    held = np.bincount(language, minlength=len(order)) > 0
    new = np.where(held, np.cumsum(held) - 1, NONE).astype(np.int32)
    languages = tuple(name for name, rows in zip(order, held, strict=True) if rows)
    language = new[language]
    sources, texts = table.words("source")
    ends = np.array([*(text.endswith(TRANSLATED) for text in texts), False])
    # A row or two of a translated file may be taken for another language.
    shares = [ends[sources][language == place].mean() for place in range(len(languages))]
    codes = tuple(name for name, share in zip(languages, shares, strict=True) if share > 0.5)
    return Rows(language, languages, table.labels("gold"), codes)


def _order(code: str) -> tuple[int, str]:
    known = LANGUAGES.index(code) if code in LANGUAGES else len(LANGUAGES)
    return known + (code == UNKNOWN), code


@dataclass(frozen=True)
class Answers:
    """What one system said of each row."""

    name: str
    label: Places  # (N,) codes; NONE where it said nothing

    def scored(self, rows: Rows) -> Mask:
        """(N,) rows with gold and an answer."""
        return np.asarray((rows.gold >= 0) & (self.label >= 0))

"""How one data file is to be read: form, encoding, columns, and what its labels are called here.

Values only. What a file looks like is found out by ``core.files.looking``, problems by
``core.files.checking``, rows come from ``core.files.rows``.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Form = Literal["tsv", "csv", "jsonl", "txt", "parquet"]
Gold = Literal["none", "emotions", "triggers"]
"""What the gold column holds: nothing is known, one label a row, or one 0/1 per word."""

LEFT_OUT = ""
"""In a mapping of labels: rows with this label are left out."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything that decides how a file's bytes become rows."""

    form: Form
    text: str = "Texts"  # the column or key that holds the text; "" in plain text
    id: str | None = None  # column; None: the row's number stands in
    gold: str | None = None  # column; None: the file is unlabelled
    language: str | None = None  # column of codes (en, fr, nl, ru, es); None: found per text
    source: str | None = None  # column that says where a row is from; ``…_mt``: machine-translated
    kind: Gold = "none"
    encoding: str = "utf-8"  # Python's name: utf-8 (a mark is fine), utf-16, cp1251, latin-1 …
    delimiter: str = "\t"  # of tables
    labels: Mapping[str, str] = field(default_factory=dict)
    """A cell that is none of the six, as written → one of the six, or LEFT_OUT. Never guessed."""

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {**asdict(self), "labels": dict(self.labels)}

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> "Layout":
        """The layout that ``to_dict`` gave; TypeError for other keys."""
        return cls(**raw)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A row that cannot be used, or only with a reservation."""

    line: int  # where it starts, the first line being 1; in Parquet the row's number
    column: str  # "" where it concerns the whole row
    problem: str  # the rest of a sentence, as in “line 7, Labels: the label ‘happy’ is none …”
    used: bool = False  # the row is used all the same (such as a double ID)

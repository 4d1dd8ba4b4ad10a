"""Data files looked at before a run reads them: rows, classes, languages, problems by line.

Knows what each option of a recipe reads, by the same readers (core.data, core.splits); and how a
file of another form becomes one that they read. Nothing is guessed: a label outside the six is
asked about or left out, and every row that is left out is named.
"""

import csv
import json
import re
import secrets
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import yaml

from core.data import read_emotions, read_table, read_texts, read_triggers
from core.errors import DataError, InputError, TandemError
from core.files.layout import Layout, Trouble
from core.labels import LABELS
from core.languages import LanguageIdentifier
from core.records import UNKNOWN, Example
from core.sampling import spread
from core.splits import Split
from dashboard.batch.results import Kept
from dashboard.wording import error
from dashboard.wording import training as words

if TYPE_CHECKING:
    from core.files.checking import Check
    from core.files.looking import Look

Purpose = Literal["emotions", "triggers", "texts", "parallel", "split", "config"]

LISTED = 50  # problems that are shown
ENGLISH = "en"
SAMPLED = 500  # texts whose language is found
LARGEST = 200_000_000  # bytes of a file that is read here as a whole
MADE = "exalt.tsv"  # beside an upload: what recipes read, where its own form is another
COLUMNS = ("ID", "Texts", "Labels", "Source")
ROWS = ("emotions", "triggers", "texts")  # purposes whose files are tables of one text a row
_BREAKS = re.compile(r"[\r\n\t]+")  # a line break and a tab in one cell look like a torn row
EXALT = Layout("tsv", "Texts", "ID", "Labels", None, None, "emotions")

_BY_NAME: Mapping[str, Purpose] = {
    "data": "emotions",
    "dev": "emotions",
    "extra": "emotions",
    "triggers": "triggers",
    "unlabelled": "texts",
    "parallel": "parallel",
    "split": "split",
    "baseline": "config",
}
_BY_RECIPE: Mapping[tuple[str, str], Purpose] = {
    ("triggers", "data"): "triggers",
    ("translator", "dev"): "parallel",
}


@dataclass(frozen=True, slots=True)
class Checked:
    """What a file holds, as far as the option that names it is concerned."""

    name: str
    purpose: Purpose
    fine: bool  # a run can read it
    sentence: str = ""  # instead of figures, or why it cannot be read
    rows: int = 0
    labels: Mapping[str, int] = field(default_factory=dict)  # in the order of LABELS
    languages: Mapping[str, int] = field(default_factory=dict)  # of ``sampled`` texts
    sampled: int = 0  # spread evenly over the file
    triggers: tuple[int, int] | None = None  # words marked, words
    troubles: tuple[Trouble, ...] = ()  # the first LISTED
    troubled: int = 0  # all of them
    mendable: bool = False  # the rows without problems could be used

    @property
    def untranslatable(self) -> bool:
        """Whether it is to be distilled on, and no text of another language was found."""
        known = set(self.languages)
        return self.purpose == "texts" and self.fine and bool(known) and known <= {ENGLISH, UNKNOWN}

    @property
    def reason(self) -> str:
        """Why a run cannot read it, in one sentence."""
        if not self.troubles:
            return self.sentence
        first = self.troubles[0]
        more = words.AND_MORE.format(count=self.troubled - 1) if self.troubled > 1 else ""
        where = words.PROBLEM_LINE.format(line=first.line).lower()
        return f"{self.name}, {where}: {first.problem}{more}."


def purpose(recipe: str, option: str) -> Purpose:
    """What an option's files hold; texts where nothing else is known."""
    return _BY_RECIPE.get((recipe, option)) or _BY_NAME.get(option, "texts")


def checked(path: Path, of: Purpose, name: str = "") -> Checked:
    """A file as a run would read it; never raises for what is in it.

    Args:
        path: a plain file that may be read.
        name: as people know it.
    """
    name = name or path.name
    try:
        known = path.stat()
        if known.st_size > LARGEST:
            said = words.TOO_BIG_TO_CHECK.format(name=name, size=words.size(known.st_size))
            return Checked(name, of, True, said)
        return _read(str(path), of, name, (known.st_ino, known.st_size, known.st_mtime_ns))
    except OSError as problem:
        return Checked(name, of, False, f"{name}: {problem.strerror}.")


@lru_cache(maxsize=64)
def _read(path: str, of: Purpose, name: str, _: tuple[int, ...]) -> Checked:
    """``checked``, once as long as the file stays the same."""
    try:
        return _READERS[of](Path(path), name)
    except TandemError as problem:
        said = error(problem).replace(path, name)
        return _refused(Path(path), of, name, said)


def usual(of: Purpose) -> Layout:
    """How recipes read a file of rows."""
    if of == "texts":
        return replace(EXALT, id=None, gold=None, kind="none")
    return replace(EXALT, kind="triggers" if of == "triggers" else "emotions")


def _emotions(path: Path, name: str) -> Checked:
    rows = read_emotions(path, labelled=True)
    found = Counter(str(row.label) for row in rows)
    counts = {label: found[label] for label in LABELS if found[label]}
    return _with_languages(Checked(name, "emotions", True, rows=len(rows), labels=counts), rows)


def _triggers(path: Path, name: str) -> Checked:
    rows = read_triggers(path, labelled=True)
    marked = [mark for row in rows for mark in row.triggers or ()]
    known = Checked(name, "triggers", True, rows=len(rows), triggers=(sum(marked), len(marked)))
    return _with_languages(known, rows)


def _texts(path: Path, name: str) -> Checked:
    texts = read_texts(path)
    return _languages(Checked(name, "texts", True, rows=len(texts)), texts)


def _parallel(path: Path, name: str) -> Checked:
    table = read_table(path, ("src", "en"))
    return _languages(Checked(name, "parallel", True, rows=len(table.rows)), table.column("src"))


def _split(path: Path, name: str) -> Checked:
    split = Split.load(path)
    said = words.SPLIT_FINE.format(count=f"{len(split.known):,}", held=f"{len(split.validation):,}")
    return Checked(name, "split", True, said)


def _config(path: Path, name: str) -> Checked:
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or "data" not in found:
        raise DataError(words.NOT_A_CONFIG.format(name=name))
    return Checked(name, "config", True, words.CONFIG_FINE.format(recipe=path.parent.name))


_READERS: Mapping[Purpose, Any] = {
    "emotions": _emotions,
    "triggers": _triggers,
    "texts": _texts,
    "parallel": _parallel,
    "split": _split,
    "config": _config,
}


def _with_languages(known: Checked, rows: Sequence[Example]) -> Checked:
    return _languages(known, [row.text for row in rows])


def _languages(known: Checked, texts: Sequence[str]) -> Checked:
    """With the languages of some texts: a file may be sorted by language."""
    sample = spread(texts, SAMPLED)
    found = Counter(_identifier().identify(text).code for text in sample)
    return replace(known, languages=dict(found.most_common()), sampled=len(sample))


@lru_cache(maxsize=1)
def _identifier() -> LanguageIdentifier:
    """Loads in 3–4 s with the first text."""
    return LanguageIdentifier()


def _refused(path: Path, of: Purpose, name: str, said: str) -> Checked:
    """A file that no run can read: why, and by line where it is a table of the usual shape."""
    known = Checked(name, of, False, said)
    if of not in ROWS:
        return known
    from core.files.checking import check  # pyarrow: not while the page opens

    try:
        found = check(path, usual(of), name=name)
    except TandemError:  # the sentence above says why
        return known
    return replace(
        known,
        sentence=words.REFUSED.format(name=name) if found.troubles else said,
        rows=found.rows,
        labels={label: count for label, count in found.labels.items() if count},
        troubles=found.troubles[:LISTED],
        troubled=found.troubled,
        mendable=found.usable > 0,
    )


# --- a file of another form


def proposed(path: Path, of: Purpose, name: str, encoding: str = "") -> "Look":
    """What the beginning of a file shows; DataError where it cannot be read at all."""
    from core.files.looking import look

    return look(path, name, encoding=encoding or None)


def fitting(look: "Look", of: Purpose) -> Layout | None:
    """The layout to read a file with that nobody has to be asked about; else None."""
    found = look.proposal
    if found is None or look.encoding is None:
        return None
    if of == "texts":
        return replace(found, gold=None, kind="none")
    return found if found.kind == of else None


def made_of(kept: Kept) -> Path:
    """Where that which recipes read of an upload lies, once it was made."""
    return kept.file.with_name(f"{kept.file.stem}.{MADE}")


def make(path: Path, layout: Layout, target: Path, name: str = "") -> "Check":
    """Write the usable rows of a file in the form that recipes read.

    Returns:
        What was found in the file: rows that are left out are among its troubles.

    Raises:
        DataError: it cannot be read, or no row of it can be used.
    """
    from core.files.checking import check
    from core.files.rows import read_rows

    found = check(path, layout, name=name)
    if not found.usable:
        first = found.troubles[0] if found.troubles else None
        hint = f"{words.PROBLEM_LINE.format(line=first.line)}: {first.problem}." if first else ""
        raise DataError(words.REFUSED.format(name=name or path.name), hint)
    rows = (row for row in read_rows(path, layout, name) if isinstance(row, Example))
    aside = target.with_name(f".{secrets.token_hex(4)}")
    with aside.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter="\t", lineterminator="\n").writerows(_cells(rows, layout))
    aside.replace(target)
    return found


def _cells(rows: Iterator[Example], layout: Layout) -> Iterator[list[str]]:
    """A table's cells, its header first."""
    labelled = layout.kind != "none"
    yield [name for name in COLUMNS if labelled or name != "Labels"]
    for row in rows:
        gold = row.label if layout.kind == "emotions" else json.dumps(list(row.triggers or ()))
        text = row.text if layout.kind == "triggers" else " ".join(_BREAKS.split(row.text))
        yield [row.id, text, *([str(gold)] if labelled else []), row.source]


def why(look: "Look", of: Purpose) -> str:
    """Why a person has to say which column holds what.

    Raises:
        InputError: the purpose has no columns to choose: the file cannot be used.
    """
    if of not in ROWS:
        raise InputError(words.REFUSED.format(name=look.name))
    return words.WRONG_KIND.get(of, words.COLUMNS).format(name=look.name)

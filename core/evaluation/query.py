"""Rows of a folder of results, filtered, ordered and paged in place, however many there are.

Knows the table's columns and DuckDB, which is given nothing else to read. What a reader types is
only ever bound as a value; names in a query come from the table's own columns.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb

from core.errors import DataError, InputError
from core.evaluation.columns import shares
from core.evaluation.plan import BEFORE, PREDICTIONS, STUDENT, TEACHER, Filter, Order, Page
from core.records import TranslationStatus
from core.words import encodable

MOST = 1000  # rows of one page
MEMORY = "1GB"  # that one folder's queries may take

_FLIPS = {
    "gained": f'"{BEFORE}" != gold and "{STUDENT}" = gold',
    "lost": f'"{BEFORE}" = gold and "{STUDENT}" != gold',
    "any": f'"{BEFORE}" != "{STUDENT}"',
    "none": f'"{BEFORE}" = "{STUDENT}"',
}
_OWN = ", ".join(f"'{status.value}'" for status in TranslationStatus if status.own)
_SEARCHED = ("text", "translation", "id")
# The lower case of the upper case folds more than the lower case alone: a final sigma, a long s.
_FOLDED = "lower(upper({}))"


@dataclass(frozen=True, slots=True)
class Part:
    """One condition of a query."""

    words: str
    values: tuple[Any, ...] = ()  # bound to its question marks
    needs: tuple[str, ...] = ()  # columns that it speaks of


class Results:
    """A context manager; its methods may be called from many threads.

    Args:
        folder: of an evaluation that ended or was stopped.

    Attributes:
        columns: of the table, in order.
        systems: those of them that are systems, in order.

    Raises:
        DataError: it holds no table of results.
    """

    def __init__(self, folder: Path) -> None:
        self._path = str((folder / PREDICTIONS).resolve())
        self._database = duckdb.connect(":memory:")
        try:
            _close_off(self._database, self._path)
            self.columns = self._names()
        except duckdb.Error as error:
            self._database.close()
            hint = "Start the evaluation again."
            raise DataError(f"{folder} holds no table of results.", hint) from error
        known = set(self.columns)
        self.systems = tuple(name for name in self.columns if known.issuperset(shares(name)))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the file go."""
        self._database.close()

    def page(self, filter: Filter, order: Order = "row", start: int = 0, count: int = 25) -> Page:
        """Some of the rows that a filter leaves.

        Args:
            filter: all that it gives must hold.
            order: "row"; "confident_errors" are wrong rows, the most confident first;
                "least_confident" first; "down_weighted" are rows with a translation of their own
                and a weight, the smallest first; "disagreeing": student and teacher furthest apart
                first. Rows of one rank stand in the file's order.
            start: rows to leave out, of those in order.
            count: rows at most, up to MOST.

        Raises:
            InputError: an unknown system, order or flip, a number out of bounds, or the table
                lacks what is asked for.
        """
        if not (_whole(start) and _whole(count) and start >= 0 and 0 <= count <= MOST):
            raise InputError("A page starts at row 0 or later.", f"It holds at most {MOST} rows.")
        self._refuse_unknown(filter.system)
        rank, own = self._order(order, filter.system)
        parts = [*_parts(filter), *own]
        if filter.text:
            parts.append(_search(filter.text, self.columns))
        for part in parts:
            self._refuse_missing(part)
        where = " and ".join(f"({part.words})" for part in parts) or "true"
        values = [value for part in parts for value in part.values]
        [counted] = self._ask(f"select count(*) as n from {{table}} where {where}", values)
        asked = f"select row from {{table}} where {where} order by {rank} limit ? offset ?"
        numbers = [found["row"] for found in self._ask(asked, [*values, count, start])]
        return Page(self._rows(numbers), counted["n"], start)

    def row(self, number: int) -> dict[str, Any]:
        """One row, column by column.

        Args:
            number: as its column ``row`` says.

        Raises:
            InputError: there is none.
        """
        found = self._rows([number]) if _whole(number) and abs(number) < 2**62 else []
        if not found:
            raise InputError(f"There is no row {str(number)[:20]}.")
        return found[0]

    def _rows(self, numbers: Sequence[int]) -> list[dict[str, Any]]:
        """Whole rows, in the order of their numbers as given."""
        if not numbers:
            return []
        marks = ", ".join("?" for _ in numbers)
        asked = f"select * from {{table}} where row in ({marks}) and row between ? and ?"
        found = self._ask(asked, [*numbers, min(numbers), max(numbers)])
        by_number = {row["row"]: row for row in found}
        return [by_number[number] for number in numbers if number in by_number]

    def _ask(self, words: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """A query's rows; ``{table}`` is the table."""
        with self._database.cursor() as cursor:
            query = words.replace("{table}", "read_parquet(?)", 1)
            # The table's name comes before every condition.
            cursor.execute(query, [self._path, *values])
            names = [about[0] for about in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def _names(self) -> tuple[str, ...]:
        """The table's columns."""
        with self._database.cursor() as cursor:
            cursor.execute("select * from read_parquet(?) limit 0", [self._path])
            return tuple(about[0] for about in cursor.description)

    def _order(self, order: str, system: str) -> tuple[str, tuple[Part, ...]]:
        """What to sort by, and which rows alone have a place in this order."""
        sure = f"greatest({', '.join(_quoted(name) for name in shares(system))})"
        known: Mapping[str, tuple[str, tuple[Part, ...]]] = {
            "row": ("row", ()),
            "confident_errors": (f"{sure} desc, row", (Part(f"{_quoted(system)} != gold"),)),
            "least_confident": (f"{sure}, row", ()),
            "down_weighted": (
                "weight, row",
                (
                    Part(
                        f"translation_status in ({_OWN}) and weight is not null",
                        needs=("translation_status", "weight"),
                    ),
                ),
            ),
            "disagreeing": (
                "distance desc, row",
                (Part("distance is not null", needs=("distance",)),),
            ),
        }
        if order not in known:
            raise InputError(
                f"{str(order)[:40]!r} is no order of rows.", f"Orders are {', '.join(known)}."
            )
        return known[order]

    def _refuse_unknown(self, system: str) -> None:
        if system not in self.systems:
            raise InputError(
                f"These results hold no system {str(system)[:40]!r}.",
                f"They hold {', '.join(self.systems)}.",
            )

    def _refuse_missing(self, part: Part) -> None:
        missing = [name for name in part.needs if name not in self.columns]
        if missing:
            raise InputError(
                f"These results hold no {missing[0]}, so rows cannot be told apart by it.",
                "Evaluate the file again with the systems that it takes.",
            )


def _parts(filter: Filter) -> list[Part]:
    """The conditions of a filter."""
    system = _quoted(filter.system)
    parts = [
        Part(f"{name} = ?", (_text(value),), (column,))
        for name, column, value in (
            ("language", "language", filter.language),
            ("gold", "gold", filter.gold),
            (system, filter.system, filter.predicted),
            ("translation_status", "translation_status", filter.status),
        )
        if value is not None
    ]
    if filter.right is not None:
        parts.append(Part(f"{system} {_sign(filter.right)} gold"))
    if filter.agree is not None:
        sides = (STUDENT, TEACHER)
        parts.append(Part(f'"{STUDENT}" {_sign(filter.agree)} "{TEACHER}"', needs=sides))
    if filter.flip is not None:
        if filter.flip not in _FLIPS:
            hint = f"Flips are {', '.join(_FLIPS)}."
            raise InputError(f"{str(filter.flip)[:40]!r} is no flip.", hint)
        parts.append(Part(_FLIPS[filter.flip], needs=(BEFORE, STUDENT)))
    return parts


def _search(text: str, columns: Sequence[str]) -> Part:
    """Rows that hold a text in any column that is searched, whatever its case."""
    held = [name for name in _SEARCHED if name in columns]
    wanted = _FOLDED.format("?")
    words = " or ".join(f"contains({_FOLDED.format(name)}, {wanted})" for name in held)
    return Part(words, (_text(text),) * len(held))


def _close_off(database: Any, path: str) -> None:
    """Let the database read one file, write none, and keep it so."""
    quoted = path.replace("'", "''")
    for setting in (
        f"allowed_paths=['{quoted}']",
        f"memory_limit='{MEMORY}'",
        "temp_directory=''",
        "enable_external_access=false",
        "lock_configuration=true",
    ):
        database.execute(f"set {setting}")


def _quoted(name: str) -> str:
    """A column's name in a query."""
    return '"' + name.replace('"', '""') + '"'


def _sign(same: bool) -> str:
    return "=" if same else "!="


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise InputError("What rows are filtered by is text.")
    return encodable(value)


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)

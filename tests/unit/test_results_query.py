"""Pages of results against a naive version in plain Python; hostile words in every field."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import DataError, InputError
from core.evaluation import columns
from core.evaluation.plan import PREDICTIONS, Filter
from core.evaluation.query import MOST, Results
from core.labels import LABELS
from core.records import TranslationStatus

SYSTEMS = ("student", "student_before", "teacher", "ensemble_vote")
CODES = ("en", "fr", "ru", "unknown")
STATUSES = [status.value for status in TranslationStatus]
OWN = ("translated", "edited", "given")
TEXTS = (
    "so happy",
    "100 % sure_thing",
    'it\'s "quoted"',
    "МИЛЫЙ кот",
    "ΟΔΟΣ οδός",
    "Straße",
    "a\0b",
    "'); drop table results; --",
    "back\\slash %",
    "",
    "\U0001f602\u200d❤",
    "[x]*?{y}$1",
)
ROWS = 120


def made(seed: int = 5) -> dict[str, list[Any]]:
    """Columns of ROWS rows; ties, nulls and every text many times."""
    rng = np.random.default_rng(seed)

    def some(values: Any, missing: float = 0.0) -> list[Any]:
        drawn = [values[place] for place in rng.integers(len(values), size=ROWS)]
        return [None if rng.random() < missing else value for value in drawn]

    found: dict[str, list[Any]] = {
        "row": list(range(1, ROWS + 1)),
        "id": [f"T-{number:03d}" for number in range(ROWS)],
        "text": some(TEXTS),
        "language": some(CODES),
        "gold": some(LABELS, 0.2),
        "translation": some(TEXTS, 0.3),
        "translation_status": some(STATUSES),
        "weight": some([0.0, 0.25, 0.5, 1.0], 0.3),
        "distance": [float(value) for value in rng.choice([0.0, 0.125, 0.5, 1.0], ROWS)],
    }
    for system in SYSTEMS:
        quarters = rng.multinomial(4, [1 / 6] * 6, size=ROWS) / 4  # many ties
        found[system] = [LABELS[place] for place in quarters.argmax(axis=1)]
        for place, name in enumerate(columns.shares(system)):
            found[name] = quarters[:, place].tolist()
    return found


def saved(folder: Path, found: Mapping[str, list[Any]]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(dict(found)), folder / PREDICTIONS, row_group_size=32)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A name that a glob or a quoted path would stumble over."""
    return saved(tmp_path_factory.mktemp("results") / 'it\'s [a]*? "folder"', made())


@pytest.fixture(scope="module")
def results(folder: Path) -> Iterator[Results]:
    with Results(folder) as opened:
        yield opened


ALL: list[dict[str, Any]] = [
    dict(zip(made(), values, strict=True)) for values in zip(*made().values(), strict=True)
]

# --- the naive version ---


def folded(text: str) -> str:
    """As the page folds: single characters to upper and back to lower case."""
    return "".join(single(single(char, str.upper), str.lower) for char in text)


def single(char: str, change: Any) -> str:
    changed: str = change(char)
    return changed if len(changed) == 1 else char


def kept(row: dict[str, Any], asked: Filter) -> bool:
    gold, own = row["gold"], row[asked.system]
    before, after = row["student_before"], row["student"]
    flips = {
        "gained": gold is not None and before != gold and after == gold,
        "lost": gold is not None and before == gold and after != gold,
        "any": before != after,
        "none": before == after,
    }
    texts = [row[name] for name in ("text", "translation", "id") if row[name] is not None]
    return all(
        [
            asked.language in (None, row["language"]),
            asked.gold is None or asked.gold == gold,
            asked.predicted in (None, own),
            asked.status in (None, row["translation_status"]),
            asked.right is None or (gold is not None and (own == gold) == asked.right),
            asked.agree is None or (after == row["teacher"]) == asked.agree,
            asked.flip is None or flips[asked.flip],
            not asked.text or any(folded(asked.text) in folded(text) for text in texts),
        ]
    )


def ranked(rows: list[dict[str, Any]], order: str, system: str) -> list[dict[str, Any]]:
    def sure(row: dict[str, Any]) -> float:
        return max(row[name] for name in columns.shares(system))

    if order == "confident_errors":
        wrong = [row for row in rows if row["gold"] is not None and row[system] != row["gold"]]
        return sorted(wrong, key=lambda row: (-sure(row), row["row"]))
    if order == "least_confident":
        return sorted(rows, key=lambda row: (sure(row), row["row"]))
    if order == "down_weighted":
        own = [r for r in rows if r["translation_status"] in OWN and r["weight"] is not None]
        return sorted(own, key=lambda row: (row["weight"], row["row"]))
    if order == "disagreeing":
        return sorted(rows, key=lambda row: (-row["distance"], row["row"]))
    return rows


def maybe(values: Any) -> Any:
    return st.none() | st.sampled_from(list(values))


WORD = st.sampled_from([*TEXTS, "HAPPY", "кот", "МИЛ", "ς", "Σ", "SS", "ß", "%", "_", "t-01", "'"])
FILTERS = st.builds(
    Filter,
    language=maybe([*CODES, "xx", "' or 1=1 --"]),
    gold=maybe([*LABELS, ""]),
    system=st.sampled_from(SYSTEMS),
    predicted=maybe([*LABELS, '"; --']),
    right=maybe([True, False]),
    flip=maybe(["gained", "lost", "any", "none"]),
    agree=maybe([True, False]),
    status=maybe(STATUSES),
    text=st.just("") | WORD | st.text(max_size=2),
)
ORDERS = st.sampled_from(
    ["row", "confident_errors", "least_confident", "down_weighted", "disagreeing"]
)


@given(FILTERS, ORDERS, st.integers(0, 40), st.integers(0, 40))
def test_pages_are_those_of_the_naive_version(
    results: Results, asked: Filter, order: Any, start: int, count: int
) -> None:
    expected = ranked([row for row in ALL if kept(row, asked)], order, asked.system)
    found = results.page(asked, order, start, count)
    assert (found.total, found.start) == (len(expected), start)
    assert list(found.rows) == expected[start : start + count]


@given(st.builds(replace, st.just(Filter()), text=WORD))
def test_each_search_alone(results: Results, asked: Filter) -> None:
    """With nothing else asked, so that something is found."""
    expected = [row for row in ALL if kept(row, asked)]
    assert list(results.page(asked, count=MOST).rows) == expected


def test_searches_find_what_people_mean(results: Results) -> None:
    def texts(wanted: str) -> set[str]:
        page = results.page(Filter(text=wanted), count=MOST)
        return {row["text"] for row in page.rows} | {row["translation"] for row in page.rows}

    assert "МИЛЫЙ кот" in texts("милый КОТ")
    assert "ΟΔΟΣ οδός" in texts("οδοσ ΟΔΌΣ")  # a final sigma either way
    assert "a\0b" in texts("\0")
    assert results.page(Filter(text="%%")).total == 0
    assert results.page(Filter(text="t-007"), count=9).rows[0]["row"] == 8


def test_every_flip_and_order_finds_rows(results: Results) -> None:
    """The comparison above would hold as well if nothing were ever found."""
    for flip in ("gained", "lost", "any", "none"):
        assert 0 < results.page(Filter(flip=flip)).total < ROWS  # type: ignore[arg-type]
    orders: list[Any] = ["confident_errors", "down_weighted"]
    for order in orders:
        assert 0 < results.page(Filter(), order).total < ROWS


def test_one_row(results: Results) -> None:
    assert results.row(7) == ALL[6]
    odd: list[Any] = [0, -1, ROWS + 1, 10**30, "7", 7.0, True, None]
    for number in odd:
        with pytest.raises(InputError, match="There is no row"):
            results.row(number)


def test_many_threads_ask_at_once(results: Results) -> None:
    def ask(number: int) -> bool:
        asked = Filter(language=CODES[number % 4], text=TEXTS[number % len(TEXTS)])
        expected = [row for row in ALL if kept(row, asked)]
        return list(results.page(asked, count=MOST).rows) == expected

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(64)))


# --- what is refused ---


@pytest.mark.parametrize(
    ("asked", "options", "complaint"),
    [
        (Filter(system="nobody"), {}, "no system 'nobody'"),
        (Filter(system='student"; drop'), {}, "no system"),
        (Filter(system="row"), {}, "no system"),
        (Filter(flip="up"), {}, "'up' is no flip"),  # type: ignore[arg-type]
        (Filter(), {"order": "row; drop"}, "no order"),
        (Filter(), {"start": -1}, "starts at row 0"),
        (Filter(), {"count": MOST + 1}, "starts at row 0"),
        (Filter(), {"count": "25"}, "starts at row 0"),
        (Filter(), {"start": True}, "starts at row 0"),
        (Filter(language=["en"]), {}, "is text"),  # type: ignore[arg-type]
        (Filter(text={"a": 1}), {}, "is text"),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_asked(
    results: Results, asked: Filter, options: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(InputError, match=complaint):
        results.page(asked, **options)


def test_half_a_surrogate_is_searched_for_as_what_stands_there(tmp_path: Path) -> None:
    found = {**made(), "text": ["half \ufffd"] + ["whole"] * (ROWS - 1)}
    with Results(saved(tmp_path, found)) as opened:
        assert opened.page(Filter(text="half \ud83d")).total == 1


def test_what_the_table_lacks_is_said(tmp_path: Path) -> None:
    lone = {name: values for name, values in made().items() if name.split("_")[0] != "teacher"}
    for name in ("distance", "weight", "translation", "translation_status"):
        del lone[name]
    asked: list[tuple[Filter, Any, str]] = [
        (Filter(agree=True), "row", "no teacher"),
        (Filter(status="copied"), "row", "no translation_status"),
        (Filter(), "disagreeing", "no distance"),
        (Filter(), "down_weighted", "no translation_status"),
    ]
    with Results(saved(tmp_path, lone)) as opened:
        assert opened.systems == ("student", "student_before", "ensemble_vote")
        for one, order, complaint in asked:
            with pytest.raises(InputError, match=complaint):
                opened.page(one, order)
        assert opened.page(Filter(text="happy")).total > 0


def test_nothing_but_the_table_can_be_read_or_written(results: Results, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n")
    for query in (
        f"select * from read_csv('{tmp_path}/secret.csv')",
        f"copy (select 1) to '{tmp_path}/new.csv'",
        f"attach '{tmp_path}/new.db'",
        "set enable_external_access=true",
        "set allowed_paths=['/']",
        "install httpfs",
    ):
        with pytest.raises(duckdb.Error):
            results._database.cursor().execute(query)
    assert [path.name for path in tmp_path.iterdir()] == ["secret.csv"]


def test_no_results_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no table of results"):
        Results(tmp_path)
    (tmp_path / PREDICTIONS).write_bytes(b"PAR1 torn")
    with pytest.raises(DataError, match="holds no table of results"):
        Results(tmp_path)

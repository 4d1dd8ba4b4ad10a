"""core.streaming and core.tables: rows one after another, as pandas reads them; bad ones named."""

import json
import tracemalloc
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data import read_table
from core.errors import DataError
from core.streaming import Row, Source, Trouble
from core.tables import LONGEST, Lines


def read(
    content: str | bytes, name: str = "f.tsv", **options: Any
) -> tuple[list[Row], dict[int, str], Source]:
    """Rows, line → problem, and the source."""
    raw = content.encode() if isinstance(content, str) else content
    source = Source(BytesIO(raw), name, **options)
    found = list(source)
    bad = {row.line: row.problem for row in found if isinstance(row, Trouble)}
    return [row for row in found if isinstance(row, Row)], bad, source


def texts(*arguments: Any, **options: Any) -> list[str]:
    rows, bad, _ = read(*arguments, **options)
    assert not bad
    return [row.text for row in rows]


cells = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r")
    | st.sampled_from('"\t\n ,😂')
)


@given(st.lists(cells, min_size=1, max_size=8))
def test_a_csv_that_pandas_writes_is_read_back(written: list[str]) -> None:
    """Commas and line breaks within a cell are common there."""
    frame = pandas.DataFrame({"ID": range(len(written)), "Texts": written})
    content = frame.to_csv(index=False, lineterminator="\n")
    rows, bad, _ = read(content, "f.csv")
    assert not bad
    assert [(row.text, row.extra) for row in rows] == [
        (text, {"ID": str(number)}) for number, text in enumerate(written)
    ]


@given(st.lists(st.sampled_from([*'a"\t\n \x0b\u2028', "\r\n", "\r"]), max_size=60).map("".join))
def test_a_tsv_equals_read_table_and_pandas_wherever_they_read_it(
    tmp_path_factory: pytest.TempPathFactory, body: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "streamed.tsv"
    path.write_bytes(f"ID\tTexts\n0\tx\n{body}".encode())
    rows, bad, _ = read(path.read_bytes())
    try:
        table = read_table(path)
    except DataError:
        assert bad
        return
    assert not bad
    assert [(row.line, row.text) for row in rows] == list(
        zip(table.lines, table.column("Texts"), strict=True)
    )
    frame = pandas.read_csv(path, sep="\t", dtype=str, keep_default_na=False)
    assert frame["Texts"].tolist() == [row.text for row in rows]


@given(st.lists(cells.filter(str.strip), max_size=8))
def test_what_json_writes_is_read_back(written: list[str]) -> None:
    lines = [json.dumps({"n": n, "text": text}) for n, text in enumerate(written)]
    rows, bad, _ = read("\n".join(lines), "f.jsonl")
    assert not bad
    assert [(row.text, row.extra) for row in rows] == [(t, {"n": n}) for n, t in enumerate(written)]


def test_plain_text_is_cut_at_line_feeds_alone_and_blank_lines_are_counted() -> None:
    rows, bad, source = read("one \n\r\n \t\n two\x0b\u2028\x85\r\nlast\r", "f.txt")
    assert [(row.line, row.text) for row in rows] == [
        (1, "one "),
        (4, " two\x0b\u2028\x85"),
        (5, "last\r"),
    ]
    assert (bad, source.blank) == ({}, 2)


def test_other_columns_come_along_under_their_own_names() -> None:
    rows, _, _ = read("text\tTexts\tlabel\nx\thello\tJoy\n")
    assert rows == [Row(2, "hello", {"text": "x", "label": "Joy"})]
    rows, _, _ = read("text\tTexts\tlabel\nx\thello\tJoy\n", column="text")
    assert rows == [Row(2, "x", {"Texts": "hello", "label": "Joy"})]


@pytest.mark.parametrize(
    ("content", "form"),
    [
        ('{"text": "a"}\n', "jsonl"),
        ("\ufeffID\tTexts\n1\ta\n", "tsv"),
        ('ID,"Texts"\n1,a\n', "csv"),
        ("Texts\na\n", "tsv"),
        ("just a tweet, with Texts in it\n", "txt"),
        ("", "txt"),
    ],
)
def test_without_an_ending_the_first_line_tells(content: str, form: str) -> None:
    assert Source(BytesIO(content.encode()), "standard input").form == form


# --- what is broken ---

GOOD = ["1\tfine", '4\t"quoted ""x"""', "5\tlast"]


@pytest.mark.parametrize(
    "bad",
    [
        '2\t"open',
        '2\t"open and never',
        "2",
        "2\ta\tb",
        "2\tnul\x00",
        '2\t"open with\x00',
        "2\t\udcff",
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("place", range(4))
def test_one_bad_row_is_named_and_costs_no_other(bad: str, end: str, place: int) -> None:
    lines = [*GOOD[:place], bad, *GOOD[place:]]
    content = end.join(["ID\tTexts", *lines, ""]).encode("utf-8", "surrogateescape")
    rows, named, _ = read(content)
    assert [row.text for row in rows] == ["fine", 'quoted "x"', "last"]
    assert list(named) == [place + 2]


def test_an_unclosed_quote_in_a_csv_stops_at_its_line() -> None:
    body = 'ID,Texts\n1,"never closed\n2,good\n3,"two\nlines, yes"\n4,"never again\n5,last'
    rows, bad, _ = read(body, "f.csv")
    assert [row.text for row in rows] == ["good", "two\nlines, yes", "last"]
    assert sorted(bad) == [2, 6]


def test_an_unclosed_quote_far_from_the_end() -> None:
    """Beyond csv's own limit of a cell, and before a mark that would close it."""
    many = [f"{n}\tsome more words of a tweet" for n in range(9000)]
    rows, bad, _ = read("\n".join(["ID\tTexts", '0\t"open', *many, '1\t"shut"', *many]))
    assert (len(rows), list(bad)) == (18001, [2])


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("[1]", "not a JSON object"),
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ('{"text": NaN}', "not JSON"),
        ('{"text": 1' + "0" * 5000 + "}", "not JSON"),
        ('{"text": null}', "its text is null"),
        ('{"text": 5}', "its text is not text"),
        ('{"Texts": "x"}', "it has no text (found: “Texts”)"),
        ('{"text": "a\\u0000"}', "NUL"),
        ('{"text": "a\x00"}', "NUL"),
        ('{"text": "a", "b": ' + "[" * 70 + "]" * 70 + "}", "nested too deeply"),
    ],
)
def test_bad_objects_are_named(line: str, problem: str) -> None:
    rows, bad, _ = read(f'{{"text": "a"}}\n{line}\n\n{{"text": "b"}}', "f.jsonl")
    assert [row.text for row in rows] == ["a", "b"]
    assert list(bad) == [2] and problem in bad[2]


def test_flat_lists_are_not_deep() -> None:
    line = json.dumps({"text": "a", "b": [[n] for n in range(200)]})
    assert texts(line, "f.jsonl") == ["a"]


def test_half_a_surrogate_pair_becomes_a_character_that_can_be_written() -> None:
    assert texts('{"text": "a\\ud83d"}\n{"text": "\\ud83d\\ude02"}', "f.jsonl") == ["a\ufffd", "😂"]


def test_a_character_torn_at_the_end_costs_the_last_row_only() -> None:
    rows, bad, _ = read("one\ntwo 😂".encode()[:-2], "f.txt")
    assert [row.text for row in rows] == ["one"]
    assert bad == {2: "it is not UTF-8"}


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("f.tsv", "", "is empty"),
        ("f.csv", "ID,Text\n1,x\n", "lacks the column Texts"),
        ("f.tsv", "Texts\tTexts\nx\ty\n", "more than one column"),
        ("f.csv", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n\xff\x00", "lacks the column Texts"),
        ("f.tsv", "ID\tTexts\n1\tx\n".encode("utf-16"), "is UTF-16"),
        ("f.txt", "x".encode("utf-16"), "is UTF-16"),
        ("f.tsv", "ID\tTexts\n1\tx\n".encode("utf-16-le"), "first row of f.tsv cannot be read"),
        ("f.tsv", '"ID\tTexts\n1\tx\n', "first row of f.tsv cannot be read"),
    ],
)
def test_what_cannot_be_read_at_all(name: str, content: str | bytes, words: str) -> None:
    with pytest.raises(DataError, match=words) as caught:
        read(content, name)
    assert caught.value.hint


# --- any size ---


class Endless:
    """A stream of one line that never ends, or of the same line again and again."""

    def __init__(self, piece: bytes, size: int) -> None:
        self.piece, self.left = piece, size

    def readline(self, limit: int = -1) -> bytes:
        if self.left <= 0:
            return b""
        raw = self.piece if b"\n" in self.piece else self.piece * limit
        self.left -= len(raw)
        return raw


@pytest.mark.parametrize(("piece", "size"), [(b"x", 10), (b"7\ta tweet of a few words\n", 3)])
def test_memory_does_not_grow_with_the_input(piece: bytes, size: int) -> None:
    """One endless line; and lines that together would take 20 MB if they were kept."""
    size *= LONGEST
    tracemalloc.start()
    try:
        stream: Any = Endless(piece, size)
        lines = Lines(stream)
        count = sum(1 for _ in lines)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert lines.position >= size
    assert count == (1 if piece == b"x" else -(-size // len(piece)))
    assert peak < 5 * LONGEST


def test_a_line_that_is_too_long_is_named_and_left_out(tmp_path: Path) -> None:
    rows, bad, _ = read("a" * (LONGEST + 5) + "\nshort\n", "f.txt")
    assert [row.text for row in rows] == ["short"]
    assert bad == {1: "it is longer than 1,000,000 bytes"}
    assert texts("b" * 100_000, "f.txt") == ["b" * 100_000]

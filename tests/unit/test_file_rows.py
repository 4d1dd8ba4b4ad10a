"""core.files.rows: every form and encoding gives what pandas reads, and bad rows are named."""

import json
import os
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas
import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import DataError
from core.files.layout import LEFT_OUT, Layout, Trouble
from core.files.looking import look
from core.files.rows import read_rows
from core.labels import LABELS
from core.records import Example

TABLES = {"tsv": "\t", "csv": ",", "semicolon": ";"}
FORMS = (*TABLES, "jsonl", "parquet")
WIDE = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")
NARROW = ("cp1251", "cp1252", "latin-1")

GOLD = Layout("tsv", "Texts", "ID", "Labels", kind="emotions")


def both(path: Path, layout: Layout = GOLD) -> tuple[list[Example], list[tuple[int, str, str]]]:
    """Examples, and (line, column, problem) of the rows that are none."""
    found = list(read_rows(path, layout))
    bad = [(row.line, row.column, row.problem) for row in found if isinstance(row, Trouble)]
    return [row for row in found if isinstance(row, Example)], bad


def read(
    folder: Path, content: str | bytes, layout: Layout = GOLD
) -> tuple[list[Example], list[tuple[int, str, str]]]:
    path = folder / "file"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return both(path, layout)


def write(frame: pandas.DataFrame, path: Path, form: str, encoding: str) -> Layout:
    """The frame in a file, by pandas; how it is to be read."""
    columns = {"text": "Texts", "id": "ID", "gold": "Labels", "kind": "emotions"}
    if form == "parquet":
        frame.to_parquet(path, index=False)
        return Layout("parquet", **columns)
    if form == "jsonl":
        text = frame.to_json(orient="records", lines=True, force_ascii=False)
        path.write_bytes(text.encode(encoding))
        return Layout("jsonl", encoding=encoding, **columns)
    delimiter = TABLES[form]
    text = frame.to_csv(sep=delimiter, index=False, lineterminator="\n")
    path.write_bytes(text.encode(encoding))
    kind = "tsv" if form == "tsv" else "csv"
    return Layout(kind, encoding=encoding, delimiter=delimiter, **columns)


def characters(encoding: str) -> st.SearchStrategy[str]:
    """Characters that an encoding holds, those that mean something in a table more often."""
    known = st.characters(
        codec="utf-8" if encoding in WIDE else encoding,
        exclude_characters="\x00\r",  # pandas writes \r unquoted
        exclude_categories=["Cs"],
    )
    return known | st.sampled_from('"\t\n ,;aN')


def torn(text: str) -> bool:
    """What a table's reader takes for an unclosed quotation mark: a tab after a line break."""
    return "\t" in text.partition("\n")[2]


@st.composite
def frames(draw: Any, encoding: str) -> pandas.DataFrame:
    words = st.text(characters(encoding), min_size=1, max_size=30)
    texts = (words | st.sampled_from(["NA", "null", "nan", " ", "  x "])).filter(
        lambda text: not torn(text)
    )
    count = draw(st.integers(1, 8))
    return pandas.DataFrame(
        {
            "ID": draw(
                st.lists(words.filter(lambda t: not torn(t)), min_size=count, max_size=count)
            ),
            "Texts": draw(st.lists(texts, min_size=count, max_size=count)),
            "Labels": draw(st.lists(st.sampled_from(LABELS), min_size=count, max_size=count)),
        },
        dtype=str,
    )


@pytest.mark.parametrize("form", FORMS)
@given(encoding=st.sampled_from([*WIDE, *NARROW]), data=st.data())
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, form: str, encoding: str, data: st.DataObject
) -> None:
    """Texts, IDs and labels; in tables also what pandas itself reads."""
    frame = data.draw(frames(encoding))
    path = tmp_path_factory.getbasetemp() / f"written.{form}"
    layout = write(frame, path, form, encoding)
    examples, bad = both(path, layout)
    assert not bad
    assert [(e.id, e.text, e.label) for e in examples] == list(
        frame.itertuples(index=False, name=None)
    )
    if form in TABLES:
        pandas_reads = pandas.read_csv(
            path, sep=TABLES[form], encoding=encoding, dtype=str, keep_default_na=False
        )
        assert [e.text for e in examples] == pandas_reads["Texts"].tolist()


@pytest.mark.parametrize("name", ["emotion_train", "emotion_test_participants", "triggers_train"])
def test_the_shared_task_s_files_read_as_pandas_reads_them(name: str) -> None:
    if "TANDEM_DATA" not in os.environ:
        pytest.skip("TANDEM_DATA names no folder with the data that the models were trained on")
    path = Path(os.environ["TANDEM_DATA"]) / f"exalt/exalt_{name}.tsv"
    found = look(path).proposal
    assert (
        found is not None
        and found.kind
        == {
            "emotion_train": "emotions",
            "emotion_test_participants": "none",
            "triggers_train": "triggers",
        }[name]
    )
    examples, bad = both(path, found)
    frame = pandas.read_csv(path, sep="\t", dtype=str, keep_default_na=False)
    assert not bad
    assert [(e.id, e.text) for e in examples] == list(zip(frame.ID, frame.Texts, strict=True))
    if found.kind == "emotions":
        assert [e.label for e in examples] == frame.Labels.tolist()
    if found.kind == "triggers":
        assert [str(list(e.triggers or ())) for e in examples] == frame.Labels.tolist()


# --- encodings ---


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1251"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_hold_in_every_encoding(tmp_path: Path, encoding: str, end: str) -> None:
    lines = ["ID\tTexts\tLabels", "1\tПривет\tJoy", '2\t"два', 'ряда"\tFear', "", "3\tещё\tRage"]
    content = end.join(lines).encode(encoding)
    examples, bad = read(tmp_path, content, replace(GOLD, encoding=encoding))
    assert [(e.row, e.text) for e in examples] == [(2, "Привет"), (3, f"два{end}ряда")]
    assert bad == [(6, "Labels", "the label “Rage” is none of the six")]


@pytest.mark.parametrize(
    ("encoding", "broken"),
    [
        ("cp1251", b"\x98"),
        ("cp1252", b"\x81"),
        ("utf-16-le", b"\x3d\xd8"),  # half of a pair
        ("utf-8", b"\xff"),
    ],
)
def test_bytes_that_do_not_belong_are_named_and_cost_no_other(
    tmp_path: Path, encoding: str, broken: bytes
) -> None:
    parts = "ID\tTexts\tLabels\n1\tgood\tJoy\n2\tbad ", " bad\tJoy\n3\tlast\tFear\n"
    content = broken.join(part.encode(encoding) for part in parts)
    examples, bad = read(tmp_path, content, replace(GOLD, encoding=encoding))
    assert [e.text for e in examples] == ["good", "last"]
    ((line, column, problem),) = bad
    assert (line, column) == (3, "") and problem.startswith("it is not ")
    assert "UTF-8" not in problem or encoding == "utf-8"


@pytest.mark.parametrize("name", ["windows-1251", "CP1251", "cp1251"])
def test_encodings_have_other_names(tmp_path: Path, name: str) -> None:
    content = "ID\tTexts\tLabels\n1\tда\tJoy\n".encode("cp1251")
    assert read(tmp_path, content, replace(GOLD, encoding=name))[0][0].text == "да"


@pytest.mark.parametrize("name", ["rot13", "zip", "idna", "utf-7", "no such", "a\x00b"])
def test_what_is_no_encoding_of_texts_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match="is not known"):
        read(tmp_path, "ID\tTexts\tLabels\n1\tx\tJoy\n", replace(GOLD, encoding=name))


# --- bad rows ---


def test_each_bad_row_is_named_and_good_ones_go_on(tmp_path: Path) -> None:
    rows = [
        "1\tfine\tJoy",
        "2\tshort",
        "3\ta\tJoy\tmore",
        '4\t"open\tJoy',
        "5\tnul\x00\tJoy",
        "6\t\tJoy",
        "7\tx\tjoy",
        "8\tx\t",
        "9\tlast\tFear",
    ]
    examples, bad = read(tmp_path, "\n".join(["ID\tTexts\tLabels", *rows]))
    assert [e.id for e in examples] == ["1", "9"]
    assert bad == [
        (3, "", "2 cells instead of 3"),
        (4, "", "4 cells instead of 3"),
        (5, "", "a quotation mark opens a cell and is not closed"),
        (6, "", "it holds a NUL character"),
        (7, "Texts", "the text is empty"),
        (8, "Labels", "the label “joy” is none of the six"),
        (9, "Labels", "it has no label"),
    ]


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        ("[0, 1]", "2 trigger labels for 3 words"),
        ("[0, 2, 1]", "“[0, 2, 1]” is not a list of 0 and 1"),
        ("", "“” is not a list of 0 and 1"),
    ],
)
def test_bad_trigger_lists_are_named(tmp_path: Path, cell: str, problem: str) -> None:
    content = f"ID\tTexts\tLabels\n1\ta b c\t{cell}\n2\ta  b \t[0, 0, 1, 0]\n"
    examples, bad = read(tmp_path, content, replace(GOLD, kind="triggers"))
    assert [e.triggers for e in examples] == [(0, 0, 1, 0)]
    assert bad == [(2, "Labels", problem)]


def test_objects_hold_numbers_lists_and_nothing(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"t": "a b", "n": 7, "y": [0, 1]},
        {"t": "a b", "n": None, "y": [False, 1]},
        {"t": None, "y": [0]},
        {"y": [0]},
        {"t": 5, "y": [0]},
        {"t": "a\x00", "y": [0]},
        {"t": "a", "n": "é\ud800", "y": "[1]"},
    ]
    content = "\n".join([*map(json.dumps, rows), "no object"])
    layout = Layout("jsonl", "t", "n", "y", kind="triggers")
    examples, bad = read(tmp_path, content, layout)
    assert [(e.id, e.triggers) for e in examples] == [("7", (0, 1)), ("é\ufffd", (1,))]
    assert [(line, column) for line, column, _ in bad] == [
        (2, "y"),
        (3, "t"),
        (4, "t"),
        (5, "t"),
        (6, ""),
        (8, ""),
    ]


def test_parquet_of_many_types(tmp_path: Path) -> None:
    table = pyarrow.table(
        {
            "t": pyarrow.array(["a b", None, "", "x\x00", "c"]).dictionary_encode(),
            "n": pyarrow.array([1, 2, 3, 4, None]),
            "y": pyarrow.array([[0, 1], [0], [0], [0], [1]], pyarrow.list_(pyarrow.int8())),
            "lang": pyarrow.array(["EN", "fr", "fr", "fr", None], pyarrow.large_string()),
            "other": pyarrow.array([{"a": 1}] * 5),
        }
    )
    path = tmp_path / "x.parquet"
    pyarrow.parquet.write_table(table, path, row_group_size=2)
    layout = Layout("parquet", "t", "n", "y", "lang", kind="triggers")
    examples, bad = both(path, layout)
    assert [(e.id, e.text, e.triggers, e.language, e.row) for e in examples] == [
        ("1", "a b", (0, 1), "en", 1),
        ("", "c", (1,), "", 5),
    ]
    assert bad == [
        (2, "t", "its t is null"),
        (3, "t", "the text is empty"),
        (4, "", "it holds a NUL character"),
    ]


def test_parquet_whose_texts_are_not_utf8(tmp_path: Path) -> None:
    raw = pyarrow.array([b"good", b"\xff", b"last"]).view(pyarrow.string())
    path = tmp_path / "x.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"t": raw}), path)
    examples, bad = both(path, Layout("parquet", "t"))
    assert [e.text for e in examples] == ["good", "last"]
    assert bad == [(2, "", "it is not UTF-8")]


def test_plain_text_is_one_tweet_a_line(tmp_path: Path) -> None:
    examples, bad = read(tmp_path, ' one, "two\n\n\tthree\r\n', Layout("txt", text=""))
    assert [(e.id, e.text, e.row, e.label) for e in examples] == [
        ("1", ' one, "two', 1, None),
        ("2", "\tthree", 3, None),
    ]
    assert not bad


# --- what cells mean ---


def test_labels_are_the_six_or_what_the_layout_says(tmp_path: Path) -> None:
    cells = ["Joy", "JOY", "0", "meh", " Joy", "Fear"]
    rows = "".join(f"{n}\tx\t{cell}\n" for n, cell in enumerate(cells))
    layout = replace(GOLD, labels={"JOY": "Joy", "0": "Love", "meh": LEFT_OUT})
    examples, bad = read(tmp_path, f"ID\tTexts\tLabels\n{rows}", layout)
    assert [(e.id, e.label) for e in examples] == [
        ("0", "Joy"),
        ("1", "Joy"),
        ("2", "Love"),
        ("5", "Fear"),
    ]
    assert bad == [(6, "Labels", "the label “Joy” is none of the six")]


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("en", "en"),
        ("EN", "en"),
        ("nl-BE", "nl"),
        ("fr_CA", "fr"),
        (" ru ", "ru"),
        ("spa", "es"),
        ("Dutch", "nl"),
        ("", ""),
        ("und", ""),
        ("de", "unknown"),
        ("English tweet", "unknown"),
        ("unknown", "unknown"),
    ],
)
def test_languages_of_a_column(tmp_path: Path, cell: str, code: str) -> None:
    layout = Layout("tsv", "t", language="l")
    (example,), _ = read(tmp_path, f"t\tl\nx\t{cell}\n", layout)
    assert example.language == code


def test_source_comes_along_and_other_columns_do_not_matter(tmp_path: Path) -> None:
    layout = replace(GOLD, source="Source")
    content = "Source\tID\tTexts\tp\tLabels\ngoemotions_mt\t1\thi\tq\tJoy\n"
    assert read(tmp_path, content, layout)[0][0].source == "goemotions_mt"


# --- whole files ---


@pytest.mark.parametrize(
    ("layout", "words"),
    [
        (replace(GOLD, text="nope"), "lacks the column nope"),
        (replace(GOLD, language="nope"), "lacks the column nope"),
        (replace(GOLD, gold="Texts"), "chosen for text and gold"),
        (replace(GOLD, text=""), "No column is chosen for the texts"),
        (replace(GOLD, gold=None), "No column is chosen for the labels"),
        (Layout("txt", text="", gold="Labels", kind="emotions"), "no columns to choose"),
        (replace(GOLD, labels={"joy": "Happy"}), "“joy” is mapped to “Happy”"),
        (replace(GOLD, labels={"Joy": "Love"}), "“Joy” is mapped to “Love”"),
        (replace(GOLD, form="parquet"), "cannot be read as Parquet"),
    ],
)
def test_layouts_that_do_not_fit(tmp_path: Path, layout: Layout, words: str) -> None:
    with pytest.raises(DataError, match=words) as caught:
        read(tmp_path, "ID\tTexts\tLabels\n1\tx\tJoy\n", layout)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("layout", "words"),
    [
        (Layout("parquet", "nope"), "lacks the column nope"),
        (Layout("parquet", "n"), "holds int64, not texts"),
    ],
)
def test_parquet_layouts_that_do_not_fit(tmp_path: Path, layout: Layout, words: str) -> None:
    path = tmp_path / "x.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"t": ["a"], "n": [1]}), path)
    with pytest.raises(DataError, match=words):
        both(path, layout)


def test_a_parquet_file_that_was_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"t": ["a"] * 100}), path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(DataError, match="cannot be read as Parquet") as caught:
        both(path, Layout("parquet", "t"))
    assert "Traceback" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "layout", "words"),
    [
        ("", GOLD, "is empty"),
        ("ID\tTexts\tLabels\n", GOLD, "a header but no rows"),
        ("\n \n", Layout("txt", text=""), "holds no rows"),
    ],
)
def test_files_without_rows(tmp_path: Path, content: str, layout: Layout, words: str) -> None:
    with pytest.raises(DataError, match=words):
        read(tmp_path, content, layout)


@pytest.mark.parametrize("form", ["tsv", "parquet"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_memory_does_not_grow_with_the_file(tmp_path: Path, form: str, encoding: str) -> None:
    def peak(count: int) -> int:
        frame = pandas.DataFrame({"ID": "1", "Texts": "x" * 90, "Labels": "Joy"}, range(count))
        path = tmp_path / f"{count}.{form}"
        layout = write(frame, path, form, encoding)
        del frame
        tracemalloc.start()
        try:
            arrow = max(pyarrow.total_allocated_bytes() for _ in read_rows(path, layout))
            return arrow + tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(100)  # imports
    assert peak(30_000) < peak(3_000) + 500_000  # bytes; the longer file has 2.7 million more
